/* The broker's certificates before and now, side by side. */
#include "config.h"

#include "ui/chain_change_lines.h"
#include "ui/pane.h"
#include "ui/scroll_keys.h"

typedef struct {
  Ui *ui;
  ChainChange *change;
  Scroll scroll;
} ChainChangeView;

static gpointer
chain_change_view_open(Ui *ui, gpointer argument)
{
  ChainChangeView *view = g_new0(ChainChangeView, 1);
  view->ui = ui;
  view->change = chain_change_ref(argument);
  return view;
}

static void
chain_change_view_close(gpointer pane)
{
  ChainChangeView *view = pane;
  chain_change_unref(view->change);
  g_free(view);
}

static char *
chain_change_view_title(gpointer pane)
{
  const ChainChangeView *view = pane;
  return g_strdup_printf("What has changed %s %s", glyph(GLYPH_DOT),
                         certificate_subject_label(seen_chain_leaf(view->change->now)));
}

static void
chain_change_view_draw(gpointer pane, Canvas *canvas, gboolean focused)
{
  ChainChangeView *view = pane;
  int columns = canvas_columns(canvas);
  g_autoptr(GPtrArray) lines = chain_change_lines(view->change, columns);
  ChainChangePlaces places = chain_change_places(columns);
  scroll_update(&view->scroll, 0, lines->len, canvas_rows(canvas));
  for (int row = 0; row < canvas_rows(canvas); row++) {
    guint64 number = view->scroll.top + (guint64)row;
    if (number < lines->len)
      chain_change_line_draw(g_ptr_array_index(lines, number), canvas, row, &places);
  }
  if (focused)
    paint_cursor(canvas, 0, 0, FALSE);
}

static PaneResult
chain_change_view_act(gpointer pane, Action action)
{
  return scroll_act_text(&((ChainChangeView *)pane)->scroll, action) ? PANE_HANDLED : PANE_IGNORED;
}

static const char *
chain_change_view_hint(gpointer pane, Action action)
{
  return scroll_is_idle(&((const ChainChangeView *)pane)->scroll, action) ? "" : NULL;
}

const PaneClass chain_change_view = {
    .name = "change",
    .context = CONTEXT_HELP,
    .open = chain_change_view_open,
    .close = chain_change_view_close,
    .title = chain_change_view_title,
    .draw = chain_change_view_draw,
    .act = chain_change_view_act,
    .hint = chain_change_view_hint,
};
