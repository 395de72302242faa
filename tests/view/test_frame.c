/* The dashboard without a terminal: keys in, whole frames out. Its tiles are stand-ins that tell
 * what was asked of them. */
#include "config.h"

#include <string.h>

#include "ui/canvas.h"
#include "ui/curses.h"
#include "ui/ui_state.h"
#include "view/fake_core.h"
#include "view/view_harness.h"

#define NOW G_GINT64_CONSTANT(1795000000)

/* --- Stand-ins -------------------------------------------------------------------------------- */

static int last_tile = -1;
static Action last_action;
static char typed[64];
static gboolean is_dirty;
static ConnectionChange last_change;
static Ui *ui;

static const char *const tile_titles[] = {"Connections", "Certificates", "Messages", "Timeline"};

static gpointer
open_tile(Ui *owner, gpointer argument)
{
  static int number;
  return GINT_TO_POINTER(number++ % LAYOUT_TILES);
}

static void
close_nothing(gpointer pane)
{
}

static char *
tile_title(gpointer pane)
{
  return g_strdup(tile_titles[GPOINTER_TO_INT(pane)]);
}

static char *
tile_status(gpointer pane)
{
  return g_strdup_printf("status %d", GPOINTER_TO_INT(pane));
}

static void
draw_tile(gpointer pane, Canvas *canvas, gboolean focused)
{
  for (int row = 0; row < canvas_rows(canvas); row++)
    paint_format(canvas, row, 0, ROLE_NORMAL, "%d.%d", GPOINTER_TO_INT(pane), row);
  paint_row_role(canvas, 1, focused ? ROLE_SELECTED : ROLE_SELECTED_UNFOCUSED);
  paint_cursor(canvas, 1, 0, FALSE);
}

static PaneResult
act_on_tile(gpointer pane, Action action)
{
  gboolean own = (action == ACTION_CONNECT && GPOINTER_TO_INT(pane) == 0) ||
                 (action == ACTION_PUBLISH && GPOINTER_TO_INT(pane) == 2) || action == ACTION_DOWN;
  if (!own)
    return PANE_IGNORED;
  last_tile = GPOINTER_TO_INT(pane);
  last_action = action;
  return PANE_HANDLED;
}

static const char *
tile_disabled(gpointer pane, Action action)
{
  return action == ACTION_CLEAR ? "There is nothing to clear" : NULL;
}

static void
tile_changed(gpointer pane, ConnectionChange what)
{
  last_change = what;
}

#define TILE(the_name, the_context)                                                                \
  {                                                                                                \
    .name = the_name, .context = the_context, .open = open_tile, .close = close_nothing,           \
    .title = tile_title, .status = tile_status, .draw = draw_tile, .act = act_on_tile,             \
    .disabled = tile_disabled, .changed = tile_changed                                             \
  }
static const PaneClass tiles[LAYOUT_TILES] = {
    TILE("connections", CONTEXT_CONNECTIONS), TILE("certificates", CONTEXT_CERTIFICATES),
    TILE("messages", CONTEXT_MESSAGES), TILE("timeline", CONTEXT_TIMELINE)};

static char *
form_title(gpointer pane)
{
  return g_strdup("Publish");
}

static void
draw_form(gpointer pane, Canvas *canvas, gboolean focused)
{
  paint_text(canvas, 1, 2, ROLE_FIELD_FOCUSED, typed);
  paint_cursor(canvas, 1, 2 + (int)strlen(typed), TRUE);
}

static PaneResult
act_on_form(gpointer pane, Action action)
{
  return action == ACTION_SAVE ? PANE_CLOSE : PANE_IGNORED;
}

static PaneResult
form_takes_key(gpointer pane, const Key *key)
{
  g_strlcat(typed, key->text, sizeof typed);
  is_dirty = TRUE;
  return PANE_HANDLED;
}

static PaneResult
form_takes_paste(gpointer pane, const char *text, gsize length)
{
  g_strlcpy(typed, text, MIN(length + 1, sizeof typed));
  return PANE_HANDLED;
}

static gboolean
form_is_dirty(gpointer pane)
{
  return is_dirty;
}

