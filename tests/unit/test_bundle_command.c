/* The binary itself: `mqtrust bundle` and certbot's deploy hook, `inspect --lineage`, `split
 * --lineage`: exit codes, what is on the disk afterwards, and that nothing is ever half-written. */
#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/bundle_stage.h"

#define NAME "mqtt.test"

typedef struct {
  BundleStage files;
  char *out, *err;
} Stage;

static void
setup(Stage *stage, gconstpointer unused)
{
  bundle_stage_init(&stage->files, g_get_real_time() / G_USEC_PER_SEC, PKI_KEY_ECDSA_P256);
  bundle_stage_archive(&stage->files, NAME, 1, stage->files.server);
  bundle_stage_live(&stage->files, NAME, 1);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  bundle_stage_clear(&stage->files);
  g_free(stage->out);
  g_free(stage->err);
}

/* In the stage's folder; MQTRUST stands for the program. */
static int
run(Stage *stage, const char *script)
{
  const char *build = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_canonicalize_filename("mqtrust", build ? build : NULL);
  g_autofree char *quoted = g_shell_quote(program);
  g_auto(GStrv) parts = g_strsplit(script, "MQTRUST", -1);
  g_autofree char *command = g_strjoinv(quoted, parts);
  char *argv[] = {(char *)"sh", (char *)"-c", command, NULL};
  g_autoptr(GError) error = NULL;
  int status;
  g_clear_pointer(&stage->out, g_free);
  g_clear_pointer(&stage->err, g_free);
  g_spawn_sync(stage->files.folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &stage->out,
               &stage->err, &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  g_test_message("%s%s", stage->out, stage->err);
  return WEXITSTATUS(status);
}

static int
compare(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* (transfer full): "cert.pem key.pem", hidden ones too; "-" when there is no such folder. */
static char *
list(const Stage *stage, const char *name)
{
  g_autofree char *path = g_build_filename(stage->files.folder, name, NULL);
  g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  if (!folder)
    return g_strdup("-");
  for (const char *entry = g_dir_read_name(folder); entry; entry = g_dir_read_name(folder))
    g_ptr_array_add(names, g_strdup(entry));
  g_ptr_array_sort(names, compare);
  g_ptr_array_add(names, NULL);
  return g_strjoinv(" ", (char **)names->pdata);
}

static void
assert_list(const Stage *stage, const char *name, const char *expected)
{
  g_autofree char *found = list(stage, name);
  g_assert_cmpstr(found, ==, expected);
}

static void
assert_says(const char *text, const char *part)
{
  if (!strstr(text, part))
    g_error("\"%s\" is not in:\n%s", part, text);
}

static mode_t
mode_of(const Stage *stage, const char *name)
{
  g_autofree char *path = g_build_filename(stage->files.folder, name, NULL);
  struct stat status;
  g_assert_cmpint(stat(path, &status), ==, 0);
  return status.st_mode & 07777;
}

/* --- bundle ----------------------------------------------------------------------------------- */

#define LINEAGE "--certbot-dir le --lineage " NAME " "
#define BUNDLE "MQTRUST bundle --for mosquitto --client-ca ca.pem -o out "

static void
test_write(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "umask 000; " BUNDLE LINEAGE), ==, 0);
  assert_list(stage, "out", "cert.pem client-ca.pem key.pem mosquitto.conf");
  g_assert_cmpint(mode_of(stage, "out/key.pem"), ==, 0600);
  g_assert_cmpint(mode_of(stage, "out/cert.pem"), ==, 0644);
  g_autofree char *config = bundle_stage_read(&stage->files, "out/mosquitto.conf");
  g_autofree char *line = g_strdup_printf("keyfile %s/out/key.pem\n", stage->files.folder);
  assert_says(config, line);
  assert_says(stage->out, "mqtt.test ← Server CA, ECDSA P-256, ends ");
  g_assert_cmpstr(stage->err, ==, "");
}

