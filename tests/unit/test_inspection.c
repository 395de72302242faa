/* What a file holds, item by item, and what other programs would make of it. */
#include "config.h"

#include "trust/inspection.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "trust/chain_split.h"
#include "trust/finding.h"
#include "trust/inspection_match.h"
#include "trust/trust_error.h"
#include "lab/forge.h"
#include "unit/processor_time.h"
#include "util/private_folder.h"

typedef struct {
  char *folder;
  Forged *root, *old_root, *cross, *intermediate, *leaf;
  char *root_pem, *cross_pem, *intermediate_pem, *leaf_pem, *key_pem;
} Stage;

static char *
key_pem_of(const Forged *forged)
{
  gnutls_datum_t pem = {NULL, 0};
  g_assert_cmpint(gnutls_x509_privkey_export2_pkcs8(forged->key, GNUTLS_X509_FMT_PEM, NULL,
                                                    GNUTLS_PKCS_PLAIN, &pem),
                  >=, 0);
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_free(pem.data);
  return text;
}

static void
setup(Stage *stage, gconstpointer unused)
{
  ForgeTemplate root = forge_authority("Root X1"), old_root = forge_authority("Old Root");
  ForgeTemplate intermediate = forge_authority("R3");
  ForgeTemplate leaf = forge_server("broker", "mqtt.example.com");
  stage->folder = private_folder_new("mqtrust-inspection", NULL);
  g_assert_nonnull(stage->folder);
  stage->root = forge(&root, NULL);
  stage->old_root = forge(&old_root, NULL);
  stage->cross = forge_with_key(&root, stage->old_root, stage->root);
  stage->intermediate = forge(&intermediate, stage->root);
  stage->leaf = forge(&leaf, stage->intermediate);
  stage->root_pem = certificate_to_pem(stage->root->certificate);
  stage->cross_pem = certificate_to_pem(stage->cross->certificate);
  stage->intermediate_pem = certificate_to_pem(stage->intermediate->certificate);
  stage->leaf_pem = certificate_to_pem(stage->leaf->certificate);
  stage->key_pem = key_pem_of(stage->leaf);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  Forged *all[] = {stage->root, stage->old_root, stage->cross, stage->intermediate, stage->leaf};
  char *texts[] = {stage->root_pem, stage->cross_pem, stage->intermediate_pem,
                   stage->leaf_pem, stage->key_pem,   stage->folder};
  private_folder_remove(stage->folder, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
    forged_free(all[i]);
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
}

/* --- helpers ---------------------------------------------------------------------------------- */

static Inspection *
inspect(const char *text)
{
  g_autoptr(GError) error = NULL;
  Inspection *inspection = inspection_parse(text, strlen(text), "file", NULL, &error);
  g_assert_no_error(error);
  return inspection;
}

static const InspectedItem *
item_at(const Inspection *inspection, guint index)
{
  g_assert_cmpuint(index, <, inspection->items->len);
  return inspection->items->pdata[index];
}

/* All codes in their order, "a b c". */
static char *
codes_of(const Inspection *inspection)
{
  GString *codes = g_string_new(NULL);
  for (guint i = 0; i < inspection->remarks->len; i++) {
    const Finding *remark = inspection->remarks->pdata[i];
    g_string_append_printf(codes, "%s%s", i > 0 ? " " : "", remark->code);
  }
  return g_string_free(codes, FALSE);
}

static void
assert_codes(const char *text, const char *expected)
{
  g_autoptr(Inspection) inspection = inspect(text);
  g_autofree char *codes = codes_of(inspection);
  g_assert_cmpstr(codes, ==, expected);
}

static int
shell(const Stage *stage, const char *script)
{
  char *argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
  int status;
  g_assert_true(
      g_spawn_sync(stage->folder, argv, NULL,
                   G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_STDOUT_TO_DEV_NULL,
                   NULL, NULL, NULL, NULL, &status, NULL));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static gboolean
has_openssl(void)
{
  g_autofree char *path = g_find_program_in_path("openssl");
  if (!path)
    g_test_skip("openssl is not installed");
  return path != NULL;
}

static void
write_file(const Stage *stage, const char *name, const char *text, int mode)
{
  g_assert_true(private_folder_write(stage->folder, name, text, -1, mode, NULL));
}

static Inspection *
inspect_file(const Stage *stage, const char *name, const char *password)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(stage->folder, name, NULL);
  Inspection *inspection = inspection_read(path, password, &error);
  g_assert_no_error(error);
  return inspection;
}

/* --- kinds ------------------------------------------------------------------------------------ */

static void
test_titles(Stage *stage, gconstpointer unused)
{
  g_autofree char *all = g_strconcat("text\n", stage->leaf_pem, stage->intermediate_pem,
                                     "more text\r\n", stage->root_pem, stage->key_pem, NULL);
  g_autoptr(Inspection) inspection = inspect(all);
  g_assert_cmpuint(inspection->items->len, ==, 4);
  g_assert_cmpstr(item_at(inspection, 0)->title, ==, "Certificate broker ← R3");
  g_assert_cmpstr(item_at(inspection, 1)->title, ==, "CA certificate R3 ← Root X1");
  g_assert_cmpstr(item_at(inspection, 2)->title, ==, "Root certificate Root X1, self-signed");
  g_assert_cmpstr(item_at(inspection, 3)->title, ==, "ECDSA P-256 private key, not encrypted");
  g_assert_cmpuint(item_at(inspection, 0)->line, ==, 2);
  g_assert_cmpstr(item_at(inspection, 0)->container, ==, "PEM");
  g_assert_cmpint(item_at(inspection, 3)->kind, ==, INSPECTED_KEY);
  g_assert_cmpstr(item_at(inspection, 3)->key_id, ==, item_at(inspection, 0)->key_id);
  g_assert_cmpstr(item_at(inspection, 3)->key_pem, ==, stage->key_pem);
}

/* What openssl makes of one key and certificate, and what is said of it. */
static void
test_kinds(Stage *stage, gconstpointer unused)
{
  static const struct {
    const char *command; /* makes the file "out" */
    const char *password, *title;
    InspectedKind kind;
    const char *problem;
  } kinds[] = {
      {"openssl pkey -in key.pem -outform DER -out out", NULL,
       "ECDSA P-256 private key, not encrypted", INSPECTED_KEY, NULL},
      {"openssl pkey -in key.pem -pubout -out out", NULL, "ECDSA P-256 public key",
       INSPECTED_PUBLIC_KEY, NULL},
      {"openssl pkcs8 -topk8 -in key.pem -v2 aes256 -passout pass:x -out out", "x",
       "ECDSA P-256 private key, encrypted (PBES2-AES256-CBC, 2048 rounds)", INSPECTED_KEY, NULL},
      {"openssl pkcs8 -topk8 -in key.pem -v2 aes256 -passout pass:x -out out", NULL,
       "Private key, encrypted (PBES2-AES256-CBC, 2048 rounds)", INSPECTED_KEY,
       "key-password-needed"},
      {"openssl pkcs8 -topk8 -in key.pem -v2 aes256 -passout pass:x -out out", "y",
       "Private key, encrypted (PBES2-AES256-CBC, 2048 rounds)", INSPECTED_KEY,
       "key-password-wrong"},
      {"openssl pkcs8 -topk8 -in key.pem -iter 4100000 -passout pass:x -out out", "x",
       "Private key, encrypted (PBES2-AES256-CBC, 4100000 rounds)", INSPECTED_KEY,
       "key-encryption-unsupported"},
      {"openssl pkcs8 -topk8 -in key.pem -scrypt -passout pass:x -out out", "x", NULL,
       INSPECTED_KEY, "key-encryption-unsupported"},
      {"openssl ec -in key.pem -aes128 -passout pass:x -out out", "x",
       "ECDSA P-256 private key, encrypted (traditional, AES-128-CBC)", INSPECTED_KEY, NULL},
      {"openssl genrsa -traditional -out out 2048", NULL, "RSA 2048 private key, not encrypted",
       INSPECTED_KEY, NULL},
      {"openssl genrsa 2048 | openssl rsa -RSAPublicKey_out -out out", NULL, "RSA 2048 public key",
       INSPECTED_PUBLIC_KEY, NULL},
      {"openssl ecparam -name secp384r1 -out out", NULL, "EC parameters, curve SECP384R1",
       INSPECTED_PARAMETERS, NULL},
      {"openssl ecparam -name secp384r1 -outform DER -out out", NULL,
       "EC parameters, curve SECP384R1", INSPECTED_PARAMETERS, NULL},
      {"openssl req -new -key key.pem -subj /O=Example/CN=device-7 -out out", NULL,
       "Certificate request for device-7", INSPECTED_REQUEST, NULL},
      {"openssl req -new -key key.pem -subj /CN=x -outform DER -out out", NULL,
       "Certificate request for x", INSPECTED_REQUEST, NULL},
      {"openssl x509 -in leaf.pem -outform DER -out out", NULL, "Certificate broker ← R3",
       INSPECTED_CERTIFICATE, NULL},
      {"openssl x509 -in leaf.pem -trustout -addtrust serverAuth -out out", NULL,
       "Certificate broker ← R3", INSPECTED_CERTIFICATE, "pem-trusted-label"},
      {"openssl crl2pkcs7 -nocrl -certfile leaf.pem -outform DER -out out", NULL,
       "Certificate broker ← R3", INSPECTED_CERTIFICATE, NULL},
      {"openssl pkcs12 -export -nokeys -in leaf.pem -passout pass:x -out out", NULL,
       "PKCS#12 bundle, 1 part encrypted (PBES2-AES256-CBC)", INSPECTED_BUNDLE,
       "key-password-needed"},
      {"openssl pkcs12 -export -nokeys -in leaf.pem -passout pass:x -out out", "x",
       "Certificate broker ← R3", INSPECTED_CERTIFICATE, NULL},
      {"openssl pkcs12 -export -nokeys -in leaf.pem -passout pass: -out out", NULL,
       "Certificate broker ← R3", INSPECTED_CERTIFICATE, NULL},
      {"openssl pkcs12 -export -nokeys -iter 4100000 -in leaf.pem -passout pass:x -out out", "x",
       "PKCS#12 bundle, 1 part encrypted (PBES2-AES256-CBC)", INSPECTED_BUNDLE,
       "key-encryption-unsupported"},
  };
  if (!has_openssl())
    return;
  write_file(stage, "key.pem", stage->key_pem, 0600);
  write_file(stage, "leaf.pem", stage->leaf_pem, 0600);
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_test_message("%s", kinds[i].command);
    g_assert_cmpint(shell(stage, kinds[i].command), ==, 0);
    g_autoptr(Inspection) inspection = inspect_file(stage, "out", kinds[i].password);
    const InspectedItem *item = item_at(inspection, 0);
    g_assert_cmpuint(inspection->items->len, ==, 1);
    if (kinds[i].title)
      g_assert_cmpstr(item->title, ==, kinds[i].title);
    g_assert_cmpint(item->kind, ==, kinds[i].kind);
    g_assert_cmpstr(item->problem_code, ==, kinds[i].problem);
  }
}

