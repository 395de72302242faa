#include "config.h"

#include "mqtt/client_wake.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How long the thread waits for Paho, and its caller for the thread: it takes some milliseconds,
 * and on a machine with much to do longer. */
#define ACCEPT_TIMEOUT_MS 10000
#define CALLER_WAITS_US 50000
#define NUDGE_PAUSE_MAX_MS 16
#define NUDGES_MAX 70 /* a second in all */
#define FIRST_PAUSE_US 250
#define LAST_PAUSE_US 256000

static int listener = -1;
static int line =
    -1; /* to Paho's client; written by the thread that accepts, under the lock below */

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
wait_readable(int fd, int timeout_ms)
{
  struct pollfd wait = {.fd = fd, .events = POLLIN};

  return poll(&wait, 1, timeout_ms) > 0;
}

/* --- Out of the first sleep ------------------------------------------------------------------- */

/* Ignored unless somebody asks for it: a stray one harms nobody. */
#define NUDGE_SIGNAL SIGURG

static void
do_nothing(int number)
{
}

/* That of this process with this name (Paho names its own); 0: there is none. */
static pid_t
find_thread(const char *wanted)
{
  pid_t found = 0;
  DIR *folder = opendir("/proc/self/task");

  for (struct dirent *entry; folder != NULL && found == 0 && (entry = readdir(folder)) != NULL;) {
    g_autofree char *path = g_strdup_printf("/proc/self/task/%s/comm", entry->d_name);
    g_autofree char *name = NULL;

    if (g_ascii_isdigit(entry->d_name[0]) && g_file_get_contents(path, &name, NULL, NULL) &&
        strcmp(g_strchomp(name), wanted) == 0)
      found = atoi(entry->d_name);
  }
  if (folder != NULL)
    closedir(folder);
  return found;
}

static void
nudge(pid_t *thread)
{
  if (*thread == 0)
    *thread = find_thread("MQTTAsync_rcv");
  if (*thread != 0)
    syscall(SYS_tgkill, getpid(), *thread, NUDGE_SIGNAL);
}

