#include "config.h"

#include "commands/finding_json.h"

#include "trust/finding_label.h"

void
finding_json_add_text(JsonWriter *writer, const char *name, const char *value)
{
  json_writer_set_member_name(writer, name);
  if (value != NULL)
    json_writer_add_string_value(writer, value);
  else
    json_writer_add_null_value(writer);
}

static void
add_texts(JsonWriter *writer, const char *name, const GPtrArray *texts)
{
  json_writer_set_member_name(writer, name);
  json_writer_begin_array(writer);
  for (guint i = 0; i < texts->len; i++)
    json_writer_add_string_value(writer, texts->pdata[i]);
  json_writer_end_array(writer);
}

static void
add_index(JsonWriter *writer, int index)
{
  json_writer_set_member_name(writer, "index");
  if (index >= 0)
    json_writer_add_int_value(writer, index);
  else
    json_writer_add_null_value(writer);
}

void
finding_json_add(JsonWriter *writer, const Finding *finding)
{
  gboolean placed = finding->source != FINDING_SOURCE_NONE;
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "code", finding->code);
  finding_json_add_text(writer, "severity", finding_severity_name(finding->severity));
  finding_json_add_text(writer, "side", finding_side_name(finding->side));
  finding_json_add_text(writer, "source", placed ? finding_source_name(finding->source) : NULL);
  add_index(writer, finding->index);
  finding_json_add_text(writer, "file", finding->file);
  finding_json_add_text(writer, "subject", finding->subject);
  finding_json_add_text(writer, "sha256", finding->sha256);
  add_texts(writer, "evidence", finding->evidence);
  add_texts(writer, "alternatives", finding->alternatives);
  finding_json_add_text(writer, "message", finding_reason(finding));
  finding_json_add_text(writer, "remedy", finding->remedy);
  json_writer_end_object(writer);
}

void
finding_json_add_list(JsonWriter *writer, const GPtrArray *findings)
{
  json_writer_begin_array(writer);
  for (guint i = 0; i < findings->len; i++)
    finding_json_add(writer, findings->pdata[i]);
  json_writer_end_array(writer);
}
