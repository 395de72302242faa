#include "config.h"

#include "live/faults/fault_case.h"

#include <string.h>

#include "lab/lab_trial.h"

char *
fault_case_name(const FaultCase *a_case)
{
  g_autofree char *name = lab_fault_name(a_case->fault);
  if (a_case->fault->flags & LAB_NO_TLS)
    return g_steal_pointer(&name);
  return g_strdup_printf("%s/tls-%s", name, a_case->tls == LAB_TLS_1_2 ? "1.2" : "1.3");
}

/* --- What was found --------------------------------------------------------------------------- */

static void
tell_timeline(GString *out, const Timeline *timeline)
{
  for (guint64 number = timeline_first(timeline); number < timeline_next(timeline); number++) {
    const TimelineEntry *entry = timeline_get(timeline, number);
    g_string_append_printf(out, "%8" G_GINT64_FORMAT " us %-5s %s%s%s\n", entry->step_us,
                           entry->stage, entry->text, entry->code != NULL ? "  " : "",
                           entry->code != NULL ? entry->code : "");
  }
}

static void
keep(FaultResult *result, const Connection *connection)
{
  const GPtrArray *findings = connection_info(connection)->findings;
  for (guint i = 0; i < findings->len; i++)
    g_ptr_array_add(result->findings, finding_copy(findings->pdata[i]));
  g_autoptr(GString) timeline = g_string_new(NULL);
  tell_timeline(timeline, connection_timeline(connection));
  result->timeline = g_strdup(timeline->str);
}

/* --- The case --------------------------------------------------------------------------------- */

static void
run_scene(FaultResult *result, const FaultCase *a_case, LabScene *scene)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LabTrial) trial = lab_trial_run(a_case->fault, lab_scene_profile(scene), &error);
  if (trial == NULL)
    g_error("%s", error->message);
  result->expected_sha256 = g_strdup(lab_scene_expected_sha256(scene));
  result->expected_file = g_strdup(lab_scene_expected_file(scene));
  result->over = lab_trial_is_over(trial);
  keep(result, lab_trial_connection(trial));
}

FaultResult *
fault_case_run(const FaultCase *a_case)
{
  FaultResult *result = g_new0(FaultResult, 1);
  g_autoptr(GError) error = NULL;
  result->findings = finding_list_new();
  g_autoptr(LabScene) scene = lab_scene_start(a_case->fault, a_case->tls, &error);
  if (scene != NULL) {
    run_scene(result, a_case, scene);
    return result;
  }
  result->end = g_error_matches(error, LAB_ERROR, LAB_ERROR_PROGRAM) ? FAULT_CASE_NO_PROGRAM
                                                                     : FAULT_CASE_NO_SCENE;
  result->why = g_strdup(error->message);
  return result;
}

void
fault_result_free(FaultResult *result)
{
  g_ptr_array_unref(result->findings);
  g_free(result->why);
  g_free(result->expected_sha256);
  g_free(result->expected_file);
  g_free(result->timeline);
  g_free(result);
}

/* --- Is it what it should be? ----------------------------------------------------------------- */

const Finding *
fault_result_find(const FaultResult *result, const char *code)
{
  for (guint i = 0; i < result->findings->len; i++) {
    const Finding *finding = result->findings->pdata[i];
    if (strcmp(finding->code, code) == 0)
      return finding;
  }
  return NULL;
}

static void
compare_texts(GString *out, const char *what, const char *expected, const char *found)
{
  if (g_strcmp0(expected, found) != 0)
    g_string_append_printf(out, "%s is %s, not %s\n", what, found != NULL ? found : "none",
                           expected != NULL ? expected : "none");
}

