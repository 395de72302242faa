/* The binary itself: `mqtrust pki` in a folder of its own. What it makes is given to openssl and
 * certtool; what they make is given to it. Every exit code, and that nothing is left half-written.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/private_folder.h"

typedef struct {
  char *folder; /* that every command runs in */
  char *out, *err;
} Stage;

/* --- the stage -------------------------------------------------------------------------------- */

static void
setup(Stage *stage, gconstpointer unused)
{
  stage->folder = private_folder_new("mqtrust-pki", NULL);
  g_assert_nonnull(stage->folder);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  private_folder_remove(stage->folder, NULL);
  g_free(stage->folder);
  g_free(stage->out);
  g_free(stage->err);
}

/* A shell's line, in which MQTRUST stands for the program. */
static int
run(Stage *stage, const char *line)
{
  const char *build = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_canonicalize_filename("mqtrust", build ? build : NULL);
  g_autofree char *quoted = g_shell_quote(program);
  g_auto(GStrv) parts = g_strsplit(line, "MQTRUST", -1);
  g_autofree char *script = g_strjoinv(quoted, parts);
  char *argv[] = {(char *)"sh", (char *)"-c", script, NULL};
  g_autoptr(GError) error = NULL;
  int status;
  g_clear_pointer(&stage->out, g_free);
  g_clear_pointer(&stage->err, g_free);
  g_spawn_sync(stage->folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &stage->out, &stage->err,
               &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void
must(Stage *stage, const char *line)
{
  int status = run(stage, line);
  if (status != 0)
    g_test_message("%s\n%s%s", line, stage->out, stage->err);
  g_assert_cmpint(status, ==, 0);
}

/* It ends with this status, one sentence with this part, and no file more than before. */
static void
refused(Stage *stage, const char *line, int status, const char *part)
{
  g_autofree char *before = NULL;
  must(stage, "find . | sort");
  before = g_strdup(stage->out);
  int got = run(stage, line);
  g_test_message("%s -> %d %s", line, got, stage->err);
  g_assert_cmpint(got, ==, status);
  g_assert_true(g_str_has_prefix(stage->err, "mqtrust pki: "));
  g_assert_nonnull(strstr(stage->err, part));
  g_assert_null(strchr(stage->err, '\n') ? strchr(strchr(stage->err, '\n') + 1, '\n') : NULL);
  g_assert_cmpstr(stage->out, ==, "");
  must(stage, "find . | sort");
  g_assert_cmpstr(stage->out, ==, before);
}

static gboolean
lacks(const char *program)
{
  g_autofree char *path = g_find_program_in_path(program);
  if (path == NULL)
    g_test_skip("openssl and gnutls-bin are needed");
  return path == NULL;
}

static void
assert_mode(const Stage *stage, const char *name, unsigned mode)
{
  g_autofree char *path = g_build_filename(stage->folder, name, NULL);
  struct stat status;
  g_assert_cmpint(stat(path, &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 07777, ==, mode);
}

static void
write_text(const Stage *stage, const char *name, const char *text)
{
  g_assert_true(private_folder_write(stage->folder, name, text, -1, 0600, NULL));
}

/* --- what others say of it -------------------------------------------------------------------- */

static void
test_others(Stage *stage, gconstpointer data)
{
  const char *type = data;
  if (lacks("openssl") || lacks("certtool"))
    return;
  g_autofree char *script = g_strdup_printf(
      "set -e; t=--key-type=%s\n"
      "MQTRUST pki ca $t 'CN=Root,O=Test Org,C=US'\n"
      "MQTRUST pki ca $t --ca root.pem CN=Inner\n"
      "MQTRUST pki client $t --ca inner.pem --san client@example.com CN=Client\n"
      "MQTRUST pki server $t --ca inner.pem --san 192.0.2.1 --san URI:urn:x mqtt.example.com\n"
      "MQTRUST pki request $t --as client CN=Device\n"
      "MQTRUST pki sign --ca inner.pem --as client device.csr\n",
      type);
  must(stage, script);
  must(stage, "openssl verify -x509_strict -CAfile root.pem root.pem inner.pem");
  must(stage, "openssl verify -x509_strict -CAfile root.pem -untrusted inner.pem "
              "-purpose sslclient client.pem device.pem");
  must(stage, "openssl verify -x509_strict -CAfile root.pem -untrusted inner.pem "
              "-purpose sslserver -verify_hostname mqtt.example.com mqtt.example.com.pem");
  g_assert_cmpint(run(stage, "openssl verify -CAfile root.pem -untrusted inner.pem "
                             "-purpose sslserver client.pem"),
                  ==, 2);
  must(stage, "certtool --verify --load-ca-certificate root.pem --infile client.pem "
              "--verify-purpose 1.3.6.1.5.5.7.3.2");
  must(stage, "certtool --verify --load-ca-certificate root.pem --infile mqtt.example.com.pem "
              "--verify-hostname mqtt.example.com");
  must(stage, "openssl req -verify -noout -in device.csr");
  must(stage, "for k in root inner client mqtt.example.com device; do "
              "openssl pkey -noout -check -in $k.key || exit 1; done");
  must(stage, "MQTRUST verify --strict --trust root.pem --purpose client client.pem");
  g_assert_nonnull(strstr(stage->out, "Findings: none"));
}

/* --- files ------------------------------------------------------------------------------------ */

static void
test_files(Stage *stage, gconstpointer unused)
{
  must(stage, "umask 077; MQTRUST pki ca -o out CN=Root");
  assert_mode(stage, "out/root.pem", 0644);
  assert_mode(stage, "out/root.key", 0600);
  refused(stage, "MQTRUST pki ca -o out CN=Root", 2,
          "File exists; nothing was written. Give --force");
  must(stage, "cp out/root.key before; MQTRUST pki ca -o out --force CN=Root; ! cmp before "
              "out/root.key");
  refused(stage,
          "rm -f before; touch out/half.key; MQTRUST pki ca -o out --name half CN=Root; "
          "s=$?; rm out/half.key; touch before; exit $s",
          2, "half.key cannot be written");
}

static void
test_text(Stage *stage, gconstpointer unused)
{
  must(stage, "MQTRUST pki ca --name client-ca 'CN=Test CA,O=Test Org,C=US'");
  must(stage, "MQTRUST pki client --ca client-ca.pem CN=Client");
  g_assert_true(g_str_has_prefix(stage->out, "CN=Client: client certificate, ECDSA P-256\n"));
  g_assert_nonnull(strstr(stage->out, "  ✓ Client                    new             20"));
  g_assert_nonnull(strstr(stage->out, "  ✓ └ Test CA                 client-ca.pem   20"));
  g_assert_nonnull(strstr(stage->out, "\nWritten\n"
                                      "  ✓ client.pem           the certificate\n"
                                      "  ✓ client.key           its private key, not encrypted, "
                                      "mode 0600\n"
                                      "\nNext\n"
                                      "  Give client-ca.pem to the broker as the CA of its clients "
                                      "(mosquitto: cafile,\n"
                                      "  EMQX: cacertfile), and client.pem and client.key to the "
                                      "client.\n"));
  g_assert_cmpstr(stage->err, ==, "");
  g_auto(GStrv) lines = g_strsplit(stage->out, "\n", -1);
  for (char **line = lines; *line; line++)
    g_assert_cmpint(g_utf8_strlen(*line, -1), <=, 80);
  must(stage, "LC_ALL=C MQTRUST pki client --ca client-ca.pem CN=Other");
  g_assert_true(g_str_is_ascii(stage->out));
}

static void
test_json(Stage *stage, gconstpointer unused)
{
  must(stage, "MQTRUST pki ca CN=Root && rm -f x");
  must(stage, "MQTRUST pki server --json --ca root.pem broker.example.com");
  g_autoptr(JsonParser) parser = json_parser_new();
  g_assert_true(json_parser_load_from_data(parser, stage->out, -1, NULL));
  JsonObject *object = json_node_get_object(json_parser_get_root(parser));
  g_assert_cmpstr(json_object_get_string_member(object, "action"), ==, "make");
  g_assert_cmpstr(json_object_get_string_member(object, "role"), ==, "server");
  g_assert_cmpstr(json_object_get_string_member(object, "subject"), ==, "CN=broker.example.com");
  g_assert_true(json_object_get_boolean_member(object, "new_key"));
  JsonArray *files = json_object_get_array_member(object, "files");
  g_assert_cmpuint(json_array_get_length(files), ==, 2);
  JsonObject *key = json_array_get_object_element(files, 1);
  g_assert_cmpstr(json_object_get_string_member(key, "kind"), ==, "key");
  g_assert_cmpstr(json_object_get_string_member(key, "path"), ==, "broker.example.com.key");
  g_assert_cmpstr(json_object_get_string_member(key, "mode"), ==, "0600");
  g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "path")), ==, 2);
  g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "findings")), ==, 0);
  must(stage, "MQTRUST pki request --json CN=Device");
  g_assert_true(json_parser_load_from_data(parser, stage->out, -1, NULL));
  object = json_node_get_object(json_parser_get_root(parser));
  g_assert_true(json_object_get_null_member(object, "role"));
  g_assert_true(json_object_get_null_member(object, "error"));
  g_assert_false(json_object_get_boolean_member(object, "refused"));
}

