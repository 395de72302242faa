#include "config.h"

#include "mqtt/client_wake.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPT_TIMEOUT_MS 1000
#define FIRST_PAUSE_US 1000
#define LAST_PAUSE_US 256000

static int listener = -1;
static int line = -1; /* to Paho's client; written once, before any other thread could read it */

guint16
mqtt_wake_listen(void)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;

  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0)
    return 0;
  if (bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 1) == 0 &&
      getsockname(listener, (struct sockaddr *)&address, &length) == 0)
    return ntohs(address.sin_port);
  close(listener);
  listener = -1;
  return 0;
}

static gboolean
wait_readable(int fd)
{
  struct pollfd wait = {.fd = fd, .events = POLLIN};

  return poll(&wait, 1, ACCEPT_TIMEOUT_MS) > 0;
}

/* Another local process that is faster than Paho gets nothing but a greeting, and we are as slow as
 * without all this. */
void
mqtt_wake_accept(void)
{
  static const guint8 connack[] = {0x20, 0x02, 0x00, 0x00};
  guint8 connect[256];

  if (listener < 0)
    return;
  if (wait_readable(listener))
    line = accept(listener, NULL, NULL);
  close(listener);
  listener = -1;
  if (line < 0 || !wait_readable(line))
    return;
  if (recv(line, connect, sizeof connect, MSG_DONTWAIT) > 0 &&
      send(line, connack, sizeof connack, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof connack)
    return;
  close(line);
  line = -1;
}

/* One thread wakes for all connections that begin: a hundred of them at once would wake Paho a
 * thousand times, and each time it looks at all its sockets. */
static GMutex lock; /* of what follows */
static GCond asked;
static gboolean waking; /* the thread runs */
static gboolean again;  /* another connection has begun meanwhile */

/* Waits for `pause`, or less when another connection begins; TRUE: one has begun. */
static gboolean
wait_for_turn(gint64 pause)
{
  gint64 end = g_get_monotonic_time() + pause;
  gboolean restart = again;

  if (restart)
    end = MIN(end, g_get_monotonic_time() + FIRST_PAUSE_US);
  again = FALSE;
  while (g_cond_wait_until(&asked, &lock, end)) {
    if (!again)
      continue;
    again = FALSE;
    restart = TRUE;
    end = MIN(end, g_get_monotonic_time() + FIRST_PAUSE_US);
  }
  return restart;
}

static gpointer
wake_repeatedly(gpointer unused)
{
  static const guint8 pingresp[] = {0xd0, 0x00};

  g_mutex_lock(&lock);
  for (gint64 pause = FIRST_PAUSE_US; pause <= LAST_PAUSE_US || again; pause *= 2) {
    if (wait_for_turn(pause))
      pause = FIRST_PAUSE_US;
    if (send(line, pingresp, sizeof pingresp, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
      break;
  }
  waking = FALSE;
  g_mutex_unlock(&lock);
  return NULL;
}

void
mqtt_wake_soon(void)
{
  if (line < 0)
    return;
  g_mutex_lock(&lock);
  if (waking) {
    again = TRUE;
    g_cond_signal(&asked);
  } else {
    waking = TRUE;
    again = FALSE;
    g_thread_unref(g_thread_new("mqtt-wake", wake_repeatedly, NULL));
  }
  g_mutex_unlock(&lock);
}
