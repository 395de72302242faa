#include "config.h"

#include "trust/ocsp.h"

#include <gnutls/crypto.h>
#include <gnutls/ocsp.h>
#include <gnutls/x509.h>
#include <string.h>

#include "trust/certificate_fields.h"
#include "trust/date_text.h"
#include "trust/der_value.h"
#include "trust/gnutls_bridge.h"

#define ANSWERS_MAX 64           /* single responses in one answer */
#define RESPONDERS_MAX 16        /* certificates in one answer */
#define HASH_MAX 64              /* bytes of SHA-512 */
#define FEATURE_STATUS_REQUEST 5 /* TLS extension number (RFC 6066, 8) */
#define OID_TLS_FEATURE "1.3.6.1.5.5.7.1.24"
/* RFC 6960, 4.2.2.1: an answer without nextUpdate may have been superseded at any time; this is
 * how long others still take one that was stapled. */
#define WITHOUT_END_MAX (15 * 24 * 60 * 60)

typedef struct {
  int status;
  gint64 this_update, next_update; /* next_update -1: none */
  gint64 revoked_at;
  int reason;
} Single;

void
ocsp_answer_copy(const OcspAnswer *answer, OcspAnswer *copy)
{
  *copy = *answer;
  copy->why = g_strdup(answer->why);
}

void
ocsp_answer_clear(OcspAnswer *answer)
{
  g_clear_pointer(&answer->why, g_free);
}

static void unusable(OcspAnswer *answer, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
unusable(OcspAnswer *answer, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  answer->status = OCSP_UNUSABLE;
  g_free(answer->why);
  answer->why = g_strdup_vprintf(format, arguments);
  va_end(arguments);
}

/* --- which certificate it is about (4.1.1, CertID) -------------------------------------------- */

static gboolean
hash_is(gnutls_digest_algorithm_t digest, DerSpan bytes, const gnutls_datum_t *expected)
{
  guint8 hash[HASH_MAX];
  unsigned length = gnutls_hash_get_len((gnutls_digest_algorithm_t)digest);
  return length > 0 && length <= sizeof hash && length == expected->size &&
         gnutls_hash_fast(digest, bytes.bytes, bytes.length, hash) >= 0 &&
         !memcmp(hash, expected->data, length);
}

/* The BIT STRING of the issuer's key, without its tag and unused bits: what CertID hashes. */
static gboolean
key_hash_is(gnutls_digest_algorithm_t digest, const Certificate *issuer,
            const gnutls_datum_t *expected)
{
  gnutls_pubkey_t key;
  gnutls_datum_t der = {NULL, 0};
  DerElement info, algorithm, bits;
  gboolean equal = FALSE;
  if (gnutls_pubkey_init(&key) < 0)
    return FALSE;
  if (gnutls_pubkey_import_x509(key, certificate_gnutls(issuer), 0) >= 0 &&
      gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der) >= 0) {
    equal = der_value_only((DerSpan){der.data, der.size}, DER_SEQUENCE, &info) &&
            der_next_of(&info.content, DER_SEQUENCE, &algorithm) &&
            der_value_only(info.content, DER_BIT_STRING, &bits) && bits.content.length > 1 &&
            hash_is(digest, (DerSpan){bits.content.bytes + 1, bits.content.length - 1}, expected);
    gnutls_free(der.data);
  }
  gnutls_pubkey_deinit(key);
  return equal;
}

static gboolean
serial_is(const Certificate *certificate, const gnutls_datum_t *expected)
{
  guint8 serial[128];
  size_t size = sizeof serial;
  if (gnutls_x509_crt_get_serial(certificate_gnutls(certificate), serial, &size) < 0)
    return FALSE;
  return der_span_equal(der_value_integer((DerSpan){serial, size}),
                        der_value_integer((DerSpan){expected->data, expected->size}));
}

