#include "config.h"

#include "ui/workshop_job.h"

struct WorkshopJob {
  WorkshopOrder *order;
  PkiResult *result;
  GError *error;
  WorkshopDone done; /* NULL: was left */
  gpointer data;
};

/* Threads that are at work. */
static GMutex lock;
static GCond ended;
static int working;
/* Those that have not been delivered yet; the main thread's. */
static GSList *jobs;

static void
job_free(WorkshopJob *job)
{
  jobs = g_slist_remove(jobs, job);
  workshop_order_free(job->order);
  pki_result_free(job->result);
  g_clear_error(&job->error);
  g_free(job);
}

static gboolean
deliver(gpointer data)
{
  WorkshopJob *job = data;
  if (job->done)
    job->done(g_steal_pointer(&job->order), g_steal_pointer(&job->result), job->error, job->data);
  return G_SOURCE_REMOVE;
}

static gpointer
run(gpointer data)
{
  WorkshopJob *job = data;
  job->result = pki_carry_out(&job->order->order, &job->error);
  g_idle_add_full(G_PRIORITY_DEFAULT, deliver, job, (GDestroyNotify)job_free);
  g_mutex_lock(&lock);
  working--;
  g_cond_broadcast(&ended);
  g_mutex_unlock(&lock);
  return NULL;
}

WorkshopJob *
workshop_job_start(WorkshopOrder *order, WorkshopDone done, gpointer data)
{
  WorkshopJob *job = g_new0(WorkshopJob, 1);
  job->order = order;
  job->done = done;
  job->data = data;
  jobs = g_slist_prepend(jobs, job);
  g_mutex_lock(&lock);
  working++;
  g_mutex_unlock(&lock);
  g_thread_unref(g_thread_new("workshop", run, job));
  return job;
}

void
workshop_job_leave(WorkshopJob *job)
{
  job->done = NULL;
}

void
workshop_jobs_wait(void)
{
  g_mutex_lock(&lock);
  while (working > 0)
    g_cond_wait(&ended, &lock);
  g_mutex_unlock(&lock);
  /* What they have made is wiped, not left lying in memory. */
  while (jobs)
    g_source_remove_by_user_data(jobs->data);
}
