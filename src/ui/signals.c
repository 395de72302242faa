#include "config.h"

#include "ui/signals.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "ui/crash.h"

/* How long the way out may take (a terminal that takes no bytes) before it is cut short. */
#define GRACE_SECONDS 5

static const int signal_numbers[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT, SIGTSTP};

static struct sigaction old_actions[G_N_ELEMENTS(signal_numbers)], old_pipe, old_alarm;
static int self_pipe[2] = {-1, -1};
static guint source;
static SignalFunction signal_function;
static gpointer signal_data;
/* Any thread may be the one that the kernel interrupts; these are free of locks. */
static atomic_int interrupts, ending_signal;

static gboolean
ends_the_program(int number)
{
  return number == SIGTERM || number == SIGHUP || number == SIGINT;
}

static void
on_signal(int number)
{
  int saved_errno = errno;
  char byte = (char)number;
  if (number == SIGINT && ++interrupts > 1)
    crash_leave(128 + SIGINT);
  if (ends_the_program(number)) {
    ending_signal = number;
    alarm(GRACE_SECONDS);
  }
  /* A full pipe holds enough to wake the loop. */
  ssize_t ignored = write(self_pipe[1], &byte, 1);
  (void)ignored;
  errno = saved_errno;
}

static void
on_alarm(int number)
{
  crash_leave(128 + ending_signal);
}

static void
set_handler(int number, void (*handler)(int), struct sigaction *old)
{
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, old);
}

static gboolean
on_pipe(gint fd, GIOCondition condition, gpointer unused)
{
  gboolean seen[NSIG] = {FALSE};
  char bytes[256];
  ssize_t got;
  while ((got = read(fd, bytes, sizeof bytes)) > 0) {
    for (ssize_t i = 0; i < got; i++)
      seen[(guchar)bytes[i] % NSIG] = TRUE;
  }
  for (gsize i = 0; i < G_N_ELEMENTS(signal_numbers); i++) {
    if (seen[signal_numbers[i]])
      signal_function(signal_numbers[i], signal_data);
  }
  return G_SOURCE_CONTINUE;
}

/* Once, and never closed: a handler may still be at its write on another thread when the screen is
 * given back, and would write to whatever had this number next. */
static void
open_self_pipe(void)
{
  g_autoptr(GError) error = NULL;
  char bytes[256];
  if (self_pipe[0] >= 0) {
    while (read(self_pipe[0], bytes, sizeof bytes) > 0)
      continue; /* signals to an earlier screen */
    return;
  }
  if (!g_unix_open_pipe(self_pipe, FD_CLOEXEC, &error) ||
      !g_unix_set_fd_nonblocking(self_pipe[0], TRUE, &error) ||
      !g_unix_set_fd_nonblocking(self_pipe[1], TRUE, &error))
    g_error("no pipe for signals: %s", error->message);
}

void
signals_start(SignalFunction function, gpointer user_data)
{
  signal_function = function;
  signal_data = user_data;
  interrupts = ending_signal = 0;
  open_self_pipe();
  source = g_unix_fd_add_full(G_PRIORITY_HIGH, self_pipe[0], G_IO_IN, on_pipe, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(signal_numbers); i++)
    set_handler(signal_numbers[i], on_signal, &old_actions[i]);
  set_handler(SIGALRM, on_alarm, &old_alarm);
  set_handler(SIGPIPE, SIG_IGN, &old_pipe);
}

void
signals_stop(void)
{
  if (source == 0)
    return;
  alarm(0);
  for (gsize i = 0; i < G_N_ELEMENTS(signal_numbers); i++)
    sigaction(signal_numbers[i], &old_actions[i], NULL);
  sigaction(SIGALRM, &old_alarm, NULL);
  sigaction(SIGPIPE, &old_pipe, NULL);
  g_clear_handle_id(&source, g_source_remove);
}

/* The default action, because only it stops the whole process and tells the shell. */
void
signals_stop_process(void)
{
  struct sigaction ours, standard = {.sa_handler = SIG_DFL};
  sigset_t stop, before;
  sigemptyset(&standard.sa_mask);
  sigaction(SIGTSTP, &standard, &ours);
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &stop, &before);
  raise(SIGTSTP);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  sigaction(SIGTSTP, &ours, NULL);
}