/* Single response `index`; whether it is about this certificate. */
static gboolean
read_single(gnutls_ocsp_resp_t response, unsigned index, const Certificate *certificate,
            const Certificate *issuer, Single *single, gboolean *fits)
{
  gnutls_digest_algorithm_t digest;
  gnutls_datum_t name = {NULL, 0}, key = {NULL, 0}, serial = {NULL, 0};
  time_t this_update, next_update, revoked_at;
  unsigned status, reason;
  if (gnutls_ocsp_resp_get_single(response, index, &digest, &name, &key, &serial, &status,
                                  &this_update, &next_update, &revoked_at, &reason) < 0)
    return FALSE;
  *single = (Single){status, this_update, next_update, revoked_at, reason};
  *fits = serial_is(certificate, &serial) &&
          hash_is(digest, der_span(certificate_fields(issuer)->subject_dn), &name) &&
          key_hash_is(digest, issuer, &key);
  gnutls_free(name.data);
  gnutls_free(key.data);
  gnutls_free(serial.data);
  return TRUE;
}

static gboolean
find_single(gnutls_ocsp_resp_t response, const Certificate *certificate, const Certificate *issuer,
            Single *single)
{
  gboolean fits = FALSE;
  for (unsigned i = 0; i < ANSWERS_MAX; i++) {
    if (!read_single(response, i, certificate, issuer, single, &fits))
      return FALSE;
    if (fits)
      return TRUE;
  }
  return FALSE;
}

/* --- who signed it (4.2.2.2) ------------------------------------------------------------------ */

static gboolean
is_signed_by(gnutls_ocsp_resp_t response, const Certificate *signer)
{
  unsigned status = 0;
  return gnutls_ocsp_resp_verify_direct(response, certificate_gnutls(signer), &status, 0) >= 0 &&
         status == 0;
}

static gboolean
may_answer(const Certificate *responder, gint64 time)
{
  const char *const *purposes = certificate_extended_key_usage(responder);
  return purposes && g_strv_contains(purposes, "OCSPSigning") &&
         certificate_not_before(responder) <= time && time <= certificate_not_after(responder);
}

/* `*delegate`: it is a certificate that the issuer made, so the answer wants to be judged by it. */
static gboolean
is_signed_by_responder(gnutls_ocsp_resp_t response, const Certificate *responder,
                       const Certificate *issuer, gint64 time, gboolean *delegate)
{
  if (!g_strcmp0(certificate_key_id(responder), certificate_key_id(issuer)))
    return is_signed_by(response, responder); /* the issuer itself */
  if (!certificate_is_issued_by(responder, issuer))
    return FALSE;
  *delegate = TRUE;
  return may_answer(responder, time) && is_signed_by(response, responder);
}

/* A certificate that came with the answer and may sign for `issuer`. */
static gboolean
is_signed_from_within(gnutls_ocsp_resp_t response, const Certificate *issuer, gint64 time,
                      gboolean *delegate)
{
  gnutls_x509_crt_t *list = NULL;
  size_t count = 0;
  gboolean good = FALSE;
  if (gnutls_ocsp_resp_get_certs(response, &list, &count) < 0)
    return FALSE;
  for (size_t i = 0; i < count; i++) {
    gnutls_datum_t der = {NULL, 0};
    if (i < RESPONDERS_MAX && !good &&
        gnutls_x509_crt_export2(list[i], GNUTLS_X509_FMT_DER, &der) >= 0) {
      g_autoptr(Certificate) responder = certificate_new_from_der(der.data, der.size, NULL);
      good = responder && is_signed_by_responder(response, responder, issuer, time, delegate);
      gnutls_free(der.data);
    }
    gnutls_x509_crt_deinit(list[i]);
  }
  gnutls_free(list);
  return good;
}

static gboolean
check_signer(gnutls_ocsp_resp_t response, const Certificate *issuer, gint64 time,
             OcspAnswer *answer)
{
  gboolean delegate = FALSE;
  if (is_signed_from_within(response, issuer, time, &delegate))
    return TRUE;
  /* With a delegate in it, GnuTLS would judge that one, and by its own clock. */
  if (!delegate && is_signed_by(response, issuer))
    return TRUE;
  unusable(answer,
           "is not signed by \"%s\", nor by a valid responder that it named for OCSPSigning",
           certificate_subject_label(issuer));
  return FALSE;
}

/* --- what it says ----------------------------------------------------------------------------- */

