#include "config.h"

#include "trust/lineage_private.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "trust/certificate_fields.h"
#include "trust/certificate_file.h"
#include "trust/date_text.h"
#include "trust/file_content.h"
#include "trust/inspection.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"

/* --- words ------------------------------------------------------------------------------------ */

const char *
lineage_file_name(LineageFileKind kind)
{
  static const char *const names[] = {"cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"};
  return names[kind];
}

const char *
lineage_file_purpose(LineageFileKind kind)
{
  static const char *const purposes[] = {
      "the certificate alone: what a form calls the certificate body",
      "everything above it: the chain, without the root",
      "both, for programs that take one file: certificate first, then the chain",
      "the private key, which nobody but the broker may read",
  };
  return purposes[kind];
}

const char *
lineage_role_name(LineageRole role)
{
  static const char *const names[] = {"leaf", "intermediate", "cross-signed root", "root"};
  return names[role];
}

/* --- parts ------------------------------------------------------------------------------------ */

const Certificate *
lineage_leaf(const Lineage *lineage)
{
  return lineage->certificates->len > 0 ? lineage->certificates->pdata[0] : NULL;
}

LineageRole
lineage_role(const Lineage *lineage, guint index)
{
  return g_array_index(lineage->roles, LineageRole, index);
}

/* --- where ------------------------------------------------------------------------------------ */

static gboolean
is_path(const char *name)
{
  return strchr(name, '/') != NULL;
}

static char *
live_folder(const char *certbot, const char *name)
{
  if (is_path(name))
    return g_strdup(name);
  return g_build_filename(certbot ? certbot : LINEAGE_CERTBOT_FOLDER, "live", name, NULL);
}

char *
lineage_path(const char *certbot, const char *name, LineageFileKind kind)
{
  g_autofree char *folder = live_folder(certbot, name);
  return g_build_filename(folder, lineage_file_name(kind), NULL);
}

gboolean
lineage_is_link(const char *path)
{
  g_autofree char *target = g_file_read_link(path, NULL);
  return target && strstr(target, "/archive/");
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Most file systems say it with the name, and one call for each is not needed. */
static gboolean
is_folder(int live, const struct dirent *entry)
{
  struct stat status;
  if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
    return entry->d_type == DT_DIR && entry->d_name[0] != '.';
  return entry->d_name[0] != '.' && fstatat(live, entry->d_name, &status, 0) == 0 &&
         S_ISDIR(status.st_mode);
}

static GPtrArray *
read_names(DIR *live)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  const struct dirent *entry;
  while (names->len < LINEAGE_NAMES_MAX && (entry = readdir(live)))
    if (is_folder(dirfd(live), entry))
      g_ptr_array_add(names, g_strdup(entry->d_name));
  g_ptr_array_sort(names, compare_names);
  return names;
}

