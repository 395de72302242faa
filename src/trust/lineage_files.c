/* live/NAME and archive/NAME: links and versions. */
#include "config.h"

#include "trust/lineage_private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trust/file_content.h"
#include "trust/trust_error.h"

#define VERSION_MAX 1000000

static const char *const stems[LINEAGE_FILES] = {"cert", "chain", "fullchain", "privkey"};

/* "cert12.pem" → 12; 0: it has another form. */
static guint
version_of(const char *name, LineageFileKind kind)
{
  char *rest = NULL;
  gsize length = strlen(stems[kind]);
  if (strncmp(name, stems[kind], length) != 0 || !g_ascii_isdigit(name[length]))
    return 0;
  guint64 number = g_ascii_strtoull(name + length, &rest, 10);
  return g_str_equal(rest, ".pem") && number <= VERSION_MAX ? (guint)number : 0;
}

/* (transfer full): what the link says; NULL: it is none. */
static char *
read_link(const char *path)
{
  char target[4096];
  ssize_t length = readlink(path, target, sizeof target - 1);
  return length > 0 ? g_strndup(target, (gsize)length) : NULL;
}

static void
look_at(Lineage *lineage, LineageFileKind kind)
{
  LineageFile *file = &lineage->files[kind];
  struct stat status;
  file->path = g_build_filename(lineage->folder, lineage_file_name(kind), NULL);
  file->target = read_link(file->path);
  file->there = stat(file->path, &status) == 0 || errno == EACCES;
  if (!file->target)
    return;
  g_autofree char *name = g_path_get_basename(file->target);
  file->version = version_of(name, kind);
}

/* --- archive/NAME ----------------------------------------------------------------------------- */

/* (transfer full): where the link leads to; else what the renewal file says; NULL: not to be told.
 */
static char *
archive_folder(const Lineage *lineage)
{
  const char *target = lineage->files[LINEAGE_CERT].target;
  if (target) {
    g_autofree char *folder = g_canonicalize_filename(lineage->folder, NULL);
    g_autofree char *path = g_canonicalize_filename(target, folder);
    return g_path_get_dirname(path);
  }
  return lineage->renewal && lineage->renewal->archive_dir &&
                 g_path_is_absolute(lineage->renewal->archive_dir)
             ? g_strdup(lineage->renewal->archive_dir)
             : NULL;
}

/* A bit for each kind. */
static void
note(GHashTable *versions, const char *name)
{
  for (int kind = 0; kind < LINEAGE_FILES; kind++) {
    guint version = version_of(name, (LineageFileKind)kind);
    if (version == 0)
      continue;
    gpointer key = GUINT_TO_POINTER(version);
    guint seen = GPOINTER_TO_UINT(g_hash_table_lookup(versions, key));
    g_hash_table_insert(versions, key, GUINT_TO_POINTER(seen | 1u << kind));
  }
}

/* A renewal that was cut off leaves less than four files: it does not count, as for certbot. */
static guint
newest_whole(GHashTable *versions)
{
  GHashTableIter iter;
  gpointer version, seen;
  guint newest = 0;
  g_hash_table_iter_init(&iter, versions);
  while (g_hash_table_iter_next(&iter, &version, &seen))
    if (GPOINTER_TO_UINT(seen) == (1u << LINEAGE_FILES) - 1)
      newest = MAX(newest, GPOINTER_TO_UINT(version));
  return newest;
}

static void
look_into_archive(Lineage *lineage)
{
  g_autofree char *folder = archive_folder(lineage);
  g_autoptr(GDir) archive = folder ? g_dir_open(folder, 0, NULL) : NULL;
  g_autoptr(GHashTable) versions = g_hash_table_new(NULL, NULL);
  if (!archive)
    return;
  for (guint i = 0; i < LINEAGE_ARCHIVE_MAX; i++) {
    const char *name = g_dir_read_name(archive);
    if (!name)
      break;
    note(versions, name);
  }
  lineage->newest = newest_whole(versions);
}

gboolean
lineage_files_look(Lineage *lineage, GError **error)
{
  int fault = file_folder_fault(lineage->folder);
  if (fault != 0) {
    file_folder_set_error(lineage->folder, fault, error);
    return FALSE;
  }
  guint there = 0;
  for (int kind = 0; kind < LINEAGE_FILES; kind++) {
    look_at(lineage, (LineageFileKind)kind);
    there += lineage->files[kind].there || lineage->files[kind].target;
  }
  if (there == 0) {
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_MISSING,
                "%s holds no cert.pem, chain.pem, fullchain.pem or privkey.pem, so it is no "
                "lineage of certbot's; choose a folder below live/.",
                lineage->name);
    return FALSE;
  }
  lineage->version = lineage->files[LINEAGE_CERT].version;
  look_into_archive(lineage);
  return TRUE;
}
