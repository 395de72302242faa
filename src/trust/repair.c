#include "config.h"

#include "trust/repair.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "trust/repair_private.h"
#include "util/file_set.h"
#include "util/safe_text.h"
#include "util/secret.h"

#define NAMES_MAX 99 /* tried before giving up */

/* --- which file ------------------------------------------------------------------------------- */

static gboolean
is_named(const Finding *finding, const char *path)
{
  g_autofree char *safe = path ? safe_text_string(path) : NULL;
  return safe && finding->file && g_str_equal(safe, finding->file);
}

/* FALSE: the finding is about none of the connection's files. */
static gboolean
find_file(RepairJob *job)
{
  const RepairContext *context = job->context;
  const Finding *finding = job->finding;
  switch (finding->source) {
  case FINDING_SOURCE_TRUST:
    job->slot = REPAIR_CA_FILE;
    job->path = context->ca_path;
    break;
  case FINDING_SOURCE_CLIENT:
    job->slot = REPAIR_CERTIFICATE_FILE;
    job->path = context->certificate_path;
    break;
  case FINDING_SOURCE_KEY:
    job->slot = context->key_path ? REPAIR_KEY_FILE : REPAIR_CERTIFICATE_FILE;
    job->path = context->key_path ? context->key_path : context->certificate_path;
    break;
  default:
    return FALSE;
  }
  return is_named(finding, job->path);
}

/* --- what to do ------------------------------------------------------------------------------- */

static const struct {
  const char *code;
  RepairSlot slot;
  void (*draft)(const RepairJob *job, RepairDraft *draft);
} repairs[] = {
    {"chain-wrong-order", REPAIR_CERTIFICATE_FILE, repair_chain},
    {"leaf-not-first", REPAIR_CERTIFICATE_FILE, repair_chain},
    {"chain-unrelated", REPAIR_CERTIFICATE_FILE, repair_chain},
    {"chain-includes-root", REPAIR_CERTIFICATE_FILE, repair_chain},
    {"certificate-duplicate", REPAIR_CERTIFICATE_FILE, repair_chain},
    {"client-chain-incomplete", REPAIR_CERTIFICATE_FILE, repair_chain},
    {"chain-stale-intermediate", REPAIR_CERTIFICATE_FILE, repair_chain},
    {"issuer-key-differs", REPAIR_CERTIFICATE_FILE, repair_chain},
    {"file-several-keys", REPAIR_CERTIFICATE_FILE, repair_keys},
    {"file-several-keys", REPAIR_KEY_FILE, repair_keys},
    {"pem-damaged", REPAIR_CA_FILE, repair_text},
    {"pem-damaged", REPAIR_CERTIFICATE_FILE, repair_text},
    {"pem-damaged", REPAIR_KEY_FILE, repair_text},
    {"file-der", REPAIR_CA_FILE, repair_text},
    {"file-der", REPAIR_CERTIFICATE_FILE, repair_text},
    {"file-der", REPAIR_KEY_FILE, repair_text},
    {"pem-trusted-label", REPAIR_CA_FILE, repair_text},
    {"pem-trusted-label", REPAIR_CERTIFICATE_FILE, repair_text},
    {"certificate-duplicate", REPAIR_CA_FILE, repair_duplicates},
    {"anchor-cross-signed", REPAIR_CA_FILE, repair_twin},
    {"anchor-legacy-expired", REPAIR_CA_FILE, repair_twin},
    {"anchor-expired", REPAIR_CA_FILE, repair_twin},
    {"anchor-intermediate", REPAIR_CA_FILE, repair_root},
};

static gboolean
make_draft(const RepairJob *job, RepairDraft *draft)
{
  for (gsize i = 0; i < G_N_ELEMENTS(repairs); i++) {
    if (repairs[i].slot != job->slot || strcmp(repairs[i].code, job->finding->code) != 0)
      continue;
    repairs[i].draft(job, draft);
    return draft->summary != NULL;
  }
  return FALSE;
}

/* --- the copy --------------------------------------------------------------------------------- */

/* (transfer full): "client" of "client.pem". */
static char *
stem_of(const char *path)
{
  static const char *const endings[] = {".pem", ".crt", ".cer", ".cert", ".der", ".key"};
  char *name = g_path_get_basename(path);
  for (gsize i = 0; i < G_N_ELEMENTS(endings); i++)
    if (g_str_has_suffix(name, endings[i]) && strlen(name) > strlen(endings[i])) {
      name[strlen(name) - strlen(endings[i])] = '\0';
      break;
    }
  return name;
}

