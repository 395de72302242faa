#include "config.h"
#include "live/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

struct Peer {
  int listener;
  guint16 port;
  PeerScript script;
  gpointer data;
  pthread_t thread;
  pthread_mutex_t lock; /* of what follows */
  int current;          /* -1: none */
  gboolean stopping;
};

/* FALSE: no more. */
static gboolean
set_current(Peer *peer, int fd)
{
  pthread_mutex_lock(&peer->lock);
  if (fd < 0 && peer->current >= 0)
    close(peer->current);
  peer->current = fd;
  gboolean go_on = !peer->stopping;
  pthread_mutex_unlock(&peer->lock);
  return go_on;
}

static void *
run(void *data)
{
  Peer *peer = data;
  int fd;
  while ((fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
    if (set_current(peer, fd))
      peer->script(fd, peer->data);
    set_current(peer, -1);
  }
  return NULL;
}

Peer *
peer_start(PeerScript script, gpointer data)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  Peer *peer = g_new0(Peer, 1);
  peer->script = script;
  peer->data = data;
  peer->current = -1;
  peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(bind(peer->listener, (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint(listen(peer->listener, 8), ==, 0);
  g_assert_cmpint(getsockname(peer->listener, (struct sockaddr *)&address, &length), ==, 0);
  peer->port = ntohs(address.sin_port);
  pthread_mutex_init(&peer->lock, NULL);
  g_assert_cmpint(pthread_create(&peer->thread, NULL, run, peer), ==, 0);
  return peer;
}

guint16
peer_port(const Peer *peer)
{
  return peer->port;
}

void
peer_stop(Peer *peer)
{
  if (peer == NULL)
    return;
  pthread_mutex_lock(&peer->lock);
  peer->stopping = TRUE;
  shutdown(peer->listener, SHUT_RDWR);
  if (peer->current >= 0)
    shutdown(peer->current, SHUT_RDWR);
  pthread_mutex_unlock(&peer->lock);
  pthread_join(peer->thread, NULL);
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
