/* The binary itself: `mqtrust names` against a name server of our own, and what a broker behind an
 * alias gets told. */
#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/wait.h>

#include "lab/lab_names.h"
#include "live/broker.h"
#include "live/certificates.h"

static Certificates *pki;

typedef struct {
  LabNames *names;
  int code;
  char *out, *err;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
  f->names = lab_names_new();
  DnsServer *server = lab_names_server(f->names);
  dns_server_add(server, "mqtt.example.test", "CNAME", 300, "lb.cloud.test");
  dns_server_add(server, "lb.cloud.test", "CNAME", 30, "mqtt.test");
  dns_server_add(server, "mqtt.test", "A", 90, "127.0.0.1");
  dns_server_add(server, "example.test", "CAA", 3600, "0 issue letsencrypt.org");
  dns_server_add(server, "_secure-mqtt._tcp.mqtt.example.test", "SRV", 61, "10 60 8883 a.test");
  dns_server_add(server, "_secure-mqtt._tcp.mqtt.example.test", "SRV", 62, "10 70 8884 b.test");
  dns_server_add(server, "old.example.test", "CNAME", 300, "gone.cloud.test");
  dns_server_fail(server, "gone.cloud.test", 3 /* NXDOMAIN */);
  dns_server_ignore(server, "mute.example.test", "A");
  dns_server_ignore(server, "mute.example.test", "AAAA");
  lab_names_run(f->names);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
  lab_names_free(f->names);
  g_free(f->out);
  g_free(f->err);
}

static void
run_words(Fixture *f, const char *const *words)
{
  const char *build = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_canonicalize_filename("mqtrust", build);
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  g_autoptr(GError) error = NULL;
  int status;
  g_clear_pointer(&f->out, g_free);
  g_clear_pointer(&f->err, g_free);
  g_ptr_array_add(argv, program);
  for (; *words != NULL; words++)
    g_ptr_array_add(argv, (char *)*words);
  g_ptr_array_add(argv, NULL);
  g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &f->out, &f->err,
               &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  f->code = WEXITSTATUS(status);
  g_test_message("%d\n%s%s", f->code, f->out, f->err);
}

#define RUN(f, ...) run_words(f, (const char *const[]){__VA_ARGS__, NULL})
#define SERVER(f) "--dns-server", lab_names_address((f)->names)

static void
expect(const Fixture *f, int code, const char *out, const char *err)
{
  g_assert_cmpstr(f->out, ==, out);
  g_assert_cmpstr(f->err, ==, err);
  g_assert_cmpint(f->code, ==, code);
}

#define DRAWN                                                                                      \
  "mqtt.example.test\n"                                                                            \
  "  └ lb.cloud.test  CNAME    300 s\n"                                                          \
  "    └ mqtt.test    CNAME     30 s\n"                                                          \
  "      └ 127.0.0.1  A         90 s\n"                                                          \
  "\n"                                                                                             \
  "The certificate must name mqtt.example.test, not the CNAME's target.\n"
#define RECORDS                                                                                    \
  "\n"                                                                                             \
  "CAA of example.test: who may issue certificates\n"                                              \
  "  issue     letsencrypt.org    3600 s\n"                                                        \
  "\n"                                                                                             \
  "SRV _secure-mqtt._tcp.mqtt.example.test: priority, weight, where\n"                             \
  "     10    70  b.test:8884      62 s\n"                                                         \
  "     10    60  a.test:8883      61 s\n"                                                         \
  "Clients, mqtrust among them, go to the host and port that they are given.\n"

static void
test_text(Fixture *f, gconstpointer data)
{
  RUN(f, "names", SERVER(f), "mqtt.example.test");
  expect(f, 0, DRAWN RECORDS, "");
}

