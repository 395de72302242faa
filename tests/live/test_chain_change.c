/* A broker whose certificate becomes another one, against a real mosquitto: what a connection says
 * of it, what it keeps, and what a later run makes of that. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/workspace.h"
#include "live/live_connection.h"
#include "util/private_folder.h"

/* What the broker serves is replaced as certbot's hook does: its files, and a reload. */
typedef struct {
  Certificates *first, *second; /* each with a CA of its own */
  char *folder, *chain, *key, *client_ca, *trust, *memory;
  Broker *broker;
} Stage;

static void
copy(const char *from, const char *to)
{
  g_autofree char *text = NULL;
  gsize length;
  g_autoptr(GError) error = NULL;
  g_file_get_contents(from, &text, &length, &error);
  g_assert_no_error(error);
  g_file_set_contents(to, text, (gssize)length, &error);
  g_assert_no_error(error);
}

static void
serve(Stage *stage, const CertificateFiles *files)
{
  copy(files->fullchain, stage->chain);
  copy(files->key, stage->key);
}

static void
trust_both(Stage *stage)
{
  g_autofree char *one = NULL, *two = NULL;
  g_assert_true(g_file_get_contents(stage->first->root, &one, NULL, NULL));
  g_assert_true(g_file_get_contents(stage->second->root, &two, NULL, NULL));
  g_autofree char *both = g_strconcat(one, two, NULL);
  g_assert_true(g_file_set_contents(stage->trust, both, -1, NULL));
}

static void
setup(Stage *stage, const char *tls_version)
{
  g_autoptr(GError) error = NULL;
  stage->first = certificates_new();
  stage->second = certificates_new();
  stage->folder = private_folder_new("mqtrust-change", &error);
  g_assert_no_error(error);
  stage->chain = g_build_filename(stage->folder, "chain.pem", NULL);
  stage->key = g_build_filename(stage->folder, "key.pem", NULL);
  stage->trust = g_build_filename(stage->folder, "trust.pem", NULL);
  stage->memory = g_build_filename(stage->folder, "state", "chains", NULL);
  trust_both(stage);
  serve(stage, &stage->first->server);
  const BrokerOptions options = {.certificate_file = stage->chain,
                                 .key_file = stage->key,
                                 .client_ca_file = stage->first->client_ca,
                                 .tls_version = tls_version};
  stage->broker = broker_start(&options);
}

static void
teardown(Stage *stage)
{
  broker_free(stage->broker);
  certificates_free(stage->first);
  certificates_free(stage->second);
  private_folder_remove(stage->folder, NULL);
  g_free(stage->folder);
  g_free(stage->chain);
  g_free(stage->key);
  g_free(stage->trust);
  g_free(stage->memory);
}

/* (transfer full): trusts both CAs, or the first alone. */
static Profile *
profile_for(const Stage *stage, gboolean both)
{
  Profile *profile = live_profile_new(stage->broker, stage->first);
  if (both) {
    g_free(profile->ca_path);
    profile->ca_path = g_strdup(stage->trust);
  }
  return profile;
}

static LiveConnection *
connect_live(const Stage *stage)
{
  g_autoptr(Profile) profile = profile_for(stage, TRUE);
  LiveConnection *live = live_connect(profile);
  g_assert_true(live_wait_online(live));
  return live;
}

static void
connect_anew(LiveConnection *live)
{
  connection_disconnect(live->connection);
  g_assert_true(live_wait_idle(live));
  connection_connect(live->connection);
}

static guint
entries_with(const LiveConnection *live, const char *text)
{
  Timeline *timeline = connection_timeline(live->connection);
  guint count = 0;
  for (guint64 i = timeline_first(timeline); i < timeline_next(timeline); i++)
    count += strstr(timeline_get(timeline, i)->text, text) != NULL;
  return count;
}

static const TimelineEntry *
entry_with(const LiveConnection *live, const char *text)
{
  Timeline *timeline = connection_timeline(live->connection);
  for (guint64 i = timeline_next(timeline); i-- > timeline_first(timeline);)
    if (strstr(timeline_get(timeline, i)->text, text) != NULL)
      return timeline_get(timeline, i);
  g_error("the timeline does not say \"%s\"", text);
}

static const ChainChange *
shown(const LiveConnection *live)
{
  return connection_info(live->connection)->chain_change;
}

/* --- Within a run ----------------------------------------------------------------------------- */

static void
test_nothing_new(Stage *stage)
{
  g_autoptr(LiveConnection) live = connect_live(stage);
  g_assert_null(shown(live));
  connect_anew(live);
  g_assert_true(live_wait_online(live));
  g_assert_null(shown(live));
  g_assert_cmpuint(entries_with(live, "another CA"), ==, 0);
  g_assert_null(connection_chain_change(live->connection, 0));
  g_assert_null(connection_chain_change(live->connection, 1));
}

