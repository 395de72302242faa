/* The keys of a pane that is a form: to its fields, to the completion of a path, or to what the
 * whole form is for. */
#pragma once

#include "ui/form_paths.h"
#include "ui/pane.h"

/* `owner` is the pane's own data. */
typedef struct {
  /* FALSE: field `id` holds no path; else what a finished one is (a file, a folder), and whether it
   * may be one that is still to be made. NULL: no field does. */
  gboolean (*path)(gpointer owner, int id, GFileTest *wanted, gboolean *made);
  void (*changed)(gpointer owner, int id); /* the value of field `id` */
  void (*left)(gpointer owner, int id);    /* the focus has gone from there; or NULL */
  PaneResult (*submit)(gpointer owner);    /* C-s, and Enter where the field has no use for it */
} FormKeys;

/* `paths` may be NULL where no field holds one. */
PaneResult form_keys_act(const FormKeys *keys, Form *form, FormPaths *paths, gpointer owner,
                         Action action);
PaneResult form_keys_key(const FormKeys *keys, Form *form, gpointer owner, const Key *key);
/* Text that was pasted is used up, whatever the field makes of it. */
PaneResult form_keys_paste(const FormKeys *keys, Form *form, gpointer owner, const char *text,
                           gsize length);
