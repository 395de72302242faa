/* commands/check_exit: the exit code of every code of the catalogue, and of the stages. */
#include "config.h"

#include "commands/check_exit.h"

#include <string.h>

#include "commands/commands.h"
#include "trust/catalogue.h"

#define STOPPED 42 /* of "unknown": whatever is said */

/* Each code with the side that the catalogue gives it. */
static const struct {
  const char *code;
  int exit;
} table[] = {
    {"file-missing", EXIT_LOCAL_FILE},
    {"file-unreadable", EXIT_LOCAL_FILE},
    {"file-empty", EXIT_LOCAL_FILE},
    {"file-wrong-kind", EXIT_LOCAL_FILE},
    {"file-der", EXIT_LOCAL_FILE},
    {"file-truncated", EXIT_LOCAL_FILE},
    {"pem-damaged", EXIT_LOCAL_FILE},
    {"pem-trusted-label", EXIT_LOCAL_FILE},
    {"file-several-keys", EXIT_LOCAL_FILE},
    {"ca-file-no-anchor", EXIT_LOCAL_FILE},
    {"file-wrong-role", EXIT_LOCAL_FILE},
    {"leaf-not-first", EXIT_LOCAL_FILE},
    {"file-stale-copy", EXIT_LOCAL_FILE},
    {"certificate-duplicate", EXIT_SERVER_REFUSED},
    {"key-world-readable", EXIT_LOCAL_FILE},
    {"pkcs11-object-missing", EXIT_LOCAL_FILE},
    {"key-mismatch", EXIT_LOCAL_FILE},
    {"key-password-needed", EXIT_LOCAL_FILE},
    {"key-password-wrong", EXIT_LOCAL_FILE},
    {"key-encryption-unsupported", EXIT_LOCAL_FILE},
    {"key-too-weak", EXIT_SERVER_REFUSED},
    {"key-type-refused", EXIT_CLIENT_REFUSED},
    {"key-signature-refused", EXIT_CLIENT_REFUSED},
    {"chain-leaf-only", EXIT_SERVER_REFUSED},
    {"chain-gap", EXIT_SERVER_REFUSED},
    {"client-chain-incomplete", EXIT_CLIENT_REFUSED},
    {"chain-wrong-order", EXIT_SERVER_REFUSED},
    {"chain-unrelated", EXIT_SERVER_REFUSED},
    {"chain-includes-root", EXIT_SERVER_REFUSED},
    {"issuer-key-differs", EXIT_SERVER_REFUSED},
    {"chain-stale-intermediate", EXIT_SERVER_REFUSED},
    {"signature-invalid", EXIT_SERVER_REFUSED},
    {"leaf-is-ca", EXIT_SERVER_REFUSED},
    {"name-encoding-differs", EXIT_SERVER_REFUSED},
    {"chain-too-long", EXIT_SERVER_REFUSED},
    {"chain-varies", EXIT_SERVER_REFUSED},
    {"sni-dependent", EXIT_SERVER_REFUSED},
    {"leaf-expired", EXIT_SERVER_REFUSED},
    {"leaf-not-yet-valid", EXIT_SERVER_REFUSED},
    {"intermediate-expired", EXIT_SERVER_REFUSED},
    {"anchor-expired", EXIT_SERVER_REFUSED},
    {"client-expired", EXIT_CLIENT_REFUSED},
    {"client-not-yet-valid", EXIT_CLIENT_REFUSED},
    {"clock-wrong", EXIT_SERVER_REFUSED},
    {"broker-clock-wrong", EXIT_CLIENT_REFUSED},
    {"expires-soon", EXIT_SERVER_REFUSED},
    {"validity-long", EXIT_SERVER_REFUSED},
    {"revocation-data-stale", EXIT_SERVER_REFUSED},
    {"name-mismatch", EXIT_SERVER_REFUSED},
    {"name-ip-not-listed", EXIT_SERVER_REFUSED},
    {"name-no-san", EXIT_SERVER_REFUSED},
    {"name-wildcard-depth", EXIT_SERVER_REFUSED},
    {"name-wildcard-unusable", EXIT_SERVER_REFUSED},
    {"name-wrong-type", EXIT_SERVER_REFUSED},
    {"name-idn", EXIT_SERVER_REFUSED},
    {"name-override-wrong", EXIT_SERVER_REFUSED},
    {"name-local", EXIT_SERVER_REFUSED},
    {"client-name-missing", EXIT_MQTT},
    {"issuer-not-ca", EXIT_SERVER_REFUSED},
    {"pathlen-exceeded", EXIT_SERVER_REFUSED},
    {"issuer-no-certsign", EXIT_SERVER_REFUSED},
    {"server-usage-missing", EXIT_SERVER_REFUSED},
    {"client-usage-missing", EXIT_CLIENT_REFUSED},
    {"intermediate-usage-narrow", EXIT_SERVER_REFUSED},
    {"key-usage-no-signature", EXIT_SERVER_REFUSED},
    {"name-constraints-violated", EXIT_SERVER_REFUSED},
    {"critical-extension-unknown", EXIT_SERVER_REFUSED},
    {"policies-unsupported", EXIT_SERVER_REFUSED},
    {"certificate-v1", EXIT_SERVER_REFUSED},
    {"certificate-malformed", EXIT_SERVER_REFUSED},
    {"signature-weak", EXIT_SERVER_REFUSED},
    {"issuer-key-weak", EXIT_SERVER_REFUSED},
    {"strength-refused", EXIT_CLIENT_REFUSED},
    {"algorithm-unsupported", EXIT_SERVER_REFUSED},
    {"anchor-wrong", EXIT_SERVER_REFUSED},
    {"anchor-cross-signed", EXIT_SERVER_REFUSED},
    {"anchor-intermediate", EXIT_SERVER_REFUSED},
    {"anchor-leaf", EXIT_SERVER_REFUSED},
    {"anchor-same-name", EXIT_SERVER_REFUSED},
    {"trust-setting-wrong", EXIT_SERVER_REFUSED},
    {"trust-public-private-mixup", EXIT_SERVER_REFUSED},
    {"self-signed-untrusted", EXIT_SERVER_REFUSED},
    {"interception-suspected", EXIT_SERVER_REFUSED},
    {"paths-differ", EXIT_SERVER_REFUSED},
    {"anchor-legacy-expired", EXIT_SERVER_REFUSED},
    {"server-revoked", EXIT_SERVER_REFUSED},
    {"client-revoked", EXIT_CLIENT_REFUSED},
    {"broker-crl-suspected", EXIT_CLIENT_REFUSED},
    {"crl-unusable", EXIT_SERVER_REFUSED},
    {"staple-missing", EXIT_SERVER_REFUSED},
    {"staple-bad", EXIT_SERVER_REFUSED},
    {"client-cert-required", EXIT_CLIENT_REFUSED},
    {"client-cert-withheld", EXIT_CLIENT_REFUSED},
    {"client-ca-unknown", EXIT_CLIENT_REFUSED},
    {"client-partial-chain-refused", EXIT_CLIENT_REFUSED},
    {"client-refused", EXIT_CLIENT_REFUSED},
    {"client-cert-not-requested", EXIT_CLIENT_REFUSED},
    {"client-refused-late", EXIT_CLIENT_REFUSED},
    {"client-reset", EXIT_CLIENT_REFUSED},
    {"tls-version-mismatch", EXIT_TLS},
    {"tls-no-cipher", EXIT_TLS},
    {"tls-no-group", EXIT_TLS},
    {"tls-key-type-mismatch", EXIT_TLS},
    {"alpn-required", EXIT_TLS},
    {"sni-refused", EXIT_TLS},
    {"psk-only", EXIT_TLS},
    {"local-policy-forbids", EXIT_TLS},
    {"tls-timeout", EXIT_TLS},
    {"tls-reset", EXIT_TLS},
    {"tls13-intolerant", EXIT_TLS},
    {"port-plain-mqtt", EXIT_TLS},
    {"port-needs-tls", EXIT_TLS},
    {"port-http", EXIT_TLS},
    {"port-websocket", EXIT_TLS},
    {"port-no-websocket", EXIT_TLS},
    {"port-other-service", EXIT_TLS},
    {"tls-terminated-by-proxy", EXIT_TLS},
    {"port-starttls", EXIT_TLS},
    {"port-one-way", EXIT_TLS},
    {"dns-unknown", EXIT_NETWORK},
    {"dns-failure", EXIT_NETWORK},
    {"tcp-ipv6-dead", EXIT_NETWORK},
    {"tcp-refused", EXIT_NETWORK},
    {"tcp-filtered", EXIT_NETWORK},
    {"tcp-unreachable", EXIT_NETWORK},
    {"tcp-closed-at-once", EXIT_NETWORK},
    {"dns-wrong-host", EXIT_NETWORK},
    {"tcp-idle-drop", EXIT_NETWORK},
    {"mqtt-bad-credentials", EXIT_MQTT},
    {"mqtt-not-authorized", EXIT_MQTT},
    {"mqtt-version-refused", EXIT_MQTT},
    {"mqtt-client-id-refused", EXIT_MQTT},
    {"mqtt-server-unavailable", EXIT_MQTT},
    {"mqtt-session-taken-over", EXIT_MQTT},
    {"mqtt-subscribe-refused", EXIT_MQTT},
    {"mqtt-publish-refused", EXIT_MQTT},
    {"mqtt-closed-after-connect", EXIT_MQTT},
    {"mqtt-identity-mapped", EXIT_MQTT},
    {"mqtt-packet-too-large", EXIT_MQTT},
    {"mqtt-refused-other", EXIT_MQTT},
    {"unknown", STOPPED},
};

