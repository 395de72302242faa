#include "config.h"

#include "commands/bundle_report.h"

#include "commands/day_text.h"
#include "commands/finding_json.h"
#include "commands/finding_text.h"
#include "commands/text_block.h"
#include "util/safe_text.h"

#define NAME_COLUMNS 15
#define STAMP "%Y-%m-%dT%H:%M:%SZ"

/* --- text ------------------------------------------------------------------------------------- */

static void
add_head(GString *out, const BundleReport *report)
{
  const GPtrArray *certificates = report->bundle->certificates;
  const Certificate *leaf = certificates->len > 0 ? certificates->pdata[0] : NULL;
  g_autofree char *folder = safe_text_string(report->folder);
  g_autofree char *line =
      g_strdup_printf("%s for %s → %s", leaf ? certificate_subject_label(leaf) : "No certificate",
                      bundle_broker_name(report->broker), folder);
  text_block_append(out, "", line);
}

/* The broker's own configuration says who is let in, and not these options. */
static gboolean
is_set_up_otherwise(const BundleReport *report)
{
  for (guint i = 0; i < report->kept->len; i++)
    if (((const BundleKept *)report->kept->pdata[i])->different)
      return TRUE;
  return FALSE;
}

static void
add_certificates(GString *out, const BundleReport *report)
{
  const GPtrArray *certificates = report->bundle->certificates;
  for (guint i = 0; i < certificates->len; i++) {
    const Certificate *certificate = certificates->pdata[i];
    gint64 from = certificate_not_before(certificate), until = certificate_not_after(certificate);
    g_autofree char *end = day_text_date(until, "%Y-%m-%d");
    g_autofree char *left = day_text_left(from, until, report->now);
    g_autofree char *line = g_strdup_printf(
        "%s ← %s, %s, ends %s, %s", certificate_subject_label(certificate),
        certificate_issuer_label(certificate), certificate_key_label(certificate), end, left);
    text_block_append(out, i == 0 ? "  · certificate    " : "  · intermediate   ", line);
  }
  for (guint i = 0; report->bundle->client_ca && i < report->bundle->client_ca->len; i++)
    text_block_append(out, "  · client CA      ",
                      certificate_subject_label(report->bundle->client_ca->pdata[i]));
  if (!report->bundle->client_ca && report->written)
    text_block_append(out, "  · client CA      ",
                      is_set_up_otherwise(report) ? "none was given"
                                                  : "none: one-way TLS, every client is let in");
}

static const BundleKept *
find_kept(const BundleReport *report, const BundleFile *file)
{
  for (guint i = 0; i < report->kept->len; i++) {
    const BundleKept *kept = report->kept->pdata[i];
    if (g_str_equal(kept->name, file->name))
      return kept;
  }
  return NULL;
}

static gboolean
is_anew(const BundleReport *report, const BundleFile *file)
{
  return g_ptr_array_find_with_equal_func((GPtrArray *)report->anew, file->name, g_str_equal, NULL);
}

static void
add_file_line(GString *out, const BundleReport *report, const BundleFile *file)
{
  const BundleKept *kept = find_kept(report, file);
  const char *sign = "✓", *text = file->purpose;
  if (is_anew(report, file)) {
    sign = "!";
    text = "written anew: what is new had no place in the one that was there; what had been changed "
           "in it by hand is to be changed again";
  } else if (kept) {
    sign = kept->different ? "!" : "·";
    text = kept->different ? "stays as it is, for the broker runs with it; these options would write "
                             "another one (with --force)"
                           : "stays as it is";
  }
  g_autofree char *lead = g_strdup_printf("  %s %-*s", sign, NAME_COLUMNS, file->name);
  text_block_append(out, lead, text);
}

static void
add_files(GString *out, const BundleReport *report)
{
  if (!report->written) {
    text_block_append(out, "  ✗ ", "nothing was written");
    return;
  }
  for (guint i = 0; i < report->bundle->files->len; i++)
    add_file_line(out, report, report->bundle->files->pdata[i]);
  for (guint i = 0; i < report->left_over->len; i++) {
    g_autofree char *line =
        g_strdup_printf("a %s of before stands there still, and does not belong to these files; "
                        "remove it",
                        (const char *)report->left_over->pdata[i]);
    text_block_append(out, "  ! ", line);
  }
}

static void
add_reload(GString *out, const BundleReport *report)
{
  if (!report->reload)
    return;
  g_autofree char *command = safe_text_string(report->reload);
  g_autofree char *line = report->reload_fault
                              ? g_strdup_printf("reload: %s: %s", command, report->reload_fault)
                              : g_strdup_printf("reload: %s", command);
  text_block_append(out, report->reload_fault ? "  ✗ " : "  ✓ ", line);
}

static void
add_steps(GString *out, const BundleReport *report)
{
  const GPtrArray *steps = report->bundle->steps;
  for (guint i = 0; i < steps->len && !report->renewal; i++) {
    g_autofree char *safe = safe_text_string(steps->pdata[i]);
    text_block_append(out, "  → ", safe);
  }
}

