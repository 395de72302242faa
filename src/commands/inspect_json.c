/* What files hold, for a program. Every member is always there; what an item does not have is null,
 * or an empty array. */
#include "config.h"

#include "commands/finding_json.h"
#include "commands/inspect_report.h"

static void
add_date(JsonBuilder *builder, const char *name, gint64 time, gboolean known)
{
  g_autoptr(GDateTime) moment = known ? g_date_time_new_from_unix_utc(time) : NULL;
  g_autofree char *text = moment ? g_date_time_format(moment, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  finding_json_add_text(builder, name, text);
}

static void
add_flag(JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_boolean_value(builder, value);
}

/* NULL gives an empty array. */
static void
add_texts(JsonBuilder *builder, const char *name, const char *const *texts)
{
  json_builder_set_member_name(builder, name);
  json_builder_begin_array(builder);
  for (; texts && *texts; texts++)
    json_builder_add_string_value(builder, *texts);
  json_builder_end_array(builder);
}

/* --- an item ---------------------------------------------------------------------------------- */

static void
add_certificate(JsonBuilder *builder, const Certificate *certificate)
{
  finding_json_add_text(builder, "subject", certificate_subject(certificate));
  finding_json_add_text(builder, "issuer", certificate_issuer(certificate));
  finding_json_add_text(builder, "serial", certificate_serial(certificate));
  add_date(builder, "not_before", certificate_not_before(certificate), TRUE);
  add_date(builder, "not_after", certificate_not_after(certificate), TRUE);
  add_texts(builder, "names", certificate_names(certificate));
  add_texts(builder, "key_usage", certificate_key_usage(certificate));
  add_texts(builder, "extended_key_usage", certificate_extended_key_usage(certificate));
  add_flag(builder, "ca", certificate_is_ca(certificate));
  add_flag(builder, "self_signed", certificate_is_self_issued(certificate) &&
                                       certificate_is_self_signed(certificate));
  finding_json_add_text(builder, "signature", certificate_signature_label(certificate));
  finding_json_add_text(builder, "sha256", certificate_sha256(certificate));
}

/* Requests have a subject and names, lists an issuer and dates. */
static void
add_no_certificate(JsonBuilder *builder, const InspectedItem *item)
{
  finding_json_add_text(builder, "subject", item->subject);
  finding_json_add_text(builder, "issuer", item->issuer);
  finding_json_add_text(builder, "serial", NULL);
  add_date(builder, "not_before", item->this_update, item->this_update != 0);
  add_date(builder, "not_after", item->next_update, item->next_update != 0);
  add_texts(builder, "names", (const char *const *)item->names);
  add_texts(builder, "key_usage", NULL);
  add_texts(builder, "extended_key_usage", NULL);
  finding_json_add_text(builder, "ca", NULL);
  finding_json_add_text(builder, "self_signed", NULL);
  finding_json_add_text(builder, "signature", NULL);
  finding_json_add_text(builder, "sha256", NULL);
}

static void
add_matches(JsonBuilder *builder, const InspectReport *report, guint file, guint index)
{
  const Inspection *inspection = report->inspections->pdata[file];
  const GArray *places = inspection_matches_of(report->matches, inspection->items->pdata[index]);
  json_builder_set_member_name(builder, "same_key_as");
  json_builder_begin_array(builder);
  for (guint i = 0; places && i < MIN(places->len, 64); i++) {
    const InspectionPlace *place = &g_array_index(places, InspectionPlace, i);
    if (place->file == file && place->item == index)
      continue;
    const Inspection *other = report->inspections->pdata[place->file];
    json_builder_begin_object(builder);
    finding_json_add_text(builder, "file", other->path);
    json_builder_set_member_name(builder, "index");
    json_builder_add_int_value(builder, place->item);
    json_builder_end_object(builder);
  }
  json_builder_end_array(builder);
}

static void
add_details(JsonBuilder *builder, const InspectedItem *item)
{
  g_auto(GStrv) lines = g_strsplit(item->details ? item->details : "", "\n", -1);
  guint count = g_strv_length(lines);
  if (count > 0 && *lines[count - 1] == '\0')
    g_clear_pointer(&lines[count - 1], g_free);
  add_texts(builder, "details", (const char *const *)lines);
}

static void
add_item(JsonBuilder *builder, const InspectReport *report, guint file, guint index)
{
  const Inspection *inspection = report->inspections->pdata[file];
  const InspectedItem *item = inspection->items->pdata[index];
  json_builder_begin_object(builder);
  finding_json_add_text(builder, "kind", inspected_kind_name(item->kind));
  finding_json_add_text(builder, "container", item->container);
  json_builder_set_member_name(builder, "line");
  if (item->line > 0)
    json_builder_add_int_value(builder, item->line);
  else
    json_builder_add_null_value(builder);
  finding_json_add_text(builder, "title", item->title);
  if (item->certificate)
    add_certificate(builder, item->certificate);
  else
    add_no_certificate(builder, item);
  finding_json_add_text(builder, "key", item->key_label);
  finding_json_add_text(builder, "key_id", item->key_id);
  add_flag(builder, "encrypted", item->encrypted);
  add_matches(builder, report, file, index);
  add_details(builder, item);
  finding_json_add_text(builder, "problem", item->problem_code);
  json_builder_end_object(builder);
}

/* --- files ------------------------------------------------------------------------------------ */

static void
add_file(JsonBuilder *builder, const InspectReport *report, guint file)
{
  const Inspection *inspection = report->inspections->pdata[file];
  const Finding *fault = report->faults->pdata[file];
  json_builder_begin_object(builder);
  finding_json_add_text(builder, "file", inspection ? inspection->path : fault->file);
  add_flag(builder, "readable", inspection != NULL);
  json_builder_set_member_name(builder, "items");
  json_builder_begin_array(builder);
  for (guint i = 0; inspection && i < inspection->items->len; i++)
    add_item(builder, report, file, i);
  json_builder_end_array(builder);
  json_builder_set_member_name(builder, "findings");
  if (inspection) {
    finding_json_add_list(builder, inspection->remarks);
  } else {
    json_builder_begin_array(builder);
    finding_json_add(builder, fault);
    json_builder_end_array(builder);
  }
  json_builder_end_object(builder);
}

char *
inspect_json(const InspectReport *report, gboolean ascii)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_array(builder);
  for (guint i = 0; i < report->inspections->len; i++)
    add_file(builder, report, i);
  json_builder_end_array(builder);
  g_autofree char *text = finding_json_print(builder, ascii);
  return g_strconcat(text, "\n", NULL);
}
