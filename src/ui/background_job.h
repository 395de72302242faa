/* Work that takes too long for the main loop, in a thread of its own: it gets an order, and makes a
 * result of it. Main thread, but for the work itself. */
#pragma once

#include <glib.h>

/* In the other thread, with an order that nobody else touches. (transfer full); NULL and an error,
 * where it can fail. It writes nothing: what is left must leave nothing behind. */
typedef gpointer (*BackgroundWork)(gconstpointer order, GError **error);

typedef struct {
  const char *name; /* of the thread, 15 bytes at most */
  BackgroundWork work;
  GDestroyNotify free_order, free_result; /* both wipe what is secret */
} BackgroundKind;

/* On the main thread. `order` and `result` (NULL: see `error`) are taken over. The job is gone
 * afterwards. */
typedef void (*BackgroundDone)(gpointer order, gpointer result, const GError *error, gpointer data);

typedef struct BackgroundJob BackgroundJob;

/* Takes `order` over; `kind` is static. */
BackgroundJob *background_job_start(const BackgroundKind *kind, gpointer order, BackgroundDone done,
                                    gpointer data);
/* At once: `done` is not called any more, what comes of the work is freed. */
void background_job_leave(BackgroundJob *job);
/* Waits until no thread is at work, and frees what has not been delivered: for the end of the
 * program, which takes down what they use. Not to be called from within `done`. */
void background_jobs_wait(void);
