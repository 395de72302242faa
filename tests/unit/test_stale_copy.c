/* trust/stale_copy.h: a newer certificate of the same subject and names, beside the file in use. */
#include "config.h"

#include "trust/stale_copy.h"

#include <string.h>

#include "trust/certificate_file.h"
#include "unit/trust_files.h"

#define DAY (24 * 3600)
#define LATE (FILES_END - 10 * DAY) /* the certificate in use has ten days left */

/* Writes the client's certificate as it is issued again at `not_before`. */
static void
renew(Files *files, const char *file, const char *name, gint64 not_before)
{
  PkiTemplate template = {.role = PKI_CLIENT,
                          .key_type = PKI_KEY_ECDSA_P256,
                          .common_name = name,
                          .not_before = not_before,
                          .not_after = not_before + 365 * DAY,
                          .path_length = -1};
  g_autoptr(GError) error = NULL;
  g_autoptr(PkiPair) pair = pki_issue(&template, files->root, &error);
  g_assert_no_error(error);
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(pair));
  g_free(files_write(files, file, pem, -1));
}

static Finding *
find(const char *path, gint64 now)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) list = certificate_file_read(path, &error);
  g_assert_no_error(error);
  return stale_copy_find(path, list->pdata[0], FINDING_SOURCE_CLIENT, now);
}

static void
test_newer(Files *files, gconstpointer unused)
{
  g_autofree char *path = files_write(files, "client.pem", files->client_pem, -1);
  renew(files, "new.pem", "Client", FILES_START + 300 * DAY);
  renew(files, "newest.crt", "Client", FILES_START + 330 * DAY);
  g_autoptr(Finding) finding = find(path, LATE);
  g_assert_nonnull(finding);
  g_assert_cmpstr(finding->code, ==, "file-stale-copy");
  g_assert_cmpint(finding->severity, ==, FINDING_WARNING);
  g_assert_cmpint(finding->source, ==, FINDING_SOURCE_CLIENT);
  g_assert_cmpint(finding->index, ==, 0);
  g_assert_cmpstr(finding->file, ==, path);
  g_assert_cmpstr(finding->subject, ==, "CN=Client");
  g_autofree char *newest = g_build_filename(files->folder, "newest.crt", NULL);
  g_autofree char *message = g_strdup_printf(
      "%s is an older copy, which ends on 2026-01-01: %s holds the certificate of \"Client\" that "
      "was issued on 2025-11-27.",
      path, newest);
  g_assert_cmpstr(finding->message, ==, message);
  g_assert_nonnull(strstr(finding->remedy, newest));
}

/* With months left, another certificate of the same name is nobody's fault. */
static void
test_not_yet(Files *files, gconstpointer unused)
{
  g_autofree char *path = files_write(files, "client.pem", files->client_pem, -1);
  renew(files, "new.pem", "Client", FILES_START + 100 * DAY);
  g_assert_null(find(path, FILES_END - (STALE_COPY_DAYS + 1) * DAY));
  g_autoptr(Finding) finding = find(path, FILES_END - STALE_COPY_DAYS * DAY);
  g_assert_nonnull(finding);
}

static void
test_others(Files *files, gconstpointer unused)
{
  g_autofree char *path = files_write(files, "client.pem", files->client_pem, -1);
  g_free(files_write(files, "copy.pem", files->client_pem, -1));
  g_free(files_write(files, "junk.pem", "hello\n", -1));
  renew(files, "older.pem", "Client", FILES_START - 100 * DAY);
  renew(files, "other.pem", "Another", FILES_START + 300 * DAY);
  renew(files, "new.key", "Client", FILES_START + 300 * DAY); /* by its name no certificate */
  g_assert_null(find(path, LATE));
}

/* Roots of one name are used side by side. */
static void
test_authority(Files *files, gconstpointer unused)
{
  g_autofree char *path = files_write(files, "root.pem", files->root_pem, -1);
  renew(files, "new.pem", "Test CA", FILES_START + 300 * DAY);
  g_assert_null(find(path, LATE));
}

static Finding *
about(const char *code, const char *sha256)
{
  Finding *finding = finding_new(code);
  finding->sha256 = g_strdup(sha256);
  return finding;
}

/* Whose end it is: nothing is to be renewed. Other certificates, and other faults, keep their advice. */
static void
test_advice(Files *files, gconstpointer unused)
{
  g_autofree char *path = files_write(files, "client.pem", files->client_pem, -1);
  renew(files, "new.pem", "Client", FILES_START + 300 * DAY);
  g_autoptr(Finding) stale = find(path, LATE);
  g_autoptr(GPtrArray) all = finding_list_new();
  static const char *const advised[] = {"client-expired", "leaf-expired", "expires-soon"};
  for (gsize i = 0; i < G_N_ELEMENTS(advised); i++)
    g_ptr_array_add(all, about(advised[i], stale->sha256));
  g_ptr_array_add(all, about("client-expired", "00"));
  g_ptr_array_add(all, about("client-expired", NULL));
  g_ptr_array_add(all, about("key-too-weak", stale->sha256));
  stale_copy_advise(stale, all);
  for (guint i = 0; i < all->len; i++) {
    const Finding *finding = all->pdata[i];
    g_autoptr(Finding) plain = finding_new(finding->code);
    g_assert_cmpstr(finding->remedy, ==, i < 3 ? stale->remedy : plain->remedy);
  }
  g_assert_true(g_str_has_prefix(stale->remedy, "Use "));
}

/* What is no file has no folder to be looked at. */
static void
test_no_file(Files *files, gconstpointer unused)
{
  const Certificate *leaf = pki_pair_certificate(files->client);
  renew(files, "new.pem", "Client", FILES_START + 300 * DAY);
  g_autofree char *missing = g_build_filename(files->folder, "-", NULL);
  g_assert_null(stale_copy_find(missing, leaf, FINDING_SOURCE_CHAIN, LATE));
  g_assert_null(stale_copy_find(files->folder, leaf, FINDING_SOURCE_CHAIN, LATE));
}

#define TEST(name)                                                                                 \
  g_test_add("/stale-copy/" #name, Files, NULL, files_setup, test_##name, files_teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  TEST(newer);
  TEST(not_yet);
  TEST(others);
  TEST(authority);
  TEST(advice);
  TEST(no_file);
  return g_test_run();
}
