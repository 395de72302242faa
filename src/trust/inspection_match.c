#include "config.h"

#include "trust/inspection_match.h"

#include "trust/inspection_reader.h"

struct InspectionMatches {
  GHashTable *by_key; /* key id → GArray of InspectionPlace */
  guint certificates;
};

static void
add_place(InspectionMatches *matches, const char *key_id, InspectionPlace place)
{
  GArray *places = g_hash_table_lookup(matches->by_key, key_id);
  if (!places) {
    places = g_array_new(FALSE, FALSE, sizeof(InspectionPlace));
    g_hash_table_insert(matches->by_key, (gpointer)key_id, places);
  }
  g_array_append_val(places, place);
}

InspectionMatches *
inspection_matches_new(const GPtrArray *inspections)
{
  InspectionMatches *matches = g_new0(InspectionMatches, 1);
  matches->by_key =
      g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);
  for (guint i = 0; i < inspections->len; i++) {
    const Inspection *inspection = inspections->pdata[i];
    for (guint j = 0; inspection && j < inspection->items->len; j++) {
      const InspectedItem *item = inspection->items->pdata[j];
      matches->certificates += item->certificate != NULL;
      if (item->key_id)
        add_place(matches, item->key_id, (InspectionPlace){i, j});
    }
  }
  return matches;
}

void
inspection_matches_free(InspectionMatches *matches)
{
  if (!matches)
    return;
  g_hash_table_unref(matches->by_key);
  g_free(matches);
}

const GArray *
inspection_matches_of(const InspectionMatches *matches, const InspectedItem *item)
{
  return item->key_id ? g_hash_table_lookup(matches->by_key, item->key_id) : NULL;
}

static gboolean
has_certificate(const Inspection *inspection)
{
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->certificate)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_matched(const InspectionMatches *matches, const GPtrArray *inspections, const InspectedItem *key)
{
  const GArray *places = inspection_matches_of(matches, key);
  for (guint i = 0; i < places->len; i++) {
    const InspectionPlace *place = &g_array_index(places, InspectionPlace, i);
    const Inspection *inspection = inspections->pdata[place->file];
    const InspectedItem *item = inspection->items->pdata[place->item];
    if (item->certificate)
      return TRUE;
  }
  return FALSE;
}

static void
remark_keys(const InspectionMatches *matches, const GPtrArray *inspections, Inspection *inspection)
{
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->kind != INSPECTED_KEY || !item->key_id || is_matched(matches, inspections, item))
      continue;
    Finding *remark = inspection_add_remark(inspection, "key-mismatch", (int)i);
    finding_set_message(remark,
                        "The key in %s is not that of any of the %u certificates given with it.",
                        inspection->path, matches->certificates);
    finding_add_evidence(remark, "key id %.16s", item->key_id);
    if (matches->certificates == 1)
      finding_set_message(remark, "The key in %s is not that of the certificate given with it.",
                          inspection->path);
  }
  finding_list_sort(inspection->remarks);
}

void
inspection_matches_remark(const InspectionMatches *matches, const GPtrArray *inspections)
{
  if (matches->certificates == 0)
    return;
  for (guint i = 0; i < inspections->len; i++) {
    Inspection *inspection = inspections->pdata[i];
    if (inspection && !has_certificate(inspection))
      remark_keys(matches, inspections, inspection);
  }
}
