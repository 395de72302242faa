#include "config.h"

#include "suites/suite.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "trust/certificate_file.h"

/* --- Memory ------------------------------------------------------------------------------------ */

static void
certificate_clear(SuiteCertificate *entry)
{
  g_free(entry->pem);
  g_clear_pointer(&entry->certificate, certificate_unref);
  g_free(entry->error);
  g_free(entry);
}

static void
case_free(SuiteCase *test)
{
  g_free(test->id);
  g_strfreev(test->features);
  g_free(test->key_purpose);
  g_ptr_array_unref(test->trusted);
  g_ptr_array_unref(test->untrusted);
  certificate_clear(test->peer);
  g_ptr_array_unref(test->crls);
  g_free(test->name);
  g_free(test);
}

/* --- One case ---------------------------------------------------------------------------------- */

static SuiteCertificate *
read_certificate(const char *pem)
{
  SuiteCertificate *entry = g_new0(SuiteCertificate, 1);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) list = certificate_file_parse(pem, strlen(pem), "suite", &error);
  entry->pem = g_strdup(pem);
  if (list)
    entry->certificate = certificate_ref(list->pdata[0]);
  else
    entry->error = g_strdup(error->message);
  return entry;
}

static GPtrArray *
read_certificates(JsonObject *object, const char *member)
{
  JsonArray *array = json_object_get_array_member(object, member);
  GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_clear);
  for (guint i = 0; i < json_array_get_length(array); i++)
    g_ptr_array_add(list, read_certificate(json_array_get_string_element(array, i)));
  return list;
}

static GPtrArray *
read_texts(JsonObject *object, const char *member)
{
  JsonArray *array = json_object_get_array_member(object, member);
  GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < json_array_get_length(array); i++)
    g_ptr_array_add(list, g_strdup(json_array_get_string_element(array, i)));
  return list;
}

static gboolean
has_value(JsonObject *object, const char *member)
{
  return json_object_has_member(object, member) && !json_object_get_null_member(object, member);
}

static gint64
read_time(JsonObject *object)
{
  if (!has_value(object, "validation_time"))
    return 0;
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
  const char *text = json_object_get_string_member(object, "validation_time");
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, utc);
  g_assert_nonnull(time);
  return g_date_time_to_unix(time);
}

static void
read_name(SuiteCase *test, JsonObject *object)
{
  if (!has_value(object, "expected_peer_name"))
    return;
  JsonObject *name = json_object_get_object_member(object, "expected_peer_name");
  const char *kind = json_object_get_string_member(name, "kind");
  test->name = g_strdup(json_object_get_string_member(name, "value"));
  test->name_kind = g_str_equal(kind, "DNS")  ? SUITE_NAME_DNS
                    : g_str_equal(kind, "IP") ? SUITE_NAME_IP
                                              : SUITE_NAME_EMAIL;
}

static SuiteCase *
read_case(JsonObject *object)
{
  SuiteCase *test = g_new0(SuiteCase, 1);
  g_autoptr(GPtrArray) features = read_texts(object, "features");
  test->id = g_strdup(json_object_get_string_member(object, "id"));
  g_ptr_array_add(features, NULL);
  test->features = g_strdupv((char **)features->pdata);
  test->client =
      g_str_equal(json_object_get_string_member(object, "validation_kind"), "CLIENT");
  if (has_value(object, "key_purpose"))
    test->key_purpose = g_strdup(json_object_get_string_member(object, "key_purpose"));
  test->trusted = read_certificates(object, "trusted_certs");
  test->untrusted = read_certificates(object, "untrusted_intermediates");
  test->peer = read_certificate(json_object_get_string_member(object, "peer_certificate"));
  test->crls = read_texts(object, "crls");
  test->time = read_time(object);
  test->expects_success =
      g_str_equal(json_object_get_string_member(object, "expected_result"), "SUCCESS");
  read_name(test, object);
  test->limits_depth = has_value(object, "max_chain_depth");
  if (test->limits_depth)
    test->max_depth = (guint)json_object_get_int_member(object, "max_chain_depth");
  return test;
}

/* --- A suite ----------------------------------------------------------------------------------- */

static char *
find_suite(const char *file)
{
  const char *folder = g_getenv("MQTRUST_TEST_SUITES"), *source = g_getenv("MQTRUST_TEST_SRCDIR");
  if (folder)
    return g_build_filename(folder, file, NULL);
  return g_build_filename(source ? source : ".", "..", "shared", "suites", file, NULL);
}

GPtrArray *
suite_load(const char *file)
{
  g_autofree char *path = find_suite(file), *sentence = NULL;
  g_autoptr(JsonParser) parser = json_parser_new();
  g_autoptr(GError) error = NULL;
  if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
    sentence = g_strdup_printf("the suite %s is not on this machine", file);
    g_test_skip(sentence);
    return NULL;
  }
  json_parser_load_from_file(parser, path, &error);
  g_assert_no_error(error);
  JsonObject *root = json_node_get_object(json_parser_get_root(parser));
  JsonArray *cases = json_object_get_array_member(root, "testcases");
  GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)case_free);
  for (guint i = 0; i < json_array_get_length(cases); i++)
    g_ptr_array_add(list, read_case(json_array_get_object_element(cases, i)));
  g_assert_cmpuint(list->len, >, 0);
  return list;
}

gboolean
suite_has_feature(const SuiteCase *test, const char *feature)
{
  return g_strv_contains((const char *const *)test->features, feature);
}

GPtrArray *
suite_certificates(const GPtrArray *list)
{
  GPtrArray *certificates = certificate_list_new();
  for (guint i = 0; i < list->len; i++) {
    const SuiteCertificate *entry = list->pdata[i];
    if (entry->certificate)
      g_ptr_array_add(certificates, certificate_ref(entry->certificate));
  }
  return certificates;
}
