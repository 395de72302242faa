/* What the hint bar and the help screen need of the keymap beyond ui/action.h. */
#pragma once

#include "ui/action.h"

/* (transfer full): the first key of an action in a context, its general one if it has no own and
 * the general ones count there; NULL: none. */
char *keymap_first_key(Context context, Action action);
/* "Connections", "Form", ...: heads the help screen. */
const char *context_title(Context context);

/* The tables as they stand, for tests: entry `index` of a context; FALSE beyond the end. A key that
 * is bound to ACTION_NONE shadows the general context's. */
gboolean keymap_entry(Context context, guint index, const char **key, Action *action);
