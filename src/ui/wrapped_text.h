/* Text cut into lines for a width: at blanks where there are some, else where the column ends.
 * One text, one index of lines: a payload of some megabytes costs no string a line. Pure. */
#pragma once

#include <glib.h>

typedef struct WrappedText WrappedText;

/* Takes safe text (safe_text_lines()) over. */
WrappedText *wrapped_text_new(char *safe);
void wrapped_text_free(WrappedText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WrappedText, wrapped_text_free)

/* Further lines of a paragraph begin so many columns to the right of its first one. 0 at first. */
void wrapped_text_set_hang(WrappedText *text, int columns);
/* Cuts anew when `columns` is another than the last time; 0: only at line breaks. */
void wrapped_text_layout(WrappedText *text, int columns);
guint wrapped_text_count(const WrappedText *text);
/* (transfer full): line `line`, "" beyond the end. */
char *wrapped_text_line(const WrappedText *text, guint line);
/* (transfer full): of a line that may be very long, what is needed to draw `columns` columns after
 * the first `left` ones; maybe a little more. */
char *wrapped_text_part(const WrappedText *text, guint line, int left, int columns);

/* (transfer full): the lines of a short text, NULL-terminated, at least one. */
char **wrap_text(const char *safe, int columns);
