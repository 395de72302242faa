/* What is known is put before the diagnosis, and what it says is kept for the screen. */
#include "config.h"

#include "core/connection_private.h"

#include <stdatomic.h>
#include <string.h>

DiagnosisCase
connection_case(const Connection *connection)
{
  return (DiagnosisCase){
      .evidence = connection->evidence,
      .profile = connection->profile,
      .identity = connection->info.identity,
      .anchors = connection->info.anchors,
      .broker_ca = connection->local != NULL ? connection->local->broker_ca : NULL,
      .local = connection->local != NULL ? connection->local->findings : NULL,
      .mqtt = connection->refusals,
      .probes = connection->probes,
      .ends = connection->ends,
      .end_count = connection->end_count,
      .last_publish = {connection->publish_topic, connection->publish_size, connection->publish_us},
      .subscribing = connection_subscribing(connection),
      .client_id = connection->info.client_id,
      .two_way = connection->session.two_way,
      .quiet_us = connection->quiet_us,
      .now = g_get_real_time() / G_USEC_PER_SEC,
  };
}

static void
fail_by(Connection *connection, const Finding *finding)
{
  g_autofree char *sentence = g_strdup_printf("%s %s", finding->message, finding->remedy);
  connection_fail(connection, g_strstrip(sentence));
}

static const Finding *
worst_error(const Connection *connection)
{
  GPtrArray *findings = connection->info.findings;
  const Finding *worst = findings->len > 0 ? g_ptr_array_index(findings, 0) : NULL;
  return worst != NULL && worst->severity == FINDING_ERROR ? worst : NULL;
}

/* Why it is not online is the worst of them, in the same words. */
void
connection_update_findings(Connection *connection)
{
  DiagnosisCase c = connection_case(connection);
  GPtrArray *findings = diagnose(&c);
  g_ptr_array_unref(connection->info.findings);
  connection->info.findings = findings;
  const Finding *worst = worst_error(connection);
  if (connection->info.last_error != NULL && worst != NULL)
    fail_by(connection, worst);
  Enforced enforced = diagnosis_enforced(connection->probes);
  if (enforced == ENFORCED_UNKNOWN)
    return;
  connection->info.enforced = enforced;
  connection->info.enforced_alert = diagnosis_enforced_alert(connection->probes);
}

/* "message remedy" of the worst finding, or of this one where none is an error. */
void
connection_fail_by(Connection *connection, const Finding *finding)
{
  const Finding *worst = worst_error(connection);
  fail_by(connection, worst != NULL ? worst : finding);
}

/* --- Requests --------------------------------------------------------------------------------- */

static void
forget_refusal(Connection *connection, const char *code, const char *topic)
{
  for (guint i = connection->refusals->len; i > 0; i--) {
    if (diagnosis_is_about(g_ptr_array_index(connection->refusals, i - 1), code, topic))
      g_ptr_array_remove_index(connection->refusals, i - 1);
  }
}

static void
take_refusal(Connection *connection, Finding *finding, const char *topic)
{
  forget_refusal(connection, finding->code, topic);
  if (connection->refusals->len >= REFUSALS_MAX)
    g_ptr_array_remove_index(connection->refusals, 0);
  g_ptr_array_add(connection->refusals, finding);
  connection_update_findings(connection);
}

const Finding *
connection_subscribe_refused(Connection *connection, const char *filter, int reason)
{
  DiagnosisCase c = connection_case(connection);
  Finding *finding = diagnose_subscribe(&c, filter, reason);
  take_refusal(connection, finding, filter);
  return finding;
}

const Finding *
connection_publish_refused(Connection *connection, const char *topic, gsize size, int reason)
{
  DiagnosisCase c = connection_case(connection);
  Finding *finding = diagnose_publish(&c, topic, size, reason);
  take_refusal(connection, finding, topic);
  return finding;
}

void
connection_subscribe_granted(Connection *connection, const char *filter)
{
  guint before = connection->refusals->len;
  forget_refusal(connection, "mqtt-subscribe-refused", filter);
  if (connection->refusals->len != before)
    connection_update_findings(connection);
}

void
connection_publish_granted(Connection *connection, const char *topic)
{
  guint before = connection->refusals->len;
  forget_refusal(connection, "mqtt-publish-refused", topic);
  forget_refusal(connection, "mqtt-packet-too-large", topic);
  if (connection->refusals->len != before)
    connection_update_findings(connection);
}

/* --- How connections end ---------------------------------------------------------------------- */

void
connection_note_publish(Connection *connection, guint token, const char *topic, gsize size,
                        gint64 at_us)
{
  g_free(connection->publish_topic);
  connection->publish_token = token;
  connection->publish_topic = g_strdup(topic);
  connection->publish_size = size;
  connection->publish_us = at_us;
}

void
connection_note_publish_answered(Connection *connection, guint token)
{
  if (token == connection->publish_token)
    g_clear_pointer(&connection->publish_topic, g_free);
}

/* Before the diagnosis: how quiet it had been. PUBLISH packets come in batches, the others as
 * events. */
void
connection_note_silence(Connection *connection, const TunnelEvent *closed)
{
  gint64 last_ns = connection->packet_ns;
  if (connection->attempt != NULL && connection->evidence->connack == 0)
    last_ns = MAX(last_ns, atomic_load(&connection->attempt->batch_ns));
  connection->quiet_us = last_ns == 0 ? -1 : MAX(0, (closed->time_ns - last_ns) / 1000);
}

/* After the diagnosis: the next one looks back at this end. */
void
connection_note_end(Connection *connection, const TunnelEvent *closed)
{
  gint64 connack_us = connection->evidence->at_us[EVIDENCE_CONNACK];
  gboolean cut = closed->fault == TUNNEL_FAULT_PEER_CLOSED || closed->fault == TUNNEL_FAULT_NETWORK;
  if (!cut || connection->evidence->connack != 0 || connack_us == 0 || connection->quiet_us < 0)
    return;
  if (connection->end_count == PAST_ENDS_MAX) {
    memmove(connection->ends, connection->ends + 1, (PAST_ENDS_MAX - 1) * sizeof(PastEnd));
    connection->end_count--;
  }
  connection->ends[connection->end_count++] =
      (PastEnd){.online_us = closed->monotonic_us - connack_us,
                .quiet_us = connection->quiet_us,
                .at_us = closed->monotonic_us};
}

/* The user begins anew: what was found out before may be out of date. */
void
connection_forget_past(Connection *connection)
{
  connection_probe_forget(connection);
  connection->end_count = 0;
  connection->info.enforced = ENFORCED_UNKNOWN;
  g_clear_pointer(&connection->publish_topic, g_free);
}
