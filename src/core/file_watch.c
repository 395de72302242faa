#include "config.h"

#include "core/file_watch.h"

#include <string.h>
#include <sys/stat.h>

typedef struct {
  char *path;
  struct stat seen; /* all zero: was not there */
} WatchedFile;

struct FileWatch {
  GArray *files; /* of WatchedFile */
};

static void
watched_file_clear(gpointer data)
{
  WatchedFile *file = data;
  g_free(file->path);
}

static void
look(const char *path, struct stat *seen)
{
  memset(seen, 0, sizeof *seen);
  if (stat(path, seen) != 0)
    memset(seen, 0, sizeof *seen);
}

static gboolean
same(const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mode == b->st_mode && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
         a->st_ctim.tv_nsec == b->st_ctim.tv_nsec && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
         a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

FileWatch *
file_watch_new(const char *const *paths, gsize count)
{
  FileWatch *watch = g_new0(FileWatch, 1);
  watch->files = g_array_new(FALSE, TRUE, sizeof(WatchedFile));
  g_array_set_clear_func(watch->files, watched_file_clear);
  for (gsize i = 0; i < count; i++) {
    if (paths[i] == NULL || *paths[i] == '\0')
      continue;
    WatchedFile file = {.path = g_strdup(paths[i])};
    look(file.path, &file.seen);
    g_array_append_val(watch->files, file);
  }
  return watch;
}

void
file_watch_free(FileWatch *watch)
{
  if (watch == NULL)
    return;
  g_array_unref(watch->files);
  g_free(watch);
}

gboolean
file_watch_changed(FileWatch *watch)
{
  gboolean changed = FALSE;
  for (guint i = 0; i < watch->files->len; i++) {
    WatchedFile *file = &g_array_index(watch->files, WatchedFile, i);
    struct stat now;
    look(file->path, &now);
    if (!same(&now, &file->seen)) {
      file->seen = now;
      changed = TRUE;
    }
  }
  return changed;
}

gboolean
file_watch_is_empty(const FileWatch *watch)
{
  return watch->files->len == 0;
}
