#include "config.h"

#include "commands/text_block.h"

#include <string.h>

#include "util/safe_text.h"
#include "util/text_width.h"

/* A word that is longer than `room`, in pieces: a fingerprint, a path. */
static int
append_pieces(GString *out, const char *word, int room, int indent)
{
  int used = 0;
  gsize length = text_fit(word, room, &used);
  while (length > 0 && word[length] != '\0') {
    g_string_append_len(out, word, (gssize)length);
    g_string_append_printf(out, "\n%*s", indent, "");
    word += length;
    length = text_fit(word, room, &used);
  }
  g_string_append(out, word);
  return used;
}

void
text_block_append(GString *out, const char *lead, const char *text)
{
  int indent = text_width(lead), room = TEXT_BLOCK_COLUMNS - indent, used = 0;
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  g_string_append(out, lead);
  for (char **word = words; *word; word++) {
    int width = text_width(*word);
    if (used > 0 && used + 1 + width > room) {
      g_string_append_printf(out, "\n%*s", indent, "");
      used = 0;
    } else if (word != words) {
      g_string_append_c(out, ' ');
      used++;
    }
    used += width <= room - used ? (g_string_append(out, *word), width)
                                 : append_pieces(out, *word, room - used, indent);
  }
  g_string_append_c(out, '\n');
}

void
text_block_cell(GString *out, const char *text, int columns)
{
  g_autofree char *cut = text_ellipsize(text, columns, FALSE);
  g_string_append_printf(out, "%s%*s", cut, MAX(columns - text_width(cut), 0), "");
}

gboolean
text_block_print(FILE *file, const char *text)
{
  g_autofree char *ascii = g_get_charset(NULL) ? NULL : safe_text_to_ascii(text);
  return fputs(ascii ? ascii : text, file) >= 0 && fflush(file) == 0;
}
