/* The choice between the two glyph tables. */
#pragma once

#include <glib.h>

/* Once, after setlocale(): ASCII when asked for, or when the locale's character set is not UTF-8
 * (nl_langinfo(CODESET)). */
void glyphs_choose(gboolean ascii);
/* No character beyond ASCII may go to the screen. */
gboolean glyphs_are_ascii(void);

typedef enum {
  LINE_HORIZONTAL, LINE_VERTICAL, LINE_UPPER_LEFT, LINE_UPPER_RIGHT, LINE_LOWER_LEFT,
  LINE_LOWER_RIGHT, LINE_COUNT,
} LineGlyph;
const char *line_glyph(LineGlyph line);
