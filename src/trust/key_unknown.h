/* A key of a kind that the TLS library does not know: brainpool, SM2, ML-DSA, a curve that
 * is spelt out. Such a certificate is sound; only nothing that it signed can be verified here.
 * Private to trust/. Any thread. */
#pragma once

#include <glib.h>
#include <gnutls/x509.h>

/* `*label` (transfer full) says which kind ("ECDSA brainpoolP256r1"), `*id` (transfer full) is the
 * SHA-256 of its SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), as of any key. FALSE: the library knows
 * this kind, so that the key is damaged, or the certificate is no DER up to there. */
gboolean key_unknown_read(gnutls_x509_crt_t crt, char **label, char **id);

/* (transfer full): the same label of a private key, not encrypted, as PKCS#8 or as RFC 5915 has it;
 * NULL: the library knows its kind, or it cannot be read up to there. */
char *key_unknown_label(const guint8 *der, gsize length);

/* Static: the usual name of an OBJECT IDENTIFIER of a key, a curve or a signature that the library
 * does not know ("SM2-SM3"); NULL: it has none here. */
const char *key_unknown_name(const char *oid);
