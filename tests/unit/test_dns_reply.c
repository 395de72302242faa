#include "config.h"
#include "net/dns_reply.h"

#include <string.h>

#include "net/name_survey.h"

/* Header, question "mqtt.test" (at 12) of type and class 1, then what the test adds. */
static GByteArray *
begin(guint answers)
{
  static const guint8 head[] = {0,   1,   0x81, 0x80, 0,   1,   0,   0,   0, 0, 0, 0, 4, 'm',
                                'q', 't', 't',  4,    't', 'e', 's', 't', 0, 0, 1, 0, 1};
  GByteArray *reply = g_byte_array_append(g_byte_array_new(), head, sizeof head);
  reply->data[7] = (guint8)answers;
  return reply;
}

#define POINTER_TO_QUESTION "\xc0\x0c"

static void
add(GByteArray *reply, const char *owner, gsize owner_length, guint type, guint32 ttl,
    const char *data, gsize length)
{
  const guint8 fixed[10] = {(guint8)(type >> 8),
                            (guint8)type,
                            0,
                            1,
                            (guint8)(ttl >> 24),
                            (guint8)(ttl >> 16),
                            (guint8)(ttl >> 8),
                            (guint8)ttl,
                            (guint8)(length >> 8),
                            (guint8)length};
  g_byte_array_append(reply, (const guint8 *)owner, (guint)owner_length);
  g_byte_array_append(reply, fixed, sizeof fixed);
  g_byte_array_append(reply, (const guint8 *)data, (guint)length);
}

#define ADD(reply, type, ttl, data)                                                                \
  add(reply, POINTER_TO_QUESTION, 2, type, ttl, data, sizeof data - 1)

static void
test_records(void)
{
  g_autoptr(GByteArray) bytes = begin(2);
  ADD(bytes, DNS_TYPE_CNAME, 300, "\2lb\xc0\x11");
  ADD(bytes, DNS_TYPE_A, 0xffffffff, "\xc0\x00\x02\x07");
  DnsReply reply;
  DnsRecord record;
  char name[DNS_NAME_BYTES];
  g_assert_true(dns_reply_begin(&reply, bytes->data, bytes->len));
  g_assert_true(dns_reply_question(&reply, name));
  g_assert_cmpstr(name, ==, "mqtt.test");
  g_assert_true(dns_reply_next(&reply, &record));
  g_assert_cmpstr(record.owner, ==, "mqtt.test");
  g_assert_cmpuint(record.ttl, ==, 300);
  g_assert_true(dns_record_alias(&reply, &record, name));
  g_assert_cmpstr(name, ==, "lb.test");
  g_assert_true(dns_reply_next(&reply, &record));
  g_assert_cmpuint(record.type, ==, DNS_TYPE_A);
  g_assert_cmpuint(record.ttl, ==, 0); /* RFC 2181, 8 */
  g_assert_cmpuint(record.length, ==, 4);
  g_assert_false(dns_record_alias(&reply, &record, name));
  g_assert_false(dns_reply_next(&reply, &record));
}

/* Every message that is cut short gives what stands before the cut, and nothing behind it. */
static void
test_cut(void)
{
  g_autoptr(GByteArray) bytes = begin(2);
  guint question_end = bytes->len;
  ADD(bytes, DNS_TYPE_A, 60, "\xc0\x00\x02\x07");
  guint first_end = bytes->len;
  ADD(bytes, DNS_TYPE_A, 60, "\xc0\x00\x02\x08");
  for (guint length = 0; length <= bytes->len; length++) {
    DnsReply reply;
    DnsRecord record;
    guint count = 0;
    g_autofree guint8 *copy = g_memdup2(bytes->data, length);
    gboolean begun = dns_reply_begin(&reply, copy, length);
    g_assert_cmpint(begun, ==, length >= question_end);
    while (begun && dns_reply_next(&reply, &record))
      count++;
    g_assert_cmpuint(count, ==, length < first_end ? 0 : length < bytes->len ? 1 : 2);
  }
}

static void
test_circles(void)
{
  g_autoptr(GByteArray) bytes = begin(1);
  char self[2] = {(char)0xc0, (char)bytes->len};
  add(bytes, self, 2, DNS_TYPE_A, 60, "\xc0\x00\x02\x07", 4);
  DnsReply reply;
  DnsRecord record;
  g_assert_true(dns_reply_begin(&reply, bytes->data, bytes->len));
  g_assert_false(dns_reply_next(&reply, &record));
}

static void
test_other_class(void)
{
  g_autoptr(GByteArray) bytes = begin(2);
  guint at = bytes->len;
  ADD(bytes, DNS_TYPE_A, 60, "\xc0\x00\x02\x07");
  bytes->data[at + 2 + 3] = 3; /* CHAOS */
  ADD(bytes, DNS_TYPE_A, 61, "\xc0\x00\x02\x08");
  DnsReply reply;
  DnsRecord record;
  g_assert_true(dns_reply_begin(&reply, bytes->data, bytes->len));
  g_assert_true(dns_reply_next(&reply, &record));
  g_assert_cmpuint(record.ttl, ==, 61);
}

static gboolean
read_service(const char *data, gsize length, DnsService *service)
{
  g_autoptr(GByteArray) bytes = begin(1);
  DnsReply reply;
  DnsRecord record;
  add(bytes, POINTER_TO_QUESTION, 2, DNS_TYPE_SRV, 60, data, length);
  g_assert_true(dns_reply_begin(&reply, bytes->data, bytes->len));
  g_assert_true(dns_reply_next(&reply, &record));
  return dns_record_service(&reply, &record, service);
}

