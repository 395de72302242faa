#include "config.h"

#include "core/diagnosis.h"
#include "trust/pki.h"
#include "util/private_folder.h"
#include "util/secret.h"

#include <string.h>

#define DAY 86400
#define NOW G_GINT64_CONSTANT(1790000000)

/* --- Fixtures --------------------------------------------------------------------------------- */

/* A client certificate of a CA from `from` to `to`, of the usage that `role` gives. */
static Identity *
make_identity(PkiRole role, gint64 from, gint64 to)
{
  PkiTemplate template = {.role = role,
                          .key_type = PKI_KEY_ECDSA_P256,
                          .common_name = "client",
                          .not_before = from,
                          .not_after = to,
                          .path_length = -1};
  PkiTemplate authority = {.role = PKI_ROOT,
                           .key_type = PKI_KEY_ECDSA_P256,
                           .common_name = "authority",
                           .not_before = NOW - 1000 * DAY,
                           .not_after = NOW + 1000 * DAY,
                           .path_length = -1};
  g_autoptr(GError) error = NULL;
  g_autoptr(PkiPair) issuer = pki_issue(&authority, NULL, &error);
  g_assert_no_error(error);
  g_autoptr(PkiPair) pair = pki_issue(&template, issuer, &error);
  g_assert_no_error(error);
  g_autofree char *folder = private_folder_new("diagnosis", &error);
  g_assert_no_error(error);
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(pair));
  secret_auto key = pki_pair_key_pem(pair, NULL, &error);
  private_folder_write(folder, "c.pem", pem, -1, 0600, &error);
  private_folder_write(folder, "c.key", key, -1, 0600, &error);
  g_autofree char *pem_path = g_build_filename(folder, "c.pem", NULL);
  g_autofree char *key_path = g_build_filename(folder, "c.key", NULL);
  Identity *identity = identity_load(pem_path, key_path, NULL, &error);
  g_assert_no_error(error);
  g_assert_true(private_folder_remove(folder, NULL));
  return identity;
}

static Profile *
make_profile(void)
{
  Profile *profile = profile_new();
  g_free(profile->host);
  profile->host = g_strdup("mqtt.example.com");
  return profile;
}

/* A connection that has ended so. `event` is borrowed. */
static Finding *
end_with(const TunnelEvent *event, const Profile *profile, const Identity *identity,
         int disconnect_reason)
{
  g_autoptr(Evidence) evidence = evidence_new();
  evidence->disconnect = disconnect_reason;
  evidence->closed = (TunnelEvent *)event;
  DiagnosisCase c = {.evidence = evidence,
                     .profile = profile,
                     .identity = identity,
                     .quiet_us = -1,
                     .now = event->time_ns / G_GINT64_CONSTANT(1000000000)};
  Finding *finding = diagnose_end(&c);
  evidence->closed = NULL;
  return finding;
}

static Finding *
closed_with(TunnelError code, const Identity *identity, int alert, int disconnect_reason)
{
  g_autoptr(Profile) profile = make_profile();
  g_autoptr(GError) error = g_error_new_literal(TUNNEL_ERROR, (gint)code, "What the tunnel says.");
  TunnelEvent event = {.type = TUNNEL_CLOSED,
                       .time_ns = NOW * G_GINT64_CONSTANT(1000000000),
                       .fault = tunnel_error_fault(code),
                       .error = error,
                       .alert = alert};
  return end_with(&event, profile, identity, disconnect_reason);
}

static gboolean
heals(const TunnelEvent *event, int disconnect_reason)
{
  g_autoptr(Profile) profile = make_profile();
  g_autoptr(Evidence) evidence = evidence_new();
  evidence->disconnect = disconnect_reason;
  evidence->closed = (TunnelEvent *)event;
  DiagnosisCase c = {.evidence = evidence, .profile = profile, .quiet_us = -1, .now = NOW};
  g_autoptr(Finding) end = diagnose_end(&c);
  gboolean result = diagnosis_heals(&c, end);
  evidence->closed = NULL;
  return result;
}

