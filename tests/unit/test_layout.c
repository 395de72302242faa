/* Every size from 1x1 to 200x60. */
#include "config.h"

#include "ui/layout.h"

typedef struct {
  int rows, columns;
  guint8 cells[60][200];
} Screen;

static void
assert_inside(const Screen *screen, Rect r)
{
  g_assert_cmpint(r.row, >=, 0);
  g_assert_cmpint(r.column, >=, 0);
  g_assert_cmpint(r.rows, >=, 0);
  g_assert_cmpint(r.columns, >=, 0);
  g_assert_true(r.rows == 0 || r.row + r.rows <= screen->rows);
  g_assert_true(r.rows == 0 || r.column + r.columns <= screen->columns);
}

static void
cover(Screen *screen, Rect r)
{
  assert_inside(screen, r);
  for (int row = r.row; row < r.row + r.rows; row++) {
    for (int column = r.column; column < r.column + r.columns; column++)
      g_assert_cmpint(screen->cells[row][column]++, ==, 0);
  }
}

static void
check_views(const Layout *layout, const Screen *screen)
{
  for (int rows = 0; rows < 70; rows += 9) {
    for (int columns = 0; columns < 210; columns += 31) {
      Rect view = layout_view(layout, rows, columns);
      Rect inside = layout_inside(layout, view);
      assert_inside(screen, view);
      assert_inside(screen, inside);
      g_assert_true(inside.rows <= view.rows && inside.columns <= view.columns);
      g_assert_true(inside.rows == 0 || inside.row + inside.rows <= view.row + view.rows);
    }
  }
}

static void
check(int rows, int columns, int focused, int lower, gboolean zoomed)
{
  static Screen screen;
  Layout layout;
  int shown = 0;
  screen = (Screen){.rows = rows, .columns = columns};
  layout_compute(&layout, rows, columns, focused, lower, zoomed);
  g_assert_cmpint(layout.header.rows, ==, 1);
  g_assert_cmpint(layout.hints.rows, ==, 1);
  cover(&screen, layout.header);
  if (rows > 1)
    cover(&screen, layout.hints);
  cover(&screen, layout.notice);
  assert_inside(&screen, layout.body);
  for (int tile = 0; tile < LAYOUT_TILES; tile++) {
    cover(&screen, layout.tiles[tile]);
    assert_inside(&screen, layout_inside(&layout, layout.tiles[tile]));
    shown += layout.tiles[tile].rows > 0;
  }
  const int expected[] = {0, 1, 3, 4};
  g_assert_cmpint(shown, ==, expected[layout.kind]);
  for (int row = 0; layout.kind != LAYOUT_TOO_SMALL && row < rows; row++) {
    for (int column = 0; column < columns; column++)
      g_assert_cmpint(screen.cells[row][column], ==, 1);
  }
  check_views(&layout, &screen);
}

static void
test_every_size(void)
{
  for (int rows = 1; rows <= 60; rows++) {
    for (int columns = 1; columns <= 200; columns++) {
      check(rows, columns, (rows + columns) % LAYOUT_TILES, 2 + columns % 2, rows % 2);
      check(rows, columns, (rows + columns) % LAYOUT_TILES, 2 + columns % 2, !(rows % 2));
    }
  }
}

static LayoutKind
kind(int rows, int columns, gboolean zoomed)
{
  Layout layout;
  layout_compute(&layout, rows, columns, 2, 2, zoomed);
  return layout.kind;
}

static void
test_kinds(void)
{
  g_assert_cmpint(kind(9, 200, FALSE), ==, LAYOUT_TOO_SMALL);
  g_assert_cmpint(kind(60, 39, FALSE), ==, LAYOUT_TOO_SMALL);
  g_assert_cmpint(kind(10, 40, FALSE), ==, LAYOUT_SINGLE);
  g_assert_cmpint(kind(24, 80, FALSE), ==, LAYOUT_SINGLE);
  g_assert_cmpint(kind(40, 120, FALSE), ==, LAYOUT_SPLIT);
  g_assert_cmpint(kind(40, 120, TRUE), ==, LAYOUT_SINGLE);
  g_assert_cmpint(kind(60, 200, FALSE), ==, LAYOUT_FULL);
  g_assert_cmpint(kind(60, 200, TRUE), ==, LAYOUT_SINGLE);
}

static void
test_the_lower_right(void)
{
  Layout layout;
  layout_compute(&layout, 40, 120, 0, 3, FALSE);
  g_assert_cmpint(layout.tiles[2].rows, ==, 0);
  g_assert_cmpint(layout.tiles[3].rows, >, 5);
}

static void
test_dialogs_are_centred(void)
{
  Layout layout;
  layout_compute(&layout, 40, 120, 0, 2, FALSE);
  Rect view = layout_view(&layout, 10, 60);
  g_assert_cmpint(view.rows, ==, 12);
  g_assert_cmpint(view.columns, ==, 62);
  g_assert_cmpint(view.column, ==, 29);
  layout_compute(&layout, 24, 80, 0, 2, FALSE);
  view = layout_view(&layout, 10, 60);
  g_assert_cmpint(view.rows, ==, layout.body.rows);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/layout/every-size", test_every_size);
  g_test_add_func("/layout/kinds", test_kinds);
  g_test_add_func("/layout/lower-right", test_the_lower_right);
  g_test_add_func("/layout/dialogs", test_dialogs_are_centred);
  return g_test_run();
}
