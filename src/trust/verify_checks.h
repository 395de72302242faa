/* The parts of verify(): each looks at one thing and adds what it finds. Private to trust/. */
#pragma once

#include <glib.h>

#include "trust/path.h"
#include "trust/verify.h"

/* --- verify_report.c: a finding about the right certificate ---------------------------------- */

/* About the certificate at `position` of the path: source, index, file, subject, fingerprint, and
 * the side that is at fault for it. Added to `findings`. */
Finding *report_position(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                         guint position, const char *code);
/* About a sent certificate. */
Finding *report_sent(GPtrArray *findings, const VerifyRequest *request, guint index,
                     const char *code);
/* About an anchor. */
Finding *report_anchor(GPtrArray *findings, const VerifyRequest *request, guint index,
                       const char *code);
/* About no certificate. */
Finding *report(GPtrArray *findings, const char *code);

/* A rule that weakens nothing: `severity` in the default rules, an error in the strict ones. */
void report_rule(Finding *finding, const VerifyRequest *request, FindingSeverity severity);

gboolean report_has_error(GPtrArray *findings);
/* The certificate at `position` is looked at as what the user trusts, not as what was sent. */
gboolean report_is_anchor(const Path *path, guint position);
/* The certificates are our own (or are judged as a client's). */
gboolean report_is_client(const VerifyRequest *request);
/* (transfer full): "the broker's chain", "client.pem", "your CA file root.pem", safe text. */
char *report_sender(const VerifyRequest *request);
char *report_place(const VerifyRequest *request, const Path *path, guint position);
char *report_trust(const VerifyRequest *request);

/* --- verify_path.c: each certificate of a path ----------------------------------------------- */
void check_dates(GPtrArray *findings, const VerifyRequest *request, const Path *path);
void check_strength(GPtrArray *findings, const VerifyRequest *request, const Path *path);
/* Said of a chain that is accepted. */
void check_expires_soon(GPtrArray *findings, const VerifyRequest *request, const Path *path);
/* The earliest notAfter of the path. */
gint64 path_end(const Path *path);

/* --- verify_usage.c: may they do what they do? ----------------------------------------------- */
void check_authorities(GPtrArray *findings, const VerifyRequest *request, const Path *path);
void check_purpose(GPtrArray *findings, const VerifyRequest *request, const Path *path);
/* No more CAs than the request allows. */
void check_depth(GPtrArray *findings, const VerifyRequest *request, const Path *path);

/* --- verify_revocation.c -------------------------------------------------------------------------- */
/* What lists and stapled answers say. One of `findings` and `not_checked` (of char *, with g_free)
 * may be NULL when only the other is wanted. */
void check_revocation(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                      GPtrArray *not_checked);

/* --- verify_name.c ------------------------------------------------------------------------------- */
void check_name(GPtrArray *findings, const VerifyRequest *request, const Path *path);
/* The mailbox that was asked for. */
void check_email(GPtrArray *findings, const VerifyRequest *request, const Path *path);

/* --- verify_lint.c: rules of form ------------------------------------------------------------ */
void check_form(GPtrArray *findings, const VerifyRequest *request, const Path *path);

/* --- verify_wire.c: what was sent, in which order -------------------------------------------- */
void check_wire(GPtrArray *findings, const VerifyRequest *request, const PathGraph *graph,
                const Path *path);

/* --- verify_trust.c: where a path ends ------------------------------------------------------- */
/* A path that reaches no anchor: why. */
void explain_no_anchor(GPtrArray *findings, const VerifyRequest *request, const PathGraph *graph,
                       const Path *path);
/* It ends below an issuer that is nowhere (and not in a root). */
gboolean issuer_is_missing(const Path *path);

/* --- verify_broken.c: signatures that are not good -------------------------------------------- */
/* A link of the path that is one by name only. */
void explain_broken_link(GPtrArray *findings, const VerifyRequest *request, const Path *path);
/* `needing` was signed by, or is, a CA with the anchor's name and another key. */
void report_same_name(GPtrArray *findings, const VerifyRequest *request, const PathNode *anchor,
                      const Certificate *needing);
/* Issued by itself, with its own key named, and yet not signed by it, as far as can be seen. */
gboolean is_damaged_root(const Certificate *certificate);
/* The path ends in such a one. */
void explain_damaged_root(GPtrArray *findings, const VerifyRequest *request, const Path *path);

/* --- verify_anchor.c ------------------------------------------------------------------------- */
/* A path that reaches an anchor: whether others would be content with that. */
void check_anchor(GPtrArray *findings, const VerifyRequest *request, const Path *path);

/* --- verify_known.c: certificates that are known without being on the path ------------------- */
/* Borrowed: self-signed, of the same subject and key; `*place` (transfer full) says where it is.
 * NULL: none is known. */
const Certificate *known_twin(const VerifyRequest *request, const Certificate *certificate,
                              char **place);
/* The root that is above `top`, or is it, among the ones that are known and not trusted. */
const Certificate *known_root(const VerifyRequest *request, const Certificate *top);
/* One of the same subject begins later than `certificate`. */
gboolean known_newer(const VerifyRequest *request, const Certificate *certificate);
/* `name` (safe text) speaks of a product that reads along in TLS connections. */
gboolean known_interceptor(const char *name);

/* --- verify_links.c: each certificate and its issuer ----------------------------------------- */
void check_links(GPtrArray *findings, const VerifyRequest *request, const Path *path);

/* --- verify_constraints.c, verify_policies.c, verify_extensions.c: RFC 5280, 6.1 ------------- */
void check_name_constraints(GPtrArray *findings, const VerifyRequest *request, const Path *path);
void check_policies(GPtrArray *findings, const VerifyRequest *request, const Path *path);
void check_critical_extensions(GPtrArray *findings, const VerifyRequest *request,
                               const Path *path);