static Finding *
connack_with(int reason, const Profile *profile)
{
  g_autoptr(Evidence) evidence = evidence_new();
  evidence->connack = reason;
  DiagnosisCase c = {.evidence = evidence, .profile = profile, .quiet_us = -1, .now = NOW};
  return diagnose_end(&c);
}

static Verdict *
accepted_verdict(void)
{
  Verdict *verdict = g_new0(Verdict, 1);
  verdict->accepted = TRUE;
  verdict->paths = g_ptr_array_new();
  verdict->path = g_ptr_array_new();
  verdict->findings = finding_list_new();
  verdict->not_checked = g_ptr_array_new();
  return verdict;
}

static gboolean
has_alternative(const Finding *finding, const char *code)
{
  for (guint i = 0; i < finding->alternatives->len; i++) {
    if (strcmp(g_ptr_array_index(finding->alternatives, i), code) == 0)
      return TRUE;
  }
  return FALSE;
}

/* --- A certificate of the broker that cannot be read ------------------------------------------ */

static void
test_unreadable(void)
{
  g_autoptr(Profile) profile = make_profile();
  g_autoptr(GError) error = g_error_new_literal(TUNNEL_ERROR, TUNNEL_ERROR_SERVER_MALFORMED,
                                                "certificate 2 cannot be read; re-issue it");
  TunnelEvent event = {.type = TUNNEL_CLOSED,
                       .time_ns = NOW * G_GINT64_CONSTANT(1000000000),
                       .fault = tunnel_error_fault(TUNNEL_ERROR_SERVER_MALFORMED),
                       .error = error,
                       .alert = -1,
                       .unreadable = 3};
  g_autoptr(Finding) finding = end_with(&event, profile, NULL, -1);
  g_assert_cmpstr(finding->code, ==, "certificate-malformed");
  g_assert_cmpint(finding->severity, ==, FINDING_ERROR);
  g_assert_cmpint(finding->source, ==, FINDING_SOURCE_PEER);
  g_assert_cmpint(finding->index, ==, 2);
  event.unreadable = 0;
  g_autoptr(Finding) unknown = end_with(&event, profile, NULL, -1);
  g_assert_cmpint(unknown->index, ==, -1);
}

/* --- Our certificate was refused -------------------------------------------------------------- */

static void
test_refused_good_certificate(void)
{
  g_autoptr(Identity) identity = make_identity(PKI_CLIENT, NOW - DAY, NOW + DAY);
  g_autoptr(Finding) finding = closed_with(TUNNEL_ERROR_CLIENT_CA_UNKNOWN, identity, 48, -1);
  g_assert_cmpstr(finding->code, ==, "client-ca-unknown");
  g_assert_cmpint(finding->source, ==, FINDING_SOURCE_CLIENT);
  g_assert_cmpstr(finding->subject, ==, "CN=client");
  g_assert_cmpstr(finding->message, ==, "What the tunnel says.");
  g_assert_true(has_alternative(finding, "client-chain-incomplete"));
}

/* The tunnel's own advice knows more than the catalogue's; without one the catalogue's stands. */
static void
test_tunnel_sentences(void)
{
  static const struct {
    TunnelError code;
    const char *sentence, *message, *remedy;
  } cases[] = {
      {TUNNEL_ERROR_TCP_REFUSED, "nothing listens on a; b:1 (refused); start the broker",
       "Nothing listens on a; b:1 (refused).", "Start the broker."},
      {TUNNEL_ERROR_TCP_REFUSED, "nothing listens there", "Nothing listens there.",
       "Start the broker, or correct the port."},
      {TUNNEL_ERROR_PEER_CLOSED, "it went away; its log says why", "It went away.",
       "Its log says why."},
      {TUNNEL_ERROR_PEER_CLOSED, "hub (192.0.2.1:1) went away.", "hub (192.0.2.1:1) went away.",
       "Look at the evidence, and at the broker's log for the time of this connection."},
      {TUNNEL_ERROR_PEER_CLOSED, "hub.test is gone", "hub.test is gone.",
       "Look at the evidence, and at the broker's log for the time of this connection."},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Profile) profile = make_profile();
    g_autoptr(GError) error =
        g_error_new_literal(TUNNEL_ERROR, (gint)cases[i].code, cases[i].sentence);
    TunnelEvent event = {.type = TUNNEL_CLOSED,
                         .fault = tunnel_error_fault(cases[i].code),
                         .error = error,
                         .alert = -1};
    g_autoptr(Finding) finding = end_with(&event, profile, NULL, -1);
    g_assert_cmpstr(finding->message, ==, cases[i].message);
    g_assert_cmpstr(finding->remedy, ==, cases[i].remedy);
  }
}