/* What must not be, and what cannot be: why stands in the object, as on standard error. */
static void
assert_failed(Stage *stage, const char *command, int status, gboolean refused, const char *why)
{
  g_autoptr(JsonParser) parser = json_parser_new();
  g_assert_cmpint(run(stage, command), ==, status);
  g_assert_nonnull(strstr(stage->err, why));
  g_assert_true(json_parser_load_from_data(parser, stage->out, -1, NULL));
  JsonObject *object = json_node_get_object(json_parser_get_root(parser));
  g_assert_cmpint(json_object_get_boolean_member(object, "refused"), ==, refused);
  g_assert_nonnull(strstr(json_object_get_string_member(object, "error"), why));
  g_assert_cmpstr(json_object_get_string_member(object, "action"), ==, "make");
  g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "files")), ==, 0);
  g_assert_cmpuint(json_object_get_size(object), ==, 13);
}

static void
test_json_failed(Stage *stage, gconstpointer unused)
{
  must(stage, "MQTRUST pki ca CN=Root && MQTRUST pki client --ca root.pem CN=C");
  assert_failed(stage, "MQTRUST pki client --json --ca c.pem CN=D", 1, TRUE, "\"C\"");
  assert_failed(stage, "MQTRUST pki client --json --ca root.pem CN=C", 2, FALSE,
                "Give --force to replace it");
  assert_failed(stage, "MQTRUST pki client --json --ca none.pem CN=D", 2, FALSE, "none.pem");
}