static void
test_request_extensions(Stage *stage, gconstpointer unused)
{
  if (!has_openssl())
    return;
  write_file(stage, "key.pem", stage->key_pem, 0600);
  g_assert_cmpint(
      shell(stage, "openssl req -new -key key.pem -subj /CN=x -out out "
                   "-addext subjectAltName=DNS:a.example.com,IP:192.0.2.7 "
                   "-addext keyUsage=digitalSignature -addext extendedKeyUsage=clientAuth,1.2.3"),
      ==, 0);
  g_autoptr(Inspection) inspection = inspect_file(stage, "out", NULL);
  const InspectedItem *item = item_at(inspection, 0);
  g_assert_cmpstr(item->subject, ==, "CN=x");
  g_assert_cmpuint(g_strv_length(item->names), ==, 2);
  g_assert_cmpstr(item->names[0], ==, "DNS:a.example.com");
  g_assert_cmpstr(item->names[1], ==, "IP:192.0.2.7");
  g_assert_cmpstr(item->details, ==, "Key usage: digitalSignature\nPurposes: clientAuth, 1.2.3\n");
  g_assert_cmpstr(item->key_id, ==, certificate_key_id(stage->leaf->certificate));
}

/* A request whose names were changed after it was signed. */
static void
test_request_signature(Stage *stage, gconstpointer unused)
{
  if (!has_openssl())
    return;
  write_file(stage, "key.pem", stage->key_pem, 0600);
  g_assert_cmpint(shell(stage, "openssl req -new -key key.pem -subj /CN=good -outform DER -out out "
                               "&& sed -i s/good/evil/ out"),
                  ==, 0);
  g_autoptr(Inspection) inspection = inspect_file(stage, "out", NULL);
  g_assert_cmpstr(item_at(inspection, 0)->title, ==, "Certificate request for evil");
  g_assert_cmpstr(item_at(inspection, 0)->problem_code, ==, "signature-invalid");
}

