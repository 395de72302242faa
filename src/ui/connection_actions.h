/* What can be done with the selected connection from any tiled pane. */
#pragma once

#include "ui/pane.h"

/* FALSE when `action` is none of these. */
gboolean connection_action(Ui *ui, Action action);
/* Why it cannot run now, a static sentence; NULL when it can. */
const char *connection_action_disabled(Ui *ui, Action action);
