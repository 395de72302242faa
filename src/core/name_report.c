#include "config.h"
#include "core/name_report.h"

#include <string.h>

#include "trust/host_name.h"
#include "util/safe_text.h"
#include "util/text_width.h"

#define KIND_COLUMNS 6 /* "CNAME" and a blank */
#define DEPTH_MAX 8    /* deeper ones are indented no further */

/* --- The certificate ------------------------------------------------------------------------- */

static gboolean
same_name(const char *a, const char *b)
{
  return g_ascii_strcasecmp(a, b) == 0;
}

/* A full stop at the end is DNS's way to say that a name is whole; certificates have none. */
static gboolean
names_host(const Certificate *leaf, const char *host)
{
  g_autofree char *name = g_strdup(host);
  if (strlen(name) > 1 && g_str_has_suffix(name, "."))
    name[strlen(name) - 1] = '\0';
  return host_name_host(leaf, name);
}

NameJudgement
name_report_judge(const char *host, const char *const *names, const Certificate *leaf,
                  const char **target)
{
  if (leaf == NULL)
    return NAME_JUDGEMENT_NONE;
  if (names_host(leaf, host))
    return NAME_JUDGEMENT_HOST;
  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    if (*names[i] == '\0' || !names_host(leaf, names[i]))
      continue;
    if (target != NULL)
      *target = names[i];
    return NAME_JUDGEMENT_TARGET;
  }
  return NAME_JUDGEMENT_NEITHER;
}

const char *
name_judgement_name(NameJudgement judgement)
{
  static const char *const names[] = {NULL, "host", "target", "neither"};
  return names[judgement];
}

const char **
name_report_targets(const NameSurvey *survey)
{
  const char **names = g_new0(const char *, survey->aliases->len + 2);
  guint count = 0;
  /* A search domain may have made it another name than the one that was typed. */
  names[count++] = survey->host;
  for (guint i = 0; i < survey->aliases->len; i++)
    names[count++] = ((SurveyAlias *)g_ptr_array_index(survey->aliases, i))->target;
  return names;
}

NameJudgement
name_report_judgement(const NameReport *report, const char **target)
{
  g_autofree const char **names = name_report_targets(report->survey);
  return name_report_judge(report->host, names, report->leaf, target);
}

char *
name_report_verdict(const NameReport *report)
{
  const char *target = NULL;
  g_autofree char *host = safe_text_string(report->host);
  switch (name_report_judgement(report, &target)) {
  case NAME_JUDGEMENT_HOST:
    return g_strdup_printf("The certificate names %s.", host);
  case NAME_JUDGEMENT_TARGET:
    return g_strdup_printf("The certificate names %s and not %s, which leads there: issue it again "
                           "for %s, or connect by the target's name.",
                           target, host, host);
  case NAME_JUDGEMENT_NEITHER:
    return g_strdup_printf("The certificate names neither %s nor anything that it leads to: issue "
                           "it again for %s.",
                           host, host);
  default:
    return NULL;
  }
}

/* --- Why there is no address ----------------------------------------------------------------- */

/* What both families say together: the name is there when one says so, and unknown when one says
 * so, whatever became of the other (RFC 8020, 2). */
static const SurveyQuestion *
joint_question(const NameSurvey *survey)
{
  static const NameAnswer order[] = {NAME_ANSWER_NONE, NAME_ANSWER_UNKNOWN, NAME_ANSWER_FAILED};
  gboolean silent =
      survey->v4.answer == NAME_ANSWER_SILENT || survey->v6.answer == NAME_ANSWER_SILENT;
  /* Without a word on the one family, the name may well have an address of it. */
  for (gsize i = silent ? 1 : 0; i < G_N_ELEMENTS(order); i++) {
    if (survey->v4.answer == order[i])
      return &survey->v4;
    if (survey->v6.answer == order[i])
      return &survey->v6;
  }
  return survey->v4.answer == NAME_ANSWER_SILENT ? &survey->v4 : &survey->v6;
}

