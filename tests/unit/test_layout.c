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
check(int rows, int columns, const LayoutRequest *request)
{
  static Screen screen;
  Layout layout;
  int shown = 0;
  screen = (Screen){.rows = rows, .columns = columns};
  layout_compute(&layout, rows, columns, request);
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
      LayoutRequest request = {.focused = (rows + columns) % LAYOUT_TILES,
                               .lower = 2 + columns % 2,
                               .zoomed = rows % 2,
                               .certificate_rows = rows * columns % 71};
      check(rows, columns, &request);
      request.zoomed = !request.zoomed;
      check(rows, columns, &request);
    }
  }
}

static LayoutKind
kind(int rows, int columns, gboolean zoomed)
{
  Layout layout;
  layout_compute(&layout, rows, columns, &(LayoutRequest){2, 2, zoomed, 0});
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
  layout_compute(&layout, 40, 120, &(LayoutRequest){0, 3, FALSE, 0});
  g_assert_cmpint(layout.tiles[2].rows, ==, 0);
  g_assert_cmpint(layout.tiles[3].rows, >, 5);
}

/* Rows of certificates, messages and timeline when the certificates want so many. */
static void
assert_shares(int rows, int columns, int wanted, int certificates, int messages, int timeline)
{
  Layout layout;
  layout_compute(&layout, rows, columns, &(LayoutRequest){0, 2, FALSE, wanted});
  g_assert_cmpint(layout.tiles[1].rows, ==, certificates);
  g_assert_cmpint(layout.tiles[2].rows, ==, messages);
  g_assert_cmpint(layout.tiles[3].rows, ==, timeline);
}

static void
test_what_the_certificates_want(void)
{
  assert_shares(40, 120, 0, 16, 21, 0);
  assert_shares(40, 120, 14, 16, 21, 0); /* with its frame just what they have */
  assert_shares(40, 120, 15, 17, 20, 0);
  assert_shares(40, 120, 22, 24, 13, 0);
  assert_shares(40, 120, 23, 24, 13, 0); /* two thirds */
  assert_shares(40, 120, 1000, 24, 13, 0);
  assert_shares(20, 120, 1000, 11, 6, 0);
  assert_shares(60, 200, 0, 20, 21, 16);
  assert_shares(60, 200, 19, 21, 21, 15);
  assert_shares(60, 200, 1000, 28, 17, 12); /* a half */
  assert_shares(24, 80, 1000, 0, 0, 0);     /* one pane: nothing to share */
}

static void
test_dialogs_are_centred(void)
{
  Layout layout;
  layout_compute(&layout, 40, 120, &(LayoutRequest){0, 2, FALSE, 0});
  Rect view = layout_view(&layout, 10, 60);
  g_assert_cmpint(view.rows, ==, 12);
  g_assert_cmpint(view.columns, ==, 62);
  g_assert_cmpint(view.column, ==, 29);
  /* No slivers of tiles beside or above it. */
  view = layout_view(&layout, 10, 87);
  g_assert_cmpint(view.columns, ==, 120);
  view = layout_view(&layout, 10, 86);
  g_assert_cmpint(view.columns, ==, 88);
  g_assert_cmpint(view.column, ==, 16);
  view = layout_view(&layout, 28, 60);
  g_assert_cmpint(view.rows, ==, layout.body.rows);
  view = layout_view(&layout, 27, 60);
  g_assert_cmpint(view.rows, ==, 29);
  layout_compute(&layout, 24, 80, &(LayoutRequest){0, 2, FALSE, 0});
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
  g_test_add_func("/layout/certificates", test_what_the_certificates_want);
  g_test_add_func("/layout/dialogs", test_dialogs_are_centred);
  return g_test_run();
}
