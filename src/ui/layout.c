#include "config.h"

#include "ui/layout.h"

enum { CONNECTIONS, CERTIFICATES, MESSAGES, TIMELINE };

#define SPLIT_COLUMNS 120
#define SPLIT_ROWS 20
#define FULL_COLUMNS 160
#define FULL_ROWS 48
/* Shares of the body in percent: what the certificates have anyway, and what they may grow to. */
#define SPLIT_SHARE 45
#define SPLIT_SHARE_MOST 67
#define FULL_SHARE 36
#define FULL_SHARE_MOST 50
#define FULL_MESSAGES_SHARE 59 /* of what the certificates leave */
/* What a dialog leaves of the tiles at each side must be more than slivers of words. */
#define LEAST_MARGIN_COLUMNS 16
#define LEAST_MARGIN_ROWS 4

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

/* `wanted` rows and the frame around them, within the two shares of `rows`. */
static int
certificates_height(int rows, int wanted, int share, int most)
{
  return CLAMP(wanted + 2, rows * share / 100, rows * most / 100);
}

static void
place_tiles(Layout *layout, int lower, int wanted)
{
  Rect body = layout->body, right = body;
  int left_columns = CLAMP(body.columns * 24 / 100, 28, 44);
  layout->tiles[CONNECTIONS] = (Rect){body.row, 0, body.rows, left_columns};
  right.column = left_columns;
  right.columns = body.columns - left_columns;
  if (layout->kind == LAYOUT_FULL) {
    int height = certificates_height(body.rows, wanted, FULL_SHARE, FULL_SHARE_MOST);
    layout->tiles[CERTIFICATES] = take_rows(&right, height);
    layout->tiles[MESSAGES] = take_rows(&right, right.rows * FULL_MESSAGES_SHARE / 100);
    layout->tiles[TIMELINE] = right;
  } else {
    int height = certificates_height(body.rows, wanted, SPLIT_SHARE, SPLIT_SHARE_MOST);
    layout->tiles[CERTIFICATES] = take_rows(&right, height);
    layout->tiles[lower == TIMELINE ? TIMELINE : MESSAGES] = right;
  }
}

void
layout_compute(Layout *layout, int rows, int columns, const LayoutRequest *request)
{
  *layout = (Layout){.kind = kind_of(rows, columns, request->zoomed)};
  place_bars(layout, rows, columns);
  layout->framed = layout->kind >= LAYOUT_SPLIT;
  if (layout->framed)
    place_tiles(layout, request->lower, request->certificate_rows);
  else if (layout->kind == LAYOUT_SINGLE)
    layout->tiles[CLAMP(request->focused, 0, LAYOUT_TILES - 1)] = layout->body;
}

/* `wanted` and its frame, or all when there is not much more; 0 wants all. */
static int
extent(int wanted, int room, int margin)
{
  return wanted <= 0 || wanted + 2 + 2 * margin > room ? room : wanted + 2;
}

Rect
layout_view(const Layout *layout, int wanted_rows, int wanted_columns)
{
  Rect body = layout->body;
  if (!layout->framed)
    return body;
  int rows = extent(wanted_rows, body.rows, LEAST_MARGIN_ROWS);
  int columns = extent(wanted_columns, body.columns, LEAST_MARGIN_COLUMNS);
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