static char *
explain_end(const char *host, const char *end, NameAnswer answer)
{
  gboolean is_alias = !same_name(host, end);
  if (answer == NAME_ANSWER_UNKNOWN && is_alias)
    return g_strdup_printf(
        "\"%s\" leads by CNAME to \"%s\", which is not known to DNS; correct the "
        "CNAME record",
        host, end);
  if (answer == NAME_ANSWER_UNKNOWN)
    return g_strdup_printf("\"%s\" is not known to DNS; check the spelling or use the address",
                           host);
  if (is_alias)
    return g_strdup_printf("\"%s\" leads by CNAME to \"%s\", which has no address (neither A nor "
                           "AAAA record); correct the CNAME record, or ask another name server",
                           host, end);
  return g_strdup_printf(
      "\"%s\" is in DNS but has no address (neither A nor AAAA record); check the "
      "spelling, or add the record",
      host);
}

char *
name_report_problem(const NameReport *report)
{
  const NameSurvey *survey = report->survey;
  if (survey->addresses->len > 0)
    return NULL;
  if (survey->is_loop)
    return g_strdup_printf("the CNAME records of \"%s\" lead in a circle; correct one of them",
                           survey->host);
  const SurveyQuestion *question = joint_question(survey);
  if (question->answer == NAME_ANSWER_FAILED)
    return g_strdup_printf(
        "the name server could not look up \"%s\" (%s); check the network, or the "
        "domain's name servers",
        survey->host, question->failure);
  if (question->answer == NAME_ANSWER_SILENT)
    return g_strdup_printf("the name server does not answer for \"%s\"; check the network and the "
                           "name server",
                           survey->host);
  return explain_end(survey->host, name_survey_target(survey), question->answer);
}

/* --- The drawing ----------------------------------------------------------------------------- */

typedef struct {
  char *name; /* with what leads to it */
  char *kind;
  gint64 ttl; /* -1: none */
} Row;

static void
row_free(gpointer data)
{
  Row *row = data;
  g_free(row->name);
  g_free(row->kind);
  g_free(row);
}

static void
add_row(GPtrArray *rows, guint depth, const char *name, const char *kind, gint64 ttl)
{
  Row *row = g_new0(Row, 1);
  int indent = depth == 0 ? 0 : 2 * (int)MIN(depth, DEPTH_MAX);
  row->name = g_strdup_printf("%*s%s%s", indent, "", depth > 0 ? "└ " : "", name);
  row->kind = g_strdup(kind);
  row->ttl = ttl;
  g_ptr_array_add(rows, row);
}

static void
pad(GString *out, const char *text, int columns)
{
  g_string_append_printf(out, "%s%*s", text, MAX(0, columns - text_width(text)), "");
}

static void
append_rows(GString *out, const GPtrArray *rows)
{
  int widest = 0;
  for (guint i = 0; i < rows->len; i++)
    widest = MAX(widest, text_width(((Row *)g_ptr_array_index(rows, i))->name));
  for (guint i = 0; i < rows->len; i++) {
    const Row *row = g_ptr_array_index(rows, i);
    if (row->ttl < 0) {
      g_string_append_printf(out, "%s\n", row->name);
      continue;
    }
    pad(out, row->name, widest + 2);
    if (*row->kind != '\0')
      pad(out, row->kind, KIND_COLUMNS);
    g_string_append_printf(out, "%6" G_GINT64_FORMAT " s\n", row->ttl);
  }
}

/* Every alias is drawn once, so that circles end. */
static void
draw_name(const NameSurvey *survey, GPtrArray *rows, gboolean *drawn, const char *name, guint depth)
{
  for (guint i = 0; i < survey->aliases->len; i++) {
    const SurveyAlias *alias = g_ptr_array_index(survey->aliases, i);
    if (drawn[i] || !same_name(alias->name, name))
      continue;
    drawn[i] = TRUE;
    add_row(rows, depth, *alias->target != '\0' ? alias->target : ".", "CNAME", alias->ttl);
    draw_name(survey, rows, drawn, alias->target, depth + 1);
  }
  for (guint i = 0; i < survey->addresses->len; i++) {
    const SurveyAddress *address = g_ptr_array_index(survey->addresses, i);
    if (same_name(address->name, name))
      add_row(rows, depth, address->address, address->v6 ? "AAAA" : "A", address->ttl);
  }
}

