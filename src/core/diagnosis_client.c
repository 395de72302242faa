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

static gboolean
is_general(int alert)
{
  return alert != ALERT_UNKNOWN_CA && alert != ALERT_EXPIRED && alert != ALERT_REVOKED;
}

static gboolean
is_of_strength(int alert)
{
  return alert == NO_ALERT || alert == ALERT_BAD_CERTIFICATE ||
         alert == ALERT_UNSUPPORTED_CERTIFICATE || alert == ALERT_HANDSHAKE_FAILURE ||
         alert == ALERT_INSUFFICIENT_SECURITY;
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

/* It gives no reason, and the CAs that it named do. */
static Finding *
by_ca_names(const DiagnosisCase *c, const char *how)
{
  Finding *finding = diagnose_refused_ca(c);
  finding_add_evidence(finding, "%s; the CA names that it had sent tell why", how);
  finding_add_alternative(finding, "client-refused");
  finding_add_evidence(finding,
                       "to tell them apart: a certificate from a CA that the broker names, "
                       "or the broker's log");
  return finding;
}

/* The broker says no more than "no". */
static Finding *
refused(const DiagnosisCase *c)
{
  const TunnelEvent *closed = c->evidence->closed;
  const char *code = diagnosis_tunnel_code(closed);
  gboolean usage_is_fine = strcmp(code, "client-usage-missing") == 0;
  if (client_is_of_unnamed_ca(c) &&
      (strcmp(code, "client-refused") == 0 || strcmp(code, "client-reset") == 0))
    return by_ca_names(c, "the broker gave no reason");
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

/* What is wrong with our certificate as it is, whoever looks at it; NULL: nothing that fits. */
static Finding *
by_certificate(const DiagnosisCase *c)
{
  int alert = c->evidence->closed->alert;
  Finding *finding = by_dates(c);
  if (finding == NULL && is_general(alert))
    finding = by_usage(c);
  if (finding == NULL && is_of_strength(alert))
    finding = diagnose_weakness(c);
  return finding != NULL ? finding : by_local(c);
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
  Finding *finding = by_certificate(c);
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
static Finding *
as_ours(Finding *finding)
{
  finding->severity = FINDING_ERROR;
  if (finding->side == FINDING_SIDE_SERVER)
    finding->side = FINDING_SIDE_CLIENT;
  return finding;
}

Finding *
diagnose_client_refused(const DiagnosisCase *c)
{
  return as_ours(explain_refusal(c));
}

/* A broker that has answered us in MQTT before takes the certificate as it is; only its dates
 * change by themselves. NULL: it is not that. */
static Finding *
by_silence(const DiagnosisCase *c, const char *how)
{
  Finding *finding = c->end_count > 0 ? by_dates(c) : by_certificate(c);
  if (finding != NULL)
    finding_add_evidence(finding, "%s", how);
  else if (c->end_count == 0 && client_is_of_unnamed_ca(c))
    finding = by_ca_names(c, how);
  return finding;
}

/* nginx, and what is built like it, ends the handshake well whatever certificate came, looks at it
 * then, and closes in good order. */
Finding *
diagnose_silent_refusal(const DiagnosisCase *c)
{
  const Evidence *evidence = c->evidence;
  if (c->identity == NULL || !evidence->requested || !evidence->sent ||
      evidence->at_us[EVIDENCE_FIRST_BYTE] != 0 ||
      strcmp(diagnosis_tunnel_code(evidence->closed), "mqtt-closed-after-connect") != 0)
    return NULL;
  Finding *finding = by_silence(c, "the broker asked for our certificate, got it, and closed "
                                   "without an alert");
  return finding != NULL ? as_ours(finding) : NULL;
}

/* --- Beside the error ------------------------------------------------------------------------- */

/* In TLS 1.3 the client's handshake is over before the broker has looked at its certificate. */
Finding *
diagnose_refused_late(const DiagnosisCase *c)
{
  const Evidence *evidence = c->evidence;
  if (evidence->closed == NULL || evidence->closed->fault != TUNNEL_FAULT_CLIENT_REFUSED ||
      evidence->at_us[EVIDENCE_ESTABLISHED] == 0 ||
      (evidence->tls_version != NULL && strcmp(evidence->tls_version, "TLS 1.3") != 0))
    return NULL;
  Finding *finding = finding_new("client-refused-late");
  finding_set_message(finding,
                      "The broker refused %s only after the handshake had ended well, as TLS 1.3 "
                      "has it.",
                      c->identity != NULL ? "our certificate"
                                          : "a connection without a client certificate");
  if (evidence->closed->alert >= 0)
    finding_add_evidence(finding, "TLS 1.3 handshake finished, alert %d at the first read",
                         evidence->closed->alert);
  else
    finding_add_evidence(finding, "TLS 1.3 handshake finished, cut off at the first read");
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
  finding_set_message(finding,
                      "%s is configured, and the broker never asked for a certificate: this "
                      "is one-way TLS.",
                      identity_certificate_path(c->identity));
  diagnosis_describe_identity(finding, c->identity);
  return finding;
}
