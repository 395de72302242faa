#include "config.h"

#include "ui/kept_texts.h"

#include "ui/path_complete.h"
#include "util/secret.h"

GPtrArray *
kept_texts_new(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)secret_free);
}

const char *
kept_text(GPtrArray *texts, const char *text)
{
  if (!text || !*text)
    return NULL;
  char *copy = g_strdup(text);
  g_ptr_array_add(texts, copy);
  return copy;
}

const char *
kept_path(GPtrArray *texts, const char *path)
{
  if (!g_str_has_prefix(path, "~"))
    return kept_text(texts, path);
  g_autofree char *expanded = path_expand(path);
  return kept_text(texts, expanded);
}
