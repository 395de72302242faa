/* All or none: each file is written under a hidden name and made durable, and only when all of them
 * are there are they put into their places, by one rename each. What a place held is kept under the
 * hidden name until every place has its new file, so that it can go back.
 *
 *   any error          every place has again what it had; no hidden file is left
 *   a signal to end    waits until it is all done (util/signal_pause.h)
 *   SIGKILL, no power  each place has its whole old or its whole new file, never half of one. Two
 *                      files cannot be renamed at once: between the first rename and the last one,
 *                      with nothing but renames between them, some are old and some new. Writing
 *                      the set again ends that, and removes the hidden files that are left
 *
 * The folder is opened once, and every name is looked up in that very folder: nobody who may rename
 * folders or plant links leads a write elsewhere. */
#include "config.h"

#include "util/file_set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/safe_text.h"
#include "util/signal_pause.h"

#define HIDDEN_MARK ".mqtrust-" /* .key.pem.mqtrust-1a2b3c4d */
#define HIDDEN_TRIES 16
#define TURN_WAIT_MS 2000
#define TURN_STEP_MS 20

typedef struct {
  char *name;
  char *bytes; /* a secret, maybe */
  gsize length;
  int mode;
  char *hidden;  /* what is there under another name; NULL: nothing */
  gboolean kept; /* it is what the place held before */
  gboolean placed;
} Member;

struct FileSet {
  char *folder;
  int at;          /* the folder, open; -1: not yet */
  gboolean made;   /* the folder is ours */
  gboolean alone;  /* nobody else of this program writes there */
  int user, group; /* -1: as they come */
  GPtrArray *members;
};

static void
member_free(Member *member)
{
  explicit_bzero(member->bytes, member->length);
  g_free(member->bytes);
  g_free(member->name);
  g_free(member->hidden);
  g_free(member);
}

FileSet *
file_set_new(const char *folder)
{
  FileSet *set = g_new0(FileSet, 1);
  set->folder = g_strdup(folder);
  set->at = set->user = set->group = -1;
  set->members = g_ptr_array_new_with_free_func((GDestroyNotify)member_free);
  return set;
}

void
file_set_free(FileSet *set)
{
  if (!set)
    return;
  if (set->at >= 0)
    close(set->at);
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
  member->name = g_strdup(name);
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

/* --- why not ---------------------------------------------------------------------------------- */

static gboolean
fail(const char *path, int number, GError **error)
{
  g_autofree char *safe = safe_text_string(path);
  g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s cannot be written: %s",
              safe, g_strerror(number));
  return FALSE;
}

static gboolean
fail_at(const FileSet *set, const Member *member, int number, GError **error)
{
  g_autofree char *path = g_build_filename(set->folder, member->name, NULL);
  return fail(path, number, error);
}

const char *
file_set_remedy(const GError *error)
{
  if (error->domain != G_FILE_ERROR)
    return NULL;
  switch (error->code) {
  case G_FILE_ERROR_NOENT:
    return "make the folder above it first, or correct the path";
  case G_FILE_ERROR_NOTDIR:
    return "give the path of a folder, not of a file";
  case G_FILE_ERROR_ISDIR:
    return "a folder has that name; remove it, or choose another folder";
  case G_FILE_ERROR_ACCES:
  case G_FILE_ERROR_PERM:
    return "run this as a user who may write there, or choose another folder";
  case G_FILE_ERROR_ROFS:
    return "choose a folder on a disk that can be written to";
  case G_FILE_ERROR_NOSPC:
    return "make room on that disk";
  default:
    return NULL;
  }
}

/* --- the folder ------------------------------------------------------------------------------- */

/* Never for all to write in, whatever the umask. Who is given the files must come to them. */
static gboolean
set_folder_mode(const FileSet *set)
{
  struct stat status;
  if (fstat(set->at, &status) != 0)
    return FALSE;
  mode_t mode = status.st_mode & 07777;
  mode_t wanted = (set->user >= 0 ? mode | 0055 : mode) & ~(mode_t)0022;
  return mode == wanted || fchmod(set->at, wanted) == 0;
}

