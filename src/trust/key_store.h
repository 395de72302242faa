/* Writing PKCS#12 (RFC 7292): certificates with their private key, or certificates that are trusted.
 * As Java and OpenSSL 3 read it: PBES2 with AES-256, the whole under an HMAC with SHA-256. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

typedef struct {
  const GPtrArray *certificates; /* of Certificate, at least one; with a key: leaf first */
  const char *key_pem;           /* the leaf's private key, not encrypted; NULL: trusted
                                  * certificates, marked as Java wants it, else it sees none */
  const char *name;              /* "friendly name" of the key, UTF-8 */
  const char *password;          /* empty: whoever has the file can open it */
} KeyStore;

/* (transfer full): DER. NULL and a TRUST_ERROR when the library refuses. Whether key and
 * certificate belong together is not checked. */
GBytes *key_store_write(const KeyStore *store, GError **error);

/* (transfer full): 32 hexadecimal digits of the system's random numbers; a secret. */
char *key_store_new_password(void);
