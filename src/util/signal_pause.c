#include "config.h"

#include "util/signal_pause.h"

#include <time.h>

void
signal_pause_begin(SignalPause *pause)
{
  static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGXFSZ};
  sigset_t waiting, held;
  sigemptyset(&held);
  for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
    sigaddset(&held, numbers[i]);
  sigpending(&waiting);
  pause->limit_waiting = sigismember(&waiting, SIGXFSZ) == 1;
  pthread_sigmask(SIG_BLOCK, &held, &pause->before);
}

/* What write() has told is not told again: the signal would end the program. */
static void
forget_limit(void)
{
  const struct timespec at_once = {0, 0};
  sigset_t limit;
  sigemptyset(&limit);
  sigaddset(&limit, SIGXFSZ);
  sigtimedwait(&limit, NULL, &at_once);
}

void
signal_pause_end(const SignalPause *pause)
{
  if (!pause->limit_waiting)
    forget_limit();
  pthread_sigmask(SIG_SETMASK, &pause->before, NULL);
}
