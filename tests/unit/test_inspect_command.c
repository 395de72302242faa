/* The binary itself: `mqtrust inspect` and `mqtrust split` on real files, every line of what they
 * print at 80 columns, and their exit codes. The texts expected are in tests/data/inspect; with
 * MQTRUST_TEST_UPDATE_GOLDEN set they are written anew: look at the difference then. */
#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "trust/certificate_file.h"
#include "util/private_folder.h"

typedef struct {
  char *folder; /* that the program runs in, so that file names are short; holds all seeds */
  char *out, *err;
} Stage;

/* --- the stage -------------------------------------------------------------------------------- */

static char *
source_file(const char *folder, const char *name)
{
  const char *source = g_getenv("MQTRUST_TEST_SRCDIR");
  return g_build_filename(source ? source : "..", folder, name, NULL);
}

static void
write_file(const Stage *stage, const char *name, const void *bytes, gssize length, int mode)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(private_folder_write(stage->folder, name, bytes, length, mode, &error));
  g_assert_no_error(error);
}

static void
copy_seeds(const Stage *stage, const char *folder)
{
  g_autofree char *path = source_file(folder, NULL);
  g_autoptr(GDir) seeds = g_dir_open(path, 0, NULL);
  g_assert_nonnull(seeds);
  for (const char *name = g_dir_read_name(seeds); name; name = g_dir_read_name(seeds)) {
    g_autofree char *seed = g_build_filename(path, name, NULL), *bytes = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(seed, &bytes, &length, NULL));
    write_file(stage, name, bytes, (gssize)length, 0600);
  }
}

static void
setup(Stage *stage, gconstpointer unused)
{
  stage->folder = private_folder_new("mqtrust-inspect", NULL);
  g_assert_nonnull(stage->folder);
  copy_seeds(stage, "tests/fuzz/seeds/certificate_file");
  copy_seeds(stage, "tests/fuzz/seeds/inspect");
  write_file(stage, "password", "x\nmore\n", -1, 0600);
  write_file(stage, "wrong-password", "y\n", -1, 0600);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  private_folder_remove(stage->folder, NULL);
  g_free(stage->folder);
  g_free(stage->out);
  g_free(stage->err);
}

static int
run(Stage *stage, const char *arguments)
{
  const char *build = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_canonicalize_filename("mqtrust", build ? build : NULL);
  g_autofree char *quoted = g_shell_quote(program);
  g_auto(GStrv) parts = g_strsplit(arguments, "MQTRUST", -1);
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

/* --- whole texts ------------------------------------------------------------------------------ */

static void
assert_golden(const char *name, const char *text)
{
  g_autofree char *path = source_file("tests/data/inspect", name), *expected = NULL;
  if (g_getenv("MQTRUST_TEST_UPDATE_GOLDEN")) {
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return;
  }
  g_assert_true(g_file_get_contents(path, &expected, NULL, NULL));
  g_assert_cmpstr(text, ==, expected);
}

static void
assert_columns(const char *text)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    g_assert_true(g_utf8_validate(*line, -1, NULL));
    g_assert_cmpint(g_utf8_strlen(*line, -1), <=, 80);
  }
}

typedef struct {
  const char *name; /* of the file in tests/data/inspect */
  const char *command;
  int code;
} Golden;

#define INSPECT "MQTRUST inspect --at 2027-01-01 "