/* --- passwords and PKCS#12 -------------------------------------------------------------------- */

static void
test_passwords(Stage *stage, gconstpointer unused)
{
  write_text(stage, "pw", "secret word\nmore\n");
  write_text(stage, "wrong", "other\n");
  write_text(stage, "empty", "\n");
  must(stage, "MQTRUST pki ca --password-file pw CN=Root");
  must(stage, "grep -q 'BEGIN ENCRYPTED PRIVATE KEY' root.key");
  refused(stage, "setsid MQTRUST pki client --ca root.pem CN=C </dev/null", 2,
          "enter the password of the key (--ca-password-file FILE).");
  refused(stage, "MQTRUST pki client --ca root.pem --ca-password-file wrong CN=C", 2,
          "does not open root.key");
  refused(stage, "MQTRUST pki client --ca root.pem --ca-password-file empty CN=C", 2, "empty line");
  refused(stage, "MQTRUST pki client --ca root.pem --ca-password-command 'exit 3' CN=C", 2,
          "the password command failed");
  refused(stage, "MQTRUST pki client --ca root.pem --ca-password-command true CN=C", 2,
          "printed nothing");
  refused(stage, "setsid MQTRUST pki ca --password-prompt CN=C </dev/null", 2, "no terminal");
  must(stage, "MQTRUST pki client --ca root.pem --ca-password-command 'cat pw' CN=C");
  if (lacks("openssl"))
    return;
  must(stage, "openssl pkey -noout -in root.key -passin file:pw");
  g_assert_cmpint(run(stage, "openssl pkey -noout -in root.key -passin file:wrong"), !=, 0);
}

