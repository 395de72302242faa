#include "config.h"
#include "net/name_query.h"

#include <string.h>

#include "lab/dns_server.h"
#include "net/tunnel_error.h"
#include "unit/loop.h"

typedef struct {
  GMainContext *context;
  DnsServer *server;
  gboolean done;
  guint calls;
  NameSurvey *survey;
  GError *error;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
  f->context = g_main_context_new();
  f->server = dns_server_new(f->context);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
  dns_server_free(f->server);
  g_main_context_unref(f->context);
  name_survey_free(f->survey);
  g_clear_error(&f->error);
}

static void
on_done(NameSurvey *survey, const GError *error, gpointer data)
{
  Fixture *f = data;
  f->done = TRUE;
  f->calls++;
  g_assert_true((survey == NULL) != (error == NULL));
  f->survey = survey;
  f->error = error != NULL ? g_error_copy(error) : NULL;
}

static void
ask_within(Fixture *f, const char *host, guint timeout_ms)
{
  f->done = FALSE;
  g_clear_pointer(&f->survey, name_survey_free);
  NameQuery *query =
      name_query_start(f->context, host, dns_server_address(f->server), timeout_ms, on_done, f);
  g_assert_false(f->done);
  loop_until(f->context, &f->done, 20);
  name_query_free(query);
}

/* "mqtt.test>lb.test 300, lb.test=192.0.2.7 30" */
static char *
tell(const NameSurvey *survey)
{
  GString *told = g_string_new(NULL);
  for (guint i = 0; i < survey->aliases->len; i++) {
    const SurveyAlias *alias = g_ptr_array_index(survey->aliases, i);
    g_string_append_printf(told, "%s%s>%s %u", told->len > 0 ? ", " : "", alias->name,
                           alias->target, alias->ttl);
  }
  for (guint i = 0; i < survey->addresses->len; i++) {
    const SurveyAddress *address = g_ptr_array_index(survey->addresses, i);
    g_string_append_printf(told, "%s%s=%s %u", told->len > 0 ? ", " : "", address->name,
                           address->address, address->ttl);
  }
  return g_string_free(told, FALSE);
}

static void
expect_names(Fixture *f, const char *host, const char *expected)
{
  ask_within(f, host, 0);
  g_assert_nonnull(f->survey);
  g_autofree char *told = tell(f->survey);
  g_assert_cmpstr(told, ==, expected);
}

/* "example.test: issue ca.test 60, ..." */
static void
expect_authorizations(Fixture *f, const char *expected)
{
  GString *told = g_string_new(f->survey->authorization_name);
  for (guint i = 0; i < f->survey->authorizations->len; i++) {
    const SurveyAuthorization *caa = g_ptr_array_index(f->survey->authorizations, i);
    g_string_append_printf(told, "%s%s%s %s %u", i == 0 ? ": " : ", ", caa->critical ? "!" : "",
                           caa->tag, caa->value, caa->ttl);
  }
  g_assert_cmpstr(told->str, ==, expected);
  g_string_free(told, TRUE);
}

static void
test_two_steps(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.test", "CNAME", 300, "lb.cloud.test");
  dns_server_add(f->server, "lb.cloud.test", "CNAME", 30, "node7.cloud.test");
  dns_server_add(f->server, "node7.cloud.test", "A", 90, "192.0.2.7");
  dns_server_add(f->server, "node7.cloud.test", "A", 91, "192.0.2.8");
  dns_server_add(f->server, "node7.cloud.test", "AAAA", 60, "2001:db8::7");
  expect_names(f, "mqtt.test",
               "mqtt.test>lb.cloud.test 300, lb.cloud.test>node7.cloud.test 30, "
               "node7.cloud.test=192.0.2.7 90, node7.cloud.test=192.0.2.8 91, "
               "node7.cloud.test=2001:db8::7 60");
  g_assert_cmpstr(name_survey_target(f->survey), ==, "node7.cloud.test");
  g_assert_false(f->survey->is_loop);
  g_assert_cmpint(f->survey->v4.answer, ==, NAME_ANSWER_FOUND);
  g_assert_cmpint(f->survey->v6.answer, ==, NAME_ANSWER_FOUND);
  g_assert_cmpint(f->survey->authorization.answer, ==, NAME_ANSWER_NONE);
  g_assert_cmpint(f->survey->service.answer, ==, NAME_ANSWER_UNKNOWN);
  g_assert_cmpuint(f->calls, ==, 1);
}

