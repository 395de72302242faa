/* The binary itself: `mqtrust check` against real brokers and peers that misbehave, its exit codes
 * and what it prints. */
#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/wait.h>

#include "live/broker.h"
#include "live/certificates.h"
#include "lab/peer.h"
#include "unit/exposition.h"
#include "util/private_folder.h"

static Certificates *pki;

typedef struct {
  int code;
  char *out, *err;
} Run;

static void
run_clear(Run *run)
{
  g_free(run->out);
  g_free(run->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

/* `environment`: NULL, the test's. */
static Run
run_words_in(char **environment, const char *const *words)
{
  const char *build = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_canonicalize_filename("mqtrust", build);
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  g_autoptr(GError) error = NULL;
  Run run = {0};
  int status;
  g_ptr_array_add(argv, program);
  g_ptr_array_add(argv, (char *)"check");
  for (; *words != NULL; words++)
    g_ptr_array_add(argv, (char *)*words);
  g_ptr_array_add(argv, NULL);
  g_spawn_sync(NULL, (char **)argv->pdata, environment, G_SPAWN_DEFAULT, NULL, NULL, &run.out, &run.err,
               &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  run.code = WEXITSTATUS(status);
  g_test_message("%d\n%s%s", run.code, run.out, run.err);
  return run;
}

#define RUN_IN(environment, ...)                                                                   \
  run_words_in(environment, (const char *const[]){__VA_ARGS__, NULL})
#define RUN(...) RUN_IN(NULL, __VA_ARGS__)
#define TWO_WAY "--cafile", pki->root, "--cert", pki->client.fullchain, "--key", pki->client.key

static char *
url_of(guint16 port)
{
  return g_strdup_printf("mqtts://localhost:%u", port);
}

static Broker *
start_two_way(void)
{
  const BrokerOptions options = {.certificate_file = pki->server.fullchain,
                                 .key_file = pki->server.key,
                                 .client_ca_file = pki->client_ca};
  return broker_start(&options);
}

static Broker *
start_one_way(void)
{
  const BrokerOptions options = {.certificate_file = pki->server.fullchain,
                                 .key_file = pki->server.key,
                                 .user_name = "ada",
                                 .password = "right"};
  return broker_start(&options);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static JsonObject *
parse(JsonParser *parser, const Run *run, guint index)
{
  g_autoptr(GError) error = NULL;
  json_parser_load_from_data(parser, run->out, -1, &error);
  g_assert_no_error(error);
  JsonArray *array = json_node_get_array(json_parser_get_root(parser));
  return json_array_get_object_element(array, index);
}

/* The worst finding is an error with this code, and no other error stands beside it. */
static void
assert_fault(const Run *run, guint index, const char *code, const char *side)
{
  g_autoptr(JsonParser) parser = json_parser_new();
  JsonArray *findings = json_object_get_array_member(parse(parser, run, index), "findings");
  for (guint i = 0; i < json_array_get_length(findings); i++) {
    JsonObject *finding = json_array_get_object_element(findings, i);
    gboolean error = g_str_equal(json_object_get_string_member(finding, "severity"), "error");
    g_assert_cmpint(error, ==, i == 0);
    if (i > 0)
      continue;
    g_assert_cmpstr(json_object_get_string_member(finding, "code"), ==, code);
    g_assert_cmpstr(json_object_get_string_member(finding, "side"), ==, side);
  }
  g_assert_cmpuint(json_array_get_length(findings), >, 0);
}

/* --- It works --------------------------------------------------------------------------------- */

static void
test_two_way(void)
{
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = start_two_way();
  g_autofree char *url = url_of(broker_port(broker));
  g_auto(Run) run = RUN("--json", TWO_WAY, "-t", "plant/#", "-q", "1", url);
  g_assert_cmpint(run.code, ==, 0);
  g_assert_cmpstr(run.err, ==, "");
  g_autoptr(JsonParser) parser = json_parser_new();
  JsonObject *report = parse(parser, &run, 0);
  g_assert_cmpstr(json_object_get_string_member(report, "target"), ==, url);
  g_assert_cmpstr(json_object_get_string_member(report, "outcome"), ==, "online");
  g_assert_cmpstr(json_object_get_string_member(report, "way"), ==, "two-way");
  g_assert_cmpuint(json_array_get_length(json_object_get_array_member(report, "findings")), ==, 0);
  g_assert_cmpuint(json_array_get_length(json_object_get_array_member(report, "path")), ==, 3);
  JsonObject *client = json_object_get_object_member(report, "client");
  g_assert_true(json_object_get_boolean_member(client, "requested"));
  g_assert_true(json_object_get_boolean_member(client, "sent"));
  g_assert_true(json_object_get_boolean_member(client, "accepted"));
  g_assert_true(json_object_get_boolean_member(client, "enforced"));
  JsonObject *mqtt = json_object_get_object_member(report, "mqtt");
  g_assert_cmpint(json_object_get_int_member(mqtt, "connack"), ==, 0);
  JsonObject *subscription =
      json_array_get_object_element(json_object_get_array_member(mqtt, "subscriptions"), 0);
  g_assert_cmpstr(json_object_get_string_member(subscription, "state"), ==, "granted");
  g_assert_cmpint(json_object_get_int_member(subscription, "granted"), ==, 1);
  g_assert_true(broker_wait_log(broker, "Received DISCONNECT"));
}

static void
test_one_way(void)
{
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = start_one_way();
  g_autofree char *url = url_of(broker_port(broker));
  g_auto(Run) good = RUN("--cafile", pki->root, "-u", "ada", "-P", "right", url);
  g_autofree char *head = g_strdup_printf("✓ %s: one-way TLS, good\n", url);
  g_assert_cmpint(good.code, ==, 0);
  g_assert_true(g_str_has_prefix(good.out, head));
  g_assert_null(strchr(good.out, '\033'));
  /* A certificate that nobody asks for: it works, but not as one thinks. */
  g_auto(Run) warned = RUN(TWO_WAY, "-u", "ada", "-P", "right", url);
  g_assert_cmpint(warned.code, ==, 1);
  g_assert_nonnull(strstr(warned.out, ": one-way TLS, works, but: client-cert-not-requested"));
  g_auto(Run) wrong = RUN("--json", "--cafile", pki->root, "-u", "ada", "-P", "wrong", url);
  g_assert_cmpint(wrong.code, ==, 7);
  assert_fault(&wrong, 0, "mqtt-not-authorized", "broker");
}

static void
test_warnings(void)
{
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = start_two_way();
  g_autofree char *url = url_of(broker_port(broker));
  g_auto(Run) soon = RUN("--warn-days", "200", TWO_WAY, url);
  g_assert_cmpint(soon.code, ==, 1);
  g_assert_nonnull(strstr(soon.out, "works, but: expires-soon (server)"));
  g_auto(Run) nagios = RUN("--format", "nagios", "--warn-days", "200", TWO_WAY, url);
  g_assert_cmpint(nagios.code, ==, 1);
  g_assert_true(g_str_has_prefix(nagios.out, "MQTRUST WARNING - "));
  g_assert_nonnull(strstr(nagios.out, " 'broker_cert_days'="));
  g_assert_nonnull(strstr(nagios.out, ";200:;0: 'client_cert_days'="));
}

/* --- It does not ------------------------------------------------------------------------------ */

static void
test_refusals(void)
{
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = start_two_way();
  g_autofree char *url = url_of(broker_port(broker));
  g_auto(Run) ours = RUN("--json", "--cafile", pki->client_ca, "--cert", pki->client.fullchain,
                         "--key", pki->client.key, url);
  g_assert_cmpint(ours.code, ==, 5);
  assert_fault(&ours, 0, "anchor-wrong", "trust");
  g_auto(Run) none = RUN("--json", "--cafile", pki->root, url);
  g_assert_cmpint(none.code, ==, 6);
  assert_fault(&none, 0, "client-cert-required", "client");
  g_auto(Run) expired = RUN("--json", "--cafile", pki->root, "--cert", pki->expired.fullchain,
                            "--key", pki->expired.key, url);
  g_assert_cmpint(expired.code, ==, 6);
  assert_fault(&expired, 0, "client-expired", "client");
}

static void
test_network(void)
{
  g_autofree char *url = url_of(free_port());
  g_auto(Run) run = RUN("--json", "--cafile", pki->root, url);
  g_assert_cmpint(run.code, ==, 3);
  assert_fault(&run, 0, "tcp-refused", "network");
}

static void
test_plain_port(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = {0};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autofree char *url = url_of(broker_port(broker));
  g_auto(Run) tls = RUN("--cafile", pki->root, url);
  g_assert_cmpint(tls.code, ==, 4);
  g_autofree char *plain = g_strdup_printf("mqtt://localhost:%u", broker_port(broker));
  g_auto(Run) mqtt = RUN(plain);
  g_assert_cmpint(mqtt.code, ==, 0);
  g_assert_nonnull(strstr(mqtt.out, ": plain MQTT, good\n"));
}

static void
test_files(void)
{
  g_auto(Run) run = RUN("--json", "--cafile", "/nonexistent/root.pem", "mqtts://localhost:1");
  g_assert_cmpint(run.code, ==, 8);
  assert_fault(&run, 0, "file-missing", "local");
  g_auto(Run) nagios =
      RUN("--format", "nagios", "--cafile", "/nonexistent/root.pem", "mqtts://localhost:1");
  g_assert_cmpint(nagios.code, ==, 3);
  g_assert_true(g_str_has_prefix(nagios.out, "MQTRUST UNKNOWN - "));
}

static void
test_usage(void)
{
  g_auto(Run) none = RUN("--json");
  g_assert_cmpint(none.code, ==, 2);
  g_assert_cmpstr(none.out, ==, "");
  g_assert_true(g_str_has_prefix(none.err, "mqtrust check: say what to check"));
  g_auto(Run) nagios = RUN("--format", "nagios");
  g_assert_cmpint(nagios.code, ==, 3);
  g_assert_true(g_str_has_prefix(nagios.out, "MQTRUST UNKNOWN - say what to check"));
  g_auto(Run) help = RUN("--help");
  g_assert_cmpint(help.code, ==, 0);
  g_assert_true(g_str_has_prefix(help.out, "usage: mqtrust check "));
}

/* --- Several ---------------------------------------------------------------------------------- */

static void
stay_silent(int fd, gpointer unused)
{
  peer_wait_for_end(fd);
}

/* One that never answers must not hold up the others, nor itself beyond the time that is given. */
static void
test_several(void)
{
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = start_two_way();
  g_autoptr(Peer) silent = peer_start(stay_silent, NULL);
  g_autofree char *good = url_of(broker_port(broker)), *dumb = url_of(peer_port(silent));
  g_autofree char *closed = url_of(free_port());
  g_auto(Run) run = RUN("--json", "--timeout", "5", TWO_WAY, dumb, good, closed, good);
  g_assert_cmpint(run.code, ==, 4); /* the highest */
  assert_fault(&run, 0, "tls-timeout", "network");
  assert_fault(&run, 2, "tcp-refused", "network");
  static const char *const outcomes[] = {"timed-out", "online", "failed", "online"};
  g_autoptr(JsonParser) parser = json_parser_new();
  for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++)
    g_assert_cmpstr(json_object_get_string_member(parse(parser, &run, i), "outcome"), ==,
                    outcomes[i]);
  g_auto(Run) one = RUN("--format", "nagios", "--jobs", "1", TWO_WAY, good, good, good);
  g_assert_cmpint(one.code, ==, 0);
  g_assert_true(g_str_has_prefix(one.out, "MQTRUST OK - 3 of 3 good |"));
}

/* What the broker's certificate says stays when it is refused. */
static void
test_prometheus(void)
{
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = start_two_way();
  g_autofree char *url = url_of(broker_port(broker));
  g_auto(Run) run = RUN("--format", "prometheus", "--cafile", pki->client_ca, "--cert",
                        pki->expired.fullchain, "--key", pki->expired.key, url);
  g_assert_cmpint(run.code, ==, 5);
  g_autoptr(Exposition) exposition = exposition_parse(run.out);
  g_assert_nonnull(exposition);
  g_assert_cmpstr(exposition_value(exposition, "mqtrust_probe_success", "target", url), ==, "0");
  g_assert_cmpstr(exposition_value(exposition, "mqtrust_finding", "code", "anchor-wrong"), ==, "1");
  g_assert_nonnull(exposition_value(exposition, "mqtrust_ssl_cert_not_after", "side", "broker"));
  g_assert_nonnull(exposition_value(exposition, "mqtrust_ssl_cert_not_after", "side", "client"));
  g_assert_nonnull(exposition_value(exposition, "mqtrust_earliest_cert_expiry", "side", "client"));
}

static void
test_save_chain(void)
{
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = start_two_way();
  g_autofree char *url = url_of(broker_port(broker));
  g_autofree char *folder = private_folder_new("mqtrust-check", NULL);
  g_autofree char *name = g_strdup_printf("localhost-%u.chain.pem", broker_port(broker));
  g_autofree char *path = g_build_filename(folder, name, NULL), *saved = NULL, *sent = NULL;
  g_auto(Run) first = RUN("--save-chain", folder, TWO_WAY, url);
  g_auto(Run) again = RUN("--save-chain", folder, TWO_WAY, url);
  g_assert_cmpint(first.code, ==, 0);
  g_assert_cmpint(again.code, ==, 0);
  g_assert_true(g_file_get_contents(path, &saved, NULL, NULL));
  g_assert_true(g_file_get_contents(pki->server.fullchain, &sent, NULL, NULL));
  g_assert_cmpstr(saved, ==, sent);
  g_assert_true(g_file_set_contents(path, "mine\n", -1, NULL));
  g_auto(Run) other = RUN("--save-chain", folder, TWO_WAY, url);
  g_assert_cmpint(other.code, ==, 8);
  g_assert_nonnull(strstr(other.err, "--force"));
  g_assert_nonnull(strstr(other.out, "two-way TLS, good"));
  g_auto(Run) forced = RUN("--save-chain", folder, "--force", TWO_WAY, url);
  g_assert_cmpint(forced.code, ==, 0);
  g_assert_true(private_folder_remove(folder, NULL));
}

/* What others reach by a proxy has nothing to do with our own loopback connection. */
static void
test_proxy_variable(void)
{
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = start_two_way();
  g_autofree char *url = url_of(broker_port(broker));
  g_auto(GStrv) environment =
      g_environ_setenv(g_get_environ(), "http_proxy", "http://127.0.0.1:1", TRUE);
  g_auto(Run) run = RUN_IN(environment, "--no-probes", "--timeout", "10", TWO_WAY, url);
  g_assert_cmpint(run.code, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  pki = certificates_new();
  g_test_add_func("/check-command/two-way", test_two_way);
  g_test_add_func("/check-command/one-way", test_one_way);
  g_test_add_func("/check-command/proxy-variable", test_proxy_variable);
  g_test_add_func("/check-command/warnings", test_warnings);
  g_test_add_func("/check-command/refusals", test_refusals);
  g_test_add_func("/check-command/network", test_network);
  g_test_add_func("/check-command/plain-port", test_plain_port);
  g_test_add_func("/check-command/files", test_files);
  g_test_add_func("/check-command/usage", test_usage);
  g_test_add_func("/check-command/several", test_several);
  g_test_add_func("/check-command/prometheus", test_prometheus);
  g_test_add_func("/check-command/save-chain", test_save_chain);
  int code = g_test_run();
  certificates_free(pki);
  return code;
}
