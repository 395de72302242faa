/* A connection against a real mosquitto: two-way TLS that works, messages both ways, a broker that
 * goes and comes, and each way of being refused, by us and by the broker. */
#include "config.h"

#include "live/live_connection.h"

#include <string.h>
#include <sys/wait.h>

static Certificates *certificates;

/* --- Scene ------------------------------------------------------------------------------------ */

static BrokerOptions
two_way_broker(const char *tls_version)
{
  return (BrokerOptions){.certificate_file = certificates->server.fullchain,
                         .key_file = certificates->server.key,
                         .client_ca_file = certificates->client_ca,
                         .tls_version = tls_version};
}

static void
set(char **place, const char *value)
{
  g_free(*place);
  *place = g_strdup(value);
}

static void
publish(LiveConnection *live, const char *topic, const char *payload, int qos, gboolean retain)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(
      connection_publish(live->connection, topic, payload, strlen(payload), qos, retain, &error));
  g_assert_no_error(error);
}

static void
assert_message(const LiveConnection *live, guint64 index, const char *topic, const char *payload,
               int qos, gboolean retain)
{
  g_autoptr(LiveMessage) message = live_message(live, index);
  g_assert_cmpstr(message->topic, ==, topic);
  g_assert_cmpstr(message->payload, ==, payload);
  g_assert_cmpint(message->qos, ==, qos);
  g_assert_cmpint(message->retain, ==, retain);
}

static void
assert_two_way(const LiveConnection *live)
{
  const Session *session = connection_session(live->connection);
  g_assert_true(session->tls_verified);
  g_assert_true(session->certificate_requested);
  g_assert_true(session->certificate_sent);
  g_assert_true(session->two_way);
}

/* Never, not for one frame, was it shown as more than it was. */
static void
assert_never_two_way(const LiveConnection *live)
{
  g_assert_false(live->ever_two_way);
  g_assert_false(live->ever_online);
  g_assert_false(live->ever_waiting);
}

/* The worst finding is this one, and there is a sentence on it. */
static void
assert_fault(const LiveConnection *live, const char *code, FindingSide side)
{
  const ConnectionInfo *info = connection_info(live->connection);
  g_assert_cmpuint(info->findings->len, >, 0);
  const Finding *worst = g_ptr_array_index(info->findings, 0);
  g_assert_cmpstr(worst->code, ==, code);
  g_assert_cmpstr(finding_side_name(worst->side), ==, finding_side_name(side));
  g_assert_cmpint(worst->severity, ==, FINDING_ERROR);
  g_assert_nonnull(info->last_error);
  g_assert_cmpuint(strlen(info->last_error), >, 10);
}

/* --- It works --------------------------------------------------------------------------------- */

typedef struct {
  const char *name, *tls_version, *shown;
  MqttVersion mqtt;
} Way;

static const Way ways[] = {
    {"tls-1.2/mqtt-3.1.1", "tlsv1.2", "TLS 1.2", MQTT_3_1_1},
    {"tls-1.2/mqtt-5", "tlsv1.2", "TLS 1.2", MQTT_5},
    {"tls-1.3/mqtt-3.1.1", "tlsv1.3", "TLS 1.3", MQTT_3_1_1},
    {"tls-1.3/mqtt-5", "tlsv1.3", "TLS 1.3", MQTT_5},
};

static void
exchange_messages(LiveConnection *live)
{
  static const char *const payloads[] = {"zero", "one", "two"};
  for (int qos = 0; qos <= 2; qos++) {
    publish(live, "plant/line1", payloads[qos], qos, FALSE);
    g_assert_true(live_wait_messages(live, (guint64)qos + 1));
    assert_message(live, (guint64)qos, "plant/line1", payloads[qos], qos, FALSE);
  }
}