static const Golden goldens[] = {
    {"chain.txt", INSPECT "fullchain.pem", 0},
    {"mixed.txt", INSPECT "mixed.pem", 0},
    {"two-files.txt", INSPECT "fullchain.pem ec.pem", 0},
    {"expired.txt", "MQTRUST inspect --at 2030-01-01T12:00:00Z leaf.pem list.crl", 0},
    {"not-yet.txt", "MQTRUST inspect --at 2026-01-01 leaf.pem", 0},
    {"der.txt", INSPECT "leaf.der key.der request.der list.crl.der public.der", 0},
    {"pkcs7.txt", INSPECT "bundle.p7 bundle.p7.der", 0},
    {"pkcs12-closed.txt", INSPECT "old-cipher.p12", 0},
    {"pkcs12-open.txt", INSPECT "--password-file password old-cipher.p12", 0},
    {"pkcs12-wrong.txt", INSPECT "--password-file wrong-password old-cipher.p12", 0},
    {"pkcs12-empty.txt", INSPECT "empty-password.p12", 0},
    {"keys.txt",
     INSPECT "key.pem key-rsa.pem key-sec1.pem key-locked.pem key-locked-sec1.pem "
             "key-ed25519.der public.pem ec.pem dh.pem",
     0},
    {"foreign-keys.txt", INSPECT "openssh openssh.pub putty.ppk pgp.asc", 0},
    {"request.txt", INSPECT "request.pem", 0},
    {"crl.txt", INSPECT "scope.crl", 0},
    {"trusted.txt", INSPECT "trusted.pem", 0},
    {"damaged.txt",
     INSPECT "written-breaks.pem one-line.pem indented.pem two-blanks.pem utf16.pem "
             "bom.pem",
     0},
    {"unreadable.txt", INSPECT "empty not-base64.pem truncated.pem truncated.der password none", 2},
    {"stdin.txt", INSPECT "- <leaf.pem", 0},
    {"fullchain.json", INSPECT "--json fullchain.pem none", 2},
    {"kinds.json", INSPECT "--json request.pem scope.crl key-locked.pem", 0},
    {"ascii.txt", "LC_ALL=C " INSPECT "fullchain.pem", 0},
    {"inspect-help.txt", "MQTRUST inspect --help", 0},
    {"split-help.txt", "MQTRUST split --help", 0},
    {"split-chain.txt", "MQTRUST split -o out fullchain.pem", 0},
    {"split-mixed.txt", "MQTRUST split -o out mixed.pem", 0},
    {"split-mixed.json", "MQTRUST split -o out --json mixed.pem", 0},
    {"split-pkcs12.txt", "MQTRUST split -o out --password-file password old-cipher.p12", 0},
    {"split-left-over.txt",
     "MQTRUST split -o out mixed.pem >x && "
     "MQTRUST split -o out --force leaf.pem",
     0},
};

static void
test_golden(Stage *stage, gconstpointer data)
{
  const Golden *golden = data;
  g_assert_cmpint(run(stage, golden->command), ==, golden->code);
  g_assert_cmpstr(stage->err, ==, "");
  assert_golden(golden->name, stage->out);
  if (g_str_has_suffix(golden->name, ".txt"))
    assert_columns(stage->out);
}

/* --- the form of the JSON --------------------------------------------------------------------- */

static void
test_json(Stage *stage, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(run(stage, "MQTRUST inspect --json *.pem *.der *.crl *.p12 openssh"), ==, 2);
  g_autoptr(JsonParser) parser = json_parser_new();
  g_assert_true(json_parser_load_from_data(parser, stage->out, -1, &error));
  g_assert_no_error(error);
  JsonArray *files = json_node_get_array(json_parser_get_root(parser));
  g_assert_cmpuint(json_array_get_length(files), >, 30);
  for (guint i = 0; i < json_array_get_length(files); i++) {
    JsonObject *file = json_array_get_object_element(files, i);
    gboolean readable = json_object_get_boolean_member(file, "readable");
    JsonArray *items = json_object_get_array_member(file, "items");
    g_assert_cmpint(json_array_get_length(items) > 0, ==, readable);
    for (guint j = 0; j < json_array_get_length(items); j++)
      g_assert_cmpuint(json_object_get_size(json_array_get_object_element(items, j)), ==, 22);
  }
}

/* --- what cannot be --------------------------------------------------------------------------- */

