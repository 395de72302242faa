/* JSON text (RFC 8259), written member by member and indented by two spaces.
 *
 * The programs that a library for JSON brings along (GIO, and what that needs) take a millisecond
 * to load: a third of what a short command takes. Reading JSON is another matter; this only writes.
 * Not for threads. What is nested wrongly is a programmer's error and asserted. */
#pragma once

#include <glib.h>

typedef struct JsonWriter JsonWriter;

JsonWriter *json_writer_new(void);
/* For a document with a secret in it: `size` bytes are enough for all of it, so that nothing stays
 * behind where it grows, and they are overwritten in the end. */
JsonWriter *json_writer_new_secret(gsize size);
void json_writer_free(JsonWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonWriter, json_writer_free)

void json_writer_begin_object(JsonWriter *writer);
void json_writer_end_object(JsonWriter *writer);
void json_writer_begin_array(JsonWriter *writer);
void json_writer_end_array(JsonWriter *writer);
/* In an object, before each value. */
void json_writer_set_member_name(JsonWriter *writer, const char *name);

/* Valid UTF-8; escaped as far as JSON wants it. */
void json_writer_add_string_value(JsonWriter *writer, const char *value);
void json_writer_add_int_value(JsonWriter *writer, gint64 value);
/* The number value / 1000 with three decimals ("-0.250"), in every locale. */
void json_writer_add_thousandths_value(JsonWriter *writer, gint64 value);
void json_writer_add_boolean_value(JsonWriter *writer, gboolean value);
void json_writer_add_null_value(JsonWriter *writer);

/* (transfer full): the document, when everything that was begun has ended; no line end. With
 * `ascii` all that is not ASCII is written as \uXXXX. */
char *json_writer_print(const JsonWriter *writer, gboolean ascii);
