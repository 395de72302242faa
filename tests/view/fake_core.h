/* Connections without a network, for tests of screens: core/connection.h and core/workspace.h over
 * plain fields that a test sets. Message log, timeline and profile are the real ones. */
#pragma once

#include "core/workspace.h"

struct Connection {
  guint64 number;
  Profile *profile;
  Session session;
  ConnectionInfo info;      /* borrowed members are the test's; findings is made here */
  Evidence *evidence;       /* empty at first */
  MessageLog *log;
  Timeline *timeline;
  GPtrArray *subscriptions; /* of Subscription */
  ConnectionRates rates;
  gboolean needs_tick, probing;
  char *calls;              /* what was asked of it: "connect; publish a/b 5 q1; " */
  gboolean unsaved;         /* workspace_is_saved() says so */
};

/* core/check.h over plain fields; a test ends it with fake_check_end(). */
struct Check {
  CheckOutcome outcome;
  Session session;
  Connection *connection; /* of no workspace */
  CheckDone done;
  gpointer user_data;
};

Workspace *fake_workspace_new(void);
/* The check that is under way, NULL: none. */
Check *fake_check(Workspace *workspace);
void fake_check_end(Workspace *workspace, CheckOutcome outcome);
/* mqtts://NAME.example.com:8883, MQTT 5, idle. */
Connection *fake_connection_add(Workspace *workspace, const char *name);
/* It is gone, and the memory allocator has given its very place to another one. */
void fake_connection_replace(Connection *connection, const char *name);
/* Online over TLS 1.3 with two-way authentication. */
void fake_connection_set_online(Connection *connection);
/* As the workspace would report it. */
void fake_connection_changed(Workspace *workspace, Connection *connection, ConnectionChange what);