static void
test_refused_expired(void)
{
  g_autoptr(Identity) identity = make_identity(PKI_CLIENT, NOW - 9 * DAY, NOW - DAY);
  g_autoptr(Finding) finding = closed_with(TUNNEL_ERROR_CLIENT_REFUSED, identity, 42, -1);
  g_assert_cmpstr(finding->code, ==, "client-expired");
  g_assert_cmpstr(finding->message, !=, "What the tunnel says.");
}

static void
test_refused_not_yet_valid(void)
{
  g_autoptr(Identity) identity = make_identity(PKI_CLIENT, NOW + DAY, NOW + 9 * DAY);
  g_autoptr(Finding) finding = closed_with(TUNNEL_ERROR_CLIENT_REFUSED, identity, 42, -1);
  g_assert_cmpstr(finding->code, ==, "client-not-yet-valid");
}

static void
test_refused_wrong_usage(void)
{
  g_autoptr(Identity) identity = make_identity(PKI_SERVER, NOW - DAY, NOW + DAY);
  g_autoptr(Finding) finding = closed_with(TUNNEL_ERROR_CLIENT_REFUSED, identity, 43, -1);
  g_assert_cmpstr(finding->code, ==, "client-usage-missing");
}

/* The broker says "expired" of a certificate that is valid by our clock. */
static void
test_refused_broker_clock(void)
{
  g_autoptr(Identity) identity = make_identity(PKI_CLIENT, NOW - DAY, NOW + DAY);
  g_autoptr(Finding) finding = closed_with(TUNNEL_ERROR_CLIENT_EXPIRED, identity, 45, -1);
  g_assert_cmpstr(finding->code, ==, "broker-clock-wrong");
  g_assert_true(has_alternative(finding, "broker-crl-suspected"));
}

static void
test_required_but_none(void)
{
  g_autoptr(Finding) finding = closed_with(TUNNEL_ERROR_CLIENT_REQUIRED, NULL, 116, -1);
  g_assert_cmpstr(finding->code, ==, "client-cert-required");
  g_assert_cmpint(finding->source, ==, FINDING_SOURCE_NONE);
}

/* --- Other ends ------------------------------------------------------------------------------- */

/* Every error of a tunnel has a finding in the catalogue, with a remedy. */
static void
test_every_tunnel_error(void)
{
  for (int code = 0; code < TUNNEL_ERROR_LAST_; code++) {
    if (tunnel_error_code((TunnelError)code) == NULL)
      continue;
    g_autoptr(Finding) finding = closed_with((TunnelError)code, NULL, -1, -1);
    g_assert_cmpstr(finding->code, ==, tunnel_error_code((TunnelError)code));
    g_assert_cmpint(finding->severity, ==, FINDING_ERROR);
    g_assert_cmpstr(finding->message, !=, "");
    g_assert_cmpstr(finding->remedy, !=, "");
  }
}

/* One code, and whose certificate it is about depends on who stumbled over it. */
static void
test_sides_of_key_usage(void)
{
  g_autoptr(Finding) ours = closed_with(TUNNEL_ERROR_CLIENT_KEY_USAGE, NULL, 80, -1);
  g_autoptr(Finding) theirs = closed_with(TUNNEL_ERROR_SERVER_KEY_USAGE, NULL, -1, -1);
  g_assert_cmpstr(ours->code, ==, theirs->code);
  g_assert_cmpint(ours->side, ==, FINDING_SIDE_CLIENT);
  g_assert_cmpint(theirs->side, ==, FINDING_SIDE_SERVER);
}

static void
test_disconnect_reason_decides(void)
{
  g_autoptr(Finding) finding = closed_with(TUNNEL_ERROR_PEER_CLOSED, NULL, -1, 0x8E);
  g_assert_cmpstr(finding->code, ==, "mqtt-session-taken-over");
}

