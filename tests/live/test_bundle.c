/* What `mqtrust bundle` writes, at work: mosquitto and RabbitMQ are started from it and connected
 * to with two-way TLS; HiveMQ's stores are read by OpenSSL, and by Java where there is one. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "core/check.h"
#include "live/broker.h"
#include "live/rabbitmq.h"
#include "unit/bundle_stage.h"

typedef struct {
  BundleStage files;
  char *client_key;
  char *stranger, *stranger_key; /* of the same common name, and of another CA */
  guint16 port;
} Scene;

/* What a client has to show. */
typedef enum {
  NOTHING,
  CERTIFICATE,
  STRANGER,
} Shown;

/* --- Scene ------------------------------------------------------------------------------------ */

static void
make_stranger(Scene *scene)
{
  const BundleStage *files = &scene->files;
  g_autoptr(PkiPair) ca =
      bundle_stage_issue(files, PKI_ROOT, PKI_KEY_ECDSA_P256, "Another CA", NULL);
  g_autoptr(PkiPair) client =
      bundle_stage_issue(files, PKI_CLIENT, PKI_KEY_ECDSA_P256, "Client", ca);
  scene->stranger = bundle_stage_write_certificate(files, "stranger.pem", client);
  scene->stranger_key = bundle_stage_write_key(files, "stranger.key", client, NULL);
}

static void
setup(Scene *scene, gconstpointer key_type)
{
  bundle_stage_init(&scene->files, g_get_real_time() / G_USEC_PER_SEC,
                    (PkiKeyType)GPOINTER_TO_INT(key_type));
  make_stranger(scene);
  scene->client_key =
      bundle_stage_write_key(&scene->files, "client.key", scene->files.client, NULL);
  scene->port = free_port();
}

static void
teardown(Scene *scene, gconstpointer unused)
{
  bundle_stage_clear(&scene->files);
  g_free(scene->client_key);
  g_free(scene->stranger);
  g_free(scene->stranger_key);
}

/* (transfer full): what it printed, both streams. */
static char *
run(const Scene *scene, const char *script, int expected)
{
  const char *argv[] = {"sh", "-c", script, NULL};
  g_autofree char *out = NULL, *err = NULL;
  g_autoptr(GError) error = NULL;
  int status;
  g_spawn_sync(scene->files.folder, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
               &err, &status, &error);
  g_assert_no_error(error);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != expected)
    g_error("%s: status %d\n%s%s", script, status, out, err);
  return g_strconcat(out, err, NULL);
}

static const char two_way[] = "--client-ca ca.pem --client-cert client.pem";

static void
bundle_for(const Scene *scene, const char *broker, const char *direction, const char *more)
{
  const char *build = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_canonicalize_filename("mqtrust", build ? build : NULL);
  g_autofree char *quoted = g_shell_quote(program);
  g_autofree char *script = g_strdup_printf("%s bundle --for %s --cert cert.pem --chain chain.pem "
                                            "--key server.key %s --hostname localhost "
                                            "--port %u -o out --force %s",
                                            quoted, broker, direction, scene->port, more);
  g_free(run(scene, script, 0));
}

static void
bundle(const Scene *scene, const char *broker, const char *more)
{
  bundle_for(scene, broker, two_way, more);
}

/* (transfer full): a file of the bundle. */
static char *
out_path(const Scene *scene, const char *name)
{
  return g_build_filename(scene->files.folder, "out", name, NULL);
}

static void
set(char **place, const char *value)
{
  g_free(*place);
  *place = g_strdup(value);
}

