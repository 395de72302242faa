#include "config.h"

#include "unit/der_writer.h"

#include <stdlib.h>
#include <string.h>

static void
append_header(GByteArray *out, guint8 tag, gsize length)
{
  guint8 header[4] = {tag, length & 0xff};
  gsize size = 2;
  g_assert_cmpuint(length, <=, 0xffff);
  if (length >= 0x100) {
    header[1] = 0x82;
    header[2] = length >> 8;
    header[3] = length & 0xff;
    size = 4;
  } else if (length >= 0x80) {
    header[1] = 0x81;
    header[2] = length;
    size = 3;
  }
  g_byte_array_append(out, header, size);
}

GBytes *
der_bytes(guint8 tag, const void *bytes, gsize length)
{
  GByteArray *out = g_byte_array_new();
  append_header(out, tag, length);
  g_byte_array_append(out, bytes, length);
  return g_byte_array_free_to_bytes(out);
}

GBytes *
der_text(guint8 tag, const char *text)
{
  return der_bytes(tag, text, strlen(text));
}

static void
append_part(GByteArray *content, GBytes *part)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data(part, &length);
  g_byte_array_append(content, bytes, length);
  g_bytes_unref(part);
}

GBytes *
der_element(guint tag, ...)
{
  g_autoptr(GByteArray) content = g_byte_array_new();
  va_list parts;
  va_start(parts, tag);
  for (GBytes *part = va_arg(parts, GBytes *); part; part = va_arg(parts, GBytes *))
    append_part(content, part);
  va_end(parts);
  return der_bytes(tag, content->data, content->len);
}

static void
append_arc(GByteArray *out, guint64 arc)
{
  guint8 digits[10];
  gsize count = 0;
  do
    digits[count++] = arc & 0x7f;
  while ((arc >>= 7) != 0);
  while (count-- > 0) {
    guint8 octet = digits[count] | (count > 0 ? 0x80 : 0);
    g_byte_array_append(out, &octet, 1);
  }
}

GBytes *
der_oid(const char *text)
{
  g_autoptr(GByteArray) content = g_byte_array_new();
  g_auto(GStrv) arcs = g_strsplit(text, ".", -1);
  append_arc(content, 40 * strtoull(arcs[0], NULL, 10) + strtoull(arcs[1], NULL, 10));
  for (guint i = 2; arcs[i]; i++)
    append_arc(content, strtoull(arcs[i], NULL, 10));
  return der_bytes(0x06, content->data, content->len);
}

GBytes *
der_name(const char *oid, ...)
{
  g_autoptr(GByteArray) content = g_byte_array_new();
  va_list pairs;
  va_start(pairs, oid);
  for (; oid; oid = va_arg(pairs, const char *)) {
    int tag = va_arg(pairs, int);
    GBytes *value = der_text(tag, va_arg(pairs, const char *));
    append_part(content, der_element(0x31, der_element(0x30, der_oid(oid), value, NULL), NULL));
  }
  va_end(pairs);
  return der_bytes(0x30, content->data, content->len);
}