static void
test_pkcs12(Stage *stage, gconstpointer unused)
{
  write_text(stage, "pw", "secret word\n");
  must(stage, "MQTRUST pki ca CN=Root; MQTRUST pki ca --ca root.pem CN=Inner");
  must(stage, "MQTRUST pki client --ca inner.pem --pkcs12 --pkcs12-password-file pw CN=Client");
  assert_mode(stage, "client.p12", 0600);
  must(stage, "grep -q 'BEGIN PRIVATE KEY' client.key");
  refused(stage, "MQTRUST pki client --ca inner.pem --pkcs12 CN=Other", 2, "needs a password");
  if (lacks("openssl") || lacks("certtool"))
    return;
  must(stage, "openssl pkcs12 -in client.p12 -passin file:pw -nodes -out all.pem");
  must(stage, "test $(grep -c 'BEGIN CERTIFICATE' all.pem) = 2; "
              "openssl pkey -in all.pem | cmp - client.key || openssl pkey -in all.pem -pubout | "
              "cmp - /dev/stdin <<X\n$(openssl pkey -in client.key -pubout)\nX");
  g_assert_cmpint(run(stage, "openssl pkcs12 -in client.p12 -passin pass:x -noout"), !=, 0);
  must(stage, "certtool --p12-info --inder --infile client.p12 --password 'secret word'");
  must(stage, "MQTRUST inspect --password-file pw client.p12");
}

/* --- what others made ------------------------------------------------------------------------- */

static void
test_openssl_ca(Stage *stage, gconstpointer unused)
{
  if (lacks("openssl") || lacks("certtool"))
    return;
  /* A CA as openssl makes it has no keyUsage: it fails its own strict rules. */
  must(stage, "openssl genrsa -out ca.key 2048 && openssl req -new -x509 -key ca.key -days 700 "
              "-subj '/C=US/O=Test Org/CN=Test CA' -out ca.pem");
  must(stage, "openssl req -new -newkey rsa:2048 -nodes -keyout dev.key -subj /CN=Device "
              "-addext subjectAltName=DNS:device.example.com -out dev.csr");
  must(stage, "MQTRUST pki sign --ca ca.pem --as client --copy-names dev.csr");
  must(stage, "openssl verify -CAfile ca.pem -purpose sslclient dev.pem");
  must(stage, "openssl x509 -noout -ext subjectAltName -in dev.pem | grep DNS:device.example.com");
  must(stage,
       "printf 'cn = Tool\\ntls_www_client\\nsigning_key\\n' >t; certtool --generate-privkey "
       "--key-type ecdsa --outfile tool.key && certtool --generate-request --load-privkey "
       "tool.key --template t --outfile tool.csr");
  must(stage, "MQTRUST pki sign --ca ca.pem --as client tool.csr");
  must(stage, "certtool --verify --load-ca-certificate ca.pem --infile tool.pem");
  must(stage, "openssl req -in dev.csr -outform DER -out der.csr; MQTRUST pki sign --ca ca.pem "
              "--as client der.csr");
}

