#include "config.h"

#include "trust/chain_split.h"

#include "trust/certificate_fields.h"
#include "trust/trust_error.h"

/* A file may hold thousands of certificates of one name; each candidate costs a signature. */
#define SIGNATURES_MAX 4000

typedef struct {
  const Inspection *inspection;
  ChainSplit *split;
  GArray *certificates;   /* of guint: items, each certificate once */
  GHashTable *by_subject; /* GBytes → GArray of guint: items */
  GHashTable *seen;       /* of item + 1: on the way up, or the leaf */
  guint signatures;       /* checked so far */
} Splitter;

static Certificate *
certificate_of(const Splitter *splitter, guint item)
{
  const InspectedItem *found = splitter->inspection->items->pdata[item];
  return found->certificate;
}

/* --- what there is ---------------------------------------------------------------------------- */

static void
collect(Splitter *splitter)
{
  g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < splitter->inspection->items->len; i++) {
    Certificate *certificate = certificate_of(splitter, i);
    if (!certificate)
      continue;
    const char *fingerprint = certificate_sha256(certificate);
    if (g_hash_table_contains(known, fingerprint)) {
      splitter->split->duplicates++;
      continue;
    }
    g_hash_table_add(known, (gpointer)fingerprint);
    g_array_append_val(splitter->certificates, i);
    GBytes *subject = certificate_fields(certificate)->subject_dn;
    GArray *items = g_hash_table_lookup(splitter->by_subject, subject);
    if (!items) {
      items = g_array_new(FALSE, FALSE, sizeof(guint));
      g_hash_table_insert(splitter->by_subject, subject, items);
    }
    g_array_append_val(items, i);
  }
}

static gboolean
find_key(Splitter *splitter, GError **error)
{
  for (guint i = 0; i < splitter->inspection->items->len; i++) {
    const InspectedItem *item = splitter->inspection->items->pdata[i];
    if (item->kind != INSPECTED_KEY || !item->key_pem)
      continue;
    if (splitter->split->key >= 0) {
      g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_SEVERAL_KEYS,
                  "%s contains several private keys; keep exactly one.",
                  splitter->inspection->path);
      return FALSE;
    }
    splitter->split->key = (int)i;
  }
  return TRUE;
}

/* --- the leaf --------------------------------------------------------------------------------- */

static int
find_by_key(const Splitter *splitter)
{
  if (splitter->split->key < 0)
    return -1;
  const InspectedItem *key = splitter->inspection->items->pdata[splitter->split->key];
  for (guint i = 0; key->key_id && i < splitter->certificates->len; i++) {
    guint item = g_array_index(splitter->certificates, guint, i);
    if (g_str_equal(certificate_key_id(certificate_of(splitter, item)), key->key_id))
      return (int)item;
  }
  return -1;
}

static gboolean
find_leaf(Splitter *splitter, GError **error)
{
  int leaf = find_by_key(splitter);
  for (guint i = 0; leaf < 0 && i < splitter->certificates->len; i++) {
    guint item = g_array_index(splitter->certificates, guint, i);
    if (certificate_is_ca(certificate_of(splitter, item)))
      continue;
    if (splitter->split->leaf >= 0) {
      g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_WRONG_KIND,
                  "%s holds several certificates that are no CA's (\"%s\", \"%s\"), so there is "
                  "not one chain to take apart; keep one of them.",
                  splitter->inspection->path,
                  certificate_subject_label(certificate_of(splitter, splitter->split->leaf)),
                  certificate_subject_label(certificate_of(splitter, item)));
      return FALSE;
    }
    splitter->split->leaf = (int)item;
  }
  if (leaf >= 0)
    splitter->split->leaf = leaf;
  return TRUE;
}

/* --- the way up ------------------------------------------------------------------------------- */

static gboolean
is_issuer(Splitter *splitter, const Certificate *certificate, const Certificate *issuer)
{
  if (splitter->signatures >= SIGNATURES_MAX)
    return FALSE;
  splitter->signatures++;
  return certificate_is_issued_by(certificate, issuer);
}

/* A root stands alone; all others are intermediates, cross-signed ones among them. */
static void
take(Splitter *splitter, guint item)
{
  ChainSplit *split = splitter->split;
  Certificate *certificate = certificate_of(splitter, item);
  if (!certificate_is_self_issued(certificate) || !certificate_is_self_signed(certificate))
    g_array_append_val(split->chain, item);
  else if (split->root < 0)
    split->root = (int)item;
  else
    g_array_append_val(split->left_out, item);
}

/* Breadth first from one certificate: whoever issued one stands behind it. TRUE when it had an
 * issuer in the file. */
static gboolean
take_issuers(Splitter *splitter, guint item, GQueue *waiting)
{
  gboolean found = FALSE;
  Certificate *certificate = certificate_of(splitter, item);
  GArray *issuers =
      g_hash_table_lookup(splitter->by_subject, certificate_fields(certificate)->issuer_dn);
  for (guint i = 0; issuers && i < issuers->len; i++) {
    guint issuer = g_array_index(issuers, guint, i);
    if (issuer == item)
      continue;
    if (g_hash_table_contains(splitter->seen, GUINT_TO_POINTER(issuer + 1))) {
      found = TRUE;
      continue;
    }
    if (!is_issuer(splitter, certificate, certificate_of(splitter, issuer)))
      continue;
    found = TRUE;
    g_hash_table_add(splitter->seen, GUINT_TO_POINTER(issuer + 1));
    g_queue_push_tail(waiting, GUINT_TO_POINTER(issuer));
    take(splitter, issuer);
  }
  return found;
}

