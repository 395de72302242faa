#include "config.h"

#include "core/workspace.h"

#include <string.h>

#define SWEEP_MS 50

struct Workspace {
  char *folder;
  gsize log_bytes;
  Transport *transport;
  GPtrArray *connections; /* of Connection */
  GHashTable *saved;      /* set of Connection: those that have a file */
  GPtrArray *trials;      /* of Trial */
  ChainMemory *memory;    /* borrowed; or NULL */
  guint sweep;            /* frees the trials that were left; 0: there are none */
  WorkspaceChanged changed;
  gpointer user_data;
};

/* A check, and who waits for it. */
typedef struct {
  Check *check;
  CheckDone done; /* NULL: it was left */
  gpointer user_data;
} Trial;

static void
trial_free(gpointer data)
{
  Trial *trial = data;
  check_free(trial->check);
  g_free(trial);
}

static void
connection_changed(Connection *connection, ConnectionChange what, gpointer user_data)
{
  Workspace *workspace = user_data;
  if (workspace->changed != NULL)
    workspace->changed(workspace, connection, what, workspace->user_data);
}

Workspace *
workspace_new(const char *folder, gsize log_bytes)
{
  Workspace *workspace = g_new0(Workspace, 1);
  workspace->folder = g_strdup(folder);
  workspace->log_bytes = log_bytes;
  workspace->transport = transport_new();
  workspace->connections = g_ptr_array_new_with_free_func((GDestroyNotify)connection_free);
  workspace->saved = g_hash_table_new(NULL, NULL);
  workspace->trials = g_ptr_array_new_with_free_func(trial_free);
  return workspace;
}

/* All say goodbye at the same time: a broker that does not answer costs one wait, not one each. */
static void
disconnect_all(Workspace *workspace)
{
  for (guint i = 0; i < workspace->connections->len; i++)
    connection_disconnect(g_ptr_array_index(workspace->connections, i));
}

void
workspace_free(Workspace *workspace)
{
  if (workspace == NULL)
    return;
  workspace->changed = NULL;
  disconnect_all(workspace);
  g_clear_handle_id(&workspace->sweep, g_source_remove);
  g_ptr_array_unref(workspace->trials);
  g_ptr_array_unref(workspace->connections);
  g_hash_table_unref(workspace->saved);
  transport_free(workspace->transport);
  g_free(workspace->folder);
  g_free(workspace);
}

void
workspace_keep_chains(Workspace *workspace, ChainMemory *memory)
{
  workspace->memory = memory;
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
    if (strcmp(connection_profile(connection)->name, name) == 0)
      return connection;
  }
  return NULL;
}

Connection *
workspace_by_number(Workspace *workspace, guint64 number)
{
  for (guint i = 0; i < workspace->connections->len; i++) {
    Connection *connection = g_ptr_array_index(workspace->connections, i);
    if (connection_number(connection) == number)
      return connection;
  }
  return NULL;
}

gboolean
workspace_is_saved(Workspace *workspace, Connection *connection)
{
  return g_hash_table_contains(workspace->saved, connection);
}

static Connection *
add(Workspace *workspace, const Profile *profile, GError **error)
{
  Connection *connection =
      connection_new(workspace->transport, profile, workspace->log_bytes, connection_changed,
                     workspace, error);
  if (connection != NULL)
    g_ptr_array_add(workspace->connections, connection);
  return connection;
}

/* From now on it has a file. */
static void
note_saved(Workspace *workspace, Connection *connection)
{
  g_hash_table_add(workspace->saved, connection);
  connection_keep_chain(connection, workspace->memory);
}

GPtrArray *
workspace_load(Workspace *workspace)
{
  GPtrArray *problems = NULL;
  g_autoptr(GPtrArray) profiles = profile_load_all(workspace->folder, &problems);
  if (problems == NULL)
    problems = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < profiles->len; i++) {
    g_autoptr(GError) error = NULL;
    Connection *connection = add(workspace, g_ptr_array_index(profiles, i), &error);
    if (connection == NULL)
      g_ptr_array_add(problems, g_strdup(error->message));
    else
      note_saved(workspace, connection);
  }
  return problems;
}

static char *
unique_name(Workspace *workspace, const char *name)
{
  char *unique = g_strdup(name);
  for (guint n = 2; workspace_find(workspace, unique) != NULL; n++) {
    g_free(unique);
    unique = g_strdup_printf("%s-%u", name, n);
  }
  return unique;
}

