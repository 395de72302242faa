/* The report for a person: a line that says it all, the stages, the certificates of both sides,
 * both verdicts, what is wrong and what to do, what was not checked. */
#include "config.h"

#include <string.h>

#include "commands/check_report.h"
#include "commands/client_text.h"
#include "commands/commands.h"
#include "commands/day_text.h"
#include "commands/finding_text.h"
#include "commands/names_report.h"
#include "commands/text_block.h"
#include "util/safe_text.h"

#define NAME_COLUMNS 24
#define ISSUER_COLUMNS 20
#define CA_NAMES_MAX 20 /* more are counted */

/* --- The first line --------------------------------------------------------------------------- */

static const char *
mark_of(int exit_code)
{
  return exit_code == EXIT_GOOD ? "✓ " : exit_code == EXIT_WARNINGS ? "! " : "✗ ";
}

static char *
worst_text(const CheckReport *report)
{
  const Finding *worst = check_report_worst(report);
  gboolean online = report->subject.outcome == CHECK_ONLINE;
  if (worst == NULL)
    return g_strdup(online ? "good" : "failed");
  if (report->exit_code == EXIT_WARNINGS)
    return g_strdup_printf("works, but: %s (%s)", worst->code, finding_side_name(worst->side));
  return g_strdup_printf("%s: %s (%s)", online ? "refused in part" : "failed", worst->code,
                         finding_side_name(worst->side));
}

static void
append_head(GString *out, const CheckReport *report)
{
  const CheckSubject *subject = &report->subject;
  g_autoptr(GString) line = g_string_new(subject->target);
  if (strcmp(subject->target, report->url) != 0)
    g_string_append_printf(line, " (%s)", report->url);
  g_string_append(line, ": ");
  if (subject->outcome == CHECK_ONLINE)
    g_string_append_printf(line, "%s%s, ", check_report_way(report),
                           report->tls ? " TLS" : " MQTT");
  g_autofree char *worst = worst_text(report);
  g_string_append(line, worst);
  text_block_append(out, mark_of(report->exit_code), line->str);
}

/* --- Stages ----------------------------------------------------------------------------------- */

static void
append_stage(GString *out, const CheckReport *report, CheckStage stage, const char *text)
{
  gint64 us = check_report_stage_us(report, stage);
  g_autofree char *time = us < 0 ? g_strdup("-")
                                 : g_strdup_printf("%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT " ms",
                                                   us / 1000, us % 1000 / 100);
  g_autofree char *lead = g_strdup_printf("  %-5s%10s  ", check_stage_name(stage), time);
  text_block_append(out, lead, text);
}

static void
append_dns(GString *out, const CheckReport *report)
{
  const Evidence *evidence = report->subject.evidence;
  g_autofree char *names = evidence->names != NULL ? g_strjoinv(" → ", evidence->names) : NULL;
  g_autofree char *addresses =
      evidence->addresses != NULL ? g_strjoinv(", ", evidence->addresses) : NULL;
  g_autoptr(GString) line = g_string_new(names != NULL ? names : "");
  if (addresses != NULL)
    g_string_append_printf(line, "%s%s", line->len > 0 ? " → " : "", addresses);
  if (evidence->ttl > 0)
    g_string_append_printf(line, " (for %u s)", evidence->ttl);
  if (line->len == 0 && !evidence_has_begun(evidence))
    g_string_append(line, "not asked: our own files come first");
  else if (line->len == 0)
    g_string_append_printf(line, "%s was not resolved", report->subject.profile->host);
  append_stage(out, report, CHECK_STAGE_DNS, line->str);
}

/* The sentence with its remedy is among the findings. */
static const char *
dial_word(const DialFailure *failure)
{
  switch (failure->code) {
  case TUNNEL_ERROR_TCP_REFUSED:
    return "refused";
  case TUNNEL_ERROR_TCP_FILTERED:
    return "no answer";
  case TUNNEL_ERROR_TCP_UNREACHABLE:
    return "unreachable";
  case TUNNEL_ERROR_TCP_CLOSED_AT_ONCE:
    return "closed at once";
  default:
    return failure->text;
  }
}

