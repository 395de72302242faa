/* core/local_check.h: every fault of our own files by itself gives its one finding and no other,
 * all faults together give all, and good files give none. */
#include "config.h"

#include "core/local_check.h"
#include "core/local_share.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/forge_crl.h"
#include "unit/local_stage.h"
#include "util/secret.h"

/* --- Asserting -------------------------------------------------------------------------------- */

static void
show(const LocalCheck *check)
{
  for (guint i = 0; i < check->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(check->findings, i);
    g_test_message("%s %s %s[%d] %s: %s %s", finding_severity_name(finding->severity),
                   finding->code, finding_source_name(finding->source), finding->index,
                   finding->file, finding->message, finding->remedy);
  }
}

static LocalCheck *
check_with(const Stage *stage, guint count)
{
  LocalCheck *check = local_check(stage->profile, FILES_NOW);
  show(check);
  g_assert_cmpuint(check->findings->len, ==, count);
  return check;
}

typedef struct {
  const char *code;
  FindingSeverity severity;
  FindingSide side;
  FindingSource source;
  int index;
  const char *file;
  const char *message, *remedy; /* fragments; NULL: any */
} Expected;

static void
assert_finding(const Finding *finding, const Expected *expected)
{
  g_assert_cmpstr(finding->code, ==, expected->code);
  g_assert_cmpint(finding->severity, ==, expected->severity);
  g_assert_cmpint(finding->side, ==, expected->side);
  g_assert_cmpint(finding->source, ==, expected->source);
  g_assert_cmpint(finding->index, ==, expected->index);
  g_assert_cmpstr(finding->file, ==, expected->file);
  if (expected->message != NULL)
    g_assert_nonnull(strstr(finding->message, expected->message));
  if (expected->remedy != NULL)
    g_assert_nonnull(strstr(finding->remedy, expected->remedy));
  g_assert_cmpstr(finding->message, !=, "");
  g_assert_cmpstr(finding->remedy, !=, "");
}

/* Exactly this one. */
static void
assert_only(const Stage *stage, gboolean usable, Expected expected)
{
  g_autoptr(LocalCheck) check = check_with(stage, 1);
  assert_finding(g_ptr_array_index(check->findings, 0), &expected);
  g_assert_cmpint(check->usable, ==, usable);
}

static void
assert_nothing(const Stage *stage)
{
  g_autoptr(LocalCheck) check = check_with(stage, 0);
  g_assert_true(check->usable);
  g_assert_nonnull(check->anchors);
}

/* --- Good ------------------------------------------------------------------------------------- */

static void
test_good(Stage *stage, gconstpointer unused)
{
  static const PkiKeyType types[] = {PKI_KEY_ECDSA_P256, PKI_KEY_RSA_2048, PKI_KEY_ED25519};
  for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
    g_autoptr(PkiPair) root = issue(PKI_ROOT, types[i], "Root", NULL, FILES_START, FILES_END);
    g_autoptr(PkiPair) middle =
        issue(PKI_INTERMEDIATE, types[i], "Middle", root, FILES_START, FILES_END);
    g_autoptr(PkiPair) client =
        issue(PKI_CLIENT, types[i], "Device", middle, FILES_START, FILES_END);
    g_free(write_pem(stage, "root.pem", root));
    g_free(write_pem(stage, "middle.pem", middle));
    g_free(write_key(stage, "client.key", client, NULL));
    STAGE_WRITE(stage, "client.pem", client, middle);
    use(&stage->profile->broker_ca_path, g_strdup(stage->root));
    assert_nothing(stage);
    use(&stage->profile->broker_ca_path, NULL);
    assert_nothing(stage);
    g_autoptr(LocalCheck) check = check_with(stage, 0);
    g_assert_nonnull(check->identity);
    g_assert_null(check->revocation);
  }
}

static void
test_good_one_way(Stage *stage, gconstpointer unused)
{
  use(&stage->profile->certificate_path, NULL);
  use(&stage->profile->key_path, NULL);
  assert_nothing(stage);
  stage->profile->trust = TRUST_FOLDER;
  use(&stage->profile->ca_path, g_strdup(stage->files.folder));
  assert_nothing(stage);
}

static void
test_good_combined(Stage *stage, gconstpointer unused)
{
  g_autofree char *both = g_strconcat(stage->files.client_pem, stage->files.client_key, NULL);
  g_autofree char *path = files_write(&stage->files, "all.pem", both, -1);
  g_assert_cmpint(g_chmod(path, 0640), ==, 0); /* its group is meant to */
  use(&stage->profile->certificate_path, g_strdup(path));
  use(&stage->profile->key_path, NULL);
  assert_nothing(stage);
}

/* --- Files ------------------------------------------------------------------------------------ */

static void
test_missing(Stage *stage, gconstpointer unused)
{
  g_autofree char *none = g_build_filename(stage->files.folder, "none.pem", NULL);
  use(&stage->profile->key_path, g_strdup(none));
  assert_only(stage, FALSE,
              (Expected){"file-missing", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_KEY, -1,
                         none, "does not exist", "Correct the path"});
  use(&stage->profile->key_path, g_strdup(stage->key));
  /* One file in both fields is one fault. */
  use(&stage->profile->certificate_path, g_strdup(none));
  use(&stage->profile->key_path, g_strdup(none));
  assert_only(stage, FALSE,
              (Expected){"file-missing", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_CLIENT,
                         -1, none, "does not exist", "Correct the path"});
  use(&stage->profile->certificate_path, g_strdup(stage->certificate));
  use(&stage->profile->key_path, g_strdup(stage->key));
  use(&stage->profile->ca_path, g_strdup(none));
  assert_only(stage, FALSE,
              (Expected){"file-missing", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_TRUST,
                         -1, none, "CA file", "Correct the path"});
}

static void
test_empty(Stage *stage, gconstpointer unused)
{
  g_free(files_write(&stage->files, "root.pem", "", 0));
  assert_only(stage, FALSE,
              (Expected){"file-empty", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_TRUST, -1,
                         stage->root, "is empty", NULL});
}

static void
test_no_anchor(Stage *stage, gconstpointer unused)
{
  g_free(files_write(&stage->files, "root.pem", "hello\n", -1));
  assert_only(stage, FALSE,
              (Expected){"ca-file-no-anchor", FINDING_ERROR, FINDING_SIDE_TRUST,
                         FINDING_SOURCE_TRUST, -1, stage->root, "No certificate", NULL});
}

