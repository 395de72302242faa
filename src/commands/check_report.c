#include "config.h"

#include "commands/check_report.h"

#include <string.h>

#include "commands/check_exit.h"
#include "commands/check_expiry.h"
#include "commands/commands.h"

/* --- What is still to be said ----------------------------------------------------------------- */

static gboolean
has_error(const GPtrArray *findings)
{
  return findings->len > 0 && ((const Finding *)findings->pdata[0])->severity == FINDING_ERROR;
}

static const char *
silent_code(const Evidence *evidence, gboolean tls)
{
  if (evidence->at_us[EVIDENCE_CONNECTED] == 0)
    return evidence->at_us[EVIDENCE_RESOLVED] == 0 ? "dns-failure" : "tcp-filtered";
  return tls && evidence->at_us[EVIDENCE_ESTABLISHED] == 0 ? "tls-timeout" : "unknown";
}

static void
add_timeout(CheckReport *report)
{
  const CheckSubject *subject = &report->subject;
  static const char *const stages[CHECK_STAGE_COUNT] = {
      "the name was not resolved", "the connection did not come about",
      "the TLS handshake did not end", "the broker did not answer"};
  int stage = 0;
  while (stage < CHECK_STAGE_MQTT && check_report_stage_us(report, (CheckStage)stage) >= 0)
    stage++;
  if (stage == CHECK_STAGE_TLS && !report->tls)
    stage = CHECK_STAGE_MQTT;
  Finding *finding = finding_new(silent_code(subject->evidence, report->tls));
  if (strcmp(finding->code, "unknown") == 0)
    finding->side = FINDING_SIDE_BROKER;
  finding_set_message(finding, "Time was up after %u s: %s.", subject->timeout_ms / 1000,
                      stages[stage]);
  finding_add_evidence(finding, "endpoint %s", report->url);
  g_ptr_array_add(report->findings, finding);
}

/* A failure is never silent. */
static void
add_unexplained(CheckReport *report)
{
  const ConnectionInfo *info = report->subject.info;
  Finding *finding = finding_new("unknown");
  finding_set_sentence(finding, info->last_error != NULL ? info->last_error
                                                         : "The connection failed without a word.");
  finding_add_evidence(finding, "endpoint %s", report->url);
  g_ptr_array_add(report->findings, finding);
}

