/* Text on 80 columns. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "commands/text_block.h"
#include "util/text_width.h"

static void
assert_block(const char *lead, const char *text, const char *expected)
{
  g_autoptr(GString) out = g_string_new(NULL);
  text_block_append(out, lead, text);
  g_assert_cmpstr(out->str, ==, expected);
}

static void
test_wraps(void)
{
  assert_block("  ✗ ", "short", "  ✗ short\n");
  assert_block("", "", "\n");
  assert_block("    → ",
               "Connect by one of these names, or issue the certificate again with "
               "mqtt.example.org.",
               "    → Connect by one of these names, or issue the certificate again with\n"
               "      mqtt.example.org.\n");
  /* Exactly 80 columns stay on one line, 81 do not. */
  assert_block(
      "", "23456789 123456789 123456789 123456789 123456789 123456789 123456789 12345678 01",
      "23456789 123456789 123456789 123456789 123456789 123456789 123456789 12345678 01\n");
  assert_block("",
               "23456789 123456789 123456789 123456789 123456789 123456789 123456789 12345678 012",
               "23456789 123456789 123456789 123456789 123456789 123456789 123456789 12345678\n"
               "012\n");
}

/* A number and its unit stand in one line; what only looks like them may part. */
static void
test_units(void)
{
#define SEVENTY "23456789 123456789 123456789 123456789 123456789 123456789 123456789 "
  assert_block("", SEVENTY "until 364 d left", SEVENTY "until 364 d\nleft\n");
  assert_block("", SEVENTY "fr now 364 d.", SEVENTY "fr now\n364 d.\n");
  assert_block("", SEVENTY "at m. (60 min) x", SEVENTY "at m.\n(60 min) x\n");
  assert_block("", SEVENTY "MQTT us 5 days", SEVENTY "MQTT us\n5 days\n");
  assert_block("", SEVENTY "from now 364 dates", SEVENTY "from now\n364 dates\n");
  assert_block("", SEVENTY "fr now 364 dates", SEVENTY "fr now 364\ndates\n");
#undef SEVENTY
}

/* A word that fits no line is cut, and no line is ever longer than the terminal is wide. */
static void
test_long_words(void)
{
  g_autofree char *word = g_strnfill(200, 'a');
  g_autofree char *wide = g_strdup_printf(
      "see %s 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
      word);
  g_autoptr(GString) out = g_string_new(NULL);
  text_block_append(out, "    ", wide);
  g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
  gsize letters = 0;
  for (char **line = lines; *line; line++) {
    g_assert_cmpint(text_width(*line), <=, TEXT_BLOCK_COLUMNS);
    for (const char *at = *line; *at; at++)
      letters += *at == 'a';
  }
  g_assert_cmpuint(letters, ==, 200);
}

static void
test_cells(void)
{
  g_autoptr(GString) out = g_string_new(NULL);
  text_block_cell(out, "R3", 5);
  text_block_cell(out, "ISRG Root", 5);
  text_block_cell(out, "漢字漢", 5);
  g_assert_cmpstr(out->str, ==, "R3   ISRG…漢字…");
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/text-block/wraps", test_wraps);
  g_test_add_func("/text-block/units", test_units);
  g_test_add_func("/text-block/long-words", test_long_words);
  g_test_add_func("/text-block/cells", test_cells);
  return g_test_run();
}
