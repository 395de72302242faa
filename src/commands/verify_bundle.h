/* Certificates for a verdict out of files that are no plain PEM or DER of certificates. */
#pragma once

#include <glib.h>

/* (transfer full): the certificates of a PKCS#7 or PKCS#12 file (opened without a password), of
 * TRUSTED CERTIFICATE blocks, of a pipe, a pkcs11: URI or standard input ("-"). The leaf first and
 * its issuers after it, where the file has an order of its own that says nothing. NULL: there is
 * none in it. */
GPtrArray *verify_bundle_read(const char *path);
