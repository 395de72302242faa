/* One finding with all its parts, and what can be done about it. */
#include "config.h"

#include <string.h>

#include "ui/finding_actions.h"
#include "ui/finding_text.h"
#include "ui/scroll.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"
#include "util/safe_text.h"

/* Why, what to do, and the parts, one below the other with a blank line between. */
enum { REASON, REMEDY, PARTS, TEXTS };

typedef struct {
  Ui *ui;
  guint64 connection; /* its number, 0: it is of none; may be gone: see alive() */
  Finding *finding;
  WrappedText *texts[TEXTS];
  Scroll scroll;
} FindingView;

static WrappedText *
text_new(const char *text)
{
  return wrapped_text_new(safe_text_lines(text, strlen(text)));
}

static gpointer
finding_view_open(Ui *ui, gpointer argument)
{
  const FindingViewArgument *from = argument;
  FindingView *view = g_new0(FindingView, 1);
  g_autofree char *parts = finding_parts(from->finding);
  g_autofree char *all = g_strconcat(parts, from->more ? from->more : "", NULL);
  view->ui = ui;
  view->connection = from->connection ? connection_number(from->connection) : 0;
  view->finding = finding_copy(from->finding);
  view->texts[REASON] = text_new(finding_reason(from->finding));
  view->texts[REMEDY] = text_new(from->finding->remedy ? from->finding->remedy : "");
  view->texts[PARTS] = text_new(g_strchomp(all));
  wrapped_text_set_hang(view->texts[PARTS], FINDING_VALUE_COLUMN);
  return view;
}

static void
finding_view_close(gpointer pane)
{
  FindingView *view = pane;
  finding_free(view->finding);
  for (int i = 0; i < TEXTS; i++)
    wrapped_text_free(view->texts[i]);
  g_free(view);
}

static char *
finding_view_title(gpointer pane)
{
  return g_strdup(((const FindingView *)pane)->finding->code);
}

static char *
finding_view_status(gpointer pane)
{
  const Finding *finding = ((const FindingView *)pane)->finding;
  return g_strdup_printf("%s %s", glyph(finding_glyph(finding->severity)),
                         finding_severity_name(finding->severity));
}

static guint
lay_out(FindingView *view, int columns)
{
  guint count = TEXTS - 1; /* blank lines */
  for (int i = 0; i < TEXTS; i++) {
    wrapped_text_layout(view->texts[i], columns - (i == REMEDY ? 4 : 2));
    count += wrapped_text_count(view->texts[i]);
  }
  return count;
}

static void
draw_line(const FindingView *view, Canvas *canvas, int row, guint line)
{
  int text = 0;
  while (text < PARTS && line > wrapped_text_count(view->texts[text]))
    line -= wrapped_text_count(view->texts[text++]) + 1;
  g_autofree char *words = wrapped_text_line(view->texts[text], line);
  if (text == REMEDY && line == 0 && words[0])
    paint_glyph(canvas, row, 1, ROLE_ACCENT, GLYPH_ARROW_RIGHT);
  paint_text(canvas, row, text == REMEDY ? 3 : 1, text == REMEDY ? ROLE_STRONG : ROLE_NORMAL,
             words);
}

static void
finding_view_draw(gpointer pane, Canvas *canvas, gboolean focused)
{
  FindingView *view = pane;
  guint count = lay_out(view, canvas_columns(canvas));
  scroll_update(&view->scroll, 0, count, canvas_rows(canvas));
  for (int row = 0; row < canvas_rows(canvas) && view->scroll.top + (guint64)row < count; row++)
    draw_line(view, canvas, row, (guint)view->scroll.top + (guint)row);
  paint_cursor(canvas, 0, 0, FALSE);
}

static Connection *
alive(const FindingView *view)
{
  return workspace_by_number(ui_workspace(view->ui), view->connection);
}

static PaneResult
finding_view_act(gpointer pane, Action action)
{
  FindingView *view = pane;
  Connection *connection = alive(view);
  if (connection && finding_action(view->ui, connection, view->finding, action))
    return PANE_HANDLED;
  return scroll_act_text(&view->scroll, action) ? PANE_HANDLED : PANE_IGNORED;
}

static const char *
finding_view_disabled(gpointer pane, Action action)
{
  const FindingView *view = pane;
  Connection *connection = alive(view);
  if (is_finding_action(action) && view->connection == 0)
    return "Go back to the test: there m goes to the field.";
  if (is_finding_action(action) && !connection)
    return "The connection is gone.";
  return connection ? finding_action_disabled(view->ui, connection, view->finding, action) : NULL;
}

static const char *
alone_view_disabled(gpointer pane, Action action)
{
  return is_finding_action(action) ? "Not from here: the arrow says what to do." : NULL;
}

/* There is nothing more to open, and often nothing to scroll. */
static const char *
finding_view_hint(gpointer pane, Action action)
{
  const FindingView *view = pane;
  if (action == ACTION_OPEN)
    return "";
  return scroll_is_idle(&view->scroll, action) ? "" : NULL;
}

static FaultTold
finding_view_tells_fault(gpointer pane)
{
  const FindingView *view = pane;
  Connection *connection = alive(view);
  const Finding *worst = connection ? finding_worst(connection) : NULL;
  gboolean same = worst && connection == ui_selected(view->ui) &&
                  strcmp(worst->code, view->finding->code) == 0;
  return same ? FAULT_ALL_TOLD : FAULT_UNTOLD;
}

const PaneClass finding_view = {
    .name = "finding",
    .context = CONTEXT_FINDING,
    .open = finding_view_open,
    .close = finding_view_close,
    .title = finding_view_title,
    .status = finding_view_status,
    .draw = finding_view_draw,
    .act = finding_view_act,
    .disabled = finding_view_disabled,
    .hint = finding_view_hint,
    .tells_fault = finding_view_tells_fault,
};

/* Its context is that of a text: the help has no key that mends it. */
const PaneClass finding_alone_view = {
    .name = "finding-alone",
    .context = CONTEXT_HELP,
    .open = finding_view_open,
    .close = finding_view_close,
    .title = finding_view_title,
    .status = finding_view_status,
    .draw = finding_view_draw,
    .act = finding_view_act,
    .disabled = alone_view_disabled,
    .hint = finding_view_hint,
};