static void
test_every_code(void)
{
  gsize count;
  const CatalogueEntry *entries = catalogue_entries(&count);
  g_assert_cmpuint(count, ==, G_N_ELEMENTS(table));
  for (gsize i = 0; i < count; i++) {
    g_assert_cmpstr(entries[i].code, ==, table[i].code);
    int exit = check_exit_of_code(entries[i].code, entries[i].side, STOPPED);
    g_test_message("%s", entries[i].code);
    g_assert_cmpint(exit, ==, table[i].exit);
  }
}

/* What is said of a chain may be said of ours. */
static void
test_sides(void)
{
  static const char *const codes[] = {"key-too-weak", "chain-gap", "signature-invalid",
                                      "certificate-malformed", "signature-weak"};
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
    g_assert_cmpint(check_exit_of_code(codes[i], FINDING_SIDE_SERVER, 0), ==, EXIT_SERVER_REFUSED);
    g_assert_cmpint(check_exit_of_code(codes[i], FINDING_SIDE_TRUST, 0), ==, EXIT_SERVER_REFUSED);
    g_assert_cmpint(check_exit_of_code(codes[i], FINDING_SIDE_CLIENT, 0), ==, EXIT_CLIENT_REFUSED);
  }
}

/* --- Of a target ------------------------------------------------------------------------------ */

