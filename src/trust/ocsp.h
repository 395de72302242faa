/* One OCSP answer about one certificate (RFC 6960). Private to trust/. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

typedef enum {
  OCSP_GOOD,
  OCSP_REVOKED,
  OCSP_UNUSABLE, /* says nothing that can be believed; `why` says why */
} OcspStatus;

typedef struct {
  OcspStatus status;
  gint64 revoked_at; /* OCSP_REVOKED: seconds since 1970 */
  int reason;        /* OCSP_REVOKED: CRLReason, see crl_reason_name() */
  char *why;         /* OCSP_UNUSABLE: safe text, what the answer "...": "ended 3 days ago" */
} OcspAnswer;

void ocsp_answer_copy(const OcspAnswer *answer, OcspAnswer *copy);
void ocsp_answer_clear(OcspAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OcspAnswer, ocsp_answer_clear)

/* What the answer (DER) says at `time` about `certificate`, which `issuer` issued. To be believed,
 * it is signed by the issuer, or by a certificate in it that the issuer made for OCSPSigning and
 * that is valid at `time` (4.2.2.2); it is about this serial number, issuer name and issuer key;
 * and it is neither from the future nor outdated. Revoked is believed of an outdated one, too.
 * Does not check: whether the certificate of a responder is itself revoked, nonces. */
void ocsp_judge(GBytes *der, const Certificate *certificate, const Certificate *issuer, gint64 time,
                OcspAnswer *answer);

/* The certificate asks for a stapled answer (TLS feature status_request, RFC 7633). */
gboolean ocsp_must_staple(const Certificate *certificate);
