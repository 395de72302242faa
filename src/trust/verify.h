/* Is this chain to be trusted? Certificates, anchors, name, purpose and time in; verdict, path and
 * findings out. Pure: no network, no screen, no clock of its own. Any thread.
 *
 * Checks every path from the leaf to an anchor until one is without a fault: signatures, dates,
 * strength, CA flag, key usage, path length, name constraints, policies that the path itself
 * demands, critical extensions, extended key usage (RFC 5280), the name (RFC 6125); and what was
 * sent: order, duplicates, strangers, an included root, an anchor that is not self-signed; and the
 * form of each certificate, which only the strict rules refuse.
 * Signatures are GnuTLS's work, every other judgement is made here: verify_links.c says why.
 * Revocation by lists and stapled answers that were given: revoked refuses; what they leave open is
 * a finding and stands in Verdict.not_checked, and refuses by the strict rules only. Does not
 * check: whether the policies are those that the user wants (said there, too).
 *
 * A verdict that is not accepted has at least one finding of severity error, an accepted one has
 * none. */
#pragma once

#include <glib.h>

#include "trust/anchors.h"
#include "trust/certificate.h"
#include "trust/finding.h"
#include "trust/revocation.h"

/* DEFAULT judges as a private PKI wants: what weakens nothing is a warning or info. STRICT turns
 * the public Web PKI's rules into refusals (RFC 5280 profile, CA/Browser Forum). */
typedef enum { VERIFY_RULES_DEFAULT, VERIFY_RULES_STRICT } VerifyRules;
typedef enum { VERIFY_PURPOSE_ANY, VERIFY_PURPOSE_SERVER, VERIFY_PURPOSE_CLIENT } VerifyPurpose;

typedef struct {
  GPtrArray *certificates; /* as sent or as in the file, leaf first */
  GPtrArray *untrusted;    /* of Certificate, given besides (--untrusted); or NULL */
  const Anchors *anchors;  /* NULL: judge the certificates by themselves, without asking for trust */
  const Anchors *known;    /* roots that are known without being trusted here (the system's store):
                            * only to name the one that belongs into the CA file; or NULL */
  const GPtrArray *beside; /* of FolderFile (trust/folder_look.h): files at hand that nobody named,
                            * only to say which one holds the right issuer; or NULL */
  const char *name;        /* host name or IP literal to be found in the leaf; NULL: not checked */
  const char *email;       /* mailbox to be found in the leaf; NULL: not checked */
  gboolean name_is_override; /* set by the user apart from the host: other finding when it fails */
  VerifyPurpose purpose;
  VerifyRules rules;
  gboolean limits_depth;   /* `max_depth` is meant */
  guint max_depth;         /* how many intermediates may stand between leaf and anchor */
  const RevocationData *revocation; /* CRLs and OCSP answers, or NULL: not checked */
  GPtrArray *also_listed;  /* others, of Certificate, whose CAs' lists may be among them and are no
                            * strangers for that; or NULL */
  gint64 time;             /* seconds since 1970 */
  FindingSource source;    /* what `certificates` are: FINDING_SOURCE_PEER, ... */
  const char *file;        /* path of the file they came from, or NULL */
} VerifyRequest;

/* Where a certificate of the path came from. */
typedef enum {
  PATH_SENT,
  PATH_FROM_FILE, /* the file that is judged */
  PATH_IN_TRUST,
  PATH_MISSING,
  PATH_GIVEN,     /* --untrusted */
} PathOrigin;

typedef struct {
  Certificate *certificate; /* NULL when missing */
  char *name;               /* label of the certificate, or of the missing issuer */
  PathOrigin origin;
  int index;                /* in the sent list, the given ones or the anchors; -1 when missing */
  gboolean good;            /* nothing of severity error is about it */
} PathLink;

/* One of the ways from the leaf to an anchor, judged on its own. */
typedef struct {
  gboolean accepted;
  GPtrArray *links;      /* of PathLink, leaf first */
  gint64 end;            /* earliest notAfter of its certificates */
  char *reason;          /* why it is not accepted: the first error's sentence; NULL */
} VerdictPath;

typedef struct {
  gboolean accepted;
  GPtrArray *paths;      /* of VerdictPath: every complete one, the one that was used first */
  GPtrArray *path;       /* of PathLink, the one that was used: from the leaf up, as far as it could be built */
  GPtrArray *findings;   /* of Finding, worst first */
  GPtrArray *not_checked;/* of char *: sentences, safe text */
  gint64 path_end;       /* earliest notAfter of what stands on `path`, 0: nothing does */
} Verdict;

/* (transfer full). An empty certificate list is rejected with a finding. */
Verdict *verify(const VerifyRequest *request);
Verdict *verdict_copy(const Verdict *verdict);
void verdict_free(Verdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Verdict, verdict_free)

/* (transfer full): the first finding of severity error as "message remedy", NULL if none. */
char *verdict_reason(const Verdict *verdict);
