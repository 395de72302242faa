#include "config.h"

#include "util/safe_text.h"

#include <locale.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/text_width.h"

static void
assert_safe(const char *bytes, gsize length, const char *expected)
{
  g_autofree char *safe = safe_text(bytes, length);
  g_assert_cmpstr(safe, ==, expected);
}

static void
assert_lines(const char *bytes, gsize length, const char *expected)
{
  g_autofree char *safe = safe_text_lines(bytes, length);
  g_assert_cmpstr(safe, ==, expected);
}

static void
assert_append(const char *bytes, int max_columns, const char *expected, int columns)
{
  g_autoptr(GString) out = g_string_new(">");
  g_assert_cmpint(safe_text_append(out, bytes, strlen(bytes), max_columns), ==, columns);
  g_assert_cmpstr(out->str + 1, ==, expected);
  g_assert_cmpint(out->str[0], ==, '>');
}

/* Literals, so that NUL may stand inside. */
#define SAFE(bytes, expected) assert_safe(bytes, sizeof(bytes) - 1, expected)
#define LINES(bytes, expected) assert_lines(bytes, sizeof(bytes) - 1, expected)

static void
test_plain(void)
{
  SAFE("", "");
  SAFE("plant/line1", "plant/line1");
  SAFE(" ~", " ~");
  SAFE("a\\nb", "a\\nb"); /* the text's own backslash stays single */
  SAFE("Zürich, 東京, Ελλάδα, 🙂", "Zürich, 東京, Ελλάδα, 🙂");
  assert_safe(NULL, 0, "");
}

static void
test_c0(void)
{
  SAFE("a\nb", "a\\nb");
  SAFE("a\r\nb", "a\\r\\nb");
  SAFE("a\tb", "a\\tb");
  SAFE("\033[2J", "\\e[2J");
  SAFE("\a\b\v\f", "\\x07\\x08\\x0b\\x0c");
  SAFE("\001\037\177", "\\x01\\x1f\\x7f");
}

static void
test_nul(void)
{
  SAFE("\0", "\\x00");
  SAFE("a\0b", "a\\x00b");
}

static void
test_c1(void)
{
  SAFE("\xc2\x80\xc2\x9b"
       "2J\xc2\x9f\u00a1",
       "\\u{80}\\u{9b}2J\\u{9f}¡");
  SAFE("\xc2\x85", "\\u{85}");
  SAFE("\x9b", "\\x9b"); /* the same as a bare byte: no character at all */
}

static void
test_bidi(void)
{
  SAFE("a\u202eb", "a\\u{202e}b");
  SAFE("\u061c\u200e\u200f", "\\u{61c}\\u{200e}\\u{200f}");
  SAFE("\u202a\u202b\u202c\u202d", "\\u{202a}\\u{202b}\\u{202c}\\u{202d}");
  SAFE("\u2066\u2067\u2068\u2069", "\\u{2066}\\u{2067}\\u{2068}\\u{2069}");
  SAFE("\u05d0\u0628", "\u05d0\u0628"); /* right-to-left letters themselves are text */
}

static void
test_invisible(void)
{
  SAFE("a\u200bb\u200c\u200d", "a\\u{200b}b\\u{200c}\\u{200d}");
  SAFE("\u2060\u2061\u2062\u2063\u2064", "\\u{2060}\\u{2061}\\u{2062}\\u{2063}\\u{2064}");
  SAFE("\ufeff\u00ad", "\\u{feff}\\u{ad}");
  SAFE("\U000e0001\U000e0041\U000e007f", "\\u{e0001}\\u{e0041}\\u{e007f}");
  SAFE("a\U000e0100\U000e01ef", "a\\u{e0100}\\u{e01ef}");
  SAFE("a\u034f\u180b\u180e", "a\\u{34f}\\u{180b}\\u{180e}");
  SAFE("\u115f\u1160\u3164\uffa0\u17b4", "\\u{115f}\\u{1160}\\u{3164}\\u{ffa0}\\u{17b4}");
  SAFE("\u2764\ufe0f", "\u2764\ufe0f");
}

