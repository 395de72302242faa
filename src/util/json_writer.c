#include "config.h"

#include "util/json_writer.h"

#include <string.h>

#define DEPTH_MAX 16

typedef struct {
  gboolean object; /* else an array */
  gboolean begun;  /* has a value */
} Level;

struct JsonWriter {
  GString *out;
  Level levels[DEPTH_MAX];
  guint depth;
  gboolean named; /* a member's name stands, and its value is to come */
  gboolean secret;
};

JsonWriter *
json_writer_new(void)
{
  JsonWriter *writer = g_new0(JsonWriter, 1);
  writer->out = g_string_new(NULL);
  return writer;
}

JsonWriter *
json_writer_new_secret(gsize size)
{
  JsonWriter *writer = g_new0(JsonWriter, 1);
  writer->out = g_string_sized_new(size);
  writer->secret = TRUE;
  return writer;
}

void
json_writer_free(JsonWriter *writer)
{
  if (writer->secret)
    explicit_bzero(writer->out->str, writer->out->len);
  g_string_free(writer->out, TRUE);
  g_free(writer);
}

static Level *
level(JsonWriter *writer)
{
  return writer->depth > 0 ? &writer->levels[writer->depth - 1] : NULL;
}

static void
begin_line(JsonWriter *writer)
{
  g_string_append_printf(writer->out, "\n%*s", 2 * (int)writer->depth, "");
}

/* Before an element of an array or a name of an object: the comma, and a new line. */
static void
separate(JsonWriter *writer)
{
  Level *inner = level(writer);
  if (inner->begun)
    g_string_append_c(writer->out, ',');
  inner->begun = TRUE;
  begin_line(writer);
}

/* A value may stand here. */
static void
before_value(JsonWriter *writer)
{
  Level *inner = level(writer);
  g_assert(inner || writer->out->len == 0); /* one document */
  g_assert(!inner || writer->named == inner->object);
  if (inner && !inner->object)
    separate(writer);
  writer->named = FALSE;
}

static void
begin(JsonWriter *writer, gboolean object)
{
  before_value(writer);
  g_assert(writer->depth < DEPTH_MAX);
  g_string_append_c(writer->out, object ? '{' : '[');
  writer->levels[writer->depth++] = (Level){object, FALSE};
}

static void
end(JsonWriter *writer, gboolean object)
{
  Level *inner = level(writer);
  g_assert(inner && inner->object == object && !writer->named);
  writer->depth--;
  if (inner->begun)
    begin_line(writer);
  g_string_append_c(writer->out, object ? '}' : ']');
}

void
json_writer_begin_object(JsonWriter *writer)
{
  begin(writer, TRUE);
}

void
json_writer_end_object(JsonWriter *writer)
{
  end(writer, TRUE);
}

void
json_writer_begin_array(JsonWriter *writer)
{
  begin(writer, FALSE);
}

void
json_writer_end_array(JsonWriter *writer)
{
  end(writer, FALSE);
}

/* --- values ----------------------------------------------------------------------------------- */

/* RFC 8259, 7: quotation mark, reverse solidus and the controls. */
static void
append_string(GString *out, const char *text)
{
  g_string_append_c(out, '"');
  for (const char *at = text; *at != '\0'; at++) {
    guchar byte = (guchar)*at;
    if (byte == '"' || byte == '\\')
      g_string_append_printf(out, "\\%c", byte);
    else if (byte < 0x20 || byte == 0x7f)
      g_string_append_printf(out, "\\u%04x", byte);
    else
      g_string_append_c(out, *at);
  }
  g_string_append_c(out, '"');
}

void
json_writer_set_member_name(JsonWriter *writer, const char *name)
{
  g_assert(level(writer) && level(writer)->object && !writer->named);
  separate(writer);
  append_string(writer->out, name);
  g_string_append(writer->out, ": ");
  writer->named = TRUE;
}

void
json_writer_add_string_value(JsonWriter *writer, const char *value)
{
  before_value(writer);
  append_string(writer->out, value);
}

void
json_writer_add_int_value(JsonWriter *writer, gint64 value)
{
  before_value(writer);
  g_string_append_printf(writer->out, "%" G_GINT64_FORMAT, value);
}

void
json_writer_add_thousandths_value(JsonWriter *writer, gint64 value)
{
  guint64 size = value < 0 ? -(guint64)value : (guint64)value;
  before_value(writer);
  g_string_append_printf(writer->out, "%s%" G_GUINT64_FORMAT ".%03u", value < 0 ? "-" : "",
                         size / 1000, (guint)(size % 1000));
}

void
json_writer_add_boolean_value(JsonWriter *writer, gboolean value)
{
  before_value(writer);
  g_string_append(writer->out, value ? "true" : "false");
}

void
json_writer_add_null_value(JsonWriter *writer)
{
  before_value(writer);
  g_string_append(writer->out, "null");
}

/* --- the document ----------------------------------------------------------------------------- */

/* A character beyond 0xffff is a pair of surrogates (RFC 8259, 7). */
static void
append_escaped(GString *out, gunichar c)
{
  if (c < 0x80) {
    g_string_append_c(out, (char)c);
    return;
  }
  if (c < 0x10000) {
    g_string_append_printf(out, "\\u%04x", c);
    return;
  }
  c -= 0x10000;
  g_string_append_printf(out, "\\u%04x\\u%04x", 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
}

char *
json_writer_print(const JsonWriter *writer, gboolean ascii)
{
  g_assert(writer->depth == 0 && writer->out->len > 0);
  if (!ascii)
    return g_strdup(writer->out->str);
  /* Outside of strings JSON is ASCII, so the whole document can be escaped at once. */
  GString *out = g_string_sized_new(writer->out->len);
  for (const char *at = writer->out->str; *at != '\0'; at = g_utf8_next_char(at))
    append_escaped(out, g_utf8_get_char(at));
  return g_string_free(out, FALSE);
}
