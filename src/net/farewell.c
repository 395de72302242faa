#include "config.h"
#include "net/farewell.h"

#include <errno.h>
#include <sys/socket.h>

#include "net/watch.h"

/* Thrown away in one turn of the loop at most; other connections live too. */
#define TURN_READS 16
#define WASTE_BYTES (256u * 1024)

struct Farewell {
  GMainContext *context;
  Stream *stream;
  void (*done)(gpointer user_data);
  gpointer user_data;
  GSource *watch, *limit;
  gboolean sent;           /* all of ours, FIN included */
  gboolean wait_for_close; /* for the peer is sending, or has reason to close */
  gboolean peer_closed;
};

static gboolean
finish(gpointer data)
{
  Farewell *farewell = data;
  watch_clear(&farewell->watch);
  watch_clear(&farewell->limit);
  farewell->done(farewell->user_data);
  return G_SOURCE_REMOVE;
}

/* The raw bytes: nothing in them matters any more. */
static void
throw_away(Farewell *farewell)
{
  /* With MSG_TRUNC nothing is copied (tcp(7)). */
  for (guint i = 0; i < TURN_READS && !farewell->peer_closed; i++) {
    ssize_t got = recv(stream_descriptor(farewell->stream), NULL, WASTE_BYTES, MSG_TRUNC);
    if (got > 0)
      farewell->wait_for_close = TRUE;
    else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return;
    else if (got == 0 || errno != EINTR)
      farewell->peer_closed = TRUE;
  }
}

static void
send_rest(Farewell *farewell)
{
  if (farewell->sent || !stream_flush(farewell->stream))
    return;
  farewell->sent = TRUE;
  shutdown(stream_descriptor(farewell->stream), SHUT_WR);
}

static gboolean on_ready(int fd, GIOCondition condition, gpointer data);

static void
step(Farewell *farewell)
{
  send_rest(farewell);
  throw_away(farewell);
  watch_clear(&farewell->watch);
  if (farewell->peer_closed || (farewell->sent && !farewell->wait_for_close)) {
    watch_clear(&farewell->limit);
    farewell->limit = watch_timer(farewell->context, 0, finish, farewell);
    return;
  }
  farewell->watch = watch_fd(farewell->context, stream_descriptor(farewell->stream),
                             farewell->sent ? G_IO_IN : G_IO_IN | G_IO_OUT, on_ready, farewell);
}

static gboolean
on_ready(int fd, GIOCondition condition, gpointer data)
{
  step(data);
  return G_SOURCE_CONTINUE;
}

Farewell *
farewell_new(GMainContext *context, Stream *stream, gboolean peer_closes,
             void (*done)(gpointer user_data), gpointer user_data)
{
  Farewell *farewell = g_new0(Farewell, 1);
  farewell->context = g_main_context_ref(context);
  farewell->stream = stream;
  farewell->done = done;
  farewell->user_data = user_data;
  farewell->wait_for_close = peer_closes || stream_has_input(stream);
  farewell->limit = watch_timer(context, FAREWELL_MS, finish, farewell);
  stream_end(stream);
  step(farewell);
  return farewell;
}

void
farewell_free(Farewell *farewell)
{
  if (farewell == NULL)
    return;
  watch_clear(&farewell->watch);
  watch_clear(&farewell->limit);
  stream_free(farewell->stream);
  g_main_context_unref(farewell->context);
  g_free(farewell);
}
