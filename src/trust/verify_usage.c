/* May the certificates on a path do what they do here? CA flag, key usage, path length, extended
 * key usage. */
#include "config.h"

#include "trust/verify_checks.h"

#include "trust/certificate_fields.h"

static gboolean
has_usage(const char *const *usages, const char *wanted)
{
  return usages && g_strv_contains(usages, wanted);
}

static char *
join_names(const char *const *names)
{
  return *names ? g_strjoinv(", ", (char **)names) : g_strdup("nothing");
}

/* --- CAs -------------------------------------------------------------------------------------- */

/* Who refuses a leaf that has no extensions: EMQX looks for clientAuth where it is told to, rustls
 * reads no other version than 3. */
static const char *
version_consequence(const VerifyRequest *request)
{
  if (request->purpose == VERIFY_PURPOSE_CLIENT)
    return ", which cannot say what it is for; EMQX with verify_peer_ext_key_usage and brokers in "
           "Rust refuse it";
  if (request->purpose == VERIFY_PURPOSE_SERVER)
    return ", which cannot say what it is for; clients in Rust refuse it";
  return ", which cannot say what it is for; EMQX with verify_peer_ext_key_usage and programs in "
         "Rust refuse it";
}

/* Of mqtrust-pki(1): the old certificate does not say it. */
static const char *
role_option(const VerifyRequest *request)
{
  if (request->purpose == VERIFY_PURPOSE_ANY)
    return "";
  return request->purpose == VERIFY_PURPOSE_SERVER ? " --as server" : " --as client";
}

static void
check_version(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  if (certificate_version(certificate) >= 3)
    return;
  /* A CA of version 1 is only believed because the user said so: it has no CA flag to show. */
  gboolean trusted = path->complete && position == path->nodes->len - 1;
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "certificate-v1");
  const char *consequence = ", which cannot say that it is a CA";
  if (position == 0)
    consequence = version_consequence(request);
  else if (trusted)
    consequence = ", which cannot say that it is a CA; it works here because you trust it";
  finding_set_message(finding, "\"%s\" in %s is an X.509 version %d certificate%s.",
                      certificate_subject_label(certificate), place,
                      certificate_version(certificate), consequence);
  if (position == 0 || trusted)
    report_rule(finding, request, FINDING_WARNING);
  if (position == 0)
    finding_set_remedy(finding,
                       "Issue it again as version 3 with extendedKeyUsage; `mqtrust pki renew%s` "
                       "does.",
                       role_option(request));
}

/* RFC 5280, 6.1.4 (k). An anchor without basicConstraints is a CA by the user's word (GnuTLS takes
 * it, too); one that says CA:FALSE is none. */
static void
check_authority(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  if (certificate_is_ca(certificate) || certificate_version(certificate) < 3)
    return;
  gboolean silent = !certificate_fields(certificate)->has_basic_constraints;
  gboolean trusted = path->complete && position == path->nodes->len - 1;
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "issuer-not-ca");
  finding_set_message(finding, "\"%s\" in %s issued \"%s\", but it is not marked CA:TRUE%s.",
                      certificate_subject_label(certificate), place,
                      certificate_subject_label(path_node(path, position - 1)->certificate),
                      silent && trusted ? "; OpenSSL clients may refuse it" : "");
  if (silent && trusted)
    report_rule(finding, request, FINDING_WARNING);
}

/* RFC 5280, 6.1.4 (n). */
static void
check_sign_usage(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                 guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  const char *const *usages = certificate_key_usage(certificate);
  if (!usages || has_usage(usages, "keyCertSign") || !certificate_is_ca(certificate))
    return;
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "issuer-no-certsign");
  finding_set_message(finding, "\"%s\" in %s is a CA, but its keyUsage lacks keyCertSign.",
                      certificate_subject_label(certificate), place);
}

/* How many CAs stand between the leaf and `position`. Those that a CA issued to itself do not count
 * (RFC 5280, 6.1.4 (l)). */
static int
authorities_below(const Path *path, guint position)
{
  int below = 0;
  for (guint i = 1; i < position; i++)
    below += !certificate_is_self_issued(path_node(path, i)->certificate);
  return below;
}

/* RFC 5280, 6.1.4 (m). */
static void
check_path_length(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                  guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  int allowed = certificate_fields(certificate)->path_length;
  int below = authorities_below(path, position);
  if (!certificate_is_ca(certificate) || allowed < 0 || below <= allowed)
    return;
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "pathlen-exceeded");
  finding_set_message(finding, "\"%s\" in %s allows %d CAs below it, and the path has %d.",
                      certificate_subject_label(certificate), place, allowed, below);
}

