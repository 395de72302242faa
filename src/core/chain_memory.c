#include "config.h"

#include "core/chain_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/profile_check.h"
#include "util/private_folder.h"
#include "util/safe_text.h"

#define SUFFIX ".pem"
#define FILE_MODE 0600
#define FOLDER_MODE 0700

struct ChainMemory {
  char *folder;
};

/* --- Life ------------------------------------------------------------------------------------- */

char *
chain_memory_folder(void)
{
  /* The XDG base directory specification wants relative paths ignored, which GLib does not do. */
  const char *state = g_getenv("XDG_STATE_HOME");
  if (state != NULL && g_path_is_absolute(state))
    return g_build_filename(state, "mqtrust", "chains", NULL);
  return g_build_filename(g_get_home_dir(), ".local", "state", "mqtrust", "chains", NULL);
}

ChainMemory *
chain_memory_new(const char *folder)
{
  ChainMemory *memory = g_new0(ChainMemory, 1);
  memory->folder = g_strdup(folder);
  return memory;
}

void
chain_memory_free(ChainMemory *memory)
{
  if (memory == NULL)
    return;
  g_free(memory->folder);
  g_free(memory);
}

/* (transfer full); NULL: no connection can have that name, so none has a file. */
static char *
file_of(const char *name)
{
  return profile_check_name(name, NULL) ? g_strconcat(name, SUFFIX, NULL) : NULL;
}

static char *
path_of(const ChainMemory *memory, const char *name)
{
  g_autofree char *file = file_of(name);
  return file != NULL ? g_build_filename(memory->folder, file, NULL) : NULL;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static gboolean
fail(const char *path, const char *reason, GError **error)
{
  g_autofree char *safe = safe_text_string(path), *why = safe_text_string(reason);
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", safe, why);
  return FALSE;
}

/* No more than the bound, and one byte to see that there is more. */
static gssize
read_bounded(int fd, char *bytes, gsize size)
{
  gsize length = 0;
  while (length < size) {
    ssize_t got = read(fd, bytes + length, size - length);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    length += (gsize)got;
  }
  return (gssize)length;
}

static SeenChain *
read_chain(int fd, const char *path, GError **error)
{
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    fail(path, "it is not a file", error);
    return NULL;
  }
  g_autofree char *bytes = g_malloc(SEEN_CHAIN_TEXT_MAX + 1);
  gssize length = read_bounded(fd, bytes, SEEN_CHAIN_TEXT_MAX + 1);
  if (length < 0) {
    fail(path, g_strerror(errno), error);
    return NULL;
  }
  g_autoptr(GError) reason = NULL;
  SeenChain *chain = seen_chain_from_text(bytes, (gsize)length, &reason);
  if (chain == NULL)
    fail(path, reason->message, error);
  return chain;
}

SeenChain *
chain_memory_load(ChainMemory *memory, const char *name, GError **error)
{
  g_autofree char *path = path_of(memory, name);
  if (path == NULL)
    return NULL;
  /* O_NONBLOCK: somebody may have put a FIFO there. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
    return NULL;
  if (fd < 0) {
    fail(path, errno == ELOOP ? "it is a link" : g_strerror(errno), error);
    return NULL;
  }
  SeenChain *chain = read_chain(fd, path, error);
  close(fd);
  return chain;
}

/* --- Writing ---------------------------------------------------------------------------------- */

gboolean
chain_memory_store(ChainMemory *memory, const char *name, const SeenChain *chain, GError **error)
{
  g_autofree char *file = file_of(name), *path = path_of(memory, name);
  g_autofree char *text = seen_chain_to_text(chain);
  if (file == NULL)
    return fail(memory->folder, "the connection's name cannot be that of a file", error);
  if (text == NULL)
    return fail(path, "the broker's certificates are larger than 1 MiB", error);
  if (g_mkdir_with_parents(memory->folder, FOLDER_MODE) != 0)
    return fail(memory->folder, g_strerror(errno), error);
  return private_folder_write(memory->folder, file, text, -1, FILE_MODE, error);
}

void
chain_memory_forget(ChainMemory *memory, const char *name)
{
  g_autofree char *path = path_of(memory, name);
  if (path != NULL)
    g_unlink(path);
}

void
chain_memory_rename(ChainMemory *memory, const char *name, const char *new_name)
{
  g_autofree char *path = path_of(memory, name), *new_path = path_of(memory, new_name);
  if (path == NULL || new_path == NULL)
    return;
  /* Nothing is known of this one, so nothing of another one may stand for it. */
  if (g_rename(path, new_path) != 0)
    g_unlink(new_path);
}
