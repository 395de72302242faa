#include "config.h"

#include "ui/wrapped_text.h"

#include <string.h>

#include "util/text_width.h"

typedef struct {
  gsize offset, length;
  int indent; /* blanks before it that are not in the text */
} Line;

struct WrappedText {
  char *text;
  gsize length;
  int columns; /* of the present cut; -1: none yet */
  int hang;
  GArray *lines;
};

WrappedText *
wrapped_text_new(char *safe)
{
  WrappedText *text = g_new0(WrappedText, 1);
  text->text = safe;
  text->length = strlen(safe);
  text->columns = -1;
  text->lines = g_array_new(FALSE, FALSE, sizeof(Line));
  return text;
}

void
wrapped_text_free(WrappedText *text)
{
  if (!text)
    return;
  g_free(text->text);
  g_array_unref(text->lines);
  g_free(text);
}

/* How many of the `fit` bytes belong on this line: up to the last blank, all when there is none
 * but the indentation. */
static gsize
cut_at_blank(const char *start, gsize fit)
{
  if (start[fit] == ' ')
    return fit;
  gsize indent = strspn(start, " ");
  for (gsize i = fit; i > indent; i--) {
    if (start[i - 1] == ' ')
      return i;
  }
  return fit;
}

/* Bytes that surely hold `columns` columns, cut before a character's first byte. */
static gsize
piece_length(const WrappedText *text, gsize offset, gsize length, int columns)
{
  gsize taken = MIN(length, (gsize)columns * 8 + 64);
  while (taken < length && taken > 0 && ((guchar)text->text[offset + taken] & 0xc0) == 0x80)
    taken--;
  return taken;
}

/* Where the further lines of a paragraph begin, never past the middle. */
static int
hang_of(const WrappedText *text, gsize offset, gsize length)
{
  gsize indent = 0;
  while (text->hang > 0 && indent < length && text->text[offset + indent] == ' ')
    indent++;
  return MIN((int)MIN(indent, G_MAXINT16) + text->hang, text->columns / 2);
}

/* Cuts one paragraph (no line break in it). text_fit() measures a whole run, so it gets a bounded
 * piece: a megabyte without a line break is not measured again and again. */
static void
cut_paragraph(WrappedText *text, gsize offset, gsize length)
{
  g_autoptr(GString) piece = g_string_sized_new(256);
  int hang = hang_of(text, offset, length), indent = 0;
  do {
    gsize taken = piece_length(text, offset, length, text->columns);
    g_string_truncate(piece, 0);
    g_string_append_len(piece, text->text + offset, (gssize)taken);
    gsize fit = text_fit(piece->str, text->columns - indent, NULL);
    if (fit == 0)
      fit = taken > 0 ? (gsize)(g_utf8_next_char(piece->str) - piece->str) : 0;
    gsize cut = fit < taken ? cut_at_blank(piece->str, fit) : fit;
    Line line = {offset, cut, indent};
    indent = hang;
    g_array_append_val(text->lines, line);
    while (cut < length && cut < taken && text->text[offset + cut] == ' ')
      cut++;
    offset += cut;
    length -= cut;
  } while (length > 0);
}

static void
add_paragraph(WrappedText *text, gsize offset, gsize length)
{
  if (text->columns > 0) {
    cut_paragraph(text, offset, length);
    return;
  }
  Line line = {offset, length, 0};
  g_array_append_val(text->lines, line);
}

void
wrapped_text_set_hang(WrappedText *text, int columns)
{
  if (columns == text->hang)
    return;
  text->hang = columns;
  text->columns = -1;
}

void
wrapped_text_layout(WrappedText *text, int columns)
{
  if (columns == text->columns)
    return;
  text->columns = columns;
  g_array_set_size(text->lines, 0);
  gsize offset = 0;
  for (;;) {
    const char *end = memchr(text->text + offset, '\n', text->length - offset);
    gsize length = end ? (gsize)(end - text->text) - offset : text->length - offset;
    if (end || length > 0 || text->lines->len == 0)
      add_paragraph(text, offset, length);
    if (!end)
      break;
    offset += length + 1;
  }
}

guint
wrapped_text_count(const WrappedText *text)
{
  return text->lines->len;
}

char *
wrapped_text_line(const WrappedText *text, guint line)
{
  if (line >= text->lines->len)
    return g_strdup("");
  const Line *l = &g_array_index(text->lines, Line, line);
  return g_strdup_printf("%*s%.*s", l->indent, "", (int)l->length, text->text + l->offset);
}

char *
wrapped_text_part(const WrappedText *text, guint line, int left, int columns)
{
  if (line >= text->lines->len)
    return g_strdup("");
  const Line *l = &g_array_index(text->lines, Line, line);
  gsize skip = left > 0 ? text_skip(text->text + l->offset, left, NULL) : 0;
  if (skip >= l->length)
    return g_strdup("");
  return g_strndup(text->text + l->offset + skip,
                   piece_length(text, l->offset + skip, l->length - skip, columns));
}

char **
wrap_text(const char *safe, int columns)
{
  g_autoptr(WrappedText) text = wrapped_text_new(g_strdup(safe));
  wrapped_text_layout(text, MAX(columns, 1));
  guint count = wrapped_text_count(text);
  char **lines = g_new0(char *, count + 1);
  for (guint i = 0; i < count; i++)
    lines[i] = wrapped_text_line(text, i);
  return lines;
}