static const char *
failure_name(int status)
{
  switch (status) {
  case GNUTLS_OCSP_RESP_MALFORMEDREQUEST:
    return "malformedRequest";
  case GNUTLS_OCSP_RESP_INTERNALERROR:
    return "internalError";
  case GNUTLS_OCSP_RESP_TRYLATER:
    return "tryLater";
  case GNUTLS_OCSP_RESP_SIGREQUIRED:
    return "sigRequired";
  case GNUTLS_OCSP_RESP_UNAUTHORIZED:
    return "unauthorized";
  default:
    return "an unknown status";
  }
}

static gboolean
check_dates(const Single *single, gint64 time, OcspAnswer *answer)
{
  if (single->this_update > time) {
    g_autofree char *date = date_text_full(single->this_update);
    unusable(answer, "begins only on %s", date);
    return FALSE;
  }
  gboolean ends = single->next_update != -1;
  gint64 end = ends ? single->next_update : single->this_update + WITHOUT_END_MAX;
  if (time <= end)
    return TRUE;
  g_autofree char *date = date_text_full(ends ? end : single->this_update);
  unusable(answer, ends ? "ended on %s" : "is of %s and has no end of its own", date);
  return FALSE;
}

static void
judge_single(const Single *single, gint64 time, OcspAnswer *answer)
{
  gboolean in_time = check_dates(single, time, answer);
  if (single->status == GNUTLS_OCSP_CERT_REVOKED && (in_time || single->revoked_at <= time)) {
    ocsp_answer_clear(answer);
    answer->status = OCSP_REVOKED;
    answer->revoked_at = single->revoked_at;
    answer->reason = single->reason;
    return;
  }
  if (!in_time)
    return;
  if (single->status == GNUTLS_OCSP_CERT_GOOD)
    answer->status = OCSP_GOOD;
  else
    unusable(answer, "says that the responder does not know the certificate");
}

static void
judge_response(gnutls_ocsp_resp_t response, const Certificate *certificate,
               const Certificate *issuer, gint64 time, OcspAnswer *answer)
{
  Single single;
  int status = gnutls_ocsp_resp_get_status(response);
  if (status != GNUTLS_OCSP_RESP_SUCCESSFUL)
    unusable(answer, "is none: the responder said %s", failure_name(status));
  else if (!find_single(response, certificate, issuer, &single))
    unusable(answer, "is about another certificate");
  else if (check_signer(response, issuer, time, answer))
    judge_single(&single, time, answer);
}

void
ocsp_judge(GBytes *der, const Certificate *certificate, const Certificate *issuer, gint64 time,
           OcspAnswer *answer)
{
  gnutls_ocsp_resp_t response;
  DerSpan slice = der_span(der);
  gnutls_datum_t bytes = {(unsigned char *)slice.bytes, slice.length};
  *answer = (OcspAnswer){.status = OCSP_UNUSABLE};
  if (gnutls_ocsp_resp_init(&response) < 0) {
    unusable(answer, "could not be read for lack of memory");
    return;
  }
  if (gnutls_ocsp_resp_import(response, &bytes) < 0)
    unusable(answer, "cannot be parsed");
  else
    judge_response(response, certificate, issuer, time, answer);
  gnutls_ocsp_resp_deinit(response);
}

/* --- must-staple ------------------------------------------------------------------------------ */

gboolean
ocsp_must_staple(const Certificate *certificate)
{
  gnutls_x509_tlsfeatures_t features;
  gboolean wanted = FALSE;
  if (!certificate_has_extension(certificate, OID_TLS_FEATURE))
    return FALSE;
  if (gnutls_x509_tlsfeatures_init(&features) < 0)
    return FALSE;
  if (gnutls_x509_crt_get_tlsfeatures(certificate_gnutls(certificate), features, 0, NULL) >= 0) {
    unsigned feature;
    for (unsigned i = 0; !wanted && gnutls_x509_tlsfeatures_get(features, i, &feature) >= 0; i++)
      wanted = feature == FEATURE_STATUS_REQUEST;
  }
  gnutls_x509_tlsfeatures_deinit(features);
  return wanted;
}