static void
test_works(gconstpointer data)
{
  const Way *way = data;
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(way->tls_version);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  profile->version = way->mqtt;
  profile_add_subscription(profile, "plant/#", 2);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_online(live));
  assert_two_way(live);
  const ConnectionInfo *info = connection_info(live->connection);
  g_assert_cmpstr(info->tls_version, ==, way->shown);
  g_assert_cmpuint(info->peer_chain->len, ==, 2);
  g_assert_true(info->verdict->accepted);
  g_assert_null(info->last_error);
  g_assert_true(live_wait_granted(live, "plant/#", 2));
  exchange_messages(live);
  connection_disconnect(live->connection);
  g_assert_true(live_wait_idle(live));
  g_assert_false(connection_session(live->connection)->stopped_by_fault);
  g_assert_true(broker_wait_log(broker, "Received DISCONNECT"));
}

static void
test_retained(gconstpointer version)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  profile->version = (MqttVersion)GPOINTER_TO_INT(version);
  g_autoptr(LiveConnection) sender = live_connect(profile);
  g_assert_true(live_wait_online(sender));
  publish(sender, "plant/state", "running", 1, TRUE);
  g_assert_true(broker_wait_log(broker, "Sending PUBACK"));
  profile_add_subscription(profile, "plant/+", 1);
  g_autoptr(LiveConnection) reader = live_connect(profile);
  g_assert_true(live_wait_messages(reader, 1));
  assert_message(reader, 0, "plant/state", "running", 1, TRUE);
}

static void
test_two_connections(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  g_autoptr(Profile) listening = profile_copy(profile);
  profile_add_subscription(listening, "#", 0);
  g_autoptr(LiveConnection) reader = live_connect(listening);
  g_assert_true(live_wait_granted(reader, "#", 0));
  g_autoptr(LiveConnection) sender = live_connect(profile);
  g_assert_true(live_wait_online(sender));
  for (int i = 0; i < 500; i++)
    publish(sender, "many", "x", 0, FALSE);
  publish(sender, "last", "y", 2, FALSE);
  g_assert_true(live_wait_messages(reader, 501));
  assert_message(reader, 500, "last", "y", 0, FALSE);
}

static void
test_subscribe_while_online(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_autoptr(GError) error = NULL;
  g_assert_true(live_wait_online(live));
  g_assert_true(connection_subscribe(live->connection, "a/+", 1, &error));
  g_assert_true(live_wait_granted(live, "a/+", 1));
  publish(live, "a/b", "1", 2, FALSE);
  g_assert_true(live_wait_messages(live, 1));
  assert_message(live, 0, "a/b", "1", 1, FALSE);
  g_assert_true(connection_unsubscribe(live->connection, "a/+", &error));
  g_assert_true(broker_wait_log(broker, "Sending UNSUBACK"));
  g_assert_false(connection_subscribe(live->connection, "a/#/b", 1, &error));
  g_assert_nonnull(error);
}

/* Leaving is a DISCONNECT, also while messages are under way: else the broker publishes the last
 * will. */
static void
test_leaves_politely(gconstpointer version)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  g_autoptr(Profile) leaving = profile_copy(profile);
  profile_add_subscription(profile, "will", 0);
  profile_add_subscription(profile, "end", 0);
  leaving->version = (MqttVersion)GPOINTER_TO_INT(version);
  set(&leaving->will_topic, "will");
  set(&leaving->will_payload, "gone");
  g_autoptr(LiveConnection) watcher = live_connect(profile);
  g_assert_true(live_wait_granted(watcher, "will", 0));
  g_assert_true(live_wait_granted(watcher, "end", 0));
  for (int qos = 0; qos <= 2; qos++) {
    LiveConnection *live = live_connect(leaving);
    g_assert_true(live_wait_online(live));
    for (int i = 0; i < 40; i++)
      publish(live, "a", "1", qos, FALSE);
    live_free(live);
  }
  g_assert_true(broker_wait_log(broker, "Will message specified (4 bytes)"));
  publish(watcher, "end", "2", 1, FALSE);
  g_assert_true(live_wait_messages(watcher, 1));
  assert_message(watcher, 0, "end", "2", 0, FALSE);
}

