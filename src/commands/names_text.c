#include "config.h"

#include "commands/names_report.h"
#include "commands/text_block.h"
#include "util/text_width.h"

#include <string.h>

/* The columns of a drawing stay as they are; only what is too long is wrapped. */
char *
names_text(const NameReport *report)
{
  g_autofree char *text = name_report_text(report);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  GString *out = g_string_new(NULL);
  for (guint i = 0; lines[i] != NULL && (lines[i + 1] != NULL || *lines[i] != '\0'); i++) {
    gsize indent = strspn(lines[i], " ");
    if (text_width(lines[i]) <= TEXT_BLOCK_COLUMNS) {
      g_string_append_printf(out, "%s\n", lines[i]);
      continue;
    }
    g_autofree char *lead = g_strnfill(MIN(indent, 20), ' ');
    text_block_append(out, lead, lines[i] + indent);
  }
  return g_string_free(out, FALSE);
}
