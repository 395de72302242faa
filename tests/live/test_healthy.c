/* A healthy two-way connection gives no finding at all, neither error nor warning nor note: with
 * every common type of key, both versions of TLS, and two brokers of different make (mosquitto is
 * OpenSSL, RabbitMQ is Erlang's own TLS). */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "live/broker.h"
#include "live/healthy_files.h"
#include "live/live_connection.h"
#include "live/rabbitmq.h"

typedef enum { RSA_2048, ECDSA_P256, ED25519, KEY_COUNT } Key;

static const PkiKeyType key_types[KEY_COUNT] = {PKI_KEY_RSA_2048, PKI_KEY_ECDSA_P256,
                                                PKI_KEY_ED25519};
static const char *const key_names[KEY_COUNT] = {"rsa-2048", "ecdsa-p256", "ed25519"};

typedef struct {
  Key key;
  ProfileTlsVersion tls;
  const char *host;
} Case;

static HealthyFiles *files[KEY_COUNT];
static RabbitMq *rabbits[KEY_COUNT];

/* --- Scene ------------------------------------------------------------------------------------ */

/* All at once: a start takes seconds, most of them waiting. */
static guint16
rabbitmq_of(Key key)
{
  for (int i = 0; i < KEY_COUNT; i++) {
    const RabbitMqOptions options = {.certificate_file = files[i]->server_chain,
                                     .key_file = files[i]->server_key,
                                     .client_ca_file = files[i]->client_ca,
                                     .user = "Client"};
    if (rabbits[i] == NULL)
      rabbits[i] = rabbitmq_start(&options);
  }
  rabbitmq_wait(rabbits[key]);
  return rabbitmq_port(rabbits[key]);
}

static void
set(char **place, const char *value)
{
  g_free(*place);
  *place = g_strdup(value);
}

static Profile *
new_profile(const HealthyFiles *own, const Case *what, guint16 port)
{
  Profile *profile = profile_new();
  set(&profile->name, "healthy");
  set(&profile->host, what->host);
  profile->port = port;
  profile->scheme = SCHEME_MQTTS;
  profile->tls_version = what->tls;
  profile->trust = TRUST_FILE;
  set(&profile->ca_path, own->root);
  set(&profile->certificate_path, own->client);
  set(&profile->key_path, own->client_key);
  profile_add_subscription(profile, "healthy/#", 1);
  return profile;
}

static void
on_done(Check *check, gpointer data)
{
  *(gboolean *)data = TRUE;
}

static Check *
run_check(Transport *transport, const Profile *profile)
{
  g_autoptr(GError) error = NULL;
  gboolean done = FALSE;
  Check *check = check_start(transport, profile, 0, on_done, &done, &error);
  g_assert_no_error(error);
  while (!done)
    g_main_context_iteration(NULL, TRUE);
  return check;
}

static void
print_findings(const GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = findings->pdata[i];
    fprintf(stderr, "# %s %s (%s): %s\n", finding_severity_name(finding->severity), finding->code,
            finding_side_name(finding->side), finding->message);
  }
}

static void
assert_healthy(const Check *check, const Case *what)
{
  const ConnectionInfo *info = connection_info(check_connection(check));
  const Session *session = check_session(check);
  print_findings(info->findings);
  g_assert_cmpint(check_outcome(check), ==, CHECK_ONLINE);
  g_assert_cmpuint(info->findings->len, ==, 0);
  g_assert_true(session->tls_verified);
  g_assert_true(session->certificate_requested);
  g_assert_true(session->certificate_sent);
  g_assert_true(session->two_way);
  g_assert_null(info->last_error);
  g_assert_cmpstr(info->tls_version, ==, what->tls == TLS_1_2 ? "TLS 1.2" : "TLS 1.3");
  g_assert_cmpuint(info->peer_chain->len, ==, 2);
}

static void
check_is_healthy(const Case *what, const Profile *profile)
{
  g_autoptr(Transport) transport = transport_new();
  g_autoptr(Check) check = run_check(transport, profile);
  assert_healthy(check, what);
}