/* What the screen must not call two-way, for the broker never asked. */
static void
test_one_way(void)
{
  if (!broker_available_or_skip())
    return;
  BrokerOptions options = two_way_broker(NULL);
  options.client_ca_file = NULL;
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_online(live));
  g_assert_true(connection_session(live->connection)->tls_verified);
  g_assert_false(live->ever_two_way);
  g_assert_true(live_has_finding(live, "client-cert-not-requested"));
}

static void
test_plain(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = {0};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, NULL);
  profile_add_subscription(profile, "#", 0);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_granted(live, "#", 0));
  publish(live, "a", "b", 1, FALSE);
  g_assert_true(live_wait_messages(live, 1));
  g_assert_false(live->ever_verified || live->ever_two_way);
}

/* --- The broker goes and comes ---------------------------------------------------------------- */

static void
test_broker_killed(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  profile_add_subscription(profile, "#", 1);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_granted(live, "#", 1));
  broker_kill(broker);
  g_assert_true(live_wait_waiting(live));
  g_assert_false(connection_session(live->connection)->two_way);
  g_assert_false(connection_session(live->connection)->tls_verified);
  broker_restart(broker);
  g_assert_true(live_wait_online(live));
  assert_two_way(live);
  g_assert_true(live_wait_granted(live, "#", 1));
  publish(live, "back", "again", 1, FALSE);
  g_assert_true(live_wait_messages(live, 1));
  assert_message(live, 0, "back", "again", 1, FALSE);
}

static void
test_broker_comes_late(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  broker_stop(broker);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_waiting(live));
  assert_fault(live, "tcp-refused", FINDING_SIDE_NETWORK);
  broker_restart(broker);
  g_assert_true(live_wait_online(live));
}

static void
test_gives_up_when_told(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_online(live));
  broker_kill(broker);
  g_assert_true(live_wait_waiting(live));
  connection_disconnect(live->connection);
  g_assert_true(live_wait_idle(live));
  g_assert_false(connection_session(live->connection)->wanted);
}

/* --- Refused by us ---------------------------------------------------------------------------- */

static void
test_wrong_ca(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  set(&profile->ca_path, certificates->client_ca);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  assert_never_two_way(live);
  g_assert_false(live->ever_verified);
  assert_fault(live, "anchor-wrong", FINDING_SIDE_TRUST);
  const ConnectionInfo *info = connection_info(live->connection);
  g_assert_cmpuint(info->peer_chain->len, ==, 2); /* shown also when it is refused */
  g_assert_false(info->verdict->accepted);
}

/* A root of the same name and another key. */
static void
test_false_root(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  set(&profile->ca_path, certificates->stranger_ca);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  assert_never_two_way(live);
  g_assert_false(connection_info(live->connection)->verdict->accepted);
  assert_fault(live, "anchor-same-name", FINDING_SIDE_TRUST);
}

/* --- Accepted by us, refused by others -------------------------------------------------------- */

/* What mosquitto_sub makes of a CA file: its exit status; what it says goes to `*said`. */
static int
run_mosquitto_sub(const Broker *broker, const char *ca_file, char **said)
{
  g_autofree char *port = g_strdup_printf("%u", broker_port(broker));
  const char *const command[] = {"mosquitto_sub", "-h", "127.0.0.1", "-p", port, "--cafile",
                                 ca_file, "--cert", certificates->client.fullchain, "--key",
                                 certificates->client.key, "-t", "a", "-E", "-W", "30", NULL};
  g_autoptr(GError) error = NULL;
  int status = 0;
  g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
               NULL, NULL, said, &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static gboolean
mosquitto_sub_available_or_skip(void)
{
  g_autofree char *program = g_find_program_in_path("mosquitto_sub");
  if (program == NULL)
    g_test_skip("no mosquitto_sub on this machine (Debian: mosquitto-clients)");
  return program != NULL;
}

/* The CA file holds the copy of the root that an older root signed: a connection, a warning, and
 * OpenSSL's refusal, in the words of the programs that refuse. */
static void
test_cross_signed_root(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  set(&profile->ca_path, certificates->cross);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_online(live));
  assert_two_way(live);
  g_assert_true(live_has_finding(live, "anchor-cross-signed"));
  const ConnectionInfo *info = connection_info(live->connection);
  g_assert_true(info->verdict->accepted);
  if (!second_opinion_available()) {
    g_assert_null(info->opinion);
    return;
  }
  g_assert_false(info->opinion->accepted);
  g_assert_cmpint(info->opinion->error, ==, 2);
  g_assert_cmpint(info->opinion->depth, ==, 2);
  g_assert_cmpstr(info->opinion->reason, ==, "unable to get issuer certificate");
  g_autofree char *difference = second_opinion_difference(info->opinion, info->verdict);
  g_assert_nonnull(strstr(difference, "\"Test Root\" is signed by \"Old Root\""));
}

