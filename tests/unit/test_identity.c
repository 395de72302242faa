/* Certificate and key of our side: together, apart, locked, or not belonging together. */
#include "config.h"

#include "trust/identity.h"

#include <string.h>

#include "trust/gnutls_bridge.h"
#include "trust/trust_error.h"
#include "unit/trust_files.h"
#include "util/secret.h"

static void
assert_fault(const char *certificate, const char *key, const char *password, int code,
             const char *path, const char *part)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(identity_load(certificate, key, password, &error));
  files_assert_error(&error, code, path, part);
}

static void
test_good(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *both = g_strconcat(files->client_pem, files->root_pem, NULL);
  g_autofree char *certificate = files_write(files, "client\n.pem", both, -1);
  g_autofree char *key = files_write(files, "client.key", files->client_key, -1);
  g_autoptr(Identity) identity = identity_load(certificate, key, "not needed", &error);
  g_assert_no_error(error);
  g_assert_cmpuint(identity_certificates(identity)->len, ==, 2);
  g_assert_cmpstr(certificate_subject_label(identity_certificates(identity)->pdata[0]), ==,
                  "Client");
  g_assert_true(g_str_has_suffix(identity_certificate_path(identity), "client\\n.pem"));
  g_assert_cmpstr(identity_key_path(identity), ==, key);
  unsigned count;
  g_assert_nonnull(identity_gnutls_chain(identity, &count));
  g_assert_cmpuint(count, ==, 2);
}

/* The key that was loaded signs what the certificate's key verifies. */
static void
assert_signs(const Identity *identity)
{
  gnutls_datum_t data = {(unsigned char *)"hello", 5}, signature;
  gnutls_pubkey_t key;
  gnutls_x509_crt_t crt = certificate_gnutls(identity_certificates(identity)->pdata[0]);
  g_assert_cmpint(gnutls_privkey_sign_data2(identity_gnutls_key(identity),
                                            GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 0, &data,
                                            &signature),
                  >=, 0);
  g_assert_cmpint(gnutls_pubkey_init(&key), >=, 0);
  g_assert_cmpint(gnutls_pubkey_import_x509(key, crt, 0), >=, 0);
  g_assert_cmpint(
      gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 0, &data, &signature), >=,
      0);
  gnutls_pubkey_deinit(key);
  gnutls_free(signature.data);
}

static void
test_combined(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *both = g_strconcat(files->client_key, files->client_pem, NULL);
  g_autofree char *path = files_write(files, "all.pem", both, -1);
  g_autoptr(Identity) identity = identity_load(path, NULL, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(identity_key_path(identity), ==, path);
  assert_signs(identity);
}

static void
test_der(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) certificate = files_der(files->client_pem);
  g_autoptr(GBytes) key = files_der(files->client_key);
  g_autofree char *certificate_path = files_write(
      files, "c.der", g_bytes_get_data(certificate, NULL), g_bytes_get_size(certificate));
  g_autofree char *key_path =
      files_write(files, "k.der", g_bytes_get_data(key, NULL), g_bytes_get_size(key));
  g_autoptr(Identity) identity = identity_load(certificate_path, key_path, NULL, &error);
  g_assert_no_error(error);
  assert_signs(identity);
}

static void
test_locked(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  secret_auto locked = pki_pair_key_pem(files->client, "secret", NULL);
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *key = files_write(files, "k.pem", locked, -1);
  assert_fault(certificate, key, NULL, TRUST_ERROR_KEY_PASSWORD_NEEDED, key, "enter the password");
  assert_fault(certificate, key, "", TRUST_ERROR_KEY_PASSWORD_NEEDED, key, "enter the password");
  assert_fault(certificate, key, "wrong", TRUST_ERROR_KEY_PASSWORD_WRONG, key, "does not open");
  g_autoptr(Identity) identity = identity_load(certificate, key, "secret", &error);
  g_assert_no_error(error);
  assert_signs(identity);
}