static void
test_json(Fixture *f, gconstpointer data)
{
  RUN(f, "names", SERVER(f), "--json", "mqtt.example.test");
  g_assert_cmpint(f->code, ==, 0);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) root = json_from_string(f->out, &error);
  g_assert_no_error(error);
  JsonObject *object = json_node_get_object(root);
  g_assert_true(json_object_get_boolean_member(object, "found"));
  JsonArray *aliases = json_object_get_array_member(object, "aliases");
  g_assert_cmpuint(json_array_get_length(aliases), ==, 2);
  JsonObject *alias = json_array_get_object_element(aliases, 1);
  g_assert_cmpstr(json_object_get_string_member(alias, "name"), ==, "lb.cloud.test");
  g_assert_cmpstr(json_object_get_string_member(alias, "target"), ==, "mqtt.test");
  g_assert_cmpint(json_object_get_int_member(alias, "ttl"), ==, 30);
  JsonObject *caa = json_object_get_object_member(object, "caa");
  g_assert_cmpstr(json_object_get_string_member(caa, "name"), ==, "example.test");
  JsonObject *srv = json_object_get_object_member(object, "srv");
  JsonArray *records = json_object_get_array_member(srv, "records");
  g_assert_cmpuint(json_array_get_length(records), ==, 2);
  g_assert_cmpint(json_object_get_int_member(json_array_get_object_element(records, 0), "weight"),
                  ==, 70);
  g_assert_true(json_object_get_null_member(object, "certificate_names"));
}

/* The certificate is for "mqtt.test", where the aliases end. */
static void
test_certificate(Fixture *f, gconstpointer data)
{
  RUN(f, "names", SERVER(f), "--cert", pki->server.fullchain, "mqtt.example.test");
  expect(f, 1,
         DRAWN "The certificate names mqtt.test and not mqtt.example.test, which leads there:\n"
               "issue it again for mqtt.example.test, or connect by the target's name.\n" RECORDS,
         "");
  RUN(f, "names", SERVER(f), "--cert", pki->server.fullchain, "mqtt.test.");
  g_assert_nonnull(strstr(f->out, "The certificate names mqtt.test.\n"));
  RUN(f, "names", SERVER(f), "--cert", pki->server.fullchain, "mqtt.test");
  g_assert_cmpint(f->code, ==, 0);
  g_assert_nonnull(strstr(f->out, "\nThe certificate names mqtt.test.\n"));
}

static void
test_unknown(Fixture *f, gconstpointer data)
{
  RUN(f, "names", SERVER(f), "nowhere.example.test");
  g_assert_cmpint(f->code, ==, 3);
  g_assert_nonnull(strstr(f->out, "\"nowhere.example.test\" is not known to DNS"));
  RUN(f, "names", SERVER(f), "old.example.test");
  g_assert_cmpint(f->code, ==, 3);
  g_assert_nonnull(strstr(f->out, "  └ gone.cloud.test  CNAME    300 s\n"));
  g_assert_nonnull(strstr(f->out, "leads by CNAME to \"gone.cloud.test\", which is not known"));
}

static void
test_silent(Fixture *f, gconstpointer data)
{
  RUN(f, "names", SERVER(f), "--timeout", "1", "mute.example.test");
  g_assert_cmpint(f->code, ==, 3);
  g_assert_nonnull(strstr(f->out, "\nThe name server does not answer for \"mute.example.test\""));
}

static void
test_usage(Fixture *f, gconstpointer data)
{
  RUN(f, "names");
  expect(f, 2, "", "mqtrust names: give one host name; see mqtrust names --help\n");
  RUN(f, "names", "192.0.2.1");
  expect(f, 2, "",
         "mqtrust names: \"192.0.2.1\" is an address and leads nowhere; give the broker's name\n");
  RUN(f, "names", "--dns-server", "here", "a.test");
  g_assert_cmpint(f->code, ==, 2);
  g_assert_nonnull(strstr(f->err, "--dns-server does not fit"));
  RUN(f, "names", "--timeout", "0", "a.test");
  g_assert_cmpint(f->code, ==, 2);
  RUN(f, "names", "--cert", "/no/such/file", "a.test");
  g_assert_cmpint(f->code, ==, 2);
  g_assert_nonnull(strstr(f->err, "/no/such/file"));
  RUN(f, "names", "--cert", pki->server.key, "a.test");
  g_assert_cmpint(f->code, ==, 2);
  g_assert_nonnull(strstr(f->err, "holds no certificate"));
  RUN(f, "names", "");
  g_assert_cmpint(f->code, ==, 2);
  RUN(f, "names", "--help");
  g_assert_cmpint(f->code, ==, 0);
  g_assert_true(g_str_has_prefix(f->out, "usage: mqtrust names"));
}