/* --- PEM that others refuse ------------------------------------------------------------------- */

/* Each form is given to OpenSSL itself, too: it is said to refuse exactly what it does refuse. */
static void
test_pem_forms(Stage *stage, gconstpointer unused)
{
  static const struct {
    const char *command; /* makes "out" of leaf.pem */
    const char *damage;  /* NULL: OpenSSL reads it */
  } forms[] = {
      {"cp leaf.pem out", NULL},
      {"sed 's/$/\\r/' leaf.pem >out", NULL},
      {"{ printf '\\357\\273\\277'; cat leaf.pem; } >out", NULL},
      {"{ echo some text; cat leaf.pem; echo more; } >out", NULL},
      {"sed 's/$/   /' leaf.pem >out", NULL},
      {"{ head -n 1 leaf.pem; grep -v -e - leaf.pem | tr -d '\\n'; echo; tail -n 1 leaf.pem; } "
       ">out",
       NULL},
      {"grep -v -e - leaf.pem | sed 's/^/  /' >b; { head -n 1 leaf.pem; cat b; tail -n 1 leaf.pem; "
       "} >out",
       NULL},
      {"tr '\\n' '\\r' <leaf.pem >out", "its lines end in CR alone"},
      {"tr -d '\\n' <leaf.pem >out", "its line breaks are missing"},
      {"tr '\\n' ' ' <leaf.pem >out", "its line breaks are missing"},
      {"sed -z 's/\\n/\\\\n/g' leaf.pem >out", "its line breaks are written as \\n"},
      {"sed 's/^/  /' leaf.pem >out", "its BEGIN line is indented"},
      {"sed '$s/^/  /' leaf.pem >out", "its END line is indented"},
      {"sed 's/BEGIN /BEGIN  /' leaf.pem >out", "its label has a blank too many"},
      {"sed 's/CERTIFICATE/certificate/' leaf.pem >out", "its label is not in capital letters"},
      {"sed '$s/CERTIFICATE/X509 CERTIFICATE/' leaf.pem >out",
       "its END line has another label than its BEGIN line"},
      {"sed '1s/^/x /' leaf.pem >out", "other text stands before BEGIN on its line"},
      {"sed '$s/$/ x/' leaf.pem >out", "other text stands behind END on its line"},
      {"sed '3s/$/\\n/' leaf.pem >out", "it has an empty line inside"},
  };
  if (!has_openssl())
    return;
  write_file(stage, "leaf.pem", stage->leaf_pem, 0600);
  for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
    g_test_message("%s", forms[i].command);
    g_assert_cmpint(shell(stage, forms[i].command), ==, 0);
    g_autoptr(Inspection) inspection = inspect_file(stage, "out", NULL);
    g_autofree char *codes = codes_of(inspection);
    g_assert_cmpstr(codes, ==, forms[i].damage ? "pem-damaged" : "");
    g_assert_true(certificate_equal(item_at(inspection, 0)->certificate, stage->leaf->certificate));
    /* as mosquitto loads it, not as `openssl x509` does, which tries DER, too */
    int refused = shell(stage, "openssl verify -partial_chain -no_check_time -CAfile out leaf.pem");
    g_assert_cmpint(refused != 0, ==, forms[i].damage != NULL);
    if (!forms[i].damage)
      continue;
    const Finding *remark = inspection->remarks->pdata[0];
    g_autofree char *end = g_strdup_printf(" refuse it: %s.", forms[i].damage);
    g_assert_true(g_str_has_suffix(remark->message, end));
  }
}

