/* The pure parts of the panes: figures, hex dump, wrapping, lists of items, columns, paths,
 * subscriptions as text. */
#include "config.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "ui/certificate_columns.h"
#include "ui/certificate_file_save.h"
#include "ui/figures.h"
#include "ui/hex_dump.h"
#include "ui/item_list.h"
#include "ui/path_complete.h"
#include "ui/scroll_keys.h"
#include "ui/subscription_text.h"
#include "ui/wrapped_text.h"
#include "util/text_width.h"

#define DAY G_GINT64_CONSTANT(86400)

/* Compares and frees. */
static void
assert_text(char *actual, const char *expected)
{
  g_assert_cmpstr(actual, ==, expected);
  g_free(actual);
}

/* --- Figures ---------------------------------------------------------------------------------- */

static void
test_numbers(void)
{
  assert_text(figure_count(0), "0");
  assert_text(figure_count(999), "999");
  assert_text(figure_count(1024311), "1,024,311");
  assert_text(figure_count(G_MAXUINT64), "18,446,744,073,709,551,615");
  assert_text(figure_short(0), "0");
  assert_text(figure_short(27), "27");
  assert_text(figure_short(999.4), "999");
  assert_text(figure_short(999.6), "1.0k");
  assert_text(figure_short(1234), "1.2k");
  assert_text(figure_short(9960), "10k");
  assert_text(figure_short(350000), "350k");
  assert_text(figure_short(3.4e6), "3.4M");
  assert_text(figure_rate(0), "0/s");
  assert_text(figure_rate(0.01), "0.1/s");
  assert_text(figure_rate(0.5), "0.5/s");
  assert_text(figure_rate(40), "40/s");
  assert_text(figure_rate(1234), "1.2k/s");
  assert_text(figure_bytes(1), "1 byte");
  assert_text(figure_bytes(30000), "30,000 bytes");
}

static void
test_times(void)
{
  assert_text(figure_duration(0), "0.0 ms");
  assert_text(figure_duration(420), "0.4 ms");
  assert_text(figure_duration(12300), "12 ms");
  assert_text(figure_duration(1204000), "1.20 s");
  assert_text(figure_duration(G_GINT64_CONSTANT(185000000)), "3 min 5 s");
  assert_text(figure_step(1204000), "1.20 s");
  assert_text(figure_step(59994000), "59.99 s");
  assert_text(figure_step(59996000), "1 min");
  assert_text(figure_step(G_GINT64_CONSTANT(62000000)), "1 min");
  assert_text(figure_step(G_GINT64_CONSTANT(99) * 60 * 1000000), "99 min");
  assert_text(figure_step(G_GINT64_CONSTANT(101) * 60 * 1000000), "1 h");
  assert_text(figure_step(G_GINT64_CONSTANT(50) * 3600 * 1000000), "2 d");
  assert_text(figure_step(G_MAXINT64), "99999 d");
  gint64 ns = G_GINT64_CONSTANT(1794924202118999999);
  assert_text(figure_time(ns, TRUE), "14:03:22.118");
  assert_text(figure_time(ns, FALSE), "14:03:22");
  assert_text(figure_date_time(ns), "2026-11-17 14:03:22.118 +0000");
  assert_text(figure_time(-1, TRUE), "23:59:59.999");
  assert_text(figure_date(0), "1970-01-01");
  assert_text(figure_date(G_GINT64_CONSTANT(253402300799)), "9999-12-31");
}

