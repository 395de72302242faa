/* GnuTLS's own word on a path that we found good: what none of our checks knows of must not pass.
 *
 * It is handed exactly the one path, with its anchor as the only one trusted: left to itself it
 * tries a single path, and gives up on a chain that goes on behind an anchor that is not
 * self-signed. Dates are ours (verify_path.c). */
#include "config.h"

#include "trust/verify_checks.h"

#include <gnutls/x509.h>

#include "trust/gnutls_bridge.h"

/* Private PKIs have keys that the public ones had ten years ago; LOW is 80 bits of security.
 * Below 2048 bits a warning says who else refuses them. */
#define FLAGS                                                                                      \
  (GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |                 \
   GNUTLS_VERIFY_DISABLE_CRL_CHECKS | GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_LOW))

static const char *
purpose_oid(VerifyPurpose purpose)
{
  switch (purpose) {
  case VERIFY_PURPOSE_SERVER:
    return GNUTLS_KP_TLS_WWW_SERVER;
  case VERIFY_PURPOSE_CLIENT:
    return GNUTLS_KP_TLS_WWW_CLIENT;
  case VERIFY_PURPOSE_ANY:
    break;
  }
  return GNUTLS_KP_ANY;
}

static int
verify_chain(gnutls_x509_trust_list_t list, const VerifyRequest *request, const Path *path,
             unsigned *status)
{
  gnutls_x509_crt_t chain[PATH_LENGTH_MAX];
  /* The anchor is trusted, not handed over; a pinned leaf is both. */
  unsigned length = MAX(path->nodes->len - 1, 1);
  for (unsigned i = 0; i < length; i++)
    chain[i] = certificate_gnutls(path_node(path, i)->certificate);
  gnutls_typed_vdata_st wishes[] = {
      {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purpose_oid(request->purpose)}};
  return gnutls_x509_trust_list_verify_crt2(
      list, chain, length, wishes, request->purpose != VERIFY_PURPOSE_ANY, FLAGS, status, NULL);
}

static void
report_refusal(GPtrArray *findings, const VerifyRequest *request, const Path *path, int result,
               unsigned status)
{
  gnutls_datum_t text = {NULL, 0};
  const char *label = certificate_subject_label(path_node(path, 0)->certificate);
  Finding *finding = report_position(findings, request, path, 0, "unknown");
  finding->side = report_is_client(request) ? FINDING_SIDE_CLIENT : FINDING_SIDE_SERVER;
  finding_set_message(finding,
                      "The chain of \"%s\" was refused for a reason that has no name "
                      "here.",
                      label);
  finding_set_remedy(finding, "Read the evidence, and look at every certificate of the path.");
  if (result < 0) {
    finding_add_evidence(finding, "GnuTLS: %s (%d)", gnutls_strerror(result), result);
  } else if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) >= 0) {
    finding_add_evidence(finding, "GnuTLS, status 0x%x: %s", status, (const char *)text.data);
    gnutls_free(text.data);
  }
}

/* Constraints that GnuTLS cannot read, nobody else should pass over. */
static gboolean
constraints_are_readable(const Path *path)
{
  gnutls_x509_name_constraints_t constraints;
  gboolean readable = TRUE;
  if (gnutls_x509_name_constraints_init(&constraints) < 0)
    return FALSE;
  for (guint i = 0; i < path->nodes->len && readable; i++) {
    gnutls_x509_crt_t crt = certificate_gnutls(path_node(path, i)->certificate);
    int result =
        gnutls_x509_crt_get_name_constraints(crt, constraints, GNUTLS_EXT_FLAG_APPEND, NULL);
    readable = result >= 0 || result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
  }
  gnutls_x509_name_constraints_deinit(constraints);
  return readable;
}

/* Its word on constraints (path length, key usage, names) does not count: it counts CAs that
 * issued themselves, and holds names against constraints that say nothing of them. All three are
 * checked by ourselves. */
static gboolean
is_refusal(unsigned status, const Path *path)
{
  if (constraints_are_readable(path))
    status &= ~GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE;
  return (status & ~GNUTLS_CERT_INVALID) != 0;
}

void
check_with_library(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  unsigned status = 0;
  gnutls_x509_trust_list_t list;
  int result = gnutls_x509_trust_list_init(&list, 0);
  if (result >= 0) {
    gnutls_x509_crt_t anchor = certificate_gnutls(path_top(path)->certificate);
    gnutls_x509_trust_list_add_cas(list, &anchor, 1, 0);
    result = verify_chain(list, request, path, &status);
    gnutls_x509_trust_list_deinit(list, 0); /* the certificates are not its own */
  }
  if (result < 0 || is_refusal(status, path))
    report_refusal(findings, request, path, result, status);
}