static void
test_truncated(Stage *stage, gconstpointer unused)
{
  g_autofree char *cut = g_strdup(stage->leaf_pem);
  cut[strlen(cut) / 2] = '\0';
  g_autoptr(Inspection) inspection = inspect(cut);
  g_assert_cmpint(item_at(inspection, 0)->kind, ==, INSPECTED_DAMAGED);
  g_assert_cmpstr(item_at(inspection, 0)->problem_code, ==, "file-truncated");
  g_assert_cmpstr(item_at(inspection, 0)->title, ==, "A certificate, not whole");
}

static void
test_utf16(Stage *stage, gconstpointer unused)
{
  gsize length;
  g_autofree char *text = g_convert(stage->leaf_pem, -1, "UTF-16", "UTF-8", NULL, &length, NULL);
  g_autoptr(Inspection) inspection = inspection_parse(text, length, "file", NULL, NULL);
  g_assert_nonnull(inspection);
  g_autofree char *codes = codes_of(inspection);
  g_assert_cmpstr(item_at(inspection, 0)->title, ==, "Certificate broker ← R3");
  g_assert_cmpstr(codes, ==, "pem-damaged");
}

static void
test_nothing(Stage *stage, gconstpointer unused)
{
  static const struct {
    const char *text;
    int code;
  } texts[] = {
      {"", TRUST_ERROR_FILE_EMPTY},
      {"hello\n", TRUST_ERROR_FILE_WRONG_KIND},
      {"0\x03\x02\x01\x05", TRUST_ERROR_FILE_WRONG_KIND},
      {"----BEGIN CERTIFICATE----\nAAAA\n----END CERTIFICATE----\n", TRUST_ERROR_PEM_DAMAGED},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(inspection_parse(texts[i].text, strlen(texts[i].text), "f\x1b", NULL, &error));
    g_assert_error(error, TRUST_ERROR, texts[i].code);
    g_assert_nonnull(strstr(error->message, "f\\e"));
  }
}

