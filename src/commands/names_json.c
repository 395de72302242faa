#include "config.h"

#include "commands/finding_json.h"
#include "commands/names_report.h"
#include "util/safe_text.h"

static void
add_number(JsonWriter *writer, const char *name, gint64 value)
{
  json_writer_set_member_name(writer, name);
  json_writer_add_int_value(writer, value);
}

static void
add_flag(JsonWriter *writer, const char *name, gboolean value)
{
  json_writer_set_member_name(writer, name);
  json_writer_add_boolean_value(writer, value);
}

static const char *
answer_name(NameAnswer answer)
{
  static const char *const names[] = {"found", "none", "unknown", "failed", "silent"};
  return names[answer];
}

static void
add_answer(JsonWriter *writer, const SurveyQuestion *question)
{
  finding_json_add_text(writer, "answer", answer_name(question->answer));
  finding_json_add_text(writer, "failure", question->failure);
}

static void
begin_list(JsonWriter *writer, const char *name)
{
  json_writer_set_member_name(writer, name);
  json_writer_begin_array(writer);
}

static void
add_aliases(JsonWriter *writer, const NameSurvey *survey)
{
  begin_list(writer, "aliases");
  for (guint i = 0; i < survey->aliases->len; i++) {
    const SurveyAlias *alias = g_ptr_array_index(survey->aliases, i);
    json_writer_begin_object(writer);
    finding_json_add_text(writer, "name", alias->name);
    finding_json_add_text(writer, "target", alias->target);
    add_number(writer, "ttl", alias->ttl);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void
add_addresses(JsonWriter *writer, const NameSurvey *survey)
{
  begin_list(writer, "addresses");
  for (guint i = 0; i < survey->addresses->len; i++) {
    const SurveyAddress *address = g_ptr_array_index(survey->addresses, i);
    json_writer_begin_object(writer);
    finding_json_add_text(writer, "name", address->name);
    finding_json_add_text(writer, "type", address->v6 ? "AAAA" : "A");
    finding_json_add_text(writer, "address", address->address);
    add_number(writer, "ttl", address->ttl);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void
add_authorizations(JsonWriter *writer, const NameSurvey *survey)
{
  json_writer_set_member_name(writer, "caa");
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "name", survey->authorization_name);
  add_answer(writer, &survey->authorization);
  begin_list(writer, "records");
  for (guint i = 0; i < survey->authorizations->len; i++) {
    const SurveyAuthorization *authorization = g_ptr_array_index(survey->authorizations, i);
    json_writer_begin_object(writer);
    finding_json_add_text(writer, "tag", authorization->tag);
    finding_json_add_text(writer, "value", authorization->value);
    add_flag(writer, "critical", authorization->critical);
    add_number(writer, "ttl", authorization->ttl);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
  json_writer_end_object(writer);
}

static void
add_services(JsonWriter *writer, const NameSurvey *survey)
{
  json_writer_set_member_name(writer, "srv");
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "name", survey->service_name);
  add_answer(writer, &survey->service);
  begin_list(writer, "records");
  for (guint i = 0; i < survey->services->len; i++) {
    const SurveyService *service = g_ptr_array_index(survey->services, i);
    json_writer_begin_object(writer);
    add_number(writer, "priority", service->priority);
    add_number(writer, "weight", service->weight);
    add_number(writer, "port", service->port);
    finding_json_add_text(writer, "target", service->target);
    add_number(writer, "ttl", service->ttl);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
  json_writer_end_object(writer);
}

static void
add_certificate(JsonWriter *writer, const NameReport *report)
{
  const char *target = NULL;
  NameJudgement judgement =
      report->server_name != NULL ? NAME_JUDGEMENT_NONE : name_report_judgement(report, &target);
  finding_json_add_text(writer, "certificate_names", name_judgement_name(judgement));
  finding_json_add_text(writer, "certificate_target", target);
}

void
names_json_add(JsonWriter *writer, const NameReport *report)
{
  const NameSurvey *survey = report->survey;
  g_autofree char *host = safe_text_string(report->host);
  g_autofree char *problem = name_report_problem(report);
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "host", host);
  finding_json_add_text(writer, "name", survey->host);
  add_flag(writer, "found", problem == NULL);
  finding_json_add_text(writer, "problem", problem);
  add_aliases(writer, survey);
  add_flag(writer, "loop", survey->is_loop);
  add_addresses(writer, survey);
  add_certificate(writer, report);
  add_authorizations(writer, survey);
  add_services(writer, survey);
  json_writer_end_object(writer);
}

char *
names_json(const NameReport *report, gboolean ascii)
{
  g_autoptr(JsonWriter) writer = json_writer_new();
  names_json_add(writer, report);
  g_autofree char *text = json_writer_print(writer, ascii);
  return g_strconcat(text, "\n", NULL);
}