/* The certificate of another CA, which is trusted as well. It is said once, stays on the screen
 * while the user connects anew once, and is no news after that. */
static void
test_accepted(Stage *stage)
{
  g_autoptr(LiveConnection) live = connect_live(stage);
  serve(stage, &stage->second->server);
  broker_reload(stage->broker);
  g_assert_true(broker_wait_log(stage->broker, "Reloading config"));
  connect_anew(live);
  g_assert_true(live_wait_online(live));
  const TimelineEntry *entry = entry_with(live, "certificate of another CA: ");
  g_assert_cmpint(entry->level, ==, TIMELINE_WARNING);
  g_assert_cmpstr(entry->stage, ==, "cert");
  g_assert_null(entry->code);
  const ChainChange *change = connection_chain_change(live->connection, entry->chain_change);
  g_assert_nonnull(change);
  g_assert_true(change == shown(live));
  g_assert_cmpint(change->kind, ==, CHAIN_OTHER_CA);
  g_assert_true(change->other_root);
  connect_anew(live);
  g_assert_true(live_wait_online(live));
  g_assert_true(change == shown(live));
  connect_anew(live);
  g_assert_true(live_wait_online(live));
  g_assert_null(shown(live));
  g_assert_cmpuint(entries_with(live, "certificate of another CA"), ==, 1);
}

/* One that is refused is compared with the last good one, and does not take its place. */
static void
test_refused(Stage *stage)
{
  g_autoptr(Profile) profile = profile_for(stage, FALSE);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_online(live));
  serve(stage, &stage->second->server);
  broker_reload(stage->broker);
  g_assert_true(broker_wait_log(stage->broker, "Reloading config"));
  connect_anew(live);
  g_assert_true(live_wait_stopped(live));
  g_assert_nonnull(shown(live));
  entry_with(live, " the broker shows another certificate: ");
  connect_anew(live);
  g_assert_true(live_wait_stopped(live));
  connect_anew(live);
  g_assert_true(live_wait_stopped(live));
  g_assert_nonnull(shown(live)); /* still so, and still worth a line */
  g_assert_cmpuint(entries_with(live, " the broker shows another certificate: "), ==, 1);
  serve(stage, &stage->first->server);
  broker_restart(stage->broker);
  connection_connect(live->connection);
  g_assert_true(live_wait_online(live));
  g_assert_null(shown(live)); /* as it was */
}

/* Another broker has another certificate: no change of this one's. */
static void
test_other_broker(Stage *stage)
{
  g_autoptr(LiveConnection) live = connect_live(stage);
  const BrokerOptions options = {.certificate_file = stage->second->server.fullchain,
                                 .key_file = stage->second->server.key,
                                 .client_ca_file = stage->first->client_ca};
  g_autoptr(Broker) other = broker_start(&options);
  g_autoptr(Profile) profile = profile_copy(connection_profile(live->connection));
  profile->port = broker_port(other);
  connection_set_profile(live->connection, profile);
  g_assert_true(live_wait_online(live));
  g_autofree char *address = g_strdup_printf("127.0.0.1:%u", broker_port(other));
  g_assert_cmpstr(connection_info(live->connection)->address, ==, address);
  g_assert_null(shown(live));
}

/* --- Beyond a run ----------------------------------------------------------------------------- */

typedef struct {
  ChainMemory *memory;
  Workspace *workspace;
} Run;

static void
run_start(Run *run, const Stage *stage)
{
  g_autofree char *profiles = g_build_filename(stage->folder, "connections", NULL);
  run->memory = chain_memory_new(stage->memory);
  run->workspace = workspace_new(profiles, MESSAGE_LOG_MIN_BYTES);
  workspace_keep_chains(run->workspace, run->memory);
  g_autoptr(GPtrArray) problems = workspace_load(run->workspace);
  g_assert_cmpuint(problems->len, ==, 0);
}

static void
run_end(Run *run)
{
  workspace_free(run->workspace);
  chain_memory_free(run->memory);
}

