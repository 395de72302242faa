/* The certificates of both sides of the selected connection: as sent and as the path that was
 * judged, our own, and the findings, worst first. certificate_lines.c composes it. */
#include "config.h"

#include "ui/pane.h"

#include "ui/certificate_lines.h"
#include "ui/certificate_view.h"
#include "ui/connection_actions.h"
#include "ui/finding_actions.h"
#include "ui/item_list.h"

typedef struct {
  Ui *ui;
  Connection *connection; /* that the scroll belongs to; only compared */
  Scroll scroll;
  int selected;     /* item */
  GPtrArray *lines; /* as drawn last; NULL before the first time */
  GArray *items;    /* item of each line */
  int rows_wanted;  /* kept while the next attempt is made, so that the tiles stand still */
} CertificatesPane;

static gpointer
certificates_open(Ui *ui, gpointer argument)
{
  CertificatesPane *pane = g_new0(CertificatesPane, 1);
  pane->ui = ui;
  pane->items = g_array_new(FALSE, FALSE, sizeof(int));
  return pane;
}

static void
certificates_close(gpointer data)
{
  CertificatesPane *pane = data;
  g_clear_pointer(&pane->lines, g_ptr_array_unref);
  g_array_unref(pane->items);
  g_free(pane);
}

static char *
certificates_title(gpointer data)
{
  return g_strdup("Certificates");
}

static char *
certificates_status(gpointer data)
{
  CertificatesPane *pane = data;
  Connection *connection = ui_selected(pane->ui);
  const Session *session = connection ? connection_session(connection) : NULL;
  if (!session || !session->tls_verified)
    return NULL;
  return g_strdup(session->two_way ? "two-way TLS" : "TLS");
}

static void
compose(CertificatesPane *pane, int columns)
{
  Connection *connection = ui_selected(pane->ui);
  CertificatesModel model = {.now = ui_now(pane->ui)};
  if (connection) {
    model.profile = connection_profile(connection);
    model.session = connection_session(connection);
    model.info = connection_info(connection);
    model.asked = connection_evidence(connection)->at_us[EVIDENCE_STARTED] != 0;
  }
  g_clear_pointer(&pane->lines, g_ptr_array_unref);
  pane->lines = certificate_lines_new(&model, columns);
  g_array_set_size(pane->items, 0);
  for (guint i = 0; i < pane->lines->len; i++) {
    const CertificateLine *line = g_ptr_array_index(pane->lines, i);
    g_array_append_val(pane->items, line->item);
  }
}

/* Another connection begins at its top; the same one stays on its item. */
static void
take_connection(CertificatesPane *pane)
{
  Connection *connection = ui_selected(pane->ui);
  if (connection == pane->connection)
    return;
  pane->connection = connection;
  pane->selected = 0;
  pane->scroll = (Scroll){0};
  pane->rows_wanted = 0;
}

static void
place_scroll(CertificatesPane *pane, int rows)
{
  const int *items = (const int *)pane->items->data;
  int count = (int)pane->items->len;
  item_list_update(&pane->scroll, items, count, rows, pane->selected);
  pane->selected = MAX(item_list_selected(&pane->scroll, items, count), 0);
}

static void
certificates_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  CertificatesPane *pane = data;
  take_connection(pane);
  compose(pane, canvas_columns(canvas));
  place_scroll(pane, canvas_rows(canvas));
  CertificateWidths widths = certificate_lines_widths(pane->lines);
  CertificateColumns columns = certificate_columns(canvas_columns(canvas), &widths);
  for (int row = 0; row < canvas_rows(canvas); row++) {
    guint64 number = pane->scroll.top + (guint64)row;
    if (number >= pane->lines->len)
      break;
    const CertificateLine *line = g_ptr_array_index(pane->lines, number);
    certificate_line_draw(line, canvas, row, &columns, ui_now(pane->ui));
    if (!focused || line->item != pane->selected)
      continue;
    paint_row_role(canvas, row, ROLE_SELECTED);
    if (number == pane->scroll.selected)
      paint_cursor(canvas, row, 0, FALSE);
  }
}

/* All of it, once something is to be mended; a tile of its ordinary size while all is well. */
static int
certificates_rows_wanted(gpointer data, int columns)
{
  CertificatesPane *pane = data;
  take_connection(pane);
  if (!pane->connection)
    return 0;
  SessionState state = connection_session(pane->connection)->state;
  if (state != SESSION_IDLE && state != SESSION_WAITING && state != SESSION_ONLINE)
    return pane->rows_wanted;
  const Finding *worst = finding_worst(pane->connection);
  gboolean mending = worst && worst->severity <= FINDING_WARNING;
  if (mending)
    compose(pane, columns);
  pane->rows_wanted = mending ? (int)pane->lines->len : 0;
  return pane->rows_wanted;
}