/* --- the file as a whole ---------------------------------------------------------------------- */

static void
test_order(Stage *stage, gconstpointer unused)
{
  const char *l = stage->leaf_pem, *i = stage->intermediate_pem, *r = stage->root_pem;
  const char *x = stage->cross_pem, *k = stage->key_pem;
  g_autofree char *good = g_strconcat(l, i, NULL), *with_root = g_strconcat(l, i, r, NULL);
  g_autofree char *cross = g_strconcat(l, i, x, NULL), *twice = g_strconcat(l, i, l, NULL);
  g_autofree char *order = g_strconcat(l, x, i, NULL), *last = g_strconcat(i, l, NULL);
  g_autofree char *last_key = g_strconcat(k, i, l, NULL), *alien = g_strconcat(k, i, NULL);
  g_autofree char *keys = g_strconcat(k, l, k, NULL), *cas = g_strconcat(r, i, x, NULL);
  ForgeTemplate other_template = forge_authority("Other");
  g_autoptr(Forged) other_root = forge(&other_template, NULL);
  g_autofree char *other = certificate_to_pem(other_root->certificate);
  g_autofree char *stranger = g_strconcat(l, i, other, NULL);
  assert_codes(good, "");
  assert_codes(cross, "");
  assert_codes(cas, "");
  assert_codes(with_root, "chain-includes-root");
  assert_codes(twice, "certificate-duplicate");
  assert_codes(order, "chain-wrong-order");
  assert_codes(last, "leaf-not-first");
  assert_codes(last_key, "leaf-not-first");
  assert_codes(alien, "key-mismatch");
  assert_codes(keys, "file-several-keys");
  assert_codes(stranger, "chain-unrelated");
}