static void
test_not_characters(void)
{
  SAFE("\u2028\u2029", "\\u{2028}\\u{2029}");
  SAFE("\ue000\uf8ff\U000f0000\U0010fffd", "\\u{e000}\\u{f8ff}\\u{f0000}\\u{10fffd}");
  SAFE("\u0378\uffff\ufdd0\U0010ffff", "\\u{378}\\u{ffff}\\u{fdd0}\\u{10ffff}");
}

static void
test_invalid_utf8(void)
{
  SAFE("\xff\xfe", "\\xff\\xfe");
  SAFE("a\x80z", "a\\x80z");
  SAFE("\xc0\x80", "\\xc0\\x80");                            /* overlong NUL */
  SAFE("\xc1\xbf\xe0\x9f\xbf", "\\xc1\\xbf\\xe0\\x9f\\xbf"); /* overlong */
  SAFE("\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf");
  SAFE("\xed\xa0\x80\xed\xbf\xbf", "\\xed\\xa0\\x80\\xed\\xbf\\xbf"); /* surrogates */
  SAFE("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");                   /* U+110000 */
  SAFE("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80");
  SAFE("\xfc\x84\x80\x80\x80\x80", "\\xfc\\x84\\x80\\x80\\x80\\x80");
}

static void
test_truncated_utf8(void)
{
  SAFE("\xc3", "\\xc3");
  SAFE("\xe6\x97", "\\xe6\\x97");
  SAFE("\xf0\x9f\x99", "\\xf0\\x9f\\x99");
  SAFE("\xe6\x97z", "\\xe6\\x97z");
  SAFE("\xc3\0z", "\\xc3\\x00z");
  SAFE("\xe6\xe6\x97\xa5", "\\xe6日");
}

static void
test_combining(void)
{
  SAFE("e\u0301", "e\u0301");
  SAFE("\u0301", "\\u{301}");
  SAFE("e\u0301\u0302\u0303\u0304\u0305\u0306x\u0301",
       "e\u0301\u0302\u0303\u0304\\u{305}\u0306x\u0301");
  LINES("a\n\u0301", "a\n\\u{301}");
}

static void
test_string(void)
{
  g_autofree char *none = safe_text_string(NULL);
  g_assert_cmpstr(none, ==, "");
  g_autofree char *some = safe_text_string("a\nb");
  g_assert_cmpstr(some, ==, "a\\nb");
}

static void
test_lines(void)
{
  LINES("a\nb\n", "a\nb\n");
  LINES("a\r\nb\rc\r", "a\nb\\rc\\r");
  LINES("\ta\tb\n\tc", "        a       b\n        c");
  LINES("1234567\tx", "1234567 x");
  LINES("12345678\tx", "12345678        x");
  LINES("日本\tx", "日本    x"); /* four columns, not six bytes */
  LINES("\033\t|", "\\e      |");
  LINES("a\u202e\0", "a\\u{202e}\\x00");
}

static void
test_append_bound(void)
{
  assert_append("abcdef", 4, "abcd", 4);
  assert_append("abcdef", 6, "abcdef", 6);
  assert_append("abcdef", G_MAXINT, "abcdef", 6);
  assert_append("abcdef", 0, "", 0);
  assert_append("abcdef", -1, "", 0);
  assert_append("日本語", 5, "日本", 4);
  assert_append("日本語", 1, "", 0);
  assert_append("ab\ncd", 3, "ab", 2); /* an escape is never cut in two */
  assert_append("ab\ncd", 4, "ab\\n", 4);
  assert_append("e\u0301x", 1, "e\u0301", 1); /* marks belong to their character */
  assert_append("a\u202eb", 8, "a", 1);
  assert_append("a\u202eb", 9, "a\\u{202e}", 9);
}