static void
test_truncated(Stage *stage, gconstpointer unused)
{
  g_free(files_write(&stage->files, "client.pem", stage->files.client_pem, 300));
  assert_only(stage, FALSE,
              (Expected){"file-truncated", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_CLIENT,
                         -1, stage->certificate, "ends inside certificate 1", NULL});
}

/* The key where a CA belongs, the certificate where the key belongs, and the way out. */
static void
test_wrong_kind(Stage *stage, gconstpointer unused)
{
  use(&stage->profile->ca_path, g_strdup(stage->key));
  assert_only(stage, FALSE,
              (Expected){"file-wrong-kind", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_TRUST,
                         -1, stage->key, "holds a private key", NULL});
  use(&stage->profile->ca_path, g_strdup(stage->root));
  use(&stage->profile->key_path, g_strdup(stage->root));
  assert_only(stage, FALSE,
              (Expected){"file-wrong-kind", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_KEY,
                         -1, stage->root, "holds a certificate", stage->key});
  use(&stage->profile->key_path, g_strdup(stage->key));
  use(&stage->profile->certificate_path, g_strdup(stage->key));
  assert_only(stage, FALSE,
              (Expected){"file-wrong-kind", FINDING_ERROR, FINDING_SIDE_LOCAL,
                         FINDING_SOURCE_CLIENT, -1, stage->key, "holds a private key",
                         stage->certificate});
}

static void
test_swapped(Stage *stage, gconstpointer unused)
{
  use(&stage->profile->certificate_path, g_strdup(stage->key));
  use(&stage->profile->key_path, g_strdup(stage->certificate));
  assert_only(stage, FALSE,
              (Expected){"file-wrong-kind", FINDING_ERROR, FINDING_SIDE_LOCAL,
                         FINDING_SOURCE_CLIENT, -1, stage->key, stage->certificate, "Exchange"});
}

static void
test_der(Stage *stage, gconstpointer unused)
{
  g_autoptr(GBytes) der = files_der(stage->files.root_pem);
  g_free(files_write(&stage->files, "root.pem", g_bytes_get_data(der, NULL),
                     (gssize)g_bytes_get_size(der)));
  assert_only(stage, TRUE,
              (Expected){"file-der", FINDING_WARNING, FINDING_SIDE_LOCAL, FINDING_SOURCE_TRUST, -1,
                         stage->root, "is DER", "openssl x509 -inform DER"});
}

/* Ways to damage PEM: one that is read here, three that are not. */
static void
test_pem_damaged(Stage *stage, gconstpointer unused)
{
  g_autofree char *indented = replace(stage->files.client_pem, "\n-----END", "\n  -----END");
  g_free(files_write(&stage->files, "client.pem", indented, -1));
  assert_only(stage, TRUE,
              (Expected){"pem-damaged", FINDING_WARNING, FINDING_SIDE_LOCAL, FINDING_SOURCE_CLIENT,
                         -1, stage->certificate, "its END line is indented", NULL});
  g_autofree char *written = replace(stage->files.client_pem, "\n", "\\n");
  g_free(files_write(&stage->files, "client.pem", written, -1));
  assert_only(stage, FALSE,
              (Expected){"pem-damaged", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_CLIENT,
                         -1, stage->certificate, "written as \\n", NULL});
  g_free(files_write(&stage->files, "client.pem", stage->files.client_pem, -1));
  g_autofree char *commented = replace(stage->files.client_pem, "BEGIN CERTIFICATE-----\n",
                                       "BEGIN CERTIFICATE-----\nComment: mine\n\n");
  g_free(files_write(&stage->files, "client.pem", commented, -1));
  assert_only(stage, FALSE,
              (Expected){"pem-damaged", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_CLIENT,
                         -1, stage->certificate, "only an encrypted key", "header lines out"});
  g_free(files_write(&stage->files, "client.pem", stage->files.client_pem, -1));
  g_autofree char *doubled = replace(stage->files.root_pem, "BEGIN C", "BEGIN  C");
  g_free(files_write(&stage->files, "root.pem", doubled, -1));
  assert_only(stage, FALSE,
              (Expected){"pem-damaged", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_TRUST, -1,
                         stage->root, "a blank too many", NULL});
}

static void
test_trusted_label(Stage *stage, gconstpointer unused)
{
  g_autofree char *trusted = replace(stage->files.root_pem, " CERTIFICATE", " TRUSTED CERTIFICATE");
  g_free(files_write(&stage->files, "root.pem", trusted, -1));
  assert_only(stage, FALSE,
              (Expected){"pem-trusted-label", FINDING_ERROR, FINDING_SIDE_LOCAL,
                         FINDING_SOURCE_TRUST, -1, stage->root, NULL, "-trustout"});
}

static void
test_several_keys(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) other = client_of("Other", stage->files.root);
  secret_auto other_key = pki_pair_key_pem(other, NULL, NULL);
  secret_auto both = g_strconcat(other_key, stage->files.client_key, NULL);
  g_free(files_write(&stage->files, "client.key", both, -1));
  g_assert_cmpint(g_chmod(stage->key, 0600), ==, 0);
  assert_only(stage, FALSE,
              (Expected){"file-several-keys", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_KEY,
                         -1, stage->key, "contains 2 private keys", "Keep exactly one"});
}

static void
test_world_readable(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(g_chmod(stage->key, 0644), ==, 0);
  assert_only(stage, TRUE,
              (Expected){"key-world-readable", FINDING_WARNING, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_KEY, -1, stage->key, "mode 0644", "chmod 600"});
  g_assert_cmpint(g_chmod(stage->key, 0640), ==, 0);
  assert_nothing(stage);
}

static void
test_malformed(Stage *stage, gconstpointer unused)
{
  g_free(files_write(&stage->files, "client.pem",
                     "-----BEGIN CERTIFICATE-----\nMAAwAA==\n-----END CERTIFICATE-----\n", -1));
  assert_only(stage, FALSE,
              (Expected){"certificate-malformed", FINDING_ERROR, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_CLIENT, -1, stage->certificate, "is damaged", NULL});
}

