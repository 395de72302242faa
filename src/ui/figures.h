/* Numbers, times and sizes as people read them. Pure; every result is (transfer full). */
#pragma once

#include <glib.h>

#include "ui/paint.h"

/* "1,024,311" */
char *figure_count(guint64 number);
/* "27", "1.2k", "350k", "3.4M": at most five columns. */
char *figure_short(double number);
/* "1.2k/s", "40/s", "0.3/s", "0/s" */
char *figure_rate(double per_second);
/* "27 bytes", "1,234,567 bytes" */
char *figure_bytes(guint64 bytes);
/* "0.4 ms", "12 ms", "1.20 s", "3 min 5 s" */
char *figure_duration(gint64 microseconds);
/* The same in a column: "1.20 s", "3 min", "5 h", "12 d"; never wider than 8. */
char *figure_step(gint64 microseconds);

/* Local time of day of nanoseconds since 1970: "14:03:22.118", or "14:03:22" without
 * `milliseconds`; with the date in front: "2026-11-21 14:03:22.118 +0100". */
char *figure_time(gint64 time_ns, gboolean milliseconds);
char *figure_date_time(gint64 time_ns);
/* "2026-11-21" in UTC, as certificates count. */
char *figure_date(gint64 seconds);

/* What is left of a validity: "87 d", "5 h", "12 min", "expired", "not yet". `not_before` 0 when
 * only the end is known. */
char *figure_left(gint64 not_before, gint64 not_after, gint64 now);
/* GOOD, or WARNING in the last 30 days (the last third of a shorter life), or ERROR outside. */
Role figure_left_role(gint64 not_before, gint64 not_after, gint64 now);
/* How many of `cells` are used up of a life, 0 before it, all after it. */
int figure_life_used(gint64 not_before, gint64 not_after, gint64 now, int cells);
