/* Text from outside made safe for a terminal, a log or a message.
 *
 * Everything a peer, a file or a user's file name brought (topics, payloads, certificate fields,
 * reason strings, paths) passes here before it reaches curses, stdout or a GError. What could move
 * a cursor, change a terminal's state or deceive the eye becomes a visible escape:
 *   C0 and DEL       \n \r \t \e, else \x07
 *   invalid UTF-8    \xff, a byte at a time
 *   C1               \u{9b}
 *   bidi controls (U+061C, U+200E-200F, U+202A-202E, U+2066-2069), zero-width and invisible
 *   characters (U+200B-200D, U+2060-2064, U+FEFF, U+00AD, tags, variation selectors beyond FE0F,
 *   unassigned and private use, line and paragraph separators; fillers)        \u{202e}
 *   combining marks that have no character before them to stand on, and those after the fourth on
 *   one character (a curses cell holds no more; a peer could stack them without end)  \u{301}
 * A backslash of the text stays as it is: the form is for eyes and not reversible. The result is
 * valid UTF-8. Thread-safe, no state. */
#pragma once

#include <glib.h>

/* (transfer full): one line, every control escaped. `bytes` may hold NUL and need not end in one. */
char *safe_text(const void *bytes, gsize length);

/* The same for a C string; NULL gives "". */
char *safe_text_string(const char *string);

/* (transfer full): keeps LF as a line break (CR LF becomes LF) and turns TAB into spaces up to the
 * next multiple of 8 columns; everything else as safe_text(). */
char *safe_text_lines(const void *bytes, gsize length);

/* Appends the safe form, and stops before `max_columns` terminal columns would be passed
 * (G_MAXINT: no bound). Returns the columns written. Reads no more input than it needs: a 1 MB
 * payload costs what its first columns cost. */
int safe_text_append(GString *out, const void *bytes, gsize length, int max_columns);

/* (transfer full): safe UTF-8 text with everything outside ASCII as \u{...} or a plain stand-in
 * (for a terminal whose character set is not UTF-8). */
char *safe_text_to_ascii(const char *safe);