static void
test_mode(Stage *stage, gconstpointer unused)
{
  static const struct {
    int mode;
    const char *codes;
    FindingSeverity severity;
  } modes[] = {{0600, "", FINDING_INFO},
               {0400, "", FINDING_INFO},
               {0640, "key-world-readable", FINDING_INFO},
               {0644, "key-world-readable", FINDING_WARNING}};
  for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
    write_file(stage, "key.pem", stage->key_pem, modes[i].mode);
    g_autoptr(Inspection) inspection = inspect_file(stage, "key.pem", NULL);
    g_autofree char *codes = codes_of(inspection);
    g_assert_cmpstr(codes, ==, modes[i].codes);
    if (*codes == '\0')
      continue;
    const Finding *remark = inspection->remarks->pdata[0];
    g_assert_cmpint(remark->severity, ==, modes[i].severity);
  }
  write_file(stage, "leaf.pem", stage->leaf_pem, 0644);
  g_autoptr(Inspection) leaf = inspect_file(stage, "leaf.pem", NULL);
  g_assert_cmpuint(leaf->remarks->len, ==, 0);
}

/* A set of certbot's files in which one holds what another should. */
static void
test_roles(Stage *stage, gconstpointer unused)
{
  g_autofree char *full = g_strconcat(stage->leaf_pem, stage->intermediate_pem, NULL);
  static const char *const names[] = {"cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"};
  const char *texts[] = {stage->leaf_pem, stage->intermediate_pem, full, stage->key_pem};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    write_file(stage, names[i], texts[i], 0600);
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autoptr(Inspection) inspection = inspect_file(stage, names[i], NULL);
    g_assert_cmpuint(inspection->remarks->len, ==, 0);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    write_file(stage, names[i], texts[(i + 1) % 4], 0600);
    g_autoptr(Inspection) inspection = inspect_file(stage, names[i], NULL);
    g_autofree char *codes = codes_of(inspection);
    g_assert_cmpstr(codes, ==, "file-wrong-role");
    write_file(stage, names[i], texts[i], 0600);
  }
  /* outside of such a set a name promises nothing */
  g_assert_cmpint(shell(stage, "rm privkey.pem; cp chain.pem cert.pem"), ==, 0);
  g_autoptr(Inspection) inspection = inspect_file(stage, "cert.pem", NULL);
  g_assert_cmpuint(inspection->remarks->len, ==, 0);
}

static void
test_matches(Stage *stage, gconstpointer unused)
{
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)inspection_free);
  g_ptr_array_add(files, inspect(stage->intermediate_pem));
  g_ptr_array_add(files, NULL);
  g_ptr_array_add(files, inspect(stage->key_pem));
  g_autoptr(InspectionMatches) alone = inspection_matches_new(files);
  inspection_matches_remark(alone, files);
  g_autofree char *codes = codes_of(files->pdata[2]);
  g_assert_cmpstr(codes, ==, "key-mismatch");
  g_ptr_array_add(files, inspect(stage->leaf_pem));
  g_autoptr(InspectionMatches) matches = inspection_matches_new(files);
  const GArray *places = inspection_matches_of(matches, item_at(files->pdata[2], 0));
  g_assert_cmpuint(places->len, ==, 2);
  g_assert_cmpuint(g_array_index(places, InspectionPlace, 1).file, ==, 3);
}

