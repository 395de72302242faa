/* Dates and days in a report, in UTC; seconds since 1970. All (transfer full). */
#pragma once

#include <glib.h>

/* As g_date_time_format() has it; "(out of range)" beyond the year 9999. */
char *day_text_date(gint64 time, const char *format);
/* "87 d", "-3 d" since it ended, "in 2 d" until it begins. */
char *day_text_left(gint64 from, gint64 until, gint64 now);
