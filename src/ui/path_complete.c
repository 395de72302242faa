#include "config.h"

#include "ui/path_complete.h"

#include <string.h>
#include <sys/stat.h>

static char *
expand_home(const char *typed)
{
  if (typed[0] == '~' && (typed[1] == '/' || typed[1] == '\0'))
    return g_strconcat(g_get_home_dir(), typed + 1, NULL);
  return g_strdup(typed);
}

char *
path_expand(const char *typed)
{
  if (!typed[0])
    return NULL;
  g_autofree char *path = expand_home(typed);
  return g_canonicalize_filename(path, NULL);
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in `folder` that begin with `start`. */
static GPtrArray *
names_in(const char *folder, const char *start)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while (dir && (name = g_dir_read_name(dir))) {
    if (!g_str_has_prefix(name, start) || (name[0] == '.' && start[0] != '.') ||
        !g_utf8_validate(name, -1, NULL))
      continue;
    g_autofree char *path = g_build_filename(folder, name, NULL);
    gboolean is_folder = g_file_test(path, G_FILE_TEST_IS_DIR);
    g_ptr_array_add(names, is_folder ? g_strconcat(name, "/", NULL) : g_strdup(name));
  }
  g_ptr_array_sort(names, compare_names);
  return names;
}

/* What all names begin with. They are sorted: the first and the last differ soonest. */
static char *
common_start(GPtrArray *names)
{
  const char *first = g_ptr_array_index(names, 0);
  const char *last = g_ptr_array_index(names, names->len - 1);
  gsize length = 0;
  while (first[length] && first[length] == last[length])
    length++;
  /* Not within a character. */
  while (length > 0 && ((guchar)first[length] & 0xc0) == 0x80)
    length--;
  return g_strndup(first, length);
}

char *
path_complete(const char *typed, GPtrArray **candidates)
{
  const char *slash = strrchr(typed, '/');
  const char *start = slash ? slash + 1 : typed;
  g_autofree char *before = g_strndup(typed, (gsize)(start - typed));
  g_autofree char *expanded = expand_home(before);
  g_autoptr(GPtrArray) names =
      strcmp(typed, "~") == 0 ? NULL : names_in(expanded[0] ? expanded : ".", start);
  char *result = NULL;
  if (!names)
    result = g_strdup("~/");
  else if (names->len == 0)
    result = g_strdup(typed);
  else {
    g_autofree char *common = common_start(names);
    result = g_strconcat(before, common, NULL);
  }
  if (candidates)
    *candidates = names ? g_steal_pointer(&names) : g_ptr_array_new_with_free_func(g_free);
  return result;
}

const char *
path_no_file(const char *path)
{
  struct stat st;
  if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
    return NULL;
  return S_ISDIR(st.st_mode) ? "this is a folder, not a file" : "this is no regular file";
}
