#include "config.h"

#include "ui/background_job.h"

#include <pthread.h>

#include "util/event_queue.h"

struct BackgroundJob {
  const BackgroundKind *kind;
  EventQueue *queue;
  gpointer order, result;
  GError *error;
  BackgroundDone done; /* NULL: was left */
  gpointer data;
};

/* Of jobs that have ended; made with the first job. */
static EventQueue *queue;

/* Threads that are at work. A POSIX lock: ThreadSanitizer does not see GLib's. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static guint working;

/* The result first: a key on a token uses the PIN that stands in the order. */
static void
job_free(gpointer data)
{
  BackgroundJob *job = data;
  if (job->result)
    job->kind->free_result(job->result);
  if (job->order)
    job->kind->free_order(job->order);
  g_clear_error(&job->error);
  g_free(job);
}

static void
deliver(gpointer event, gpointer data)
{
  BackgroundJob *job = event;
  if (job->done)
    job->done(g_steal_pointer(&job->order), g_steal_pointer(&job->result), job->error, job->data);
  job_free(job);
}

/* Once it is posted the job is the main thread's, and may be gone. */
static gpointer
run(gpointer data)
{
  BackgroundJob *job = data;
  job->result = job->kind->work(job->order, &job->error);
  event_queue_post(job->queue, job, FALSE);
  pthread_mutex_lock(&lock);
  working--;
  pthread_cond_broadcast(&ended);
  pthread_mutex_unlock(&lock);
  return NULL;
}

BackgroundJob *
background_job_start(const BackgroundKind *kind, gpointer order, BackgroundDone done, gpointer data)
{
  if (!queue)
    queue = event_queue_new(0, NULL, deliver, NULL, job_free);
  BackgroundJob *job = g_new0(BackgroundJob, 1);
  *job = (BackgroundJob){.kind = kind, .queue = queue, .order = order, .done = done, .data = data};
  pthread_mutex_lock(&lock);
  working++;
  pthread_mutex_unlock(&lock);
  g_thread_unref(g_thread_new(kind->name, run, job));
  return job;
}

void
background_job_leave(BackgroundJob *job)
{
  job->done = NULL;
}

void
background_jobs_wait(void)
{
  pthread_mutex_lock(&lock);
  while (working > 0)
    pthread_cond_wait(&ended, &lock);
  pthread_mutex_unlock(&lock);
  g_clear_pointer(&queue, event_queue_free);
}