/* The worst finding stands first, when it is what stops the connection. */
static FaultTold
certificates_tells_fault(gpointer data)
{
  CertificatesPane *pane = data;
  const Finding *worst = pane->connection ? finding_worst(pane->connection) : NULL;
  return worst && worst->severity == FINDING_ERROR && pane->scroll.top == 0 ? FAULT_ALL_TOLD
                                                                           : FAULT_UNTOLD;
}

static const CertificateLine *
selected_line(const CertificatesPane *pane)
{
  if (!pane->lines || pane->scroll.selected >= pane->lines->len)
    return NULL;
  return g_ptr_array_index(pane->lines, pane->scroll.selected);
}

static gboolean
can_open(const CertificateLine *line)
{
  return line && (line->certificate || line->finding || line->change || line->detail);
}

static PaneResult
open_selected(CertificatesPane *pane)
{
  const CertificateLine *line = selected_line(pane);
  if (line->certificate) {
    ui_open(pane->ui, &certificate_view, line->certificate);
  } else if (line->finding) {
    FindingViewArgument argument = {ui_selected(pane->ui), line->finding, NULL};
    ui_open(pane->ui, &finding_view, &argument);
  } else if (line->change) {
    ui_open(pane->ui, &chain_change_view, line->change);
  } else {
    TextViewArgument argument = {line->detail_title, line->detail};
    ui_open(pane->ui, &text_view, &argument);
  }
  return PANE_HANDLED;
}

static PaneResult
act_on_certificate(CertificatesPane *pane, Action action)
{
  Certificate *certificate = selected_line(pane)->certificate;
  if (action == ACTION_SAVE_PEM)
    certificate_view_save(pane->ui, certificate);
  else
    ui_open(pane->ui, action == ACTION_VIEW_PEM ? &certificate_pem_view : &certificate_view,
            certificate);
  return PANE_HANDLED;
}

static gboolean
is_about_certificate(Action action)
{
  return action == ACTION_VIEW_FIELDS || action == ACTION_VIEW_PEM || action == ACTION_SAVE_PEM;
}

/* Of the selected item, else the worst one; NULL: none at all. */
static const Finding *
finding_meant(const CertificatesPane *pane)
{
  for (guint i = 0; pane->lines && i < pane->lines->len; i++) {
    const CertificateLine *line = g_ptr_array_index(pane->lines, i);
    if (line->item == pane->selected && line->finding)
      return line->finding;
  }
  return finding_worst(ui_selected(pane->ui));
}

static PaneResult
certificates_act(gpointer data, Action action)
{
  CertificatesPane *pane = data;
  const int *items = (const int *)pane->items->data;
  int count = (int)pane->items->len;
  if (count > 0 && item_list_act(&pane->scroll, items, count, action)) {
    pane->selected = MAX(item_list_selected(&pane->scroll, items, count), 0);
    return PANE_HANDLED;
  }
  if (action == ACTION_OPEN)
    return open_selected(pane);
  if (action == ACTION_VIEW_VALIDITY) {
    ui_open(pane->ui, &validity_view, NULL);
    return PANE_HANDLED;
  }
  if (is_about_certificate(action))
    return act_on_certificate(pane, action);
  Connection *connection = ui_selected(pane->ui);
  if (connection && finding_action(pane->ui, connection, finding_meant(pane), action))
    return PANE_HANDLED;
  return connection_action(pane->ui, action) ? PANE_HANDLED : PANE_IGNORED;
}

static const char *
certificates_disabled(gpointer data, Action action)
{
  CertificatesPane *pane = data;
  if ((action == ACTION_OPEN || is_about_certificate(action)) && !ui_selected(pane->ui))
    return "There is no connection yet: n makes one.";
  const CertificateLine *line = selected_line(pane);
  if (action == ACTION_OPEN && !can_open(line))
    return "Enter opens a certificate or a finding: Up and Down go to one.";
  if (is_about_certificate(action) && !(line && line->certificate))
    return "No certificate is selected: Up and Down go to one.";
  if (is_finding_action(action) && ui_selected(pane->ui))
    return finding_action_disabled(pane->ui, ui_selected(pane->ui), finding_meant(pane), action);
  return connection_action_disabled(pane->ui, action);
}

const PaneClass certificates_pane = {
    .name = "certificates",
    .context = CONTEXT_CERTIFICATES,
    .open = certificates_open,
    .close = certificates_close,
    .title = certificates_title,
    .status = certificates_status,
    .draw = certificates_draw,
    .act = certificates_act,
    .disabled = certificates_disabled,
    .tells_fault = certificates_tells_fault,
    .rows_wanted = certificates_rows_wanted,
};
