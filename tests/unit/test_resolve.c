#include "config.h"
#include "net/resolve.h"

#include <string.h>

#include "net/tunnel_error.h"
#include "lab/dns_server.h"
#include "unit/loop.h"

typedef struct {
  GMainContext *context;
  DnsServer *server;
  gboolean done;
  char *told; /* "names | addresses | ttl", or "CODE: sentence" */
  int code;
  guint calls;
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
  g_free(f->told);
}

static void
on_done(const ResolveAnswer *answer, const GError *error, gpointer data)
{
  Fixture *f = data;
  f->done = TRUE;
  f->calls++;
  g_assert_true((answer == NULL) != (error == NULL));
  if (error != NULL) {
    g_assert_true(error->domain == TUNNEL_ERROR);
    f->code = error->code;
    f->told = g_strdup(error->message);
    return;
  }
  GString *told = g_string_new(NULL);
  for (guint i = 0; answer->names[i] != NULL; i++)
    g_string_append_printf(told, "%s%s", i == 0 ? "" : " > ", answer->names[i]);
  g_string_append(told, " |");
  for (guint i = 0; i < answer->addresses->len; i++) {
    g_autofree char *text = address_text(&g_array_index(answer->addresses, Address, i));
    g_string_append_printf(told, " %s", text);
  }
  g_string_append_printf(told, " | %u", answer->ttl);
  f->told = g_string_free(told, FALSE);
}

static const char *
resolve_within(Fixture *f, const char *host, guint timeout_ms)
{
  f->done = FALSE;
  g_clear_pointer(&f->told, g_free);
  Resolve *resolve =
      resolve_start(f->context, host, dns_server_address(f->server), timeout_ms, on_done, f);
  g_assert_false(f->done);
  loop_until(f->context, &f->done, 20);
  resolve_free(resolve);
  return f->told;
}

static const char *
resolve(Fixture *f, const char *host)
{
  return resolve_within(f, host, 0);
}

static void
test_addresses(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.test", "A", 300, "192.0.2.1");
  dns_server_add(f->server, "mqtt.test", "A", 120, "192.0.2.2");
  dns_server_add(f->server, "mqtt.test", "AAAA", 200, "2001:db8::1");
  resolve(f, "mqtt.test");
  g_assert_true(g_str_has_prefix(f->told, "mqtt.test | 2001:db8::1 192.0.2."));
  g_assert_nonnull(strstr(f->told, "192.0.2.1"));
  g_assert_nonnull(strstr(f->told, "192.0.2.2"));
  g_assert_true(g_str_has_suffix(f->told, "| 120"));
}

static void
test_one_family(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "four.test", "A", 60, "192.0.2.4");
  dns_server_add(f->server, "six.test", "AAAA", 61, "2001:db8::6");
  g_assert_cmpstr(resolve(f, "four.test"), ==, "four.test | 192.0.2.4 | 60");
  g_assert_cmpstr(resolve(f, "six.test"), ==, "six.test | 2001:db8::6 | 61");
}

static void
test_cname_chain(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "mqtt.test", "CNAME", 300, "lb.cloud.test");
  dns_server_add(f->server, "lb.cloud.test", "CNAME", 30, "node7.cloud.test");
  dns_server_add(f->server, "node7.cloud.test", "A", 90, "192.0.2.7");
  g_assert_cmpstr(resolve(f, "mqtt.test"), ==,
                  "mqtt.test > lb.cloud.test > node7.cloud.test | 192.0.2.7 | 30");
}

static void
test_cname_loop(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "a.test", "CNAME", 300, "b.test");
  dns_server_add(f->server, "b.test", "CNAME", 300, "a.test");
  resolve(f, "a.test");
  g_assert_nonnull(strstr(f->told, "\"a.test\""));
  g_assert_cmpstr(tunnel_error_code((TunnelError)f->code), ==, "dns-unknown");
}

static void
test_unknown(Fixture *f, gconstpointer data)
{
  g_assert_cmpstr(resolve(f, "nowhere.test"), ==,
                  "\"nowhere.test\" is not known to DNS; check the spelling or use the address");
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_DNS_UNKNOWN);
}

static void
test_no_address(Fixture *f, gconstpointer data)
{
  dns_server_fail(f->server, "other.test", 0);
  dns_server_add(f->server, "empty.test", "CNAME", 1, "other.test");
  resolve(f, "empty.test");
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_DNS_UNKNOWN);
  g_assert_nonnull(strstr(f->told, "no address"));
}

