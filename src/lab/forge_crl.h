/* Revocation lists and OCSP answers as no sound CA makes them, byte by byte, so that a test does
 * not lean on the code that it tests. Every failure ends the test. */
#pragma once

#include "lab/forge.h"

#define FORGE_NO_DATE G_GINT64_CONSTANT(-1)
#define FORGE_CRL_START (FORGE_NOW - 7 * 86400)
#define FORGE_CRL_END (FORGE_NOW + 7 * 86400)
#define FORGE_REVOKED G_GINT64_CONSTANT(1748779200) /* 2025-06-01 12:00:00 */

typedef struct {
  const Certificate *certificate; /* whose serial number it is; NULL: the list ends here */
  gint64 date;                    /* 0: FORGE_REVOKED */
  int reason;                     /* CRLReason; 0: no extension */
  gboolean unknown;               /* with a critical extension that nobody knows */
  const Forged *issuer;           /* certificateIssuer, or NULL */
} ForgeEntry;

typedef struct {
  const Forged *issuer; /* whose name it has */
  const Forged *signer; /* whose key; NULL: the issuer's */
  gint64 this_update;   /* 0: FORGE_CRL_START */
  gint64 next_update;   /* 0: FORGE_CRL_END; FORGE_NO_DATE */
  int number;           /* 0: 1; -1: no cRLNumber */
  int base;             /* 0: a complete list; else the delta CRL indicator's number */
  gboolean number_critical, unknown_critical;
  const char *scope; /* content of the issuingDistributionPoint's SEQUENCE, or NULL */
  gsize scope_length;
  gboolean weak;    /* signed with SHA-1 */
  gboolean damaged; /* one bit of the signature is another one */
  guint filler;     /* entries besides: serial numbers 2000000000 and up */
  ForgeEntry entries[4];
} ForgeCrl;

/* (transfer full): DER. */
GBytes *forge_crl(const ForgeCrl *crl);
/* (transfer full): PEM of what DER is given. */
char *forge_crl_pem(GBytes *der);

typedef enum { FORGE_GOOD, FORGE_REVOKED_ANSWER, FORGE_UNKNOWN } ForgeAnswer;

typedef struct {
  const Certificate *certificate; /* whose serial number it is about */
  const Forged *issuer;           /* of it, by name and key */
  const Forged *other_key;        /* the issuer key's hash is this one's instead, or NULL */
  const Forged *signer;           /* NULL: the issuer */
  gboolean embed;                 /* the signer's certificate comes with it */
  int failure;                    /* OCSPResponseStatus; 0: successful */
  ForgeAnswer answer;
  int reason;
  gint64 this_update, next_update; /* as above */
  gboolean damaged;
} ForgeOcsp;

/* (transfer full): DER. */
GBytes *forge_ocsp(const ForgeOcsp *ocsp);
