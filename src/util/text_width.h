/* Terminal columns of safe UTF-8 text. Widths are those of wcwidth() where the locale's character
 * set is UTF-8, because curses places cells by it; combining marks count 0, wide characters 2.
 * Input must have passed safe_text(). */
#pragma once

#include <glib.h>

int text_width(const char *safe);

/* Columns of one character that safe_text() lets through: 0, 1 or 2. */
int text_width_of_char(gunichar c);

/* Bytes of `safe` that fit into `columns`, never cutting a character from its combining marks;
 * `*used` (may be NULL) receives the columns they take. */
gsize text_fit(const char *safe, int columns, int *used);

/* Bytes to skip so that `columns` columns are passed (for horizontal scrolling); a wide character
 * cut in half counts as passed, `*missing` (may be NULL) receives the 0 or 1 columns to pad. */
gsize text_skip(const char *safe, int columns, int *missing);

/* (transfer full): cut to `columns`, the last column an ellipsis ("…", or "~" when `ascii`) if
 * anything was cut (one column less where a wide character would have been halved). */
char *text_ellipsize(const char *safe, int columns, gboolean ascii);
