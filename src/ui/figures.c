#include "config.h"

#include "ui/figures.h"

#include <string.h>
#include <time.h>

#define DAY ((gint64)24 * 60 * 60)

char *
figure_count(guint64 number)
{
  char digits[32];
  int length = g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, number);
  GString *out = g_string_sized_new((gsize)length + 8);
  for (int i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0)
      g_string_append_c(out, ',');
    g_string_append_c(out, digits[i]);
  }
  return g_string_free(out, FALSE);
}

char *
figure_short(double number)
{
  static const char units[] = {'\0', 'k', 'M', 'G', 'T'};
  gsize unit = 0;
  while (number >= 999.5 && unit + 1 < sizeof units) {
    number /= 1000;
    unit++;
  }
  if (unit == 0)
    return g_strdup_printf("%.0f", number);
  return g_strdup_printf(number < 9.95 ? "%.1f%c" : "%.0f%c", number, units[unit]);
}

char *
figure_rate(double per_second)
{
  if (per_second > 0 && per_second < 0.95)
    return g_strdup_printf("%.1f/s", MAX(per_second, 0.1));
  g_autofree char *number = figure_short(per_second);
  return g_strconcat(number, "/s", NULL);
}

char *
figure_bytes(guint64 bytes)
{
  g_autofree char *count = figure_count(bytes);
  return g_strconcat(count, bytes == 1 ? " byte" : " bytes", NULL);
}

char *
figure_duration(gint64 microseconds)
{
  double ms = (double)microseconds / 1000;
  if (ms < 9.95)
    return g_strdup_printf("%.1f ms", ms);
  if (ms < 999.5)
    return g_strdup_printf("%.0f ms", ms);
  if (ms < 59995)
    return g_strdup_printf("%.2f s", ms / 1000);
  gint64 seconds = (microseconds + 500000) / 1000000;
  return g_strdup_printf("%" G_GINT64_FORMAT " min %" G_GINT64_FORMAT " s", seconds / 60,
                         seconds % 60);
}

char *
figure_step(gint64 microseconds)
{
  gint64 minutes = microseconds / 60 / G_USEC_PER_SEC;
  if (minutes == 0 && microseconds < 59995 * 1000)
    return figure_duration(microseconds);
  if (minutes < 100)
    return g_strdup_printf("%" G_GINT64_FORMAT " min", MAX(minutes, 1));
  if (minutes < 48 * 60)
    return g_strdup_printf("%" G_GINT64_FORMAT " h", minutes / 60);
  return g_strdup_printf("%" G_GINT64_FORMAT " d", MIN(minutes / 60 / 24, 99999));
}

static int
split_time(gint64 time_ns, struct tm *tm)
{
  gint64 seconds = time_ns / G_GINT64_CONSTANT(1000000000);
  gint64 rest = time_ns % G_GINT64_CONSTANT(1000000000);
  if (rest < 0) {
    rest += G_GINT64_CONSTANT(1000000000);
    seconds--;
  }
  time_t t = (time_t)seconds;
  if (!localtime_r(&t, tm))
    memset(tm, 0, sizeof *tm);
  return (int)(rest / 1000000);
}

char *
figure_time(gint64 time_ns, gboolean milliseconds)
{
  struct tm tm;
  int ms = split_time(time_ns, &tm);
  if (!milliseconds)
    return g_strdup_printf("%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
  return g_strdup_printf("%02d:%02d:%02d.%03d", tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
}

char *
figure_date_time(gint64 time_ns)
{
  struct tm tm;
  int ms = split_time(time_ns, &tm);
  char zone[16];
  if (strftime(zone, sizeof zone, "%z", &tm) == 0)
    zone[0] = '\0';
  return g_strdup_printf("%04d-%02d-%02d %02d:%02d:%02d.%03d %s", tm.tm_year + 1900, tm.tm_mon + 1,
                         tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ms, zone);
}

char *
figure_date(gint64 seconds)
{
  time_t t = (time_t)seconds;
  struct tm tm;
  if (!gmtime_r(&t, &tm))
    return g_strdup("?");
  return g_strdup_printf("%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

char *
figure_left(gint64 not_before, gint64 not_after, gint64 now)
{
  gint64 left = not_after - now;
  if (left < 0)
    return g_strdup("expired");
  if (now < not_before)
    return g_strdup("not yet");
  if (left >= DAY)
    return g_strdup_printf("%" G_GINT64_FORMAT " d", left / DAY);
  if (left >= 60 * 60)
    return g_strdup_printf("%" G_GINT64_FORMAT " h", left / (60 * 60));
  return g_strdup_printf("%" G_GINT64_FORMAT " min", left / 60);
}

Role
figure_left_role(gint64 not_before, gint64 not_after, gint64 now)
{
  if (now > not_after || now < not_before)
    return ROLE_ERROR;
  gint64 notice = 30 * DAY;
  if (not_before > 0)
    notice = MIN(notice, (not_after - not_before) / 3);
  return not_after - now < notice ? ROLE_WARNING : ROLE_GOOD;
}

int
figure_life_used(gint64 not_before, gint64 not_after, gint64 now, int cells)
{
  if (now >= not_after)
    return cells;
  if (now <= not_before)
    return 0;
  double share = (double)(now - not_before) / (double)(not_after - not_before);
  return (int)(share * cells + 0.5);
}