static void
test_replace(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, BUNDLE LINEAGE), ==, 0);
  g_assert_cmpint(run(stage, BUNDLE LINEAGE), ==, 2);
  assert_says(stage->err, "nothing was written: give --force to replace it");
  g_assert_cmpint(run(stage, "MQTRUST bundle --for mosquitto --force -o out " LINEAGE), ==, 0);
  assert_says(stage->out, "a client-ca.pem of before stands there still");
}

static void
test_elsewhere(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, BUNDLE LINEAGE "--path /srv/tls --port 8884"), ==, 0);
  g_autofree char *config = bundle_stage_read(&stage->files, "out/mosquitto.conf");
  assert_says(config, "listener 8884\ncertfile /srv/tls/cert.pem\n");
}

static void
test_users(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, BUNDLE LINEAGE), ==, 0);
  assert_says(stage->out, "  → Say who the users are: until then mosquitto refuses");
  g_assert_cmpint(run(stage, BUNDLE LINEAGE "--force --users certificate --bind '[::1]'"), ==, 0);
  g_autofree char *named = bundle_stage_read(&stage->files, "out/mosquitto.conf");
  assert_says(named, "listener 8883 ::1\n");
  assert_says(named, "\nuse_identity_as_username true\n");
  g_assert_null(strstr(stage->out, "Say who the users are"));
  assert_says(stage->out, "  → Give clients the root certificate as their CA file");
  g_assert_cmpint(run(stage, BUNDLE LINEAGE "--force --users /etc/mosquitto/passwd"), ==, 0);
  g_autofree char *file = bundle_stage_read(&stage->files, "out/mosquitto.conf");
  assert_says(file, "\nallow_anonymous false\npassword_file /etc/mosquitto/passwd\n");
  assert_says(stage->out, "mosquitto_passwd /etc/mosquitto/passwd NAME");
}

static void
test_owner(Stage *stage, gconstpointer unused)
{
  struct stat status;
  if (geteuid() != 0) {
    g_test_skip("only root gives files away");
    return;
  }
  g_autofree char *path = g_build_filename(stage->files.folder, "out", "key.pem", NULL);
  g_assert_cmpint(run(stage, BUNDLE LINEAGE "--owner daemon"), ==, 0);
  g_assert_cmpint(stat(path, &status), ==, 0);
  g_assert_cmpint(status.st_uid, ==, 1);
  g_assert_cmpint(mode_of(stage, "out/key.pem"), ==, 0600);
}

static void
test_json(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, BUNDLE LINEAGE "--json --reload 'echo reloaded'"), ==, 0);
  assert_says(stage->err, "reloaded\n");
  g_autoptr(JsonParser) parser = json_parser_new();
  g_assert_true(json_parser_load_from_data(parser, stage->out, -1, NULL));
  JsonObject *report = json_node_get_object(json_parser_get_root(parser));
  g_assert_true(json_object_get_boolean_member(report, "written"));
  g_assert_cmpstr(json_object_get_string_member(report, "broker"), ==, "mosquitto");
  JsonArray *files = json_object_get_array_member(report, "files");
  g_assert_cmpuint(json_array_get_length(files), ==, 4);
  JsonObject *key = json_array_get_object_element(files, 1);
  g_assert_cmpstr(json_object_get_string_member(key, "path"), ==, "out/key.pem");
  g_assert_cmpstr(json_object_get_string_member(key, "mode"), ==, "0600");
  g_assert_null(strstr(stage->out, "PRIVATE KEY"));
  g_assert_cmpuint(json_array_get_length(json_object_get_array_member(report, "findings")), ==, 0);
  g_assert_cmpuint(json_array_get_length(json_object_get_array_member(report, "next_steps")), ==,
                   3);
}

/* --- bad input: a finding, nothing written, exit 1 -------------------------------------------- */