/* The finding of a connection knows what the aliases have to do with it. */
static void
test_finding(Fixture *f, gconstpointer data)
{
  const BrokerOptions options = {.certificate_file = pki->server.fullchain,
                                 .key_file = pki->server.key};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autofree char *url = g_strdup_printf("mqtts://mqtt.example.test:%u", broker_port(broker));
  RUN(f, "check", SERVER(f), "--cafile", pki->root, "--json", url);
  g_assert_cmpint(f->code, ==, 5);
  g_assert_nonnull(strstr(f->out, "\"code\": \"name-mismatch\""));
  g_assert_nonnull(strstr(f->out, "The certificate is for mqtt.test, which "
                                  "\\\"mqtt.example.test\\\" leads to by CNAME, and not for"));
  g_assert_nonnull(strstr(f->out, "Issue the certificate again for mqtt.example.test, or connect "
                                  "by the target's name, mqtt.test."));
}

/* The same beside a check, when it is asked for. */
static void
test_check(Fixture *f, gconstpointer data)
{
  const BrokerOptions options = {.certificate_file = pki->server.fullchain,
                                 .key_file = pki->server.key};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autofree char *url = g_strdup_printf("mqtts://mqtt.example.test:%u", broker_port(broker));
  RUN(f, "check", SERVER(f), "--cafile", pki->root, "--names", url);
  g_assert_cmpint(f->code, ==, 5);
  g_assert_true(g_str_has_suffix(
      f->out,
      "\n\n" DRAWN "The certificate names mqtt.test and not mqtt.example.test, which leads there:\n"
      "issue it again for mqtt.example.test, or connect by the target's name.\n" RECORDS));
  RUN(f, "check", SERVER(f), "--cafile", pki->root, "--names", "--json", url);
  g_assert_nonnull(strstr(f->out, "\"certificate_names\": \"target\""));
  RUN(f, "check", SERVER(f), "--cafile", pki->root, url);
  g_assert_null(strstr(f->out, "CAA of"));
  RUN(f, "check", "--names", "--format", "nagios", url);
  g_assert_nonnull(strstr(f->out, "--names has no place in this format"));
}

/* An address has no names. */
static void
test_check_of_address(Fixture *f, gconstpointer data)
{
  const BrokerOptions options = {.certificate_file = pki->server.fullchain,
                                 .key_file = pki->server.key};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autofree char *url = g_strdup_printf("mqtts://127.0.0.1:%u", broker_port(broker));
  RUN(f, "check", "--cafile", pki->root, "--names", "--json", url);
  g_assert_cmpint(f->code, ==, 0);
  g_assert_null(strstr(f->out, "\"names\": {"));
}

/* Whether a lineage is served by a broker whose name the system does not know. */
static void
test_served_by(Fixture *f, gconstpointer data)
{
  const BrokerOptions options = {.certificate_file = pki->server.fullchain,
                                 .key_file = pki->server.key};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autofree char *url = g_strdup_printf("mqtts://mqtt.example.test:%u", broker_port(broker));
  g_autofree char *live = g_path_get_dirname(pki->server.cert);
  g_autofree char *says = g_strdup_printf("  ✓ %s serves this certificate\n", url);
  RUN(f, "inspect", "--lineage", live, "--served-by", url, SERVER(f));
  g_assert_cmpint(f->code, ==, 0);
  g_assert_nonnull(strstr(f->out, says));
  RUN(f, "inspect", "--lineage", live, "--served-by", "mqtts://old.example.test", SERVER(f));
  g_assert_cmpint(f->code, ==, 2);
  g_assert_nonnull(strstr(f->err, "mqtts://old.example.test showed no certificate"));
  g_assert_nonnull(strstr(f->out, "  ✓ cert.pem")); /* what the files say is said all the same */
  RUN(f, "inspect", "--lineage", live, SERVER(f));
  g_assert_cmpint(f->code, ==, 2);
  g_assert_nonnull(strstr(f->err, "--dns-server needs --served-by BROKER"));
  RUN(f, "inspect", "--lineage", live, "--served-by", url, "--dns-server", "here");
  g_assert_cmpint(f->code, ==, 2);
  g_assert_nonnull(strstr(f->err, "--dns-server does not fit"));
}

#define ADD(name, function) g_test_add("/names/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  pki = certificates_new();
  ADD("text", test_text);
  ADD("json", test_json);
  ADD("certificate", test_certificate);
  ADD("unknown", test_unknown);
  ADD("silent", test_silent);
  ADD("usage", test_usage);
  ADD("finding", test_finding);
  ADD("check", test_check);
  ADD("check-of-address", test_check_of_address);
  ADD("served-by", test_served_by);
  int status = g_test_run();
  certificates_free(pki);
  return status;
}
