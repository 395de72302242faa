#include "config.h"

#include "trust/der_reader.h"

#include <string.h>

#include "unit/der_writer.h"

#define SPAN(literal) ((DerSpan){(const guint8 *)(literal), sizeof(literal) - 1})

static void
test_elements(void)
{
  DerElement element;
  DerSpan rest = SPAN("\x02\x01\x05\x30\x03\x01\x01\xff");
  g_assert_true(der_next(&rest, &element));
  g_assert_cmpuint(element.tag, ==, DER_INTEGER);
  g_assert_cmpmem(element.content.bytes, element.content.length, "\x05", 1);
  g_assert_cmpuint(element.whole.length, ==, 3);
  g_assert_false(der_next_of(&rest, DER_SET, &element));
  g_assert_cmpuint(rest.length, ==, 5); /* it stays where it is */
  g_assert_true(der_next_of(&rest, DER_SEQUENCE, &element));
  g_assert_cmpmem(element.content.bytes, element.content.length, "\x01\x01\xff", 3);
  g_assert_cmpuint(rest.length, ==, 0);
  g_assert_false(der_next(&rest, &element));
}

static void
test_long_lengths(void)
{
  static const guint8 content[0x1234];
  g_autoptr(GBytes) bytes = der_bytes(0x04, content, sizeof content);
  DerSpan inner;
  g_assert_true(der_unwrap(der_span(bytes), 0x04, &inner));
  g_assert_cmpuint(inner.length, ==, sizeof content);
  g_autoptr(GBytes) middle = der_bytes(0x04, content, 0x80);
  g_assert_true(der_unwrap(der_span(middle), 0x04, &inner));
  g_assert_cmpuint(inner.length, ==, 0x80);
}

/* Nothing is read, and nothing is taken off. */
static void
test_malformed(void)
{
  static const struct {
    const char *bytes;
    gsize length;
  } cases[] = {
      {"\x02", 1},                         /* no length */
      {"\x02\x02\x05", 3},                 /* one octet is missing */
      {"\x30\x80\x00\x00", 4},             /* indefinite length */
      {"\x04\x81\x01\x05", 4},             /* a length that fits into one octet */
      {"\x04\x82\x00\x85", 4},             /* a zero in front */
      {"\x04\x81", 2},                     /* the length itself is cut */
      {"\x04\x85\x01\x01\x01\x01\x01", 7}, /* more than four octets */
      {"\x04\x84\xff\xff\xff\xff\x00", 7}, /* far more than there is */
      {"\x1f\x01\x00", 3},                 /* a tag number of 31 or more */
      {"\x04\xff", 2},                     /* reserved */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    DerSpan rest = {(const guint8 *)cases[i].bytes, cases[i].length};
    DerElement element;
    g_assert_false(der_next(&rest, &element));
    g_assert_cmpuint(rest.length, ==, cases[i].length);
  }
}

static void
test_unwrap(void)
{
  DerSpan content;
  g_assert_true(der_unwrap(SPAN("\x30\x00"), DER_SEQUENCE, &content));
  g_assert_cmpuint(content.length, ==, 0);
  g_assert_false(der_unwrap(SPAN("\x30\x00\x00"), DER_SEQUENCE, &content)); /* more behind it */
  g_assert_false(der_unwrap(SPAN("\x31\x00"), DER_SEQUENCE, &content));
  g_assert_false(der_unwrap(SPAN(""), DER_SEQUENCE, &content));
}

static void
test_numbers(void)
{
  guint number;
  g_assert_true(der_number(SPAN("\x00"), &number));
  g_assert_cmpuint(number, ==, 0);
  g_assert_true(der_number(SPAN("\x01\x02"), &number));
  g_assert_cmpuint(number, ==, 0x102);
  g_assert_true(der_number(SPAN("\x00\xff"), &number));
  g_assert_cmpuint(number, ==, 0xff);
  g_assert_true(der_number(SPAN("\x7f\xff\xff\xff"), &number));
  g_assert_cmpuint(number, ==, G_MAXINT);
  g_assert_true(der_number(SPAN("\x01\x00\x00\x00\x00\x00\x00\x00\x00"), &number));
  g_assert_cmpuint(number, ==, G_MAXINT);
  g_assert_false(der_number(SPAN("\xff"), &number)); /* -1 */
  g_assert_false(der_number(SPAN(""), &number));
}

static void
check_oid(const char *bytes, gsize length, const char *expected)
{
  g_autofree char *text = der_oid_text((DerSpan){(const guint8 *)bytes, length});
  g_assert_cmpstr(text, ==, expected);
}

static void
test_oids(void)
{
  static char endless[200];
  check_oid("\x55\x1d\x1e", 3, "2.5.29.30");
  check_oid("\x2a\x86\x48\x86\xf7\x0d", 6, "1.2.840.113549");
  check_oid("\x27", 1, "0.39");
  check_oid("\x88\x37", 2, "2.999");
  check_oid("", 0, NULL);
  check_oid("\x55\x9d", 2, NULL); /* the last number does not end */
  check_oid("\x55\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11, NULL);
  memset(endless, 1, sizeof endless);
  check_oid(endless, 129, NULL);
  g_autofree char *longest = der_oid_text((DerSpan){(const guint8 *)endless, 128});
  g_assert_nonnull(longest);
}

static void
test_oid_comparison(void)
{
  const DerSpan constraints = SPAN("\x55\x1d\x1e"), rsa = SPAN("\x2a\x86\x48\x86\xf7\x0d");
  g_assert_true(der_oid_is(constraints, "2.5.29.30"));
  g_assert_true(der_oid_is(rsa, "1.2.840.113549"));
  g_assert_true(der_oid_is(SPAN("\x88\x37"), "2.999"));
  g_assert_false(der_oid_is(constraints, "2.5.29.31"));
  g_assert_false(der_oid_is(constraints, "2.5.29"));
  g_assert_false(der_oid_is(constraints, "2.5.29.30.1"));
  g_assert_false(der_oid_is(constraints, "1.5.29.30"));
  g_assert_false(der_oid_is(SPAN(""), "2.5.29.30"));
  g_assert_false(der_oid_is(SPAN("\x55\x1d\x9e"), "2.5.29.30"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/der/elements", test_elements);
  g_test_add_func("/der/long_lengths", test_long_lengths);
  g_test_add_func("/der/malformed", test_malformed);
  g_test_add_func("/der/unwrap", test_unwrap);
  g_test_add_func("/der/numbers", test_numbers);
  g_test_add_func("/der/oids", test_oids);
  g_test_add_func("/der/oid_comparison", test_oid_comparison);
  return g_test_run();
}
