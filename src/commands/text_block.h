/* Text for a terminal of 80 columns: words wrapped, columns padded and cut. Everything that is
 * given here is safe text. */
#pragma once

#include <glib.h>
#include <stdio.h>

#define TEXT_BLOCK_COLUMNS 80

/* Appends `lead` and `text`, wrapped at blanks; the lines after the first begin with as many
 * blanks as `lead` has columns. What is longer than a line is cut into pieces. Ends the line. */
void text_block_append(GString *out, const char *lead, const char *text);
/* Appends `text`, cut with an ellipsis or padded with blanks to exactly `columns`. */
void text_block_cell(GString *out, const char *text, int columns);
/* Writes it as it is, or as ASCII where the locale is not UTF-8. FALSE: it could not be written. */
gboolean text_block_print(FILE *file, const char *text);