static void
test_direct(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.test", "A", 60, "192.0.2.7");
  expect_names(f, "MQTT.test.", "mqtt.test=192.0.2.7 60");
  g_assert_cmpstr(name_survey_target(f->survey), ==, "mqtt.test");
  g_assert_cmpint(f->survey->v6.answer, ==, NAME_ANSWER_NONE);
}

static void
test_loop(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "a.test", "CNAME", 300, "b.test");
  dns_server_add(f->server, "b.test", "CNAME", 301, "a.test");
  expect_names(f, "a.test", "a.test>b.test 300, b.test>a.test 301");
  g_assert_true(f->survey->is_loop);
  g_assert_cmpint(f->survey->v4.answer, ==, NAME_ANSWER_NONE);
}

static void
test_unknown_in_the_middle(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.test", "CNAME", 300, "old.cloud.test");
  dns_server_fail(f->server, "old.cloud.test", 3 /* NXDOMAIN */);
  expect_names(f, "mqtt.test", "mqtt.test>old.cloud.test 300");
  g_assert_cmpint(f->survey->v4.answer, ==, NAME_ANSWER_UNKNOWN);
  g_assert_cmpint(f->survey->v6.answer, ==, NAME_ANSWER_UNKNOWN);
  g_assert_false(f->survey->is_loop);
}

static void
test_unknown(Fixture *f, gconstpointer data)
{
  expect_names(f, "nowhere.test", "");
  g_assert_cmpint(f->survey->v4.answer, ==, NAME_ANSWER_UNKNOWN);
}

/* Weighted aliases answer each question as they like. */
static void
test_two_ways(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.test", "CNAME", 300, "one.test");
  dns_server_add(f->server, "one.test", "A", 60, "192.0.2.1");
  ask_within(f, "mqtt.test", 0);
  static const guint8 other[] = {
      0,    1,   0x81, 0x80, 0,    0,    0,    2, 0,  0, 0, 0, 4, 'm', 'q', 't', 't',
      4,    't', 'e',  's',  't',  0,    0,    5, 0,  1, 0, 0, 0, 9,   0,   6,   3,
      't',  'w', 'o',  0xc0, 0x11, 0xc0, 0x21, 0, 28, 0, 1, 0, 0, 0,   8,   0,   16,
      0x20, 1,   0xd,  0xb8, 0,    0,    0,    0, 0,  0, 0, 0, 0, 0,   0,   2};
  name_survey_take_addresses(f->survey, other, sizeof other);
  g_autofree char *told = tell(f->survey);
  g_assert_cmpstr(told, ==,
                  "mqtt.test>one.test 300, mqtt.test>two.test 9, one.test=192.0.2.1 60, "
                  "two.test=2001:db8::2 8");
  g_assert_cmpstr(name_survey_target(f->survey), ==, "one.test");
}

/* --- CAA ------------------------------------------------------------------------------------- */

static void
test_authorization_of_parent(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.example.test", "A", 60, "192.0.2.7");
  dns_server_add(f->server, "example.test", "CAA", 3600, "0 issue letsencrypt.org");
  dns_server_add(f->server, "example.test", "CAA", 3601, "128 issuewild ;");
  dns_server_add(f->server, "example.test", "CAA", 3602, "0 iodef mailto:ops@example.test");
  dns_server_add(f->server, "test", "CAA", 9, "0 issue nobody.test");
  ask_within(f, "mqtt.example.test", 0);
  expect_authorizations(f, "example.test: issue letsencrypt.org 3600, !issuewild ; 3601, "
                           "iodef mailto:ops@example.test 3602");
  g_assert_cmpint(f->survey->authorization.answer, ==, NAME_ANSWER_FOUND);
}