/* Acknowledged at once: Paho's next bytes wait for that, and Linux would hold it back for 40 ms. */
static gssize
read_line(guint8 *bytes, gsize size)
{
  gssize length = recv(line, bytes, size, MSG_DONTWAIT);
  int on = 1;

  setsockopt(line, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  return length;
}

/* Asks for a PUBCOMP, which any PUBREL gets, and waits for it; what else comes is read away. */
static gboolean
answers(guint8 number, int timeout_ms)
{
  const guint8 pubrel[] = {0x62, 0x02, 0x00, number}, pubcomp[] = {0x70, 0x02, 0x00, number};
  guint8 bytes[256];
  gint64 end = g_get_monotonic_time() + timeout_ms * 1000;

  if (send(line, pubrel, sizeof pubrel, MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof pubrel)
    return FALSE;
  for (gint64 left = timeout_ms; left >= 0; left = (end - g_get_monotonic_time() + 999) / 1000) {
    gssize length = wait_readable(line, (int)left) ? read_line(bytes, sizeof bytes) : 0;
    if (length <= 0)
      return FALSE;
    if (length >= 4 && memcmp(bytes + length - 4, pubcomp, 4) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Paho's receive thread begins with a sleep of 100 ms, for at that moment it has no socket to look
 * at (1.3.12, MQTTAsync_cycle); a signal ends the sleep. It sleeps as well after a signal that came
 * while it was waiting for its sockets: hence the question after each one, until it is answered in
 * time. */
static void
nudge_until_awake(void)
{
  struct sigaction before, ours = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};
  pid_t thread = 0;
  gboolean awake = FALSE;

  sigemptyset(&ours.sa_mask);
  sigaction(NUDGE_SIGNAL, &ours, &before);
  for (guint8 i = 1; i <= NUDGES_MAX && !awake; i++) {
    awake = answers(i, MIN(i + 1, NUDGE_PAUSE_MAX_MS));
    if (!awake)
      nudge(&thread);
  }
  sigaction(NUDGE_SIGNAL, &before, NULL);
}

/* --- At every connection ---------------------------------------------------------------------- */

/* One thread wakes for all connections that begin: a hundred of them at once would wake Paho a
 * thousand times, and each time it looks at all its sockets. */
static pthread_mutex_t lock =
    PTHREAD_MUTEX_INITIALIZER; /* of what follows; POSIX: see client_state.c */
static pthread_cond_t asked, accepted;
static gboolean accepting;
static gboolean waking; /* the thread runs, or plays the broker first */
static gboolean again;  /* another connection has begun meanwhile */

static void
prepare_waiting(void)
{
  pthread_condattr_t monotonic;

  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&asked, &monotonic);
  pthread_cond_init(&accepted, &monotonic);
  pthread_condattr_destroy(&monotonic);
}

/* Until `end`, or until somebody signals: FALSE, it is `end`. */
static gboolean
wait_until(pthread_cond_t *condition, gint64 end)
{
  struct timespec time = {end / G_USEC_PER_SEC, end % G_USEC_PER_SEC * 1000};

  return pthread_cond_timedwait(condition, &lock, &time) == 0;
}

/* Waits for `pause`, or less when another connection begins; TRUE: one has begun. */
static gboolean
wait_for_turn(gint64 pause)
{
  gint64 end = g_get_monotonic_time() + pause;
  gboolean restart = FALSE;

  do {
    if (!again)
      continue;
    again = FALSE;
    restart = TRUE;
    end = MIN(end, g_get_monotonic_time() + FIRST_PAUSE_US);
  } while (wait_until(&asked, end));
  return restart;
}

/* The lock is held but while waiting. */
static void
wake_repeatedly(void)
{
  static const guint8 pingresp[] = {0xd0, 0x00};

  for (gint64 pause = FIRST_PAUSE_US; pause <= LAST_PAUSE_US || again; pause *= 2) {
    if (wait_for_turn(pause))
      pause = FIRST_PAUSE_US;
    if (send(line, pingresp, sizeof pingresp, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
      break;
  }
}

static gpointer
wake_thread(gpointer unused)
{
  pthread_mutex_lock(&lock);
  wake_repeatedly();
  waking = FALSE;
  pthread_mutex_unlock(&lock);
  return NULL;
}

static void
start_thread(GThreadFunc run)
{
  waking = TRUE;
  again = FALSE;
  g_thread_unref(g_thread_new("mqtt-wake", run, NULL));
}

void
mqtt_wake_soon(void)
{
  pthread_mutex_lock(&lock);
  if (waking) {
    again = TRUE;
    pthread_cond_signal(&asked);
  } else if (line >= 0) {
    start_thread(wake_thread);
  }
  pthread_mutex_unlock(&lock);
}

/* --- The line to Paho ------------------------------------------------------------------------- */

static void
set_line(int fd)
{
  pthread_mutex_lock(&lock);
  line = fd;
  pthread_mutex_unlock(&lock);
}

/* Another local process that is faster than Paho gets nothing but a greeting, and we are as slow as
 * without all this. */
static void
accept_line(void)
{
  static const guint8 connack[] = {0x20, 0x02, 0x00, 0x00};
  int on = 1, fd = -1;

  if (wait_readable(listener, ACCEPT_TIMEOUT_MS))
    fd = accept(listener, NULL, NULL);
  close(listener);
  listener = -1;
  if (fd < 0)
    return;
  /* Else the second wake waits for the acknowledgement of the first, which Linux holds back for 40
   * ms. */
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  /* Ahead of the CONNECT: something to read is what makes Paho look at its new socket. */
  if (send(fd, connack, sizeof connack, MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof connack) {
    close(fd);
    return;
  }
  set_line(fd);
  nudge_until_awake();
}

/* Connections that began meanwhile are woken now. */
static gpointer
accept_thread(gpointer unused)
{
  accept_line();
  pthread_mutex_lock(&lock);
  accepting = FALSE;
  pthread_cond_signal(&accepted);
  if (line >= 0 && again)
    wake_repeatedly();
  waking = FALSE;
  pthread_mutex_unlock(&lock);
  return NULL;
}

void
mqtt_wake_accept(void)
{
  prepare_waiting();
  if (listener < 0)
    return;
  pthread_mutex_lock(&lock);
  accepting = TRUE;
  start_thread(accept_thread);
  /* A connection that begins while Paho is being nudged takes longer than this. */
  for (gint64 end = g_get_monotonic_time() + CALLER_WAITS_US; accepting;) {
    if (!wait_until(&accepted, end))
      break;
  }
  pthread_mutex_unlock(&lock);
}
