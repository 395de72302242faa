/* A tunnel between a scripted broker and a client that the test plays itself. */
#pragma once

#include "lab/peer.h"
#include "live/recorder.h"
#include "live/test_pki.h"
#include "lab/tls_peer.h"
#include "net/tunnel.h"

typedef struct Scene Scene;

struct Scene {
  /* To be set before scene_start(). */
  TestPki *pki;          /* borrowed */
  TunnelConfig *config;  /* TLS to 127.0.0.1, the server CA, no identity */
  TlsPeerOptions server; /* the good certificate, asks for none */
  /* The broker after CONNECT was read and CONNACK sent; NULL: waits for DISCONNECT. */
  void (*script)(Scene *scene, TlsPeer *peer);
  /* Instead of all that, on the bare socket. */
  PeerScript raw_script;
  const char *connack; /* as wire() takes it; NULL: "20 02 00 00"; "": none */
  gpointer data;       /* the test's */

  Transport *transport;
  Recorder *recorder;
  Peer *peer;
  Tunnel *tunnel;
  int client; /* the client's socket, -1: none */

  /* What the broker saw; to be read after scene_stop(). */
  TlsPeer seen; /* code, client_certificates, sni */
  gboolean got_connect, got_disconnect, got_close_notify;
};

void scene_init(Scene *scene, TestPki *pki);
void scene_clear(Scene *scene);

/* Starts peer and tunnel. */
void scene_start(Scene *scene);
/* Waits for TUNNEL_READY and connects the client. */
void scene_connect_client(Scene *scene);
/* The same, sends CONNECT and takes CONNACK. */
void scene_go_online(Scene *scene);
/* Waits for TUNNEL_CLOSED and stops. Checks its fault and the code of its error (-1: no error).
 * The sentence is (transfer full). */
char *scene_expect_end(Scene *scene, TunnelFault fault, int code);
/* Stops the tunnel (it must be silent from then on) and waits for the broker. */
void scene_stop(Scene *scene);

/* Bytes as wire() takes them. */
void scene_client_sends(Scene *scene, const char *text);
void scene_client_expects(Scene *scene, const char *text);
/* The tunnel closes the client's connection. */
void scene_client_expects_end(Scene *scene);

/* Runs `run` on a fresh scene for each of TLS 1.2 and 1.3. */
void scene_for_both_versions(TestPki *pki, void (*run)(Scene *scene));