static void
append_tcp(GString *out, const CheckReport *report)
{
  const Evidence *evidence = report->subject.evidence;
  g_autoptr(GString) line = g_string_new(NULL);
  if (evidence->address != NULL)
    g_string_append(line, evidence->address);
  for (guint i = 0; i < evidence->dial_failures->len; i++) {
    const DialFailure *failure = evidence->dial_failures->pdata[i];
    g_string_append_printf(line, "%s%s: %s", line->len > 0 ? "; " : "", failure->address,
                           dial_word(failure));
  }
  append_stage(out, report, CHECK_STAGE_TCP, line->len > 0 ? line->str : "not connected");
}

static gboolean
is_connected(const CheckReport *report)
{
  return report->subject.evidence->at_us[EVIDENCE_CONNECTED] != 0;
}

static gboolean
reached_mqtt(const CheckReport *report)
{
  return is_connected(report) &&
         (!report->tls || report->subject.evidence->at_us[EVIDENCE_ESTABLISHED] != 0);
}

static void
append_tls(GString *out, const CheckReport *report)
{
  const Evidence *evidence = report->subject.evidence;
  g_autoptr(GString) line = g_string_new(NULL);
  const char *parts[] = {evidence->tls_version, evidence->cipher, evidence->group};
  for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
    if (parts[i] != NULL)
      g_string_append_printf(line, "%s%s", line->len > 0 ? ", " : "", parts[i]);
  }
  if (evidence->alpn != NULL)
    g_string_append_printf(line, ", ALPN %s", evidence->alpn);
  if (evidence->resumed)
    g_string_append(line, ", resumed");
  append_stage(out, report, CHECK_STAGE_TLS,
               line->len > 0          ? line->str
               : is_connected(report) ? "not established"
                                      : "not reached");
}

static void
append_mqtt(GString *out, const CheckReport *report)
{
  const Evidence *evidence = report->subject.evidence;
  const char *version = report->subject.profile->version == MQTT_5 ? "5" : "3.1.1";
  g_autoptr(GString) line = g_string_new(NULL);
  g_autofree char *refused =
      mqtt_reason_words(evidence->connack_text, (guint8)MAX(evidence->connack, 0));
  if (evidence->connack < 0 && !reached_mqtt(report))
    g_string_append(line, "not reached");
  else if (evidence->connack < 0)
    g_string_append_printf(line, "MQTT %s, no CONNACK", version);
  else
    g_string_append_printf(line, "MQTT %s, CONNACK: %s", version,
                           evidence->connack == 0 ? "accepted" : refused);
  if (evidence->session_present)
    g_string_append(line, ", the broker kept our session");
  append_stage(out, report, CHECK_STAGE_MQTT, line->str);
}

/* (transfer full) */
static char *
refused_text(const CheckReport *report, const char *filter, guint8 reason)
{
  MqttVersion version = report->subject.profile->version;
  g_autofree char *why = mqtt_reason_words(mqtt_reason_text(MQTT_SUBACK, version, reason), reason);
  return g_strdup_printf("refused: subscription to %s: %s", filter, why);
}

static void
append_subscriptions(GString *out, const CheckReport *report)
{
  const GPtrArray *subscriptions = report->subject.subscriptions;
  for (guint i = 0; i < subscriptions->len; i++) {
    const Subscription *subscription = subscriptions->pdata[i];
    g_autofree char *filter = safe_text_string(subscription->filter), *text = NULL;
    if (subscription->state == SUBSCRIPTION_GRANTED)
      text = g_strdup_printf("subscribed to %s, QoS %d", filter, subscription->granted);
    else if (subscription->state == SUBSCRIPTION_REFUSED)
      text = refused_text(report, filter, subscription->reason);
    else
      text = g_strdup_printf("not answered: subscription to %s", filter);
    text_block_append(out, "                   ", text);
  }
}

static void
append_stages(GString *out, const CheckReport *report)
{
  g_string_append_c(out, '\n');
  append_dns(out, report);
  append_tcp(out, report);
  if (report->tls)
    append_tls(out, report);
  append_mqtt(out, report);
  append_subscriptions(out, report);
}

/* --- Certificates ----------------------------------------------------------------------------- */