/* The commands of most guides: v1, no extension. It says where that will be refused. */
static void
test_openssl_v1(Stage *stage, gconstpointer unused)
{
  if (lacks("openssl"))
    return;
  must(stage, "openssl req -new -newkey rsa:2048 -nodes -x509 -days 3650 -keyout ca.key "
              "-subj '/C=US/O=Test Org/CN=Test CA' -out ca.pem");
  must(stage, "openssl genrsa -out client.key 2048");
  must(stage, "openssl req -new -key client.key -subj /CN=Client -out client.csr");
  must(stage, "openssl x509 -req -days 365 -in client.csr -CA ca.pem -CAkey ca.key "
              "-CAcreateserial -out client.pem");
  run(stage, "MQTRUST verify --trust ca.pem --purpose client client.pem");
  g_test_message("%s", stage->out);
  g_assert_nonnull(strstr(stage->out, "certificate-v1 (client)"));
  g_assert_nonnull(strstr(stage->out, "brokers in Rust"));
  g_assert_nonnull(strstr(stage->out, "EMQX with verify_peer_ext_key_usage"));
  refused(stage, "MQTRUST pki renew --ca ca.pem -o new client.pem", 2,
          "does not say what it is for");
  must(stage, "MQTRUST pki renew --ca ca.pem -o new --as client client.pem");
  must(stage, "MQTRUST verify --strict --trust ca.pem --purpose client new/client.pem");
  g_assert_nonnull(strstr(stage->out, "Findings: none"));
}

/* --- bad input -------------------------------------------------------------------------------- */

static const struct {
  const char *words;
  int status;
  const char *part;
} bad[] = {
    {"", 2, "say what to make"},
    {"cat", 2, "cat is none of ca, client"},
    {"--name x ca CN=a", 2, "what is to be made comes before --name: ca, client"},
    {"ca", 2, "give the subject"},
    {"ca CN=a CN=b", 2, "one thing at a time"},
    {"ca --days 0 CN=a", 2, "--days 0 is not a number from 1 to 36500"},
    {"ca --days 9 --not-after 2040-01-01 CN=a", 2, "give one of them"},
    {"ca --not-after tomorrow CN=a", 2, "is not a time"},
    {"ca --key-type rsa-1024 CN=a", 2, "is none of ecdsa-p256"},
    {"ca --key x --key-type ed25519 CN=a", 2, "give one of them"},
    {"ca --path-length -1 CN=a", 2, "is not a number from 0 to 16"},
    {"ca --copy-names CN=a", 2, "--copy-names does not go with pki ca"},
    {"ca --password-file x --password-prompt CN=a", 2, "comes from one place"},
    {"ca --password-file missing CN=a", 2, "missing cannot be read"},
    {"ca --pkcs12-password-file x CN=a", 2, "is for --pkcs12"},
    {"ca -o '' CN=a", 2, "--output is empty"},
    {"ca -o no/such CN=a", 2, "No such file or directory"},
    {"ca --name a/b CN=a", 2, "is not a file's name"},
    {"ca --bogus CN=a", 2, "Unknown option --bogus"},
    {"ca C=USA", 2, "two capital letters"},
    {"client CN=a", 2, "is signed by a CA; name the CA's certificate (--ca FILE)."},
    {"client --ca missing.pem CN=a", 2,
     "Certificate file missing.pem does not exist; correct the path (--ca FILE)."},
    {"client --ca root.pem --key missing.key CN=a", 2,
     "Key file missing.key does not exist; correct the path (--key FILE)."},
    {"client --ca root.pem --san a.test,b.test CN=a", 2, "write --san again for each"},
    {"client --ca root.pem --ca-key other.key CN=a", 2, "do not belong together"},
    {"client --ca leaf.pem CN=a", 1, "is not a CA"},
    {"client --ca root.pem --days 30000 CN=a", 1, "would outlive its CA"},
    {"server --ca root.pem CN=a", 2, "give its host names and addresses (--san NAME)."},
    {"sign --ca root.pem device.csr", 2, "--as client, server, both or ca"},
    {"sign --ca root.pem --as god device.csr", 2, "none of client, server, both, ca"},
    {"sign --ca root.pem --as client root.pem", 2, "holds no certificate request"},
    {"sign --ca root.pem --as client damaged.csr", 2, "damaged.csr"},
    {"renew --ca other.pem leaf.pem", 1, "was issued by"},
    {"renew --ca root.pem --new-key --key leaf.key leaf.pem", 2, "give one of them"},
};

