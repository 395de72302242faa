/* Nothing but what `mqtrust pki` makes, with every type of key: judged by openssl, certtool and our
 * own strict rules, and taken by mosquitto and RabbitMQ with two-way TLS. Each set is made once,
 * for all tests. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

#include "live/broker.h"
#include "live/rabbitmq.h"
#include "util/private_folder.h"

static const char *const types[] = {"ecdsa-p256", "ecdsa-p384", "rsa-2048",
                                    "rsa-3072",   "rsa-4096",   "ed25519"};
static gboolean made[G_N_ELEMENTS(types)];
static char *folder; /* has one folder for each type */

typedef struct {
  const char *type;
  char *said;
} Stage;

/* As in tests/unit/test_pki_command.c, in the folder of a type; PORT is the broker's. */
static int
run(Stage *stage, guint16 port, const char *line)
{
  const char *build = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_canonicalize_filename("mqtrust", build ? build : NULL);
  g_autofree char *quoted = g_shell_quote(program);
  g_autofree char *number = g_strdup_printf("%u", port);
  g_autofree char *own = g_build_filename(folder, stage->type, NULL);
  g_autoptr(GString) script = g_string_new("exec 2>&1\n");
  g_string_append(script, line);
  g_string_replace(script, "MQTRUST", quoted, 0);
  g_string_replace(script, "PORT", number, 0);
  char *argv[] = {(char *)"sh", (char *)"-c", script->str, NULL};
  g_autoptr(GError) error = NULL;
  int status;
  g_clear_pointer(&stage->said, g_free);
  g_spawn_sync(own, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &stage->said, NULL, &status,
               &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  g_test_message("%s\n%s", line, stage->said);
  return WEXITSTATUS(status);
}

static void
must(Stage *stage, guint16 port, const char *line)
{
  g_assert_cmpint(run(stage, port, line), ==, 0);
}

/* The first CA's clients are let in: by itself, by request, and renewed with the same and a new
 * key. The other CA's is not. */
static void
make(Stage *stage, guint index)
{
  stage->type = types[index];
  if (made[index])
    return;
  g_autofree char *own = g_build_filename(folder, stage->type, NULL);
  g_assert_cmpint(g_mkdir(own, 0700), ==, 0);
  g_autofree char *script = g_strdup_printf(
      "set -e; t=--key-type=%s\n"
      "MQTRUST pki ca $t CN=Root && MQTRUST pki ca $t --ca root.pem CN=Inner\n"
      "MQTRUST pki server $t --ca inner.pem --days 180 --san 127.0.0.1 localhost\n"
      "MQTRUST pki renew --name root-again root.pem\n"
      "MQTRUST pki renew --ca root-again.pem --ca-key root.key --name inner-again inner.pem\n"
      "MQTRUST pki renew --ca inner-again.pem --ca-key inner.key --name server-again "
      "localhost.pem\n"
      "MQTRUST pki ca $t --name client-ca 'CN=Test CA %s,O=Test Org,C=US'\n"
      "MQTRUST pki client $t --ca client-ca.pem CN=Client\n"
      "MQTRUST pki request $t --name device CN=Client\n"
      "MQTRUST pki sign --ca client-ca.pem --as client device.csr\n"
      "MQTRUST pki renew --ca client-ca.pem --name same client.pem && cp client.key same.key\n"
      "MQTRUST pki renew $t --ca client-ca.pem --new-key --name renewed client.pem\n"
      "MQTRUST pki ca --name other-ca CN=Other\n"
      "MQTRUST pki client --ca other-ca.pem --name stranger CN=Client\n",
      stage->type, stage->type);
  must(stage, 0, script);
  made[index] = TRUE;
}

static gboolean
lacks(const char *program, const char *package)
{
  g_autofree char *path = g_find_program_in_path(program);
  g_autofree char *reason = g_strdup_printf("no %s on this machine (Debian: %s)", program, package);
  if (path == NULL)
    g_test_skip(reason);
  return path == NULL;
}

/* --- rules ------------------------------------------------------------------------------------ */

static void
openssl_accepts(Stage *stage)
{
  must(stage, 0,
       "for f in client device same renewed; do openssl verify -x509_strict -purpose sslclient "
       "-CAfile client-ca.pem $f.pem || exit 1; done");
  must(stage, 0,
       "for f in localhost server-again; do openssl verify -x509_strict -purpose sslserver "
       "-verify_hostname localhost -CAfile root.pem -untrusted inner.pem $f.pem && "
       "openssl verify -x509_strict -purpose sslserver -CAfile root-again.pem "
       "-untrusted inner-again.pem $f.pem || exit 1; done");
  must(stage, 0,
       "openssl verify -x509_strict -CAfile root.pem root.pem inner.pem inner-again.pem && "
       "openssl verify -x509_strict -CAfile root-again.pem root-again.pem inner.pem && "
       "openssl verify -x509_strict -CAfile client-ca.pem client-ca.pem");
  g_assert_cmpint(run(stage, 0,
                      "openssl verify -x509_strict -purpose sslserver -CAfile client-ca.pem "
                      "client.pem"),
                  !=, 0);
}

static void
certtool_accepts(Stage *stage)
{
  must(stage, 0,
       "for f in client device same renewed; do certtool --verify --infile $f.pem "
       "--load-ca-certificate client-ca.pem --verify-purpose 1.3.6.1.5.5.7.3.2 || exit 1; done");
  must(stage, 0,
       "for f in localhost server-again; do certtool --verify --infile $f.pem "
       "--load-ca-certificate root.pem --verify-hostname localhost "
       "--verify-purpose 1.3.6.1.5.5.7.3.1 || exit 1; done");
  must(stage, 0,
       "for f in inner inner-again; do certtool --verify --infile $f.pem "
       "--load-ca-certificate root.pem || exit 1; done");
  g_assert_cmpint(
      run(stage, 0, "certtool --verify --infile stranger.pem --load-ca-certificate client-ca.pem"),
      !=, 0);
}

/* By the rules of the public Web PKI, which no CA here has to keep; there a server's certificate
 * may live for 200 days, and so it has 180. */
static void
own_rules_accept(Stage *stage)
{
  must(stage, 0,
       "for f in client device same renewed; do MQTRUST verify --strict --purpose client "
       "--trust client-ca.pem $f.pem >said && grep -q '^Findings: none' said || exit 1; done");
  must(stage, 0,
       "for f in localhost server-again; do for r in root root-again; do "
       "MQTRUST verify --strict --purpose server --hostname localhost --trust $r.pem $f.pem >said "
       "&& grep -q '^Findings: none' said || exit 1; done; done");
  must(stage, 0,
       "for f in *.pem *.key *.csr; do MQTRUST inspect --json $f >said && "
       "! grep -E '\"severity\"' said || exit 1; done");
}

static void
test_rules(Stage *stage, gconstpointer data)
{
  if (lacks("openssl", "openssl") || lacks("certtool", "gnutls-bin"))
    return;
  make(stage, GPOINTER_TO_UINT(data));
  openssl_accepts(stage);
  certtool_accepts(stage);
  own_rules_accept(stage);
}

/* --- brokers ---------------------------------------------------------------------------------- */

static char *
path_of(const char *type, const char *name)
{
  return g_build_filename(folder, type, name, NULL);
}

#define PUBLISH "timeout 60 mosquitto_pub -h localhost -p PORT -q 1 -t a -m b --cafile "

/* `root`: of the broker, relative to the folder of the type. */
static void
broker_takes_clients(Stage *stage, guint16 port, const char *root)
{
  static const char *const clients[] = {"client", "device", "same", "renewed"};
  for (gsize i = 0; i < G_N_ELEMENTS(clients); i++) {
    g_autofree char *line =
        g_strdup_printf(PUBLISH "%s --cert %s.pem --key %s.key", root, clients[i], clients[i]);
    must(stage, port, line);
  }
  g_autofree char *stranger =
      g_strdup_printf(PUBLISH "%s --cert stranger.pem --key stranger.key", root);
  g_autofree char *nobody = g_strdup_printf(PUBLISH "%s", root);
  g_autofree char *check = g_strdup_printf("MQTRUST check -V 3.1.1 --cafile %s --cert client.pem "
                                           "--key client.key mqtts://localhost:PORT",
                                           root);
  g_assert_cmpint(run(stage, port, stranger), !=, 0);
  g_assert_cmpint(run(stage, port, nobody), !=, 0);
  must(stage, port, check);
  g_assert_nonnull(strstr(stage->said, "two-way"));
}

static void
test_mosquitto(Stage *stage, gconstpointer data)
{
  if (!broker_available_or_skip() || lacks("mosquitto_pub", "mosquitto-clients"))
    return;
  make(stage, GPOINTER_TO_UINT(data));
  g_autofree char *server = path_of(stage->type, "localhost.pem");
  g_autofree char *key = path_of(stage->type, "localhost.key");
  g_autofree char *client_ca = path_of(stage->type, "client-ca.pem");
  const BrokerOptions options = {
      .certificate_file = server, .key_file = key, .client_ca_file = client_ca};
  g_autoptr(Broker) broker = broker_start(&options);
  broker_takes_clients(stage, broker_port(broker), "root.pem");
}

/* One for all: it has the CAs of all types, and takes seconds to start. */
static void
test_rabbitmq(Stage *stage, gconstpointer unused)
{
  if (!rabbitmq_available_or_skip() || lacks("mosquitto_pub", "mosquitto-clients"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS(types); i++)
    make(stage, i);
  must(stage, 0, "cat ../*/client-ca.pem >../client-cas.pem");
  g_autofree char *server = path_of("ecdsa-p256", "localhost.pem");
  g_autofree char *key = path_of("ecdsa-p256", "localhost.key");
  g_autofree char *client_cas = path_of("", "client-cas.pem");
  const RabbitMqOptions options = {
      .certificate_file = server, .key_file = key, .client_ca_file = client_cas, .user = "Client"};
  g_autoptr(RabbitMq) rabbitmq = rabbitmq_start(&options);
  rabbitmq_wait(rabbitmq);
  for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
    make(stage, i);
    broker_takes_clients(stage, rabbitmq_port(rabbitmq), "../ecdsa-p256/root.pem");
  }
}

/* --- main ------------------------------------------------------------------------------------- */

static void
teardown(Stage *stage, gconstpointer unused)
{
  g_free(stage->said);
}

static void
add(const char *what, guint index, void (*test)(Stage *stage, gconstpointer data))
{
  g_autofree char *path = g_strdup_printf("/pki/%s/%s", what, types[index]);
  g_test_add(path, Stage, GUINT_TO_POINTER(index), NULL, test, teardown);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  folder = private_folder_new("mqtrust-pki-live", NULL);
  g_assert_nonnull(folder);
  for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
    add("rules", i, test_rules);
    add("broker", i, test_mosquitto);
  }
  g_test_add("/pki/rabbitmq", Stage, NULL, NULL, test_rabbitmq, teardown);
  int status = g_test_run();
  private_folder_remove(folder, NULL);
  g_free(folder);
  return status;
}
