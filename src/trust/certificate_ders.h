/* The certificates of a file as bytes that nobody has looked into: for OpenSSL, which may read what
 * this program's own reader refuses. */
#pragma once

#include <glib.h>

/* (transfer full): of GBytes (DER), in file order, at least one; else NULL and a TRUST_ERROR. From
 * PEM or one DER structure; of PKCS#7 and PKCS#12 nothing is taken. */
GPtrArray *certificate_ders_read(const char *path, GError **error);
