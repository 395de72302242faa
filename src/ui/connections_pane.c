/* The list of connections, saved ones and those of this run. The selection is the dashboard's:
 * every other pane shows the selected connection. */
#include "config.h"

#include "ui/pane.h"

#include "ui/connection_actions.h"
#include "ui/connection_row.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"

typedef struct {
  Ui *ui;
  Scroll scroll; /* numbers are places in the workspace's list */
} ConnectionsPane;

static gpointer
connections_open(Ui *ui, gpointer argument)
{
  ConnectionsPane *pane = g_new0(ConnectionsPane, 1);
  pane->ui = ui;
  return pane;
}

static GPtrArray *
all_connections(ConnectionsPane *pane)
{
  return workspace_connections(ui_workspace(pane->ui));
}

static char *
connections_title(gpointer data)
{
  return g_strdup("Connections");
}

static char *
connections_status(gpointer data)
{
  GPtrArray *all = all_connections(data);
  if (all->len == 0)
    return NULL;
  guint online = 0;
  for (guint i = 0; i < all->len; i++)
    online += connection_session(g_ptr_array_index(all, i))->state == SESSION_ONLINE;
  return g_strdup_printf("%u of %u online", online, all->len);
}

static ConnectionRow *
row_of(ConnectionsPane *pane, Connection *connection)
{
  ConnectionRowInput input = {
      .profile = connection_profile(connection),
      .session = connection_session(connection),
      .info = connection_info(connection),
      .rates = connection_rates(connection),
      .saved = workspace_is_saved(ui_workspace(pane->ui), connection),
      .probing = connection_is_probing(connection),
      .now = ui_now(pane->ui),
  };
  return connection_row_new(&input);
}

static void
draw_empty(Canvas *canvas)
{
  static const char *const text =
      "No connection yet.\n\nPress n to make one: mqtrust checks every field as you type it.\n\n"
      "Without a broker at hand, mqtrust demo starts one with two-way TLS.";
  int columns = canvas_columns(canvas) - 2;
  g_auto(GStrv) lines = wrap_text(text, columns);
  for (int i = 0; lines[i]; i++)
    paint_text(canvas, i, 1, ROLE_NORMAL, lines[i]);
}

/* The scroll follows the dashboard's selection, whoever changed it. */
static void
follow_selection(ConnectionsPane *pane, GPtrArray *all, int rows)
{
  guint index = 0;
  Connection *selected = ui_selected(pane->ui);
  scroll_update(&pane->scroll, 0, all->len, rows);
  if (selected && g_ptr_array_find(all, selected, &index))
    scroll_move(&pane->scroll, (gint64)index - (gint64)pane->scroll.selected);
}

static void
connections_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  ConnectionsPane *pane = data;
  GPtrArray *all = all_connections(pane);
  follow_selection(pane, all, canvas_rows(canvas));
  if (all->len == 0) {
    draw_empty(canvas);
    return;
  }
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)connection_row_free);
  for (guint i = 0; i < all->len; i++)
    g_ptr_array_add(rows, row_of(pane, g_ptr_array_index(all, i)));
  int name_width = connection_rows_name_width(rows);
  for (int line = 0; line < canvas_rows(canvas); line++) {
    guint64 number = pane->scroll.top + (guint64)line;
    if (number >= all->len)
      break;
    gboolean selected = number == pane->scroll.selected;
    connection_row_draw(g_ptr_array_index(rows, number), canvas, line, name_width, selected);
    if (selected) {
      paint_row_role(canvas, line, focused ? ROLE_SELECTED : ROLE_SELECTED_UNFOCUSED);
      if (focused)
        paint_cursor(canvas, line, 0, FALSE);
    }
  }
}

static PaneResult
connections_act(gpointer data, Action action)
{
  ConnectionsPane *pane = data;
  GPtrArray *all = all_connections(pane);
  if (scroll_act(&pane->scroll, action, FALSE)) {
    if (pane->scroll.selected < all->len)
      ui_select(pane->ui, g_ptr_array_index(all, pane->scroll.selected));
    return PANE_HANDLED;
  }
  if (action == ACTION_OPEN) {
    ui_focus(pane->ui, &certificates_pane);
    return PANE_HANDLED;
  }
  return connection_action(pane->ui, action) ? PANE_HANDLED : PANE_IGNORED;
}

static const char *
connections_disabled(gpointer data, Action action)
{
  ConnectionsPane *pane = data;
  return connection_action_disabled(pane->ui, action);
}

const PaneClass connections_pane = {
    .name = "connections",
    .context = CONTEXT_CONNECTIONS,
    .open = connections_open,
    .close = g_free,
    .title = connections_title,
    .status = connections_status,
    .draw = connections_draw,
    .act = connections_act,
    .disabled = connections_disabled,
};
