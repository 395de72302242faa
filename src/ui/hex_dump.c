#include "config.h"

#include "ui/hex_dump.h"

#define ROOMY 16 /* bytes a line: with wide offsets and gaps */

static int
offset_digits(gsize length, int per_line)
{
  int digits = per_line == ROOMY ? 8 : 4;
  while (digits < 16 && length > ((gsize)1 << (4 * digits)))
    digits++;
  return digits;
}

static int
line_columns(gsize length, int per_line)
{
  int gaps = per_line == ROOMY ? 4 : 1;
  return offset_digits(length, per_line) + gaps + 3 * per_line + per_line;
}

int
hex_dump_per_line(gsize length, int columns)
{
  for (int per_line = ROOMY; per_line > 4; per_line /= 2) {
    if (line_columns(length, per_line) <= columns)
      return per_line;
  }
  return 4;
}

gsize
hex_dump_lines(gsize length, int per_line)
{
  return (length + (gsize)per_line - 1) / (gsize)per_line;
}

static void
append_hex(GString *out, const guint8 *bytes, gsize count, int per_line)
{
  for (int i = 0; i < per_line; i++) {
    if (i == 8)
      g_string_append_c(out, ' ');
    if ((gsize)i < count)
      g_string_append_printf(out, "%02x ", bytes[i]);
    else
      g_string_append(out, "   ");
  }
}

char *
hex_dump_line(const guint8 *bytes, gsize length, gsize line, int per_line)
{
  gsize offset = line * (gsize)per_line;
  gsize count = offset < length ? MIN(length - offset, (gsize)per_line) : 0;
  const char *gap = per_line == ROOMY ? " " : "";
  GString *out = g_string_sized_new(80);
  g_string_append_printf(out, "%0*" G_GSIZE_MODIFIER "x %s", offset_digits(length, per_line),
                         offset, gap);
  append_hex(out, bytes + offset, count, per_line);
  g_string_append(out, gap);
  for (gsize i = 0; i < count; i++) {
    char c = (char)bytes[offset + i];
    g_string_append_c(out, g_ascii_isprint(c) ? c : '.');
  }
  return g_string_free(out, FALSE);
}