static void
test_days_left(void)
{
  gint64 now = G_GINT64_CONSTANT(1795000000);
  assert_text(figure_left(0, now + 87 * DAY, now), "87 d");
  assert_text(figure_left(0, now + DAY - 1, now), "23 h");
  assert_text(figure_left(0, now + 3599, now), "59 min");
  assert_text(figure_left(0, now, now), "0 min");
  assert_text(figure_left(0, now - 1, now), "expired");
  assert_text(figure_left(now + 1, now + DAY, now), "not yet");
  g_assert_cmpint(figure_left_role(0, now + 31 * DAY, now), ==, ROLE_GOOD);
  g_assert_cmpint(figure_left_role(0, now + 29 * DAY, now), ==, ROLE_WARNING);
  g_assert_cmpint(figure_left_role(0, now - 1, now), ==, ROLE_ERROR);
  g_assert_cmpint(figure_left_role(now + 1, now + DAY, now), ==, ROLE_ERROR);
  /* A certificate that lives for a day is not in its last days all its life. */
  g_assert_cmpint(figure_left_role(now - 3600, now + 23 * 3600, now), ==, ROLE_GOOD);
  g_assert_cmpint(figure_life_used(now - 50, now + 50, now, 10), ==, 5);
  g_assert_cmpint(figure_life_used(now + 1, now + 50, now, 10), ==, 0);
  g_assert_cmpint(figure_life_used(now - 50, now - 1, now, 10), ==, 10);
}

/* --- Hex dump --------------------------------------------------------------------------------- */

static void
test_hex_dump(void)
{
  static const guint8 bytes[] = "{\"v\":21.3}\n\0\xff*longer*";
  gsize length = sizeof bytes - 1;
  g_assert_cmpint(hex_dump_per_line(length, 78), ==, 16);
  g_assert_cmpint(hex_dump_per_line(length, 76), ==, 16);
  g_assert_cmpint(hex_dump_per_line(length, 75), ==, 8);
  g_assert_cmpint(hex_dump_per_line(length, 38), ==, 8);
  g_assert_cmpint(hex_dump_per_line(4u << 20, 38), ==, 4);
  g_assert_cmpint(hex_dump_per_line(length, 1), ==, 4);
  g_assert_cmpuint(hex_dump_lines(0, 16), ==, 0);
  g_assert_cmpuint(hex_dump_lines(17, 16), ==, 2);
  assert_text(hex_dump_line(bytes, length, 0, 16),
              "00000000  7b 22 76 22 3a 32 31 2e  33 7d 0a 00 ff 2a 6c 6f  {\"v\":21.3}...*lo");
  assert_text(hex_dump_line(bytes, length, 1, 16),
              "00000010  6e 67 65 72 2a                                    nger*");
  assert_text(hex_dump_line(bytes, 10, 1, 8), "0008 33 7d                   3}");
}

/* --- Wrapping --------------------------------------------------------------------------------- */

static char *
wrapped(const char *text, int columns)
{
  g_auto(GStrv) lines = wrap_text(text, columns);
  return g_strjoinv("|", lines);
}

static void
test_wrapping(void)
{
  assert_text(wrapped("", 10), "");
  assert_text(wrapped("short", 10), "short");
  assert_text(wrapped("two words", 5), "two |words");
  assert_text(wrapped("two words", 3), "two|wor|ds");
  assert_text(wrapped("exactly ten", 7), "exactly|ten");
  assert_text(wrapped("a\n\nb", 10), "a||b");
  assert_text(wrapped("a\n", 10), "a");
  assert_text(wrapped("    indented", 6), "    in|dented");
  assert_text(wrapped("温度計", 4), "温度|計");
  assert_text(wrapped("温", 1), "温");
}

static void
test_hanging(void)
{
  g_autoptr(WrappedText) text = wrapped_text_new(g_strdup("Subject  a name\n  in here"));
  wrapped_text_set_hang(text, 2);
  wrapped_text_layout(text, 9);
  g_assert_cmpuint(wrapped_text_count(text), ==, 3);
  assert_text(wrapped_text_line(text, 0), "Subject  ");
  assert_text(wrapped_text_line(text, 1), "  a name");
  assert_text(wrapped_text_line(text, 2), "  in here");
  wrapped_text_layout(text, 6);
  assert_text(wrapped_text_line(text, wrapped_text_count(text) - 1), "   e");
}

