#include "config.h"

#include "core/connection_private.h"

#include "util/safe_text.h"
#include "util/secret.h"

#include <stdarg.h>
#include <string.h>

/* Packets of interest that may wait for the screen; more are counted and dropped. */
#define QUEUE_CAPACITY 4096

/* --- Telling others ---------------------------------------------------------------------------- */

void
connection_notify(Connection *connection, ConnectionChange what)
{
  connection->info.events_dropped = event_queue_dropped(connection->queue);
  if (connection->changed != NULL)
    connection->changed(connection, what, connection->user_data);
}

void
connection_log_event(Connection *connection, TimelineLevel level, const char *stage,
                     const char *code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  timeline_add(connection->timeline, g_get_real_time() * 1000, g_get_monotonic_time(),
               connection->first_entry, level, stage, code, text);
  connection->first_entry = FALSE;
}

/* What to show as the reason why it is not online. */
void
connection_fail(Connection *connection, const char *sentence)
{
  g_free((char *)connection->info.last_error);
  connection->info.last_error = sentence != NULL ? safe_text_string(sentence) : NULL;
}

/* --- What is known of an attempt --------------------------------------------------------------- */

/* A new attempt knows nothing yet; what the last one found out stays on the screen until then. */
static void
forget_attempt(Connection *connection)
{
  ConnectionInfo *info = &connection->info;
  g_clear_pointer((char **)&info->tls_version, g_free);
  g_clear_pointer((char **)&info->cipher, g_free);
  g_clear_pointer((char **)&info->group, g_free);
  g_clear_pointer((char **)&info->alpn, g_free);
  g_clear_pointer((char **)&info->address, g_free);
  g_clear_pointer((char **)&info->last_error, g_free);
  g_clear_pointer((Verdict **)&info->verdict, verdict_free);
  g_clear_pointer((SecondOpinion **)&info->opinion, second_opinion_free);
  g_clear_pointer(&info->peer_chain, g_ptr_array_unref);
  g_clear_pointer(&info->identity, identity_unref);
  g_clear_pointer(&info->anchors, anchors_unref);
  g_clear_pointer(&info->ca_names, g_strfreev);
  g_clear_pointer(&connection->local, local_check_free);
  g_ptr_array_set_size(connection->refusals, 0);
  connection->quiet_us = -1;
  connection->packet_ns = 0;
  g_ptr_array_set_size(info->findings, 0);
  evidence_free(connection->evidence);
  connection->evidence = evidence_new();
  info->certificate_end = 0;
  info->online_since_ns = 0;
  info->rtt_us = -1;
}

/* Letters and digits only: the one alphabet every broker must take (MQTT 5, 3.1.3-5). */
static char *
make_client_id(void)
{
  static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  char id[] = "mqtrust-XXXXXXXX";
  for (char *c = id + strlen("mqtrust-"); *c != '\0'; c++)
    *c = alphabet[g_random_int_range(0, (gint32)strlen(alphabet))];
  return g_strdup(id);
}

static void
watch_files(Connection *connection)
{
  const Profile *profile = connection->profile;
  g_clear_pointer(&connection->watch, file_watch_free);
  if (profile->scheme != SCHEME_MQTTS)
    return;
  const char *paths[] = {profile->ca_path, profile->certificate_path, profile->key_path,
                         profile->crl_path, profile->broker_ca_path};
  connection->watch = file_watch_new(paths, G_N_ELEMENTS(paths));
}

/* --- Effects of the session -------------------------------------------------------------------- */

static gboolean
timer_fired(gpointer data)
{
  Connection *connection = data;
  connection->timer = 0;
  connection->timer_due = connection->session.state == SESSION_WAITING &&
                          (connection_is_probing(connection) || connection->tries_once);
  if (!connection->timer_due)
    connection_dispatch(connection, SESSION_EVENT_TIMER, FALSE, FALSE);
  return G_SOURCE_REMOVE;
}

static void
cancel_timer(Connection *connection)
{
  if (connection->timer != 0)
    g_source_remove(connection->timer);
  connection->timer = 0;
}

static void
open_attempt(Connection *connection)
{
  forget_attempt(connection);
  connection->first_entry = TRUE;
  connection->tls_joined_reported = FALSE;
  watch_files(connection);
  g_free((char *)connection->info.client_id);
  connection->info.client_id = connection->profile->client_id != NULL
                                   ? g_strdup(connection->profile->client_id)
                                   : make_client_id();
  g_autofree char *url = profile_url(connection->profile);
  connection_log_event(connection, TIMELINE_INFO, "start", NULL, "connecting to %s", url);
  if (attempt_start(connection))
    return;
  connection_dispatch(connection, SESSION_EVENT_CLOSED, FALSE, FALSE);
}

static void
connect_client(Connection *connection)
{
  g_autoptr(GError) error = NULL;
  if (attempt_connect_client(connection, &error))
    return;
  connection_log_event(connection, TIMELINE_ERROR, "mqtt", NULL, "%s", error->message);
  connection_fail(connection, error->message);
  connection_dispatch(connection, SESSION_EVENT_CLOSED, FALSE, FALSE);
}

