/* The same things written anew: PEM with its line breaks, DER as PEM, one key instead of several.
 */
#include "config.h"

#include "trust/repair_private.h"

#include "trust/certificate_file.h"

/* --- PEM -------------------------------------------------------------------------------------- */

static const char *
what_changes(const char *code)
{
  if (g_str_equal(code, "file-der"))
    return "writes the DER file as PEM";
  if (g_str_equal(code, "pem-trusted-label"))
    return "writes plain CERTIFICATE labels, without OpenSSL's trust settings";
  return "writes the PEM anew: labels, text and line breaks as every program reads them";
}

void
repair_text(const RepairJob *job, RepairDraft *draft)
{
  if (!repair_draft_read(job, draft))
    return;
  /* Each field gets what it needs: a key has no place in a CA file. */
  if (job->slot == REPAIR_CA_FILE)
    g_ptr_array_set_size(draft->keys, 0);
  if (job->slot == REPAIR_KEY_FILE)
    g_ptr_array_set_size(draft->certificates, 0);
  if (draft->certificates->len + draft->keys->len == 0)
    return;
  draft->suffix = g_str_equal(job->finding->code, "file-der") ? "pem" : "clean";
  draft->summary = g_strdup(what_changes(job->finding->code));
}

/* --- keys ------------------------------------------------------------------------------------- */

/* (transfer full): the certificates that one of the keys may be for. */
static GPtrArray *
certificates_for(const RepairJob *job, const RepairDraft *draft)
{
  if (job->slot == REPAIR_CERTIFICATE_FILE)
    return g_ptr_array_ref(draft->certificates);
  const char *path = job->context->certificate_path;
  return path ? certificate_file_read(path, NULL) : NULL;
}

static const InspectedItem *
key_that_fits(const Inspection *inspection, const GPtrArray *certificates)
{
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->kind == INSPECTED_KEY && item->key_pem && repair_find_key(certificates, item->key_id))
      return item;
  }
  return NULL;
}

void
repair_keys(const RepairJob *job, RepairDraft *draft)
{
  if (!repair_draft_read(job, draft) || draft->keys->len < 2)
    return;
  g_autoptr(GPtrArray) certificates = certificates_for(job, draft);
  const InspectedItem *key = certificates ? key_that_fits(draft->inspection, certificates) : NULL;
  if (!key)
    return;
  draft->summary =
      g_strdup_printf("keeps the one of the %u keys that belongs to \"%s\"", draft->keys->len,
                      certificate_subject_label(repair_find_key(certificates, key->key_id)));
  draft->suffix = "single";
  if (job->slot == REPAIR_KEY_FILE)
    g_ptr_array_set_size(draft->certificates, 0);
  g_ptr_array_set_size(draft->keys, 0);
  g_ptr_array_add(draft->keys, key->key_pem);
}
