/* GnuTLS's own word on a path that we found good: what none of our checks knows of must not pass.
 *
 * It is handed exactly the one path, with its anchor as the only one trusted: left to itself it
 * tries a single path, and gives up on a chain that goes on behind an anchor that is not
 * self-signed. Dates are ours (verify_path.c). */
#include "config.h"

#include "trust/verify_checks.h"

#include <gnutls/x509.h>

#include "trust/gnutls_bridge.h"

/* GnuTLS's word on constraints (SIGNER_CONSTRAINTS_FAILURE: path length, key usage, name
 * constraints) does not count: it counts self-issued CAs, and holds names against constraints that
 * say nothing of them. All three are checked in verify_usage.c. */

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
  if (result < 0 || (status & ~GNUTLS_CERT_INVALID & ~GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE))
    report_refusal(findings, request, path, result, status);
}
