/* The verdict for a person: the path as a picture, both verdicts, what is wrong and what to do,
 * the other paths, and what was not looked at. */
#include "config.h"

#include <string.h>

#include "commands/day_text.h"
#include "commands/finding_text.h"
#include "commands/text_block.h"
#include "commands/verify_report.h"

#define DAY_SECONDS 86400
#define NAME_COLUMNS 25
#define PLACE_COLUMNS 15
#define TREE_DEPTH_MAX 6 /* deeper ones are indented no further */
#define CLIENTS "OpenSSL clients (MQTTX, mosquitto, Paho with OpenSSL)"

/* --- What was asked --------------------------------------------------------------------------- */

static void
append_head(GString *out, const VerifyReport *report)
{
  const VerifyRequest *request = &report->input->request;
  g_autofree char *time = day_text_date(request->time, "%Y-%m-%d %H:%M:%S UTC");
  const char *purpose = request->purpose == VERIFY_PURPOSE_SERVER   ? "as a server certificate"
                        : request->purpose == VERIFY_PURPOSE_CLIENT ? "as a client certificate"
                                                                    : "for any purpose";
  g_autoptr(GString) line = g_string_new(purpose);
  if (request->name || request->email)
    g_string_append_printf(line, ", for %s", request->name ? request->name : request->email);
  g_string_append_printf(line, ", trusting %s, at %s", anchors_label(request->anchors), time);
  if (request->rules == VERIFY_RULES_STRICT)
    g_string_append(line, ", by the strict rules");
  g_autofree char *title = g_strdup_printf("%s: %s", report->input->label,
                                           report->verdict->accepted ? "accepted" : "rejected");
  text_block_append(out, "", title);
  text_block_append(out, "  ", line->str);
}

/* --- The path --------------------------------------------------------------------------------- */

static gboolean
has_warning(const Verdict *verdict, const Certificate *certificate)
{
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    if (finding->severity == FINDING_WARNING && finding->sha256 &&
        strcmp(finding->sha256, certificate_sha256(certificate)) == 0)
      return TRUE;
  }
  return FALSE;
}

static const char *
link_mark(const VerifyReport *report, const PathLink *link)
{
  if (!link->good || !link->certificate)
    return "✗";
  return has_warning(report->verdict, link->certificate) ? "!" : "✓";
}

static void
append_dates(GString *out, const Certificate *certificate, gint64 now)
{
  gint64 start = certificate_not_before(certificate), end = certificate_not_after(certificate);
  g_autofree char *from = day_text_date(start, "%Y-%m-%d"), *until = day_text_date(end, "%Y-%m-%d");
  g_autofree char *days = day_text_left(start, end, now);
  g_string_append_printf(out, " %s → %s %7s", from, until, days);
}

static void
append_link(GString *out, const VerifyReport *report, const PathLink *link, guint depth)
{
  int index, indent = depth > 0 ? 2 * ((int)MIN(depth, TREE_DEPTH_MAX) - 1) : 0;
  g_autofree char *place = verify_input_place(report->input, link, &index);
  g_autofree char *name = g_strdup_printf("%*s%s%s", indent, "", depth > 0 ? "└ " : "", link->name);
  g_string_append_printf(out, "  %s ", link_mark(report, link));
  text_block_cell(out, name, NAME_COLUMNS);
  g_string_append_c(out, ' ');
  if (!link->certificate) {
    g_string_append_printf(out, "%s\n", place);
    return;
  }
  g_autofree char *from = g_strdup_printf("%s #%d", place, index);
  text_block_cell(out, from, PLACE_COLUMNS);
  append_dates(out, link->certificate, report->input->request.time);
  g_string_append_c(out, '\n');
}

/* An anchor that is not self-signed: others would go on to the one that signed it. */
static void
append_issuer(GString *out, const PathLink *top, guint depth)
{
  const Certificate *certificate = top->certificate;
  if (top->origin != PATH_IN_TRUST || certificate_is_self_issued(certificate))
    return;
  int indent = 2 * ((int)MIN(depth, TREE_DEPTH_MAX) - 1);
  g_autofree char *name =
      g_strdup_printf("%*s└ %s", indent, "", certificate_issuer_label(certificate));
  g_string_append(out, "  · ");
  text_block_cell(out, name, NAME_COLUMNS);
  g_string_append(out, " signed the one above; not needed here\n");
}

static void
append_path(GString *out, const VerifyReport *report)
{
  const GPtrArray *path = report->verdict->path;
  g_string_append_c(out, '\n');
  for (guint i = 0; i < path->len; i++)
    append_link(out, report, path->pdata[i], i);
  if (path->len > 0)
    append_issuer(out, path->pdata[path->len - 1], path->len);
}