static void
test_authorization_is_nearest(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.example.test", "CAA", 60,
                 "0 ISSUE own.test; validationmethods=dns-01");
  dns_server_add(f->server, "example.test", "CAA", 3600, "0 issue letsencrypt.org");
  ask_within(f, "mqtt.example.test", 0);
  expect_authorizations(f, "mqtt.example.test: issue own.test; validationmethods=dns-01 60");
}

/* RFC 8659, 3: what the alias leads to counts for the name itself, its parents do not. */
static void
test_authorization_by_alias(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.example.test", "CNAME", 300, "lb.cloud.test");
  dns_server_add(f->server, "lb.cloud.test", "CAA", 50, "0 issue cloud.test");
  dns_server_add(f->server, "example.test", "CAA", 3600, "0 issue letsencrypt.org");
  ask_within(f, "mqtt.example.test", 0);
  expect_authorizations(f, "mqtt.example.test: issue cloud.test 50");
}

static void
test_authorization_fails(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.example.test", "A", 60, "192.0.2.7");
  dns_server_fail_type(f->server, "mqtt.example.test", "CAA", 2 /* SERVFAIL */);
  dns_server_add(f->server, "example.test", "CAA", 3600, "0 issue letsencrypt.org");
  ask_within(f, "mqtt.example.test", 0);
  expect_authorizations(f, "mqtt.example.test");
  g_assert_cmpint(f->survey->authorization.answer, ==, NAME_ANSWER_FAILED);
  g_assert_cmpstr(f->survey->authorization.failure, ==, "SERVFAIL");
}

static void
test_hostile_authorization(Fixture *f, gconstpointer data)
{
  char large[2 + 5 + 60000] = "\0\5issue\x1b[2J";
  memset(large + 11, 'x', sizeof large - 11);
  dns_server_add(f->server, "mqtt.test", "A", 60, "192.0.2.7");
  dns_server_add_bytes(f->server, "mqtt.test", "CAA", 60, "\0\377issue", 7);
  dns_server_add_bytes(f->server, "mqtt.test", "CAA", 61, large, sizeof large);
  ask_within(f, "mqtt.test", 0);
  g_assert_cmpuint(f->survey->authorizations->len, ==, 1);
  const SurveyAuthorization *caa = g_ptr_array_index(f->survey->authorizations, 0);
  g_assert_true(g_str_has_prefix(caa->value, "\\e[2Jxxx"));
  g_assert_cmpuint(strlen(caa->value), ==, SURVEY_VALUE_COLUMNS);
}

static void
test_many_authorizations(Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 100; i++) {
    g_autofree char *value = g_strdup_printf("0 issue ca%u.test", i);
    dns_server_add(f->server, "mqtt.test", "CAA", 60, value);
  }
  ask_within(f, "mqtt.test", 0);
  g_assert_cmpuint(f->survey->authorizations->len, ==, SURVEY_AUTHORIZATIONS_MAX);
}

/* --- SRV ------------------------------------------------------------------------------------- */

