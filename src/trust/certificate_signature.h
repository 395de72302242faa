/* Who signed what: the signature of a certificate checked by a key, and by nothing else.
 * Private to trust/. */
#pragma once

#include <glib.h>
#include <gnutls/x509.h>

/* TRUE when `issuer`'s key made the signature of `crt`, also with an algorithm that is too weak to
 * be believed (that is another check). Names, key identifiers, dates, CA flag are not looked at. */
gboolean certificate_signature_valid(gnutls_x509_crt_t crt, GBytes *der, gnutls_x509_crt_t issuer);

/* The bytes are one DER element and nothing after it. */
gboolean certificate_signature_is_whole(const guint8 *bytes, gsize length);

/* (transfer full): the signature's bytes, or NULL. */
GBytes *certificate_signature_bytes(gnutls_x509_crt_t crt);
