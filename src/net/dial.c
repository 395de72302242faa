#include "config.h"
#include "net/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "net/tunnel_error.h"
#include "net/watch.h"
#include "util/safe_text.h"

/* One address being tried. */
typedef struct {
  Dial *dial;
  char *text;      /* "address:port" */
  int fd;          /* -1: not begun, or over */
  gint64 begun_us; /* monotonic */
  GSource *watch, *timer;
  GError *error; /* once it has failed */
} Attempt;

struct Dial {
  GMainContext *context;
  char *host; /* safe text */
  GArray *addresses;
  guint timeout_ms;
  const DialSink *sink;
  gpointer user_data;
  GPtrArray *attempts; /* of Attempt, as many as were begun */
  GSource *next;       /* begins the next attempt */
  guint failures;
};

static void
attempt_close(Attempt *attempt)
{
  watch_clear(&attempt->watch);
  watch_clear(&attempt->timer);
  if (attempt->fd >= 0)
    close(attempt->fd);
  attempt->fd = -1;
}

static void
attempt_free(gpointer data)
{
  Attempt *attempt = data;
  attempt_close(attempt);
  g_clear_error(&attempt->error);
  g_free(attempt->text);
  g_free(attempt);
}

/* --- Why not --------------------------------------------------------------------------------- */

static GError *
explain(const Attempt *attempt, int number)
{
  switch (number) {
  case ECONNREFUSED:
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TCP_REFUSED,
                       "nothing listens on %s (connection refused); start the broker or correct "
                       "the port",
                       attempt->text);
  case ECONNRESET: /* a refusal comes as ECONNREFUSED: this one was connected already */
  case EPIPE:
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TCP_CLOSED_AT_ONCE,
                       "%s accepts the connection and resets it at once; connection limit, "
                       "allow-list, or a proxy without a backend",
                       attempt->text);
  case ETIMEDOUT:
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TCP_FILTERED,
                       "%s does not answer at all; a firewall drops the packets, or the machine is "
                       "off",
                       attempt->text);
  case ENETUNREACH:
  case EHOSTUNREACH:
  case ENETDOWN:
  case EADDRNOTAVAIL:
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TCP_UNREACHABLE,
                       "no route to %s (%s); check VPN and network", attempt->text,
                       g_strerror(number));
  case EMFILE:
  case ENFILE:
  case ENOBUFS:
  case ENOMEM:
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_LOCAL,
                       "no socket for %s (%s); close other connections or raise the limit (ulimit "
                       "-n)",
                       attempt->text, g_strerror(number));
  default:
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_DIAL, "cannot connect to %s: %s", attempt->text,
                       g_strerror(number));
  }
}

/* Sentences are "cause; what to do": the length of the cause. */
static int
cause_length(const char *sentence)
{
  const char *gap = g_strrstr(sentence, "; ");
  return gap ? (int)(gap - sentence) : (int)strlen(sentence);
}

/* One failure speaks for itself; of several, the first gives the code and the advice, and all are
 * named. */
static GError *
summarize(const Dial *dial)
{
  const Attempt *first = dial->attempts->pdata[0];
  if (dial->attempts->len == 1)
    return g_error_copy(first->error);
  g_autoptr(GString) all = g_string_new(NULL);
  for (guint i = 0; i < dial->attempts->len; i++) {
    const Attempt *attempt = dial->attempts->pdata[i];
    const char *sentence = attempt->error->message;
    g_string_append_printf(all, "%s%.*s", i == 0 ? "" : ", ", cause_length(sentence), sentence);
  }
  g_string_append(all, first->error->message + cause_length(first->error->message));
  return g_error_new(TUNNEL_ERROR, first->error->code,
                     "none of the %u addresses of \"%s\" can be reached: %s", dial->attempts->len,
                     dial->host, all->str);
}

/* --- Attempts -------------------------------------------------------------------------------- */

static gboolean begin_next(gpointer data);

static void
begin_next_in(Dial *dial, guint milliseconds)
{
  watch_clear(&dial->next);
  if (dial->attempts->len < dial->addresses->len)
    dial->next = watch_timer(dial->context, milliseconds, begin_next, dial);
}

static void
fail(Attempt *attempt, int number)
{
  Dial *dial = attempt->dial;
  attempt_close(attempt);
  attempt->error = explain(attempt, number);
  dial->failures++;
  begin_next_in(dial, 0);
  dial->sink->failed(attempt->text, attempt->error, dial->user_data);
  if (dial->failures < dial->addresses->len)
    return;
  g_autoptr(GError) error = summarize(dial);
  dial->sink->done(-1, NULL, error, dial->user_data);
}

