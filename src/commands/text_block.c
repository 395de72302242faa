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

static gboolean
is_number(const char *word)
{
  const char *first = word + strspn(word, "(-");
  return g_ascii_isdigit(*first) && first[strspn(first, "0123456789.,")] == '\0';
}

static gboolean
is_unit(const char *word)
{
  static const char *const units[] = {"d",   "h",    "min",   "s",   "ms",  "us",      "days",
                                      "day", "bits", "bytes", "KiB", "MiB", "minutes", "seconds"};
  gsize length = strspn(word, "abcdefghijklmnopqrstuvwxyzKMB");
  gboolean whole = word[length] == '\0' || g_ascii_ispunct(word[length]);
  for (gsize i = 0; whole && i < G_N_ELEMENTS(units); i++)
    if (strlen(units[i]) == length && strncmp(word, units[i], length) == 0)
      return TRUE;
  return FALSE;
}

/* Of a word with what must stand in one line with it: "364 d" is read as one. */
static int
width_with_unit(char **word)
{
  gboolean pair = word[1] && is_number(word[0]) && is_unit(word[1]);
  return text_width(word[0]) + (pair ? 1 + text_width(word[1]) : 0);
}

void
text_block_append(GString *out, const char *lead, const char *text)
{
  int indent = text_width(lead), room = TEXT_BLOCK_COLUMNS - indent, used = 0;
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  g_string_append(out, lead);
  for (char **word = words; *word; word++) {
    int width = text_width(*word);
    if (used > 0 && used + 1 + width_with_unit(word) > room) {
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
