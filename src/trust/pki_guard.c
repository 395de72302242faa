/* What must not be signed: by the CA's own certificate, and by verify() of what was made. */
#include "config.h"

#include "trust/pki_private.h"

#include <string.h>

#include "trust/certificate_fields.h"
#include "trust/date_text.h"

/* --- the CA ----------------------------------------------------------------------------------- */

static gboolean
check_authority(const PkiIssuer *issuer, GError **error)
{
  const Certificate *ca = issuer->certificate;
  const char *const *usages = certificate_key_usage(ca);
  const char *name = certificate_subject_label(ca);
  if (!certificate_is_ca(ca))
    return pki_refuse(error, PKI_FIELD_CA,
                      "\"%s\" in %s is not a CA (basicConstraints CA:TRUE is missing), so nobody "
                      "would accept what it signs; use the certificate of a CA.",
                      name, issuer->label);
  if (usages && !g_strv_contains(usages, "keyCertSign"))
    return pki_refuse(error, PKI_FIELD_CA,
                      "The CA \"%s\" in %s may not sign certificates (its keyUsage has no "
                      "keyCertSign); use one that may.",
                      name, issuer->label);
  return TRUE;
}

static gboolean
check_dates(const PkiIssuer *issuer, const PkiOrder *order, GError **error)
{
  const Certificate *ca = issuer->certificate;
  g_autofree char *start = date_text(certificate_not_before(ca));
  g_autofree char *end = date_text(certificate_not_after(ca));
  if (order->now > certificate_not_after(ca))
    return pki_refuse(error, PKI_FIELD_CA,
                      "The CA \"%s\" in %s ended on %s, so nobody would accept what it signs now; "
                      "renew it first.",
                      certificate_subject_label(ca), issuer->label, end);
  if (order->now < certificate_not_before(ca))
    return pki_refuse(error, PKI_FIELD_CA,
                      "The CA \"%s\" in %s begins on %s only; wait until then, or set this "
                      "machine's clock right.",
                      certificate_subject_label(ca), issuer->label, start);
  if (order->not_after > certificate_not_after(ca))
    return pki_refuse(error, PKI_FIELD_DATES,
                      "The certificate would outlive its CA \"%s\", which ends on %s; let it end "
                      "by then.",
                      certificate_subject_label(ca), end);
  if (order->not_before && order->not_before < certificate_not_before(ca))
    return pki_refuse(error, PKI_FIELD_START,
                      "The certificate would begin before its CA \"%s\" does, on %s; let it begin "
                      "later.",
                      certificate_subject_label(ca), start);
  return TRUE;
}

/* RFC 5280, 4.2.1.9; the CAs further up are verify()'s. */
static gboolean
check_path_length(const PkiIssuer *issuer, const PkiOrder *order, PkiRole role, GError **error)
{
  int allowed = certificate_fields(issuer->certificate)->path_length;
  if (!pki_role_is_authority(role) || allowed < 0)
    return TRUE;
  if (allowed == 0)
    return pki_refuse(error, PKI_FIELD_PATH_LENGTH,
                      "The CA \"%s\" in %s may have no CA below it (path length 0); sign this one "
                      "by the CA above it.",
                      certificate_subject_label(issuer->certificate), issuer->label);
  if (order->path_length >= allowed)
    return pki_refuse(error, PKI_FIELD_PATH_LENGTH,
                      "The CA \"%s\" in %s has the path length %d, so the one below it can have %d "
                      "at most, not %d.",
                      certificate_subject_label(issuer->certificate), issuer->label, allowed,
                      allowed - 1, order->path_length);
  return TRUE;
}

gboolean
pki_guard_issuer(const PkiIssuer *issuer, const PkiOrder *order, PkiRole role, GError **error)
{
  return check_authority(issuer, error) && check_dates(issuer, order, error) &&
         check_path_length(issuer, order, role, error);
}

/* --- what was made ---------------------------------------------------------------------------- */

static PkiField
field_of(const char *code)
{
  static const struct {
    const char *part;
    PkiField field;
  } fields[] = {{"name-", PKI_FIELD_NAMES},   {"pathlen", PKI_FIELD_PATH_LENGTH},
                {"key-", PKI_FIELD_KEY},      {"constraint", PKI_FIELD_NAMES},
                {"expired", PKI_FIELD_DATES}, {"issuer", PKI_FIELD_CA}};
  for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
    if (strstr(code, fields[i].part))
      return fields[i].field;
  return PKI_FIELD_NONE;
}

/* With a root at the top it is trusted; without one the chain is judged by itself. */
static Verdict *
judge(Certificate *certificate, const GPtrArray *issuers, const char *ca_file, PkiRole role,
      gint64 now)
{
  g_autoptr(GPtrArray) chain = certificate_list_new();
  g_autoptr(GPtrArray) trusted = certificate_list_new();
  g_ptr_array_add(chain, certificate_ref(certificate));
  for (guint i = 0; i < issuers->len; i++)
    g_ptr_array_add(certificate_is_self_signed(issuers->pdata[i]) ? trusted : chain,
                    certificate_ref(issuers->pdata[i]));
  if (issuers->len == 0)
    g_ptr_array_add(trusted, certificate_ref(certificate));
  g_autoptr(Anchors) anchors =
      trusted->len > 0 ? anchors_from_list(trusted, ca_file ? ca_file : "the new CA") : NULL;
  VerifyRequest request = {
      .certificates = chain,
      .anchors = anchors,
      .purpose = role == PKI_SERVER || role == PKI_PEER ? VERIFY_PURPOSE_SERVER
                 : role == PKI_CLIENT                   ? VERIFY_PURPOSE_CLIENT
                                                        : VERIFY_PURPOSE_ANY,
      .rules = VERIFY_RULES_DEFAULT,
      .time = CLAMP(now, certificate_not_before(certificate), certificate_not_after(certificate)),
      .source = FINDING_SOURCE_CHAIN};
  return verify(&request);
}

/* verify() takes the first certificate for that of a server or client. */
static void
forget_it_is_a_ca(GPtrArray *findings)
{
  for (guint i = findings->len; i > 0; i--) {
    const Finding *finding = findings->pdata[i - 1];
    if (g_str_equal(finding->code, "leaf-is-ca"))
      g_ptr_array_remove_index(findings, i - 1);
  }
}

/* Why it must not be signed; NULL: it may. A weak key is a warning where others made it; a new
 * certificate needs none. */
static const Finding *
objection(const Verdict *verdict)
{
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    if (finding->severity == FINDING_ERROR || g_str_equal(finding->code, "key-too-weak"))
      return finding;
  }
  return NULL;
}

Verdict *
pki_guard_judge(Certificate *certificate, const GPtrArray *issuers, const char *ca_file,
                PkiRole role, gint64 now, GError **error)
{
  g_autoptr(Verdict) verdict = judge(certificate, issuers, ca_file, role, now);
  if (pki_role_is_authority(role))
    forget_it_is_a_ca(verdict->findings);
  const Finding *worst = objection(verdict);
  if (!worst)
    return g_steal_pointer(&verdict);
  pki_refuse(error, field_of(worst->code), "This must not be signed (%s): %s%s%s", worst->code,
             worst->message, worst->remedy ? " " : "", worst->remedy ? worst->remedy : "");
  return NULL;
}
