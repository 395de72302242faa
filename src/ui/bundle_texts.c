#include "config.h"

#include "ui/bundle_texts.h"

#include "ui/kept_texts.h"

BundleTexts *
bundle_texts_new(void)
{
  BundleTexts *texts = g_new0(BundleTexts, 1);
  texts->order.user = texts->order.group = -1;
  texts->texts = kept_texts_new();
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