static void
test_usage(Stage *stage, gconstpointer unused)
{
  static const struct {
    const char *command, *sentence;
  } wrongs[] = {
      {"MQTRUST inspect",
       "mqtrust inspect: give the files to look into; see mqtrust inspect --help"},
      {"MQTRUST inspect --no-such x",
       "mqtrust inspect: Unknown option --no-such; see mqtrust inspect --help"},
      {"MQTRUST inspect --password-file",
       "mqtrust inspect: Missing argument for --password-file; see mqtrust inspect --help"},
      {"MQTRUST inspect --password-file none leaf.pem",
       "mqtrust inspect: none cannot be read: No such file or directory"},
      {"MQTRUST inspect --at tomorrow leaf.pem",
       "mqtrust inspect: --at \"tomorrow\" is no time; write 2027-01-31, 2027-01-31T12:00:00Z or "
       "the seconds since 1970"},
      {"MQTRUST split", "mqtrust split: give the file to take apart; see mqtrust split --help"},
      {"MQTRUST split leaf.pem chain.pem",
       "mqtrust split: one FILE is taken apart at a time; see mqtrust split --help"},
      {"MQTRUST split -o '' leaf.pem", "mqtrust split: --output is empty: write -o DIR"},
      {"MQTRUST split --no-such x",
       "mqtrust split: Unknown option --no-such; see mqtrust split --help"},
      {"MQTRUST split none.pem", "mqtrust split: File none.pem does not exist; correct the path."},
      {"MQTRUST split key.pem",
       "mqtrust split: key.pem holds no certificate that can be read, so there is no chain to take "
       "apart; choose another file."},
      {"cat leaf.pem ed25519.pem >two.pem; MQTRUST split two.pem",
       "mqtrust split: two.pem holds several certificates that are no CA's (\"broker\", \"ed\"), "
       "so "
       "there is not one chain to take apart; keep one of them."},
      {"MQTRUST split -o none/out leaf.pem",
       "mqtrust split: none/out cannot be written: No such file or directory; nothing was written: "
       "make the folder above it first, or correct the path"},
      {"MQTRUST split -o leaf.der leaf.pem",
       "mqtrust split: leaf.der cannot be written: Not a directory; nothing was written: give the "
       "path of a folder, not of a file"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(wrongs); i++) {
    g_assert_cmpint(run(stage, wrongs[i].command), ==, 2);
    g_assert_cmpstr(stage->out, ==, "");
    g_assert_cmpstr(g_strchomp(stage->err), ==, wrongs[i].sentence);
  }
}

/* --- split writes all or nothing -------------------------------------------------------------- */

static char *
contents(const Stage *stage, const char *name)
{
  g_autofree char *path = g_build_filename(stage->folder, name, NULL);
  char *text = NULL;
  g_file_get_contents(path, &text, NULL, NULL);
  return text;
}

static guint
count_files(const Stage *stage, const char *name)
{
  g_autofree char *path = g_build_filename(stage->folder, name, NULL);
  g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
  guint count = 0;
  while (folder && g_dir_read_name(folder))
    count++;
  return count;
}

static int
mode_of(const Stage *stage, const char *name)
{
  g_autofree char *path = g_build_filename(stage->folder, name, NULL);
  struct stat status;
  g_assert_cmpint(lstat(path, &status), ==, 0);
  return status.st_mode & 07777;
}

static void
assert_subjects(const Stage *stage, const char *name, const char *first, const char *second)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(stage->folder, name, NULL);
  g_autoptr(GPtrArray) certificates = certificate_file_read(path, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(certificates->len, ==, second ? 2 : 1);
  g_assert_cmpstr(certificate_issuer_label(certificates->pdata[0]), ==, first);
  if (second)
    g_assert_cmpstr(certificate_issuer_label(certificates->pdata[1]), ==, second);
}

static void
test_split_files(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "umask 077; MQTRUST split -o out mixed.pem"), ==, 0);
  g_assert_cmpuint(count_files(stage, "out"), ==, 4);
  assert_subjects(stage, "out/leaf.pem", "R3", NULL);
  assert_subjects(stage, "out/chain.pem", "ISRG Root X1", "DST Root CA X3");
  assert_subjects(stage, "out/root.pem", "ISRG Root X1", NULL);
  g_autofree char *key = contents(stage, "out/key.pem"), *mixed = contents(stage, "mixed.pem");
  g_assert_true(g_str_has_prefix(mixed, key));
  g_assert_cmpint(mode_of(stage, "out/key.pem"), ==, 0600);
  g_assert_cmpint(mode_of(stage, "out/leaf.pem"), ==, 0644);
}

