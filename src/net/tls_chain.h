/* The certificates in a Certificate message of TLS, as the peer sent them: GnuTLS shows nothing of a
 * list that it stumbled over. Pure; any thread. */
#pragma once

#include <glib.h>

#define TLS_CHAIN_MAX 256 /* more are not taken */

/* (transfer full), of GBytes: the certificates (DER, not looked into) of the body of the message, in
 * wire order (RFC 8446, 4.4.2; RFC 5246, 7.4.2). NULL: it is no such message, or holds none. */
GPtrArray *tls_chain_read(const guint8 *body, gsize length, gboolean is_tls_1_3);
