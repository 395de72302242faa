#include "config.h"

#include "pty/pty.h"
#include "pty/pty_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

/* How long a predicate may stay unasked while no byte comes: it may look at other things, too. */
#define SLICE_MS 20

/* --- Start and end ------------------------------------------------------------------------------ */

static char **
environment_new(const char *const *changes)
{
  char **environment = g_get_environ();
  environment = g_environ_setenv(environment, "TERM", "xterm-256color", TRUE);
  environment = g_environ_unsetenv(environment, "LINES");
  environment = g_environ_unsetenv(environment, "COLUMNS");
  for (; changes != NULL && *changes != NULL; changes++) {
    const char *equals = strchr(*changes, '=');
    if (equals == NULL) {
      environment = g_environ_unsetenv(environment, *changes);
      continue;
    }
    g_autofree char *name = g_strndup(*changes, (gsize)(equals - *changes));
    environment = g_environ_setenv(environment, name, equals + 1, TRUE);
  }
  return environment;
}

/* Between fork and exec only what is safe in a signal handler: the parent may have threads. */
static void G_GNUC_NORETURN
run_child(int slave, const char *program, const char *const *argv, char **environment, pid_t parent)
{
  sigset_t none;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(127);
  for (int number = 1; number < NSIG; number++)
    signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (login_tty(slave) == 0)
    execve(program, (char *const *)argv, environment);
  _exit(127);
}

static int
open_pidfd(pid_t pid)
{
#ifdef SYS_pidfd_open
  return (int)syscall(SYS_pidfd_open, pid, 0);
#else
  return -1;
#endif
}

Pty *
pty_start(const char *const *argv, const PtyOptions *options)
{
  static const PtyOptions defaults;
  Pty *pty = g_new0(Pty, 1);
  options = options != NULL ? options : &defaults;
  pty->rows = options->rows > 0 ? options->rows : 24;
  pty->columns = options->columns > 0 ? options->columns : 80;
  pty->mute = options->mute;
  pty->blind = options->blind;
  pty->raw = g_byte_array_new();
  pty_screen_open(pty);

  struct winsize size = {.ws_row = (unsigned short)pty->rows,
                         .ws_col = (unsigned short)pty->columns};
  if (openpty(&pty->master, &pty->slave, NULL, NULL, &size) != 0)
    g_error("openpty: %s", g_strerror(errno));
  fcntl(pty->master, F_SETFD, FD_CLOEXEC);
  fcntl(pty->slave, F_SETFD, FD_CLOEXEC);
  fcntl(pty->master, F_SETFL, O_NONBLOCK);

  g_autofree char *program = g_find_program_in_path(argv[0]);
  if (program == NULL)
    g_error("there is no program %s", argv[0]);
  g_auto(GStrv) environment = environment_new(options->environment);
  pid_t parent = getpid();
  pty->pid = fork();
  if (pty->pid == 0)
    run_child(pty->slave, program, argv, environment, parent);
  if (pty->pid < 0)
    g_error("fork: %s", g_strerror(errno));
  pty->ended_fd = open_pidfd(pty->pid);
  return pty;
}

void
pty_free(Pty *pty)
{
  if (pty == NULL)
    return;
  if (pty_running(pty)) {
    kill(pty->pid, SIGKILL);
    waitpid(pty->pid, &pty->status, 0);
  }
  pty_hang_up(pty);
  if (pty->ended_fd >= 0)
    close(pty->ended_fd);
  pty_screen_close(pty);
  g_byte_array_unref(pty->raw);
  g_free(pty);
}

/* --- Bytes -------------------------------------------------------------------------------------- */

static void
keep_raw(Pty *pty, const guint8 *bytes, gsize length)
{
  pty->bytes += length;
  if (pty->blind)
    return;
  g_byte_array_append(pty->raw, bytes, (guint)length);
  if (pty->raw->len > PTY_RAW_MAX)
    g_byte_array_remove_range(pty->raw, 0, pty->raw->len - PTY_RAW_MAX / 2);
}

/* FALSE: nothing there. */
static gboolean
read_some(Pty *pty)
{
  static guint8 buffer[65536];
  if (pty->master < 0)
    return FALSE;
  ssize_t length = read(pty->master, buffer, sizeof buffer);
  if (length <= 0)
    return FALSE;
  keep_raw(pty, buffer, (gsize)length);
  if (!pty->blind)
    pty_screen_feed(pty, (const char *)buffer, (gsize)length);
  return TRUE;
}

/* At most as much as a terminal holds at once, many times over: a program that writes without end
 * must not keep a predicate from being asked. */
void
pty_drain(Pty *pty)
{
  for (int i = 0; i < 64 && read_some(pty); i++)
    continue;
}

static void
notice_end(Pty *pty)
{
  if (!pty->ended && waitpid(pty->pid, &pty->status, WNOHANG) == pty->pid)
    pty->ended = TRUE;
}

/* Waits for bytes, for the end of the program, or for `milliseconds`. */
static void
wait_for_news(Pty *pty, int milliseconds)
{
  struct pollfd waits[] = {{.fd = pty->master, .events = POLLIN},
                           {.fd = pty->ended ? -1 : pty->ended_fd, .events = POLLIN}};
  poll(waits, G_N_ELEMENTS(waits), milliseconds);
  pty_drain(pty);
  notice_end(pty);
}

