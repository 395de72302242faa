#include "config.h"

#include "core/check.h"

/* Of messages; a check looks at none of them. */
#define LOG_BYTES (64 * 1024)
#define SETTLE_MS 1000 /* for the answer to a PINGREQ: a round trip, of a busy broker */

struct Check {
  Connection *connection;
  Session best;
  CheckOutcome outcome;
  CheckDone done;
  gpointer user_data;
  guint limit; /* GLib sources, 0: none */
  guint later;
  guint settling;   /* runs while a broker that has accepted us owes the answer to a PINGREQ */
  gboolean settled; /* it has had its time */
};

/* --- Is it over? ------------------------------------------------------------------------------- */

/* A broker may close right after CONNACK: the answer to anything else shows that it did not. */
static gboolean
requests_answered(const Check *check)
{
  const GPtrArray *subscriptions = connection_subscriptions(check->connection);
  if (subscriptions->len == 0)
    return check->settled || connection_evidence(check->connection)->answered_ping;
  for (guint i = 0; i < subscriptions->len; i++) {
    const Subscription *subscription = g_ptr_array_index(subscriptions, i);
    if (subscription->state == SUBSCRIPTION_WANTED || subscription->state == SUBSCRIPTION_PENDING)
      return FALSE;
  }
  return TRUE;
}

static CheckOutcome
judge(const Check *check)
{
  const Session *session = connection_session(check->connection);
  if (connection_is_probing(check->connection))
    return CHECK_RUNNING;
  /* Paho may be faster than the transport thread's word on the same CONNACK. */
  if (session->state == SESSION_ONLINE &&
      connection_evidence(check->connection)->at_us[EVIDENCE_CONNACK] == 0)
    return CHECK_RUNNING;
  if (session->state == SESSION_ONLINE)
    return requests_answered(check) ? CHECK_ONLINE : CHECK_RUNNING;
  if (session->state == SESSION_WAITING || session->stopped_by_fault)
    return CHECK_FAILED;
  return CHECK_RUNNING;
}

static void
cancel(guint *source)
{
  if (*source != 0)
    g_source_remove(*source);
  *source = 0;
}

static gboolean
report(gpointer data)
{
  Check *check = data;
  check->later = 0;
  cancel(&check->limit);
  cancel(&check->settling);
  connection_disconnect(check->connection);
  check->done(check, check->user_data);
  return G_SOURCE_REMOVE;
}

/* Not from within the connection's own call. */
static void
finish(Check *check, CheckOutcome outcome)
{
  check->outcome = outcome;
  check->later = g_idle_add_full(G_PRIORITY_DEFAULT, report, check, NULL);
}

/* A broker that has accepted us and owes nothing but the answer to a PINGREQ is good. */
static gboolean
on_limit(gpointer data)
{
  Check *check = data;
  check->limit = 0;
  if (check->outcome != CHECK_RUNNING)
    return G_SOURCE_REMOVE;
  check->settled = TRUE;
  CheckOutcome outcome = judge(check);
  finish(check, outcome != CHECK_RUNNING ? outcome : CHECK_TIMED_OUT);
  return G_SOURCE_REMOVE;
}

/* What is true of an open connection is forgotten by the session when it is closed. */
static void
keep_best(Check *check)
{
  const Session *session = connection_session(check->connection);
  gboolean verified = check->best.tls_verified, two_way = check->best.two_way;
  check->best = *session;
  check->best.tls_verified |= verified;
  check->best.two_way |= two_way;
}

static void
go_on(Check *check)
{
  CheckOutcome outcome = judge(check);
  if (outcome != CHECK_RUNNING)
    finish(check, outcome);
}

/* It has accepted us and does not answer PINGREQ: that is for others to find out. */
static gboolean
on_settled(gpointer data)
{
  Check *check = data;
  check->settling = 0;
  check->settled = TRUE;
  if (check->outcome == CHECK_RUNNING)
    go_on(check);
  return G_SOURCE_REMOVE;
}

static void
on_changed(Connection *connection, ConnectionChange what, gpointer data)
{
  Check *check = data;
  if (check->connection == NULL || check->outcome != CHECK_RUNNING ||
      !(what & CONNECTION_CHANGED_STATE))
    return;
  keep_best(check);
  if (check->settling == 0 && connection_session(connection)->state == SESSION_ONLINE)
    check->settling = g_timeout_add(SETTLE_MS, on_settled, check);
  go_on(check);
}

/* --- Life -------------------------------------------------------------------------------------- */

Check *
check_start(Transport *transport, const Profile *profile, guint timeout_ms, CheckDone done,
            gpointer user_data, GError **error)
{
  return check_start_sharing(transport, profile, NULL, timeout_ms, done, user_data, error);
}

Check *
check_start_sharing(Transport *transport, const Profile *profile, LocalShare *files,
                    guint timeout_ms, CheckDone done, gpointer user_data, GError **error)
{
  Check *check = g_new0(Check, 1);
  check->done = done;
  check->user_data = user_data;
  check->connection = connection_new(transport, profile, LOG_BYTES, on_changed, check, error);
  if (check->connection == NULL) {
    g_free(check);
    return NULL;
  }
  check->limit = g_timeout_add(timeout_ms != 0 ? timeout_ms : CHECK_TIMEOUT_MS, on_limit, check);
  connection_ask_enforced(check->connection, TRUE);
  connection_try_once(check->connection, TRUE);
  connection_share_files(check->connection, files);
  connection_connect(check->connection);
  return check;
}

void
check_free(Check *check)
{
  if (check == NULL)
    return;
  cancel(&check->limit);
  cancel(&check->later);
  cancel(&check->settling);
  connection_free(check->connection);
  g_free(check);
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
  return &check->best;
}
