#include "config.h"

#include "trust/der_slice.h"

#include <string.h>

#define OID_PARTS_MAX 32

DerSlice
der_slice_of(GBytes *bytes)
{
  DerSlice slice;
  slice.bytes = g_bytes_get_data(bytes, &slice.length);
  return slice;
}

gboolean
der_slice_equal(DerSlice a, DerSlice b)
{
  return a.length == b.length && (a.length == 0 || !memcmp(a.bytes, b.bytes, a.length));
}

/* Bytes of tag and length, and the length itself. */
static gboolean
read_header(DerSlice rest, gsize *header, gsize *content)
{
  if (rest.length < 2 || (rest.bytes[0] & 0x1f) == 0x1f)
    return FALSE;
  gsize extra = rest.bytes[1] & 0x80 ? rest.bytes[1] & 0x7f : 0;
  *header = 2 + extra;
  *content = rest.bytes[1];
  if (!(rest.bytes[1] & 0x80))
    return TRUE;
  if (extra == 0 || extra > 4 || rest.length < *header)
    return FALSE;
  *content = 0;
  for (gsize i = 0; i < extra; i++)
    *content = *content << 8 | rest.bytes[2 + i];
  return TRUE;
}

gboolean
der_take(DerSlice *rest, DerElement *element)
{
  gsize header, content;
  if (!read_header(*rest, &header, &content) || content > rest->length - MIN(header, rest->length))
    return FALSE;
  element->tag = rest->bytes[0];
  element->content = (DerSlice){rest->bytes + header, content};
  element->whole = (DerSlice){rest->bytes, header + content};
  rest->bytes += header + content;
  rest->length -= header + content;
  return TRUE;
}

gboolean
der_take_tag(DerSlice *rest, guint8 tag, DerElement *element)
{
  return rest->length > 0 && rest->bytes[0] == tag && der_take(rest, element);
}

gboolean
der_only(DerSlice bytes, guint8 tag, DerElement *element)
{
  return der_take_tag(&bytes, tag, element) && bytes.length == 0;
}

/* One number of an OID in base 128. */
static gboolean
take_part(DerSlice *rest, guint64 *part)
{
  *part = 0;
  while (rest->length > 0 && *part < G_GUINT64_CONSTANT(1) << 56) {
    guint8 byte = *rest->bytes++;
    rest->length--;
    *part = *part << 7 | (byte & 0x7f);
    if (!(byte & 0x80))
      return TRUE;
  }
  return FALSE;
}

char *
der_slice_oid_text(DerSlice content)
{
  guint64 part;
  if (!take_part(&content, &part))
    return NULL;
  guint64 first = MIN(part / 40, 2);
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(text, "%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT, first,
                         part - 40 * first);
  for (guint i = 0; content.length > 0; i++) {
    if (i == OID_PARTS_MAX || !take_part(&content, &part))
      return NULL;
    g_string_append_printf(text, ".%" G_GUINT64_FORMAT, part);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Two digits at `at`, or -1. */
static int
two_digits(const guint8 *at)
{
  if (!g_ascii_isdigit(at[0]) || !g_ascii_isdigit(at[1]))
    return -1;
  return (at[0] - '0') * 10 + at[1] - '0';
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; years are counted from March, so that
 * the leap day is the last of its year. A long list has millions of dates: no allocation. */
static gint64
days_since_1970(int year, int month, int day)
{
  gint64 y = month <= 2 ? year - 1 : year;
  gint64 era_days = y / 400 * 146097, year_of_era = y % 400;
  gint64 day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era_days + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/* MMDDHHMMSSZ */
static gboolean
read_rest_of_time(int year, const guint8 *at, gint64 *time)
{
  int month = two_digits(at), day = two_digits(at + 2), hour = two_digits(at + 4);
  int minute = two_digits(at + 6), second = two_digits(at + 8);
  if (at[10] != 'Z' || year < 1 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 59 || !g_date_valid_dmy(day, month, year))
    return FALSE;
  *time = ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
  return TRUE;
}

gboolean
der_time(const DerElement *element, gint64 *time)
{
  const guint8 *text = element->content.bytes;
  if (element->tag == DER_UTC_TIME && element->content.length == 13) {
    int year = two_digits(text);
    /* RFC 5280, 4.1.2.5.1: 50 to 99 are of the last century. */
    return year >= 0 && read_rest_of_time(year + (year >= 50 ? 1900 : 2000), text + 2, time);
  }
  if (element->tag != DER_GENERALIZED_TIME || element->content.length != 15)
    return FALSE;
  int century = two_digits(text), year = two_digits(text + 2);
  return century >= 0 && year >= 0 && read_rest_of_time(century * 100 + year, text + 4, time);
}

DerSlice
der_integer(DerSlice content)
{
  while (content.length > 1 && ((content.bytes[0] == 0x00 && !(content.bytes[1] & 0x80)) ||
                                (content.bytes[0] == 0xff && content.bytes[1] & 0x80))) {
    content.bytes++;
    content.length--;
  }
  return content;
}

gboolean
der_boolean(DerSlice content)
{
  return content.length == 1 && content.bytes[0] != 0;
}

gboolean
der_take_default_false(DerSlice *rest)
{
  DerElement flag;
  return der_take_tag(rest, DER_BOOLEAN, &flag) && der_boolean(flag.content);
}
