/* Asks when it is opened (core/name_look.h), and shows what came, scrolled by lines. */
#include "config.h"

#include "ui/names_view.h"

#include "core/name_look.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"
#include "util/safe_text.h"

typedef struct {
  Ui *ui;
  char *host; /* safe text */
  NameLook *look;
  WrappedText *text;
  Scroll scroll;
} NamesView;

static void
set_text(NamesView *view, const char *text)
{
  wrapped_text_free(view->text);
  view->text = wrapped_text_new(g_strdup(text));
}

static void
take_answer(NameLook *look, gpointer data)
{
  NamesView *view = data;
  set_text(view, name_look_text(look));
  ui_redraw(view->ui);
}

static Certificate *
leaf_of(const Connection *connection)
{
  const GPtrArray *chain = connection_info(connection)->peer_chain;
  return chain && chain->len > 0 ? g_ptr_array_index(chain, 0) : NULL;
}

static gpointer
names_view_open(Ui *ui, gpointer argument)
{
  const Connection *connection = argument;
  const Profile *profile = connection_profile(connection);
  NamesView *view = g_new0(NamesView, 1);
  view->ui = ui;
  view->host = safe_text_string(profile->host);
  view->look = name_look_start(profile, leaf_of(connection), take_answer, view);
  const char *text = name_look_text(view->look);
  set_text(view, text ? text : "Asking the name server.");
  return view;
}

static void
names_view_close(gpointer pane)
{
  NamesView *view = pane;
  name_look_free(view->look);
  wrapped_text_free(view->text);
  g_free(view->host);
  g_free(view);
}

static char *
names_view_title(gpointer pane)
{
  return g_strdup_printf("Names of %s", ((NamesView *)pane)->host);
}

static void
names_view_draw(gpointer pane, Canvas *canvas, gboolean focused)
{
  NamesView *view = pane;
  wrapped_text_layout(view->text, canvas_columns(canvas) - 2);
  scroll_update(&view->scroll, 0, wrapped_text_count(view->text), canvas_rows(canvas));
  for (int row = 0; row < canvas_rows(canvas); row++) {
    g_autofree char *line = wrapped_text_line(view->text, (guint)view->scroll.top + (guint)row);
    paint_text(canvas, row, 1, ROLE_NORMAL, line);
  }
  paint_cursor(canvas, 0, 0, FALSE);
}

static PaneResult
names_view_act(gpointer pane, Action action)
{
  return scroll_act_text(&((NamesView *)pane)->scroll, action) ? PANE_HANDLED : PANE_IGNORED;
}

const PaneClass names_view = {
    .name = "names",
    .context = CONTEXT_HELP,
    .open = names_view_open,
    .close = names_view_close,
    .title = names_view_title,
    .draw = names_view_draw,
    .act = names_view_act,
};
