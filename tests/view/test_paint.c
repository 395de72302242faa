#include "config.h"

#include <string.h>

#include "ui/canvas.h"
#include "ui/glyphs.h"
#include "view/view_harness.h"

static void
assert_row(int row, const char *expected)
{
  g_autofree char *text = view_row(row);
  g_assert_cmpstr(text, ==, expected);
}

static void
test_text(void)
{
  view_open(3, 20, 0);
  Canvas *canvas = view_canvas();
  g_assert_cmpint(paint_text(canvas, 0, 2, ROLE_GOOD, "hello ü"), ==, 9);
  g_assert_cmpint(paint_text_in(canvas, 1, 0, 5, ROLE_NORMAL, "abcdefgh"), ==, 5);
  g_assert_cmpint(paint_text_right(canvas, 2, 20, ROLE_NORMAL, "end"), ==, 17);
  assert_row(0, "  hello ü");
  assert_row(1, "abcd…");
  assert_row(2, "                 end");
  g_assert_cmpint(view_role_at(0, 2), ==, ROLE_GOOD);
  g_assert_cmpint(view_role_at(0, 0), ==, ROLE_NORMAL);
  view_close();
}

/* Whatever is asked for, no cell outside of the canvas changes. */
static void
test_nothing_outside(void)
{
  view_open(10, 30, 0);
  view_canvas();
  Canvas *part = view_part((Rect){3, 5, 4, 10});
  for (int row = -3; row < 8; row++) {
    for (int column = -12; column < 14; column++) {
      paint_text(part, row, column, ROLE_ERROR, "wide 漢字 text and e\xcc\x81 marks");
      paint_text_in(part, row, column, 7, ROLE_ERROR, "wide 漢字 text");
      paint_text_right(part, row, column, ROLE_ERROR, "漢字 text");
      paint_blank(part, row, column, 40, ROLE_SELECTED);
      paint_glyph(part, row, column, ROLE_ERROR, GLYPH_OK);
    }
    paint_row_role(part, row, ROLE_SELECTED);
  }
  for (int row = 0; row < 10; row++) {
    for (int column = 0; column < 30; column++) {
      gboolean inside = row >= 3 && row < 7 && column >= 5 && column < 15;
      g_assert_true(inside || view_role_at(row, column) == ROLE_NORMAL);
    }
  }
  view_close();
}

/* Canvases larger than the screen, or beside it, or empty. */
static void
test_beyond_the_screen(void)
{
  view_open(2, 4, 0);
  view_canvas();
  const Rect areas[] = {{-5, -5, 100, 100}, {1, 3, 50, 50}, {2, 0, 5, 5},
                        {0, 4, 1, 1},       {0, 0, 0, 0},   {0, 0, -1, -1}};
  for (gsize i = 0; i < G_N_ELEMENTS(areas); i++) {
    Canvas *canvas = view_part(areas[i]);
    paint_text(canvas, 0, 0, ROLE_NORMAL, "漢字漢字");
    paint_box(canvas, ROLE_BORDER);
    paint_cursor(canvas, 0, 0, TRUE);
  }
  view_close();
}

static void
test_wide_at_the_edges(void)
{
  view_open(3, 5, 0);
  Canvas *canvas = view_canvas();
  paint_text(canvas, 0, 0, ROLE_NORMAL, "漢漢漢");
  paint_text(canvas, 1, -1, ROLE_NORMAL, "漢字a");
  paint_text(canvas, 2, 4, ROLE_NORMAL, "漢");
  assert_row(0, "漢漢");
  assert_row(1, " 字a");
  assert_row(2, "");
  view_close();
}

static void
test_combining_marks_stay(void)
{
  view_open(1, 10, 0);
  paint_text(view_canvas(), 0, 0, ROLE_NORMAL, "e\xcc\x81t\xcc\xa7");
  assert_row(0, "e\xcc\x81t\xcc\xa7");
  view_close();
}

static void
test_ascii(void)
{
  view_open(2, 40, VIEW_ASCII);
  Canvas *canvas = view_canvas();
  paint_text(canvas, 0, 0, ROLE_NORMAL, "plain \xe6\xbc\xa2");
  paint_glyph(canvas, 1, 0, ROLE_GOOD, GLYPH_OK);
  paint_text_in(canvas, 1, 2, 4, ROLE_NORMAL, "abcdefgh");
  g_autofree char *text = view_text();
  g_assert_true(g_str_is_ascii(text));
  assert_row(1, "+ abc~");
  view_close();
}

static void
test_row_role(void)
{
  view_open(1, 10, 0);
  Canvas *canvas = view_canvas();
  paint_text(canvas, 0, 0, ROLE_ERROR, "abc");
  paint_row_role(canvas, 0, ROLE_SELECTED);
  assert_row(0, "abc");
  for (int column = 0; column < 10; column++)
    g_assert_cmpint(view_role_at(0, column), ==, ROLE_SELECTED);
  paint_blank(canvas, 0, 2, 3, ROLE_FIELD);
  assert_row(0, "ab");
  g_assert_cmpint(view_role_at(0, 4), ==, ROLE_FIELD);
  view_close();
}

static void
test_cursor(void)
{
  int row, column;
  gboolean visible;
  view_open(10, 20, 0);
  view_canvas();
  g_assert_false(view_cursor(&row, &column, &visible));
  paint_cursor(view_part((Rect){2, 3, 4, 5}), 1, 99, TRUE);
  g_assert_true(view_cursor(&row, &column, &visible));
  g_assert_cmpint(row, ==, 3);
  g_assert_cmpint(column, ==, 7);
  g_assert_true(visible);
  view_close();
}

static void
test_glyphs_are_one_column(void)
{
  for (guint flags = 0; flags <= VIEW_ASCII; flags += VIEW_ASCII) {
    view_open(1, 4, flags);
    for (int i = 0; i < GLYPH_COUNT; i++) {
      g_assert_cmpint(paint_text(view_canvas(), 0, 0, ROLE_NORMAL, glyph((Glyph)i)), ==, 1);
      g_assert_true(!flags || g_str_is_ascii(glyph((Glyph)i)));
    }
    view_close();
  }
}

static void
draw_roles(Canvas *canvas, gpointer data)
{
  paint_box(canvas, ROLE_BORDER);
  for (int role = 0; role < ROLE_COUNT; role++)
    paint_format(canvas, 1 + role % 8, 2 + 13 * (role / 8), (Role)role, "role %d", role);
}

static void
test_schemes(void)
{
  const guint schemes[] = {VIEW_ROLES, VIEW_ROLES | VIEW_8_COLORS, VIEW_ROLES | VIEW_MONO,
                           VIEW_ASCII};
  for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++) {
    view_open(10, 40, schemes[i]);
    draw_roles(view_canvas(), NULL);
    view_assert_golden("roles");
    view_close();
  }
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/paint/text", test_text);
  g_test_add_func("/paint/nothing-outside", test_nothing_outside);
  g_test_add_func("/paint/beyond-the-screen", test_beyond_the_screen);
  g_test_add_func("/paint/wide-at-the-edges", test_wide_at_the_edges);
  g_test_add_func("/paint/combining", test_combining_marks_stay);
  g_test_add_func("/paint/ascii", test_ascii);
  g_test_add_func("/paint/row-role", test_row_role);
  g_test_add_func("/paint/cursor", test_cursor);
  g_test_add_func("/paint/glyphs", test_glyphs_are_one_column);
  g_test_add_func("/paint/schemes", test_schemes);
  return g_test_run();
}
