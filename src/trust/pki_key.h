/* A private key that signs: in memory, or on a token that it never leaves. Private to trust/. */
#pragma once

#include <gnutls/abstract.h>

#include "trust/pki.h"

PkiKey *pki_key_generate(PkiKeyType type, GError **error);
/* Out of a file or a pkcs11: URI; NULL and a PKI_ERROR about `field`, or about `password_field` when
 * the password is missing or wrong. Keys of kinds that sign no certificates here are refused. */
PkiKey *pki_key_load(const char *path, const char *password, PkiField field,
                     PkiField password_field, GError **error);
void pki_key_free(PkiKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PkiKey, pki_key_free)

/* Borrowed: DER of the SubjectPublicKeyInfo; its SHA-256 in hexadecimal; "RSA 2048". */
GBytes *pki_key_public(const PkiKey *key);
const char *pki_key_id(const PkiKey *key);
const char *pki_key_label(const PkiKey *key);
gboolean pki_key_is_on_token(const PkiKey *key);
/* The key can encrypt as well (RFC 5246, 7.4.2: TLS 1.2 without forward secrecy). */
gboolean pki_public_is_rsa(GBytes *spki);
/* Borrowed; NULL: it is on a token. */
gnutls_x509_privkey_t pki_key_gnutls(const PkiKey *key);

/* (transfer full): PKCS#8 PEM, encrypted (PBES2, AES-256) when `password` is not NULL; a secret. */
char *pki_key_pem(const PkiKey *key, const char *password, GError **error);
/* Appends the AlgorithmIdentifier of what pki_key_sign() makes. */
void pki_key_append_algorithm(const PkiKey *key, GByteArray *out);
/* (transfer full): the signature of these bytes. */
GBytes *pki_key_sign(const PkiKey *key, const GByteArray *data, GError **error);
