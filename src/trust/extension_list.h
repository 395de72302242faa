/* The extensions of a certificate as they stand in it: for checks of their form. Private to
 * trust/. */
#pragma once

#include <glib.h>
#include <gnutls/gnutls.h>

#include "trust/certificate.h"

typedef struct {
  char *oid;
  gboolean critical;
  gnutls_datum_t value; /* DER, owned by the list */
} ListedExtension;

/* (transfer full), of ListedExtension, in the certificate's order; the first 64. */
GPtrArray *extension_list_new(const Certificate *certificate);
/* Borrowed; NULL: there is none with this OID. */
const ListedExtension *extension_list_find(GPtrArray *extensions, const char *oid);
