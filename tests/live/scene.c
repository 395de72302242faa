#include "config.h"
#include "live/scene.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/wire.h"

#define CLIENT_TIMEOUT_MS 20000

void
scene_init(Scene *scene, TestPki *pki)
{
  memset(scene, 0, sizeof *scene);
  scene->pki = pki;
  scene->client = -1;
  scene->server = (TlsPeerOptions){.chain_pem = pki->server_pem, .key_pem = pki->server_key};
  scene->config = tunnel_config_new();
  scene->config->host = g_strdup("127.0.0.1");
  scene->config->tls = TRUE;
  scene->config->anchors = anchors_ref(pki->anchors);
  scene->transport = transport_new();
  scene->recorder = recorder_new();
}

void
scene_clear(Scene *scene)
{
  scene_stop(scene);
  if (scene->transport != NULL)
    transport_free(scene->transport);
  recorder_free(scene->recorder);
  tunnel_config_free(scene->config);
  if (scene->client >= 0)
    close(scene->client);
}

/* --- The broker ------------------------------------------------------------------------------ */

static void
send_connack(Scene *scene, TlsPeer *peer)
{
  g_autoptr(GByteArray) connack = wire(scene->connack == NULL ? "20 02 00 00" : scene->connack);
  if (connack->len > 0)
    tls_peer_write(peer, connack->data, connack->len);
}

static void
wait_for_disconnect(Scene *scene, TlsPeer *peer)
{
  guint8 packet[130];
  while (!scene->got_disconnect && tls_peer_read_packet(peer, packet) > 0)
    scene->got_disconnect = packet[0] >> 4 == MQTT_DISCONNECT;
  char byte;
  scene->got_close_notify =
      scene->got_disconnect && gnutls_record_recv(peer->session, &byte, 1) == 0;
}

static void
serve_tls(int fd, gpointer data)
{
  Scene *scene = data;
  TlsPeer peer;
  guint8 packet[130];
  tls_peer_accept(&peer, fd, &scene->server);
  scene->seen = peer;
  if (peer.code == 0 && tls_peer_read_packet(&peer, packet) > 0) {
    scene->got_connect = packet[0] >> 4 == MQTT_CONNECT;
    send_connack(scene, &peer);
    if (scene->script != NULL)
      scene->script(scene, &peer);
    else
      wait_for_disconnect(scene, &peer);
  }
  tls_peer_clear(&peer, FALSE);
}

/* --- The stage ------------------------------------------------------------------------------- */

void
scene_start(Scene *scene)
{
  scene->peer = scene->raw_script != NULL ? peer_start(scene->raw_script, scene)
                                          : peer_start(serve_tls, scene);
  if (scene->config->port == 0)
    scene->config->port = peer_port(scene->peer);
  scene->tunnel = tunnel_start(scene->transport, scene->config, &recorder_sink, scene->recorder);
}

void
scene_stop(Scene *scene)
{
  tunnel_stop(g_steal_pointer(&scene->tunnel));
  recorder_expect_silence(scene->recorder);
  peer_stop(g_steal_pointer(&scene->peer));
}

char *
scene_expect_end(Scene *scene, TunnelFault fault, int code)
{
  const TunnelEvent *closed = recorder_wait(scene->recorder, TUNNEL_CLOSED);
  int alert = closed->alert;
  scene_stop(scene);
  if (closed->error != NULL) {
    g_test_message("%s", closed->error->message);
    g_assert_true(closed->error->domain == TUNNEL_ERROR);
    g_assert_true(g_utf8_validate(closed->error->message, -1, NULL));
  }
  g_assert_cmpint(closed->error == NULL ? -1 : closed->error->code, ==, code);
  g_assert_cmpint(closed->fault, ==, fault);
  g_assert_cmpint(closed->alert, ==, alert);
  return closed->error == NULL ? g_strdup("") : g_strdup(closed->error->message);
}

void
scene_for_both_versions(TestPki *pki, void (*run)(Scene *scene))
{
  static const char *const versions[] = {"NORMAL:-VERS-ALL:+VERS-TLS1.2",
                                         "NORMAL:-VERS-ALL:+VERS-TLS1.3"};
  for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
    Scene scene;
    scene_init(&scene, pki);
    scene.server.priority = versions[i];
    run(&scene);
    scene_clear(&scene);
  }
}

/* --- The client ------------------------------------------------------------------------------ */

void
scene_connect_client(Scene *scene)
{
  const TunnelEvent *ready = recorder_wait(scene->recorder, TUNNEL_READY);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((guint16)ready->number),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct timeval patience = {.tv_sec = CLIENT_TIMEOUT_MS / 1000};
  scene->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(scene->client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(scene->client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  g_assert_cmpint(connect(scene->client, (struct sockaddr *)&address, sizeof address), ==, 0);
}

void
scene_go_online(Scene *scene)
{
  scene_connect_client(scene);
  scene_client_sends(scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  scene_client_expects(scene, "20 02 00 00");
}

void
scene_client_sends(Scene *scene, const char *text)
{
  g_autoptr(GByteArray) bytes = wire(text);
  g_assert_cmpint(send(scene->client, bytes->data, bytes->len, MSG_NOSIGNAL), ==, bytes->len);
}

/* 0: the end. */
static gsize
receive(Scene *scene, void *bytes, gsize length)
{
  struct pollfd fd = {.fd = scene->client, .events = POLLIN};
  g_assert_cmpint(poll(&fd, 1, CLIENT_TIMEOUT_MS), ==, 1);
  ssize_t got = recv(scene->client, bytes, length, 0);
  return got > 0 ? (gsize)got : 0;
}

void
scene_client_expects(Scene *scene, const char *text)
{
  g_autoptr(GByteArray) expected = wire(text);
  g_autofree guint8 *got = g_malloc(expected->len);
  for (gsize done = 0; done < expected->len;) {
    gsize length = receive(scene, got + done, expected->len - done);
    g_assert_cmpuint(length, >, 0);
    done += length;
  }
  g_assert_cmpmem(got, expected->len, expected->data, expected->len);
}

void
scene_client_expects_end(Scene *scene)
{
  char byte;
  g_assert_cmpuint(receive(scene, &byte, 1), ==, 0);
}