static void
test_stale_copy(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) old = issue(PKI_CLIENT, PKI_KEY_ECDSA_P256, "Client", stage->files.root,
                                 FILES_START, FILES_NOW + 25 * DAY);
  g_autoptr(PkiPair) new = issue(PKI_CLIENT, PKI_KEY_ECDSA_P256, "Client", stage->files.root,
                                 FILES_NOW - DAY, FILES_END);
  g_free(write_pem(stage, "client.pem", old));
  g_free(write_key(stage, "client.key", old, NULL));
  g_autofree char *newer = write_pem(stage, "newer.pem", new);
  g_autoptr(LocalCheck) check = check_with(stage, 2);
  assert_finding(g_ptr_array_index(check->findings, 0),
                 &(Expected){"file-stale-copy", FINDING_WARNING, FINDING_SIDE_LOCAL,
                             FINDING_SOURCE_CLIENT, 0, stage->certificate, newer, newer});
  const Finding *soon = g_ptr_array_index(check->findings, 1);
  const Finding *stale = g_ptr_array_index(check->findings, 0);
  g_assert_cmpstr(soon->code, ==, "expires-soon");
  g_assert_cmpstr(soon->remedy, ==, stale->remedy);
  g_assert_true(check->usable);
}

/* The one error says what to do, and that is not to renew. */
static void
test_stale_copy_expired(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) old = issue(PKI_CLIENT, PKI_KEY_ECDSA_P256, "Client", stage->files.root,
                                 FILES_START, FILES_NOW - DAY);
  g_autoptr(PkiPair) new = issue(PKI_CLIENT, PKI_KEY_ECDSA_P256, "Client", stage->files.root,
                                 FILES_NOW - DAY, FILES_END);
  g_free(write_pem(stage, "client.pem", old));
  g_free(write_key(stage, "client.key", old, NULL));
  g_autofree char *newer = write_pem(stage, "newer.pem", new);
  g_autoptr(LocalCheck) check = check_with(stage, 2);
  g_autofree char *remedy =
      g_strdup_printf("Use %s, or copy it to where the old one is used.", newer);
  const Finding *expired = g_ptr_array_index(check->findings, 0);
  g_assert_cmpstr(expired->code, ==, "client-expired");
  g_assert_cmpint(expired->severity, ==, FINDING_ERROR);
  g_assert_cmpstr(expired->remedy, ==, remedy);
  const Finding *stale = g_ptr_array_index(check->findings, 1);
  g_assert_cmpstr(stale->code, ==, "file-stale-copy");
  g_assert_cmpint(stale->severity, ==, FINDING_WARNING);
}

/* --- Files of a set --------------------------------------------------------------------------- */

static void
test_wrong_role(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) middle = authority(PKI_INTERMEDIATE, "Middle", stage->files.root);
  g_autoptr(PkiPair) client = client_of("Device", middle);
  g_autofree char *chain = write_pem(stage, "chain.pem", middle);
  g_autofree char *cert = write_pem(stage, "cert.pem", client);
  g_autofree char *full = g_build_filename(stage->files.folder, "fullchain.pem", NULL);
  STAGE_WRITE(stage, "fullchain.pem", client, middle);
  use(&stage->profile->key_path, write_key(stage, "privkey.pem", client, NULL));
  use(&stage->profile->certificate_path, g_strdup(chain));
  assert_only(stage, FALSE,
              (Expected){"file-wrong-role", FINDING_ERROR, FINDING_SIDE_LOCAL,
                         FINDING_SOURCE_CLIENT, 0, chain, "\"Middle\"", full});
  use(&stage->profile->certificate_path, g_strdup(full));
  assert_nothing(stage);
  use(&stage->profile->ca_path, g_strdup(cert));
  assert_only(stage, FALSE,
              (Expected){"file-wrong-role", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_TRUST,
                         0, cert, "your own certificate", chain});
  use(&stage->profile->ca_path, g_strdup(full));
  assert_only(stage, FALSE,
              (Expected){"file-wrong-role", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_TRUST,
                         0, full, "your own certificate", chain});
}

/* The certificate of a broker may be pinned on purpose: it is said, and tried. */
static void
test_wrong_role_of_others(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) middle = authority(PKI_INTERMEDIATE, "Middle", stage->files.root);
  g_autoptr(PkiPair) broker =
      issue(PKI_SERVER, PKI_KEY_ECDSA_P256, "broker", middle, FILES_START, FILES_END);
  g_autofree char *cert = write_pem(stage, "cert.pem", broker);
  use(&stage->profile->ca_path, g_strdup(cert));
  assert_nothing(stage);
  g_autofree char *chain = write_pem(stage, "chain.pem", middle);
  assert_only(stage, TRUE,
              (Expected){"file-wrong-role", FINDING_WARNING, FINDING_SIDE_LOCAL,
                         FINDING_SOURCE_TRUST, 0, cert, "\"broker\"", chain});
}

/* --- Keys ------------------------------------------------------------------------------------- */

static void
test_key_mismatch(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) other = client_of("Other", stage->files.root);
  g_autofree char *wrong = write_key(stage, "wrong.key", other, NULL);
  use(&stage->profile->key_path, g_strdup(wrong));
  assert_only(stage, FALSE,
              (Expected){"key-mismatch", FINDING_ERROR, FINDING_SIDE_CLIENT, FINDING_SOURCE_KEY, -1,
                         wrong, "key id", stage->key});
  g_assert_cmpint(g_unlink(stage->key), ==, 0);
  g_autofree char *fits = write_pem(stage, "other.pem", other);
  g_autoptr(LocalCheck) check = check_with(stage, 1);
  const Finding *finding = g_ptr_array_index(check->findings, 0);
  g_assert_nonnull(strstr(finding->remedy, fits));
  Certificate *certificate = pki_pair_certificate(stage->files.client);
  g_autofree char *id = g_strndup(certificate_key_id(certificate), 16);
  g_autofree char *other_id = g_strndup(certificate_key_id(pki_pair_certificate(other)), 16);
  g_assert_nonnull(strstr(finding->message, id));
  g_assert_nonnull(strstr(finding->message, other_id));
}

static void
test_key_password(Stage *stage, gconstpointer unused)
{
  g_free(write_key(stage, "client.key", stage->files.client, "secret"));
  assert_only(stage, FALSE,
              (Expected){"key-password-needed", FINDING_ERROR, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_KEY, -1, stage->key, "protected by a password", NULL});
  stage->profile->key_password = g_strdup("wrong");
  assert_only(stage, FALSE,
              (Expected){"key-password-wrong", FINDING_ERROR, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_KEY, -1, stage->key, "does not open", NULL});
  secret_set(&stage->profile->key_password, "secret");
  assert_nothing(stage);
}