void
check_authorities(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  check_version(findings, request, path, 0);
  for (guint i = 1; i < path->nodes->len; i++) {
    check_version(findings, request, path, i);
    check_authority(findings, request, path, i);
    check_sign_usage(findings, request, path, i);
    check_path_length(findings, request, path, i);
  }
}

void
check_depth(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  guint count = authorities_below(path, path->nodes->len - 1);
  if (!request->limits_depth || count <= request->max_depth)
    return;
  Finding *finding = report_position(findings, request, path, 0, "chain-too-long");
  finding_set_message(finding,
                      "Between \"%s\" and the trusted \"%s\" there are %u CAs, and %u are "
                      "allowed.",
                      certificate_subject_label(path_node(path, 0)->certificate),
                      certificate_subject_label(path_top(path)->certificate), count,
                      request->max_depth);
  finding_set_remedy(finding, "Allow a longer path, or have the certificate issued by a CA that "
                              "stands higher.");
}

/* --- purpose ---------------------------------------------------------------------------------- */

static gboolean
allows_purpose(const Certificate *certificate, const char *purpose)
{
  const char *const *usages = certificate_extended_key_usage(certificate);
  return !usages || has_usage(usages, purpose) || has_usage(usages, "anyExtendedKeyUsage");
}

static void
check_leaf_purpose(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                   gboolean server)
{
  const Certificate *leaf = path_node(path, 0)->certificate;
  const char *purpose = server ? "serverAuth" : "clientAuth";
  if (allows_purpose(leaf, purpose))
    return;
  g_autofree char *usages = join_names(certificate_extended_key_usage(leaf));
  Finding *finding = report_position(findings, request, path, 0,
                                     server ? "server-usage-missing" : "client-usage-missing");
  finding_set_message(finding, "\"%s\" was issued only for %s, and %s is needed here.",
                      certificate_subject_label(leaf), usages, purpose);
  if (!server)
    finding_set_remedy(finding, "Ask your CA for a certificate for clientAuth (Let's Encrypt no "
                                "longer issues such ones).");
}

/* RFC 5280, 4.2.1.12 speaks of the leaf alone; every library also nests the usages of CAs. */
static void
check_nested_purpose(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                     guint position, const char *purpose)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  if (allows_purpose(certificate, purpose))
    return;
  gboolean trusted = path->complete && position == path->nodes->len - 1;
  g_autofree char *usages = join_names(certificate_extended_key_usage(certificate));
  g_autofree char *place = report_place(request, path, position);
  Finding *finding =
      report_position(findings, request, path, position, "intermediate-usage-narrow");
  finding_set_message(finding, "The CA \"%s\" in %s is restricted to %s, and %s is needed here%s.",
                      certificate_subject_label(certificate), place, usages, purpose,
                      trusted ? "; OpenSSL clients refuse it" : "");
  if (trusted) /* an anchor's own restrictions bind nobody (RFC 5280, 6.1.1 (d)) */
    report_rule(finding, request, FINDING_WARNING);
}

/* RFC 8446, 4.4.2.2, and RFC 5246, 7.4.2 and 7.4.8: a key that may not sign cannot prove itself in
 * TLS 1.3, nor with ECDHE, nor as a client's in any version. */
static void
check_signing(GPtrArray *findings, const VerifyRequest *request, const Path *path, gboolean server)
{
  const Certificate *leaf = path_node(path, 0)->certificate;
  const char *const *usages = certificate_key_usage(leaf);
  if (!usages || has_usage(usages, "digitalSignature") || certificate_is_ca(leaf))
    return;
  g_autofree char *text = join_names(usages);
  Finding *finding = report_position(findings, request, path, 0, "key-usage-no-signature");
  report_rule(finding, request, FINDING_WARNING);
  finding_set_message(finding,
                      "The keyUsage of \"%s\" allows only %s, and %s needs digitalSignature.",
                      certificate_subject_label(leaf), text,
                      server ? "a server with TLS 1.3 or ECDHE" : "a client");
}

void
check_purpose(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  if (request->purpose == VERIFY_PURPOSE_ANY)
    return;
  gboolean server = request->purpose == VERIFY_PURPOSE_SERVER;
  check_leaf_purpose(findings, request, path, server);
  check_signing(findings, request, path, server);
  for (guint i = 1; i < path->nodes->len; i++)
    check_nested_purpose(findings, request, path, i, server ? "serverAuth" : "clientAuth");
}
