/* A file of a private key, looked at without keeping the key. */
#pragma once

#include <glib.h>

/* (transfer full): SHA-256 of the SubjectPublicKeyInfo, hexadecimal, of the one private key in the
 * file, or of the key that a pkcs11: URI names ("" when its token does not tell); `password` may be
 * NULL. NULL and a TRUST_ERROR as identity_load() has it. */
char *key_file_id(const char *path, const char *password, GError **error);

/* (transfer full): the certificates of a file or of a pkcs11: URI, as identity_load() reads them;
 * else NULL and a TRUST_ERROR. */
GPtrArray *key_file_certificates(const char *path, const char *password, GError **error);

/* A pkcs11: URI whose token is not there at all: all else that is asked of it fails as well. */
gboolean key_file_lacks_token(const char *path);

/* A private key stands in this file, alone or beside certificates; open or encrypted, in PEM or DER. */
gboolean key_file_holds_key(const char *path);
