/* Any file, inspected, printed as text and as JSON, and taken apart: whatever it holds, what is
 * printed is safe, fits 80 columns, and says where each finding belongs.
 *
 * Without a password: how long one is to be worked on is the file's own choice, and no fault. */
#include "config.h"

#include <string.h>

#include "commands/inspect_report.h"
#include "commands/split_report.h"
#include "trust/chain_split.h"
#include "trust/trust_error.h"
#include "util/text_width.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define NOW G_GINT64_CONSTANT(1751328000) /* 2025-07-01 */

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

static void
check_line(const char *line)
{
  check(g_utf8_validate(line, -1, NULL));
  for (const char *at = line; *at; at = g_utf8_next_char(at))
    check(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

static void
check_text(const char *text, int columns)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  check(g_str_has_suffix(text, "\n"));
  for (char **line = lines; *line; line++) {
    check_line(*line);
    check(text_width(*line) <= columns);
  }
}

static void
check_items(const Inspection *inspection)
{
  check(inspection->items->len > 0);
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    check_line(item->title);
    check((item->certificate != NULL) == (item->kind == INSPECTED_CERTIFICATE));
    check((item->problem != NULL) == (item->problem_code != NULL));
    check(item->kind != INSPECTED_DAMAGED || item->problem != NULL);
  }
  for (guint i = 0; i < inspection->remarks->len; i++) {
    const Finding *remark = inspection->remarks->pdata[i];
    check_line(remark->message);
    check_line(remark->remedy);
    check(remark->index >= -1 && remark->index < (int)inspection->items->len);
  }
}

static void
check_report(Inspection *inspection)
{
  g_autoptr(GPtrArray) inspections = g_ptr_array_new();
  g_autoptr(GPtrArray) faults = g_ptr_array_new();
  g_ptr_array_add(inspections, inspection);
  g_ptr_array_add(faults, NULL);
  g_autoptr(InspectionMatches) matches = inspection_matches_new(inspections);
  inspection_matches_remark(matches, inspections);
  InspectReport report = {
      .inspections = inspections, .faults = faults, .matches = matches, .now = NOW};
  g_autofree char *text = inspect_text(&report);
  g_autofree char *json = inspect_json(&report, FALSE), *ascii = inspect_json(&report, TRUE);
  check_text(text, 80);
  check_text(json, G_MAXINT);
  check(g_str_is_ascii(ascii));
}

static void
check_split(const Inspection *inspection)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ChainSplit) split = chain_split_new(inspection, &error);
  if (!split) {
    check(error->domain == TRUST_ERROR);
    check_line(error->message);
    return;
  }
  SplitReport report = {.inspection = inspection, .split = split, .folder = "out"};
  g_autofree char *text = split_text(&report), *json = split_json(&report, FALSE);
  check_text(text, 80);
  check_text(json, G_MAXINT);
  for (int file = 0; file < SPLIT_FILES; file++) {
    g_autofree char *pem = split_file_text(&report, (SplitFile)file);
    check((pem != NULL) == split_file_exists(&report, (SplitFile)file));
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Inspection) inspection = inspection_parse(data, size, "fuzz\x1b[31m\n", NULL, &error);
  if (!inspection) {
    check(error->domain == TRUST_ERROR);
    check_line(error->message);
    return 0;
  }
  check_items(inspection);
  check_report(inspection);
  check_split(inspection);
  return 0;
}
