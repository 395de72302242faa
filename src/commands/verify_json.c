/* The verdict for a program. Every member is always there. */
#include "config.h"

#include "commands/finding_json.h"
#include "commands/verdict_json.h"
#include "commands/verify_report.h"

static void
add_flag(JsonWriter *writer, const char *name, gboolean value)
{
  json_writer_set_member_name(writer, name);
  json_writer_add_boolean_value(writer, value);
}

static void
add_date(JsonWriter *writer, const char *name, gint64 time)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(time);
  g_autofree char *text = moment ? g_date_time_format(moment, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  finding_json_add_text(writer, name, text);
}

/* --- Paths ------------------------------------------------------------------------------------ */

static char *
place(gconstpointer input, const PathLink *link, int *index)
{
  return verify_input_place(input, link, index);
}

static void
add_path(JsonWriter *writer, const VerifyInput *input, const VerdictPath *path)
{
  json_writer_begin_object(writer);
  add_flag(writer, "accepted", path->accepted);
  add_date(writer, "end", path->end);
  finding_json_add_text(writer, "reason", path->reason);
  verdict_json_add_path(writer, path->links, place, input);
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

char *
verify_json(const VerifyReport *report, gboolean ascii)
{
  const Verdict *verdict = report->verdict;
  g_autoptr(JsonWriter) writer = json_writer_new();
  json_writer_begin_object(writer);
  add_flag(writer, "accepted", verdict && verdict->accepted);
  verdict_json_add_openssl(writer, report->opinion, verdict);
  verdict_json_add_path(writer, verdict ? verdict->path : NULL, place, report->input);
  add_paths(writer, report);
  json_writer_set_member_name(writer, "findings");
  finding_json_add_list(writer, verdict ? verdict->findings : report->input->problems);
  verdict_json_add_not_checked(writer, verdict ? verdict->not_checked : NULL);
  json_writer_end_object(writer);
  g_autofree char *text = json_writer_print(writer, ascii);
  return g_strconcat(text, "\n", NULL);
}
