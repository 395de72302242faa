/* The live messages of the selected connection. Work is bound to the visible rows: a log of
 * millions costs what a screen costs. */
#include "config.h"

#include "ui/messages_pane.h"

#include "ui/connection_actions.h"
#include "ui/figures.h"
#include "ui/finding_actions.h"
#include "ui/message_rows.h"
#include "ui/pane.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"
#include "util/safe_text.h"

#define FULL_STATUS_COLUMNS 88 /* of the pane, from which on there is room for all figures */

typedef struct {
  Ui *ui;
  Connection *connection; /* that the scroll belongs to; only compared */
  int columns;            /* of the last frame */
  Scroll scroll;          /* numbers of messages */
  MessageColumns layout;
} MessagesPane;

static gpointer
messages_open(Ui *ui, gpointer argument)
{
  MessagesPane *pane = g_new0(MessagesPane, 1);
  pane->ui = ui;
  pane->scroll.follow = TRUE;
  return pane;
}

/* Another connection is followed from its end. */
static Connection *
current(MessagesPane *pane)
{
  Connection *connection = ui_selected(pane->ui);
  if (connection != pane->connection) {
    pane->connection = connection;
    pane->scroll = (Scroll){.follow = TRUE};
    pane->layout = (MessageColumns){0};
  }
  return connection;
}

/* The one filter, or how many. */
static char *
subscriptions_in_short(Connection *connection)
{
  GPtrArray *all = connection_subscriptions(connection);
  if (all->len == 0)
    return g_strdup("no subscription");
  if (all->len > 1)
    return g_strdup_printf("%u subscriptions", all->len);
  const Subscription *subscription = g_ptr_array_index(all, 0);
  return safe_text_string(subscription->filter);
}

static char *
messages_title(gpointer data)
{
  MessagesPane *pane = data;
  Connection *connection = current(pane);
  if (!connection)
    return g_strdup("Messages");
  g_autofree char *filters = subscriptions_in_short(connection);
  const char *dot = glyph(GLYPH_DOT);
  return g_strdup_printf("Messages %s %s %s %s", dot, filters, dot,
                         pane->scroll.follow ? "following" : "stopped");
}

/* How many came since the user scrolled up, by the log as it is now. */
static guint64
new_below(const MessagesPane *pane, const MessageLogStatus *status)
{
  Scroll scroll = pane->scroll;
  scroll_update(&scroll, status->first, status->next, scroll.rows);
  return scroll.follow ? 0 : scroll_below(&scroll);
}

/* "+123 new · 1,024,311 kept · 0 dropped" */
static char *
full_status(const MessagesPane *pane, const MessageLogStatus *status, guint64 lost)
{
  g_autofree char *kept = figure_count(status->next - status->first);
  g_autofree char *dropped = figure_count(status->dropped);
  const char *dot = glyph(GLYPH_DOT);
  g_autoptr(GString) out = g_string_new(NULL);
  if (new_below(pane, status) > 0) {
    g_autofree char *below = figure_count(new_below(pane, status));
    g_string_append_printf(out, "+%s new %s ", below, dot);
  }
  g_string_append_printf(out, "%s kept %s %s dropped", kept, dot, dropped);
  if (lost > 0) {
    g_autofree char *count = figure_count(lost);
    g_string_append_printf(out, " %s %s events lost", dot, count);
  }
  return g_strdup(out->str);
}

/* Beside the tabs of a small screen, which has no title either: "stopped · +1.2k new". */
static char *
short_status(const MessagesPane *pane, const MessageLogStatus *status)
{
  guint64 below = new_below(pane, status);
  g_autofree char *number = figure_short((double)(below ? below : status->next - status->first));
  return g_strdup_printf("%s %s %s%s %s", pane->scroll.follow ? "following" : "stopped",
                         glyph(GLYPH_DOT), below ? "+" : "", number, below ? "new" : "kept");
}

static char *
messages_status(gpointer data)
{
  MessagesPane *pane = data;
  Connection *connection = current(pane);
  if (!connection)
    return NULL;
  MessageLogStatus status;
  message_log_status(connection_log(connection), &status);
  if (pane->columns < FULL_STATUS_COLUMNS)
    return short_status(pane, &status);
  return full_status(pane, &status, connection_info(connection)->events_dropped);
}

