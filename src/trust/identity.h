/* Our side's identity: a certificate file (leaf first, then its issuers) and its private key.
 * Immutable and atomically reference-counted. The key never leaves this object. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

typedef struct Identity Identity;

/* Reads both files, opens the key with `password` (may be NULL), and makes sure that the key
 * belongs to the first certificate. `key_path` NULL: the key is in the certificate file.
 * Each path may be a pkcs11: URI; then `password` is the token's PIN, and the key stays on it.
 * Does not check dates, usage or who would accept it. NULL and a TRUST_ERROR on a fault. */
Identity *identity_load(const char *certificate_path, const char *key_path, const char *password,
                        GError **error);
Identity *identity_ref(Identity *identity);
void identity_unref(Identity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Identity, identity_unref)

/* Borrowed: Certificates in file order. */
GPtrArray *identity_certificates(const Identity *identity);
/* Safe text, for the screen, without the PIN of a pkcs11: URI. */
const char *identity_certificate_path(const Identity *identity);
const char *identity_key_path(const Identity *identity);
