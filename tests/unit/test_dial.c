#include "config.h"
#include "net/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "net/tunnel_error.h"
#include "unit/loop.h"

typedef struct {
  GMainContext *context;
  GArray *addresses;
  GString *told; /* every callback, in order */
  gboolean done;
  int fd;
  int code;
  char *error, *last_failure;
  GArray *descriptors; /* to be closed at the end */
  int bound[2];        /* to 127.0.0.1 and 127.0.0.2 */
  guint16 port;        /* of both */
} Fixture;

static int
bind_to(const char *literal, guint16 *port)
{
  Address address;
  socklen_t length = sizeof address.socket;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  g_assert_true(address_parse(&address, literal));
  address_set_port(&address, *port);
  if (bind(fd, (struct sockaddr *)&address.socket, address_length(&address)) != 0) {
    close(fd);
    return -1;
  }
  getsockname(fd, (struct sockaddr *)&address.socket, &length);
  *port = address_port(&address);
  return fd;
}

/* A port that is ours on both addresses: what is free on the one may be in use on the other. */
static void
reserve_port(Fixture *f)
{
  for (guint try = 0; try < 100; try++) {
    f->port = 0;
    f->bound[0] = bind_to("127.0.0.1", &f->port);
    f->bound[1] = bind_to("127.0.0.2", &f->port);
    if (f->bound[0] >= 0 && f->bound[1] >= 0)
      return;
    close(f->bound[0]);
  }
  g_error("no port is free on 127.0.0.1 and 127.0.0.2");
}

static void
set_up(Fixture *f, gconstpointer data)
{
  f->context = g_main_context_new();
  f->addresses = g_array_new(FALSE, FALSE, sizeof(Address));
  f->told = g_string_new(NULL);
  f->descriptors = g_array_new(FALSE, FALSE, sizeof(int));
  f->fd = -1;
  reserve_port(f);
  g_array_append_vals(f->descriptors, f->bound, 2);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < f->descriptors->len; i++)
    close(g_array_index(f->descriptors, int, i));
  if (f->fd >= 0)
    close(f->fd);
  g_array_unref(f->descriptors);
  g_array_unref(f->addresses);
  g_string_free(f->told, TRUE);
  g_free(f->error);
  g_free(f->last_failure);
  g_main_context_unref(f->context);
}

static void
add_address(Fixture *f, const char *literal)
{
  Address address;
  g_assert_true(address_parse(&address, literal));
  g_array_append_val(f->addresses, address);
}

/* One of the two sockets of reserve_port(); who connects there is refused until it listens. */
static int
bound_to(Fixture *f, const char *literal)
{
  return f->bound[strcmp(literal, "127.0.0.1") != 0];
}

static void
listen_on(Fixture *f, const char *literal)
{
  g_assert_cmpint(listen(bound_to(f, literal), 8), ==, 0);
}

/* A listener whose backlog is full: it answers no SYN any more, as behind a firewall. */
static void
fall_silent(Fixture *f, const char *literal)
{
  int listener = bound_to(f, literal);
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  g_assert_cmpint(listen(listener, 0), ==, 0);
  getsockname(listener, (struct sockaddr *)&address, &length);
  for (int i = 0; i < 4; i++) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
      g_assert_cmpint(errno, ==, EINPROGRESS);
    g_array_append_val(f->descriptors, fd);
  }
}

/* Addresses without the port, which is another one in every run. */
static void
tell(Fixture *f, const char *what, const char *address)
{
  const char *colon = strrchr(address, ':');
  g_string_append_printf(f->told, "%s%s %.*s", f->told->len == 0 ? "" : ", ", what,
                         (int)(colon - address), address);
}

static void
on_attempt(const char *address, gpointer data)
{
  tell(data, "try", address);
}

static void
on_failed(const char *address, const GError *error, gpointer data)
{
  Fixture *f = data;
  g_assert_true(error->domain == TUNNEL_ERROR);
  g_free(f->last_failure);
  f->last_failure = g_strdup(error->message);
  tell(data, tunnel_error_code((TunnelError)error->code), address);
}

