/* Several files in one folder that are written all or not at all. */
#pragma once

#include <glib.h>

typedef struct FileSet FileSet;

/* The folder need not be there yet; its parent must. */
FileSet *file_set_new(const char *folder);
/* Overwrites what it was given to write. */
void file_set_free(FileSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileSet, file_set_free)

/* `name` has no '/'; `text` is copied; the umask has no say in `mode`. */
void file_set_add(FileSet *set, const char *name, const char *text, int mode);
/* The same for bytes that are no text. */
void file_set_add_bytes(FileSet *set, const char *name, const void *bytes, gsize length, int mode);
/* Who owns each file before it stands in its place; -1 leaves it as it is. Only root may give files
 * away. */
void file_set_set_owner(FileSet *set, int user, int group);

/* Each file is written under another name first and then put into its place at once, so that nobody
 * ever sees half of one. With `replace` those that are there are replaced (a link itself, not what
 * it points to), else one that is there is an error. A folder that is made is never for others to
 * write in, and open to whom the files are given. A signal to end waits until it is done; what
 * SIGKILL or a power failure may leave is told in file_set.c. Waits up to 2 s for another one that
 * writes to the same folder. FALSE and a sentence in `error` (G_FILE_ERROR): no file was written or
 * changed. */
gboolean file_set_write(FileSet *set, gboolean replace, GError **error);
/* What to do about such an error, as the end of a sentence; NULL: nothing to be said here, among
 * them G_FILE_ERROR_EXIST, about which each caller knows more. */
const char *file_set_remedy(const GError *error);
/* Every user of this machine may put other files into the place of these: `folder` is for all to
 * write in, and not sticky as /tmp is. FALSE: no, or it is not there. */
gboolean file_set_folder_is_open(const char *folder);
