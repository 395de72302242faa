#include "config.h"

#include "commands/split_report.h"

static const InspectedItem *
item_at(const SplitReport *report, guint index)
{
  return report->inspection->items->pdata[index];
}

const char *
split_file_name(SplitFile file)
{
  static const char *const names[] = {[SPLIT_LEAF] = "leaf.pem",
                                      [SPLIT_CHAIN] = "chain.pem",
                                      [SPLIT_ROOT] = "root.pem",
                                      [SPLIT_KEY] = "key.pem"};
  return names[file];
}

/* -1: none, or several. */
static int
only_item(const SplitReport *report, SplitFile file)
{
  switch (file) {
  case SPLIT_LEAF:
    return report->split->leaf;
  case SPLIT_ROOT:
    return report->split->root;
  case SPLIT_KEY:
    return report->split->key;
  default:
    return -1;
  }
}

GArray *
split_file_items(const SplitReport *report, SplitFile file)
{
  const GArray *chain = report->split->chain;
  GArray *items = g_array_new(FALSE, FALSE, sizeof(guint));
  int only = only_item(report, file);
  if (only >= 0)
    g_array_append_val(items, only);
  if (file == SPLIT_CHAIN && chain->len > 0)
    g_array_append_vals(items, chain->data, chain->len);
  return items;
}

gboolean
split_file_exists(const SplitReport *report, SplitFile file)
{
  return file == SPLIT_CHAIN ? report->split->chain->len > 0 : only_item(report, file) >= 0;
}

char *
split_file_text(const SplitReport *report, SplitFile file)
{
  if (!split_file_exists(report, file))
    return NULL;
  if (file == SPLIT_KEY)
    return g_strdup(item_at(report, (guint)report->split->key)->key_pem);
  g_autoptr(GArray) items = split_file_items(report, file);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < items->len; i++) {
    const InspectedItem *item = item_at(report, g_array_index(items, guint, i));
    g_autofree char *pem = certificate_to_pem(item->certificate);
    g_string_append(text, pem);
  }
  return g_string_free(text, FALSE);
}

static char *
root_reason(const SplitReport *report)
{
  const ChainSplit *split = report->split;
  if (split->leaf >= 0 &&
      certificate_is_self_signed(item_at(report, (guint)split->leaf)->certificate))
    return g_strdup("no root: the certificate in leaf.pem signed itself");
  if (split->top < 0)
    return g_strdup("no self-signed root in this file: its certificates signed each other in a "
                    "circle");
  const Certificate *top = item_at(report, (guint)split->top)->certificate;
  return g_strdup_printf("no self-signed root in this file: the last one, %s, is signed by %s",
                         certificate_subject_label(top), certificate_issuer_label(top));
}

char *
split_file_reason(const SplitReport *report, SplitFile file)
{
  switch (file) {
  case SPLIT_LEAF:
    return g_strdup("no leaf: this file holds only certificates of CAs");
  case SPLIT_CHAIN:
    return g_strdup("no intermediates in this file");
  case SPLIT_ROOT:
    return root_reason(report);
  default:
    return g_strdup("no private key in this file");
  }
}
