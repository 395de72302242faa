/* Second connections that tell causes apart: planned by core/probe_plan.h, one after the other,
 * each named in the timeline; what they show refines the finding that is on the screen since the
 * fault.
 *
 * Each fault is looked into once, until the user begins anew: what was found is kept by the fault's
 * code, and a retry that fails in the same way is explained by it at once. A retry waits until the
 * probes are over, which is bounded (PROBE_PLAN_MAX times PROBE_TIMEOUT_MS). */
#include "config.h"

#include "core/connection_private.h"

#include <string.h>

/* --- On the transport thread ------------------------------------------------------------------ */

static void
on_done(ProbeResult *result, gpointer user_data)
{
  ProbeTicket *ticket = user_data;
  Post *post = g_new0(Post, 1);
  post->probe_number = ticket->number;
  post->probe = result;
  event_queue_post(ticket->queue, post, FALSE);
}

/* --- One of them ------------------------------------------------------------------------------ */

static PlannedProbe *
current(const Connection *connection)
{
  return g_ptr_array_index(connection->probes, connection->probe_next);
}

static gboolean
is_over(const Connection *connection)
{
  return connection->probes == NULL || connection->probe_next >= connection->probes->len;
}

static void
start_next(Connection *connection)
{
  connection->ticket = (ProbeTicket){connection->queue, ++connection->probe_count};
  connection->probe = probe_start(connection->transport, current(connection)->request, on_done,
                                  &connection->ticket);
}

static char *
describe(const Connection *connection, const PlannedProbe *probe)
{
  const ProbeResult *result = probe->result;
  const char *version = result->tls_version != NULL ? result->tls_version : "";
  if (result->answered) {
    g_autofree char *words =
        mqtt_connack_words(connection->profile->version, (guint8)MAX(result->connack, 0));
    return g_strdup_printf("the broker answers (CONNACK: %s)", words);
  }
  if (result->error == NULL && result->established)
    return g_strdup_printf("works (%s)", version);
  if (result->error == NULL)
    return g_strdup("answers");
  if (result->alert >= 0)
    return g_strdup_printf("alert %d (%s)", result->alert,
                           result->alert_name != NULL ? result->alert_name : "unknown");
  return g_strdup(result->error->message);
}

/* --- The whole -------------------------------------------------------------------------------- */

static ProbePlanRequest
make_request(const Connection *connection, const char *code)
{
  return (ProbePlanRequest){.evidence = connection->evidence,
                            .profile = connection->profile,
                            .code = code,
                            .known_address = connection->known_address,
                            .two_way = connection->session.two_way,
                            .ask_enforced = connection->asks_enforced};
}

/* (transfer full): the fault as it is without second connections. */
static char *
fault_key(const Finding *general)
{
  return g_strdup(general != NULL ? general->code : "well");
}

static Finding *
general_finding(const Connection *connection)
{
  DiagnosisCase c = connection_case(connection);
  c.probes = NULL;
  Finding *finding = diagnose_end(&c);
  return finding != NULL ? finding : diagnose_doubt(&c);
}

/* Something more to find out, and not asked before. */
static void
begin(Connection *connection, const Finding *general)
{
  ProbePlanRequest request = make_request(connection, general != NULL ? general->code : NULL);
  connection->probes = probe_plan(&request);
  connection->probe_next = 0;
  if (!is_over(connection))
    start_next(connection);
}

void
connection_probe(Connection *connection)
{
  g_autoptr(Finding) general = general_finding(connection);
  g_autofree char *key = fault_key(general);
  GPtrArray *known = g_hash_table_lookup(connection->probe_runs, key);
  if (known != NULL && known == connection->probes)
    return;
  g_clear_pointer(&connection->probe, probe_stop);
  connection->probe_count++; /* what may be under way in the queue is nobody's */
  connection->probes = known;
  connection->probe_next = known != NULL ? known->len : 0;
  if (known != NULL)
    return;
  begin(connection, general);
  g_hash_table_insert(connection->probe_runs, g_steal_pointer(&key), connection->probes);
}