static void
form_wants(gpointer pane, int *rows, int *columns)
{
  *rows = 6;
  *columns = 40;
}

static const char *
form_word(gpointer pane, Action action)
{
  if (action == ACTION_SAVE)
    return "publish";
  return action == ACTION_OPEN || action == ACTION_DOWN ? "" : NULL;
}

static gpointer
open_form(Ui *owner, gpointer argument)
{
  return &typed;
}

static const PaneClass stand_in_form = {
    .name = "form",
    .context = CONTEXT_FORM,
    .open = open_form,
    .close = close_nothing,
    .title = form_title,
    .draw = draw_form,
    .act = act_on_form,
    .key = form_takes_key,
    .paste = form_takes_paste,
    .dirty = form_is_dirty,
    .wanted = form_wants,
    .hint = form_word,
};

/* --- A dashboard for each test ---------------------------------------------------------------- */

static Workspace *workspace;
static Connection *connection;

static void
set_up(void)
{
  const PaneClass *const classes[LAYOUT_TILES] = {&tiles[0], &tiles[1], &tiles[2], &tiles[3]};
  workspace = fake_workspace_new();
  connection = fake_connection_add(workspace, "prod-eu");
  fake_connection_add(workspace, "lab");
  ui = ui_new(workspace, classes);
  ui->fixed_now = NOW;
  last_tile = -1;
  last_action = ACTION_NONE;
  typed[0] = '\0';
  is_dirty = FALSE;
}

static void
tear_down(void)
{
  ui_free(ui);
  workspace_free(workspace);
}

static void
press(const char *names)
{
  g_auto(GStrv) list = g_strsplit(names, " ", -1);
  for (char **name = list; *name; name++) {
    Key key;
    g_assert_true(key_parse(*name, &key));
    ui_handle_key(ui, &key, "pasted", 6);
  }
}

static CanvasCursor
draw(void)
{
  CanvasCursor cursor;
  view_canvas();
  ui_draw(ui, getmaxy(stdscr), getmaxx(stdscr), &cursor);
  return cursor;
}

static char *
drawn_text(void)
{
  draw();
  return view_text();
}

static void
assert_shown(const char *text)
{
  g_autofree char *screen = drawn_text();
  if (!strstr(screen, text))
    g_error("not on the screen: %s\n%s", text, screen);
}

static void
assert_not_shown(const char *text)
{
  g_autofree char *screen = drawn_text();
  g_assert_null(strstr(screen, text));
}

/* --- Whole screens ---------------------------------------------------------------------------- */

static void
draw_frame(Canvas *canvas, gpointer data)
{
  CanvasCursor cursor;
  ui_draw(ui, getmaxy(stdscr), getmaxx(stdscr), &cursor);
}

static void
test_golden(void)
{
  set_up();
  fake_connection_set_online(connection);
  view_golden("frame-idle-tiles", draw_frame, NULL);
  ui_open(ui, &stand_in_form, NULL);
  view_golden("frame-dialog", draw_frame, NULL);
  press("Esc");
  press("2 ?");
  view_golden("frame-help", draw_frame, NULL);
  press("q");
  connection->session = (Session){.state = SESSION_IDLE, .stopped_by_fault = TRUE};
  connection->info.last_error = "The broker's certificate expired on 2026-01-05. Renew it.";
  view_golden("frame-stopped", draw_frame, NULL);
  tear_down();
}

static void
test_text_view(void)
{
  TextViewArgument argument = {
      "A text",
      "One line.\n\nAnother one that is long enough to be wrapped at forty columns, and "
      "with \x1b[31mwhat could harm\x1b[m a terminal.\n\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"};
  set_up();
  ui_open(ui, &text_view, &argument);
  view_golden("text-view", draw_frame, NULL);
  tear_down();
}

static void
test_form_help(void)
{
  set_up();
  ui_open(ui, &stand_in_form, NULL);
  press("F1");
  view_golden("help-form", draw_frame, NULL);
  tear_down();
}

