/* The report for a program: an array with one object a target. Every member is always there. */
#include "config.h"

#include "commands/check_expiry.h"
#include "commands/check_report.h"
#include "commands/day_text.h"
#include "commands/finding_json.h"
#include "commands/names_report.h"
#include "commands/verdict_json.h"
#include "util/safe_text.h"

static void
add_flag(JsonWriter *writer, const char *name, gboolean value)
{
  json_writer_set_member_name(writer, name);
  json_writer_add_boolean_value(writer, value);
}

static void
add_number(JsonWriter *writer, const char *name, gint64 value)
{
  json_writer_set_member_name(writer, name);
  json_writer_add_int_value(writer, value);
}

/* Of what the user wrote, which nobody has made safe yet. */
static void
add_safe(JsonWriter *writer, const char *name, const char *text)
{
  g_autofree char *safe = text != NULL ? safe_text_string(text) : NULL;
  finding_json_add_text(writer, name, safe);
}

/* -1 gives null. */
static void
add_number_or_null(JsonWriter *writer, const char *name, gint64 value)
{
  json_writer_set_member_name(writer, name);
  if (value >= 0)
    json_writer_add_int_value(writer, value);
  else
    json_writer_add_null_value(writer);
}

static void
add_ms(JsonWriter *writer, gint64 us)
{
  json_writer_set_member_name(writer, "ms");
  if (us >= 0)
    json_writer_add_thousandths_value(writer, us);
  else
    json_writer_add_null_value(writer);
}

static void
add_strings(JsonWriter *writer, const char *name, char **texts)
{
  json_writer_set_member_name(writer, name);
  json_writer_begin_array(writer);
  for (char **text = texts; text != NULL && *text != NULL; text++)
    json_writer_add_string_value(writer, *text);
  json_writer_end_array(writer);
}

static void
begin_member(JsonWriter *writer, const char *name)
{
  json_writer_set_member_name(writer, name);
  json_writer_begin_object(writer);
}

/* --- Stages ----------------------------------------------------------------------------------- */

