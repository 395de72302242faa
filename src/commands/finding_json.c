#include "config.h"

#include "commands/finding_json.h"

void
finding_json_add_text(JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name(builder, name);
  if (value != NULL)
    json_builder_add_string_value(builder, value);
  else
    json_builder_add_null_value(builder);
}

static void
add_texts(JsonBuilder *builder, const char *name, const GPtrArray *texts)
{
  json_builder_set_member_name(builder, name);
  json_builder_begin_array(builder);
  for (guint i = 0; i < texts->len; i++)
    json_builder_add_string_value(builder, texts->pdata[i]);
  json_builder_end_array(builder);
}

static void
add_index(JsonBuilder *builder, int index)
{
  json_builder_set_member_name(builder, "index");
  if (index >= 0)
    json_builder_add_int_value(builder, index);
  else
    json_builder_add_null_value(builder);
}

void
finding_json_add(JsonBuilder *builder, const Finding *finding)
{
  gboolean placed = finding->source != FINDING_SOURCE_NONE;
  json_builder_begin_object(builder);
  finding_json_add_text(builder, "code", finding->code);
  finding_json_add_text(builder, "severity", finding_severity_name(finding->severity));
  finding_json_add_text(builder, "side", finding_side_name(finding->side));
  finding_json_add_text(builder, "source", placed ? finding_source_name(finding->source) : NULL);
  add_index(builder, finding->index);
  finding_json_add_text(builder, "file", finding->file);
  finding_json_add_text(builder, "subject", finding->subject);
  finding_json_add_text(builder, "sha256", finding->sha256);
  add_texts(builder, "evidence", finding->evidence);
  add_texts(builder, "alternatives", finding->alternatives);
  finding_json_add_text(builder, "message", finding->message);
  finding_json_add_text(builder, "remedy", finding->remedy);
  json_builder_end_object(builder);
}

void
finding_json_add_list(JsonBuilder *builder, const GPtrArray *findings)
{
  json_builder_begin_array(builder);
  for (guint i = 0; i < findings->len; i++)
    finding_json_add(builder, findings->pdata[i]);
  json_builder_end_array(builder);
}

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

/* Outside of strings JSON is ASCII, so the whole document can be escaped at once. */
static char *
escape(const char *json)
{
  GString *out = g_string_new(NULL);
  for (const char *at = json; *at != '\0'; at = g_utf8_next_char(at))
    append_escaped(out, g_utf8_get_char(at));
  return g_string_free(out, FALSE);
}

char *
finding_json_print(JsonBuilder *builder, gboolean ascii)
{
  g_autoptr(JsonNode) root = json_builder_get_root(builder);
  g_autofree char *text = json_to_string(root, TRUE);
  return ascii ? escape(text) : g_steal_pointer(&text);
}
