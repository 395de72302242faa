/* Trust anchors: never none without a word. */
#include "config.h"

#include "trust/anchors.h"

#include <glib/gstdio.h>
#include <string.h>

#include "trust/gnutls_bridge.h"
#include "trust/trust_error.h"
#include "unit/trust_files.h"

static void
assert_fault(const char *path, int code, const char *part)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(anchors_load_file(path, &error));
  files_assert_error(&error, code, path, part);
}

static guint
count_listed(const Anchors *anchors)
{
  gnutls_x509_trust_list_iter_t next = NULL;
  gnutls_x509_crt_t crt;
  guint count = 0;
  while (gnutls_x509_trust_list_iter_get_ca(anchors_gnutls(anchors), &next, &crt) >= 0) {
    gnutls_x509_crt_deinit(crt);
    count++;
  }
  gnutls_x509_trust_list_iter_deinit(next);
  return count;
}

static void
test_file(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *both = g_strconcat(files->client_pem, files->root_pem, NULL);
  g_autofree char *path = files_write(files, "root\t.pem", both, -1);
  g_autoptr(Anchors) anchors = anchors_load_file(path, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(anchors_certificates(anchors)->len, ==, 2);
  g_assert_cmpuint(count_listed(anchors), ==, 2);
  g_assert_cmpstr(certificate_subject_label(anchors_certificates(anchors)->pdata[1]), ==,
                  "Test CA");
  g_assert_cmpstr(anchors_label(anchors), ==, "root\\t.pem");
  g_assert_true(g_str_has_suffix(anchors_path(anchors), "/root\\t.pem"));
  g_autoptr(Anchors) again = anchors_ref(anchors);
  g_assert_true(again == anchors);
}

/* Everything that GnuTLS loads as nothing, without a complaint. */
static void
test_junk(Files *files, gconstpointer unused)
{
  g_autofree char *empty = files_write(files, "empty.pem", "", 0);
  g_autofree char *junk = files_write(files, "junk.pem", "hello\n", -1);
  g_autofree char *key = files_write(files, "key.pem", files->client_key, -1);
  g_autofree char *cut = files_write(files, "cut.pem", files->root_pem, 100);
  g_autofree char *trusted = files_write(
      files, "trusted.pem",
      "-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n-----END TRUSTED CERTIFICATE-----\n", -1);
  g_autofree char *none = g_build_filename(files->folder, "none.pem", NULL);
  assert_fault(empty, TRUST_ERROR_FILE_EMPTY, "CA file");
  assert_fault(junk, TRUST_ERROR_NO_ANCHOR, "nothing would be trusted");
  assert_fault(key, TRUST_ERROR_FILE_WRONG_KIND, "holds a private key");
  assert_fault(cut, TRUST_ERROR_FILE_TRUNCATED, "certificate 1");
  assert_fault(trusted, TRUST_ERROR_TRUSTED_LABEL, "-trustout");
  assert_fault(none, TRUST_ERROR_FILE_MISSING, "CA file");
}

static void
test_der(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) der = files_der(files->root_pem);
  g_autofree char *path =
      files_write(files, "root.der", g_bytes_get_data(der, NULL), g_bytes_get_size(der));
  g_autoptr(Anchors) anchors = anchors_load_file(path, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(count_listed(anchors), ==, 1);
}

static void
test_folder(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_free(files_write(files, "b.pem", files->root_pem, -1));
  g_free(files_write(files, "a.pem", files->client_pem, -1));
  g_free(files_write(files, "c.0", files->root_pem, -1));
  g_free(files_write(files, "README", "hello\n", -1));
  g_autofree char *below = g_build_filename(files->folder, "folder", NULL);
  g_assert_cmpint(g_mkdir(below, 0700), ==, 0);
  g_autoptr(Anchors) anchors = anchors_load_folder(files->folder, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(anchors_certificates(anchors)->len, ==, 2);
  g_assert_cmpstr(certificate_subject_label(anchors_certificates(anchors)->pdata[0]), ==,
                  "Client"); /* by name, whatever order the disk has */
  g_assert_cmpstr(anchors_path(anchors), ==, files->folder);
}

/* As `openssl rehash` leaves it, and once more: the same certificate under many names. */
static void
test_folder_copies(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < 20; i++) {
    g_autofree char *name = g_strdup_printf("%02u.pem", i);
    g_free(files_write(files, name, i % 2 ? files->client_pem : files->root_pem, -1));
  }
  g_autoptr(Anchors) anchors = anchors_load_folder(files->folder, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(anchors_certificates(anchors)->len, ==, 2);
  g_assert_cmpuint(count_listed(anchors), ==, 2);
}

static void
assert_folder_fault(const char *path, int code, const char *part)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(anchors_load_folder(path, &error));
  files_assert_error(&error, code, path, part);
}

static void
test_folder_faults(Files *files, gconstpointer unused)
{
  g_autofree char *file = files_write(files, "file", "hello\n", -1);
  g_autofree char *none = g_build_filename(files->folder, "none", NULL);
  assert_folder_fault(files->folder, TRUST_ERROR_NO_ANCHOR, "nothing would be trusted");
  assert_folder_fault(none, TRUST_ERROR_FILE_MISSING, "does not exist");
  assert_folder_fault(file, TRUST_ERROR_FILE_UNREADABLE, "cannot be read");
}

/* Whether this machine has a store is not ours to say: something, or a sentence. */
static void
test_system(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Anchors) anchors = anchors_load_system(&error);
  if (!anchors) {
    g_assert_error(error, TRUST_ERROR, TRUST_ERROR_NO_ANCHOR);
    return;
  }
  g_assert_cmpuint(anchors_certificates(anchors)->len, >, 0);
  g_assert_cmpstr(anchors_label(anchors), ==, "system trust store");
  g_assert_null(anchors_path(anchors));
}