/* `openssl pkcs8 -topk8 -v2 aria-256-cbc`, and `openssl ec -aes128`, whose headers are no damage:
 * both have the password "secret" and are of no certificate here. */
static void
test_key_encryption(Stage *stage, gconstpointer unused)
{
  static const char aria[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                             "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi/G5ICyUNvsgICCAAw\n"
                             "DAYIKoZIhvcNAgkFADAdBgkqgxqMmm4BAQwEENZRK6XC6Y1ai4sDK0/EPs0EgZA0\n"
                             "vE9I0SQdNNHn5oufUmVxLdOUkRVwSa5egSkfMGbyWM7f2laSIvdmypSa4BNCM6SX\n"
                             "bi1lkLw6jKHwW8Gnmr8XSiBSY09o8k1BNyKyYgzekL4y3a9fSnX2kbNMRZ0kX7aO\n"
                             "eMHrL07EnOTLkOUnxcAcw05DYekSYzZXc23SiexNI4b9VHEzt70TfgyQ2z+tCOo=\n"
                             "-----END ENCRYPTED PRIVATE KEY-----\n";
  static const char traditional[] =
      "-----BEGIN EC PRIVATE KEY-----\n"
      "Proc-Type: 4,ENCRYPTED\n"
      "DEK-Info: AES-128-CBC,3E0505E9E05BE1CE29EEDC8DAF61CBEB\n"
      "\n"
      "Kimz1E1aAqJPgRJ5REUbX8MWJ8aEzrg6OgTCX22faYVmxGe94bGqzXPwabwF+JTg\n"
      "SB6MlJpFbEyHedE1hsPho8ml5HioVjtenULJXSATAb52+o4pKz8kM2rQnCTHGwMz\n"
      "mowtYH0hNb+vAxEHdhwqEtE/FE1+Glm98lgM6YnTQrM=\n"
      "-----END EC PRIVATE KEY-----\n";
  stage->profile->key_password = g_strdup("secret");
  g_free(files_write(&stage->files, "client.key", aria, -1));
  g_assert_cmpint(g_chmod(stage->key, 0600), ==, 0);
  Expected expected = {"key-encryption-unsupported",
                       FINDING_ERROR,
                       FINDING_SIDE_CLIENT,
                       FINDING_SOURCE_KEY,
                       -1,
                       stage->key,
                       "not supported",
                       "openssl pkcs8"};
  assert_only(stage, FALSE, expected);
  g_free(files_write(&stage->files, "client.key", traditional, -1));
  g_assert_cmpint(g_chmod(stage->key, 0600), ==, 0);
  expected.code = "key-mismatch";
  expected.message = "is not the one of";
  expected.remedy = NULL;
  assert_only(stage, FALSE, expected);
}

/* --- Our chain -------------------------------------------------------------------------------- */

typedef struct {
  PkiPair *middle, *client;
} Chain;

static Chain
use_chain(Stage *stage)
{
  Chain chain = {.middle = authority(PKI_INTERMEDIATE, "Middle", stage->files.root)};
  chain.client = client_of("Device", chain.middle);
  g_free(write_key(stage, "client.key", chain.client, NULL));
  return chain;
}

static void
chain_clear(Chain *chain)
{
  pki_pair_free(chain->middle);
  pki_pair_free(chain->client);
}

static void
test_leaf_not_first(Stage *stage, gconstpointer unused)
{
  Chain chain = use_chain(stage);
  STAGE_WRITE(stage, "client.pem", chain.middle, chain.client);
  assert_only(stage, FALSE,
              (Expected){"leaf-not-first", FINDING_ERROR, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_CLIENT, 1, stage->certificate, "number 2", "Put it first"});
  chain_clear(&chain);
}

static void
test_wrong_order(Stage *stage, gconstpointer unused)
{
  Chain chain = use_chain(stage);
  g_autoptr(PkiPair) lower = authority(PKI_INTERMEDIATE, "Lower", chain.middle);
  g_autoptr(PkiPair) client = client_of("Deep", lower);
  g_free(write_key(stage, "client.key", client, NULL));
  STAGE_WRITE(stage, "client.pem", client, chain.middle, lower);
  assert_only(stage, TRUE,
              (Expected){"chain-wrong-order", FINDING_WARNING, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_CLIENT, 1, stage->certificate,
                         "\"Deep\", \"Middle\", \"Lower\"", "\"Deep\", \"Lower\", \"Middle\""});
  chain_clear(&chain);
}

static void
test_unrelated(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) stranger = authority(PKI_ROOT, "Stranger", NULL);
  STAGE_WRITE(stage, "client.pem", stage->files.client, stranger);
  assert_only(stage, TRUE,
              (Expected){"chain-unrelated", FINDING_WARNING, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_CLIENT, 1, stage->certificate, "\"Stranger\"", NULL});
}

static void
test_duplicate(Stage *stage, gconstpointer unused)
{
  Chain chain = use_chain(stage);
  STAGE_WRITE(stage, "client.pem", chain.client, chain.middle, chain.middle);
  assert_only(stage, TRUE,
              (Expected){"certificate-duplicate", FINDING_INFO, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_CLIENT, 2, stage->certificate, "\"Middle\"", NULL});
  STAGE_WRITE(stage, "client.pem", chain.client, chain.middle);
  STAGE_WRITE(stage, "root.pem", stage->files.root, chain.middle, stage->files.root);
  assert_only(stage, TRUE,
              (Expected){"certificate-duplicate", FINDING_INFO, FINDING_SIDE_TRUST,
                         FINDING_SOURCE_TRUST, 2, stage->root, "\"Test CA\"", NULL});
  chain_clear(&chain);
}

static void
test_root_in_chain(Stage *stage, gconstpointer unused)
{
  STAGE_WRITE(stage, "client.pem", stage->files.client, stage->files.root);
  assert_only(stage, TRUE,
              (Expected){"chain-includes-root", FINDING_INFO, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_CLIENT, 1, stage->certificate, "\"Test CA\"", NULL});
}

