#include "config.h"

#include "core/diagnosis_private.h"

#include <string.h>

#define GNUTLS_UNSUPPORTED_VERSION_PACKET (-8)
#define APART "to tell them apart: " /* how the line with the test that decides begins */

/* --- Tools ------------------------------------------------------------------------------------ */

const char *
diagnosis_tunnel_code(const TunnelEvent *closed)
{
  const char *code = closed->error != NULL && closed->error->domain == TUNNEL_ERROR
                         ? tunnel_error_code((TunnelError)closed->error->code)
                         : NULL;
  return code != NULL ? code : "unknown";
}

Finding *
diagnosis_replace(Finding *general, const char *code)
{
  Finding *better = finding_new(code);
  better->severity = FINDING_ERROR;
  finding_add_evidence(better, "%s", general->message);
  for (guint i = 0; i < general->evidence->len; i++) {
    const char *line = g_ptr_array_index(general->evidence, i);
    if (!g_str_has_prefix(line, APART)) /* they have been told apart */
      finding_add_evidence(better, "%s", line);
  }
  finding_free(general);
  return better;
}

const Finding *
diagnosis_local(const DiagnosisCase *c, const char *code)
{
  for (guint i = 0; c->local != NULL && i < c->local->len; i++) {
    const Finding *finding = g_ptr_array_index(c->local, i);
    if (strcmp(finding->code, code) == 0)
      return finding;
  }
  return NULL;
}

static void
add_circumstances(const DiagnosisCase *c, Finding *finding)
{
  const TunnelEvent *closed = c->evidence->closed;
  if (closed->alert >= 0)
    finding_add_evidence(finding, "TLS alert %d from the broker", closed->alert);
  if (closed->gnutls_error != 0)
    finding_add_evidence(finding, "GnuTLS error %d", closed->gnutls_error);
  g_autofree char *url = profile_url(c->profile);
  finding_add_evidence(finding, "endpoint %s", url);
  if (c->evidence->address != NULL)
    finding_add_evidence(finding, "address %s", c->evidence->address);
}

/* --- What ended it ---------------------------------------------------------------------------- */

/* The verdict on the broker's certificates says it, and has ordered its findings. */
static Finding *
end_by_verdict(const DiagnosisCase *c)
{
  const Verdict *verdict = c->evidence->verdict;
  for (guint i = 0; verdict != NULL && i < verdict->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(verdict->findings, i);
    if (finding->severity == FINDING_ERROR)
      return diagnosis_join_clock(c, diagnosis_join_names(c, finding_copy(finding)));
  }
  return NULL;
}

/* The library finds the key usage of the broker's certificate wrong for the handshake that the
 * broker chose. Where it may sign, which is all that TLS 1.3 and ECDHE want, the choice was the key
 * exchange of RSA, which a broker makes that has nothing better in common with us (RFC
 * 5246, 7.4.2). */
static gboolean
is_about_key_exchange(const DiagnosisCase *c)
{
  const GPtrArray *certificates = c->evidence->certificates;
  if (!g_error_matches(c->evidence->closed->error, TUNNEL_ERROR, TUNNEL_ERROR_SERVER_KEY_USAGE) ||
      certificates == NULL || certificates->len == 0)
    return FALSE;
  const char *const *usages = certificate_key_usage(g_ptr_array_index(certificates, 0));
  return usages != NULL && g_strv_contains(usages, "digitalSignature");
}

static void
say_key_exchange(Finding *finding)
{
  finding_set_message(finding,
                      "The broker chose the key exchange of RSA, for which its certificate lacks "
                      "the key usage keyEncipherment: it prefers that to ECDHE, or has no ECDHE "
                      "suite or group in common with us.");
  finding_set_remedy(finding, "Have the broker prefer ECDHE suites, and allow one, and X25519 or "
                              "P-256, on both sides; the certificate is fine.");
}

static const char *
general_code(const DiagnosisCase *c)
{
  const TunnelEvent *closed = c->evidence->closed;
  if (closed->gnutls_error == GNUTLS_UNSUPPORTED_VERSION_PACKET)
    return "tls-version-mismatch";
  return is_about_key_exchange(c) ? "tls-no-cipher" : diagnosis_tunnel_code(closed);
}

