/* A connection that lives: joins profile, session, tunnel, MQTT client, message log and timeline.
 * The imperative shell around core/session.h. Main thread only; `changed` is called on it whenever
 * something that a screen could show is different. */
#pragma once

#include <glib.h>

#include "core/chain_change.h"
#include "core/chain_memory.h"
#include "core/diagnosis.h"
#include "core/evidence.h"
#include "core/local_share.h"
#include "core/message_log.h"
#include "core/profile.h"
#include "core/session.h"
#include "core/timeline.h"
#include "mqtt/client.h"
#include "net/transport.h"
#include "trust/anchors.h"
#include "trust/identity.h"
#include "trust/second_opinion.h"
#include "trust/verify.h"

typedef struct Connection Connection;

typedef enum {
  CONNECTION_CHANGED_STATE = 1 << 0,    /* session, header, certificates, timeline */
  CONNECTION_CHANGED_MESSAGES = 1 << 1, /* the message log has grown */
} ConnectionChange;
typedef void (*ConnectionChanged)(Connection *connection, ConnectionChange what,
                                  gpointer user_data);

/* Takes a copy of `profile`. */
Connection *connection_new(Transport *transport, const Profile *profile, gsize log_bytes,
                           ConnectionChanged changed, gpointer user_data, GError **error);
/* Closes at once what is open (with DISCONNECT when it can be sent within SESSION_GOODBYE_MS). */
void connection_free(Connection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connection, connection_free)

/* Whether to find out, once it is online with a client certificate, if the broker needs that: one
 * more connection, without it. Default: no. */
void connection_ask_enforced(Connection *connection, gboolean ask);
/* A try that failed is the last: it stays WAITING with what was found, also when the second
 * connections took longer than the wait. And a broker of which nothing is asked after CONNACK gets a
 * PINGREQ: some close right after they have accepted. Default: no. */
void connection_try_once(Connection *connection, gboolean once);

/* To read and judge our files once for many connections: borrowed, must outlive this one. NULL, the
 * default: they are read at each attempt. */
void connection_share_files(Connection *connection, LocalShare *files);

/* Where the broker's certificates are remembered under the profile's name, to be compared with those
 * of the next run: borrowed, must outlive this one. What is known already is kept there at once.
 * NULL, the default: they are compared within this run. */
void connection_keep_chain(Connection *connection, ChainMemory *memory);

void connection_connect(Connection *connection);
void connection_disconnect(Connection *connection);
/* Takes the new profile; reconnects when it was wanted and something that matters changed. */
void connection_set_profile(Connection *connection, const Profile *profile);

/* Each adds to the timeline how it went. `error`: why it could not even begin. */
gboolean connection_subscribe(Connection *connection, const char *filter, int qos, GError **error);
gboolean connection_unsubscribe(Connection *connection, const char *filter, GError **error);
gboolean connection_publish(Connection *connection, const char *topic, const void *payload,
                            gsize length, int qos, gboolean retain, GError **error);
/* The same with MQTT 5 properties. */
gboolean connection_publish_message(Connection *connection, const MqttMessage *message,
                                    GError **error);

typedef enum {
  SUBSCRIPTION_WANTED, SUBSCRIPTION_PENDING, SUBSCRIPTION_GRANTED, SUBSCRIPTION_REFUSED,
} SubscriptionState;
typedef struct {
  char *filter;
  int qos;                 /* asked for */
  int granted;             /* QoS, when granted */
  guint8 reason;           /* when refused */
  SubscriptionState state;
  guint token;             /* of the request under way, 0: none */
  gboolean from_profile;
} Subscription;

/* All borrowed, good until the main loop runs again. */
const Profile *connection_profile(const Connection *connection);
/* From 1 on, and never that of another connection of this run, gone ones included: what outlives a
 * connection knows it by this (workspace_by_number()). */
guint64 connection_number(const Connection *connection);
const Session *connection_session(const Connection *connection);
MessageLog *connection_log(const Connection *connection);
Timeline *connection_timeline(const Connection *connection);
GPtrArray *connection_subscriptions(const Connection *connection); /* of Subscription */

typedef struct {
  /* TLS of the present or last attempt; NULL when there was none. Safe text. */
  const char *tls_version, *cipher, *group, *alpn;
  GPtrArray *peer_chain;       /* of Certificate, wire order; NULL: none came */
  const Verdict *verdict;      /* on peer_chain; NULL: not judged */
  const SecondOpinion *opinion; /* OpenSSL's on the same; NULL: not judged, or no OpenSSL here */
  Identity *identity;          /* or NULL */
  Anchors *anchors;            /* or NULL */
  char **ca_names;             /* that the broker accepts; NULL: did not ask or did not say */
  /* What is different in the broker's certificates since they were accepted last; NULL: nothing, or
   * it is no news any more: it stays until the user has connected anew twice. */
  ChainChange *chain_change;
  GPtrArray *findings;         /* of Finding, all of them, worst first; maybe empty */
  Enforced enforced;           /* whether the broker needs our certificate: by a try without it */
  int enforced_alert;          /* with which it refused that; -1: without an alert */
  const char *address;         /* that we are connected to, "192.0.2.1:8883", or NULL */
  const char *client_id;       /* in use (made up or assigned), or NULL */
  const char *last_error;      /* one sentence on why it is not online, or NULL */
  gint64 certificate_end;      /* earliest end of all certificates in use, 0: none */
  gint64 online_since_ns;      /* real time, 0: not online */
  gint64 rtt_us;               /* last ping or connect round trip; -1: not known */
  guint64 events_dropped;      /* of the queue to the screen: shown when not 0 */
} ConnectionInfo;
const ConnectionInfo *connection_info(const Connection *connection);

/* Borrowed: what the present or last attempt has shown; never NULL. */
const Evidence *connection_evidence(const Connection *connection);
/* A second connection is under way to find out more about what failed. */
gboolean connection_is_probing(const Connection *connection);

/* Borrowed: of the timeline's entry with this number (TimelineEntry.chain_change); NULL: it is none,
 * or one of long ago. */
ChainChange *connection_chain_change(const Connection *connection, guint number);

typedef struct { double in, out; } ConnectionRates; /* messages a second */
/* Recomputed at most once a second, by connection_tick(). */
ConnectionRates connection_rates(const Connection *connection);
/* Called about once a second while connection_needs_tick(); TRUE: something shown changed. */
gboolean connection_tick(Connection *connection, gint64 monotonic_us);
gboolean connection_needs_tick(const Connection *connection);
