/* The header lines of a PEM block (RFC 1421, 4.6). One kind of block may have them: a key that is
 * encrypted in the way before PKCS#8, and of it two lines, "Proc-Type: 4,ENCRYPTED" and
 * "DEK-Info: CIPHER,IV". Private to trust/. */
#pragma once

#include "trust/file_content.h"

typedef struct {
  char *text;         /* as they should be written, with LF line ends; NULL: with none */
  const char *damage; /* static phrase: why OpenSSL or GnuTLS refuses them; NULL: neither does */
  const char *remedy; /* static sentence: what to do about the damage */
  gboolean openssl_reads; /* only GnuTLS refuses them */
  gboolean lost;          /* the key is encrypted, and they do not say how */
} PemHeaders;

/* The end of the header lines, their empty line not included; `body` when there are none. */
const guint8 *pem_headers_end(const guint8 *body, const guint8 *end);

/* `body` begins behind the dashes of BEGIN, `end` is from pem_headers_end(). Free `text`. */
PemHeaders pem_headers_read(const guint8 *body, const guint8 *end, gboolean encrypted);