static FindingSeverity
worst_about(const CheckReport *report, const Certificate *certificate)
{
  for (guint i = 0; i < report->findings->len; i++) {
    const Finding *finding = report->findings->pdata[i];
    if (g_strcmp0(finding->sha256, certificate_sha256(certificate)) == 0)
      return finding->severity;
  }
  return FINDING_INFO;
}

static void
append_certificate(GString *out, const CheckReport *report, const Certificate *certificate,
                   const char *index, const char *place)
{
  static const char *const marks[] = {
      [FINDING_ERROR] = "✗", [FINDING_WARNING] = "!", [FINDING_INFO] = "✓"};
  gint64 start = certificate_not_before(certificate), end = certificate_not_after(certificate);
  g_autofree char *date = day_text_date(end, "%Y-%m-%d");
  g_autofree char *left = day_text_left(start, end, report->subject.now);
  g_string_append_printf(out, "  %s %2s ", marks[worst_about(report, certificate)], index);
  text_block_cell(out, certificate_subject_label(certificate), NAME_COLUMNS);
  g_string_append_c(out, ' ');
  text_block_cell(out, certificate_issuer_label(certificate), ISSUER_COLUMNS);
  g_string_append_printf(out, " %s %8s%s%s\n", date, left, *place != '\0' ? " " : "", place);
}

/* Wire order first: what was sent, whether it is used or not. */
static void
append_sent(GString *out, const CheckReport *report)
{
  for (guint i = 0; i < report->sent->len; i++) {
    const Certificate *certificate = report->sent->pdata[i];
    g_autofree char *index = g_strdup_printf("%u", i);
    gboolean judged = report->subject.info->verdict != NULL;
    const char *place = !judged                                        ? "sent"
                        : check_report_place(report, certificate) >= 0 ? "on path"
                                                                       : "unused";
    append_certificate(out, report, certificate, index, place);
  }
}

/* What the path needs besides. */
static void
append_rest_of_path(GString *out, const CheckReport *report)
{
  const Verdict *verdict = report->subject.info->verdict;
  for (guint i = 0; verdict != NULL && i < verdict->path->len; i++) {
    const PathLink *link = verdict->path->pdata[i];
    if (link->certificate == NULL) {
      g_autofree char *text = g_strdup_printf("%s is missing", link->name);
      text_block_append(out, "  ✗    ", text);
    } else if (link->origin == PATH_IN_TRUST) {
      append_certificate(out, report, link->certificate, "T", "trusted");
    }
  }
}

static void
append_certificates(GString *out, const CheckReport *report)
{
  if (report->sent->len > 0) {
    g_string_append(out, "\n  The broker's certificates\n");
    append_sent(out, report);
    append_rest_of_path(out, report);
  }
  if (report->own->len > 0)
    g_string_append(out, "\n  Ours\n");
  for (guint i = 0; i < report->own->len; i++) {
    g_autofree char *index = g_strdup_printf("%u", i);
    append_certificate(out, report, report->own->pdata[i], index, "");
  }
}

/* --- Who took whose --------------------------------------------------------------------------- */

/* What the broker said that it takes. */
static void
append_wanted(GString *out, const Evidence *evidence)
{
  guint count = evidence->ca_names != NULL ? g_strv_length(evidence->ca_names) : 0;
  for (guint i = 0; i < MIN(count, CA_NAMES_MAX); i++) {
    g_autofree char *text = g_strdup_printf("the broker takes: %s", evidence->ca_names[i]);
    text_block_append(out, "    ", text);
  }
  if (count > CA_NAMES_MAX) {
    g_autofree char *text = g_strdup_printf("and %u more", count - CA_NAMES_MAX);
    text_block_append(out, "    ", text);
  }
  if (evidence->key_types != NULL) {
    g_autofree char *text = g_strdup_printf("key types: %s", evidence->key_types);
    text_block_append(out, "    ", text);
  }
}

static void
append_client(GString *out, const CheckReport *report)
{
  const CheckSubject *subject = &report->subject;
  g_autofree char *text =
      client_text(subject->profile, subject->session, subject->info, subject->evidence);
  g_autofree char *line = g_strconcat("Client certificate: ", text, NULL);
  text_block_append(out, subject->session->two_way ? "  ✓ " : "  · ", line);
  append_wanted(out, subject->evidence);
}

