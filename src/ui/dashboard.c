/* The main loop: keys, signals, clocks and changes of the model in; one frame a turn out.
 *
 *   a key        → ui_handle_key() → a frame at once
 *   a signal     → resize, suspend or the end
 *   the model    → ui_connection_changed() → a frame, but at most one in FRAME_US, or in
 *                  STATE_FRAME_US when it is more than messages: a fault is to be seen at once
 *   a clock      → only while something on the screen counts: connection_needs_tick(), a try to
 *                  come; else one rare timer for the days on the header
 *
 * Idle there is nothing to do, and nothing is written. */
#include "config.h"

#include "ui/dashboard.h"

#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#include "ui/header.h"
#include "ui/background_job.h"
#include "ui/curses.h"
#include "ui/input.h"
#include "ui/screen.h"
#include "ui/signals.h"
#include "ui/ui_state.h"

#define FRAME_US (125 * 1000) /* between frames that data causes: 8 a second */
#define STATE_FRAME_US (20 * 1000)
#define TICK_MS 1000
#define RARE_SECONDS_MAX 3600 /* a laptop's clock stops in its sleep: look again now and then */

/* Above what the network brings (G_PRIORITY_DEFAULT), so that a flood starves neither. */
#define PRIORITY_KEYS G_PRIORITY_HIGH
#define PRIORITY_FRAME (G_PRIORITY_HIGH + 10)

typedef struct {
  Workspace *workspace;
  Ui *ui;
  GMainLoop *loop;
  guint keys, frame, tick, rare; /* sources */
  gint64 frame_us;               /* when `frame` is due */
  gint64 last_frame_us;
  int exit_code;
} Dashboard;

static void
end(Dashboard *dashboard, int exit_code)
{
  dashboard->exit_code = exit_code;
  g_main_loop_quit(dashboard->loop);
}

/* --- Frames ----------------------------------------------------------------------------------- */

static void update_clocks(Dashboard *dashboard);

static void
draw_frame(Dashboard *dashboard)
{
  Ui *ui = dashboard->ui;
  CanvasCursor cursor;
  g_clear_handle_id(&dashboard->frame, g_source_remove);
  ui->dirty = ui->data_dirty = ui->state_dirty = FALSE;
  /* What a pane asks for while it is drawn is as urgent as data. */
  ui->in_model_change = TRUE;
  ui_draw(ui, LINES, COLS, &cursor);
  ui->in_model_change = FALSE;
  screen_show(cursor.row, cursor.column, cursor.wanted && cursor.visible);
  dashboard->last_frame_us = g_get_monotonic_time();
  update_clocks(dashboard);
}

static gboolean
on_frame(gpointer data)
{
  Dashboard *dashboard = data;
  dashboard->frame = 0;
  draw_frame(dashboard);
  return G_SOURCE_REMOVE;
}

static gint64
next_frame_us(const Dashboard *dashboard, gint64 now)
{
  if (dashboard->ui->dirty)
    return now;
  gint64 pace = dashboard->ui->state_dirty ? STATE_FRAME_US : FRAME_US;
  return MAX(now, dashboard->last_frame_us + pace);
}

static void
schedule_frame(gpointer data)
{
  Dashboard *dashboard = data;
  gint64 now = g_get_monotonic_time(), due = next_frame_us(dashboard, now);
  if (dashboard->frame != 0 && dashboard->frame_us <= due)
    return;
  g_clear_handle_id(&dashboard->frame, g_source_remove);
  dashboard->frame_us = due;
  dashboard->frame = g_timeout_add_full(PRIORITY_FRAME, (guint)((due - now + 999) / 1000), on_frame,
                                        dashboard, NULL);
}

/* --- Clocks ----------------------------------------------------------------------------------- */

static gboolean
tick_all(Dashboard *dashboard)
{
  GPtrArray *connections = workspace_connections(dashboard->workspace);
  gboolean changed = FALSE;
  for (guint i = 0; i < connections->len; i++)
    changed |= connection_tick(g_ptr_array_index(connections, i), g_get_monotonic_time());
  return changed;
}

