#include "config.h"

#include "trust/certificate.h"

#include "trust/certificate_fields.h"
#include "trust/certificate_signature.h"
#include "trust/gnutls_bridge.h"
#include "trust/trust_error.h"

/* No certificate in use comes near; it bounds what a peer's names can cost. */
#define DER_MAX (1024 * 1024)

enum { SELF_SIGNED_UNKNOWN, SELF_SIGNED_NO, SELF_SIGNED_YES };

struct Certificate {
  gatomicrefcount references;
  gnutls_x509_crt_t crt;
  GBytes *der;
  char *sha256;
  CertificateFields fields;
  int self_signed; /* atomic; found out when first asked, a signature check is not cheap */
};

static Certificate *
certificate_alloc(const void *der, gsize length)
{
  Certificate *certificate = g_new0(Certificate, 1);
  g_atomic_ref_count_init(&certificate->references);
  certificate->der = g_bytes_new(der, length);
  certificate->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, certificate->der);
  return certificate;
}

static gboolean
import(Certificate *certificate, GError **error)
{
  gsize length;
  const void *bytes = g_bytes_get_data(certificate->der, &length);
  gnutls_datum_t datum = {(unsigned char *)bytes, length};
  int result = gnutls_x509_crt_init(&certificate->crt);
  if (result >= 0)
    result = gnutls_x509_crt_import(certificate->crt, &datum, GNUTLS_X509_FMT_DER);
  if (result < 0) {
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED, "it cannot be parsed (%s)",
                gnutls_strerror(result));
    return FALSE;
  }
  const char *problem;
  if (certificate_fields_read(&certificate->fields, certificate->crt, &problem)) {
    certificate->fields.extensions = certificate_extension_index_new(certificate);
    return TRUE;
  }
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED, "%s cannot be parsed", problem);
  return FALSE;
}

Certificate *
certificate_new_from_der(const void *der, gsize length, GError **error)
{
  if (length > DER_MAX) {
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED,
                "it is larger than %d KiB, as no certificate in use is", DER_MAX / 1024);
    return NULL;
  }
  if (!certificate_signature_is_whole(der, length)) {
    g_set_error_literal(error, TRUST_ERROR, TRUST_ERROR_MALFORMED,
                        "it is not exactly one DER structure");
    return NULL;
  }
  g_autoptr(Certificate) certificate = certificate_alloc(der, length);
  return import(certificate, error) ? g_steal_pointer(&certificate) : NULL;
}

Certificate *
certificate_ref(Certificate *certificate)
{
  g_atomic_ref_count_inc(&certificate->references);
  return certificate;
}

void
certificate_unref(Certificate *certificate)
{
  if (!g_atomic_ref_count_dec(&certificate->references))
    return;
  if (certificate->crt)
    gnutls_x509_crt_deinit(certificate->crt);
  certificate_fields_clear(&certificate->fields);
  g_bytes_unref(certificate->der);
  g_free(certificate->sha256);
  g_free(certificate);
}

GPtrArray *
certificate_list_new(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
}

/* --- fields ---------------------------------------------------------------------------------- */

gnutls_x509_crt_t
certificate_gnutls(const Certificate *certificate)
{
  return certificate->crt;
}

const CertificateFields *
certificate_fields(const Certificate *certificate)
{
  return &certificate->fields;
}

GBytes *
certificate_der(const Certificate *certificate)
{
  return certificate->der;
}

const char *
certificate_subject(const Certificate *certificate)
{
  return certificate->fields.subject;
}

const char *
certificate_issuer(const Certificate *certificate)
{
  return certificate->fields.issuer;
}

const char *
certificate_subject_label(const Certificate *certificate)
{
  return certificate->fields.subject_label;
}

const char *
certificate_issuer_label(const Certificate *certificate)
{
  return certificate->fields.issuer_label;
}

int
certificate_version(const Certificate *certificate)
{
  return certificate->fields.version;
}

const char *
certificate_serial(const Certificate *certificate)
{
  return certificate->fields.serial;
}

gint64
certificate_not_before(const Certificate *certificate)
{
  return certificate->fields.not_before;
}

gint64
certificate_not_after(const Certificate *certificate)
{
  return certificate->fields.not_after;
}

const char *
certificate_sha256(const Certificate *certificate)
{
  return certificate->sha256;
}

const char *
certificate_key_id(const Certificate *certificate)
{
  return certificate->fields.key_id;
}

const char *
certificate_key_label(const Certificate *certificate)
{
  return certificate->fields.key_label;
}

const char *
certificate_signature_label(const Certificate *certificate)
{
  return certificate->fields.signature_label;
}

const char *const *
certificate_names(const Certificate *certificate)
{
  return (const char *const *)certificate->fields.names;
}

const char *const *
certificate_key_usage(const Certificate *certificate)
{
  return (const char *const *)certificate->fields.key_usage;
}

const char *const *
certificate_extended_key_usage(const Certificate *certificate)
{
  return (const char *const *)certificate->fields.extended_key_usage;
}

gboolean
certificate_is_ca(const Certificate *certificate)
{
  return certificate->fields.is_ca;
}

/* --- how certificates hang together ---------------------------------------------------------- */

gboolean
certificate_is_self_issued(const Certificate *certificate)
{
  return g_bytes_equal(certificate->fields.subject_dn, certificate->fields.issuer_dn);
}

gboolean
certificate_is_self_signed(const Certificate *certificate)
{
  int known = g_atomic_int_get(&certificate->self_signed);
  if (known != SELF_SIGNED_UNKNOWN)
    return known == SELF_SIGNED_YES;
  gboolean yes = certificate_is_issued_by(certificate, certificate);
  /* A cache, not a change: threads that race here write the same value. */
  g_atomic_int_set(&((Certificate *)certificate)->self_signed,
                   yes ? SELF_SIGNED_YES : SELF_SIGNED_NO);
  return yes;
}

gboolean
certificate_is_signed_by(const Certificate *certificate, const Certificate *issuer)
{
  return certificate_signature_valid(certificate->crt, certificate->der, issuer->crt);
}

gboolean
certificate_is_issued_by(const Certificate *certificate, const Certificate *issuer)
{
  return g_bytes_equal(certificate->fields.issuer_dn, issuer->fields.subject_dn) &&
         certificate_is_signed_by(certificate, issuer);
}

gboolean
certificate_equal(const Certificate *a, const Certificate *b)
{
  return a == b || g_bytes_equal(a->der, b->der);
}

char *
certificate_to_pem(const Certificate *certificate)
{
  gsize length;
  const void *bytes = g_bytes_get_data(certificate->der, &length);
  gnutls_datum_t der = {(unsigned char *)bytes, length}, pem = {NULL, 0};
  if (gnutls_pem_base64_encode2("CERTIFICATE", &der, &pem) < 0)
    g_error("no memory for a certificate's PEM");
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_free(pem.data);
  return text;
}
