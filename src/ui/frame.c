/* One whole picture: header, tiles with their frames, views above them, notice, hints. */
#include "config.h"

#include "ui/curses.h"
#include "ui/finding_actions.h"
#include "ui/header.h"
#include "ui/hint_bar.h"
#include "ui/ui_state.h"
#include "util/safe_text.h"
#include "util/text_width.h"

static const char *const tab_names[LAYOUT_TILES] = {"Connections", "Certificates", "Messages",
                                                    "Timeline"};
static const char *const short_tab_names[LAYOUT_TILES] = {"Conns", "Certs", "Msgs", "Time"};

#define TILE_CONNECTIONS 0
#define TILE_CERTIFICATES 1
#define TABS_COLUMNS 58 /* what the long names take */

/* --- Too small -------------------------------------------------------------------------------- */

/* The longest honest sentence that fits. */
static void
draw_too_small(int rows, int columns)
{
  Canvas canvas;
  g_autofree char *whole = g_strdup_printf("terminal too small (need %dx%d, have %dx%d)",
                                           LAYOUT_MIN_COLUMNS, LAYOUT_MIN_ROWS, columns, rows);
  g_autofree char *medium =
      g_strdup_printf("too small, need %dx%d", LAYOUT_MIN_COLUMNS, LAYOUT_MIN_ROWS);
  g_autofree char *least = g_strdup_printf("<%dx%d", LAYOUT_MIN_COLUMNS, LAYOUT_MIN_ROWS);
  const char *const sentences[] = {whole, medium, least};
  gsize i = 0;
  while (i < G_N_ELEMENTS(sentences) - 1 && text_width(sentences[i]) > columns)
    i++;
  canvas_init(&canvas, (Rect){0, 0, rows, columns}, NULL);
  paint_text(&canvas, 0, 0, ROLE_WARNING, sentences[i]);
}

/* --- Titles ----------------------------------------------------------------------------------- */

static char *
pane_text(const View *view, char *(*function)(gpointer))
{
  char *text = function ? function(view->pane) : NULL;
  return text ? text : g_strdup("");
}

/* After the pane itself, whose status may speak of what has just been drawn. Title at the left,
 * status at the right; the status goes first when both do not fit. */
static void
draw_title(Canvas *canvas, const View *view, const char *more, gboolean focused)
{
  g_autofree char *title = pane_text(view, view->pane_class->title);
  g_autofree char *status = pane_text(view, view->pane_class->status);
  g_autofree char *spaced = g_strdup_printf(" %s ", title);
  int columns = canvas_columns(canvas);
  int end =
      paint_text_in(canvas, 0, 1, columns - 2, focused ? ROLE_TITLE_FOCUSED : ROLE_TITLE, spaced);
  int status_width = text_width(status);
  int room = columns - 2 - end;
  if (*more && text_width(more) + 1 < room - (status_width ? status_width + 3 : 0))
    end = paint_text(canvas, 0, end + 1, ROLE_DIM, more);
  if (*status && status_width + 3 <= columns - 2 - end) {
    g_autofree char *spaced_status = g_strdup_printf(" %s ", status);
    paint_text_right(canvas, 0, columns - 1, ROLE_NORMAL, spaced_status);
  }
}

static void
draw_tabs(const Ui *ui, Canvas *canvas)
{
  const View *view = &ui->tiles[ui->focused];
  const char *const *names = canvas_columns(canvas) < TABS_COLUMNS ? short_tab_names : tab_names;
  g_autofree char *status = pane_text(view, view->pane_class->status);
  int column = 1;
  for (int i = 0; i < LAYOUT_TILES; i++) {
    g_autofree char *tab = g_strdup_printf(" %d %s ", i + 1, names[i]);
    column = paint_text(canvas, 0, column, i == ui->focused ? ROLE_TITLE_FOCUSED : ROLE_TITLE, tab);
  }
  if (column + text_width(status) + 2 <= canvas_columns(canvas))
    paint_text_right(canvas, 0, canvas_columns(canvas) - 1, ROLE_NORMAL, status);
}

/* --- Panes ------------------------------------------------------------------------------------ */

static void
draw_inside(const Layout *layout, Rect outside, const View *view, gboolean focused,
            CanvasCursor *cursor)
{
  Canvas canvas;
  Rect inside = layout_inside(layout, outside);
  canvas_init(&canvas, inside, focused ? cursor : NULL);
  if (focused)
    *cursor = (CanvasCursor){.row = inside.row, .column = inside.column};
  view->pane_class->draw(view->pane, &canvas, focused);
}

