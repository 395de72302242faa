/* The links of a path: each certificate and its issuer, whose signature path.c had GnuTLS verify.
 *
 * GnuTLS's verdict on the whole path is not asked, on purpose. Measured, it is wrong where it would
 * overrule ours: it counts self-issued CAs against the path length, holds DNS constraints against
 * common names that nobody uses, knows neither policyConstraints nor policyMappings, stops at the
 * first fault, and never says at which certificate. What it knows of beyond the signatures is
 * checked here: names that are equal and not the same bytes, key identifiers that contradict the
 * signature; and algorithms and key sizes in verify_path.c. */
#include "config.h"

#include "trust/verify_checks.h"

#include "trust/certificate_fields.h"

/* path.c found the issuer by the folded name (RFC 5280, 7.1). */
static void
check_name_encoding(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                    guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  const Certificate *issuer = path_node(path, position + 1)->certificate;
  if (g_bytes_equal(certificate_fields(certificate)->issuer_dn,
                    certificate_fields(issuer)->subject_dn))
    return;
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "name-encoding-differs");
  finding->severity = FINDING_WARNING;
  finding_set_message(finding,
                      "\"%s\" in %s names its issuer \"%s\" in other bytes than the issuer names "
                      "itself (case, spaces or type of string); programs with GnuTLS do not find it.",
                      certificate_subject_label(certificate), place,
                      certificate_issuer_label(certificate));
  finding_add_evidence(finding, "issuer of the certificate: %s", certificate_issuer(certificate));
  finding_add_evidence(finding, "subject of the issuer: %s", certificate_subject(issuer));
}

/* RFC 5280, 4.2.1.1: the identifiers help to find the issuer and prove nothing. GnuTLS and OpenSSL
 * refuse an issuer whose identifier is another one, so it is no good to say yes. */
static void
check_key_ids(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  const Certificate *issuer = path_node(path, position + 1)->certificate;
  GBytes *wanted = certificate_fields(certificate)->authority_key_id;
  GBytes *offered = certificate_fields(issuer)->subject_key_id;
  if (!wanted || !offered || g_bytes_equal(wanted, offered))
    return;
  g_autofree char *place = report_place(request, path, position + 1);
  Finding *finding = report_position(findings, request, path, position, "issuer-key-differs");
  finding_set_message(
      finding,
      "\"%s\" was signed by \"%s\" in %s, but its authorityKeyIdentifier is not that "
      "one's subjectKeyIdentifier; GnuTLS and OpenSSL refuse such a pair.",
      certificate_subject_label(certificate), certificate_subject_label(issuer), place);
  finding_set_remedy(finding, "Have the certificate issued again with the key identifier of its "
                              "issuer.");
}

void
check_links(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  for (guint i = 0; i + 1 < path->nodes->len; i++) {
    if ((int)i == path->broken)
      continue; /* explain_broken_link() speaks of that one */
    check_name_encoding(findings, request, path, i);
    check_key_ids(findings, request, path, i);
  }
}
