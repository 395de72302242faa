/* RFC 5280, 7.1. */
#include "config.h"

#include "trust/name_compare.h"

#include <string.h>

#include "unit/der_writer.h"

#define CN "2.5.4.3"
#define ORGANIZATION "2.5.4.10"
#define COUNTRY "2.5.4.6"
#define UTF8 0x0c
#define PRINTABLE 0x13
#define TELETEX 0x14
#define IA5 0x16
#define BMP 0x1e

static void
check_names(GBytes *a, GBytes *b, gboolean equal)
{
  g_autoptr(GBytes) first = a, second = b;
  g_assert_cmpint(name_compare_equal(der_span(first), der_span(second)), ==, equal);
  g_assert_cmpint(name_compare_equal(der_span(second), der_span(first)), ==, equal);
}

static void
test_equal(void)
{
  check_names(der_name(CN, PRINTABLE, "Root X1", NULL), der_name(CN, PRINTABLE, "Root X1", NULL),
              TRUE);
  check_names(der_name(CN, PRINTABLE, "Root X1", NULL), der_name(CN, UTF8, "Root X1", NULL), TRUE);
  check_names(der_name(CN, PRINTABLE, "Root X1", NULL), der_name(CN, UTF8, "ROOT x1", NULL), TRUE);
  check_names(der_name(CN, UTF8, "Root X1", NULL), der_name(CN, UTF8, "  Root \t  X1 ", NULL),
              TRUE);
  check_names(der_name(CN, UTF8, "STRASSE", NULL),
              der_name(CN, UTF8,
                       "stra\xc3\x9f"
                       "e",
                       NULL),
              TRUE);
  check_names(der_name(CN, UTF8, "\xc3\xa9", NULL), der_name(CN, UTF8, "e\xcc\x81", NULL), TRUE);
  check_names(der_name(CN, TELETEX, "M\xfcller", NULL), der_name(CN, UTF8, "m\xc3\xbcller", NULL),
              TRUE);
  check_names(der_name(NULL, NULL), der_name(NULL, NULL), TRUE);
}

static void
test_different(void)
{
  check_names(der_name(CN, UTF8, "Root X1", NULL), der_name(CN, UTF8, "Root X2", NULL), FALSE);
  check_names(der_name(CN, UTF8, "Root X1", NULL), der_name(CN, UTF8, "RootX1", NULL), FALSE);
  check_names(der_name(CN, UTF8, "A", NULL), der_name(ORGANIZATION, UTF8, "A", NULL), FALSE);
  check_names(der_name(CN, UTF8, "A", ORGANIZATION, UTF8, "B", NULL),
              der_name(ORGANIZATION, UTF8, "B", CN, UTF8, "A", NULL), FALSE);
  check_names(der_name(CN, UTF8, "A", NULL), der_name(CN, UTF8, "A", CN, UTF8, "A", NULL), FALSE);
  check_names(der_name(NULL, NULL), der_name(CN, UTF8, "", NULL), FALSE);
}

/* A value with a NUL in it is nobody's text: it is compared as it stands. */
static void
test_hidden_end(void)
{
  GBytes *cut = der_element(
      0x30,
      der_element(0x31, der_element(0x30, der_oid(CN), der_bytes(UTF8, "a\0b", 3), NULL), NULL),
      NULL);
  check_names(der_name(CN, UTF8, "a", NULL), cut, FALSE);
}

static void
test_wide_strings(void)
{
  GBytes *wide = der_element(
      0x30,
      der_element(0x31, der_element(0x30, der_oid(CN), der_bytes(BMP, "\0C\0A", 4), NULL), NULL),
      NULL);
  check_names(der_name(CN, UTF8, "ca", NULL), wide, TRUE);
}

/* The attributes of one relative name have no order (X.501). */
static void
test_set(void)
{
  GBytes *one = der_element(
      0x30,
      der_element(0x31, der_element(0x30, der_oid(CN), der_text(UTF8, "A"), NULL),
                  der_element(0x30, der_oid(ORGANIZATION), der_text(UTF8, "B"), NULL), NULL),
      NULL);
  GBytes *other = der_element(
      0x30,
      der_element(0x31, der_element(0x30, der_oid(ORGANIZATION), der_text(UTF8, "b"), NULL),
                  der_element(0x30, der_oid(CN), der_text(UTF8, "a"), NULL), NULL),
      NULL);
  check_names(one, other, TRUE);
}

static void
check_within(GBytes *name, GBytes *base, gboolean within)
{
  g_autoptr(GBytes) first = name, second = base;
  g_assert_cmpint(name_compare_within(der_span(first), der_span(second)), ==, within);
}

static void
test_within(void)
{
  check_within(der_name(COUNTRY, PRINTABLE, "DE", ORGANIZATION, UTF8, "Acme", CN, UTF8, "x", NULL),
               der_name(COUNTRY, PRINTABLE, "de", ORGANIZATION, PRINTABLE, "ACME", NULL), TRUE);
  check_within(der_name(COUNTRY, PRINTABLE, "DE", NULL), der_name(COUNTRY, PRINTABLE, "DE", NULL),
               TRUE);
  check_within(der_name(COUNTRY, PRINTABLE, "DE", NULL), der_name(NULL, NULL), TRUE);
  check_within(der_name(COUNTRY, PRINTABLE, "DE", NULL),
               der_name(COUNTRY, PRINTABLE, "DE", CN, UTF8, "x", NULL), FALSE);
  check_within(der_name(COUNTRY, PRINTABLE, "DE", ORGANIZATION, UTF8, "Acme Labs", NULL),
               der_name(COUNTRY, PRINTABLE, "DE", ORGANIZATION, UTF8, "Acme", NULL), FALSE);
  check_within(der_name(ORGANIZATION, UTF8, "Acme", COUNTRY, PRINTABLE, "DE", NULL),
               der_name(COUNTRY, PRINTABLE, "DE", NULL), FALSE);
}

static void
test_no_name(void)
{
  static const struct {
    const char *bytes;
    gsize length;
  } cases[] = {
      {"", 0},
      {"\x31\x00", 2},                 /* a SET */
      {"\x30\x02\x31\x00", 4},         /* a relative name of nothing */
      {"\x30\x04\x31\x02\x30\x00", 6}, /* an attribute of nothing */
      {"\x30\x02\x31\x05", 4},         /* cut */
      {"\x30\x00\x00", 3},             /* more behind it */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_null(name_compare_key((DerSpan){(const guint8 *)cases[i].bytes, cases[i].length}));
}

static void
test_walk(void)
{
  g_autoptr(GBytes) name = der_name(COUNTRY, PRINTABLE, "DE", CN, IA5, "broker", NULL);
  NameWalk walk;
  NameAttribute attribute;
  static const char *const expected[] = {"DE", "broker"};
  g_assert_true(name_walk(&walk, der_span(name)));
  for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
    g_assert_true(name_walk_next(&walk, &attribute));
    g_autofree char *text = name_attribute_text(&attribute);
    g_assert_cmpstr(text, ==, expected[i]);
  }
  g_assert_false(name_walk_next(&walk, &attribute));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/name_compare/equal", test_equal);
  g_test_add_func("/name_compare/different", test_different);
  g_test_add_func("/name_compare/hidden_end", test_hidden_end);
  g_test_add_func("/name_compare/wide_strings", test_wide_strings);
  g_test_add_func("/name_compare/set", test_set);
  g_test_add_func("/name_compare/within", test_within);
  g_test_add_func("/name_compare/no_name", test_no_name);
  g_test_add_func("/name_compare/walk", test_walk);
  return g_test_run();
}
