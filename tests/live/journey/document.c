#include "config.h"

#include "live/journey/document.h"

#include <string.h>

char **
document_commands(const char *path)
{
  g_autofree char *page = NULL;
  g_autoptr(GError) error = NULL;
  if (!g_file_get_contents(path, &page, NULL, &error))
    g_error("%s", error->message);
  g_auto(GStrv) lines = g_strsplit(page, "\n", -1);
  g_autoptr(GString) command = g_string_new(NULL);
  g_autoptr(GStrvBuilder) commands = g_strv_builder_new();
  gboolean inside = FALSE;
  for (char **line = lines; *line != NULL; line++) {
    if (g_str_has_prefix(*line, "```")) {
      inside = !inside && g_str_equal(*line, "```sh");
      continue;
    }
    if (!inside || (**line == '\0' && command->len == 0))
      continue;
    gboolean goes_on = g_str_has_suffix(*line, "\\");
    g_string_append_len(command, *line, (gssize)(strlen(*line) - (goes_on ? 1 : 0)));
    if (goes_on)
      continue;
    g_strv_builder_add(commands, command->str);
    g_string_truncate(command, 0);
  }
  if (inside || command->len > 0)
    g_error("%s: a block of commands has no end", path);
  return g_strv_builder_end(commands);
}

static const Substitution *
entry_at(const char *place, const Substitution *table)
{
  for (const Substitution *entry = table; entry->text != NULL; entry++) {
    if (g_str_has_prefix(place, entry->text))
      return entry;
  }
  return NULL;
}

char *
document_substitute(const char *command, const Substitution *table)
{
  g_autoptr(GString) text = g_string_new(NULL);
  while (*command != '\0') {
    const Substitution *entry = entry_at(command, table);
    if (entry != NULL) {
      g_string_append(text, entry->value);
      command += strlen(entry->text);
    } else
      g_string_append_c(text, *command++);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}
