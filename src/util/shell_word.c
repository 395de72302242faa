#include "config.h"

#include "util/shell_word.h"

#include <glib.h>
#include <string.h>

#define PLAIN                                                                                      \
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"                                 \
  "-_./:,+@%="

char *
shell_word(const char *text)
{
  if (*text && strspn(text, PLAIN) == strlen(text))
    return g_strdup(text);
  if (*text && strspn(text, PLAIN " ") == strlen(text))
    return g_strdup_printf("\"%s\"", text);
  return g_shell_quote(text);
}
