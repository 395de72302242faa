#include "config.h"

#include "lab/lab_trial.h"

#include <string.h>

#include "core/check.h"

#define LOG_BYTES (64 * 1024)

struct LabTrial {
  const LabFault *fault;
  Transport *transport;
  GMainLoop *loop;
  Check *check;           /* one of these two */
  Connection *connection; /* the fault comes once this one is online */
  Session session;
  gboolean was_online, over;
  guint later, limit; /* GLib sources, 0: none */
};

/* --- A connection that fails, or works with a warning ----------------------------------------- */

static void
on_checked(Check *check, gpointer data)
{
  LabTrial *trial = data;
  trial->over = check_outcome(check) != CHECK_TIMED_OUT;
  trial->session = *check_session(check);
  g_main_loop_quit(trial->loop);
}

static gboolean
run_check(LabTrial *trial, const Profile *profile, GError **error)
{
  trial->check = check_start(trial->transport, profile, LAB_TRIAL_MS, on_checked, trial, error);
  if (trial->check == NULL)
    return FALSE;
  g_main_loop_run(trial->loop);
  return TRUE;
}

/* --- A fault that comes when the connection is there ------------------------------------------ */

static gboolean
has_name(const LabTrial *trial)
{
  const GPtrArray *findings = connection_info(trial->connection)->findings;
  for (guint i = 0; i < findings->len; i++) {
    if (strcmp(((const Finding *)findings->pdata[i])->code, trial->fault->code) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The fault has its name, or the connection has ended without. */
static gboolean
is_over(const LabTrial *trial)
{
  const Session *session = connection_session(trial->connection);
  if (connection_is_probing(trial->connection))
    return FALSE;
  gboolean may_go_on = trial->fault->flags & LAB_REPEATED;
  return has_name(trial) || session->stopped_by_fault ||
         (session->state == SESSION_WAITING && !may_go_on);
}

/* Not from within the connection's own call. */
static gboolean
on_later(gpointer data)
{
  LabTrial *trial = data;
  const Session *session = connection_session(trial->connection);
  trial->later = 0;
  if (session->state == SESSION_ONLINE && !trial->was_online) {
    trial->was_online = TRUE;
    if (trial->fault->act != NULL)
      trial->fault->act(trial->connection);
  }
  if (session->state == SESSION_WAITING)
    trial->was_online = FALSE; /* the next one is to be acted upon, too */
  trial->over = is_over(trial);
  trial->session = *session;
  if (trial->over)
    g_main_loop_quit(trial->loop);
  return G_SOURCE_REMOVE;
}

static void
on_changed(Connection *connection, ConnectionChange what, gpointer data)
{
  LabTrial *trial = data;
  if (trial->later == 0)
    trial->later = g_idle_add_full(G_PRIORITY_DEFAULT, on_later, trial, NULL);
}

static gboolean
on_limit(gpointer data)
{
  LabTrial *trial = data;
  trial->limit = 0;
  g_main_loop_quit(trial->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
run_connection(LabTrial *trial, const Profile *profile, GError **error)
{
  trial->connection =
      connection_new(trial->transport, profile, LOG_BYTES, on_changed, trial, error);
  if (trial->connection == NULL)
    return FALSE;
  trial->limit = g_timeout_add(LAB_TRIAL_MS, on_limit, trial);
  connection_connect(trial->connection);
  g_main_loop_run(trial->loop);
  return TRUE;
}

/* --- Life ------------------------------------------------------------------------------------- */

LabTrial *
lab_trial_run(const LabFault *fault, const Profile *profile, GError **error)
{
  g_autoptr(LabTrial) trial = g_new0(LabTrial, 1);
  trial->fault = fault;
  trial->transport = transport_new();
  trial->loop = g_main_loop_new(NULL, FALSE);
  gboolean good = fault->flags & LAB_AFTER_ONLINE ? run_connection(trial, profile, error)
                                                  : run_check(trial, profile, error);
  return good ? g_steal_pointer(&trial) : NULL;
}

void
lab_trial_free(LabTrial *trial)
{
  if (trial == NULL)
    return;
  g_clear_pointer(&trial->check, check_free);
  g_clear_pointer(&trial->connection, connection_free);
  if (trial->later != 0)
    g_source_remove(trial->later);
  if (trial->limit != 0)
    g_source_remove(trial->limit);
  transport_free(trial->transport);
  g_main_loop_unref(trial->loop);
  g_free(trial);
}

gboolean
lab_trial_is_over(const LabTrial *trial)
{
  return trial->over;
}

const Connection *
lab_trial_connection(const LabTrial *trial)
{
  return trial->connection != NULL ? trial->connection : check_connection(trial->check);
}

const Session *
lab_trial_session(const LabTrial *trial)
{
  return &trial->session;
}