static void
on_done(int fd, const char *address, const GError *error, gpointer data)
{
  Fixture *f = data;
  g_assert_false(f->done);
  f->done = TRUE;
  f->fd = fd;
  if (fd >= 0) {
    tell(f, "connected", address);
    return;
  }
  f->code = error->code;
  f->error = g_strdup(error->message);
}

static const DialSink sink = {.attempt = on_attempt, .failed = on_failed, .done = on_done};

static void
dial(Fixture *f, guint timeout_ms)
{
  Dial *dial = dial_start(f->context, "mqtt.test", f->addresses, f->port, timeout_ms, &sink, f);
  g_assert_cmpuint(f->told->len, ==, 0);
  loop_until(f->context, &f->done, 20);
  dial_free(dial);
}

static void
test_connects(Fixture *f, gconstpointer data)
{
  listen_on(f, "127.0.0.1");
  add_address(f, "127.0.0.1");
  add_address(f, "127.0.0.2");
  dial(f, 0);
  g_assert_cmpstr(f->told->str, ==, "try 127.0.0.1, connected 127.0.0.1");
  g_assert_cmpint(f->fd, >=, 0);
}

static void
test_refused(Fixture *f, gconstpointer data)
{
  add_address(f, "127.0.0.1");
  dial(f, 0);
  g_autofree char *expected =
      g_strdup_printf("nothing listens on 127.0.0.1:%u (connection refused); start the broker or "
                      "correct the port",
                      f->port);
  g_assert_cmpint(f->fd, ==, -1);
  g_assert_cmpstr(f->told->str, ==, "try 127.0.0.1, tcp-refused 127.0.0.1");
  g_assert_cmpstr(f->error, ==, expected);
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_TCP_REFUSED);
}

static void
test_refused_then_good(Fixture *f, gconstpointer data)
{
  listen_on(f, "127.0.0.1");
  add_address(f, "127.0.0.2");
  add_address(f, "127.0.0.1");
  gint64 begin = g_get_monotonic_time();
  dial(f, 0);
  g_assert_cmpstr(f->told->str, ==,
                  "try 127.0.0.2, tcp-refused 127.0.0.2, try 127.0.0.1, connected 127.0.0.1");
  /* After a failure the next attempt does not wait for the stagger. */
  g_assert_cmpint(g_get_monotonic_time() - begin, <, DIAL_STAGGER_MS * 1000);
}

static void
test_dead_then_good(Fixture *f, gconstpointer data)
{
  fall_silent(f, "127.0.0.2");
  listen_on(f, "127.0.0.1");
  add_address(f, "127.0.0.2");
  add_address(f, "127.0.0.1");
  gint64 begin = g_get_monotonic_time();
  dial(f, 0);
  g_assert_cmpstr(f->told->str, ==,
                  "try 127.0.0.2, try 127.0.0.1, tcp-filtered 127.0.0.2, connected 127.0.0.1");
  g_assert_nonnull(strstr(f->last_failure, "127.0.0.2"));
  g_assert_nonnull(strstr(f->last_failure, ", while 127.0.0.1:"));
  g_assert_cmpint(g_get_monotonic_time() - begin, >=, (DIAL_STAGGER_MS - 5) * 1000);
  g_assert_cmpint(g_get_monotonic_time() - begin, <, 5 * G_USEC_PER_SEC);
}

static void
test_timeout(Fixture *f, gconstpointer data)
{
  fall_silent(f, "127.0.0.2");
  add_address(f, "127.0.0.2");
  dial(f, 200);
  g_assert_cmpstr(f->told->str, ==, "try 127.0.0.2, tcp-filtered 127.0.0.2");
  g_assert_cmpint(f->code, ==, TUNNEL_ERROR_TCP_FILTERED);
  g_assert_nonnull(strstr(f->error, "does not answer at all"));
}