/* --- mosquitto -------------------------------------------------------------------------------- */

static void
test_mosquitto(gconstpointer data)
{
  const Case *what = data;
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = {.certificate_file = files[what->key]->server_chain,
                                 .key_file = files[what->key]->server_key,
                                 .client_ca_file = files[what->key]->client_ca,
                                 .tls_version = what->tls == TLS_1_2 ? "tlsv1.2" : "tlsv1.3"};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = new_profile(files[what->key], what, broker_port(broker));
  check_is_healthy(what, profile);
}

/* One CA for both sides: mosquitto's OpenSSL completes the chain that it sends with the root out of
 * its cafile, and that the root was sent is a note, of which nobody need do anything. */
static void
test_one_ca(gconstpointer data)
{
  const Case *what = data;
  if (!broker_available_or_skip())
    return;
  g_autoptr(HealthyFiles) own = healthy_files_new_one_ca(key_types[what->key]);
  const BrokerOptions options = {.certificate_file = own->server_chain,
                                 .key_file = own->server_key,
                                 .client_ca_file = own->client_ca};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = new_profile(own, what, broker_port(broker));
  g_autoptr(Transport) transport = transport_new();
  g_autoptr(Check) check = run_check(transport, profile);
  const GPtrArray *findings = connection_info(check_connection(check))->findings;
  print_findings(findings);
  g_assert_cmpint(check_outcome(check), ==, CHECK_ONLINE);
  g_assert_true(check_session(check)->two_way);
  g_assert_cmpuint(findings->len, ==, 1);
  const Finding *note = findings->pdata[0];
  g_assert_cmpstr(note->code, ==, "chain-includes-root");
  g_assert_cmpint(note->severity, ==, FINDING_INFO);
}

/* --- RabbitMQ --------------------------------------------------------------------------------- */

/* TRUE: a client of OpenSSL cannot shake hands with it either. */
static gboolean
openssl_is_refused(const Case *what, guint16 port)
{
  g_autofree char *address = g_strdup_printf("127.0.0.1:%u", port);
  const HealthyFiles *own = files[what->key];
  const char *const argv[] = {"openssl",   "s_client", "-connect",
                              address,     "-brief",   what->tls == TLS_1_2 ? "-tls1_2" : "-tls1_3",
                              "-CAfile",   own->root,  "-cert",
                              own->client, "-key",     own->client_key,
                              NULL};
  g_autoptr(GError) error = NULL;
  g_autofree char *output = NULL, *errors = NULL;
  if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors,
                    NULL, &error))
    return FALSE;
  return strstr(errors, "SSL alert number 40") != NULL;
}

/* Erlang/OTP 25 cannot do what RFC 8422 allows: with an Ed25519 certificate, and whatever
 * signature_algs says, its TLS 1.2 server answers every ClientHello with handshake_failure. */
static gboolean
is_beyond_erlang(const Case *what, guint16 port)
{
  if (what->key != ED25519 || what->tls != TLS_1_2 || !openssl_is_refused(what, port))
    return FALSE;
  return rabbitmq_wait_log(rabbits[what->key], "malformed_handshake_data");
}

static void
test_rabbitmq(gconstpointer data)
{
  const Case *what = data;
  if (!rabbitmq_available_or_skip())
    return;
  guint16 port = rabbitmq_of(what->key);
  if (is_beyond_erlang(what, port)) {
    g_test_skip("this Erlang answers TLS 1.2 with alert 40 (malformed_handshake_data) when its "
                "certificate is Ed25519, to openssl s_client, too");
    return;
  }
  g_autoptr(Profile) profile = new_profile(files[what->key], what, port);
  profile->version = MQTT_3_1_1;
  check_is_healthy(what, profile);
}

static void
publish(LiveConnection *live, const char *topic, const char *payload, int qos)
{
  g_autoptr(GError) error = NULL;
  connection_publish(live->connection, topic, payload, strlen(payload), qos, FALSE, &error);
  g_assert_no_error(error);
}