/* What was found out stays: it explains what is on the screen. */
void
connection_probe_stop(Connection *connection)
{
  g_clear_pointer(&connection->probe, probe_stop);
  connection->probe_count++;
  connection->timer_due = FALSE;
}

void
connection_probe_forget(Connection *connection)
{
  connection_probe_stop(connection);
  connection->probes = NULL;
  g_hash_table_remove_all(connection->probe_runs);
}

gboolean
connection_is_probing(const Connection *connection)
{
  return connection->probe != NULL;
}

/* --- What they show --------------------------------------------------------------------------- */

/* Another code than the general one: nothing more is needed. The list of versions is the exception,
 * it is to be complete. */
static gboolean
is_settled(const Connection *connection, const PlannedProbe *probe)
{
  g_autoptr(Finding) general = general_finding(connection);
  DiagnosisCase c = connection_case(connection);
  g_autoptr(Finding) now = diagnose_end(&c);
  if (now == NULL)
    now = diagnose_doubt(&c);
  return general != NULL && now != NULL && probe->purpose != PROBE_VERSION &&
         strcmp(general->code, now->code) != 0;
}

static void
take_end(Connection *connection, const Finding *end)
{
  SessionState state = connection->session.state;
  DiagnosisCase c = connection_case(connection);
  if (state != SESSION_WAITING && !(state == SESSION_IDLE && connection->session.stopped_by_fault))
    return;
  connection_fail_by(connection, end);
  if (state == SESSION_WAITING && !diagnosis_heals(&c, end))
    connection_dispatch(connection, SESSION_EVENT_INCURABLE, FALSE, FALSE);
}

static void
log_better(Connection *connection, const Finding *general, const Finding *better)
{
  if (better == NULL || general == NULL || strcmp(better->code, general->code) == 0)
    return;
  connection_log_event(
      connection, better->severity == FINDING_ERROR ? TIMELINE_ERROR : TIMELINE_WARNING, "probe",
      better->code, "%s", better->message);
}

static void
log_enforced(Connection *connection)
{
  if (connection->info.enforced == ENFORCED_YES)
    connection_log_event(connection, TIMELINE_GOOD, "probe", NULL,
                         "two-way TLS is enforced: without a certificate the broker refuses");
  else if (connection->info.enforced == ENFORCED_NO)
    connection_log_event(connection, TIMELINE_INFO, "probe", NULL,
                         "two-way TLS is not enforced: the broker answers without a certificate, "
                         "too");
}

static void
conclude(Connection *connection)
{
  g_autoptr(Finding) general = general_finding(connection);
  DiagnosisCase c = connection_case(connection);
  g_autoptr(Finding) end = diagnose_end(&c);
  g_autoptr(Finding) doubt = diagnose_doubt(&c);
  connection_update_findings(connection);
  log_better(connection, general, end != NULL ? end : doubt);
  log_enforced(connection);
  if (end != NULL)
    take_end(connection, end);
  if (connection->timer_due && !connection->tries_once) {
    connection->timer_due = FALSE;
    connection_dispatch(connection, SESSION_EVENT_TIMER, FALSE, FALSE);
  }
}

void
connection_handle_probe(Connection *connection, Post *post)
{
  if (post->probe_number != connection->ticket.number || connection->probe == NULL ||
      post->probe_number != connection->probe_count)
    return;
  PlannedProbe *probe = current(connection);
  g_clear_pointer(&connection->probe, probe_stop);
  probe->result = g_steal_pointer(&post->probe);
  g_autofree char *text = describe(connection, probe);
  connection_log_event(connection, TIMELINE_INFO, "probe", NULL, "%s → %s", probe->text, text);
  connection->probe_next++;
  if (!is_over(connection) && !is_settled(connection, probe))
    start_next(connection);
  else
    conclude(connection);
}
