#include "config.h"

#include "trust/der_value.h"

gboolean
der_value_only(DerSpan bytes, guint8 tag, DerElement *element)
{
  return der_next_of(&bytes, tag, element) && bytes.length == 0;
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
der_value_time(const DerElement *element, gint64 *time)
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

DerSpan
der_value_integer(DerSpan content)
{
  while (content.length > 1 && ((content.bytes[0] == 0x00 && !(content.bytes[1] & 0x80)) ||
                                (content.bytes[0] == 0xff && content.bytes[1] & 0x80))) {
    content.bytes++;
    content.length--;
  }
  return content;
}

gboolean
der_value_boolean(DerSpan content)
{
  return content.length == 1 && content.bytes[0] != 0;
}

gboolean
der_value_take_flag(DerSpan *rest)
{
  DerElement flag;
  return der_next_of(rest, DER_BOOLEAN, &flag) && der_value_boolean(flag.content);
}
