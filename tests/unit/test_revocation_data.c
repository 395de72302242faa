/* Revocation lists out of files. */
#include "config.h"

#include <string.h>

#include "trust/crl.h"
#include "trust/revocation_data.h"
#include "trust/trust_error.h"
#include "lab/forge_crl.h"
#include "unit/trust_files.h"

typedef struct {
  Files files;
  Forged *authority;
  GBytes *der;
  RevocationData *data;
} Stage;

static void
setup(Stage *stage, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("R3");
  files_setup(&stage->files, unused);
  stage->authority = forge(&template, NULL);
  stage->der = forge_crl(
      &(ForgeCrl){.issuer = stage->authority,
                  .number = 7,
                  .filler = 3,
                  .entries = {{.certificate = stage->authority->certificate, .reason = 5}}});
  stage->data = revocation_data_new();
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  revocation_data_free(stage->data);
  g_bytes_unref(stage->der);
  forged_free(stage->authority);
  files_teardown(&stage->files, unused);
}

static void
assert_file(Stage *stage, const char *name, const void *bytes, gssize length, guint expected)
{
  GError *error = NULL;
  g_autofree char *path = files_write(&stage->files, name, bytes, length);
  gboolean added = revocation_data_add_crl_file(stage->data, path, &error);
  g_assert_no_error(error);
  g_assert_true(added);
  g_assert_cmpuint(revocation_data_crls(stage->data), ==, expected);
}

static void
assert_refused(Stage *stage, const void *bytes, gssize length, int code, const char *part)
{
  GError *error = NULL;
  g_autofree char *path = files_write(&stage->files, "bad.crl", bytes, length);
  g_assert_false(revocation_data_add_crl_file(stage->data, path, &error));
  files_assert_error(&error, code, path, part);
}

static void
test_fields(Stage *stage, gconstpointer unused)
{
  gsize length;
  const void *bytes = g_bytes_get_data(stage->der, &length);
  assert_file(stage, "one.crl", bytes, length, 1);
  const Crl *crl = revocation_data_lists(stage->data)->pdata[0];
  g_assert_cmpstr(crl->issuer, ==, "CN=R3,O=Forge");
  g_assert_cmpint(crl->version, ==, 2);
  g_assert_cmpint(crl->this_update, ==, FORGE_CRL_START);
  g_assert_cmpint(crl->next_update, ==, FORGE_CRL_END);
  g_assert_true(crl->has_number && !crl->number_is_critical && !crl->is_delta);
  g_assert_cmpuint(crl->number.length, ==, 1);
  g_assert_cmpuint(crl->number.bytes[0], ==, 7);
  g_assert_cmpuint(crl->count, ==, 4);
  g_assert_cmpuint(crl->index, ==, 0);
  g_assert_cmpuint(strlen(crl->sha256), ==, 64);
}

static void
test_find(Stage *stage, gconstpointer unused)
{
  gsize length;
  CrlEntry entry;
  const void *bytes = g_bytes_get_data(stage->der, &length);
  g_autoptr(Crl) crl = crl_new(bytes, length, "x", 0, NULL);
  /* 2000000002, as it stands and with a byte that says nothing. */
  g_assert_true(
      crl_find(crl, crl->issuer_dn, (DerSpan){(const guint8 *)"\x77\x35\x94\x02", 4}, &entry));
  g_assert_cmpint(entry.date, ==, FORGE_REVOKED);
  g_assert_cmpint(entry.reason, ==, 0);
  g_assert_true(
      crl_find(crl, crl->issuer_dn, (DerSpan){(const guint8 *)"\0\x77\x35\x94\x02", 5}, &entry));
  g_assert_false(
      crl_find(crl, crl->issuer_dn, (DerSpan){(const guint8 *)"\x77\x35\x94\x03", 4}, &entry));
  g_assert_false(crl_find(crl, crl->issuer_dn, (DerSpan){(const guint8 *)"", 0}, &entry));
}

/* Against GLib's calendar, over all that the two forms can say. */
static void
test_times(Stage *stage, gconstpointer unused)
{
  for (gint64 day = -719162; day < 2932896; day += 89) {
    gint64 expected = day * 86400 + 3723, found = 0;
    g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(expected);
    g_autofree char *rest = g_date_time_format(moment, "%m%d%H%M%SZ");
    g_autofree char *text = g_strdup_printf("%04d%s", g_date_time_get_year(moment), rest);
    DerElement element = {DER_GENERALIZED_TIME, {(const guint8 *)text, strlen(text)}, {NULL, 0}};
    g_assert_cmpuint(strlen(text), ==, 15);
    g_assert_true(der_value_time(&element, &found));
    g_assert_cmpint(found, ==, expected);
  }
}

