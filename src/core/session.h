/* The session: what a connection is doing, as a pure state machine. Events in, effects out; no
 * clock, no socket, no thread. The diagram is at the top of session.c.
 *
 * "TLS" may be shown only when `tls_verified`, "two-way" only when `two_way`: a certificate was
 * requested, sent, and the broker's first MQTT byte came (in TLS 1.3 the refusal of a client
 * certificate arrives after a handshake that succeeded). */
#pragma once

#include <glib.h>

typedef enum {
  SESSION_IDLE, SESSION_RESOLVING, SESSION_CONNECTING, SESSION_HANDSHAKING, SESSION_VERIFYING,
  SESSION_MQTT_CONNECTING, SESSION_ONLINE, SESSION_CLOSING, SESSION_WAITING,
} SessionState;

typedef enum {
  SESSION_EVENT_CONNECT,          /* the user wants it */
  SESSION_EVENT_DISCONNECT,       /* the user does not want it any more */
  SESSION_EVENT_RESOLVED,         /* addresses are known */
  SESSION_EVENT_CONNECTED,        /* TCP is there; `flag`: TLS follows */
  SESSION_EVENT_CERTIFICATE_REQUESTED, /* `flag`: we sent one */
  SESSION_EVENT_PEER_CHAIN,       /* the broker's certificates came */
  SESSION_EVENT_VERIFIED,         /* `flag`: accepted */
  SESSION_EVENT_READY,            /* the tunnel waits for the MQTT client */
  SESSION_EVENT_FIRST_BYTE,
  SESSION_EVENT_CONNACK,          /* `flag`: accepted; `heals` when not */
  SESSION_EVENT_CLOSED,           /* the connection is gone; `heals`: worth another try */
  SESSION_EVENT_MQTT_CLOSED,      /* the MQTT client has said goodbye */
  SESSION_EVENT_TIMER,            /* the time asked for by SESSION_EFFECT_TIMER has come */
  SESSION_EVENT_FILES_CHANGED,    /* a certificate, key or CA file is another one now */
  SESSION_EVENT_INCURABLE,        /* the fault that it waits out will not heal by itself */
} SessionEventType;

typedef struct {
  SessionEventType type;
  gboolean flag;
  gboolean heals;       /* the fault may go by itself (network, broker restarting) */
} SessionEvent;

typedef enum {
  SESSION_EFFECT_OPEN = 1 << 0,        /* start a tunnel */
  SESSION_EFFECT_MQTT_CONNECT = 1 << 1,
  SESSION_EFFECT_MQTT_DISCONNECT = 1 << 2,
  SESSION_EFFECT_CLOSE = 1 << 3,       /* stop the tunnel, free the client */
  SESSION_EFFECT_TIMER = 1 << 4,       /* come back in timer_ms */
  SESSION_EFFECT_CANCEL_TIMER = 1 << 5,
  SESSION_EFFECT_SUBSCRIBE = 1 << 6,   /* online: send the subscriptions */
} SessionEffect;

#define SESSION_BACKOFF_FIRST_MS 1000
#define SESSION_BACKOFF_MAX_MS 120000
/* How long CLOSING waits for the MQTT client. Paho's sending thread may sleep for a second before
 * it sends DISCONNECT (1.3.12: in 117 of 120 partings with 40 messages of QoS 2 under way, in 4 of
 * 2,880 others), and without DISCONNECT the broker publishes the last will. */
#define SESSION_GOODBYE_MS 2500

typedef struct {
  SessionState state;
  gboolean wanted;          /* the user wants it connected */
  gboolean stopped_by_fault;/* idle because trying again would not help */
  gboolean tls;             /* this connection uses TLS */
  gboolean tls_verified;    /* of the open connection; FALSE again once it is gone */
  gboolean certificate_requested, certificate_sent; /* of the present or last attempt */
  gboolean certificate_accepted; /* the same: it was sent, and the broker has answered */
  gboolean two_way;         /* of the open connection */
  guint attempt;            /* tries since the user asked or it was last online; 0 while online */
  guint timer_ms;           /* with SESSION_EFFECT_TIMER */
  gint64 since_ms;          /* when `state` was entered */
  gint64 next_try_ms;       /* in WAITING: when */
} Session;

void session_init(Session *session, gint64 now_ms);

/* `now_ms` from any monotonic clock; `random` in [0, 1) jitters the backoff: full jitter between
 * half and the whole of min(max, first * 2^(attempt-1)). Returns a set of SessionEffect; when both
 * are in it, CLOSE and CANCEL_TIMER are to be done before OPEN. An event that does not fit the
 * state changes nothing. */
guint session_handle(Session *session, const SessionEvent *event, gint64 now_ms, double random);

/* "online", "resolving", "waiting for the next try", "stopped", ... */
const char *session_state_text(const Session *session);
