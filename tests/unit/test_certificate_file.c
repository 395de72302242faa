/* What a file holds, and every way in which it may hold something else. */
#include "config.h"

#include "trust/certificate_file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trust/trust_error.h"
#include "unit/trust_files.h"
#include "util/secret.h"

/* --- good files ------------------------------------------------------------------------------- */

static void
assert_reads(const char *path, guint count, const char *first)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) certificates = certificate_file_read(path, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(certificates->len, ==, count);
  g_assert_cmpstr(certificate_subject_label(certificates->pdata[0]), ==, first);
}

static void
test_good(Files *files, gconstpointer unused)
{
  g_autofree char *both = g_strconcat(files->client_pem, files->root_pem, NULL);
  g_autofree char *mixed =
      g_strconcat("\xef\xbb\xbf# my certificates\n", files->client_key, "subject=CN = x\n",
                  files->client_pem, "\ntext between\n", files->root_pem, "text after", NULL);
  g_autofree char *one = files_write(files, "one.pem", files->client_pem, -1);
  g_autofree char *two = files_write(files, "two.pem", both, -1);
  g_autofree char *three = files_write(files, "three.pem", mixed, -1);
  assert_reads(one, 1, "Client");
  assert_reads(two, 2, "Client");
  assert_reads(three, 2, "Client");
}

static void
test_line_ends(Files *files, gconstpointer unused)
{
  g_auto(GStrv) lines = g_strsplit(files->client_pem, "\n", -1);
  g_autofree char *text = g_strjoinv("\r\n", lines);
  g_autofree char *path = files_write(files, "crlf.pem", text, -1);
  assert_reads(path, 1, "Client");
}

static void
test_der(Files *files, gconstpointer unused)
{
  g_autoptr(GBytes) der = files_der(files->root_pem);
  g_autofree char *path =
      files_write(files, "root.der", g_bytes_get_data(der, NULL), g_bytes_get_size(der));
  assert_reads(path, 1, "Test CA");
}

static void
test_no_line_end_at_end(Files *files, gconstpointer unused)
{
  g_autofree char *path =
      files_write(files, "bare.pem", files->root_pem, strlen(files->root_pem) - 1);
  assert_reads(path, 1, "Test CA");
}

/* --- files that are not ----------------------------------------------------------------------- */

static void
assert_fault(const char *path, int code, const char *part)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(certificate_file_read(path, &error));
  files_assert_error(&error, code, path, part);
}

static void
test_missing(Files *files, gconstpointer unused)
{
  g_autofree char *path = g_build_filename(files->folder, "none.pem", NULL);
  assert_fault(path, TRUST_ERROR_FILE_MISSING, "Certificate file");
  g_autofree char *below = g_build_filename(path, "deeper.pem", NULL);
  assert_fault(below, TRUST_ERROR_FILE_MISSING, "does not exist");
}

static void
test_empty(Files *files, gconstpointer unused)
{
  g_autofree char *path = files_write(files, "empty.pem", "", 0);
  assert_fault(path, TRUST_ERROR_FILE_EMPTY, "is empty");
}

static void
test_folder(Files *files, gconstpointer unused)
{
  assert_fault(files->folder, TRUST_ERROR_FILE_WRONG_KIND, "is a folder");
}

/* Opening a pipe that nobody writes would never end. */
static void
test_pipe(Files *files, gconstpointer unused)
{
  g_autofree char *path = g_build_filename(files->folder, "pipe", NULL);
  g_assert_cmpint(mkfifo(path, 0600), ==, 0);
  assert_fault(path, TRUST_ERROR_FILE_WRONG_KIND, "a pipe or a device");
}

/* For root every file is readable: become nobody for the while. */
static void
assert_fault_for_others(const char *path, const char *part)
{
  gboolean root = geteuid() == 0;
  if (root)
    g_assert_cmpint(seteuid(65534), ==, 0);
  g_autoptr(GError) error = NULL;
  GPtrArray *certificates = certificate_file_read(path, &error);
  if (root)
    g_assert_cmpint(seteuid(0), ==, 0);
  g_assert_null(certificates);
  files_assert_error(&error, TRUST_ERROR_FILE_UNREADABLE, path, part);
}