static void
test_bad_input(Stage *stage, gconstpointer unused)
{
  must(stage, "MQTRUST pki ca CN=Root; MQTRUST pki ca CN=Other; "
              "MQTRUST pki client --ca root.pem CN=Leaf; MQTRUST pki request CN=Device; "
              "head -c 200 device.csr >damaged.csr");
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autofree char *line = g_strconcat("MQTRUST pki ", bad[i].words, NULL);
    refused(stage, line, bad[i].status, bad[i].part);
  }
}

static void
test_help(Stage *stage, gconstpointer unused)
{
  static const char *const lines[] = {"MQTRUST pki --help",        "MQTRUST pki ca --help",
                                      "MQTRUST pki client --help", "MQTRUST pki server --help",
                                      "MQTRUST pki request -h",    "MQTRUST pki sign --help",
                                      "MQTRUST pki renew --help"};
  for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
    must(stage, lines[i]);
    g_assert_true(g_str_has_prefix(stage->out, "usage: mqtrust pki "));
    g_auto(GStrv) out = g_strsplit(stage->out, "\n", -1);
    for (char **line = out; *line; line++)
      g_assert_cmpuint(strlen(*line), <=, 80);
  }
}

/* --- disks ------------------------------------------------------------------------------------ */

/* A limit on the size of files stands for a disk that is full: write() fails in the middle. */
static void
test_no_room(Stage *stage, gconstpointer unused)
{
  refused(stage, "trap '' XFSZ; ulimit -f 0; MQTRUST pki ca CN=Root", 2, "nothing was written");
  refused(stage, "trap '' XFSZ; ulimit -f 0; MQTRUST pki ca -o new CN=Root", 2,
          "nothing was written");
}

static void
test_full_disk(Stage *stage, gconstpointer unused)
{
  if (run(stage, "mkdir disk; unshare -m sh -c 'mount -t tmpfs -o size=4k none disk'") != 0) {
    g_test_skip("mounting a small file system is not allowed here");
    return;
  }
  int status = run(stage, "unshare -m sh -c 'mount -t tmpfs -o size=4k none disk && "
                          "MQTRUST pki ca --key-type rsa-4096 -o disk CN=Root; s=$?; "
                          "ls -A disk >left; exit $s'");
  g_assert_cmpint(status, ==, 2);
  g_assert_nonnull(
      strstr(stage->err, "No space left on device; nothing was written: make room on that disk."));
  must(stage, "test -e left && test ! -s left");
}

static void
test_folder_not_writable(Stage *stage, gconstpointer unused)
{
  if (getuid() == 0) {
    /* Root may write everywhere but to /proc. */
    refused(stage, "MQTRUST pki ca -o /proc CN=Root", 2, "nothing was written");
    return;
  }
  must(stage, "mkdir -m 500 locked");
  refused(stage, "MQTRUST pki ca -o locked CN=Root", 2, "Permission denied; nothing was written");
}

/* The files are there, and it is said that the report is not. */
static void
test_report_lost(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "MQTRUST pki ca CN=Root >/dev/full"), ==, 2);
  g_assert_nonnull(strstr(stage->err, "the files were written, but the report"));
  must(stage, "test -s root.pem && test -s root.key");
}

/* --- what is said next ------------------------------------------------------------------------ */

