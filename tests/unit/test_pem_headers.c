/* The header lines of PEM: what we say of them, and what OpenSSL really makes of each form. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

#include "trust/certificate_file.h"
#include "trust/finding.h"
#include "trust/inspection.h"
#include "trust/key_file.h"
#include "trust/trust_error.h"
#include "unit/trust_files.h"

/* --- helpers ---------------------------------------------------------------------------------- */

/* The text as the file "out", for OpenSSL to look at, too. */
static Inspection *
inspect(Files *files, const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = files_write(files, "out", text, -1);
  g_assert_cmpint(g_chmod(path, 0600), ==, 0);
  Inspection *inspection = inspection_read(path, "secret", &error);
  g_assert_no_error(error);
  g_assert_cmpuint(inspection->items->len, ==, 1);
  return inspection;
}

static gboolean
succeeds(Files *files, const char *const *argv)
{
  int status;
  g_autoptr(GError) error = NULL;
  g_spawn_sync(files->folder, (char **)argv, NULL,
               G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
               NULL, NULL, NULL, &status, &error);
  g_assert_no_error(error);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static gboolean
openssl_reads_key(Files *files)
{
  return succeeds(files, (const char *const[]){"openssl", "pkey", "-in", "out", "-passin",
                                               "pass:secret", "-noout", NULL});
}

/* As mosquitto loads it, not as `openssl x509` does, which tries DER, too. */
static gboolean
openssl_reads_certificate(Files *files)
{
  return succeeds(files,
                  (const char *const[]){"openssl", "verify", "-partial_chain", "-no_check_time",
                                        "-CAfile", "out", "client.pem", NULL});
}

/* The codes in their order, "a b c". */
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

/* --- an encrypted key ------------------------------------------------------------------------- */

/* `openssl ec -aes128`, password "secret", the headers of RFC 1421 in `headers`. */
static char *
key_with(const char *headers)
{
  return g_strconcat("-----BEGIN EC PRIVATE KEY-----\n", headers,
                     "\n"
                     "Kimz1E1aAqJPgRJ5REUbX8MWJ8aEzrg6OgTCX22faYVmxGe94bGqzXPwabwF+JTg\n"
                     "SB6MlJpFbEyHedE1hsPho8ml5HioVjtenULJXSATAb52+o4pKz8kM2rQnCTHGwMz\n"
                     "mowtYH0hNb+vAxEHdhwqEtE/FE1+Glm98lgM6YnTQrM=\n"
                     "-----END EC PRIVATE KEY-----\n",
                     NULL);
}

#define PROC "Proc-Type: 4,ENCRYPTED\n"
#define DEK "DEK-Info: AES-128-CBC,3E0505E9E05BE1CE29EEDC8DAF61CBEB\n"

/* What stands before the text of an old encrypted key, and what OpenSSL and GnuTLS make of it. The
 * key is kept with the two lines that both want. */
static void
test_headers(Files *files, gconstpointer unused)
{
  static const char first[] = "its first two header lines are not Proc-Type and DEK-Info";
  static const char more[] = "its header lines say more than Proc-Type and DEK-Info";
  static const struct {
    const char *headers, *damage;
    gboolean openssl, gnutls;
  } forms[] = {
      {PROC DEK, NULL, TRUE, TRUE},
      {"Proc-Type:4,ENCRYPTED\r\nDEK-Info:  AES-128-CBC,3E0505E9E05BE1CE29EEDC8DAF61CBEB\r\n", NULL,
       TRUE, TRUE},
      {"Comment: mine\n" PROC DEK, first, FALSE, TRUE},
      {DEK PROC, first, FALSE, FALSE},
      {"proc-type: 4,ENCRYPTED\n" DEK, first, FALSE, TRUE},
      {"\n" PROC DEK, first, FALSE, TRUE},
      {PROC DEK "Comment: m\xc3\xbcl\x1b\xff\n", more, TRUE, FALSE},
      {PROC DEK " and more\n", more, TRUE, FALSE},
      {PROC "DEK-Info: AES-128-CBC,3E0505E9E05BE1CE29EEDC8DAF61CBEB,mine\n", more, TRUE, FALSE},
  };
  g_autofree char *clean = key_with(PROC DEK);
  for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
    g_test_message("form %" G_GSIZE_FORMAT, i);
    g_autofree char *key = key_with(forms[i].headers);
    g_autoptr(Inspection) inspection = inspect(files, key);
    const InspectedItem *item = inspection->items->pdata[0];
    g_autofree char *codes = codes_of(inspection);
    g_assert_cmpstr(codes, ==, forms[i].damage ? "pem-damaged" : "");
    g_assert_cmpint(item->kind, ==, INSPECTED_KEY);
    g_assert_nonnull(item->key_id);
    g_assert_cmpstr(item->key_pem, ==, clean);
    g_assert_cmpint(openssl_reads_key(files), ==, forms[i].openssl);
    if (!forms[i].damage)
      continue;
    const Finding *remark = inspection->remarks->pdata[0];
    g_autofree char *end = g_strdup_printf(
        " programs with %s refuse it: %s.",
        forms[i].openssl ? "GnuTLS" : "OpenSSL (mosquitto, MQTTX)", forms[i].damage);
    g_assert_true(g_str_has_suffix(remark->message, end));
    g_assert_nonnull(strstr(remark->remedy, "Proc-Type, DEK-Info and an empty line"));
    g_assert_cmpstr(remark->evidence->pdata[0], ==,
                    forms[i].openssl  ? "OpenSSL reads it"
                    : forms[i].gnutls ? "GnuTLS reads it"
                                      : "GnuTLS refuses it, too");
  }
}

