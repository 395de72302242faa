#include "config.h"
#include "net/dns_channel.h"

#include "net/watch.h"

#define QUESTION_TIMEOUT_MS 2500
#define QUESTION_TRIES 3

struct DnsChannel {
  GMainContext *context;
  ares_channel ares;
  gboolean ready;       /* `ares` is there */
  GHashTable *sockets;  /* descriptor → GSource of c-ares's sockets */
  GSource *retry_timer; /* when c-ares wants to look at its own timeouts */
};

const char *
dns_status_name(int status)
{
  switch (status) {
  case ARES_EFORMERR:
    return "FORMERR";
  case ARES_ESERVFAIL:
    return "SERVFAIL";
  case ARES_ENOTIMP:
    return "NOTIMP";
  case ARES_EREFUSED:
    return "REFUSED";
  default:
    return ares_strerror(status);
  }
}

/* --- On the loop ----------------------------------------------------------------------------- */

static gboolean on_retry(gpointer data);

void
dns_channel_sent(DnsChannel *channel)
{
  struct timeval tv;
  watch_clear(&channel->retry_timer);
  if (ares_timeout(channel->ares, NULL, &tv) == NULL)
    return;
  guint milliseconds = (guint)(tv.tv_sec * 1000 + (tv.tv_usec + 999) / 1000);
  channel->retry_timer = watch_timer(channel->context, milliseconds, on_retry, channel);
}

static void
process(DnsChannel *channel, int read_fd, int write_fd)
{
  ares_process_fd(channel->ares, read_fd, write_fd);
  dns_channel_sent(channel);
}

static gboolean
on_retry(gpointer data)
{
  process(data, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  return G_SOURCE_REMOVE;
}

static gboolean
on_socket(int fd, GIOCondition condition, gpointer data)
{
  gboolean write = (condition & G_IO_OUT) != 0;
  gboolean read = (condition & ~(guint)G_IO_OUT) != 0;
  process(data, read ? fd : ARES_SOCKET_BAD, write ? fd : ARES_SOCKET_BAD);
  return G_SOURCE_CONTINUE;
}

static void
clear_socket(gpointer data)
{
  GSource *source = data;
  watch_clear(&source);
}

static void
on_socket_state(void *data, ares_socket_t fd, int readable, int writable)
{
  DnsChannel *channel = data;
  g_hash_table_remove(channel->sockets, GINT_TO_POINTER(fd));
  if (!readable && !writable)
    return;
  GIOCondition condition = (readable ? G_IO_IN : 0) | (writable ? G_IO_OUT : 0);
  g_hash_table_insert(channel->sockets, GINT_TO_POINTER(fd),
                      watch_fd(channel->context, fd, condition, on_socket, channel));
}

/* --- Life ------------------------------------------------------------------------------------ */

static int
open_channel(DnsChannel *channel, const char *servers, int flags)
{
  static gsize once;
  if (g_once_init_enter(&once)) {
    ares_library_init(ARES_LIB_INIT_ALL);
    g_once_init_leave(&once, 1);
  }
  struct ares_options options = {
      .flags = flags,
      .timeout = QUESTION_TIMEOUT_MS,
      .tries = QUESTION_TRIES,
      .sock_state_cb = on_socket_state,
      .sock_state_cb_data = channel,
  };
  int status = ares_init_options(&channel->ares, &options,
                                 ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                                     ARES_OPT_SOCK_STATE_CB);
  if (status != ARES_SUCCESS)
    return status;
  channel->ready = TRUE;
  return servers == NULL ? ARES_SUCCESS : ares_set_servers_ports_csv(channel->ares, servers);
}

DnsChannel *
dns_channel_new(GMainContext *context, const char *servers, int flags, int *status)
{
  DnsChannel *channel = g_new0(DnsChannel, 1);
  channel->context = g_main_context_ref(context);
  channel->sockets = g_hash_table_new_full(NULL, NULL, NULL, clear_socket);
  *status = open_channel(channel, servers, flags);
  if (*status == ARES_SUCCESS)
    return channel;
  dns_channel_free(channel);
  return NULL;
}

void
dns_channel_free(DnsChannel *channel)
{
  if (channel == NULL)
    return;
  if (channel->ready)
    ares_destroy(channel->ares);
  g_hash_table_unref(channel->sockets);
  watch_clear(&channel->retry_timer);
  g_main_context_unref(channel->context);
  g_free(channel);
}

ares_channel
dns_channel_ares(DnsChannel *channel)
{
  return channel->ares;
}
