#include "config.h"

#include "ui/form_keys.h"

/* TRUE: Tab or the key of completion was used up by the path in the focused field. */
static gboolean
completes(const FormKeys *keys, const Form *form, FormPaths *paths, gpointer owner, Action action)
{
  GFileTest wanted = G_FILE_TEST_EXISTS;
  gboolean made = FALSE;
  if (action != ACTION_NEXT_FIELD && action != ACTION_COMPLETE)
    return FALSE;
  if (!keys->path || !keys->path(owner, form_focused(form), &wanted, &made))
    return FALSE;
  return action == ACTION_COMPLETE ? form_paths_complete(paths)
                                   : form_paths_tab(paths, wanted, made);
}

PaneResult
form_keys_act(const FormKeys *keys, Form *form, FormPaths *paths, gpointer owner, Action action)
{
  int before = form_focused(form), id = 0;
  gboolean handled = FALSE;
  if (action == ACTION_SAVE)
    return keys->submit(owner);
  if (completes(keys, form, paths, owner, action))
    return PANE_HANDLED;
  if (action == ACTION_COMPLETE)
    action = ACTION_NEXT_FIELD;
  if (form_act(form, action, &handled, &id))
    keys->changed(owner, id);
  if (keys->left && form_focused(form) != before)
    keys->left(owner, before);
  if (!handled && action == ACTION_OPEN)
    return keys->submit(owner);
  return handled ? PANE_HANDLED : PANE_IGNORED;
}

PaneResult
form_keys_key(const FormKeys *keys, Form *form, gpointer owner, const Key *key)
{
  int id = 0;
  gboolean handled = FALSE;
  if (form_key(form, key, &handled, &id))
    keys->changed(owner, id);
  return handled ? PANE_HANDLED : PANE_IGNORED;
}

PaneResult
form_keys_paste(const FormKeys *keys, Form *form, gpointer owner, const char *text, gsize length)
{
  int id = 0;
  if (form_paste(form, text, length, &id))
    keys->changed(owner, id);
  return PANE_HANDLED;
}
