#include "config.h"

#include "mqtt/client_wake.h"

#include <pthread.h>
#include <time.h>

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
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* ThreadSanitizer does not see GMutex */
static pthread_cond_t asked; /* by the monotonic clock: see make_condition() */
static gboolean waking;      /* under the lock: the thread runs */
static gboolean again;       /* the same: another connection has begun meanwhile */

static void
make_condition(void)
{
  pthread_condattr_t attributes;

  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&asked, &attributes);
  pthread_condattr_destroy(&attributes);
}

/* FALSE: the time is over. */
static gboolean
wait_until(gint64 end)
{
  struct timespec time = {.tv_sec = end / G_USEC_PER_SEC,
                          .tv_nsec = end % G_USEC_PER_SEC * 1000};

  return pthread_cond_timedwait(&asked, &lock, &time) == 0;
}

/* Waits for `pause`, or less when another connection begins; TRUE: one has begun. */
static gboolean
wait_for_turn(gint64 pause)
{
  gint64 end = g_get_monotonic_time() + pause;
  gboolean restart = again;

  if (restart)
    end = MIN(end, g_get_monotonic_time() + FIRST_PAUSE_US);
  again = FALSE;
  while (wait_until(end)) {
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

  pthread_mutex_lock(&lock);
  for (gint64 pause = FIRST_PAUSE_US; pause <= LAST_PAUSE_US || again; pause *= 2) {
    if (wait_for_turn(pause))
      pause = FIRST_PAUSE_US;
    if (send(line, pingresp, sizeof pingresp, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
      break;
  }
  waking = FALSE;
  pthread_mutex_unlock(&lock);
  return NULL;
}

void
mqtt_wake_soon(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  if (line < 0)
    return;
  pthread_once(&once, make_condition);
  pthread_mutex_lock(&lock);
  if (waking) {
    again = TRUE;
    pthread_cond_signal(&asked);
  } else {
    waking = TRUE;
    again = FALSE;
    g_thread_unref(g_thread_new("mqtt-wake", wake_repeatedly, NULL));
  }
  pthread_mutex_unlock(&lock);
}
