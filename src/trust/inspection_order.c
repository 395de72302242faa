/* Certificates of one file among each other, and beside its key: programs take the first one as
 * their own and send the others in the order of the file. Who issued whom is told by names here,
 * so that thousands of certificates cost no signature; verification looks at the signatures. */
#include "config.h"

#include "trust/certificate_fields.h"
#include "trust/inspection_reader.h"

#define REMARKS_OF_A_KIND_MAX 16

typedef struct {
  Inspection *inspection;
  GArray *indexes;        /* of guint: the items that are certificates, each only once */
  GHashTable *by_subject; /* GBytes → GArray of positions in `indexes` */
  GArray *related;        /* of gboolean, by position: on a way up from the leaf */
} Order;

static const InspectedItem *
item_at(const Order *order, guint position)
{
  return order->inspection->items->pdata[g_array_index(order->indexes, guint, position)];
}

static Certificate *
certificate_at(const Order *order, guint position)
{
  return item_at(order, position)->certificate;
}

/* --- duplicates ------------------------------------------------------------------------------- */

static void
remark_duplicate(Inspection *inspection, guint first, guint second)
{
  const InspectedItem *item = inspection->items->pdata[second];
  Finding *remark = inspection_add_remark(inspection, "certificate-duplicate", (int)second);
  finding_set_message(remark, "\"%s\" occurs twice in %s, as items %u and %u.",
                      certificate_subject_label(item->certificate), inspection->path, first + 1,
                      second + 1);
}

static void
collect(Order *order)
{
  Inspection *inspection = order->inspection;
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  guint duplicates = 0;
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (!item->certificate)
      continue;
    gpointer first;
    const char *fingerprint = certificate_sha256(item->certificate);
    if (!g_hash_table_lookup_extended(seen, fingerprint, NULL, &first)) {
      g_hash_table_insert(seen, (gpointer)fingerprint, GUINT_TO_POINTER(i));
      g_array_append_val(order->indexes, i);
    } else if (duplicates++ < REMARKS_OF_A_KIND_MAX) {
      remark_duplicate(inspection, GPOINTER_TO_UINT(first), i);
    }
  }
  if (duplicates <= REMARKS_OF_A_KIND_MAX)
    return;
  Finding *remark = inspection_add_remark(inspection, "certificate-duplicate", -1);
  finding_set_message(remark, "%u more certificates in %s occur there before.",
                      duplicates - REMARKS_OF_A_KIND_MAX, inspection->path);
}

/* --- key and certificates --------------------------------------------------------------------- */

static const InspectedItem *
only_key(const Inspection *inspection, guint *index)
{
  const InspectedItem *key = NULL;
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->kind != INSPECTED_KEY || !item->key_id)
      continue;
    if (key)
      return NULL;
    key = item;
    *index = i;
  }
  return key;
}

static int
find_by_key(const Order *order, const char *key_id)
{
  for (guint i = 0; i < order->indexes->len; i++)
    if (g_str_equal(certificate_key_id(certificate_at(order, i)), key_id))
      return (int)i;
  return -1;
}

static void
remark_leaf_not_first(Order *order, guint position, gboolean by_key)
{
  guint index = g_array_index(order->indexes, guint, position);
  Finding *remark = inspection_add_remark(order->inspection, "leaf-not-first", (int)index);
  if (!by_key)
    remark->severity = FINDING_WARNING;
  finding_set_message(remark,
                      "In %s the certificate %s is item %u (\"%s\"), not the first one (\"%s\").",
                      order->inspection->path, by_key ? "for the key" : "that is no CA's",
                      index + 1, certificate_subject_label(certificate_at(order, position)),
                      certificate_subject_label(certificate_at(order, 0)));
}

static void
remark_mismatch(Order *order, guint key)
{
  Finding *remark = inspection_add_remark(order->inspection, "key-mismatch", (int)key);
  const InspectedItem *item = order->inspection->items->pdata[key];
  finding_set_message(remark,
                      "The key in %s is not the one of \"%s\" or of any other certificate "
                      "in it.",
                      order->inspection->path, certificate_subject_label(certificate_at(order, 0)));
  finding_add_evidence(remark, "key id %.16s, not %.16s", item->key_id,
                       certificate_key_id(certificate_at(order, 0)));
}

/* The position of the one certificate that the file is about, or -1. */
static int
find_leaf(Order *order)
{
  guint key_index = 0;
  int leaf = -1;
  const InspectedItem *key = only_key(order->inspection, &key_index);
  if (key) {
    leaf = find_by_key(order, key->key_id);
    if (leaf > 0)
      remark_leaf_not_first(order, (guint)leaf, TRUE);
    if (leaf < 0)
      remark_mismatch(order, key_index);
    return leaf;
  }
  for (guint i = 0; i < order->indexes->len; i++) {
    if (certificate_is_ca(certificate_at(order, i)))
      continue;
    if (leaf >= 0)
      return -1;
    leaf = (int)i;
  }
  if (leaf > 0)
    remark_leaf_not_first(order, (guint)leaf, FALSE);
  return leaf;
}

/* --- the way up ------------------------------------------------------------------------------- */

