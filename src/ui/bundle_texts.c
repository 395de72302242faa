#include "config.h"

#include "ui/bundle_texts.h"

#include "ui/path_complete.h"
#include "util/secret.h"

BundleTexts *
bundle_texts_new(void)
{
  BundleTexts *texts = g_new0(BundleTexts, 1);
  texts->order.user = texts->order.group = -1;
  texts->texts = g_ptr_array_new_with_free_func((GDestroyNotify)secret_free);
  return texts;
}

void
bundle_texts_free(BundleTexts *texts)
{
  if (!texts)
    return;
  g_ptr_array_unref(texts->texts);
  g_free(texts);
}

const char *
bundle_texts_keep(BundleTexts *texts, const char *text)
{
  if (!text || !*text)
    return NULL;
  char *copy = g_strdup(text);
  g_ptr_array_add(texts->texts, copy);
  return copy;
}

/* A name without a folder stays short: it is shown. */
const char *
bundle_texts_keep_path(BundleTexts *texts, const char *path)
{
  if (!g_str_has_prefix(path, "~"))
    return bundle_texts_keep(texts, path);
  g_autofree char *expanded = path_expand(path);
  return bundle_texts_keep(texts, expanded);
}