static void
add_dial_failures(JsonWriter *writer, const Evidence *evidence)
{
  json_writer_set_member_name(writer, "failed");
  json_writer_begin_array(writer);
  for (guint i = 0; i < evidence->dial_failures->len; i++) {
    const DialFailure *failure = evidence->dial_failures->pdata[i];
    json_writer_begin_object(writer);
    finding_json_add_text(writer, "address", failure->address);
    finding_json_add_text(writer, "reason", failure->text);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void
add_stages(JsonWriter *writer, const CheckReport *report)
{
  const Evidence *evidence = report->subject.evidence;
  begin_member(writer, "stages");
  begin_member(writer, "dns");
  add_ms(writer, check_report_stage_us(report, CHECK_STAGE_DNS));
  add_strings(writer, "names", evidence->names);
  add_strings(writer, "addresses", evidence->addresses);
  add_number(writer, "ttl", evidence->ttl);
  json_writer_end_object(writer);
  begin_member(writer, "tcp");
  add_ms(writer, check_report_stage_us(report, CHECK_STAGE_TCP));
  finding_json_add_text(writer, "address", evidence->address);
  add_dial_failures(writer, evidence);
  json_writer_end_object(writer);
  begin_member(writer, "tls");
  add_ms(writer, check_report_stage_us(report, CHECK_STAGE_TLS));
  json_writer_end_object(writer);
  begin_member(writer, "mqtt");
  add_ms(writer, check_report_stage_us(report, CHECK_STAGE_MQTT));
  json_writer_end_object(writer);
  json_writer_end_object(writer);
}

/* --- TLS -------------------------------------------------------------------------------------- */

static void
add_tls(JsonWriter *writer, const CheckReport *report)
{
  const Evidence *evidence = report->subject.evidence;
  begin_member(writer, "tls");
  finding_json_add_text(writer, "version", evidence->tls_version);
  finding_json_add_text(writer, "cipher", evidence->cipher);
  finding_json_add_text(writer, "group", evidence->group);
  finding_json_add_text(writer, "alpn", evidence->alpn);
  add_flag(writer, "resumed", evidence->resumed);
  json_writer_end_object(writer);
}

/* Null: nobody asked, or the answer says nothing. */
static void
add_enforced(JsonWriter *writer, Enforced enforced)
{
  json_writer_set_member_name(writer, "enforced");
  if (enforced == ENFORCED_UNKNOWN)
    json_writer_add_null_value(writer);
  else
    json_writer_add_boolean_value(writer, enforced == ENFORCED_YES);
}

static void
add_client(JsonWriter *writer, const CheckReport *report)
{
  const Evidence *evidence = report->subject.evidence;
  begin_member(writer, "client");
  add_flag(writer, "requested", evidence->requested);
  add_flag(writer, "sent", evidence->sent);
  add_flag(writer, "accepted", report->subject.session->two_way);
  add_enforced(writer, report->subject.info->enforced);
  add_strings(writer, "ca_names", evidence->ca_names);
  finding_json_add_text(writer, "key_types", evidence->key_types);
  json_writer_end_object(writer);
}

/* --- MQTT ------------------------------------------------------------------------------------- */

static void
add_subscriptions(JsonWriter *writer, const CheckReport *report)
{
  static const char *const states[] = {[SUBSCRIPTION_WANTED] = "wanted",
                                       [SUBSCRIPTION_PENDING] = "pending",
                                       [SUBSCRIPTION_GRANTED] = "granted",
                                       [SUBSCRIPTION_REFUSED] = "refused"};
  const GPtrArray *subscriptions = report->subject.subscriptions;
  json_writer_set_member_name(writer, "subscriptions");
  json_writer_begin_array(writer);
  for (guint i = 0; i < subscriptions->len; i++) {
    const Subscription *subscription = subscriptions->pdata[i];
    gboolean granted = subscription->state == SUBSCRIPTION_GRANTED;
    gboolean refused = subscription->state == SUBSCRIPTION_REFUSED;
    json_writer_begin_object(writer);
    add_safe(writer, "filter", subscription->filter);
    add_number(writer, "qos", subscription->qos);
    finding_json_add_text(writer, "state", states[subscription->state]);
    add_number_or_null(writer, "granted", granted ? subscription->granted : -1);
    add_number_or_null(writer, "reason", refused ? subscription->reason : -1);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

/* -1 gives null: the broker did not say. */
static void
add_offer(JsonWriter *writer, const char *name, gint64 value)
{
  json_writer_set_member_name(writer, name);
  if (value >= 0)
    json_writer_add_boolean_value(writer, value != 0);
  else
    json_writer_add_null_value(writer);
}

/* What CONNACK said, in the standard's words (MQTT 5, 3.2.2.3). */
static void
add_terms(JsonWriter *writer, const BrokerTerms *terms)
{
  gboolean said = terms != NULL;
  finding_json_add_text(writer, "assigned_client_id", said ? terms->assigned_client_id : NULL);
  add_number_or_null(writer, "session_expiry_interval", said ? terms->session_expiry : -1);
  add_number_or_null(writer, "receive_maximum", said ? terms->receive_maximum : -1);
  add_number_or_null(writer, "maximum_qos", said ? terms->maximum_qos : -1);
  add_offer(writer, "retain_available", said ? terms->retain_available : -1);
  add_number_or_null(writer, "maximum_packet_size", said ? terms->maximum_packet_size : -1);
  add_number_or_null(writer, "topic_alias_maximum", said ? terms->topic_alias_maximum : -1);
  add_offer(writer, "wildcard_subscription_available", said ? terms->wildcard_available : -1);
  add_offer(writer, "subscription_identifier_available",
            said ? terms->subscription_ids_available : -1);
  add_offer(writer, "shared_subscription_available", said ? terms->shared_available : -1);
  add_number_or_null(writer, "server_keep_alive", said ? terms->server_keep_alive : -1);
  finding_json_add_text(writer, "reason_string", said ? terms->reason_string : NULL);
  finding_json_add_text(writer, "response_information", said ? terms->response_information : NULL);
  finding_json_add_text(writer, "server_reference", said ? terms->server_reference : NULL);
}

static void
add_mqtt(JsonWriter *writer, const CheckReport *report)
{
  const Evidence *evidence = report->subject.evidence;
  begin_member(writer, "mqtt");
  finding_json_add_text(writer, "version",
                        report->subject.profile->version == MQTT_5 ? "5" : "3.1.1");
  add_number_or_null(writer, "connack", evidence->connack);
  finding_json_add_text(writer, "reason", evidence->connack_text);
  add_number_or_null(writer, "disconnect", evidence->disconnect);
  begin_member(writer, "properties");
  add_safe(writer, "client_id", report->subject.info->client_id);
  add_flag(writer, "session_present", evidence->session_present);
  add_terms(writer, evidence->terms);
  json_writer_end_object(writer);
  add_subscriptions(writer, report);
  json_writer_end_object(writer);
}

/* --- Certificates ----------------------------------------------------------------------------- */

static void
add_date(JsonWriter *writer, const char *name, gint64 time)
{
  g_autofree char *text = day_text_date(time, "%Y-%m-%dT%H:%M:%SZ");
  finding_json_add_text(writer, name, text);
}

static void
add_names(JsonWriter *writer, const Certificate *certificate)
{
  add_strings(writer, "names", (char **)certificate_names(certificate));
}

static void
add_certificate(JsonWriter *writer, const CheckReport *report, const Certificate *certificate,
                int index)
{
  json_writer_begin_object(writer);
  add_number(writer, "index", index);
  finding_json_add_text(writer, "subject", certificate_subject(certificate));
  finding_json_add_text(writer, "issuer", certificate_issuer(certificate));
  finding_json_add_text(writer, "serial", certificate_serial(certificate));
  add_names(writer, certificate);
  add_date(writer, "not_before", certificate_not_before(certificate));
  add_date(writer, "not_after", certificate_not_after(certificate));
  add_number(writer, "days",
             check_expiry_days(certificate_not_after(certificate), report->subject.now));
  finding_json_add_text(writer, "key", certificate_key_label(certificate));
  finding_json_add_text(writer, "signature", certificate_signature_label(certificate));
  finding_json_add_text(writer, "sha256", certificate_sha256(certificate));
  json_writer_end_object(writer);
}

static void
add_list(JsonWriter *writer, const CheckReport *report, const char *name, const GPtrArray *list)
{
  json_writer_set_member_name(writer, name);
  json_writer_begin_array(writer);
  for (guint i = 0; i < list->len; i++)
    add_certificate(writer, report, list->pdata[i], (int)i);
  json_writer_end_array(writer);
}

static void
add_certificates(JsonWriter *writer, const CheckReport *report)
{
  begin_member(writer, "certificates");
  add_list(writer, report, "broker", report->sent);
  add_list(writer, report, "client", report->own);
  json_writer_end_object(writer);
}

static char *
place(gconstpointer data, const PathLink *link, int *index)
{
  Anchors *anchors = ((const CheckReport *)data)->subject.info->anchors;
  guint number = link->index >= 0 ? (guint)link->index : 0;
  const char *file = NULL;
  if (link->origin == PATH_IN_TRUST && anchors != NULL)
    file = anchors_origin(anchors, number, &number);
  *index = (int)number;
  return g_strdup(file);
}

static void
add_path(JsonWriter *writer, const CheckReport *report)
{
  const Verdict *verdict = report->subject.info->verdict;
  verdict_json_add_path(writer, verdict != NULL ? verdict->path : NULL, place, report);
}

/* --- The whole -------------------------------------------------------------------------------- */

static const char *
outcome_name(CheckOutcome outcome)
{
  return outcome == CHECK_ONLINE ? "online" : outcome == CHECK_TIMED_OUT ? "timed-out" : "failed";
}

static void
add_survey(JsonWriter *writer, const CheckReport *report)
{
  if (report->subject.survey == NULL)
    return;
  NameReport names = check_report_names(report);
  json_writer_set_member_name(writer, "names");
  names_json_add(writer, &names);
}

static void
add_report(JsonWriter *writer, const CheckReport *report)
{
  const CheckSubject *subject = &report->subject;
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "target", subject->target);
  finding_json_add_text(writer, "url", report->url);
  finding_json_add_text(writer, "outcome", outcome_name(subject->outcome));
  add_number(writer, "exit_code", report->exit_code);
  add_ms(writer, subject->duration_us);
  finding_json_add_text(writer, "way", check_report_way(report));
  add_flag(writer, "accepted", report->accepted);
  verdict_json_add_openssl(writer, subject->info->opinion, subject->info->verdict);
  add_path(writer, report);
  json_writer_set_member_name(writer, "findings");
  finding_json_add_list(writer, report->findings);
  verdict_json_add_not_checked(writer, report->not_checked);
  add_stages(writer, report);
  add_tls(writer, report);
  add_client(writer, report);
  add_mqtt(writer, report);
  add_certificates(writer, report);
  add_survey(writer, report);
  json_writer_end_object(writer);
}

char *
check_json(const GPtrArray *reports, gboolean ascii)
{
  g_autoptr(JsonWriter) writer = json_writer_new();
  json_writer_begin_array(writer);
  for (guint i = 0; i < reports->len; i++)
    add_report(writer, reports->pdata[i]);
  json_writer_end_array(writer);
  g_autofree char *text = json_writer_print(writer, ascii);
  return g_strconcat(text, "\n", NULL);
}
