#include "config.h"

#include "commands/finding_text.h"

#include "commands/text_block.h"
#include "trust/finding_label.h"

static const char *const leads[] = {
    [FINDING_ERROR] = "  ✗ ", [FINDING_WARNING] = "  ! ", [FINDING_INFO] = "  · "};

void
finding_text_append(GString *out, const Finding *finding, const char *place)
{
  g_autofree char *heading =
      place ? g_strdup_printf("%s, %s", finding->code, place) : g_strdup(finding->code);
  text_block_append(out, leads[finding->severity], heading);
  text_block_append(out, "    ", finding_reason(finding));
  if (*finding->remedy)
    text_block_append(out, "    → ", finding->remedy);
  for (guint i = 0; i < finding->evidence->len; i++)
    text_block_append(out, "    · ", finding->evidence->pdata[i]);
}

static void
append_heading(GString *out, const Finding *finding)
{
  g_autoptr(GString) line = g_string_new(finding->code);
  g_autofree char *file = finding->file ? g_path_get_basename(finding->file) : NULL;
  g_string_append_printf(line, " (%s)", finding_side_name(finding->side));
  if (file)
    g_string_append_printf(line, " %s", file);
  if (finding->index >= 0)
    g_string_append_printf(line, " #%d", finding->index);
  if (finding->subject)
    g_string_append_printf(line, " %s", finding->subject);
  text_block_append(out, leads[finding->severity], line->str);
}

static void
append_alternatives(GString *out, const Finding *finding)
{
  if (finding->alternatives->len == 0)
    return;
  g_autoptr(GString) line = g_string_new("It may also be");
  for (guint i = 0; i < finding->alternatives->len; i++)
    g_string_append_printf(line, "%s %s", i > 0 ? "," : "",
                           (const char *)finding->alternatives->pdata[i]);
  g_string_append_c(line, '.');
  text_block_append(out, "    ", line->str);
}

void
finding_text_append_whole(GString *out, const Finding *finding)
{
  append_heading(out, finding);
  text_block_append(out, "    ", finding_reason(finding));
  if (*finding->remedy)
    text_block_append(out, "    → ", finding->remedy);
  append_alternatives(out, finding);
  for (guint i = 0; i < finding->evidence->len; i++)
    text_block_append(out, "    · ", finding->evidence->pdata[i]);
}