/* One that may be written to, but not read, is opened for its names alone. */
static int
open_folder(const FileSet *set)
{
  const int flags = O_DIRECTORY | O_CLOEXEC;
  if (set->made) /* by us: a link there is not ours */
    return open(set->folder, flags | O_RDONLY | O_NOFOLLOW);
  int folder = open(set->folder, flags | O_RDONLY);
  return folder < 0 && errno == EACCES ? open(set->folder, flags | O_PATH) : folder;
}

static gboolean
make_folder(FileSet *set, GError **error)
{
  if (mkdir(set->folder, 0755) == 0)
    set->made = TRUE;
  else if (errno != EEXIST)
    return fail(set->folder, errno, error);
  set->at = open_folder(set);
  return (set->at >= 0 && (!set->made || set_folder_mode(set))) || fail(set->folder, errno, error);
}

/* Two that write the same files at once would mix them. Others can hold this lock, too: they delay,
 * and do not stop us. */
static void
wait_for_turn(FileSet *set)
{
  for (int waited = 0; waited < TURN_WAIT_MS; waited += TURN_STEP_MS) {
    set->alone = flock(set->at, LOCK_EX | LOCK_NB) == 0;
    if (set->alone || errno != EWOULDBLOCK)
      return;
    g_usleep(TURN_STEP_MS * 1000);
  }
}

