/* A temporary folder that nobody else can read, and its removal. */
#pragma once

#include <glib.h>

/* (transfer full): path of a new folder, mode 0700, below $TMPDIR or /tmp, named PREFIX-XXXXXX. */
char *private_folder_new(const char *prefix, GError **error);

/* Removes the folder and all below it. Follows no symbolic link and leaves other file systems
 * alone. TRUE when nothing is left (also when it never was). When something resists, all else is
 * removed and the first obstacle reported; `path` that is no folder, or a link to one, is left. */
gboolean private_folder_remove(const char *path, GError **error);

/* Writes a whole file with `mode` (0600 for keys; the umask has no say), new or replaced
 * atomically. `name` has no '/'; `length` -1: `bytes` is a C string. */
gboolean private_folder_write(const char *folder, const char *name, const void *bytes,
                              gssize length, int mode, GError **error);
