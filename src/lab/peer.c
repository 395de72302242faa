#include "config.h"

#include "lab/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  Peer *peer;
  pthread_t thread;
  int fd; /* -1: closed; under the peer's lock */
} Call;

struct Peer {
  int listener;
  guint16 port;
  PeerScript script;
  gpointer data;
  pthread_t thread;
  pthread_mutex_t lock; /* of what follows */
  GPtrArray *calls; /* of Call; those that are over stay until the next one comes */
  gboolean stopping;
};

/* GLib's own threads and locks are hidden from ThreadSanitizer. */
static void
start_thread(pthread_t *thread, void *(*run)(void *), void *data)
{
  int code = pthread_create(thread, NULL, run, data);
  if (code != 0)
    g_error("no thread for a peer: %s", g_strerror(code));
}

/* --- Connections ------------------------------------------------------------------------------ */

static void
call_free(gpointer data)
{
  Call *call = data;
  pthread_join(call->thread, NULL);
  g_free(call);
}

static void *
serve(void *data)
{
  Call *call = data;
  Peer *peer = call->peer;
  peer->script(call->fd, peer->data);
  pthread_mutex_lock(&peer->lock);
  close(call->fd);
  call->fd = -1;
  pthread_mutex_unlock(&peer->lock);
  return NULL;
}

static void
forget_those_over(Peer *peer)
{
  for (guint i = peer->calls->len; i-- > 0;) {
    const Call *call = peer->calls->pdata[i];
    if (call->fd < 0)
      g_ptr_array_remove_index_fast(peer->calls, i);
  }
}

static void
take_call(Peer *peer, int fd)
{
  pthread_mutex_lock(&peer->lock);
  forget_those_over(peer);
  if (peer->stopping) {
    close(fd);
  } else {
    Call *call = g_new0(Call, 1);
    call->peer = peer;
    call->fd = fd;
    start_thread(&call->thread, serve, call);
    g_ptr_array_add(peer->calls, call);
  }
  pthread_mutex_unlock(&peer->lock);
}

static void *
listen_on(void *data)
{
  Peer *peer = data;
  int fd;
  while ((fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    take_call(peer, fd);
  return NULL;
}

/* --- Life ------------------------------------------------------------------------------------- */

static gboolean
open_listener(Peer *peer)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean good = bind(peer->listener, (struct sockaddr *)&address, length) == 0 &&
                  listen(peer->listener, 8) == 0 &&
                  getsockname(peer->listener, (struct sockaddr *)&address, &length) == 0;
  peer->port = ntohs(address.sin_port);
  return good;
}

Peer *
peer_start(PeerScript script, gpointer data)
{
  Peer *peer = g_new0(Peer, 1);
  peer->script = script;
  peer->data = data;
  peer->calls = g_ptr_array_new_with_free_func(call_free);
  pthread_mutex_init(&peer->lock, NULL);
  if (!open_listener(peer))
    g_error("no port of 127.0.0.1 to listen on: %s", g_strerror(errno));
  start_thread(&peer->thread, listen_on, peer);
  return peer;
}

guint16
peer_port(const Peer *peer)
{
  return peer->port;
}

static void
hang_up(Peer *peer)
{
  pthread_mutex_lock(&peer->lock);
  peer->stopping = TRUE;
  shutdown(peer->listener, SHUT_RDWR);
  for (guint i = 0; i < peer->calls->len; i++) {
    const Call *call = peer->calls->pdata[i];
    if (call->fd >= 0)
      shutdown(call->fd, SHUT_RDWR);
  }
  pthread_mutex_unlock(&peer->lock);
}

void
peer_stop(Peer *peer)
{
  if (peer == NULL)
    return;
  hang_up(peer);
  pthread_join(peer->thread, NULL);
  g_ptr_array_unref(peer->calls); /* waits for each */
  close(peer->listener);
  pthread_mutex_destroy(&peer->lock);
  g_free(peer);
}

void
peer_reset_on_close(int fd)
{
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void
peer_wait_for_end(int fd)
{
  char waste[4096];
  while (recv(fd, waste, sizeof waste, 0) > 0)
    ;
}
