/* What the programs that measure share: numbers, verdicts, the binary and its pinned environment.
 *
 * Bars on speed are ratios to a named peer in the same run: a machine that is slow or busy slows
 * both, so a ratio still says something where a number of messages a second does not. */
#pragma once

#include <glib.h>

#include "pty/pty.h"

/* Sorts. 0 when there is none. */
double bench_median(double *values, gsize count);
double bench_max(const double *values, gsize count);
/* Seconds of a clock that all processes of this machine share. */
double bench_now(void);

/* Starts a line of the table: what was measured. */
void bench_line(const char *what, double value, const char *unit);
/* Ends it with the bar and whether it was reached; bars missed are counted. */
void bench_at_least(double value, double bar, const char *unit);
void bench_at_most(double value, double bar, const char *unit);
void bench_no_bar(void);
int bench_missed(void);

/* Everything below aborts when it cannot. */
typedef struct {
  char *program;        /* $MQTRUST_BENCH_PROGRAM, or mqtrust beside the bench folder */
  char *folder;         /* HOME of what is measured */
  char **environment;   /* for PtyOptions */
} Bench;

Bench *bench_new(const char *argv0);
void bench_free(Bench *bench);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)

/* A dashboard or a peer on a terminal of 80x24; `blind`: what it writes is only counted. */
Pty *bench_start(const Bench *bench, const char *const *argv, gboolean blind);
/* Ends it with SIGTERM and waits for the end. */
void bench_stop(Pty *pty);

/* What the hint bar always shows, so that the first screen is complete. */
#define BENCH_HINT "quit"
