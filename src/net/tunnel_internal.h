/* A tunnel's inside, shared by the files that make it: tunnel.c (life and states), tunnel_tls.c
 * (handshake), tunnel_relay.c (joined). Everything below `state` belongs to the transport thread.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "net/dial.h"
#include "net/farewell.h"
#include "net/loopback.h"
#include "net/pump.h"
#include "net/resolve.h"
#include "net/tls.h"
#include "net/tunnel.h"
#include "net/tunnel_events.h"

typedef enum {
  STATE_RESOLVING,
  STATE_DIALING,
  STATE_HANDSHAKING,
  STATE_WAITING, /* for the MQTT client */
  STATE_JOINED,
  STATE_CLOSING,
  STATE_CLOSED,
} TunnelState;

struct Tunnel {
  Transport *transport;
  GMainContext *context; /* the transport's */
  TunnelConfig *config;
  const TunnelSink *sink;
  gpointer user_data;

  struct {
    _Atomic guint64 bytes_in, bytes_out, messages_in, messages_out;
  } counters;

  /* Between tunnel_stop() and the transport thread. POSIX's own, for ThreadSanitizer's eyes. */
  pthread_mutex_t lock;
  pthread_cond_t stopped_changed;
  gboolean stopped;

  TunnelState state;
  gboolean stop_wanted;
  char *host;     /* safe text */
  char *peer;     /* "host (address:port)", safe text: who an error is about */
  GSource *limit; /* the total timeout */
  Resolve *resolve;
  Dial *dial;
  Stream *stream; /* to the broker: plain, or `tls` */
  TlsStream *tls; /* the same, or NULL */
  GSource *watch; /* of the stream, until the pump takes it over */
  Loopback *loopback;
  Tap *tap;
  Pump *pump; /* kept after its end, see pump.h */
  Farewell *farewell;
  gboolean closed_posted; /* TUNNEL_CLOSED */
  guint stages;           /* of TLS, so far */
  char *refusal;          /* why we refused the broker's certificate; or NULL */
  int alert;              /* last one received, -1: none */
  int gnutls_error;
  guint unreadable; /* as in TunnelEvent */

  /* How far MQTT came. */
  MqttVersion version;
  gboolean connect_seen, connack_seen, disconnect_seen, first_byte_seen;
  char *last_word;   /* what the broker said before it closed: "CONNACK: Not authorized" */
  gint64 ping_since; /* monotonic time of an unanswered PINGREQ, 0: none */
  gboolean ping_due; /* of our own */
};

/* --- tunnel.c -------------------------------------------------------------------------------- */

/* Posts an event (transfer full). */
void tunnel_post(Tunnel *tunnel, TunnelEvent *event);
/* The same with a text, copied. */
void tunnel_post_text(Tunnel *tunnel, TunnelEventType type, const char *text);
/* Ends: closes all, posts TUNNEL_CLOSED. (transfer full) of `error`; NULL: as wished. */
void tunnel_close(Tunnel *tunnel, GError *error);
/* Ends after the broker has got what waits for it. (transfer full) of `error`, which is told at
 * once; NULL: as wished, told when all is over. */
void tunnel_say_goodbye(Tunnel *tunnel, GError *error);
/* The stream is ready for MQTT: opens the door for the client. */
void tunnel_open_door(Tunnel *tunnel);

/* --- tunnel_tls.c ---------------------------------------------------------------------------- */

/* (transfer full) of `fd`: begins the handshake. */
void tunnel_begin_tls(Tunnel *tunnel, int fd);
/* (transfer full): why the stream failed or ended, while no MQTT byte has come from the broker. */
GError *tunnel_explain_stream(Tunnel *tunnel, const StreamFailure *failure);

/* --- tunnel_relay.c -------------------------------------------------------------------------- */

/* Watches a broker that has nothing to say before the client has come. */
void tunnel_watch_idle(Tunnel *tunnel);
/* (transfer full) of the client's `fd`: bytes flow. */
void tunnel_join(Tunnel *tunnel, int fd);
