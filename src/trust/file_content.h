/* What a file of ours really holds: its bytes, and the PEM blocks or the DER structure in them.
 * Private to trust/. */
#pragma once

#include <glib.h>

#include "trust/certificate_file.h"

typedef enum {
  CONTENT_CERTIFICATE,
  CONTENT_KEY,
  CONTENT_ENCRYPTED_KEY,
  CONTENT_OPENSSH_KEY,
  CONTENT_PUBLIC_KEY,
  CONTENT_REQUEST,
  CONTENT_CRL,
  CONTENT_PKCS7,
  CONTENT_PKCS12,
  CONTENT_TRUSTED_CERTIFICATE, /* OpenSSL's own label, with trust settings after the DER */
  CONTENT_OTHER,               /* PEM of another kind: parameters, a message */
  CONTENT_UTF16,               /* text as some editors save it; no program here reads it */
  CONTENT_UNKNOWN,
} ContentKind;

typedef struct {
  ContentKind kind;
  gsize start, length; /* of the block in the file, BEGIN and END line included; DER: all */
  gboolean complete;   /* FALSE: its END line, or its last bytes, are missing */
} ContentBlock;

typedef struct {
  char *label;    /* the file's name as safe text */
  guint8 *bytes;  /* may hold a private key: wiped at the end */
  gsize length;
  gboolean der;   /* one block, no PEM */
  GArray *blocks; /* of ContentBlock; empty when nothing was recognised */
} FileContent;

/* (transfer full): the bytes of a regular file, CERTIFICATE_FILE_MAX at most (of revocation lists
 * REVOCATION_FILE_MAX), at least one; else NULL and a TRUST_ERROR as below. */
guint8 *file_bytes_read(const char *path, FileSlot slot, gsize *length, GError **error);
/* errno of looking into the folder `path`; 0: it can be. */
int file_folder_fault(const char *path);
/* Why the folder `path` could not be opened, `number` being errno: FILE_MISSING, FILE_WRONG_KIND, or
 * FILE_UNREADABLE with the owner and mode of the folder that shuts others out. */
void file_folder_set_error(const char *path, int number, GError **error);
/* Reads at most CERTIFICATE_FILE_MAX bytes of a regular file. NULL and a TRUST_ERROR whose
 * sentence names `slot` and path. An empty file is an error, one of a wrong kind is not. */
FileContent *file_content_read(const char *path, FileSlot slot, GError **error);
/* Copies `bytes`. `label` need not be safe. Never fails. */
FileContent *file_content_from_bytes(const void *bytes, gsize length, const char *label);
void file_content_free(FileContent *content);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileContent, file_content_free)

/* How many blocks are of this kind. */
guint file_content_count(const FileContent *content, ContentKind kind);
/* "CA file", "Certificate file", "Key file", "File": the beginning of a sentence. */
const char *file_slot_name(FileSlot slot);
/* Sets FILE_WRONG_KIND: "X holds a private key, but a certificate is needed here; ...". */
void file_content_set_wrong_kind(const FileContent *content, FileSlot slot, GError **error);
/* TRUE when every block is whole, else FALSE and FILE_TRUNCATED with the block's number. */
gboolean file_content_check_whole(const FileContent *content, GError **error);
