/* The tunnel in front of programs that others wrote: mosquitto and openssl s_server behind it, Paho
 * (as mqtt/client.c wraps it) before it. */
#include "config.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/broker.h"
#include "live/scene.h"
#include "mqtt/client.h"
#include "net/tls_fault.h"

static TestPki *pki;

/* --- mosquitto ------------------------------------------------------------------------------- */

/* NULL: skipped. */
static Broker *
start_mosquitto(gboolean two_way)
{
  const BrokerOptions options = {.certificate_file = pki->server_path,
                                 .key_file = pki->server_key_path,
                                 .client_ca_file = two_way ? pki->client_ca_path : NULL};
  return broker_available_or_skip() ? broker_start(&options) : NULL;
}

/* The peer thread has nothing to do here: the broker is a process of its own. */
static void
idle(int fd, gpointer data)
{
}

static void
scene_to(Scene *scene, guint16 port, Identity *identity)
{
  scene_init(scene, pki);
  scene->raw_script = idle;
  scene->config->port = port;
  scene->config->identity = identity == NULL ? NULL : identity_ref(identity);
}

static void
expect_refusal(guint16 port, const char *priority, Identity *identity, TunnelError code, int alert)
{
  Scene scene;
  scene_to(&scene, port, identity);
  scene.config->tls_priority = g_strdup(priority);
  scene_start(&scene);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_CLIENT_REFUSED, (int)code));
  g_assert_cmpint(recorder_find(scene.recorder, TUNNEL_CLOSED)->alert, ==, alert);
  g_assert_cmpint(recorder_find(scene.recorder, TUNNEL_CERTIFICATE_REQUESTED)->flag, ==,
                  identity != NULL);
  scene_clear(&scene);
}

static void
test_mosquitto_refuses(void)
{
  static const char tls12[] = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
  static const char tls13[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
  g_autoptr(Broker) broker = start_mosquitto(TRUE);
  if (broker == NULL)
    return;
  guint16 port = broker_port(broker);
  expect_refusal(port, tls12, NULL, TUNNEL_ERROR_CLIENT_REQUIRED, TLS_ALERT_HANDSHAKE_FAILURE);
  expect_refusal(port, tls13, NULL, TUNNEL_ERROR_CLIENT_REQUIRED, TLS_ALERT_CERTIFICATE_REQUIRED);
  expect_refusal(port, tls12, pki->stranger, TUNNEL_ERROR_CLIENT_CA_UNKNOWN, TLS_ALERT_UNKNOWN_CA);
  expect_refusal(port, tls13, pki->stranger, TUNNEL_ERROR_CLIENT_CA_UNKNOWN, TLS_ALERT_UNKNOWN_CA);
}

static void
test_tls_to_plain_mosquitto(void)
{
  static const BrokerOptions plain;
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = broker_start(&plain);
  Scene scene;
  scene_to(&scene, broker_port(broker), NULL);
  scene_start(&scene);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_TLS, TUNNEL_ERROR_TLS_RESET));
  scene_clear(&scene);
}

static void
test_plain_to_tls_mosquitto(void)
{
  g_autoptr(Broker) broker = start_mosquitto(FALSE);
  if (broker == NULL)
    return;
  Scene scene;
  scene_to(&scene, broker_port(broker), NULL);
  scene.config->tls = FALSE;
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  const TunnelEvent *closed = recorder_wait(scene.recorder, TUNNEL_CLOSED);
  g_test_message("%s", closed->error->message);
  g_assert_true(closed->error->code == TUNNEL_ERROR_PORT_NEEDS_TLS ||
                closed->error->code == TUNNEL_ERROR_CLOSED_AFTER_CONNECT);
  g_assert_nonnull(strstr(closed->error->message, "mqtts://"));
  scene_clear(&scene);
}

/* --- Paho through the tunnel ----------------------------------------------------------------- */

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  guint seen[MQTT_CLIENT_REQUEST_FAILED + 1];
} Watcher;

static void
on_client_event(const MqttClientEvent *event, gpointer data)
{
  Watcher *watcher = data;
  pthread_mutex_lock(&watcher->lock);
  watcher->seen[event->type]++;
  pthread_cond_broadcast(&watcher->changed);
  pthread_mutex_unlock(&watcher->lock);
}

static void
wait_for_client(Watcher *watcher, MqttClientEventType type)
{
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += 20;
  pthread_mutex_lock(&watcher->lock);
  while (watcher->seen[type] == 0)
    g_assert_cmpint(pthread_cond_timedwait(&watcher->changed, &watcher->lock, &end), ==, 0);
  pthread_mutex_unlock(&watcher->lock);
}

static MqttClient *
new_client(MqttVersion version, Watcher *watcher)
{
  g_autoptr(MqttClientOptions) options = mqtt_client_options_new();
  g_autoptr(GError) error = NULL;
  g_free(options->client_id);
  options->client_id = g_strdup("tunnel-test");
  options->version = version;
  options->clean_start = TRUE;
  options->keep_alive = 60;
  MqttClient *client = mqtt_client_new(options, on_client_event, watcher, &error);
  g_assert_no_error(error);
  return client;
}

