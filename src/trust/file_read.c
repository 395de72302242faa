/* Reading a file of ours: file_content_read() of trust/file_content.h. Half of it is about saying
 * why a file cannot be read. */
#include "config.h"

#include "trust/file_content.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trust/trust_error.h"
#include "util/safe_text.h"

#define LINKS_MAX 16

/* --- why not ---------------------------------------------------------------------------------- */

/* "root, mode 0600"; the group, too, where it is the group that may read: "root, group mosquitto,
 * mode 0640". */
static char *
owner_text(const struct stat *status)
{
  struct passwd user, *found_user = NULL;
  struct group group, *found_group = NULL;
  char user_buffer[4096], group_buffer[4096];
  getpwuid_r(status->st_uid, &user, user_buffer, sizeof user_buffer, &found_user);
  getgrgid_r(status->st_gid, &group, group_buffer, sizeof group_buffer, &found_group);
  g_autofree char *user_name = found_user ? safe_text_string(found_user->pw_name)
                                          : g_strdup_printf("user %u", status->st_uid);
  g_autofree char *group_name =
      found_group ? safe_text_string(found_group->gr_name) : g_strdup_printf("%u", status->st_gid);
  int mode = status->st_mode & 07777;
  if ((mode & S_IRGRP) == 0)
    return g_strdup_printf("%s, mode %04o", user_name, mode);
  return g_strdup_printf("%s, group %s, mode %04o", user_name, group_name, mode);
}

/* (transfer full): where a link leads; NULL: `path` is none. */
static char *
behind_link(const char *path)
{
  g_autofree char *target = g_file_read_link(path, NULL);
  if (!target || g_path_is_absolute(target))
    return g_steal_pointer(&target);
  g_autofree char *folder = g_path_get_dirname(path);
  return g_build_filename(folder, target, NULL);
}

/* The path itself when it can be looked at, else the first folder above that can: it is the one
 * that shuts the others out (certbot's live/ and archive/ are the root user's alone). What a link
 * leads to is behind other folders than the link. */
static char *
first_visible(const char *path, struct stat *status)
{
  g_autofree char *visible = g_strdup(path);
  int links = 0;
  while (stat(visible, status) != 0) {
    char *next = links < LINKS_MAX ? behind_link(visible) : NULL;
    links += next != NULL;
    if (!next)
      next = g_path_get_dirname(visible);
    if (g_str_equal(next, visible)) {
      g_free(next);
      return NULL;
    }
    g_free(visible);
    visible = next;
  }
  char *real = links > 0 ? realpath(visible, NULL) : NULL;
  if (!real)
    return g_steal_pointer(&visible);
  char *copy = g_strdup(real);
  free(real);
  return copy;
}

static void
set_unreadable(const char *path, FileSlot slot, int number, GError **error)
{
  struct stat status;
  g_autofree char *safe = safe_text_string(path);
  g_autofree char *visible = first_visible(path, &status);
  if (!visible || number != EACCES) {
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_UNREADABLE,
                "%s %s cannot be read (%s); check the path and the disk.", file_slot_name(slot),
                safe, g_strerror(number));
    return;
  }
  g_autofree char *owner = owner_text(&status);
  g_autofree char *safe_visible = safe_text_string(visible);
  gboolean itself = g_str_equal(visible, path);
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_UNREADABLE,
              "%s %s may not be read: %s%s is owned by %s; give this user read access (what "
              "certbot writes is only the root user's: copy it or add a group).",
              file_slot_name(slot), safe, itself ? "it" : "the folder ", itself ? "" : safe_visible,
              owner);
}

/* (transfer full): what a link says, safe text; NULL: it is none. */
static char *
link_target(const char *path)
{
  char target[4096];
  ssize_t length = readlink(path, target, sizeof target);
  g_autoptr(GString) text = g_string_new(NULL);
  if (length <= 0)
    return NULL;
  safe_text_append(text, target, (gsize)length, G_MAXINT);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
set_open_error(const char *path, FileSlot slot, int number, GError **error)
{
  if (number != ENOENT && number != ENOTDIR) {
    set_unreadable(path, slot, number, error);
    return;
  }
  g_autofree char *safe = safe_text_string(path), *target = link_target(path);
  if (target)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_MISSING,
                "%s %s is a link to %s, which does not exist; mend the link, or choose another "
                "file.",
                file_slot_name(slot), safe, target);
  else
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_MISSING,
                "%s %s does not exist; correct the path.", file_slot_name(slot), safe);
}