/* --- taking apart ----------------------------------------------------------------------------- */

static void
test_split(Stage *stage, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *all = g_strconcat(stage->root_pem, stage->cross_pem, stage->intermediate_pem,
                                     stage->key_pem, stage->leaf_pem, stage->leaf_pem, NULL);
  g_autoptr(Inspection) inspection = inspect(all);
  g_autoptr(ChainSplit) split = chain_split_new(inspection, &error);
  g_assert_no_error(error);
  g_assert_cmpint(split->leaf, ==, 4);
  g_assert_cmpint(split->root, ==, 0);
  g_assert_cmpint(split->key, ==, 3);
  g_assert_cmpint(split->top, ==, -1);
  g_assert_cmpuint(split->chain->len, ==, 2);
  g_assert_cmpuint(g_array_index(split->chain, guint, 0), ==, 2);
  g_assert_cmpuint(g_array_index(split->chain, guint, 1), ==, 1);
  g_assert_cmpuint(split->duplicates, ==, 1);
  g_assert_cmpuint(split->left_out->len, ==, 0);
}

static void
test_split_cross(Stage *stage, gconstpointer unused)
{
  g_autofree char *all =
      g_strconcat(stage->leaf_pem, stage->intermediate_pem, stage->cross_pem, NULL);
  g_autoptr(Inspection) inspection = inspect(all);
  g_autoptr(ChainSplit) split = chain_split_new(inspection, NULL);
  g_assert_nonnull(split);
  g_assert_cmpint(split->root, ==, -1);
  g_assert_cmpint(split->top, ==, 2);
  g_assert_cmpint(split->key, ==, -1);
}

/* A CA of the same name that did not sign is not taken for the issuer. */
static void
test_split_same_name(Stage *stage, gconstpointer unused)
{
  ForgeTemplate fake_template = forge_authority("R3");
  g_autoptr(Forged) fake = forge(&fake_template, NULL);
  g_autofree char *fake_pem = certificate_to_pem(fake->certificate);
  g_autofree char *all = g_strconcat(stage->leaf_pem, fake_pem, stage->intermediate_pem, NULL);
  g_autoptr(Inspection) inspection = inspect(all);
  g_autoptr(ChainSplit) split = chain_split_new(inspection, NULL);
  g_assert_cmpint(split->root, ==, -1);
  g_assert_cmpuint(split->chain->len, ==, 1);
  g_assert_cmpuint(g_array_index(split->chain, guint, 0), ==, 2);
  g_assert_cmpuint(split->left_out->len, ==, 1);
  g_assert_cmpuint(g_array_index(split->left_out, guint, 0), ==, 1);
}

static void
test_split_refused(Stage *stage, gconstpointer unused)
{
  g_autofree char *old_root = certificate_to_pem(stage->old_root->certificate);
  g_autofree char *roots = g_strconcat(stage->root_pem, old_root, NULL);
  g_autofree char *keys = g_strconcat(stage->leaf_pem, stage->key_pem, stage->key_pem, NULL);
  const char *texts[] = {roots, keys, stage->key_pem};
  const int codes[] = {TRUST_ERROR_FILE_WRONG_KIND, TRUST_ERROR_FILE_SEVERAL_KEYS,
                       TRUST_ERROR_FILE_WRONG_KIND};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Inspection) inspection = inspect(texts[i]);
    g_assert_null(chain_split_new(inspection, &error));
    g_assert_error(error, TRUST_ERROR, codes[i]);
  }
}

/* --- large ------------------------------------------------------------------------------------ */

