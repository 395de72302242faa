/* Points in time and spans as a person says them, in UTC. Private to trust/. */
#pragma once

#include <glib.h>

/* All (transfer full); `time` and `now` in seconds since 1970. */

/* "2024-09-30" */
char *date_text(gint64 time);
/* "2024-09-30 14:01:15 UTC" */
char *date_text_full(gint64 time);
/* "3 days", "1 day", "5 hours", "12 minutes", "7 seconds"; of the absolute value. */
char *date_text_span(gint64 seconds);
/* "364 days left", "expired 3 days ago", "valid in 2 hours". */
char *date_text_validity(gint64 not_before, gint64 not_after, gint64 now);
