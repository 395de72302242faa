/* The check (core/check.h) belongs to the workspace, which parts from the broker politely after
 * this view has been left; so leaving never waits. */
#include "config.h"

#include "ui/check_view.h"

#include "core/finding_field.h"
#include "trust/finding_label.h"
#include "ui/certificate_line.h"
#include "ui/figures.h"
#include "ui/finding_text.h"
#include "ui/item_list.h"
#include "util/safe_text.h"

#define PROGRESS_MS 200
#define VIEW_COLUMNS 110
#define VIEW_ROWS 40

typedef struct {
  Ui *ui;
  Profile *profile;
  CheckViewArgument argument; /* its profile is the one above */
  Check *check;               /* NULL: could not be started, see `problem` */
  char *problem;
  guint timer; /* redraws while it runs; 0: none */
  Scroll scroll;
  int selected;     /* item */
  GPtrArray *lines; /* of CertificateLine, as drawn last */
  GArray *items;    /* item of each line */
} CheckView;

/* --- Life ------------------------------------------------------------------------------------- */

static gboolean
is_running(const CheckView *view)
{
  return view->check && check_outcome(view->check) == CHECK_RUNNING;
}

static void
check_done(Check *check, gpointer data)
{
  CheckView *view = data;
  g_clear_handle_id(&view->timer, g_source_remove);
  ui_redraw(view->ui);
}

static gboolean
on_progress(gpointer data)
{
  CheckView *view = data;
  ui_redraw(view->ui);
  return G_SOURCE_CONTINUE;
}

static gpointer
check_view_open(Ui *ui, gpointer data)
{
  const CheckViewArgument *argument = data;
  CheckView *view = g_new0(CheckView, 1);
  g_autoptr(GError) error = NULL;
  view->ui = ui;
  view->profile = profile_copy(argument->profile);
  view->argument = *argument;
  view->argument.profile = view->profile;
  view->items = g_array_new(FALSE, FALSE, sizeof(int));
  view->check = workspace_check(ui_workspace(ui), view->profile, check_done, view, &error);
  if (view->check)
    view->timer = g_timeout_add(PROGRESS_MS, on_progress, view);
  else
    view->problem = safe_text_string(error->message);
  return view;
}

static void
check_view_close(gpointer data)
{
  CheckView *view = data;
  g_clear_handle_id(&view->timer, g_source_remove);
  if (view->check)
    workspace_leave_check(ui_workspace(view->ui), view->check);
  g_clear_pointer(&view->lines, g_ptr_array_unref);
  g_array_unref(view->items);
  profile_free(view->profile);
  g_free(view->problem);
  g_free(view);
}

/* --- What is said ----------------------------------------------------------------------------- */

static GPtrArray *
findings_of(const CheckView *view)
{
  return view->check ? connection_info(check_connection(view->check))->findings : NULL;
}

static const char *
progress_text(const Connection *connection)
{
  return connection_is_probing(connection) ? "looking closer"
                                           : session_state_text(connection_session(connection));
}

static char *
online_text(const CheckView *view)
{
  const Session *session = check_session(view->check);
  const ConnectionInfo *info = connection_info(check_connection(view->check));
  const char *tls = info->tls_version ? info->tls_version : "TLS";
  if (!session->tls)
    return g_strdup("It works, without TLS: the broker has accepted us.");
  return g_strdup_printf("It works: %s%s, and the broker has accepted us.", tls,
                         session->two_way ? " two-way" : " one-way");
}

static char *
failed_text(const CheckView *view)
{
  const ConnectionInfo *info = connection_info(check_connection(view->check));
  const Finding *worst =
      info->findings && info->findings->len > 0 ? g_ptr_array_index(info->findings, 0) : NULL;
  if (worst && worst->severity == FINDING_ERROR)
    return g_strdup_printf("It fails: %s.", finding_label(worst->code));
  g_autofree char *reason = safe_text_string(info->last_error ? info->last_error : "no reason");
  return g_strdup_printf("It fails: %s.", reason);
}