/* The TLS library refused what the broker showed, after we had judged it good. */
static gboolean
tunnel_is_about_broker(const TunnelEvent *closed)
{
  static const int codes[] = {TUNNEL_ERROR_SERVER_MALFORMED, TUNNEL_ERROR_SERVER_KEY_USAGE,
                              TUNNEL_ERROR_SERVER_KEY_WEAK, TUNNEL_ERROR_TLS_ALGORITHM};
  for (gsize i = 0; closed->error != NULL && i < G_N_ELEMENTS(codes); i++) {
    if (g_error_matches(closed->error, TUNNEL_ERROR, codes[i]))
      return TRUE;
  }
  return FALSE;
}

static void
about_broker(const DiagnosisCase *c, Finding *finding)
{
  const GPtrArray *certificates = c->evidence->certificates;
  if (c->evidence->closed->unreadable > 0) {
    finding->source = FINDING_SOURCE_PEER;
    finding->index = (int)c->evidence->closed->unreadable - 1;
    return;
  }
  if (certificates == NULL || certificates->len == 0)
    return;
  const Certificate *leaf = g_ptr_array_index(certificates, 0);
  finding->source = FINDING_SOURCE_PEER;
  finding->index = 0;
  finding->subject = g_strdup(certificate_subject(leaf));
  finding->sha256 = g_strdup(certificate_sha256(leaf));
}

/* The tunnel's own sentence fits unless other evidence has overruled its code. */
static Finding *
end_by_tunnel(const DiagnosisCase *c)
{
  const TunnelEvent *closed = c->evidence->closed;
  const char *code = general_code(c);
  Finding *finding = finding_new(code);
  finding->severity = FINDING_ERROR;
  if (closed->error != NULL && strcmp(code, diagnosis_tunnel_code(closed)) == 0)
    finding_set_sentence(finding, closed->error->message);
  if (g_error_matches(closed->error, TUNNEL_ERROR, TUNNEL_ERROR_MQTT_TIMEOUT))
    finding->side = FINDING_SIDE_BROKER; /* what it is, is not known; where, is */
  if (is_about_key_exchange(c))
    say_key_exchange(finding);
  else if (tunnel_is_about_broker(closed))
    about_broker(c, finding);
  return finding;
}

/* What else alert 40 before ServerHello allows. */
static void
add_negotiation_alternatives(Finding *finding)
{
  static const char *const codes[] = {"tls-no-group", "tls-version-mismatch",
                                      "tls-key-type-mismatch", "psk-only"};
  if (strcmp(finding->code, "tls-no-cipher") != 0)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
    finding_add_alternative(finding, codes[i]);
  finding_add_evidence(finding, APART "a try that allows one thing more at a time");
}

static Finding *
end_by_close(const DiagnosisCase *c)
{
  const TunnelEvent *closed = c->evidence->closed;
  Finding *finding = NULL;
  if (closed->fault == TUNNEL_FAULT_VERIFY)
    finding = end_by_verdict(c);
  if (finding != NULL)
    return finding;
  if (closed->fault == TUNNEL_FAULT_CLIENT_REFUSED)
    finding = diagnose_client_refused(c);
  else if (c->evidence->disconnect > 0)
    finding = diagnose_disconnect(c);
  else if (closed->fault == TUNNEL_FAULT_PEER_CLOSED || closed->fault == TUNNEL_FAULT_NETWORK)
    finding = diagnose_silent_end(c);
  if (finding == NULL)
    finding = diagnose_silent_refusal(c);
  if (finding == NULL) {
    finding = end_by_tunnel(c);
    diagnosis_add_silent_alternatives(c, finding);
  }
  add_negotiation_alternatives(finding);
  add_circumstances(c, finding);
  return finding;
}

Finding *
diagnose_end(const DiagnosisCase *c)
{
  const Evidence *evidence = c->evidence;
  Finding *finding = NULL;
  if (evidence->connack > 0)
    finding = diagnose_connack(c);
  else if (evidence->closed != NULL && evidence->closed->fault != TUNNEL_FAULT_NONE)
    finding = end_by_close(c);
  return finding != NULL ? diagnosis_refine(c, finding) : NULL;
}

static Finding *
refined_not_requested(const DiagnosisCase *c)
{
  Finding *finding = diagnose_not_requested(c);
  return finding != NULL ? diagnosis_refine(c, finding) : NULL;
}

Finding *
diagnose_doubt(const DiagnosisCase *c)
{
  if (c->evidence->closed != NULL || c->evidence->connack > 0)
    return NULL;
  return refined_not_requested(c);
}

/* --- All of it -------------------------------------------------------------------------------- */

