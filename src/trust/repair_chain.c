/* Our certificate file as TLS wants it: the leaf, then each one's issuer, up to below the root.
 * Who issued whom is told by signatures. */
#include "config.h"

#include "trust/repair_private.h"

#include "trust/certificate_file.h"
#include "trust/folder_look.h"
#include "trust/key_file.h"

#define CHAIN_MAX 16
/* A file may hold thousands of certificates of one name. */
#define SIGNATURES_MAX 256

typedef struct {
  GPtrArray *own;        /* of the old file */
  GPtrArray *beside;     /* of FolderFile */
  const GPtrArray *sent; /* by the broker, or NULL */
  GPtrArray *trusted;    /* of the CA file, or NULL */
  GPtrArray *chain;      /* the new one */
  guint signatures;
} Builder;

/* --- the leaf --------------------------------------------------------------------------------- */

static Certificate *
first_of_no_authority(const GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++)
    if (!certificate_is_ca(list->pdata[i]))
      return list->pdata[i];
  return list->pdata[0];
}

static Certificate *
find_leaf(const RepairJob *job, const GPtrArray *list)
{
  const char *key_path = job->context->key_path ? job->context->key_path : job->path;
  g_autofree char *key_id = key_file_id(key_path, NULL, NULL);
  Certificate *leaf = repair_find_key(list, key_id);
  return leaf ? leaf : first_of_no_authority(list);
}

/* --- the way up ------------------------------------------------------------------------------- */

static gboolean
is_issuer(Builder *builder, const Certificate *certificate, const Certificate *issuer)
{
  if (builder->signatures >= SIGNATURES_MAX)
    return FALSE;
  if (g_strcmp0(certificate_issuer(certificate), certificate_subject(issuer)) != 0)
    return FALSE;
  builder->signatures++;
  return certificate_is_issued_by(certificate, issuer);
}

/* One that is not self-signed before one that is: `wants_root` turns that round. */
static Certificate *
issuer_among(Builder *builder, const GPtrArray *list, const Certificate *certificate,
             gboolean wants_root)
{
  Certificate *second = NULL;
  for (guint i = 0; list && i < list->len; i++) {
    Certificate *issuer = list->pdata[i];
    if (!is_issuer(builder, certificate, issuer) || repair_list_has(builder->chain, issuer))
      continue;
    if (certificate_is_self_signed(issuer) == wants_root)
      return issuer;
    second = issuer;
  }
  return second;
}

/* Not in the file itself: where a root is at hand, the chain ends below it. */
static Certificate *
issuer_elsewhere(Builder *builder, const Certificate *certificate)
{
  const FolderFile *where = NULL;
  Certificate *beside = folder_find_issuer(builder->beside, certificate, &where);
  Certificate *trusted = issuer_among(builder, builder->trusted, certificate, TRUE);
  if (trusted && certificate_is_self_signed(trusted))
    return trusted;
  if (beside)
    return beside;
  return trusted ? trusted : issuer_among(builder, builder->sent, certificate, TRUE);
}

static void
climb(Builder *builder, Certificate *leaf)
{
  Certificate *top = leaf;
  while (builder->chain->len < CHAIN_MAX) {
    g_ptr_array_add(builder->chain, certificate_ref(top));
    if (certificate_is_self_signed(top))
      return;
    Certificate *issuer = issuer_among(builder, builder->own, top, FALSE);
    if (!issuer)
      issuer = issuer_elsewhere(builder, top);
    if (!issuer || certificate_is_self_signed(issuer) || repair_list_has(builder->chain, issuer))
      return;
    top = issuer;
  }
}

/* --- what is different ------------------------------------------------------------------------ */

static void
append_label(GString *text, const char *before, const Certificate *certificate)
{
  g_string_append_printf(text, "%s\"%s\"", text->len > 0 ? ", " : before,
                         certificate_subject_label(certificate));
}

/* (transfer full): those of `from` that are not in `in`; "" when none are. */
static char *
list_missing(const GPtrArray *from, const GPtrArray *in, const char *before)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < from->len && text->len < 200; i++)
    if (!repair_list_has(in, from->pdata[i]))
      append_label(text, before, from->pdata[i]);
  return g_string_free(text, FALSE);
}

static gboolean
has_new(const GPtrArray *old, const GPtrArray *new)
{
  for (guint i = 0; i < new->len; i++)
    if (!repair_list_has(old, new->pdata[i]))
      return TRUE;
  return FALSE;
}

/* Those that stay do so in the order in which they stood. */
static gboolean
keeps_order(const GPtrArray *old, const GPtrArray *new)
{
  guint at = 0;
  for (guint i = 0; i < old->len; i++) {
    guint position = 0;
    if (!g_ptr_array_find_with_equal_func((GPtrArray *)new, old->pdata[i],
                                          (GEqualFunc)certificate_equal, &position))
      continue;
    if (position < at)
      return FALSE;
    at = position;
  }
  return TRUE;
}

static gboolean
has_repetition(const GPtrArray *list)
{
  for (guint i = 1; i < list->len; i++)
    for (guint j = 0; j < i; j++)
      if (certificate_equal(list->pdata[i], list->pdata[j]))
        return TRUE;
  return FALSE;
}

/* Of what is missing, or of another key, nothing is mended unless something comes in its place. */
static gboolean
is_about_absence(const Finding *finding)
{
  static const char *const codes[] = {"client-chain-incomplete", "issuer-key-differs",
                                      "chain-stale-intermediate", NULL};
  return g_strv_contains(codes, finding->code);
}

static void
describe(RepairDraft *draft, const GPtrArray *old, const GPtrArray *new)
{
  g_autofree char *added = list_missing(new, old, "adds ");
  g_autofree char *dropped = list_missing(old, new, "leaves out ");
  gboolean sorts = !keeps_order(old, new), repeats = has_repetition(old);
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
  if (sorts)
    g_ptr_array_add(parts, g_strdup_printf("sorts the %u certificates: leaf first, each followed "
                                           "by its issuer",
                                           new->len));
  if (*added)
    g_ptr_array_add(parts, g_strdup(added));
  if (*dropped)
    g_ptr_array_add(parts, g_strdup(dropped));
  if (repeats)
    g_ptr_array_add(parts, g_strdup("keeps one copy of what stands there twice"));
  if (parts->len == 0)
    return;
  draft->suffix = sorts ? "sorted" : *added ? "complete" : "clean";
  g_ptr_array_add(parts, NULL);
  draft->summary = g_strjoinv("; ", (char **)parts->pdata);
}

/* --- the whole -------------------------------------------------------------------------------- */

void
repair_chain(const RepairJob *job, RepairDraft *draft)
{
  /* More than any chain has: it is a list of CAs, and nothing to be sorted. */
  if (!repair_draft_read(job, draft) || draft->certificates->len == 0 ||
      draft->certificates->len > 4 * CHAIN_MAX)
    return;
  const char *ca_path = job->context->ca_path;
  g_autoptr(GPtrArray) beside = folder_certificates(job->path);
  g_autoptr(GPtrArray) trusted = ca_path ? certificate_file_read(ca_path, NULL) : NULL;
  g_autoptr(GPtrArray) old = g_steal_pointer(&draft->certificates);
  draft->certificates = certificate_list_new();
  Builder builder = {.own = old,
                     .beside = beside,
                     .sent = job->context->peer_chain,
                     .trusted = trusted,
                     .chain = draft->certificates};
  climb(&builder, find_leaf(job, old));
  describe(draft, old, draft->certificates);
  if (is_about_absence(job->finding) && !has_new(old, draft->certificates))
    g_clear_pointer(&draft->summary, g_free);
}
