/* What files hold, for a program. Every member is always there; what an item does not have is null,
 * or an empty array. */
#include "config.h"

#include "commands/finding_json.h"
#include "commands/inspect_report.h"

#define SAME_KEY_MAX 16 /* others that an item names */

static void
add_date(JsonWriter *writer, const char *name, gint64 time, gboolean known)
{
  g_autoptr(GDateTime) moment = known ? g_date_time_new_from_unix_utc(time) : NULL;
  g_autofree char *text = moment ? g_date_time_format(moment, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  finding_json_add_text(writer, name, text);
}

static void
add_flag(JsonWriter *writer, const char *name, gboolean value)
{
  json_writer_set_member_name(writer, name);
  json_writer_add_boolean_value(writer, value);
}

/* NULL gives an empty array. */
static void
add_texts(JsonWriter *writer, const char *name, const char *const *texts)
{
  json_writer_set_member_name(writer, name);
  json_writer_begin_array(writer);
  for (; texts && *texts; texts++)
    json_writer_add_string_value(writer, *texts);
  json_writer_end_array(writer);
}

/* --- an item ---------------------------------------------------------------------------------- */

static void
add_certificate(JsonWriter *writer, const InspectedItem *item)
{
  const Certificate *certificate = item->certificate;
  finding_json_add_text(writer, "subject", certificate_subject(certificate));
  finding_json_add_text(writer, "issuer", certificate_issuer(certificate));
  finding_json_add_text(writer, "serial", certificate_serial(certificate));
  add_date(writer, "not_before", certificate_not_before(certificate), TRUE);
  add_date(writer, "not_after", certificate_not_after(certificate), TRUE);
  add_texts(writer, "names", certificate_names(certificate));
  add_texts(writer, "key_usage", certificate_key_usage(certificate));
  add_texts(writer, "extended_key_usage", certificate_extended_key_usage(certificate));
  add_flag(writer, "ca", certificate_is_ca(certificate));
  add_flag(writer, "self_signed", item->self_signed);
  finding_json_add_text(writer, "signature", certificate_signature_label(certificate));
  finding_json_add_text(writer, "sha256", certificate_sha256(certificate));
}

/* Requests have a subject and names, lists an issuer and dates. */
static void
add_no_certificate(JsonWriter *writer, const InspectedItem *item)
{
  finding_json_add_text(writer, "subject", item->subject);
  finding_json_add_text(writer, "issuer", item->issuer);
  finding_json_add_text(writer, "serial", NULL);
  add_date(writer, "not_before", item->this_update, item->this_update != 0);
  add_date(writer, "not_after", item->next_update, item->next_update != 0);
  add_texts(writer, "names", (const char *const *)item->names);
  add_texts(writer, "key_usage", NULL);
  add_texts(writer, "extended_key_usage", NULL);
  finding_json_add_text(writer, "ca", NULL);
  finding_json_add_text(writer, "self_signed", NULL);
  finding_json_add_text(writer, "signature", NULL);
  finding_json_add_text(writer, "sha256", NULL);
}

static void
add_matches(JsonWriter *writer, const InspectReport *report, guint file, guint index)
{
  const Inspection *inspection = report->inspections->pdata[file];
  const GArray *places = inspection_matches_of(report->matches, inspection->items->pdata[index]);
  json_writer_set_member_name(writer, "same_key_as");
  json_writer_begin_array(writer);
  for (guint i = 0; places && i < MIN(places->len, SAME_KEY_MAX); i++) {
    const InspectionPlace *place = &g_array_index(places, InspectionPlace, i);
    if (place->file == file && place->item == index)
      continue;
    const Inspection *other = report->inspections->pdata[place->file];
    json_writer_begin_object(writer);
    finding_json_add_text(writer, "file", other->path);
    json_writer_set_member_name(writer, "index");
    json_writer_add_int_value(writer, place->item);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void
add_details(JsonWriter *writer, const InspectedItem *item)
{
  g_auto(GStrv) lines = g_strsplit(item->details ? item->details : "", "\n", -1);
  guint count = g_strv_length(lines);
  if (count > 0 && *lines[count - 1] == '\0')
    g_clear_pointer(&lines[count - 1], g_free);
  add_texts(writer, "details", (const char *const *)lines);
}

static void
add_item(JsonWriter *writer, const InspectReport *report, guint file, guint index)
{
  const Inspection *inspection = report->inspections->pdata[file];
  const InspectedItem *item = inspection->items->pdata[index];
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "kind", inspected_kind_name(item->kind));
  finding_json_add_text(writer, "container", item->container);
  json_writer_set_member_name(writer, "line");
  if (item->line > 0)
    json_writer_add_int_value(writer, item->line);
  else
    json_writer_add_null_value(writer);
  finding_json_add_text(writer, "title", item->title);
  if (item->certificate)
    add_certificate(writer, item);
  else
    add_no_certificate(writer, item);
  finding_json_add_text(writer, "key", item->key_label);
  finding_json_add_text(writer, "key_id", item->key_id);
  add_flag(writer, "encrypted", item->encrypted);
  add_matches(writer, report, file, index);
  add_details(writer, item);
  finding_json_add_text(writer, "problem", item->problem_code);
  json_writer_end_object(writer);
}

/* --- files ------------------------------------------------------------------------------------ */

static void
add_file(JsonWriter *writer, const InspectReport *report, guint file)
{
  const Inspection *inspection = report->inspections->pdata[file];
  const Finding *fault = report->faults->pdata[file];
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "file", inspection ? inspection->path : fault->file);
  add_flag(writer, "readable", inspection != NULL);
  json_writer_set_member_name(writer, "items");
  json_writer_begin_array(writer);
  for (guint i = 0; inspection && i < inspection->items->len; i++)
    add_item(writer, report, file, i);
  json_writer_end_array(writer);
  json_writer_set_member_name(writer, "findings");
  if (inspection) {
    finding_json_add_list(writer, inspection->remarks);
  } else {
    json_writer_begin_array(writer);
    finding_json_add(writer, fault);
    json_writer_end_array(writer);
  }
  json_writer_end_object(writer);
}

char *
inspect_json(const InspectReport *report, gboolean ascii)
{
  g_autoptr(JsonWriter) writer = json_writer_new();
  json_writer_begin_array(writer);
  for (guint i = 0; i < report->inspections->len; i++)
    add_file(writer, report, i);
  json_writer_end_array(writer);
  g_autofree char *text = json_writer_print(writer, ascii);
  return g_strconcat(text, "\n", NULL);
}