/* A CA's file that holds its key, too, is never to be given away as it is. */
static void
test_key_beside_ca(Stage *stage, gconstpointer unused)
{
  must(stage, "MQTRUST pki ca CN=Root && cat root.key >>root.pem && rm root.key");
  must(stage, "MQTRUST pki client --ca root.pem CN=Client | tr -s ' \\n' ' '");
  g_assert_nonnull(strstr(stage->out, "Give the certificate in root.pem, without the key that "
                                      "stands there, to the broker"));
  must(stage, "MQTRUST pki server --ca root.pem a.test | tr -s ' \\n' ' '");
  g_assert_nonnull(strstr(stage->out, "and the root of root.pem, without the key that stands "
                                      "there, to its clients"));
}

/* Commands that are said can be run as they are. */
static void
test_next_command(Stage *stage, gconstpointer unused)
{
  must(stage, "MQTRUST pki ca --name 'my ca' CN=Root");
  g_assert_nonnull(
      strstr(stage->out, "with:\n    mqtrust pki client --ca \"my ca.pem\" CN=Client\n"));
  must(stage, "MQTRUST pki request --name \"d'ev\" --as client CN=C");
  g_assert_nonnull(
      strstr(stage->out, "with:\n    mqtrust pki sign --ca CA.pem --as client 'd'\\''ev.csr'\n"));
}

static void
test_renew_in_place(Stage *stage, gconstpointer unused)
{
  must(stage, "MQTRUST pki ca CN=Root && echo secret >word && "
              "MQTRUST pki client --ca root.pem --password-file word CN=C");
  must(stage, "MQTRUST pki renew --ca root.pem --force c.pem");
  g_assert_nonnull(strstr(stage->out, "c.pem stands in the place of the old one, which was valid"));
  must(stage, "MQTRUST pki renew --ca root.pem --force --new-key --password-file word c.pem");
  g_assert_nonnull(strstr(stage->out, "its private key, encrypted with its password"));
  must(stage, "MQTRUST pki renew --ca root.pem --force --new-key c.pem | tr -s ' \\n' ' '");
  g_assert_nonnull(strstr(stage->out, "its private key, not encrypted (the one before was)"));
  must(stage, "MQTRUST pki renew --ca root.pem -o other c.pem | tr -s ' \\n' ' '");
  g_assert_nonnull(strstr(stage->out, "Put other/c.pem in the place of the old one"));
}

static void
test_renew_names(Stage *stage, gconstpointer unused)
{
  must(stage, "MQTRUST pki ca CN=Root && MQTRUST pki server --ca root.pem --san 192.0.2.1 a.test");
  must(stage, "MQTRUST pki renew --ca root.pem --name same a.test.pem");
  g_assert_null(strstr(stage->out, "These names"));
  must(stage, "MQTRUST pki renew --ca root.pem --name new --san a.test --san b.test a.test.pem");
  g_assert_nonnull(
      strstr(stage->out, "  · These names of the old certificate are not in the new one: "));
  g_assert_nonnull(strstr(stage->out, "IP:192.0.2.1.\n"));
}

static void
test_open_folder(Stage *stage, gconstpointer unused)
{
  must(stage, "mkdir -m 777 open && mkdir -m 1777 sticky && MQTRUST pki ca -o open CN=Root | "
              "tr -s ' \\n' ' '");
  g_assert_nonnull(strstr(stage->out, "Every user of this machine may write into open"));
  g_assert_nonnull(strstr(stage->out, "chmod o-w open takes that away"));
  must(stage, "MQTRUST pki ca -o sticky CN=Root");
  g_assert_null(strstr(stage->out, "Every user"));
}

/* --- a token ---------------------------------------------------------------------------------- */

