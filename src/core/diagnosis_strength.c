/* The broker refuses our certificate, and one of ours is of a strength that brokers refuse: the
 * certificate that is weak, which need not be the leaf. */
#include "config.h"

#include "core/diagnosis_client.h"

#include <string.h>

#include "trust/certificate.h"

typedef struct {
  int index;        /* which of ours; -1: none is weak */
  const char *what; /* of it: "key" */
  const char *how;  /* is it: "too short" */
} Weakness;

/* NULL: it is not. */
static const char *
weak_key(const Certificate *certificate)
{
  const char *key = certificate_key_label(certificate);
  guint64 bits = 0;
  if (g_str_has_prefix(key, "RSA "))
    bits = g_ascii_strtoull(key + strlen("RSA "), NULL, 10);
  if (bits != 0 && bits < 2048)
    return "too short";
  return g_str_has_prefix(key, "DSA") || strstr(key, "P-192") != NULL ? "too weak" : NULL;
}

/* Nobody looks at how a root signed itself. */
static gboolean
has_weak_signature(const Certificate *certificate)
{
  const char *signature = certificate_signature_label(certificate);
  gboolean weak = strstr(signature, "SHA1") != NULL || strstr(signature, "SHA-1") != NULL ||
                  strstr(signature, "MD5") != NULL;
  return weak && !certificate_is_self_issued(certificate);
}

/* What our own checks have found; FALSE: not this. */
static gboolean
weakness_found(const DiagnosisCase *c, const char *code, Weakness weakness, Weakness *found)
{
  const Finding *finding = diagnosis_local(c, code);
  if (finding == NULL)
    return FALSE;
  *found = weakness;
  if (finding->index >= 0 && (guint)finding->index < client_certificate_count(c))
    found->index = finding->index;
  return TRUE;
}

/* Ours is of a strength that OpenSSL's levels refuse: RSA below 2048 bits, SHA-1, MD5. */
static Weakness
weakness_of(const DiagnosisCase *c)
{
  Weakness found, key = {0, "key", "too short"}, signature = {0, "signature", "too weak"};
  if (weakness_found(c, "key-too-weak", key, &found) ||
      weakness_found(c, "issuer-key-weak", key, &found) ||
      weakness_found(c, "signature-weak", signature, &found))
    return found;
  for (guint i = 0; i < client_certificate_count(c); i++) {
    const char *how = weak_key(client_certificate(c, i));
    if (how != NULL)
      return (Weakness){(int)i, "key", how};
    if (has_weak_signature(client_certificate(c, i)))
      return (Weakness){(int)i, "signature", "too weak"};
  }
  return (Weakness){-1, NULL, NULL};
}

static Finding *
too_weak(const DiagnosisCase *c, const Weakness *weakness)
{
  const Certificate *weak = client_certificate(c, (guint)weakness->index);
  Finding *finding = client_finding(c, "strength-refused");
  finding->index = weakness->index;
  g_free(finding->subject);
  finding->subject = g_strdup(certificate_subject(weak));
  g_free(finding->sha256);
  finding->sha256 = g_strdup(certificate_sha256(weak));
  finding_set_message(finding,
                      "The broker refuses %s by its security level (OpenSSL: SECLEVEL): the %s of "
                      "\"%s\" is %s (%s, signed with %s).",
                      client_file(c), weakness->what, certificate_subject_label(weak),
                      weakness->how, certificate_key_label(weak),
                      certificate_signature_label(weak));
  if (weakness->index > 0)
    finding_set_remedy(finding,
                       "Have \"%s\" issued by a stronger CA (RSA 2048 or P-256, SHA-256) rather "
                       "than lower the broker's level.",
                       certificate_subject_label(client_certificate(c, 0)));
  else
    finding_set_remedy(finding, "Issue a stronger one (RSA 2048 or P-256, SHA-256) rather than "
                                "lower the broker's level.");
  finding_add_alternative(finding, "client-refused");
  return finding;
}

Finding *
diagnose_weakness(const DiagnosisCase *c)
{
  Weakness weakness = weakness_of(c);
  return weakness.index >= 0 ? too_weak(c, &weakness) : NULL;
}
