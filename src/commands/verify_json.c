/* The verdict for a program. Every member is always there. */
#include "config.h"

#include "commands/finding_json.h"
#include "commands/verify_report.h"

static void
add_flag(JsonWriter *writer, const char *name, gboolean value)
{
  json_writer_set_member_name(writer, name);
  json_writer_add_boolean_value(writer, value);
}

static void
add_number(JsonWriter *writer, const char *name, gint64 value)
{
  json_writer_set_member_name(writer, name);
  json_writer_add_int_value(writer, value);
}

static void
add_date(JsonWriter *writer, const char *name, gint64 time)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(time);
  g_autofree char *text = moment ? g_date_time_format(moment, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  finding_json_add_text(writer, name, text);
}

/* --- OpenSSL ---------------------------------------------------------------------------------- */

static void
add_openssl(JsonWriter *writer, const VerifyReport *report)
{
  const SecondOpinion *opinion = report->opinion;
  json_writer_set_member_name(writer, "openssl");
  if (!opinion) {
    json_writer_add_null_value(writer);
    return;
  }
  g_autofree char *difference =
      report->verdict ? second_opinion_difference(opinion, report->verdict) : NULL;
  json_writer_begin_object(writer);
  add_flag(writer, "accepted", opinion->accepted);
  add_number(writer, "error", opinion->error);
  finding_json_add_text(writer, "reason", opinion->reason);
  add_number(writer, "depth", opinion->depth);
  finding_json_add_text(writer, "subject", opinion->subject);
  finding_json_add_text(writer, "difference", difference);
  json_writer_end_object(writer);
}

/* --- Paths ------------------------------------------------------------------------------------ */

/* The words of a finding's source, and "missing". */
static const char *
source_text(PathOrigin origin)
{
  switch (origin) {
  case PATH_SENT:
    return finding_source_name(FINDING_SOURCE_PEER);
  case PATH_FROM_FILE:
    return finding_source_name(FINDING_SOURCE_CHAIN);
  case PATH_IN_TRUST:
    return finding_source_name(FINDING_SOURCE_TRUST);
  case PATH_GIVEN:
    return finding_source_name(FINDING_SOURCE_UNTRUSTED);
  case PATH_MISSING:
    break;
  }
  return "missing";
}

static void
add_link(JsonWriter *writer, const VerifyInput *input, const PathLink *link)
{
  const Certificate *certificate = link->certificate;
  int index;
  g_autofree char *file = verify_input_place(input, link, &index);
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "source", source_text(link->origin));
  json_writer_set_member_name(writer, "index");
  if (certificate)
    json_writer_add_int_value(writer, index);
  else
    json_writer_add_null_value(writer);
  finding_json_add_text(writer, "file", certificate ? file : NULL);
  finding_json_add_text(writer, "subject",
                        certificate ? certificate_subject(certificate) : link->name);
  finding_json_add_text(writer, "sha256", certificate ? certificate_sha256(certificate) : NULL);
  add_flag(writer, "good", link->good);
  json_writer_end_object(writer);
}

static void
add_links(JsonWriter *writer, const VerifyInput *input, const GPtrArray *links)
{
  json_writer_set_member_name(writer, "path");
  json_writer_begin_array(writer);
  for (guint i = 0; links && i < links->len; i++)
    add_link(writer, input, links->pdata[i]);
  json_writer_end_array(writer);
}

static void
add_path(JsonWriter *writer, const VerifyInput *input, const VerdictPath *path)
{
  json_writer_begin_object(writer);
  add_flag(writer, "accepted", path->accepted);
  add_date(writer, "end", path->end);
  finding_json_add_text(writer, "reason", path->reason);
  add_links(writer, input, path->links);
  json_writer_end_object(writer);
}

/* Every complete one, the one in use first. */
static void
add_paths(JsonWriter *writer, const VerifyReport *report)
{
  json_writer_set_member_name(writer, "paths");
  json_writer_begin_array(writer);
  for (guint i = 0; report->verdict && i < report->verdict->paths->len; i++)
    add_path(writer, report->input, report->verdict->paths->pdata[i]);
  json_writer_end_array(writer);
}

/* --- The whole -------------------------------------------------------------------------------- */

static void
add_not_checked(JsonWriter *writer, const Verdict *verdict)
{
  json_writer_set_member_name(writer, "not_checked");
  json_writer_begin_array(writer);
  for (guint i = 0; verdict && i < verdict->not_checked->len; i++)
    json_writer_add_string_value(writer, verdict->not_checked->pdata[i]);
  json_writer_end_array(writer);
}

char *
verify_json(const VerifyReport *report, gboolean ascii)
{
  const Verdict *verdict = report->verdict;
  g_autoptr(JsonWriter) writer = json_writer_new();
  json_writer_begin_object(writer);
  add_flag(writer, "accepted", verdict && verdict->accepted);
  add_openssl(writer, report);
  add_links(writer, report->input, verdict ? verdict->path : NULL);
  add_paths(writer, report);
  json_writer_set_member_name(writer, "findings");
  finding_json_add_list(writer, verdict ? verdict->findings : report->input->problems);
  add_not_checked(writer, verdict);
  json_writer_end_object(writer);
  g_autofree char *text = json_writer_print(writer, ascii);
  return g_strconcat(text, "\n", NULL);
}
