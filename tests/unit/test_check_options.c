/* commands/check_options: words into targets, saved connections with overrides, and each way of
 * being refused. */
#include "config.h"

#include "commands/check_options.h"

#include <string.h>

#include "core/check.h"
#include "util/private_folder.h"

#define WORDS_MAX 24

static char *folder;

typedef struct {
  int argc;
  char *argv[WORDS_MAX];
  CheckOptions options;
  GError *error;
  gboolean good;
} Run;

static void
run_clear(Run *run)
{
  for (int i = 0; i < run->argc; i++)
    g_free(run->argv[i]);
  check_options_clear(&run->options);
  g_clear_error(&run->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

static Run
run_words(const char *const *words)
{
  Run run = {.argc = 1};
  run.argv[0] = g_strdup("check");
  for (int i = 0; words[i] != NULL; i++) {
    g_assert_cmpint(run.argc, <, WORDS_MAX);
    run.argv[run.argc++] = g_strdup(words[i]);
  }
  run.good = check_options_parse(run.argc, run.argv, folder, &run.options, &run.error);
  return run;
}

#define RUN(...) run_words((const char *const[]){__VA_ARGS__, NULL})

static const CheckTarget *
target_of(const Run *run, guint index)
{
  g_assert_no_error(run->error);
  g_assert_true(run->good);
  g_assert_cmpuint(run->options.targets->len, >, index);
  return run->options.targets->pdata[index];
}

static void
assert_refused(Run run, const char *sentence)
{
  g_assert_false(run.good);
  g_assert_nonnull(run.error);
  g_assert_cmpstr(run.error->message, ==, sentence);
  run_clear(&run);
}

/* --- Targets ---------------------------------------------------------------------------------- */

static void
test_urls(void)
{
  g_auto(Run) run = RUN("--cafile", "root.pem", "mqtts://a.test", "-u", "ada", "-P", "secret",
                        "mqtts://b.test:8884/x/#", "-t", "y", "-q", "1");
  const CheckTarget *a = target_of(&run, 0), *b = target_of(&run, 1);
  g_assert_cmpuint(run.options.targets->len, ==, 2);
  g_assert_cmpstr(a->name, ==, "mqtts://a.test:8883");
  g_assert_cmpstr(b->name, ==, "mqtts://b.test:8884");
  g_assert_cmpstr(a->profile->host, ==, "a.test");
  g_assert_cmpstr(a->profile->ca_path, ==, "root.pem");
  g_assert_cmpint(a->profile->trust, ==, TRUST_FILE);
  g_assert_cmpstr(b->profile->user_name, ==, "ada");
  g_assert_cmpstr(b->profile->password, ==, "secret");
  g_assert_cmpstr(a->profile->password, ==, "secret");
  g_assert_cmpuint(a->profile->subscriptions->len, ==, 1);
  g_assert_cmpuint(b->profile->subscriptions->len, ==, 2);
  g_assert_cmpint(((ProfileSubscription *)b->profile->subscriptions->pdata[0])->qos, ==, 1);
  /* ps shows what argv holds. */
  for (int i = 0; i < run.argc; i++)
    g_assert_null(strstr(run.argv[i], "secret"));
}

static void
test_password_of_url(void)
{
  g_auto(Run) run = RUN("mqtts://ada:secret@a.test");
  g_assert_cmpstr(target_of(&run, 0)->name, ==, "mqtts://a.test:8883");
  g_assert_cmpstr(target_of(&run, 0)->profile->password, ==, "secret");
  g_assert_null(strstr(run.argv[1], "secret"));
}

static void
test_options_alone(void)
{
  g_auto(Run) run = RUN("-h", "a.test", "-p", "8883", "--capath=/x");
  g_assert_cmpstr(target_of(&run, 0)->name, ==, "mqtts://a.test:8883");
  g_assert_cmpint(target_of(&run, 0)->profile->trust, ==, TRUST_FOLDER);
}

static void
save(const char *name)
{
  g_autoptr(Profile) profile = profile_new();
  g_autoptr(GError) error = NULL;
  profile->name = g_strdup(name);
  profile->host = g_strdup("saved.test");
  profile->trust = TRUST_FILE;
  profile->ca_path = g_strdup("/x/saved-root.pem");
  profile->certificate_path = g_strdup("/x/saved.pem");
  profile->key_path = g_strdup("/x/saved.key");
  profile->client_id = g_strdup("saved-id");
  profile->keep_alive = 30;
  profile_add_subscription(profile, "saved/#", 2);
  g_assert_true(profile_save(profile, folder, &error));
  g_assert_no_error(error);
}

static void
test_saved(void)
{
  save("plant-7");
  g_auto(Run) run = RUN("plant-7", "mqtts://a.test", "-k", "10");
  const CheckTarget *saved = target_of(&run, 0), *url = target_of(&run, 1);
  g_assert_cmpstr(saved->name, ==, "plant-7");
  g_assert_cmpstr(saved->profile->host, ==, "saved.test");
  g_assert_cmpstr(saved->profile->ca_path, ==, "/x/saved-root.pem");
  g_assert_cmpstr(saved->profile->key_path, ==, "/x/saved.key");
  g_assert_cmpint(saved->profile->keep_alive, ==, 10);
  g_assert_cmpint(url->profile->keep_alive, ==, 10);
  g_assert_null(url->profile->ca_path);
}

/* What the command line says goes over what was saved, and nothing else changes. */
static void
test_overrides(void)
{
  save("plant-8");
  g_auto(Run) run = RUN("plant-8", "--cert", "new.pem", "--tls-use-os-certs", "-i", "", "-V", "311",
                        "-t", "more", "-p", "8884");
  const Profile *profile = target_of(&run, 0)->profile;
  g_assert_cmpstr(profile->certificate_path, ==, "new.pem");
  g_assert_null(profile->key_path); /* the saved key belongs to the saved certificate */
  g_assert_cmpint(profile->trust, ==, TRUST_SYSTEM);
  g_assert_null(profile->ca_path);
  g_assert_cmpstr(profile->client_id, ==, "");
  g_assert_cmpint(profile->version, ==, MQTT_3_1_1);
  g_assert_cmpuint(profile->subscriptions->len, ==, 2);
  g_assert_cmpint(profile->port, ==, 8884);
  g_assert_cmpint(profile->keep_alive, ==, 30);
  g_assert_cmpstr(profile->host, ==, "saved.test");
  g_assert_cmpint(profile->tls_version, ==, TLS_ANY);
  g_assert_false(profile->no_probes);
  g_assert_null(profile->dns_servers);
}

/* Those that no option of mosquitto's stands for. */
static void
test_overrides_of_ours(void)
{
  save("plant-9");
  g_auto(Run) run = RUN("plant-9", "--tls-version", "tlsv1.2", "--no-probes", "--crl", "list.crl",
                        "--dns-server", "192.0.2.53", "--broker-ca", "theirs.pem");
  const Profile *profile = target_of(&run, 0)->profile;
  g_assert_cmpint(profile->tls_version, ==, TLS_1_2);
  g_assert_true(profile->no_probes);
  g_assert_cmpstr(profile->crl_path, ==, "list.crl");
  g_assert_cmpstr(profile->dns_servers, ==, "192.0.2.53");
  g_assert_cmpstr(profile->broker_ca_path, ==, "theirs.pem");
  g_assert_cmpstr(profile->key_path, ==, "/x/saved.key");
}

/* --- Its own options -------------------------------------------------------------------------- */

static void
test_defaults(void)
{
  g_auto(Run) run = RUN("mqtts://a.test");
  target_of(&run, 0);
  g_assert_cmpint(run.options.format, ==, CHECK_TEXT);
  g_assert_cmpint(run.options.warn_days, ==, -1);
  g_assert_cmpuint(run.options.timeout_ms, ==, CHECK_TIMEOUT_MS);
  g_assert_cmpuint(run.options.jobs, ==, 64);
  g_assert_null(run.options.save_folder);
}

static void
test_own_options(void)
{
  g_auto(Run) run =
      RUN("--format", "nagios", "--warn-days=20", "--timeout", "5", "--jobs", "3", "--save-chain",
          "out", "--force", "--ascii", "--no-color", "--", "mqtts://a.test");
  target_of(&run, 0);
  g_assert_cmpint(run.options.format, ==, CHECK_NAGIOS);
  g_assert_cmpint(run.options.warn_days, ==, 20);
  g_assert_cmpuint(run.options.timeout_ms, ==, 5000);
  g_assert_cmpuint(run.options.jobs, ==, 3);
  g_assert_cmpstr(run.options.save_folder, ==, "out");
  g_assert_true(run.options.force && run.options.ascii && run.options.no_color);
  g_assert_false(run.options.names);
  g_auto(Run) json = RUN("--json", "--names", "mqtts://a.test");
  g_assert_true(json.options.names);
  g_assert_cmpint(json.options.format, ==, CHECK_JSON);
  g_auto(Run) help = RUN("--help");
  g_assert_true(help.good && help.options.help);
}

static void
test_refused(void)
{
  g_autofree char *missing = g_strdup_printf(
      "there is no connection \"none\" in %s; give a URL such as mqtts://none:8883, or a name that "
      "mqtrust shows",
      folder);
  assert_refused(RUN("--json"), "say what to check: the name of a saved connection, or a URL such "
                                "as mqtts://mqtt.example.com; see mqtrust check --help");
  assert_refused(RUN("none"), missing);
  assert_refused(RUN("--format", "xml", "mqtts://a.test"),
                 "--format \"xml\" is unknown; write text, json, nagios or prometheus");
  assert_refused(RUN("--warn-days", "-1", "mqtts://a.test"),
                 "--warn-days takes a number from 0 to 36500, not \"-1\"");
  assert_refused(RUN("--timeout", "0", "mqtts://a.test"),
                 "--timeout takes a number from 1 to 3600, not \"0\"");
  assert_refused(RUN("--names", "--format", "nagios", "mqtts://a.test"),
                 "--names has no place in this format: take text or json");
  assert_refused(RUN("--jobs", "513", "mqtts://a.test"),
                 "--jobs takes a number from 1 to 512, not \"513\"");
  assert_refused(RUN("--jobs"), "--jobs needs a value; see mqtrust check --help");
  assert_refused(RUN("--json=x", "mqtts://a.test"), "--json takes no value");
  assert_refused(RUN("--save-chain", "", "mqtts://a.test"),
                 "--save-chain is empty: write --save-chain FOLDER");
  assert_refused(RUN("--force", "mqtts://a.test"),
                 "--force needs --save-chain: it lets files there be overwritten");
  assert_refused(RUN("--cafil", "x", "mqtts://a.test"),
                 "unknown option --cafil, did you mean --cafile? See mqtrust check --help");
  assert_refused(RUN("--log-size", "1M", "mqtts://a.test"),
                 "unknown option --log-size; see mqtrust check --help");
  assert_refused(RUN("-x", "mqtts://a.test"), "unknown option -x; see mqtrust check --help");
  assert_refused(RUN("-h", "c.test", "mqtts://a.test", "mqtts://b.test"),
                 "--host is one broker and 2 targets are given: leave it out");
  assert_refused(RUN("--cafile", "x", "mqtt://a.test"),
                 "--cafile needs TLS, and the URL says mqtt://: write mqtts://");
}

static void
test_help(void)
{
  g_autofree char *help = check_options_help();
  g_auto(GStrv) lines = g_strsplit(help, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    g_assert_cmpuint(strlen(*line), <, 80);
  g_assert_nonnull(strstr(help, "--save-chain FOLDER"));
  g_assert_nonnull(strstr(help, "--cafile FILE"));
  g_assert_null(strstr(help, "--log-size"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  folder = private_folder_new("mqtrust-check", NULL);
  g_assert_nonnull(folder);
  g_test_add_func("/check-options/urls", test_urls);
  g_test_add_func("/check-options/password-of-url", test_password_of_url);
  g_test_add_func("/check-options/options-alone", test_options_alone);
  g_test_add_func("/check-options/saved", test_saved);
  g_test_add_func("/check-options/overrides", test_overrides);
  g_test_add_func("/check-options/overrides-of-ours", test_overrides_of_ours);
  g_test_add_func("/check-options/defaults", test_defaults);
  g_test_add_func("/check-options/own-options", test_own_options);
  g_test_add_func("/check-options/refused", test_refused);
  g_test_add_func("/check-options/help", test_help);
  int code = g_test_run();
  private_folder_remove(folder, NULL);
  g_free(folder);
  return code;
}
