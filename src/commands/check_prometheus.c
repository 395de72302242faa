/* Metrics in the text format of Prometheus (version 0.0.4), for node_exporter's textfile collector
 * and the like. What a certificate says stays there when it has ended or was refused: an alert on
 * its end must not lose its series on that very day. */
#include "config.h"

#include <string.h>

#include "commands/check_expiry.h"
#include "commands/check_report.h"

/* --- Samples ---------------------------------------------------------------------------------- */

/* Exposition format: in a label's value backslash, quotation mark and line feed are escaped. */
static void
append_label(GString *out, const char *name, const char *value)
{
  char last = out->str[out->len - 1];
  g_string_append_printf(out, "%s%s=\"", last == '{' ? "" : ",", name);
  for (const char *at = value; *at != '\0'; at++) {
    if (*at == '\\' || *at == '"')
      g_string_append_printf(out, "\\%c", *at);
    else if (*at == '\n')
      g_string_append(out, "\\n");
    else
      g_string_append_c(out, *at);
  }
  g_string_append_c(out, '"');
}

static void
begin_sample(GString *out, const char *metric, const CheckReport *report)
{
  g_string_append_printf(out, "%s{", metric);
  append_label(out, "target", report->subject.target);
  append_label(out, "url", report->url);
}

static void
end_sample(GString *out, gint64 value)
{
  g_string_append_printf(out, "} %" G_GINT64_FORMAT "\n", value);
}

static void
end_seconds(GString *out, gint64 us)
{
  g_string_append_printf(out, "} %" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT "\n",
                         us / G_USEC_PER_SEC, us % G_USEC_PER_SEC);
}

/* --- Metrics of the connection ---------------------------------------------------------------- */

typedef void (*Sampler)(GString *out, const char *metric, const CheckReport *report);

static void
sample_success(GString *out, const char *metric, const CheckReport *report)
{
  begin_sample(out, metric, report);
  end_sample(out, report->subject.outcome == CHECK_ONLINE);
}

static void
sample_exit(GString *out, const char *metric, const CheckReport *report)
{
  begin_sample(out, metric, report);
  end_sample(out, report->exit_code);
}

static void
sample_duration(GString *out, const char *metric, const CheckReport *report)
{
  begin_sample(out, metric, report);
  end_seconds(out, report->subject.duration_us);
}

static void
sample_phases(GString *out, const char *metric, const CheckReport *report)
{
  for (int stage = 0; stage < CHECK_STAGE_COUNT; stage++) {
    gint64 us = check_report_stage_us(report, (CheckStage)stage);
    if (us < 0)
      continue;
    begin_sample(out, metric, report);
    append_label(out, "phase", check_stage_name((CheckStage)stage));
    end_seconds(out, us);
  }
}

static void
sample_tls(GString *out, const char *metric, const CheckReport *report)
{
  const Evidence *evidence = report->subject.evidence;
  if (evidence->tls_version == NULL)
    return;
  begin_sample(out, metric, report);
  append_label(out, "version", evidence->tls_version);
  append_label(out, "cipher", evidence->cipher != NULL ? evidence->cipher : "");
  end_sample(out, 1);
}

static void
sample_two_way(GString *out, const char *metric, const CheckReport *report)
{
  begin_sample(out, metric, report);
  end_sample(out, report->subject.session->two_way);
}

static void
sample_accepted(GString *out, const char *metric, const CheckReport *report)
{
  if (report->subject.info->verdict == NULL)
    return;
  begin_sample(out, metric, report);
  end_sample(out, report->accepted);
}

static void
sample_openssl(GString *out, const char *metric, const CheckReport *report)
{
  if (report->subject.info->opinion == NULL)
    return;
  begin_sample(out, metric, report);
  end_sample(out, report->subject.info->opinion->accepted);
}

static void
sample_connack(GString *out, const char *metric, const CheckReport *report)
{
  if (report->subject.evidence->connack < 0)
    return;
  begin_sample(out, metric, report);
  end_sample(out, report->subject.evidence->connack);
}

/* --- Metrics of certificates ------------------------------------------------------------------ */

static void
sample_dates(GString *out, const char *metric, const CheckReport *report, const char *side,
             const GPtrArray *certificates, gint64 (*date)(const Certificate *))
{
  for (guint i = 0; i < certificates->len; i++) {
    const Certificate *certificate = certificates->pdata[i];
    g_autofree char *index = g_strdup_printf("%u", i);
    begin_sample(out, metric, report);
    append_label(out, "side", side);
    append_label(out, "index", index);
    append_label(out, "subject", certificate_subject(certificate));
    append_label(out, "issuer", certificate_issuer(certificate));
    append_label(out, "serial", certificate_serial(certificate));
    append_label(out, "sha256", certificate_sha256(certificate));
    end_sample(out, date(certificate));
  }
}

