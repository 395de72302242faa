#include "config.h"

#include "ui/scroll.h"

static void
assert_sound(const Scroll *s)
{
  guint64 count = s->next - s->first, rows = (guint64)MAX(s->rows, 1);
  g_assert_cmpuint(s->selected, >=, s->first);
  g_assert_true(count == 0 || s->selected < s->next);
  g_assert_cmpuint(s->top, >=, s->first);
  g_assert_cmpuint(s->selected, >=, s->top);
  g_assert_cmpuint(s->selected - s->top, <, rows);
  g_assert_true(count <= rows ? s->top == s->first : s->top + rows <= s->next);
}

static void
test_empty(void)
{
  Scroll s = {0};
  scroll_update(&s, 0, 0, 10);
  scroll_move(&s, 1);
  scroll_move(&s, -1);
  scroll_page(&s, 2);
  scroll_page(&s, -2);
  scroll_end(&s, FALSE);
  scroll_home(&s);
  assert_sound(&s);
  g_assert_cmpuint(s.selected, ==, 0);
  g_assert_cmpuint(scroll_below(&s), ==, 0);
}

static void
test_move_and_window(void)
{
  Scroll s = {0};
  scroll_update(&s, 0, 100, 10);
  scroll_move(&s, 9);
  g_assert_cmpuint(s.top, ==, 0);
  scroll_move(&s, 1);
  g_assert_cmpuint(s.selected, ==, 10);
  g_assert_cmpuint(s.top, ==, 1);
  scroll_move(&s, -1);
  g_assert_cmpuint(s.top, ==, 1);
  scroll_move(&s, G_MAXINT64);
  g_assert_cmpuint(s.selected, ==, 99);
  g_assert_cmpuint(s.top, ==, 90);
  scroll_move(&s, G_MININT64);
  g_assert_cmpuint(s.selected, ==, 0);
  g_assert_cmpuint(s.top, ==, 0);
}

static void
test_pages(void)
{
  Scroll s = {0};
  scroll_update(&s, 0, 100, 10);
  scroll_page(&s, 2);
  g_assert_cmpuint(s.selected, ==, 10);
  g_assert_cmpuint(s.top, ==, 10);
  scroll_page(&s, 1);
  g_assert_cmpuint(s.selected, ==, 15);
  g_assert_cmpuint(s.top, ==, 15);
  scroll_page(&s, -1);
  scroll_page(&s, -2);
  g_assert_cmpuint(s.selected, ==, 0);
  g_assert_cmpuint(s.top, ==, 0);
  for (int i = 0; i < 30; i++)
    scroll_page(&s, 2);
  g_assert_cmpuint(s.selected, ==, 99);
  g_assert_cmpuint(s.top, ==, 90);
}

/* What is on the screen stays there while the oldest go and new ones come. */
static void
test_trimming_does_not_move(void)
{
  Scroll s = {0};
  scroll_update(&s, 0, 1000, 10);
  scroll_move(&s, 500);
  guint64 top = s.top;
  scroll_update(&s, 200, 1200, 10);
  g_assert_cmpuint(s.selected, ==, 500);
  g_assert_cmpuint(s.top, ==, top);
  scroll_update(&s, 700, 1700, 10);
  g_assert_cmpuint(s.selected, ==, 700);
  g_assert_cmpuint(s.top, ==, 700);
}

static void
test_follow(void)
{
  Scroll s = {.follow = TRUE};
  scroll_update(&s, 0, 100, 10);
  g_assert_cmpuint(s.selected, ==, 99);
  scroll_update(&s, 0, 150, 10);
  g_assert_cmpuint(s.selected, ==, 149);
  g_assert_cmpuint(scroll_below(&s), ==, 0);
  scroll_move(&s, -1);
  g_assert_false(s.follow);
  scroll_update(&s, 0, 273, 10);
  g_assert_cmpuint(s.selected, ==, 148);
  g_assert_cmpuint(scroll_below(&s), ==, 123);
  scroll_end(&s, TRUE);
  g_assert_true(s.follow);
  scroll_update(&s, 0, 300, 10);
  g_assert_cmpuint(s.selected, ==, 299);
  scroll_end(&s, FALSE);
  g_assert_false(s.follow);
}

static void
test_resize_leaves_no_empty_rows(void)
{
  Scroll s = {0};
  scroll_update(&s, 0, 30, 10);
  scroll_end(&s, FALSE);
  scroll_update(&s, 0, 30, 25);
  g_assert_cmpuint(s.top, ==, 5);
  scroll_update(&s, 0, 30, 40);
  g_assert_cmpuint(s.top, ==, 0);
  scroll_update(&s, 0, 30, 3);
  assert_sound(&s);
}

static void
random_step(Scroll *s, GRand *random)
{
  switch (g_rand_int_range(random, 0, 6)) {
  case 0: {
    guint64 first = s->first + (guint64)g_rand_int_range(random, 0, 20);
    guint64 next = MAX(s->next, first) + (guint64)g_rand_int_range(random, 0, 30);
    scroll_update(s, first, next, g_rand_int_range(random, 0, 30));
    break;
  }
  case 1:
    scroll_move(s, g_rand_int_range(random, -50, 50));
    break;
  case 2:
    scroll_page(s, g_rand_boolean(random) ? 2 : -2);
    break;
  case 3:
    scroll_home(s);
    break;
  case 4:
    scroll_end(s, g_rand_boolean(random));
    break;
  default:
    scroll_page(s, g_rand_boolean(random) ? 1 : -1);
  }
}

static void
test_always_sound(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(1);
  Scroll s = {0};
  for (int i = 0; i < 20000; i++) {
    random_step(&s, random);
    assert_sound(&s);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/scroll/empty", test_empty);
  g_test_add_func("/scroll/move", test_move_and_window);
  g_test_add_func("/scroll/pages", test_pages);
  g_test_add_func("/scroll/trimming", test_trimming_does_not_move);
  g_test_add_func("/scroll/follow", test_follow);
  g_test_add_func("/scroll/resize", test_resize_leaves_no_empty_rows);
  g_test_add_func("/scroll/always-sound", test_always_sound);
  return g_test_run();
}
