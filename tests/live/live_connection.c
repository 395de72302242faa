#include "config.h"

#include "live/live_connection.h"

#include <stdio.h>
#include <string.h>

#define DEADLINE_MS 60000 /* bounds a failure */
#define LOG_BYTES (1024 * 1024)

static void
on_change(Connection *connection, ConnectionChange what, gpointer data)
{
  LiveConnection *live = data;
  const Session *session = connection_session(connection);
  live->ever_online |= session->state == SESSION_ONLINE;
  live->ever_waiting |= session->state == SESSION_WAITING;
  live->ever_verified |= session->tls_verified;
  live->ever_two_way |= session->two_way;
}

/* --- From start to end ------------------------------------------------------------------------ */

static void
set(char **place, const char *value)
{
  g_free(*place);
  *place = g_strdup(value);
}

Profile *
live_profile_new(const Broker *broker, const Certificates *certificates)
{
  Profile *profile = profile_new();
  set(&profile->name, "live");
  set(&profile->host, "127.0.0.1");
  profile->port = broker_port(broker);
  profile->version = MQTT_5;
  profile->scheme = certificates != NULL ? SCHEME_MQTTS : SCHEME_MQTT;
  if (certificates != NULL) {
    profile->trust = TRUST_FILE;
    set(&profile->ca_path, certificates->root);
    live_profile_set_client(profile, &certificates->client);
  }
  return profile;
}

void
live_profile_set_client(Profile *profile, const CertificateFiles *client)
{
  set(&profile->certificate_path, client != NULL ? client->fullchain : NULL);
  set(&profile->key_path, client != NULL ? client->key : NULL);
}

LiveConnection *
live_connect(const Profile *profile)
{
  LiveConnection *live = g_new0(LiveConnection, 1);
  g_autoptr(GError) error = NULL;
  live->transport = transport_new();
  live->connection = connection_new(live->transport, profile, LOG_BYTES, on_change, live, &error);
  g_assert_no_error(error);
  connection_connect(live->connection);
  return live;
}

void
live_free(LiveConnection *live)
{
  if (live == NULL)
    return;
  connection_free(live->connection);
  transport_free(live->transport);
  g_free(live);
}

/* --- Waiting ---------------------------------------------------------------------------------- */

typedef gboolean (*LivePredicate)(LiveConnection *live, gconstpointer data);

static void
dump(const LiveConnection *live, const char *what)
{
  Timeline *timeline = connection_timeline(live->connection);
  fprintf(stderr, "# waited in vain until %s; it is %s, and this had happened:\n", what,
          session_state_text(connection_session(live->connection)));
  for (guint64 i = timeline_first(timeline); i < timeline_next(timeline); i++) {
    const TimelineEntry *entry = timeline_get(timeline, i);
    fprintf(stderr, "#   %-6s %s%s%s\n", entry->stage, entry->text, entry->code != NULL ? "  " : "",
            entry->code != NULL ? entry->code : "");
  }
}

static gboolean
wake_loop(gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
wait_until(LiveConnection *live, LivePredicate predicate, gconstpointer data, const char *what)
{
  gint64 deadline = g_get_monotonic_time() + DEADLINE_MS * 1000;
  guint waker = g_timeout_add(20, wake_loop, NULL);
  gboolean happened;
  while (!(happened = predicate(live, data)) && g_get_monotonic_time() < deadline)
    g_main_context_iteration(NULL, TRUE);
  g_source_remove(waker);
  if (!happened)
    dump(live, what);
  return happened;
}

static gboolean
is_in_state(LiveConnection *live, gconstpointer state)
{
  return connection_session(live->connection)->state == (SessionState)GPOINTER_TO_INT(state);
}

static gboolean
wait_state(LiveConnection *live, SessionState state, const char *what)
{
  return wait_until(live, is_in_state, GINT_TO_POINTER(state), what);
}

gboolean
live_wait_online(LiveConnection *live)
{
  return wait_state(live, SESSION_ONLINE, "it is online");
}

gboolean
live_wait_waiting(LiveConnection *live)
{
  return wait_state(live, SESSION_WAITING, "it waits for the next try");
}

gboolean
live_wait_idle(LiveConnection *live)
{
  return wait_state(live, SESSION_IDLE, "it is idle");
}

static gboolean
is_stopped(LiveConnection *live, gconstpointer data)
{
  const Session *session = connection_session(live->connection);
  return session->state == SESSION_IDLE && session->stopped_by_fault;
}

gboolean
live_wait_stopped(LiveConnection *live)
{
  return wait_until(live, is_stopped, NULL, "a fault has stopped it");
}

typedef struct {
  const char *filter;
  int qos;
} Grant;

static gboolean
is_granted(LiveConnection *live, gconstpointer data)
{
  const Grant *wanted = data;
  GPtrArray *subscriptions = connection_subscriptions(live->connection);
  for (guint i = 0; i < subscriptions->len; i++) {
    const Subscription *subscription = g_ptr_array_index(subscriptions, i);
    if (strcmp(subscription->filter, wanted->filter) == 0 &&
        subscription->state == SUBSCRIPTION_GRANTED && subscription->granted == wanted->qos)
      return TRUE;
  }
  return FALSE;
}

gboolean
live_wait_granted(LiveConnection *live, const char *filter, int qos)
{
  const Grant grant = {filter, qos};
  return wait_until(live, is_granted, &grant, "the subscription is granted");
}

static gboolean
has_messages(LiveConnection *live, gconstpointer count)
{
  MessageLogStatus status;
  message_log_status(connection_log(live->connection), &status);
  return status.count[MQTT_FROM_BROKER] >= *(const guint64 *)count;
}

gboolean
live_wait_messages(LiveConnection *live, guint64 count)
{
  return wait_until(live, has_messages, &count, "the messages have come");
}

/* --- What is there ---------------------------------------------------------------------------- */

gboolean
live_has_finding(const LiveConnection *live, const char *code)
{
  GPtrArray *findings = connection_info(live->connection)->findings;
  for (guint i = 0; findings != NULL && i < findings->len; i++) {
    if (strcmp(((const Finding *)g_ptr_array_index(findings, i))->code, code) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
live_timeline_says(const LiveConnection *live, const char *text)
{
  Timeline *timeline = connection_timeline(live->connection);
  for (guint64 i = timeline_first(timeline); i < timeline_next(timeline); i++) {
    if (strstr(timeline_get(timeline, i)->text, text) != NULL)
      return TRUE;
  }
  return FALSE;
}

static LiveMessage *
message_copy(const LoggedMessage *logged)
{
  LiveMessage *message = g_new0(LiveMessage, 1);
  message->topic = g_strndup((const char *)logged->topic.data, logged->topic.length);
  message->payload = g_strndup((const char *)logged->payload.data, logged->payload.length);
  message->qos = logged->qos;
  message->retain = logged->retain;
  return message;
}

LiveMessage *
live_message(const LiveConnection *live, guint64 index)
{
  MessageLog *log = connection_log(live->connection);
  LiveMessage *message = NULL;
  LoggedMessage logged;
  message_log_lock(log);
  for (guint64 number = 0; message == NULL && message_log_get(log, number, &logged); number++) {
    if (logged.direction == MQTT_FROM_BROKER && index-- == 0)
      message = message_copy(&logged);
  }
  message_log_unlock(log);
  g_assert_nonnull(message);
  return message;
}

void
live_message_free(LiveMessage *message)
{
  g_free(message->topic);
  g_free(message->payload);
  g_free(message);
}
