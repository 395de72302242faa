/* Fields of a certificate as they stand, and how certificates hang together. */
#include "config.h"

#include "trust/certificate.h"

#include <string.h>

#include "trust/pki.h"
#include "trust/trust_error.h"
#include "lab/forge.h"

static Forged *
make_server(void (*tweak)(gnutls_x509_crt_t))
{
  ForgeTemplate template = forge_server("broker", "mqtt.example.com");
  template.organization = "Test Org";
  template.tweak = tweak;
  return forge(&template, NULL);
}

static void
assert_strings(const char *const *found, const char *wanted)
{
  g_assert_nonnull(found);
  g_autofree char *joined = g_strjoinv("|", (char **)found);
  g_assert_cmpstr(joined, ==, wanted);
}

/* --- fields ----------------------------------------------------------------------------------- */

static void
test_fields(void)
{
  g_autoptr(Forged) forged = make_server(NULL);
  Certificate *certificate = forged->certificate;
  g_assert_cmpstr(certificate_subject(certificate), ==, "CN=broker,O=Test Org");
  g_assert_cmpstr(certificate_issuer(certificate), ==, "CN=broker,O=Test Org");
  g_assert_cmpstr(certificate_subject_label(certificate), ==, "broker");
  g_assert_cmpstr(certificate_issuer_label(certificate), ==, "broker");
  g_assert_cmpint(certificate_version(certificate), ==, 3);
  g_assert_true(g_str_has_prefix(certificate_serial(certificate), "0100"));
  g_assert_cmpint(certificate_not_before(certificate), ==, FORGE_START);
  g_assert_cmpint(certificate_not_after(certificate), ==, FORGE_LEAF_END);
  g_assert_cmpstr(certificate_key_label(certificate), ==, "ECDSA P-256");
  g_assert_cmpstr(certificate_signature_label(certificate), ==, "ECDSA-SHA256");
  assert_strings(certificate_names(certificate), "DNS:mqtt.example.com");
  assert_strings(certificate_key_usage(certificate), "digitalSignature");
  assert_strings(certificate_extended_key_usage(certificate), "serverAuth");
  g_assert_false(certificate_is_ca(certificate));
}

/* Against the system's own idea of a fingerprint: SHA-256 of what the PEM holds. */
static void
test_fingerprint(void)
{
  g_autoptr(Forged) forged = make_server(NULL);
  g_autofree char *pem = certificate_to_pem(forged->certificate);
  g_assert_true(g_str_has_prefix(pem, "-----BEGIN CERTIFICATE-----\n"));
  g_assert_true(g_str_has_suffix(pem, "-----END CERTIFICATE-----\n"));
  g_assert_null(strchr(pem, '\r'));
  char *body = strchr(pem, '\n') + 1;
  *strstr(body, "-----END") = '\0';
  gsize length;
  g_autofree guchar *der = g_base64_decode(body, &length);
  g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, der, length);
  g_assert_cmpstr(certificate_sha256(forged->certificate), ==, sum);
}

static void
test_labels(void)
{
  ForgeTemplate san = forge_server(NULL, "mqtt.example.com"), organization = forge_authority(NULL);
  ForgeTemplate nothing = forge_authority(NULL);
  nothing.organization = NULL;
  organization.organization = "Only Org";
  g_autoptr(Forged) a = forge(&san, NULL);
  g_autoptr(Forged) b = forge(&organization, NULL);
  g_autoptr(Forged) c = forge(&nothing, NULL);
  g_assert_cmpstr(certificate_subject_label(a->certificate), ==, "mqtt.example.com");
  g_assert_cmpstr(certificate_issuer_label(a->certificate), ==, "(no name)");
  g_assert_cmpstr(certificate_subject_label(b->certificate), ==, "Only Org");
  g_assert_cmpstr(certificate_issuer_label(b->certificate), ==, "Only Org");
  g_assert_cmpstr(certificate_subject_label(c->certificate), ==, "(no name)");
  g_assert_cmpstr(certificate_subject(c->certificate), ==, "");
}