/* (transfer full), NULL: all names are taken. */
static char *
free_name(const RepairJob *job, const char *suffix)
{
  g_autofree char *folder = g_path_get_dirname(job->path), *stem = stem_of(job->path);
  const char *ending = job->slot == REPAIR_KEY_FILE ? "key" : "pem";
  for (guint i = 1; i <= NAMES_MAX; i++) {
    g_autofree char *number = i > 1 ? g_strdup_printf("-%u", i) : g_strdup("");
    g_autofree char *name = g_strdup_printf("%s-%s%s.%s", stem, suffix, number, ending);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    struct stat status;
    if (lstat(path, &status) != 0 && errno == ENOENT)
      return g_steal_pointer(&path);
  }
  return NULL;
}

static void
free_text(gpointer text)
{
  secret_free(text);
}

/* Joined at once, so that no half of a key stays behind in memory that was given back. */
static GBytes *
text_of(const RepairDraft *draft)
{
  g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) parts = g_ptr_array_new();
  for (guint i = 0; i < draft->certificates->len; i++) {
    g_ptr_array_add(own, certificate_to_pem(draft->certificates->pdata[i]));
    g_ptr_array_add(parts, own->pdata[i]);
  }
  for (guint i = 0; i < draft->keys->len; i++) {
    const char *key = draft->keys->pdata[i];
    g_ptr_array_add(parts, (gpointer)key);
    if (!g_str_has_suffix(key, "\n"))
      g_ptr_array_add(parts, (gpointer) "\n");
  }
  g_ptr_array_add(parts, NULL);
  char *text = g_strjoinv("", (char **)parts->pdata);
  return g_bytes_new_with_free_func(text, strlen(text), free_text, text);
}

static void
draft_clear(RepairDraft *draft)
{
  inspection_free(draft->inspection);
  g_clear_pointer(&draft->certificates, g_ptr_array_unref);
  g_clear_pointer(&draft->keys, g_ptr_array_unref);
  g_free(draft->summary);
}

static Repair *
finish(const RepairJob *job, const RepairDraft *draft)
{
  g_autofree char *path = free_name(job, draft->suffix);
  if (!path)
    return NULL;
  Repair *repair = g_new0(Repair, 1);
  repair->slot = job->slot;
  repair->path = g_steal_pointer(&path);
  repair->summary = safe_text_string(draft->summary);
  repair->content = text_of(draft);
  return repair;
}

Repair *
repair_propose(const Finding *finding, const RepairContext *context)
{
  RepairJob job = {.finding = finding, .context = context};
  RepairDraft draft = {.certificates = certificate_list_new(), .keys = g_ptr_array_new()};
  Repair *repair = NULL;
  if (find_file(&job) && make_draft(&job, &draft))
    repair = finish(&job, &draft);
  draft_clear(&draft);
  return repair;
}

/* --- into the folder -------------------------------------------------------------------------- */

gboolean
repair_write(const Repair *repair, GError **error)
{
  gsize length = 0;
  const char *bytes = g_bytes_get_data(repair->content, &length);
  secret_auto text = g_strndup(bytes, length);
  g_autofree char *folder = g_path_get_dirname(repair->path);
  g_autofree char *name = g_path_get_basename(repair->path);
  g_autoptr(FileSet) set = file_set_new(folder);
  file_set_add(set, name, text, strstr(text, "PRIVATE KEY-----") ? 0600 : 0644);
  return file_set_write(set, FALSE, error);
}

void
repair_free(Repair *repair)
{
  if (!repair)
    return;
  g_free(repair->path);
  g_free(repair->summary);
  g_bytes_unref(repair->content);
  g_free(repair);
}

/* --- shared by the parts ---------------------------------------------------------------------- */

gboolean
repair_draft_read(const RepairJob *job, RepairDraft *draft)
{
  draft->inspection = inspection_read(job->path, NULL, NULL);
  for (guint i = 0; draft->inspection && i < draft->inspection->items->len; i++) {
    const InspectedItem *item = draft->inspection->items->pdata[i];
    if (item->kind == INSPECTED_DAMAGED)
      return FALSE;
    if (item->certificate)
      g_ptr_array_add(draft->certificates, certificate_ref(item->certificate));
    if (item->kind == INSPECTED_KEY && item->key_pem)
      g_ptr_array_add(draft->keys, item->key_pem);
  }
  return draft->certificates->len + draft->keys->len > 0;
}

Certificate *
repair_find_key(const GPtrArray *list, const char *key_id)
{
  for (guint i = 0; key_id && i < list->len; i++)
    if (g_str_equal(certificate_key_id(list->pdata[i]), key_id))
      return list->pdata[i];
  return NULL;
}

gboolean
repair_list_has(const GPtrArray *list, const Certificate *certificate)
{
  for (guint i = 0; list && i < list->len; i++)
    if (certificate_equal(list->pdata[i], certificate))
      return TRUE;
  return FALSE;
}