char **
lineage_names(const char *certbot, guint *all, GError **error)
{
  g_autofree char *path =
      g_build_filename(certbot ? certbot : LINEAGE_CERTBOT_FOLDER, "live", NULL);
  int fault = file_folder_fault(path);
  DIR *live = fault == 0 ? opendir(path) : NULL;
  if (!live) {
    file_folder_set_error(path, fault, error);
    return NULL;
  }
  g_autoptr(GPtrArray) names = read_names(live);
  closedir(live);
  if (all)
    *all = names->len;
  if (names->len > LINEAGE_COUNT_MAX)
    g_ptr_array_remove_range(names, LINEAGE_COUNT_MAX, names->len - LINEAGE_COUNT_MAX);
  g_ptr_array_add(names, NULL);
  return (char **)g_ptr_array_steal(names, NULL);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* live/NAME stands beside renewal/NAME.conf, two folders up. */
static void
read_renewal(Lineage *lineage)
{
  g_autofree char *folder = g_canonicalize_filename(lineage->folder, NULL);
  g_autofree char *base = g_path_get_basename(folder);
  g_autofree char *conf = g_strconcat(base, ".conf", NULL);
  g_autofree char *path = g_build_filename(folder, "..", "..", "renewal", conf, NULL);
  lineage->renewal = renewal_config_read(path, NULL);
}

/* (transfer full): what a file holds; NULL, and its finding. */
static GPtrArray *
read_certificates(Lineage *lineage, LineageFileKind kind)
{
  const LineageFile *file = &lineage->files[kind];
  g_autoptr(GError) error = NULL;
  GPtrArray *certificates = certificate_file_read(file->path, &error);
  if (certificates)
    return certificates;
  g_autofree char *safe = safe_text_string(file->path);
  Finding *finding = finding_from_error(error, FINDING_SOURCE_CHAIN, safe);
  if (file->target && g_str_equal(finding->code, "file-missing")) {
    g_autofree char *target = safe_text_string(file->target);
    finding_set_message(finding, "%s points to %s, which does not exist.", safe, target);
    finding_set_remedy(finding, "Have certbot issue the certificate again, or point the link to a "
                                "version that is there.");
  }
  g_ptr_array_add(lineage->findings, finding);
  return NULL;
}

/* (transfer full): the key's id; NULL, and its finding. */
static char *
read_key(Lineage *lineage)
{
  const char *path = lineage->files[LINEAGE_KEY].path;
  g_autoptr(GError) error = NULL;
  g_autofree char *safe = safe_text_string(path);
  g_autoptr(Inspection) inspection = inspection_read(path, NULL, &error);
  if (!inspection) {
    g_ptr_array_add(lineage->findings, finding_from_error(error, FINDING_SOURCE_KEY, safe));
    return NULL;
  }
  const InspectedItem *item = inspection->items->pdata[0];
  for (guint i = 0; i < inspection->remarks->len; i++)
    g_ptr_array_add(lineage->findings, finding_copy(inspection->remarks->pdata[i]));
  if (item->kind != INSPECTED_KEY) {
    Finding *finding = lineage_finding(lineage, "file-wrong-role", LINEAGE_KEY);
    finding_set_message(finding, "%s holds a %s, and not the private key.", safe,
                        inspected_kind_name(item->kind));
    finding_set_remedy(finding, "Have certbot issue the certificate again, which makes a new key.");
    g_ptr_array_add(lineage->findings, finding);
    return NULL;
  }
  lineage->key_label = g_strdup(item->key_label);
  return g_strdup(item->key_id);
}

/* The part of the message that is the same for all files behind one shut folder; NULL: it is about
 * the file itself. */
static const char *
shut_folder(const Finding *finding)
{
  const char *cause = strstr(finding->message, " may not be read: the folder ");
  return g_str_equal(finding->code, "file-unreadable") ? cause : NULL;
}

/* One folder keeps several files shut: that is one fault, and not one a file. */
static void
join_shut_files(Lineage *lineage)
{
  Finding *first = NULL;
  guint joined = 0;
  for (guint i = 0; i < lineage->findings->len;) {
    Finding *finding = lineage->findings->pdata[i];
    const char *cause = shut_folder(finding);
    gboolean same = first && cause && g_str_equal(cause, shut_folder(first));
    if (!first && cause)
      first = finding;
    joined += same;
    if (same)
      g_ptr_array_remove_index(lineage->findings, i);
    else
      i++;
  }
  if (joined == 0)
    return;
  g_autofree char *cause = g_strdup(shut_folder(first));
  g_autofree char *folder = safe_text_string(lineage->folder);
  finding_set_message(first, "The files in %s%s", folder, cause);
  g_free(first->file);
  first->file = g_steal_pointer(&folder);
}

Finding *
lineage_finding(const Lineage *lineage, const char *code, LineageFileKind kind)
{
  Finding *finding = finding_new(code);
  /* Whatever is wrong with certificate or key, the broker is to have them. */
  if (finding->side == FINDING_SIDE_CLIENT)
    finding->side = FINDING_SIDE_SERVER;
  finding->source = kind == LINEAGE_KEY ? FINDING_SOURCE_KEY : FINDING_SOURCE_CHAIN;
  finding->file = safe_text_string(lineage->files[kind].path);
  return finding;
}

/* --- roles ------------------------------------------------------------------------------------ */

static gboolean
is_self_signed_twin(const Certificate *root, const Certificate *certificate)
{
  return g_bytes_equal(certificate_fields(root)->subject_dn,
                       certificate_fields(certificate)->subject_dn) &&
         g_str_equal(certificate_key_id(root), certificate_key_id(certificate)) &&
         certificate_is_self_signed(root);
}

static gboolean
has_twin(const GPtrArray *list, const Certificate *certificate)
{
  for (guint i = 0; list && i < list->len; i++)
    if (is_self_signed_twin(list->pdata[i], certificate))
      return TRUE;
  return FALSE;
}

static LineageRole
role_of(const Lineage *lineage, guint index, const Anchors *known)
{
  const Certificate *certificate = lineage->certificates->pdata[index];
  if (!certificate_is_ca(certificate))
    return LINEAGE_LEAF;
  if (certificate_is_self_signed(certificate))
    return LINEAGE_ROOT;
  if (has_twin(lineage->certificates, certificate) ||
      (known && has_twin(anchors_certificates(known), certificate)))
    return LINEAGE_CROSS_SIGNED;
  return LINEAGE_INTERMEDIATE;
}

static void
take_certificates(Lineage *lineage, const GPtrArray *list)
{
  for (guint i = 0; list && i < list->len; i++)
    g_ptr_array_add(lineage->certificates, certificate_ref(list->pdata[i]));
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
load(Lineage *lineage, const Anchors *known, gint64 now)
{
  g_autoptr(GPtrArray) cert = read_certificates(lineage, LINEAGE_CERT);
  g_autoptr(GPtrArray) chain = read_certificates(lineage, LINEAGE_CHAIN);
  g_autoptr(GPtrArray) fullchain = read_certificates(lineage, LINEAGE_FULLCHAIN);
  g_autofree char *key_id = read_key(lineage);
  join_shut_files(lineage);
  take_certificates(lineage, fullchain ? fullchain : cert);
  if (!fullchain)
    take_certificates(lineage, chain);
  for (guint i = 0; i < lineage->certificates->len; i++) {
    LineageRole role = role_of(lineage, i, known);
    g_array_append_val(lineage->roles, role);
  }
  if (cert) {
    const Certificate *leaf = cert->pdata[0];
    lineage->due = renewal_config_due(lineage->renewal, certificate_not_before(leaf),
                                      certificate_not_after(leaf), &lineage->due_rule);
  }
  lineage_judge(lineage, cert, chain, fullchain, key_id, now);
}

Lineage *
lineage_load(const char *certbot, const char *name, const Anchors *known, gint64 now,
             GError **error)
{
  g_autoptr(Lineage) lineage = g_new0(Lineage, 1);
  lineage->folder = live_folder(certbot, name);
  g_autofree char *plain = g_canonicalize_filename(lineage->folder, NULL);
  g_autofree char *base = g_path_get_basename(plain);
  lineage->name = safe_text_string(is_path(name) ? base : name);
  lineage->certificates = certificate_list_new();
  lineage->roles = g_array_new(FALSE, FALSE, sizeof(LineageRole));
  lineage->brokers = g_ptr_array_new_with_free_func(lineage_broker_free);
  lineage->findings = finding_list_new();
  read_renewal(lineage);
  if (!lineage_files_look(lineage, error))
    return NULL;
  load(lineage, known, now);
  return g_steal_pointer(&lineage);
}

void
lineage_free(Lineage *lineage)
{
  if (!lineage)
    return;
  for (int kind = 0; kind < LINEAGE_FILES; kind++) {
    g_free(lineage->files[kind].path);
    g_free(lineage->files[kind].target);
  }
  g_free(lineage->name);
  g_free(lineage->folder);
  g_free(lineage->key_label);
  g_ptr_array_unref(lineage->brokers);
  g_ptr_array_unref(lineage->certificates);
  g_array_unref(lineage->roles);
  renewal_config_free(lineage->renewal);
  g_ptr_array_unref(lineage->findings);
  g_free(lineage);
}
