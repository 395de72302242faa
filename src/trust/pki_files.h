/* What pki_carry_out() made, as files of one folder: all of them, or none. */
#pragma once

#include "trust/pki.h"

typedef struct {
  const char *folder;          /* made if need be; its parent must be there */
  const char *name;            /* of the files, without ending; NULL: pki_files_name() */
  const char *key_password;    /* a new key is encrypted with it; NULL: it is not */
  gboolean pkcs12;             /* certificate, its issuers and the key in one file, too */
  const char *pkcs12_password; /* may be "", but not NULL, with pkcs12 */
  gboolean replace;
} PkiFilesOrder;

typedef enum { PKI_FILE_CERTIFICATE, PKI_FILE_KEY, PKI_FILE_REQUEST, PKI_FILE_PKCS12 } PkiFileKind;

typedef struct {
  PkiFileKind kind;
  char *path;         /* safe text */
  int mode;
  gboolean encrypted; /* with a password */
  gboolean was_encrypted; /* a key: the one that was replaced, too */
  guint issuers;      /* certificates behind the first one */
} PkiFile;

/* (transfer full): a file name out of the common name: "test-ca". */
char *pki_files_name(const PkiResult *result);
/* Adds a note to the result when the folder is for all to write in. (transfer full), of PkiFile. NAME.pem (the certificate, 0644, followed by its intermediates; of a
 * CA by its root, too), NAME.key (a new key, PKCS#8, 0600), NAME.csr, NAME.p12 (0600). NULL and a
 * PKI_ERROR: nothing was written or changed. */
GPtrArray *pki_files_write(const PkiResult *result, const PkiFilesOrder *order, GError **error);
