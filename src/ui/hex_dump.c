#include "config.h"

#include "ui/hex_dump.h"

/* Offset, two blanks, three columns a byte, one more after eight, a blank, the characters. */
static int
line_columns(int per_line)
{
  return 8 + 2 + 3 * per_line + (per_line > 8 ? 1 : 0) + 1 + per_line;
}

int
hex_dump_per_line(int columns)
{
  for (int per_line = 16; per_line > 4; per_line /= 2) {
    if (line_columns(per_line) <= columns)
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
  GString *out = g_string_sized_new(80);
  g_string_append_printf(out, "%08" G_GSIZE_MODIFIER "x  ", offset);
  append_hex(out, bytes + offset, count, per_line);
  g_string_append_c(out, ' ');
  for (gsize i = 0; i < count; i++)
    g_string_append_c(out,
                      g_ascii_isprint((char)bytes[offset + i]) ? (char)bytes[offset + i] : '.');
  return g_string_free(out, FALSE);
}
