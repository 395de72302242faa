/* Points in time as people write them, and which of them may begin or end a certificate. */
#include "config.h"

#include <glib.h>

#include "trust/pki_check.h"
#include "util/moment.h"

static void
test_read(void)
{
  static const struct {
    const char *word;
    gint64 seconds;
  } words[] = {
      {"2027-01-31", 1801353600},           {"20270131", 1801353600},
      {"2027-01-31T12:00:00Z", 1801396800}, {"2027-01-31T12:00:00", 1801396800},
      {"2027-01-31 12:00:00", 1801396800},  {"2027-01-31T12:00:00+02:00", 1801389600},
      {"1801353600", 1801353600},           {"0", 0},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
    gint64 seconds = -1;
    g_test_message("%s", words[i].word);
    g_assert_true(moment_parse(words[i].word, &seconds));
    g_assert_cmpint(seconds, ==, words[i].seconds);
  }
}

static void
test_not_read(void)
{
  static const char *const words[] = {
      "",         "tomorrow", "2027-",       "2027-02-30", "2027-01-31T",         "31.01.2027",
      "20271331", "-5",       " 2027-01-31", "1e9",        "99999999999999999999"};
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
    gint64 seconds;
    g_test_message("\"%s\"", words[i]);
    g_assert_false(moment_parse(words[i], &seconds));
    g_assert_false(pki_check_moment(words[i], &seconds));
  }
}

/* A number that is being typed, or a year, is no date of a certificate. */
static void
test_of_certificate(void)
{
  static const char *const none[] = {"0", "2027", "202701", "999999999", "1969-12-31"};
  static const char *const good[] = {"20270131", "1801353600", "2027-01-31"};
  gint64 seconds;
  for (gsize i = 0; i < G_N_ELEMENTS(none); i++) {
    g_test_message("%s", none[i]);
    g_assert_true(moment_parse(none[i], &seconds));
    g_assert_false(pki_check_moment(none[i], &seconds));
  }
  for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
    g_assert_true(pki_check_moment(good[i], &seconds));
    g_assert_cmpint(seconds, ==, 1801353600);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/moment/read", test_read);
  g_test_add_func("/moment/not-read", test_not_read);
  g_test_add_func("/moment/of-certificate", test_of_certificate);
  return g_test_run();
}