static void
assert_message(const LiveConnection *live, guint64 index, const char *payload, int qos)
{
  g_autoptr(LiveMessage) message = live_message(live, index);
  g_assert_cmpstr(message->topic, ==, "healthy/line1");
  g_assert_cmpstr(message->payload, ==, payload);
  g_assert_cmpint(message->qos, ==, qos);
}

static void
test_rabbitmq_messages(gconstpointer data)
{
  const Case *what = data;
  if (!rabbitmq_available_or_skip())
    return;
  g_autoptr(Profile) profile = new_profile(files[what->key], what, rabbitmq_of(what->key));
  profile->version = MQTT_3_1_1;
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_granted(live, "healthy/#", 1));
  publish(live, "healthy/line1", "zero", 0);
  g_assert_true(live_wait_messages(live, 1));
  publish(live, "healthy/line1", "one", 1);
  g_assert_true(live_wait_messages(live, 2));
  assert_message(live, 0, "zero", 0);
  assert_message(live, 1, "one", 1);
  g_assert_true(connection_session(live->connection)->two_way);
  g_assert_cmpuint(connection_info(live->connection)->findings->len, ==, 0);
}

/* The same listener is no open door: without a certificate nobody comes in. */
static void
test_rabbitmq_wants_a_certificate(gconstpointer data)
{
  const Case *what = data;
  if (!rabbitmq_available_or_skip())
    return;
  g_autoptr(Profile) profile = new_profile(files[what->key], what, rabbitmq_of(what->key));
  g_autoptr(Transport) transport = transport_new();
  profile->version = MQTT_3_1_1;
  set(&profile->certificate_path, NULL);
  set(&profile->key_path, NULL);
  g_autoptr(Check) check = run_check(transport, profile);
  const GPtrArray *findings = connection_info(check_connection(check))->findings;
  g_assert_cmpint(check_outcome(check), ==, CHECK_FAILED);
  g_assert_cmpuint(findings->len, >, 0);
  g_assert_cmpstr(((const Finding *)g_ptr_array_index(findings, 0))->code, ==,
                  "client-cert-required");
}

/* --- Main ------------------------------------------------------------------------------------- */

/* Not GLib's to free: it does so after the first run, and two -p may run one twice. */
static Case cases[KEY_COUNT * 2 * 3];
static gsize case_count;

static void
add(const char *broker, const Case *what, GTestDataFunc run)
{
  g_autofree char *path = g_strdup_printf("/healthy/%s/%s/tls-%s/%s", broker, key_names[what->key],
                                          what->tls == TLS_1_2 ? "1.2" : "1.3", what->host);
  g_assert_cmpuint(case_count, <, G_N_ELEMENTS(cases));
  cases[case_count] = *what;
  g_test_add_data_func(path, &cases[case_count++], run);
}

int
main(int argc, char **argv)
{
  static const ProfileTlsVersion versions[] = {TLS_1_2, TLS_1_3};
  static const Case one = {ECDSA_P256, TLS_1_3, "127.0.0.1"};
  g_test_init(&argc, &argv, NULL);
  for (int key = 0; key < KEY_COUNT; key++) {
    files[key] = healthy_files_new(key_types[key]);
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
      const Case by_name = {(Key)key, versions[i], "localhost"};
      const Case by_address = {(Key)key, versions[i], "127.0.0.1"};
      add("mosquitto", &by_name, test_mosquitto);
      add("mosquitto", &by_address, test_mosquitto);
      add("rabbitmq", &by_name, test_rabbitmq);
    }
  }
  g_test_add_data_func("/healthy/mosquitto/one-ca", &one, test_one_ca);
  g_test_add_data_func("/healthy/rabbitmq/messages", &one, test_rabbitmq_messages);
  g_test_add_data_func("/healthy/rabbitmq/wants-a-certificate", &one,
                       test_rabbitmq_wants_a_certificate);
  int status = g_test_run();
  for (int key = 0; key < KEY_COUNT; key++) {
    rabbitmq_free(rabbits[key]);
    healthy_files_free(files[key]);
  }
  return status;
}
