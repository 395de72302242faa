/* An order of the workshop carried out in a thread of its own: an RSA key takes seconds, a token
 * may take longer. Main thread. */
#pragma once

#include "ui/workshop_order.h"

typedef struct WorkshopJob WorkshopJob;

/* On the main thread. `order` and `result` are taken over; `result` NULL: see `error`. The job is
 * gone afterwards. */
typedef void (*WorkshopDone)(WorkshopOrder *order, PkiResult *result, const GError *error,
                             gpointer data);

/* Takes `order` over. Writes nothing. */
WorkshopJob *workshop_job_start(WorkshopOrder *order, WorkshopDone done, gpointer data);
/* At once: `done` is not called any more, what comes of it is wiped. */
void workshop_job_leave(WorkshopJob *job);
/* Waits until no thread is at work, for the end of the program: what they use is taken down then. */
void workshop_jobs_wait(void);