static void
add_summary(CertificateLines *list, const CheckView *view)
{
  g_autofree char *url = profile_url(view->profile);
  g_autofree char *text = NULL;
  Glyph mark = GLYPH_FAIL;
  Role role = ROLE_ERROR;
  if (!view->check) {
    text = g_strdup(view->problem);
  } else if (is_running(view)) {
    text = g_strdup_printf("%s: %s", url, progress_text(check_connection(view->check)));
    mark = GLYPH_BUSY;
    role = ROLE_ACCENT;
  } else if (check_outcome(view->check) == CHECK_ONLINE) {
    text = online_text(view);
    mark = GLYPH_OK;
    role = ROLE_GOOD;
  } else if (check_outcome(view->check) == CHECK_TIMED_OUT) {
    text = g_strdup_printf("%s neither accepts nor refuses us in time.", url);
  } else {
    text = failed_text(view);
  }
  certificate_lines_text(list, ROLE_STRONG, mark, role, FALSE, text);
}

/* "dns 3 ms · tcp 0.4 ms · tls 12 ms · mqtt 5 ms": how far it came, and how long each took. */
static void
add_stages(CertificateLines *list, const CheckView *view)
{
  static const struct {
    EvidenceStage stage;
    const char *name;
  } stages[] = {{EVIDENCE_RESOLVED, "dns"},
                {EVIDENCE_CONNECTED, "tcp"},
                {EVIDENCE_ESTABLISHED, "tls"},
                {EVIDENCE_CONNACK, "mqtt"}};
  const Evidence *evidence = connection_evidence(check_connection(view->check));
  g_autoptr(GString) text = g_string_new(NULL);
  gint64 before = evidence->at_us[EVIDENCE_STARTED];
  for (gsize i = 0; i < G_N_ELEMENTS(stages); i++) {
    gint64 at = evidence->at_us[stages[i].stage];
    if (at == 0)
      continue;
    g_autofree char *duration = figure_duration(at - before);
    before = at;
    if (text->len > 0)
      g_string_append_printf(text, " %s ", glyph(GLYPH_DOT));
    g_string_append_printf(text, "%s %s", stages[i].name, duration);
  }
  if (text->len > 0)
    certificate_lines_text(list, ROLE_DIM, GLYPH_COUNT, ROLE_NORMAL, TRUE, text->str);
}

/* What has been added so far is no item: there is nothing to open. */
static void
take_from_items(CertificateLines *list)
{
  for (guint i = 0; i < list->lines->len; i++)
    ((CertificateLine *)g_ptr_array_index(list->lines, i))->item = ITEM_NONE;
  list->items = 0;
}

static void
compose(CheckView *view, int columns)
{
  g_clear_pointer(&view->lines, g_ptr_array_unref);
  view->lines = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_line_free);
  CertificateLines list = {.lines = view->lines, .columns = columns};
  GPtrArray *findings = findings_of(view);
  add_summary(&list, view);
  if (view->check)
    add_stages(&list, view);
  take_from_items(&list);
  for (guint i = 0; findings && i < findings->len; i++)
    certificate_lines_finding(&list, g_ptr_array_index(findings, i));
  if (!is_running(view) && view->check && (!findings || findings->len == 0))
    certificate_lines_text(&list, ROLE_DIM, GLYPH_COUNT, ROLE_NORMAL, FALSE,
                           "Nothing was found that is wrong.");
  g_array_set_size(view->items, 0);
  for (guint i = 0; i < view->lines->len; i++) {
    const CertificateLine *line = g_ptr_array_index(view->lines, i);
    g_array_append_val(view->items, line->item);
  }
}

/* --- The pane --------------------------------------------------------------------------------- */

static char *
check_view_title(gpointer data)
{
  const CheckView *view = data;
  g_autofree char *name = safe_text_string(view->profile->name ? view->profile->name : "");
  return g_strdup_printf("Test%s%s", *name ? " of " : "", name);
}

