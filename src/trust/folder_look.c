#include "config.h"

#include "trust/folder_look.h"

#include <string.h>
#include <sys/stat.h>

#include "trust/certificate_fields.h"
#include "trust/certificate_file.h"
#include "trust/key_file.h"
#include "trust/token.h"

/* A folder may be full of certificates that all have the issuer's name. */
#define SIGNATURES_MAX 64

const char *const folder_certificate_endings[] = {".pem", ".crt", ".cer", ".cert", NULL};
const char *const folder_key_endings[] = {".key", ".pem", NULL};

/* --- the folder ------------------------------------------------------------------------------- */

static gboolean
has_ending(const char *name, const char *const *endings)
{
  for (; *endings; endings++)
    if (g_str_has_suffix(name, *endings))
      return TRUE;
  return FALSE;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* (transfer full): the order in which a folder has them is nobody's choice. */
static GPtrArray *
sorted_names(const char *folder, const char *const *endings)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
  const char *name;
  for (guint i = 0; directory && i < FOLDER_NAMES_MAX && (name = g_dir_read_name(directory)); i++)
    if (has_ending(name, endings))
      g_ptr_array_add(names, g_strdup(name));
  g_ptr_array_sort(names, compare_names);
  return names;
}

/* Takes the file's bytes from what may still be read. */
static gboolean
may_be_opened(const char *path, gsize *left)
{
  struct stat status;
  if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0 ||
      status.st_size > FOLDER_FILE_BYTES_MAX || (gsize)status.st_size > *left)
    return FALSE;
  *left -= (gsize)status.st_size;
  return TRUE;
}

void
folder_look(const char *folder, const char *const *endings, FolderLook look, gpointer user_data)
{
  g_autoptr(GPtrArray) names = sorted_names(folder, endings);
  gsize left = FOLDER_BYTES_MAX;
  guint files = 0;
  for (guint i = 0; i < names->len && files < FOLDER_FILES_MAX; i++) {
    g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
    if (!may_be_opened(path, &left))
      continue;
    files++;
    if (!look(path, user_data))
      return;
  }
}

/* --- certificates ----------------------------------------------------------------------------- */

typedef struct {
  const char *self; /* left out */
  GPtrArray *files; /* of FolderFile */
} Gathering;

static void
folder_file_free(FolderFile *file)
{
  g_free(file->path);
  g_ptr_array_unref(file->certificates);
  g_free(file);
}

static gboolean
is_same_name(const char *path, const char *self)
{
  g_autofree char *a = g_path_get_basename(path), *b = g_path_get_basename(self);
  return g_str_equal(a, b);
}

static gboolean
gather(const char *path, gpointer user_data)
{
  Gathering *gathering = user_data;
  GPtrArray *certificates =
      is_same_name(path, gathering->self) ? NULL : certificate_file_read(path, NULL);
  if (!certificates)
    return TRUE;
  FolderFile *file = g_new0(FolderFile, 1);
  file->path = g_strdup(path);
  file->certificates = certificates;
  g_ptr_array_add(gathering->files, file);
  return TRUE;
}

GPtrArray *
folder_certificates(const char *path)
{
  g_autofree char *folder = g_path_get_dirname(path);
  Gathering gathering = {.self = path,
                         .files = g_ptr_array_new_with_free_func((GDestroyNotify)folder_file_free)};
  if (!token_is_uri(path))
    folder_look(folder, folder_certificate_endings, gather, &gathering);
  return gathering.files;
}

const FolderFile *
folder_find_leaf(const GPtrArray *files, const char *key_id)
{
  for (guint i = 0; i < files->len; i++) {
    const FolderFile *file = files->pdata[i];
    if (g_str_equal(certificate_key_id(file->certificates->pdata[0]), key_id))
      return file;
  }
  return NULL;
}

static gboolean
has_issuers_name(const Certificate *certificate, const Certificate *issuer)
{
  return g_bytes_equal(certificate_fields(certificate)->issuer_dn,
                       certificate_fields(issuer)->subject_dn);
}

Certificate *
folder_find_issuer(const GPtrArray *files, const Certificate *certificate, const FolderFile **where)
{
  Certificate *found = NULL;
  guint signatures = 0;
  for (guint i = 0; i < files->len; i++) {
    const FolderFile *file = files->pdata[i];
    for (guint j = 0; j < file->certificates->len; j++) {
      Certificate *issuer = file->certificates->pdata[j];
      if (!has_issuers_name(certificate, issuer) || (found && certificate_equal(found, issuer)))
        continue;
      if (signatures++ >= SIGNATURES_MAX)
        return found;
      if (!certificate_is_issued_by(certificate, issuer))
        continue;
      gboolean top = certificate_is_self_signed(issuer);
      if (!found || top) {
        found = issuer;
        *where = file;
      }
      if (top)
        return found;
    }
  }
  return found;
}

/* --- keys ------------------------------------------------------------------------------------- */

typedef struct {
  const char *self, *key_id;
  char *found;
} KeySearch;

static gboolean
try_key(const char *path, gpointer user_data)
{
  KeySearch *search = user_data;
  g_autofree char *id = is_same_name(path, search->self) ? NULL : key_file_id(path, NULL, NULL);
  if (g_strcmp0(id, search->key_id) != 0)
    return TRUE;
  search->found = g_strdup(path);
  return FALSE;
}

char *
folder_find_key(const char *path, const char *key_id)
{
  g_autofree char *folder = g_path_get_dirname(path);
  KeySearch search = {.self = path, .key_id = key_id};
  if (!token_is_uri(path))
    folder_look(folder, folder_key_endings, try_key, &search);
  return search.found;
}
