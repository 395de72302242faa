/* The broker refused our certificate, or works without it. Brokers choose alerts freely (mosquitto
 * says "unknown CA" to three different faults): what our own certificate, the CA names that the
 * broker sent and a copy of its CA file show weighs more. */
#include "config.h"

#include "core/diagnosis_private.h"

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

static const Certificate *
own(const DiagnosisCase *c, guint index)
{
  return g_ptr_array_index(identity_certificates(c->identity), index);
}

static guint
own_count(const DiagnosisCase *c)
{
  return identity_certificates(c->identity)->len;
}

/* The last of ours that continues the line from the leaf: what the broker has to know. */
static const Certificate *
own_top(const DiagnosisCase *c)
{
  const Certificate *top = own(c, 0);
  for (guint steps = 0; steps < own_count(c); steps++) {
    const Certificate *next = NULL;
    for (guint i = 1; i < own_count(c) && next == NULL; i++) {
      if (own(c, i) != top && certificate_is_issued_by(top, own(c, i)))
        next = own(c, i);
    }
    if (next == NULL || certificate_is_self_issued(top))
      return top;
    top = next;
  }
  return top;
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

static Finding *
new_finding(const DiagnosisCase *c, const char *code)
{
  Finding *finding = finding_new(code);
  finding->severity = FINDING_ERROR;
  if (strcmp(code, "anchor-same-name") == 0 || strcmp(code, "key-usage-no-signature") == 0)
    finding->side = FINDING_SIDE_CLIENT;
  diagnosis_describe_identity(finding, c->identity);
  finding_add_evidence(finding, "sent: %s, issued by %s", certificate_subject(own(c, 0)),
                       certificate_issuer(own(c, 0)));
  return finding;
}

static const char *
file_of(const DiagnosisCase *c)
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

/* --- CA names --------------------------------------------------------------------------------- */

static gboolean
names_given(const DiagnosisCase *c)
{
  return c->evidence->ca_names != NULL && c->evidence->ca_names[0] != NULL;
}

static gboolean
is_named(const DiagnosisCase *c, const char *name)
{
  return names_given(c) && g_strv_contains((const char *const *)c->evidence->ca_names, name);
}

/* A certificate of ours is from a CA that the broker names (RFC 8446, 4.2.4: or is it). */
static gboolean
any_named(const DiagnosisCase *c)
{
  for (guint i = 0; i < own_count(c); i++) {
    if (is_named(c, certificate_issuer(own(c, i))))
      return TRUE;
  }
  return FALSE;
}

static char *
joined_names(const DiagnosisCase *c)
{
  return names_given(c) ? g_strjoinv("; ", c->evidence->ca_names) : g_strdup("");
}

Finding *
diagnose_withheld(const DiagnosisCase *c)
{
  if (c->identity == NULL || !c->evidence->requested || !names_given(c) || any_named(c))
    return NULL;
  g_autofree char *names = joined_names(c);
  Finding *finding = finding_new("client-cert-withheld");
  diagnosis_describe_identity(finding, c->identity);
  finding_set_message(finding,
                      "The broker accepts certificates from %s, ours (%s) is from %s; we "
                      "send it all the same, programs that choose by themselves send nothing.",
                      names, file_of(c), certificate_issuer(own(c, 0)));
  finding_add_evidence(finding, "CA names sent by the broker: %s", names);
  return finding;
}

/* --- Alert 48: unknown CA --------------------------------------------------------------------- */

static const Certificate *
find_issuer(const Anchors *pool, const Certificate *certificate)
{
  GPtrArray *known = pool != NULL ? anchors_certificates(pool) : NULL;
  for (guint i = 0; known != NULL && i < known->len; i++) {
    const Certificate *candidate = g_ptr_array_index(known, i);
    if (certificate_is_issued_by(certificate, candidate))
      return candidate;
  }
  return NULL;
}

/* Of our issuer's name, with another key. */
static const Certificate *
find_namesake(const Anchors *pool, const Certificate *certificate)
{
  GPtrArray *known = pool != NULL ? anchors_certificates(pool) : NULL;
  for (guint i = 0; known != NULL && i < known->len; i++) {
    const Certificate *candidate = g_ptr_array_index(known, i);
    if (strcmp(certificate_subject(candidate), certificate_issuer(certificate)) == 0 &&
        !certificate_is_issued_by(certificate, candidate))
      return candidate;
  }
  return NULL;
}

static Finding *
partial_chain(const DiagnosisCase *c, const Certificate *issuer)
{
  Finding *finding = new_finding(c, "client-partial-chain-refused");
  finding_set_message(finding,
                      "The broker knows \"%s\", which issued our certificate, but that is "
                      "no root, and it takes only chains that end in one.",
                      certificate_subject_label(issuer));
  finding_set_remedy(finding,
                     "Let its administrator add the self-signed root \"%s\" to its CA file, "
                     "or allow partial chains (EMQX: partial_chain).",
                     certificate_issuer_label(issuer));
  return finding;
}

static Finding *
namesake(const DiagnosisCase *c, const Certificate *theirs)
{
  const Certificate *top = own_top(c);
  Finding *finding = new_finding(c, "anchor-same-name");
  finding_set_message(finding,
                      "Two CAs are called \"%s\": the one in the broker's CA file is not "
                      "the one that signed \"%s\" in %s.",
                      certificate_issuer(top), certificate_subject_label(top), file_of(c));
  finding_set_remedy(finding,
                     "Issue the certificate again with the CA that the broker has, or give "
                     "the broker the CA that signed it.");
  finding_add_evidence(finding, "the broker's CA: SHA-256 %s, key %s", certificate_sha256(theirs),
                       certificate_key_id(theirs));
  return finding;
}

/* The broker's own file takes it: what is left is what that file does not hold. */
static Finding *
list_suspected(const DiagnosisCase *c, const Certificate *issuer)
{
  Finding *finding = new_finding(c, "broker-crl-suspected");
  finding_set_message(finding,
                      "The broker's CA file holds \"%s\", which issued our certificate, and "
                      "the broker refuses it all the same: probably its revocation list is missing "
                      "or out of date.",
                      certificate_subject_label(issuer));
  finding_add_alternative(finding, "client-ca-unknown");
  finding_add_evidence(finding,
                       "to tell them apart: whether the broker runs with that very CA file "
                       "(its log, or a restart)");
  return finding;
}

/* A copy of the broker's CA file decides; NULL: it does not. */
static Finding *
by_broker_ca(const DiagnosisCase *c)
{
  for (guint i = 0; c->broker_ca != NULL && i < own_count(c); i++) {
    const Certificate *issuer = find_issuer(c->broker_ca, own(c, i));
    if (issuer == NULL)
      continue;
    if (certificate_is_self_signed(issuer) || find_issuer(c->broker_ca, issuer) != NULL)
      return list_suspected(c, issuer);
    return partial_chain(c, issuer);
  }
  const Certificate *theirs = find_namesake(c->broker_ca, own_top(c));
  return theirs != NULL ? namesake(c, theirs) : NULL;
}

static Finding *
incomplete(const DiagnosisCase *c)
{
  const Certificate *top = own_top(c);
  Finding *finding = new_finding(c, "client-chain-incomplete");
  finding_set_message(finding,
                      "%s ends with \"%s\"; the broker does not know its issuer \"%s\", "
                      "which is an intermediate and has to be sent along.",
                      file_of(c), certificate_subject_label(top), certificate_issuer(top));
  finding_set_remedy(finding, "Append \"%s\" to %s after the leaf.", certificate_issuer_label(top),
                     file_of(c));
  finding_add_alternative(finding, "client-ca-unknown");
  finding_add_evidence(finding, "to tell them apart: append the issuer and try again");
  return finding;
}

/* Where the broker names no CAs, the tunnel's sentence says what there is to say. */
static Finding *
unknown_ca(const DiagnosisCase *c)
{
  g_autofree char *names = joined_names(c);
  Finding *finding = new_finding(c, "client-ca-unknown");
  if (*names == '\0' && c->evidence->closed->error != NULL) {
    finding_set_sentence(finding, c->evidence->closed->error->message);
    return finding;
  }
  finding_set_message(finding,
                      "The broker does not know the CA of our certificate: \"%s\" (%s) is "
                      "from \"%s\", and it accepts %s.",
                      certificate_subject_label(own(c, 0)), file_of(c),
                      certificate_issuer(own_top(c)), names);
  finding_set_remedy(finding,
                     "Give its administrator the certificate of \"%s\", or use a "
                     "certificate from %s.",
                     certificate_issuer_label(own_top(c)),
                     *names != '\0' ? names : "a CA that it knows");
  return finding;
}

static void
add_unknown_ca_alternatives(const DiagnosisCase *c, Finding *finding)
{
  if (names_given(c))
    return;
  if (own_count(c) == 1)
    finding_add_alternative(finding, "client-chain-incomplete");
  if (c->broker_ca != NULL)
    return;
  finding_add_alternative(finding, "client-partial-chain-refused");
  finding_add_alternative(finding, "anchor-same-name");
  finding_add_alternative(finding, "broker-crl-suspected");
  finding_add_evidence(finding,
                       "to tell them apart: a copy of the broker's CA file for its clients, "
                       "set in the connection");
}

/* The organisation in a distinguished name (RFC 4514), NULL: none. */
static char *
organisation(const char *name)
{
  g_auto(GStrv) parts = g_strsplit(name, ",", -1);
  for (char **part = parts; *part != NULL; part++) {
    if (g_str_has_prefix(*part, "O="))
      return g_strdup(*part + 2);
  }
  return NULL;
}

/* Whoever runs the CA that the broker names runs this one, too: a CA of theirs below it. */
static gboolean
is_of_named_organisation(const DiagnosisCase *c, const char *issuer)
{
  g_autofree char *ours = organisation(issuer);
  for (char **name = c->evidence->ca_names; ours != NULL && name != NULL && *name != NULL; name++) {
    g_autofree char *theirs = organisation(*name);
    if (g_strcmp0(ours, theirs) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Our file ends below a CA that is itself not the top. */
static gboolean
lacks_intermediate(const DiagnosisCase *c)
{
  const Certificate *top = own_top(c);
  if (certificate_is_self_issued(top))
    return FALSE;
  const Certificate *issuer = find_issuer(c->anchors, top);
  if (issuer == NULL)
    issuer = find_issuer(c->broker_ca, top);
  if (issuer != NULL)
    return !certificate_is_self_signed(issuer);
  if (diagnosis_local(c, "client-chain-incomplete") != NULL)
    return TRUE;
  return names_given(c) && is_of_named_organisation(c, certificate_issuer(top));
}

/* An intermediate of our file that the broker names, and not the CA above it; or NULL. */
static const Certificate *
named_intermediate(const DiagnosisCase *c)
{
  if (is_named(c, certificate_issuer(own_top(c))))
    return NULL;
  for (guint i = 1; i < own_count(c); i++) {
    if (!certificate_is_self_issued(own(c, i)) && is_named(c, certificate_subject(own(c, i))))
      return own(c, i);
  }
  return NULL;
}

/* The broker names a CA of our issuer's name and does not know it: not that one, or more is wanted.
 */
static Finding *
named_but_unknown(const DiagnosisCase *c)
{
  const Certificate *issuer = named_intermediate(c);
  if (issuer == NULL)
    issuer = find_issuer(c->anchors, own_top(c));
  if (issuer != NULL && !certificate_is_self_signed(issuer))
    return partial_chain(c, issuer);
  Finding *finding = new_finding(c, "anchor-same-name");
  finding_set_message(finding,
                      "The broker names a CA called \"%s\", as is the one that signed our "
                      "certificate, and refuses it: probably two CAs of that name with different "
                      "keys.",
                      certificate_issuer(own_top(c)));
  finding_set_remedy(finding, "Compare the key of the broker's CA with that of ours, and issue the "
                              "certificate again with the CA that the broker has.");
  finding_add_alternative(finding, "broker-crl-suspected");
  finding_add_alternative(finding, "client-partial-chain-refused");
  finding_add_evidence(finding,
                       "to tell them apart: a copy of the broker's CA file for its clients, "
                       "set in the connection");
  return finding;
}

static Finding *
refused_ca(const DiagnosisCase *c)
{
  Finding *finding = by_broker_ca(c);
  if (finding != NULL)
    return finding;
  if (any_named(c))
    return named_but_unknown(c);
  if (lacks_intermediate(c))
    return incomplete(c);
  finding = unknown_ca(c);
  add_unknown_ca_alternatives(c, finding);
  return finding;
}

/* --- The other alerts ------------------------------------------------------------------------- */

static Finding *
clock_wrong(const DiagnosisCase *c)
{
  Finding *finding = new_finding(c, "broker-clock-wrong");
  finding_set_message(finding,
                      "The broker says that %s has expired; by this machine's clock it is "
                      "valid.",
                      file_of(c));
  finding_add_alternative(finding, "broker-crl-suspected");
  finding_add_evidence(finding,
                       "to tell them apart: the date on the broker, then the next update in "
                       "its revocation list");
  return finding;
}

static Finding *
revoked(const DiagnosisCase *c)
{
  Finding *finding = new_finding(c, "client-revoked");
  finding_set_message(finding, "The broker says that %s (serial %s) has been revoked.", file_of(c),
                      certificate_serial(own(c, 0)));
  finding_add_alternative(finding, "broker-crl-suspected");
  finding_add_evidence(finding, "to tell them apart: the CA's present revocation list, given here");
  return finding;
}

/* Ours is of a strength that OpenSSL's levels refuse: RSA below 2048 bits, SHA-1, MD5. */
static const char *
weakness(const DiagnosisCase *c)
{
  if (diagnosis_local(c, "key-too-weak") != NULL || diagnosis_local(c, "issuer-key-weak") != NULL)
    return "its key is too short";
  if (diagnosis_local(c, "signature-weak") != NULL)
    return "its signature is too weak";
  for (guint i = 0; i < own_count(c); i++) {
    const char *signature = certificate_signature_label(own(c, i));
    guint64 bits = 0;
    const char *key = certificate_key_label(own(c, i));
    if (g_str_has_prefix(key, "RSA "))
      bits = g_ascii_strtoull(key + strlen("RSA "), NULL, 10);
    if (bits != 0 && bits < 2048)
      return "its key is too short";
    if (g_str_has_prefix(key, "DSA") || strstr(key, "P-192") != NULL)
      return "its key is too weak";
    if (!certificate_is_self_issued(own(c, i)) &&
        (strstr(signature, "SHA1") != NULL || strstr(signature, "SHA-1") != NULL ||
         strstr(signature, "MD5") != NULL))
      return "its signature is too weak";
  }
  return NULL;
}

static Finding *
too_weak(const DiagnosisCase *c, const char *why)
{
  const Certificate *leaf = own(c, 0);
  Finding *finding = new_finding(c, "strength-refused");
  finding_set_message(finding,
                      "The broker refuses %s by its security level (OpenSSL: SECLEVEL): %s "
                      "(%s, signed with %s).",
                      file_of(c), why, certificate_key_label(leaf),
                      certificate_signature_label(leaf));
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
  const char *const *usages = certificate_extended_key_usage(own(c, 0));
  g_autofree char *list = g_strjoinv(", ", (char **)usages);
  Finding *finding = new_finding(c, "client-usage-missing");
  finding_set_message(finding,
                      "%s is issued for %s only, not for clients (extended key usage "
                      "clientAuth).",
                      file_of(c), list);
  return finding;
}

static Finding *
without_signature_usage(const DiagnosisCase *c)
{
  Finding *finding = new_finding(c, "key-usage-no-signature");
  finding_set_message(finding,
                      "The key usage of %s lacks digitalSignature, which every handshake "
                      "with a client certificate needs.",
                      file_of(c));
  return finding;
}

/* What our certificate itself shows, whatever the alert. */
static Finding *
by_dates(const DiagnosisCase *c)
{
  const Certificate *leaf = own(c, 0);
  if (certificate_not_after(leaf) < c->now)
    return new_finding(c, "client-expired");
  if (certificate_not_before(leaf) > c->now)
    return new_finding(c, "client-not-yet-valid");
  return NULL;
}

static Finding *
by_usage(const DiagnosisCase *c)
{
  if (!is_for_clients(own(c, 0)))
    return usage_missing(c);
  if (!has_usage(certificate_key_usage(own(c, 0)), "digitalSignature"))
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
  Finding *finding = new_finding(c, usage_is_fine ? "client-refused" : code);
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
  g_autofree char *names = joined_names(c);
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
  const char *weak = is_of_strength(closed->alert) ? weakness(c) : NULL;
  if (weak != NULL)
    return too_weak(c, weak);
  finding = by_local(c);
  if (finding != NULL)
    return finding;
  switch (closed->alert) {
  case ALERT_UNKNOWN_CA:
    return refused_ca(c);
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
      evidence->at_us[EVIDENCE_ESTABLISHED] == 0 ||
      g_strcmp0(evidence->tls_version, "TLS 1.3") != 0)
    return NULL;
  Finding *finding = finding_new("client-refused-late");
  finding_set_message(finding, "The broker's refusal came after the handshake, which looked like a "
                               "success: so it is with TLS 1.3.");
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
  diagnosis_describe_identity(finding, c->identity);
  finding_set_message(finding,
                      "The broker never asked for our certificate (%s): this is one-way TLS, and "
                      "it does not know who we are by TLS.",
                      file_of(c));
  return finding;
}