static void
assert_found(Stage *stage, const char *arguments, const char *code)
{
  g_autofree char *script = g_strconcat("MQTRUST bundle --for mosquitto -o out ", arguments, NULL);
  g_assert_cmpint(run(stage, script), ==, 1);
  assert_says(stage->out, "nothing was written");
  assert_says(stage->out, code);
  assert_list(stage, "out", "-");
}

static void
test_found(Stage *stage, gconstpointer unused)
{
  g_autofree char *key =
      g_build_filename(stage->files.folder, "le", "archive", NAME, "privkey1.pem", NULL);
  g_free(bundle_stage_write_key(&stage->files, "locked.key", stage->files.server, "word"));
  g_free(bundle_stage_write(&stage->files, "wrong", "other\n", 0600));
  assert_found(stage, "--cert cert.pem --chain ca.pem --key server.key", "chain-gap");
  assert_found(stage, LINEAGE "--client-ca root.pem --client-cert client.pem", "client-ca-unknown");
  assert_found(stage, "--cert cert.pem --chain chain.pem --key locked.key", "key-password-needed");
  assert_found(stage, "--cert cert.pem --chain chain.pem --key locked.key --password-file wrong",
               "key-password-wrong");
  g_assert_cmpint(g_unlink(key), ==, 0);
  assert_found(stage, LINEAGE, "file-missing");
}

/* --- bad input: one sentence, nothing written, exit 2
 * ---------------------------------------------- */

static void
assert_usage(Stage *stage, const char *arguments, const char *part)
{
  g_autofree char *script = g_strconcat("MQTRUST bundle ", arguments, NULL);
  g_assert_cmpint(run(stage, script), ==, 2);
  g_assert_cmpstr(stage->out, ==, "");
  g_assert_true(g_str_has_prefix(stage->err, "mqtrust bundle: "));
  g_assert_true(strchr(stage->err, '\n') == stage->err + strlen(stage->err) - 1);
  assert_says(stage->err, part);
  assert_list(stage, "out", "-");
}

static void
test_usage(Stage *stage, gconstpointer unused)
{
  assert_usage(stage, "", "say for which broker");
  assert_usage(stage, "--for vernemq -o out " LINEAGE, "no broker that is known here");
  assert_usage(stage, "--for emqx -o out", "give the broker's certificate");
  assert_usage(stage, "--for emqx " LINEAGE, "say where to write");
  assert_usage(stage, "--for emqx -o out --cert cert.pem " LINEAGE, "not both");
  assert_usage(stage, "--for emqx -o out --port 70000 " LINEAGE, "is no port");
  assert_usage(stage, "--for emqx -o out --users pass " LINEAGE, "--users \"pass\" is not");
  assert_usage(stage, "--for emqx -o out --users certificate " LINEAGE, "without a client CA");
  assert_usage(stage, "--for emqx -o out --users /pw " LINEAGE, "EMQX has no password file");
  assert_usage(stage, "--for mosquitto -o out --users '/a b ' " LINEAGE, "a blank at its end");
  assert_usage(stage, "--for nanomq -o out --client-ca ca.pem --users certificate " LINEAGE,
               "NanoMQ takes no user name from a certificate");
  assert_usage(stage, "--for emqx -o out --bind localhost " LINEAGE, "is no address");
  assert_usage(stage, "--for emqx-cloud -o out --bind ::1 " LINEAGE, "a broker of your own");
  assert_usage(stage, "--for emqx -o out --path here " LINEAGE, "must begin with '/'");
  assert_usage(stage, "--for emqx -o 'a#b' " LINEAGE, "configuration files do not hold");
  assert_usage(stage, "--for emqx -o out --client-cert client.pem " LINEAGE, "give --client-ca");
  assert_usage(stage, "--for emqx -o out --owner nobody-of-that-name " LINEAGE, "is no user");
  assert_usage(stage, "--for emqx -o out --reload \"a 'b\" " LINEAGE, "is no command");
  assert_usage(stage, "--for emqx -o out --deploy-hook", "RENEWED_LINEAGE is not set");
  assert_usage(stage, "--for emqx -o out word " LINEAGE, "\"word\" is no option");
  assert_usage(stage, "--for emqx -o none/out " LINEAGE, "No such file or directory");
}