static Profile *
new_profile(const Scene *scene, Shown shown)
{
  Profile *profile = profile_new();
  set(&profile->name, "bundle");
  set(&profile->host, "localhost");
  profile->port = scene->port;
  profile->scheme = SCHEME_MQTTS;
  profile->version = MQTT_3_1_1;
  profile->trust = TRUST_FILE;
  set(&profile->ca_path, scene->files.root_path);
  if (shown == CERTIFICATE) {
    set(&profile->certificate_path, scene->files.client_path);
    set(&profile->key_path, scene->client_key);
  }
  if (shown == STRANGER) {
    set(&profile->certificate_path, scene->stranger);
    set(&profile->key_path, scene->stranger_key);
  }
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

static const Certificate *
shown_leaf(const Check *check)
{
  return connection_info(check_connection(check))->peer_chain->pdata[0];
}

static void
assert_two_way(const Scene *scene, const PkiPair *server)
{
  g_autoptr(Transport) transport = transport_new();
  g_autoptr(Profile) profile = new_profile(scene, CERTIFICATE);
  g_autoptr(Check) check = run_check(transport, profile);
  const ConnectionInfo *info = connection_info(check_connection(check));
  for (guint i = 0; i < info->findings->len; i++)
    fprintf(stderr, "# %s\n", ((const Finding *)info->findings->pdata[i])->message);
  g_assert_cmpint(check_outcome(check), ==, CHECK_ONLINE);
  g_assert_cmpuint(info->findings->len, ==, 0);
  g_assert_true(check_session(check)->two_way);
  g_assert_cmpuint(info->peer_chain->len, ==, 2);
  g_assert_true(certificate_equal(shown_leaf(check), pki_pair_certificate(server)));
}

/* What becomes of a client: "" when it is let in, else the first finding. */
static void
assert_client(const Scene *scene, Shown shown, const char *user, const char *password,
              const char *expected)
{
  g_autoptr(Transport) transport = transport_new();
  g_autoptr(Profile) profile = new_profile(scene, shown);
  set(&profile->user_name, user);
  set(&profile->password, password);
  g_autoptr(Check) check = run_check(transport, profile);
  const GPtrArray *findings = connection_info(check_connection(check))->findings;
  const Finding *first = findings->len > 0 ? findings->pdata[0] : NULL;
  g_assert_cmpstr(first ? first->code : "", ==, expected);
  g_assert_cmpint(check_outcome(check), ==, *expected ? CHECK_FAILED : CHECK_ONLINE);
}

static void
assert_closed_to_strangers(const Scene *scene)
{
  assert_client(scene, NOTHING, NULL, NULL, "client-cert-required");
  assert_client(scene, STRANGER, NULL, NULL, "client-ca-unknown");
}

/* --- Brokers ---------------------------------------------------------------------------------- */

/* (transfer full) */
static Broker *
start_mosquitto(const Scene *scene, gboolean no_users)
{
  g_autofree char *folder = out_path(scene, "");
  g_autofree char *include = g_strdup_printf("include_dir %s", folder);
  g_autofree char *listens = g_strdup_printf("listen socket on port %u.", scene->port);
  const BrokerOptions options = {.extra = include, .no_users = no_users};
  Broker *broker = broker_start(&options);
  g_assert_true(broker_wait_log(broker, listens));
  return broker;
}

static void
test_mosquitto(Scene *scene, gconstpointer unused)
{
  if (!broker_available_or_skip())
    return;
  bundle(scene, "mosquitto", "");
  g_autoptr(Broker) broker G_GNUC_UNUSED = start_mosquitto(scene, FALSE);
  assert_two_way(scene, scene->files.server);
  assert_closed_to_strangers(scene);
}

/* The certificate is the user; a user name that a client gives counts for nothing. */
static void
test_mosquitto_certificate(Scene *scene, gconstpointer unused)
{
  if (!broker_available_or_skip())
    return;
  bundle(scene, "mosquitto", "--users certificate --bind 127.0.0.1");
  g_autoptr(Broker) broker = start_mosquitto(scene, TRUE);
  assert_two_way(scene, scene->files.server);
  g_assert_true(broker_wait_log(broker, "u'Client'"));
  assert_client(scene, CERTIFICATE, "admin", "word", "");
  g_autofree char *log = broker_log(broker);
  g_assert_null(strstr(log, "u'admin'"));
  assert_closed_to_strangers(scene);
}

static void
make_passwords(const Scene *scene)
{
  g_free(run(scene, "mosquitto_passwd -b -c passwd plant secret && chmod 644 passwd", 0));
}

/* Certificate and password, both. */
static void
test_mosquitto_file(Scene *scene, gconstpointer unused)
{
  if (!broker_available_or_skip())
    return;
  make_passwords(scene);
  bundle(scene, "mosquitto", "--users \"$PWD/passwd\"");
  g_autoptr(Broker) broker G_GNUC_UNUSED = start_mosquitto(scene, TRUE);
  assert_client(scene, CERTIFICATE, "plant", "secret", "");
  assert_client(scene, CERTIFICATE, "plant", "wrong", "mqtt-not-authorized");
  assert_client(scene, CERTIFICATE, NULL, NULL, "mqtt-not-authorized");
  assert_client(scene, NOTHING, "plant", "secret", "client-cert-required");
  assert_client(scene, STRANGER, "plant", "secret", "client-ca-unknown");
}

static void
test_mosquitto_one_way(Scene *scene, gconstpointer unused)
{
  if (!broker_available_or_skip())
    return;
  make_passwords(scene);
  bundle_for(scene, "mosquitto", "", "--users \"$PWD/passwd\"");
  g_autoptr(Broker) broker = start_mosquitto(scene, TRUE);
  assert_client(scene, NOTHING, "plant", "secret", "");
  assert_client(scene, NOTHING, "plant", "wrong", "mqtt-not-authorized");
  assert_client(scene, NOTHING, NULL, NULL, "mqtt-not-authorized");
  g_clear_pointer(&broker, broker_free);
  bundle_for(scene, "mosquitto", "", "--users anonymous");
  broker = start_mosquitto(scene, TRUE);
  assert_client(scene, NOTHING, NULL, NULL, "");
}

static void
test_mosquitto_anonymous(Scene *scene, gconstpointer unused)
{
  if (!broker_available_or_skip())
    return;
  bundle(scene, "mosquitto", "--users anonymous");
  g_autoptr(Broker) broker G_GNUC_UNUSED = start_mosquitto(scene, TRUE);
  assert_two_way(scene, scene->files.server);
  assert_closed_to_strangers(scene);
}

/* The closed door that the report warns of. */
static void
test_mosquitto_unsaid(Scene *scene, gconstpointer unused)
{
  if (!broker_available_or_skip())
    return;
  bundle(scene, "mosquitto", "");
  g_autoptr(Broker) broker G_GNUC_UNUSED = start_mosquitto(scene, TRUE);
  assert_client(scene, CERTIFICATE, NULL, NULL, "mqtt-not-authorized");
}

/* A renewal: the deploy hook writes over the old files and has mosquitto told, which serves the new
 * certificate from then on; before, inspect says that it still serves the old one. */
static void
test_mosquitto_renewed(Scene *scene, gconstpointer unused)
{
  if (!broker_available_or_skip())
    return;
  const char *build = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_canonicalize_filename("mqtrust", build ? build : NULL);
  const BundleStage later = {.now = scene->files.now + DAY};
  g_autoptr(PkiPair) renewed = bundle_stage_issue(&later, PKI_SERVER, PKI_KEY_ECDSA_P256,
                                                  "mqtt.test", scene->files.intermediate);
  bundle(scene, "mosquitto", "");
  g_autoptr(Broker) broker = start_mosquitto(scene, FALSE);
  assert_two_way(scene, scene->files.server);
  bundle_stage_archive(&scene->files, "mqtt.test", 1, renewed);
  bundle_stage_live(&scene->files, "mqtt.test", 1);
  g_autofree char *ask = g_strdup_printf("%s inspect --lineage mqtt.test --certbot-dir le "
                                         "--served-by localhost:%u",
                                         program, scene->port);
  g_autofree char *hook = g_strdup_printf(
      "RENEWED_LINEAGE=$PWD/le/live/mqtt.test %s bundle --deploy-hook --for mosquitto "
      "--client-ca ca.pem --port %u -o out --reload 'touch told'",
      program, scene->port);
  g_autofree char *before = run(scene, ask, 0);
  g_assert_nonnull(strstr(before, "file-stale-copy (server)"));
  g_free(run(scene, hook, 0));
  broker_reload(broker);
  assert_two_way(scene, renewed);
  g_autofree char *after = run(scene, ask, 0);
  g_assert_nonnull(strstr(after, "serves this certificate"));
  g_assert_null(strstr(after, "file-stale-copy"));
}

/* (transfer full) */
static RabbitMq *
start_rabbitmq(const Scene *scene, const char *config)
{
  const RabbitMqOptions options = {.tls_config = config, .port = scene->port, .user = "Client"};
  RabbitMq *rabbitmq = rabbitmq_start(&options);
  rabbitmq_wait(rabbitmq);
  return rabbitmq;
}

static void
test_rabbitmq(Scene *scene, gconstpointer unused)
{
  if (!rabbitmq_available_or_skip())
    return;
  bundle(scene, "rabbitmq", "--users certificate --bind 127.0.0.1");
  g_autofree char *config = out_path(scene, "rabbitmq.conf");
  g_autoptr(RabbitMq) rabbitmq G_GNUC_UNUSED = start_rabbitmq(scene, config);
  assert_two_way(scene, scene->files.server);
  assert_closed_to_strangers(scene);
}

/* TLS without a client's certificate; nobody has a password there, so nobody is let in. */
static void
test_rabbitmq_one_way(Scene *scene, gconstpointer unused)
{
  if (!rabbitmq_available_or_skip())
    return;
  bundle_for(scene, "rabbitmq", "", "--bind 127.0.0.1");
  g_autofree char *config = out_path(scene, "rabbitmq.conf");
  g_autoptr(RabbitMq) rabbitmq G_GNUC_UNUSED = start_rabbitmq(scene, config);
  assert_client(scene, NOTHING, "Client", "word", "mqtt-bad-credentials");
  assert_client(scene, CERTIFICATE, NULL, NULL, "mqtt-bad-credentials");
}

/* --- Stores ----------------------------------------------------------------------------------- */

static void
make_stores(const Scene *scene)
{
  g_free(bundle_stage_write(&scene->files, "word", "store-secret\n", 0600));
  bundle(scene, "hivemq", "--store-password-file word");
}

/* OpenSSL gives back the key and the chain that went in, and refuses another password. */
static void
test_stores_openssl(Scene *scene, gconstpointer unused)
{
  make_stores(scene);
  g_autofree char *leaf = run(scene,
                              "openssl pkcs12 -in out/keystore.p12 -passin pass:store-secret "
                              "-nokeys -clcerts | openssl x509",
                              0);
  g_autofree char *chain = run(scene,
                               "openssl pkcs12 -in out/keystore.p12 -passin pass:store-secret "
                               "-nokeys -cacerts | openssl x509",
                               0);
  g_autofree char *key = run(scene,
                             "openssl pkcs12 -in out/keystore.p12 -passin pass:store-secret "
                             "-nodes -nocerts | openssl pkey",
                             0);
  g_autofree char *ca = run(scene,
                            "openssl pkcs12 -in out/truststore.p12 -passin pass:store-secret "
                            "-nokeys | openssl x509",
                            0);
  g_autofree char *leaf_given = bundle_stage_read(&scene->files, "cert.pem");
  g_autofree char *chain_given = bundle_stage_read(&scene->files, "chain.pem");
  g_autofree char *key_given = run(scene, "openssl pkey -in server.key", 0);
  g_autofree char *ca_given = bundle_stage_read(&scene->files, "ca.pem");
  g_assert_cmpstr(leaf, ==, leaf_given);
  g_assert_cmpstr(chain, ==, chain_given);
  g_assert_cmpstr(key, ==, key_given);
  g_assert_cmpstr(ca, ==, ca_given);
  g_free(run(scene, "openssl pkcs12 -in out/keystore.p12 -passin pass:other -nokeys", 1));
  g_free(run(scene, "openssl pkcs12 -in out/truststore.p12 -passin pass:other -nokeys", 1));
}

static void
test_stores_java(Scene *scene, gconstpointer unused)
{
  g_autofree char *keytool = g_find_program_in_path("keytool");
  if (keytool == NULL) {
    g_test_skip("no keytool on this machine");
    return;
  }
  make_stores(scene);
  g_autofree char *keys =
      run(scene, "keytool -list -v -keystore out/keystore.p12 -storepass store-secret", 0);
  g_autofree char *trusted =
      run(scene, "keytool -list -keystore out/truststore.p12 -storepass store-secret", 0);
  g_assert_nonnull(strstr(keys, "Entry type: PrivateKeyEntry\nCertificate chain length: 2\n"));
  g_assert_nonnull(strstr(trusted, "Your keystore contains 1 entry"));
  g_assert_nonnull(strstr(trusted, "trustedCertEntry"));
}

/* --- Main ------------------------------------------------------------------------------------- */

#define ADD(name, function) ADD_KEY(name, PKI_KEY_ECDSA_P256, function)
#define ADD_KEY(name, key, function)                                                               \
  g_test_add("/live-bundle/" name, Scene, GINT_TO_POINTER(key), setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("mosquitto", test_mosquitto);
  ADD("mosquitto-renewed", test_mosquitto_renewed);
  ADD("mosquitto-certificate", test_mosquitto_certificate);
  ADD_KEY("mosquitto-certificate-rsa", PKI_KEY_RSA_2048, test_mosquitto_certificate);
  ADD("mosquitto-file", test_mosquitto_file);
  ADD("mosquitto-one-way", test_mosquitto_one_way);
  ADD_KEY("mosquitto-one-way-rsa", PKI_KEY_RSA_2048, test_mosquitto_one_way);
  ADD("mosquitto-anonymous", test_mosquitto_anonymous);
  ADD("mosquitto-unsaid", test_mosquitto_unsaid);
  ADD("rabbitmq", test_rabbitmq);
  ADD_KEY("rabbitmq-rsa", PKI_KEY_RSA_2048, test_rabbitmq);
  ADD("rabbitmq-one-way", test_rabbitmq_one_way);
  ADD("stores-openssl", test_stores_openssl);
  ADD("stores-java", test_stores_java);
  return g_test_run();
}