/* Every line of a long text fits, nothing is lost, at any width. */
static void
test_wrapping_loses_nothing(void)
{
  g_autoptr(GString) in = g_string_new(NULL);
  for (int i = 0; i < 5000; i++)
    g_string_append(in, i % 97 == 0 ? "温度" : i % 13 == 0 ? "é" : "x");
  for (int columns = 2; columns < 200; columns += 7) {
    g_autoptr(WrappedText) text = wrapped_text_new(g_strdup(in->str));
    g_autoptr(GString) out = g_string_new(NULL);
    wrapped_text_layout(text, columns);
    for (guint i = 0; i < wrapped_text_count(text); i++) {
      g_autofree char *line = wrapped_text_line(text, i);
      g_assert_cmpint(text_width(line), <=, columns);
      g_assert_cmpint(text_width(line), >=, i + 1 < wrapped_text_count(text) ? columns - 1 : 1);
      g_string_append(out, line);
    }
    g_assert_cmpstr(out->str, ==, in->str);
  }
}

static void
test_unwrapped_part(void)
{
  g_autoptr(WrappedText) text = wrapped_text_new(g_strdup("0123456789\nab"));
  wrapped_text_layout(text, 0);
  g_assert_cmpuint(wrapped_text_count(text), ==, 2);
  assert_text(wrapped_text_part(text, 0, 4, 100), "456789");
  assert_text(wrapped_text_part(text, 1, 4, 100), "");
  assert_text(wrapped_text_part(text, 2, 0, 100), "");
  g_autofree char *long_line = g_strnfill(1000000, 'x');
  g_autoptr(WrappedText) huge = wrapped_text_new(g_strdup(long_line));
  wrapped_text_layout(huge, 0);
  g_autofree char *part = wrapped_text_part(huge, 0, 500000, 80);
  g_assert_cmpuint(strlen(part), <, 1000);
}

/* --- Lists of items --------------------------------------------------------------------------- */

static void
test_item_list(void)
{
  static const int items[] = {0, ITEM_NONE, 1, 1, 1, ITEM_NONE, 2, 3, 3, 3, 3, 3};
  int count = G_N_ELEMENTS(items);
  Scroll scroll = {0};
  item_list_update(&scroll, items, count, 4, 0);
  g_assert_cmpint(item_list_selected(&scroll, items, count), ==, 0);
  item_list_move(&scroll, items, count, 1);
  g_assert_cmpuint(scroll.selected, ==, 2);
  g_assert_cmpuint(scroll.top, ==, 1);
  item_list_move(&scroll, items, count, 2);
  g_assert_cmpint(item_list_selected(&scroll, items, count), ==, 3);
  g_assert_cmpuint(scroll.top, ==, 7);
  item_list_move(&scroll, items, count, -100);
  g_assert_cmpuint(scroll.selected, ==, 0);
  g_assert_cmpuint(scroll.top, ==, 0);
  g_assert_true(item_list_act(&scroll, items, count, ACTION_LAST));
  g_assert_cmpuint(scroll.selected, ==, 7);
  g_assert_true(item_list_act(&scroll, items, count, ACTION_PAGE_UP));
  g_assert_cmpint(item_list_selected(&scroll, items, count), <, 3);
  g_assert_false(item_list_act(&scroll, items, count, ACTION_OPEN));
}

static void
test_item_list_shrinks(void)
{
  static const int many[] = {0, 1, 2, 3}, few[] = {ITEM_NONE, 0}, none[] = {ITEM_NONE};
  Scroll scroll = {0};
  item_list_update(&scroll, many, 4, 2, 3);
  item_list_update(&scroll, few, 2, 2, 3);
  g_assert_cmpint(item_list_selected(&scroll, few, 2), ==, 0);
  item_list_update(&scroll, none, 1, 2, 0);
  g_assert_cmpint(item_list_selected(&scroll, none, 1), ==, ITEM_NONE);
  item_list_move(&scroll, none, 1, 1);
  item_list_update(&scroll, none, 0, 2, 0);
  g_assert_cmpint(item_list_selected(&scroll, none, 0), ==, ITEM_NONE);
}

