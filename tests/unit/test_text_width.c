#include "config.h"

#include "util/text_width.h"

#include <locale.h>

static void
test_width(void)
{
  g_assert_cmpint(text_width(""), ==, 0);
  g_assert_cmpint(text_width("abc ~"), ==, 5);
  g_assert_cmpint(text_width("Zürich"), ==, 6);
  g_assert_cmpint(text_width("e\u0301x"), ==, 2);
  g_assert_cmpint(text_width("日本語"), ==, 6);
  g_assert_cmpint(text_width("ｶﾅ"), ==, 2); /* half-width kana */
  g_assert_cmpint(text_width("🙂"), ==, 2);
  g_assert_cmpint(text_width("a\nb"), ==, 2); /* safe_text_lines() */
}

/* Where wcwidth() knows nothing beyond ASCII, GLib's tables serve. */
static void
test_other_charset(void)
{
  setlocale(LC_ALL, "C");
  int width = text_width("日本e\u0301ü");
  setlocale(LC_ALL, "C.UTF-8");
  g_assert_cmpint(width, ==, 6);
}

static void
assert_fit(const char *text, int columns, gsize bytes, int used)
{
  int got = -1;
  g_assert_cmpuint(text_fit(text, columns, &got), ==, bytes);
  g_assert_cmpint(got, ==, used);
  g_assert_cmpuint(text_fit(text, columns, NULL), ==, bytes);
}

static void
test_fit(void)
{
  assert_fit("abc", 0, 0, 0);
  assert_fit("abc", -3, 0, 0);
  assert_fit("abc", 2, 2, 2);
  assert_fit("abc", 3, 3, 3);
  assert_fit("abc", 9, 3, 3);
  assert_fit("e\u0301x", 1, 3, 1); /* the mark stays with its letter */
  assert_fit("日本", 1, 0, 0);
  assert_fit("日本", 2, 3, 2);
  assert_fit("日本", 3, 3, 2);
  assert_fit("日本", 4, 6, 4);
}

static void
assert_skip(const char *text, int columns, gsize bytes, int missing)
{
  int got = -1;
  g_assert_cmpuint(text_skip(text, columns, &got), ==, bytes);
  g_assert_cmpint(got, ==, missing);
  g_assert_cmpuint(text_skip(text, columns, NULL), ==, bytes);
}

static void
test_skip(void)
{
  assert_skip("abc", 0, 0, 0);
  assert_skip("abc", -1, 0, 0);
  assert_skip("abc", 2, 2, 0);
  assert_skip("abc", 9, 3, 0);
  assert_skip("e\u0301x", 1, 3, 0); /* no mark is left alone at the edge */
  assert_skip("日本", 1, 3, 1);
  assert_skip("日本", 2, 3, 0);
  assert_skip("日本", 3, 6, 1);
  assert_skip("", 5, 0, 0);
}

static void
assert_ellipsized(const char *text, int columns, gboolean ascii, const char *expected)
{
  g_autofree char *got = text_ellipsize(text, columns, ascii);
  g_assert_cmpstr(got, ==, expected);
  g_assert_cmpint(text_width(got), <=, MAX(columns, 0));
}

static void
test_ellipsize(void)
{
  assert_ellipsized("abcdef", 6, FALSE, "abcdef");
  assert_ellipsized("abcdef", 5, FALSE, "abcd…");
  assert_ellipsized("abcdef", 5, TRUE, "abcd~");
  assert_ellipsized("abcdef", 1, FALSE, "…");
  assert_ellipsized("abcdef", 0, FALSE, "");
  assert_ellipsized("abcdef", -2, FALSE, "");
  assert_ellipsized("", 0, FALSE, "");
  assert_ellipsized("日本語", 6, FALSE, "日本語");
  assert_ellipsized("日本語", 5, FALSE, "日本…");
  assert_ellipsized("日本語", 4, FALSE, "日…"); /* half of 本 is not shown */
  assert_ellipsized("e\u0301e\u0301e\u0301", 2, FALSE, "e\u0301…");
  assert_ellipsized("abe\u0301", 3, FALSE, "abe\u0301");
}

static void
test_char(void)
{
  g_assert_cmpint(text_width_of_char('a'), ==, 1);
  g_assert_cmpint(text_width_of_char(0x65e5), ==, 2);
  g_assert_cmpint(text_width_of_char(0x301), ==, 0);
  g_assert_cmpint(text_width_of_char('\n'), ==, 0);
  g_assert_cmpint(text_width_of_char(0x7f), ==, 0);
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "C.UTF-8");
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/text_width/width", test_width);
  g_test_add_func("/text_width/other_charset", test_other_charset);
  g_test_add_func("/text_width/char", test_char);
  g_test_add_func("/text_width/fit", test_fit);
  g_test_add_func("/text_width/skip", test_skip);
  g_test_add_func("/text_width/ellipsize", test_ellipsize);
  return g_test_run();
}
