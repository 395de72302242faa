/* The inside of a Connection, shared by the files that make it up:
 *   connection.c          life, the user's wishes, effects of the session
 *   connection_events.c   events of tunnel and MQTT client → info, timeline, session
 *   connection_requests.c subscribe, unsubscribe, publish and their answers
 *   connection_attempt.c  one try: tunnel and client, what runs on other threads
 */
#pragma once

#include "core/connection.h"
#include "core/file_watch.h"
#include "core/rate_meter.h"
#include "mqtt/client.h"
#include "net/tunnel.h"
#include "util/event_queue.h"

/* One try to be connected: what the transport thread and Paho's threads see of a Connection.
 * Nothing in it changes while they run, but `batch_ns`, which is the transport thread's. */
typedef struct {
  guint number;         /* posts of an older attempt are thrown away */
  EventQueue *queue;    /* borrowed from the connection */
  MessageLog *log;      /* borrowed from the connection */
  gint64 batch_ns;      /* real time of the batch that is being logged */
  Tunnel *tunnel;
  MqttClient *client;
} Attempt;

/* What travels through the queue: exactly one of the two is set. */
typedef struct {
  guint attempt;
  TunnelEvent *tunnel;
  MqttClientEvent client;
  gboolean is_client;
} Post;

typedef struct {
  guint token;
  char *text;           /* for the timeline: "publish to a/b" */
  gint64 started_us;
} Request;

struct Connection {
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
  int disconnect_reason;/* of the broker's DISCONNECT, -1: none came */
  gboolean tls_joined_reported;

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
void connection_add_finding(Connection *connection, Finding *finding);

/* connection_events.c */
void connection_handle_post(gpointer post, gpointer connection);

/* connection_requests.c */
void connection_subscribe_all(Connection *connection);
void connection_handle_answer(Connection *connection, const MqttClientEvent *event);
void connection_forget_requests(Connection *connection);
void connection_take_subscriptions(Connection *connection, const Profile *profile);
void subscription_free(Subscription *subscription);
void request_free(Request *request);

/* connection_attempt.c */
void post_free(gpointer post);
gboolean attempt_start(Connection *connection, GError **error);
gboolean attempt_connect_client(Connection *connection, GError **error);
void attempt_stop(Connection *connection);