static void
test_heals(void)
{
  TunnelEvent event = {.fault = TUNNEL_FAULT_NETWORK, .alert = -1};
  g_assert_true(heals(&event, -1));
  g_assert_true(heals(&event, 0x8B));
  g_assert_false(heals(&event, 0x8E));
  event.fault = TUNNEL_FAULT_DIAL;
  g_assert_true(heals(&event, -1));
  event.fault = TUNNEL_FAULT_VERIFY;
  g_assert_false(heals(&event, -1));
  event.fault = TUNNEL_FAULT_CLIENT_REFUSED;
  g_assert_false(heals(&event, -1));
  event.fault = TUNNEL_FAULT_TLS;
  g_assert_false(heals(&event, -1));
  g_autoptr(GError) reset = g_error_new_literal(TUNNEL_ERROR, TUNNEL_ERROR_TLS_RESET, "reset");
  event.error = reset;
  g_assert_true(heals(&event, -1));
}

/* --- CONNACK ---------------------------------------------------------------------------------- */

static void
test_connack(void)
{
  static const struct {
    guint8 reason;
    const char *code;
    gboolean heals;
  } cases[] = {
      {1, "mqtt-version-refused", FALSE},      {2, "mqtt-client-id-refused", FALSE},
      {3, "mqtt-server-unavailable", TRUE},    {4, "mqtt-bad-credentials", FALSE},
      {5, "mqtt-not-authorized", FALSE},       {0x84, "mqtt-version-refused", FALSE},
      {0x85, "mqtt-client-id-refused", FALSE}, {0x86, "mqtt-bad-credentials", FALSE},
      {0x87, "mqtt-not-authorized", FALSE},    {0x88, "mqtt-server-unavailable", TRUE},
      {0x89, "mqtt-server-unavailable", TRUE}, {0x8A, "mqtt-refused-other", FALSE},
      {0x97, "mqtt-server-unavailable", TRUE}, {0x9D, "mqtt-refused-other", FALSE},
  };
  g_autoptr(Profile) profile = make_profile();
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Finding) finding = connack_with(cases[i].reason, profile);
    g_assert_cmpstr(finding->code, ==, cases[i].code);
    g_assert_cmpint(diagnosis_reason_heals(cases[i].reason), ==, cases[i].heals);
  }
}

static void
test_connack_empty_client_id(void)
{
  g_autoptr(Profile) profile = make_profile();
  g_free(profile->client_id);
  profile->client_id = g_strdup("");
  g_autoptr(Finding) finding = connack_with(2, profile);
  g_assert_cmpstr(finding->code, ==, "mqtt-client-id-refused");
  g_assert_cmpstr(finding->remedy, ==, "Set a client id.");
}

static void
test_connack_alternatives(void)
{
  g_autoptr(Profile) profile = make_profile();
  g_autoptr(Finding) anonymous = connack_with(5, profile);
  g_assert_true(has_alternative(anonymous, "mqtt-identity-mapped"));
  g_assert_nonnull(strstr(anonymous->message, "broker's rules refuse client"));
  profile->user_name = g_strdup("u");
  g_autoptr(Finding) named = connack_with(5, profile);
  g_assert_true(has_alternative(named, "mqtt-bad-credentials"));
  g_assert_null(strstr(named->message, "rules"));
  g_assert_nonnull(strstr(named->message, " as user \"u\": "));
  g_assert_cmpstr(named->remedy, ==,
                  "Check user name and password; if they are right, let the broker's rules allow "
                  "this client.");
}

/* --- It works, but not as meant --------------------------------------------------------------- */

