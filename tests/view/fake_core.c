#include "config.h"

#include "view/fake_core.h"

#include <string.h>

struct Workspace {
  GPtrArray *connections;
  WorkspaceChanged changed;
  gpointer user_data;
  Check *check;
};

static void G_GNUC_PRINTF(2, 3) record(Connection *connection, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *call = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *before = connection->calls;
  connection->calls = g_strconcat(before ? before : "", call, "; ", NULL);
}

static void
subscription_free(gpointer data)
{
  g_free(((Subscription *)data)->filter);
  g_free(data);
}

static void
clear_connection(Connection *connection)
{
  profile_free(connection->profile);
  message_log_free(connection->log);
  timeline_free(connection->timeline);
  g_ptr_array_unref(connection->subscriptions);
  g_ptr_array_unref(connection->info.findings);
  g_free(connection->calls);
  evidence_free(connection->evidence);
}

static void
free_connection(gpointer data)
{
  clear_connection(data);
  g_free(data);
}

/* --- For tests -------------------------------------------------------------------------------- */

Workspace *
fake_workspace_new(void)
{
  Workspace *workspace = g_new0(Workspace, 1);
  workspace->connections = g_ptr_array_new_with_free_func(free_connection);
  return workspace;
}

static void
init_connection(Connection *connection, const Profile *profile)
{
  static guint64 last_number;
  *connection = (Connection){.number = ++last_number};
  connection->profile = profile_copy(profile);
  connection->log = message_log_new(MESSAGE_LOG_MIN_BYTES, NULL);
  connection->timeline = timeline_new();
  connection->subscriptions = g_ptr_array_new_with_free_func(subscription_free);
  connection->info.findings = g_ptr_array_new();
  connection->info.rtt_us = -1;
  connection->evidence = evidence_new();
  session_init(&connection->session, 0);
}

static Connection *
make_connection(const Profile *profile)
{
  Connection *connection = g_new(Connection, 1);
  init_connection(connection, profile);
  return connection;
}

static Connection *
add(Workspace *workspace, const Profile *profile)
{
  Connection *connection = make_connection(profile);
  g_ptr_array_add(workspace->connections, connection);
  return connection;
}

static Profile *
named_profile(const char *name)
{
  Profile *profile = profile_new();
  g_free(profile->name);
  g_free(profile->host);
  profile->name = g_strdup(name);
  profile->host = g_strdup_printf("%s.example.com", name);
  return profile;
}

Connection *
fake_connection_add(Workspace *workspace, const char *name)
{
  g_autoptr(Profile) profile = named_profile(name);
  return add(workspace, profile);
}

void
fake_connection_replace(Connection *connection, const char *name)
{
  g_autoptr(Profile) profile = named_profile(name);
  clear_connection(connection);
  init_connection(connection, profile);
}

void
fake_connection_set_online(Connection *connection)
{
  connection->session.state = SESSION_ONLINE;
  connection->session.wanted = TRUE;
  connection->session.tls = connection->session.tls_verified = TRUE;
  connection->session.certificate_requested = connection->session.certificate_sent = TRUE;
  connection->session.two_way = TRUE;
  connection->info.tls_version = "TLS 1.3";
  connection->info.rtt_us = 12345;
  connection->rates = (ConnectionRates){1234, 3};
}

void
fake_connection_changed(Workspace *workspace, Connection *connection, ConnectionChange what)
{
  if (workspace->changed)
    workspace->changed(workspace, connection, what, workspace->user_data);
}

/* --- core/workspace.h ------------------------------------------------------------------------- */

void
workspace_free(Workspace *workspace)
{
  g_ptr_array_unref(workspace->connections);
  g_free(workspace);
}

void
workspace_set_changed(Workspace *workspace, WorkspaceChanged changed, gpointer user_data)
{
  workspace->changed = changed;
  workspace->user_data = user_data;
}

GPtrArray *
workspace_connections(Workspace *workspace)
{
  return workspace->connections;
}

Connection *
workspace_find(Workspace *workspace, const char *name)
{
  for (guint i = 0; i < workspace->connections->len; i++) {
    Connection *connection = g_ptr_array_index(workspace->connections, i);
    if (strcmp(connection->profile->name, name) == 0)
      return connection;
  }
  return NULL;
}