static GPtrArray *
findings_of(const char *const *codes)
{
  GPtrArray *findings = finding_list_new();
  for (; *codes != NULL; codes++)
    g_ptr_array_add(findings, finding_new(*codes));
  finding_list_sort(findings);
  return findings;
}

static void
assert_exit(CheckOutcome outcome, EvidenceStage reached, const char *const *codes, int expected)
{
  g_autoptr(GPtrArray) findings = findings_of(codes);
  g_autoptr(Evidence) evidence = evidence_new();
  for (int stage = 0; stage <= (int)reached && reached != EVIDENCE_STAGE_COUNT; stage++)
    evidence->at_us[stage] = stage + 1;
  g_assert_cmpint(check_exit(outcome, findings, evidence, TRUE), ==, expected);
}

#define ASSERT_EXIT(outcome, reached, expected, ...)                                               \
  assert_exit(outcome, reached, (const char *const[]){__VA_ARGS__, NULL}, expected)

static void
test_online(void)
{
  assert_exit(CHECK_ONLINE, EVIDENCE_CONNACK, (const char *const[]){NULL}, EXIT_GOOD);
  ASSERT_EXIT(CHECK_ONLINE, EVIDENCE_CONNACK, EXIT_GOOD, "chain-includes-root");
  ASSERT_EXIT(CHECK_ONLINE, EVIDENCE_CONNACK, EXIT_WARNINGS, "client-cert-not-requested");
  ASSERT_EXIT(CHECK_ONLINE, EVIDENCE_CONNACK, EXIT_WARNINGS, "mqtt-subscribe-refused");
  /* The broker does not mind. */
  ASSERT_EXIT(CHECK_ONLINE, EVIDENCE_CONNACK, EXIT_WARNINGS, "client-expired");
  ASSERT_EXIT(CHECK_ONLINE, EVIDENCE_CONNACK, EXIT_MQTT, "mqtt-packet-too-large");
}

