#include "config.h"

#include "commands/lineage_report.h"

#include "commands/day_text.h"
#include "commands/finding_json.h"
#include "commands/finding_text.h"
#include "commands/text_block.h"
#include "trust/lineage_text.h"
#include "util/safe_text.h"

#define FILE_COLUMNS 15
#define ROLE_COLUMNS 18
#define STAMP "%Y-%m-%dT%H:%M:%SZ"

/* --- text: how far the renewal is ------------------------------------------------------------- */

static void
add_version(GString *out, const Lineage *lineage)
{
  g_autofree char *line = lineage_text_version(lineage);
  text_block_append(out, lineage->newest > lineage->version ? "  ! " : "  · ", line);
}

static void
add_due(GString *out, const Lineage *lineage, gint64 now)
{
  const RenewalConfig *renewal = lineage->renewal;
  g_autofree char *line = lineage_text_due(lineage);
  gboolean off = renewal && !renewal->autorenew;
  if (line)
    text_block_append(out, off || lineage->due < now ? "  ! " : "  · ", line);
}

static void
add_setting(GString *out, const char *lead, const char *value)
{
  if (value)
    text_block_append(out, lead, value);
}

static void
add_renewal(GString *out, const Lineage *lineage, gint64 now)
{
  const RenewalConfig *renewal = lineage->renewal;
  add_version(out, lineage);
  add_due(out, lineage, now);
  if (!renewal)
    return;
  add_setting(out, "    authenticator    ", renewal->authenticator);
  add_setting(out, "    server           ", renewal->server);
  add_setting(out, "    preferred chain  ", renewal->preferred_chain);
  add_setting(out, "    deploy hook      ", renewal->deploy_hook);
}

/* --- text: files and certificates ------------------------------------------------------------- */

static void
add_files(GString *out, const Lineage *lineage)
{
  for (int kind = 0; kind < LINEAGE_FILES; kind++) {
    g_autofree char *lead = g_strdup_printf("  %s %-*s", lineage->files[kind].there ? "✓" : "✗",
                                            FILE_COLUMNS, lineage_file_name((LineageFileKind)kind));
    g_autofree char *line = lineage_text_file(lineage, (LineageFileKind)kind);
    text_block_append(out, lead, line);
  }
}

static void
add_certificate(GString *out, const Lineage *lineage, guint index, gint64 now)
{
  const Certificate *certificate = lineage->certificates->pdata[index];
  gint64 from = certificate_not_before(certificate), until = certificate_not_after(certificate);
  g_autofree char *end = day_text_date(until, "%Y-%m-%d");
  g_autofree char *left = day_text_left(from, until, now);
  g_autofree char *lead = g_strdup_printf("  %2u %-*s", index, ROLE_COLUMNS,
                                          lineage_role_name(lineage_role(lineage, index)));
  gboolean own = certificate_is_self_issued(certificate);
  g_autofree char *line =
      g_strdup_printf("%s ← %s, ends %s, %s", certificate_subject_label(certificate),
                      own ? "itself" : certificate_issuer_label(certificate), end, left);
  text_block_append(out, lead, line);
}

static void
add_top(GString *out, const Lineage *lineage)
{
  g_autofree char *line = lineage_text_top(lineage);
  if (line)
    text_block_append(out, "  · ", line);
}

static void
add_served(GString *out, const Lineage *lineage)
{
  for (guint i = 0; i < lineage->brokers->len; i++) {
    const LineageBroker *broker = lineage->brokers->pdata[i];
    g_autofree char *line = lineage_text_broker(broker);
    text_block_append(out, broker->served == LINEAGE_SERVED ? "  ✓ " : "  ! ", line);
  }
}

static void
add_lineage(GString *out, const Lineage *lineage, gint64 now)
{
  g_autofree char *folder = safe_text_string(lineage->folder);
  g_autofree char *head = g_strdup_printf("%s: %s", lineage->name, folder);
  text_block_append(out, "", head);
  g_autofree char *names = lineage_text_other_names(lineage);
  if (names)
    text_block_append(out, "  · ", names);
  add_renewal(out, lineage, now);
  add_files(out, lineage);
  for (guint i = 0; i < lineage->certificates->len; i++)
    add_certificate(out, lineage, i, now);
  add_top(out, lineage);
  add_served(out, lineage);
  for (guint i = 0; i < lineage->findings->len; i++)
    finding_text_append_whole(out, lineage->findings->pdata[i]);
}

char *
lineage_report_text(const LineageReport *report)
{
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < report->lineages->len; i++) {
    if (i > 0)
      g_string_append_c(out, '\n');
    add_lineage(out, report->lineages->pdata[i], report->now);
  }
  return g_string_free(out, FALSE);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void
add_number(JsonWriter *writer, const char *name, guint number)
{
  json_writer_set_member_name(writer, name);
  if (number > 0)
    json_writer_add_int_value(writer, number);
  else
    json_writer_add_null_value(writer);
}