static void
test_others_refuse(void)
{
  if (!broker_available_or_skip() || !mosquitto_sub_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autofree char *silence = NULL, *complaint = NULL;
  g_assert_cmpint(run_mosquitto_sub(broker, certificates->root, &silence), ==, 0);
  g_assert_cmpint(run_mosquitto_sub(broker, certificates->cross, &complaint), !=, 0);
  g_test_message("%s", complaint);
  g_assert_nonnull(strstr(complaint, "TLS error"));
  g_assert_true(broker_wait_log(broker, "unknown ca"));
}

/* With the root itself both accept, and nothing is said. */
static void
test_others_accept(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_online(live));
  const ConnectionInfo *info = connection_info(live->connection);
  g_autofree char *difference = second_opinion_difference(info->opinion, info->verdict);
  g_assert_null(difference);
  g_assert_true((info->opinion != NULL) == second_opinion_available());
  g_assert_true(info->opinion == NULL || info->opinion->accepted);
}

static Broker *
start_other_broker(void)
{
  BrokerOptions options = two_way_broker(NULL);
  options.certificate_file = certificates->other.fullchain;
  options.key_file = certificates->other.key;
  return broker_start(&options);
}

typedef struct {
  const char *name, *host, *server_name, *code;
  FindingSide side;
} Misnomer;

static const Misnomer misnomers[] = {
    {"local", "localhost", NULL, "name-local", FINDING_SIDE_SERVER},
    {"address", "127.0.0.1", NULL, "name-local", FINDING_SIDE_SERVER},
    {"override", "127.0.0.1", "mqtt.test", "name-override-wrong", FINDING_SIDE_LOCAL},
};

/* The broker shows a certificate for other.test alone. */
static void
test_wrong_name(gconstpointer data)
{
  const Misnomer *misnomer = data;
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = start_other_broker();
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  set(&profile->host, misnomer->host);
  set(&profile->server_name, misnomer->server_name);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  assert_never_two_way(live);
  g_assert_false(live->ever_verified);
  assert_fault(live, misnomer->code, misnomer->side);
  g_assert_false(connection_info(live->connection)->verdict->accepted);
  g_assert_nonnull(strstr(connection_info(live->connection)->last_error, "other.test"));
}

static void
test_server_name(void)
{
  if (!broker_available_or_skip())
    return;
  g_autoptr(Broker) broker = start_other_broker();
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  set(&profile->server_name, "other.test");
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_online(live));
  assert_two_way(live);
}

/* --- Refused by the broker -------------------------------------------------------------------- */

#define NOBODY (-1)
#define CLIENT(name) ((gssize)G_STRUCT_OFFSET(Certificates, name))

typedef struct {
  const char *name, *tls_version;
  gssize client; /* who we say we are: an offset in Certificates */
  const char *code;
  FindingSide side;
} Refusal;

static const Refusal refusals[] = {
    {"no-certificate/tls-1.2", "tlsv1.2", NOBODY, "client-cert-required", FINDING_SIDE_CLIENT},
    {"no-certificate/tls-1.3", "tlsv1.3", NOBODY, "client-cert-required", FINDING_SIDE_CLIENT},
    {"stranger/tls-1.2", "tlsv1.2", CLIENT(stranger), "client-ca-unknown", FINDING_SIDE_BROKER},
    {"stranger/tls-1.3", "tlsv1.3", CLIENT(stranger), "client-ca-unknown", FINDING_SIDE_BROKER},
    {"expired/tls-1.2", "tlsv1.2", CLIENT(expired), "client-expired", FINDING_SIDE_CLIENT},
    {"expired/tls-1.3", "tlsv1.3", CLIENT(expired), "client-expired", FINDING_SIDE_CLIENT},
};

