#include "config.h"
#include "net/loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/socket_owner.h"
#include "net/tunnel_error.h"
#include "unit/loop.h"

typedef struct {
  GMainContext *context;
  Loopback *loopback;
  GPtrArray *foreign; /* what was reported */
  gboolean joined, reported, failed;
  int fd;
} Fixture;

static void
on_foreign(const char *who, gpointer data)
{
  Fixture *f = data;
  g_ptr_array_add(f->foreign, g_strdup(who));
  f->reported = TRUE;
}

static void
on_joined(int fd, gpointer data)
{
  Fixture *f = data;
  g_assert_false(f->joined);
  f->joined = TRUE;
  f->fd = fd;
}

static void
on_failed(const GError *error, gpointer data)
{
  Fixture *f = data;
  g_assert_error(error, TUNNEL_ERROR, TUNNEL_ERROR_LOCAL);
  f->failed = TRUE;
}

static const LoopbackSink sink = {.foreign = on_foreign, .joined = on_joined, .failed = on_failed};

static void
set_up(Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  f->context = g_main_context_new();
  f->foreign = g_ptr_array_new_with_free_func(g_free);
  f->fd = -1;
  f->loopback = loopback_new(f->context, &sink, f, &error);
  g_assert_no_error(error);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
  loopback_free(f->loopback);
  if (f->fd >= 0)
    close(f->fd);
  g_ptr_array_unref(f->foreign);
  g_main_context_unref(f->context);
}

static int
connect_to(guint16 port)
{
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  close(fd);
  return -1;
}

/* What the other process does: connects, and waits until it is sent away. */
static int
be_foreign(const char *port)
{
  char byte;
  int fd = connect_to((guint16)atoi(port));
  if (fd < 0)
    return 2;
  ssize_t got = recv(fd, &byte, 1, 0);
  close(fd);
  return got == 0 || (got < 0 && errno == ECONNRESET) ? 0 : 3;
}

static GPid
spawn_foreign(const Fixture *f)
{
  g_autofree char *port = g_strdup_printf("%u", loopback_port(f->loopback));
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  char *argv[] = {self, (char *)"--be-foreign", port, NULL};
  GPid pid;
  g_autoptr(GError) error = NULL;
  g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error(error);
  return pid;
}

static void
reap(GPid pid)
{
  int status;
  g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
  g_assert_true(WIFEXITED(status));
  g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static void
test_ours_joins(Fixture *f, gconstpointer data)
{
  char byte = 0;
  int fd = connect_to(loopback_port(f->loopback));
  g_assert_cmpint(fd, >=, 0);
  loop_until(f->context, &f->joined, 20);
  g_assert_cmpuint(f->foreign->len, ==, 0);
  g_assert_cmpint(send(fd, "x", 1, 0), ==, 1);
  while (recv(f->fd, &byte, 1, 0) < 0)
    g_assert_cmpint(errno, ==, EAGAIN);
  g_assert_cmpint(byte, ==, 'x');
  /* The door is shut behind it. */
  g_assert_cmpint(connect_to(loopback_port(f->loopback)), ==, -1);
  close(fd);
}

static void
test_foreign_is_sent_away(Fixture *f, gconstpointer data)
{
  GPid pid = spawn_foreign(f);
  loop_until(f->context, &f->reported, 20);
  reap(pid);
  g_assert_false(f->joined);
  g_assert_cmpuint(f->foreign->len, ==, 1);
  g_autofree char *who =
      g_strdup_printf(", process %d (test_loopback) of user %u", (int)pid, (unsigned)getuid());
  g_assert_true(g_str_has_prefix(f->foreign->pdata[0], "127.0.0.1:"));
  g_assert_true(g_str_has_suffix(f->foreign->pdata[0], who));

  int fd = connect_to(loopback_port(f->loopback));
  loop_until(f->context, &f->joined, 20);
  g_assert_cmpint(f->fd, >=, 0);
  close(fd);
}

/* Both wait at the door before anybody looks. */
static void
test_foreign_in_front_of_ours(Fixture *f, gconstpointer data)
{
  GPid pid = spawn_foreign(f);
  loop_until(f->context, &f->reported, 20);
  reap(pid);
  f->reported = FALSE;
  GPid second = spawn_foreign(f);
  int fd = connect_to(loopback_port(f->loopback));
  loop_until(f->context, &f->joined, 20);
  int status;
  close(f->fd);
  f->fd = -1;
  /* It came before ours, or found the door shut (2). */
  g_assert_cmpint(waitpid(second, &status, 0), ==, second);
  g_assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 2));
  close(fd);
}

static void
test_no_descriptor_left(Fixture *f, gconstpointer data)
{
  struct rlimit old, none;
  int fd = connect_to(loopback_port(f->loopback));
  g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &old), ==, 0);
  none = old;
  none.rlim_cur = 3;
  g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
  loop_until(f->context, &f->failed, 20);
  g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &old), ==, 0);
  g_assert_false(f->joined);
  close(fd);
}

/* A child that holds a copy of nothing of ours is foreign, though it is the same program; its own
 * socket is looked up among our descriptors, not among those of any process. */
static void
test_owner(void)
{
  int pair[2];
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
  g_assert_false(socket_owner_is_us(pair[0]));
  g_autofree char *who = socket_owner_describe(pair[0]);
  g_assert_cmpstr(who, ==, "somebody who is gone already");
  g_assert_false(socket_owner_is_us(-1));
  close(pair[0]);
  close(pair[1]);
}

static void
test_reports_are_bounded(Fixture *f, gconstpointer data)
{
  for (guint i = 1; i <= LOOPBACK_REPORTS_MAX + 2; i++) {
    f->reported = i > LOOPBACK_REPORTS_MAX;
    GPid pid = spawn_foreign(f);
    if (i <= LOOPBACK_REPORTS_MAX) {
      loop_until(f->context, &f->reported, 20);
      reap(pid);
      continue;
    }
    int status = -1;
    while (waitpid(pid, &status, WNOHANG) == 0)
      g_main_context_iteration(f->context, FALSE);
    g_assert_cmpint(status, ==, 0);
  }
  g_assert_cmpuint(f->foreign->len, ==, LOOPBACK_REPORTS_MAX);
  g_assert_true(g_str_has_suffix(f->foreign->pdata[LOOPBACK_REPORTS_MAX - 1],
                                 "(more of them are dropped without a word)"));
}

#define ADD(name, function)                                                                        \
  g_test_add("/loopback/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  if (argc == 3 && strcmp(argv[1], "--be-foreign") == 0)
    return be_foreign(argv[2]);
  g_test_init(&argc, &argv, NULL);
  ADD("ours-joins", test_ours_joins);
  ADD("foreign-is-sent-away", test_foreign_is_sent_away);
  ADD("foreign-in-front-of-ours", test_foreign_in_front_of_ours);
  ADD("reports-are-bounded", test_reports_are_bounded);
  ADD("no-descriptor-left", test_no_descriptor_left);
  g_test_add_func("/loopback/owner", test_owner);
  return g_test_run();
}
