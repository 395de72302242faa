/* One certificate: every field, or its PEM; `w` writes the PEM to a file. */
#include "config.h"

#include "ui/certificate_view.h"

#include "ui/certificate_file_save.h"
#include "ui/figures.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"

typedef struct {
  Ui *ui;
  Certificate *certificate;
  gboolean pem;
  WrappedText *fields, *lines; /* of the PEM */
  Scroll scroll;
} CertificateView;

static gpointer
certificate_open(Ui *ui, gpointer argument)
{
  CertificateView *view = g_new0(CertificateView, 1);
  view->ui = ui;
  view->certificate = certificate_ref(argument);
  view->fields = wrapped_text_new(certificate_describe(view->certificate));
  view->lines = wrapped_text_new(certificate_to_pem(view->certificate));
  return view;
}

static gpointer
certificate_open_pem(Ui *ui, gpointer argument)
{
  CertificateView *view = certificate_open(ui, argument);
  view->pem = TRUE;
  return view;
}

static void
certificate_close(gpointer data)
{
  CertificateView *view = data;
  certificate_unref(view->certificate);
  wrapped_text_free(view->fields);
  wrapped_text_free(view->lines);
  g_free(view);
}

static char *
certificate_title(gpointer data)
{
  CertificateView *view = data;
  return g_strdup_printf("Certificate %s %s", glyph(GLYPH_DOT),
                         certificate_subject_label(view->certificate));
}

static char *
certificate_status(gpointer data)
{
  CertificateView *view = data;
  return g_strdup(view->pem ? "PEM" : "fields");
}

/* "87 d left of 90 d, until 2027-02-19" above the fields: the one thing that is not in them. */
static void
draw_validity(CertificateView *view, Canvas *canvas)
{
  gint64 from = certificate_not_before(view->certificate);
  gint64 until = certificate_not_after(view->certificate);
  gint64 now = ui_now(view->ui);
  Role role = figure_left_role(from, until, now);
  int cells = CLAMP(canvas_columns(canvas) - 30, 5, 30);
  int used = figure_life_used(from, until, now, cells);
  int at = 1;
  for (int i = 0; i < cells; i++)
    at = paint_glyph(canvas, 0, at, role, i < used ? GLYPH_BAR_FULL : GLYPH_BAR_EMPTY);
  g_autofree char *left = figure_left(from, until, now);
  g_autofree char *date = figure_date(until);
  const char *word = now > until || now < from ? "" : " left";
  paint_format(canvas, 0, at + 1, role == ROLE_GOOD ? ROLE_NORMAL : role, "%s%s, until %s", left,
               word, date);
}

static void
certificate_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  CertificateView *view = data;
  WrappedText *text = view->pem ? view->lines : view->fields;
  int head = view->pem ? 0 : 2;
  int columns = canvas_columns(canvas) - 2;
  wrapped_text_set_hang(text, view->pem ? 0 : columns >= 60 ? 4 : 2);
  wrapped_text_layout(text, columns);
  scroll_update(&view->scroll, 0, wrapped_text_count(text) + (guint)head, canvas_rows(canvas));
  for (int row = 0; row < canvas_rows(canvas); row++) {
    gint64 number = (gint64)view->scroll.top + row - head;
    if (number < 0) {
      if (row == 0 && number == -2)
        draw_validity(view, canvas);
      continue;
    }
    g_autofree char *line = wrapped_text_line(text, (guint)number);
    paint_text(canvas, row, 1, ROLE_NORMAL, line);
  }
  if (focused)
    paint_cursor(canvas, 0, 0, FALSE);
}

void
certificate_view_save(Ui *ui, Certificate *certificate)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = certificate_file_save(certificate, NULL, &error);
  if (path)
    ui_notice(ui, ROLE_GOOD, "Written to %s.", path);
  else
    ui_notice(ui, ROLE_ERROR, "%s", error->message);
}

static PaneResult
certificate_act(gpointer data, Action action)
{
  CertificateView *view = data;
  if (scroll_act_text(&view->scroll, action))
    return PANE_HANDLED;
  switch (action) {
  case ACTION_VIEW_FIELDS:
  case ACTION_VIEW_PEM:
    view->pem = action == ACTION_VIEW_PEM && !view->pem;
    view->scroll = (Scroll){0};
    return PANE_HANDLED;
  case ACTION_SAVE_PEM:
    certificate_view_save(view->ui, view->certificate);
    return PANE_HANDLED;
  default:
    return PANE_IGNORED;
  }
}

static const char *
certificate_hint(gpointer data, Action action)
{
  return scroll_is_idle(&((const CertificateView *)data)->scroll, action) ? "" : NULL;
}

const PaneClass certificate_view = {
    .name = "certificate",
    .context = CONTEXT_CERTIFICATE_VIEW,
    .open = certificate_open,
    .close = certificate_close,
    .title = certificate_title,
    .status = certificate_status,
    .draw = certificate_draw,
    .act = certificate_act,
    .hint = certificate_hint,
};

const PaneClass certificate_pem_view = {
    .name = "certificate",
    .context = CONTEXT_CERTIFICATE_VIEW,
    .open = certificate_open_pem,
    .close = certificate_close,
    .title = certificate_title,
    .status = certificate_status,
    .draw = certificate_draw,
    .act = certificate_act,
    .hint = certificate_hint,
};
