/* The CA file: the root itself where a copy of it stands that another CA signed, or that is over,
 * or where only an intermediate stands. New anchors come from the system's trust store and from the
 * file's own folder, never from what a broker sends. */
#include "config.h"

#include "trust/repair_private.h"

#include "trust/anchors.h"
#include "trust/certificate_fields.h"
#include "trust/folder_look.h"

#define CHAIN_MAX 16

/* (transfer full): the certificates that a root may be taken of. */
static GPtrArray *
sources(const RepairJob *job)
{
  GPtrArray *all = certificate_list_new();
  g_autoptr(GPtrArray) beside = folder_certificates(job->path);
  g_autoptr(Anchors) system = anchors_load_system(NULL);
  for (guint i = 0; i < beside->len; i++) {
    const FolderFile *file = beside->pdata[i];
    for (guint j = 0; j < file->certificates->len; j++)
      g_ptr_array_add(all, certificate_ref(file->certificates->pdata[j]));
  }
  GPtrArray *roots = system ? anchors_certificates(system) : NULL;
  for (guint i = 0; roots && i < roots->len; i++)
    g_ptr_array_add(all, certificate_ref(roots->pdata[i]));
  return all;
}

/* The certificate of the CA file that the finding is about; -1: it is not there any more. */
static int
find_target(const RepairJob *job, const GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++)
    if (!g_strcmp0(certificate_sha256(list->pdata[i]), job->finding->sha256))
      return (int)i;
  return -1;
}

static void
put(GPtrArray *list, guint index, Certificate *certificate)
{
  certificate_unref(list->pdata[index]);
  list->pdata[index] = certificate_ref(certificate);
}

/* Reports how many were left out. */
static guint
drop_repetitions(GPtrArray *list)
{
  guint dropped = 0;
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < list->len;) {
    gpointer key = (gpointer)certificate_sha256(list->pdata[i]);
    if (g_hash_table_contains(seen, key)) {
      g_ptr_array_remove_index(list, i);
      dropped++;
      continue;
    }
    g_hash_table_add(seen, key);
    i++;
  }
  return dropped;
}

void
repair_duplicates(const RepairJob *job, RepairDraft *draft)
{
  if (!repair_draft_read(job, draft))
    return;
  g_ptr_array_set_size(draft->keys, 0);
  guint dropped = drop_repetitions(draft->certificates);
  if (dropped == 0)
    return;
  draft->suffix = "clean";
  draft->summary = g_strdup_printf("leaves out %u certificate%s that stand%s there before", dropped,
                                   dropped == 1 ? "" : "s", dropped == 1 ? "s" : "");
}

/* --- the self-signed twin --------------------------------------------------------------------- */

static gboolean
is_twin(const Certificate *candidate, const Certificate *certificate)
{
  return g_bytes_equal(certificate_fields(candidate)->subject_dn,
                       certificate_fields(certificate)->subject_dn) &&
         g_str_equal(certificate_key_id(candidate), certificate_key_id(certificate)) &&
         !certificate_equal(candidate, certificate) && certificate_is_self_signed(candidate);
}

/* The one that lives longest, and longer than what it is for. */
static Certificate *
find_twin(const GPtrArray *list, const Certificate *certificate, gint64 after)
{
  Certificate *best = NULL;
  for (guint i = 0; i < list->len; i++) {
    Certificate *candidate = list->pdata[i];
    gint64 end = best ? certificate_not_after(best) : after;
    if (certificate_not_after(candidate) > end && is_twin(candidate, certificate))
      best = candidate;
  }
  return best;
}

/* An old root is over, and a CA that it had signed is a root of its own by now. */
static Certificate *
find_successor(const RepairJob *job, const GPtrArray *list, const Certificate *old)
{
  const GPtrArray *sent = job->context->peer_chain;
  for (guint i = 0; sent && i < sent->len && i < CHAIN_MAX; i++) {
    Certificate *twin = NULL;
    if (certificate_is_issued_by(sent->pdata[i], old) && certificate_is_ca(sent->pdata[i]))
      twin = find_twin(list, sent->pdata[i], certificate_not_after(old));
    if (twin)
      return twin;
  }
  return NULL;
}

