#include "config.h"

#include "commands/finding_text.h"

#include "commands/text_block.h"

void
finding_text_append(GString *out, const Finding *finding, const char *place)
{
  static const char *const leads[] = {
      [FINDING_ERROR] = "  ✗ ", [FINDING_WARNING] = "  ! ", [FINDING_INFO] = "  · "};
  g_autofree char *heading =
      place ? g_strdup_printf("%s, %s", finding->code, place) : g_strdup(finding->code);
  text_block_append(out, leads[finding->severity], heading);
  text_block_append(out, "    ", finding->message);
  if (*finding->remedy)
    text_block_append(out, "    → ", finding->remedy);
  for (guint i = 0; i < finding->evidence->len; i++)
    text_block_append(out, "    · ", finding->evidence->pdata[i]);
}