static void
close_attempt(Connection *connection)
{
  attempt_stop(connection);
  connection_forget_requests(connection);
  connection->info.online_since_ns = 0;
}

static void
apply(Connection *connection, guint effects)
{
  if (effects & (SESSION_EFFECT_CANCEL_TIMER | SESSION_EFFECT_TIMER))
    cancel_timer(connection);
  if (effects & SESSION_EFFECT_TIMER)
    connection->timer = g_timeout_add(connection->session.timer_ms, timer_fired, connection);
  if ((effects & SESSION_EFFECT_MQTT_DISCONNECT) && connection->attempt != NULL &&
      connection->attempt->client != NULL)
    mqtt_client_disconnect(connection->attempt->client);
  if (effects & SESSION_EFFECT_CLOSE)
    close_attempt(connection);
  if (effects & SESSION_EFFECT_OPEN)
    open_attempt(connection);
  if (effects & SESSION_EFFECT_MQTT_CONNECT)
    connect_client(connection);
  if (effects & SESSION_EFFECT_SUBSCRIBE)
    connection_subscribe_all(connection);
}

static void
log_state(Connection *connection, SessionState before)
{
  const Session *session = &connection->session;
  if (session->state == before)
    return;
  if (session->state == SESSION_ONLINE) {
    connection->info.online_since_ns = g_get_real_time() * 1000;
    connection_log_event(connection, TIMELINE_GOOD, "mqtt", NULL, "online%s",
                         session->two_way ? ": two-way TLS" : session->tls_verified ? ": TLS" : "");
  } else if (session->state == SESSION_WAITING) {
    connection_log_event(connection, TIMELINE_INFO, "wait", NULL, "next try in %.1f s",
                         session->timer_ms / 1000.0);
  } else if (session->state == SESSION_IDLE && session->stopped_by_fault) {
    connection_log_event(connection, TIMELINE_WARNING, "wait", NULL,
                         "no more tries: this does not heal by itself; a changed certificate, key "
                         "or CA file is tried at once");
  } else if (session->state == SESSION_IDLE) {
    connection_log_event(connection, TIMELINE_INFO, "end", NULL, "disconnected");
  }
}

static void
handle(Connection *connection, const SessionEvent *event)
{
  SessionState before = connection->session.state;
  guint effects = session_handle(&connection->session, event, g_get_monotonic_time() / 1000,
                                 g_random_double());
  log_state(connection, before);
  apply(connection, effects);
}

/* Effects may bring further events (a file that cannot be read ends an attempt at once); these
 * wait their turn, so that the session never sees one event inside another. */
void
connection_dispatch(Connection *connection, SessionEventType type, gboolean flag, gboolean heals)
{
  SessionEvent *event = g_new0(SessionEvent, 1);
  *event = (SessionEvent){type, flag, heals};
  g_queue_push_tail(&connection->pending, event);
  if (connection->dispatching)
    return;
  connection->dispatching = TRUE;
  while ((event = g_queue_pop_head(&connection->pending)) != NULL) {
    handle(connection, event);
    g_free(event);
  }
  connection->dispatching = FALSE;
  connection_notify(connection, CONNECTION_CHANGED_STATE);
}

/* --- Life -------------------------------------------------------------------------------------- */

Connection *
connection_new(Transport *transport, const Profile *profile, gsize log_bytes,
               ConnectionChanged changed, gpointer user_data, GError **error)
{
  static guint64 last_number;
  MessageLog *log = message_log_new(log_bytes, error);
  if (log == NULL)
    return NULL;
  Connection *connection = g_new0(Connection, 1);
  connection->number = ++last_number;
  connection->transport = transport;
  connection->profile = profile_copy(profile);
  connection->changed = changed;
  connection->user_data = user_data;
  connection->log = log;
  connection->timeline = timeline_new();
  connection->queue =
      event_queue_new(QUEUE_CAPACITY, NULL, connection_handle_post, connection, post_free);
  connection->subscriptions = g_ptr_array_new_with_free_func((GDestroyNotify)subscription_free);
  connection->requests = g_ptr_array_new_with_free_func((GDestroyNotify)request_free);
  connection->info.findings = finding_list_new();
  connection->refusals = finding_list_new();
  connection->quiet_us = -1;
  connection->probe_runs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                                 (GDestroyNotify)g_ptr_array_unref);
  connection->info.rtt_us = -1;
  connection->evidence = evidence_new();
  session_init(&connection->session, g_get_monotonic_time() / 1000);
  connection_take_subscriptions(connection, profile);
  return connection;
}

/* The goodbye is bounded: the main context runs until the session is idle, or the session's own
 * timer ends the wait. */
static void
say_goodbye(Connection *connection)
{
  connection->changed = NULL;
  connection_disconnect(connection);
  while (connection->session.state == SESSION_CLOSING)
    g_main_context_iteration(NULL, TRUE);
}

