#include "config.h"

#include "commands/check_run.h"

#include "mqtt/client.h"
#include "net/address.h"
#include "net/name_query.h"
#include "net/transport.h"

typedef struct {
  CheckRun *run;
  const CheckTarget *target;
  Check *check;
  gint64 started_us;
  gint64 duration_us; /* of the check; 0: not over yet */
  NameQuery *query;   /* NULL: not asked */
  NameSurvey *survey; /* or NULL */
  gboolean is_checked, is_asked;
  CheckReport *report; /* NULL: not over yet */
} Job;

/* Handshakes are a processor's work; one transport thread would do them one after the other. */
#define TRANSPORTS_MAX 16
#define SURVEY_TIMEOUT_MS 10000

struct CheckRun {
  const CheckOptions *options;
  Transport *transports[TRANSPORTS_MAX];
  LocalShare *files[TRANSPORTS_MAX]; /* one for each of them */
  guint transport_count;
  GMainLoop *loop;
  Job *jobs;
  guint count, next, running;
  GPtrArray *reports; /* of CheckReport */
  GError *error;
};

static void start_more(CheckRun *run);

static void
make_report(Job *job)
{
  const Connection *connection = check_connection(job->check);
  const CheckOptions *options = job->run->options;
  CheckSubject subject = {
      .target = job->target->name,
      .profile = job->target->profile,
      .outcome = check_outcome(job->check),
      .duration_us = job->duration_us,
      .timeout_ms = options->timeout_ms,
      .now = g_get_real_time() / G_USEC_PER_SEC,
      .warn_days = options->warn_days,
      .session = check_session(job->check),
      .info = connection_info(connection),
      .evidence = connection_evidence(connection),
      .subscriptions = connection_subscriptions(connection),
      .survey = job->survey,
  };
  job->report = check_report_new(&subject);
}

/* When the check is over and DNS has answered, too. */
static void
end(Job *job)
{
  if (!job->is_checked || !job->is_asked)
    return;
  make_report(job);
  job->run->running--;
  start_more(job->run);
}

static void
on_done(Check *check, gpointer data)
{
  Job *job = data;
  job->duration_us = g_get_monotonic_time() - job->started_us;
  job->is_checked = TRUE;
  end(job);
}

static void
on_survey(NameSurvey *survey, const GError *error, gpointer data)
{
  Job *job = data;
  job->survey = survey;
  job->is_asked = TRUE;
  end(job);
}

/* Side by side with the check, and never longer than that may take. */
static void
start_survey(Job *job)
{
  Address address;
  const Profile *profile = job->target->profile;
  job->is_asked = !job->run->options->names || address_parse(&address, profile->host);
  if (!job->is_asked)
    job->query =
        name_query_start(g_main_context_default(), profile->host, profile->dns_servers,
                         MIN(job->run->options->timeout_ms, SURVEY_TIMEOUT_MS), on_survey, job);
}

static void
start(CheckRun *run, Job *job)
{
  job->started_us = g_get_monotonic_time();
  guint number = (guint)(job - run->jobs) % run->transport_count;
  job->check =
      check_start_sharing(run->transports[number], job->target->profile, run->files[number],
                          run->options->timeout_ms, on_done, job, &run->error);
  if (job->check == NULL)
    return;
  run->running++;
  start_survey(job);
}

static void
start_more(CheckRun *run)
{
  while (run->error == NULL && run->next < run->count && run->running < run->options->jobs)
    start(run, &run->jobs[run->next++]);
  if (run->running == 0)
    g_main_loop_quit(run->loop);
}

static gboolean
begin(gpointer run)
{
  start_more(run);
  return G_SOURCE_REMOVE;
}

static void
start_transports(CheckRun *run)
{
  guint wanted = MIN(MIN(run->count, run->options->jobs), g_get_num_processors());
  run->transport_count = CLAMP(wanted, 1, TRANSPORTS_MAX);
  for (guint i = 0; i < run->transport_count; i++) {
    run->transports[i] = transport_new();
    run->files[i] = local_share_new();
  }
}

CheckRun *
check_run(const CheckOptions *options, GError **error)
{
  CheckRun *run = g_new0(CheckRun, 1);
  run->options = options;
  run->loop = g_main_loop_new(NULL, FALSE);
  run->count = options->targets->len;
  start_transports(run);
  run->jobs = g_new0(Job, run->count);
  run->reports = g_ptr_array_new_with_free_func((GDestroyNotify)check_report_free);
  for (guint i = 0; i < run->count; i++) {
    run->jobs[i].run = run;
    run->jobs[i].target = options->targets->pdata[i];
  }
  mqtt_client_prepare();
  g_idle_add(begin, run);
  g_main_loop_run(run->loop);
  for (guint i = 0; i < run->count && run->error == NULL; i++)
    g_ptr_array_add(run->reports, g_steal_pointer(&run->jobs[i].report));
  if (run->error == NULL)
    return run;
  g_propagate_error(error, g_steal_pointer(&run->error));
  check_run_free(run);
  return NULL;
}

const GPtrArray *
check_run_reports(const CheckRun *run)
{
  return run->reports;
}

void
check_run_free(CheckRun *run)
{
  if (run == NULL)
    return;
  g_ptr_array_unref(run->reports);
  for (guint i = 0; i < run->count; i++) {
    check_report_free(run->jobs[i].report);
    check_free(run->jobs[i].check);
    name_query_free(run->jobs[i].query);
    name_survey_free(run->jobs[i].survey);
  }
  g_free(run->jobs);
  g_main_loop_unref(run->loop);
  for (guint i = 0; i < run->transport_count; i++) {
    transport_free(run->transports[i]);
    local_share_free(run->files[i]);
  }
  g_free(run);
}