/* A disk that is full in the middle: the shell's limit on a file's size is as good as one. */
static void
test_full_disk(Stage *stage, gconstpointer unused)
{
  g_autofree char *chain = bundle_stage_read(&stage->files, "chain.pem");
  g_assert_cmpint(run(stage, BUNDLE LINEAGE), ==, 0);
  g_autofree char *before = bundle_stage_read(&stage->files, "out/cert.pem");
  g_autoptr(GString) many = g_string_new(chain);
  for (guint i = 0; i < 8; i++) {
    g_autoptr(PkiPair) other =
        bundle_stage_issue(&stage->files, PKI_ROOT, PKI_KEY_RSA_2048, "Another CA", NULL);
    g_autofree char *pem = certificate_to_pem(pki_pair_certificate(other));
    g_string_append(many, pem);
  }
  g_free(bundle_stage_write(&stage->files, "ca.pem", many->str, 0644));
  g_assert_cmpint(run(stage, "trap '' XFSZ; ulimit -f 4; " BUNDLE "--force " LINEAGE), ==, 2);
  assert_says(stage->err, "File too large; nothing was written");
  assert_list(stage, "out", "cert.pem client-ca.pem key.pem mosquitto.conf");
  g_autofree char *after = bundle_stage_read(&stage->files, "out/cert.pem");
  g_assert_cmpstr(after, ==, before);
}

/* A folder where one of the names is taken by a folder: for root, too, it cannot be written. */
static void
test_not_writable(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "mkdir -p out/key.pem; " BUNDLE "--force " LINEAGE), ==, 2);
  assert_says(stage->err, "key.pem cannot be written: Is a directory; nothing was written");
  assert_list(stage, "out", "key.pem");
  g_assert_cmpint(run(stage, "rmdir out/key.pem; rmdir out; echo >out; " BUNDLE LINEAGE), ==, 2);
  assert_says(stage->err, "Not a directory");
  if (geteuid() == 0)
    return;
  g_assert_cmpint(run(stage, "rm out; mkdir -m 500 out; " BUNDLE LINEAGE), ==, 2);
  assert_says(stage->err, "Permission denied; nothing was written");
}

/* --- the deploy hook -------------------------------------------------------------------------- */

#define HOOK "RENEWED_LINEAGE=$PWD/le/live/" NAME " MQTRUST bundle --deploy-hook --for mosquitto "

static void
test_hook(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) renewed = bundle_stage_issue(&stage->files, PKI_SERVER, PKI_KEY_ECDSA_P256,
                                                  NAME, stage->files.intermediate);
  g_assert_cmpint(run(stage, HOOK "-o out --reload 'touch told'"), ==, 0);
  g_autofree char *old = bundle_stage_read(&stage->files, "out/cert.pem");
  bundle_stage_archive(&stage->files, NAME, 2, renewed);
  bundle_stage_live(&stage->files, NAME, 2);
  g_assert_cmpint(run(stage, HOOK "-o out"), ==, 0);
  g_assert_null(strstr(stage->out, "users")); /* that was said when it was set up */
  g_autofree char *new = bundle_stage_read(&stage->files, "out/cert.pem");
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(renewed));
  g_assert_cmpstr(old, !=, new);
  g_assert_true(g_str_has_prefix(new, pem));
  g_free(bundle_stage_read(&stage->files, "told"));
}

