/* The mqtrust that was built, for tests on a terminal. */
#pragma once

#include "pty/pty.h"

/* Instrumented programs are slower and larger: bounds on time and memory are for others. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PROGRAM_IS_INSTRUMENTED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PROGRAM_IS_INSTRUMENTED 1
#endif
#endif
#ifndef PROGRAM_IS_INSTRUMENTED
#define PROGRAM_IS_INSTRUMENTED 0
#endif

/* What the hint bar shows at every size and in every state of a dashboard that has a screen. */
#define PROGRAM_HINT "quit"

const char *program_path(void);

/* `arguments` are split at blanks; "" or NULL: none. Does not wait. */
Pty *program_start(const char *arguments, const PtyOptions *options);
/* The same through a shell command in which "MQTRUST" stands for the program. */
Pty *program_start_in_shell(const char *command, const PtyOptions *options);
/* program_start(), and waits for the first whole screen. */
Pty *program_open(const char *arguments, const PtyOptions *options);

/* The terminal is as it was before: main screen, cursor shown, nothing switched on. */
void program_assert_restored(Pty *pty);
void program_assert_same_modes(const struct termios *before, const struct termios *after);

/* Runs without a terminal; (transfer full) what it wrote. Returns its exit code. */
int program_run(const char *arguments, char **standard_output, char **standard_error);
