/* The broker refused our certificate, or works without it. Brokers choose alerts freely (mosquitto
 * says "unknown CA" to three different faults): what our own certificate, the CA names that the
 * broker sent and a copy of its CA file show weighs more. */
#include "config.h"

#include "core/diagnosis_client.h"

#include "trust/certificate.h"

#include <string.h>

/* RFC 8446, 6 */
enum {
  ALERT_HANDSHAKE_FAILURE = 40,
  ALERT_BAD_CERTIFICATE = 42,
  ALERT_UNSUPPORTED_CERTIFICATE = 43,
  ALERT_REVOKED = 44,
  ALERT_EXPIRED = 45,
  ALERT_CERTIFICATE_UNKNOWN = 46,
  ALERT_ILLEGAL_PARAMETER = 47,
  ALERT_UNKNOWN_CA = 48,
  ALERT_INSUFFICIENT_SECURITY = 71,
};

/* --- Tools ------------------------------------------------------------------------------------ */

const Certificate *
client_certificate(const DiagnosisCase *c, guint index)
{
  return g_ptr_array_index(identity_certificates(c->identity), index);
}

guint
client_certificate_count(const DiagnosisCase *c)
{
  return identity_certificates(c->identity)->len;
}

void
diagnosis_describe_identity(Finding *finding, const Identity *identity)
{
  const Certificate *leaf = g_ptr_array_index(identity_certificates(identity), 0);
  finding->source = FINDING_SOURCE_CLIENT;
  finding->index = 0;
  g_free(finding->file);
  finding->file = g_strdup(identity_certificate_path(identity));
  g_free(finding->subject);
  finding->subject = g_strdup(certificate_subject(leaf));
  g_free(finding->sha256);
  finding->sha256 = g_strdup(certificate_sha256(leaf));
}

Finding *
client_finding(const DiagnosisCase *c, const char *code)
{
  Finding *finding = finding_new(code);
  finding->severity = FINDING_ERROR;
  if (strcmp(code, "anchor-same-name") == 0 || strcmp(code, "key-usage-no-signature") == 0)
    finding->side = FINDING_SIDE_CLIENT;
  diagnosis_describe_identity(finding, c->identity);
  finding_add_evidence(finding, "sent: %s, issued by %s",
                       certificate_subject(client_certificate(c, 0)),
                       certificate_issuer(client_certificate(c, 0)));
  return finding;
}

const char *
client_file(const DiagnosisCase *c)
{
  return identity_certificate_path(c->identity);
}

static gboolean
has_usage(const char *const *usages, const char *wanted)
{
  return usages == NULL || g_strv_contains(usages, wanted);
}

static gboolean
is_for_clients(const Certificate *leaf)
{
  const char *const *usages = certificate_extended_key_usage(leaf);
  return has_usage(usages, "clientAuth") || has_usage(usages, "anyExtendedKeyUsage");
}

/* --- The other alerts ------------------------------------------------------------------------- */

static Finding *
clock_wrong(const DiagnosisCase *c)
{
  Finding *finding = client_finding(c, "broker-clock-wrong");
  finding_set_message(finding,
                      "The broker says that %s has expired; by this machine's clock it is "
                      "valid.",
                      client_file(c));
  finding_add_alternative(finding, "broker-crl-suspected");
  finding_add_evidence(finding,
                       "to tell them apart: the date on the broker, then the next update in "
                       "its revocation list");
  return finding;
}

static Finding *
revoked(const DiagnosisCase *c)
{
  Finding *finding = client_finding(c, "client-revoked");
  finding_set_message(finding, "The broker says that %s (serial %s) has been revoked.",
                      client_file(c), certificate_serial(client_certificate(c, 0)));
  finding_add_alternative(finding, "broker-crl-suspected");
  finding_add_evidence(finding, "to tell them apart: the CA's present revocation list, given here");
  return finding;
}

/* Of a certificate in our file, of a strength that OpenSSL's levels refuse. */
typedef struct {
  const Certificate *certificate;
  const char *what; /* "key is too short" */
} Weakness;

static const Certificate *
client_certificate_with(const DiagnosisCase *c, const char *sha256)
{
  for (guint i = 0; sha256 != NULL && i < client_certificate_count(c); i++) {
    if (strcmp(certificate_sha256(client_certificate(c, i)), sha256) == 0)
      return client_certificate(c, i);
  }
  return client_certificate(c, 0);
}

/* What the checks of our own files have found already. */
static gboolean
take_local_weakness(const DiagnosisCase *c, Weakness *weakness)
{
  static const struct {
    const char *code, *what;
  } kinds[] = {{"key-too-weak", "key is too short"},
               {"issuer-key-weak", "key is too short"},
               {"signature-weak", "signature is too weak"}};
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    const Finding *local = diagnosis_local(c, kinds[i].code);
    if (local == NULL)
      continue;
    *weakness = (Weakness){client_certificate_with(c, local->sha256), kinds[i].what};
    return TRUE;
  }
  return FALSE;
}

