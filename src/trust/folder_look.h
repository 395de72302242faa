/* What lies beside a file of ours: the key that would fit, the issuer that is missing. Folders may
 * hold anything, so a look is bounded: by names, files and bytes. Regular files alone are opened;
 * what cannot be read is passed over. Does not follow the path into other folders. Any thread.
 * Private to trust/ and its users in core/. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

#define FOLDER_NAMES_MAX 16384             /* entries that are read */
#define FOLDER_FILES_MAX 256               /* files that are opened, in the order of their names */
#define FOLDER_FILE_BYTES_MAX (256 * 1024) /* of one of them */
#define FOLDER_BYTES_MAX (1024 * 1024)     /* of all of them */

/* One file; FALSE: enough seen. */
typedef gboolean (*FolderLook)(const char *path, gpointer user_data);

/* Each file in `folder` with one of these `endings` (NULL-terminated, ".pem"), by name. */
void folder_look(const char *folder, const char *const *endings, FolderLook look,
                 gpointer user_data);

/* Endings that files of certificates and of private keys have. */
extern const char *const folder_certificate_endings[];
extern const char *const folder_key_endings[];

typedef struct {
  char *path;              /* as the folder has it: not safe text */
  GPtrArray *certificates; /* of Certificate, file order, at least one */
} FolderFile;

/* (transfer full), of FolderFile: the files of certificates in the folder of `path`, by name,
 * `path` itself left out. Empty when the folder cannot be read. */
GPtrArray *folder_certificates(const char *path);

/* (transfer full), NULL: none. A file in the folder of `path` whose one private key, not encrypted,
 * has this key id; `path` itself left out. */
char *folder_find_key(const char *path, const char *key_id);

/* Borrowed, NULL: none. Of `files`, the one whose first certificate has this key id. */
const FolderFile *folder_find_leaf(const GPtrArray *files, const char *key_id);

/* Borrowed, NULL: none: the certificate that issued `certificate`, by name and signature, and where
 * it lies. One that is self-signed comes before others, for with it the way up is at its end. */
Certificate *folder_find_issuer(const GPtrArray *files, const Certificate *certificate,
                                const FolderFile **where);
