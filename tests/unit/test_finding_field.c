/* core/finding_field and trust/finding_label: every code of the catalogue has words of its own, and
 * either a field that mends it or a side that must. */
#include "config.h"

#include "core/finding_field.h"

#include <string.h>

#include "trust/catalogue.h"
#include "trust/finding_label.h"
#include "util/text_width.h"

#define NOTHING (-1)
#define OF_THE_FILE (-2)

/* Who mends what, by field: each code of the catalogue stands here once. */
static const struct {
  int field;
  const char *codes;
} expected[] = {
    {OF_THE_FILE,
     "file-missing file-unreadable file-empty file-wrong-kind file-der file-truncated pem-damaged "
     "pem-trusted-label file-several-keys ca-file-no-anchor file-wrong-role leaf-not-first "
     "file-stale-copy certificate-duplicate pkcs11-object-missing key-too-weak chain-leaf-only "
     "chain-gap chain-wrong-order chain-unrelated chain-includes-root issuer-key-differs "
     "chain-stale-intermediate signature-invalid leaf-is-ca name-encoding-differs chain-too-long "
     "leaf-expired leaf-not-yet-valid intermediate-expired expires-soon validity-long "
     "issuer-not-ca pathlen-exceeded issuer-no-certsign server-usage-missing "
     "intermediate-usage-narrow key-usage-no-signature name-constraints-violated "
     "critical-extension-unknown policies-unsupported certificate-v1 certificate-malformed "
     "signature-weak issuer-key-weak algorithm-unsupported anchor-same-name"},
    {PROFILE_FIELD_KEY, "key-mismatch key-encryption-unsupported key-signature-refused"},
    {PROFILE_FIELD_KEY_PASSWORD, "key-password-needed key-password-wrong"},
    {PROFILE_FIELD_CERTIFICATE,
     "key-type-refused client-chain-incomplete client-expired client-not-yet-valid "
     "client-name-missing client-usage-missing strength-refused client-revoked "
     "client-cert-required client-cert-withheld client-ca-unknown client-partial-chain-refused"},
    {PROFILE_FIELD_CA, "anchor-expired anchor-wrong anchor-cross-signed anchor-intermediate "
                       "anchor-leaf self-signed-untrusted anchor-legacy-expired"},
    {PROFILE_FIELD_TRUST, "trust-setting-wrong trust-public-private-mixup"},
    {PROFILE_FIELD_CRL, "revocation-data-stale crl-unusable"},
    {PROFILE_FIELD_HOST, "sni-dependent name-mismatch name-ip-not-listed name-wildcard-depth "
                         "name-idn name-local dns-unknown"},
    {PROFILE_FIELD_SERVER_NAME, "name-override-wrong sni-refused"},
    {PROFILE_FIELD_TLS_VERSION, "tls-version-mismatch tls13-intolerant"},
    {PROFILE_FIELD_TLS_PRIORITY,
     "tls-no-cipher tls-no-group tls-key-type-mismatch local-policy-forbids"},
    {PROFILE_FIELD_ALPN, "alpn-required"},
    {PROFILE_FIELD_PORT, "psk-only tls-reset port-plain-mqtt port-http port-websocket "
                         "port-other-service port-starttls port-one-way tcp-refused"},
    {PROFILE_FIELD_SCHEME, "port-needs-tls port-no-websocket"},
    {PROFILE_FIELD_DNS_SERVERS, "dns-failure"},
    {PROFILE_FIELD_KEEP_ALIVE, "tcp-idle-drop"},
    {PROFILE_FIELD_USER_NAME, "mqtt-bad-credentials mqtt-not-authorized mqtt-identity-mapped"},
    {PROFILE_FIELD_VERSION, "mqtt-version-refused"},
    {PROFILE_FIELD_CLIENT_ID, "mqtt-client-id-refused mqtt-session-taken-over"},
    {PROFILE_FIELD_SUBSCRIPTIONS, "mqtt-subscribe-refused"},
    {NOTHING,
     "key-world-readable chain-varies clock-wrong broker-clock-wrong name-no-san "
     "name-wildcard-unusable name-wrong-type interception-suspected paths-differ server-revoked "
     "broker-crl-suspected staple-missing staple-bad client-refused client-cert-not-requested "
     "client-refused-late client-reset tls-timeout tls-terminated-by-proxy tcp-ipv6-dead "
     "tcp-filtered tcp-unreachable tcp-closed-at-once dns-wrong-host mqtt-server-unavailable "
     "mqtt-publish-refused mqtt-closed-after-connect mqtt-packet-too-large mqtt-refused-other "
     "unknown"},
};

static Profile *
file_profile(void)
{
  Profile *profile = profile_new();
  profile->trust = TRUST_FILE;
  profile->ca_path = g_strdup("/pki/root.pem");
  profile->certificate_path = g_strdup("/pki/client.pem");
  profile->key_path = g_strdup("/pki/client.key");
  profile->crl_path = g_strdup("/pki/crl.pem");
  profile->broker_ca_path = g_strdup("/pki/broker-ca.pem");
  return profile;
}

static int
field_from(const Profile *profile, const char *code, FindingSource source, const char *file)
{
  g_autoptr(Finding) finding = finding_new(code);
  ProfileField field;
  finding->source = source;
  finding->file = g_strdup(file);
  return finding_field(finding, profile, &field) ? (int)field : NOTHING;
}