static void
assert_time(guint8 tag, const char *text, gboolean readable, gint64 expected)
{
  gint64 found = 0;
  DerElement element = {tag, {(const guint8 *)text, strlen(text)}, {NULL, 0}};
  g_assert_cmpint(der_value_time(&element, &found), ==, readable);
  if (readable)
    g_assert_cmpint(found, ==, expected);
}

static void
test_odd_times(Stage *stage, gconstpointer unused)
{
  assert_time(DER_UTC_TIME, "491231235959Z", TRUE, G_GINT64_CONSTANT(2524607999));
  assert_time(DER_UTC_TIME, "500101000000Z", TRUE, G_GINT64_CONSTANT(-631152000));
  assert_time(DER_GENERALIZED_TIME, "20000229000000Z", TRUE, 951782400);
  assert_time(DER_GENERALIZED_TIME, "19000229000000Z", FALSE, 0);
  assert_time(DER_GENERALIZED_TIME, "20250101240000Z", FALSE, 0);
  assert_time(DER_GENERALIZED_TIME, "20250101006000Z", FALSE, 0);
  assert_time(DER_GENERALIZED_TIME, "20251301000000Z", FALSE, 0);
  assert_time(DER_GENERALIZED_TIME, "2025010100000+Z", FALSE, 0);
  assert_time(DER_GENERALIZED_TIME, "202501010000Z", FALSE, 0);
  assert_time(DER_UTC_TIME, "20250101000000Z", FALSE, 0);
  assert_time(DER_UTC_TIME, "250101000000+", FALSE, 0);
}

static void
test_pem(Stage *stage, gconstpointer unused)
{
  g_autofree char *pem = forge_crl_pem(stage->der);
  assert_file(stage, "one.pem", pem, -1, 1);
}

/* Several, with text around them, among other things, and CRLF. */
static void
test_several(Stage *stage, gconstpointer unused)
{
  g_autofree char *pem = forge_crl_pem(stage->der);
  g_autofree char *all = g_strconcat("\xef\xbb\xbflists\n", pem, "between\n", stage->files.root_pem,
                                     pem, "end\n", NULL);
  g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
  g_autofree char *crlf = g_strjoinv("\r\n", lines);
  assert_file(stage, "two.pem", crlf, -1, 2);
  const Crl *second = revocation_data_lists(stage->data)->pdata[1];
  g_assert_cmpuint(second->index, ==, 1);
}

static void
test_truncated_pem(Stage *stage, gconstpointer unused)
{
  g_autofree char *pem = forge_crl_pem(stage->der);
  assert_refused(stage, pem, strlen(pem) - 30, TRUST_ERROR_FILE_TRUNCATED,
                 "ends inside revocation list 1");
}

static void
test_damaged_base64(Stage *stage, gconstpointer unused)
{
  assert_refused(stage, "-----BEGIN X509 CRL-----\n****\n-----END X509 CRL-----\n", -1,
                 TRUST_ERROR_MALFORMED, "not Base64");
}

/* Wherever it is cut, it is no list; and it is never read beyond its end. */
static void
test_truncated_der(Stage *stage, gconstpointer unused)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data(stage->der, &length);
  for (gsize cut = 0; cut < length; cut++) {
    g_autoptr(GError) error = NULL;
    g_autofree guint8 *part = g_memdup2(bytes, cut); /* of its very own length */
    g_assert_null(crl_new(part, cut, "x", 0, &error));
    g_assert_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED);
  }
}

static void
test_more_behind(Stage *stage, gconstpointer unused)
{
  g_autoptr(GByteArray) longer = g_byte_array_new();
  g_byte_array_append(longer, g_bytes_get_data(stage->der, NULL), g_bytes_get_size(stage->der));
  g_byte_array_append(longer, (const guint8 *)"x", 1);
  g_autoptr(GError) error = NULL;
  g_assert_null(crl_new(longer->data, longer->len, "x", 0, &error));
  g_assert_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED);
}