/* Something on the screen counts seconds. */
static gboolean
countdown_is_shown(Dashboard *dashboard)
{
  Connection *selected = ui_selected(dashboard->ui);
  return selected && connection_session(selected)->state == SESSION_WAITING;
}

static gboolean
needs_tick(Dashboard *dashboard)
{
  GPtrArray *connections = workspace_connections(dashboard->workspace);
  for (guint i = 0; i < connections->len; i++) {
    if (connection_needs_tick(g_ptr_array_index(connections, i)))
      return TRUE;
  }
  return countdown_is_shown(dashboard);
}

static gboolean
on_tick(gpointer data)
{
  Dashboard *dashboard = data;
  if (tick_all(dashboard) || countdown_is_shown(dashboard))
    ui_redraw(dashboard->ui);
  if (needs_tick(dashboard))
    return G_SOURCE_CONTINUE;
  dashboard->tick = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
on_rare(gpointer data)
{
  Dashboard *dashboard = data;
  dashboard->rare = 0;
  ui_redraw(dashboard->ui);
  return G_SOURCE_REMOVE;
}

/* The earliest time at which a certificate's days change, of any connection. */
static gint64
next_rare_change(Dashboard *dashboard)
{
  GPtrArray *connections = workspace_connections(dashboard->workspace);
  gint64 next = 0, now = ui_now(dashboard->ui);
  for (guint i = 0; i < connections->len; i++) {
    const ConnectionInfo *info = connection_info(g_ptr_array_index(connections, i));
    gint64 change = header_next_change(info->certificate_end, now);
    if (change > 0 && (next == 0 || change < next))
      next = change;
  }
  return MIN(next, RARE_SECONDS_MAX);
}

static void
update_clocks(Dashboard *dashboard)
{
  if (dashboard->tick == 0 && needs_tick(dashboard))
    dashboard->tick = g_timeout_add_full(PRIORITY_FRAME, TICK_MS, on_tick, dashboard, NULL);
  gint64 rare = dashboard->rare == 0 ? next_rare_change(dashboard) : 0;
  if (rare > 0)
    dashboard->rare =
        g_timeout_add_seconds_full(PRIORITY_FRAME, (guint)rare, on_rare, dashboard, NULL);
}

/* --- Keys ------------------------------------------------------------------------------------- */

static void
suspend(Dashboard *dashboard)
{
  gint64 before = g_get_real_time();
  screen_suspend();
  gint64 seconds = (g_get_real_time() - before) / G_USEC_PER_SEC;
  if (ui_any_connected(dashboard->ui) && seconds > 0)
    ui_notice(dashboard->ui, ROLE_NORMAL,
              "Back after %" G_GINT64_FORMAT " s; a connection that the broker gave up meanwhile "
              "is opened again",
              seconds);
}

/* What actions have asked for that only the owner of the screen can do. */
static void
do_wishes(Dashboard *dashboard)
{
  Ui *ui = dashboard->ui;
  if (ui->leave)
    end(dashboard, 0);
  if (ui->suspend)
    suspend(dashboard);
  if (ui->redraw_all) {
    screen_resize();
    screen_redraw_all();
  }
  ui->suspend = ui->redraw_all = FALSE;
}

static guint
read_keys(Dashboard *dashboard)
{
  guint count = 0;
  Key key;
  while (!dashboard->ui->leave && input_read(&key)) {
    gsize length;
    const char *paste = input_paste(&length);
    ui_handle_key(dashboard->ui, &key, paste, length);
    do_wishes(dashboard);
    count++;
  }
  return count;
}

/* A terminal that is gone is readable for ever, and empty. */
static gboolean
terminal_is_gone(GIOCondition condition)
{
  GPollFD poll_fd = {.fd = STDIN_FILENO, .events = G_IO_IN};
  char byte;
  if (condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL))
    return TRUE;
  if (g_poll(&poll_fd, 1, 0) <= 0 || !(poll_fd.revents & G_IO_IN))
    return FALSE;
  return read(STDIN_FILENO, &byte, 0) < 0 || (poll_fd.revents & (G_IO_HUP | G_IO_ERR)) != 0;
}

