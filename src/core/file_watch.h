/* Has a file on disk become another one? By identity, size and time of change, so that a symbolic
 * link that is set anew (certbot) counts as well. Asked, not told: no timer and no descriptor of
 * its own. Main thread. */
#pragma once

#include <glib.h>

typedef struct FileWatch FileWatch;

/* `paths`: NULL-terminated; NULL and empty entries end nothing and are passed over by count. */
FileWatch *file_watch_new(const char *const *paths, gsize count);
void file_watch_free(FileWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileWatch, file_watch_free)

/* TRUE when any file differs from when it was last asked (or from the start). */
gboolean file_watch_changed(FileWatch *watch);
gboolean file_watch_is_empty(const FileWatch *watch);
