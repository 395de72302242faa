/* What the hint bar and the help screen need of the keymap beyond ui/action.h. */
#pragma once

#include "ui/action.h"

/* (transfer full): the first key of an action in a context, its general one if it has no own and
 * the general ones count there; NULL: none. */
char *keymap_first_key(Context context, Action action);
/* (transfer full) what the key of `action` does in `context`, in words; whether it asks first. */
char *keymap_help(Context context, Action action);
/* An action has a key in the context's own table, not only a general one. */
gboolean keymap_has_own(Context context, Action action);
/* What is about connections, certificates or messages is done in every tile, but in a view only when
 * it has a key of its own there or is one of its hints. */
gboolean keymap_serves(Context context, Action action);
/* "Connections", "Form", ...: heads the help screen. */
const char *context_title(Context context);

/* The tables as they stand, for tests: entry `index` of a context; FALSE beyond the end. A key that
 * is bound to ACTION_NONE shadows the general context's. */
gboolean keymap_entry(Context context, guint index, const char **key, Action *action);

/* What the line editor of a field does with keys that are bound to ACTION_NONE in CONTEXT_FORM: line
 * `index` for the help screen and the manual; FALSE beyond the end. */
gboolean keymap_field_entry(guint index, const char **keys, const char **meaning);