static void
index_subjects(Order *order)
{
  for (guint i = 0; i < order->indexes->len; i++) {
    GBytes *subject = certificate_fields(certificate_at(order, i))->subject_dn;
    GArray *positions = g_hash_table_lookup(order->by_subject, subject);
    if (!positions) {
      positions = g_array_new(FALSE, FALSE, sizeof(guint));
      g_hash_table_insert(order->by_subject, subject, positions);
    }
    g_array_append_val(positions, i);
  }
}

/* Breadth first, each certificate once: loops of cross-signs end. */
static void
mark_related(Order *order, guint leaf)
{
  gboolean yes = TRUE;
  g_autoptr(GQueue) waiting = g_queue_new();
  g_array_set_size(order->related, order->indexes->len);
  g_array_index(order->related, gboolean, leaf) = yes;
  g_queue_push_tail(waiting, GUINT_TO_POINTER(leaf));
  while (!g_queue_is_empty(waiting)) {
    guint at = GPOINTER_TO_UINT(g_queue_pop_head(waiting));
    GBytes *issuer = certificate_fields(certificate_at(order, at))->issuer_dn;
    GArray *issuers = g_hash_table_lookup(order->by_subject, issuer);
    for (guint i = 0; issuers && i < issuers->len; i++) {
      guint position = g_array_index(issuers, guint, i);
      if (g_array_index(order->related, gboolean, position))
        continue;
      g_array_index(order->related, gboolean, position) = yes;
      g_queue_push_tail(waiting, GUINT_TO_POINTER(position));
    }
    /* All of one name were taken at once: nobody needs to look at them again. */
    if (issuers)
      g_array_set_size(issuers, 0);
  }
}

static void
remark_strangers(Order *order)
{
  guint strangers = 0;
  for (guint i = 0; i < order->indexes->len; i++) {
    if (g_array_index(order->related, gboolean, i) || strangers++ >= REMARKS_OF_A_KIND_MAX)
      continue;
    guint index = g_array_index(order->indexes, guint, i);
    Finding *remark = inspection_add_remark(order->inspection, "chain-unrelated", (int)index);
    finding_set_message(remark, "\"%s\" in %s is not part of the chain of its first certificate.",
                        certificate_subject_label(certificate_at(order, i)),
                        order->inspection->path);
    finding_set_remedy(remark, "Remove it from the file, unless the file is a list of CAs.");
  }
  if (strangers <= REMARKS_OF_A_KIND_MAX)
    return;
  Finding *remark = inspection_add_remark(order->inspection, "chain-unrelated", -1);
  finding_set_message(remark, "%u more certificates in %s are not part of the chain.",
                      strangers - REMARKS_OF_A_KIND_MAX, order->inspection->path);
}

/* RFC 8446, 4.4.2: each certificate should be one that certifies one before it. */
static int
first_out_of_order(Order *order, guint leaf)
{
  g_autoptr(GHashTable) wanted = g_hash_table_new(g_bytes_hash, g_bytes_equal);
  g_hash_table_add(wanted, certificate_fields(certificate_at(order, leaf))->issuer_dn);
  for (guint i = 0; i < order->indexes->len; i++) {
    const CertificateFields *fields = certificate_fields(certificate_at(order, i));
    if (i == leaf || !g_array_index(order->related, gboolean, i))
      continue;
    if (!g_hash_table_contains(wanted, fields->subject_dn))
      return (int)i;
    g_hash_table_add(wanted, fields->issuer_dn);
  }
  return -1;
}

static void
remark_wrong_order(Order *order, guint leaf)
{
  int position = first_out_of_order(order, leaf);
  if (position < 0)
    return;
  guint index = g_array_index(order->indexes, guint, position);
  Finding *remark = inspection_add_remark(order->inspection, "chain-wrong-order", (int)index);
  finding_set_message(remark, "In %s \"%s\" stands before the certificate that it issued.",
                      order->inspection->path,
                      certificate_subject_label(certificate_at(order, (guint)position)));
  finding_set_remedy(remark, "Put the leaf first, and each certificate before its issuer: `mqtrust "
                             "split FILE` writes them in order.");
}

static void
remark_root(Order *order)
{
  for (guint i = 0; i < order->indexes->len; i++) {
    Certificate *certificate = certificate_at(order, i);
    if (!g_array_index(order->related, gboolean, i) || !item_at(order, i)->self_signed ||
        !certificate_is_ca(certificate))
      continue;
    guint index = g_array_index(order->indexes, guint, i);
    Finding *remark = inspection_add_remark(order->inspection, "chain-includes-root", (int)index);
    finding_set_message(remark, "The root \"%s\" is in %s, too, which nobody needs to be sent.",
                        certificate_subject_label(certificate), order->inspection->path);
    return;
  }
}

void
inspection_remark_order(Inspection *inspection)
{
  Order order = {.inspection = inspection,
                 .indexes = g_array_new(FALSE, TRUE, sizeof(guint)),
                 .related = g_array_new(FALSE, TRUE, sizeof(gboolean)),
                 .by_subject = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, NULL,
                                                     (GDestroyNotify)g_array_unref)};
  collect(&order);
  int leaf = order.indexes->len > 0 ? find_leaf(&order) : -1;
  if (leaf >= 0 && order.indexes->len > 1) {
    index_subjects(&order);
    mark_related(&order, (guint)leaf);
    remark_strangers(&order);
    remark_wrong_order(&order, (guint)leaf);
    remark_root(&order);
  }
  g_array_unref(order.indexes);
  g_array_unref(order.related);
  g_hash_table_unref(order.by_subject);
}