static void
many_names(gnutls_x509_crt_t crt)
{
  static const unsigned char four[] = {192, 0, 2, 1}, five[] = {1, 2, 3, 4, 5};
  static const unsigned char six[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
  const struct {
    gnutls_x509_subject_alt_name_t type;
    const void *value;
    unsigned length;
  } names[] = {
      {GNUTLS_SAN_IPADDRESS, four, sizeof four}, {GNUTLS_SAN_IPADDRESS, six, sizeof six},
      {GNUTLS_SAN_IPADDRESS, five, sizeof five}, {GNUTLS_SAN_RFC822NAME, "me@example.com", 14},
      {GNUTLS_SAN_URI, "urn:device:7", 12},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    g_assert_cmpint(gnutls_x509_crt_set_subject_alt_name(crt, names[i].type, names[i].value,
                                                         names[i].length, GNUTLS_FSAN_APPEND),
                    >=, 0);
}

static void
test_names(void)
{
  g_autoptr(Forged) forged = make_server(many_names);
  assert_strings(certificate_names(forged->certificate),
                 "DNS:mqtt.example.com|IP:192.0.2.1|IP:2001:db8::1|IP:(5 bytes)|"
                 "email:me@example.com|URI:urn:device:7");
}

/* A name that ends early for a C program and goes on for a CA. */
static void
name_with_nul(gnutls_x509_crt_t crt)
{
  static const char extension[] = "\x30\x11\x82\x0fnul\0.example.co";
  g_assert_cmpint(
      gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.17", extension, sizeof extension - 1, 0),
      >=, 0);
}

static void
test_name_with_nul(void)
{
  ForgeTemplate template = forge_server("broker", NULL);
  template.tweak = name_with_nul;
  g_autoptr(Forged) forged = forge(&template, NULL);
  assert_strings(certificate_names(forged->certificate), "DNS:nul\\x00.example.co");
}

static void
test_absent_extensions(void)
{
  ForgeTemplate template = forge_authority("Old");
  template.version = 1;
  g_autoptr(Forged) forged = forge(&template, NULL);
  g_assert_cmpint(certificate_version(forged->certificate), ==, 1);
  g_assert_null(certificate_key_usage(forged->certificate));
  g_assert_null(certificate_extended_key_usage(forged->certificate));
  g_assert_null(certificate_names(forged->certificate)[0]);
  g_assert_false(certificate_is_ca(forged->certificate));
}

static void
strange_purposes(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_CLIENT, 0), >=, 0);
  g_assert_cmpint(gnutls_x509_crt_set_key_purpose_oid(crt, "1.3.6.1.4.1.55555.9", 0), >=, 0);
}

static void
test_purposes(void)
{
  g_autoptr(Forged) forged = make_server(strange_purposes);
  assert_strings(certificate_extended_key_usage(forged->certificate),
                 "serverAuth|clientAuth|1.3.6.1.4.1.55555.9");
}

static void
test_key_labels(void)
{
  static const struct {
    gnutls_pk_algorithm_t algorithm;
    unsigned bits;
    const char *label;
  } keys[] = {
      {GNUTLS_PK_RSA, 2048, "RSA 2048"},
      {GNUTLS_PK_EDDSA_ED25519, 256, "Ed25519"},
      {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1), "ECDSA P-384"},
      {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1), "ECDSA P-521"},
  };
  ForgeTemplate root = forge_authority("Root");
  g_autoptr(Forged) issuer = forge(&root, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
    ForgeTemplate template = forge_server("broker", "mqtt.example.com");
    template.key_algorithm = keys[i].algorithm;
    template.key_bits = keys[i].bits;
    g_autoptr(Forged) forged = forge(&template, issuer);
    g_assert_cmpstr(certificate_key_label(forged->certificate), ==, keys[i].label);
  }
}

/* --- relations -------------------------------------------------------------------------------- */