/* Every size draws within its bounds; too small says so. */
static void
test_every_size(void)
{
  set_up();
  view_open(24, 80, 0);
  for (int rows = 1; rows <= 60; rows++) {
    for (int columns = 1; columns <= 200; columns += rows % 7 + 1) {
      view_resize(rows, columns);
      CanvasCursor cursor = draw();
      g_assert_cmpint(cursor.row, <, rows);
      g_assert_cmpint(cursor.column, <, columns);
    }
  }
  view_resize(9, 39);
  assert_shown("too small, need 40x10");
  view_resize(9, 80);
  assert_shown("terminal too small (need 40x10, have 80x9)");
  view_close();
  tear_down();
}

/* --- Keys ------------------------------------------------------------------------------------- */

static void
test_tiles(void)
{
  set_up();
  view_open(24, 80, 0);
  press("j");
  g_assert_cmpint(last_tile, ==, 0);
  press("Tab j");
  g_assert_cmpint(last_tile, ==, 1);
  press("4 j");
  g_assert_cmpint(last_tile, ==, 3);
  press("Tab j");
  g_assert_cmpint(last_tile, ==, 0);
  press("S-Tab j");
  g_assert_cmpint(last_tile, ==, 3);
  assert_shown("3.0");
  view_resize(40, 120);
  assert_shown("3.0");
  assert_not_shown("2.0");
  press("1");
  assert_shown("3.0");
  press("3");
  assert_shown("2.0");
  press("z");
  assert_not_shown("0.0");
  press("Esc");
  assert_shown("0.0");
  view_close();
  tear_down();
}

/* What is about the connection works in every tile. */
static void
test_actions_find_their_tile(void)
{
  set_up();
  press("4 c");
  g_assert_cmpint(last_tile, ==, 0);
  g_assert_cmpint(last_action, ==, ACTION_CONNECT);
  fake_connection_set_online(connection);
  press("1 p");
  g_assert_cmpint(last_tile, ==, 2);
  tear_down();
}

static void
test_disabled_says_why(void)
{
  set_up();
  view_open(24, 80, 0);
  press("p");
  g_assert_cmpint(last_tile, ==, -1);
  assert_shown("Not connected: c connects");
  press("3 C");
  assert_shown("There is nothing to clear");
  press("j");
  assert_not_shown("There is nothing to clear");
  while (workspace_connections(workspace)->len > 0)
    workspace_delete(workspace, g_ptr_array_index(workspace_connections(workspace), 0), NULL);
  press("c");
  assert_shown("There is no connection yet");
  assert_shown("no connection yet");
  view_close();
  tear_down();
}

static void
test_leaving(void)
{
  set_up();
  view_open(24, 80, 0);
  fake_connection_set_online(connection);
  press("q");
  g_assert_false(ui->leave);
  assert_shown("Disconnect and leave mqtrust? (y yes, n no)");
  press("Enter j n");
  g_assert_false(ui->leave);
  assert_not_shown("leave mqtrust?");
  press("q y");
  g_assert_true(ui->leave);
  view_close();
  tear_down();
  set_up();
  press("q");
  g_assert_true(ui->leave);
  tear_down();
  /* Being made is as good as online; stopped by a fault, or between two tries, there is nothing to
   * part from, although the user still wants it. */
  static const struct {
    SessionState state;
    gboolean asks;
  } cases[] = {{SESSION_RESOLVING, TRUE}, {SESSION_HANDSHAKING, TRUE}, {SESSION_IDLE, FALSE},
               {SESSION_WAITING, FALSE},  {SESSION_CLOSING, FALSE}};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    set_up();
    connection->session = (Session){.state = cases[i].state, .wanted = TRUE};
    press("q");
    g_assert_cmpint(ui->leave, ==, !cases[i].asks);
    g_assert_cmpint(ui->question.text != NULL, ==, cases[i].asks);
    tear_down();
  }
  set_up();
  fake_connection_set_online(connection);
  press("Q");
  g_assert_true(ui->leave);
  tear_down();
}