static void
add_time(JsonWriter *writer, const char *name, gint64 time)
{
  g_autofree char *text = time != 0 ? day_text_date(time, STAMP) : NULL;
  finding_json_add_text(writer, name, text);
}

static void
add_raw(JsonWriter *writer, const char *name, const char *raw)
{
  g_autofree char *safe = raw ? safe_text_string(raw) : NULL;
  finding_json_add_text(writer, name, safe);
}

static void
json_files(JsonWriter *writer, const Lineage *lineage)
{
  json_writer_set_member_name(writer, "files");
  json_writer_begin_array(writer);
  for (int kind = 0; kind < LINEAGE_FILES; kind++) {
    const LineageFile *file = &lineage->files[kind];
    json_writer_begin_object(writer);
    finding_json_add_text(writer, "name", lineage_file_name((LineageFileKind)kind));
    add_raw(writer, "path", file->path);
    add_raw(writer, "target", file->target);
    add_number(writer, "version", file->version);
    json_writer_set_member_name(writer, "exists");
    json_writer_add_boolean_value(writer, file->there);
    finding_json_add_text(writer, "purpose", lineage_file_purpose((LineageFileKind)kind));
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void
json_names(JsonWriter *writer, const Certificate *certificate)
{
  json_writer_set_member_name(writer, "names");
  json_writer_begin_array(writer);
  for (const char *const *name = certificate_names(certificate); name && *name; name++)
    json_writer_add_string_value(writer, *name);
  json_writer_end_array(writer);
}

static void
json_certificates(JsonWriter *writer, const Lineage *lineage)
{
  json_writer_set_member_name(writer, "certificates");
  json_writer_begin_array(writer);
  for (guint i = 0; i < lineage->certificates->len; i++) {
    const Certificate *certificate = lineage->certificates->pdata[i];
    json_writer_begin_object(writer);
    finding_json_add_text(writer, "role", lineage_role_name(lineage_role(lineage, i)));
    finding_json_add_text(writer, "subject", certificate_subject(certificate));
    finding_json_add_text(writer, "issuer", certificate_issuer(certificate));
    json_names(writer, certificate);
    finding_json_add_text(writer, "sha256", certificate_sha256(certificate));
    finding_json_add_text(writer, "key", certificate_key_label(certificate));
    add_time(writer, "not_before", certificate_not_before(certificate));
    add_time(writer, "not_after", certificate_not_after(certificate));
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void
json_renewal(JsonWriter *writer, const Lineage *lineage)
{
  const RenewalConfig *renewal = lineage->renewal;
  json_writer_set_member_name(writer, "renewal");
  json_writer_begin_object(writer);
  add_time(writer, "due", lineage->due);
  finding_json_add_text(writer, "rule", lineage->due_rule);
  json_writer_set_member_name(writer, "automatic");
  json_writer_add_boolean_value(writer, renewal && renewal->autorenew);
  finding_json_add_text(writer, "certbot", renewal ? renewal->version : NULL);
  finding_json_add_text(writer, "authenticator", renewal ? renewal->authenticator : NULL);
  finding_json_add_text(writer, "server", renewal ? renewal->server : NULL);
  finding_json_add_text(writer, "preferred_chain", renewal ? renewal->preferred_chain : NULL);
  finding_json_add_text(writer, "deploy_hook", renewal ? renewal->deploy_hook : NULL);
  json_writer_end_object(writer);
}

/* The command asks one broker at most. */
static void
json_served(JsonWriter *writer, const Lineage *lineage)
{
  static const char *const words[] = {
      [LINEAGE_SERVED] = "this", [LINEAGE_SERVED_OLD] = "older", [LINEAGE_SERVED_OTHER] = "other"};
  const LineageBroker *broker = lineage->brokers->len > 0 ? lineage->brokers->pdata[0] : NULL;
  finding_json_add_text(writer, "served_by", broker ? broker->place : NULL);
  finding_json_add_text(writer, "served", broker ? words[broker->served] : NULL);
}

static void
json_lineage(JsonWriter *writer, const Lineage *lineage)
{
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "lineage", lineage->name);
  add_raw(writer, "folder", lineage->folder);
  add_number(writer, "version", lineage->version);
  add_number(writer, "newest", lineage->newest);
  finding_json_add_text(writer, "key", lineage->key_label);
  json_renewal(writer, lineage);
  json_files(writer, lineage);
  json_certificates(writer, lineage);
  json_served(writer, lineage);
  json_writer_set_member_name(writer, "findings");
  finding_json_add_list(writer, lineage->findings);
  json_writer_end_object(writer);
}

char *
lineage_report_json(const LineageReport *report, gboolean ascii)
{
  g_autoptr(JsonWriter) writer = json_writer_new();
  json_writer_begin_array(writer);
  for (guint i = 0; i < report->lineages->len; i++)
    json_lineage(writer, report->lineages->pdata[i]);
  json_writer_end_array(writer);
  g_autofree char *text = json_writer_print(writer, ascii);
  return g_strconcat(text, "\n", NULL);
}
