/* Dates and strength of each certificate on a path. Dates are judged here alone, at the time of
 * the request: GnuTLS's clock is global, and its answer never says which certificate it means. */
#include "config.h"

#include "trust/verify_checks.h"

#include <gnutls/gnutls.h>

#include "trust/certificate_fields.h"
#include "trust/date_text.h"

#define DAY (24 * 60 * 60)
/* Soon is the last third of a certificate's life, when certbot and others renew, but never more
 * than 30 days: neither a certificate of a week nor one of ten years is always "soon". */
#define SOON_MAX (30 * DAY)

/* --- expired ---------------------------------------------------------------------------------- */

/* The only way to trust leads over an old root, and the CA below it is a root by now, too: ISRG
 * Root X1 under DST Root CA X3. */
static gboolean
report_legacy_root(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                   guint position)
{
  g_autofree char *where = NULL;
  if (!report_is_anchor(path, position) || position < 2)
    return FALSE;
  const Certificate *old = path_node(path, position)->certificate;
  const Certificate *child = path_node(path, position - 1)->certificate;
  const Certificate *successor = known_twin(request, child, &where);
  if (!successor)
    return FALSE;
  g_autofree char *trust = report_trust(request);
  g_autofree char *date = date_text(certificate_not_after(old));
  Finding *finding = report_position(findings, request, path, position, "anchor-legacy-expired");
  finding_add_evidence(finding, "the self-signed \"%s\" in %s: SHA-256 %s",
                       certificate_subject_label(successor), where, certificate_sha256(successor));
  finding_set_message(finding,
                      "\"%s\" in %s expired on %s; \"%s\", which it signed, is a root of its own "
                      "by now.",
                      certificate_subject_label(old), trust, date,
                      certificate_subject_label(successor));
  finding_set_remedy(finding,
                     "Replace it by the self-signed \"%s\" that stands in %s; nothing on the "
                     "broker needs to change.",
                     certificate_subject_label(successor), where);
  return TRUE;
}

static const char *
expired_code(const VerifyRequest *request, const Path *path, guint position)
{
  if (report_is_anchor(path, position))
    return "anchor-expired";
  if (position > 0)
    return "intermediate-expired";
  return report_is_client(request) ? "client-expired" : "leaf-expired";
}

static void
report_expired(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint position)
{
  if (report_legacy_root(findings, request, path, position))
    return;
  const Certificate *certificate = path_node(path, position)->certificate;
  const char *label = certificate_subject_label(certificate);
  g_autofree char *date = date_text(certificate_not_after(certificate));
  g_autofree char *ago = date_text_span(request->time - certificate_not_after(certificate));
  g_autofree char *place = report_place(request, path, position);
  Finding *finding =
      report_position(findings, request, path, position, expired_code(request, path, position));
  g_autofree char *start = date_text_full(certificate_not_before(certificate));
  g_autofree char *end = date_text_full(certificate_not_after(certificate));
  g_autofree char *now = date_text_full(request->time);
  finding_add_evidence(finding, "valid from %s to %s, judged at %s", start, end, now);
  finding_set_message(finding, "\"%s\" in %s expired %s ago, on %s.", label, place, ago, date);
  if (finding->side == FINDING_SIDE_TRUST)
    finding_set_remedy(finding, "Replace \"%s\" in %s by the CA's current certificate.", label,
                       place);
  else if (position > 0)
    finding_set_remedy(finding,
                       "Replace \"%s\" in %s by the current one; the leaf is not what "
                       "expired.",
                       label, place);
  else if (report_is_client(request))
    finding_set_remedy(finding, "Renew your certificate in %s; brokers refuse it as it is.", place);
  else
    finding_set_remedy(finding, "Renew it (certbot renew) and reload the broker: the file on its "
                                "disk may be newer than the one in its memory.");
}

/* --- not yet valid ---------------------------------------------------------------------------- */

/* No row speaks of a CA that is not valid yet: such a chain does not get into use, so it is the
 * clock that is wrong. */
static const char *
early_code(const VerifyRequest *request, guint position)
{
  if (position > 0)
    return "clock-wrong";
  return report_is_client(request) ? "client-not-yet-valid" : "leaf-not-yet-valid";
}

static void
report_early(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  g_autofree char *start = date_text_full(certificate_not_before(certificate));
  g_autofree char *now = date_text_full(request->time);
  g_autofree char *place = report_place(request, path, position);
  Finding *finding =
      report_position(findings, request, path, position, early_code(request, position));
  finding_set_message(finding, "\"%s\" in %s is valid from %s; your clock says %s.",
                      certificate_subject_label(certificate), place, start, now);
  if (position > 0)
    finding->side = FINDING_SIDE_LOCAL;
  else
    finding_add_alternative(finding, "clock-wrong");
}

static gboolean
is_early(const VerifyRequest *request, const Path *path, guint position)
{
  return request->time < certificate_not_before(path_node(path, position)->certificate);
}

