/* What revocation lists say about one certificate (RFC 5280, 6.3.3). Private to trust/. */
#pragma once

#include "trust/crl.h"
#include "trust/path.h"
#include "trust/revocation_data.h"
#include "trust/verify.h"

typedef enum {
  REVOCATION_UNKNOWN, /* nothing tells: never to be taken for good */
  REVOCATION_GOOD,
  REVOCATION_REVOKED,
} RevocationStatus;

/* Why a list cannot show that a certificate is good. */
typedef struct {
  const Crl *crl;   /* borrowed */
  const char *code; /* "crl-unusable", "revocation-data-stale" */
  gboolean minor;   /* not worth a word when other lists tell */
  char *why;        /* safe text, the list "...": "ended on 2025-03-01" */
  const char *remedy; /* a sentence; NULL: the catalogue's */
} CrlProblem;

typedef struct {
  RevocationStatus status;
  const Crl *list;     /* REVOKED: where it stands; borrowed */
  CrlEntry entry;      /* REVOKED */
  guint lists;         /* how many are of its issuer, or of who makes lists for it, by name */
  GPtrArray *problems; /* of CrlProblem */
} CrlStatus;

/* About the certificate at `position` of the path, which the next one issued: position + 1 must be
 * on the path.
 *
 * A list shows that a certificate is good only when nothing about it is in doubt: signed by the
 * issuer on the path, or by a certificate of the same name, issued from the path, good by such a
 * list itself, and allowed to sign lists; within its dates; numbered; without critical extensions
 * not known here; with the certificate in its scope; lists for some reasons only when together they
 * are for all. A delta list goes with its complete list. That a certificate is revoked is believed
 * of every list that its issuer signed (X.509, 8.5.2.1: what a list with an unknown extension names
 * is to be taken for revoked); but for what was on hold, and is no more by a newer list. */
void crl_status(const VerifyRequest *request, const Path *path, guint position, CrlStatus *status);
void crl_status_clear(CrlStatus *status);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CrlStatus, crl_status_clear)
