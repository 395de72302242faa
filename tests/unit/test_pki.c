/* What trust/pki.h makes is what strict clients and brokers ask for. */
#include "config.h"

#include "trust/pki.h"

#include <string.h>

#include "trust/certificate_file.h"
#include "trust/trust_error.h"
#include "util/secret.h"

#define START G_GINT64_CONSTANT(1735689600) /* 2025-01-01 */
#define END G_GINT64_CONSTANT(1893456000)   /* 2030-01-01 */

static PkiPair *
make(PkiRole role, PkiKeyType type, const PkiPair *issuer)
{
  static const char *const names[] = {"mqtt.example.com", "*.example.com", NULL};
  static const char *const addresses[] = {"127.0.0.1", "::1", NULL};
  PkiTemplate template = {.role = role,
                          .key_type = type,
                          .country = "US",
                          .organization = "Test Org",
                          .common_name = "Test",
                          .dns_names = role == PKI_SERVER ? names : NULL,
                          .ip_addresses = role == PKI_SERVER ? addresses : NULL,
                          .not_before = START,
                          .not_after = END,
                          .path_length = -1};
  g_autoptr(GError) error = NULL;
  PkiPair *pair = pki_issue(&template, issuer, &error);
  g_assert_no_error(error);
  return pair;
}

static void
assert_strings(const char *const *found, const char *wanted)
{
  g_assert_nonnull(found);
  g_autofree char *joined = g_strjoinv("|", (char **)found);
  g_assert_cmpstr(joined, ==, wanted);
}

static void
assert_serial(const Certificate *certificate)
{
  const char *serial = certificate_serial(certificate);
  g_assert_cmpuint(strlen(serial), ==, 40);
  g_assert_cmpint(g_ascii_xdigit_value(serial[0]), >, 0);
  g_assert_cmpint(g_ascii_xdigit_value(serial[0]), <, 8); /* positive */
}

static void
test_roles(gconstpointer data)
{
  PkiKeyType type = GPOINTER_TO_INT(data);
  g_autoptr(PkiPair) root = make(PKI_ROOT, type, NULL);
  g_autoptr(PkiPair) server = make(PKI_SERVER, type, root);
  g_autoptr(PkiPair) client = make(PKI_CLIENT, type, root);
  const Certificate *a = pki_pair_certificate(root), *b = pki_pair_certificate(server);
  const Certificate *c = pki_pair_certificate(client);
  const Certificate *all[] = {a, b, c};
  for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
    g_assert_cmpint(certificate_version(all[i]), ==, 3);
    g_assert_cmpint(certificate_not_before(all[i]), ==, START);
    g_assert_cmpint(certificate_not_after(all[i]), ==, END);
    g_assert_cmpstr(certificate_subject(all[i]), ==, "CN=Test,O=Test Org,C=US");
    assert_serial(all[i]);
  }
  g_assert_true(certificate_is_self_signed(a));
  g_assert_true(certificate_is_issued_by(b, a));
  g_assert_true(certificate_is_issued_by(c, a));
  g_assert_true(certificate_is_ca(a));
  g_assert_false(certificate_is_ca(b));
  assert_strings(certificate_key_usage(a), "keyCertSign|cRLSign");
  assert_strings(certificate_key_usage(b), type == PKI_KEY_RSA_2048
                                               ? "digitalSignature|keyEncipherment"
                                               : "digitalSignature");
  g_assert_null(certificate_extended_key_usage(a));
  assert_strings(certificate_extended_key_usage(b), "serverAuth");
  assert_strings(certificate_extended_key_usage(c), "clientAuth");
  assert_strings(certificate_names(b),
                 "DNS:mqtt.example.com|DNS:*.example.com|IP:127.0.0.1|IP:::1");
  g_assert_null(certificate_names(c)[0]);
  g_assert_cmpstr(certificate_serial(b), !=, certificate_serial(c));
}

/* The key identifiers that link a certificate to its issuer (RFC 5280, 4.2.1.1). */
static void
test_key_identifiers(void)
{
  g_autoptr(PkiPair) root = make(PKI_ROOT, PKI_KEY_ECDSA_P256, NULL);
  g_autoptr(PkiPair) client = make(PKI_CLIENT, PKI_KEY_ECDSA_P256, root);
  g_autofree char *issuer = certificate_describe(pki_pair_certificate(root));
  g_autofree char *text = certificate_describe(pki_pair_certificate(client));
  const char *subject_id = strstr(issuer, "Subject Key Identifier (not critical):\n");
  const char *authority_id = strstr(text, "Authority Key Identifier (not critical):\n");
  g_assert_nonnull(subject_id);
  g_assert_nonnull(authority_id);
  subject_id = strchr(subject_id, '\n') + 1;
  authority_id = strchr(authority_id, '\n') + 1;
  g_assert_cmpint(strncmp(subject_id, authority_id, strcspn(subject_id, "\n")), ==, 0);
}

static void
test_path_length(void)
{
  PkiTemplate template = {.role = PKI_INTERMEDIATE,
                          .common_name = "Inner",
                          .not_before = START,
                          .not_after = END,
                          .path_length = 0};
  g_autoptr(PkiPair) root = make(PKI_ROOT, PKI_KEY_ECDSA_P256, NULL);
  g_autoptr(PkiPair) inner = pki_issue(&template, root, NULL);
  g_autofree char *text = certificate_describe(pki_pair_certificate(inner));
  g_assert_nonnull(strstr(text, "Path Length Constraint: 0"));
  g_autofree char *other = certificate_describe(pki_pair_certificate(root));
  g_assert_null(strstr(other, "Path Length Constraint"));
}

static void
test_key_pem(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PkiPair) root = make(PKI_ROOT, PKI_KEY_ED25519, NULL);
  secret_auto plain = pki_pair_key_pem(root, NULL, &error);
  secret_auto locked = pki_pair_key_pem(root, "secret", &error);
  g_assert_no_error(error);
  g_assert_true(g_str_has_prefix(plain, "-----BEGIN PRIVATE KEY-----\n"));
  g_assert_true(g_str_has_prefix(locked, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
}

static void
test_bad_address(void)
{
  static const char *const addresses[] = {"300.1.2.3", NULL};
  PkiTemplate template = {.role = PKI_SERVER,
                          .common_name = "x",
                          .ip_addresses = addresses,
                          .not_before = START,
                          .not_after = END,
                          .path_length = -1};
  g_autoptr(GError) error = NULL;
  g_assert_null(pki_issue(&template, NULL, &error));
  g_assert_error(error, TRUST_ERROR, TRUST_ERROR_LIBRARY);
  g_assert_nonnull(strstr(error->message, "IP address"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/pki/roles/ecdsa", GINT_TO_POINTER(PKI_KEY_ECDSA_P256), test_roles);
  g_test_add_data_func("/pki/roles/rsa", GINT_TO_POINTER(PKI_KEY_RSA_2048), test_roles);
  g_test_add_data_func("/pki/roles/ed25519", GINT_TO_POINTER(PKI_KEY_ED25519), test_roles);
  g_test_add_func("/pki/key-identifiers", test_key_identifiers);
  g_test_add_func("/pki/path-length", test_path_length);
  g_test_add_func("/pki/key-pem", test_key_pem);
  g_test_add_func("/pki/bad-address", test_bad_address);
  return g_test_run();
}