Connection *
workspace_add(Workspace *workspace, const Profile *profile, GError **error)
{
  g_autoptr(Profile) copy = profile_copy(profile);
  g_free(copy->name);
  copy->name = unique_name(workspace, profile->name);
  return add(workspace, copy, error);
}

static gboolean
name_is_free(Workspace *workspace, const Connection *connection, const char *name, GError **error)
{
  Connection *holder = workspace_find(workspace, name);
  if (holder == NULL || holder == connection)
    return TRUE;
  g_set_error(error, PROFILE_ERROR, PROFILE_FIELD_NAME,
              "there is a connection \"%s\" already; choose another name", name);
  return FALSE;
}

/* The connection has another name now, and its new file is there. */
static void
move_files(Workspace *workspace, const char *old, const char *name)
{
  profile_delete(workspace->folder, old, NULL);
  if (workspace->memory != NULL)
    chain_memory_rename(workspace->memory, old, name);
}

/* The new file is written before the old one of another name goes: nothing is lost in between. */
Connection *
workspace_save(Workspace *workspace, Connection *connection, const Profile *profile, GError **error)
{
  if (!profile_check(profile, error) ||
      !name_is_free(workspace, connection, profile->name, error) ||
      !profile_save(profile, workspace->folder, error))
    return NULL;
  if (connection == NULL) {
    connection = add(workspace, profile, error);
    if (connection == NULL)
      return NULL;
  } else {
    const char *old = connection_profile(connection)->name;
    if (workspace_is_saved(workspace, connection) && strcmp(old, profile->name) != 0)
      move_files(workspace, old, profile->name);
    connection_set_profile(connection, profile);
  }
  note_saved(workspace, connection);
  return connection;
}

gboolean
workspace_delete(Workspace *workspace, Connection *connection, GError **error)
{
  const char *name = connection_profile(connection)->name;
  gboolean saved = workspace_is_saved(workspace, connection);
  if (saved && !profile_delete(workspace->folder, name, error))
    return FALSE;
  if (saved && workspace->memory != NULL)
    chain_memory_forget(workspace->memory, name);
  g_hash_table_remove(workspace->saved, connection);
  g_ptr_array_remove(workspace->connections, connection);
  return TRUE;
}

/* --- Trying what is no connection yet ---------------------------------------------------------- */

static void
trial_done(Check *check, gpointer user_data)
{
  Trial *trial = user_data;
  if (trial->done != NULL)
    trial->done(check, trial->user_data);
}

Check *
workspace_check(Workspace *workspace, const Profile *profile, CheckDone done, gpointer user_data,
                GError **error)
{
  Trial *trial = g_new0(Trial, 1);
  trial->check = check_start(workspace->transport, profile, 0, trial_done, trial, error);
  if (trial->check == NULL) {
    g_free(trial);
    return NULL;
  }
  trial->done = done;
  trial->user_data = user_data;
  g_ptr_array_add(workspace->trials, trial);
  return trial->check;
}

/* Freeing one that speaks MQTT would wait for its DISCONNECT to be sent. */
static gboolean
frees_at_once(const Trial *trial)
{
  SessionState state = connection_session(check_connection(trial->check))->state;
  return state != SESSION_MQTT_CONNECTING && state != SESSION_ONLINE && state != SESSION_CLOSING;
}

static gboolean
on_sweep(gpointer user_data)
{
  Workspace *workspace = user_data;
  guint left = 0;
  for (guint i = workspace->trials->len; i-- > 0;) {
    const Trial *trial = workspace->trials->pdata[i];
    if (trial->done == NULL && frees_at_once(trial))
      g_ptr_array_remove_index(workspace->trials, i);
    else if (trial->done == NULL)
      left++;
  }
  if (left > 0)
    return G_SOURCE_CONTINUE;
  workspace->sweep = 0;
  return G_SOURCE_REMOVE;
}

void
workspace_leave_check(Workspace *workspace, Check *check)
{
  for (guint i = 0; i < workspace->trials->len; i++) {
    Trial *trial = workspace->trials->pdata[i];
    if (trial->check == check)
      trial->done = NULL;
  }
  if (workspace->sweep == 0)
    workspace->sweep = g_timeout_add(SWEEP_MS, on_sweep, workspace);
}