/* A renewal whose key is another one: the good bundle stays, and nobody is told. */
static void
test_hook_bad(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) renewed = bundle_stage_issue(&stage->files, PKI_SERVER, PKI_KEY_ECDSA_P256,
                                                  NAME, stage->files.intermediate);
  g_assert_cmpint(run(stage, HOOK "-o out"), ==, 0);
  g_autofree char *cert = bundle_stage_read(&stage->files, "out/cert.pem");
  g_autofree char *key = bundle_stage_read(&stage->files, "out/key.pem");
  bundle_stage_archive(&stage->files, NAME, 2, renewed);
  bundle_stage_live(&stage->files, NAME, 2);
  bundle_stage_link(&stage->files, NAME, "privkey", 1);
  g_assert_cmpint(run(stage, HOOK "-o out --reload 'touch told'"), ==, 1);
  assert_says(stage->out, "key-mismatch");
  g_autofree char *cert_now = bundle_stage_read(&stage->files, "out/cert.pem");
  g_autofree char *key_now = bundle_stage_read(&stage->files, "out/key.pem");
  g_assert_cmpstr(cert_now, ==, cert);
  g_assert_cmpstr(key_now, ==, key);
  g_autofree char *told = g_build_filename(stage->files.folder, "told", NULL);
  g_assert_false(g_file_test(told, G_FILE_TEST_EXISTS));
}

static void
assert_same(const Stage *stage, const char *name, const char *expected)
{
  g_autofree char *text = bundle_stage_read(&stage->files, name);
  g_assert_cmpstr(text, ==, expected);
}

/* A renewal changes certificate and key. How the broker is set up stays, whatever the hook says:
 * with other users nobody would be let in, without a client CA everybody would. */
static void
test_hook_settings(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, BUNDLE "--users certificate " LINEAGE), ==, 0);
  g_autofree char *settings = bundle_stage_read(&stage->files, "out/mosquitto.conf");
  g_assert_cmpint(run(stage, HOOK "--client-ca ca.pem --users certificate -o out"), ==, 0);
  assert_says(stage->out, "  · mosquitto.conf stays as it is\n");
  g_assert_cmpint(run(stage, HOOK "-o out"), ==, 0);
  assert_same(stage, "out/mosquitto.conf", settings);
  assert_says(stage->out, "  ! mosquitto.conf stays as it is, for the broker runs with it; these ");
  assert_says(stage->out, "client CA      none was given\n");
  g_assert_null(strstr(stage->out, "client-ca.pem of before"));
  g_assert_cmpint(run(stage, HOOK "--json -o out"), ==, 0);
  assert_says(stage->out, "\"kept\": [\n    {\n      \"name\": \"mosquitto.conf\",\n      "
                          "\"different\": true\n    }\n  ]");
  assert_list(stage, "out", "cert.pem client-ca.pem key.pem mosquitto.conf");
  g_assert_cmpint(run(stage, "echo '# mine' >out/mosquitto.conf"), ==, 0);
  g_assert_cmpint(run(stage, HOOK "--client-ca ca.pem --users certificate -o out"), ==, 0);
  assert_same(stage, "out/mosquitto.conf", "# mine\n");
  g_assert_cmpint(run(stage, HOOK "--client-ca ca.pem --users certificate -o out --force"), ==, 0);
  assert_same(stage, "out/mosquitto.conf", settings);
}