static void
test_server_failure(Fixture *f, gconstpointer data)
{
  dns_server_fail(f->server, "broken.test", 2 /* SERVFAIL */);
  resolve(f, "broken.test");
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_DNS_FAILURE);
  g_assert_nonnull(strstr(f->told, "certificates were not looked at"));
}

/* What the name server says of a name decides between "no such name" and "no answer about it"
 * (RFC 1035, 4.1.1). */
static void
test_rcodes(Fixture *f, gconstpointer data)
{
  static const struct {
    int rcode;
    TunnelError code;
    const char *word;
  } cases[] = {
      {0, TUNNEL_ERROR_DNS_UNKNOWN, "has no address"},
      {1, TUNNEL_ERROR_DNS_FAILURE, "FORMERR"},
      {2, TUNNEL_ERROR_DNS_FAILURE, "SERVFAIL"},
      {3, TUNNEL_ERROR_DNS_UNKNOWN, "is not known to DNS"},
      {4, TUNNEL_ERROR_DNS_FAILURE, "NOTIMP"},
      {5, TUNNEL_ERROR_DNS_FAILURE, "REFUSED"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *name = g_strdup_printf("rcode%d.test", cases[i].rcode);
    if (cases[i].rcode == 0)
      dns_server_fail(f->server, name, 0);
    else
      dns_server_fail(f->server, name, cases[i].rcode);
    resolve(f, name);
    g_test_message("%s", f->told);
    g_assert_cmpint(f->code, ==, cases[i].code);
    g_assert_nonnull(strstr(f->told, cases[i].word));
  }
}

/* A name that one answer does not know is unknown, also when the other does not come. */
static void
test_unknown_and_silent(Fixture *f, gconstpointer data)
{
  dns_server_ignore(f->server, "gone.test", "AAAA");
  dns_server_fail_type(f->server, "gone.test", "A", 3 /* NXDOMAIN */);
  resolve_within(f, "gone.test", 300);
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_DNS_UNKNOWN);
  g_assert_nonnull(strstr(f->told, "is not known to DNS"));
}

/* Without a word on the one family, the name may well have an address of it. */
static void
test_empty_and_silent(Fixture *f, gconstpointer data)
{
  dns_server_ignore(f->server, "half.test", "AAAA");
  dns_server_fail_type(f->server, "half.test", "A", 0);
  resolve_within(f, "half.test", 300);
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_DNS_FAILURE);
  g_assert_nonnull(strstr(f->told, "does not answer"));
}

/* As broken load balancers have it: they know the name, and deny it when asked for AAAA. */
static void
test_unknown_and_empty(Fixture *f, gconstpointer data)
{
  dns_server_fail_type(f->server, "odd.test", "A", 0);
  dns_server_fail_type(f->server, "odd.test", "AAAA", 3 /* NXDOMAIN */);
  resolve(f, "odd.test");
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_DNS_UNKNOWN);
  g_assert_nonnull(strstr(f->told, "has no address"));
}

static void
test_failure_and_address(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "good.test", "A", 60, "192.0.2.4");
  dns_server_fail_type(f->server, "good.test", "AAAA", 2 /* SERVFAIL */);
  g_assert_cmpstr(resolve(f, "good.test"), ==, "good.test | 192.0.2.4 | 60");
}

static void
test_silence_is_bounded(Fixture *f, gconstpointer data)
{
  dns_server_ignore(f->server, "mute.test", "A");
  dns_server_ignore(f->server, "mute.test", "AAAA");
  gint64 begin = g_get_monotonic_time();
  resolve_within(f, "mute.test", 300);
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_DNS_FAILURE);
  g_assert_true(g_str_has_prefix(f->told, "the name server does not answer for \"mute.test\""));
  g_assert_cmpint(g_get_monotonic_time() - begin, >=, 290 * 1000);
  g_assert_cmpint(g_get_monotonic_time() - begin, <, 5 * G_USEC_PER_SEC);
}

static void
test_one_family_silent(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "half.test", "A", 60, "192.0.2.4");
  dns_server_ignore(f->server, "half.test", "AAAA");
  g_assert_cmpstr(resolve(f, "half.test"), ==, "half.test | 192.0.2.4 | 60");
}

