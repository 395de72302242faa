/* A connection as a report on standard output: chain, verdict, client authentication and the first
 * messages. What the dashboard shows, for a pipe or a log. */
#pragma once

#include "core/workspace.h"

/* Connects, waits until `messages` messages have come or a fault ends it (at most `seconds`), and
 * prints. Returns the exit code: 0 when all came. */
int report_run(Workspace *workspace, Connection *connection, guint messages, guint seconds);

/* Prints what is known of the connection, without messages; `session` says how far it came. */
void report_print(const Connection *connection, const Session *session);