/* The issuer's name with another key, and the right one beside it, in the CA file, or nowhere. */
static void
test_stale_intermediate(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) old = authority(PKI_INTERMEDIATE, "Issuing CA", stage->files.root);
  g_autoptr(PkiPair) new = issue(PKI_INTERMEDIATE, PKI_KEY_ECDSA_P256, "Issuing CA",
                                 stage->files.root, FILES_START + DAY, FILES_END);
  g_autoptr(PkiPair) client = client_of("Device", new);
  g_free(write_key(stage, "client.key", client, NULL));
  STAGE_WRITE(stage, "client.pem", client, old);
  Expected expected = {"issuer-key-differs",
                       FINDING_ERROR,
                       FINDING_SIDE_CLIENT,
                       FINDING_SOURCE_CLIENT,
                       1,
                       stage->certificate,
                       "\"Issuing CA\"",
                       NULL};
  assert_only(stage, TRUE, expected);
  g_autofree char *path = write_pem(stage, "new.pem", new);
  expected.code = "chain-stale-intermediate";
  expected.remedy = path;
  assert_only(stage, TRUE, expected);
  g_assert_cmpint(g_unlink(path), ==, 0);
  STAGE_WRITE(stage, "root.pem", stage->files.root, new);
  expected.remedy = stage->root;
  assert_only(stage, TRUE, expected);
}

static void
test_incomplete(Stage *stage, gconstpointer unused)
{
  Chain chain = use_chain(stage);
  g_free(write_pem(stage, "client.pem", chain.client));
  assert_nothing(stage); /* who knows: "Middle" may be a root */
  g_autofree char *middle = write_pem(stage, "middle.pem", chain.middle);
  Expected expected = {"client-chain-incomplete",
                       FINDING_WARNING,
                       FINDING_SIDE_CLIENT,
                       FINDING_SOURCE_CLIENT,
                       0,
                       stage->certificate,
                       "\"Middle\"",
                       middle};
  assert_only(stage, TRUE, expected);
  use(&stage->profile->broker_ca_path, g_strdup(stage->root));
  assert_only(stage, TRUE, expected);
  expected.remedy = "fullchain.pem, which holds both";
  STAGE_WRITE(stage, "fullchain.pem", chain.client, chain.middle);
  assert_only(stage, TRUE, expected);
  STAGE_WRITE(stage, "both.pem", stage->files.root, chain.middle);
  use(&stage->profile->broker_ca_path, g_build_filename(stage->files.folder, "both.pem", NULL));
  assert_nothing(stage); /* the broker has it already */
  chain_clear(&chain);
}

/* The certificate above the missing one is no stranger; one of another CA is, gap or not. */
static void
test_gap(Stage *stage, gconstpointer unused)
{
  Chain chain = use_chain(stage);
  g_autoptr(PkiPair) low = authority(PKI_INTERMEDIATE, "Low", chain.middle);
  g_autoptr(PkiPair) client = client_of("Client", low);
  g_autoptr(PkiPair) other = authority(PKI_INTERMEDIATE, "Other", stage->files.root);
  use(&stage->profile->key_path, write_key(stage, "client.key", client, NULL));
  STAGE_WRITE(stage, "client.pem", client, chain.middle);
  g_autofree char *found = write_pem(stage, "low.pem", low);
  assert_only(stage, TRUE,
              (Expected){"client-chain-incomplete", FINDING_WARNING, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_CLIENT, 0, stage->certificate, "\"Low\"", found});
  STAGE_WRITE(stage, "client.pem", client, other);
  g_autoptr(LocalCheck) check = local_check(stage->profile, FILES_NOW);
  g_assert_cmpuint(check->findings->len, ==, 2);
  const Finding *stranger = g_ptr_array_index(check->findings, 0);
  g_assert_cmpstr(stranger->code, ==, "chain-unrelated");
  g_assert_cmpint(stranger->index, ==, 1);
  chain_clear(&chain);
}

/* --- The broker's CA file --------------------------------------------------------------------- */

static void
test_broker_ca(Stage *stage, gconstpointer unused)
{
  Chain chain = use_chain(stage);
  g_autoptr(PkiPair) other = authority(PKI_ROOT, "Other CA", NULL);
  g_autoptr(PkiPair) namesake = authority(PKI_ROOT, "Middle", NULL);
  g_autofree char *path = g_build_filename(stage->files.folder, "broker.pem", NULL);
  STAGE_WRITE(stage, "client.pem", chain.client, chain.middle);
  use(&stage->profile->broker_ca_path, g_strdup(path));
  Expected expected = {
      "client-ca-unknown", FINDING_WARNING, FINDING_SIDE_BROKER, FINDING_SOURCE_CLIENT, 0,
      stage->certificate,  "\"Other CA\"",  "\"Test CA\""};
  g_free(write_pem(stage, "broker.pem", other));
  assert_only(stage, TRUE, expected);
  expected.code = "client-partial-chain-refused";
  expected.message = "\"Middle\"";
  g_free(write_pem(stage, "broker.pem", chain.middle));
  assert_only(stage, TRUE, expected);
  STAGE_WRITE(stage, "client.pem", chain.client);
  expected.code = "anchor-same-name";
  expected.side = FINDING_SIDE_CLIENT;
  expected.message = "Two CAs are called \"Middle\"";
  expected.remedy = "\"Middle\"";
  g_free(write_pem(stage, "broker.pem", namesake));
  assert_only(stage, TRUE, expected);
  chain_clear(&chain);
}

/* It only helps: a copy that cannot be read stops nothing. */
static void
test_broker_ca_missing(Stage *stage, gconstpointer unused)
{
  use(&stage->profile->broker_ca_path, g_strdup("/nowhere/broker.pem"));
  assert_only(stage, TRUE,
              (Expected){"file-missing", FINDING_WARNING, FINDING_SIDE_LOCAL, FINDING_SOURCE_NONE,
                         -1, "/nowhere/broker.pem", "does not exist", NULL});
}

/* --- Settings --------------------------------------------------------------------------------- */

/* What the user wrote is quoted, without the version that is appended to it. */
static void
test_priority(Stage *stage, gconstpointer unused)
{
  Expected expected = {"local-policy-forbids", FINDING_ERROR, FINDING_SIDE_LOCAL,
                       FINDING_SOURCE_NONE,    -1,            NULL,
                       "\"NORMAL:-NOSUCH\"",   "Correct it in the connection"};
  stage->profile->tls_version = TLS_1_3;
  use(&stage->profile->tls_priority, g_strdup("NORMAL:-VERS-TLS1.2"));
  assert_nothing(stage);
  use(&stage->profile->tls_priority, g_strdup("NORMAL:-NOSUCH"));
  assert_only(stage, FALSE, expected);
  use(&stage->profile->tls_priority, g_strdup("NORMAL:-CIPHER-ALL"));
  expected.message = "leaves no TLS version or no cipher";
  expected.remedy = NULL;
  assert_only(stage, FALSE, expected);
}