static void
test_text_scrolls_by_window(void)
{
  Scroll scroll = {.first = 0, .next = 100, .rows = 10};
  int row;
  g_assert_true(scroll_act_text(&scroll, ACTION_DOWN));
  g_assert_cmpuint(scroll.top, ==, 1);
  scroll_act_text(&scroll, ACTION_LAST);
  g_assert_cmpuint(scroll.top, ==, 90);
  scroll_act_text(&scroll, ACTION_PAGE_UP);
  g_assert_cmpuint(scroll.top, ==, 81);
  scroll_act_text(&scroll, ACTION_FIRST);
  g_assert_cmpuint(scroll.top, ==, 0);
  g_assert_false(scroll_act_text(&scroll, ACTION_OPEN));
  g_assert_true(scroll_row(&scroll, 9, &row));
  g_assert_false(scroll_row(&scroll, 10, &row));
}

/* --- Columns of certificates ------------------------------------------------------------------ */

/* At every width nothing overlaps, nothing leaves the pane, and what matters most stays. */
static void
test_certificate_columns(void)
{
  CertificateWidths wanted = {.index = 1, .subject = 30, .issuer = 25, .origin = 14};
  for (int columns = 1; columns < 250; columns++) {
    CertificateColumns c = certificate_columns(columns, &wanted);
    const Column all[] = {c.mark,  c.index, c.subject, c.issuer, c.from,
                          c.until, c.bar,   c.left,    c.origin};
    int at = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
      if (all[i].width == 0)
        continue;
      g_assert_cmpint(all[i].start, >=, at);
      at = all[i].start + all[i].width;
    }
    if (columns >= 30) {
      g_assert_cmpint(at, <=, columns);
      g_assert_cmpint(c.left.width, >, 0);
    }
    g_assert_true(c.from.width == 0 || c.until.width > 0);
  }
  CertificateColumns wide = certificate_columns(140, &wanted);
  g_assert_cmpint(wide.subject.width, ==, 30);
  g_assert_cmpint(wide.origin.width, ==, 14);
  g_assert_cmpint(wide.from.width, >, 0);
}

/* --- Files ------------------------------------------------------------------------------------ */

static void
test_file_stem(void)
{
  assert_text(certificate_file_stem("mqtt.example.com"), "mqtt.example.com");
  assert_text(certificate_file_stem("../../etc/passwd"), "etc-passwd");
  assert_text(certificate_file_stem("ISRG Root X1"), "ISRG-Root-X1");
  assert_text(certificate_file_stem("テスト"), "certificate");
  assert_text(certificate_file_stem("*.example.com"), "example.com");
  assert_text(certificate_file_stem(""), "certificate");
}

static void
touch(const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_assert_true(g_file_set_contents(path, "", 0, NULL));
}

static void
forget(const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_assert_cmpint(g_remove(path), ==, 0);
}

static void
assert_completes(const char *folder, const char *typed, const char *expected, guint count)
{
  g_autoptr(GPtrArray) names = NULL;
  g_autofree char *path = g_strdup_printf("%s/%s", folder, typed);
  g_autofree char *wanted = g_strdup_printf("%s/%s", folder, expected);
  assert_text(path_complete(path, &names), wanted);
  g_assert_cmpuint(names->len, ==, count);
}

