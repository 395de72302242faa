/* The validity time line: the life of every certificate of the connection as a bar, with now and
 * the date on which the path ends.
 *
 *   Valid until 2027-02-19, 87 d left: then mqtt.example.com ends.
 *
 *   2026-10-24         now            path ends  2027-03-20
 *   mqtt.example.com  █████│██████████│············ 2027-02-19 */
#include "config.h"

#include "ui/pane.h"

#include "ui/figures.h"
#include "ui/glyphs.h"
#include "ui/scroll_keys.h"
#include "ui/validity_lines.h"

#define HEAD_ROWS 3 /* the sentence, a blank, the axis */
#define NAME_MAX_COLUMNS 30
#define DATE_COLUMNS 11 /* a blank and "2027-02-19" */
#define LEFT_COLUMNS 8  /* a blank and "expired" */
#define WIDE 60         /* from here on there is room for what is left */

typedef struct {
  Ui *ui;
  Scroll scroll;
} ValidityView;

/* Where the parts of a line are. */
typedef struct {
  int name, bar, bar_width, date;
  gboolean left; /* what is left stands behind the date */
} Places;

static gpointer
validity_view_open(Ui *ui, gpointer argument)
{
  ValidityView *view = g_new0(ValidityView, 1);
  view->ui = ui;
  return view;
}

static char *
validity_view_title(gpointer pane)
{
  return g_strdup("Validity");
}

static Places
place(int columns)
{
  Places places = {.name = 1, .left = columns >= WIDE};
  int name = MIN(columns / 3, NAME_MAX_COLUMNS);
  int right = DATE_COLUMNS + (places.left ? LEFT_COLUMNS : 0) + 1;
  places.bar = places.name + name + 1;
  places.bar_width = MAX(columns - places.bar - right, 1);
  places.date = places.bar + places.bar_width + 1;
  return places;
}

/* --- The head --------------------------------------------------------------------------------- */

static const char *
name_of_end(const Validity *validity)
{
  for (guint i = 0; i < validity->lines->len; i++) {
    const ValidityLine *line = g_ptr_array_index(validity->lines, i);
    if (line->ends_path)
      return certificate_subject_label(line->certificate);
  }
  return NULL;
}

static void
draw_sentence(const Validity *validity, Canvas *canvas, int row)
{
  const char *name = name_of_end(validity);
  if (!name) {
    paint_text(canvas, row, 1, ROLE_NORMAL, "There is no path of which the end could be told.");
    return;
  }
  g_autofree char *date = figure_date(validity->path_end);
  g_autofree char *left = figure_left(0, validity->path_end, validity->now);
  Role role = figure_left_role(0, validity->path_end, validity->now);
  gboolean over = validity->path_end < validity->now;
  g_autofree char *text =
      over ? g_strdup_printf("The path ended on %s, with %s.", date, name)
           : g_strdup_printf("The path ends on %s, in %s, with %s.", date, left, name);
  paint_text_in(canvas, row, 1, canvas_columns(canvas) - 2, over ? ROLE_ERROR : role, text);
}

/* "now" and "end" above their columns; side by side where they would touch. */
static void
draw_axis(const Validity *validity, const Places *places, Canvas *canvas, int row)
{
  int now = validity_column(validity, validity->now, places->bar_width);
  paint_text(canvas, row, places->bar + now, ROLE_ACCENT, "now");
  if (validity->path_end == 0)
    return;
  int end = validity_column(validity, validity->path_end, places->bar_width);
  if (ABS(end - now) >= 4)
    paint_text(canvas, row, places->bar + end, ROLE_STRONG, "end");
}

/* --- A line ----------------------------------------------------------------------------------- */

static Role
role_of_bar(const ValidityLine *line, gint64 now)
{
  Role role = figure_left_role(certificate_not_before(line->certificate),
                               certificate_not_after(line->certificate), now);
  return role == ROLE_GOOD && line->ends_path ? ROLE_STRONG : role;
}

