/* A second, short connection to a broker that separates causes: what does it do with another TLS
 * version, without a client certificate, without a server name, without TLS? It shakes hands (or
 * speaks without TLS), may send one anonymous CONNECT, notes what comes back, and goes.
 *
 * A probe trusts nobody and decides nothing: it never sends user name or password, the broker's
 * certificate is taken as it is, and an identity is shown only to who was verified before, which
 * is the caller's to know. Bounded in time and in what it reads. One address, no DNS. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"
#include "net/transport.h"
#include "trust/identity.h"

typedef enum {
  PROBE_TCP,  /* does anything listen there? Connects, may listen a while, and closes */
  PROBE_TLS,  /* shakes hands */
  PROBE_MQTT, /* an anonymous CONNECT, without TLS */
  PROBE_HTTP, /* a WebSocket upgrade request, without TLS */
} ProbeKind;

typedef struct {
  ProbeKind kind;
  char *address; /* numeric: "192.0.2.1", "2001:db8::1" */
  guint16 port;
  guint timeout_ms;    /* for the whole; 0: PROBE_TIMEOUT_MS */
  guint listen_ms;     /* PROBE_TCP: says nothing for so long, and notes whether the other side
                        * closes (TUNNEL_ERROR_TCP_CLOSED_AT_ONCE) or greets (`first`); 0: goes at
                        * once. Part of the whole */
  MqttVersion version; /* of the CONNECT; 0: MQTT_3_1_1 */
  /* PROBE_TLS */
  char *server_name;  /* SNI; NULL: none */
  Identity *identity; /* NULL: no client certificate */
  char *priority;     /* GnuTLS priority string; NULL: "NORMAL" */
  char **alpn;        /* NULL-terminated, or NULL */
  gboolean connect;   /* after the handshake: an anonymous CONNECT, and wait for the answer. In
                       * TLS 1.3 only an answer tells that a certificate (or none) was accepted */
  gboolean upgrade;   /* after the handshake: a WebSocket upgrade request instead */
  /* PROBE_HTTP and `upgrade` */
  char *path; /* of the request; NULL: "/mqtt" */
} ProbeRequest;

#define PROBE_TIMEOUT_MS 3000
#define PROBE_GRACE_MS 200   /* for the rest of an answer that is no MQTT, once it has begun */
#define PROBE_BYTES_MAX 4096 /* of what the broker says */

typedef struct {
  ProbeKind kind;
  gboolean connected; /* TCP */
  gboolean timed_out;
  gboolean established;               /* the handshake succeeded */
  gboolean server_answered;           /* at least a ServerHello came */
  gboolean requested, sent;           /* a client certificate */
  gboolean refused_late;              /* an alert came after a handshake that succeeded */
  int alert;                          /* last one received, -1: none */
  char *alert_name;                   /* or NULL */
  char *tls_version, *cipher, *group; /* once established; or NULL */
  char **ca_names;                    /* safe text, that the broker takes; or NULL */
  char *key_types;                    /* of client certificates that it takes, safe text; or NULL */
  GPtrArray *certificates;            /* of Certificate, as sent; NULL: none came */
  gboolean answered;                  /* a CONNACK came */
  int connack;                        /* its reason; -1: none came */
  GBytes *first;      /* the first bytes that came instead of TLS or as the answer; or NULL */
  GError *error;      /* TUNNEL_ERROR: why it went no further; NULL: it went as far as asked: a
                       * CONNACK came, whatever its reason, or HTTP to an upgrade request */
  gint64 duration_us; /* until that was known */
} ProbeResult;

ProbeRequest *probe_request_new(ProbeKind kind, const char *address, guint16 port);
/* (transfer full); the identity is referenced. */
ProbeRequest *probe_request_copy(const ProbeRequest *request);
void probe_request_free(ProbeRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProbeRequest, probe_request_free)
void probe_result_free(ProbeResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProbeResult, probe_result_free)

typedef struct Probe Probe;

/* Once, on the transport thread, unless probe_stop() was called before; when the goodbye has been
 * said, up to FAREWELL_MS (net/farewell.h) after the answer. It may come before probe_start() has
 * returned on its own thread. Must not call probe_stop(). (transfer full) */
typedef void (*ProbeDone)(ProbeResult *result, gpointer user_data);

/* Main thread; `request` is copied. */
Probe *probe_start(Transport *transport, const ProbeRequest *request, ProbeDone done,
                   gpointer user_data);
/* Main thread: gives up if it is under way, and frees. `done` is not called afterwards. NULL is
 * allowed. */
void probe_stop(Probe *probe);