/* Publishes to itself at every QoS. */
static void
talk(Scene *scene, MqttClient *client, Watcher *watcher)
{
  g_autoptr(GError) error = NULL;
  mqtt_client_subscribe(client, "a/#", 2, &error);
  g_assert_no_error(error);
  wait_for_client(watcher, MQTT_CLIENT_SUBSCRIBED);
  for (int qos = 0; qos < 3; qos++) {
    MqttMessage message = {.topic = "a/b", .payload = "hello", .payload_length = 5, .qos = qos};
    mqtt_client_publish(client, &message, &error);
    g_assert_no_error(error);
    recorder_wait_messages(scene->recorder, (guint64)qos + 1);
  }
}

static void
run_paho(guint16 port, MqttVersion version)
{
  Watcher watcher = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, {0}};
  Scene scene;
  g_autoptr(GError) error = NULL;
  scene_to(&scene, port, pki->identity);
  scene_start(&scene);
  g_autoptr(MqttClient) client = new_client(version, &watcher);
  const TunnelEvent *ready = recorder_wait(scene.recorder, TUNNEL_READY);
  mqtt_client_connect(client, (guint16)ready->number, 10, &error);
  g_assert_no_error(error);
  wait_for_client(&watcher, MQTT_CLIENT_CONNECTED);
  talk(&scene, client, &watcher);
  g_autofree char *messages = recorder_messages(scene.recorder);
  g_assert_nonnull(strstr(messages, "in a/b 0 hello\n"));
  g_assert_nonnull(strstr(messages, "in a/b 1 hello\n"));
  g_assert_nonnull(strstr(messages, "in a/b 2 hello\n"));
  mqtt_client_disconnect(client);
  wait_for_client(&watcher, MQTT_CLIENT_DISCONNECTED);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_NONE, -1));
  g_assert_cmpuint(recorder_count(scene.recorder, TUNNEL_FOREIGN_DROPPED), ==, 0);
  scene_clear(&scene);
}

static void
test_paho_to_mosquitto(void)
{
  g_autoptr(Broker) broker = start_mosquitto(TRUE);
  if (broker == NULL)
    return;
  guint16 port = broker_port(broker);
  run_paho(port, MQTT_3_1_1);
  run_paho(port, MQTT_5);
}

/* The broker dies under a live connection. */
static void
test_mosquitto_dies(void)
{
  g_autoptr(Broker) broker = start_mosquitto(FALSE);
  if (broker == NULL)
    return;
  Scene scene;
  scene_to(&scene, broker_port(broker), NULL);
  scene_start(&scene);
  scene_go_online(&scene);
  broker_kill(broker);
  const TunnelEvent *closed = recorder_wait(scene.recorder, TUNNEL_CLOSED);
  g_test_message("%s", closed->error->message);
  g_assert_true(closed->fault == TUNNEL_FAULT_PEER_CLOSED || closed->fault == TUNNEL_FAULT_NETWORK);
  scene_clear(&scene);
}

/* --- openssl s_server ------------------------------------------------------------------------ */

typedef struct {
  GPid pid;
  int input, output;
} Server;

/* Returns when it listens ("ACCEPT"). FALSE: there is no openssl. */
static gboolean
start_s_server(Server *server, guint16 port, const char *const *extra)
{
  g_autofree char *accept = g_strdup_printf("127.0.0.1:%u", port);
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  const char *const fixed[] = {"openssl", "s_server",         "-accept", accept,
                               "-cert",   pki->server_path,   "-key",    pki->server_key_path,
                               "-CAfile", pki->client_ca_path};
  for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++)
    g_ptr_array_add(argv, (char *)fixed[i]);
  for (; *extra != NULL; extra++)
    g_ptr_array_add(argv, (char *)*extra);
  g_ptr_array_add(argv, NULL);
  if (!g_spawn_async_with_pipes(
          NULL, (char **)argv->pdata, NULL,
          G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
          &server->pid, &server->input, &server->output, NULL, NULL)) {
    g_test_skip("there is no openssl on this machine");
    return FALSE;
  }
  g_autoptr(GString) said = g_string_new(NULL);
  char byte;
  while (strstr(said->str, "ACCEPT\n") == NULL && read(server->output, &byte, 1) == 1)
    g_string_append_c(said, byte);
  return TRUE;
}

static void
end_s_server(Server *server)
{
  kill(server->pid, SIGKILL);
  while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
    ;
  close(server->input);
  close(server->output);
}

static void
expect_s_server_end(const char *const *extra, Identity *identity, TunnelFault fault, int code)
{
  Server server;
  guint16 port = free_port();
  if (!start_s_server(&server, port, extra))
    return;
  Scene scene;
  scene_to(&scene, port, identity);
  scene_start(&scene);
  g_free(scene_expect_end(&scene, fault, code));
  scene_clear(&scene);
  end_s_server(&server);
}