static void
test_unreadable(Files *files, gconstpointer unused)
{
  g_autofree char *path = files_write(files, "shut.pem", files->client_pem, -1);
  g_assert_cmpint(g_chmod(files->folder, 0755), ==, 0);
  g_assert_cmpint(g_chmod(path, 0000), ==, 0);
  assert_fault_for_others(path, "it is owned by");
  assert_fault_for_others(path, "mode 0000");
  g_assert_cmpint(g_chmod(files->folder, 0000), ==, 0);
  g_autofree char *part = g_strdup_printf("the folder %s is owned by", files->folder);
  assert_fault_for_others(path, part);
  g_assert_cmpint(g_chmod(files->folder, 0700), ==, 0);
}

static void
test_too_large(Files *files, gconstpointer unused)
{
  g_autofree char *path = files_write(files, "large.pem", files->client_pem, -1);
  g_assert_cmpint(truncate(path, CERTIFICATE_FILE_MAX + 1), ==, 0);
  assert_fault(path, TRUST_ERROR_FILE_TOO_LARGE, "more than 16 MiB");
  g_assert_cmpint(truncate(path, CERTIFICATE_FILE_MAX), ==, 0);
  assert_reads(path, 1, "Client");
}

static void
test_truncated(Files *files, gconstpointer unused)
{
  gsize half = strlen(files->root_pem) / 2;
  g_autofree char *both = g_strconcat(files->client_pem, files->root_pem, NULL);
  g_autofree char *swallowed =
      g_strdup_printf("%.*s%s", (int)half, files->root_pem, files->client_pem);
  g_autofree char *end = files_write(files, "end.pem", both, strlen(files->client_pem) + half);
  g_autofree char *middle = files_write(files, "middle.pem", swallowed, -1);
  g_autofree char *mark =
      files_write(files, "mark.pem", files->root_pem, strlen(files->root_pem) - 7);
  assert_fault(end, TRUST_ERROR_FILE_TRUNCATED, "ends inside certificate 2");
  assert_fault(middle, TRUST_ERROR_FILE_TRUNCATED, "ends inside certificate 1");
  assert_fault(mark, TRUST_ERROR_FILE_TRUNCATED, "ends inside certificate 1");
}

static void
test_truncated_der(Files *files, gconstpointer unused)
{
  g_autoptr(GBytes) der = files_der(files->root_pem);
  g_autofree char *path =
      files_write(files, "cut.der", g_bytes_get_data(der, NULL), g_bytes_get_size(der) - 1);
  assert_fault(path, TRUST_ERROR_FILE_TRUNCATED, "ends inside its DER data; copy");
}

static void
test_damaged(Files *files, gconstpointer unused)
{
  g_autofree char *letters = g_strconcat(files->client_pem, files->root_pem, NULL);
  strstr(letters + strlen(files->client_pem), "MII")[10] = '!';
  g_autofree char *base64 = files_write(files, "base64.pem", letters, -1);
  assert_fault(base64, TRUST_ERROR_MALFORMED, "Certificate 2 in");
  const char *other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  g_autofree char *content = files_write(files, "content.pem", other, -1);
  assert_fault(content, TRUST_ERROR_MALFORMED, "Certificate 1 in");
}

