/* The last way out: what a signal handler may do to give the terminal back.
 *
 * Everything is prepared while all is well; crash_restore() is async-signal-safe. On SIGSEGV,
 * SIGBUS, SIGFPE, SIGILL, SIGABRT and SIGQUIT the terminal is restored, what libraries printed
 * meanwhile is shown, and the signal's default action follows. */
#pragma once

#include <glib.h>
#include <termios.h>

/* `restore`: bytes for the terminal on `fd` (copied). `before`: its modes before the screen; NULL:
 * not known. */
void crash_prepare(int fd, const char *restore, const struct termios *before);
/* The screen is closed: nothing is to be restored any more. The handlers go. */
void crash_forget(void);

void crash_restore(void);
/* crash_restore() and _exit(). */
_Noreturn void crash_leave(int exit_code);