static void
test_split_keeps_files(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "mkdir out && echo mine >out/root.pem && "
                             "MQTRUST split -o out mixed.pem"),
                  ==, 2);
  g_assert_cmpstr(stage->err, ==,
                  "mqtrust split: out/root.pem cannot be written: File exists; nothing was "
                  "written: give --force to replace it, or another folder with -o\n");
  g_assert_cmpuint(count_files(stage, "out"), ==, 1);
  g_autofree char *kept = contents(stage, "out/root.pem");
  g_assert_cmpstr(kept, ==, "mine\n");
  g_assert_cmpint(run(stage, "MQTRUST split -o out --force mixed.pem"), ==, 0);
  g_assert_cmpuint(count_files(stage, "out"), ==, 4);
  assert_subjects(stage, "out/root.pem", "ISRG Root X1", NULL);
}

/* A link is replaced itself; a dangling one counts as there. */
static void
test_split_links(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "mkdir out && ln -s ../elsewhere out/leaf.pem && "
                             "MQTRUST split -o out leaf.pem"),
                  ==, 2);
  g_assert_cmpint(run(stage, "MQTRUST split --force -o out leaf.pem && test ! -e elsewhere && "
                             "test ! -L out/leaf.pem"),
                  ==, 0);
}

static void
test_split_folder_in_the_way(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(run(stage, "mkdir -p out/key.pem && MQTRUST split --force -o out mixed.pem"), ==,
                  2);
  g_assert_cmpstr(stage->err, ==,
                  "mqtrust split: out/key.pem cannot be written: Is a directory; nothing was "
                  "written: a folder has that name; remove it, or choose another folder\n");
  g_assert_cmpuint(count_files(stage, "out"), ==, 1);
}

/* What was encrypted stays so, under the same password; OpenSSL opens it. */
static void
test_split_encrypted_key(Stage *stage, gconstpointer unused)
{
  g_autofree char *openssl = g_find_program_in_path("openssl");
  g_assert_cmpint(run(stage, "MQTRUST split -o out --password-file password old-cipher.p12"), ==,
                  0);
  g_autofree char *key = contents(stage, "out/key.pem");
  g_assert_true(g_str_has_prefix(key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  if (!openssl) {
    g_test_skip("openssl is not installed");
    return;
  }
  g_assert_cmpint(run(stage, "openssl pkey -in out/key.pem -passin pass:x -noout"), ==, 0);
  g_assert_cmpint(run(stage, "openssl pkey -in out/key.pem -passin pass:y -noout 2>/dev/null"), !=,
                  0);
}

/* Pipes are read to their end; a PIN in a URI is not printed. */
static void
test_odd_inputs(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(
      run(stage, "mkfifo pipe; { timeout 20 cat leaf.pem >pipe & } ; MQTRUST inspect pipe"), ==, 0);
  g_assert_true(g_str_has_prefix(stage->out, "pipe: 1 certificate (PEM)\n"));
  g_assert_cmpint(run(stage, "MQTRUST inspect 'pkcs11:object=none;pin-value=4711'"), ==, 2);
  g_assert_nonnull(strstr(stage->out, "pkcs11-object-missing"));
  g_assert_null(strstr(stage->out, "4711"));
  g_assert_cmpint(run(stage, "MQTRUST inspect ."), ==, 2);
  g_assert_nonnull(strstr(stage->out, "is a folder"));
}

int
main(int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*run)(Stage *, gconstpointer);
  } tests[] = {
      {"/inspect/json", test_json},
      {"/inspect/usage", test_usage},
      {"/inspect/odd-inputs", test_odd_inputs},
      {"/split/files", test_split_files},
      {"/split/keeps-files", test_split_keeps_files},
      {"/split/links", test_split_links},
      {"/split/folder-in-the-way", test_split_folder_in_the_way},
      {"/split/encrypted-key", test_split_encrypted_key},
  };
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(goldens); i++) {
    g_autofree char *path = g_strdup_printf("/inspect/golden/%s", goldens[i].name);
    g_test_add(path, Stage, &goldens[i], setup, test_golden, teardown);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add(tests[i].name, Stage, NULL, setup, tests[i].run, teardown);
  return g_test_run();
}
