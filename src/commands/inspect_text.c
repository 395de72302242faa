/* What files hold, for a person: a headline an item, its fields below, then the remarks. */
#include "config.h"

#include "commands/inspect_report.h"

#include <string.h>

#include "commands/finding_text.h"
#include "commands/text_block.h"

#define DAY_SECONDS 86400
#define LABEL_COLUMNS 12 /* a fingerprint behind it just fits */
#define NAMES_SHOWN 24
#define MATCHES_SHOWN 4

static void add_field(GString *out, const char *label, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void
add_field(GString *out, const char *label, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *value = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *lead = g_strdup_printf("    %-*s", LABEL_COLUMNS, label);
  text_block_append(out, lead, value);
}

/* --- dates ------------------------------------------------------------------------------------ */

static char *
date_text(gint64 time)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(time);
  return moment ? g_date_time_format(moment, "%Y-%m-%d") : g_strdup("(out of range)");
}

static char *
days_text(gint64 seconds)
{
  gint64 days = seconds / DAY_SECONDS;
  if (days == 0)
    return g_strdup("less than a day");
  return g_strdup_printf("%" G_GINT64_FORMAT " day%s", days, days == 1 ? "" : "s");
}

/* "2026-11-21 → 2027-02-19, 87 days left"; `until` 0: no end is named. */
static char *
span_text(gint64 from, gint64 until, gint64 now)
{
  g_autofree char *first = date_text(from), *last = date_text(until), *days = NULL;
  if (until == 0)
    return g_strdup_printf("%s, no end is named", first);
  if (now < from) {
    days = days_text(from - now);
    return g_strdup_printf("%s → %s, begins in %s", first, last, days);
  }
  days = days_text(now > until ? now - until : until - now);
  return g_strdup_printf(now > until ? "%s → %s, ended %s ago" : "%s → %s, %s left", first, last,
                         days);
}

/* --- certificates ----------------------------------------------------------------------------- */

static void
add_names(GString *out, const char *label, const char *const *names)
{
  guint count = names ? g_strv_length((char **)names) : 0;
  if (count == 0)
    return;
  g_autoptr(GString) line = g_string_new(names[0]);
  for (guint i = 1; i < count && i < NAMES_SHOWN; i++)
    g_string_append_printf(line, ", %s", names[i]);
  if (count > NAMES_SHOWN)
    g_string_append_printf(line, ", and %u more", count - NAMES_SHOWN);
  add_field(out, label, "%s", line->str);
}

static void
add_usage(GString *out, const Certificate *certificate)
{
  const char *const *usage = certificate_key_usage(certificate);
  const char *const *purposes = certificate_extended_key_usage(certificate);
  g_autofree char *first = usage && usage[0] ? g_strjoinv(", ", (char **)usage) : NULL;
  g_autofree char *second = purposes && purposes[0] ? g_strjoinv(", ", (char **)purposes) : NULL;
  if (first || second)
    add_field(out, "Usage", "%s%s%s", first ? first : "", first && second ? "; " : "",
              second ? second : "");
}

static void
add_certificate(GString *out, const Certificate *certificate, gint64 now)
{
  g_autofree char *span =
      span_text(certificate_not_before(certificate), certificate_not_after(certificate), now);
  add_field(out, "Valid", "%s", span);
  add_field(out, "Subject", "%s", certificate_subject(certificate));
  if (!certificate_is_self_issued(certificate))
    add_field(out, "Issuer", "%s", certificate_issuer(certificate));
  add_names(out, "Names", certificate_names(certificate));
  add_field(out, "Key", "%s", certificate_key_label(certificate));
  add_usage(out, certificate);
  if (certificate_version(certificate) != 3)
    add_field(out, "Version", "%d", certificate_version(certificate));
  add_field(out, "Signed with", "%s", certificate_signature_label(certificate));
  add_field(out, "Serial", "%s", certificate_serial(certificate));
  add_field(out, "SHA-256", "%s", certificate_sha256(certificate));
}

/* --- an item ---------------------------------------------------------------------------------- */

static void
add_details(GString *out, const char *details)
{
  g_auto(GStrv) lines = g_strsplit(details ? details : "", "\n", -1);
  for (char **line = lines; *line; line++) {
    char *colon = strstr(*line, ": ");
    if (!colon)
      continue;
    *colon = '\0';
    add_field(out, *line, "%s", colon + 2);
  }
}

static void
append_place(GString *line, const InspectReport *report, guint file, const InspectionPlace *place)
{
  const Inspection *inspection = report->inspections->pdata[place->file];
  const InspectedItem *item = inspection->items->pdata[place->item];
  g_string_append_printf(line, "%sitem %u", line->len > 0 ? ", " : "", place->item + 1);
  if (place->file != file)
    g_string_append_printf(line, " of %s", inspection->path);
  g_string_append_printf(line, " (%s)", inspected_kind_name(item->kind));
}

