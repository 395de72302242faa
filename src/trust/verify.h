/* Is this chain to be trusted? Certificates, anchors, name, purpose and time in; verdict, path and
 * findings out. Pure: no network, no screen, no clock of its own. Any thread.
 *
 * Checks: signatures, dates, CA flag, key usage, path length and name constraints as GnuTLS does
 * them; name (RFC 6125), extended key usage of the leaf (RFC 5280, 4.2.1.12), and our own per
 * certificate: dates, wire order, duplicates, strangers, an included root, an anchor that is not
 * self-signed. Does not check: revocation, certificate policies (said in Verdict.not_checked). */
#pragma once

#include <glib.h>

#include "trust/anchors.h"
#include "trust/certificate.h"
#include "trust/finding.h"

typedef enum { VERIFY_PURPOSE_ANY, VERIFY_PURPOSE_SERVER, VERIFY_PURPOSE_CLIENT } VerifyPurpose;

typedef struct {
  GPtrArray *certificates; /* as sent or as in the file, leaf first */
  const Anchors *anchors;
  const char *name;        /* host name or IP literal to be found in the leaf; NULL: not checked */
  gboolean name_is_override; /* set by the user apart from the host: other finding when it fails */
  VerifyPurpose purpose;
  gint64 time;             /* seconds since 1970 */
  FindingSource source;    /* what `certificates` are: FINDING_SOURCE_PEER, ... */
  const char *file;        /* path of the file they came from, or NULL */
} VerifyRequest;

/* Where a certificate of the path came from. */
typedef enum { PATH_SENT, PATH_FROM_FILE, PATH_IN_TRUST, PATH_MISSING } PathOrigin;

typedef struct {
  Certificate *certificate; /* NULL when missing */
  char *name;               /* label of the certificate, or of the missing issuer */
  PathOrigin origin;
  int index;                /* in the sent list or in the anchors; -1 when missing */
  gboolean good;            /* nothing of severity error is about it */
} PathLink;

typedef struct {
  gboolean accepted;
  GPtrArray *path;       /* of PathLink: from the leaf up, as far as it could be built */
  GPtrArray *findings;   /* of Finding, worst first */
  GPtrArray *not_checked;/* of const char *, static sentences */
  gint64 path_end;       /* earliest notAfter on the path, 0 when there is no path */
} Verdict;

/* (transfer full). An empty certificate list is rejected with a finding. */
Verdict *verify(const VerifyRequest *request);
Verdict *verdict_copy(const Verdict *verdict);
void verdict_free(Verdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Verdict, verdict_free)

/* (transfer full): the first finding of severity error as "message remedy", NULL if none. */
char *verdict_reason(const Verdict *verdict);
