/* The binary itself: `mqtrust verify` on real files, its whole output and its exit code. */
#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include <gnutls/pkcs7.h>

#include "trust/gnutls_bridge.h"
#include "trust/second_opinion.h"
#include "lab/forge.h"

#define HOST "mqtt.example.com"
#define AT "--at 2025-07-01 "
#define LEAF_END G_GINT64_CONSTANT(1767225600) /* 2026-01-01 */

typedef struct {
  char *folder; /* that the program runs in, so that file names are short */
  Forged *old_root, *root, *cross, *intermediate, *leaf;
  char *out, *err;
} Stage;

/* --- The files -------------------------------------------------------------------------------- */

static void
write_file(Stage *stage, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(stage->folder, name, NULL);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
write_certificates(Stage *stage, const char *name, const Forged *first, const Forged *second,
                   const Forged *third)
{
  const Forged *all[] = {first, second, third};
  g_autoptr(GString) pem = g_string_new(NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(all) && all[i]; i++) {
    g_autofree char *one = certificate_to_pem(all[i]->certificate);
    g_string_append(pem, one);
  }
  write_file(stage, name, pem->str);
}

/* leaf ← R3 ← Root X1, and the copy of Root X1 that Old Root signed. */
static void
setup(Stage *stage, gconstpointer unused)
{
  ForgeTemplate old_root = forge_authority("Old Root"), root = forge_authority("Root X1");
  ForgeTemplate intermediate = forge_authority("R3"), leaf = forge_server("broker", HOST);
  leaf.not_before = FORGE_START;
  leaf.not_after = LEAF_END;
  stage->folder = g_dir_make_tmp("mqtrust-verify-XXXXXX", NULL);
  g_assert_nonnull(stage->folder);
  stage->old_root = forge(&old_root, NULL);
  stage->root = forge(&root, NULL);
  stage->cross = forge_with_key(&root, stage->old_root, stage->root);
  stage->intermediate = forge(&intermediate, stage->root);
  stage->leaf = forge(&leaf, stage->intermediate);
  write_certificates(stage, "full.pem", stage->leaf, stage->intermediate, NULL);
  write_certificates(stage, "leaf.pem", stage->leaf, NULL, NULL);
  write_certificates(stage, "r3.pem", stage->intermediate, NULL, NULL);
  write_certificates(stage, "root.pem", stage->root, NULL, NULL);
  write_certificates(stage, "cross.pem", stage->cross, NULL, NULL);
  write_certificates(stage, "old.pem", stage->old_root, NULL, NULL);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  g_autoptr(GDir) folder = g_dir_open(stage->folder, 0, NULL);
  for (const char *name = g_dir_read_name(folder); name; name = g_dir_read_name(folder)) {
    g_autofree char *path = g_build_filename(stage->folder, name, NULL);
    g_unlink(path);
  }
  g_rmdir(stage->folder);
  g_free(stage->folder);
  forged_free(stage->old_root);
  forged_free(stage->root);
  forged_free(stage->cross);
  forged_free(stage->intermediate);
  forged_free(stage->leaf);
  g_free(stage->out);
  g_free(stage->err);
}

/* --- Running ---------------------------------------------------------------------------------- */

static int
run(Stage *stage, const char *arguments)
{
  const char *folder = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_build_filename(folder ? folder : ".", "mqtrust", NULL);
  g_autofree char *line = g_strdup_printf("%s verify %s", program, arguments);
  g_auto(GStrv) argv = g_strsplit(line, " ", -1);
  g_autoptr(GError) error = NULL;
  int status;
  g_clear_pointer(&stage->out, g_free);
  g_clear_pointer(&stage->err, g_free);
  g_spawn_sync(stage->folder, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &stage->out, &stage->err,
               &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

/* What OpenSSL says is in every text. */
static gboolean
has_openssl(void)
{
  if (!second_opinion_available())
    g_test_skip("built without OpenSSL");
  return second_opinion_available();
}

static void
assert_says(const Stage *stage, const char *part)
{
  if (!strstr(stage->out, part))
    g_error("not said: %s\n%s", part, stage->out);
}

static void
assert_text(Stage *stage, const char *arguments, int code, const char *expected)
{
  int got = run(stage, arguments);
  g_assert_cmpstr(stage->out, ==, expected);
  g_assert_cmpstr(stage->err, ==, "");
  g_assert_cmpint(got, ==, code);
}

/* --- Text ------------------------------------------------------------------------------------- */

static void
test_good(Stage *stage, gconstpointer unused)
{
  if (has_openssl())
    assert_text(stage, AT "--trust root.pem --hostname " HOST " full.pem", 0,
                "full.pem: accepted\n"
                "  as a server certificate, for mqtt.example.com, trusting root.pem, at\n"
                "  2025-07-01 00:00:00 UTC\n"
                "\n"
                "  ✓ broker                    full.pem #0     2025-01-01 → 2026-01-01   184 d\n"
                "  ✓ └ R3                      full.pem #1     2025-01-01 → 2030-01-01  1645 d\n"
                "  ✓   └ Root X1               root.pem #0     2025-01-01 → 2030-01-01  1645 d\n"
                "\n"
                "  ✓ mqtrust accepts it; the path ends on 2026-01-01, in 184 days\n"
                "  ✓ OpenSSL clients (MQTTX, mosquitto, Paho with OpenSSL) accept it\n"
                "\n"
                "Findings: none\n"
                "\n"
                "Not checked\n"
                "  · Revocation: no revocation list and no OCSP answer was looked at.\n"
                "  · Certificate policies: which ones are wanted was not asked.\n");
}

static void
test_wrong_anchor(Stage *stage, gconstpointer unused)
{
  if (has_openssl())
    assert_text(stage, AT "--trust old.pem --hostname " HOST " full.pem", 1,
                "full.pem: rejected\n"
                "  as a server certificate, for mqtt.example.com, trusting old.pem, at 2025-07-01\n"
                "  00:00:00 UTC\n"
                "\n"
                "  ✓ broker                    full.pem #0     2025-01-01 → 2026-01-01   184 d\n"
                "  ✓ └ R3                      full.pem #1     2025-01-01 → 2030-01-01  1645 d\n"
                "  ✗   └ Root X1               missing\n"
                "\n"
                "  ✗ mqtrust rejects it: anchor-wrong\n"
                "  ✗ OpenSSL clients (MQTTX, mosquitto, Paho with OpenSSL) reject it: error 20,\n"
                "    unable to get local issuer certificate, at depth 1: CN=R3,O=Forge\n"
                "\n"
                "Findings\n"
                "  ✗ anchor-wrong (trust) old.pem CN=Root X1,O=Forge\n"
                "    It takes \"Root X1\" to trust full.pem, but your CA file old.pem holds \"Old\n"
                "    Root\".\n"
                "    → Use ./root.pem, which holds \"Root X1\", if you trust it.\n"
                "    It may also be chain-gap.\n"
                "\n"
                "Not checked\n"
                "  · Revocation: no revocation list and no OCSP answer was looked at.\n"
                "  · Certificate policies: which ones are wanted was not asked.\n");
}

/* The reference trap: we accept it, OpenSSL does not, and the remedy names the key to look for. */
static void
test_cross_signed(Stage *stage, gconstpointer unused)
{
  if (!has_openssl())
    return;
  g_autofree char *key = g_strndup(certificate_key_id(stage->root->certificate), 16);
  g_autofree char *expected = g_strdup_printf(
      "full.pem: accepted\n"
      "  as a server certificate, for mqtt.example.com, trusting cross.pem, at\n"
      "  2025-07-01 00:00:00 UTC\n"
      "\n"
      "  ✓ broker                    full.pem #0     2025-01-01 → 2026-01-01   184 d\n"
      "  ✓ └ R3                      full.pem #1     2025-01-01 → 2030-01-01  1645 d\n"
      "  !   └ Root X1               cross.pem #0    2025-01-01 → 2030-01-01  1645 d\n"
      "  ·     └ Old Root            signed the one above; not needed here\n"
      "\n"
      "  ✓ mqtrust accepts it; the path ends on 2026-01-01, in 184 days\n"
      "  ✗ OpenSSL clients (MQTTX, mosquitto, Paho with OpenSSL) reject it: error 2,\n"
      "    unable to get issuer certificate, at depth 2: CN=Root X1,O=Forge\n"
      "    The trusted \"Root X1\" is signed by \"Old Root\" and not by itself, which is\n"
      "    enough here; OpenSSL wants the chain to end in a certificate that is signed\n"
      "    by itself.\n"
      "\n"
      "Findings\n"
      "  ! anchor-cross-signed (trust) cross.pem #0 CN=Root X1,O=Forge\n"
      "    \"Root X1\" in your CA file cross.pem is the copy that \"Old Root\" signed; it\n"
      "    works here, but OpenSSL clients (MQTTX, mosquitto, Paho with OpenSSL) will\n"
      "    refuse it with error 2, \"unable to get issuer certificate\".\n"
      "    → Replace it by the self-signed \"Root X1\" (same key, %s).\n"
      "    It may also be anchor-intermediate.\n"
      "    · issuer: CN=Old Root,O=Forge\n"
      "\n"
      "Not checked\n"
      "  · Revocation: no revocation list and no OCSP answer was looked at.\n"
      "  · Certificate policies: which ones are wanted was not asked.\n",
      key);
  assert_text(stage, AT "--trust cross.pem --hostname " HOST " full.pem", 0, expected);
}

static void
test_expired(Stage *stage, gconstpointer unused)
{
  if (has_openssl())
    assert_text(stage, "--at 2026-02-01 --trust root.pem full.pem", 1,
                "full.pem: rejected\n"
                "  for any purpose, trusting root.pem, at 2026-02-01 00:00:00 UTC\n"
                "\n"
                "  ✗ broker                    full.pem #0     2025-01-01 → 2026-01-01   -31 d\n"
                "  ✓ └ R3                      full.pem #1     2025-01-01 → 2030-01-01  1430 d\n"
                "  ✓   └ Root X1               root.pem #0     2025-01-01 → 2030-01-01  1430 d\n"
                "\n"
                "  ✗ mqtrust rejects it: leaf-expired\n"
                "  ✗ OpenSSL clients (MQTTX, mosquitto, Paho with OpenSSL) reject it: error 10,\n"
                "    certificate has expired, at depth 0: CN=broker\n"
                "\n"
                "Findings\n"
                "  ✗ leaf-expired (server) full.pem #0 CN=broker\n"
                "    \"broker\" in full.pem expired 31 days ago, on 2026-01-01.\n"
                "    → Renew it (certbot renew) and reload the broker: the file on its disk may\n"
                "      be newer than the one in its memory.\n"
                "    · valid from 2025-01-01 00:00:00 UTC to 2026-01-01 00:00:00 UTC, judged at\n"
                "      2026-02-01 00:00:00 UTC\n"
                "\n"
                "Not checked\n"
                "  · Revocation: no revocation list and no OCSP answer was looked at.\n"
                "  · Certificate policies: which ones are wanted was not asked.\n"
                "  · The name: none was given.\n"
                "  · The purpose of the certificate: none was given.\n");
}

static void
test_wrong_host(Stage *stage, gconstpointer unused)
{
  if (has_openssl())
    assert_text(stage, AT "--trust root.pem --hostname other.example.org full.pem", 1,
                "full.pem: rejected\n"
                "  as a server certificate, for other.example.org, trusting root.pem, at\n"
                "  2025-07-01 00:00:00 UTC\n"
                "\n"
                "  ✗ broker                    full.pem #0     2025-01-01 → 2026-01-01   184 d\n"
                "  ✓ └ R3                      full.pem #1     2025-01-01 → 2030-01-01  1645 d\n"
                "  ✓   └ Root X1               root.pem #0     2025-01-01 → 2030-01-01  1645 d\n"
                "\n"
                "  ✗ mqtrust rejects it: name-mismatch\n"
                "  ✗ OpenSSL clients (MQTTX, mosquitto, Paho with OpenSSL) reject it: error 62,\n"
                "    hostname mismatch, at depth 0: CN=broker\n"
                "\n"
                "Findings\n"
                "  ✗ name-mismatch (server) full.pem #0 CN=broker\n"
                "    The certificate is for DNS:mqtt.example.com, not for \"other.example.org\".\n"
                "    → Connect by one of these names, or issue the certificate again with\n"
                "      other.example.org.\n"
                "    It may also be dns-wrong-host.\n"
                "    · names in the certificate: DNS:mqtt.example.com\n"
                "\n"
                "Not checked\n"
                "  · Revocation: no revocation list and no OCSP answer was looked at.\n"
                "  · Certificate policies: which ones are wanted was not asked.\n");
}

/* Each certificate is told by its own file, and the paths that are not in use are shown. */
static void
test_many_files(Stage *stage, gconstpointer unused)
{
  if (has_openssl())
    assert_text(stage,
                AT "--trust root.pem --trust cross.pem --trust old.pem --untrusted cross.pem "
                   "--untrusted r3.pem leaf.pem",
                0,
                "leaf.pem: accepted\n"
                "  for any purpose, trusting root.pem, cross.pem, old.pem, at 2025-07-01 00:00:00\n"
                "  UTC\n"
                "\n"
                "  ✓ broker                    leaf.pem #0     2025-01-01 → 2026-01-01   184 d\n"
                "  ✓ └ R3                      r3.pem #0       2025-01-01 → 2030-01-01  1645 d\n"
                "  ✓   └ Root X1               root.pem #0     2025-01-01 → 2030-01-01  1645 d\n"
                "\n"
                "  ✓ mqtrust accepts it; the path ends on 2026-01-01, in 184 days\n"
                "  ✓ OpenSSL clients (MQTTX, mosquitto, Paho with OpenSSL) accept it\n"
                "\n"
                "Findings: none\n"
                "\n"
                "Other paths\n"
                "  ✓ broker ← R3 ← Root X1 ← Old Root\n"
                "    good too; it ends on 2026-01-01\n"
                "  ✓ broker ← R3 ← Root X1 (signed by Old Root)\n"
                "    good too; it ends on 2026-01-01\n"
                "\n"
                "Not checked\n"
                "  · Revocation: no revocation list and no OCSP answer was looked at.\n"
                "  · Certificate policies: which ones are wanted was not asked.\n"
                "  · The name: none was given.\n"
                "  · The purpose of the certificate: none was given.\n");
}

/* A PKCS#7 has no order: the leaf is found all the same. */
static void
test_pkcs7(Stage *stage, gconstpointer unused)
{
  gnutls_pkcs7_t pkcs7;
  gnutls_datum_t text = {NULL, 0};
  const Forged *all[] = {stage->root, stage->intermediate, stage->leaf};
  g_assert_cmpint(gnutls_pkcs7_init(&pkcs7), >=, 0);
  for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
    g_assert_cmpint(gnutls_pkcs7_set_crt(pkcs7, certificate_gnutls(all[i]->certificate)), >=, 0);
  g_assert_cmpint(gnutls_pkcs7_export2(pkcs7, GNUTLS_X509_FMT_PEM, &text), >=, 0);
  g_autofree char *pem = g_strndup((const char *)text.data, text.size);
  write_file(stage, "chain.p7b", pem);
  gnutls_free(text.data);
  gnutls_pkcs7_deinit(pkcs7);
  g_assert_cmpint(run(stage, AT "--trust root.pem --hostname " HOST " chain.p7b"), ==, 0);
  assert_says(stage, "✓ broker                    chain.p7b #0    2025-01-01");
  assert_says(stage, "✓ └ R3                      chain.p7b #1    2025-01-01");
}

static void
test_depth(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, AT "--trust root.pem --max-depth 1 full.pem"), ==, 0);
  g_assert_cmpint(run(stage, AT "--trust root.pem --max-depth 0 full.pem"), ==, 1);
  assert_says(stage, "mqtrust rejects it: chain-too-long");
}

static void
test_purpose(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, AT "--trust root.pem --purpose client full.pem"), ==, 1);
  assert_says(stage, "mqtrust rejects it: client-usage-missing");
}