/* --- Both verdicts ---------------------------------------------------------------------------- */

static void
append_ours(GString *out, const VerifyReport *report)
{
  const Verdict *verdict = report->verdict;
  g_autofree char *text = NULL;
  if (!verdict->accepted) {
    const Finding *worst = verdict->findings->pdata[0]; /* an error: it is not accepted */
    text = g_strdup_printf("mqtrust rejects it: %s", worst->code);
  } else {
    g_autofree char *end = day_text_date(verdict->path_end, "%Y-%m-%d");
    text = g_strdup_printf("mqtrust accepts it; the path ends on %s, in %" G_GINT64_FORMAT " days",
                           end, (verdict->path_end - report->input->request.time) / DAY_SECONDS);
  }
  text_block_append(out, verdict->accepted ? "  ✓ " : "  ✗ ", text);
}

static void
append_opinion(GString *out, const SecondOpinion *opinion)
{
  if (opinion->accepted) {
    text_block_append(out, "  ✓ ", CLIENTS " accept it");
  } else {
    g_autofree char *text = g_strdup_printf(
        CLIENTS " reject it: error %d, %s, at depth %d%s%s", opinion->error, opinion->reason,
        opinion->depth, opinion->subject ? ": " : "", opinion->subject ? opinion->subject : "");
    text_block_append(out, "  ✗ ", text);
  }
}

static void
append_openssl(GString *out, const VerifyReport *report)
{
  const SecondOpinion *opinion = report->opinion;
  if (!opinion) {
    text_block_append(out, "  · ", "what " CLIENTS " say is not known: this build has no OpenSSL");
    return;
  }
  append_opinion(out, opinion);
  g_autofree char *difference = second_opinion_difference(opinion, report->verdict);
  if (difference)
    text_block_append(out, "    ", difference);
}

static void
append_verdicts(GString *out, const VerifyReport *report)
{
  g_string_append_c(out, '\n');
  append_ours(out, report);
  append_openssl(out, report);
}

/* --- Findings --------------------------------------------------------------------------------- */

static void
append_findings(GString *out, const GPtrArray *findings)
{
  g_string_append(out, findings->len > 0 ? "\nFindings\n" : "\nFindings: none\n");
  for (guint i = 0; i < findings->len; i++)
    finding_text_append_whole(out, findings->pdata[i]);
}

/* --- The other paths -------------------------------------------------------------------------- */

static void
append_other(GString *out, const VerdictPath *path)
{
  g_autoptr(GString) line = g_string_new(NULL);
  for (guint i = 0; i < path->links->len; i++) {
    const PathLink *link = path->links->pdata[i];
    g_string_append_printf(line, "%s%s", i > 0 ? " ← " : "", link->name);
  }
  const PathLink *top = path->links->pdata[path->links->len - 1];
  if (!certificate_is_self_issued(top->certificate))
    g_string_append_printf(line, " (signed by %s)", certificate_issuer_label(top->certificate));
  text_block_append(out, path->accepted ? "  ✓ " : "  ✗ ", line->str);
  g_autofree char *end = day_text_date(path->end, "%Y-%m-%d");
  g_autofree char *good = g_strdup_printf("good too; it ends on %s", end);
  text_block_append(out, "    ", path->accepted ? good : path->reason);
}

static void
append_others(GString *out, const GPtrArray *paths)
{
  if (paths->len < 2)
    return;
  g_string_append(out, "\nOther paths\n");
  for (guint i = 1; i < paths->len; i++)
    append_other(out, paths->pdata[i]);
}

/* --- The whole -------------------------------------------------------------------------------- */

static void
append_not_checked(GString *out, const GPtrArray *sentences)
{
  if (sentences->len == 0)
    return;
  g_string_append(out, "\nNot checked\n");
  for (guint i = 0; i < sentences->len; i++)
    text_block_append(out, "  · ", sentences->pdata[i]);
}

static char *
problems_text(const VerifyReport *report)
{
  const GPtrArray *problems = report->input->problems;
  g_autoptr(GString) out = g_string_new(NULL);
  for (guint i = 0; i < problems->len; i++)
    finding_text_append_whole(out, problems->pdata[i]);
  if (report->opinion)
    append_opinion(out, report->opinion);
  return g_strdup(out->str);
}

char *
verify_text(const VerifyReport *report)
{
  if (!report->verdict)
    return problems_text(report);
  g_autoptr(GString) out = g_string_new(NULL);
  append_head(out, report);
  append_path(out, report);
  append_verdicts(out, report);
  append_findings(out, report->verdict->findings);
  append_others(out, report->verdict->paths);
  append_not_checked(out, report->verdict->not_checked);
  return g_strdup(out->str);
}