static void
test_forms_swallow_letters(void)
{
  set_up();
  ui_open(ui, &stand_in_form, NULL);
  press("q Q ? 1 j");
  g_assert_cmpstr(typed, ==, "qQ?1j");
  g_assert_true(ui_has_view(ui));
  g_assert_false(ui->leave);
  press("C-s");
  g_assert_false(ui_has_view(ui));
  ui_open(ui, &stand_in_form, NULL);
  press("C-c");
  g_assert_true(ui->leave);
  tear_down();
}

static void
test_dirty_form_asks(void)
{
  set_up();
  view_open(24, 80, 0);
  ui_open(ui, &stand_in_form, NULL);
  press("a Esc");
  assert_shown("Throw away what you have changed?");
  press("n");
  g_assert_true(ui_has_view(ui));
  press("C-g y");
  g_assert_false(ui_has_view(ui));
  view_close();
  tear_down();
}

static void
test_paste(void)
{
  set_up();
  view_open(24, 80, 0);
  press("Paste");
  assert_shown("There is no field here to paste into");
  ui_open(ui, &stand_in_form, NULL);
  press("Paste");
  g_assert_cmpstr(typed, ==, "pasted");
  CanvasCursor cursor = draw();
  g_assert_true(cursor.visible);
  g_assert_cmpint(cursor.column, ==, 8);
  view_close();
  tear_down();
}

static void
test_help_is_one(void)
{
  set_up();
  press("? ? F1");
  g_assert_cmpuint(ui->views->len, ==, 1);
  press("3");
  g_assert_nonnull(ui->notice);
  press("q");
  g_assert_false(ui_has_view(ui));
  tear_down();
}

static void
test_selected_may_vanish(void)
{
  set_up();
  g_assert_true(ui_selected(ui) == connection);
  workspace_delete(workspace, connection, NULL);
  g_assert_cmpstr(connection_profile(ui_selected(ui))->name, ==, "lab");
  tear_down();
}

/* Data marks what the main loop draws at its own pace; keys what it draws at once. */
static void
test_dirty_marks(void)
{
  set_up();
  ui->dirty = ui->data_dirty = FALSE;
  ui_connection_changed(ui, workspace_find(workspace, "lab"), CONNECTION_CHANGED_MESSAGES);
  g_assert_false(ui->dirty || ui->data_dirty);
  ui_connection_changed(ui, connection, CONNECTION_CHANGED_MESSAGES);
  g_assert_cmpint(last_change, ==, CONNECTION_CHANGED_MESSAGES);
  g_assert_true(!ui->dirty && ui->data_dirty);
  press("j");
  g_assert_true(ui->dirty);
  tear_down();
}

static void
asked(gpointer data)
{
  *(int *)data += 1;
}

static void
test_asking(void)
{
  int count = 0;
  set_up();
  ui_ask(ui, "Delete \x1b it?", asked, &count, NULL);
  press("Esc");
  g_assert_cmpint(count, ==, 0);
  ui_ask(ui, "Delete it?", asked, &count, NULL);
  press("y");
  g_assert_cmpint(count, ==, 1);
  press("y");
  g_assert_cmpint(count, ==, 1);
  tear_down();
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/frame/golden", test_golden);
  g_test_add_func("/frame/text-view", test_text_view);
  g_test_add_func("/frame/form-help", test_form_help);
  g_test_add_func("/frame/every-size", test_every_size);
  g_test_add_func("/dispatch/tiles", test_tiles);
  g_test_add_func("/dispatch/find-their-tile", test_actions_find_their_tile);
  g_test_add_func("/dispatch/disabled", test_disabled_says_why);
  g_test_add_func("/dispatch/leaving", test_leaving);
  g_test_add_func("/dispatch/forms", test_forms_swallow_letters);
  g_test_add_func("/dispatch/dirty-form", test_dirty_form_asks);
  g_test_add_func("/dispatch/paste", test_paste);
  g_test_add_func("/dispatch/help", test_help_is_one);
  g_test_add_func("/dispatch/selected", test_selected_may_vanish);
  g_test_add_func("/dispatch/dirty", test_dirty_marks);
  g_test_add_func("/dispatch/asking", test_asking);
  return g_test_run();
}
