/* PKCS#7 (RFC 2315), the degenerate kind that carries certificates and CRLs. */
#include "config.h"

#include "trust/inspection_reader.h"

#include <gnutls/pkcs7.h>

static guint
read_certificates(InspectionReader *reader, gnutls_pkcs7_t bundle)
{
  guint count = 0;
  gnutls_datum_t der = {NULL, 0};
  while (!inspection_is_full(reader) &&
         gnutls_pkcs7_get_crt_raw2(bundle, (int)count, &der) >= 0) {
    inspection_read_certificate(reader, der.data, der.size);
    gnutls_free(der.data);
    der.data = NULL;
    count++;
  }
  return count;
}

static guint
read_lists(InspectionReader *reader, gnutls_pkcs7_t bundle)
{
  guint count = 0;
  gnutls_datum_t der = {NULL, 0};
  while (!inspection_is_full(reader) &&
         gnutls_pkcs7_get_crl_raw2(bundle, (int)count, &der) >= 0) {
    inspection_read_crl(reader, der.data, der.size);
    gnutls_free(der.data);
    der.data = NULL;
    count++;
  }
  return count;
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

void
inspection_read_pkcs7(InspectionReader *reader, const void *der, gsize length)
{
  gnutls_pkcs7_t bundle;
  gnutls_datum_t data = {(unsigned char *)der, length};
  reader->container = "PKCS#7";
  if (gnutls_pkcs7_init(&bundle) < 0)
    g_error("no memory for a PKCS#7 bundle");
  int result = gnutls_pkcs7_import(bundle, &data, GNUTLS_X509_FMT_DER);
  if (result < 0)
    add_damaged(reader, gnutls_strerror(result));
  else if (read_certificates(reader, bundle) + read_lists(reader, bundle) == 0)
    inspection_set_title(inspection_add(reader, INSPECTED_BUNDLE),
                         "PKCS#7 bundle without certificates and CRLs");
  gnutls_pkcs7_deinit(bundle);
}