/* Names from a file cannot move the cursor, and nothing is wider than the terminal. */
static void
test_hostile_names(Stage *stage, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("bro\033[31mker\r", HOST);
  g_autoptr(Forged) forged = forge(&leaf, stage->intermediate);
  write_certificates(stage, "hostile.pem", forged, stage->intermediate, NULL);
  g_assert_cmpint(run(stage, AT "--trust root.pem hostile.pem"), ==, 0);
  assert_says(stage, "bro\\e[31mker\\r");
  g_assert_null(strpbrk(stage->out, "\033\r"));
}

/* --- What cannot be verified ------------------------------------------------------------------ */

static void
assert_unusable(Stage *stage, const char *arguments, const char *expected)
{
  g_assert_cmpint(run(stage, arguments), ==, 2);
  g_assert_cmpstr(stage->err, ==, expected);
  g_assert_cmpstr(stage->out, ==, "");
}

static void
test_usage(Stage *stage, gconstpointer unused)
{
  assert_unusable(stage, "--trust root.pem",
                  "mqtrust verify: give the file whose certificate is to be verified; see mqtrust "
                  "verify --help\n");
  assert_unusable(stage, "--turst root.pem full.pem",
                  "mqtrust verify: Unknown option --turst; see mqtrust verify --help\n");
}

