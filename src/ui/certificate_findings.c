#include "config.h"

#include "ui/certificate_findings.h"

#include <string.h>

#include "ui/finding_text.h"

/* How many findings of each severity. */
typedef struct {
  guint of[3];
} Counts;

static Counts
count_findings(GPtrArray *findings)
{
  Counts counts = {{0}};
  for (guint i = 0; findings && i < findings->len; i++)
    counts.of[((const Finding *)g_ptr_array_index(findings, i))->severity]++;
  return counts;
}

void
certificate_findings_add_errors(CertificateLines *list, const ConnectionInfo *info)
{
  guint errors = count_findings(info->findings).of[FINDING_ERROR];
  for (guint i = 0; i < errors; i++) /* worst first */
    certificate_lines_finding(list, g_ptr_array_index(info->findings, i));
  if (errors > 0)
    certificate_lines_heading(list, "");
}

/* --- What does not stop it -------------------------------------------------------------------- */

/* (transfer full): "Findings: 1 warning, 2 notes". */
static char *
heading(const Counts *counts)
{
  static const char *const one[] = {"error", "warning", "note"};
  GString *out = g_string_new(counts->of[FINDING_ERROR] > 0 ? "Other findings:" : "Findings:");
  const char *separator = " ";
  for (int i = FINDING_WARNING; i <= FINDING_INFO; i++) {
    if (counts->of[i] == 0)
      continue;
    g_string_append_printf(out, "%s%u %s%s", separator, counts->of[i], one[i],
                           counts->of[i] > 1 ? "s" : "");
    separator = ", ";
  }
  return g_string_free(out, FALSE);
}

/* (transfer full): the numbers, for who looks them up. */
static char *
opinion_detail(const SecondOpinion *opinion, const char *difference)
{
  g_autofree char *subject =
      opinion->subject ? g_strdup_printf("Certificate: %s\n", opinion->subject) : g_strdup("");
  g_autofree char *numbers =
      opinion->error ? g_strdup_printf("Error %d at depth %d: %s\n", opinion->error,
                                       opinion->depth, opinion->reason)
                     : g_strdup("");
  return g_strconcat("OpenSSL's own verification of the same certificates, which is what MQTTX, "
                     "mosquitto, Paho with OpenSSL and most devices go by.\n\n",
                     numbers, subject, "\n", difference, NULL);
}

void
certificate_findings_add_opinion(CertificateLines *list, const ConnectionInfo *info)
{
  g_autofree char *difference = second_opinion_difference(info->opinion, info->verdict);
  if (difference)
    certificate_lines_detail(list, "OpenSSL's verdict", opinion_detail(info->opinion, difference));
}

/* A finding names the certificate that they refuse, and says so. */
static gboolean
is_told_by_finding(const ConnectionInfo *info)
{
  for (guint i = 0; info->findings && i < info->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(info->findings, i);
    if (finding->severity == FINDING_WARNING && strstr(finding_reason(finding), "OpenSSL clients"))
      return TRUE;
  }
  return FALSE;
}

/* OpenSSL's verdict where it is another one than ours, and no finding tells of it. */
static void
add_difference(CertificateLines *list, const ConnectionInfo *info)
{
  g_autofree char *difference = second_opinion_difference(info->opinion, info->verdict);
  if (!difference || is_told_by_finding(info))
    return;
  g_autofree char *summary = second_opinion_summary(info->opinion);
  certificate_lines_text(list, ROLE_WARNING, GLYPH_WARN, ROLE_WARNING, FALSE, summary);
  certificate_lines_text(list, ROLE_NORMAL, GLYPH_COUNT, ROLE_NORMAL, TRUE, difference);
  certificate_findings_add_opinion(list, info);
}

void
certificate_findings_add_others(CertificateLines *list, const ConnectionInfo *info)
{
  Counts counts = count_findings(info->findings);
  guint errors = counts.of[FINDING_ERROR];
  guint others = counts.of[FINDING_WARNING] + counts.of[FINDING_INFO];
  g_autofree char *text = heading(&counts);
  if (others > 0)
    certificate_lines_heading(list, text);
  else if (errors == 0 && info->verdict && info->verdict->accepted)
    certificate_lines_heading(list, "Findings: none");
  for (guint i = errors; i < errors + others; i++)
    certificate_lines_finding(list, g_ptr_array_index(info->findings, i));
  add_difference(list, info);
}