static gboolean
is_weakly_signed(const Certificate *certificate)
{
  const char *signature = certificate_signature_label(certificate);
  return !certificate_is_self_issued(certificate) &&
         (strstr(signature, "SHA1") != NULL || strstr(signature, "SHA-1") != NULL ||
          strstr(signature, "MD5") != NULL);
}

/* RSA below 2048 bits, DSA, P-192, SHA-1, MD5; NULL: strong enough. */
static const char *
what_is_weak(const Certificate *certificate)
{
  const char *key = certificate_key_label(certificate);
  guint64 bits =
      g_str_has_prefix(key, "RSA ") ? g_ascii_strtoull(key + strlen("RSA "), NULL, 10) : 0;
  if (bits != 0 && bits < 2048)
    return "key is too short";
  if (g_str_has_prefix(key, "DSA") || strstr(key, "P-192") != NULL)
    return "key is too weak";
  return is_weakly_signed(certificate) ? "signature is too weak" : NULL;
}

static gboolean
find_weakness(const DiagnosisCase *c, Weakness *weakness)
{
  if (take_local_weakness(c, weakness))
    return TRUE;
  for (guint i = 0; i < client_certificate_count(c); i++) {
    *weakness = (Weakness){client_certificate(c, i), what_is_weak(client_certificate(c, i))};
    if (weakness->what != NULL)
      return TRUE;
  }
  return FALSE;
}

static Finding *
too_weak(const DiagnosisCase *c, const Weakness *weakness)
{
  const Certificate *weak = weakness->certificate;
  Finding *finding = client_finding(c, "strength-refused");
  g_autofree char *whose =
      weak == client_certificate(c, 0)
          ? g_strdup("its")
          : g_strdup_printf("it holds \"%s\", whose", certificate_subject_label(weak));
  finding_set_message(finding,
                      "The broker refuses %s by its security level (OpenSSL: SECLEVEL): %s %s "
                      "(%s, signed with %s).",
                      client_file(c), whose, weakness->what, certificate_key_label(weak),
                      certificate_signature_label(weak));
  finding_set_remedy(finding, "Issue a stronger one (RSA 2048 or P-256, SHA-256) rather than lower "
                              "the broker's level.");
  finding_add_alternative(finding, "client-refused");
  return finding;
}

static gboolean
is_general(int alert)
{
  return alert != ALERT_UNKNOWN_CA && alert != ALERT_EXPIRED && alert != ALERT_REVOKED;
}

static gboolean
is_of_strength(int alert)
{
  return alert == ALERT_BAD_CERTIFICATE || alert == ALERT_UNSUPPORTED_CERTIFICATE ||
         alert == ALERT_HANDSHAKE_FAILURE || alert == ALERT_INSUFFICIENT_SECURITY;
}

/* What the checks of our own files found is the reason, now that the broker has refused it. */
static Finding *
by_local(const DiagnosisCase *c)
{
  for (guint i = 0; c->local != NULL && i < c->local->len; i++) {
    const Finding *finding = g_ptr_array_index(c->local, i);
    if (finding->severity == FINDING_ERROR &&
        (finding->source == FINDING_SOURCE_CLIENT || finding->source == FINDING_SOURCE_KEY))
      return finding_copy(finding);
  }
  return NULL;
}

static Finding *
usage_missing(const DiagnosisCase *c)
{
  const char *const *usages = certificate_extended_key_usage(client_certificate(c, 0));
  g_autofree char *list = g_strjoinv(", ", (char **)usages);
  Finding *finding = client_finding(c, "client-usage-missing");
  finding_set_message(finding,
                      "%s is issued for %s only, not for clients (extended key usage "
                      "clientAuth).",
                      client_file(c), list);
  return finding;
}

static Finding *
without_signature_usage(const DiagnosisCase *c)
{
  Finding *finding = client_finding(c, "key-usage-no-signature");
  finding_set_message(finding,
                      "The key usage of %s lacks digitalSignature, which every handshake "
                      "with a client certificate needs.",
                      client_file(c));
  return finding;
}

/* What our certificate itself shows, whatever the alert. */
static Finding *
by_dates(const DiagnosisCase *c)
{
  const Certificate *leaf = client_certificate(c, 0);
  if (certificate_not_after(leaf) < c->now)
    return client_finding(c, "client-expired");
  if (certificate_not_before(leaf) > c->now)
    return client_finding(c, "client-not-yet-valid");
  return NULL;
}

