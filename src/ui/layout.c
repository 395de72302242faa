#include "config.h"

#include "ui/layout.h"

enum { CONNECTIONS, CERTIFICATES, MESSAGES, TIMELINE };

#define SPLIT_COLUMNS 120
#define SPLIT_ROWS 20
#define FULL_COLUMNS 160
#define FULL_ROWS 48

static LayoutKind
kind_of(int rows, int columns, gboolean zoomed)
{
  if (rows < LAYOUT_MIN_ROWS || columns < LAYOUT_MIN_COLUMNS)
    return LAYOUT_TOO_SMALL;
  if (zoomed || rows < SPLIT_ROWS || columns < SPLIT_COLUMNS)
    return LAYOUT_SINGLE;
  return rows < FULL_ROWS || columns < FULL_COLUMNS ? LAYOUT_SPLIT : LAYOUT_FULL;
}

static void
place_bars(Layout *layout, int rows, int columns)
{
  gboolean small = layout->kind == LAYOUT_TOO_SMALL;
  layout->header = (Rect){0, 0, 1, columns};
  layout->hints = (Rect){rows - 1, 0, 1, columns};
  layout->notice = (Rect){small ? 0 : rows - 2, 0, small ? 0 : 1, columns};
  layout->body = (Rect){1, 0, small ? 0 : rows - 3, columns};
  layout->tabs = (Rect){1, 0, layout->kind == LAYOUT_SINGLE ? 1 : 0, columns};
}

/* Cuts `height` rows off the top of what is left. */
static Rect
take_rows(Rect *rest, int height)
{
  Rect top = {rest->row, rest->column, height, rest->columns};
  rest->row += height;
  rest->rows -= height;
  return top;
}

static void
place_tiles(Layout *layout, int lower)
{
  Rect body = layout->body, right = body;
  int left_columns = CLAMP(body.columns * 24 / 100, 28, 44);
  layout->tiles[CONNECTIONS] = (Rect){body.row, 0, body.rows, left_columns};
  right.column = left_columns;
  right.columns = body.columns - left_columns;
  if (layout->kind == LAYOUT_FULL) {
    layout->tiles[CERTIFICATES] = take_rows(&right, body.rows * 36 / 100);
    layout->tiles[MESSAGES] = take_rows(&right, body.rows * 38 / 100);
    layout->tiles[TIMELINE] = right;
  } else {
    layout->tiles[CERTIFICATES] = take_rows(&right, body.rows * 45 / 100);
    layout->tiles[lower == TIMELINE ? TIMELINE : MESSAGES] = right;
  }
}

void
layout_compute(Layout *layout, int rows, int columns, int focused, int lower, gboolean zoomed)
{
  *layout = (Layout){.kind = kind_of(rows, columns, zoomed)};
  place_bars(layout, rows, columns);
  layout->framed = layout->kind >= LAYOUT_SPLIT;
  if (layout->framed)
    place_tiles(layout, lower);
  else if (layout->kind == LAYOUT_SINGLE)
    layout->tiles[CLAMP(focused, 0, LAYOUT_TILES - 1)] = layout->body;
}

Rect
layout_view(const Layout *layout, int wanted_rows, int wanted_columns)
{
  Rect body = layout->body;
  if (!layout->framed)
    return body;
  int rows = wanted_rows > 0 ? MIN(wanted_rows + 2, body.rows) : body.rows;
  int columns = wanted_columns > 0 ? MIN(wanted_columns + 2, body.columns) : body.columns;
  return (Rect){body.row + (body.rows - rows) / 2, body.column + (body.columns - columns) / 2, rows,
                columns};
}

Rect
layout_inside(const Layout *layout, Rect outside)
{
  int side = layout->framed ? 1 : 0, bottom = side;
  return (Rect){outside.row + 1, outside.column + side, MAX(outside.rows - 1 - bottom, 0),
                MAX(outside.columns - 2 * side, 0)};
}