static gboolean
on_keys(gint fd, GIOCondition condition, gpointer data)
{
  Dashboard *dashboard = data;
  guint count = condition & G_IO_IN ? read_keys(dashboard) : 0;
  if (count == 0 && terminal_is_gone(condition)) {
    end(dashboard, 128 + SIGHUP);
    dashboard->keys = 0;
    return G_SOURCE_REMOVE;
  }
  if (dashboard->ui->dirty && !dashboard->ui->leave)
    draw_frame(dashboard);
  return G_SOURCE_CONTINUE;
}

/* --- Signals ---------------------------------------------------------------------------------- */

static void
on_signal(int number, gpointer data)
{
  Dashboard *dashboard = data;
  switch (number) {
  case SIGWINCH:
    /* At the size that we knew, too: it may have been another one in between, and the terminal has
     * cut off what curses believes to be there. */
    screen_resize();
    screen_redraw_all();
    ui_redraw(dashboard->ui);
    break;
  case SIGTSTP:
    suspend(dashboard);
    ui_redraw(dashboard->ui);
    break;
  case SIGCONT:
    screen_retake();
    ui_redraw(dashboard->ui);
    break;
  default:
    end(dashboard, 128 + number);
  }
}

static void
on_model_change(Workspace *workspace, Connection *connection, ConnectionChange what, gpointer data)
{
  Dashboard *dashboard = data;
  ui_connection_changed(dashboard->ui, connection, what);
}

/* --- From start to end ------------------------------------------------------------------------ */

static void
show_problems(Ui *ui, GPtrArray *problems)
{
  if (!problems || problems->len == 0)
    return;
  if (problems->len == 1) {
    ui_notice(ui, ROLE_WARNING, "%s", (const char *)g_ptr_array_index(problems, 0));
    return;
  }
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < problems->len; i++)
    g_string_append_printf(text, "%s\n\n", (const char *)g_ptr_array_index(problems, i));
  TextViewArgument argument = {"Problems at the start", text->str};
  ui_open(ui, &text_view, &argument);
}

static void
open_dashboard(Dashboard *dashboard, const DashboardOptions *options)
{
  static const PaneClass *const tiles[LAYOUT_TILES] = {&connections_pane, &certificates_pane,
                                                       &messages_pane, &timeline_pane};
  Ui *ui = dashboard->ui = ui_new(dashboard->workspace, tiles);
  ui->certbot_folder = g_strdup(options->certbot_folder);
  if (options->select) { /* who names a connection has come for its messages */
    ui_select(ui, workspace_find(dashboard->workspace, options->select));
    ui_focus(ui, &messages_pane);
  }
  show_problems(ui, options->problems);
  ui->wake = schedule_frame;
  ui->wake_data = dashboard;
  workspace_set_changed(dashboard->workspace, on_model_change, dashboard);
  dashboard->keys = g_unix_fd_add_full(PRIORITY_KEYS, STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR,
                                       on_keys, dashboard, NULL);
  ui_redraw(ui);
}

static void
close_dashboard(Dashboard *dashboard)
{
  workspace_set_changed(dashboard->workspace, NULL, NULL);
  g_clear_pointer(&dashboard->ui, ui_free);
  g_clear_handle_id(&dashboard->keys, g_source_remove);
  g_clear_handle_id(&dashboard->frame, g_source_remove);
  g_clear_handle_id(&dashboard->tick, g_source_remove);
  g_clear_handle_id(&dashboard->rare, g_source_remove);
}

static gboolean
wants_no_color(const DashboardOptions *options)
{
  const char *no_color = g_getenv("NO_COLOR");
  return options->no_color || (no_color && *no_color);
}

int
dashboard_run(Workspace *workspace, const DashboardOptions *options, GError **error)
{
  Dashboard dashboard = {.workspace = workspace, .exit_code = -1};
  g_autoptr(GMainLoop) loop = dashboard.loop = g_main_loop_new(NULL, FALSE);
  signals_start(on_signal, &dashboard);
  if (screen_start(options->ascii, wants_no_color(options), error)) {
    open_dashboard(&dashboard, options);
    g_main_loop_run(loop);
    close_dashboard(&dashboard);
    screen_stop();
  }
  background_jobs_wait();
  signals_stop();
  return dashboard.exit_code;
}
