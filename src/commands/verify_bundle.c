#include "config.h"

#include "commands/verify_bundle.h"

#include <string.h>

#include "commands/file_input.h"
#include "trust/chain_split.h"

static void
add_item(GPtrArray *certificates, const Inspection *inspection, guint index)
{
  const InspectedItem *item = g_ptr_array_index(inspection->items, index);
  if (item->certificate)
    g_ptr_array_add(certificates, certificate_ref(item->certificate));
}

static void
add_items(GPtrArray *certificates, const Inspection *inspection, const GArray *indexes)
{
  for (guint i = 0; i < indexes->len; i++)
    add_item(certificates, inspection, g_array_index(indexes, guint, i));
}

/* PKCS#7 keeps a SET of certificates, and PKCS#12 bags: neither is a chain in order. */
static gboolean
has_no_order(const Inspection *inspection)
{
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = g_ptr_array_index(inspection->items, i);
    if (item->certificate && g_str_has_prefix(item->container, "PKCS#"))
      return TRUE;
  }
  return FALSE;
}

static gboolean
add_in_order(GPtrArray *certificates, const Inspection *inspection)
{
  g_autoptr(ChainSplit) split = chain_split_new(inspection, NULL);
  if (!split || split->leaf < 0)
    return FALSE;
  add_item(certificates, inspection, (guint)split->leaf);
  add_items(certificates, inspection, split->chain);
  if (split->root >= 0)
    add_item(certificates, inspection, (guint)split->root);
  add_items(certificates, inspection, split->left_out);
  return TRUE;
}

GPtrArray *
verify_bundle_read(const char *path)
{
  g_autoptr(Inspection) inspection = file_input_inspect(path, NULL, NULL);
  if (!inspection)
    return NULL;
  g_autoptr(GPtrArray) certificates = certificate_list_new();
  if (!has_no_order(inspection) || !add_in_order(certificates, inspection)) {
    for (guint i = 0; i < inspection->items->len; i++)
      add_item(certificates, inspection, i);
  }
  return certificates->len > 0 ? g_steal_pointer(&certificates) : NULL;
}
