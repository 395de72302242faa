/* Names in a certificate as safe text. Private to trust/. */
#pragma once

#include <glib.h>
#include <gnutls/x509.h>

/* All (transfer full). */

/* RFC 4514; "" when the name is empty. */
char *certificate_names_dn(gnutls_x509_crt_t crt, gboolean of_issuer);
/* The last (most specific) attribute of this type, or NULL. */
char *certificate_names_attribute(gnutls_x509_crt_t crt, gboolean of_issuer, const char *oid);
/* "DNS:...", "IP:...", ...; NULL-terminated, may be empty. NULL: they cannot be parsed. */
char **certificate_names_alternative(gnutls_x509_crt_t crt);
/* The same of a subjectAltName's content; NULL for none gives an empty list. */
char **certificate_names_of_extension(const gnutls_datum_t *extension);
