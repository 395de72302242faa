/* Certificate and key on a PKCS#11 token (SoftHSM): loaded, judged, and what is said when the
 * token, the object or the PIN is not the right one. */
#include "config.h"

#include "trust/identity.h"

#include <string.h>

#include "core/local_check.h"
#include "trust/gnutls_bridge.h"
#include "trust/inspection.h"
#include "unit/local_stage.h"

#define PIN "123456"
#define TOKEN "pkcs11:token=mqtrust-test"
#define CERTIFICATE TOKEN ";object=device;type=cert"
#define KEY TOKEN ";object=device;type=private"
#define OTHER_PIN "654321"
#define OTHER_KEY "pkcs11:token=mqtrust-other;object=other"

/* --- The token -------------------------------------------------------------------------------- */

static gboolean
run(const char *const *arguments)
{
  g_autofree char *output = NULL, *errors = NULL;
  int status = -1;
  if (!g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output,
                    &errors, &status, NULL))
    return FALSE;
  if (status != 0)
    g_test_message("%s: %s%s", arguments[0], output, errors);
  return status == 0;
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void
configure(Stage *stage)
{
  g_autofree char *tokens = g_build_filename(stage->files.folder, "tokens", NULL);
  g_autofree char *text = g_strdup_printf("directories.tokendir = %s\nlog.level = ERROR\n", tokens);
  g_autofree char *path = files_write(&stage->files, "softhsm2.conf", text, -1);
  g_assert_cmpint(g_mkdir_with_parents(tokens, 0700), ==, 0);
  g_setenv("SOFTHSM2_CONF", path, TRUE);
}

/* FALSE: the programs for it are not installed. */
static gboolean
make_token(Stage *stage)
{
  configure(stage);
  g_autofree char *softhsm = g_find_program_in_path("softhsm2-util");
  g_autofree char *p11tool = g_find_program_in_path("p11tool");
  if (softhsm == NULL || p11tool == NULL) {
    g_test_skip("softhsm2 and gnutls-bin are needed");
    return FALSE;
  }
  g_assert_true(RUN(softhsm, "--init-token", "--free", "--label", "mqtrust-test", "--pin", PIN,
                    "--so-pin", PIN));
  g_assert_true(RUN(softhsm, "--import", stage->key, "--token", "mqtrust-test", "--label", "device",
                    "--id", "01", "--pin", PIN));
  g_assert_true(RUN(p11tool, "--login", "--set-pin", PIN, "--write", "--load-certificate",
                    stage->certificate, "--label", "device", "--id", "01", "--no-mark-private",
                    TOKEN));
  g_assert_true(RUN(softhsm, "--init-token", "--free", "--label", "mqtrust-other", "--pin",
                    OTHER_PIN, "--so-pin", OTHER_PIN));
  g_assert_true(RUN(softhsm, "--import", stage->key, "--token", "mqtrust-other", "--label", "other",
                    "--id", "02", "--pin", OTHER_PIN));
  use(&stage->profile->certificate_path, g_strdup(CERTIFICATE));
  use(&stage->profile->key_path, g_strdup(KEY));
  stage->profile->key_password = g_strdup(PIN);
  return TRUE;
}

/* --- Good ------------------------------------------------------------------------------------- */

static void
assert_signs(const Identity *identity)
{
  gnutls_datum_t data = {(unsigned char *)"hello", 5}, signature;
  gnutls_pubkey_t key;
  Certificate *leaf = g_ptr_array_index(identity_certificates(identity), 0);
  g_assert_cmpint(gnutls_privkey_sign_data2(identity_gnutls_key(identity),
                                            GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 0, &data,
                                            &signature),
                  >=, 0);
  g_assert_cmpint(gnutls_pubkey_init(&key), >=, 0);
  g_assert_cmpint(gnutls_pubkey_import_x509(key, certificate_gnutls(leaf), 0), >=, 0);
  g_assert_cmpint(
      gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 0, &data, &signature), >=,
      0);
  gnutls_pubkey_deinit(key);
  gnutls_free(signature.data);
}

static void
assert_good(const Stage *stage)
{
  g_autoptr(LocalCheck) check = local_check(stage->profile, FILES_NOW);
  for (guint i = 0; i < check->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(check->findings, i);
    g_test_message("%s: %s", finding->code, finding->message);
  }
  g_assert_cmpuint(check->findings->len, ==, 0);
  g_assert_true(check->usable);
  assert_signs(check->identity);
}

static void
assert_only(const Stage *stage, const char *code, FindingSource source, const char *file,
            const char *message)
{
  g_autoptr(LocalCheck) check = local_check(stage->profile, FILES_NOW);
  for (guint i = 0; i < check->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(check->findings, i);
    g_test_message("%s: %s %s", finding->code, finding->message, finding->remedy);
  }
  g_assert_cmpuint(check->findings->len, ==, 1);
  const Finding *finding = g_ptr_array_index(check->findings, 0);
  g_assert_cmpstr(finding->code, ==, code);
  g_assert_cmpint(finding->severity, ==, FINDING_ERROR);
  g_assert_cmpint(finding->side, ==, FINDING_SIDE_CLIENT);
  g_assert_cmpint(finding->source, ==, source);
  g_assert_cmpstr(finding->file, ==, file);
  g_assert_nonnull(strstr(finding->message, message));
  g_assert_false(check->usable);
  g_assert_null(strstr(finding->message, PIN));
  g_assert_null(strstr(finding->remedy, PIN));
}