static void
test_literals(Fixture *f, gconstpointer data)
{
  g_assert_cmpstr(resolve(f, "192.0.2.9"), ==, "192.0.2.9 | 192.0.2.9 | 0");
  g_assert_cmpstr(resolve(f, "2001:db8::9"), ==, "2001:db8::9 | 2001:db8::9 | 0");
  g_assert_cmpuint(dns_server_questions(f->server), ==, 0);
}

static void
test_localhost(Fixture *f, gconstpointer data)
{
  g_assert_cmpstr(resolve(f, "localhost"), ==, "localhost | ::1 127.0.0.1 | 0");
  g_assert_cmpstr(resolve(f, "MQTT.Localhost."), ==, "MQTT.Localhost. | ::1 127.0.0.1 | 0");
  g_assert_cmpuint(dns_server_questions(f->server), ==, 0);
}

static void
test_unicode_name(Fixture *f, gconstpointer data)
{
  dns_server_add(f->server, "xn--bcher-kva.test", "A", 60, "192.0.2.5");
  g_assert_cmpstr(resolve(f, "bücher.test"), ==, "xn--bcher-kva.test | 192.0.2.5 | 60");
}

static void
test_hostile_name(Fixture *f, gconstpointer data)
{
  resolve(f, "");
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_DNS_UNKNOWN);
  f->code = -1;
  resolve(f, "evil\x1b[2J.test");
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_DNS_UNKNOWN);
  g_assert_null(strchr(f->told, '\x1b'));
}

static void
test_many_addresses_are_bounded(Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 100; i++) {
    g_autofree char *address = g_strdup_printf("192.0.2.%u", i);
    dns_server_add(f->server, "many.test", "A", 60, address);
  }
  resolve(f, "many.test");
  g_auto(GStrv) words = g_strsplit(f->told, " 192.0.2.", -1);
  g_assert_cmpuint(g_strv_length(words), ==, 64 + 1);
}

static void
test_free_while_asking(Fixture *f, gconstpointer data)
{
  dns_server_ignore(f->server, "mute.test", "A");
  dns_server_ignore(f->server, "mute.test", "AAAA");
  Resolve *resolve =
      resolve_start(f->context, "mute.test", dns_server_address(f->server), 0, on_done, f);
  while (dns_server_questions(f->server) < 2)
    g_main_context_iteration(f->context, TRUE);
  resolve_free(resolve);
  while (g_main_context_iteration(f->context, FALSE))
    ;
  g_assert_cmpuint(f->calls, ==, 0);
}

static void
test_free_at_once(Fixture *f, gconstpointer data)
{
  resolve_free(resolve_start(f->context, "127.0.0.1", NULL, 0, on_done, f));
  resolve_free(resolve_start(f->context, "x.test", dns_server_address(f->server), 0, on_done, f));
  resolve_free(NULL);
  while (g_main_context_iteration(f->context, FALSE))
    ;
  g_assert_cmpuint(f->calls, ==, 0);
}

static void
test_bad_servers(Fixture *f, gconstpointer data)
{
  Resolve *resolve = resolve_start(f->context, "x.test", "not a server", 0, on_done, f);
  loop_until(f->context, &f->done, 20);
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_DNS_FAILURE);
  resolve_free(resolve);
}

#define ADD(name, function) g_test_add("/resolve/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("addresses", test_addresses);
  ADD("one-family", test_one_family);
  ADD("cname-chain", test_cname_chain);
  ADD("cname-loop", test_cname_loop);
  ADD("unknown", test_unknown);
  ADD("no-address", test_no_address);
  ADD("server-failure", test_server_failure);
  ADD("rcodes", test_rcodes);
  ADD("unknown-and-silent", test_unknown_and_silent);
  ADD("empty-and-silent", test_empty_and_silent);
  ADD("unknown-and-empty", test_unknown_and_empty);
  ADD("failure-and-address", test_failure_and_address);
  ADD("silence-is-bounded", test_silence_is_bounded);
  ADD("one-family-silent", test_one_family_silent);
  ADD("literals", test_literals);
  ADD("localhost", test_localhost);
  ADD("unicode-name", test_unicode_name);
  ADD("hostile-name", test_hostile_name);
  ADD("many-addresses-are-bounded", test_many_addresses_are_bounded);
  ADD("free-while-asking", test_free_while_asking);
  ADD("free-at-once", test_free_at_once);
  ADD("bad-servers", test_bad_servers);
  return g_test_run();
}
