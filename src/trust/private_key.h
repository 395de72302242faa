/* Opening a private key out of a file's content. Private to trust/. */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "trust/file_content.h"

/* How long a password is to be worked on is the file's own choice: no more than this, a second or
 * two, is spent on one key. */
#define PRIVATE_KEY_ROUNDS_MAX 4000000

/* (transfer full): deinit with gnutls_x509_privkey_deinit(), which overwrites it. NULL and a
 * TRUST_ERROR that tells a missing password from a wrong one; GnuTLS says -24 for both. */
gnutls_x509_privkey_t private_key_open(const FileContent *content, const char *password,
                                       GError **error);

/* TRUE when the (only) key in it is encrypted. */
gboolean private_key_is_encrypted(const FileContent *content);

/* (transfer full) the public half, or NULL. */
gnutls_pubkey_t private_key_public(gnutls_x509_privkey_t key);
