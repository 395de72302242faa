/* What the files of a profile hold (certificates, key, CAs, revocation lists), for the editor. A file is read again
 * only when its path, its date or size, or the key's password is another one. */
#pragma once

#include "core/profile.h"
#include "ui/paint.h"

typedef enum {
  EDITOR_FILE_CA,
  EDITOR_FILE_CERTIFICATE,
  EDITOR_FILE_KEY,
  EDITOR_FILE_CRL,
  EDITOR_FILE_BROKER_CA,
  EDITOR_FILES,
} EditorFile;

typedef struct EditorFiles EditorFiles;

EditorFiles *editor_files_new(void);
void editor_files_free(EditorFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EditorFiles, editor_files_free)

/* `now` in seconds since 1970, for days left. */
void editor_files_update(EditorFiles *files, const Profile *profile, gint64 now);

/* The sentence on a file, borrowed until the next update; NULL: nothing to say. */
const char *editor_files_note(const EditorFiles *files, EditorFile file, Role *role);
/* The file is not there: while it is still being typed that is no fault. */
gboolean editor_files_is_missing(const EditorFiles *files, EditorFile file);
