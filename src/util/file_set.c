#include "config.h"

#include "util/file_set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/safe_text.h"

typedef struct {
  char *path;
  char *bytes; /* a secret, maybe */
  gsize length;
  int mode;
  char *staged;     /* where it was written first; NULL: not yet, or in its place */
  gboolean placed;  /* it stands in its place */
  gboolean swapped; /* and `staged` is what stood there before */
} Member;

struct FileSet {
  char *folder;
  gboolean made;   /* the folder is ours */
  int user, group; /* -1: as they come */
  GPtrArray *members;
};

static void
member_free(Member *member)
{
  explicit_bzero(member->bytes, member->length);
  g_free(member->bytes);
  g_free(member->path);
  g_free(member->staged);
  g_free(member);
}

FileSet *
file_set_new(const char *folder)
{
  FileSet *set = g_new0(FileSet, 1);
  set->folder = g_strdup(folder);
  set->user = set->group = -1;
  set->members = g_ptr_array_new_with_free_func((GDestroyNotify)member_free);
  return set;
}

void
file_set_free(FileSet *set)
{
  if (!set)
    return;
  g_ptr_array_unref(set->members);
  g_free(set->folder);
  g_free(set);
}

void
file_set_add(FileSet *set, const char *name, const char *text, int mode)
{
  file_set_add_bytes(set, name, text, strlen(text), mode);
}

void
file_set_add_bytes(FileSet *set, const char *name, const void *bytes, gsize length, int mode)
{
  Member *member = g_new0(Member, 1);
  member->path = g_build_filename(set->folder, name, NULL);
  member->bytes = g_malloc(length + 1);
  memcpy(member->bytes, bytes, length);
  member->length = length;
  member->mode = mode;
  g_ptr_array_add(set->members, member);
}

void
file_set_set_owner(FileSet *set, int user, int group)
{
  set->user = user;
  set->group = group;
}

static gboolean
fail(const char *path, int number, GError **error)
{
  g_autofree char *safe = safe_text_string(path);
  g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s cannot be written: %s",
              safe, g_strerror(number));
  return FALSE;
}

/* --- what is there ---------------------------------------------------------------------------- */

static gboolean
check_place(const Member *member, gboolean replace, GError **error)
{
  struct stat status;
  if (lstat(member->path, &status) != 0)
    return errno == ENOENT || fail(member->path, errno, error);
  if (S_ISDIR(status.st_mode))
    return fail(member->path, EISDIR, error);
  return replace || fail(member->path, EEXIST, error);
}

static gboolean
make_folder(FileSet *set, GError **error)
{
  if (mkdir(set->folder, 0777) == 0)
    set->made = TRUE;
  else if (errno != EEXIST)
    return fail(set->folder, errno, error);
  return g_file_test(set->folder, G_FILE_TEST_IS_DIR) || fail(set->folder, ENOTDIR, error);
}

/* --- under another name ----------------------------------------------------------------------- */

static gboolean
write_all(int file, const char *bytes, gsize left)
{
  while (left > 0) {
    ssize_t written = write(file, bytes, left);
    if (written < 0 && errno != EINTR)
      return FALSE;
    if (written > 0) {
      bytes += written;
      left -= (gsize)written;
    }
  }
  return TRUE;
}

static gboolean
give_away(const FileSet *set, int file)
{
  if (set->user < 0 && set->group < 0)
    return TRUE;
  return fchown(file, (uid_t)set->user, (gid_t)set->group) == 0;
}

static gboolean
stage(const FileSet *set, Member *member, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(member->path);
  g_autofree char *name = g_path_get_basename(member->path);
  g_autofree char *hidden = g_strdup_printf(".%s.XXXXXX", name);
  g_autofree char *path = g_build_filename(folder, hidden, NULL);
  int file = g_mkstemp_full(path, O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0)
    return fail(member->path, errno, error);
  member->staged = g_steal_pointer(&path);
  gboolean good = write_all(file, member->bytes, member->length) && give_away(set, file) &&
                  fchmod(file, member->mode) == 0 && fsync(file) == 0;
  int number = errno;
  close(file);
  return good || fail(member->path, number, error);
}

/* --- into its place --------------------------------------------------------------------------- */

/* Not every file system knows the flags of renameat2(). A link is not made over an existing file,
 * either; where there are no links, the look before must do. */
static gboolean
move(const Member *member, unsigned flags)
{
  if (renameat2(AT_FDCWD, member->staged, AT_FDCWD, member->path, flags) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  if ((flags & RENAME_NOREPLACE) == 0)
    return rename(member->staged, member->path) == 0;
  if (link(member->staged, member->path) == 0)
    return unlink(member->staged) == 0;
  return errno != EEXIST && rename(member->staged, member->path) == 0;
}

static gboolean
place(Member *member, gboolean replace, GError **error)
{
  if (replace && renameat2(AT_FDCWD, member->staged, AT_FDCWD, member->path, RENAME_EXCHANGE) == 0)
    member->swapped = TRUE;
  else if (!move(member, replace ? 0 : RENAME_NOREPLACE))
    return fail(member->path, errno, error);
  member->placed = TRUE;
  if (!member->swapped)
    g_clear_pointer(&member->staged, g_free);
  return TRUE;
}

/* Backwards, so that the folder ends as it was. */
static void
undo(FileSet *set)
{
  for (guint i = set->members->len; i > 0; i--) {
    Member *member = set->members->pdata[i - 1];
    if (member->swapped)
      renameat2(AT_FDCWD, member->staged, AT_FDCWD, member->path, RENAME_EXCHANGE);
    else if (member->placed)
      unlink(member->path);
    if (member->staged)
      unlink(member->staged);
  }
  if (set->made)
    rmdir(set->folder);
}

static gboolean
write_members(FileSet *set, gboolean replace, GError **error)
{
  for (guint i = 0; i < set->members->len; i++)
    if (!check_place(set->members->pdata[i], replace, error))
      return FALSE;
  for (guint i = 0; i < set->members->len; i++)
    if (!stage(set, set->members->pdata[i], error))
      return FALSE;
  for (guint i = 0; i < set->members->len; i++)
    if (!place(set->members->pdata[i], replace, error))
      return FALSE;
  return TRUE;
}

gboolean
file_set_write(FileSet *set, gboolean replace, GError **error)
{
  if (!make_folder(set, error))
    return FALSE;
  if (!write_members(set, replace, error)) {
    undo(set);
    return FALSE;
  }
  for (guint i = 0; i < set->members->len; i++) {
    Member *member = set->members->pdata[i];
    if (member->staged)
      unlink(member->staged); /* what was replaced */
  }
  return TRUE;
}