static Finding *
by_usage(const DiagnosisCase *c)
{
  if (!is_for_clients(client_certificate(c, 0)))
    return usage_missing(c);
  if (!has_usage(certificate_key_usage(client_certificate(c, 0)), "digitalSignature"))
    return without_signature_usage(c);
  return NULL;
}

/* The broker says no more than "no". */
static Finding *
refused(const DiagnosisCase *c)
{
  const TunnelEvent *closed = c->evidence->closed;
  const char *code = diagnosis_tunnel_code(closed);
  gboolean usage_is_fine = strcmp(code, "client-usage-missing") == 0;
  Finding *finding = client_finding(c, usage_is_fine ? "client-refused" : code);
  if (closed->error != NULL && !usage_is_fine)
    finding_set_sentence(finding, closed->error->message);
  if (strcmp(finding->code, "client-refused") != 0)
    return finding;
  if (closed->alert == ALERT_BAD_CERTIFICATE)
    finding_add_alternative(finding, "client-ca-unknown");
  if (closed->alert == ALERT_UNSUPPORTED_CERTIFICATE)
    finding_add_alternative(finding, "client-usage-missing");
  finding_add_alternative(finding, "broker-crl-suspected");
  finding_add_evidence(finding,
                       "our own checks passed: dates, usage, strength, key and certificate "
                       "belong together");
  return finding;
}

static Finding *
none_sent(const DiagnosisCase *c)
{
  const TunnelEvent *closed = c->evidence->closed;
  Finding *finding = finding_new(diagnosis_tunnel_code(closed));
  if (closed->error != NULL)
    finding_set_sentence(finding, closed->error->message);
  g_autofree char *names = client_ca_names(c);
  if (*names != '\0')
    finding_add_evidence(finding, "it accepts certificates from: %s", names);
  if (strcmp(finding->code, "client-reset") == 0)
    finding_add_alternative(finding, "client-cert-required");
  return finding;
}

/* The order is the table "Which code, when several fit" of the fault catalogue. */
static Finding *
explain_refusal(const DiagnosisCase *c)
{
  const TunnelEvent *closed = c->evidence->closed;
  const char *code = diagnosis_tunnel_code(closed);
  if (c->identity == NULL)
    return none_sent(c);
  if (strcmp(code, "key-type-refused") == 0)
    return refused(c);
  Finding *finding = by_dates(c);
  if (finding == NULL && is_general(closed->alert))
    finding = by_usage(c);
  if (finding != NULL)
    return finding;
  Weakness weakness;
  if (is_of_strength(closed->alert) && find_weakness(c, &weakness))
    return too_weak(c, &weakness);
  finding = by_local(c);
  if (finding != NULL)
    return finding;
  switch (closed->alert) {
  case ALERT_UNKNOWN_CA:
    return diagnose_refused_ca(c);
  case ALERT_EXPIRED:
    return clock_wrong(c);
  case ALERT_REVOKED:
    return revoked(c);
  default:
    return refused(c);
  }
}

/* Of a code that both sides' certificates can have, it was ours. */
Finding *
diagnose_client_refused(const DiagnosisCase *c)
{
  Finding *finding = explain_refusal(c);
  finding->severity = FINDING_ERROR;
  if (finding->side == FINDING_SIDE_SERVER)
    finding->side = FINDING_SIDE_CLIENT;
  return finding;
}

/* --- Beside the error ------------------------------------------------------------------------- */

/* In TLS 1.3 the client's handshake is over before the broker has looked at its certificate. */
Finding *
diagnose_refused_late(const DiagnosisCase *c)
{
  const Evidence *evidence = c->evidence;
  if (evidence->closed == NULL || evidence->closed->fault != TUNNEL_FAULT_CLIENT_REFUSED ||
      evidence->at_us[EVIDENCE_ESTABLISHED] == 0)
    return NULL;
  Finding *finding = finding_new("client-refused-late");
  finding_set_message(finding, "The broker refused our certificate only after the handshake had "
                               "ended well, as TLS 1.3 has it.");
  finding_add_evidence(finding, "%s handshake finished, alert %d at the first read",
                       evidence->tls_version != NULL ? evidence->tls_version : "TLS",
                       evidence->closed->alert);
  return finding;
}

/* It works, but not as the user means it. */
Finding *
diagnose_not_requested(const DiagnosisCase *c)
{
  const Evidence *evidence = c->evidence;
  gboolean accepted = evidence->verdict != NULL && evidence->verdict->accepted;
  if (c->identity == NULL || !accepted || evidence->requested ||
      evidence->at_us[EVIDENCE_FIRST_BYTE] == 0)
    return NULL;
  Finding *finding = finding_new("client-cert-not-requested");
  finding_set_message(finding, "%s is configured, and the broker never asked for a certificate: this "
                               "is one-way TLS.",
                      identity_certificate_path(c->identity));
  diagnosis_describe_identity(finding, c->identity);
  return finding;
}
