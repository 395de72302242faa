/* A text to read: wrapped to the width, scrolled by lines. */
#include "config.h"

#include "ui/pane.h"
#include "ui/scroll.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"
#include "util/safe_text.h"

#include <string.h>

typedef struct {
  Ui *ui;
  char *title; /* safe text */
  WrappedText *text;
  Scroll scroll;
} TextView;

static gpointer
text_view_open(Ui *ui, gpointer argument)
{
  const TextViewArgument *from = argument;
  TextView *view = g_new0(TextView, 1);
  view->ui = ui;
  view->title = safe_text_string(from->title);
  view->text = wrapped_text_new(safe_text_lines(from->text, strlen(from->text)));
  return view;
}

static void
text_view_close(gpointer pane)
{
  TextView *view = pane;
  g_free(view->title);
  wrapped_text_free(view->text);
  g_free(view);
}

static char *
text_view_title(gpointer pane)
{
  return g_strdup(((TextView *)pane)->title);
}

static char *
text_view_status(gpointer pane)
{
  const TextView *view = pane;
  guint64 end = MIN(view->scroll.top + (guint64)view->scroll.rows, view->scroll.next);
  if (view->scroll.next <= (guint64)view->scroll.rows)
    return NULL;
  return g_strdup_printf("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT,
                         view->scroll.top + 1, end, view->scroll.next);
}

static void
text_view_draw(gpointer pane, Canvas *canvas, gboolean focused)
{
  TextView *view = pane;
  wrapped_text_layout(view->text, canvas_columns(canvas) - 2);
  scroll_update(&view->scroll, 0, wrapped_text_count(view->text), canvas_rows(canvas));
  for (int row = 0; row < canvas_rows(canvas); row++) {
    g_autofree char *line = wrapped_text_line(view->text, (guint)view->scroll.top + (guint)row);
    paint_text(canvas, row, 1, ROLE_NORMAL, line);
  }
  paint_cursor(canvas, 0, 0, FALSE);
}

static PaneResult
text_view_act(gpointer pane, Action action)
{
  return scroll_act_text(&((TextView *)pane)->scroll, action) ? PANE_HANDLED : PANE_IGNORED;
}

static const char *
text_view_hint(gpointer pane, Action action)
{
  return scroll_is_idle(&((const TextView *)pane)->scroll, action) ? "" : NULL;
}

const PaneClass text_view = {
    .name = "text",
    .context = CONTEXT_HELP,
    .open = text_view_open,
    .close = text_view_close,
    .title = text_view_title,
    .status = text_view_status,
    .draw = text_view_draw,
    .act = text_view_act,
    .hint = text_view_hint,
};