/* No program opens a key that does not say how it is encrypted. */
static void
test_headers_lost(Files *files, gconstpointer unused)
{
  static const char *const forms[] = {
      PROC,
      PROC "Comment: mine\n",
      PROC "DEK-Info: AES-128-CBC\n",
      PROC "DEK-Info: ,3E0505E9E05BE1CE29EEDC8DAF61CBEB\n",
      PROC "DEK-Info: AES-128-CBC,3E0505E9E05BE1CE29EEDC8DAF\xd1"
           "CBEB\n",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
    g_autofree char *key = key_with(forms[i]);
    g_autoptr(Inspection) inspection = inspect(files, key);
    const InspectedItem *item = inspection->items->pdata[0];
    g_assert_cmpint(item->kind, ==, INSPECTED_DAMAGED);
    g_assert_null(item->key_pem);
    g_assert_cmpstr(item->problem_code, ==, "pem-damaged");
    g_assert_nonnull(strstr(item->problem, "its header lines do not say how"));
    g_assert_false(openssl_reads_key(files));
  }
}

/* --- anything else ---------------------------------------------------------------------------- */

/* (transfer full): behind the line of BEGIN. */
static char *
with_header(const char *pem, const char *header)
{
  const char *text = strchr(pem, '\n') + 1;
  g_autofree char *begin = g_strndup(pem, text - pem);
  return g_strconcat(begin, header, text, NULL);
}

/* Only an encrypted key may have header lines. */
static void
test_headers_needless(Files *files, gconstpointer unused)
{
  g_free(files_write(files, "client.pem", files->client_pem, -1));
  static const char *const headers[] = {"Comment: mine\n\n", "Proc-Type: 4,CLEAR\n\n"};
  const char *const texts[] = {files->client_pem, files->client_key};
  for (gsize i = 0; i < 4; i++) {
    gboolean key = i % 2 == 1;
    g_autofree char *commented = with_header(texts[i % 2], headers[i / 2]);
    g_autoptr(Inspection) inspection = inspect(files, commented);
    const InspectedItem *item = inspection->items->pdata[0];
    g_autofree char *codes = codes_of(inspection);
    g_assert_cmpstr(codes, ==, "pem-damaged");
    g_assert_cmpint(item->kind, ==, key ? INSPECTED_KEY : INSPECTED_CERTIFICATE);
    const Finding *remark = inspection->remarks->pdata[0];
    g_assert_nonnull(strstr(remark->message, "it has header lines, which only an encrypted key"));
    g_assert_nonnull(strstr(remark->remedy, "Take the header lines out"));
    g_assert_cmpstr(remark->evidence->pdata[0], ==, "GnuTLS refuses it, too");
    g_assert_true(!key || g_str_equal(item->key_pem, texts[1]));
    g_assert_false(key ? openssl_reads_key(files) : openssl_reads_certificate(files));
  }
}

/* Who needs the file is told what stands in the way, and not only that it is no Base64. */
static void
test_refused(Files *files, gconstpointer unused)
{
  const char *const texts[] = {files->client_pem, files->client_key};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *commented = with_header(texts[i], "Comment: mine\n\n");
    g_autofree char *path = files_write(files, "out", commented, -1);
    g_autoptr(GPtrArray) certificates = i == 0 ? certificate_file_read(path, &error) : NULL;
    g_autofree char *key_id = i == 1 ? key_file_id(path, NULL, &error) : NULL;
    g_assert_null(certificates);
    g_assert_null(key_id);
    files_assert_error(&error, TRUST_ERROR_MALFORMED, path,
                       "is damaged: it has header lines, which only an encrypted key may have; "
                       "take the header lines out of the file");
  }
}

/* OpenSSL reads the plain files, so that what it refuses above is the header's fault. */
static void
test_plain(Files *files, gconstpointer unused)
{
  inspection_free(inspect(files, files->client_pem));
  g_free(files_write(files, "client.pem", files->client_pem, -1));
  g_assert_true(openssl_reads_certificate(files));
  inspection_free(inspect(files, files->client_key));
  g_assert_true(openssl_reads_key(files));
}

#define TEST(name, function)                                                                       \
  g_test_add("/pem-headers/" name, Files, NULL, files_setup, function, files_teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  TEST("encrypted", test_headers);
  TEST("lost", test_headers_lost);
  TEST("needless", test_headers_needless);
  TEST("refused", test_refused);
  TEST("plain", test_plain);
  return g_test_run();
}