/* All that cannot be read is named at once. */
static void
test_unreadable(Stage *stage, gconstpointer unused)
{
  write_file(stage, "empty.pem", "");
  assert_unusable(stage, "--trust none.pem --untrusted empty.pem full.pem",
                  "  ✗ file-empty (local) empty.pem\n"
                  "    Certificate file empty.pem is empty.\n"
                  "    → Write it again.\n"
                  "  ✗ file-missing (local) none.pem\n"
                  "    CA file none.pem does not exist.\n"
                  "    → Correct the path.\n");
}

static void
test_help(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "--help"), ==, 0);
  g_assert_true(g_str_has_prefix(stage->out, "usage: mqtrust verify [OPTION]... FILE\n"));
  g_assert_cmpstr(stage->err, ==, "");
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* (transfer full) */
static JsonNode *
run_json(Stage *stage, const char *arguments, int code)
{
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(run(stage, arguments), ==, code);
  JsonNode *node = json_from_string(stage->out, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(stage->err, ==, "");
  return node;
}

static JsonObject *
element(JsonObject *object, const char *array, guint index)
{
  return json_array_get_object_element(json_object_get_array_member(object, array), index);
}

static guint
length(JsonObject *object, const char *array)
{
  return json_array_get_length(json_object_get_array_member(object, array));
}

static void
assert_member(JsonObject *object, const char *name, const char *value)
{
  g_assert_cmpstr(json_object_get_string_member(object, name), ==, value);
}

static void
assert_link(JsonObject *link, const char *source, const char *file, const Forged *forged)
{
  assert_member(link, "source", source);
  assert_member(link, "file", file);
  assert_member(link, "subject", certificate_subject(forged->certificate));
  assert_member(link, "sha256", certificate_sha256(forged->certificate));
  g_assert_true(json_object_get_boolean_member(link, "good"));
}

static void
test_json(Stage *stage, gconstpointer unused)
{
  g_autoptr(JsonNode) node =
      run_json(stage, AT "--json --trust cross.pem --hostname " HOST " full.pem", 0);
  JsonObject *object = json_node_get_object(node);
  g_autoptr(GList) members = json_object_get_members(object);
  static const char *const names[] = {"accepted", "openssl",  "path",
                                      "paths",    "findings", "not_checked"};
  g_assert_cmpuint(g_list_length(members), ==, G_N_ELEMENTS(names));
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    g_assert_cmpstr(g_list_nth_data(members, i), ==, names[i]);
  g_assert_true(json_object_get_boolean_member(object, "accepted"));
  g_assert_cmpuint(length(object, "path"), ==, 3);
  assert_link(element(object, "path", 0), "chain", "full.pem", stage->leaf);
  assert_link(element(object, "path", 1), "chain", "full.pem", stage->intermediate);
  assert_link(element(object, "path", 2), "trust", "cross.pem", stage->cross);
  g_assert_cmpint(json_object_get_int_member(element(object, "path", 1), "index"), ==, 1);
  g_assert_cmpuint(length(object, "paths"), ==, 1);
  assert_member(element(object, "paths", 0), "end", "2026-01-01T00:00:00Z");
  g_assert_cmpuint(length(element(object, "paths", 0), "path"), ==, 3);
  g_assert_cmpuint(length(object, "findings"), ==, 1);
  assert_member(element(object, "findings", 0), "code", "anchor-cross-signed");
  assert_member(element(object, "findings", 0), "source", "trust");
  g_assert_cmpuint(length(object, "not_checked"), >, 0);
}

static void
test_json_openssl(Stage *stage, gconstpointer unused)
{
  if (!has_openssl())
    return;
  g_autoptr(JsonNode) node = run_json(stage, AT "--json --trust cross.pem full.pem", 0);
  JsonObject *openssl = json_object_get_object_member(json_node_get_object(node), "openssl");
  g_assert_false(json_object_get_boolean_member(openssl, "accepted"));
  g_assert_cmpint(json_object_get_int_member(openssl, "error"), ==, 2);
  assert_member(openssl, "reason", "unable to get issuer certificate");
  g_assert_cmpint(json_object_get_int_member(openssl, "depth"), ==, 2);
  assert_member(openssl, "subject", "CN=Root X1,O=Forge");
}

static void
test_json_missing(Stage *stage, gconstpointer unused)
{
  g_autoptr(JsonNode) node = run_json(stage, AT "--json --trust old.pem leaf.pem", 1);
  JsonObject *object = json_node_get_object(node);
  g_assert_false(json_object_get_boolean_member(object, "accepted"));
  g_assert_cmpuint(length(object, "paths"), ==, 0);
  JsonObject *missing = element(object, "path", 1);
  assert_member(missing, "source", "missing");
  assert_member(missing, "subject", "R3");
  g_assert_true(json_object_get_null_member(missing, "index"));
  g_assert_true(json_object_get_null_member(missing, "sha256"));
}

/* Also what cannot be read is a finding. */
static void
test_json_unreadable(Stage *stage, gconstpointer unused)
{
  g_autoptr(JsonNode) node = run_json(stage, "--json --trust none.pem full.pem", 2);
  JsonObject *object = json_node_get_object(node);
  g_assert_false(json_object_get_boolean_member(object, "accepted"));
  g_assert_true(json_object_get_null_member(object, "openssl"));
  g_assert_cmpuint(length(object, "path"), ==, 0);
  g_assert_cmpuint(length(object, "findings"), ==, 1);
  assert_member(element(object, "findings", 0), "code", "file-missing");
  assert_member(element(object, "findings", 0), "file", "none.pem");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add("/verify-command/" #name, Stage, NULL, setup, test_##name, teardown)
  TEST(good);
  TEST(wrong_anchor);
  TEST(cross_signed);
  TEST(expired);
  TEST(wrong_host);
  TEST(many_files);
  TEST(pkcs7);
  TEST(depth);
  TEST(purpose);
  TEST(hostile_names);
  TEST(usage);
  TEST(unreadable);
  TEST(help);
  TEST(json);
  TEST(json_openssl);
  TEST(json_missing);
  TEST(json_unreadable);
  return g_test_run();
}