/* Every certificate starts later: one fault, and not theirs. */
static gboolean
report_clock(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  if (path->nodes->len < 2)
    return FALSE;
  for (guint i = 0; i < path->nodes->len; i++)
    if (!is_early(request, path, i))
      return FALSE;
  g_autofree char *now = date_text_full(request->time);
  Finding *finding = report(findings, "clock-wrong");
  finding_set_message(finding,
                      "This machine's clock says %s, and every certificate of the chain starts "
                      "later.",
                      now);
  finding_set_remedy(finding, "Set the clock of this machine.");
  return TRUE;
}

/* One fault, and so one certificate that tells of it: of a broker's a CA, which was in use before what
 * it issued; of a client's the leaf, which is what a broker looks at first. */
static guint
first_early(const VerifyRequest *request, const Path *path)
{
  if (report_is_client(request) && is_early(request, path, 0))
    return 0;
  for (guint i = 1; i < path->nodes->len; i++)
    if (is_early(request, path, i))
      return i;
  return 0;
}

void
check_dates(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  if (report_clock(findings, request, path))
    return;
  guint early = first_early(request, path);
  for (guint i = 0; i < path->nodes->len; i++)
    if (request->time > certificate_not_after(path_node(path, i)->certificate))
      report_expired(findings, request, path, i);
    else if (i == early && is_early(request, path, i))
      report_early(findings, request, path, i);
}

/* --- expires soon ----------------------------------------------------------------------------- */

static guint
first_to_end(const Path *path)
{
  guint first = 0;
  for (guint i = 1; i < path->nodes->len; i++)
    if (certificate_not_after(path_node(path, i)->certificate) <
        certificate_not_after(path_node(path, first)->certificate))
      first = i;
  return first;
}

gint64
path_end(const Path *path)
{
  return certificate_not_after(path_node(path, first_to_end(path))->certificate);
}

void
check_expires_soon(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  guint position = first_to_end(path);
  const Certificate *certificate = path_node(path, position)->certificate;
  gint64 end = certificate_not_after(certificate);
  gint64 life = end - certificate_not_before(certificate);
  if (end - request->time >= MIN(SOON_MAX, life / 3))
    return;
  g_autofree char *span = date_text_span(end - request->time);
  g_autofree char *date = date_text(end);
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "expires-soon");
  finding_set_message(finding, "The path ends in %s, on %s, because of \"%s\" in %s.", span, date,
                      certificate_subject_label(certificate), place);
}

/* --- strength --------------------------------------------------------------------------------- */

static gboolean
is_elliptic(gnutls_pk_algorithm_t algorithm)
{
  return algorithm == GNUTLS_PK_ECDSA;
}

static gboolean
is_modular(gnutls_pk_algorithm_t algorithm)
{
  return algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS || algorithm == GNUTLS_PK_DSA;
}

/* What GnuTLS's profile LOW and OpenSSL's security level 2 ask for, in bits. */
static const struct {
  gboolean (*applies)(gnutls_pk_algorithm_t algorithm);
  unsigned refused_below, weak_below;
} strengths[] = {{is_modular, 1024, 2048}, {is_elliptic, 160, 224}};

static void
report_weak_key(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint position,
                gboolean refused)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position,
                                     position == 0 ? "key-too-weak" : "issuer-key-weak");
  report_rule(finding, request, refused ? FINDING_ERROR : FINDING_WARNING);
  finding_set_message(finding, "\"%s\" in %s has a weak key (%s)%s.",
                      certificate_subject_label(certificate), place,
                      certificate_key_label(certificate),
                      refused ? "" : "; programs with OpenSSL's security level 2 refuse it");
}

static void
check_key(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint position)
{
  const CertificateFields *fields = certificate_fields(path_node(path, position)->certificate);
  for (gsize i = 0; i < G_N_ELEMENTS(strengths); i++)
    if (strengths[i].applies(fields->key_algorithm) && fields->key_bits < strengths[i].weak_below)
      report_weak_key(findings, request, path, position,
                      fields->key_bits < strengths[i].refused_below);
}

static void
check_signature_algorithm(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                          guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  int algorithm = certificate_fields(certificate)->signature_algorithm;
  if (algorithm <= 0 || gnutls_sign_is_secure2(algorithm, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS))
    return;
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "signature-weak");
  finding_set_message(finding, "\"%s\" in %s is signed with %s, which can be forged.",
                      certificate_subject_label(certificate), place,
                      certificate_signature_label(certificate));
  finding_set_remedy(finding, "Have \"%s\" sign it again with SHA-256.",
                     certificate_issuer_label(certificate));
}

void
check_strength(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  for (guint i = 0; i < path->nodes->len; i++) {
    const PathNode *node = path_node(path, i);
    check_key(findings, request, path, i);
    /* An anchor is believed without its signature, and a self-signed one says nothing. */
    if (!(path->complete && i == path->nodes->len - 1) &&
        !certificate_is_self_signed(node->certificate))
      check_signature_algorithm(findings, request, path, i);
  }
}