static gboolean
wake_loop(gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
wait_online(Connection *connection)
{
  gint64 end = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
  guint waker = g_timeout_add(20, wake_loop, NULL);
  connection_connect(connection);
  while (connection_session(connection)->state != SESSION_ONLINE) {
    g_assert_cmpint(g_get_monotonic_time(), <, end);
    g_main_context_iteration(NULL, TRUE);
  }
  g_source_remove(waker);
}

static char *
memory_file(const Stage *stage, const char *name)
{
  return g_build_filename(stage->memory, name, NULL);
}

static void
assert_kept(const Stage *stage, const char *name, gboolean kept)
{
  g_autofree char *path = memory_file(stage, name);
  g_assert_cmpint(g_file_test(path, G_FILE_TEST_EXISTS), ==, kept);
}

static gboolean
says(Connection *connection, const char *text)
{
  const LiveConnection live = {.connection = connection};
  return live_timeline_says(&live, text);
}

/* The first run connects from the command line, and saves; the second finds another certificate;
 * then the connection gets another name, and goes. */
static void
test_next_run(Stage *stage)
{
  Run run;
  g_autoptr(GError) error = NULL;
  g_autoptr(Profile) profile = profile_for(stage, TRUE);
  run_start(&run, stage);
  Connection *connection = workspace_add(run.workspace, profile, &error);
  wait_online(connection);
  assert_kept(stage, "live.pem", FALSE); /* not saved, not kept */
  g_assert_nonnull(workspace_save(run.workspace, connection, profile, &error));
  g_assert_no_error(error);
  assert_kept(stage, "live.pem", TRUE);
  run_end(&run);

  serve(stage, &stage->second->server);
  broker_restart(stage->broker);
  run_start(&run, stage);
  connection = workspace_find(run.workspace, "live");
  wait_online(connection);
  g_assert_true(says(connection, "certificate of another CA: "));
  g_assert_nonnull(connection_info(connection)->chain_change);
  run_end(&run);

  run_start(&run, stage);
  connection = workspace_find(run.workspace, "live");
  wait_online(connection);
  g_assert_null(connection_info(connection)->chain_change); /* that was said */
  g_free(profile->name);
  profile->name = g_strdup("renamed");
  g_assert_nonnull(workspace_save(run.workspace, connection, profile, &error));
  assert_kept(stage, "live.pem", FALSE);
  assert_kept(stage, "renamed.pem", TRUE);
  g_assert_true(workspace_delete(run.workspace, connection, &error));
  assert_kept(stage, "renamed.pem", FALSE);
  run_end(&run);
}

/* Who can write there can make mqtrust say nothing, and not more. */
static void
test_hostile_memory(Stage *stage)
{
  Run run;
  g_autoptr(GError) error = NULL;
  g_autoptr(Profile) profile = profile_for(stage, TRUE);
  g_autofree char *path = memory_file(stage, "live.pem"), *text = NULL;
  g_assert_cmpint(g_mkdir_with_parents(stage->memory, 0700), ==, 0);
  g_assert_true(g_file_set_contents(path, "\033[2Jmqtrust chain: 9\n", -1, NULL));
  run_start(&run, stage);
  Connection *connection = workspace_save(run.workspace, NULL, profile, &error);
  wait_online(connection);
  g_assert_true(says(connection, "what was kept of the broker's certificates is not used: "));
  g_assert_true(says(connection, "live.pem: it does not begin as such a file does"));
  g_assert_null(connection_info(connection)->chain_change);
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  g_assert_true(g_str_has_prefix(text, "mqtrust chain: 1\n")); /* and good again */
  run_end(&run);
}

/* Where nothing can be written, that is said once, and all else goes on. */
static void
test_no_memory(Stage *stage)
{
  Run run;
  g_autoptr(GError) error = NULL;
  g_autoptr(Profile) profile = profile_for(stage, TRUE);
  g_autofree char *state = g_path_get_dirname(stage->memory);
  g_assert_true(g_file_set_contents(state, "no folder", -1, NULL));
  run_start(&run, stage);
  Connection *connection = workspace_save(run.workspace, NULL, profile, &error);
  wait_online(connection);
  serve(stage, &stage->second->server);
  broker_restart(stage->broker);
  connection_disconnect(connection);
  wait_online(connection);
  g_assert_true(says(connection, "certificate of another CA: ")); /* within the run */
  const LiveConnection live = {.connection = connection};
  g_assert_cmpuint(entries_with(&live, "cannot be kept for the next time"), ==, 1);
  run_end(&run);
}

typedef struct {
  const char *path, *tls_version;
  void (*test)(Stage *stage);
} Case;

static const Case cases[] = {
    {"/chain-change/nothing-new", NULL, test_nothing_new},
    {"/chain-change/accepted/tls-1.3", "tlsv1.3", test_accepted},
    {"/chain-change/accepted/tls-1.2", "tlsv1.2", test_accepted},
    {"/chain-change/refused/tls-1.3", "tlsv1.3", test_refused},
    {"/chain-change/refused/tls-1.2", "tlsv1.2", test_refused},
    {"/chain-change/other-broker", NULL, test_other_broker},
    {"/chain-change/next-run", NULL, test_next_run},
    {"/chain-change/hostile-memory", NULL, test_hostile_memory},
    {"/chain-change/no-memory", NULL, test_no_memory},
};

static void
test_case(gconstpointer data)
{
  const Case *self = data;
  Stage stage = {0};
  if (!broker_available_or_skip())
    return;
  setup(&stage, self->tls_version);
  self->test(&stage);
  teardown(&stage);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    g_test_add_data_func(cases[i].path, &cases[i], test_case);
  return g_test_run();
}