static void
test_wrong_kind(Stage *stage, gconstpointer unused)
{
  assert_refused(stage, stage->files.root_pem, -1, TRUST_ERROR_FILE_WRONG_KIND,
                 "holds a certificate, but a certificate revocation list is needed here");
}

static void
test_empty(Stage *stage, gconstpointer unused)
{
  assert_refused(stage, "", 0, TRUST_ERROR_FILE_EMPTY, "Revocation list");
}

static void
test_missing(Stage *stage, gconstpointer unused)
{
  GError *error = NULL;
  g_assert_false(revocation_data_add_crl_file(stage->data, "/nowhere/x.crl", &error));
  files_assert_error(&error, TRUST_ERROR_FILE_MISSING, "/nowhere/x.crl", "does not exist");
}

static void
test_too_many(Stage *stage, gconstpointer unused)
{
  GError *error = NULL;
  gsize length;
  const void *bytes = g_bytes_get_data(stage->der, &length);
  for (guint i = 0; i < 4096; i++) {
    g_autofree char *label = g_strdup_printf("%u.crl", i);
    g_assert_true(revocation_data_add_crl(stage->data, bytes, length, label, NULL));
  }
  g_assert_false(revocation_data_add_crl(stage->data, bytes, length, "one more.crl", &error));
  g_assert_error(error, TRUST_ERROR, TRUST_ERROR_FILE_TOO_LARGE);
  g_clear_error(&error);
}

/* What a broker staples is bounded, too. */
static void
test_staples(Stage *stage, gconstpointer unused)
{
  g_autofree guint8 *bytes = g_malloc0(128 * 1024 + 1);
  revocation_data_add_staple(stage->data, 0, bytes, 128 * 1024 + 1);
  revocation_data_add_staple(stage->data, 64, bytes, 1);
  g_assert_cmpuint(revocation_data_staples(stage->data), ==, 0);
  revocation_data_add_staple(stage->data, 63, bytes, 128 * 1024);
  revocation_data_add_staple(stage->data, 63, bytes, 1);
  g_assert_cmpuint(revocation_data_staples(stage->data), ==, 1);
  g_assert_cmpuint(g_bytes_get_size(revocation_data_staple(stage->data, 63)), ==, 1);
  g_assert_null(revocation_data_staple(stage->data, 0));
}

/* What was joined lives on when its parts are gone. */
static void
test_join(Stage *stage, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(RevocationData) staples = revocation_data_new();
  gsize length;
  const void *der = g_bytes_get_data(stage->der, &length);
  g_assert_true(revocation_data_add_crl(stage->data, der, length, "a.crl", &error));
  g_assert_no_error(error);
  revocation_data_add_staple(staples, 2, "x", 1);
  g_autoptr(RevocationData) both = revocation_data_join(stage->data, staples);
  g_autoptr(RevocationData) lists = revocation_data_join(stage->data, NULL);
  g_autoptr(RevocationData) none = revocation_data_join(NULL, NULL);
  revocation_data_free(stage->data);
  stage->data = NULL;
  g_assert_cmpuint(revocation_data_crls(both), ==, 1);
  g_assert_cmpuint(revocation_data_staples(both), ==, 1);
  g_assert_nonnull(revocation_data_staple(both, 2));
  g_assert_cmpuint(revocation_data_crls(lists), ==, 1);
  g_assert_cmpuint(revocation_data_staples(lists), ==, 0);
  g_assert_true(g_bytes_equal(revocation_data_crl_der(lists, 0), stage->der));
  g_assert_cmpuint(revocation_data_crls(none), ==, 0);
}

#define STAGE_TEST(name)                                                                           \
  g_test_add("/revocation-data/" #name, Stage, NULL, setup, test_##name, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STAGE_TEST(fields);
  STAGE_TEST(find);
  STAGE_TEST(times);
  STAGE_TEST(odd_times);
  STAGE_TEST(pem);
  STAGE_TEST(several);
  STAGE_TEST(truncated_pem);
  STAGE_TEST(damaged_base64);
  STAGE_TEST(truncated_der);
  STAGE_TEST(more_behind);
  STAGE_TEST(wrong_kind);
  STAGE_TEST(empty);
  STAGE_TEST(missing);
  STAGE_TEST(too_many);
  STAGE_TEST(staples);
  STAGE_TEST(join);
  return g_test_run();
}