/* Each other kind of PEM by its name. */
static void
test_wrong_kinds(Files *files, gconstpointer unused)
{
  static const struct {
    const char *label, *found;
  } kinds[] = {
      {"PRIVATE KEY", "holds a private key, but a certificate is needed here"},
      {"RSA PRIVATE KEY", "holds a private key"},
      {"ENCRYPTED PRIVATE KEY", "holds an encrypted private key"},
      {"OPENSSH PRIVATE KEY", "OpenSSH"},
      {"PUBLIC KEY", "holds a public key"},
      {"CERTIFICATE REQUEST", "holds a certificate request"},
      {"X509 CRL", "holds a certificate revocation list"},
      {"PKCS7", "holds a PKCS#7 bundle"},
      {"DH PARAMETERS", "PEM data of another kind"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_autofree char *text = g_strdup_printf("-----BEGIN %s-----\nAAAA\n-----END %s-----\n",
                                            kinds[i].label, kinds[i].label);
    g_autofree char *path = files_write(files, "kind.pem", text, -1);
    assert_fault(path, TRUST_ERROR_FILE_WRONG_KIND, kinds[i].found);
  }
}

static void
test_trusted_label(Files *files, gconstpointer unused)
{
  const char *text =
      "-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n-----END TRUSTED CERTIFICATE-----\n";
  g_autofree char *mixed = g_strconcat(files->client_pem, text, NULL);
  g_autofree char *alone_path = files_write(files, "alone.pem", text, -1);
  g_autofree char *mixed_path = files_write(files, "mixed.pem", mixed, -1);
  assert_fault(alone_path, TRUST_ERROR_TRUSTED_LABEL, "TRUSTED CERTIFICATE");
  assert_fault(mixed_path, TRUST_ERROR_TRUSTED_LABEL, "-trustout");
}

static void
test_der_kinds(Files *files, gconstpointer unused)
{
  g_autoptr(GBytes) key = files_der(files->client_key);
  secret_auto locked_pem = pki_pair_key_pem(files->client, "secret", NULL);
  g_autoptr(GBytes) locked = files_der(locked_pem);
  g_autofree char *key_path =
      files_write(files, "key.der", g_bytes_get_data(key, NULL), g_bytes_get_size(key));
  g_autofree char *locked_path =
      files_write(files, "locked.der", g_bytes_get_data(locked, NULL), g_bytes_get_size(locked));
  assert_fault(key_path, TRUST_ERROR_FILE_WRONG_KIND, "holds a private key");
  assert_fault(locked_path, TRUST_ERROR_FILE_WRONG_KIND, "holds an encrypted private key");
}

/* What OpenSSL writes of each kind: the seeds of the fuzz target. */
static void
test_foreign_kinds(Files *files, gconstpointer unused)
{
  static const struct {
    const char *name, *found;
  } kinds[] = {
      {"request.pem", "holds a certificate request"},
      {"request.der", "holds a certificate request"},
      {"list.crl", "holds a certificate revocation list"},
      {"list.crl.der", "holds a certificate revocation list"},
      {"bundle.p7", "holds a PKCS#7 bundle"},
      {"bundle.p7.der", "holds a PKCS#7 bundle"},
      {"bundle.p12", "holds a PKCS#12 bundle"},
      {"public.pem", "holds a public key"},
      {"public.der", "holds a public key"},
      {"key-rsa.pem", "holds a private key"},
      {"key-sec1.pem", "holds a private key"},
      {"key-ed25519.der", "holds a private key"},
      {"key-locked.der", "holds an encrypted private key"},
      {"key-locked-sec1.pem", "holds an encrypted private key"},
  };
  const char *source = g_getenv("MQTRUST_TEST_SRCDIR");
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_autofree char *path = g_build_filename(source ? source : "..", "tests", "fuzz", "seeds",
                                             "certificate_file", kinds[i].name, NULL);
    assert_fault(path, TRUST_ERROR_FILE_WRONG_KIND, kinds[i].found);
  }
}

static void
test_junk(Files *files, gconstpointer unused)
{
  static const char *const texts[] = {"hello\n", "-----BEGIN CERTIFICATE", "-----BEGIN \n-----",
                                      "0\x03\x02\x01\x05", "\177ELF"};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autofree char *path = files_write(files, "junk.pem", texts[i], -1);
    assert_fault(path, TRUST_ERROR_FILE_WRONG_KIND, "neither PEM nor DER");
  }
  g_autofree char *wide = files_write(files, "wide.pem", "\xff\xfe-\0-\0-\0", 8);
  assert_fault(wide, TRUST_ERROR_FILE_WRONG_KIND, "UTF-16");
}