/* An attempt that is still under way when another has won, and had so much longer than that one
 * needed that it is no close race: it would hardly have answered at all. */
static void
report_loser(Attempt *loser, const Attempt *winner, gint64 now_us)
{
  Dial *dial = loser->dial;
  gint64 waited_us = now_us - loser->begun_us;
  gint64 needed_us = now_us - winner->begun_us;
  if (waited_us < DIAL_STAGGER_MS * 1000 / 2 || waited_us < DIAL_LOST_FACTOR * needed_us)
    return; /* it began last, or may be just a little slower */
  loser->error = g_error_new(
      TUNNEL_ERROR, TUNNEL_ERROR_TCP_FILTERED,
      "%s did not answer within %d ms, while %s did within %d ms; a firewall "
      "drops the packets, or that address is dead",
      loser->text, (int)(waited_us / 1000), winner->text, (int)((needed_us + 999) / 1000));
  dial->sink->failed(loser->text, loser->error, dial->user_data);
}

static void
win(Attempt *attempt)
{
  Dial *dial = attempt->dial;
  gint64 now_us = g_get_monotonic_time();
  int on = 1;
  int fd = attempt->fd;
  attempt->fd = -1;
  watch_clear(&dial->next);
  for (guint i = 0; i < dial->attempts->len; i++) {
    Attempt *other = dial->attempts->pdata[i];
    if (other->fd >= 0)
      report_loser(other, attempt, now_us);
    attempt_close(other);
  }
  /* MQTT packets are small and wait for answers. */
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  dial->sink->done(fd, attempt->text, NULL, dial->user_data);
}

static gboolean
on_ready(int fd, GIOCondition condition, gpointer data)
{
  int number = 0;
  socklen_t length = sizeof number;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &length) < 0)
    number = errno;
  if (number != 0)
    fail(data, number);
  else
    win(data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_timeout(gpointer data)
{
  fail(data, ETIMEDOUT);
  return G_SOURCE_REMOVE;
}

/* SO_RCVBUF stays as it is: to set it would switch off the kernel's tuning of the window, which
 * goes further (net.ipv4.tcp_rmem) than a program may ask for (net.core.rmem_max). */
static int
open_socket(const Address *address, int *fd)
{
  *fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (*fd < 0)
    return errno;
  if (connect(*fd, (const struct sockaddr *)&address->socket, address_length(address)) == 0)
    return 0;
  return errno == EINPROGRESS ? 0 : errno;
}

static gboolean
begin_next(gpointer data)
{
  Dial *dial = data;
  const Address *address = &g_array_index(dial->addresses, Address, dial->attempts->len);
  Attempt *attempt = g_new0(Attempt, 1);
  attempt->dial = dial;
  attempt->fd = -1;
  attempt->begun_us = g_get_monotonic_time();
  attempt->text = address_text_with_port(address);
  g_ptr_array_add(dial->attempts, attempt);
  begin_next_in(dial, DIAL_STAGGER_MS);
  dial->sink->attempt(attempt->text, dial->user_data);

  int number = open_socket(address, &attempt->fd);
  if (number != 0) {
    fail(attempt, number);
    return G_SOURCE_REMOVE;
  }
  attempt->watch = watch_fd(dial->context, attempt->fd, G_IO_OUT, on_ready, attempt);
  attempt->timer = watch_timer(dial->context, dial->timeout_ms, on_timeout, attempt);
  return G_SOURCE_REMOVE;
}

Dial *
dial_start(GMainContext *context, const char *host, const GArray *addresses, guint16 port,
           guint timeout_ms, const DialSink *sink, gpointer user_data)
{
  g_return_val_if_fail(addresses->len > 0, NULL);
  Dial *dial = g_new0(Dial, 1);
  dial->context = g_main_context_ref(context);
  dial->host = safe_text_string(host);
  dial->addresses = g_array_copy((GArray *)addresses);
  for (guint i = 0; i < dial->addresses->len; i++)
    address_set_port(&g_array_index(dial->addresses, Address, i), port);
  dial->timeout_ms = timeout_ms == 0 ? DIAL_TIMEOUT_MS : timeout_ms;
  dial->sink = sink;
  dial->user_data = user_data;
  dial->attempts = g_ptr_array_new_with_free_func(attempt_free);
  begin_next_in(dial, 0);
  return dial;
}

void
dial_free(Dial *dial)
{
  if (dial == NULL)
    return;
  watch_clear(&dial->next);
  g_ptr_array_unref(dial->attempts);
  g_array_unref(dial->addresses);
  g_main_context_unref(dial->context);
  g_free(dial->host);
  g_free(dial);
}
