/* The inside of a Connection, shared by the files that make it up:
 *   connection.c          life, the user's wishes, effects of the session
 *   connection_events.c   events of tunnel and MQTT client → info, timeline, session
 *   connection_requests.c subscribe, unsubscribe, publish and their answers
 *   connection_attempt.c  one try: tunnel and client, what runs on other threads
 *   connection_chain.c    the broker's certificates against those seen before
 *   connection_findings.c what is known → diagnosis → findings
 *   connection_probe.c    second connections that tell causes apart
 */
#pragma once

#include "core/connection.h"
#include "core/diagnosis.h"
#include "core/file_watch.h"
#include "core/local_check.h"
#include "core/probe_plan.h"
#include "core/rate_meter.h"
#include "mqtt/client.h"
#include "net/tunnel.h"
#include "util/event_queue.h"

/* One try to be connected: what the transport thread and Paho's threads see of a Connection.
 * Nothing in it changes while they run, but what is said to be the transport thread's. */
typedef struct {
  guint number;         /* posts of an older attempt are thrown away */
  EventQueue *queue;    /* borrowed from the connection */
  MessageLog *log;      /* borrowed from the connection */
  _Atomic gint64 batch_ns; /* the transport thread's: real time of the batch that is logged; read
                            * by the main thread, too */
  guint decisive_packets; /* the transport thread's: CONNACK and DISCONNECT so far */
  Tunnel *tunnel;
  MqttClient *client;
} Attempt;

/* What travels through the queue: of an attempt's tunnel or client, or of a probe. */
typedef struct {
  guint attempt;
  guint probe_number;   /* 0: of no probe */
  ProbeResult *probe;
  TunnelEvent *tunnel;
  MqttClientEvent client;
  gboolean is_client;
} Post;

typedef struct {
  guint token;
  char *text;           /* for the timeline: "publish to a/b" */
  char *topic;          /* of a publish; NULL: it is none */
  gsize size;           /* of its payload */
  int qos;
  gint64 started_us;
} Request;

/* What a probe under way knows of us; on the transport thread. */
typedef struct {
  EventQueue *queue;
  guint number;
} ProbeTicket;

#define REFUSALS_MAX 64 /* findings on refused topics that are kept */
#define CHAIN_CHANGES_MAX 16 /* that Enter in the timeline can still open */

struct Connection {
  guint64 number;
  Transport *transport;
  Profile *profile;
  ConnectionChanged changed;
  gpointer user_data;

  Session session;
  GQueue pending;       /* SessionEvents that came while one was being handled */
  gboolean dispatching;
  guint timer;          /* GLib source, 0: none */
  guint16 ready_port;

  EventQueue *queue;
  MessageLog *log;
  Timeline *timeline;
  Attempt *attempt;     /* NULL: none under way */
  guint attempt_number;

  GPtrArray *subscriptions; /* of Subscription */
  GPtrArray *requests;      /* of Request: publishes and unsubscribes that wait for an answer */

  ConnectionInfo info;
  Evidence *evidence;   /* of the present or last attempt */
  gboolean first_entry; /* the next timeline entry begins an attempt */
  gint64 connect_sent_us, ping_sent_us;
  LocalShare *files;    /* borrowed; NULL: our files are read at each attempt */
  LocalCheck *local;    /* our files, as the present or last attempt found them; or NULL */
  GPtrArray *refusals;  /* of Finding: requests that the broker refused on this connection */
  gboolean tls_joined_reported;

  /* How it ended before, and what was going on. */
  PastEnd ends[PAST_ENDS_MAX];
  guint end_count;
  gint64 quiet_us;      /* before the last end, -1: not known */
  gint64 packet_ns;     /* real time of the last packet but PUBLISH, 0: none */
  char *publish_topic;  /* last sent; or NULL */
  gsize publish_size;
  gint64 publish_us;
  guint publish_token;
  char *known_address;  /* with which this host's certificate was right; or NULL */

  /* The broker's certificates. */
  ChainMemory *memory;    /* borrowed; NULL: nothing is kept beyond this run */
  gboolean memory_read, memory_failed;
  SeenChain *seen;        /* accepted last; or NULL */
  SeenChain *arrived;     /* of this attempt, until the handshake is over; or NULL */
  GQueue changes;         /* of ChainChange, the last CHAIN_CHANGES_MAX of them */
  guint change_count;     /* all that there were, and the number of the last */
  guint connects_since_change; /* how often the user has connected anew since it was shown */

  /* Second connections. */
  gboolean asks_enforced;
  gboolean tries_once;
  GHashTable *probe_runs; /* code of the fault without them → GPtrArray of PlannedProbe */
  GPtrArray *probes;      /* borrowed from it: of the present fault; or NULL */
  guint probe_next;       /* of `probes` */
  guint probe_count;      /* all that were started */
  Probe *probe;           /* under way; or NULL */
  ProbeTicket ticket;     /* and its */
  gboolean timer_due;     /* the next try waits until they are over */

  RateMeter rate_in, rate_out;
  FileWatch *watch;
};

/* connection.c */
void connection_dispatch(Connection *connection, SessionEventType type, gboolean flag,
                         gboolean heals);
void connection_notify(Connection *connection, ConnectionChange what);
void connection_log_event(Connection *connection, TimelineLevel level, const char *stage,
                          const char *code, const char *format, ...) G_GNUC_PRINTF(5, 6);
void connection_fail(Connection *connection, const char *sentence);

/* connection_events.c */
void connection_handle_post(gpointer post, gpointer connection);

/* connection_findings.c */
DiagnosisCase connection_case(const Connection *connection); /* borrows; good for this turn */
void connection_update_findings(Connection *connection);
void connection_fail_by(Connection *connection, const Finding *finding);
/* Borrowed, until the next of them. */
const Finding *connection_subscribe_refused(Connection *connection, const char *filter, int reason);
const Finding *connection_publish_refused(Connection *connection, const char *topic, gsize size,
                                          int reason);
void connection_subscribe_granted(Connection *connection, const char *filter);
void connection_publish_granted(Connection *connection, const char *topic);
void connection_note_publish(Connection *connection, guint token, const char *topic, gsize size,
                             gint64 at_us);
void connection_note_publish_answered(Connection *connection, guint token);
void connection_note_silence(Connection *connection, const TunnelEvent *closed);
void connection_note_end(Connection *connection, const TunnelEvent *closed);
void connection_forget_past(Connection *connection);

/* connection_chain.c */
void connection_take_chain(Connection *connection, const TunnelEvent *event); /* TUNNEL_VERIFIED */
void connection_prove_chain(Connection *connection); /* the handshake is over */
void connection_count_connect(Connection *connection); /* the user connects */
void connection_forget_chains(Connection *connection);

/* connection_probe.c */
void connection_probe(Connection *connection); /* looks into what is wrong now, once */
void connection_probe_stop(Connection *connection); /* the one under way */
void connection_probe_forget(Connection *connection); /* that, and what all have shown */
void connection_handle_probe(Connection *connection, Post *post);

/* connection_requests.c */
void connection_subscribe_all(Connection *connection);
void connection_handle_answer(Connection *connection, const MqttClientEvent *event);
const char *connection_subscribing(const Connection *connection); /* borrowed; NULL: nothing */
void connection_forget_requests(Connection *connection);
void connection_take_subscriptions(Connection *connection, const Profile *profile);
void subscription_free(Subscription *subscription);
void request_free(Request *request);

/* connection_attempt.c */
void post_free(gpointer post);
gboolean attempt_start(Connection *connection);
gboolean attempt_connect_client(Connection *connection, GError **error);
void attempt_stop(Connection *connection);