void
repair_twin(const RepairJob *job, RepairDraft *draft)
{
  int target = repair_draft_read(job, draft) ? find_target(job, draft->certificates) : -1;
  if (target < 0)
    return;
  gboolean cross = g_str_equal(job->finding->code, "anchor-cross-signed");
  gboolean legacy = g_str_equal(job->finding->code, "anchor-legacy-expired");
  const Certificate *old = draft->certificates->pdata[target];
  g_autoptr(GPtrArray) list = sources(job);
  Certificate *new = legacy ? find_successor(job, list, old)
                            : find_twin(list, old, cross ? 0 : certificate_not_after(old));
  if (!new)
    return;
  draft->suffix = "root";
  if (legacy)
    draft->summary =
        g_strdup_printf("takes the self-signed \"%s\" instead of \"%s\"",
                        certificate_subject_label(new), certificate_subject_label(old));
  else if (cross)
    draft->summary =
        g_strdup_printf("takes the self-signed \"%s\" instead of the one that \"%s\" signed "
                        "(same key)",
                        certificate_subject_label(new), certificate_issuer_label(old));
  else
    draft->summary = g_strdup_printf("takes another \"%s\" (same name and key), which is valid "
                                     "for longer",
                                     certificate_subject_label(new));
  g_ptr_array_set_size(draft->keys, 0);
  put(draft->certificates, (guint)target, new);
  drop_repetitions(draft->certificates);
}

/* --- the root above an intermediate ----------------------------------------------------------- */

static Certificate *
issuer_of(const GPtrArray *list, const Certificate *certificate)
{
  Certificate *found = NULL;
  for (guint i = 0; i < list->len; i++) {
    Certificate *issuer = list->pdata[i];
    if (!certificate_is_issued_by(certificate, issuer) || !certificate_is_ca(issuer))
      continue;
    found = issuer;
    if (certificate_is_self_signed(issuer))
      return issuer;
  }
  return found;
}

/* (transfer full): those above `low`, the root last; NULL: no root is known. */
static GPtrArray *
way_to_root(const GPtrArray *list, Certificate *low)
{
  g_autoptr(GPtrArray) way = certificate_list_new();
  for (guint i = 0; i < CHAIN_MAX; i++) {
    Certificate *issuer = issuer_of(list, low);
    if (!issuer || repair_list_has(way, issuer))
      return NULL;
    g_ptr_array_add(way, certificate_ref(issuer));
    if (certificate_is_self_signed(issuer))
      return g_steal_pointer(&way);
    low = issuer;
  }
  return NULL;
}

/* Intermediates that the broker sends need not stand in the CA file; others stay, for without them
 * there would be no way to the root. */
void
repair_root(const RepairJob *job, RepairDraft *draft)
{
  int target = repair_draft_read(job, draft) ? find_target(job, draft->certificates) : -1;
  if (target < 0)
    return;
  g_autoptr(GPtrArray) list = sources(job);
  Certificate *low = draft->certificates->pdata[target];
  g_autoptr(GPtrArray) way = way_to_root(list, low);
  if (!way)
    return;
  const Certificate *root = way->pdata[way->len - 1];
  gboolean sent = repair_list_has(job->context->peer_chain, low);
  draft->suffix = "root";
  draft->summary = g_strdup_printf("%s the root \"%s\"%s%s%s", sent ? "takes" : "adds",
                                   certificate_subject_label(root), sent ? " instead of \"" : "",
                                   sent ? certificate_subject_label(low) : "", sent ? "\"" : "");
  if (sent)
    g_ptr_array_remove_index(draft->certificates, (guint)target);
  for (guint i = 0; i < way->len; i++)
    if (!repair_list_has(job->context->peer_chain, way->pdata[i]) || i + 1 == way->len)
      g_ptr_array_add(draft->certificates, certificate_ref(way->pdata[i]));
  g_ptr_array_set_size(draft->keys, 0);
  drop_repetitions(draft->certificates);
}
