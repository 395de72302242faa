#include "config.h"

#include "commands/usage.h"

#include "util/safe_text.h"

gboolean
usage_refuse(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *sentence = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *safe = safe_text_string(sentence);
  g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, safe);
  return FALSE;
}

gboolean
usage_parse(const char *command, const GOptionEntry *entries, int argc, char **argv, GError **error)
{
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_autoptr(GError) cause = NULL;
  g_option_context_set_help_enabled(context, FALSE);
  g_option_context_add_main_entries(context, entries, NULL);
  return g_option_context_parse(context, &argc, &argv, &cause) ||
         usage_refuse(error, "%s; see mqtrust %s --help", cause->message, command);
}
