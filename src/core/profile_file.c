/* Profiles on disk. What is in the files: profile_text.c. */
#include "config.h"

#include "core/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/profile_check.h"
#include "core/profile_text.h"
#include "util/safe_text.h"

#define SUFFIX ".conf"
#define FILE_MODE 0600
#define FOLDER_MODE 0700

/* A file's bytes, wiped when they go: they hold passwords. */
typedef struct {
  char *bytes;
  gsize length;
} FileText;

static void
file_text_clear(FileText *text)
{
  if (text->bytes != NULL)
    explicit_bzero(text->bytes, text->length);
  g_free(text->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FileText, file_text_clear)

/* --- Errors ----------------------------------------------------------------------------------- */

static gboolean
refuse(const char *path, GFileError code, const char *reason, GError **error)
{
  g_autofree char *safe = safe_text_string(path);
  g_set_error(error, G_FILE_ERROR, (int)code, "%s: %s", safe, reason);
  return FALSE;
}

static gboolean
refuse_errno(const char *path, int number, const char *what, GError **error)
{
  g_autofree char *reason = g_strdup_printf("%s: %s", what, g_strerror(number));
  return refuse(path, g_file_error_from_errno(number), reason, error);
}

/* --- Reading ---------------------------------------------------------------------------------- */

static gboolean
check_kind(const char *path, int fd, GError **error)
{
  struct stat status;
  if (fstat(fd, &status) != 0)
    return refuse_errno(path, errno, "cannot be read", error);
  if (!S_ISREG(status.st_mode))
    return refuse(path, G_FILE_ERROR_INVAL, "is not a file", error);
  if (status.st_size > PROFILE_FILE_MAX)
    return refuse(path, G_FILE_ERROR_INVAL, "is larger than 1 MiB, which no profile is", error);
  return TRUE;
}

/* No more than the bound even when the file grows meanwhile. */
static gboolean
read_bytes(const char *path, int fd, FileText *text, GError **error)
{
  text->bytes = g_malloc(PROFILE_FILE_MAX);
  while (text->length < PROFILE_FILE_MAX) {
    ssize_t got = read(fd, text->bytes + text->length, PROFILE_FILE_MAX - text->length);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return refuse_errno(path, errno, "cannot be read", error);
    if (got == 0)
      break;
    text->length += (gsize)got;
  }
  return TRUE;
}

static gboolean
read_file(const char *path, FileText *text, GError **error)
{
  /* O_NONBLOCK: somebody may have put a FIFO there. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return refuse_errno(path, errno, "cannot be read", error);
  gboolean good = check_kind(path, fd, error) && read_bytes(path, fd, text, error);
  close(fd);
  return good;
}

Profile *
profile_load(const char *path, GError **error)
{
  g_auto(FileText) text = {0};
  if (!read_file(path, &text, error))
    return NULL;
  g_autoptr(Profile) profile = profile_from_text(path, text.bytes, text.length, error);
  if (profile == NULL)
    return NULL;
  g_autoptr(GError) reason = NULL;
  if (!profile_check_name(profile->name, &reason)) {
    refuse(path, G_FILE_ERROR_INVAL, reason->message, error);
    return NULL;
  }
  return g_steal_pointer(&profile);
}

/* --- The folder ------------------------------------------------------------------------------- */

char *
profile_folder(void)
{
  /* The XDG base directory specification wants relative paths ignored, which GLib does not do. */
  const char *config = g_getenv("XDG_CONFIG_HOME");
  if (config != NULL && g_path_is_absolute(config))
    return g_build_filename(config, "mqtrust", "connections", NULL);
  return g_build_filename(g_get_home_dir(), ".config", "mqtrust", "connections", NULL);
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* (transfer full): file names, sorted; empty when there is no such folder. */
static GPtrArray *
list_files(const char *folder, GPtrArray *problems)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
  if (dir == NULL) {
    if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      g_ptr_array_add(problems, safe_text_string(error->message));
    return names;
  }
  for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
    if (*name != '.' && g_str_has_suffix(name, SUFFIX))
      g_ptr_array_add(names, g_strdup(name));
  }
  g_ptr_array_sort(names, compare_names);
  return names;
}

static void
profile_destroy(gpointer profile)
{
  profile_free(profile);
}

GPtrArray *
profile_load_all(const char *folder, GPtrArray **problems)
{
  GPtrArray *profiles = g_ptr_array_new_with_free_func(profile_destroy);
  g_autoptr(GPtrArray) sentences = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) names = list_files(folder, sentences);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
    g_autoptr(GError) error = NULL;
    Profile *profile = profile_load(path, &error);
    if (profile != NULL)
      g_ptr_array_add(profiles, profile);
    else
      g_ptr_array_add(sentences, g_strdup(error->message));
  }
  if (problems != NULL)
    *problems = g_steal_pointer(&sentences);
  return profiles;
}

/* --- Writing ---------------------------------------------------------------------------------- */

static char *
path_of(const char *folder, const char *name)
{
  g_autofree char *file = g_strconcat(name, SUFFIX, NULL);
  return g_build_filename(folder, file, NULL);
}

static gboolean
write_file(const char *path, const FileText *text, GError **error)
{
  if (text->length > PROFILE_FILE_MAX)
    return refuse(path, G_FILE_ERROR_INVAL, "would be larger than 1 MiB", error);
  g_autoptr(GError) reason = NULL;
  if (g_file_set_contents_full(path, text->bytes, (gssize)text->length,
                               G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE, &reason))
    return TRUE;
  g_autofree char *safe = safe_text_string(reason->message);
  return refuse(path, G_FILE_ERROR_FAILED, safe, error);
}

/* A file that cannot be read, or not understood, is not overwritten. */
static gboolean
save_to(const Profile *profile, const char *path, GError **error)
{
  g_auto(FileText) old = {0}, text = {0};
  if (g_file_test(path, G_FILE_TEST_EXISTS) && !read_file(path, &old, error))
    return FALSE;
  text.bytes = profile_to_text(profile, path, old.bytes, old.length, &text.length, error);
  return text.bytes != NULL && write_file(path, &text, error);
}

gboolean
profile_save(const Profile *profile, const char *folder, GError **error)
{
  if (!profile_check(profile, error))
    return FALSE;
  if (g_mkdir_with_parents(folder, FOLDER_MODE) != 0)
    return refuse_errno(folder, errno, "cannot be made", error);
  g_autofree char *path = path_of(folder, profile->name);
  return save_to(profile, path, error);
}

gboolean
profile_delete(const char *folder, const char *name, GError **error)
{
  if (!profile_check_name(name, error))
    return FALSE;
  g_autofree char *path = path_of(folder, name);
  if (g_unlink(path) != 0)
    return refuse_errno(path, errno, "cannot be deleted", error);
  return TRUE;
}
