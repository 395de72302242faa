/* Public keys in words. Private to trust/. */
#pragma once

#include <glib.h>
#include <gnutls/abstract.h>

/* (transfer full): "RSA 2048", "ECDSA P-256", "Ed25519". */
char *key_label(gnutls_pubkey_t key);
/* (transfer full): SHA-256 of the SubjectPublicKeyInfo in hexadecimal; NULL when there is none. */
char *key_label_id(gnutls_pubkey_t key);
/* (transfer full): lower case. */
char *key_label_hexadecimal(const void *bytes, gsize length);