char *
bundle_report_text(const BundleReport *report)
{
  GString *out = g_string_new(NULL);
  add_head(out, report);
  add_certificates(out, report);
  add_files(out, report);
  add_reload(out, report);
  for (guint i = 0; i < report->bundle->findings->len; i++)
    finding_text_append_whole(out, report->bundle->findings->pdata[i]);
  add_steps(out, report);
  return g_string_free(out, FALSE);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void
add_certificate(JsonWriter *writer, const Certificate *certificate)
{
  g_autofree char *from = day_text_date(certificate_not_before(certificate), STAMP);
  g_autofree char *until = day_text_date(certificate_not_after(certificate), STAMP);
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "subject", certificate_subject(certificate));
  finding_json_add_text(writer, "issuer", certificate_issuer(certificate));
  finding_json_add_text(writer, "sha256", certificate_sha256(certificate));
  finding_json_add_text(writer, "key", certificate_key_label(certificate));
  finding_json_add_text(writer, "not_before", from);
  finding_json_add_text(writer, "not_after", until);
  json_writer_end_object(writer);
}

static void
add_list(JsonWriter *writer, const char *name, const GPtrArray *certificates)
{
  json_writer_set_member_name(writer, name);
  if (!certificates) {
    json_writer_add_null_value(writer);
    return;
  }
  json_writer_begin_array(writer);
  for (guint i = 0; i < certificates->len; i++)
    add_certificate(writer, certificates->pdata[i]);
  json_writer_end_array(writer);
}

static void
add_file(JsonWriter *writer, const BundleReport *report, const BundleFile *file)
{
  g_autofree char *path = g_build_filename(report->folder, file->name, NULL);
  g_autofree char *safe = safe_text_string(path);
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "name", file->name);
  finding_json_add_text(writer, "path", safe);
  finding_json_add_text(writer, "mode", file->secret ? "0600" : "0644");
  finding_json_add_text(writer, "purpose", file->purpose);
  json_writer_end_object(writer);
}

static void
add_kept(JsonWriter *writer, const BundleKept *kept)
{
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "name", kept->name);
  json_writer_set_member_name(writer, "different");
  json_writer_add_boolean_value(writer, kept->different);
  json_writer_end_object(writer);
}

static void
add_written(JsonWriter *writer, const BundleReport *report)
{
  json_writer_set_member_name(writer, "written");
  json_writer_add_boolean_value(writer, report->written);
  json_writer_set_member_name(writer, "files");
  json_writer_begin_array(writer);
  for (guint i = 0; report->written && i < report->bundle->files->len; i++)
    if (!find_kept(report, report->bundle->files->pdata[i]))
      add_file(writer, report, report->bundle->files->pdata[i]);
  json_writer_end_array(writer);
  json_writer_set_member_name(writer, "kept");
  json_writer_begin_array(writer);
  for (guint i = 0; i < report->kept->len; i++)
    add_kept(writer, report->kept->pdata[i]);
  json_writer_end_array(writer);
  json_writer_set_member_name(writer, "anew");
  json_writer_begin_array(writer);
  for (guint i = 0; i < report->anew->len; i++)
    json_writer_add_string_value(writer, report->anew->pdata[i]);
  json_writer_end_array(writer);
  json_writer_set_member_name(writer, "left_over");
  json_writer_begin_array(writer);
  for (guint i = 0; i < report->left_over->len; i++)
    json_writer_add_string_value(writer, report->left_over->pdata[i]);
  json_writer_end_array(writer);
}

static void
add_reload_member(JsonWriter *writer, const BundleReport *report)
{
  g_autofree char *command = report->reload ? safe_text_string(report->reload) : NULL;
  json_writer_set_member_name(writer, "reload");
  if (!command) {
    json_writer_add_null_value(writer);
    return;
  }
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "command", command);
  finding_json_add_text(writer, "fault", report->reload_fault);
  json_writer_end_object(writer);
}

static void
add_step_members(JsonWriter *writer, const BundleReport *report)
{
  const GPtrArray *steps = report->bundle->steps;
  json_writer_set_member_name(writer, "next_steps");
  json_writer_begin_array(writer);
  for (guint i = 0; i < steps->len && !report->renewal; i++) {
    g_autofree char *safe = safe_text_string(steps->pdata[i]);
    json_writer_add_string_value(writer, safe);
  }
  json_writer_end_array(writer);
}

char *
bundle_report_json(const BundleReport *report, gboolean ascii)
{
  g_autoptr(JsonWriter) writer = json_writer_new();
  g_autofree char *folder = safe_text_string(report->folder);
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "broker", bundle_broker_word(report->broker));
  finding_json_add_text(writer, "folder", folder);
  add_written(writer, report);
  add_list(writer, "certificates", report->bundle->certificates);
  add_list(writer, "client_ca", report->bundle->client_ca);
  add_reload_member(writer, report);
  json_writer_set_member_name(writer, "findings");
  finding_json_add_list(writer, report->bundle->findings);
  add_step_members(writer, report);
  json_writer_end_object(writer);
  g_autofree char *text = json_writer_print(writer, ascii);
  return g_strconcat(text, "\n", NULL);
}
