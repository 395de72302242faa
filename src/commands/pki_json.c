#include "config.h"

#include "commands/day_text.h"
#include "commands/finding_json.h"
#include "commands/pki_report.h"

static void
add_time(JsonWriter *writer, const char *name, const Certificate *certificate, gint64 time)
{
  g_autofree char *text = certificate ? day_text_date(time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  finding_json_add_text(writer, name, text);
}

static void
add_certificate(JsonWriter *writer, const Certificate *certificate)
{
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "subject", certificate_subject(certificate));
  finding_json_add_text(writer, "serial", certificate_serial(certificate));
  finding_json_add_text(writer, "sha256", certificate_sha256(certificate));
  add_time(writer, "not_before", certificate, certificate_not_before(certificate));
  add_time(writer, "not_after", certificate, certificate_not_after(certificate));
  json_writer_end_object(writer);
}

static void
add_texts(JsonWriter *writer, const char *name, const char *const *texts)
{
  json_writer_set_member_name(writer, name);
  json_writer_begin_array(writer);
  for (; *texts; texts++)
    json_writer_add_string_value(writer, *texts);
  json_writer_end_array(writer);
}

static void
add_path(JsonWriter *writer, const PkiResult *result)
{
  json_writer_set_member_name(writer, "path");
  json_writer_begin_array(writer);
  if (result->certificate)
    add_certificate(writer, result->certificate);
  for (guint i = 0; i < result->issuers->len; i++)
    add_certificate(writer, result->issuers->pdata[i]);
  json_writer_end_array(writer);
}

static void
add_files(JsonWriter *writer, const GPtrArray *files)
{
  static const char *const kinds[] = {"certificate", "key", "request", "pkcs12"};
  json_writer_set_member_name(writer, "files");
  json_writer_begin_array(writer);
  for (guint i = 0; i < files->len; i++) {
    const PkiFile *file = files->pdata[i];
    g_autofree char *mode = g_strdup_printf("%04o", (unsigned)file->mode);
    json_writer_begin_object(writer);
    finding_json_add_text(writer, "kind", kinds[file->kind]);
    finding_json_add_text(writer, "path", file->path);
    finding_json_add_text(writer, "mode", mode);
    json_writer_set_member_name(writer, "encrypted");
    json_writer_add_boolean_value(writer, file->encrypted);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void
add_notes(JsonWriter *writer, const GPtrArray *notes)
{
  json_writer_set_member_name(writer, "notes");
  json_writer_begin_array(writer);
  for (guint i = 0; i < notes->len; i++)
    json_writer_add_string_value(writer, notes->pdata[i]);
  json_writer_end_array(writer);
}

static void
add_findings(JsonWriter *writer, const PkiResult *result)
{
  json_writer_set_member_name(writer, "findings");
  if (result->verdict) {
    finding_json_add_list(writer, result->verdict->findings);
    return;
  }
  json_writer_begin_array(writer);
  json_writer_end_array(writer);
}

static const char *const actions[] = {
    [PKI_MAKE] = "make", [PKI_REQUEST] = "request", [PKI_SIGN] = "sign", [PKI_RENEW] = "renew"};

static void
add_flag(JsonWriter *writer, const char *name, gboolean value)
{
  json_writer_set_member_name(writer, name);
  json_writer_add_boolean_value(writer, value);
}

static char *
print(JsonWriter *writer, gboolean ascii)
{
  g_autofree char *text = json_writer_print(writer, ascii);
  return g_strconcat(text, "\n", NULL);
}

static void
add_empty_list(JsonWriter *writer, const char *name)
{
  json_writer_set_member_name(writer, name);
  json_writer_begin_array(writer);
  json_writer_end_array(writer);
}

char *
pki_json(const PkiReport *report, gboolean ascii)
{
  const PkiResult *result = report->result;
  g_autoptr(JsonWriter) writer = json_writer_new();
  g_autofree char *key = pki_report_key(report), *next = pki_report_next(report);
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "action", actions[result->action]);
  finding_json_add_text(writer, "role", result->request ? NULL : pki_role_name(result->role));
  finding_json_add_text(writer, "subject", result->subject);
  add_texts(writer, "names", (const char *const *)result->names);
  finding_json_add_text(writer, "key", key);
  add_flag(writer, "new_key", result->key_is_new);
  add_path(writer, result);
  add_files(writer, report->files);
  add_notes(writer, result->notes);
  add_findings(writer, result);
  finding_json_add_text(writer, "next", next);
  add_flag(writer, "refused", FALSE);
  finding_json_add_text(writer, "error", NULL);
  json_writer_end_object(writer);
  return print(writer, ascii);
}

char *
pki_json_failed(PkiAction action, gboolean refused, const char *error, gboolean ascii)
{
  static const char *const lists[] = {"path", "files", "notes", "findings"};
  g_autoptr(JsonWriter) writer = json_writer_new();
  g_autofree char *valid = g_utf8_make_valid(error, -1);
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "action", actions[action]);
  finding_json_add_text(writer, "role", NULL);
  finding_json_add_text(writer, "subject", NULL);
  add_empty_list(writer, "names");
  finding_json_add_text(writer, "key", NULL);
  add_flag(writer, "new_key", FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
    add_empty_list(writer, lists[i]);
  finding_json_add_text(writer, "next", NULL);
  add_flag(writer, "refused", refused);
  finding_json_add_text(writer, "error", valid);
  json_writer_end_object(writer);
  return print(writer, ascii);
}
