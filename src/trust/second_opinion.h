/* The second verdict: what clients built on OpenSSL (MQTTX on Node, mosquitto, Paho with OpenSSL,
 * most firmware) say to the same input, given by OpenSSL's own verification.
 *
 * It loads what those programs load and wants what they want: a self-signed certificate at the top
 * (no partial chains), a purpose, a name as X509_check_host() reads it. The only file that uses
 * libcrypto; `--without-openssl` leaves it out. Pure; any thread. */
#pragma once

#include <glib.h>

#include "trust/anchors.h"
#include "trust/verify.h"

typedef struct {
  gboolean accepted;
  int error;          /* X509_V_ERR_..., 0: X509_V_OK */
  int depth;          /* of the certificate that the error is about, 0: the leaf */
  const char *reason; /* OpenSSL's text: "unable to get issuer certificate"; static */
  char *subject;      /* of the certificate at `depth`, safe text, or NULL */
} SecondOpinion;

/* FALSE when this build has no OpenSSL: second_opinion() then gives NULL. */
gboolean second_opinion_available(void);

/* (transfer full). Of `request` it takes certificates, untrusted, anchors, name, email, purpose,
 * time, depth, CRLs and rules (STRICT: X509_V_FLAG_X509_STRICT). NULL without OpenSSL, anchors or
 * certificates. */
SecondOpinion *second_opinion(const VerifyRequest *request);
SecondOpinion *second_opinion_copy(const SecondOpinion *opinion);
void second_opinion_free(SecondOpinion *opinion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SecondOpinion, second_opinion_free)

/* (transfer full): one sentence on why it differs from `verdict`; NULL when it does not, or when
 * either is NULL. */
char *second_opinion_difference(const SecondOpinion *opinion, const Verdict *verdict);
