/* RFC 5280, 4.2.1.10: one name against the constraints of one CA. */
#include "config.h"

#include "trust/name_constraints.h"

#include <string.h>

#include "unit/der_writer.h"

#define EMAIL 0x81
#define DNS 0x82
#define DIRECTORY 0xa4
#define URI 0x86
#define IP 0x87
#define ID 0x88
#define PERMITTED 0xa0
#define EXCLUDED 0xa1

static GBytes *
subtrees(guint8 list, GBytes *base)
{
  return der_element(0x30, der_element(list, der_element(0x30, base, NULL), NULL), NULL);
}

static NameJudgement
judge_with(DerSpan value, GBytes *name, const Subtree **subtree)
{
  guint budget = 100;
  DerSpan rest = der_span(name);
  GeneralName general;
  g_autoptr(NameConstraints) constraints = name_constraints_new(value);
  g_assert_nonnull(constraints);
  g_assert_true(general_name_next(&rest, &general));
  NameJudgement judgement = name_constraints_judge(constraints, &general, &budget, subtree);
  g_assert_cmpuint(budget, <, 100);
  return judgement;
}

static void
check(guint8 list, GBytes *base, GBytes *name, NameJudgement expected)
{
  const Subtree *subtree;
  g_autoptr(GBytes) value = subtrees(list, base), held = name;
  g_assert_cmpint(judge_with(der_span(value), held, &subtree), ==, expected);
}

/* A text's kind, constraint and name; what it is when the constraint permits and when it excludes.
 */
typedef struct {
  guint8 tag;
  const char *base, *name;
  NameJudgement permitted, excluded;
} TextCase;