static void
test_issued_by(void)
{
  ForgeTemplate root = forge_authority("Root"), leaf = forge_server("broker", "a.example");
  g_autoptr(Forged) real = forge(&root, NULL);
  g_autoptr(Forged) fake = forge(&root, NULL); /* the same name, another key */
  g_autoptr(Forged) end = forge(&leaf, real);
  g_assert_true(certificate_is_issued_by(end->certificate, real->certificate));
  g_assert_false(certificate_is_issued_by(end->certificate, fake->certificate));
  g_assert_false(certificate_is_issued_by(real->certificate, end->certificate));
  g_assert_false(certificate_is_issued_by(end->certificate, end->certificate));
  g_autoptr(Certificate) damaged = forge_damaged(end->certificate);
  g_assert_false(certificate_is_issued_by(damaged, real->certificate));
}

/* A weak hash is a matter of its own: who signed is still told. */
static void
test_issued_with_weak_hash(void)
{
  ForgeTemplate root = forge_authority("Root"), leaf = forge_server("broker", "a.example");
  leaf.digest = GNUTLS_DIG_SHA1;
  g_autoptr(Forged) real = forge(&root, NULL);
  g_autoptr(Forged) end = forge(&leaf, real);
  g_assert_true(certificate_is_issued_by(end->certificate, real->certificate));
  g_assert_cmpstr(certificate_signature_label(end->certificate), ==, "ECDSA-SHA1");
}

static void
test_self_signed(void)
{
  ForgeTemplate root = forge_authority("Root");
  g_autoptr(Forged) real = forge(&root, NULL);
  g_autoptr(Forged) rollover = forge(&root, real); /* the same name, signed by the old key */
  g_autoptr(Certificate) damaged = forge_damaged(real->certificate);
  g_assert_true(certificate_is_self_issued(real->certificate));
  g_assert_true(certificate_is_self_signed(real->certificate));
  g_assert_true(certificate_is_self_signed(real->certificate)); /* from the cache */
  g_assert_true(certificate_is_self_issued(rollover->certificate));
  g_assert_false(certificate_is_self_signed(rollover->certificate));
  g_assert_true(certificate_is_self_issued(damaged));
  g_assert_false(certificate_is_self_signed(damaged));
}

static void
test_equal(void)
{
  g_autoptr(Forged) a = make_server(NULL);
  g_autoptr(Forged) b = make_server(NULL);
  g_autoptr(Certificate) again = certificate_ref(a->certificate);
  g_assert_true(certificate_equal(a->certificate, again));
  g_assert_false(certificate_equal(a->certificate, b->certificate));
  g_assert_cmpstr(certificate_key_id(a->certificate), !=, certificate_key_id(b->certificate));
}

/* --- foreign bytes ---------------------------------------------------------------------------- */

static void
assert_malformed(const void *bytes, gsize length, const char *part)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(certificate_new_from_der(bytes, length, &error));
  g_assert_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED);
  g_assert_nonnull(strstr(error->message, part));
}

static GByteArray *
der_of(const Certificate *certificate)
{
  g_autofree char *pem = certificate_to_pem(certificate);
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)}, der;
  g_assert_cmpint(gnutls_pem_base64_decode2("CERTIFICATE", &text, &der), >=, 0);
  GByteArray *bytes = g_byte_array_new();
  g_byte_array_append(bytes, der.data, der.size);
  gnutls_free(der.data);
  return bytes;
}

static Certificate *
parse_pem(const char *pem)
{
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)}, der;
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(gnutls_pem_base64_decode2("CERTIFICATE", &text, &der), >=, 0);
  Certificate *certificate = certificate_new_from_der(der.data, der.size, &error);
  g_assert_no_error(error);
  gnutls_free(der.data);
  return certificate;
}

/* The first place where these bytes stand. */
static void
patch(GByteArray *der, const char *from, const char *to, gsize length)
{
  guint8 *place = memmem(der->data, der->len, from, length);
  g_assert_nonnull(place);
  memcpy(place, to, length);
}

