#include "config.h"

#include "commands/finding_text.h"
#include "commands/split_report.h"
#include "commands/text_block.h"
#include "util/safe_text.h"

#define NAME_COLUMNS 10
#define LEFT_OUT_SHOWN 16

static const char *
role_of(SplitFile file)
{
  static const char *const roles[] = {[SPLIT_LEAF] = "the leaf",
                                      [SPLIT_CHAIN] = "intermediate",
                                      [SPLIT_ROOT] = "the root",
                                      [SPLIT_KEY] = "the key"};
  return roles[file];
}

/* "mqtt.example.com ← R3 (item 1, line 3)" */
static char *
item_text(const SplitReport *report, guint index)
{
  const InspectedItem *item = report->inspection->items->pdata[index];
  g_autofree char *line = item->line > 0 ? g_strdup_printf(", line %u", item->line) : g_strdup("");
  return g_strdup_printf("%s (item %u%s)", item->title, index + 1, line);
}

static void
add_file(GString *out, const SplitReport *report, SplitFile file)
{
  g_autoptr(GArray) items = split_file_items(report, file);
  g_autofree char *lead = g_strdup_printf("  ✓ %-*s", NAME_COLUMNS, split_file_name(file));
  g_autofree char *next = g_strdup_printf("    %-*s", NAME_COLUMNS, "");
  for (guint i = 0; i < items->len; i++) {
    g_autofree char *item = item_text(report, g_array_index(items, guint, i));
    g_autofree char *line = g_strdup_printf("%s: %s", role_of(file), item);
    text_block_append(out, i == 0 ? lead : next, line);
  }
}

static void
add_absent(GString *out, const SplitReport *report, SplitFile file)
{
  g_autofree char *lead = g_strdup_printf("  · %-*s", NAME_COLUMNS, split_file_name(file));
  g_autofree char *reason = split_file_reason(report, file);
  g_autofree char *line = g_strdup_printf("not written: %s", reason);
  text_block_append(out, lead, line);
  if (!report->left_over[file])
    return;
  g_autofree char *old = g_strdup_printf("a %s of before stands there still, and does not belong "
                                         "to these files; remove it",
                                         split_file_name(file));
  text_block_append(out, "  ! ", old);
}

static void
add_left_out(GString *out, const SplitReport *report)
{
  const GArray *left_out = report->split->left_out;
  for (guint i = 0; i < left_out->len && i < LEFT_OUT_SHOWN; i++) {
    g_autofree char *item = item_text(report, g_array_index(left_out, guint, i));
    g_autofree char *line = g_strdup_printf("left out, not part of the chain: %s", item);
    text_block_append(out, "  ! ", line);
  }
  if (left_out->len > LEFT_OUT_SHOWN)
    g_string_append_printf(out, "  ! left out: %u more\n", left_out->len - LEFT_OUT_SHOWN);
  if (report->split->duplicates > 0)
    g_string_append_printf(out, "  · left out: %u that %s there twice\n", report->split->duplicates,
                           report->split->duplicates == 1 ? "was" : "were");
}

static void
add_key_note(GString *out, const SplitReport *report)
{
  if (report->split->key < 0)
    return;
  const InspectedItem *key = report->inspection->items->pdata[report->split->key];
  if (key->encrypted)
    text_block_append(out, "  · ", "the key stays encrypted with its password");
}

/* Of the file's remarks those that hold for what was written, too; the order does not. */
static void
add_findings(GString *out, const SplitReport *report)
{
  for (guint i = 0; i < report->inspection->remarks->len; i++) {
    const Finding *remark = report->inspection->remarks->pdata[i];
    if (remark->severity == FINDING_ERROR && !g_str_equal(remark->code, "leaf-not-first"))
      finding_text_append(out, remark, NULL);
  }
}

static void
add_files(GString *out, const SplitReport *report)
{
  for (int file = 0; file < SPLIT_FILES; file++)
    if (split_file_exists(report, (SplitFile)file))
      add_file(out, report, (SplitFile)file);
    else
      add_absent(out, report, (SplitFile)file);
  add_key_note(out, report);
  add_left_out(out, report);
}

char *
split_text(const SplitReport *report)
{
  GString *out = g_string_new(NULL);
  g_autofree char *folder = safe_text_string(report->folder);
  g_autofree char *head = g_strdup_printf("%s → %s", report->inspection->path, folder);
  text_block_append(out, "", head);
  if (report->damaged)
    text_block_append(out, "  ✗ ", "nothing was written: a part of the file cannot be read");
  else
    add_files(out, report);
  add_findings(out, report);
  return g_string_free(out, FALSE);
}
