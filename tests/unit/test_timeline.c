#include "config.h"

#include "core/timeline.h"

#include <string.h>

static void
add(Timeline *timeline, gint64 monotonic_us, gboolean first, const char *text)
{
  timeline_add(timeline, monotonic_us * 1000, monotonic_us, first, TIMELINE_INFO, "tcp", NULL,
               text);
}

static void
test_entry(void)
{
  g_autoptr(Timeline) timeline = timeline_new();
  timeline_add(timeline, 123456789, 10, TRUE, TIMELINE_ERROR, "tls", "expired", "it has ended");
  const TimelineEntry *entry = timeline_get(timeline, 0);
  g_assert_nonnull(entry);
  g_assert_cmpuint(entry->number, ==, 0);
  g_assert_cmpint(entry->time_ns, ==, 123456789);
  g_assert_cmpint(entry->step_us, ==, -1);
  g_assert_cmpint(entry->level, ==, TIMELINE_ERROR);
  g_assert_cmpstr(entry->stage, ==, "tls");
  g_assert_cmpstr(entry->code, ==, "expired");
  g_assert_cmpstr(entry->text, ==, "it has ended");
}

static void
test_empty(void)
{
  g_autoptr(Timeline) timeline = timeline_new();
  g_assert_cmpuint(timeline_first(timeline), ==, 0);
  g_assert_cmpuint(timeline_next(timeline), ==, 0);
  g_assert_null(timeline_get(timeline, 0));
  timeline_free(NULL);
}

static void
test_steps(void)
{
  static const gint64 expected[] = {-1, 50, 0, -1, 7, 0};
  g_autoptr(Timeline) timeline = timeline_new();
  add(timeline, 100, FALSE, "nothing is before it");
  add(timeline, 150, FALSE, "b");
  add(timeline, 150, FALSE, "c");
  add(timeline, 900, TRUE, "a new attempt");
  add(timeline, 907, FALSE, "d");
  add(timeline, 901, FALSE, "posted late by another thread");
  for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
    g_assert_cmpint(timeline_get(timeline, i)->step_us, ==, expected[i]);
}

static void
test_safe(void)
{
  g_autoptr(Timeline) timeline = timeline_new();
  add(timeline, 1, TRUE, "\033[2J\u202e");
  g_assert_cmpstr(timeline_get(timeline, 0)->text, ==, "\\e[2J\\u{202e}");
  g_assert_null(timeline_get(timeline, 0)->code);
  add(timeline, 1, TRUE, NULL);
  g_assert_cmpstr(timeline_get(timeline, 1)->text, ==, "");
}

/* Cut between characters, however many a broker sends. */
static void
test_long_text(void)
{
  g_autoptr(Timeline) timeline = timeline_new();
  g_autoptr(GString) text = g_string_new("x");
  while (text->len < 70000)
    g_string_append(text, "\u00e9");
  add(timeline, 1, TRUE, text->str);
  const char *kept = timeline_get(timeline, 0)->text;
  g_assert_true(g_utf8_validate(kept, -1, NULL));
  g_assert_true(g_str_has_suffix(kept, "\u00e9 (cut off)"));
  g_assert_cmpuint(strlen(kept), ==, TIMELINE_TEXT_MAX - 1 + strlen(" (cut off)"));
  g_string_truncate(text, TIMELINE_TEXT_MAX - 1);
  add(timeline, 2, FALSE, text->str);
  g_assert_cmpstr(timeline_get(timeline, 1)->text, ==, text->str);
}

static void
test_bound(void)
{
  g_autoptr(Timeline) timeline = timeline_new();
  for (guint i = 0; i < TIMELINE_MAX + 5; i++) {
    g_autofree char *text = g_strdup_printf("entry %u", i);
    add(timeline, i, FALSE, text);
    g_assert_cmpuint(timeline_first(timeline), ==, i < TIMELINE_MAX ? 0 : i - TIMELINE_MAX + 1);
  }
  g_assert_cmpuint(timeline_first(timeline), ==, 5);
  g_assert_cmpuint(timeline_next(timeline), ==, TIMELINE_MAX + 5);
  g_assert_null(timeline_get(timeline, 4));
  g_assert_null(timeline_get(timeline, TIMELINE_MAX + 5));
  g_assert_cmpstr(timeline_get(timeline, 5)->text, ==, "entry 5");
  g_assert_cmpuint(timeline_get(timeline, 5)->number, ==, 5);
  g_assert_cmpint(timeline_get(timeline, 5)->step_us, ==, 1); /* its predecessor is gone */
  g_assert_cmpstr(timeline_get(timeline, TIMELINE_MAX + 4)->text, ==, "entry 2004");
}

/* A text may come out of the very entry that makes room for it. */
static void
test_text_of_the_oldest(void)
{
  g_autoptr(Timeline) timeline = timeline_new();
  for (guint i = 0; i < TIMELINE_MAX; i++)
    add(timeline, i, FALSE, "again and again");
  add(timeline, 1, FALSE, timeline_get(timeline, 0)->text);
  g_assert_cmpstr(timeline_get(timeline, TIMELINE_MAX)->text, ==, "again and again");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/timeline/entry", test_entry);
  g_test_add_func("/timeline/empty", test_empty);
  g_test_add_func("/timeline/steps", test_steps);
  g_test_add_func("/timeline/safe", test_safe);
  g_test_add_func("/timeline/bound", test_bound);
  g_test_add_func("/timeline/long-text", test_long_text);
  g_test_add_func("/timeline/text_of_the_oldest", test_text_of_the_oldest);
  return g_test_run();
}