static void
test_malformed(void)
{
  g_autoptr(Forged) forged = make_server(NULL);
  g_autoptr(GByteArray) der = der_of(forged->certificate);
  assert_malformed("", 0, "not exactly one");
  assert_malformed("hello", 5, "not exactly one");
  assert_malformed("\x30\x03\x02\x01\x05", 5, "cannot be parsed");
  assert_malformed(der->data, der->len - 1, "not exactly one");
  g_byte_array_append(der, (const guint8 *)"x", 1);
  assert_malformed(der->data, der->len, "not exactly one");
  /* One whole structure, and far too large. */
  g_autofree guint8 *large = g_malloc0(5 + 0x100000);
  memcpy(large, "\x30\x83\x10\x00\x00", 5);
  assert_malformed(large, 5 + 0x100000, "larger than 1024 KiB");
  assert_malformed(large, 5, "not exactly one");
}

/* A P-256 key whose curve is spelt out, as `openssl ecparam -param_enc explicit` makes it. */
static const char spelt_out[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIICYjCCAgmgAwIBAgIUNXacGLFC8FPo90sS1jldPivs6YcwCgYIKoZIzj0EAwIw\n"
    "DDEKMAgGA1UEAwwBWDAgFw0yNjExMjMxNjM1MzRaGA8yMDgxMDgyNjE2MzUzNFow\n"
    "DDEKMAgGA1UEAwwBWDCCAUswggEDBgcqhkjOPQIBMIH3AgEBMCwGByqGSM49AQEC\n"
    "IQD/////AAAAAQAAAAAAAAAAAAAAAP///////////////zBbBCD/////AAAAAQAA\n"
    "AAAAAAAAAAAAAP///////////////AQgWsY12Ko6k+ez671VdpiGvGUdBrDMU7D2\n"
    "O848PifSYEsDFQDEnTYIhucEk2pmeOETnSa3gZ9+kARBBGsX0fLhLEJH+Lzm5WOk\n"
    "QPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/\n"
    "UfUCIQD/////AAAAAP//////////vOb6racXnoTzucrC/GMlUQIBAQNCAASfTNtL\n"
    "udWIC4PlUxMjKuTUzM5JvMWDyDOBO6kPXnWO92cjl6bW7n0fGgqx0QlHq8whVJML\n"
    "1U+AvIz1bVHfXnTLo1MwUTAdBgNVHQ4EFgQUyQnrUR1tUG6dj9NqExzBa6Vm+30w\n"
    "HwYDVR0jBBgwFoAUyQnrUR1tUG6dj9NqExzBa6Vm+30wDwYDVR0TAQH/BAUwAwEB\n"
    "/zAKBggqhkjOPQQDAgNHADBEAiBLHbrJsUxMrsX2hSALUfMxv8L/JrmpJTDf/+KZ\n"
    "7DrW4AIgPow1yeiDiRubbiy5bi+FtJ7gnPjSrP3gy6a7TpJ9FWk=\n"
    "-----END CERTIFICATE-----\n";

/* A kind of key that GnuTLS does not know is no damage. */
static void
test_unknown_key(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Certificate) curve = parse_pem(spelt_out);
  g_assert_cmpstr(certificate_key_label(curve), ==, "ECDSA on a curve that is spelt out");
  g_assert_cmpstr(certificate_key_id(curve), ==,
                  "93192b7e6f5d732c72176369f132d44d18a8e92ab2409d5f903eb6414fe07a7d");
  g_assert_false(certificate_is_self_signed(curve));
  g_autoptr(Forged) forged = make_server(NULL);
  g_autoptr(GByteArray) der = der_of(forged->certificate);
  patch(der, "\x2a\x86\x48\xce\x3d\x02\x01", "\x2a\x86\x48\xce\x3d\x02\x7f", 7);
  g_autoptr(Certificate) strange = certificate_new_from_der(der->data, der->len, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(certificate_key_label(strange), ==, "1.2.840.10045.2.127");
}

/* Of a known kind, and not readable: a point that is neither compressed nor not. */
static void
test_damaged_key(void)
{
  g_autoptr(Forged) forged = make_server(NULL);
  g_autoptr(GByteArray) der = der_of(forged->certificate);
  patch(der, "\x03\x42\x00\x04", "\x03\x42\x00\x09", 4);
  assert_malformed(der->data, der->len, "its public key cannot be parsed");
}

static void
bad_key_usage(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.15", "\x04\x01\x00", 3, 1), >=,
                  0);
}