static void
test_token(Stage *stage, gconstpointer unused)
{
  if (lacks("softhsm2-util") || lacks("p11tool") || lacks("openssl"))
    return;
  g_autofree char *conf =
      g_strdup_printf("directories.tokendir = %s/tokens\nlog.level = ERROR\n", stage->folder);
  write_text(stage, "softhsm2.conf", conf);
  write_text(stage, "pin", "123456\n");
  g_autofree char *path = g_build_filename(stage->folder, "softhsm2.conf", NULL);
  g_setenv("SOFTHSM2_CONF", path, TRUE);
  must(stage, "mkdir tokens && softhsm2-util --init-token --free --label t --pin 123456 --so-pin "
              "123456");
  must(stage, "MQTRUST pki ca CN=Root && softhsm2-util --import root.key --token t --label ca --id "
              "01 --pin 123456 && rm root.key");
  refused(stage,
          "setsid MQTRUST pki client --ca root.pem --ca-key 'pkcs11:token=t;object=ca' CN=C "
          "</dev/null",
          2, "is protected by a PIN");
  must(stage, "MQTRUST pki client --ca root.pem --ca-key 'pkcs11:token=t;object=ca' "
              "--ca-password-file pin CN=Client");
  must(stage, "openssl verify -x509_strict -CAfile root.pem client.pem");
  must(stage, "p11tool --login --set-pin 123456 --write --load-certificate root.pem --label ca "
              "--id 01 --no-mark-private pkcs11:token=t");
  must(stage, "MQTRUST pki client --ca 'pkcs11:token=t;object=ca;type=cert' --ca-password-file pin "
              "CN=Second");
  must(stage, "openssl verify -x509_strict -CAfile root.pem second.pem");
  must(stage, "MQTRUST pki request --key 'pkcs11:token=t;object=ca' --password-file pin CN=Third");
  must(stage, "openssl req -verify -noout -in third.csr; test ! -e third.key");
  must(stage, "MQTRUST pki ca --key 'pkcs11:token=t;object=ca' --password-file pin CN=Hard");
  g_assert_nonnull(strstr(stage->out, " --ca-key"));
  refused(stage,
          "MQTRUST pki client --ca hard.pem --ca-key 'pkcs11:token=t;object=no' "
          "--ca-password-file pin CN=C",
          2, "(see p11tool --list-all).");
  write_text(stage, "bad-pin", "654321\n");
  refused(stage,
          "MQTRUST pki client --ca hard.pem --ca-key 'pkcs11:token=t;object=ca' "
          "--ca-password-file bad-pin CN=C",
          2, "The PIN does not open pkcs11:token=t;object=ca");
  refused(stage, "MQTRUST pki request --key 'pkcs11:token=t;object=ca?pin-value=654321' CN=C", 2,
          "The PIN does not open pkcs11:token=t;object=ca?pin-value=...");
}

#define ADD(path, function) g_test_add(path, Stage, NULL, setup, function, teardown)

int
main(int argc, char **argv)
{
  static const char *const types[] = {"ecdsa-p256", "ecdsa-p384", "rsa-2048",
                                      "rsa-3072",   "rsa-4096",   "ed25519"};
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
    g_autofree char *path = g_strconcat("/pki/command/others/", types[i], NULL);
    g_test_add(path, Stage, types[i], setup, test_others, teardown);
  }
  ADD("/pki/command/files", test_files);
  ADD("/pki/command/text", test_text);
  ADD("/pki/command/json", test_json);
  ADD("/pki/command/json-failed", test_json_failed);
  ADD("/pki/command/passwords", test_passwords);
  ADD("/pki/command/pkcs12", test_pkcs12);
  ADD("/pki/command/openssl-ca", test_openssl_ca);
  ADD("/pki/command/openssl-v1", test_openssl_v1);
  ADD("/pki/command/bad-input", test_bad_input);
  ADD("/pki/command/help", test_help);
  ADD("/pki/command/no-room", test_no_room);
  ADD("/pki/command/full-disk", test_full_disk);
  ADD("/pki/command/folder-not-writable", test_folder_not_writable);
  ADD("/pki/command/report-lost", test_report_lost);
  ADD("/pki/command/key-beside-ca", test_key_beside_ca);
  ADD("/pki/command/next-command", test_next_command);
  ADD("/pki/command/renew-in-place", test_renew_in_place);
  ADD("/pki/command/renew-names", test_renew_names);
  ADD("/pki/command/open-folder", test_open_folder);
  ADD("/pki/command/token", test_token);
  return g_test_run();
}
