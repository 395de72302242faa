/* The extensions of a certificate (RFC 5280, 4.2), raw, in their order. Private to trust/.
 *
 * Read out of the certificate's own DER, for GnuTLS's accessors parse the list anew at each call.
 * Any thread. */
#pragma once

#include "trust/certificate.h"
#include "trust/der_reader.h"

#define OID_POLICY_MAPPINGS "2.5.29.33"
#define OID_NAME_CONSTRAINTS "2.5.29.30"
#define OID_SUBJECT_ALT_NAME "2.5.29.17"
#define OID_CERTIFICATE_POLICIES "2.5.29.32"
#define OID_POLICY_CONSTRAINTS "2.5.29.36"
#define OID_INHIBIT_ANY_POLICY "2.5.29.54"

typedef struct {
  DerSpan oid;      /* content of the OBJECT IDENTIFIER */
  gboolean critical;
  DerSpan value;    /* what stands in the OCTET STRING */
} Extension;

/* Borrowed from the certificate, as is all that is read from it. */
DerSpan certificate_extensions(const Certificate *certificate);
/* The next one; FALSE at the end, and at what is no extension. */
gboolean certificate_extension_next(DerSpan *rest, Extension *extension);

/* The certificate can be read to its last extension. What stands behind something that is no DER
 * would be seen by others and not here. */
gboolean certificate_extensions_whole(const Certificate *certificate);

/* The first one with this OID ("2.5.29.30"); FALSE: there is none. */
gboolean certificate_extension_find(const Certificate *certificate, const char *oid,
                                    Extension *extension);