static gboolean
check_place(const FileSet *set, const Member *member, gboolean replace, GError **error)
{
  struct stat status;
  if (fstatat(set->at, member->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT || fail_at(set, member, errno, error);
  if (S_ISDIR(status.st_mode))
    return fail_at(set, member, EISDIR, error);
  return replace || fail_at(set, member, EEXIST, error);
}

/* What is in the folder is on the disk. Not every file system can be asked for that. */
static gboolean
sync_folder(const FileSet *set)
{
  return fsync(set->at) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EBADF ||
         errno == EROFS;
}

/* --- under another name ----------------------------------------------------------------------- */

/* (transfer full) */
static char *
hidden_name(const Member *member)
{
  return g_strdup_printf(".%s" HIDDEN_MARK "%08x", member->name, g_random_int());
}

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

/* A new file that nobody but us may open, whoever waits for its name; -1 and errno. */
static int
open_hidden(const FileSet *set, Member *member)
{
  for (int i = 0; i < HIDDEN_TRIES; i++) {
    g_autofree char *name = hidden_name(member);
    int file = openat(set->at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file >= 0)
      member->hidden = g_steal_pointer(&name);
    if (file >= 0 || errno != EEXIST)
      return file;
  }
  return -1;
}

static gboolean
stage(const FileSet *set, Member *member, GError **error)
{
  int file = open_hidden(set, member);
  if (file < 0)
    return fail_at(set, member, errno, error);
  gboolean good = fchmod(file, 0600) == 0 && write_all(file, member->bytes, member->length) &&
                  give_away(set, file) && fchmod(file, member->mode) == 0 && fsync(file) == 0;
  int number = errno;
  close(file);
  return good || fail_at(set, member, number, error);
}

/* --- into its place --------------------------------------------------------------------------- */

static gboolean
is_unsupported(int number)
{
  return number == EINVAL || number == ENOSYS;
}

/* Where nothing is. Not every file system knows the flags of renameat2(); a link is not made over
 * an existing file, either; where there are no links, the look before must do. */
static gboolean
move_in(const FileSet *set, const Member *member)
{
  if (renameat2(set->at, member->hidden, set->at, member->name, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (!is_unsupported(errno))
    return FALSE;
  if (linkat(set->at, member->hidden, set->at, member->name, 0) == 0)
    return unlinkat(set->at, member->hidden, 0) == 0;
  return errno != EEXIST && renameat(set->at, member->hidden, set->at, member->name) == 0;
}

/* In two steps, where names cannot be exchanged in one: what was there gets a second name. Without
 * links it has none in its place for a moment. */
static gboolean
swap_slowly(const FileSet *set, Member *member)
{
  g_autofree char *old = hidden_name(member);
  gboolean linked = linkat(set->at, member->name, set->at, old, 0) == 0;
  if (!linked && renameat(set->at, member->name, set->at, old) != 0)
    return FALSE;
  if (renameat(set->at, member->hidden, set->at, member->name) == 0) {
    g_free(member->hidden);
    member->hidden = g_steal_pointer(&old);
    return TRUE;
  }
  int number = errno;
  if (linked)
    unlinkat(set->at, old, 0);
  else
    renameat(set->at, old, set->at, member->name);
  errno = number;
  return FALSE;
}

static gboolean
swap(const FileSet *set, Member *member)
{
  if (renameat2(set->at, member->hidden, set->at, member->name, RENAME_EXCHANGE) == 0)
    return TRUE;
  return is_unsupported(errno) && swap_slowly(set, member);
}

static gboolean
place(const FileSet *set, Member *member, gboolean replace, GError **error)
{
  member->kept = replace && swap(set, member);
  gboolean nothing_there = !replace || (!member->kept && errno == ENOENT);
  if (!member->kept && !(nothing_there && move_in(set, member)))
    return fail_at(set, member, errno, error);
  member->placed = TRUE;
  if (!member->kept)
    g_clear_pointer(&member->hidden, g_free);
  return TRUE;
}

/* --- the end ---------------------------------------------------------------------------------- */

/* Backwards, so that the folder ends as it was. */
static void
undo(FileSet *set)
{
  for (guint i = set->members->len; i > 0; i--) {
    const Member *member = set->members->pdata[i - 1];
    if (member->kept)
      renameat(set->at, member->hidden, set->at, member->name);
    else if (member->placed)
      unlinkat(set->at, member->name, 0);
    else if (member->hidden)
      unlinkat(set->at, member->hidden, 0);
  }
  if (set->made)
    rmdir(set->folder);
}

static gboolean
is_hidden_member(const FileSet *set, const char *name)
{
  for (guint i = 0; i < set->members->len; i++) {
    const Member *member = set->members->pdata[i];
    g_autofree char *start = g_strconcat(".", member->name, HIDDEN_MARK, NULL);
    if (g_str_has_prefix(name, start))
      return TRUE;
  }
  return FALSE;
}

/* What a run that was killed has left under a hidden name, a key maybe. */
static void
remove_left_over(const FileSet *set)
{
  int copy = openat(set->at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = copy >= 0 ? fdopendir(copy) : NULL;
  if (!stream && copy >= 0)
    close(copy);
  for (struct dirent *entry = stream ? readdir(stream) : NULL; entry; entry = readdir(stream))
    if (is_hidden_member(set, entry->d_name))
      unlinkat(set->at, entry->d_name, 0);
  if (stream)
    closedir(stream);
}

static void
remove_replaced(const FileSet *set)
{
  for (guint i = 0; i < set->members->len; i++) {
    const Member *member = set->members->pdata[i];
    if (member->hidden)
      unlinkat(set->at, member->hidden, 0);
  }
  if (set->alone)
    remove_left_over(set);
}

/* --- the whole -------------------------------------------------------------------------------- */

static gboolean
write_members(FileSet *set, gboolean replace, GError **error)
{
  for (guint i = 0; i < set->members->len; i++)
    if (!check_place(set, set->members->pdata[i], replace, error))
      return FALSE;
  for (guint i = 0; i < set->members->len; i++)
    if (!stage(set, set->members->pdata[i], error))
      return FALSE;
  for (guint i = 0; i < set->members->len; i++)
    if (!place(set, set->members->pdata[i], replace, error))
      return FALSE;
  return sync_folder(set) || fail(set->folder, errno, error);
}

static gboolean
write_set(FileSet *set, gboolean replace, GError **error)
{
  gboolean good = make_folder(set, error);
  if (good) {
    wait_for_turn(set);
    good = write_members(set, replace, error);
  }
  if (good)
    remove_replaced(set);
  else
    undo(set);
  return good;
}

gboolean
file_set_write(FileSet *set, gboolean replace, GError **error)
{
  SignalPause pause;
  g_return_val_if_fail(set->at < 0, FALSE);
  signal_pause_begin(&pause);
  gboolean good = write_set(set, replace, error);
  if (set->at >= 0)
    close(set->at); /* the next one's turn */
  set->at = -1;
  signal_pause_end(&pause);
  return good;
}

gboolean
file_set_folder_is_open(const char *folder)
{
  struct stat status;
  return stat(folder, &status) == 0 && (status.st_mode & S_IWOTH) && !(status.st_mode & S_ISVTX);
}
