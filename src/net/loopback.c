#include "config.h"
#include "net/loopback.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/socket_owner.h"
#include "net/tunnel_error.h"
#include "net/watch.h"

/* Room for our own connection behind a few uninvited ones. */
#define BACKLOG 16

struct Loopback {
  const LoopbackSink *sink;
  gpointer user_data;
  int fd;
  guint16 port;
  GSource *watch;
  guint foreign;
};

static void
send_away(Loopback *loopback, int fd)
{
  loopback->foreign++;
  if (loopback->foreign <= LOOPBACK_REPORTS_MAX) {
    g_autofree char *who = socket_owner_describe(fd);
    g_autofree char *last = g_strdup_printf("%s (more of them are dropped without a word)", who);
    loopback->sink->foreign(loopback->foreign == LOOPBACK_REPORTS_MAX ? last : who,
                            loopback->user_data);
  }
  close(fd);
}

/* To try again at once would only turn the loop: poll() would report the same connection. */
static void
give_up(Loopback *loopback, int number)
{
  g_autoptr(GError) error =
      g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_LOCAL,
                  "the MQTT client of this program cannot be let in: %s; close other connections "
                  "or raise the limit (ulimit -n)",
                  g_strerror(number));
  watch_clear(&loopback->watch);
  loopback->sink->failed(error, loopback->user_data);
}

static gboolean
on_connection(int listener, GIOCondition condition, gpointer data)
{
  Loopback *loopback = data;
  int on = 1;
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
    give_up(loopback, errno);
    return G_SOURCE_REMOVE;
  }
  if (fd < 0)
    return G_SOURCE_CONTINUE; /* it went away again */
  if (!socket_owner_is_us(fd)) {
    send_away(loopback, fd);
    return G_SOURCE_CONTINUE;
  }
  watch_clear(&loopback->watch);
  close(loopback->fd);
  loopback->fd = -1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  loopback->sink->joined(fd, loopback->user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
listen_on_loopback(Loopback *loopback)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {g_htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  loopback->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (loopback->fd < 0 || bind(loopback->fd, (struct sockaddr *)&address, sizeof address) < 0 ||
      listen(loopback->fd, BACKLOG) < 0 ||
      getsockname(loopback->fd, (struct sockaddr *)&address, &length) < 0)
    return FALSE;
  loopback->port = g_ntohs(address.sin_port);
  return TRUE;
}

Loopback *
loopback_new(GMainContext *context, const LoopbackSink *sink, gpointer user_data, GError **error)
{
  Loopback *loopback = g_new0(Loopback, 1);
  loopback->sink = sink;
  loopback->user_data = user_data;
  if (!listen_on_loopback(loopback)) {
    g_set_error(error, TUNNEL_ERROR, TUNNEL_ERROR_LOCAL,
                "no loopback port for the MQTT client: %s; is the network of this machine (lo) up, "
                "and are descriptors left (ulimit -n)?",
                g_strerror(errno));
    loopback_free(loopback);
    return NULL;
  }
  loopback->watch = watch_fd(context, loopback->fd, G_IO_IN, on_connection, loopback);
  return loopback;
}

guint16
loopback_port(const Loopback *loopback)
{
  return loopback->port;
}

void
loopback_free(Loopback *loopback)
{
  if (loopback == NULL)
    return;
  watch_clear(&loopback->watch);
  if (loopback->fd >= 0)
    close(loopback->fd);
  g_free(loopback);
}
