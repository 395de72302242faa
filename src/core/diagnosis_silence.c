/* The broker has accepted the connection and ends it without a word: what was under way, when, and
 * how often. */
#include "config.h"

#include "core/diagnosis_private.h"
#include "core/diagnosis_probe.h"

#include <string.h>

#define REASON_TAKEN_OVER 0x8E /* MQTT 5, 3.14.2.1 */

/* A broker that answers a request by an end does it at once. */
#define ANSWER_US (2 * G_USEC_PER_SEC)
/* Later than this, the end has to do with something else than having been accepted. */
#define RIGHT_AFTER_US (1 * G_USEC_PER_SEC)

#define TAKEN_OVER_ENDS 3
#define TAKEN_OVER_ONLINE_US (30 * G_USEC_PER_SEC)
#define TAKEN_OVER_SPAN_US (300 * G_USEC_PER_SEC)

static double
milliseconds(gint64 us)
{
  return (double)us / 1000.0;
}

static gboolean
is_answer(gint64 since_us)
{
  return since_us >= 0 && since_us <= ANSWER_US;
}

/* A made-up id, or one that the broker chose, is nobody else's. */
static gboolean
has_own_client_id(const DiagnosisCase *c)
{
  return c->profile->client_id != NULL && *c->profile->client_id != '\0';
}

static Finding *
error_new(const char *code)
{
  Finding *finding = finding_new(code);
  finding->severity = FINDING_ERROR;
  return finding;
}

/* --- A request was under way ------------------------------------------------------------------ */

gboolean
diagnosis_ended_after_publish(const DiagnosisCase *c)
{
  return c->last_publish.topic != NULL &&
         is_answer(c->evidence->closed->monotonic_us - c->last_publish.at_us);
}

/* MQTT 3.1.1 has no other way to refuse a publish (3.3.5). */
static Finding *
after_publish(const DiagnosisCase *c)
{
  gint64 since = c->evidence->closed->monotonic_us - c->last_publish.at_us;
  if (c->profile->version == MQTT_5 || !diagnosis_ended_after_publish(c))
    return NULL;
  g_autofree char *name = diagnosis_who(c);
  Finding *finding = error_new("mqtt-publish-refused");
  finding_set_message(finding,
                      "The broker closed the connection right after a publish to %s: with "
                      "MQTT 3.1.1 it can refuse \"%s\" to publish there only so.",
                      c->last_publish.topic, name);
  finding_add_alternative(finding, "mqtt-packet-too-large");
  finding_add_evidence(finding, "closed %.1f ms after a publish of %" G_GSIZE_FORMAT " bytes",
                       milliseconds(since), c->last_publish.size);
  finding_add_evidence(finding,
                       "to tell them apart: publish an empty message there, or use MQTT 5");
  return finding;
}

/* SUBACK could say no, but several services close instead (AWS IoT, older RabbitMQ). Only a
 * SUBSCRIBE that has left for the broker counts: who is closed at once may not have come so far. */
static Finding *
during_subscribe(const DiagnosisCase *c)
{
  gint64 since = c->evidence->closed->monotonic_us - c->evidence->subscribe_us;
  if (c->subscribing == NULL || c->evidence->subscribes_open == 0 || !is_answer(since))
    return NULL;
  g_autofree char *name = diagnosis_who(c);
  Finding *finding = error_new("mqtt-subscribe-refused");
  finding_set_message(finding,
                      "The broker closed the connection instead of answering the subscription to "
                      "%s: most likely its rules do not let \"%s\" subscribe there.",
                      c->subscribing, name);
  finding_set_remedy(finding,
                     "Let the broker's access rules allow the subscription, or take it out "
                     "of the connection.");
  finding_add_alternative(finding, has_own_client_id(c) ? "mqtt-session-taken-over"
                                                        : "mqtt-server-unavailable");
  finding_add_evidence(finding, "closed %.1f ms after SUBSCRIBE, %u not answered",
                       milliseconds(since), c->evidence->subscribes_open);
  finding_add_evidence(finding, "to tell them apart: connect without subscriptions");
  return finding;
}

/* --- Two clients of one id -------------------------------------------------------------------- */

/* They throw each other out, over and over. */
static gboolean
is_close_loop(const DiagnosisCase *c)
{
  const Evidence *evidence = c->evidence;
  gint64 quiet = 0;
  if (!has_own_client_id(c) || c->end_count + 1 < TAKEN_OVER_ENDS ||
      diagnosis_idle_pattern(c, &quiet))
    return FALSE;
  gint64 now_us = evidence->closed->monotonic_us;
  gint64 online = now_us - evidence->at_us[EVIDENCE_CONNACK];
  if (online > TAKEN_OVER_ONLINE_US)
    return FALSE;
  for (guint i = c->end_count + 1 - TAKEN_OVER_ENDS; i < c->end_count; i++) {
    if (c->ends[i].online_us > TAKEN_OVER_ONLINE_US ||
        now_us - c->ends[i].at_us > TAKEN_OVER_SPAN_US)
      return FALSE;
  }
  return TRUE;
}