static gboolean
is_known(const GPtrArray *findings, const char *code)
{
  for (guint i = 0; i < findings->len; i++) {
    if (strcmp(((const Finding *)findings->pdata[i])->code, code) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
add_refused_subscriptions(CheckReport *report)
{
  const GPtrArray *subscriptions = report->subject.subscriptions;
  if (is_known(report->findings, "mqtt-subscribe-refused"))
    return;
  for (guint i = 0; i < subscriptions->len; i++) {
    const Subscription *subscription = subscriptions->pdata[i];
    if (subscription->state != SUBSCRIPTION_REFUSED)
      continue;
    Finding *finding = finding_new("mqtt-subscribe-refused");
    finding_set_message(finding, "The broker's access rules do not let us subscribe to %s.",
                        subscription->filter);
    g_autofree char *why = mqtt_reason_words(
        mqtt_reason_text(MQTT_SUBACK, report->subject.profile->version, subscription->reason),
        subscription->reason);
    finding_add_evidence(finding, "SUBACK: %s", why);
    g_ptr_array_add(report->findings, finding);
  }
}

/* --- Certificates ----------------------------------------------------------------------------- */

static void
take_certificates(CheckReport *report)
{
  const ConnectionInfo *info = report->subject.info;
  GPtrArray *sent =
      info->peer_chain != NULL ? info->peer_chain : report->subject.evidence->certificates;
  for (guint i = 0; sent != NULL && i < sent->len; i++)
    g_ptr_array_add(report->sent, certificate_ref(sent->pdata[i]));
  GPtrArray *own = info->identity != NULL ? identity_certificates(info->identity) : NULL;
  for (guint i = 0; own != NULL && i < own->len; i++)
    g_ptr_array_add(report->own, certificate_ref(own->pdata[i]));
  const GPtrArray *links = info->verdict != NULL ? info->verdict->path : NULL;
  for (guint i = 0; links != NULL && i < links->len; i++) {
    const PathLink *link = links->pdata[i];
    if (link->certificate != NULL)
      g_ptr_array_add(report->path, certificate_ref(link->certificate));
  }
  gboolean unjudged = report->path->len == 0;
  for (guint i = 0; unjudged && i < report->sent->len; i++)
    g_ptr_array_add(report->path, certificate_ref(report->sent->pdata[i]));
}

/* On the path it has another number than on the wire, or it is an anchor. */
static void
place_remark(const CheckReport *report, Finding *finding)
{
  if (strcmp(finding->code, "expires-soon") != 0 || finding->source != FINDING_SOURCE_PEER)
    return;
  for (guint i = 0; i < report->sent->len; i++) {
    finding->index = (int)i;
    if (g_strcmp0(certificate_sha256(report->sent->pdata[i]), finding->sha256) == 0)
      return;
  }
  finding->index = -1;
  finding->side = FINDING_SIDE_TRUST;
  finding->source = FINDING_SOURCE_TRUST;
}

static void
judge_dates(CheckReport *report)
{
  const CheckSubject *subject = &report->subject;
  check_expiry_judge(report->findings, report->path, FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                     subject->now, subject->warn_days);
  check_expiry_judge(report->findings, report->own, FINDING_SIDE_CLIENT, FINDING_SOURCE_CLIENT,
                     subject->now, subject->warn_days);
  for (guint i = 0; i < report->findings->len; i++)
    place_remark(report, report->findings->pdata[i]);
}

static void
take_not_checked(CheckReport *report)
{
  const CheckSubject *subject = &report->subject;
  const Verdict *verdict = subject->info->verdict;
  for (guint i = 0; verdict != NULL && i < verdict->not_checked->len; i++)
    g_ptr_array_add(report->not_checked, g_strdup(verdict->not_checked->pdata[i]));
  if (subject->profile->insecure && report->tls)
    g_ptr_array_add(report->not_checked,
                    g_strdup("Whether the certificate is for this host: --insecure was given."));
}

/* --- The whole -------------------------------------------------------------------------------- */

static void
take_findings(CheckReport *report)
{
  const CheckSubject *subject = &report->subject;
  for (guint i = 0; i < subject->info->findings->len; i++)
    g_ptr_array_add(report->findings, finding_copy(subject->info->findings->pdata[i]));
  finding_list_sort(report->findings);
  add_refused_subscriptions(report);
  if (subject->outcome == CHECK_TIMED_OUT && !has_error(report->findings))
    add_timeout(report);
  else if (subject->outcome != CHECK_ONLINE && !has_error(report->findings))
    add_unexplained(report);
  finding_list_sort(report->findings);
}

CheckReport *
check_report_new(const CheckSubject *subject)
{
  CheckReport *report = g_new0(CheckReport, 1);
  report->subject = *subject;
  report->url = profile_url(subject->profile);
  report->tls = subject->profile->scheme == SCHEME_MQTTS;
  report->accepted = subject->info->verdict != NULL && subject->info->verdict->accepted;
  report->findings = finding_list_new();
  report->not_checked = g_ptr_array_new_with_free_func(g_free);
  report->sent = certificate_list_new();
  report->path = certificate_list_new();
  report->own = certificate_list_new();
  take_certificates(report);
  take_findings(report);
  judge_dates(report);
  take_not_checked(report);
  report->exit_code =
      check_exit(subject->outcome, report->findings, subject->evidence, report->tls);
  return report;
}

void
check_report_free(CheckReport *report)
{
  if (report == NULL)
    return;
  g_free(report->url);
  g_ptr_array_unref(report->findings);
  g_ptr_array_unref(report->not_checked);
  g_ptr_array_unref(report->sent);
  g_ptr_array_unref(report->path);
  g_ptr_array_unref(report->own);
  g_free(report);
}

/* --- What writers ask ------------------------------------------------------------------------- */

const char *
check_stage_name(CheckStage stage)
{
  static const char *const names[CHECK_STAGE_COUNT] = {"dns", "tcp", "tls", "mqtt"};
  return names[stage];
}

gint64
check_report_stage_us(const CheckReport *report, CheckStage stage)
{
  static const struct {
    EvidenceStage from, to;
  } spans[CHECK_STAGE_COUNT] = {
      [CHECK_STAGE_DNS] = {EVIDENCE_STARTED, EVIDENCE_RESOLVED},
      [CHECK_STAGE_TCP] = {EVIDENCE_RESOLVED, EVIDENCE_CONNECTED},
      [CHECK_STAGE_TLS] = {EVIDENCE_CONNECTED, EVIDENCE_ESTABLISHED},
      [CHECK_STAGE_MQTT] = {EVIDENCE_ESTABLISHED, EVIDENCE_CONNACK},
  };
  const gint64 *at = report->subject.evidence->at_us;
  EvidenceStage from = spans[stage].from;
  if (stage == CHECK_STAGE_MQTT && !report->tls)
    from = EVIDENCE_CONNECTED;
  return at[from] != 0 && at[spans[stage].to] != 0 ? at[spans[stage].to] - at[from] : -1;
}

const char *
check_report_way(const CheckReport *report)
{
  if (!report->tls)
    return "plain";
  if (report->subject.session->two_way)
    return "two-way";
  return report->subject.outcome == CHECK_ONLINE ? "one-way" : "-";
}

const Finding *
check_report_worst(const CheckReport *report)
{
  const Finding *worst = report->findings->len > 0 ? report->findings->pdata[0] : NULL;
  return worst != NULL && worst->severity != FINDING_INFO ? worst : NULL;
}

int
check_report_place(const CheckReport *report, const Certificate *certificate)
{
  for (guint i = 0; i < report->path->len; i++) {
    if (certificate_equal(report->path->pdata[i], certificate))
      return (int)i;
  }
  return -1;
}

NameReport
check_report_names(const CheckReport *report)
{
  const Profile *profile = report->subject.profile;
  return (NameReport){
      .host = profile->host,
      .server_name = profile->server_name,
      .survey = report->subject.survey,
      .leaf = report->sent->len > 0 ? g_ptr_array_index(report->sent, 0) : NULL,
  };
}
