/* Signals as events of the main loop. A handler only writes a byte into a pipe (and, at the second
 * ^C or when the way out takes too long, forces the end). */
#pragma once

#include <glib.h>

/* SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT, SIGTSTP; several of a kind in a row are one. */
typedef void (*SignalFunction)(int number, gpointer user_data);

/* Before newterm(): ncurses installs its own handlers only where there is none. */
void signals_start(SignalFunction function, gpointer user_data);
/* Puts all back as it was. */
void signals_stop(void);

/* Stops this process as ^Z would, and returns when it goes on. */
void signals_stop_process(void);
