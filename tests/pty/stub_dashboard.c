/* The dashboard with its real screen, loop and keys, on a core without a network and on tiles that
 * misbehave when asked to: what the tests of the terminal's life run.
 *
 *   c  print to stdout and stderr    x  write where there is nothing    D  abort()
 *   n  open a form that swallows letters    s  open a long text       u  hang
 *
 * --online: a connection is online; --flood: its messages never end; --waiting: it counts down.
 * The exit code is printed at the end. */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/dashboard.h"
#include "ui/form.h"
#include "ui/pane.h"
#include "view/fake_core.h"

static guint64 messages;

/* --- Tiles ------------------------------------------------------------------------------------ */

static gpointer
open_tile(Ui *ui, gpointer argument)
{
  return ui;
}

static void
close_tile(gpointer pane)
{
}

static char *
tile_title(gpointer pane)
{
  return g_strdup("Tile");
}

/* As a list of messages does in a flood: every row is another one in every frame. */
static void
draw_tile(gpointer pane, Canvas *canvas, gboolean focused)
{
  for (int row = 0; row < canvas_rows(canvas); row++) {
    guint64 number = messages + (guint64)row;
    paint_format(canvas, row, 0, ROLE_NORMAL, "14:03:22.%03d", (int)(number % 1000));
    paint_format(canvas, row, 14, ROLE_TOPIC, "plant/line%d/cell%d/temperature", (int)(number % 7),
                 (int)(number % 31));
    paint_format(canvas, row, 50, ROLE_NORMAL, "{\"v\":%" G_GUINT64_FORMAT ",\"ok\":true}",
                 number * 7919 % 100000);
  }
  paint_row_role(canvas, 1, ROLE_SELECTED);
  paint_cursor(canvas, 1, 0, FALSE);
}

static void
write_nowhere(void)
{
  volatile int *volatile nowhere = NULL;
  *nowhere = 1;
}

static void
open_long_text(Ui *ui)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (int i = 0; i < 500; i++)
    g_string_append_printf(text, "Line %d of a long text.\n", i);
  TextViewArgument argument = {"Long text", text->str};
  ui_open(ui, &text_view, &argument);
}

static const PaneClass stub_form;

/* Nothing is wrong here, so nothing is to be mended. */
static const char *
tile_disabled(gpointer pane, Action action)
{
  return action == ACTION_MEND || action == ACTION_REPAIR ? "There is nothing to mend." : NULL;
}

static PaneResult
act_on_tile(gpointer pane, Action action)
{
  switch (action) {
  case ACTION_CONNECT:
    printf("stray on stdout\n");
    fprintf(stderr, "stray on stderr \033[31m\n");
    ui_notice(pane, ROLE_NORMAL, "printed");
    return PANE_HANDLED;
  case ACTION_DELETE:
    write_nowhere();
    return PANE_HANDLED;
  case ACTION_DUPLICATE:
    abort();
  case ACTION_NEW:
    ui_open(pane, &stub_form, NULL);
    return PANE_HANDLED;
  case ACTION_SUBSCRIBE:
    open_long_text(pane);
    return PANE_HANDLED;
  case ACTION_UNSUBSCRIBE:
    for (;;)
      pause();
  case ACTION_EDIT:
    ui_notice(pane, ROLE_GOOD, "edit was pressed");
    return PANE_HANDLED;
  default:
    return PANE_IGNORED;
  }
}

#define TILE(the_name, the_context)                                                                \
  {                                                                                                \
    .name = the_name, .context = the_context, .open = open_tile, .close = close_tile,              \
    .title = tile_title, .draw = draw_tile, .act = act_on_tile, .disabled = tile_disabled          \
  }
const PaneClass connections_pane = TILE("connections", CONTEXT_CONNECTIONS);
const PaneClass certificates_pane = TILE("certificates", CONTEXT_CERTIFICATES);
const PaneClass messages_pane = TILE("messages", CONTEXT_MESSAGES);
const PaneClass timeline_pane = TILE("timeline", CONTEXT_TIMELINE);

/* --- A form ----------------------------------------------------------------------------------- */

static const FieldSpec fields[] = {{1, FIELD_TEXT, "Topic", NULL, "Where it goes.", NULL}};

static gpointer
open_form(Ui *ui, gpointer argument)
{
  return form_new(fields, G_N_ELEMENTS(fields));
}

static void
close_form(gpointer pane)
{
  form_free(pane);
}

static void
draw_form(gpointer pane, Canvas *canvas, gboolean focused)
{
  form_draw(pane, canvas, focused);
}

static PaneResult
act_on_form(gpointer pane, Action action)
{
  gboolean handled;
  form_act(pane, action, &handled, NULL);
  return handled ? PANE_HANDLED : PANE_IGNORED;
}

static PaneResult
form_takes_key(gpointer pane, const Key *key)
{
  gboolean handled;
  form_key(pane, key, &handled, NULL);
  return PANE_HANDLED;
}

static PaneResult
form_takes_paste(gpointer pane, const char *text, gsize length)
{
  form_paste(pane, text, length, NULL);
  return PANE_HANDLED;
}

static const char *
form_word(gpointer pane, Action action)
{
  return form_hint(pane, action);
}

static const PaneClass stub_form = {
    .name = "form",
    .context = CONTEXT_FORM,
    .open = open_form,
    .close = close_form,
    .title = tile_title,
    .draw = draw_form,
    .act = act_on_form,
    .key = form_takes_key,
    .paste = form_takes_paste,
    .hint = form_word,
};

/* --- The program ------------------------------------------------------------------------------ */

static Workspace *workspace;

static gboolean
flood(gpointer connection)
{
  messages += 1000;
  fake_connection_changed(workspace, connection, CONNECTION_CHANGED_MESSAGES);
  return G_SOURCE_CONTINUE;
}

static void
set_waiting(Connection *connection)
{
  connection->session.state = SESSION_WAITING;
  connection->session.wanted = TRUE;
  connection->session.next_try_ms = g_get_monotonic_time() / 1000 + 30000;
}

int
main(int argc, char **argv)
{
  DashboardOptions options = {0};
  g_autoptr(GError) error = NULL;
  setlocale(LC_ALL, "");
  workspace = fake_workspace_new();
  Connection *connection = fake_connection_add(workspace, "prod-eu");
  for (int i = 1; i < argc; i++) {
    options.ascii |= strcmp(argv[i], "--ascii") == 0;
    if (strcmp(argv[i], "--online") == 0)
      fake_connection_set_online(connection);
    if (strcmp(argv[i], "--waiting") == 0)
      set_waiting(connection);
    /* The priority of what the network brings, and always something to do. */
    if (strcmp(argv[i], "--flood") == 0)
      g_idle_add_full(G_PRIORITY_DEFAULT, flood, connection, NULL);
  }
  int code = dashboard_run(workspace, &options, &error);
  if (error)
    fprintf(stderr, "stub: %s\n", error->message);
  printf("ended with %d\n", code);
  fflush(stdout);
  workspace_free(workspace);
  return code < 0 ? 2 : code;
}
