#include "config.h"

#include "ui/lineage_view.h"

#include "core/lineage_brokers.h"
#include "trust/lineage_text.h"
#include "ui/lineage_lines.h"
#include "ui/line_list.h"
#include "util/safe_text.h"

#define VIEW_COLUMNS 110

typedef struct {
  Ui *ui;
  char *name;       /* raw */
  Lineage *lineage; /* NULL: see `error` */
  GError *error;
  gboolean noted; /* what the brokers serve is up to date */
  LineList list;
} LineageView;

static void
read_again(LineageView *view)
{
  g_autoptr(Anchors) known = anchors_load_system(NULL);
  lineage_free(view->lineage);
  g_clear_error(&view->error);
  view->lineage =
      lineage_load(ui_certbot_folder(view->ui), view->name, known, ui_now(view->ui), &view->error);
  view->noted = FALSE;
}

static gpointer
lineage_view_open(Ui *ui, gpointer argument)
{
  LineageView *view = g_new0(LineageView, 1);
  view->ui = ui;
  view->name = g_strdup(argument);
  line_list_init(&view->list);
  read_again(view);
  return view;
}

static void
lineage_view_close(gpointer pane)
{
  LineageView *view = pane;
  line_list_clear(&view->list);
  lineage_free(view->lineage);
  g_clear_error(&view->error);
  g_free(view->name);
  g_free(view);
}

static char *
lineage_view_title(gpointer pane)
{
  g_autofree char *name = safe_text_string(((const LineageView *)pane)->name);
  return g_strdup_printf("certbot %s %s", glyph(GLYPH_DOT), name);
}

static char *
lineage_view_status(gpointer pane)
{
  const LineageView *view = pane;
  return view->lineage ? lineage_text_renewal(view->lineage, ui_now(view->ui)) : NULL;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void
compose(LineageView *view, int columns)
{
  if (view->lineage && !view->noted)
    lineage_brokers_note(view->lineage, workspace_connections(ui_workspace(view->ui)));
  view->noted = TRUE;
  line_list_set(&view->list, view->lineage
                                 ? lineage_lines_new(view->lineage, ui_now(view->ui), columns)
                                 : lineage_lines_failed(view->error, columns));
}

static void
lineage_view_draw(gpointer pane, Canvas *canvas, gboolean focused)
{
  LineageView *view = pane;
  compose(view, canvas_columns(canvas));
  line_list_draw(&view->list, canvas, focused, ui_now(view->ui));
}

static void
lineage_view_wanted(gpointer pane, int *rows, int *columns)
{
  LineageView *view = pane;
  compose(view, VIEW_COLUMNS - 2);
  *columns = VIEW_COLUMNS;
  *rows = (int)view->list.lines->len;
}

static void
lineage_view_changed(gpointer pane, ConnectionChange what)
{
  LineageView *view = pane;
  if (what & CONNECTION_CHANGED_STATE)
    view->noted = FALSE;
}

/* --- acting ----------------------------------------------------------------------------------- */

static gboolean
can_open(const CertificateLine *line)
{
  return line && (line->certificate || line->finding || line->detail);
}

static void
open_line(Ui *ui, const CertificateLine *line)
{
  if (line->certificate)
    ui_open(ui, &certificate_view, line->certificate);
  else if (line->finding)
    ui_open(ui, &finding_alone_view, &(FindingViewArgument){NULL, line->finding, NULL});
  else
    ui_open(ui, &text_view, &(TextViewArgument){line->detail_title, line->detail});
}

void
lineage_view_bundle(Ui *ui, const char *name)
{
  BundleFormArgument argument = {name};
  ui_open(ui, &bundle_form, name ? &argument : NULL);
}

static const char *
lineage_view_disabled(gpointer pane, Action action)
{
  const LineageView *view = pane;
  if (action == ACTION_OPEN && !can_open(line_list_selected(&view->list)))
    return "Enter opens a certificate, a file or a finding: Up and Down go to one.";
  if (action == ACTION_BUNDLE && !view->lineage)
    return "This one cannot be read, so no broker can have it.";
  return NULL;
}

static PaneResult
lineage_view_act(gpointer pane, Action action)
{
  LineageView *view = pane;
  if (line_list_act(&view->list, action))
    return PANE_HANDLED;
  switch (action) {
  case ACTION_OPEN:
    open_line(view->ui, line_list_selected(&view->list));
    return PANE_HANDLED;
  case ACTION_READ_AGAIN:
    read_again(view);
    ui_redraw(view->ui);
    return PANE_HANDLED;
  case ACTION_BUNDLE:
    lineage_view_bundle(view->ui, view->name);
    return PANE_HANDLED;
  default:
    return PANE_IGNORED;
  }
}

static const char *
lineage_view_hint(gpointer pane, Action action)
{
  const LineageView *view = pane;
  if (action == ACTION_OPEN && !can_open(line_list_selected(&view->list)))
    return "";
  if (action == ACTION_BUNDLE && !view->lineage)
    return "";
  if (action == ACTION_PAGE_DOWN || action == ACTION_PAGE_UP)
    return line_list_fits(&view->list) ? "" : NULL;
  return NULL;
}

const PaneClass lineage_view = {
    .name = "lineage",
    .context = CONTEXT_LINEAGES,
    .open = lineage_view_open,
    .close = lineage_view_close,
    .title = lineage_view_title,
    .status = lineage_view_status,
    .draw = lineage_view_draw,
    .act = lineage_view_act,
    .disabled = lineage_view_disabled,
    .changed = lineage_view_changed,
    .wanted = lineage_view_wanted,
    .hint = lineage_view_hint,
};