static void
test_services(Fixture *f, gconstpointer data)
{
  const char *name = "_secure-mqtt._tcp.mqtt.test";
  dns_server_add(f->server, "mqtt.test", "A", 60, "192.0.2.7");
  dns_server_add(f->server, name, "SRV", 33, "20 0 443 spare.test");
  dns_server_add(f->server, name, "SRV", 31, "10 40 8883 one.test");
  dns_server_add(f->server, name, "SRV", 32, "10 60 8884 two.test");
  dns_server_add_bytes(f->server, name, "SRV", 34, "\0\1\0\1", 4);
  ask_within(f, "mqtt.test", 0);
  g_assert_cmpstr(f->survey->service_name, ==, name);
  g_assert_cmpint(f->survey->service.answer, ==, NAME_ANSWER_FOUND);
  GString *told = g_string_new(NULL);
  for (guint i = 0; i < f->survey->services->len; i++) {
    const SurveyService *service = g_ptr_array_index(f->survey->services, i);
    g_string_append_printf(told, "%u %u %u %s %u; ", service->priority, service->weight,
                           service->port, service->target, service->ttl);
  }
  g_assert_cmpstr(told->str, ==,
                  "10 60 8884 two.test 32; 10 40 8883 one.test 31; 20 0 443 spare.test 33; ");
  g_string_free(told, TRUE);
}

static void
test_no_service(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "_secure-mqtt._tcp.mqtt.test", "SRV", 33, "0 0 0 .");
  ask_within(f, "mqtt.test", 0);
  g_assert_cmpuint(f->survey->services->len, ==, 1);
  g_assert_cmpstr(((SurveyService *)f->survey->services->pdata[0])->target, ==, "");
}

/* --- What goes wrong ------------------------------------------------------------------------- */

static void
test_truncated(Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 50; i++) {
    g_autofree char *address = g_strdup_printf("192.0.2.%u", i);
    dns_server_add(f->server, "many.test", "A", 60, address);
  }
  ask_within(f, "many.test", 0);
  g_assert_cmpuint(f->survey->addresses->len, ==, 50);
}

static void
test_rcodes(Fixture *f, gconstpointer data)
{
  static const char *const names[] = {"FORMERR", "SERVFAIL", NULL, "NOTIMP", "REFUSED"};
  for (int rcode = 1; rcode <= 5; rcode++) {
    if (names[rcode - 1] == NULL)
      continue;
    g_autofree char *host = g_strdup_printf("rcode%d.test", rcode);
    dns_server_fail(f->server, host, rcode);
    ask_within(f, host, 0);
    g_assert_cmpint(f->survey->v4.answer, ==, NAME_ANSWER_FAILED);
    g_assert_cmpstr(f->survey->v4.failure, ==, names[rcode - 1]);
  }
}

static void
test_silence(Fixture *f, gconstpointer data)
{
  const char *types[] = {"A", "AAAA"};
  for (guint i = 0; i < 2; i++)
    dns_server_ignore(f->server, "mute.test", types[i]);
  gint64 begin = g_get_monotonic_time();
  ask_within(f, "mute.test", 300);
  g_assert_cmpint(f->survey->v4.answer, ==, NAME_ANSWER_SILENT);
  g_assert_cmpint(f->survey->v6.answer, ==, NAME_ANSWER_SILENT);
  g_assert_cmpint(f->survey->service.answer, ==, NAME_ANSWER_UNKNOWN);
  g_assert_cmpint(g_get_monotonic_time() - begin, <, 5 * G_USEC_PER_SEC);
}

/* Boxes that drop what they do not know must not hold up what is known. */
static void
test_silent_extras(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.test", "A", 60, "192.0.2.7");
  dns_server_ignore(f->server, "mqtt.test", "CAA");
  gint64 begin = g_get_monotonic_time();
  expect_names(f, "mqtt.test", "mqtt.test=192.0.2.7 60");
  g_assert_cmpint(f->survey->authorization.answer, ==, NAME_ANSWER_SILENT);
  g_assert_cmpstr(f->survey->authorization_name, ==, "mqtt.test");
  g_assert_cmpint(g_get_monotonic_time() - begin, <, 7 * G_USEC_PER_SEC);
}

