/* Removal walks with openat() and unlinkat() from descriptor to descriptor: a name is never looked
 * up twice on the way to it, so nobody can slip a symbolic link in between. */
#include "config.h"

#include "util/private_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/safe_text.h"

#define OPEN_FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Always FALSE. Keeps the first error of several. */
static gboolean
fail(GError **error, int code, const char *verb, const char *path)
{
  if (error == NULL || *error != NULL)
    return FALSE;
  g_autofree char *shown = safe_text_string(path);
  g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "cannot %s %s: %s", verb,
              shown, g_strerror(code));
  return FALSE;
}

char *
private_folder_new(const char *prefix, GError **error)
{
  g_autofree char *name = g_strconcat(prefix, "-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
  if (g_mkdtemp_full(path, 0700) == NULL) {
    fail(error, errno, "make the folder", path);
    return NULL;
  }
  return g_steal_pointer(&path);
}

/* --- Removal ---------------------------------------------------------------------------------- */

static gboolean remove_below(int folder, dev_t device, const char *path, GError **error);

static gboolean
remove_subfolder(int parent, const char *name, dev_t device, const char *path, GError **error)
{
  int folder = openat(parent, name, OPEN_FOLDER);
  if (folder < 0)
    return fail(error, errno, "open the folder", path);
  if (!remove_below(folder, device, path, error))
    return FALSE;
  if (unlinkat(parent, name, AT_REMOVEDIR) != 0)
    return fail(error, errno, "remove the folder", path);
  return TRUE;
}

static gboolean
remove_entry(int parent, const char *name, dev_t device, const char *path, GError **error)
{
  struct stat st;
  if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT || fail(error, errno, "look at", path);
  if (S_ISDIR(st.st_mode))
    return remove_subfolder(parent, name, device, path, error);
  if (unlinkat(parent, name, 0) != 0 && errno != ENOENT)
    return fail(error, errno, "remove", path);
  return TRUE;
}

/* Every entry of an open stream; goes on after a failure, so that as little as possible stays. */
static gboolean
remove_entries(DIR *stream, dev_t device, const char *path, GError **error)
{
  gboolean all = TRUE;
  struct dirent *entry;
  while (errno = 0, (entry = readdir(stream)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    g_autofree char *child = g_build_filename(path, entry->d_name, NULL);
    all &= remove_entry(dirfd(stream), entry->d_name, device, child, error);
  }
  return errno == 0 ? all : fail(error, errno, "read the folder", path);
}

/* Empties an open folder, if it is on `device`. Takes the descriptor. */
static gboolean
remove_below(int folder, dev_t device, const char *path, GError **error)
{
  struct stat st;
  gboolean same = fstat(folder, &st) == 0 && st.st_dev == device;
  DIR *stream = same ? fdopendir(folder) : NULL;
  if (stream == NULL) {
    int code = same ? errno : EXDEV;
    close(folder);
    return fail(error, code, "empty the folder", path);
  }
  gboolean all = remove_entries(stream, device, path, error);
  closedir(stream);
  return all;
}

/* "link/" would follow the link in spite of O_NOFOLLOW. */
static char *
without_trailing_slashes(const char *path)
{
  gsize length = strlen(path);
  while (length > 1 && path[length - 1] == '/')
    length--;
  return g_strndup(path, length);
}

gboolean
private_folder_remove(const char *path, GError **error)
{
  g_autofree char *clean = without_trailing_slashes(path);
  g_autoptr(GError) first = NULL;
  struct stat st;
  if (lstat(clean, &st) != 0) {
    if (errno == ENOENT)
      return TRUE;
    return fail(error, errno, "look at the folder", clean);
  }
  if (remove_subfolder(AT_FDCWD, clean, st.st_dev, clean, &first))
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&first));
  return FALSE;
}

/* --- Writing ---------------------------------------------------------------------------------- */

static gboolean
write_all(int fd, const char *bytes, gsize length)
{
  while (length > 0) {
    ssize_t written = write(fd, bytes, length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return FALSE;
    bytes += written;
    length -= (gsize)written;
  }
  return TRUE;
}

/* FALSE: errno says why, and the descriptor is closed all the same. */
static gboolean
fill_and_close(int fd, const char *bytes, gsize length, int mode)
{
  /* Not left to open(): the umask has no say, and nobody may read what is half written. */
  gboolean good = write_all(fd, bytes, length) && fchmod(fd, (mode_t)mode) == 0 && fsync(fd) == 0;
  int code = errno;
  if (close(fd) != 0 && good)
    return FALSE;
  errno = code;
  return good;
}

gboolean
private_folder_write(const char *folder, const char *name, const void *bytes, gssize length,
                     int mode, GError **error)
{
  g_return_val_if_fail(*name != '\0' && strchr(name, '/') == NULL, FALSE);
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autofree char *draft = g_strconcat(folder, "/.", name, "-XXXXXX", NULL);
  int fd = g_mkstemp_full(draft, O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(error, errno, "write", path);
  gsize size = length >= 0 ? (gsize)length : strlen(bytes);
  if (fill_and_close(fd, bytes, size, mode) && rename(draft, path) == 0)
    return TRUE;
  int code = errno;
  unlink(draft);
  return fail(error, code, "write", path);
}
