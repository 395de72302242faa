/* One finding with all its parts, and what can be done about it. */
#include "config.h"

#include <string.h>

#include "ui/finding_actions.h"
#include "ui/finding_text.h"
#include "ui/scroll.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"
#include "util/safe_text.h"

typedef struct {
  Ui *ui;
  Connection *connection; /* may be gone: see alive() */
  Finding *finding;
  WrappedText *text;
  Scroll scroll;
} FindingView;

static gpointer
finding_view_open(Ui *ui, gpointer argument)
{
  const FindingViewArgument *from = argument;
  FindingView *view = g_new0(FindingView, 1);
  g_autofree char *detail = finding_detail(from->finding);
  g_autofree char *text = g_strconcat(detail, from->more ? from->more : "", NULL);
  view->ui = ui;
  view->connection = from->connection;
  view->finding = finding_copy(from->finding);
  view->text = wrapped_text_new(safe_text_lines(text, strlen(text)));
  return view;
}

static void
finding_view_close(gpointer pane)
{
  FindingView *view = pane;
  finding_free(view->finding);
  wrapped_text_free(view->text);
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

static void
finding_view_draw(gpointer pane, Canvas *canvas, gboolean focused)
{
  FindingView *view = pane;
  wrapped_text_layout(view->text, canvas_columns(canvas) - 2);
  scroll_update(&view->scroll, 0, wrapped_text_count(view->text), canvas_rows(canvas));
  for (int row = 0; row < canvas_rows(canvas); row++) {
    g_autofree char *line = wrapped_text_line(view->text, (guint)view->scroll.top + (guint)row);
    paint_text(canvas, row, 1, ROLE_NORMAL, line);
  }
  paint_cursor(canvas, 0, 0, FALSE);
}

static gboolean
alive(const FindingView *view)
{
  GPtrArray *all = workspace_connections(ui_workspace(view->ui));
  return view->connection && g_ptr_array_find(all, view->connection, NULL);
}

static PaneResult
finding_view_act(gpointer pane, Action action)
{
  FindingView *view = pane;
  if (alive(view) && finding_action(view->ui, view->connection, view->finding, action))
    return PANE_HANDLED;
  return scroll_act_text(&view->scroll, action) ? PANE_HANDLED : PANE_IGNORED;
}

static const char *
finding_view_disabled(gpointer pane, Action action)
{
  const FindingView *view = pane;
  if (is_finding_action(action) && !alive(view))
    return "The connection is gone.";
  return alive(view) ? finding_action_disabled(view->ui, view->connection, view->finding, action) : NULL;
}

/* There is nothing more to open. */
static const char *
finding_view_hint(gpointer pane, Action action)
{
  return action == ACTION_OPEN ? "" : NULL;
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
};
