/* The verdict for a program. Every member is always there. */
#include "config.h"

#include "commands/finding_json.h"
#include "commands/verify_report.h"

static void
add_flag(JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_boolean_value(builder, value);
}

static void
add_number(JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_int_value(builder, value);
}

static void
add_date(JsonBuilder *builder, const char *name, gint64 time)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(time);
  g_autofree char *text = moment ? g_date_time_format(moment, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  finding_json_add_text(builder, name, text);
}

/* --- OpenSSL ------------------------------------------------------------------------------------
 */

static void
add_openssl(JsonBuilder *builder, const VerifyReport *report)
{
  const SecondOpinion *opinion = report->opinion;
  json_builder_set_member_name(builder, "openssl");
  if (!opinion) {
    json_builder_add_null_value(builder);
    return;
  }
  g_autofree char *difference =
      report->verdict ? second_opinion_difference(opinion, report->verdict) : NULL;
  json_builder_begin_object(builder);
  add_flag(builder, "accepted", opinion->accepted);
  add_number(builder, "error", opinion->error);
  finding_json_add_text(builder, "reason", opinion->reason);
  add_number(builder, "depth", opinion->depth);
  finding_json_add_text(builder, "subject", opinion->subject);
  finding_json_add_text(builder, "difference", difference);
  json_builder_end_object(builder);
}

/* --- Paths --------------------------------------------------------------------------------------
 */

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
add_link(JsonBuilder *builder, const VerifyInput *input, const PathLink *link)
{
  const Certificate *certificate = link->certificate;
  int index;
  g_autofree char *file = verify_input_place(input, link, &index);
  json_builder_begin_object(builder);
  finding_json_add_text(builder, "source", source_text(link->origin));
  json_builder_set_member_name(builder, "index");
  if (certificate)
    json_builder_add_int_value(builder, index);
  else
    json_builder_add_null_value(builder);
  finding_json_add_text(builder, "file", certificate ? file : NULL);
  finding_json_add_text(builder, "subject",
                        certificate ? certificate_subject(certificate) : link->name);
  finding_json_add_text(builder, "sha256", certificate ? certificate_sha256(certificate) : NULL);
  add_flag(builder, "good", link->good);
  json_builder_end_object(builder);
}

static void
add_links(JsonBuilder *builder, const VerifyInput *input, const GPtrArray *links)
{
  json_builder_set_member_name(builder, "path");
  json_builder_begin_array(builder);
  for (guint i = 0; links && i < links->len; i++)
    add_link(builder, input, links->pdata[i]);
  json_builder_end_array(builder);
}

static void
add_path(JsonBuilder *builder, const VerifyInput *input, const VerdictPath *path)
{
  json_builder_begin_object(builder);
  add_flag(builder, "accepted", path->accepted);
  add_date(builder, "end", path->end);
  finding_json_add_text(builder, "reason", path->reason);
  add_links(builder, input, path->links);
  json_builder_end_object(builder);
}

/* Every complete one, the one in use first. */
static void
add_paths(JsonBuilder *builder, const VerifyReport *report)
{
  json_builder_set_member_name(builder, "paths");
  json_builder_begin_array(builder);
  for (guint i = 0; report->verdict && i < report->verdict->paths->len; i++)
    add_path(builder, report->input, report->verdict->paths->pdata[i]);
  json_builder_end_array(builder);
}

/* --- The whole ----------------------------------------------------------------------------------
 */

static void
add_not_checked(JsonBuilder *builder, const Verdict *verdict)
{
  json_builder_set_member_name(builder, "not_checked");
  json_builder_begin_array(builder);
  for (guint i = 0; verdict && i < verdict->not_checked->len; i++)
    json_builder_add_string_value(builder, verdict->not_checked->pdata[i]);
  json_builder_end_array(builder);
}

char *
verify_json(const VerifyReport *report, gboolean ascii)
{
  const Verdict *verdict = report->verdict;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  add_flag(builder, "accepted", verdict && verdict->accepted);
  add_openssl(builder, report);
  add_links(builder, report->input, verdict ? verdict->path : NULL);
  add_paths(builder, report);
  json_builder_set_member_name(builder, "findings");
  finding_json_add_list(builder, verdict ? verdict->findings : report->input->problems);
  add_not_checked(builder, verdict);
  json_builder_end_object(builder);
  g_autofree char *text = finding_json_print(builder, ascii);
  return g_strconcat(text, "\n", NULL);
}