/* EMQX's listener.json has certificates and key in it: these alone are new. */
static void
test_hook_emqx(Stage *stage, gconstpointer unused)
{
  const char *hook = "RENEWED_LINEAGE=$PWD/le/live/" NAME " MQTRUST bundle --deploy-hook "
                     "--for emqx -o out";
  g_autoptr(PkiPair) renewed = bundle_stage_issue(&stage->files, PKI_SERVER, PKI_KEY_ECDSA_P256,
                                                  NAME, stage->files.intermediate);
  g_assert_cmpint(run(stage, "MQTRUST bundle --for emqx --client-ca ca.pem --users certificate "
                             "-o out " LINEAGE),
                  ==, 0);
  g_autofree char *settings = bundle_stage_read(&stage->files, "out/listener.conf");
  g_autofree char *before = bundle_stage_read(&stage->files, "out/listener.json");
  bundle_stage_archive(&stage->files, NAME, 2, renewed);
  bundle_stage_live(&stage->files, NAME, 2);
  g_assert_cmpint(run(stage, hook), ==, 0);
  assert_same(stage, "out/listener.conf", settings);
  g_autofree char *after = bundle_stage_read(&stage->files, "out/listener.json");
  g_autofree char *hooked = bundle_stage_read(&stage->files, "out/cert.pem");
  g_assert_cmpint(run(stage, "MQTRUST bundle --for emqx --client-ca ca.pem --users certificate "
                             "-o fresh " LINEAGE),
                  ==, 0);
  assert_same(stage, "fresh/listener.json", after);
  assert_same(stage, "fresh/cert.pem", hooked);
  g_assert_cmpstr(before, !=, after);
  g_assert_cmpint(mode_of(stage, "out/listener.json"), ==, 0600);
  g_assert_null(strstr(stage->out, "written anew"));
}

/* What somebody has made of it cannot be taken apart: it is replaced, and that is said. */
static void
test_hook_emqx_anew(Stage *stage, gconstpointer unused)
{
  const char *hook = "RENEWED_LINEAGE=$PWD/le/live/" NAME " MQTRUST bundle --deploy-hook "
                     "--for emqx -o out ";
  g_autofree char *json = g_strconcat(hook, "--json", NULL);
  g_assert_cmpint(run(stage, hook), ==, 0);
  g_assert_null(strstr(stage->out, "written anew"));
  g_free(bundle_stage_write(&stage->files, "out/listener.json", "{\"certfile\": 1}\n", 0600));
  g_assert_cmpint(run(stage, hook), ==, 0);
  assert_says(stage->out, "! listener.json  written anew: what is new had no place");
  g_free(bundle_stage_write(&stage->files, "out/listener.json", "{\"certfile\": 1}\n", 0600));
  g_assert_cmpint(run(stage, json), ==, 0);
  g_autoptr(JsonParser) parser = json_parser_new();
  g_assert_true(json_parser_load_from_data(parser, stage->out, -1, NULL));
  JsonObject *object = json_node_get_object(json_parser_get_root(parser));
  JsonArray *anew = json_object_get_array_member(object, "anew");
  g_assert_cmpuint(json_array_get_length(anew), ==, 1);
  g_assert_cmpstr(json_array_get_string_element(anew, 0), ==, "listener.json");
}

/* certbot runs the hooks of its folder for every lineage. */
static void
test_hook_of_another(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, HOOK "-o out --certbot-dir le --lineage another.test"), ==, 0);
  g_assert_cmpstr(stage->out, ==, "");
  assert_list(stage, "out", "-");
  g_assert_cmpint(run(stage, HOOK "-o out " LINEAGE), ==, 0);
  assert_list(stage, "out", "cert.pem key.pem mosquitto.conf");
}

static void
test_hook_reload(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, HOOK "-o out --reload \"sh -c 'exit 5'\""), ==, 3);
  assert_says(stage->err, "the files were written, but the reload command failed: exit status 5");
  assert_list(stage, "out", "cert.pem key.pem mosquitto.conf");
  g_assert_cmpint(run(stage, HOOK "-o out --reload 'no-such-program-here'"), ==, 3);
  assert_says(stage->err, "no-such-program-here");
  g_assert_cmpint(run(stage, HOOK "-o out --reload 'echo a;touch told'"), ==, 0);
  assert_says(stage->err, "a;touch told");
}

