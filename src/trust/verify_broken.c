/* A link of a path that is one by name only: whose signature is not that of the issuer's key, or
 * cannot be looked at. */
#include "config.h"

#include "trust/verify_checks.h"

#include "trust/certificate_fields.h"
#include "trust/folder_look.h"

/* --- the right name, another key -------------------------------------------------------------- */

/* Who needs the other CA is its own root, which came along. */
static void
set_two_roots(Finding *finding, const Certificate *theirs, const char *trust, const char *sender)
{
  const char *label = certificate_subject_label(theirs);
  finding_add_evidence(finding, "key id of \"%s\" in %s: %.16s", label, sender,
                       certificate_key_id(theirs));
  finding_set_message(finding,
                      "Two CAs are called \"%s\": the one in %s has another key than the one in "
                      "%s.",
                      label, trust, sender);
  finding_set_remedy(finding,
                     "Compare the SHA-256 fingerprint %s by another way, and put that \"%s\" into "
                     "%s if it is the right one.",
                     certificate_sha256(theirs), label, trust);
}

void
report_same_name(GPtrArray *findings, const VerifyRequest *request, const PathNode *anchor,
                 const Certificate *needing)
{
  g_autofree char *trust = report_trust(request);
  g_autofree char *sender = report_sender(request);
  const char *label = certificate_subject_label(anchor->certificate);
  Finding *finding = report_anchor(findings, request, anchor->anchor, "anchor-same-name");
  finding_add_evidence(finding, "key id of \"%s\" in %s: %.16s", label, trust,
                       certificate_key_id(anchor->certificate));
  if (certificate_is_self_signed(needing)) {
    set_two_roots(finding, needing, trust, sender);
    return;
  }
  finding_set_message(finding,
                      "Two CAs are called \"%s\": the one in %s did not sign \"%s\" in "
                      "%s.",
                      label, trust, certificate_subject_label(needing), sender);
  finding_set_remedy(finding,
                     "Compare the fingerprints, and put the CA certificate that issued "
                     "\"%s\" into %s.",
                     certificate_subject_label(needing), trust);
}

static void
report_signature(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                 guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "signature-invalid");
  finding_set_message(finding,
                      "\"%s\" in %s does not carry a valid signature of \"%s\": it is "
                      "damaged or was altered.",
                      certificate_subject_label(certificate), place,
                      certificate_issuer_label(certificate));
  finding_set_remedy(finding, "Install \"%s\" again from its source, as its CA issued it.",
                     certificate_subject_label(certificate));
}

static void
report_algorithm(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                 guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "algorithm-unsupported");
  finding_set_message(finding, "\"%s\" in %s is signed with %s, which is not supported here.",
                      certificate_subject_label(certificate), place,
                      certificate_signature_label(certificate));
  finding_set_remedy(finding, "Have it issued by a CA whose key is RSA or ECDSA (P-256, P-384).");
}

static gboolean
has_unknown_key(const Certificate *certificate)
{
  return certificate_fields(certificate)->key_algorithm == GNUTLS_PK_UNKNOWN;
}

/* Nobody can say here whether the signature is good. */
static void
report_key_algorithm(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                     guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "algorithm-unsupported");
  finding_set_message(finding,
                      "The key of \"%s\" in %s is of a kind that is not supported here (%s), so "
                      "that nothing it signed can be verified.",
                      certificate_subject_label(certificate), place,
                      certificate_key_label(certificate));
  finding_set_remedy(finding, "Use a CA whose key is RSA or ECDSA (P-256, P-384).");
}

/* (transfer none): who did sign `child`, in a file that nobody named; NULL: none of them holds it.
 */
static const Certificate *
right_issuer(const VerifyRequest *request, const Certificate *child, const FolderFile **where)
{
  return request->beside ? folder_find_issuer(request->beside, child, where) : NULL;
}

static gboolean
is_outdated(const VerifyRequest *request, const Certificate *issuer, const Certificate *right)
{
  return known_newer(request, issuer) ||
         (right && certificate_not_before(right) > certificate_not_before(issuer));
}

static void
report_other_key(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                 guint position)
{
  const FolderFile *where = NULL;
  const Certificate *child = path_node(path, position)->certificate;
  const Certificate *issuer = path_node(path, position + 1)->certificate;
  const Certificate *right = right_issuer(request, child, &where);
  g_autofree char *place = report_place(request, path, position + 1);
  Finding *finding = report_position(
      findings, request, path, position + 1,
      is_outdated(request, issuer, right) ? "chain-stale-intermediate" : "issuer-key-differs");
  finding_add_evidence(finding, "key id of \"%s\": %.16s", certificate_subject_label(issuer),
                       certificate_key_id(issuer));
  finding_set_message(finding, "\"%s\" in %s has another key than the one that signed \"%s\".",
                      certificate_subject_label(issuer), place, certificate_subject_label(child));
  if (right)
    finding_set_remedy(finding, "Put the \"%s\" of %s in its place, which signed \"%s\".",
                       certificate_subject_label(right), where->path,
                       certificate_subject_label(child));
  else
    finding_set_remedy(finding, "Install the \"%s\" that came with \"%s\".",
                       certificate_subject_label(issuer), certificate_subject_label(child));
}

/* RFC 5280, 4.2.1.1: the identifiers tell a damaged signature from another key, where both have
 * them: 1 the same key, 0 another one, -1 not known. */
static int
key_ids_agree(const Certificate *child, const Certificate *issuer)
{
  GBytes *wanted = certificate_fields(child)->authority_key_id;
  GBytes *found = certificate_fields(issuer)->subject_key_id;
  return wanted && found ? g_bytes_equal(wanted, found) : -1;
}

void
explain_broken_link(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  guint position = path->broken;
  const PathNode *child = path_node(path, position), *issuer = path_node(path, position + 1);
  int agree = key_ids_agree(child->certificate, issuer->certificate);
  if (certificate_fields(child->certificate)->signature_algorithm <= 0) {
    report_algorithm(findings, request, path, position);
    return;
  }
  if (agree != 0 && has_unknown_key(issuer->certificate)) {
    report_key_algorithm(findings, request, path, position + 1);
    return;
  }
  if (agree == 1) {
    report_signature(findings, request, path, position);
    return;
  }
  if (issuer->anchor >= 0 && issuer->sent < 0)
    report_same_name(findings, request, issuer, child->certificate);
  else
    report_other_key(findings, request, path, position);
  if (agree < 0)
    finding_add_alternative(findings->pdata[findings->len - 1], "signature-invalid");
}

/* --- a root whose own signature is not good --------------------------------------------------- */

/* Issued by itself, with its own key named, and yet not signed by it. */
gboolean
is_damaged_root(const Certificate *certificate)
{
  return certificate_is_self_issued(certificate) && key_ids_agree(certificate, certificate) != 0;
}

void
explain_damaged_root(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  if (has_unknown_key(path_top(path)->certificate))
    report_key_algorithm(findings, request, path, path->nodes->len - 1);
  else
    report_signature(findings, request, path, path->nodes->len - 1);
}