/* Text that is nearly PEM: what is amiss, and what to do. */
static void
test_nearly_pem(Files *files, gconstpointer unused)
{
  const char *pem = files->root_pem, *body = strchr(pem, '\n') + 1;
  g_autofree char *again = g_base64_encode((const guint8 *)pem, strlen(pem));
  g_autofree char *bare = g_strndup(body, strstr(body, "-----END") - body);
  const struct {
    const char *text, *said;
  } rows[] = {
      {pem + 1, "BEGIN line does not stand whole between five dashes"},
      {again, "base64 -d"},
      {bare, "Base64 text without BEGIN and END lines"},
      {" \n\t\r\n", "nothing but blanks"},
      {"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx",
       "neither PEM nor DER"}, /* Base64 of something else */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *path = files_write(files, "nearly.pem", rows[i].text, -1);
    assert_fault(path, TRUST_ERROR_FILE_WRONG_KIND, rows[i].said);
  }
}

/* The file's name comes from outside, too. */
static void
test_hostile_path(Files *files, gconstpointer unused)
{
  g_autofree char *path = files_write(files, "a\x1b[31m\nb.pem", "", 0);
  g_autoptr(GError) error = NULL;
  g_assert_null(certificate_file_read(path, &error));
  g_assert_error(error, TRUST_ERROR, TRUST_ERROR_FILE_EMPTY);
  g_assert_null(strchr(error->message, '\x1b'));
  g_assert_null(strchr(error->message, '\n'));
  g_assert_nonnull(strstr(error->message, "a\\e[31m\\nb.pem"));
}

static void
test_parse(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) certificates =
      certificate_file_parse(files->root_pem, strlen(files->root_pem), "pasted\n", &error);
  g_assert_no_error(error);
  g_assert_cmpuint(certificates->len, ==, 1);
  g_assert_null(certificate_file_parse("", 0, "pasted\n", &error));
  files_assert_error(&error, TRUST_ERROR_FILE_EMPTY, "pasted\\n", "is empty");
  g_assert_null(certificate_file_parse("x", 1, "pasted", &error));
  files_assert_error(&error, TRUST_ERROR_FILE_WRONG_KIND, "pasted", "needed here");
  gsize length = strlen(files->root_pem);
  g_autofree char *large = g_malloc0(CERTIFICATE_FILE_MAX + 1);
  memcpy(large, files->root_pem, length);
  g_assert_null(certificate_file_parse(large, CERTIFICATE_FILE_MAX + 1, "pasted", &error));
  files_assert_error(&error, TRUST_ERROR_FILE_TOO_LARGE, "pasted", "too large");
  g_autoptr(GPtrArray) largest =
      certificate_file_parse(large, CERTIFICATE_FILE_MAX, "pasted", &error);
  g_assert_no_error(error);
  g_assert_cmpuint(largest->len, ==, 1);
}

static void
test_too_many(Files *files, gconstpointer unused)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i <= CERTIFICATE_FILE_COUNT_MAX; i++)
    g_string_append(text, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  g_autofree char *path = files_write(files, "many.pem", text->str, text->len);
  assert_fault(path, TRUST_ERROR_FILE_TOO_LARGE, "more than 20000 certificates");
}

/* --- one line for the editor ------------------------------------------------------------------ */

static void
assert_summary(const char *path, FileSlot slot, const char *password, const char *wanted)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *line = certificate_file_summary(path, slot, password, FILES_NOW, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(line, ==, wanted);
}

static void
test_summary(Files *files, gconstpointer unused)
{
  g_autofree char *both = g_strconcat(files->client_pem, files->root_pem, NULL);
  g_autofree char *chain = files_write(files, "chain.pem", both, -1);
  g_autofree char *root = files_write(files, "root.pem", files->root_pem, -1);
  g_autofree char *key = files_write(files, "key.pem", files->client_key, -1);
  assert_summary(chain, FILE_SLOT_CERTIFICATE, NULL,
                 "2 certificates: Client \u2190 Test CA, 184 days left");
  assert_summary(root, FILE_SLOT_CA, NULL, "1 certificate: Test CA (self-signed), 184 days left");
  assert_summary(key, FILE_SLOT_KEY, NULL, "ECDSA P-256 key, not encrypted");
  g_unlink(key);
  assert_summary(files->folder, FILE_SLOT_CA, NULL,
                 "folder, 2 certificates: Client \u2190 Test CA, 184 days left");
}