static void
append_drawing(GString *out, const NameSurvey *survey)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
  g_autofree gboolean *drawn = g_new0(gboolean, survey->aliases->len + 1);
  add_row(rows, 0, survey->host, "", -1);
  draw_name(survey, rows, drawn, survey->host, 1);
  append_rows(out, rows);
  if (survey->is_local)
    g_string_append(out, "\nThis machine itself: no name server is asked.\n");
}

/* --- CAA and SRV ----------------------------------------------------------------------------- */

/* RFC 8659, 4.2: without a domain, it allows nobody. */
static gboolean
allows_nobody(const SurveyAuthorization *authorization)
{
  return g_str_has_prefix(authorization->tag, "issue") &&
         authorization->value[strspn(authorization->value, " ")] == ';';
}

static void
append_authorizations(GString *out, const NameSurvey *survey)
{
  const SurveyQuestion *question = &survey->authorization;
  if (question->answer == NAME_ANSWER_FAILED)
    g_string_append_printf(out,
                           "\nCAA of %s could not be looked up (%s): as long as that lasts, no CA "
                           "issues a certificate for this name.\n",
                           survey->authorization_name, question->failure);
  if (question->answer == NAME_ANSWER_SILENT && survey->authorization_name != NULL)
    g_string_append_printf(out, "\nCAA of %s was asked for and not answered.\n",
                           survey->authorization_name);
  if (question->answer != NAME_ANSWER_FOUND)
    return;
  g_string_append_printf(out, "\nCAA of %s: who may issue certificates\n",
                         survey->authorization_name);
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
  for (guint i = 0; i < survey->authorizations->len; i++) {
    const SurveyAuthorization *caa = g_ptr_array_index(survey->authorizations, i);
    g_autofree char *line =
        g_strdup_printf("  %-9s %s%s%s", caa->tag, caa->value, allows_nobody(caa) ? " (no CA)" : "",
                        caa->critical ? " (critical)" : "");
    add_row(rows, 0, line, "", caa->ttl);
  }
  append_rows(out, rows);
}

static void
append_services(GString *out, const NameSurvey *survey)
{
  if (survey->service.answer != NAME_ANSWER_FOUND)
    return;
  g_string_append_printf(out, "\nSRV %s: priority, weight, where\n", survey->service_name);
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
  for (guint i = 0; i < survey->services->len; i++) {
    const SurveyService *service = g_ptr_array_index(survey->services, i);
    g_autofree char *line = *service->target == '\0'
                                ? g_strdup("  no such service here")
                                : g_strdup_printf("  %5u %5u  %s:%u", service->priority,
                                                  service->weight, service->target, service->port);
    add_row(rows, 0, line, "", service->ttl);
  }
  append_rows(out, rows);
  g_string_append(out,
                  "Clients, mqtrust among them, go to the host and port that they are given.\n");
}

/* --- All of it ------------------------------------------------------------------------------- */

static char *
as_sentence(const char *sentence)
{
  char *whole = g_strconcat(sentence, ".", NULL);
  *whole = g_ascii_toupper(*whole);
  return whole;
}

static void
append_certificate(GString *out, const NameReport *report)
{
  g_autofree char *host = safe_text_string(report->host);
  g_autofree char *verdict = name_report_verdict(report);
  if (report->server_name != NULL) {
    g_autofree char *name = safe_text_string(report->server_name);
    g_string_append_printf(out, "\nThe certificate must name %s, which is set as server name.\n",
                           name);
    return;
  }
  if (report->survey->aliases->len > 0)
    g_string_append_printf(out, "\nThe certificate must name %s, not the CNAME's target.\n", host);
  else if (verdict != NULL)
    g_string_append_c(out, '\n');
  if (verdict != NULL)
    g_string_append_printf(out, "%s\n", verdict);
}

char *
name_report_text(const NameReport *report)
{
  GString *out = g_string_new(NULL);
  append_drawing(out, report->survey);
  g_autofree char *problem = name_report_problem(report);
  g_autofree char *sentence = problem != NULL ? as_sentence(problem) : NULL;
  if (sentence != NULL)
    g_string_append_printf(out, "\n%s\n", sentence);
  append_certificate(out, report);
  append_authorizations(out, report->survey);
  append_services(out, report->survey);
  return g_string_free(out, FALSE);
}