static void
test_search_domain(Fixture *f, gconstpointer data)
{
  g_setenv("LOCALDOMAIN", "corp.test", TRUE);
  dns_server_add(f->server, "broker.corp.test", "A", 60, "192.0.2.7");
  dns_server_add(f->server, "corp.test", "CAA", 61, "0 issue ca.test");
  expect_names(f, "broker", "broker.corp.test=192.0.2.7 60");
  expect_authorizations(f, "corp.test: issue ca.test 61");
  g_assert_cmpstr(f->survey->service_name, ==, "_secure-mqtt._tcp.broker.corp.test");
  expect_names(f, "stranger", "");
  g_assert_cmpint(f->survey->v4.answer, ==, NAME_ANSWER_UNKNOWN);
  g_unsetenv("LOCALDOMAIN");
}

static void
test_local(Fixture *f, gconstpointer data)
{
  expect_names(f, "localhost", "localhost=127.0.0.1 0, localhost=::1 0");
  g_assert_true(f->survey->is_local);
  g_assert_cmpuint(dns_server_questions(f->server), ==, 0);
}

static void
test_no_names(Fixture *f, gconstpointer data)
{
  static const char *const hosts[] = {"", ".", "192.0.2.1", "2001:db8::1", "a\xff\xfe.test"};
  for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
    g_clear_error(&f->error);
    ask_within(f, hosts[i], 0);
    g_assert_error(f->error, TUNNEL_ERROR, TUNNEL_ERROR_DNS_UNKNOWN);
  }
  g_assert_cmpuint(dns_server_questions(f->server), ==, 0);
}

static void
test_bad_names(Fixture *f, gconstpointer data)
{
  ask_within(f, "a..test", 0);
  g_assert_cmpint(f->survey->v4.answer, ==, NAME_ANSWER_UNKNOWN);
}

static void
test_bad_servers(Fixture *f, gconstpointer data)
{
  NameQuery *query = name_query_start(f->context, "x.test", "not a server", 0, on_done, f);
  loop_until(f->context, &f->done, 20);
  g_assert_error(f->error, TUNNEL_ERROR, TUNNEL_ERROR_DNS_FAILURE);
  name_query_free(query);
}

static void
test_unicode(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "xn--bcher-kva.test", "A", 60, "192.0.2.5");
  expect_names(f, "bücher.test", "xn--bcher-kva.test=192.0.2.5 60");
}

static void
test_free_while_asking(Fixture *f, gconstpointer data)
{
  dns_server_ignore(f->server, "mute.test", "A");
  NameQuery *query =
      name_query_start(f->context, "mute.test", dns_server_address(f->server), 0, on_done, f);
  while (dns_server_questions(f->server) < 2)
    g_main_context_iteration(f->context, TRUE);
  name_query_free(query);
  name_query_free(name_query_start(f->context, "localhost", NULL, 0, on_done, f));
  name_query_free(NULL);
  while (g_main_context_iteration(f->context, FALSE))
    ;
  g_assert_cmpuint(f->calls, ==, 0);
}

#define ADD(name, function)                                                                        \
  g_test_add("/name-query/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("two-steps", test_two_steps);
  ADD("direct", test_direct);
  ADD("loop", test_loop);
  ADD("unknown-in-the-middle", test_unknown_in_the_middle);
  ADD("unknown", test_unknown);
  ADD("two-ways", test_two_ways);
  ADD("authorization/parent", test_authorization_of_parent);
  ADD("authorization/nearest", test_authorization_is_nearest);
  ADD("authorization/by-alias", test_authorization_by_alias);
  ADD("authorization/fails", test_authorization_fails);
  ADD("authorization/hostile", test_hostile_authorization);
  ADD("authorization/many", test_many_authorizations);
  ADD("service/several", test_services);
  ADD("service/none", test_no_service);
  ADD("truncated", test_truncated);
  ADD("rcodes", test_rcodes);
  ADD("silence", test_silence);
  ADD("silent-extras", test_silent_extras);
  ADD("search-domain", test_search_domain);
  ADD("local", test_local);
  ADD("no-names", test_no_names);
  ADD("bad-names", test_bad_names);
  ADD("bad-servers", test_bad_servers);
  ADD("unicode", test_unicode);
  ADD("free-while-asking", test_free_while_asking);
  return g_test_run();
}