/* --- Dates and usage -------------------------------------------------------------------------- */

static void
test_dates(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) old = issue(PKI_CLIENT, PKI_KEY_ECDSA_P256, "Client", stage->files.root,
                                 FILES_START, FILES_NOW - DAY);
  g_autoptr(PkiPair) early = issue(PKI_CLIENT, PKI_KEY_ECDSA_P256, "Client", stage->files.root,
                                   FILES_NOW + DAY, FILES_END);
  g_free(write_pem(stage, "client.pem", old));
  g_free(write_key(stage, "client.key", old, NULL));
  Expected expected = {"client-expired",
                       FINDING_ERROR,
                       FINDING_SIDE_CLIENT,
                       FINDING_SOURCE_CLIENT,
                       0,
                       stage->certificate,
                       "expired 1 day ago",
                       NULL};
  assert_only(stage, TRUE, expected);
  g_free(write_pem(stage, "client.pem", early));
  g_free(write_key(stage, "client.key", early, NULL));
  expected.code = "client-not-yet-valid";
  expected.message = "is valid from";
  assert_only(stage, TRUE, expected);
}

static void
test_usage(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) server =
      issue(PKI_SERVER, PKI_KEY_ECDSA_P256, "broker", stage->files.root, FILES_START, FILES_END);
  g_free(write_pem(stage, "client.pem", server));
  g_free(write_key(stage, "client.key", server, NULL));
  assert_only(stage, TRUE,
              (Expected){"client-usage-missing", FINDING_ERROR, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_CLIENT, 0, stage->certificate, "serverAuth", "clientAuth"});
}

static void
test_no_name(Stage *stage, gconstpointer unused)
{
  PkiTemplate template = {.role = PKI_CLIENT,
                          .key_type = PKI_KEY_ECDSA_P256,
                          .organization = "Example",
                          .not_before = FILES_START,
                          .not_after = FILES_END,
                          .path_length = -1};
  g_autoptr(GError) error = NULL;
  g_autoptr(PkiPair) client = pki_issue(&template, stage->files.root, &error);
  g_assert_no_error(error);
  g_free(write_pem(stage, "client.pem", client));
  g_free(write_key(stage, "client.key", client, NULL));
  assert_only(stage, TRUE,
              (Expected){"client-name-missing", FINDING_WARNING, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_CLIENT, 0, stage->certificate, "common name", NULL});
}

/* --- Shared ----------------------------------------------------------------------------------- */

static void
test_share(Stage *stage, gconstpointer unused)
{
  g_autoptr(LocalShare) share = local_share_new();
  g_autoptr(LocalCheck) first = local_share_take(share, stage->profile, FILES_NOW);
  g_assert_cmpint(g_unlink(stage->profile->key_path), ==, 0);
  use(&stage->profile->host, g_strdup("other.test"));
  g_autoptr(LocalCheck) second = local_share_take(share, stage->profile, FILES_NOW);
  g_assert_true(second == first && second->identity != NULL);
  use(&stage->profile->key_password, g_strdup("secret"));
  g_autoptr(LocalCheck) other = local_share_take(share, stage->profile, FILES_NOW);
  g_assert_true(other != first && other->identity == NULL);
  g_clear_pointer(&share, local_share_free);
  g_assert_nonnull(second->identity);
}

/* --- Who may read ----------------------------------------------------------------------------- */

/* For root every file is readable: become nobody for the while. */
static LocalCheck *
check_as_others(const Stage *stage)
{
  gboolean root = geteuid() == 0;
  if (root)
    g_assert_cmpint(seteuid(65534), ==, 0);
  LocalCheck *check = local_check(stage->profile, FILES_NOW);
  if (root)
    g_assert_cmpint(seteuid(0), ==, 0);
  show(check);
  return check;
}

static void
test_unreadable(Stage *stage, gconstpointer unused)
{
  g_autofree char *live = g_build_filename(stage->files.folder, "live", NULL);
  g_autofree char *inside = g_build_filename(live, "privkey.pem", NULL);
  g_autofree char *folder_fragment =
      g_strdup_printf("the folder %s is owned by root, mode 0700", live);
  if (geteuid() != 0) {
    g_test_skip("who owns a file can only be changed as root");
    return;
  }
  g_assert_cmpint(g_chmod(stage->files.folder, 0755), ==, 0);
  Expected expected = {"file-unreadable",
                       FINDING_ERROR,
                       FINDING_SIDE_LOCAL,
                       FINDING_SOURCE_KEY,
                       -1,
                       stage->key,
                       "it is owned by root, mode 0600",
                       "Give this user read access"};
  g_autoptr(LocalCheck) check = check_as_others(stage);
  g_assert_cmpuint(check->findings->len, ==, 1);
  assert_finding(g_ptr_array_index(check->findings, 0), &expected);
  g_assert_nonnull(strstr(((Finding *)g_ptr_array_index(check->findings, 0))->remedy, "certbot"));
  /* certbot's live/ itself is shut: the file in it cannot even be looked for. */
  g_assert_cmpint(g_mkdir(live, 0700), ==, 0);
  use(&stage->profile->key_path, g_strdup(inside));
  expected.file = inside;
  expected.message = folder_fragment;
  g_autoptr(LocalCheck) shut = check_as_others(stage);
  g_assert_cmpuint(shut->findings->len, ==, 1);
  assert_finding(g_ptr_array_index(shut->findings, 0), &expected);
}

/* --- Revocation ------------------------------------------------------------------------------- */

/* A forged CA and a client of it, used by the stage's profile. */
typedef struct {
  Forged *root, *client;
} ForgedSet;

static ForgeTemplate
forged_client(void)
{
  ForgeTemplate client = forge_server("device", NULL);
  client.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  client.not_after = FORGE_END;
  return client;
}