void
connection_free(Connection *connection)
{
  if (connection == NULL)
    return;
  connection_probe_forget(connection);
  say_goodbye(connection);
  connection_probe_forget(connection);
  attempt_stop(connection);
  cancel_timer(connection);
  event_queue_free(connection->queue);
  g_queue_clear_full(&connection->pending, g_free);
  forget_attempt(connection);
  connection_forget_chains(connection);
  evidence_free(connection->evidence);
  g_ptr_array_unref(connection->info.findings);
  g_ptr_array_unref(connection->refusals);
  g_hash_table_unref(connection->probe_runs);
  g_free(connection->publish_topic);
  g_free(connection->known_address);
  g_free((char *)connection->info.client_id);
  g_ptr_array_unref(connection->subscriptions);
  g_ptr_array_unref(connection->requests);
  g_clear_pointer(&connection->watch, file_watch_free);
  timeline_free(connection->timeline);
  message_log_free(connection->log);
  profile_free(connection->profile);
  g_free(connection);
}

/* --- The user's wishes ------------------------------------------------------------------------- */

void
connection_ask_enforced(Connection *connection, gboolean ask)
{
  connection->asks_enforced = ask;
}

void
connection_try_once(Connection *connection, gboolean once)
{
  connection->tries_once = once;
}

void
connection_share_files(Connection *connection, LocalShare *files)
{
  connection->files = files;
}

void
connection_connect(Connection *connection)
{
  connection_forget_past(connection);
  connection_count_connect(connection);
  connection_dispatch(connection, SESSION_EVENT_CONNECT, FALSE, FALSE);
}

void
connection_disconnect(Connection *connection)
{
  connection_probe_stop(connection);
  connection_dispatch(connection, SESSION_EVENT_DISCONNECT, FALSE, FALSE);
}

void
connection_set_profile(Connection *connection, const Profile *profile)
{
  if (profile_equal(connection->profile, profile))
    return;
  if (g_strcmp0(connection->profile->host, profile->host) != 0)
    g_clear_pointer(&connection->known_address, g_free);
  connection_forget_past(connection);
  gboolean wanted = connection->session.wanted || connection->session.stopped_by_fault;
  profile_free(connection->profile);
  connection->profile = profile_copy(profile);
  connection_take_subscriptions(connection, profile);
  if (wanted) {
    connection_disconnect(connection);
    connection_connect(connection);
  }
  connection_notify(connection, CONNECTION_CHANGED_STATE);
}

/* --- What it is -------------------------------------------------------------------------------- */

const Profile *
connection_profile(const Connection *connection)
{
  return connection->profile;
}

guint64
connection_number(const Connection *connection)
{
  return connection->number;
}

const Session *
connection_session(const Connection *connection)
{
  return &connection->session;
}

MessageLog *
connection_log(const Connection *connection)
{
  return connection->log;
}

Timeline *
connection_timeline(const Connection *connection)
{
  return connection->timeline;
}

GPtrArray *
connection_subscriptions(const Connection *connection)
{
  return connection->subscriptions;
}

const ConnectionInfo *
connection_info(const Connection *connection)
{
  return &connection->info;
}

const Evidence *
connection_evidence(const Connection *connection)
{
  return connection->evidence;
}

/* --- Once a second ----------------------------------------------------------------------------- */

ConnectionRates
connection_rates(const Connection *connection)
{
  return (ConnectionRates){connection->rate_in.rate, connection->rate_out.rate};
}

static gboolean
watches_files(const Connection *connection)
{
  return connection->session.stopped_by_fault && connection->watch != NULL &&
         !file_watch_is_empty(connection->watch);
}

gboolean
connection_tick(Connection *connection, gint64 monotonic_us)
{
  MessageLogStatus status;
  message_log_status(connection->log, &status);
  gboolean changed = rate_meter_sample(&connection->rate_in, monotonic_us,
                                       status.count[MQTT_FROM_BROKER]);
  changed |= rate_meter_sample(&connection->rate_out, monotonic_us,
                               status.count[MQTT_FROM_CLIENT]);
  if (watches_files(connection) && file_watch_changed(connection->watch)) {
    connection_log_event(connection, TIMELINE_INFO, "local", NULL,
                         "a certificate, key or CA file has changed: trying again");
    connection_forget_past(connection);
    connection_dispatch(connection, SESSION_EVENT_FILES_CHANGED, FALSE, FALSE);
    changed = TRUE;
  }
  return changed || connection->session.state == SESSION_WAITING;
}

static gboolean
has_new_messages(const Connection *connection)
{
  MessageLogStatus status;
  message_log_status(connection->log, &status);
  return rate_meter_differs(&connection->rate_in, status.count[MQTT_FROM_BROKER]) ||
         rate_meter_differs(&connection->rate_out, status.count[MQTT_FROM_CLIENT]);
}

/* No timer runs for a connection on which nothing happens. */
gboolean
connection_needs_tick(const Connection *connection)
{
  return has_new_messages(connection) || connection->rate_in.rate > 0 || connection->rate_out.rate > 0 ||
         connection->session.state == SESSION_WAITING || watches_files(connection);
}
