#include "config.h"

#include "live/faults/answer.h"

/* --- Normal form ------------------------------------------------------------------------------ */

static char *
replace(char *text, const char *pattern, const char *with)
{
  g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
  char *replaced = g_regex_replace_literal(regex, text, -1, 0, with, 0, NULL);
  g_free(text);
  return replaced;
}

char *
answer_normalise_ports(const char *text, guint16 port)
{
  g_autofree char *number = g_strdup_printf("\\b%u\\b", port);
  return replace(g_strdup(text), number, "PORT");
}

char *
answer_normalise(const char *text, const char *folder, guint16 port)
{
  g_autofree char *inside = g_strconcat(folder, "/", NULL);
  g_auto(GStrv) parts = g_strsplit(text, inside, -1);
  char *plain = g_strjoinv("", parts);
  plain = replace(plain, "\\b\\d{4}-\\d\\d-\\d\\d([ T]\\d\\d:\\d\\d(:\\d\\d)?( ?UTC|Z)?)?", "DATE");
  plain = replace(plain, "\\b\\d\\d:\\d\\d:\\d\\d\\b", "TIME");
  plain = replace(plain, "\\b[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){3,}\\b", "FINGERPRINT");
  plain = replace(plain, "\\b[0-9a-fA-F]{16,}\\b", "FINGERPRINT");
  plain = replace(plain, "\\bmqtrust-[0-9A-Za-z]{8}\\b", "mqtrust-ID");
  g_autofree char *all = plain;
  return answer_normalise_ports(all, port);
}

/* --- The check -------------------------------------------------------------------------------- */

static void
on_done(Check *check, gpointer data)
{
  *(gboolean *)data = TRUE;
}

static Answer *
take(const Check *check, const LabScene *scene)
{
  const Profile *profile = lab_scene_profile(scene);
  const char *folder = lab_scene_folder(scene);
  const GPtrArray *findings = connection_info(check_connection(check))->findings;
  Answer *answer = g_new0(Answer, 1);
  answer->outcome = check_outcome(check);
  if (findings->len == 0)
    return answer;
  const Finding *worst = g_ptr_array_index(findings, 0);
  answer->code = g_strdup(worst->code);
  answer->severity = worst->severity;
  answer->side = worst->side;
  answer->message = answer_normalise(worst->message, folder, profile_port(profile));
  answer->remedy = answer_normalise(worst->remedy, folder, profile_port(profile));
  return answer;
}

Answer *
answer_get(const LabScene *scene)
{
  g_autoptr(GError) error = NULL;
  gboolean done = FALSE;
  Transport *transport = transport_new();
  Check *check = check_start(transport, lab_scene_profile(scene), 0, on_done, &done, &error);
  g_assert_no_error(error);
  while (!done)
    g_main_context_iteration(NULL, TRUE);
  Answer *answer = take(check, scene);
  check_free(check);
  transport_free(transport);
  return answer;
}

void
answer_free(Answer *answer)
{
  if (answer == NULL)
    return;
  g_free(answer->code);
  g_free(answer->message);
  g_free(answer->remedy);
  g_free(answer);
}