/* By the source alone; what the broker sends is nobody's here. */
static void
check_code_of_files(const Profile *profile, const char *code)
{
  static const struct {
    FindingSource source;
    int field;
  } sources[] = {
      {FINDING_SOURCE_PEER, NOTHING},
      {FINDING_SOURCE_CHAIN, NOTHING},
      {FINDING_SOURCE_UNTRUSTED, NOTHING},
      {FINDING_SOURCE_TRUST, PROFILE_FIELD_CA},
      {FINDING_SOURCE_CLIENT, PROFILE_FIELD_CERTIFICATE},
      {FINDING_SOURCE_KEY, PROFILE_FIELD_KEY},
      {FINDING_SOURCE_CRL, PROFILE_FIELD_CRL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
    g_assert_cmpint(field_from(profile, code, sources[i].source, NULL), ==, sources[i].field);
}

static void
test_every_code(void)
{
  g_autoptr(Profile) profile = file_profile();
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  gsize count;
  catalogue_entries(&count);
  for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
    g_auto(GStrv) codes = g_strsplit(expected[i].codes, " ", -1);
    for (int n = 0; codes[n] != NULL; n++) {
      g_test_message("%s", codes[n]);
      g_assert_true(g_hash_table_add(seen, g_strdup(codes[n])));
      if (expected[i].field == OF_THE_FILE)
        check_code_of_files(profile, codes[n]);
      else
        g_assert_cmpint(field_from(profile, codes[n], FINDING_SOURCE_NONE, NULL), ==,
                        expected[i].field);
    }
  }
  g_assert_cmpuint(g_hash_table_size(seen), ==, count);
  const CatalogueEntry *entries = catalogue_entries(&count);
  for (gsize i = 0; i < count; i++)
    g_assert_true(g_hash_table_contains(seen, entries[i].code));
}

/* The path says more than the source: two of our files are CA files. */
static void
test_by_path(void)
{
  g_autoptr(Profile) profile = file_profile();
  const FindingSource trust = FINDING_SOURCE_TRUST;
  g_assert_cmpint(field_from(profile, "file-missing", trust, "/pki/root.pem"), ==,
                  PROFILE_FIELD_CA);
  g_assert_cmpint(field_from(profile, "file-missing", trust, "/pki/broker-ca.pem"), ==,
                  PROFILE_FIELD_BROKER_CA);
  g_assert_cmpint(field_from(profile, "file-empty", FINDING_SOURCE_CLIENT, "/pki/client.key"), ==,
                  PROFILE_FIELD_KEY);
  g_assert_cmpint(field_from(profile, "file-empty", FINDING_SOURCE_NONE, "/pki/crl.pem"), ==,
                  PROFILE_FIELD_CRL);
  g_assert_cmpint(field_from(profile, "file-empty", FINDING_SOURCE_NONE, "/elsewhere"), ==,
                  NOTHING);
}

/* Neither file nor source: the side. */
static void
test_by_side(void)
{
  g_autoptr(Profile) profile = file_profile();
  const FindingSource none = FINDING_SOURCE_NONE;
  g_assert_cmpint(field_from(profile, "ca-file-no-anchor", none, NULL), ==, PROFILE_FIELD_CA);
  g_assert_cmpint(field_from(profile, "leaf-not-first", none, NULL), ==, PROFILE_FIELD_CERTIFICATE);
  g_assert_cmpint(field_from(profile, "chain-gap", none, NULL), ==, NOTHING);
}

/* There is no CA file to name: what is to be changed is where trust comes from. */
static void
test_system_trust(void)
{
  g_autoptr(Profile) profile = profile_new();
  g_assert_cmpint(field_from(profile, "anchor-wrong", FINDING_SOURCE_NONE, NULL), ==,
                  PROFILE_FIELD_TRUST);
}

static void
test_whose_side(void)
{
  static const struct {
    const char *code, *words;
  } sides[] = {
      {"server-revoked", "in the certificates that the broker sends"},
      {"key-world-readable", "in our own files"},
      {"clock-wrong", "on this machine"},
      {"tcp-filtered", "between here and the broker"},
      {"client-refused", "on the broker's side"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(sides); i++) {
    g_autoptr(Finding) finding = finding_new(sides[i].code);
    g_assert_nonnull(strstr(finding_without_field(finding), sides[i].words));
  }
}

static void
test_labels(void)
{
  gsize count;
  const CatalogueEntry *entries = catalogue_entries(&count);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (gsize i = 0; i < count; i++) {
    const char *label = finding_label(entries[i].code);
    g_test_message("%s: %s", entries[i].code, label);
    g_assert_cmpstr(label, !=, entries[i].code);
    g_assert_cmpint(text_width(label), <=, FINDING_LABEL_MAX);
    g_assert_true(g_hash_table_add(seen, (gpointer)label));
  }
  g_assert_cmpstr(finding_label("anchor-wrong"), ==, "wrong CA file");
  g_assert_cmpstr(finding_label("of-tomorrow"), ==, "of-tomorrow");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/finding-field/every-code", test_every_code);
  g_test_add_func("/finding-field/by-path", test_by_path);
  g_test_add_func("/finding-field/by-side", test_by_side);
  g_test_add_func("/finding-field/system-trust", test_system_trust);
  g_test_add_func("/finding-field/whose-side", test_whose_side);
  g_test_add_func("/finding-label/every-code", test_labels);
  return g_test_run();
}