Connection *
workspace_by_number(Workspace *workspace, guint64 number)
{
  for (guint i = 0; i < workspace->connections->len; i++) {
    Connection *connection = g_ptr_array_index(workspace->connections, i);
    if (connection->number == number)
      return connection;
  }
  return NULL;
}

Connection *
workspace_add(Workspace *workspace, const Profile *profile, GError **error)
{
  return add(workspace, profile);
}

Connection *
workspace_save(Workspace *workspace, Connection *connection, const Profile *profile, GError **error)
{
  if (!connection)
    connection = add(workspace, profile);
  connection_set_profile(connection, profile);
  record(connection, "save %s", profile->name);
  return connection;
}

gboolean
workspace_delete(Workspace *workspace, Connection *connection, GError **error)
{
  return g_ptr_array_remove(workspace->connections, connection);
}

gboolean
workspace_is_saved(Workspace *workspace, Connection *connection)
{
  return !connection->unsaved;
}

/* --- core/check.h ----------------------------------------------------------------------------- */

Check *
workspace_check(Workspace *workspace, const Profile *profile, CheckDone done, gpointer user_data,
                GError **error)
{
  g_assert_null(workspace->check);
  workspace->check = g_new0(Check, 1);
  *workspace->check = (Check){.connection = make_connection(profile),
                              .done = done,
                              .user_data = user_data};
  return workspace->check;
}

void
workspace_leave_check(Workspace *workspace, Check *check)
{
  g_assert_true(check == workspace->check);
  free_connection(check->connection);
  g_clear_pointer(&workspace->check, g_free);
}

Check *
fake_check(Workspace *workspace)
{
  return workspace->check;
}

void
fake_check_end(Workspace *workspace, CheckOutcome outcome)
{
  workspace->check->outcome = outcome;
  workspace->check->done(workspace->check, workspace->check->user_data);
}

CheckOutcome
check_outcome(const Check *check)
{
  return check->outcome;
}

const Connection *
check_connection(const Check *check)
{
  return check->connection;
}

const Session *
check_session(const Check *check)
{
  return &check->session;
}

/* --- core/connection.h ------------------------------------------------------------------------ */

void
connection_connect(Connection *connection)
{
  record(connection, "connect");
}

void
connection_disconnect(Connection *connection)
{
  record(connection, "disconnect");
}

void
connection_set_profile(Connection *connection, const Profile *profile)
{
  Profile *copy = profile_copy(profile);
  profile_free(connection->profile);
  connection->profile = copy;
}

gboolean
connection_subscribe(Connection *connection, const char *filter, int qos, GError **error)
{
  record(connection, "subscribe %s q%d", filter, qos);
  return TRUE;
}

gboolean
connection_unsubscribe(Connection *connection, const char *filter, GError **error)
{
  record(connection, "unsubscribe %s", filter);
  return TRUE;
}

gboolean
connection_publish(Connection *connection, const char *topic, const void *payload, gsize length,
                   int qos, gboolean retain, GError **error)
{
  record(connection, "publish %s %" G_GSIZE_FORMAT " q%d%s", topic, length, qos,
         retain ? " retain" : "");
  return TRUE;
}

gboolean
connection_publish_message(Connection *connection, const MqttMessage *message, GError **error)
{
  return connection_publish(connection, message->topic, message->payload, message->payload_length,
                            message->qos, message->retain, error);
}

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

gboolean
connection_is_probing(const Connection *connection)
{
  return connection->probing;
}

const Evidence *
connection_evidence(const Connection *connection)
{
  return connection->evidence;
}

ChainChange *
connection_chain_change(const Connection *connection, guint number)
{
  return number == 1 ? connection->info.chain_change : NULL;
}

ConnectionRates
connection_rates(const Connection *connection)
{
  return connection->rates;
}

gboolean
connection_tick(Connection *connection, gint64 monotonic_us)
{
  return TRUE;
}

gboolean
connection_needs_tick(const Connection *connection)
{
  return connection->needs_tick;
}
