#include "config.h"

#include "ui/form_paths.h"

#include <string.h>

#include "ui/path_complete.h"

#define CANDIDATES_SHOWN 40

struct FormPaths {
  Form *form;
  FormPathsChanged changed;
  FormPathsShow show;
  gpointer owner;
  gboolean typed;   /* into the focused field, since it has the focus */
  int listed;       /* field whose candidates are shown, 0: none */
  char *candidates; /* that are shown there, or NULL */
};

FormPaths *
form_paths_new(Form *form, FormPathsChanged changed, FormPathsShow show, gpointer owner)
{
  FormPaths *paths = g_new0(FormPaths, 1);
  paths->form = form;
  paths->changed = changed;
  paths->show = show;
  paths->owner = owner;
  return paths;
}

void
form_paths_free(FormPaths *paths)
{
  if (!paths)
    return;
  g_free(paths->candidates);
  g_free(paths);
}

void
form_paths_typed(FormPaths *paths)
{
  paths->typed = TRUE;
  paths->listed = 0;
}

void
form_paths_left(FormPaths *paths)
{
  paths->typed = FALSE;
  paths->listed = 0;
}

gboolean
form_paths_is_typing(const FormPaths *paths, int id)
{
  return paths->typed && form_focused(paths->form) == id;
}

void
form_paths_show_candidates(const FormPaths *paths)
{
  if (paths->listed)
    form_set_message(paths->form, paths->listed, ROLE_DIM, paths->candidates);
}

static void
list_candidates(FormPaths *paths, int id, GPtrArray *names)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(text, "%u fit: ", names->len);
  for (guint i = 0; i < MIN(names->len, CANDIDATES_SHOWN); i++)
    g_string_append_printf(text, "%s%s", i > 0 ? "  " : "",
                           (const char *)g_ptr_array_index(names, i));
  g_free(paths->candidates);
  paths->candidates = g_strdup(text->str);
  paths->listed = id;
  paths->show(paths->owner, FALSE);
}

gboolean
form_paths_complete(FormPaths *paths)
{
  int id = form_focused(paths->form);
  g_autoptr(GPtrArray) names = NULL;
  g_autofree char *typed = g_strdup(form_text(paths->form, id));
  g_autofree char *completed = path_complete(typed, &names);
  gboolean longer = strcmp(completed, typed) != 0;
  if (longer) {
    form_set_text(paths->form, id, completed);
    paths->changed(paths->owner, id);
  }
  if (names->len > 1)
    list_candidates(paths, id, names);
  return longer || names->len > 1;
}

gboolean
form_paths_tab(FormPaths *paths, GFileTest wanted, gboolean made)
{
  const char *text = form_text(paths->form, form_focused(paths->form));
  g_autofree char *path = g_str_has_prefix(text, "pkcs11:") ? NULL : path_expand(text);
  gboolean was_typed = paths->typed;
  if (!path || (!was_typed && g_file_test(path, wanted)))
    return FALSE;
  if (form_paths_complete(paths))
    return TRUE;
  paths->typed = FALSE;
  paths->show(paths->owner, TRUE);
  return was_typed && !made && !g_file_test(path, G_FILE_TEST_EXISTS);
}