static Finding *
find_same(const GPtrArray *findings, const Finding *finding)
{
  for (guint i = 0; i < findings->len; i++) {
    Finding *other = g_ptr_array_index(findings, i);
    if (strcmp(other->code, finding->code) == 0 && other->source == finding->source)
      return other;
  }
  return NULL;
}

/* What stands there already, or says nothing, is not said again; and where our files have shown the
 * cause, there is nothing to be told apart. */
static void
add_new_evidence(Finding *finding, const char *line)
{
  if (*line == '\0' || strcmp(line, finding->message) == 0 || g_str_has_prefix(line, APART))
    return;
  for (guint i = 0; i < finding->evidence->len; i++) {
    if (strcmp(g_ptr_array_index(finding->evidence, i), line) == 0)
      return;
  }
  finding_add_evidence(finding, "%s", line);
}

/* Takes ownership; NULL is allowed. What our files had shown already keeps its sentence, which
 * knows the dates, and gets what the broker said about it as evidence. */
static void
add(GPtrArray *findings, Finding *finding)
{
  if (finding == NULL)
    return;
  Finding *same = find_same(findings, finding);
  if (same == NULL) {
    g_ptr_array_add(findings, finding);
    return;
  }
  same->severity = MIN(same->severity, finding->severity);
  add_new_evidence(same, finding->message);
  for (guint i = 0; i < finding->evidence->len; i++)
    add_new_evidence(same, g_ptr_array_index(finding->evidence, i));
  finding_free(finding);
}

static void
add_copies(GPtrArray *findings, const GPtrArray *from)
{
  for (guint i = 0; from != NULL && i < from->len; i++)
    g_ptr_array_add(findings, finding_copy(g_ptr_array_index(from, i)));
}