static void
draw_bar(const Validity *validity, const ValidityLine *line, const Places *places, Canvas *canvas,
         int row)
{
  gint64 from = certificate_not_before(line->certificate);
  gint64 until = certificate_not_after(line->certificate);
  int first = validity_column(validity, from, places->bar_width);
  int last = validity_column(validity, until, places->bar_width);
  int now = validity_column(validity, validity->now, places->bar_width);
  gboolean outside = until < validity->start || from > validity->end;
  Role role = role_of_bar(line, validity->now);
  for (int i = 0; i < places->bar_width; i++) {
    gboolean alive = !outside && i >= first && i <= last;
    if (i == now)
      paint_text(canvas, row, places->bar + i, ROLE_ACCENT, line_glyph(LINE_VERTICAL));
    else
      paint_glyph(canvas, row, places->bar + i, alive ? role : ROLE_DIM,
                  alive ? GLYPH_BAR_FULL : GLYPH_DOT);
  }
}

static void
draw_line(const Validity *validity, const ValidityLine *line, const Places *places, Canvas *canvas,
          int row)
{
  gint64 from = certificate_not_before(line->certificate);
  gint64 until = certificate_not_after(line->certificate);
  g_autofree char *date = figure_date(until), *left = figure_left(from, until, validity->now);
  Role role = figure_left_role(from, until, validity->now);
  paint_text_in(canvas, row, places->name, places->bar - places->name - 1,
                line->ends_path ? ROLE_STRONG : ROLE_NORMAL,
                certificate_subject_label(line->certificate));
  draw_bar(validity, line, places, canvas, row);
  paint_text(canvas, row, places->date, role == ROLE_GOOD ? ROLE_NORMAL : role, date);
  if (places->left)
    paint_text_right(canvas, row, places->date + DATE_COLUMNS + LEFT_COLUMNS - 1, role, left);
}

/* --- The view --------------------------------------------------------------------------------- */

/* A heading takes a row of its own, and a blank one before it. */
static guint
count_rows(const Validity *validity)
{
  guint rows = HEAD_ROWS;
  for (guint i = 0; i < validity->lines->len; i++)
    rows += ((const ValidityLine *)g_ptr_array_index(validity->lines, i))->group ? 3 : 1;
  return rows;
}

static void
draw_all(const Validity *validity, Canvas *canvas, int top)
{
  Places places = place(canvas_columns(canvas));
  int row = -top;
  draw_sentence(validity, canvas, row);
  draw_axis(validity, &places, canvas, row + 2);
  row += HEAD_ROWS;
  for (guint i = 0; i < validity->lines->len; i++) {
    const ValidityLine *line = g_ptr_array_index(validity->lines, i);
    if (line->group) {
      row += i > 0 ? 1 : 0;
      paint_text(canvas, row++, 1, ROLE_TITLE, line->group);
    }
    draw_line(validity, line, &places, canvas, row++);
  }
}

static void
validity_view_draw(gpointer pane, Canvas *canvas, gboolean focused)
{
  ValidityView *view = pane;
  Connection *connection = ui_selected(view->ui);
  if (focused)
    paint_cursor(canvas, 0, 0, FALSE);
  if (!connection)
    return;
  g_autoptr(Validity) validity = validity_new(connection_info(connection), ui_now(view->ui));
  if (validity->lines->len == 0) {
    paint_text(canvas, 0, 1, ROLE_NORMAL, "No certificate has been seen yet: c connects.");
    return;
  }
  scroll_update(&view->scroll, 0, count_rows(validity), canvas_rows(canvas));
  draw_all(validity, canvas, (int)view->scroll.top);
}

static PaneResult
validity_view_act(gpointer pane, Action action)
{
  return scroll_act_text(&((ValidityView *)pane)->scroll, action) ? PANE_HANDLED : PANE_IGNORED;
}

static void
validity_view_changed(gpointer pane, ConnectionChange what)
{
  ui_redraw(((ValidityView *)pane)->ui);
}

static const char *
validity_view_hint(gpointer pane, Action action)
{
  return scroll_is_idle(&((const ValidityView *)pane)->scroll, action) ? "" : NULL;
}

const PaneClass validity_view = {
    .name = "validity",
    .context = CONTEXT_HELP,
    .open = validity_view_open,
    .close = g_free,
    .title = validity_view_title,
    .draw = validity_view_draw,
    .act = validity_view_act,
    .hint = validity_view_hint,
    .changed = validity_view_changed,
};
