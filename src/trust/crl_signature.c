/* Whose key signed a revocation list, and whether that can be believed. */
#include "config.h"

#include "trust/crl.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "trust/gnutls_bridge.h"

#define WEAK_ALLOWED (GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1)
#define OID_RSA_PSS "1.2.840.113549.1.1.10"
/* GnuTLS's own reader needs some hundred times as much memory. */
#define PSS_SIZE_MAX (1024 * 1024)
#define SIGNERS_MAX 4096

/* (transfer full): the OID in an AlgorithmIdentifier, or NULL. */
static char *
algorithm_oid(DerSpan algorithm)
{
  DerElement sequence, oid;
  if (!der_value_only(algorithm, DER_SEQUENCE, &sequence) ||
      !der_next_of(&sequence.content, DER_OID, &oid))
    return NULL;
  return der_oid_text(oid.content);
}

static gboolean
verifies(const Crl *crl, gnutls_x509_crt_t signer, gnutls_sign_algorithm_t algorithm)
{
  gnutls_pubkey_t key;
  gnutls_datum_t data = {(unsigned char *)crl->tbs.bytes, crl->tbs.length};
  gnutls_datum_t signature = {(unsigned char *)crl->signature.bytes, crl->signature.length};
  if (gnutls_pubkey_init(&key) < 0)
    return FALSE;
  gboolean valid = gnutls_pubkey_import_x509(key, signer, 0) >= 0 &&
                   gnutls_pubkey_verify_data2(key, algorithm, WEAK_ALLOWED, &data, &signature) >= 0;
  gnutls_pubkey_deinit(key);
  return valid;
}

/* RSA-PSS has its salt's length in the algorithm's parameters, which only GnuTLS's own reader of
 * lists looks at. */
static gboolean
verifies_as_list(const Crl *crl, gnutls_x509_crt_t signer)
{
  unsigned status = 0;
  gnutls_x509_crl_t list;
  DerSpan der = der_span(crl->der);
  gnutls_datum_t bytes = {(unsigned char *)der.bytes, der.length};
  if (der.length > PSS_SIZE_MAX || gnutls_x509_crl_init(&list) < 0)
    return FALSE;
  unsigned flags = WEAK_ALLOWED | GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_CA_SIGN;
  gboolean valid = gnutls_x509_crl_import(list, &bytes, GNUTLS_X509_FMT_DER) >= 0 &&
                   gnutls_x509_crl_verify(list, &signer, 1, flags, &status) >= 0 &&
                   !(status & (GNUTLS_CERT_SIGNATURE_FAILURE | GNUTLS_CERT_SIGNER_NOT_FOUND));
  gnutls_x509_crl_deinit(list);
  return valid;
}

static gboolean
check_signature(const Crl *crl, gnutls_x509_crt_t signer)
{
  /* RFC 5280, 5.1.1.2: both algorithms are the same. */
  g_autofree char *oid = algorithm_oid(crl->algorithm);
  if (!oid || !der_span_equal(crl->algorithm, crl->inner_algorithm))
    return FALSE;
  if (g_str_equal(oid, OID_RSA_PSS))
    return verifies_as_list(crl, signer);
  gnutls_sign_algorithm_t algorithm = gnutls_oid_to_sign(oid);
  return algorithm != GNUTLS_SIGN_UNKNOWN && verifies(crl, signer, algorithm);
}

gboolean
crl_is_signed_by(const Crl *crl, const Certificate *signer)
{
  gpointer known;
  Crl *memory = (Crl *)crl; /* only what the lock guards */
  const char *sha256 = certificate_sha256(signer);
  pthread_mutex_lock(&memory->lock);
  if (!g_hash_table_lookup_extended(memory->signers, sha256, NULL, &known)) {
    known = GINT_TO_POINTER(check_signature(crl, certificate_gnutls(signer)));
    if (g_hash_table_size(memory->signers) < SIGNERS_MAX)
      g_hash_table_insert(memory->signers, g_strdup(sha256), known);
  }
  pthread_mutex_unlock(&memory->lock);
  return GPOINTER_TO_INT(known);
}

const char *
crl_weak_algorithm(const Crl *crl)
{
  g_autofree char *oid = algorithm_oid(crl->algorithm);
  if (!oid || g_str_equal(oid, OID_RSA_PSS)) /* GnuTLS knows it with SHA-256 and longer only */
    return NULL;
  gnutls_sign_algorithm_t algorithm = gnutls_oid_to_sign(oid);
  return gnutls_sign_is_secure2(algorithm, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS)
             ? NULL
             : gnutls_sign_get_name(algorithm);
}