/* Several files are one trust, and each certificate still tells its own file. */
static void
test_joined(Files *files, gconstpointer unused)
{
  g_autofree char *both = g_strconcat(files->client_pem, files->root_pem, NULL);
  g_autofree char *one = files_write(files, "one.pem", files->root_pem, -1);
  g_autofree char *two = files_write(files, "two.pem", both, -1);
  g_autoptr(Anchors) first = anchors_load_file(one, NULL);
  g_autoptr(Anchors) second = anchors_load_file(two, NULL);
  Anchors *parts[] = {first, second};
  g_autoptr(Anchors) joined = anchors_join(parts, 2);
  guint index = 9;
  g_assert_cmpuint(anchors_certificates(joined)->len, ==, 3);
  g_assert_cmpuint(count_listed(joined), ==, 3);
  g_assert_cmpuint(anchors_parts(joined), ==, 2);
  g_assert_cmpstr(anchors_label(joined), ==, "one.pem, two.pem");
  g_assert_null(anchors_path(joined));
  g_assert_cmpstr(anchors_origin(joined, 0, &index), ==, anchors_path(first));
  g_assert_cmpuint(index, ==, 0);
  g_assert_cmpstr(anchors_origin(joined, 2, &index), ==, anchors_path(second));
  g_assert_cmpuint(index, ==, 1);
  g_autoptr(Anchors) alone = anchors_join(parts, 1);
  g_assert_true(alone == first);
  g_assert_cmpuint(anchors_parts(alone), ==, 1);
  g_assert_cmpstr(anchors_origin(alone, 0, NULL), ==, anchors_path(first));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name)                                                                                 \
  g_test_add("/anchors/" #name, Files, NULL, files_setup, test_##name, files_teardown)
  TEST(file);
  TEST(junk);
  TEST(der);
  TEST(folder);
  TEST(folder_copies);
  TEST(folder_faults);
  TEST(system);
  TEST(joined);
  return g_test_run();
}