static void
bad_purpose(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.37", "\x04\x01\x00", 3, 0), >=,
                  0);
}

/* The extension that is broken is named; nothing is taken for absent that is only unreadable. */
static void
test_malformed_extension(void)
{
  static const struct {
    void (*tweak)(gnutls_x509_crt_t crt);
    const char *message;
  } faults[] = {{bad_key_usage, "its keyUsage cannot be parsed"},
                {bad_purpose, "its extendedKeyUsage cannot be parsed"}};
  for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
    ForgeTemplate template = forge_server("broker", "a.example");
    template.key_usage = 0;
    template.purpose = NULL;
    template.tweak = faults[i].tweak;
    g_autoptr(GBytes) der = forge_der(&template);
    assert_malformed(g_bytes_get_data(der, NULL), g_bytes_get_size(der), faults[i].message);
  }
}

static void
hostile_name(gnutls_x509_crt_t crt)
{
  static const char name[] = "x\nValid until    2099-01-01\x1b[2J.example";
  g_assert_cmpint(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name,
                                                       sizeof name - 1, GNUTLS_FSAN_APPEND),
                  >=, 0);
}

/* Whatever stands in a name, no line of the description looks like a field of the certificate. */
static void
test_describe(void)
{
  g_autoptr(Forged) forged = make_server(hostile_name);
  g_autofree char *text = certificate_describe(forged->certificate);
  static const char *const lines[] = {
      "Subject        CN=broker,O=Test Org\n",
      "Valid from     2025-01-01 00:00:00 UTC\n",
      "Valid until    2026-02-01 00:00:00 UTC\n",
      "Key            ECDSA P-256\n",
      "Signed with    ECDSA-SHA256\n",
      "Key Usage (critical):\n",
      "DNSname: mqtt.example.com\n",
      "Subject Key Identifier (not critical):\n",
      "\nPublic key, 91 bytes\n",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
    g_assert_nonnull(strstr(text, lines[i]));
  g_assert_nonnull(strstr(text, certificate_sha256(forged->certificate)));
  g_assert_null(strchr(text, '\x1b'));
  g_assert_null(strstr(text, "\nValid until    2099"));
}

static void
test_describe_unknown_extension(void)
{
  ForgeTemplate template = forge_authority("Old");
  template.version = 1;
  g_autoptr(Forged) forged = forge(&template, NULL);
  g_autofree char *text = certificate_describe(forged->certificate);
  g_assert_nonnull(strstr(text, "Extensions\n  none\n"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/certificate/fields", test_fields);
  g_test_add_func("/certificate/fingerprint", test_fingerprint);
  g_test_add_func("/certificate/labels", test_labels);
  g_test_add_func("/certificate/names", test_names);
  g_test_add_func("/certificate/name-with-nul", test_name_with_nul);
  g_test_add_func("/certificate/absent-extensions", test_absent_extensions);
  g_test_add_func("/certificate/purposes", test_purposes);
  g_test_add_func("/certificate/key-labels", test_key_labels);
  g_test_add_func("/certificate/issued-by", test_issued_by);
  g_test_add_func("/certificate/issued-with-weak-hash", test_issued_with_weak_hash);
  g_test_add_func("/certificate/self-signed", test_self_signed);
  g_test_add_func("/certificate/equal", test_equal);
  g_test_add_func("/certificate/malformed", test_malformed);
  g_test_add_func("/certificate/unknown-key", test_unknown_key);
  g_test_add_func("/certificate/damaged-key", test_damaged_key);
  g_test_add_func("/certificate/malformed-extension", test_malformed_extension);
  g_test_add_func("/certificate/describe", test_describe);
  g_test_add_func("/certificate/describe-v1", test_describe_unknown_extension);
  return g_test_run();
}