static void
compare_finding(GString *out, const FaultResult *result, const LabFault *fault,
                const Finding *finding)
{
  compare_texts(out, "severity", finding_severity_name(fault->severity),
                finding_severity_name(finding->severity));
  compare_texts(out, "side", finding_side_name(fault->side), finding_side_name(finding->side));
  compare_texts(out, "source", finding_source_name(fault->source),
                finding_source_name(finding->source));
  if (fault->index != finding->index)
    g_string_append_printf(out, "index is %d, not %d\n", finding->index, fault->index);
  if (result->expected_sha256 != NULL)
    compare_texts(out, "certificate", result->expected_sha256, finding->sha256);
  if (result->expected_file != NULL)
    compare_texts(out, "file", result->expected_file, finding->file);
}

/* The code of the one error that may be there; NULL: none. */
static const char *
allowed_error(const LabFault *fault)
{
  return fault->severity == FINDING_ERROR ? fault->code : fault->error;
}

static void
judge_findings(GString *out, const FaultResult *result, const LabFault *fault)
{
  const char *allowed = allowed_error(fault);
  guint count = 0;
  for (guint i = 0; i < result->findings->len; i++) {
    const Finding *finding = result->findings->pdata[i];
    if (!g_str_has_suffix(finding->message, ".") || !g_str_has_suffix(finding->remedy, "."))
      g_string_append_printf(out, "message and remedy of %s are not both sentences\n",
                             finding->code);
    if (finding->severity == FINDING_ERROR && g_strcmp0(finding->code, allowed) == 0)
      count++;
    else if (finding->severity == FINDING_ERROR)
      g_string_append_printf(out, "the error %s is there, too\n", finding->code);
    else if (strcmp(finding->code, "unknown") == 0 && strcmp(fault->code, "unknown") != 0)
      g_string_append(out, "a finding without a name is there\n");
  }
  if (allowed != NULL && count != 1)
    g_string_append_printf(out, "%u errors %s\n", count, allowed);
}

/* What the broker answered is said in the timeline in the finding's own words. */
static void
judge_answer(GString *out, const FaultResult *result, const Finding *finding)
{
  for (guint i = 0; i < finding->evidence->len; i++) {
    const char *line = finding->evidence->pdata[i];
    if (g_str_has_prefix(line, "CONNACK: ") && strstr(result->timeline, line) == NULL)
      g_string_append_printf(out, "the timeline does not say \"%s\"\n", line);
  }
}

char *
fault_result_judge(const FaultResult *result, const LabFault *fault)
{
  g_autoptr(GString) out = g_string_new(NULL);
  const Finding *finding = fault_result_find(result, fault->code);
  if (!result->over)
    g_string_append(out, "it was not over in time\n");
  if (finding != NULL) {
    compare_finding(out, result, fault, finding);
    judge_answer(out, result, finding);
  } else {
    g_string_append_printf(out, "%s was not found\n", fault->code);
  }
  judge_findings(out, result, fault);
  return out->len > 0 ? g_strdup(out->str) : NULL;
}

char *
fault_result_tell(const FaultResult *result)
{
  g_autoptr(GString) out = g_string_new(NULL);
  for (guint i = 0; i < result->findings->len; i++) {
    const Finding *finding = result->findings->pdata[i];
    g_string_append_printf(out, "%s %s, side %s, %s %d, file %s, %s\n  %s\n  %s\n",
                           finding_severity_name(finding->severity), finding->code,
                           finding_side_name(finding->side), finding_source_name(finding->source),
                           finding->index, finding->file != NULL ? finding->file : "none",
                           finding->sha256 != NULL ? finding->sha256 : "no certificate",
                           finding->message, finding->remedy);
    for (guint j = 0; j < finding->evidence->len; j++)
      g_string_append_printf(out, "  - %s\n", (const char *)finding->evidence->pdata[j]);
    for (guint j = 0; j < finding->alternatives->len; j++)
      g_string_append_printf(out, "  or %s\n", (const char *)finding->alternatives->pdata[j]);
  }
  g_string_append(out, result->timeline != NULL ? result->timeline : "");
  return g_strdup(out->str);
}