static void
climb(Splitter *splitter, guint start)
{
  g_autoptr(GQueue) waiting = g_queue_new();
  g_hash_table_add(splitter->seen, GUINT_TO_POINTER(start + 1));
  g_queue_push_tail(waiting, GUINT_TO_POINTER(start));
  while (!g_queue_is_empty(waiting)) {
    guint item = GPOINTER_TO_UINT(g_queue_pop_head(waiting));
    if (!take_issuers(splitter, item, waiting))
      splitter->split->top = (int)item;
  }
  if (splitter->split->root >= 0 || certificate_is_self_signed(certificate_of(splitter, start)))
    splitter->split->top = -1;
}

/* Of CAs alone: the one that issued none of the others. */
static int
find_lowest(const Splitter *splitter)
{
  g_autoptr(GHashTable) issuers = g_hash_table_new(g_bytes_hash, g_bytes_equal);
  for (guint i = 0; i < splitter->certificates->len; i++) {
    const Certificate *certificate =
        certificate_of(splitter, g_array_index(splitter->certificates, guint, i));
    if (!certificate_is_self_issued(certificate))
      g_hash_table_add(issuers, certificate_fields(certificate)->issuer_dn);
  }
  for (guint i = 0; i < splitter->certificates->len; i++) {
    guint item = g_array_index(splitter->certificates, guint, i);
    const CertificateFields *fields = certificate_fields(certificate_of(splitter, item));
    if (!g_hash_table_contains(issuers, fields->subject_dn))
      return (int)item;
  }
  return (int)g_array_index(splitter->certificates, guint, 0);
}

static void
note_left_out(Splitter *splitter)
{
  for (guint i = 0; i < splitter->certificates->len; i++) {
    guint item = g_array_index(splitter->certificates, guint, i);
    if (!g_hash_table_contains(splitter->seen, GUINT_TO_POINTER(item + 1)))
      g_array_append_val(splitter->split->left_out, item);
  }
}

/* A file that stayed closed may hold all that is wanted. */
static gboolean
is_closed(const Inspection *inspection, const char *code)
{
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->kind == INSPECTED_BUNDLE && item->problem_code &&
        g_str_equal(item->problem_code, code))
      return TRUE;
  }
  return FALSE;
}

static gboolean
fail_without_certificates(const Inspection *inspection, GError **error)
{
  const char *path = inspection->path;
  if (is_closed(inspection, "key-password-needed"))
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_NEEDED,
                "%s is protected by a password; give it with --password-file.", path);
  else if (is_closed(inspection, "key-password-wrong"))
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_WRONG,
                "The password does not open %s; give the right one with --password-file.", path);
  else
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_WRONG_KIND,
                "%s holds no certificate that can be read, so there is no chain to take apart; "
                "choose another file.",
                path);
  return FALSE;
}

static gboolean
split_up(Splitter *splitter, GError **error)
{
  collect(splitter);
  if (splitter->certificates->len == 0)
    return fail_without_certificates(splitter->inspection, error);
  if (!find_key(splitter, error) || !find_leaf(splitter, error))
    return FALSE;
  gboolean leaf = splitter->split->leaf >= 0;
  guint start = (guint)(leaf ? splitter->split->leaf : find_lowest(splitter));
  if (!leaf)
    take(splitter, start);
  climb(splitter, start);
  note_left_out(splitter);
  if (leaf || splitter->split->chain->len > 0 || splitter->split->left_out->len == 0)
    return TRUE;
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_WRONG_KIND,
              "%s holds %u roots and nothing below them: it is a list of CAs, not a chain; use it "
              "as it is.",
              splitter->inspection->path, splitter->certificates->len);
  return FALSE;
}

/* --- the whole -------------------------------------------------------------------------------- */

ChainSplit *
chain_split_new(const Inspection *inspection, GError **error)
{
  ChainSplit *split = g_new0(ChainSplit, 1);
  split->leaf = split->root = split->key = split->top = -1;
  split->chain = g_array_new(FALSE, FALSE, sizeof(guint));
  split->left_out = g_array_new(FALSE, FALSE, sizeof(guint));
  Splitter splitter = {.inspection = inspection,
                       .split = split,
                       .certificates = g_array_new(FALSE, FALSE, sizeof(guint)),
                       .by_subject = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, NULL,
                                                           (GDestroyNotify)g_array_unref),
                       .seen = g_hash_table_new(NULL, NULL)};
  gboolean good = split_up(&splitter, error);
  g_array_unref(splitter.certificates);
  g_hash_table_unref(splitter.by_subject);
  g_hash_table_unref(splitter.seen);
  if (!good)
    g_clear_pointer(&split, chain_split_free);
  return split;
}

void
chain_split_free(ChainSplit *split)
{
  if (!split)
    return;
  g_array_unref(split->chain);
  g_array_unref(split->left_out);
  g_free(split);
}
