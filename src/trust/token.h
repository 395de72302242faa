/* Our certificate and key on a PKCS#11 token, named by pkcs11: URIs (RFC 7512). The key stays on
 * the token and signs there. Private to trust/. */
#pragma once

#include <glib.h>
#include <gnutls/abstract.h>

gboolean token_is_uri(const char *path);

/* Some token of this machine is the one that the URI names, whatever is on it. */
gboolean token_is_present(const char *uri);

/* (transfer full): the certificates that the URI names, at least one; else NULL and a TRUST_ERROR.
 * `pin` may be NULL; it is tried once, for a token locks itself. */
GPtrArray *token_certificates(const char *uri, const char *pin, GError **error);

/* (transfer full): gnutls_privkey_deinit(). NULL and a TRUST_ERROR. `pin` (may be NULL) must live
 * as long as the key: the token may ask again. A URI with type=cert stands for the key of the same
 * name. */
gnutls_privkey_t token_key(const char *uri, const char *pin, GError **error);

/* (transfer full): SHA-256 of the key's SubjectPublicKeyInfo; NULL: the token does not tell. */
char *token_key_id(gnutls_privkey_t key);
