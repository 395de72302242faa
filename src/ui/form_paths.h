/* Paths in a form's fields: completion as a shell does it, and no complaint about what is half
 * typed. One for each form, for the field that has the focus. */
#pragma once

#include "ui/form.h"

/* `id`: a field's text was made longer. */
typedef void (*FormPathsChanged)(gpointer owner, int id);
/* The messages beside the fields are to be shown anew; `read`: with what the files hold now. */
typedef void (*FormPathsShow)(gpointer owner, gboolean read);

typedef struct FormPaths FormPaths;

/* `form` and `owner` are borrowed until form_paths_free(). */
FormPaths *form_paths_new(Form *form, FormPathsChanged changed, FormPathsShow show, gpointer owner);
void form_paths_free(FormPaths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormPaths, form_paths_free)

/* To be told: a value was changed; the focus has gone to another field. */
void form_paths_typed(FormPaths *paths);
void form_paths_left(FormPaths *paths);

/* This field is being typed into: that there is no such file is no fault yet. */
gboolean form_paths_is_typing(const FormPaths *paths, int id);
/* Puts the names that fit beside the field that was completed last, as its message. */
void form_paths_show_candidates(const FormPaths *paths);

/* Completes the focused field. FALSE: there is nothing to add and nothing to choose from. */
gboolean form_paths_complete(FormPaths *paths);
/* The same for Tab, which otherwise goes on: from an empty field at once, and from one whose path is
 * `wanted` (a file, a folder) already unless it was typed just now. Where nothing begins with what
 * was typed, the first Tab stays to say so, unless it may be `made`. TRUE: Tab was used up. */
gboolean form_paths_tab(FormPaths *paths, GFileTest wanted, gboolean made);
