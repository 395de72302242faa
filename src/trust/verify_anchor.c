/* An anchor that is enough here, and that others refuse: a root's copy that another CA signed, an
 * intermediate, the certificate of the service itself. */
#include "config.h"

#include "trust/verify_checks.h"

#include <string.h>

#include "trust/date_text.h"

/* A root's copy that another CA signed, or an ordinary intermediate? Where its twin is not at hand
 * the certificate does not say; roots usually have it in their name. */
static gboolean
looks_like_root(const Certificate *anchor)
{
  g_autofree char *name = g_ascii_strdown(certificate_subject_label(anchor), -1);
  return strstr(name, "root") != NULL;
}

static void
set_cross_signed_text(Finding *finding, const VerifyRequest *request, const Certificate *anchor)
{
  const char *label = certificate_subject_label(anchor);
  g_autofree char *trust = report_trust(request), *place = NULL;
  const Certificate *twin = known_twin(request, anchor, &place);
  finding_set_message(finding,
                      "\"%s\" in %s is the copy that \"%s\" signed; it works here, but "
                      "OpenSSL clients (MQTTX, mosquitto, Paho with OpenSSL) will "
                      "refuse it with error 2, \"unable to get issuer certificate\".",
                      label, trust, certificate_issuer_label(anchor));
  if (!twin) {
    finding_set_remedy(finding, "Replace it by the self-signed \"%s\" (same key, %.16s).", label,
                       certificate_key_id(anchor));
    return;
  }
  g_autofree char *end = date_text(certificate_not_after(twin));
  finding_add_evidence(finding, "the self-signed \"%s\" in %s: SHA-256 %s", label, place,
                       certificate_sha256(twin));
  finding_set_remedy(finding,
                     "Replace it by the self-signed \"%s\" that stands in %s (same key, %.16s; "
                     "valid until %s).",
                     label, place, certificate_key_id(anchor), end);
}

static void
report_partial_anchor(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  guint position = path->nodes->len - 1;
  const Certificate *anchor = path_top(path)->certificate;
  const char *issuer = certificate_issuer_label(anchor);
  g_autofree char *trust = report_trust(request), *place = NULL;
  gboolean twin = known_twin(request, anchor, &place) != NULL;
  gboolean cross = twin || looks_like_root(anchor);
  Finding *finding = report_position(findings, request, path, position,
                                     cross ? "anchor-cross-signed" : "anchor-intermediate");
  finding_add_evidence(finding, "issuer: %s", certificate_issuer(anchor));
  if (!twin) /* by its name alone it may be either */
    finding_add_alternative(finding, cross ? "anchor-intermediate" : "anchor-cross-signed");
  if (cross) {
    set_cross_signed_text(finding, request, anchor);
    return;
  }
  finding_set_message(finding,
                      "\"%s\" in %s is an intermediate of \"%s\", not a root; it works "
                      "here, but OpenSSL clients (MQTTX, mosquitto, Paho with OpenSSL) "
                      "will refuse it with error 2, \"unable to get issuer certificate\".",
                      certificate_subject_label(anchor), trust, issuer);
  const Certificate *root = known_root(request, anchor);
  if (!root) {
    finding_set_remedy(finding,
                       "Add the self-signed root that stands above it to %s (its issuer is "
                       "\"%s\").",
                       trust, issuer);
    return;
  }
  finding_add_evidence(finding, "\"%s\" in the system's trust store: SHA-256 %s", issuer,
                       certificate_sha256(root));
  finding_set_remedy(finding, "Add \"%s\", which stands in the system's trust store, to %s.",
                     issuer, trust);
}

static void
report_pinned(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  const PathNode *leaf = path_node(path, 0);
  g_autofree char *trust = report_trust(request);
  Finding *finding = report_anchor(findings, request, leaf->anchor, "anchor-leaf");
  finding_set_message(finding,
                      "\"%s\" itself stands in %s: it works here until it is renewed, but "
                      "OpenSSL clients will refuse it.",
                      certificate_subject_label(leaf->certificate), trust);
  finding_set_remedy(finding,
                     "Use the certificate of its issuer, \"%s\", or keep it pinned on "
                     "purpose.",
                     certificate_issuer_label(leaf->certificate));
}

void
check_anchor(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  if (certificate_is_self_signed(path_top(path)->certificate))
    return;
  if (path->nodes->len == 1)
    report_pinned(findings, request, path);
  else if (certificate_is_ca(path_top(path)->certificate))
    report_partial_anchor(findings, request, path);
}