static Finding *
close_loop(const DiagnosisCase *c)
{
  if (!is_close_loop(c))
    return NULL;
  Finding *finding = error_new("mqtt-session-taken-over");
  finding_set_message(
      finding,
      "The broker has closed this connection %d times in a row shortly "
      "after it was accepted: most likely another client uses the client id \"%s\".",
      TAKEN_OVER_ENDS, diagnosis_client_id(c));
  finding_add_evidence(finding, "to be sure: connect with another client id");
  return finding;
}

gboolean
diagnosis_take_over_is_sure(const DiagnosisCase *c)
{
  return c->evidence->disconnect == REASON_TAKEN_OVER || is_close_loop(c);
}

/* --- Right after it was accepted -------------------------------------------------------------- */

static void
say_taken_over(const DiagnosisCase *c, Finding *finding, gint64 online)
{
  finding_set_message(finding,
                      "The broker closed the connection without a word %.0f ms after it had "
                      "accepted it: most likely another client uses the client id \"%s\".",
                      milliseconds(online), diagnosis_client_id(c));
  finding_add_alternative(finding, "mqtt-server-unavailable");
  finding_add_evidence(finding, "to tell them apart: connect with another client id");
}

static void
say_unavailable(Finding *finding, gint64 online)
{
  finding_set_message(finding,
                      "The broker closed the connection without a word %.0f ms after it had "
                      "accepted it: most likely it has reached a limit, is stopping, or stands "
                      "behind a proxy that has lost it.",
                      milliseconds(online));
  finding_set_remedy(finding, "Try later, or look into the broker's log.");
}

/* What a broker looks at when the connection stands already. */
static void
add_other_rules(const DiagnosisCase *c, Finding *finding)
{
  if (diagnosis_ended_after_publish(c)) {
    finding_add_alternative(finding, "mqtt-publish-refused");
    finding_add_evidence(finding, "to tell them apart: connect and publish nothing");
  }
  finding_add_alternative(finding, "mqtt-not-authorized");
  if (c->profile->will_topic != NULL && *c->profile->will_topic != '\0')
    finding_add_evidence(finding, "to tell them apart: connect without the last will (to %s)",
                         c->profile->will_topic);
}

/* There is nothing that it could be an answer to. */
static Finding *
right_after_connack(const DiagnosisCase *c)
{
  gint64 accepted = c->evidence->at_us[EVIDENCE_CONNACK];
  gint64 online = c->evidence->closed->monotonic_us - accepted;
  if (accepted == 0 || online < 0 || online > RIGHT_AFTER_US)
    return NULL;
  Finding *finding =
      error_new(has_own_client_id(c) ? "mqtt-session-taken-over" : "mqtt-server-unavailable");
  if (has_own_client_id(c))
    say_taken_over(c, finding, online);
  else
    say_unavailable(finding, online);
  add_other_rules(c, finding);
  return finding;
}

/* --- Any of it -------------------------------------------------------------------------------- */

/* Who does not know MQTT 5 does not ponder; a proxy that looks for its broker does. */
#define UNKNOWN_VERSION_US (G_USEC_PER_SEC)

/* CONNECT has left, in MQTT 5, and no second connection has tried others: the one thing that can be
 * tried at once. */
static void
add_older_mqtt(const DiagnosisCase *c, Finding *finding)
{
  gint64 sent = c->evidence->at_us[EVIDENCE_CONNECT_SENT];
  if (c->profile->version != MQTT_5 || sent == 0 ||
      c->evidence->closed->monotonic_us - sent > UNKNOWN_VERSION_US ||
      probe_find(c, PROBE_SAME_CONNECT) != NULL)
    return;
  finding_set_remedy(finding, "Try MQTT 3.1.1, in case that the broker does not know MQTT 5 "
                              "(RabbitMQ before 3.13); else look into its log.");
  finding_add_alternative(finding, "mqtt-version-refused");
  finding_add_evidence(finding, "to tell them apart: connect with MQTT 3.1.1");
}

/* mosquitto 2.0 throws the older client out without a word; nginx refuses certificates so. */
void
diagnosis_add_silent_alternatives(const DiagnosisCase *c, Finding *finding)
{
  if (strcmp(finding->code, "mqtt-closed-after-connect") == 0)
    add_older_mqtt(c, finding);
  if (strcmp(finding->code, "mqtt-closed-after-connect") == 0 && c->identity != NULL &&
      c->evidence->requested) {
    finding_add_alternative(finding, "client-refused");
    finding_add_evidence(finding, "to tell them apart: the log of the broker, or of the proxy "
                                  "before it; some refuse a certificate without a TLS alert");
  }
  if (c->evidence->connack != 0 || strcmp(finding->code, "unknown") != 0 || !has_own_client_id(c))
    return;
  finding_add_alternative(finding, "mqtt-session-taken-over");
  finding_add_evidence(finding, "to tell them apart: connect with another client id than \"%s\"",
                       c->profile->client_id);
}

Finding *
diagnose_silent_end(const DiagnosisCase *c)
{
  if (c->evidence->connack != 0)
    return NULL;
  Finding *finding = after_publish(c);
  if (finding == NULL)
    finding = during_subscribe(c);
  if (finding == NULL)
    finding = close_loop(c);
  if (finding == NULL && (finding = diagnose_idle_drop(c)) != NULL)
    finding->severity = FINDING_ERROR;
  return finding != NULL ? finding : right_after_connack(c);
}