static const char *
empty_text(Connection *connection)
{
  if (!connection)
    return "No connection yet: n makes one.";
  SessionState state = connection_session(connection)->state;
  if (state == SESSION_IDLE || state == SESSION_CLOSING)
    return "No message yet. c connects; what the broker sends and what is published appears here.";
  if (state != SESSION_ONLINE)
    return "No message yet: the connection is being made.";
  if (connection_subscriptions(connection)->len == 0)
    return "Nothing is subscribed to: s subscribes, for example to plant/# or to # for all.";
  return "No message yet. p publishes one.";
}

/* Returns the row after it. */
static int
draw_wrapped(Canvas *canvas, int row, int column, Role role, const char *text)
{
  g_auto(GStrv) lines = wrap_text(text, MAX(canvas_columns(canvas) - column - 1, 1));
  for (int i = 0; lines[i]; i++)
    paint_text(canvas, row++, column, role, lines[i]);
  return row;
}

/* Why nothing comes, when that is known and there is no message to look at; NULL while it may still
 * go well. */
static const char *
standing_fault(Connection *connection)
{
  MessageLogStatus status;
  if (!connection)
    return NULL;
  SessionState state = connection_session(connection)->state;
  message_log_status(connection_log(connection), &status);
  if ((state != SESSION_IDLE && state != SESSION_WAITING) || status.next != status.first)
    return NULL;
  return connection_info(connection)->last_error;
}

static const char *
after_fault(Ui *ui, Connection *connection)
{
  if (connection_session(connection)->state == SESSION_WAITING)
    return "It tries again by itself; c tries at once, d stops.";
  const Finding *worst = finding_worst(connection);
  if (finding_action_disabled(ui, connection, worst, ACTION_MEND))
    return "c tries again, e edits the connection.";
  return finding_action_disabled(ui, connection, worst, ACTION_REPAIR)
             ? "m goes to the field that mends it, c tries again."
             : "R offers a repaired copy of the file, m goes to the field, c tries again.";
}

static void
draw_fault(Ui *ui, Connection *connection, Canvas *canvas, const char *fault)
{
  int rows = canvas_rows(canvas);
  g_autofree char *safe = safe_text_string(fault);
  paint_glyph(canvas, 0, 1, ROLE_ERROR, GLYPH_FAIL);
  int row = draw_wrapped(canvas, 0, 3, ROLE_NORMAL, safe) + 1;
  draw_wrapped(canvas, row, 3, ROLE_DIM, after_fault(ui, connection));
  if (row > rows) {
    paint_blank(canvas, rows - 1, 0, canvas_columns(canvas), ROLE_NORMAL);
    paint_text(canvas, rows - 1, 3, ROLE_DIM, "Enter shows all of it.");
  }
}

/* Where another tile says why, once is enough. */
static const char *
fault_here(Ui *ui, Connection *connection)
{
  const char *fault = standing_fault(connection);
  gboolean told = fault && ui_fault_told(ui) == FAULT_ALL_TOLD;
  return told ? "No message came: the connection failed. Certificates says why, and what to do."
              : fault;
}

static void
open_fault(MessagesPane *pane, Connection *connection)
{
  FindingViewArgument finding = {connection, finding_worst(connection), NULL};
  if (finding.finding) {
    ui_open(pane->ui, &finding_view, &finding);
    return;
  }
  g_autofree char *text =
      g_strdup_printf("%s\n\n%s", standing_fault(connection), after_fault(pane->ui, connection));
  TextViewArgument argument = {"Not online", text};
  ui_open(pane->ui, &text_view, &argument);
}

static void
draw_empty(Ui *ui, Connection *connection, Canvas *canvas)
{
  const char *fault = fault_here(ui, connection);
  if (fault)
    draw_fault(ui, connection, canvas, fault);
  else
    draw_wrapped(canvas, 0, 1, ROLE_DIM, empty_text(connection));
}

static void
draw_rows(MessagesPane *pane, GPtrArray *rows, Canvas *canvas, gboolean focused)
{
  for (guint i = 0; i < rows->len; i++) {
    const MessageRow *row = g_ptr_array_index(rows, i);
    int line;
    if (!scroll_row(&pane->scroll, row->number, &line))
      continue;
    message_row_draw(row, &pane->layout, canvas, line);
    if (!focused || row->number != pane->scroll.selected)
      continue;
    paint_row_role(canvas, line, ROLE_SELECTED);
    paint_cursor(canvas, line, 0, FALSE);
  }
}

