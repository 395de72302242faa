#include "config.h"

#include "ui/ui_state.h"

#include <stdarg.h>

#include "util/safe_text.h"

enum { TILE_MESSAGES = 2, TILE_TIMELINE = 3 };

Ui *
ui_new(Workspace *workspace, const PaneClass *const tiles[LAYOUT_TILES])
{
  Ui *ui = g_new0(Ui, 1);
  ui->workspace = workspace;
  ui->lower = TILE_MESSAGES;
  ui->views = g_ptr_array_new();
  for (int i = 0; i < LAYOUT_TILES; i++)
    ui->tiles[i].pane_class = tiles[i];
  for (int i = 0; i < LAYOUT_TILES; i++)
    ui->tiles[i].pane = tiles[i]->open(ui, NULL);
  return ui;
}

static void
view_free(View *view)
{
  view->pane_class->close(view->pane);
  g_free(view);
}

void
ui_free(Ui *ui)
{
  if (!ui)
    return;
  while (ui->views->len > 0)
    view_free(g_ptr_array_remove_index(ui->views, ui->views->len - 1));
  for (int i = 0; i < LAYOUT_TILES; i++)
    ui->tiles[i].pane_class->close(ui->tiles[i].pane);
  g_ptr_array_unref(ui->views);
  ui_clear_question(ui);
  g_free(ui->notice);
  g_free(ui->repair_key);
  g_free(ui->certbot_folder);
  g_free(ui);
}

/* --- What is on top --------------------------------------------------------------------------- */

gboolean
ui_has_view(const Ui *ui)
{
  return ui->views->len > 0;
}

View *
ui_top(Ui *ui)
{
  return ui_has_view(ui) ? g_ptr_array_index(ui->views, ui->views->len - 1)
                         : &ui->tiles[ui->focused];
}

void
ui_close_view(Ui *ui, View *view)
{
  if (g_ptr_array_remove(ui->views, view))
    view_free(view);
  ui_redraw(ui);
}

void
ui_open(Ui *ui, const PaneClass *pane_class, gpointer argument)
{
  View *view = g_new0(View, 1);
  view->pane_class = pane_class;
  view->pane = pane_class->open(ui, argument);
  g_ptr_array_add(ui->views, view);
  ui_redraw(ui);
}

void
ui_close(Ui *ui, gconstpointer pane)
{
  for (guint i = 0; i < ui->views->len; i++) {
    View *view = g_ptr_array_index(ui->views, i);
    if (view->pane == pane) {
      ui_close_view(ui, view);
      return;
    }
  }
}

void
ui_focus_tile(Ui *ui, int tile)
{
  ui->focused = tile;
  if (tile == TILE_MESSAGES || tile == TILE_TIMELINE)
    ui->lower = tile;
  ui_redraw(ui);
}

void
ui_focus(Ui *ui, const PaneClass *pane_class)
{
  for (int i = 0; i < LAYOUT_TILES; i++) {
    if (ui->tiles[i].pane_class == pane_class)
      ui_focus_tile(ui, i);
  }
}

/* --- The model -------------------------------------------------------------------------------- */

Workspace *
ui_workspace(Ui *ui)
{
  return ui->workspace;
}

/* The selected one may have been deleted: then the first. */
Connection *
ui_selected(Ui *ui)
{
  GPtrArray *connections = workspace_connections(ui->workspace);
  if (!ui->selected || !g_ptr_array_find(connections, ui->selected, NULL))
    ui->selected = connections->len > 0 ? g_ptr_array_index(connections, 0) : NULL;
  return ui->selected;
}

static void
tell_view(const View *view, ConnectionChange what)
{
  if (view->pane_class->changed)
    view->pane_class->changed(view->pane, what);
}

static void
tell_all(Ui *ui, ConnectionChange what)
{
  for (int i = 0; i < LAYOUT_TILES; i++)
    tell_view(&ui->tiles[i], what);
  for (guint i = 0; i < ui->views->len; i++)
    tell_view(g_ptr_array_index(ui->views, i), what);
}

void
ui_select(Ui *ui, Connection *connection)
{
  if (ui_selected(ui) == connection)
    return;
  ui->selected = connection;
  tell_all(ui, CONNECTION_CHANGED_STATE | CONNECTION_CHANGED_MESSAGES);
  ui_redraw(ui);
}

/* What went well before must not hide why the connection fails now. */
static void
make_room_for_fault(Ui *ui, Connection *connection)
{
  SessionState state = connection_session(connection)->state;
  gboolean faulty = connection_info(connection)->last_error &&
                    (state == SESSION_IDLE || state == SESSION_WAITING);
  gboolean soft = ui->notice_role == ROLE_NORMAL || ui->notice_role == ROLE_GOOD;
  if (faulty && !ui->faulty && soft)
    ui_clear_notice(ui);
  ui->faulty = faulty;
}

/* Messages of connections that are not selected are in no pane; their rates come with the tick. */
void
ui_connection_changed(Ui *ui, Connection *connection, ConnectionChange what)
{
  if (what == CONNECTION_CHANGED_MESSAGES && connection != ui_selected(ui))
    return;
  ui->in_model_change = TRUE;
  ui->state_dirty |= (what & CONNECTION_CHANGED_STATE) != 0;
  if (connection == ui_selected(ui))
    make_room_for_fault(ui, connection);
  tell_all(ui, what);
  ui_redraw(ui);
  ui->in_model_change = FALSE;
}

gboolean
ui_any_connected(Ui *ui)
{
  GPtrArray *connections = workspace_connections(ui->workspace);
  for (guint i = 0; i < connections->len; i++) {
    SessionState state = connection_session(g_ptr_array_index(connections, i))->state;
    if (state != SESSION_IDLE && state != SESSION_WAITING && state != SESSION_CLOSING)
      return TRUE;
  }
  return FALSE;
}

FaultTold
ui_fault_told(Ui *ui)
{
  return ui->fault_told;
}

const char *
ui_certbot_folder(Ui *ui)
{
  return ui->certbot_folder;
}

gint64
ui_now(Ui *ui)
{
  return ui->fixed_now ? ui->fixed_now : g_get_real_time() / G_USEC_PER_SEC;
}

/* --- Notice, question, drawing ---------------------------------------------------------------- */

void
ui_clear_notice(Ui *ui)
{
  g_clear_pointer(&ui->notice, g_free);
}

void
ui_notice(Ui *ui, Role role, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  ui_clear_notice(ui);
  ui->notice = safe_text_string(text);
  ui->notice_role = role;
  ui_redraw(ui);
}

void
ui_clear_question(Ui *ui)
{
  Question question = ui->question;
  ui->question = (Question){0};
  g_free(question.text);
  if (question.free_data)
    question.free_data(question.data);
}

void
ui_ask(Ui *ui, const char *question, void (*yes)(gpointer data), gpointer data,
       GDestroyNotify free_data)
{
  ui_clear_question(ui);
  ui->question = (Question){safe_text_string(question), yes, data, free_data};
  ui_redraw(ui);
}

void
ui_redraw(Ui *ui)
{
  if (ui->in_model_change)
    ui->data_dirty = TRUE;
  else
    ui->dirty = TRUE;
  if (ui->wake)
    ui->wake(ui->wake_data);
}