static gboolean
holds(const GPtrArray *findings, const char *code)
{
  for (guint i = 0; findings != NULL && i < findings->len; i++) {
    const Finding *finding = g_ptr_array_index(findings, i);
    if (strcmp(finding->code, code) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_about_strength(const Finding *finding)
{
  static const char *const codes[] = {"key-too-weak", "issuer-key-weak", "signature-weak"};
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
    if (strcmp(finding->code, codes[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

/* What our checks found fault with in our certificate, and the broker has overruled or explained:
 * it answers in MQTT only when it has taken the certificate, or asked for none; and where its level
 * of strength was the reason, that is one fault and not two. */
static gboolean
is_settled(const DiagnosisCase *c, const Finding *finding, const Finding *end)
{
  if (finding->source != FINDING_SOURCE_CLIENT)
    return FALSE;
  if (c->evidence->at_us[EVIDENCE_FIRST_BYTE] != 0)
    return TRUE;
  return end != NULL && strcmp(end->code, "strength-refused") == 0 && is_about_strength(finding);
}

static void
settle(const DiagnosisCase *c, Finding *finding)
{
  finding->severity = FINDING_WARNING;
  if (c->evidence->at_us[EVIDENCE_FIRST_BYTE] != 0)
    finding_add_evidence(finding, c->evidence->requested ? "this broker takes it all the same"
                                                         : "this broker did not ask for it");
}

static gboolean
is_of_verdict(const DiagnosisCase *c, const Finding *end)
{
  const Verdict *verdict = c->evidence->verdict;
  if (verdict == NULL || verdict->accepted || end == NULL)
    return FALSE;
  return holds(verdict->findings, end->code) ||
         (strcmp(end->code, "clock-wrong") == 0 && diagnosis_is_clock(c));
}

/* Another cause than the certificates themselves explains the refusal: what was found wrong with
 * the ones that came is no fault of its own. */
static gboolean
is_explained(const DiagnosisCase *c, const Finding *end)
{
  const Verdict *verdict = c->evidence->verdict;
  return verdict != NULL && !verdict->accepted && end != NULL && !is_of_verdict(c, end);
}

/* Where the clock is wrong, that is the one fault. */
static void
add_local(GPtrArray *findings, const DiagnosisCase *c, const Finding *end)
{
  gboolean is_clock = diagnosis_is_clock(c) && !is_explained(c, end);
  for (guint i = 0; c->local != NULL && i < c->local->len; i++) {
    const Finding *finding = g_ptr_array_index(c->local, i);
    if (!is_clock || strcmp(finding->code, "client-not-yet-valid") != 0)
      g_ptr_array_add(findings, finding_copy(finding));
  }
  for (guint i = 0; i < findings->len; i++) {
    Finding *finding = g_ptr_array_index(findings, i);
    if (finding->severity == FINDING_ERROR && is_settled(c, finding, end))
      settle(c, finding);
  }
}

static gboolean
is_about_same(const Finding *a, const Finding *b)
{
  return strcmp(a->code, b->code) == 0 && a->source == b->source && a->index == b->index &&
         g_strcmp0(a->sha256, b->sha256) == 0 && g_strcmp0(a->file, b->file) == 0;
}

/* What the files had shown alone is replaced by what is seen now of the same thing, which knows
 * what comes of it. */
static void
add_over(GPtrArray *findings, const Finding *finding)
{
  for (guint i = 0; i < findings->len; i++) {
    if (!is_about_same(g_ptr_array_index(findings, i), finding))
      continue;
    g_ptr_array_remove_index(findings, i);
    break;
  }
  g_ptr_array_add(findings, finding_copy(finding));
}

static void
add_verdict(GPtrArray *findings, const DiagnosisCase *c, const Finding *end)
{
  const Verdict *verdict = c->evidence->verdict;
  if (verdict == NULL)
    return;
  gboolean explained = is_explained(c, end);
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(verdict->findings, i);
    g_autoptr(Finding) joined = diagnosis_join_clock(c, finding_copy(finding));
    if (!explained || finding->severity != FINDING_ERROR)
      add_over(findings, joined);
  }
}

GPtrArray *
diagnose(const DiagnosisCase *c)
{
  GPtrArray *findings = finding_list_new();
  g_autoptr(Finding) end = diagnose_end(c);
  add_local(findings, c, end);
  add_verdict(findings, c, end);
  diagnosis_join_all_names(c, findings);
  add_copies(findings, c->mqtt);
  add(findings, diagnose_withheld(c));
  add(findings, diagnose_ipv6(c));
  add(findings, diagnose_refused_late(c));
  add(findings, refined_not_requested(c));
  if (end == NULL || strcmp(end->code, "tcp-idle-drop") != 0)
    add(findings, diagnose_idle_drop(c));
  if (end != NULL && !is_of_verdict(c, end))
    add(findings, g_steal_pointer(&end));
  finding_list_sort(findings);
  return findings;
}

/* --- Does it heal? ---------------------------------------------------------------------------- */

/* The end of a connection says too little: these stay whatever ended it. */
static gboolean
is_configuration(const char *code)
{
  static const char *const codes[] = {"port-plain-mqtt",
                                      "port-needs-tls",
                                      "port-http",
                                      "port-websocket",
                                      "port-no-websocket",
                                      "port-other-service",
                                      "port-starttls",
                                      "tls-terminated-by-proxy",
                                      "tls13-intolerant",
                                      "alpn-required",
                                      "local-policy-forbids",
                                      "mqtt-session-taken-over",
                                      "mqtt-packet-too-large",
                                      "mqtt-version-refused",
                                      "psk-only",
                                      "sni-dependent",
                                      "dns-wrong-host",
                                      "tls-version-mismatch"};
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
    if (strcmp(code, codes[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The next try shows whether it happens again. */
static gboolean
is_guess(const DiagnosisCase *c, const Finding *end)
{
  return strcmp(end->code, "mqtt-session-taken-over") == 0 && c->evidence->closed != NULL &&
         !diagnosis_take_over_is_sure(c);
}

gboolean
diagnosis_heals(const DiagnosisCase *c, const Finding *end)
{
  const Evidence *evidence = c->evidence;
  if (end != NULL && is_configuration(end->code) && !is_guess(c, end))
    return FALSE;
  if (evidence->connack > 0)
    return diagnosis_reason_heals(evidence->connack);
  if (evidence->closed == NULL)
    return TRUE;
  if (end != NULL && end->source == FINDING_SOURCE_CLIENT)
    return FALSE;
  switch (evidence->closed->fault) {
  case TUNNEL_FAULT_TLS:
    /* A broker that is just starting, or a proxy without one, resets; the rest is configuration. */
    return strcmp(diagnosis_tunnel_code(evidence->closed), "tls-reset") == 0;
  case TUNNEL_FAULT_VERIFY:
  case TUNNEL_FAULT_CLIENT_REFUSED:
  case TUNNEL_FAULT_PROTOCOL:
    return FALSE;
  case TUNNEL_FAULT_PEER_CLOSED:
  case TUNNEL_FAULT_NETWORK:
    return evidence->disconnect <= 0 || diagnosis_reason_heals(evidence->disconnect);
  default:
    return TRUE;
  }
}
