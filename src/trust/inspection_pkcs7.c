/* PKCS#7 (RFC 2315), the degenerate kind that carries certificates and CRLs. */
#include "config.h"

#include "trust/inspection_reader.h"

#include <gnutls/pkcs7.h>

#include "trust/der_reader.h"

#define BER_ITEMS_MAX 500

/* RFC 2315, 9.1: SignedData of version, digestAlgorithms, contentInfo, certificates [0], crls [1].
 */
enum { TAG_CERTIFICATES = DER_CONTEXT | DER_CONSTRUCTED, TAG_CRLS = TAG_CERTIFICATES | 1 };

/* --- by our own walk: GnuTLS looks for each certificate from the beginning -------------------- */

static gboolean
enter_signed_data(DerSpan whole, DerSpan *parts)
{
  DerSpan outer, wrapped;
  DerElement skipped;
  return der_unwrap(whole, DER_SEQUENCE, &outer) && der_next_of(&outer, DER_OID, &skipped) &&
         der_unwrap(outer, TAG_CERTIFICATES, &wrapped) &&
         der_unwrap(wrapped, DER_SEQUENCE, parts) && der_next_of(parts, DER_INTEGER, &skipped) &&
         der_next_of(parts, DER_SET, &skipped) && der_next_of(parts, DER_SEQUENCE, &skipped);
}

/* FALSE: it is not DER all through (BER of indefinite lengths is allowed here). */
static gboolean
walk(InspectionReader *reader, DerSpan whole)
{
  DerSpan parts;
  DerElement list = {0}, element;
  if (!enter_signed_data(whole, &parts))
    return FALSE;
  if (der_next_of(&parts, TAG_CERTIFICATES, &list))
    while (!inspection_is_full(reader) && der_next(&list.content, &element))
      inspection_read_certificate(reader, element.whole.bytes, element.whole.length);
  if (der_next_of(&parts, TAG_CRLS, &list))
    while (!inspection_is_full(reader) && der_next(&list.content, &element))
      inspection_read_crl(reader, element.whole.bytes, element.whole.length);
  return TRUE;
}

/* --- by GnuTLS -------------------------------------------------------------------------------- */

static void
read_certificates(InspectionReader *reader, gnutls_pkcs7_t bundle)
{
  gnutls_datum_t der = {NULL, 0};
  for (int i = 0; i < BER_ITEMS_MAX && gnutls_pkcs7_get_crt_raw2(bundle, i, &der) >= 0; i++) {
    inspection_read_certificate(reader, der.data, der.size);
    gnutls_free(der.data);
    der.data = NULL;
  }
}

static void
read_lists(InspectionReader *reader, gnutls_pkcs7_t bundle)
{
  gnutls_datum_t der = {NULL, 0};
  for (int i = 0; i < BER_ITEMS_MAX && gnutls_pkcs7_get_crl_raw2(bundle, i, &der) >= 0; i++) {
    inspection_read_crl(reader, der.data, der.size);
    gnutls_free(der.data);
    der.data = NULL;
  }
}

static void
add_damaged(InspectionReader *reader, const char *why)
{
  InspectedItem *item = inspection_add(reader, INSPECTED_DAMAGED);
  inspection_set_title(item, "PKCS#7 bundle, damaged");
  inspection_set_problem(reader, item, "certificate-malformed",
                         "The PKCS#7 bundle in %s cannot be read (%s); copy it again completely.",
                         reader->label, why);
}

static void
import(InspectionReader *reader, const gnutls_datum_t *data)
{
  gnutls_pkcs7_t bundle;
  if (gnutls_pkcs7_init(&bundle) < 0)
    g_error("no memory for a PKCS#7 bundle");
  int result = gnutls_pkcs7_import(bundle, data, GNUTLS_X509_FMT_DER);
  if (result >= 0) {
    read_certificates(reader, bundle);
    read_lists(reader, bundle);
  } else {
    add_damaged(reader, gnutls_strerror(result));
  }
  gnutls_pkcs7_deinit(bundle);
}

void
inspection_read_pkcs7(InspectionReader *reader, const void *der, gsize length)
{
  guint before = reader->inspection->items->len;
  gnutls_datum_t data = {(unsigned char *)der, length};
  reader->container = "PKCS#7";
  if (!walk(reader, (DerSpan){der, length}))
    import(reader, &data);
  if (reader->inspection->items->len == before)
    inspection_set_title(inspection_add(reader, INSPECTED_BUNDLE),
                         "PKCS#7 bundle without certificates and CRLs");
}
