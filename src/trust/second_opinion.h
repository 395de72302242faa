/* The second verdict: what clients built on OpenSSL (MQTTX on Node, mosquitto, Paho with OpenSSL,
 * most firmware) say to the same input, given by OpenSSL's own verification.
 *
 * It loads what those programs load and wants what they want: a self-signed certificate at the top
 * (no partial chains), a purpose, a name as X509_check_host() reads it. The outcome is that of the
 * command `openssl verify` with the same input. second_opinion.c is the only file that uses
 * libcrypto; `--without-openssl` leaves it out. Pure; any thread.
 *
 * Does not say what a program makes of a file that it cannot load, nor what a program checks by
 * itself after OpenSSL (Node and mosquitto compare the name on their own). */
#pragma once

#include <glib.h>

#include "trust/anchors.h"
#include "trust/verify.h"

/* As many certificates that may matter are looked at, and as many anchors; more have no say. */
#define SECOND_OPINION_MAX 1000

/* What kind of thing OpenSSL objects to. */
typedef enum {
  OPINION_NONE,           /* to nothing */
  OPINION_UNREADABLE,     /* a certificate or a CRL cannot be parsed, or its key cannot */
  OPINION_NO_ROOT,        /* a trusted certificate, but no way on to one that is self-signed */
  OPINION_NO_ANCHOR,      /* no way to a trusted certificate */
  OPINION_UNTRUSTED_ROOT, /* a self-signed certificate that is not among the trusted ones */
  OPINION_SIGNATURE,
  OPINION_DATE,
  OPINION_NAME,
  OPINION_USAGE,          /* purpose, CA flag, key usage, path length, depth */
  OPINION_EXTENSION,      /* critical and unknown, or damaged */
  OPINION_CONSTRAINTS,    /* names that an authority must not certify */
  OPINION_STRENGTH,
  OPINION_REVOCATION,
  OPINION_POLICY,
  OPINION_STRICT,         /* only looked at with X509_V_FLAG_X509_STRICT */
  OPINION_OTHER,
} OpinionCause;

typedef struct {
  gboolean accepted;
  int error;          /* X509_V_ERR_..., 0: X509_V_OK */
  int depth;          /* of the certificate that the error is about, 0: the leaf */
  const char *reason; /* OpenSSL's text: "unable to get issuer certificate"; static */
  char *subject;      /* of the certificate at `depth`, safe text, or NULL */
  OpinionCause cause;
  int level;          /* accepted, but refused by clients of this security level and of higher ones
                         (SSL_CTX_set_security_level()): 1 and 2 are looked at; 0: by neither */
  const char *level_reason; /* OpenSSL's text for that: "EE certificate key too weak"; static, or
                               NULL */
} SecondOpinion;

/* Certificates as bytes, for those that this program's own reader refuses and OpenSSL may not. */
typedef struct {
  GPtrArray *certificates; /* of GBytes (DER): the leaf, then what came with it */
  GPtrArray *untrusted;    /* of GBytes, or NULL */
  GPtrArray *anchors;      /* of GBytes, or NULL: nothing is trusted */
  GPtrArray *crls;         /* of GBytes, or NULL: revocation is not checked */
  const char *name;        /* these as in VerifyRequest */
  const char *email;
  VerifyPurpose purpose;
  VerifyRules rules;
  gboolean limits_depth;
  guint max_depth;
  gint64 time;
} SecondOpinionInput;

/* FALSE when this build has no OpenSSL: second_opinion() then gives NULL. */
gboolean second_opinion_available(void);

/* (transfer full). Of `request` it takes certificates, untrusted, anchors, name, email, purpose,
 * time, depth, CRLs and rules (STRICT: X509_V_FLAG_X509_STRICT). NULL without OpenSSL, anchors or
 * certificates. */
SecondOpinion *second_opinion(const VerifyRequest *request);
/* (transfer full): the same of bytes. NULL without OpenSSL or certificates. */
SecondOpinion *second_opinion_of_bytes(const SecondOpinionInput *input);
SecondOpinion *second_opinion_copy(const SecondOpinion *opinion);
void second_opinion_free(SecondOpinion *opinion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SecondOpinion, second_opinion_free)

/* (transfer full): "OpenSSL clients accept", "OpenSSL clients refuse: unable to get issuer
 * certificate", "OpenSSL clients of security level 2 refuse: EE certificate key too weak". */
char *second_opinion_summary(const SecondOpinion *opinion);

/* (transfer full): one sentence on why it differs from `verdict`; NULL when it does not, or when
 * either is NULL. */
char *second_opinion_difference(const SecondOpinion *opinion, const Verdict *verdict);
