/* What can be done about a finding from every place that shows one. */
#pragma once

#include "ui/pane.h"

/* Borrowed as the connection's info is: the first of its findings, NULL when there is none. */
const Finding *finding_worst(const Connection *connection);

/* ACTION_MEND and ACTION_REPAIR. */
gboolean is_finding_action(Action action);
/* `finding` may be NULL. FALSE: it is no such action. What cannot be done says why. */
gboolean finding_action(Ui *ui, Connection *connection, const Finding *finding, Action action);
/* A static sentence, NULL when it can be done. */
const char *finding_action_disabled(Ui *ui, const Connection *connection, const Finding *finding,
                                    Action action);