static ForgedSet
use_forged(Stage *stage, const ForgeTemplate *client)
{
  ForgeTemplate root = forge_authority("Root");
  ForgedSet set = {.root = forge(&root, NULL)};
  set.client = forge(client, set.root);
  g_autofree char *root_pem = certificate_to_pem(set.root->certificate);
  g_autofree char *client_pem = certificate_to_pem(set.client->certificate);
  g_free(files_write(&stage->files, "root.pem", root_pem, -1));
  g_free(files_write(&stage->files, "client.pem", client_pem, -1));
  gnutls_datum_t key = {NULL, 0};
  g_assert_cmpint(gnutls_x509_privkey_export2(set.client->key, GNUTLS_X509_FMT_PEM, &key), >=, 0);
  g_free(files_write(&stage->files, "client.key", key.data, key.size));
  gnutls_free(key.data);
  g_assert_cmpint(g_chmod(stage->key, 0600), ==, 0);
  return set;
}

static void
forged_set_clear(ForgedSet *set)
{
  forged_free(set->root);
  forged_free(set->client);
}

static char *
write_crl(Stage *stage, const ForgeCrl *crl)
{
  g_autoptr(GBytes) der = forge_crl(crl);
  g_autofree char *pem = forge_crl_pem(der);
  char *path = files_write(&stage->files, "list.crl", pem, -1);
  use(&stage->profile->crl_path, g_strdup(path));
  return path;
}

static void
test_revoked(Stage *stage, gconstpointer unused)
{
  const ForgeTemplate client = forged_client();
  ForgedSet set = use_forged(stage, &client);
  assert_nothing(stage);
  g_free(write_crl(stage, &(ForgeCrl){.issuer = set.root}));
  assert_nothing(stage);
  ForgeCrl list = {.issuer = set.root, .entries = {{.certificate = set.client->certificate}}};
  g_free(write_crl(stage, &list));
  assert_only(stage, TRUE,
              (Expected){"client-revoked", FINDING_ERROR, FINDING_SIDE_CLIENT,
                         FINDING_SOURCE_CLIENT, 0, stage->certificate, "\"device\"", NULL});
  g_autoptr(LocalCheck) check = check_with(stage, 1);
  g_assert_cmpuint(revocation_data_crls(check->revocation), ==, 1);
  forged_set_clear(&set);
}

static void
test_crl_stale(Stage *stage, gconstpointer unused)
{
  const ForgeTemplate client = forged_client();
  ForgedSet set = use_forged(stage, &client);
  ForgeTemplate other_template = forge_authority("Other");
  g_autoptr(Forged) other = forge(&other_template, NULL);
  ForgeCrl list = {.issuer = set.root, .next_update = FORGE_NOW - DAY};
  g_autofree char *path = write_crl(stage, &list);
  Expected expected = {"revocation-data-stale",
                       FINDING_WARNING,
                       FINDING_SIDE_TRUST,
                       FINDING_SOURCE_CRL,
                       0,
                       path,
                       "ended on 2025-06-30",
                       NULL};
  assert_only(stage, TRUE, expected);
  list.issuer = other; /* of a CA that is not known here: old all the same */
  g_free(write_crl(stage, &list));
  assert_only(stage, TRUE, expected);
  list.next_update = 0; /* and of no interest when it is not */
  g_free(write_crl(stage, &list));
  assert_nothing(stage);
  forged_set_clear(&set);
}

static void
test_crl_unusable(Stage *stage, gconstpointer unused)
{
  const ForgeTemplate client = forged_client();
  ForgedSet set = use_forged(stage, &client);
  ForgeTemplate namesake = forge_authority("Root");
  g_autoptr(Forged) other = forge(&namesake, NULL);
  ForgeCrl list = {.issuer = set.root, .signer = other};
  g_autofree char *path = write_crl(stage, &list);
  assert_only(stage, TRUE,
              (Expected){"crl-unusable", FINDING_WARNING, FINDING_SIDE_TRUST, FINDING_SOURCE_CRL, 0,
                         path, "not signed by the CA of this name", "Fetch the current"});
  g_free(files_write(&stage->files, "list.crl", stage->files.root_pem, -1));
  assert_only(stage, FALSE,
              (Expected){"file-wrong-kind", FINDING_ERROR, FINDING_SIDE_LOCAL, FINDING_SOURCE_CRL,
                         -1, path, "holds a certificate", NULL});
  forged_set_clear(&set);
}

/* --- Strength and form ------------------------------------------------------------------------ */

/* The one finding about the certificate that is made so. */
static void
assert_forged(Stage *stage, const ForgeTemplate *client, const char *code, FindingSeverity severity,
              const char *message)
{
  ForgedSet set = use_forged(stage, client);
  assert_only(stage, TRUE,
              (Expected){code, severity, FINDING_SIDE_CLIENT, FINDING_SOURCE_CLIENT, 0,
                         stage->certificate, message, NULL});
  forged_set_clear(&set);
}

static void
test_weak_key(Stage *stage, gconstpointer unused)
{
  ForgeTemplate client = forged_client();
  client.key_algorithm = GNUTLS_PK_RSA;
  client.key_bits = 1024;
  assert_forged(stage, &client, "key-too-weak", FINDING_WARNING, "RSA 1024");
}

static void
test_weak_signature(Stage *stage, gconstpointer unused)
{
  ForgeTemplate client = forged_client();
  client.digest = GNUTLS_DIG_SHA1;
  assert_forged(stage, &client, "signature-weak", FINDING_ERROR, "SHA1");
}

static void
test_version_1(Stage *stage, gconstpointer unused)
{
  ForgeTemplate client = forged_client();
  client.version = 1;
  assert_forged(stage, &client, "certificate-v1", FINDING_WARNING, "version 1");
}

static void
test_no_signing(Stage *stage, gconstpointer unused)
{
  ForgeTemplate client = forged_client();
  client.key_usage = GNUTLS_KEY_KEY_AGREEMENT;
  assert_forged(stage, &client, "key-usage-no-signature", FINDING_WARNING, "digitalSignature");
}

/* --- Several faults of one set ---------------------------------------------------------------- */

/* Each is said once, the errors first. */
static void
test_together(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) old = issue(PKI_CLIENT, PKI_KEY_ECDSA_P256, "Client", stage->files.root,
                                 FILES_START, FILES_NOW - DAY);
  STAGE_WRITE(stage, "client.pem", stage->files.root, old);
  g_free(write_key(stage, "client.key", old, NULL));
  g_assert_cmpint(g_chmod(stage->key, 0604), ==, 0);
  g_autoptr(LocalCheck) check = check_with(stage, 4);
  static const char *const codes[] = {"leaf-not-first", "client-expired", "key-world-readable",
                                      "chain-includes-root"};
  static const int indexes[] = {1, 1, -1, 0};
  for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
    const Finding *finding = g_ptr_array_index(check->findings, i);
    g_assert_cmpstr(finding->code, ==, codes[i]);
    g_assert_cmpint(finding->index, ==, indexes[i]);
  }
}