/* The others with the same key. */
static void
add_matches(GString *out, const InspectReport *report, guint file, guint index)
{
  const Inspection *inspection = report->inspections->pdata[file];
  const GArray *places = inspection_matches_of(report->matches, inspection->items->pdata[index]);
  g_autoptr(GString) line = g_string_new(NULL);
  guint others = places ? places->len - 1 : 0, shown = 0;
  for (guint i = 0; i < others + 1 && others > 0 && shown < MATCHES_SHOWN; i++) {
    const InspectionPlace *place = &g_array_index(places, InspectionPlace, i);
    if (place->file == file && place->item == index)
      continue;
    append_place(line, report, file, place);
    shown++;
  }
  if (others > shown)
    g_string_append_printf(line, ", and %u more", others - shown);
  if (others > 0)
    add_field(out, "Same key as", "%s", line->str);
}

static const char *
mark_of(const InspectedItem *item, gint64 now)
{
  gint64 begin = item->this_update, end = item->next_update;
  if (item->certificate) {
    begin = certificate_not_before(item->certificate);
    end = certificate_not_after(item->certificate);
  }
  if (item->kind == INSPECTED_DAMAGED || (end != 0 && now > end))
    return "✗";
  return item->problem || now < begin ? "!" : "✓";
}

static void
add_headline(GString *out, const InspectedItem *item, guint index, gint64 now)
{
  g_autofree char *lead = g_strdup_printf("  %s ", mark_of(item, now));
  g_autoptr(GString) line = g_string_new(NULL);
  g_string_append_printf(line, "%u %s", index + 1, item->title);
  if (item->line > 0)
    g_string_append_printf(line, " (line %u)", item->line);
  text_block_append(out, lead, line->str);
}

static void
add_item(GString *out, const InspectReport *report, guint file, guint index)
{
  const Inspection *inspection = report->inspections->pdata[file];
  const InspectedItem *item = inspection->items->pdata[index];
  add_headline(out, item, index, report->now);
  if (item->certificate)
    add_certificate(out, item->certificate, report->now);
  if (item->this_update != 0) {
    g_autofree char *span = span_text(item->this_update, item->next_update, report->now);
    add_field(out, "Valid", "%s", span);
  }
  if (item->subject)
    add_field(out, "Subject", "%s", *item->subject ? item->subject : "(empty)");
  if (item->issuer)
    add_field(out, "Issuer", "%s", *item->issuer ? item->issuer : "(empty)");
  add_names(out, "Names", (const char *const *)item->names);
  if (item->kind == INSPECTED_REQUEST && item->key_label)
    add_field(out, "Key", "%s", item->key_label);
  add_details(out, item->details);
  if (item->key_id && !item->certificate)
    add_field(out, "Key SHA-256", "%s", item->key_id);
  add_matches(out, report, file, index);
}

/* --- a file ----------------------------------------------------------------------------------- */

static const char *
noun_of(InspectedKind kind)
{
  switch (kind) {
  case INSPECTED_PARAMETERS:
    return "parameter block";
  case INSPECTED_BUNDLE:
    return "closed bundle";
  case INSPECTED_OTHER:
    return "other block";
  case INSPECTED_DAMAGED:
    return "damaged item";
  default:
    return inspected_kind_name(kind);
  }
}

/* "3 certificates, 1 private key", in the order of the kinds. */
static char *
counts_text(const Inspection *inspection)
{
  guint counts[INSPECTED_DAMAGED + 1] = {0};
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    counts[item->kind]++;
  }
  for (guint kind = 0; kind < G_N_ELEMENTS(counts); kind++) {
    if (counts[kind] > 0)
      g_string_append_printf(text, "%s%u %s%s", text->len > 0 ? ", " : "", counts[kind],
                             noun_of((InspectedKind)kind), counts[kind] > 1 ? "s" : "");
  }
  return g_string_free(text, FALSE);
}

static const char *
container_of(const Inspection *inspection)
{
  const InspectedItem *first = inspection->items->pdata[0];
  return g_str_equal(first->container, "TRUSTED CERTIFICATE") ? "PEM" : first->container;
}

static void
add_remarks(GString *out, const Inspection *inspection)
{
  if (inspection->remarks->len > 0)
    g_string_append(out, "\n  Remarks\n");
  for (guint i = 0; i < inspection->remarks->len; i++) {
    const Finding *remark = inspection->remarks->pdata[i];
    g_autofree char *place =
        remark->index >= 0 ? g_strdup_printf("item %d", remark->index + 1) : NULL;
    finding_text_append(out, remark, place);
  }
}

static void
add_file(GString *out, const InspectReport *report, guint file)
{
  const Inspection *inspection = report->inspections->pdata[file];
  g_autofree char *counts = counts_text(inspection);
  g_autofree char *head =
      g_strdup_printf("%s: %s (%s)", inspection->path, counts, container_of(inspection));
  text_block_append(out, "", head);
  for (guint i = 0; i < inspection->items->len; i++)
    add_item(out, report, file, i);
  add_remarks(out, inspection);
}

static void
add_fault(GString *out, const Finding *fault)
{
  g_autofree char *head = g_strdup_printf("%s: cannot be read", fault->file);
  text_block_append(out, "", head);
  finding_text_append(out, fault, NULL);
}

char *
inspect_text(const InspectReport *report)
{
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < report->inspections->len; i++) {
    if (i > 0)
      g_string_append_c(out, '\n');
    if (report->inspections->pdata[i])
      add_file(out, report, i);
    else
      add_fault(out, report->faults->pdata[i]);
  }
  return g_string_free(out, FALSE);
}