/* The second page cannot be read: who looks further than the columns ask for, crashes. */
static void
assert_reads_only_start(const char *unit)
{
  gsize page = (gsize)sysconf(_SC_PAGESIZE);
  char *two = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true(two != MAP_FAILED);
  gsize length = strlen(unit);
  for (gsize i = 0; i < page; i++)
    two[i] = unit[i % length];
  g_assert_cmpint(mprotect(two + page, page, PROT_NONE), ==, 0);
  g_autoptr(GString) out = g_string_new(NULL);
  g_assert_cmpint(safe_text_append(out, two, 2 * page, 20), <=, 20);
  g_assert_cmpuint(out->len, >, 10);
  munmap(two, 2 * page);
}

static void
test_append_reads_little(void)
{
  assert_reads_only_start("x");
  assert_reads_only_start("\n");
  assert_reads_only_start("日");
  assert_reads_only_start("\u0301"); /* takes no column */
  assert_reads_only_start("\u200b");
  assert_reads_only_start("\xff");
}

static void
test_to_ascii(void)
{
  g_autofree char *letters = safe_text_to_ascii("Zürich 日\nx");
  g_assert_cmpstr(letters, ==, "Z\\u{fc}rich \\u{65e5}\nx");
  g_autofree char *signs = safe_text_to_ascii("“a” – b… ← → ↓ ↑ └ ✓ ✗ · • ’");
  g_assert_cmpstr(signs, ==, "\"a\" - b... <- -> < > ` + x - * '");
  g_autofree char *plain = safe_text_to_ascii("plain ~");
  g_assert_cmpstr(plain, ==, "plain ~");
}

/* Whole and piece by piece it is the same text, and nothing dangerous is in it. */
static void
test_random(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  for (int round = 0; round < 20000; round++) {
    guint8 bytes[24];
    gsize length = (gsize)g_rand_int_range(random, 0, sizeof bytes + 1);
    for (gsize i = 0; i < length; i++)
      bytes[i] = (guint8)g_rand_int_range(random, 0, 256);
    g_autofree char *safe = safe_text(bytes, length);
    g_assert_true(g_utf8_validate(safe, -1, NULL));
    for (const char *p = safe; *p != '\0'; p = g_utf8_next_char(p))
      g_assert_true(g_unichar_isprint(g_utf8_get_char(p)) ||
                    g_unichar_iszerowidth(g_utf8_get_char(p)));
    int bound = g_rand_int_range(random, 0, 40);
    g_autoptr(GString) out = g_string_new(NULL);
    int columns = safe_text_append(out, bytes, length, bound);
    g_assert_cmpint(columns, <=, bound);
    g_assert_cmpint(columns, ==, text_width(out->str));
    g_assert_true(g_str_has_prefix(safe, out->str));
  }
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "C.UTF-8");
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/safe_text/plain", test_plain);
  g_test_add_func("/safe_text/c0", test_c0);
  g_test_add_func("/safe_text/nul", test_nul);
  g_test_add_func("/safe_text/c1", test_c1);
  g_test_add_func("/safe_text/bidi", test_bidi);
  g_test_add_func("/safe_text/invisible", test_invisible);
  g_test_add_func("/safe_text/not_characters", test_not_characters);
  g_test_add_func("/safe_text/invalid_utf8", test_invalid_utf8);
  g_test_add_func("/safe_text/truncated_utf8", test_truncated_utf8);
  g_test_add_func("/safe_text/combining", test_combining);
  g_test_add_func("/safe_text/string", test_string);
  g_test_add_func("/safe_text/lines", test_lines);
  g_test_add_func("/safe_text/append_bound", test_append_bound);
  g_test_add_func("/safe_text/append_reads_little", test_append_reads_little);
  g_test_add_func("/safe_text/to_ascii", test_to_ascii);
  g_test_add_func("/safe_text/random", test_random);
  return g_test_run();
}