/* --- Folders that mean harm ------------------------------------------------------------------- */

/* Ten thousand files, a pipe, a folder, dead links, a device, files too large: the look beside is
 * bounded, and ends. The key that fits is found all the same. */
static void
test_hostile_folder(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) other = client_of("Other", stage->files.root);
  use(&stage->profile->key_path, write_key(stage, "wrong.key", other, NULL));
  const char *folder = stage->files.folder;
  for (guint i = 0; i < 10000; i++) {
    g_autofree char *path = g_strdup_printf("%s/z%05u.pem", folder, i);
    g_assert_cmpint(close(open(path, O_CREAT | O_WRONLY, 0600)), ==, 0);
  }
  g_autofree char *pipe = g_build_filename(folder, "a-pipe.key", NULL);
  g_autofree char *directory = g_build_filename(folder, "b-folder.pem", NULL);
  g_autofree char *dead = g_build_filename(folder, "c-dead.pem", NULL);
  g_autofree char *loop = g_build_filename(folder, "d-loop.key", NULL);
  g_autofree char *device = g_build_filename(folder, "e-zero.pem", NULL);
  g_autofree char *large = g_build_filename(folder, "f-large.pem", NULL);
  g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
  g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);
  g_assert_cmpint(symlink("/nowhere", dead), ==, 0);
  g_assert_cmpint(symlink("d-loop.key", loop), ==, 0);
  g_assert_cmpint(symlink("/dev/zero", device), ==, 0);
  g_free(files_write(&stage->files, "f-large.pem", stage->files.client_pem, -1));
  g_assert_cmpint(truncate(large, G_GINT64_CONSTANT(1) << 40), ==, 0);
  gint64 before = g_get_monotonic_time();
  g_autoptr(LocalCheck) check = check_with(stage, 1);
  gint64 spent = g_get_monotonic_time() - before;
  const Finding *finding = g_ptr_array_index(check->findings, 0);
  g_assert_cmpstr(finding->code, ==, "key-mismatch");
  g_assert_nonnull(strstr(finding->remedy, stage->key));
  g_test_message("%" G_GINT64_FORMAT " ms", spent / 1000);
}

/* No more than the bound is read, whatever the files hold. */
static void
test_heavy_folder(Stage *stage, gconstpointer unused)
{
  g_autoptr(GString) heavy = g_string_new(NULL);
  while (heavy->len + strlen(stage->files.root_pem) < 200 * 1024)
    g_string_append(heavy, stage->files.root_pem);
  for (guint i = 0; i < 100; i++) {
    g_autofree char *name = g_strdup_printf("a%03u.pem", i);
    g_free(files_write(&stage->files, name, heavy->str, (gssize)heavy->len));
  }
  g_autoptr(PkiPair) middle = authority(PKI_INTERMEDIATE, "Middle", NULL);
  g_autoptr(PkiPair) client = client_of("Device", middle);
  g_free(write_pem(stage, "client.pem", client));
  g_free(write_key(stage, "client.key", client, NULL));
  gint64 before = g_get_monotonic_time();
  assert_nothing(stage);
  g_test_message("%" G_GINT64_FORMAT " ms", (g_get_monotonic_time() - before) / 1000);
}

/* Nobody should mend one, try again and meet the next. */
static void
test_all_at_once(Stage *stage, gconstpointer unused)
{
  use(&stage->profile->ca_path, g_strdup("/nowhere/ca.pem"));
  use(&stage->profile->key_path, g_strdup("/nowhere/client.key"));
  use(&stage->profile->crl_path, g_strdup("/nowhere/list.crl"));
  g_autoptr(PkiPair) old = issue(PKI_CLIENT, PKI_KEY_ECDSA_P256, "Client", stage->files.root,
                                 FILES_START, FILES_NOW - DAY);
  g_free(write_pem(stage, "client.pem", old));
  g_autoptr(LocalCheck) check = check_with(stage, 4);
  static const struct {
    const char *code;
    FindingSource source;
  } expected[] = {{"file-missing", FINDING_SOURCE_TRUST},
                  {"file-missing", FINDING_SOURCE_KEY},
                  {"client-expired", FINDING_SOURCE_CLIENT},
                  {"file-missing", FINDING_SOURCE_CRL}};
  for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
    const Finding *finding = g_ptr_array_index(check->findings, i);
    g_assert_cmpstr(finding->code, ==, expected[i].code);
    g_assert_cmpint(finding->source, ==, expected[i].source);
  }
  g_assert_false(check->usable);
}

#define TEST(name)                                                                                 \
  g_test_add("/local-check/" #name, Stage, NULL, local_stage_setup, test_##name,                   \
             local_stage_teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  TEST(good);
  TEST(priority);
  TEST(good_one_way);
  TEST(good_combined);
  TEST(share);
  TEST(missing);
  TEST(empty);
  TEST(no_anchor);
  TEST(truncated);
  TEST(wrong_kind);
  TEST(swapped);
  TEST(der);
  TEST(pem_damaged);
  TEST(trusted_label);
  TEST(several_keys);
  TEST(world_readable);
  TEST(malformed);
  TEST(stale_copy);
  TEST(stale_copy_expired);
  TEST(wrong_role);
  TEST(wrong_role_of_others);
  TEST(key_mismatch);
  TEST(key_password);
  TEST(key_encryption);
  TEST(leaf_not_first);
  TEST(wrong_order);
  TEST(unrelated);
  TEST(duplicate);
  TEST(root_in_chain);
  TEST(stale_intermediate);
  TEST(incomplete);
  TEST(gap);
  TEST(broker_ca);
  TEST(broker_ca_missing);
  TEST(dates);
  TEST(usage);
  TEST(no_name);
  TEST(unreadable);
  TEST(revoked);
  TEST(crl_stale);
  TEST(crl_unusable);
  TEST(weak_key);
  TEST(weak_signature);
  TEST(version_1);
  TEST(no_signing);
  TEST(together);
  TEST(hostile_folder);
  TEST(heavy_folder);
  TEST(all_at_once);
  return g_test_run();
}