static void
test_s_server_refuses(void)
{
  static const char *const tls12[] = {"-Verify", "2", "-verify_return_error", "-tls1_2", NULL};
  static const char *const tls13[] = {"-Verify", "2", "-verify_return_error", "-tls1_3", NULL};
  const char *const *const versions[] = {tls12, tls13};
  for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
    expect_s_server_end(versions[i], NULL, TUNNEL_FAULT_CLIENT_REFUSED,
                        TUNNEL_ERROR_CLIENT_REQUIRED);
    expect_s_server_end(versions[i], pki->stranger, TUNNEL_FAULT_CLIENT_REFUSED,
                        TUNNEL_ERROR_CLIENT_CA_UNKNOWN);
  }
}

/* Our key is ECDSA, and the broker takes signatures of RSA keys only. */
static void
test_key_type_refused(void)
{
  static const char *const tls12[] = {"-Verify",        "2", "-tls1_2", "-client_sigalgs",
                                      "RSA-PSS+SHA256", NULL};
  static const char *const tls13[] = {"-Verify",        "2", "-tls1_3", "-client_sigalgs",
                                      "RSA-PSS+SHA256", NULL};
  expect_s_server_end(tls12, pki->identity, TUNNEL_FAULT_CLIENT_REFUSED,
                      TUNNEL_ERROR_CLIENT_KEY_TYPE);
  expect_s_server_end(tls13, pki->identity, TUNNEL_FAULT_CLIENT_REFUSED,
                      TUNNEL_ERROR_CLIENT_KEY_TYPE);
}

static void
test_version_mismatch(void)
{
  static const char *const tls12[] = {"-tls1_2", NULL};
  Server server;
  guint16 port = free_port();
  if (!start_s_server(&server, port, tls12))
    return;
  Scene scene;
  scene_to(&scene, port, NULL);
  scene.config->tls_priority = g_strdup("NORMAL:-VERS-ALL:+VERS-TLS1.3");
  scene_start(&scene);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_TLS, TUNNEL_ERROR_TLS_VERSION));
  scene_clear(&scene);
  end_s_server(&server);
}

/* What comes on the server's input goes out, but for some letters, which are commands. */
static void
command(const Server *server, const char *bytes, gsize length)
{
  g_assert_cmpint(write(server->input, bytes, length), ==, length);
}

static void
begin_session(Scene *scene, guint16 port)
{
  scene_to(scene, port, NULL);
  scene_start(scene);
  scene_connect_client(scene);
  scene_client_sends(scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  recorder_wait_packet(scene->recorder, MQTT_FROM_CLIENT, MQTT_CONNECT);
}

static void
test_key_update(void)
{
  static const char *const tls13[] = {"-tls1_3", NULL};
  Server server;
  Scene scene;
  guint16 port = free_port();
  if (!start_s_server(&server, port, tls13))
    return;
  begin_session(&scene, port);
  command(&server, "K\n", 2); /* and it wants one of us in return */
  recorder_wait_text(scene.recorder, TUNNEL_TLS_STAGE, "received KEY_UPDATE");
  command(&server, "\x20\x02\x00\x00\x30\x04\x00\x01x\n", 10);
  recorder_wait_packet(scene.recorder, MQTT_FROM_BROKER, MQTT_CONNACK);
  recorder_wait_messages(scene.recorder, 1);
  scene_client_expects(&scene, "20 02 00 00");
  scene_clear(&scene);
  end_s_server(&server);
}

static void
test_renegotiation(void)
{
  static const char *const tls12[] = {"-tls1_2", NULL};
  Server server;
  Scene scene;
  guint16 port = free_port();
  if (!start_s_server(&server, port, tls12))
    return;
  begin_session(&scene, port);
  command(&server, "\x20\x02\x00\x00\x30\x04\x00\x01x\n", 10);
  recorder_wait_messages(scene.recorder, 1);
  command(&server, "r\n", 2);
  g_autofree char *why = scene_expect_end(&scene, TUNNEL_FAULT_TLS, TUNNEL_ERROR_TLS_OTHER);
  g_assert_nonnull(strstr(why, "renegotiate"));
  scene_clear(&scene);
  end_s_server(&server);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  pki = test_pki_new();
  g_test_add_func("/brokers/paho-to-mosquitto", test_paho_to_mosquitto);
  g_test_add_func("/brokers/mosquitto-refuses", test_mosquitto_refuses);
  g_test_add_func("/brokers/tls-to-plain-mosquitto", test_tls_to_plain_mosquitto);
  g_test_add_func("/brokers/plain-to-tls-mosquitto", test_plain_to_tls_mosquitto);
  g_test_add_func("/brokers/mosquitto-dies", test_mosquitto_dies);
  g_test_add_func("/brokers/s_server-refuses", test_s_server_refuses);
  g_test_add_func("/brokers/key-type-refused", test_key_type_refused);
  g_test_add_func("/brokers/version-mismatch", test_version_mismatch);
  g_test_add_func("/brokers/key-update", test_key_update);
  g_test_add_func("/brokers/renegotiation", test_renegotiation);
  int result = g_test_run();
  test_pki_free(pki);
  return result;
}
