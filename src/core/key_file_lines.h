/* Where something stands in the text of a GLib key file: GKeyFile itself tells no line numbers. */
#pragma once

#include <glib.h>

/* The line, from 1, that sets `key` of `group`: the last one, which is the one that counts;
 * 0: none. */
guint key_file_line_of(const char *text, gsize length, const char *group, const char *key);

/* The first line, from 1, that is neither a group, a comment nor KEY = VALUE, or is a key outside
 * of any group; 0: each is good. */
guint key_file_bad_line(const char *text, gsize length);