void
pty_bytes_send(Pty *pty, const void *bytes, gsize length)
{
  const guint8 *next = bytes;
  gint64 deadline = g_get_monotonic_time() + PTY_DEADLINE_MS * 1000;
  while (length > 0 && pty->master >= 0) {
    ssize_t written = write(pty->master, next, length);
    if (written > 0) {
      next += written;
      length -= (gsize)written;
      continue;
    }
    if (written < 0 && errno != EAGAIN && errno != EINTR)
      g_error("writing to the terminal: %s", g_strerror(errno));
    if (g_get_monotonic_time() > deadline)
      g_error("the program reads none of its input");
    struct pollfd wait = {.fd = pty->master, .events = POLLOUT | POLLIN};
    poll(&wait, 1, SLICE_MS);
    pty_drain(pty);
  }
}

/* --- Waiting ------------------------------------------------------------------------------------ */

gboolean
pty_wait(Pty *pty, PtyPredicate predicate, gpointer data, const char *what)
{
  gint64 deadline = g_get_monotonic_time() + PTY_DEADLINE_MS * 1000;
  for (;;) {
    gboolean ended = pty->ended;
    pty_drain(pty);
    if (predicate(pty, data))
      return TRUE;
    if (ended || g_get_monotonic_time() > deadline)
      break;
    wait_for_news(pty, SLICE_MS);
  }
  g_autofree char *why = g_strdup_printf("waited in vain until %s", what);
  pty_dump(pty, why);
  return FALSE;
}

static gboolean
shows(Pty *pty, gpointer data)
{
  return pty_shows(pty, data);
}

static gboolean
shows_not(Pty *pty, gpointer data)
{
  return !pty_shows(pty, data);
}

gboolean
pty_wait_text(Pty *pty, const char *text)
{
  g_autofree char *what = g_strdup_printf("\"%s\" is on the screen", text);
  return pty_wait(pty, shows, (gpointer)text, what);
}

gboolean
pty_wait_gone(Pty *pty, const char *text)
{
  g_autofree char *what = g_strdup_printf("\"%s\" is gone from the screen", text);
  return pty_wait(pty, shows_not, (gpointer)text, what);
}

static gboolean
mode_on(Pty *pty, gpointer data)
{
  return pty_mode(pty, GPOINTER_TO_INT(data));
}

static gboolean
mode_off(Pty *pty, gpointer data)
{
  return !mode_on(pty, data);
}

gboolean
pty_wait_mode(Pty *pty, int mode, gboolean on)
{
  g_autofree char *what = g_strdup_printf("mode %d is %s", mode, on ? "on" : "off");
  return pty_wait(pty, on ? mode_on : mode_off, GINT_TO_POINTER(mode), what);
}

static gboolean
has_ended(Pty *pty, gpointer data)
{
  return pty->ended;
}

int
pty_wait_exit(Pty *pty)
{
  if (!pty_wait(pty, has_ended, NULL, "the program ends"))
    return -1;
  pty_drain(pty);
  return pty->status;
}

int
pty_wait_exit_code(Pty *pty)
{
  int status = pty_wait_exit(pty);
  if (!pty->ended)
    return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void
pty_observe(Pty *pty, int milliseconds)
{
  gint64 end = g_get_monotonic_time() + (gint64)milliseconds * 1000;
  for (gint64 left; (left = end - g_get_monotonic_time()) > 0 && !pty->ended;)
    wait_for_news(pty, (int)(left / 1000) + 1);
}

/* --- The program and its terminal --------------------------------------------------------------- */

void
pty_resize(Pty *pty, int rows, int columns)
{
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  pty_drain(pty); /* what was written for the old size belongs to the old screen */
  pty->rows = rows;
  pty->columns = columns;
  pty_screen_resize(pty);
  if (ioctl(pty->master, TIOCSWINSZ, &size) != 0)
    g_error("TIOCSWINSZ: %s", g_strerror(errno));
}

void
pty_signal(Pty *pty, int number)
{
  if (pty_running(pty))
    kill(pty->pid, number);
}

void
pty_hang_up(Pty *pty)
{
  if (pty->master < 0)
    return;
  close(pty->slave);
  close(pty->master);
  pty->slave = pty->master = -1;
}

gboolean
pty_running(Pty *pty)
{
  notice_end(pty);
  return !pty->ended;
}

pid_t
pty_pid(const Pty *pty)
{
  return pty->pid;
}

pid_t
pty_foreground(Pty *pty)
{
  return tcgetpgrp(pty->master);
}

struct termios
pty_termios(Pty *pty)
{
  struct termios settings;
  memset(&settings, 0, sizeof settings);
  if (tcgetattr(pty->slave, &settings) != 0)
    g_error("tcgetattr: %s", g_strerror(errno));
  return settings;
}

guint64
pty_bytes(const Pty *pty)
{
  return pty->bytes;
}

const GByteArray *
pty_raw(Pty *pty)
{
  pty_drain(pty);
  return pty->raw;
}

gint64
process_cpu_ticks(pid_t pid)
{
  g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
  g_autofree char *text = NULL;
  unsigned long user, system;
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return -1;
  /* The name, in parentheses, may hold anything; utime and stime are fields 14 and 15. */
  const char *after = strrchr(text, ')');
  if (after == NULL ||
      sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
    return -1;
  return (gint64)(user + system);
}

gint64
process_memory_kib(pid_t pid, const char *field)
{
  g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
  g_autofree char *text = NULL;
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return -1;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  gsize length = strlen(field);
  for (char **line = lines; *line != NULL; line++) {
    if (g_str_has_prefix(*line, field) && (*line)[length] == ':')
      return g_ascii_strtoll(*line + length + 1, NULL, 10);
  }
  return -1;
}