static void
test_all_fail(Fixture *f, gconstpointer data)
{
  fall_silent(f, "127.0.0.2");
  add_address(f, "127.0.0.2");
  add_address(f, "127.0.0.1");
  dial(f, 600);
  g_assert_cmpstr(f->told->str, ==,
                  "try 127.0.0.2, try 127.0.0.1, tcp-refused 127.0.0.1, tcp-filtered 127.0.0.2");
  g_assert_true(
      g_str_has_prefix(f->error, "none of the 2 addresses of \"mqtt.test\" can be reached: "));
  g_assert_nonnull(strstr(f->error, "127.0.0.1"));
  g_assert_nonnull(strstr(f->error, "127.0.0.2"));
  /* The advice once, at the end. */
  const char *gap = strstr(f->error, "; ");
  g_assert_cmpstr(gap, ==, "; a firewall drops the packets, or the machine is off");
}

static void
test_free_while_dialing(Fixture *f, gconstpointer data)
{
  fall_silent(f, "127.0.0.2");
  add_address(f, "127.0.0.2");
  Dial *dial = dial_start(f->context, "mqtt.test", f->addresses, f->port, 0, &sink, f);
  while (f->told->len == 0)
    g_main_context_iteration(f->context, TRUE);
  dial_free(dial);
  while (g_main_context_iteration(f->context, FALSE))
    ;
  g_assert_false(f->done);
}

static char *
interleave(const char *list)
{
  g_auto(GStrv) words = g_strsplit(list, " ", -1);
  g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(Address));
  GString *told = g_string_new(NULL);
  for (guint i = 0; words[i] != NULL; i++) {
    Address address;
    g_assert_true(address_parse(&address, words[i]));
    g_array_append_val(addresses, address);
  }
  address_interleave(addresses);
  for (guint i = 0; i < addresses->len; i++) {
    g_autofree char *text = address_text(&g_array_index(addresses, Address, i));
    g_string_append_printf(told, "%s%s", i == 0 ? "" : " ", text);
  }
  return g_string_free(told, FALSE);
}

static void
test_interleave(void)
{
  static const char *const cases[][2] = {
      {"10.0.0.1 10.0.0.2 ::1 ::2 ::3", "::1 10.0.0.1 ::2 10.0.0.2 ::3"},
      {"10.0.0.1 10.0.0.2 10.0.0.3 ::1", "::1 10.0.0.1 10.0.0.2 10.0.0.3"},
      {"10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2"},
      {"::2 ::1", "::2 ::1"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *told = interleave(cases[i][0]);
    g_assert_cmpstr(told, ==, cases[i][1]);
  }
}

static void
test_address_text(void)
{
  Address v4, v6, mapped;
  g_assert_true(address_parse(&v4, "192.0.2.1"));
  g_assert_true(address_parse(&v6, "2001:db8::1"));
  g_assert_true(address_parse(&mapped, "::ffff:192.0.2.1"));
  g_assert_false(address_parse(&mapped, "mqtt.test") || address_parse(&mapped, "1.2.3") ||
                 address_parse(&mapped, "") || address_parse(&mapped, "fe80::1%nosuchif"));
  g_assert_true(address_parse(&mapped, "::ffff:192.0.2.1"));
  address_set_port(&v4, 8883);
  address_set_port(&v6, 8883);
  address_set_port(&mapped, 8883);
  g_autofree char *text4 = address_text_with_port(&v4);
  g_autofree char *text6 = address_text_with_port(&v6);
  g_assert_cmpstr(text4, ==, "192.0.2.1:8883");
  g_assert_cmpstr(text6, ==, "[2001:db8::1]:8883");
  g_assert_true(address_equal(&v4, &mapped));
  g_assert_false(address_equal(&v4, &v6));
}

#define ADD(name, function) g_test_add("/dial/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("connects", test_connects);
  ADD("refused", test_refused);
  ADD("refused-then-good", test_refused_then_good);
  ADD("dead-then-good", test_dead_then_good);
  ADD("timeout", test_timeout);
  ADD("all-fail", test_all_fail);
  ADD("free-while-dialing", test_free_while_dialing);
  g_test_add_func("/dial/interleave", test_interleave);
  g_test_add_func("/dial/address-text", test_address_text);
  return g_test_run();
}
