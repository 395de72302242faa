/* All connections of one run of mqtrust, saved ones and those from the command line. Main thread. */
#pragma once

#include <glib.h>

#include "core/check.h"
#include "core/connection.h"

typedef struct Workspace Workspace;

typedef void (*WorkspaceChanged)(Workspace *workspace, Connection *connection,
                                 ConnectionChange what, gpointer user_data);

/* `folder` of the profiles, as profile_folder() gives it. Starts the transport thread. */
Workspace *workspace_new(const char *folder, gsize log_bytes);
void workspace_free(Workspace *workspace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Workspace, workspace_free)
/* Where the brokers' certificates of saved connections are remembered; borrowed, must outlive it. To
 * be called before workspace_load(). NULL, the default: nowhere. */
void workspace_keep_chains(Workspace *workspace, ChainMemory *memory);
void workspace_set_changed(Workspace *workspace, WorkspaceChanged changed, gpointer user_data);

/* Reads all saved profiles; (transfer full) sentences about files that could not be read. */
GPtrArray *workspace_load(Workspace *workspace);

GPtrArray *workspace_connections(Workspace *workspace); /* borrowed, of Connection */
Connection *workspace_find(Workspace *workspace, const char *name);
Connection *workspace_by_number(Workspace *workspace, guint64 number); /* NULL: it is gone */
/* Adds one that is not saved (command line, demo). The name is made unique. */
Connection *workspace_add(Workspace *workspace, const Profile *profile, GError **error);
/* Saves `profile` and makes it the profile of `connection` (NULL: a new one). */
Connection *workspace_save(Workspace *workspace, Connection *connection, const Profile *profile,
                           GError **error);
/* Disconnects, removes, and deletes its file if it has one. */
gboolean workspace_delete(Workspace *workspace, Connection *connection, GError **error);
gboolean workspace_is_saved(Workspace *workspace, Connection *connection);

/* Tries a profile once (core/check.h) without making it one of the connections. (transfer none):
 * let go of by workspace_leave_check(). */
Check *workspace_check(Workspace *workspace, const Profile *profile, CheckDone done,
                       gpointer user_data, GError **error);
/* At any time, and at once: `done` is not called any more, and what is open is closed politely
 * later on. */
void workspace_leave_check(Workspace *workspace, Check *check);
