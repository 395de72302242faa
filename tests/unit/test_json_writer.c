/* What is written is JSON: a reader that is not ours reads it back. */
#include "config.h"

#include <json-glib/json-glib.h>

#include "util/json_writer.h"

static const char text[] = "a \"b\" \\ \n \t \x01 \x7f é 漢 😀";

static JsonWriter *
example(void)
{
  JsonWriter *writer = json_writer_new();
  json_writer_begin_object(writer);
  json_writer_set_member_name(writer, "text");
  json_writer_add_string_value(writer, text);
  json_writer_set_member_name(writer, "numbers");
  json_writer_begin_array(writer);
  json_writer_add_int_value(writer, G_MININT64);
  json_writer_add_int_value(writer, 0);
  json_writer_end_array(writer);
  json_writer_set_member_name(writer, "empty");
  json_writer_begin_array(writer);
  json_writer_end_array(writer);
  json_writer_set_member_name(writer, "inner");
  json_writer_begin_object(writer);
  json_writer_set_member_name(writer, "yes");
  json_writer_add_boolean_value(writer, TRUE);
  json_writer_set_member_name(writer, "nothing");
  json_writer_add_null_value(writer);
  json_writer_end_object(writer);
  json_writer_end_object(writer);
  return writer;
}

static void
assert_read_back(const char *document)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = json_from_string(document, &error);
  g_assert_no_error(error);
  JsonObject *object = json_node_get_object(node);
  JsonArray *numbers = json_object_get_array_member(object, "numbers");
  JsonObject *inner = json_object_get_object_member(object, "inner");
  g_assert_cmpuint(json_object_get_size(object), ==, 4);
  g_assert_cmpstr(json_object_get_string_member(object, "text"), ==, text);
  g_assert_cmpuint(json_array_get_length(numbers), ==, 2);
  g_assert_cmpint(json_array_get_int_element(numbers, 0), ==, G_MININT64);
  g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "empty")), ==, 0);
  g_assert_true(json_object_get_boolean_member(inner, "yes"));
  g_assert_true(json_object_get_null_member(inner, "nothing"));
}

static void
test_read_back(void)
{
  g_autoptr(JsonWriter) writer = example();
  g_autofree char *document = json_writer_print(writer, FALSE);
  assert_read_back(document);
}

static void
test_ascii(void)
{
  g_autoptr(JsonWriter) writer = example();
  g_autofree char *document = json_writer_print(writer, TRUE);
  g_assert_true(g_str_is_ascii(document));
  assert_read_back(document);
}

static void
test_form(void)
{
  g_autoptr(JsonWriter) writer = json_writer_new();
  json_writer_begin_object(writer);
  json_writer_set_member_name(writer, "a");
  json_writer_begin_array(writer);
  json_writer_add_int_value(writer, 1);
  json_writer_add_string_value(writer, "x");
  json_writer_end_array(writer);
  json_writer_set_member_name(writer, "b");
  json_writer_begin_object(writer);
  json_writer_end_object(writer);
  json_writer_end_object(writer);
  g_autofree char *document = json_writer_print(writer, FALSE);
  g_assert_cmpstr(document, ==, "{\n  \"a\": [\n    1,\n    \"x\"\n  ],\n  \"b\": {}\n}");
}

static void
test_thousandths(void)
{
  g_autoptr(JsonWriter) writer = json_writer_new();
  json_writer_begin_array(writer);
  json_writer_add_thousandths_value(writer, 0);
  json_writer_add_thousandths_value(writer, 1042);
  json_writer_add_thousandths_value(writer, -250);
  json_writer_add_thousandths_value(writer, G_MININT64);
  json_writer_end_array(writer);
  g_autofree char *document = json_writer_print(writer, FALSE);
  g_assert_cmpstr(document, ==,
                  "[\n  0.000,\n  1.042,\n  -0.250,\n  -9223372036854775.808\n]");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/json-writer/read-back", test_read_back);
  g_test_add_func("/json-writer/ascii", test_ascii);
  g_test_add_func("/json-writer/form", test_form);
  g_test_add_func("/json-writer/thousandths", test_thousandths);
  return g_test_run();
}
