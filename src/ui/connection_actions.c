#include "config.h"

#include "ui/connection_actions.h"

#include "ui/finding_actions.h"

/* What a question is about: the connection may be gone when the user has answered. */
typedef struct {
  Ui *ui;
  guint64 connection; /* its number */
} Target;

static Target *
target_new(Ui *ui, Connection *connection)
{
  Target *target = g_new(Target, 1);
  *target = (Target){ui, connection_number(connection)};
  return target;
}

/* The one that the cursor lands on when `connection` goes. */
static Connection *
neighbour(Ui *ui, Connection *connection)
{
  GPtrArray *all = workspace_connections(ui_workspace(ui));
  guint index;
  if (!g_ptr_array_find(all, connection, &index) || all->len < 2)
    return NULL;
  return g_ptr_array_index(all, index + 1 < all->len ? index + 1 : index - 1);
}

static void
delete_now(gpointer data)
{
  Target *target = data;
  Connection *connection = workspace_by_number(ui_workspace(target->ui), target->connection);
  if (!connection)
    return;
  g_autofree char *name = g_strdup(connection_profile(connection)->name);
  Connection *next = neighbour(target->ui, connection);
  g_autoptr(GError) error = NULL;
  ui_select(target->ui, next);
  if (!workspace_delete(ui_workspace(target->ui), connection, &error)) {
    ui_select(target->ui, connection);
    ui_notice(target->ui, ROLE_ERROR, "%s", error->message);
    return;
  }
  ui_notice(target->ui, ROLE_NORMAL, "%s is deleted.", name);
}

static void
ask_delete(Ui *ui, Connection *connection)
{
  gboolean saved = workspace_is_saved(ui_workspace(ui), connection);
  g_autofree char *question = g_strdup_printf("Delete %s%s?", connection_profile(connection)->name,
                                              saved ? " and its file" : ", which was never saved");
  ui_ask(ui, question, delete_now, target_new(ui, connection), g_free);
}

static void
duplicate(Ui *ui, Connection *connection)
{
  g_autoptr(GError) error = NULL;
  Connection *copy = workspace_add(ui_workspace(ui), connection_profile(connection), &error);
  if (!copy) {
    ui_notice(ui, ROLE_ERROR, "%s", error->message);
    return;
  }
  ui_select(ui, copy);
  ui_notice(ui, ROLE_NORMAL, "%s is a copy, not saved yet: e edits and saves it.",
            connection_profile(copy)->name);
}

gboolean
connection_action(Ui *ui, Action action)
{
  Connection *connection = ui_selected(ui);
  if (action == ACTION_NEW) {
    ui_open(ui, &editor_form, NULL);
    return TRUE;
  }
  if (action == ACTION_WORKSHOP) {
    ui_open(ui, &workshop_form, NULL);
    return TRUE;
  }
  if (action == ACTION_LINEAGES) {
    ui_open(ui, &lineages_view, NULL);
    return TRUE;
  }
  if (action == ACTION_BUNDLE) {
    ui_open(ui, &bundle_form, NULL);
    return TRUE;
  }
  const char *reason = connection_action_disabled(ui, action);
  if (reason) {
    ui_notice(ui, ROLE_WARNING, "%s", reason);
    return TRUE;
  }
  switch (action) {
  case ACTION_CONNECT:
    connection_connect(connection);
    return TRUE;
  case ACTION_DISCONNECT:
    connection_disconnect(connection);
    return TRUE;
  case ACTION_EDIT:
    ui_open(ui, &editor_form, &(EditorArgument){.connection = connection});
    return TRUE;
  case ACTION_MEND:
  case ACTION_REPAIR:
    return finding_action(ui, connection, finding_worst(connection), action);
  case ACTION_DUPLICATE:
    duplicate(ui, connection);
    return TRUE;
  case ACTION_DELETE:
    ask_delete(ui, connection);
    return TRUE;
  case ACTION_PUBLISH:
    ui_open(ui, &publish_form, NULL);
    return TRUE;
  case ACTION_SUBSCRIBE:
    ui_open(ui, &subscribe_form, NULL);
    return TRUE;
  case ACTION_UNSUBSCRIBE:
    ui_open(ui, &subscriptions_view, NULL);
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean
is_ours(Action action)
{
  switch (action) {
  case ACTION_CONNECT:
  case ACTION_DISCONNECT:
  case ACTION_EDIT:
  case ACTION_DUPLICATE:
  case ACTION_DELETE:
  case ACTION_MEND:
  case ACTION_REPAIR:
  case ACTION_PUBLISH:
  case ACTION_SUBSCRIBE:
  case ACTION_UNSUBSCRIBE:
    return TRUE;
  default:
    return FALSE;
  }
}

const char *
connection_action_disabled(Ui *ui, Action action)
{
  if (!is_ours(action))
    return NULL;
  Connection *connection = ui_selected(ui);
  if (!connection)
    return "There is no connection yet: n makes one.";
  if (is_finding_action(action))
    return finding_action_disabled(ui, connection, finding_worst(connection), action);
  const Session *session = connection_session(connection);
  if (action == ACTION_CONNECT && session->state == SESSION_ONLINE)
    return "It is online already.";
  if (action == ACTION_DISCONNECT && session->state == SESSION_IDLE)
    return "It is not connected.";
  if (action == ACTION_PUBLISH && session->state != SESSION_ONLINE)
    return "Publishing needs the connection online: c connects.";
  return NULL;
}