static FaultTold
told_by(const View *view)
{
  return view->pane_class->tells_fault ? view->pane_class->tells_fault(view->pane) : FAULT_UNTOLD;
}

/* Which tile waits behind the one at the lower right, and its key. */
static const char *
hidden_tab(const Ui *ui, const Layout *layout, int tile)
{
  if (layout->kind != LAYOUT_SPLIT || tile != ui->lower)
    return "";
  return tile == 2 ? " 4 Timeline " : " 3 Messages ";
}

static void
draw_framed_tile(Ui *ui, const Layout *layout, int tile, CanvasCursor *cursor)
{
  Canvas canvas;
  gboolean focused = tile == ui->focused && !ui_has_view(ui);
  canvas_init(&canvas, layout->tiles[tile], NULL);
  paint_box(&canvas, focused ? ROLE_BORDER_FOCUSED : ROLE_BORDER);
  draw_inside(layout, layout->tiles[tile], &ui->tiles[tile], focused, cursor);
  ui->fault_told = MAX(ui->fault_told, told_by(&ui->tiles[tile]));
  draw_title(&canvas, &ui->tiles[tile], hidden_tab(ui, layout, tile), focused);
}

static void
draw_single_tile(Ui *ui, const Layout *layout, CanvasCursor *cursor)
{
  Canvas canvas;
  if (ui_has_view(ui))
    return;
  canvas_init(&canvas, layout->tabs, NULL);
  draw_inside(layout, layout->body, &ui->tiles[ui->focused], TRUE, cursor);
  ui->fault_told = told_by(&ui->tiles[ui->focused]);
  draw_tabs(ui, &canvas);
}

static void
draw_tiles(Ui *ui, const Layout *layout, CanvasCursor *cursor)
{
  ui->fault_told = FAULT_UNTOLD;
  if (layout->kind == LAYOUT_SINGLE)
    draw_single_tile(ui, layout, cursor);
  for (int tile = 0; tile < LAYOUT_TILES && layout->framed; tile++) {
    if (layout->tiles[tile].rows > 0)
      draw_framed_tile(ui, layout, tile, cursor);
  }
}

static void
draw_view(Ui *ui, const Layout *layout, const View *view, gboolean top, CanvasCursor *cursor)
{
  Canvas canvas;
  int rows = 0, columns = 0;
  if (view->pane_class->wanted)
    view->pane_class->wanted(view->pane, &rows, &columns);
  Rect area = layout_view(layout, rows, columns);
  canvas_init(&canvas, area, NULL);
  for (int row = 0; row < area.rows; row++)
    paint_blank(&canvas, row, 0, area.columns, ROLE_NORMAL);
  if (layout->framed)
    paint_box(&canvas, top ? ROLE_BORDER_FOCUSED : ROLE_BORDER);
  draw_inside(layout, area, view, top, cursor);
  draw_title(&canvas, view, "", top);
}

/* In one pane's width only the top view can be seen. */
static void
draw_views(Ui *ui, const Layout *layout, CanvasCursor *cursor)
{
  guint first = layout->framed || !ui_has_view(ui) ? 0 : ui->views->len - 1;
  for (guint i = first; i < ui->views->len; i++)
    draw_view(ui, layout, g_ptr_array_index(ui->views, i), i == ui->views->len - 1, cursor);
}

/* --- Bars ------------------------------------------------------------------------------------- */

static void
draw_header(Ui *ui, const Layout *layout)
{
  HeaderModel model = {0};
  Canvas canvas;
  canvas_init(&canvas, layout->header, NULL);
  header_model_fill(&model, ui_selected(ui), ui_now(ui));
  header_draw(&canvas, &model);
  header_model_clear(&model);
}

/* (transfer full), safe: why the connection is not online, or what is to be done about it where a
 * pane says why; NULL when there is nothing to say that the panes do not. A view hides the tiles. */
