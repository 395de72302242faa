/* A broker's files made in a thread of its own: reading the system's certificates and encrypting a
 * store take time. Main thread. */
#pragma once

#include "ui/bundle_texts.h"

typedef struct BundleJob BundleJob;

/* On the main thread. `texts` and `bundle` are taken over. The job is gone afterwards. */
typedef void (*BundleDone)(BundleTexts *texts, Bundle *bundle, gpointer data);

/* Takes `texts` over. Writes nothing. */
BundleJob *bundle_job_start(BundleTexts *texts, BundleDone done, gpointer data);
/* At once: `done` is not called any more, what comes of it is wiped. */
void bundle_job_leave(BundleJob *job);
/* Waits until no thread is at work, for the end of the program: what they use is taken down then. */
void bundle_jobs_wait(void);