static void
sample_not_after(GString *out, const char *metric, const CheckReport *report)
{
  sample_dates(out, metric, report, "broker", report->sent, certificate_not_after);
  sample_dates(out, metric, report, "client", report->own, certificate_not_after);
}

static void
sample_not_before(GString *out, const char *metric, const CheckReport *report)
{
  sample_dates(out, metric, report, "broker", report->sent, certificate_not_before);
  sample_dates(out, metric, report, "client", report->own, certificate_not_before);
}

static void
sample_first(GString *out, const char *metric, const CheckReport *report, const char *side,
             const GPtrArray *certificates)
{
  const Certificate *first = check_expiry_first(certificates);
  if (first == NULL)
    return;
  begin_sample(out, metric, report);
  append_label(out, "side", side);
  end_sample(out, certificate_not_after(first));
}

static void
sample_earliest(GString *out, const char *metric, const CheckReport *report)
{
  sample_first(out, metric, report, "broker", report->path);
  sample_first(out, metric, report, "client", report->own);
}

/* --- Findings --------------------------------------------------------------------------------- */

static gboolean
is_same(const Finding *a, const Finding *b)
{
  return a->severity == b->severity && a->side == b->side && strcmp(a->code, b->code) == 0;
}

static gint64
count_same(const GPtrArray *findings, guint from, const Finding *finding)
{
  gint64 count = 0;
  for (guint i = from; i < findings->len; i++)
    count += is_same(findings->pdata[i], finding);
  return count;
}

/* A series may be there once: the value is how many such findings there are. */
static void
sample_findings(GString *out, const char *metric, const CheckReport *report)
{
  const GPtrArray *findings = report->findings;
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = findings->pdata[i];
    gint64 count = count_same(findings, i, finding);
    if (count != count_same(findings, 0, finding))
      continue;
    begin_sample(out, metric, report);
    append_label(out, "code", finding->code);
    append_label(out, "severity", finding_severity_name(finding->severity));
    append_label(out, "side", finding_side_name(finding->side));
    end_sample(out, count);
  }
}

/* --- The whole -------------------------------------------------------------------------------- */

static const struct {
  const char *name, *help;
  Sampler sample;
} metrics[] = {
    {"mqtrust_probe_success", "Whether the broker accepted the connection.", sample_success},
    {"mqtrust_probe_exit_code", "Exit code of mqtrust check: 0 good, 1 warnings, 3 to 8 faults.",
     sample_exit},
    {"mqtrust_probe_duration_seconds", "How long the check took as a whole.", sample_duration},
    {"mqtrust_probe_phase_duration_seconds", "How long each stage took that was passed.",
     sample_phases},
    {"mqtrust_tls_version_info", "TLS version and cipher in use, as labels.", sample_tls},
    {"mqtrust_tls_two_way", "Whether the broker asked for our certificate and took it.",
     sample_two_way},
    {"mqtrust_broker_certificate_accepted", "Whether we accept the broker's certificate.",
     sample_accepted},
    {"mqtrust_broker_certificate_accepted_by_openssl",
     "Whether clients built on OpenSSL accept the broker's certificate.", sample_openssl},
    {"mqtrust_mqtt_connack_code", "Reason code of CONNACK, 0 for accepted.", sample_connack},
    {"mqtrust_ssl_cert_not_before", "Begin of each certificate's validity, Unix time.",
     sample_not_before},
    {"mqtrust_ssl_cert_not_after", "End of each certificate's validity, Unix time.",
     sample_not_after},
    {"mqtrust_earliest_cert_expiry", "Earliest end of the certificates in use, Unix time.",
     sample_earliest},
    {"mqtrust_finding", "Number of findings of this code, severity and side.", sample_findings},
};

/* A target that is named twice would give every series twice. */
static gboolean
is_repeated(const GPtrArray *reports, guint index)
{
  const CheckReport *report = reports->pdata[index];
  for (guint i = 0; i < index; i++) {
    const CheckReport *other = reports->pdata[i];
    if (strcmp(other->subject.target, report->subject.target) == 0 &&
        strcmp(other->url, report->url) == 0)
      return TRUE;
  }
  return FALSE;
}

char *
check_prometheus(const GPtrArray *reports)
{
  g_autoptr(GString) out = g_string_new(NULL);
  g_autofree gboolean *repeated = g_new0(gboolean, reports->len + 1);
  for (guint i = 0; i < reports->len; i++)
    repeated[i] = is_repeated(reports, i);
  for (gsize i = 0; i < G_N_ELEMENTS(metrics); i++) {
    g_autoptr(GString) samples = g_string_new(NULL);
    for (guint j = 0; j < reports->len; j++) {
      if (!repeated[j])
        metrics[i].sample(samples, metrics[i].name, reports->pdata[j]);
    }
    if (samples->len > 0)
      g_string_append_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s", metrics[i].name,
                             metrics[i].help, metrics[i].name, samples->str);
  }
  return g_strdup(out->str);
}
