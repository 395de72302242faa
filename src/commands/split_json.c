#include "config.h"

#include "commands/finding_json.h"
#include "commands/split_report.h"
#include "util/safe_text.h"

static void
add_items(JsonWriter *writer, const char *name, const GArray *items)
{
  json_writer_set_member_name(writer, name);
  json_writer_begin_array(writer);
  for (guint i = 0; i < items->len; i++)
    json_writer_add_int_value(writer, g_array_index(items, guint, i));
  json_writer_end_array(writer);
}

static void
add_titles(JsonWriter *writer, const SplitReport *report, const GArray *items)
{
  json_writer_set_member_name(writer, "titles");
  json_writer_begin_array(writer);
  for (guint i = 0; i < items->len; i++) {
    const InspectedItem *item = report->inspection->items->pdata[g_array_index(items, guint, i)];
    json_writer_add_string_value(writer, item->title);
  }
  json_writer_end_array(writer);
}

static void
add_file(JsonWriter *writer, const SplitReport *report, SplitFile file)
{
  gboolean exists = split_file_exists(report, file);
  g_autoptr(GArray) items = split_file_items(report, file);
  g_autofree char *path = g_build_filename(report->folder, split_file_name(file), NULL);
  g_autofree char *safe = safe_text_string(path);
  g_autofree char *reason = report->damaged ? g_strdup("a part of the file cannot be read")
                            : exists        ? NULL
                                            : split_file_reason(report, file);
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "name", split_file_name(file));
  finding_json_add_text(writer, "path", exists && !report->damaged ? safe : NULL);
  add_items(writer, "items", items);
  add_titles(writer, report, items);
  finding_json_add_text(writer, "reason", reason);
  json_writer_set_member_name(writer, "left_over");
  json_writer_add_boolean_value(writer, report->left_over[file]);
  json_writer_end_object(writer);
}

char *
split_json(const SplitReport *report, gboolean ascii)
{
  g_autoptr(JsonWriter) writer = json_writer_new();
  g_autofree char *folder = safe_text_string(report->folder);
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "file", report->inspection->path);
  finding_json_add_text(writer, "folder", folder);
  json_writer_set_member_name(writer, "files");
  json_writer_begin_array(writer);
  for (int file = 0; file < SPLIT_FILES; file++)
    add_file(writer, report, (SplitFile)file);
  json_writer_end_array(writer);
  add_items(writer, "left_out", report->split->left_out);
  json_writer_set_member_name(writer, "findings");
  finding_json_add_list(writer, report->inspection->remarks);
  json_writer_end_object(writer);
  g_autofree char *text = json_writer_print(writer, ascii);
  return g_strconcat(text, "\n", NULL);
}