/* The fault that stopped it counts, not the one that was found first. */
static void
test_failed(void)
{
  ASSERT_EXIT(CHECK_FAILED, EVIDENCE_STAGE_COUNT, EXIT_LOCAL_FILE, "client-expired",
              "file-missing");
  ASSERT_EXIT(CHECK_FAILED, EVIDENCE_STAGE_COUNT, EXIT_LOCAL_FILE, "certificate-malformed");
  ASSERT_EXIT(CHECK_FAILED, EVIDENCE_STARTED, EXIT_NETWORK, "client-expired", "dns-unknown");
  ASSERT_EXIT(CHECK_FAILED, EVIDENCE_RESOLVED, EXIT_NETWORK, "client-expired", "tcp-refused");
  ASSERT_EXIT(CHECK_FAILED, EVIDENCE_CONNECTED, EXIT_TLS, "client-expired", "port-plain-mqtt");
  ASSERT_EXIT(CHECK_FAILED, EVIDENCE_VERIFIED, EXIT_SERVER_REFUSED, "client-expired",
              "leaf-expired");
  ASSERT_EXIT(CHECK_FAILED, EVIDENCE_ESTABLISHED, EXIT_CLIENT_REFUSED, "client-expired");
  ASSERT_EXIT(CHECK_FAILED, EVIDENCE_CONNACK, EXIT_MQTT, "client-expired", "mqtt-bad-credentials");
  ASSERT_EXIT(CHECK_FAILED, EVIDENCE_RESOLVED, EXIT_NETWORK, "unknown");
  ASSERT_EXIT(CHECK_FAILED, EVIDENCE_CONNECTED, EXIT_TLS, "unknown");
  ASSERT_EXIT(CHECK_TIMED_OUT, EVIDENCE_CONNECT_SENT, EXIT_MQTT, "unknown");
  assert_exit(CHECK_FAILED, EVIDENCE_RESOLVED, (const char *const[]){NULL}, EXIT_NETWORK);
}

/* Without TLS a broker that is reached has only MQTT to refuse by. */
static void
test_plain(void)
{
  g_autoptr(GPtrArray) findings = findings_of((const char *const[]){"unknown", NULL});
  g_autoptr(Evidence) evidence = evidence_new();
  evidence->at_us[EVIDENCE_STARTED] = evidence->at_us[EVIDENCE_CONNECTED] = 1;
  g_assert_cmpint(check_exit(CHECK_FAILED, findings, evidence, FALSE), ==, EXIT_MQTT);
  g_autoptr(GPtrArray) mixed = findings_of((const char *const[]){"port-needs-tls", NULL});
  g_assert_cmpint(check_exit(CHECK_FAILED, mixed, evidence, FALSE), ==, EXIT_TLS);
}

static void
test_worse(void)
{
  g_assert_cmpint(check_exit_worse(EXIT_GOOD, EXIT_WARNINGS), ==, EXIT_WARNINGS);
  g_assert_cmpint(check_exit_worse(EXIT_LOCAL_FILE, EXIT_NETWORK), ==, EXIT_LOCAL_FILE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/check-exit/every-code", test_every_code);
  g_test_add_func("/check-exit/sides", test_sides);
  g_test_add_func("/check-exit/online", test_online);
  g_test_add_func("/check-exit/failed", test_failed);
  g_test_add_func("/check-exit/plain", test_plain);
  g_test_add_func("/check-exit/worse", test_worse);
  return g_test_run();
}
