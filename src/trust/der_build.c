#include "config.h"

#include "trust/der_build.h"

#include <string.h>

static void
append_length(GByteArray *out, gsize length)
{
  guint8 octets[1 + sizeof length];
  guint count = 0;
  if (length < 0x80) {
    octets[count++] = (guint8)length;
  } else {
    guint bytes = 1;
    while (bytes < sizeof length && length >> (8 * bytes) != 0)
      bytes++;
    octets[count++] = (guint8)(0x80 | bytes);
    while (bytes-- > 0)
      octets[count++] = (guint8)(length >> (8 * bytes));
  }
  g_byte_array_append(out, octets, count);
}

void
der_build(GByteArray *out, guint8 tag, const void *content, gsize length)
{
  g_byte_array_append(out, &tag, 1);
  append_length(out, length);
  if (length > 0)
    g_byte_array_append(out, content, (guint)length);
}

void
der_build_from(GByteArray *out, guint8 tag, GByteArray *content)
{
  der_build(out, tag, content->data, content->len);
  g_byte_array_unref(content);
}

void
der_build_raw(GByteArray *out, GBytes *der)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data(der, &length);
  g_byte_array_append(out, bytes, (guint)length);
}

/* --- object identifiers ----------------------------------------------------------------------- */

/* X.690, 8.19: seven bits an octet, the most significant ones first. */
static void
append_arc(GByteArray *out, guint64 arc)
{
  guint8 octets[10];
  guint count = 0;
  do {
    octets[count++] = (guint8)(arc & 0x7f);
    arc >>= 7;
  } while (arc > 0);
  while (count-- > 0) {
    guint8 octet = (guint8)(octets[count] | (count > 0 ? 0x80 : 0));
    g_byte_array_append(out, &octet, 1);
  }
}

static gboolean
parse_arc(const char *text, guint64 *arc)
{
  gboolean shortest = text[0] != '0' || text[1] == '\0';
  return shortest && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, arc, NULL);
}

gboolean
der_build_oid(GByteArray *out, const char *text)
{
  g_auto(GStrv) arcs = g_strsplit(text, ".", 32);
  guint64 first, second, arc;
  if (g_strv_length(arcs) < 2 || !parse_arc(arcs[0], &first) || !parse_arc(arcs[1], &second) ||
      first > 2 || (first < 2 && second > 39))
    return FALSE;
  g_autoptr(GByteArray) content = g_byte_array_new();
  append_arc(content, first * 40 + second);
  for (char **rest = arcs + 2; *rest; rest++) {
    if (!parse_arc(*rest, &arc))
      return FALSE;
    append_arc(content, arc);
  }
  der_build(out, DER_OID, content->data, content->len);
  return TRUE;
}

/* --- numbers, bits, times --------------------------------------------------------------------- */

void
der_build_integer(GByteArray *out, const guint8 *bytes, gsize length)
{
  static const guint8 zero = 0;
  g_autoptr(GByteArray) content = g_byte_array_new();
  while (length > 0 && *bytes == 0) {
    bytes++;
    length--;
  }
  if (length == 0 || bytes[0] >= 0x80)
    g_byte_array_append(content, &zero, 1);
  if (length > 0)
    g_byte_array_append(content, bytes, (guint)length);
  der_build(out, DER_INTEGER, content->data, content->len);
}

void
der_build_number(GByteArray *out, guint number)
{
  guint8 bytes[4] = {(guint8)(number >> 24), (guint8)(number >> 16), (guint8)(number >> 8),
                     (guint8)number};
  der_build_integer(out, bytes, sizeof bytes);
}

void
der_build_bits(GByteArray *out, const void *bytes, gsize length)
{
  static const guint8 unused = 0;
  GByteArray *content = g_byte_array_new();
  g_byte_array_append(content, &unused, 1);
  g_byte_array_append(content, bytes, (guint)length);
  der_build_from(out, DER_BIT_STRING, content);
}

gboolean
der_build_time(GByteArray *out, gint64 seconds)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
  int year = time ? g_date_time_get_year(time) : 0;
  if (year < 1950)
    return FALSE;
  g_autofree char *text = g_date_time_format(time, year < 2050 ? "%y%m%d%H%M%SZ" : "%Y%m%d%H%M%SZ");
  der_build(out, year < 2050 ? DER_UTC_TIME : DER_GENERALIZED_TIME, text, strlen(text));
  return TRUE;
}