static void
test_hook_hivemq(Stage *stage, gconstpointer unused)
{
  const char *hook = "RENEWED_LINEAGE=$PWD/le/live/" NAME " MQTRUST bundle --deploy-hook "
                     "--for hivemq -o out ";
  g_autofree char *with = g_strconcat(hook, "--store-password-file word", NULL);
  g_free(bundle_stage_write(&stage->files, "word", "secret\n", 0600));
  g_assert_cmpint(run(stage, hook), ==, 2);
  assert_says(stage->err, "give --store-password-file");
  static const char *const bad[] = {"\n", "\tsecret", "\xc3\xa9", "a${b}"};
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_free(bundle_stage_write(&stage->files, "word", bad[i], 0600));
    g_assert_cmpint(run(stage, with), ==, 2);
    assert_says(stage->err, "is no password for a store");
  }
  g_free(bundle_stage_write(&stage->files, "word", "secret\n", 0600));
  g_assert_cmpint(run(stage, with), ==, 0);
  assert_list(stage, "out", "config.xml keystore.p12");
  g_assert_cmpint(mode_of(stage, "out/config.xml"), ==, 0600);
  g_autofree char *settings = bundle_stage_read(&stage->files, "out/config.xml");
  g_autofree char *other = g_strconcat(with, " --port 1234", NULL);
  g_assert_cmpint(run(stage, other), ==, 0);
  assert_same(stage, "out/config.xml", settings);
  g_assert_null(strstr(stage->out, "written anew"));
  /* With another password the broker could not open its new stores. */
  g_free(bundle_stage_write(&stage->files, "word", "a&other\n", 0600));
  g_assert_cmpint(run(stage, with), ==, 0);
  g_autofree char *changed = bundle_stage_read(&stage->files, "out/config.xml");
  assert_says(changed, "<password>a&amp;other</password>");
  assert_says(stage->out, "! config.xml     written anew: what is new had no place");
  g_assert_cmpint(run(stage, other), ==, 0);
  assert_same(stage, "out/config.xml", changed);
}

/* --- the other commands ----------------------------------------------------------------------- */

static void
test_inspect(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "MQTRUST inspect " LINEAGE), ==, 0);
  assert_says(stage->out, "mqtt.test: le/live/mqtt.test\n");
  assert_says(stage->out, "  · version 1, the newest one in archive/\n");
  assert_says(stage->out, "   0 leaf              mqtt.test ← Server CA, ends ");
  assert_says(stage->out, "   1 intermediate      Server CA ← Server Root, ends ");
  g_assert_cmpint(run(stage, "MQTRUST inspect --lineages --certbot-dir le --json"), ==, 0);
  g_autoptr(JsonParser) parser = json_parser_new();
  g_assert_true(json_parser_load_from_data(parser, stage->out, -1, NULL));
  JsonArray *lineages = json_node_get_array(json_parser_get_root(parser));
  g_assert_cmpuint(json_array_get_length(lineages), ==, 1);
  JsonObject *lineage = json_array_get_object_element(lineages, 0);
  g_assert_cmpint(json_object_get_int_member(lineage, "version"), ==, 1);
  g_assert_cmpint(run(stage, "MQTRUST inspect --certbot-dir le --lineage none"), ==, 2);
  assert_says(stage->err, "le/live/none does not exist");
  g_assert_cmpint(run(stage, "MQTRUST inspect --certbot-dir le --lineage ''"), ==, 2);
  assert_says(stage->err, "--lineage is empty");
  g_assert_cmpint(run(stage, "MQTRUST inspect cert.pem --lineages"), ==, 2);
  g_assert_cmpint(run(stage, "MQTRUST inspect cert.pem --served-by a"), ==, 2);
}

/* One that cannot be read does not hide the others; the names that a certificate has beside the
 * lineage's own are said. */