static char *
standing_fault(Ui *ui, Glyph *mark)
{
  Connection *connection = ui_selected(ui);
  FaultTold told = ui_has_view(ui) ? told_by(ui_top(ui)) : ui->fault_told;
  const ConnectionInfo *info = connection ? connection_info(connection) : NULL;
  if (told == FAULT_ALL_TOLD || !info || !info->last_error ||
      connection_session(connection)->state == SESSION_ONLINE)
    return NULL;
  const Finding *worst = finding_worst(connection);
  gboolean only_remedy = told == FAULT_WHY_TOLD && worst && worst->remedy && worst->remedy[0];
  *mark = only_remedy ? GLYPH_ARROW_RIGHT : GLYPH_FAIL;
  return safe_text_string(only_remedy ? worst->remedy : info->last_error);
}

static void
draw_question(Canvas *canvas, const char *question, CanvasCursor *cursor)
{
  const char *keys = " (y yes, n no)";
  int columns = canvas_columns(canvas);
  int end = paint_text_in(canvas, 0, 1, columns - 2 - text_width(keys), ROLE_WARNING, question);
  end = paint_text(canvas, 0, end, ROLE_HINT_KEY, keys);
  canvas->cursor = cursor;
  paint_cursor(canvas, 0, end, TRUE);
}

static void
draw_notice(Ui *ui, const Layout *layout, CanvasCursor *cursor)
{
  Canvas canvas;
  canvas_init(&canvas, layout->notice, NULL);
  int columns = canvas_columns(&canvas) - 2;
  Glyph mark = GLYPH_FAIL;
  g_autofree char *fault = standing_fault(ui, &mark);
  if (ui->question.text) {
    draw_question(&canvas, ui->question.text, cursor);
  } else if (ui->notice) {
    paint_text_in(&canvas, 0, 1, columns, ui->notice_role, ui->notice);
  } else if (fault) {
    Role role = mark == GLYPH_FAIL ? ROLE_ERROR : ROLE_STRONG;
    int column = paint_glyph(&canvas, 0, 1, role, mark) + 1;
    paint_text_in(&canvas, 0, column, columns - 2, role, fault);
  }
}

/* Beside the list of connections, making one is what helps as long as there is none. */
static gboolean
is_needless(Ui *ui, Action action)
{
  gboolean beside_list = !ui_has_view(ui) && ui->focused != TILE_CONNECTIONS;
  return action == ACTION_NEW && beside_list && ui_selected(ui) != NULL;
}

/* A key that can do nothing now is no hint; pressed all the same, it says why. */
static const char *
hint_word(gpointer data, Action action)
{
  Ui *ui = data;
  const View *view = ui_top(ui);
  const PaneClass *class = view->pane_class;
  if (ui_missing_connection(ui, action) || is_needless(ui, action))
    return "";
  if (class->disabled && class->disabled(view->pane, action))
    return "";
  return class->hint ? class->hint(view->pane, action) : NULL;
}

static void
draw_hints(Ui *ui, const Layout *layout)
{
  Canvas canvas;
  Context context = ui->question.text ? CONTEXT_QUESTION : ui_top(ui)->pane_class->context;
  canvas_init(&canvas, layout->hints, NULL);
  hint_bar_draw(&canvas, context, ui_has_view(ui), hint_word, ui);
}

/* First without any wish, which tells how wide the tile would be that is asked for its wish. */
static void
compute_layout(Ui *ui, Layout *layout, int rows, int columns)
{
  LayoutRequest request = {.focused = ui->focused, .lower = ui->lower, .zoomed = ui->zoomed};
  const View *tile = &ui->tiles[TILE_CERTIFICATES];
  layout_compute(layout, rows, columns, &request);
  if (!layout->framed || !tile->pane_class->rows_wanted)
    return;
  int inside = layout_inside(layout, layout->tiles[TILE_CERTIFICATES]).columns;
  request.certificate_rows = tile->pane_class->rows_wanted(tile->pane, inside);
  layout_compute(layout, rows, columns, &request);
}

void
ui_draw(Ui *ui, int rows, int columns, CanvasCursor *cursor)
{
  Layout layout;
  *cursor = (CanvasCursor){0};
  erase();
  compute_layout(ui, &layout, rows, columns);
  if (layout.kind == LAYOUT_TOO_SMALL) {
    draw_too_small(rows, columns);
    return;
  }
  draw_tiles(ui, &layout, cursor);
  draw_views(ui, &layout, cursor);
  draw_header(ui, &layout);
  draw_notice(ui, &layout, cursor);
  draw_hints(ui, &layout);
}