/* On a token that is there two objects are two faults. */
static void
assert_both_missing(const Stage *stage)
{
  g_autoptr(LocalCheck) check = local_check(stage->profile, FILES_NOW);
  static const FindingSource sources[] = {FINDING_SOURCE_CLIENT, FINDING_SOURCE_KEY};
  g_assert_cmpuint(check->findings->len, ==, G_N_ELEMENTS(sources));
  for (guint i = 0; i < check->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(check->findings, i);
    g_assert_cmpstr(finding->code, ==, "pkcs11-object-missing");
    g_assert_cmpint(finding->source, ==, sources[i]);
  }
}

/* --- From two threads ------------------------------------------------------------------------- */

/* How often it could not be read with its own PIN. */
static guint
read_often(const char *uri, const char *pin)
{
  guint failed = 0;
  for (int i = 0; i < 50; i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Inspection) inspection = inspection_read(uri, pin, &error);
    if (error != NULL)
      g_test_message("%s: %s", uri, error->message);
    failed += inspection == NULL;
  }
  return failed;
}

static gpointer
read_other_often(gpointer unused)
{
  return GUINT_TO_POINTER(read_often(OTHER_KEY, OTHER_PIN));
}

/* Each token is given its own PIN: a wrong one would count, until the token locks itself. */
static void
assert_two_at_once(void)
{
  GThread *thread = g_thread_new("other", read_other_often, NULL);
  guint failed = read_often(KEY, PIN);
  g_assert_cmpuint(GPOINTER_TO_UINT(g_thread_join(thread)), ==, 0);
  g_assert_cmpuint(failed, ==, 0);
}

/* One token for all: its module is loaded once, and looks at its folder once. */
static void
test_token(Stage *stage, gconstpointer unused)
{
  if (!make_token(stage))
    return;
  assert_good(stage);
  /* A certificate in a file, its key on the token; the key's URI left out. */
  use(&stage->profile->certificate_path, g_strdup(stage->certificate));
  assert_good(stage);
  use(&stage->profile->certificate_path, g_strdup(CERTIFICATE));
  use(&stage->profile->key_path, NULL);
  assert_good(stage);
  /* The PIN in the URI is used, and never shown. */
  g_clear_pointer(&stage->profile->key_password, g_free);
  use(&stage->profile->key_path, g_strdup(KEY "?pin-value=" PIN));
  assert_good(stage);
  use(&stage->profile->key_path, g_strdup(TOKEN ";object=none;type=private?pin-value=" PIN));
  assert_only(stage, "pkcs11-object-missing", FINDING_SOURCE_KEY,
              TOKEN ";object=none;type=private?pin-value=...", "No private key was found");
  use(&stage->profile->key_path, g_strdup(KEY));
  assert_only(stage, "key-password-needed", FINDING_SOURCE_KEY, KEY, "protected by a PIN");
  use(&stage->profile->certificate_path, g_strdup(TOKEN ";object=none;type=cert"));
  use(&stage->profile->key_path, g_strdup(stage->key));
  assert_only(stage, "pkcs11-object-missing", FINDING_SOURCE_CLIENT, TOKEN ";object=none;type=cert",
              "No object matches");
  /* Without the token there is one fault, not one for each of its objects. */
  use(&stage->profile->certificate_path, g_strdup("pkcs11:token=none;object=device;type=cert"));
  use(&stage->profile->key_path, g_strdup("pkcs11:token=none;object=device;type=private"));
  assert_only(stage, "pkcs11-object-missing", FINDING_SOURCE_CLIENT,
              "pkcs11:token=none;object=device;type=cert", "No object matches");
  /* Another certificate than the key's. */
  g_autoptr(PkiPair) other = client_of("Other", stage->files.root);
  use(&stage->profile->certificate_path, write_pem(stage, "other.pem", other));
  use(&stage->profile->key_path, g_strdup(KEY));
  stage->profile->key_password = g_strdup(PIN);
  assert_only(stage, "key-mismatch", FINDING_SOURCE_KEY, KEY, "is not the one of \"Other\"");
  use(&stage->profile->certificate_path, g_strdup(TOKEN ";object=none;type=cert"));
  use(&stage->profile->key_path, g_strdup(TOKEN ";object=none;type=private"));
  assert_both_missing(stage);
  assert_two_at_once();
  /* Last, for the token counts wrong ones. */
  use(&stage->profile->key_path, g_strdup(KEY));
  use(&stage->profile->certificate_path, g_strdup(CERTIFICATE));
  use(&stage->profile->key_password, g_strdup("654321"));
  assert_only(stage, "key-password-wrong", FINDING_SOURCE_KEY, KEY, "The PIN does not open");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/token/softhsm", Stage, NULL, local_stage_setup, test_token, local_stage_teardown);
  return g_test_run();
}