static void
test_lineages(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "mkdir le/live/a.test; cp -a le/live/" NAME " le/live/z.test; "
                             "MQTRUST inspect --lineages --certbot-dir le"),
                  ==, 2);
  assert_says(stage->out,
              "mqtt.test: le/live/mqtt.test\n  · also localhost, 127.0.0.1\n  · version 1");
  assert_says(stage->out, "z.test: le/live/z.test\n  · for mqtt.test, localhost, 127.0.0.1\n");
  g_assert_cmpstr(stage->err, ==,
                  "mqtrust inspect: a.test holds no cert.pem, chain.pem, fullchain.pem or "
                  "privkey.pem, so it is no lineage of certbot's; choose a folder below live/.\n");
  g_assert_cmpint(run(stage, "rmdir le/live/a.test; MQTRUST inspect --lineages --certbot-dir le "
                             "--json | tr -d ' \\n'"),
                  ==, 0);
  assert_says(stage->out, "\"names\":[\"DNS:mqtt.test\",\"DNS:localhost\",\"IP:127.0.0.1\"]");
  g_assert_cmpint(run(stage, "cd le/live; seq 1000 | xargs -I N mkdir n.N"), ==, 0);
  g_assert_cmpint(run(stage, "MQTRUST inspect --lineages --certbot-dir le"), ==, 2);
  assert_says(stage->err, "\nmqtrust inspect: These are the first 1000 of 1002 lineages; name "
                          "another one with --lineage.\n");
  assert_says(stage->out, "mqtt.test: le/live/mqtt.test\n"); /* by name, not as the disk has them */
}

/* Nothing could be read. */
static void
test_lineage_unread(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "rm le/archive/*/*1.pem; MQTRUST inspect " LINEAGE), ==, 2);
  assert_says(stage->out, "  · version 1; of archive/ no whole version can be seen\n");
  assert_says(stage->out, "file-missing");
}

static void
test_open_folder(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "mkdir -m 777 out; " BUNDLE LINEAGE), ==, 0);
  assert_says(stage->out,
              "  → Take away what every user of this machine may do, to write into out");
  g_assert_cmpint(run(stage, "chmod o-w out; " BUNDLE "--force " LINEAGE), ==, 0);
  g_assert_null(strstr(stage->out, "Take away"));
}

/* The files that are given may be those that are replaced: no key is lost then. */
static void
test_in_place(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "mkdir out; cat le/live/" NAME "/*.pem >out/cert.pem; "
                             "MQTRUST bundle --for mosquitto --force --cert out/cert.pem -o out && "
                             "grep -c PRIVATE out/cert.pem; grep -q PRIVATE out/key.pem"),
                  ==, 0);
  g_assert_cmpint(run(stage, "mkdir in; cat le/live/" NAME "/*.pem >in/leaf.pem; "
                             "MQTRUST split --force in/leaf.pem -o in && "
                             "grep -c PRIVATE in/leaf.pem; grep -q PRIVATE in/key.pem"),
                  ==, 0);
}

static void
test_split(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "MQTRUST split -o out " LINEAGE), ==, 0);
  assert_list(stage, "out", "chain.pem leaf.pem");
  g_assert_cmpint(run(stage, "MQTRUST split -o out --force cert.pem " LINEAGE), ==, 2);
  assert_says(stage->err, "not both");
}

#define ADD(name, function)                                                                        \
  g_test_add("/bundle-command/" name, Stage, NULL, setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("write", test_write);
  ADD("replace", test_replace);
  ADD("elsewhere", test_elsewhere);
  ADD("users", test_users);
  ADD("owner", test_owner);
  ADD("json", test_json);
  ADD("found", test_found);
  ADD("usage", test_usage);
  ADD("full-disk", test_full_disk);
  ADD("not-writable", test_not_writable);
  ADD("hook", test_hook);
  ADD("hook-bad", test_hook_bad);
  ADD("hook-of-another", test_hook_of_another);
  ADD("hook-reload", test_hook_reload);
  ADD("hook-hivemq", test_hook_hivemq);
  ADD("hook-settings", test_hook_settings);
  ADD("hook-emqx", test_hook_emqx);
  ADD("hook-emqx-anew", test_hook_emqx_anew);
  ADD("inspect", test_inspect);
  ADD("lineages", test_lineages);
  ADD("lineage-unread", test_lineage_unread);
  ADD("open-folder", test_open_folder);
  ADD("in-place", test_in_place);
  ADD("split", test_split);
  return g_test_run();
}