static void
test_summary_dates(Files *files, gconstpointer unused)
{
  g_autofree char *path = files_write(files, "root.pem", files->root_pem, -1);
  static const struct {
    gint64 now;
    const char *end;
  } moments[] = {
      {FILES_END + 3 * 86400, "expired 3 days ago"},
      {FILES_END + 1, "expired 1 second ago"},
      {FILES_END, "0 seconds left"},
      {FILES_END - 7200, "2 hours left"},
      {FILES_START - 60, "valid in 1 minute"},
      {FILES_START, "365 days left"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(moments); i++) {
    g_autofree char *line =
        certificate_file_summary(path, FILE_SLOT_CERTIFICATE, NULL, moments[i].now, NULL);
    g_assert_true(g_str_has_suffix(line, moments[i].end));
  }
}

static void
test_summary_passwords(Files *files, gconstpointer unused)
{
  secret_auto locked = pki_pair_key_pem(files->client, "secret", NULL);
  g_autofree char *path = files_write(files, "locked.key", locked, -1);
  g_autoptr(GError) error = NULL;
  assert_summary(path, FILE_SLOT_KEY, "secret",
                 "ECDSA P-256 key, encrypted, the password opens it");
  g_assert_null(certificate_file_summary(path, FILE_SLOT_KEY, NULL, FILES_NOW, &error));
  files_assert_error(&error, TRUST_ERROR_KEY_PASSWORD_NEEDED, path, "password");
  g_assert_null(certificate_file_summary(path, FILE_SLOT_KEY, "wr0ng", FILES_NOW, &error));
  g_assert_null(strstr(error->message, "wr0ng"));
  files_assert_error(&error, TRUST_ERROR_KEY_PASSWORD_WRONG, path, "does not open");
}

static void
test_summary_faults(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *certificate = files_write(files, "c.pem", files->client_pem, -1);
  g_autofree char *key = files_write(files, "k.pem", files->client_key, -1);
  g_autofree char *none = g_build_filename(files->folder, "none.pem", NULL);
  g_assert_null(certificate_file_summary(certificate, FILE_SLOT_KEY, NULL, FILES_NOW, &error));
  files_assert_error(&error, TRUST_ERROR_FILE_WRONG_KIND, certificate,
                     "holds a certificate, but a private key is needed here");
  g_assert_null(certificate_file_summary(key, FILE_SLOT_CA, NULL, FILES_NOW, &error));
  files_assert_error(&error, TRUST_ERROR_FILE_WRONG_KIND, key,
                     "holds a private key, but a CA certificate is needed here");
  g_assert_null(certificate_file_summary(none, FILE_SLOT_CA, NULL, FILES_NOW, &error));
  files_assert_error(&error, TRUST_ERROR_FILE_MISSING, none, "CA file");
  g_assert_null(certificate_file_summary(none, FILE_SLOT_KEY, NULL, FILES_NOW, &error));
  files_assert_error(&error, TRUST_ERROR_FILE_MISSING, none, "Key file");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name)                                                                                 \
  g_test_add("/certificate-file/" #name, Files, NULL, files_setup, test_##name, files_teardown)
  TEST(good);
  TEST(line_ends);
  TEST(der);
  TEST(no_line_end_at_end);
  TEST(missing);
  TEST(empty);
  TEST(folder);
  TEST(pipe);
  TEST(unreadable);
  TEST(too_large);
  TEST(truncated);
  TEST(truncated_der);
  TEST(damaged);
  TEST(wrong_kinds);
  TEST(trusted_label);
  TEST(der_kinds);
  TEST(foreign_kinds);
  TEST(junk);
  TEST(nearly_pem);
  TEST(hostile_path);
  TEST(parse);
  TEST(too_many);
  TEST(summary);
  TEST(summary_dates);
  TEST(summary_passwords);
  TEST(summary_faults);
  return g_test_run();
}