static void
messages_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  MessagesPane *pane = data;
  Connection *connection = current(pane);
  MessageLogStatus status = {0};
  pane->columns = canvas_columns(canvas);
  if (connection)
    message_log_status(connection_log(connection), &status);
  scroll_update(&pane->scroll, status.first, status.next, canvas_rows(canvas));
  if (status.next == status.first) {
    draw_empty(pane->ui, connection, canvas);
    return;
  }
  guint64 next = MIN(pane->scroll.top + (guint64)canvas_rows(canvas), status.next);
  g_autoptr(GPtrArray) rows =
      message_rows_copy(connection_log(connection), pane->scroll.top, next, canvas_columns(canvas));
  message_columns_update(&pane->layout, canvas_columns(canvas), rows);
  draw_rows(pane, rows, canvas, focused);
}

/* --- Acting ----------------------------------------------------------------------------------- */

static void
clear_now(gpointer data)
{
  MessagesPane *pane = data;
  Connection *connection = current(pane);
  if (connection)
    message_log_clear(connection_log(connection));
  pane->scroll.follow = TRUE;
  ui_redraw(pane->ui);
}

static void
ask_clear(MessagesPane *pane, Connection *connection)
{
  MessageLogStatus status;
  message_log_status(connection_log(connection), &status);
  g_autofree char *kept = figure_count(status.next - status.first);
  g_autofree char *question =
      g_strdup_printf("Forget all %s messages of %s?", kept, connection_profile(connection)->name);
  ui_ask(pane->ui, question, clear_now, pane, NULL);
}

static void
open_selected(MessagesPane *pane, Connection *connection)
{
  MessageLogStatus status;
  if (standing_fault(connection)) {
    open_fault(pane, connection);
    return;
  }
  message_log_status(connection_log(connection), &status);
  if (status.next == status.first)
    return;
  scroll_update(&pane->scroll, status.first, status.next, pane->scroll.rows);
  MessageViewArgument argument = {connection, pane->scroll.selected};
  ui_open(pane->ui, &message_view, &argument);
}

static void
toggle_follow(MessagesPane *pane)
{
  if (pane->scroll.follow)
    pane->scroll.follow = FALSE;
  else
    scroll_end(&pane->scroll, TRUE);
}

static PaneResult
messages_act(gpointer data, Action action)
{
  MessagesPane *pane = data;
  Connection *connection = current(pane);
  if (scroll_act(&pane->scroll, action, TRUE))
    return PANE_HANDLED;
  if (!connection)
    return connection_action(pane->ui, action) ? PANE_HANDLED : PANE_IGNORED;
  switch (action) {
  case ACTION_FOLLOW:
    toggle_follow(pane);
    return PANE_HANDLED;
  case ACTION_CLEAR:
    ask_clear(pane, connection);
    return PANE_HANDLED;
  case ACTION_OPEN:
    open_selected(pane, connection);
    return PANE_HANDLED;
  default:
    return connection_action(pane->ui, action) ? PANE_HANDLED : PANE_IGNORED;
  }
}

static FaultTold
messages_tells_fault(gpointer data)
{
  MessagesPane *pane = data;
  return standing_fault(ui_selected(pane->ui)) ? FAULT_ALL_TOLD : FAULT_UNTOLD;
}

static const char *
messages_disabled(gpointer data, Action action)
{
  MessagesPane *pane = data;
  Connection *connection = current(pane);
  MessageLogStatus status = {0};
  if (connection)
    message_log_status(connection_log(connection), &status);
  gboolean empty = status.next == status.first;
  if (action == ACTION_CLEAR && empty)
    return "There is no message to forget.";
  if (action == ACTION_OPEN && empty && !standing_fault(connection))
    return "There is no message to open yet.";
  return connection_action_disabled(pane->ui, action);
}

const PaneClass messages_pane = {
    .name = "messages",
    .context = CONTEXT_MESSAGES,
    .open = messages_open,
    .close = g_free,
    .title = messages_title,
    .status = messages_status,
    .draw = messages_draw,
    .act = messages_act,
    .disabled = messages_disabled,
    .tells_fault = messages_tells_fault,
};
