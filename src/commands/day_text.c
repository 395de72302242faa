#include "config.h"

#include "commands/day_text.h"

#define DAY_SECONDS 86400

char *
day_text_date(gint64 time, const char *format)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(time);
  return moment ? g_date_time_format(moment, format) : g_strdup("(out of range)");
}

char *
day_text_left(gint64 from, gint64 until, gint64 now)
{
  if (now < from)
    return g_strdup_printf("in %" G_GINT64_FORMAT " d", (from - now) / DAY_SECONDS);
  if (now > until)
    return g_strdup_printf("-%" G_GINT64_FORMAT " d", (now - until) / DAY_SECONDS);
  return g_strdup_printf("%" G_GINT64_FORMAT " d", (until - now) / DAY_SECONDS);
}
