/* Signals that would end or stop the program are kept waiting while something is done that must not
 * be left half-done. */
#pragma once

#include <glib.h>
#include <signal.h>

typedef struct {
  sigset_t before;        /* of this thread */
  gboolean limit_waiting; /* SIGXFSZ waited before */
} SignalPause;

/* SIGHUP, SIGINT, SIGQUIT, SIGTERM and SIGTSTP wait until the end (SIGKILL and SIGSTOP never wait);
 * they are then delivered. SIGXFSZ does not come at all: write() says EFBIG. Of this thread: in a
 * program with several, a signal goes to one that takes it. */
void signal_pause_begin(SignalPause *pause);
/* In the same thread. */
void signal_pause_end(const SignalPause *pause);