static void
test_path_complete(void)
{
  static const char *const files[] = {"client.key", "client.pem", ".hidden", "zoo-é", "zoo-è"};
  g_autofree char *folder = g_dir_make_tmp("mqtrust-XXXXXX", NULL);
  g_autofree char *below = g_build_filename(folder, "root", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
    touch(folder, files[i]);
  g_assert_cmpint(g_mkdir(below, 0700), ==, 0);
  assert_completes(folder, "c", "client.", 2);
  assert_completes(folder, "client.p", "client.pem", 1);
  assert_completes(folder, "r", "root/", 1);
  assert_completes(folder, "root/", "root/", 0);
  assert_completes(folder, "x", "x", 0);
  assert_completes(folder, "", "", 5);
  assert_completes(folder, ".", ".hidden", 1);
  assert_completes(folder, "zoo", "zoo-", 2); /* not half of an accent */
  assert_completes(folder, "no/such/folder/a", "no/such/folder/a", 0);
  assert_text(path_complete("~", NULL), "~/");
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
    forget(folder, files[i]);
  forget(folder, "root");
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void
test_path_expand(void)
{
  g_autofree char *here = g_get_current_dir();
  g_autofree char *file = g_build_filename(here, "a.pem", NULL);
  g_autofree char *home = g_build_filename(g_get_home_dir(), "a.pem", NULL);
  g_assert_null(path_expand(""));
  assert_text(path_expand("/etc//ssl/../a.pem"), "/etc/a.pem");
  assert_text(path_expand("a.pem"), file);
  assert_text(path_expand("~/a.pem"), home);
}

/* --- Subscriptions ---------------------------------------------------------------------------- */

static void
assert_round_trip(const char *text, const char *expected)
{
  g_autoptr(Profile) profile = profile_new();
  subscription_text_parse(profile, text);
  assert_text(subscription_text_format(profile), expected);
}

static void
test_subscription_text(void)
{
  assert_round_trip("", "");
  assert_round_trip(" , ,", "");
  assert_round_trip("plant/#", "plant/#");
  assert_round_trip("plant/# 1,a/+   2 , b 0", "plant/# 1, a/+ 2, b");
  assert_round_trip("a 9", "a 9"); /* profile_check() tells of it */
  assert_round_trip("1", "1");
  assert_round_trip("with blank/x 1", "with blank/x 1");
}

/* Whatever a filter holds comes back as it was. */
static void
test_subscription_filters(void)
{
  static const char *const filters[] = {"a,b", "a\\b", " a",    "a ",           "a 1",   "\\",
                                        ",",   " ",    "a\\ 2", "$share/g/a/#", "工場/#"};
  g_autoptr(Profile) profile = profile_new(), back = profile_new();
  for (gsize i = 0; i < G_N_ELEMENTS(filters); i++)
    profile_add_subscription(profile, filters[i], (int)(i % 3));
  g_autofree char *text = subscription_text_format(profile);
  subscription_text_parse(back, text);
  g_assert_cmpuint(back->subscriptions->len, ==, G_N_ELEMENTS(filters));
  for (gsize i = 0; i < G_N_ELEMENTS(filters); i++) {
    const ProfileSubscription *subscription = g_ptr_array_index(back->subscriptions, i);
    g_assert_cmpstr(subscription->filter, ==, filters[i]);
    g_assert_cmpint(subscription->qos, ==, (int)(i % 3));
  }
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/figures/numbers", test_numbers);
  g_test_add_func("/figures/times", test_times);
  g_test_add_func("/figures/days-left", test_days_left);
  g_test_add_func("/hex-dump", test_hex_dump);
  g_test_add_func("/wrapped-text/wrapping", test_wrapping);
  g_test_add_func("/wrapped-text/hanging", test_hanging);
  g_test_add_func("/wrapped-text/loses-nothing", test_wrapping_loses_nothing);
  g_test_add_func("/wrapped-text/unwrapped", test_unwrapped_part);
  g_test_add_func("/item-list/moving", test_item_list);
  g_test_add_func("/item-list/shrinking", test_item_list_shrinks);
  g_test_add_func("/scroll-keys/text", test_text_scrolls_by_window);
  g_test_add_func("/certificate-columns", test_certificate_columns);
  g_test_add_func("/certificate-file-save/stem", test_file_stem);
  g_test_add_func("/path-complete/complete", test_path_complete);
  g_test_add_func("/path-complete/expand", test_path_expand);
  g_test_add_func("/subscription-text/lines", test_subscription_text);
  g_test_add_func("/subscription-text/filters", test_subscription_filters);
  return g_test_run();
}
