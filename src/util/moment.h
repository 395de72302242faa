/* A point in time as a person writes it, on a command line or in a form. */
#pragma once

#include <glib.h>

/* A date, a date and a time (ISO 8601, UTC unless it says another zone), or seconds since 1970;
 * eight digits are a date. FALSE: it is none of them. */
gboolean moment_parse(const char *word, gint64 *seconds);
