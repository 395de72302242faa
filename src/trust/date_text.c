#include "config.h"

#include "trust/date_text.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static char *
formatted(gint64 time, const char *format)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(time);
  /* Beyond the year 9999 GLib knows no date, and nobody will be there to read it. */
  return moment ? g_date_time_format(moment, format) : g_strdup("a date out of range");
}

char *
date_text(gint64 time)
{
  return formatted(time, "%Y-%m-%d");
}

char *
date_text_full(gint64 time)
{
  return formatted(time, "%Y-%m-%d %H:%M:%S UTC");
}

static char *
count_text(gint64 count, const char *unit)
{
  return g_strdup_printf("%" G_GINT64_FORMAT " %s%s", count, unit, count == 1 ? "" : "s");
}

char *
date_text_span(gint64 seconds)
{
  gint64 length = ABS(seconds);
  if (length >= DAY)
    return count_text(length / DAY, "day");
  if (length >= HOUR)
    return count_text(length / HOUR, "hour");
  if (length >= MINUTE)
    return count_text(length / MINUTE, "minute");
  return count_text(length, "second");
}

char *
date_text_validity(gint64 not_before, gint64 not_after, gint64 now)
{
  g_autofree char *span = NULL;
  if (now > not_after) {
    span = date_text_span(now - not_after);
    return g_strdup_printf("expired %s ago", span);
  }
  if (now < not_before) {
    span = date_text_span(not_before - now);
    return g_strdup_printf("valid in %s", span);
  }
  span = date_text_span(not_after - now);
  return g_strdup_printf("%s left", span);
}
