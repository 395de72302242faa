#include "config.h"

#include "ui/workshop_view.h"

#include "ui/line_list.h"
#include "ui/workshop_lines.h"
#include "ui/workshop_use.h"
#include "util/safe_text.h"

#define VIEW_COLUMNS 110

typedef struct {
  Ui *ui;
  WorkshopOrder *order; /* has the key's password: a connection that uses the key needs it */
  PkiResult *result;
  GPtrArray *files;
  LineList list;
} WorkshopView;

/* --- Life ------------------------------------------------------------------------------------- */

static gpointer
workshop_view_open(Ui *ui, gpointer data)
{
  const WorkshopViewArgument *argument = data;
  WorkshopView *view = g_new0(WorkshopView, 1);
  view->ui = ui;
  view->order = argument->order;
  view->result = argument->result;
  view->files = argument->files;
  line_list_init(&view->list);
  return view;
}

static void
workshop_view_close(gpointer data)
{
  WorkshopView *view = data;
  line_list_clear(&view->list);
  g_ptr_array_unref(view->files);
  pki_result_free(view->result);
  workshop_order_free(view->order);
  g_free(view);
}

static char *
workshop_view_title(gpointer data)
{
  const WorkshopView *view = data;
  return g_strdup_printf("Made: %s", view->result->label);
}

/* --- Using it --------------------------------------------------------------------------------- */

/* As the editor does: who has a file keeps it true. */
static gboolean
save(const WorkshopView *view, Connection *connection, const Profile *profile, GError **error)
{
  Workspace *workspace = ui_workspace(view->ui);
  if (workspace_is_saved(workspace, connection))
    return workspace_save(workspace, connection, profile, error) != NULL;
  connection_set_profile(connection, profile);
  return TRUE;
}

/* A CA stays in sight: the next thing to do is to make a client of it. */
static PaneResult
tell(const WorkshopView *view, const Profile *profile, gboolean again)
{
  gboolean saved = workspace_is_saved(ui_workspace(view->ui), ui_selected(view->ui));
  const char *save_it = saved ? "" : ", e saves it";
  if (workshop_use(view->result) == WORKSHOP_USE_IDENTITY) {
    ui_notice(view->ui, ROLE_GOOD, "%s uses the new certificate%s%s.", profile->name,
              again ? " and connects again" : ": c connects",
              saved   ? ""
              : again ? "; e saves it"
                      : ", e saves it");
    return PANE_CLOSE;
  }
  ui_notice(view->ui, ROLE_GOOD,
            "%s knows what its broker lets in: its certificate is checked against that CA%s.",
            profile->name, save_it);
  return PANE_HANDLED;
}

static PaneResult
use(WorkshopView *view)
{
  Connection *connection = ui_selected(view->ui);
  g_autoptr(GError) error = NULL;
  g_autoptr(Profile) profile = profile_copy(connection_profile(connection));
  workshop_use_fill(view->order, view->result, profile);
  const Session *session = connection_session(connection);
  gboolean again = session->wanted || session->stopped_by_fault;
  if (!save(view, connection, profile, &error)) {
    ui_notice(view->ui, ROLE_ERROR, "Not used: %s", error->message);
    return PANE_HANDLED;
  }
  return tell(view, profile, again);
}

/* A new connection that has what was made. */
static PaneResult
describe(const WorkshopView *view)
{
  g_autoptr(Profile) profile = profile_new();
  if (workshop_use(view->result) != WORKSHOP_USE_NONE)
    workshop_use_fill(view->order, view->result, profile);
  ui_open(view->ui, &editor_form, &(EditorArgument){.start = profile});
  return PANE_CLOSE;
}

/* --- Drawing ---------------------------------------------------------------------------------- */

static void
compose(WorkshopView *view, int columns)
{
  Connection *connection = ui_selected(view->ui);
  g_autofree char *name =
      connection ? safe_text_string(connection_profile(connection)->name) : NULL;
  WorkshopMade made = {view->order, view->result, view->files, name};
  line_list_set(&view->list, workshop_lines_new(&made, columns));
}

static void
workshop_view_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  WorkshopView *view = data;
  compose(view, canvas_columns(canvas));
  line_list_draw(&view->list, canvas, focused, ui_now(view->ui));
}

static void
workshop_view_wanted(gpointer data, int *rows, int *columns)
{
  WorkshopView *view = data;
  compose(view, VIEW_COLUMNS - 2);
  *columns = VIEW_COLUMNS;
  *rows = (int)view->list.lines->len;
}

/* --- Acting ----------------------------------------------------------------------------------- */

static const char *
workshop_view_disabled(gpointer data, Action action)
{
  const WorkshopView *view = data;
  const CertificateLine *line = line_list_selected(&view->list);
  if (action == ACTION_OPEN && !(line && (line->certificate || line->finding)))
    return "Enter opens a certificate: Up and Down go to one.";
  if (action != ACTION_USE)
    return NULL;
  if (workshop_use(view->result) == WORKSHOP_USE_NONE)
    return workshop_use_reason(view->result);
  const Connection *connection = ui_selected(view->ui);
  if (!connection)
    return "There is no connection yet: n describes one.";
  if (connection_profile(connection)->scheme != SCHEME_MQTTS)
    return "The selected connection is without TLS: e edits it.";
  return NULL;
}

static PaneResult
workshop_view_act(gpointer data, Action action)
{
  WorkshopView *view = data;
  const CertificateLine *line = line_list_selected(&view->list);
  if (line_list_act(&view->list, action))
    return PANE_HANDLED;
  switch (action) {
  case ACTION_USE:
    return use(view);
  case ACTION_WORKSHOP:
    ui_open(view->ui, &workshop_form, NULL);
    return PANE_CLOSE;
  case ACTION_BUNDLE:
    ui_open(view->ui, &bundle_form, NULL);
    return PANE_HANDLED;
  case ACTION_NEW:
    return describe(view);
  case ACTION_OPEN:
    if (line->certificate)
      ui_open(view->ui, &certificate_view, line->certificate);
    else
      ui_open(view->ui, &finding_alone_view, &(FindingViewArgument){NULL, line->finding, NULL});
    return PANE_HANDLED;
  default:
    return PANE_IGNORED;
  }
}

static const char *
workshop_view_hint(gpointer data, Action action)
{
  const WorkshopView *view = data;
  const CertificateLine *line = line_list_selected(&view->list);
  if (action == ACTION_USE &&
      (workshop_use(view->result) == WORKSHOP_USE_NONE || !ui_selected(view->ui)))
    return "";
  if (action == ACTION_WORKSHOP)
    return "make another";
  if (action == ACTION_PAGE_DOWN || action == ACTION_PAGE_UP)
    return line_list_fits(&view->list) ? "" : NULL;
  if (action == ACTION_OPEN && !(line && (line->certificate || line->finding)))
    return "";
  return NULL;
}

const PaneClass workshop_view = {
    .name = "made",
    .context = CONTEXT_MADE,
    .open = workshop_view_open,
    .close = workshop_view_close,
    .title = workshop_view_title,
    .draw = workshop_view_draw,
    .act = workshop_view_act,
    .disabled = workshop_view_disabled,
    .wanted = workshop_view_wanted,
    .hint = workshop_view_hint,
};