static void
test_service(void)
{
  DnsService service;
  g_assert_true(read_service("\0\12\0\74\x22\xb3\2lb\xc0\x11", 11, &service));
  g_assert_cmpuint(service.priority, ==, 10);
  g_assert_cmpuint(service.weight, ==, 60);
  g_assert_cmpuint(service.port, ==, 8883);
  g_assert_cmpstr(service.target, ==, "lb.test");
  g_assert_true(read_service("\0\0\0\0\0\0\0", 7, &service));
  g_assert_cmpstr(service.target, ==, "");
  g_assert_false(read_service("\0\0\0\0\0\0", 6, &service));
  g_assert_false(read_service("\0\0\0\0\0\0\0x", 8, &service));
  g_assert_false(read_service("\0\0\0\0\0\0\5x", 8, &service));
}

/* "FLAGS TAG=VALUE", or "no". */
static char *
read_authorization(const char *data, gsize length)
{
  g_autoptr(GByteArray) bytes = begin(1);
  DnsReply reply;
  DnsRecord record;
  DnsAuthorization caa;
  add(bytes, POINTER_TO_QUESTION, 2, DNS_TYPE_CAA, 60, data, length);
  g_assert_true(dns_reply_begin(&reply, bytes->data, bytes->len));
  g_assert_true(dns_reply_next(&reply, &record));
  if (!dns_record_authorization(&reply, &record, &caa))
    return g_strdup("no");
  return g_strdup_printf("%u %.*s=%.*s", caa.flags, (int)caa.tag_length, caa.tag,
                         (int)caa.value_length, caa.value);
}

static void
test_authorization(void)
{
  static const struct {
    const char *data;
    gsize length;
    const char *told;
  } cases[] = {
      {"\0\5issueca.test", 14, "0 issue=ca.test"},
      {"\x80\5issue;", 8, "128 issue=;"},
      {"\0\5issue", 7, "0 issue="},
      {"\0\6issue", 7, "no"},    /* the tag is longer than the record */
      {"\0\0issue", 7, "no"},    /* RFC 8659, 4.1: a tag is not empty */
      {"\0\5is\x1bue", 7, "no"}, /* and of letters and digits */
      {"\0\1", 2, "no"},
      {"", 0, "no"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *told = read_authorization(cases[i].data, cases[i].length);
    g_assert_cmpstr(told, ==, cases[i].told);
  }
}

/* More records than any broker has. */
static void
test_bounds(void)
{
  g_autoptr(GByteArray) bytes = begin(0);
  bytes->data[6] = 4; /* 1024 */
  for (guint i = 0; i < 1024; i++) {
    const char data[] = {10, 0, (char)(i >> 8), (char)i};
    add(bytes, POINTER_TO_QUESTION, 2, DNS_TYPE_A, 60, data, 4);
  }
  g_autoptr(NameSurvey) survey = name_survey_new("mqtt.test");
  name_survey_take_addresses(survey, bytes->data, bytes->len);
  g_assert_cmpuint(survey->addresses->len, ==, SURVEY_ADDRESSES_MAX);
  DnsReply reply;
  DnsRecord record;
  guint count = 0;
  g_assert_true(dns_reply_begin(&reply, bytes->data, bytes->len));
  while (dns_reply_next(&reply, &record))
    count++;
  g_assert_cmpuint(count, ==, 512);
}

/* Aliases and addresses of other names than the one asked for are nobody's. */
static void
test_foreign_records(void)
{
  g_autoptr(GByteArray) bytes = begin(3);
  add(bytes, "\4evil\0", 6, DNS_TYPE_A, 60, "\xc0\x00\x02\x07", 4);
  add(bytes, "\4evil\0", 6, DNS_TYPE_CNAME, 60, POINTER_TO_QUESTION, 2);
  ADD(bytes, DNS_TYPE_A, 60, "\xc0\x00\x02\x08\x09"); /* five octets */
  g_autoptr(NameSurvey) survey = name_survey_new("mqtt.test");
  name_survey_take_addresses(survey, bytes->data, bytes->len);
  g_assert_cmpuint(survey->addresses->len, ==, 0);
  g_assert_cmpuint(survey->aliases->len, ==, 0);
}

/* Case does not matter, and a target may hold anything. */
static void
test_hostile_target(void)
{
  g_autoptr(GByteArray) bytes = begin(1);
  ADD(bytes, DNS_TYPE_CNAME, 60, "\5\x1b[2J.\0");
  g_autoptr(NameSurvey) survey = name_survey_new("MQTT.Test");
  name_survey_take_addresses(survey, bytes->data, bytes->len);
  g_assert_cmpuint(survey->aliases->len, ==, 1);
  const SurveyAlias *alias = g_ptr_array_index(survey->aliases, 0);
  g_assert_cmpstr(alias->target, ==, "\\027[2J\\.");
  g_assert_cmpstr(name_survey_target(survey), ==, alias->target);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/dns-reply/records", test_records);
  g_test_add_func("/dns-reply/cut", test_cut);
  g_test_add_func("/dns-reply/circles", test_circles);
  g_test_add_func("/dns-reply/other-class", test_other_class);
  g_test_add_func("/dns-reply/service", test_service);
  g_test_add_func("/dns-reply/authorization", test_authorization);
  g_test_add_func("/dns-reply/bounds", test_bounds);
  g_test_add_func("/dns-reply/foreign-records", test_foreign_records);
  g_test_add_func("/dns-reply/hostile-target", test_hostile_target);
  return g_test_run();
}
