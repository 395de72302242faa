/* A broker and clients with nothing but what `mqtrust pki` makes: mosquitto with two-way TLS, its
 * own clients, and `mqtrust check`. */
#include "config.h"

#include <string.h>
#include <sys/wait.h>

#include "live/broker.h"
#include "util/private_folder.h"

typedef struct {
  char *folder, *said;
} Stage;

static void
setup(Stage *stage, gconstpointer unused)
{
  stage->folder = private_folder_new("mqtrust-pki-live", NULL);
  g_assert_nonnull(stage->folder);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  private_folder_remove(stage->folder, NULL);
  g_free(stage->folder);
  g_free(stage->said);
}

/* As in tests/unit/test_pki_command.c; PORT is the broker's. */
static int
run(Stage *stage, guint16 port, const char *line)
{
  const char *build = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_canonicalize_filename("mqtrust", build ? build : NULL);
  g_autofree char *quoted = g_shell_quote(program);
  g_autofree char *number = g_strdup_printf("%u", port);
  g_autoptr(GString) script = g_string_new("exec 2>&1\n");
  g_string_append(script, line);
  g_string_replace(script, "MQTRUST", quoted, 0);
  g_string_replace(script, "PORT", number, 0);
  char *argv[] = {(char *)"sh", (char *)"-c", script->str, NULL};
  g_autoptr(GError) error = NULL;
  int status;
  g_clear_pointer(&stage->said, g_free);
  g_spawn_sync(stage->folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &stage->said, NULL,
               &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  g_test_message("%s\n%s", line, stage->said);
  return WEXITSTATUS(status);
}

static char *
path_of(const Stage *stage, const char *name)
{
  return g_build_filename(stage->folder, name, NULL);
}

static gboolean
clients_available_or_skip(void)
{
  g_autofree char *program = g_find_program_in_path("mosquitto_pub");
  if (program == NULL)
    g_test_skip("no mosquitto_pub on this machine (Debian: mosquitto-clients)");
  return program != NULL;
}

#define PUBLISH "timeout 60 mosquitto_pub -h localhost -p PORT -q 1 -t a -m b --cafile root.pem "

static void
test_two_way(Stage *stage, gconstpointer data)
{
  if (!broker_available_or_skip() || !clients_available_or_skip())
    return;
  g_autofree char *script = g_strdup_printf(
      "set -e; t=--key-type=%s\n"
      "MQTRUST pki ca $t CN=Root && MQTRUST pki ca $t --ca root.pem CN=Inner\n"
      "MQTRUST pki server $t --ca inner.pem --san 127.0.0.1 localhost\n"
      "MQTRUST pki ca $t --name client-ca 'CN=Test CA,O=Test Org,C=US'\n"
      "MQTRUST pki client $t --ca client-ca.pem CN=Client\n"
      "MQTRUST pki ca --name other-ca CN=Other && MQTRUST pki client --ca other-ca.pem "
      "CN=Stranger\n"
      "MQTRUST pki request $t CN=Device && MQTRUST pki sign --ca client-ca.pem --as client "
      "device.csr\n"
      "MQTRUST pki renew --ca client-ca.pem --new-key --name renewed client.pem\n",
      (const char *)data);
  g_assert_cmpint(run(stage, 0, script), ==, 0);
  g_autofree char *server = path_of(stage, "localhost.pem");
  g_autofree char *key = path_of(stage, "localhost.key");
  g_autofree char *client_ca = path_of(stage, "client-ca.pem");
  const BrokerOptions options = {
      .certificate_file = server, .key_file = key, .client_ca_file = client_ca};
  g_autoptr(Broker) broker = broker_start(&options);
  guint16 port = broker_port(broker);
  static const char *const clients[] = {"client", "device", "renewed"};
  for (gsize i = 0; i < G_N_ELEMENTS(clients); i++) {
    g_autofree char *line =
        g_strdup_printf(PUBLISH "--cert %s.pem --key %s.key", clients[i], clients[i]);
    g_assert_cmpint(run(stage, port, line), ==, 0);
  }
  g_assert_cmpint(run(stage, port, PUBLISH "--cert stranger.pem --key stranger.key"), !=, 0);
  g_assert_cmpint(run(stage, port, PUBLISH), !=, 0);
  g_assert_cmpint(run(stage, port,
                      "MQTRUST check --cafile root.pem --cert client.pem --key "
                      "client.key mqtts://localhost:PORT"),
                  ==, 0);
  g_assert_nonnull(strstr(stage->said, "two-way"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  static const char *const types[] = {"ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-4096",
                                      "ed25519"};
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
    g_autofree char *path = g_strconcat("/pki/broker/", types[i], NULL);
    g_test_add(path, Stage, types[i], setup, test_two_way, teardown);
  }
  return g_test_run();
}
