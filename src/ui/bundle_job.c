#include "config.h"

#include "ui/bundle_job.h"

struct BundleJob {
  BundleTexts *texts;
  Bundle *bundle;
  BundleDone done; /* NULL: was left */
  gpointer data;
};

/* Threads that are at work. */
static GMutex lock;
static GCond ended;
static int working;
/* Those that have not been delivered yet; the main thread's. */
static GSList *jobs;

static void
job_free(BundleJob *job)
{
  jobs = g_slist_remove(jobs, job);
  bundle_texts_free(job->texts);
  bundle_free(job->bundle);
  g_free(job);
}

static gboolean
deliver(gpointer data)
{
  BundleJob *job = data;
  if (job->done)
    job->done(g_steal_pointer(&job->texts), g_steal_pointer(&job->bundle), job->data);
  return G_SOURCE_REMOVE;
}

static gpointer
run(gpointer data)
{
  BundleJob *job = data;
  job->bundle = bundle_order_carry_out(&job->texts->order);
  g_idle_add_full(G_PRIORITY_DEFAULT, deliver, job, (GDestroyNotify)job_free);
  g_mutex_lock(&lock);
  working--;
  g_cond_broadcast(&ended);
  g_mutex_unlock(&lock);
  return NULL;
}

BundleJob *
bundle_job_start(BundleTexts *texts, BundleDone done, gpointer data)
{
  BundleJob *job = g_new0(BundleJob, 1);
  job->texts = texts;
  job->done = done;
  job->data = data;
  jobs = g_slist_prepend(jobs, job);
  g_mutex_lock(&lock);
  working++;
  g_mutex_unlock(&lock);
  g_thread_unref(g_thread_new("bundle", run, job));
  return job;
}

void
bundle_job_leave(BundleJob *job)
{
  job->done = NULL;
}

void
bundle_jobs_wait(void)
{
  g_mutex_lock(&lock);
  while (working > 0)
    g_cond_wait(&ended, &lock);
  g_mutex_unlock(&lock);
  /* What they have made is wiped, not left lying in memory. */
  while (jobs)
    g_source_remove_by_user_data(jobs->data);
}