static const TextCase texts[] = {
    {DNS, "example.com", "example.com", NAME_ALLOWED, NAME_EXCLUDED},
    {DNS, "example.com", "a.b.EXAMPLE.com", NAME_ALLOWED, NAME_EXCLUDED},
    {DNS, "example.com", "example.com.", NAME_ALLOWED, NAME_EXCLUDED},
    {DNS, "example.com", "notexample.com", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {DNS, "example.com", "com", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {DNS, "", "anything", NAME_ALLOWED, NAME_EXCLUDED},
    {DNS, "example.com", "*.example.com", NAME_ALLOWED, NAME_EXCLUDED},
    /* a wildcard covers names that the constraint does not, and one that it does */
    {DNS, "a.example.com", "*.example.com", NAME_NOT_PERMITTED, NAME_EXCLUDED},
    {DNS, "a.example.com", "*b.example.com", NAME_NOT_PERMITTED, NAME_EXCLUDED},
    {DNS, "a.b.example.com", "*.example.com", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {DNS, "example.com", "*.example.org", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {DNS, "com", "*.com", NAME_ALLOWED, NAME_EXCLUDED},
    /* what is said with a full stop in front is not RFC 5280's, and narrower here */
    {DNS, ".example.com", "a.example.com", NAME_ALLOWED, NAME_EXCLUDED},
    {DNS, ".example.com", "example.com", NAME_NOT_PERMITTED, NAME_EXCLUDED},
    {DNS, "example.com", ".example.com", NAME_MALFORMED, NAME_MALFORMED},
    {DNS, "example.com", "a..example.com", NAME_MALFORMED, NAME_MALFORMED},
    {DNS, "example.com", "a b.example.com", NAME_MALFORMED, NAME_MALFORMED},
    {DNS, "example.com", "", NAME_MALFORMED, NAME_MALFORMED},
    {DNS, "*.example.com", "a.example.com", NAME_UNDECIDED, NAME_UNDECIDED},
    {DNS, "..", "example.com", NAME_UNDECIDED, NAME_UNDECIDED},
    {EMAIL, "example.com", "me@Example.com", NAME_ALLOWED, NAME_EXCLUDED},
    {EMAIL, "example.com", "me@a.example.com", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {EMAIL, ".example.com", "me@a.example.com", NAME_ALLOWED, NAME_EXCLUDED},
    {EMAIL, ".example.com", "me@example.com", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {EMAIL, "me@example.com", "me@EXAMPLE.com", NAME_ALLOWED, NAME_EXCLUDED},
    {EMAIL, "me@example.com", "Me@example.com", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {EMAIL, "me@example.com", "you@example.com", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {EMAIL, "*@example.com", "me@example.com", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {EMAIL, "", "me@example.com", NAME_ALLOWED, NAME_EXCLUDED},
    {EMAIL, "example.com", "me", NAME_MALFORMED, NAME_MALFORMED},
    {EMAIL, "example.com", "me@you@example.com", NAME_MALFORMED, NAME_MALFORMED},
    {EMAIL, "example.com", "@example.com", NAME_MALFORMED, NAME_MALFORMED},
    {EMAIL, "me@you@example.com", "me@example.com", NAME_UNDECIDED, NAME_UNDECIDED},
    {URI, "example.com", "mqtts://example.com:8883/x", NAME_ALLOWED, NAME_EXCLUDED},
    {URI, "example.com", "mqtts://me@Example.COM", NAME_ALLOWED, NAME_EXCLUDED},
    {URI, "example.com", "https://a.example.com/", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {URI, ".example.com", "https://a.example.com/", NAME_ALLOWED, NAME_EXCLUDED},
    {URI, ".example.com", "https://example.com?a", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {URI, "example.com", "https://evil.org/example.com", NAME_NOT_PERMITTED, NAME_ALLOWED},
    {URI, "example.com", "https://example.com#@evil.org", NAME_ALLOWED, NAME_EXCLUDED},
    {URI, "example.com", "urn:example:com", NAME_MALFORMED, NAME_MALFORMED},
    {URI, "example.com", "https://192.0.2.1/", NAME_MALFORMED, NAME_MALFORMED},
    {URI, "example.com", "https://[2001:db8::1]/", NAME_MALFORMED, NAME_MALFORMED},
    {URI, "https://example.com", "https://example.com", NAME_UNDECIDED, NAME_UNDECIDED},
    {URI, "192.0.2.1", "https://example.com", NAME_UNDECIDED, NAME_UNDECIDED},
};

static void
test_texts(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    const TextCase *t = &texts[i];
    g_test_message("%02x \"%s\" and \"%s\"", t->tag, t->base, t->name);
    check(PERMITTED, der_text(t->tag, t->base), der_text(t->tag, t->name), t->permitted);
    check(EXCLUDED, der_text(t->tag, t->base), der_text(t->tag, t->name), t->excluded);
  }
}

static void
check_address(const char *range, gsize range_length, const char *address, gsize length,
              NameJudgement permitted, NameJudgement excluded)
{
  check(PERMITTED, der_bytes(IP, range, range_length), der_bytes(IP, address, length), permitted);
  check(EXCLUDED, der_bytes(IP, range, range_length), der_bytes(IP, address, length), excluded);
}

static void
test_addresses(void)
{
  const char *range = "\xc0\x00\x02\x00\xff\xff\xff\x00"; /* 192.0.2.0/24 */
  char wide[32] = "\x20\x01\x0d\xb8";                     /* 2001:db8::/32 */
  char six[16] = "\x20\x01\x0d\xb8\x00\x01", other[16] = "\x20\x01\x0d\xb9";
  memset(wide + 16, 0xff, 4);
  check_address(range, 8, "\xc0\x00\x02\x01", 4, NAME_ALLOWED, NAME_EXCLUDED);
  check_address(range, 8, "\xc0\x00\x03\x01", 4, NAME_NOT_PERMITTED, NAME_ALLOWED);
  check_address("\xc0\x00\x02\x01\xff\xff\xff\xff", 8, "\xc0\x00\x02\x02", 4, NAME_NOT_PERMITTED,
                NAME_ALLOWED);
  check_address("\0\0\0\0\0\0\0\0", 8, "\x01\x02\x03\x04", 4, NAME_ALLOWED, NAME_EXCLUDED);
  check_address(wide, 32, six, 16, NAME_ALLOWED, NAME_EXCLUDED);
  check_address(wide, 32, other, 16, NAME_NOT_PERMITTED, NAME_ALLOWED);
  check_address(wide, 32, "\xc0\x00\x02\x01", 4, NAME_NOT_PERMITTED, NAME_ALLOWED);
  check_address(range, 8, "\xc0\x00\x02", 3, NAME_MALFORMED, NAME_MALFORMED);
  check_address(range, 7, "\xc0\x00\x02\x01", 4, NAME_UNDECIDED, NAME_UNDECIDED);
  check_address("\xc0\x00\x02\x00\xff\x00\xff\x00", 8, "\xc0\x00\x02\x01", 4, NAME_UNDECIDED,
                NAME_UNDECIDED);
}

static GBytes *
directory(GBytes *name)
{
  return der_element(DIRECTORY, name, NULL);
}

static void
test_directory_names(void)
{
  const char *country = "2.5.4.6", *cn = "2.5.4.3";
  enum { UTF8 = 0x0c, PRINTABLE = 0x13 };
  GBytes *base = der_name(country, PRINTABLE, "DE", NULL);
  check(PERMITTED, directory(base),
        directory(der_name(country, UTF8, "de", cn, UTF8, "broker", NULL)), NAME_ALLOWED);
  base = der_name(country, PRINTABLE, "DE", NULL);
  check(EXCLUDED, directory(base),
        directory(der_name(country, UTF8, "de", cn, UTF8, "broker", NULL)), NAME_EXCLUDED);
  base = der_name(country, PRINTABLE, "DE", NULL);
  check(PERMITTED, directory(base), directory(der_name(cn, UTF8, "broker", NULL)),
        NAME_NOT_PERMITTED);
  check(PERMITTED, directory(der_name(NULL, NULL)), directory(der_name(cn, UTF8, "broker", NULL)),
        NAME_ALLOWED);
  check(PERMITTED, der_text(DIRECTORY, "junk"), directory(der_name(cn, UTF8, "broker", NULL)),
        NAME_UNDECIDED);
  check(PERMITTED, directory(der_name(NULL, NULL)), der_text(DIRECTORY, "junk"), NAME_MALFORMED);
}

/* Constraints of one kind say nothing about names of another. */
static void
test_other_kinds(void)
{
  check(PERMITTED, der_text(DNS, "example.com"), der_text(EMAIL, "me@example.org"), NAME_ALLOWED);
  check(EXCLUDED, der_text(DNS, ""), der_text(URI, "https://example.org"), NAME_ALLOWED);
  check(PERMITTED, der_text(DNS, "example.com"), der_text(DNS, "example.com"), NAME_ALLOWED);
  check(EXCLUDED, der_text(ID, "\x2a\x03"), der_text(ID, "\x2a\x03"), NAME_UNDECIDED);
  check(EXCLUDED, der_text(ID, "\x2a\x03"), der_text(DNS, "example.com"), NAME_ALLOWED);
  check(EXCLUDED, der_element(0xa0, der_oid("1.2.3"), NULL),
        der_element(0xa0, der_oid("1.2.4"), NULL), NAME_UNDECIDED);
}

static void
test_several(void)
{
  const Subtree *subtree;
  g_autoptr(GBytes) value = der_element(
      0x30,
      der_element(PERMITTED, der_element(0x30, der_text(DNS, "example.org"), NULL),
                  der_element(0x30, der_text(DNS, "example.com"), NULL), NULL),
      der_element(EXCLUDED, der_element(0x30, der_text(DNS, "secret.example.com"), NULL), NULL),
      NULL);
  g_autoptr(GBytes) good = der_text(DNS, "a.example.com");
  g_autoptr(GBytes) bad = der_text(DNS, "a.secret.example.com");
  g_autoptr(GBytes) stranger = der_text(DNS, "example.net");
  g_assert_cmpint(judge_with(der_span(value), good, &subtree), ==, NAME_ALLOWED);
  g_assert_cmpint(judge_with(der_span(value), bad, &subtree), ==, NAME_EXCLUDED);
  g_assert_cmpint(judge_with(der_span(value), stranger, &subtree), ==, NAME_NOT_PERMITTED);
  g_autoptr(NameConstraints) constraints = name_constraints_new(der_span(value));
  g_autofree char *text = name_constraints_permitted_text(constraints, GENERAL_NAME_DNS);
  g_assert_cmpstr(text, ==, "example.org, example.com");
  g_assert_cmpuint(name_constraints_count(constraints), ==, 3);
}

/* RFC 5280: minimum is 0 (and so not written in DER), maximum is absent. */
static void
test_distances(void)
{
  const Subtree *subtree;
  g_autoptr(GBytes) name = der_text(DNS, "example.com");
  static const struct {
    const char *bytes;
    gsize length;
    NameJudgement expected;
  } cases[] = {
      {"\x80\x01\x00", 3, NAME_ALLOWED},   {"\x80\x01\x01", 3, NAME_UNDECIDED},
      {"\x81\x01\x05", 3, NAME_UNDECIDED}, {"\x80\x01\x00\x81\x01\x05", 6, NAME_UNDECIDED},
      {"\x80\x00", 2, NAME_UNDECIDED},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GBytes) value = subtrees(PERMITTED, der_text(DNS, "example.com"));
    GByteArray *whole = g_byte_array_new();
    g_byte_array_append(whole, g_bytes_get_data(value, NULL), g_bytes_get_size(value));
    g_byte_array_append(whole, (const guint8 *)cases[i].bytes, cases[i].length);
    for (gsize j = 1; j < 6; j += 2) /* the three SEQUENCEs grow */
      whole->data[j] += cases[i].length;
    g_autoptr(GBytes) longer = g_byte_array_free_to_bytes(whole);
    g_assert_cmpint(judge_with(der_span(longer), name, &subtree), ==, cases[i].expected);
  }
}

static void
test_unreadable(void)
{
  static const struct {
    const char *bytes;
    gsize length;
  } cases[] = {
      {"", 0},
      {"\x04\x01\x00", 3},                     /* no SEQUENCE */
      {"\x30\x02\xa2\x00", 4},                 /* an unknown part */
      {"\x30\x04\xa1\x00\xa0\x00", 6},         /* in the wrong order */
      {"\x30\x04\xa0\x02\x04\x00", 6},         /* a subtree that is none */
      {"\x30\x04\xa0\x02\x30\x00", 6},         /* a subtree of nothing */
      {"\x30\x06\xa0\x04\x30\x02\x89\x00", 8}, /* a kind of name that is none */
      {"\x30\x06\xa0\x04\x30\x02\x82\x05", 8}, /* cut */
      {"\x30\x00\x00", 3},                     /* more behind it */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_null(name_constraints_new((DerSpan){(const guint8 *)cases[i].bytes, cases[i].length}));
  g_autoptr(NameConstraints) empty = name_constraints_new((DerSpan){(const guint8 *)"\x30\x00", 2});
  g_assert_nonnull(empty);
  g_assert_cmpuint(name_constraints_count(empty), ==, 0);
}

static void
test_budget(void)
{
  guint budget = 1;
  const Subtree *subtree;
  g_autoptr(GBytes) value =
      der_element(0x30,
                  der_element(EXCLUDED, der_element(0x30, der_text(DNS, "a"), NULL),
                              der_element(0x30, der_text(DNS, "b"), NULL), NULL),
                  NULL);
  g_autoptr(NameConstraints) constraints = name_constraints_new(der_span(value));
  GeneralName name = {GENERAL_NAME_DNS, {(const guint8 *)"c", 1}};
  g_assert_cmpint(name_constraints_judge(constraints, &name, &budget, &subtree), ==, NAME_TOO_MANY);
  g_assert_cmpuint(budget, ==, 0);
  budget = 2;
  g_assert_cmpint(name_constraints_judge(constraints, &name, &budget, &subtree), ==, NAME_ALLOWED);
  g_assert_cmpuint(budget, ==, 0);
}

static void
check_text(GBytes *base, const char *expected)
{
  g_autoptr(GBytes) held = base;
  DerSpan rest = der_span(held);
  GeneralName name;
  g_assert_true(general_name_next(&rest, &name));
  g_autofree char *text = general_name_subtree_text(&name);
  g_assert_cmpstr(text, ==, expected);
}

static void
test_subtree_texts(void)
{
  check_text(der_text(DNS, "example.com"), "example.com");
  check_text(der_text(DNS, ""), "all of them");
  check_text(der_text(DNS, "a\x1b[2J"), "a\\e[2J");
  check_text(der_bytes(IP, "\xc0\x00\x02\x00\xff\xff\xff\x80", 8), "192.0.2.0/25");
  check_text(der_bytes(IP, "\xc0\x00\x02", 3), "(3 bytes) c0:00:02");
  check_text(directory(der_name("2.5.4.3", 0x0c, "x", NULL)), "CN=x");
  check_text(der_text(DIRECTORY, "\x04"), "(1 bytes) 04");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/name_constraints/texts", test_texts);
  g_test_add_func("/name_constraints/addresses", test_addresses);
  g_test_add_func("/name_constraints/directory_names", test_directory_names);
  g_test_add_func("/name_constraints/other_kinds", test_other_kinds);
  g_test_add_func("/name_constraints/several", test_several);
  g_test_add_func("/name_constraints/distances", test_distances);
  g_test_add_func("/name_constraints/unreadable", test_unreadable);
  g_test_add_func("/name_constraints/budget", test_budget);
  g_test_add_func("/name_constraints/subtree_texts", test_subtree_texts);
  return g_test_run();
}