static void
set_shut(const char *path, const char *visible, const struct stat *status, GError **error)
{
  g_autofree char *safe = safe_text_string(path), *safe_visible = safe_text_string(visible);
  g_autofree char *owner = owner_text(status);
  gboolean itself = g_str_equal(visible, path);
  g_set_error(
      error, TRUST_ERROR, TRUST_ERROR_FILE_UNREADABLE,
      "The folder %s may not be looked into: %s%s is owned by %s; run this as root, or give "
      "this user access (certbot's live/ and archive/ are only the root user's).",
      safe, itself ? "it" : "the folder ", itself ? "" : safe_visible, owner);
}

int
file_folder_fault(const char *path)
{
  DIR *folder = opendir(path);
  if (!folder)
    return errno;
  closedir(folder);
  return access(path, X_OK) == 0 ? 0 : errno;
}

void
file_folder_set_error(const char *path, int number, GError **error)
{
  struct stat status;
  g_autofree char *safe = safe_text_string(path), *visible = first_visible(path, &status);
  if (number == EACCES && visible)
    set_shut(path, visible, &status, error);
  else if (number == ENOTDIR && visible && g_str_equal(visible, path))
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_WRONG_KIND,
                "%s is a file, and a folder is needed here; correct the path.", safe);
  else if (number == ENOENT || number == ENOTDIR)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_MISSING,
                "The folder %s does not exist; correct the path.", safe);
  else
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_UNREADABLE,
                "The folder %s cannot be read (%s); check the path and the disk.", safe,
                g_strerror(number));
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Neither a pipe nor a terminal: reading one would stop the whole program. */
static gboolean
check_regular(int file, const char *path, struct stat *status, GError **error)
{
  if (fstat(file, status) == 0 && S_ISREG(status->st_mode))
    return TRUE;
  g_autofree char *safe = safe_text_string(path);
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_WRONG_KIND,
              "%s is %s, not a file; choose a file.", safe,
              S_ISDIR(status->st_mode) ? "a folder" : "a pipe or a device");
  return FALSE;
}

static gsize
size_max(FileSlot slot)
{
  return slot == FILE_SLOT_CRL ? REVOCATION_FILE_MAX : CERTIFICATE_FILE_MAX;
}

static void
set_size_error(const char *path, FileSlot slot, gsize length, GError **error)
{
  g_autofree char *safe = safe_text_string(path);
  if (length == 0)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_EMPTY, "%s %s is empty; write it again.",
                file_slot_name(slot), safe);
  else
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_TOO_LARGE,
                "%s %s has more than %d MiB, which no %s needs; choose another file.",
                file_slot_name(slot), safe, (int)(size_max(slot) / (1024 * 1024)),
                slot == FILE_SLOT_CRL ? "revocation list" : "certificate");
}

/* Up to `room` bytes; the number of them, or -1 and errno. */
static gssize
read_all(int file, guint8 *bytes, gsize room)
{
  gsize length = 0;
  while (length < room) {
    ssize_t got = read(file, bytes + length, room - length);
    if (got == 0)
      break;
    if (got < 0 && errno != EINTR)
      return -1;
    length += got > 0 ? (gsize)got : 0;
  }
  return length;
}

static guint8 *
read_open_file(int file, const char *path, FileSlot slot, gsize *length, GError **error)
{
  struct stat status = {0};
  if (!check_regular(file, path, &status, error))
    return NULL;
  /* One byte more than it had: a file that grows is noticed, not cut. */
  gsize room = MIN((gsize)status.st_size, size_max(slot)) + 1;
  guint8 *bytes = g_malloc(room);
  gssize got = read_all(file, bytes, room);
  if (got > 0 && (gsize)got <= size_max(slot)) {
    *length = got;
    return bytes;
  }
  if (got < 0)
    set_unreadable(path, slot, errno, error);
  else
    set_size_error(path, slot, got, error);
  gnutls_memset(bytes, 0, room);
  g_free(bytes);
  return NULL;
}

guint8 *
file_bytes_read(const char *path, FileSlot slot, gsize *length, GError **error)
{
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file < 0) {
    set_open_error(path, slot, errno, error);
    return NULL;
  }
  guint8 *bytes = read_open_file(file, path, slot, length, error);
  close(file);
  return bytes;
}

FileContent *
file_content_read(const char *path, FileSlot slot, GError **error)
{
  gsize length = 0;
  guint8 *bytes = file_bytes_read(path, slot, &length, error);
  if (!bytes)
    return NULL;
  FileContent *content = file_content_from_bytes(bytes, length, path);
  gnutls_memset(bytes, 0, length);
  g_free(bytes);
  return content;
}