/* 10,000 copies of one certificate: one is read, and few remarks are made. */
static void
test_many(Stage *stage, gconstpointer unused)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < 10000; i++)
    g_string_append(text, stage->root_pem);
  g_autofree char *all = g_string_free(text, FALSE);
  gint64 start = processor_time();
  g_autoptr(Inspection) inspection = inspect(all);
  g_autoptr(ChainSplit) split = chain_split_new(inspection, NULL);
  g_assert_cmpint(processor_time() - start, <, 10 * G_USEC_PER_SEC);
  g_assert_cmpuint(inspection->items->len, ==, 10000);
  g_assert_true(item_at(inspection, 0)->certificate == item_at(inspection, 9999)->certificate);
  g_assert_cmpuint(inspection->remarks->len, ==, 17);
  g_assert_cmpuint(split->duplicates, ==, 9999);
}

#define NAMES 10000

/* As DER: GnuTLS makes the list anew for each name that is added. */
static void
add_names(gnutls_x509_crt_t crt)
{
  const gsize length = strlen("device-00000.example.com");
  const gsize all = NAMES * (2 + length);
  g_autoptr(GByteArray) der = g_byte_array_new();
  const guint8 header[] = {0x30, 0x83, all >> 16 & 0xff, all >> 8 & 0xff, all & 0xff};
  g_byte_array_append(der, header, sizeof header);
  for (guint i = 0; i < NAMES; i++) {
    const guint8 name_header[] = {0x82, (guint8)length};
    g_autofree char *name = g_strdup_printf("device-%05u.example.com", i);
    g_byte_array_append(der, name_header, sizeof name_header);
    g_byte_array_append(der, (const guint8 *)name, (guint)length);
  }
  g_assert_cmpint(
      gnutls_x509_crt_set_extension_by_oid(crt, GNUTLS_X509EXT_OID_SAN, der->data, der->len, 0), >=,
      0);
}

static void
test_names(Stage *stage, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", "mqtt.example.com");
  template.tweak = add_names;
  g_autoptr(Forged) forged = forge(&template, NULL);
  g_autofree char *pem = certificate_to_pem(forged->certificate);
  gint64 start = processor_time();
  g_autoptr(Inspection) inspection = inspect(pem);
  g_assert_cmpint(processor_time() - start, <, 5 * G_USEC_PER_SEC);
  const char *const *names = certificate_names(item_at(inspection, 0)->certificate);
  g_assert_cmpuint(g_strv_length((char **)names), ==, NAMES);
}

/* 5 MB between the lines of a good label. */
static void
test_large(Stage *stage, gconstpointer unused)
{
  const gsize length = 5 * 1024 * 1024;
  g_autofree guint8 *der = g_malloc0(length);
  const guint8 header[] = {0x30, 0x83, 0x4f, 0xff, 0xfb};
  memcpy(der, header, sizeof header);
  g_autofree char *base64 = g_base64_encode(der, length);
  g_autofree char *pem =
      g_strdup_printf("-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", base64);
  g_autoptr(Inspection) inspection = inspect(pem);
  g_assert_cmpint(item_at(inspection, 0)->kind, ==, INSPECTED_DAMAGED);
  g_assert_nonnull(strstr(item_at(inspection, 0)->problem, "larger than 1024 KiB"));
}

int
main(int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*run)(Stage *, gconstpointer);
  } tests[] = {
      {"/inspection/titles", test_titles},
      {"/inspection/kinds", test_kinds},
      {"/inspection/request-extensions", test_request_extensions},
      {"/inspection/request-signature", test_request_signature},
      {"/inspection/pem-forms", test_pem_forms},
      {"/inspection/truncated", test_truncated},
      {"/inspection/utf16", test_utf16},
      {"/inspection/nothing", test_nothing},
      {"/inspection/order", test_order},
      {"/inspection/mode", test_mode},
      {"/inspection/roles", test_roles},
      {"/inspection/matches", test_matches},
      {"/inspection/split", test_split},
      {"/inspection/split-cross", test_split_cross},
      {"/inspection/split-same-name", test_split_same_name},
      {"/inspection/split-refused", test_split_refused},
      {"/inspection/many", test_many},
      {"/inspection/names", test_names},
      {"/inspection/large", test_large},
  };
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add(tests[i].name, Stage, NULL, setup, tests[i].run, teardown);
  return g_test_run();
}
