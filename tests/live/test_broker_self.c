/* The broker runner by itself, with mosquitto's own clients as the judge. */
#include "config.h"

#include "live/broker.h"
#include "live/certificates.h"

static gboolean
clients_available_or_skip(void)
{
  g_autofree char *program = g_find_program_in_path("mosquitto_pub");
  if (program != NULL)
    return broker_available_or_skip();
  g_test_skip("no mosquitto_pub on this machine (Debian: mosquitto-clients)");
  return FALSE;
}

/* Whether mosquitto_pub could publish, as this client, to localhost. */
static gboolean
publishes(const Broker *broker, const char *ca, const CertificateFiles *client, const char *user)
{
  g_autofree char *port = g_strdup_printf("%u", broker_port(broker));
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  const char *const start[] = {"mosquitto_pub", "-h", "localhost", "-p", port, "-q", "1",
                               "-t",            "a",  "-m",        "b"};
  for (gsize i = 0; i < G_N_ELEMENTS(start); i++)
    g_ptr_array_add(argv, (gpointer)start[i]);
  const char *const options[] = {"--cafile", ca,
                                 "--cert",   client != NULL ? client->cert : NULL,
                                 "--key",    client != NULL ? client->key : NULL,
                                 "-u",       user,
                                 "-P",       user != NULL ? "secret" : NULL};
  for (gsize i = 0; i < G_N_ELEMENTS(options); i += 2) {
    if (options[i + 1] == NULL)
      continue;
    g_ptr_array_add(argv, (gpointer)options[i]);
    g_ptr_array_add(argv, (gpointer)options[i + 1]);
  }
  g_ptr_array_add(argv, NULL);
  g_autoptr(GError) error = NULL;
  int status;
  g_spawn_sync(NULL, (char **)argv->pdata, NULL,
               G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
               NULL, NULL, NULL, &status, &error);
  g_assert_no_error(error);
  return g_spawn_check_wait_status(status, NULL);
}

static BrokerOptions
two_way(const Certificates *certificates)
{
  return (BrokerOptions){.certificate_file = certificates->server.fullchain,
                         .key_file = certificates->server.key,
                         .client_ca_file = certificates->client_ca};
}

static void
test_plain(void)
{
  if (!clients_available_or_skip())
    return;
  const BrokerOptions options = {0};
  g_autoptr(Broker) broker = broker_start(&options);
  g_assert_true(publishes(broker, NULL, NULL, NULL));
  g_assert_true(broker_wait_log(broker, "Received PUBLISH"));
}

static void
test_password(void)
{
  if (!clients_available_or_skip())
    return;
  const BrokerOptions options = {.user_name = "ann", .password = "secret"};
  g_autoptr(Broker) broker = broker_start(&options);
  g_assert_true(publishes(broker, NULL, NULL, "ann"));
  g_assert_false(publishes(broker, NULL, NULL, "bob"));
  g_assert_false(publishes(broker, NULL, NULL, NULL));
}

static void
test_two_way(gconstpointer version)
{
  if (!clients_available_or_skip())
    return;
  g_autoptr(Certificates) certificates = certificates_new();
  BrokerOptions options = two_way(certificates);
  options.tls_version = version;
  g_autoptr(Broker) broker = broker_start(&options);
  const char *root = certificates->root;
  g_assert_true(publishes(broker, root, &certificates->client, NULL));
  g_assert_false(publishes(broker, root, NULL, NULL));
  g_assert_false(publishes(broker, root, &certificates->stranger, NULL));
  g_assert_false(publishes(broker, root, &certificates->expired, NULL));
  g_assert_false(publishes(broker, certificates->stranger_ca, &certificates->client, NULL));
}

static void
test_other_name(void)
{
  if (!clients_available_or_skip())
    return;
  g_autoptr(Certificates) certificates = certificates_new();
  BrokerOptions options = two_way(certificates);
  options.certificate_file = certificates->other.fullchain;
  options.key_file = certificates->other.key;
  g_autoptr(Broker) broker = broker_start(&options);
  g_assert_false(publishes(broker, certificates->root, &certificates->client, NULL));
}

static void
test_restart(void)
{
  if (!clients_available_or_skip())
    return;
  const BrokerOptions options = {0};
  g_autoptr(Broker) broker = broker_start(&options);
  guint16 port = broker_port(broker);
  broker_kill(broker);
  g_assert_false(publishes(broker, NULL, NULL, NULL));
  broker_restart(broker);
  g_assert_cmpuint(broker_port(broker), ==, port);
  g_assert_true(publishes(broker, NULL, NULL, NULL));
  broker_stop(broker);
  g_assert_false(publishes(broker, NULL, NULL, NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/broker/plain", test_plain);
  g_test_add_func("/broker/password", test_password);
  g_test_add_data_func("/broker/two-way/tls-1.2", "tlsv1.2", test_two_way);
  g_test_add_data_func("/broker/two-way/tls-1.3", "tlsv1.3", test_two_way);
  g_test_add_func("/broker/other-name", test_other_name);
  g_test_add_func("/broker/restart", test_restart);
  return g_test_run();
}