/* As openssl writes it, but for the number of rounds, for which the screen would stand still. */
static void
test_locked_for_long(Files *files, gconstpointer unused)
{
  static const char key_pem[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                "MIHuMFkGCSqGSIb3DQEFDTBMMCsGCSqGSIb3DQEFDDAeBAhTMqM/ibJgcAIEAIAA\n"
                                "ADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQ5xED6nRsjvzLcHnPsC7EFgSB\n"
                                "kD9EuqpSA5rKjCRNfiadzfpGQ4piD39f6wLGY7koOsoMgSLT7qaW/lIf2j6YxBYZ\n"
                                "XbRaYKVBwsT76sK64EptecXdcB0eu5ZuYe3AOoIYrEWuXf0ONAmc9/dUHR76sVfZ\n"
                                "bd0talze9oUW8ifFMkRTFWR6dWKfrJdEPu0GMbLkTvWT3BqC5Cpr7NPkd1yJKTlD\n"
                                "lQ==\n"
                                "-----END ENCRYPTED PRIVATE KEY-----\n";
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *key = files_write(files, "k.pem", key_pem, -1);
  assert_fault(certificate, key, "secret", TRUST_ERROR_KEY_UNSUPPORTED, key,
               "asks for 8388608 rounds");
}

/* `openssl ec -aes128`, password "secret": the headers of RFC 1421 instead of PKCS#8. */
static void
test_traditionally_locked(Files *files, gconstpointer unused)
{
  static const char key_pem[] = "-----BEGIN EC PRIVATE KEY-----\n"
                                "Proc-Type: 4,ENCRYPTED\n"
                                "DEK-Info: AES-128-CBC,3E0505E9E05BE1CE29EEDC8DAF61CBEB\n"
                                "\n"
                                "Kimz1E1aAqJPgRJ5REUbX8MWJ8aEzrg6OgTCX22faYVmxGe94bGqzXPwabwF+JTg\n"
                                "SB6MlJpFbEyHedE1hsPho8ml5HioVjtenULJXSATAb52+o4pKz8kM2rQnCTHGwMz\n"
                                "mowtYH0hNb+vAxEHdhwqEtE/FE1+Glm98lgM6YnTQrM=\n"
                                "-----END EC PRIVATE KEY-----\n";
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *key = files_write(files, "k.pem", key_pem, -1);
  assert_fault(certificate, key, NULL, TRUST_ERROR_KEY_PASSWORD_NEEDED, key, "enter the password");
  assert_fault(certificate, key, "wrong", TRUST_ERROR_KEY_PASSWORD_WRONG, key, "does not open");
  assert_fault(certificate, key, "secret", TRUST_ERROR_KEY_MISMATCH, key, "is not the one of");
}

/* `openssl pkcs8 -topk8 -v2 aria-256-cbc`. */
static void
test_unknown_encryption(Files *files, gconstpointer unused)
{
  static const char key_pem[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi/G5ICyUNvsgICCAAw\n"
                                "DAYIKoZIhvcNAgkFADAdBgkqgxqMmm4BAQwEENZRK6XC6Y1ai4sDK0/EPs0EgZA0\n"
                                "vE9I0SQdNNHn5oufUmVxLdOUkRVwSa5egSkfMGbyWM7f2laSIvdmypSa4BNCM6SX\n"
                                "bi1lkLw6jKHwW8Gnmr8XSiBSY09o8k1BNyKyYgzekL4y3a9fSnX2kbNMRZ0kX7aO\n"
                                "eMHrL07EnOTLkOUnxcAcw05DYekSYzZXc23SiexNI4b9VHEzt70TfgyQ2z+tCOo=\n"
                                "-----END ENCRYPTED PRIVATE KEY-----\n";
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *key = files_write(files, "k.pem", key_pem, -1);
  assert_fault(certificate, key, "secret", TRUST_ERROR_KEY_UNSUPPORTED, key, "openssl pkcs8");
}

/* No password opens it here, and none is asked for. */
static void
assert_beyond_us(Files *files, const char *key_pem, const char *password)
{
  const char *const passwords[] = {NULL, password, "wrong"};
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *key = files_write(files, "k.pem", key_pem, -1);
  for (gsize i = 0; i < G_N_ELEMENTS(passwords); i++)
    assert_fault(certificate, key, passwords[i], TRUST_ERROR_KEY_UNSUPPORTED, key, "openssl pkcs8");
}

/* `openssl ec -aria128`, password "pw". */
static void
test_traditional_cipher_unknown(Files *files, gconstpointer unused)
{
  static const char key_pem[] = "-----BEGIN EC PRIVATE KEY-----\n"
                                "Proc-Type: 4,ENCRYPTED\n"
                                "DEK-Info: ARIA-128-CBC,05506AED61013E693DE8F5C772798057\n"
                                "\n"
                                "SzWwdOPL+GR8VdN+36IrS5o6CFao9rpvySN6dIZems+LWixpH8gIjvPfHrq/xG7F\n"
                                "HsJ72u20ROrEP74I1gHDSPFjJKsAc+fp2wjDUn4ULru8Skj3/tWcV5Ya9veg5Euh\n"
                                "w3687wsbDqH9shFjR9iqki6BeBMhKksv6JtPMMyNtmU=\n"
                                "-----END EC PRIVATE KEY-----\n";
  assert_beyond_us(files, key_pem, "pw");
}

/* `openssl pkcs8 -topk8 -scrypt`, password "geheim". */
static void
test_encryption_beyond_us(Files *files, gconstpointer unused)
{
  static const char key_pem[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                "MIHkME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAjtVlgkgUq+ywICQAAC\n"
                                "AQgCAQEwHQYJYIZIAWUDBAEqBBCXoFpK/sHCzrfhAAEyo9qjBIGQk7i8NsmXNXb3\n"
                                "iIDzghh6zcdeV4+ePV00fYxSZxMjWgRdKejQXIxY9X8SyaKVAtMZMxAetpn8ZYV0\n"
                                "UauvueISiUlEALtssN7VI0wSJ/DQIPS+oE1QtkS94mfkvGAuf3jj2A0+M/jT5bn7\n"
                                "OxFLt2wc5jUVAIELiLK4Cpi2gQ5J2dLSnWxFnH6m/ceWLBTqGLwO\n"
                                "-----END ENCRYPTED PRIVATE KEY-----\n";
  assert_beyond_us(files, key_pem, "geheim");
}

/* Of secp256k1, as PKCS#8 and as RFC 5915 has it: not damaged, only not known here. */
static void
test_unknown_curve(Files *files, gconstpointer unused)
{
  static const char pkcs8[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgYyvUnD76D7QjGOVkpEUU\n"
                              "Rov7Wt6dMHON4cTKXfNvMeKhRANCAAQa8is31o14lDIwQiHmXdapb49BtP7CHiw7\n"
                              "TiEoNNeDJMGObmMg5eeqlfQ0pRExStco2QJ31vW4PqIJEA1VHpkl\n"
                              "-----END PRIVATE KEY-----\n";
  static const char sec1[] = "-----BEGIN EC PRIVATE KEY-----\n"
                             "MHQCAQEEIGMr1Jw++g+0IxjlZKRFFEaL+1renTBzjeHEyl3zbzHioAcGBSuBBAAK\n"
                             "oUQDQgAEGvIrN9aNeJQyMEIh5l3WqW+PQbT+wh4sO04hKDTXgyTBjm5jIOXnqpX0\n"
                             "NKURMUrXKNkCd9b1uD6iCRANVR6ZJQ==\n"
                             "-----END EC PRIVATE KEY-----\n";
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *first = files_write(files, "1.pem", pkcs8, -1);
  g_autofree char *second = files_write(files, "2.pem", sec1, -1);
  assert_fault(certificate, first, NULL, TRUST_ERROR_KEY_KIND, first, "ECDSA secp256k1");
  assert_fault(certificate, second, NULL, TRUST_ERROR_KEY_KIND, second, "ECDSA secp256k1");
}

static void
test_mismatch(Files *files, gconstpointer unused)
{
  secret_auto other = pki_pair_key_pem(files->root, NULL, NULL);
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *key = files_write(files, "k.pem", other, -1);
  g_autofree char *id = g_strndup(certificate_key_id(pki_pair_certificate(files->root)), 16);
  assert_fault(certificate, key, NULL, TRUST_ERROR_KEY_MISMATCH, key, id);
  assert_fault(certificate, key, NULL, TRUST_ERROR_KEY_MISMATCH, certificate, "\"Client\"");
}

static void
test_leaf_not_first(Files *files, gconstpointer unused)
{
  g_autofree char *both = g_strconcat(files->root_pem, files->client_pem, NULL);
  g_autofree char *certificate = files_write(files, "c.pem", both, -1);
  g_autofree char *key = files_write(files, "k.pem", files->client_key, -1);
  assert_fault(certificate, key, NULL, TRUST_ERROR_LEAF_NOT_FIRST, certificate,
               "is number 2 (\"Client\"), not the first (\"Test CA\")");
}

static void
test_wrong_slots(Files *files, gconstpointer unused)
{
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *key = files_write(files, "k.pem", files->client_key, -1);
  g_autofree char *none = g_build_filename(files->folder, "none", NULL);
  assert_fault(key, certificate, NULL, TRUST_ERROR_FILE_WRONG_KIND, key,
               "holds a private key, but a certificate is needed here");
  assert_fault(certificate, certificate, NULL, TRUST_ERROR_FILE_WRONG_KIND, certificate,
               "holds a certificate, but a private key is needed here");
  assert_fault(certificate, NULL, NULL, TRUST_ERROR_FILE_WRONG_KIND, certificate,
               "a private key is needed here");
  assert_fault(certificate, none, NULL, TRUST_ERROR_FILE_MISSING, none, "Key file");
  assert_fault(none, key, NULL, TRUST_ERROR_FILE_MISSING, none, "Certificate file");
}

static void
test_several_keys(Files *files, gconstpointer unused)
{
  secret_auto other = pki_pair_key_pem(files->root, NULL, NULL);
  secret_auto both = g_strconcat(files->client_key, other, NULL);
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *key = files_write(files, "k.pem", both, -1);
  assert_fault(certificate, key, NULL, TRUST_ERROR_FILE_SEVERAL_KEYS, key, "2 private keys");
}

static void
test_damaged_key(Files *files, gconstpointer unused)
{
  gsize half = strlen(files->client_key) / 2;
  secret_auto damaged = g_strdup(files->client_key);
  damaged[half] = '!';
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *cut = files_write(files, "cut.pem", files->client_key, half);
  g_autofree char *bad = files_write(files, "bad.pem", damaged, -1);
  assert_fault(certificate, cut, NULL, TRUST_ERROR_FILE_TRUNCATED, cut,
               "ends inside a private key");
  assert_fault(certificate, bad, NULL, TRUST_ERROR_MALFORMED, bad, "is damaged");
  /* A damaged key that is locked, too, is not a wrong password. */
  secret_auto locked = pki_pair_key_pem(files->client, "secret", NULL);
  locked[strlen(locked) / 2] = '!';
  g_autofree char *bad_locked = files_write(files, "locked.pem", locked, -1);
  assert_fault(certificate, bad_locked, "secret", TRUST_ERROR_MALFORMED, bad_locked, "is damaged");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name)                                                                                 \
  g_test_add("/identity/" #name, Files, NULL, files_setup, test_##name, files_teardown)
  TEST(good);
  TEST(combined);
  TEST(der);
  TEST(locked);
  TEST(locked_for_long);
  TEST(traditionally_locked);
  TEST(unknown_encryption);
  TEST(traditional_cipher_unknown);
  TEST(encryption_beyond_us);
  TEST(unknown_curve);
  TEST(mismatch);
  TEST(leaf_not_first);
  TEST(wrong_slots);
  TEST(several_keys);
  TEST(damaged_key);
  return g_test_run();
}
