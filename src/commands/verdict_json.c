#include "config.h"

#include "commands/verdict_json.h"

#include "commands/finding_json.h"

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

/* --- OpenSSL ---------------------------------------------------------------------------------- */

void
verdict_json_add_openssl(JsonWriter *writer, const SecondOpinion *opinion, const Verdict *verdict)
{
  json_writer_set_member_name(writer, "openssl");
  if (!opinion) {
    json_writer_add_null_value(writer);
    return;
  }
  g_autofree char *difference = verdict ? second_opinion_difference(opinion, verdict) : NULL;
  json_writer_begin_object(writer);
  add_flag(writer, "accepted", opinion->accepted);
  add_number(writer, "error", opinion->error);
  finding_json_add_text(writer, "reason", opinion->reason);
  add_number(writer, "depth", opinion->depth);
  finding_json_add_text(writer, "subject", opinion->subject);
  finding_json_add_text(writer, "difference", difference);
  json_writer_end_object(writer);
}

/* --- The path --------------------------------------------------------------------------------- */

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
add_missing(JsonWriter *writer, const PathLink *link)
{
  json_writer_set_member_name(writer, "index");
  json_writer_add_null_value(writer);
  finding_json_add_text(writer, "file", NULL);
  finding_json_add_text(writer, "subject", link->name);
  finding_json_add_text(writer, "sha256", NULL);
}

static void
add_link(JsonWriter *writer, const PathLink *link, VerdictJsonPlace place, gconstpointer data)
{
  json_writer_begin_object(writer);
  finding_json_add_text(writer, "source", source_text(link->origin));
  if (link->certificate) {
    int index = 0;
    g_autofree char *file = place(data, link, &index);
    add_number(writer, "index", index);
    finding_json_add_text(writer, "file", file);
    finding_json_add_text(writer, "subject", certificate_subject(link->certificate));
    finding_json_add_text(writer, "sha256", certificate_sha256(link->certificate));
  } else {
    add_missing(writer, link);
  }
  add_flag(writer, "good", link->good);
  json_writer_end_object(writer);
}

void
verdict_json_add_path(JsonWriter *writer, const GPtrArray *links, VerdictJsonPlace place,
                      gconstpointer data)
{
  json_writer_set_member_name(writer, "path");
  json_writer_begin_array(writer);
  for (guint i = 0; links && i < links->len; i++)
    add_link(writer, links->pdata[i], place, data);
  json_writer_end_array(writer);
}

/* --- The rest --------------------------------------------------------------------------------- */

void
verdict_json_add_not_checked(JsonWriter *writer, const GPtrArray *sentences)
{
  json_writer_set_member_name(writer, "not_checked");
  json_writer_begin_array(writer);
  for (guint i = 0; sentences && i < sentences->len; i++)
    json_writer_add_string_value(writer, sentences->pdata[i]);
  json_writer_end_array(writer);
}
