/* Completes the name of a file as a shell does. */
#pragma once

#include <glib.h>

/* (transfer full): `typed` with as much added as is certain; a folder gets its slash. "~/" is
 * understood and stays. `*candidates` (transfer full, may be NULL): the names that fit, sorted,
 * folders with a slash; empty when there is none. Names that are no UTF-8 are passed over, hidden
 * ones unless a dot was typed. */
char *path_complete(const char *typed, GPtrArray **candidates);

/* (transfer full): "~/" replaced by the home folder, a relative path made absolute; NULL for "". */
char *path_expand(const char *typed);

/* Static phrase: this is a folder, a device or a pipe, and reading one of the latter may never end;
 * NULL: it is a file, or it is not there. */
const char *path_no_file(const char *path);