static char *
check_view_status(gpointer data)
{
  return g_strdup(is_running(data) ? "running" : "not saved");
}

static void
check_view_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  CheckView *view = data;
  compose(view, canvas_columns(canvas));
  const int *items = (const int *)view->items->data;
  int count = (int)view->items->len;
  item_list_update(&view->scroll, items, count, canvas_rows(canvas), view->selected);
  view->selected = MAX(item_list_selected(&view->scroll, items, count), 0);
  CertificateWidths widths = certificate_lines_widths(view->lines);
  CertificateColumns columns = certificate_columns(canvas_columns(canvas), &widths);
  for (int row = 0; row < canvas_rows(canvas); row++) {
    guint64 number = view->scroll.top + (guint64)row;
    if (number >= view->lines->len)
      break;
    const CertificateLine *line = g_ptr_array_index(view->lines, number);
    certificate_line_draw(line, canvas, row, &columns, ui_now(view->ui));
    if (!focused || line->item != view->selected)
      continue;
    paint_row_role(canvas, row, ROLE_SELECTED);
    if (number == view->scroll.selected)
      paint_cursor(canvas, row, 0, FALSE);
  }
}

/* Of the selected item, else the worst one; NULL: none at all. */
static const Finding *
finding_meant(const CheckView *view)
{
  GPtrArray *findings = findings_of(view);
  for (guint i = 0; view->lines && i < view->lines->len; i++) {
    const CertificateLine *line = g_ptr_array_index(view->lines, i);
    if (line->item == view->selected && line->finding)
      return line->finding;
  }
  return findings && findings->len > 0 ? g_ptr_array_index(findings, 0) : NULL;
}

static const char *
check_view_disabled(gpointer data, Action action)
{
  const CheckView *view = data;
  const Finding *finding = finding_meant(view);
  ProfileField field;
  if (action == ACTION_REPAIR)
    return "A repair belongs to a connection: save this one first.";
  if (action != ACTION_MEND && action != ACTION_OPEN)
    return NULL;
  if (!finding)
    return is_running(view) ? "The test is running." : "There is nothing to mend: no finding.";
  if (action == ACTION_OPEN || finding_field(finding, view->profile, &field))
    return NULL;
  return finding_without_field(finding);
}

static void
open_finding(CheckView *view)
{
  FindingViewArgument argument = {NULL, finding_meant(view), NULL};
  ui_open(view->ui, &finding_view, &argument);
}

static PaneResult
mend(CheckView *view)
{
  const Finding *finding = finding_meant(view);
  ProfileField field;
  if (!finding_field(finding, view->profile, &field))
    return PANE_HANDLED;
  view->argument.mend(view->argument.data, field, finding->remedy);
  return PANE_CLOSE;
}

static PaneResult
check_view_act(gpointer data, Action action)
{
  CheckView *view = data;
  const int *items = (const int *)view->items->data;
  int count = (int)view->items->len;
  if (count > 0 && item_list_act(&view->scroll, items, count, action)) {
    view->selected = MAX(item_list_selected(&view->scroll, items, count), 0);
    return PANE_HANDLED;
  }
  if (action == ACTION_MEND)
    return mend(view);
  if (action != ACTION_OPEN)
    return PANE_IGNORED;
  open_finding(view);
  return PANE_HANDLED;
}

static void
check_view_wanted(gpointer data, int *rows, int *columns)
{
  *rows = VIEW_ROWS;
  *columns = VIEW_COLUMNS;
}

/* What the connection said before is not what this test says. */
static FaultTold
check_view_tells_fault(gpointer data)
{
  return FAULT_ALL_TOLD;
}

const PaneClass check_view = {
    .name = "test",
    .context = CONTEXT_FINDING,
    .open = check_view_open,
    .close = check_view_close,
    .title = check_view_title,
    .status = check_view_status,
    .draw = check_view_draw,
    .act = check_view_act,
    .disabled = check_view_disabled,
    .wanted = check_view_wanted,
    .tells_fault = check_view_tells_fault,
};