static void
append_verdicts(GString *out, const CheckReport *report)
{
  const ConnectionInfo *info = report->subject.info;
  if (!is_connected(report))
    return;
  g_string_append_c(out, '\n');
  if (info->verdict != NULL)
    text_block_append(out, report->accepted ? "  ✓ " : "  ✗ ",
                      report->accepted ? "mqtrust accepts the broker's certificate"
                                       : "mqtrust refuses the broker's certificate");
  if (info->opinion != NULL) {
    g_autofree char *summary = second_opinion_summary(info->opinion);
    g_autofree char *difference = second_opinion_difference(info->opinion, info->verdict);
    text_block_append(out, info->opinion->accepted ? "  ✓ " : "  ✗ ", summary);
    if (difference != NULL)
      text_block_append(out, "    ", difference);
  }
  append_client(out, report);
}

/* --- Findings --------------------------------------------------------------------------------- */

static void
append_findings(GString *out, const CheckReport *report)
{
  const GPtrArray *findings = report->findings;
  g_string_append(out, findings->len > 0 ? "\n  Findings\n" : "\n  Findings: none\n");
  for (guint i = 0; i < findings->len; i++)
    finding_text_append_whole(out, findings->pdata[i]);
}

static void
append_not_checked(GString *out, const CheckReport *report)
{
  if (report->not_checked->len == 0)
    return;
  g_string_append(out, "\n  Not checked\n");
  for (guint i = 0; i < report->not_checked->len; i++)
    text_block_append(out, "  · ", report->not_checked->pdata[i]);
}

/* --- Names ------------------------------------------------------------------------------------ */

static void
append_names(GString *out, const CheckReport *report)
{
  if (report->subject.survey == NULL)
    return;
  NameReport names = check_report_names(report);
  g_autofree char *text = names_text(&names);
  g_string_append_printf(out, "\n%s", text);
}

/* --- The whole -------------------------------------------------------------------------------- */

static void
append_report(GString *out, const CheckReport *report)
{
  append_head(out, report);
  append_stages(out, report);
  if (report->tls) {
    append_certificates(out, report);
    append_verdicts(out, report);
  }
  append_findings(out, report);
  append_not_checked(out, report);
  append_names(out, report);
}

static void
append_count(GString *out, const GPtrArray *reports)
{
  guint good = 0, warned = 0;
  for (guint i = 0; i < reports->len; i++) {
    int code = ((const CheckReport *)reports->pdata[i])->exit_code;
    good += code == EXIT_GOOD;
    warned += code == EXIT_WARNINGS;
  }
  g_string_append_printf(out, "\n%u targets: %u good, %u with warnings, %u failed\n", reports->len,
                         good, warned, reports->len - good - warned);
}

char *
check_text(const GPtrArray *reports)
{
  g_autoptr(GString) out = g_string_new(NULL);
  for (guint i = 0; i < reports->len; i++) {
    if (i > 0)
      g_string_append_c(out, '\n');
    append_report(out, reports->pdata[i]);
  }
  if (reports->len > 1)
    append_count(out, reports);
  return g_strdup(out->str);
}

/* --- Colours ---------------------------------------------------------------------------------- */

/* Of a mark at the begin of a line, or after two blanks; NULL: it is none. */
static const char *
colour_of(const char *text)
{
  static const struct {
    const char *mark, *colour;
  } colours[] = {{"✓ ", "\033[32m"}, {"✗ ", "\033[31m"}, {"! ", "\033[33m"}};
  for (gsize i = 0; i < G_N_ELEMENTS(colours); i++) {
    if (g_str_has_prefix(text, colours[i].mark))
      return colours[i].colour;
  }
  return NULL;
}

char *
check_text_colour(const char *text)
{
  g_autoptr(GString) out = g_string_new(NULL);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    const char *start = *line + (g_str_has_prefix(*line, "  ") ? 2 : 0);
    const char *colour = colour_of(start), *end = strchr(start, ' ');
    if (line != lines)
      g_string_append_c(out, '\n');
    if (colour == NULL)
      g_string_append(out, *line);
    else
      g_string_append_printf(out, "%.*s%s%.*s\033[0m%s", (int)(start - *line), *line, colour,
                             (int)(end - start), start, end);
  }
  return g_strdup(out->str);
}
