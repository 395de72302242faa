#include "config.h"

#include "ui/canvas.h"

#include <stdarg.h>

#include "ui/curses.h"
#include "ui/glyphs.h"
#include "ui/theme.h"
#include "util/safe_text.h"
#include "util/text_width.h"

static Rect
intersection(Rect a, Rect b)
{
  int row = MAX(a.row, b.row), column = MAX(a.column, b.column);
  int end_row = MIN(a.row + a.rows, b.row + b.rows);
  int end_column = MIN(a.column + a.columns, b.column + b.columns);
  return (Rect){row, column, MAX(end_row - row, 0), MAX(end_column - column, 0)};
}

void
canvas_init(Canvas *canvas, Rect area, CanvasCursor *cursor)
{
  Rect screen = {0, 0, getmaxy(stdscr), getmaxx(stdscr)};
  canvas->area = intersection(area, screen);
  canvas->cursor = cursor;
}

void
canvas_init_part(Canvas *canvas, const Canvas *whole, Rect part)
{
  part.row += whole->area.row;
  part.column += whole->area.column;
  canvas->area = intersection(part, whole->area);
  canvas->cursor = whole->cursor;
}

int
canvas_rows(const Canvas *canvas)
{
  return canvas->area.rows;
}

int
canvas_columns(const Canvas *canvas)
{
  return canvas->area.columns;
}

static gboolean
row_is_visible(const Canvas *canvas, int row)
{
  return row >= 0 && row < canvas->area.rows;
}

static gsize
ascii_run(const char *text, gsize length)
{
  gsize i = 0;
  while (i < length && (guchar)text[i] < 0x80)
    i++;
  return i;
}

/* Text that is known to fit. ASCII goes out in runs; anything else a character (with its marks) at
 * a time, each to the column where our own count puts it, so that a disagreement about one width
 * stays with that one. */
static void
put_run(int row, int column, const char *text, gsize length)
{
  while (length > 0) {
    int used = 0;
    gsize bytes = ascii_run(text, length);
    if (bytes > 0)
      used = (int)bytes;
    else
      bytes = text_fit(text, 1, &used);
    if (bytes == 0)
      bytes = text_fit(text, 2, &used);
    if (bytes == 0)
      return;
    mvaddnstr(row, column, text, (int)MIN(bytes, length));
    column += used;
    text += MIN(bytes, length);
    length -= MIN(bytes, length);
  }
}

/* At most `limit` columns from `column` on, cut at both edges of the canvas. */
static int
put_text(Canvas *canvas, int row, int column, int limit, Role role, const char *safe)
{
  int start = column, missing = 0, used = 0;
  int end = MIN(canvas->area.columns, column > G_MAXINT - limit ? G_MAXINT : column + limit);
  if (column < 0) {
    safe += text_skip(safe, -column, &missing);
    start = missing;
  }
  gsize fit = end > start ? text_fit(safe, end - start, &used) : 0;
  if (fit > 0 && row_is_visible(canvas, row)) {
    attr_set(theme_attributes(role), theme_pair(role), NULL);
    put_run(canvas->area.row + row, canvas->area.column + start, safe, fit);
    attr_set(A_NORMAL, 0, NULL);
  }
  return MAX(start + used, column);
}

/* What the screen's character set can show of it; `*owned` keeps a converted text alive. */
static const char *
showable(const char *safe, char **owned)
{
  if (!glyphs_are_ascii() || g_str_is_ascii(safe))
    return safe;
  *owned = safe_text_to_ascii(safe);
  return *owned;
}

int
paint_text(Canvas *canvas, int row, int column, Role role, const char *safe)
{
  g_autofree char *owned = NULL;
  safe = showable(safe, &owned);
  return put_text(canvas, row, column, G_MAXINT, role, safe);
}

int
paint_text_in(Canvas *canvas, int row, int column, int columns, Role role, const char *safe)
{
  g_autofree char *owned = NULL;
  if (columns <= 0)
    return column;
  safe = showable(safe, &owned);
  g_autofree char *cut = text_ellipsize(safe, columns, glyphs_are_ascii());
  return put_text(canvas, row, column, columns, role, cut);
}

int
paint_text_right(Canvas *canvas, int row, int end_column, Role role, const char *safe)
{
  g_autofree char *owned = NULL;
  safe = showable(safe, &owned);
  int column = end_column - text_width(safe);
  put_text(canvas, row, column, G_MAXINT, role, safe);
  return column;
}

int
paint_glyph(Canvas *canvas, int row, int column, Role role, Glyph which)
{
  put_text(canvas, row, column, 1, role, glyph(which));
  return column + 1;
}

int
paint_format(Canvas *canvas, int row, int column, Role role, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  return paint_text(canvas, row, column, role, text);
}

/* Cells [*column, *column + *columns) cut to the canvas. */
static gboolean
clip_cells(const Canvas *canvas, int row, int *column, int *columns)
{
  int end = *columns > canvas->area.columns - *column ? canvas->area.columns : *column + *columns;
  *column = MAX(*column, 0);
  *columns = end - *column;
  return row_is_visible(canvas, row) && *columns > 0;
}

void
paint_row_role(Canvas *canvas, int row, Role role)
{
  if (row_is_visible(canvas, row) && canvas->area.columns > 0)
    mvchgat(canvas->area.row + row, canvas->area.column, canvas->area.columns,
            theme_attributes(role), theme_pair(role), NULL);
}

void
paint_blank(Canvas *canvas, int row, int column, int columns, Role role)
{
  if (!clip_cells(canvas, row, &column, &columns))
    return;
  attr_set(theme_attributes(role), theme_pair(role), NULL);
  mvhline(canvas->area.row + row, canvas->area.column + column, ' ', columns);
  attr_set(A_NORMAL, 0, NULL);
}

void
paint_cursor(Canvas *canvas, int row, int column, gboolean visible)
{
  if (!canvas->cursor || canvas->area.rows <= 0 || canvas->area.columns <= 0)
    return;
  canvas->cursor->row = canvas->area.row + CLAMP(row, 0, canvas->area.rows - 1);
  canvas->cursor->column = canvas->area.column + CLAMP(column, 0, canvas->area.columns - 1);
  canvas->cursor->wanted = TRUE;
  canvas->cursor->visible = visible && row_is_visible(canvas, row);
}

static void
paint_line_glyph(Canvas *canvas, int row, int column, Role role, LineGlyph which)
{
  put_text(canvas, row, column, 1, role, line_glyph(which));
}

void
paint_box(Canvas *canvas, Role role)
{
  int bottom = canvas->area.rows - 1, right = canvas->area.columns - 1;
  for (int column = 1; column < right; column++) {
    paint_line_glyph(canvas, 0, column, role, LINE_HORIZONTAL);
    paint_line_glyph(canvas, bottom, column, role, LINE_HORIZONTAL);
  }
  for (int row = 1; row < bottom; row++) {
    paint_line_glyph(canvas, row, 0, role, LINE_VERTICAL);
    paint_line_glyph(canvas, row, right, role, LINE_VERTICAL);
  }
  paint_line_glyph(canvas, 0, 0, role, LINE_UPPER_LEFT);
  paint_line_glyph(canvas, 0, right, role, LINE_UPPER_RIGHT);
  paint_line_glyph(canvas, bottom, 0, role, LINE_LOWER_LEFT);
  paint_line_glyph(canvas, bottom, right, role, LINE_LOWER_RIGHT);
}