static void
test_certificate_not_requested(void)
{
  g_autoptr(Identity) identity = make_identity(PKI_CLIENT, NOW - DAY, NOW + DAY);
  g_autoptr(Profile) profile = make_profile();
  g_autoptr(Evidence) evidence = evidence_new();
  evidence->verdict = accepted_verdict();
  evidence->at_us[EVIDENCE_FIRST_BYTE] = 1;
  DiagnosisCase c = {.evidence = evidence, .profile = profile, .identity = identity, .now = NOW};
  g_autoptr(Finding) finding = diagnose_doubt(&c);
  g_assert_nonnull(finding);
  g_assert_cmpstr(finding->code, ==, "client-cert-not-requested");
  g_assert_cmpint(finding->severity, ==, FINDING_WARNING);
  g_assert_nonnull(strstr(finding->message, "one-way TLS"));
  c.identity = NULL;
  g_assert_null(diagnose_doubt(&c));
  c.identity = identity;
  /* Refused in MQTT, it is still worth saying. */
  evidence->connack = 5;
  g_assert_null(diagnose_doubt(&c));
  g_autoptr(GPtrArray) refused = diagnose(&c);
  g_assert_cmpuint(refused->len, ==, 2);
  g_assert_cmpstr(((const Finding *)g_ptr_array_index(refused, 0))->code, ==, "mqtt-not-authorized");
  evidence->connack = 0;
  evidence->requested = TRUE;
  g_assert_null(diagnose_doubt(&c));
}

/* --- Seen twice ------------------------------------------------------------------------------- */

static Finding *
add_stale_list(GPtrArray *findings, int index, const char *message)
{
  Finding *finding = finding_new("revocation-data-stale");
  finding->source = FINDING_SOURCE_CRL;
  finding->index = index;
  finding->file = g_strdup("/x/lab.crl");
  finding_set_message(finding, "%s", message);
  g_ptr_array_add(findings, finding);
  return finding;
}

/* A list that the files had shown to be old, and then the broker's chain: one finding, which knows
 * what was not checked; another list is another finding. */
static void
test_seen_in_file_and_in_chain(void)
{
  g_autoptr(Profile) profile = make_profile();
  g_autoptr(Evidence) evidence = evidence_new();
  g_autoptr(GPtrArray) local = finding_list_new();
  evidence->verdict = accepted_verdict();
  add_stale_list(local, 0, "ended");
  add_stale_list(local, 1, "ended, too");
  Finding *seen = add_stale_list(evidence->verdict->findings, 0, "ended, and was needed");
  finding_add_evidence(seen, "so this was not checked");
  DiagnosisCase c = {
      .evidence = evidence, .profile = profile, .local = local, .quiet_us = -1, .now = NOW};
  g_autoptr(GPtrArray) all = diagnose(&c);
  g_assert_cmpuint(all->len, ==, 2);
  const Finding *first = g_ptr_array_index(all, 0), *second = g_ptr_array_index(all, 1);
  g_assert_cmpstr(first->message, ==, "ended, too");
  g_assert_cmpstr(second->message, ==, "ended, and was needed");
  g_assert_cmpuint(second->evidence->len, ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/diagnosis/unreadable", test_unreadable);
  g_test_add_func("/diagnosis/refused_good_certificate", test_refused_good_certificate);
  g_test_add_func("/diagnosis/refused_expired", test_refused_expired);
  g_test_add_func("/diagnosis/refused_not_yet_valid", test_refused_not_yet_valid);
  g_test_add_func("/diagnosis/refused_wrong_usage", test_refused_wrong_usage);
  g_test_add_func("/diagnosis/refused_broker_clock", test_refused_broker_clock);
  g_test_add_func("/diagnosis/required_but_none", test_required_but_none);
  g_test_add_func("/diagnosis/every_tunnel_error", test_every_tunnel_error);
  g_test_add_func("/diagnosis/sides_of_key_usage", test_sides_of_key_usage);
  g_test_add_func("/diagnosis/disconnect_reason_decides", test_disconnect_reason_decides);
  g_test_add_func("/diagnosis/heals", test_heals);
  g_test_add_func("/diagnosis/seen_in_file_and_in_chain", test_seen_in_file_and_in_chain);
  g_test_add_func("/diagnosis/connack", test_connack);
  g_test_add_func("/diagnosis/connack_empty_client_id", test_connack_empty_client_id);
  g_test_add_func("/diagnosis/connack_alternatives", test_connack_alternatives);
  g_test_add_func("/diagnosis/certificate_not_requested", test_certificate_not_requested);
  g_test_add_func("/diagnosis/tunnel-sentences", test_tunnel_sentences);
  return g_test_run();
}