/* In TLS 1.3 the handshake succeeds before the refusal comes: it must not show as two-way. */
static void
test_refused(gconstpointer data)
{
  const Refusal *refusal = data;
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(refusal->tls_version);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  live_profile_set_client(profile,
                          refusal->client == NOBODY
                              ? NULL
                              : &G_STRUCT_MEMBER(CertificateFiles, certificates, refusal->client));
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  assert_never_two_way(live);
  assert_fault(live, refusal->code, refusal->side);
  g_assert_true(connection_info(live->connection)->verdict->accepted);
}

static void
test_password(void)
{
  if (!broker_available_or_skip())
    return;
  BrokerOptions options = two_way_broker(NULL);
  options.user_name = "ann";
  options.password = "right";
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  set(&profile->user_name, "ann");
  set(&profile->password, "wrong");
  g_autoptr(LiveConnection) refused = live_connect(profile);
  g_assert_true(live_wait_stopped(refused));
  g_assert_false(refused->ever_online);
  assert_fault(refused, "mqtt-not-authorized", FINDING_SIDE_BROKER);
  g_assert_null(strstr(connection_info(refused->connection)->last_error, "wrong"));
  set(&profile->password, "right");
  g_autoptr(LiveConnection) taken = live_connect(profile);
  g_assert_true(live_wait_online(taken));
}

static void
add_tests_with_data(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
    g_autofree char *name = g_strdup_printf("/two-way/works/%s", ways[i].name);
    g_test_add_data_func(name, &ways[i], test_works);
  }
  g_test_add_data_func("/two-way/retained/mqtt-3.1.1", GINT_TO_POINTER(MQTT_3_1_1), test_retained);
  g_test_add_data_func("/two-way/retained/mqtt-5", GINT_TO_POINTER(MQTT_5), test_retained);
  g_test_add_data_func("/two-way/leaves-politely/mqtt-3.1.1", GINT_TO_POINTER(MQTT_3_1_1),
                       test_leaves_politely);
  g_test_add_data_func("/two-way/leaves-politely/mqtt-5", GINT_TO_POINTER(MQTT_5),
                       test_leaves_politely);
  for (gsize i = 0; i < G_N_ELEMENTS(misnomers); i++) {
    g_autofree char *name = g_strdup_printf("/two-way/wrong-name/%s", misnomers[i].name);
    g_test_add_data_func(name, &misnomers[i], test_wrong_name);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
    g_autofree char *name = g_strdup_printf("/two-way/refused/%s", refusals[i].name);
    g_test_add_data_func(name, &refusals[i], test_refused);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  certificates = certificates_new();
  add_tests_with_data();
  g_test_add_func("/two-way/two-connections", test_two_connections);
  g_test_add_func("/two-way/subscribe-while-online", test_subscribe_while_online);
  g_test_add_func("/two-way/one-way", test_one_way);
  g_test_add_func("/two-way/plain", test_plain);
  g_test_add_func("/two-way/broker-killed", test_broker_killed);
  g_test_add_func("/two-way/broker-comes-late", test_broker_comes_late);
  g_test_add_func("/two-way/gives-up-when-told", test_gives_up_when_told);
  g_test_add_func("/two-way/wrong-ca", test_wrong_ca);
  g_test_add_func("/two-way/false-root", test_false_root);
  g_test_add_func("/two-way/cross-signed-root", test_cross_signed_root);
  g_test_add_func("/two-way/others-refuse", test_others_refuse);
  g_test_add_func("/two-way/others-accept", test_others_accept);
  g_test_add_func("/two-way/server-name", test_server_name);
  g_test_add_func("/two-way/password", test_password);
  int status = g_test_run();
  g_clear_pointer(&certificates, certificates_free);
  return status;
}
