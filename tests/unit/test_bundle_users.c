/* How each broker knows its clients, the listener's address, and what is left to do: every line
 * that these change, and what a broker cannot. */
#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "unit/bundle_stage.h"

#define NOW G_GINT64_CONSTANT(1800000000)

static void
setup(BundleStage *stage, gconstpointer unused)
{
  bundle_stage_init(stage, NOW, PKI_KEY_ECDSA_P256);
}

static void
teardown(BundleStage *stage, gconstpointer unused)
{
  bundle_stage_clear(stage);
}

static BundleRequest
request_for(const BundleStage *stage, BundleBroker broker, BundleUsers users)
{
  BundleRequest request = bundle_stage_request(stage, broker);
  request.users = users;
  request.users_path = users == BUNDLE_USERS_FILE ? "/etc/mqtt/passwd" : NULL;
  return request;
}

static BundleRequest
one_way(const BundleStage *stage, BundleBroker broker, BundleUsers users)
{
  BundleRequest request = request_for(stage, broker, users);
  request.client_ca_path = request.client_path = NULL;
  return request;
}

/* (transfer full): the configuration. */
static char *
text_of(const Bundle *bundle)
{
  static const char *const names[] = {"mosquitto.conf", "rabbitmq.conf", "nanomq.conf",
                                      "listener.conf",  "config.xml",    "form.txt"};
  g_assert_nonnull(bundle->files);
  for (guint i = 0; i < bundle->files->len; i++) {
    const BundleFile *file = bundle->files->pdata[i];
    gsize length;
    const char *bytes = g_bytes_get_data(file->bytes, &length);
    for (gsize k = 0; k < G_N_ELEMENTS(names); k++)
      if (g_str_equal(file->name, names[k]))
        return g_strndup(bytes, length);
  }
  g_assert_not_reached();
}

/* The configuration ends so. */
static void
assert_end(const BundleRequest *request, const char *expected)
{
  g_autoptr(Bundle) bundle = bundle_new(request);
  g_autofree char *text = text_of(bundle);
  if (!g_str_has_suffix(text, expected))
    g_error("\"%s\" is not the end of:\n%s", expected, text);
}

static void
assert_part(const BundleRequest *request, const char *part)
{
  g_autoptr(Bundle) bundle = bundle_new(request);
  g_autofree char *text = text_of(bundle);
  if (!strstr(text, part))
    g_error("\"%s\" is not in:\n%s", part, text);
}

static void
assert_without(const BundleRequest *request, const char *part)
{
  g_autoptr(Bundle) bundle = bundle_new(request);
  g_autofree char *text = text_of(bundle);
  if (strstr(text, part))
    g_error("\"%s\" is in:\n%s", part, text);
}

/* --- users ------------------------------------------------------------------------------------ */

static void
test_mosquitto(BundleStage *stage, gconstpointer unused)
{
  BundleRequest request = request_for(stage, BUNDLE_MOSQUITTO, BUNDLE_USERS_CERTIFICATE);
  assert_end(&request, "require_certificate true\n"
                       "tls_version tlsv1.2\n"
                       "# The certificate's common name is the user; no password is asked for.\n"
                       "use_identity_as_username true\n");
  request = request_for(stage, BUNDLE_MOSQUITTO, BUNDLE_USERS_FILE);
  assert_end(&request, "tls_version tlsv1.2\n"
                       "# Of all listeners, unless per_listener_settings is true. mosquitto\n"
                       "# takes one password_file: no other of its files may name one.\n"
                       "allow_anonymous false\n"
                       "password_file /etc/mqtt/passwd\n");
  request = request_for(stage, BUNDLE_MOSQUITTO, BUNDLE_USERS_ANONYMOUS);
  assert_end(&request, "tls_version tlsv1.2\n"
                       "# Every client with a certificate of client-ca.pem is let in,\n"
                       "# without a user. Of all listeners, unless per_listener_settings is true.\n"
                       "allow_anonymous true\n");
  request = one_way(stage, BUNDLE_MOSQUITTO, BUNDLE_USERS_ANONYMOUS);
  assert_part(&request, "# Every client is let in,\n");
  assert_without(&request, "use_identity_as_username");
}

static void
test_rabbitmq(BundleStage *stage, gconstpointer unused)
{
  BundleRequest request = request_for(stage, BUNDLE_RABBITMQ, BUNDLE_USERS_CERTIFICATE);
  assert_end(&request, "ssl_options.versions.2 = tlsv1.2\n"
                       "# The certificate's common name is the user, who must exist; the plugin\n"
                       "# rabbitmq_auth_mechanism_ssl is needed. Of all MQTT listeners.\n"
                       "mqtt.allow_anonymous = false\n"
                       "mqtt.ssl_cert_login = true\n"
                       "ssl_cert_login_from = common_name\n");
  request = request_for(stage, BUNDLE_RABBITMQ, BUNDLE_USERS_ANONYMOUS);
  assert_end(&request, "\nmqtt.allow_anonymous = true\n");
  request = one_way(stage, BUNDLE_RABBITMQ, BUNDLE_USERS_UNSAID);
  assert_end(&request, "# Clients need a user name and a password that RabbitMQ knows.\n");
}

static void
assert_rest(const BundleRequest *request, gboolean asked)
{
  g_autoptr(Bundle) bundle = bundle_new(request);
  const BundleFile *file = bundle->files->pdata[bundle->files->len - 1];
  g_autoptr(JsonParser) parser = json_parser_new();
  gsize length;
  const char *bytes = g_bytes_get_data(file->bytes, &length);
  g_assert_cmpstr(file->name, ==, "listener.json");
  g_assert_true(json_parser_load_from_data(parser, bytes, (gssize)length, NULL));
  JsonObject *body = json_node_get_object(json_parser_get_root(parser));
  g_assert_true(json_object_has_member(body, "enable_authn") == !asked);
  g_assert_true(asked || !json_object_get_boolean_member(body, "enable_authn"));
}

static void
test_emqx(BundleStage *stage, gconstpointer unused)
{
  BundleRequest request = request_for(stage, BUNDLE_EMQX, BUNDLE_USERS_CERTIFICATE);
  assert_part(&request,
              "# The certificate's common name is the user, on every listener of this zone.\n"
              "mqtt.peer_cert_as_username = cn\n"
              "listeners.ssl.default {\n"
              "  bind = \"0.0.0.0:8883\"\n"
              "  enable_authn = false\n"
              "  ssl_options {\n");
  assert_rest(&request, FALSE);
  request.users = BUNDLE_USERS_ANONYMOUS;
  assert_part(&request, "\n  enable_authn = false\n");
  assert_without(&request, "peer_cert_as_username");
  assert_rest(&request, FALSE);
  request.users = BUNDLE_USERS_UNSAID;
  assert_without(&request, "enable_authn");
  assert_rest(&request, TRUE);
}

/* What one broker can, another cannot. */
static void
test_fault(void)
{
  static const gboolean by_certificate[BUNDLE_BROKERS] = {
      [BUNDLE_MOSQUITTO] = TRUE, [BUNDLE_RABBITMQ] = TRUE, [BUNDLE_EMQX] = TRUE};
  for (int i = 0; i < BUNDLE_BROKERS; i++) {
    BundleBroker broker = (BundleBroker)i;
    g_autofree char *unsaid = bundle_users_fault(broker, BUNDLE_USERS_UNSAID, FALSE);
    g_autofree char *named = bundle_users_fault(broker, BUNDLE_USERS_CERTIFICATE, TRUE);
    g_autofree char *none = bundle_users_fault(broker, BUNDLE_USERS_CERTIFICATE, FALSE);
    g_autofree char *file = bundle_users_fault(broker, BUNDLE_USERS_FILE, TRUE);
    g_autofree char *anybody = bundle_users_fault(broker, BUNDLE_USERS_ANONYMOUS, FALSE);
    g_assert_null(unsaid);
    g_assert_true((named == NULL) == by_certificate[i]);
    g_assert_nonnull(strstr(none, "without a client CA"));
    g_assert_true((file == NULL) == (broker == BUNDLE_MOSQUITTO));
    g_assert_true((anybody == NULL) == (broker != BUNDLE_EMQX_CLOUD));
  }
}

/* --- what is left to do ----------------------------------------------------------------------- */

static void
assert_step(const BundleRequest *request, const char *part)
{
  g_autoptr(Bundle) bundle = bundle_new(request);
  for (guint i = 0; i < bundle->steps->len; i++)
    if (strstr(bundle->steps->pdata[i], part))
      return;
  g_error("no step says \"%s\"", part);
}

static void
assert_no_step(const BundleRequest *request, const char *part)
{
  g_autoptr(Bundle) bundle = bundle_new(request);
  g_assert_cmpuint(bundle->steps->len, >, 0);
  for (guint i = 0; i < bundle->steps->len; i++)
    g_assert_null(strstr(bundle->steps->pdata[i], part));
}

/* Nobody stands before a closed door, nor has an open one without knowing. */
static void
test_steps(BundleStage *stage, gconstpointer unused)
{
  BundleRequest request = request_for(stage, BUNDLE_MOSQUITTO, BUNDLE_USERS_UNSAID);
  assert_step(&request, "refuses every client as \"not authorised\". --users certificate");
  request = one_way(stage, BUNDLE_MOSQUITTO, BUNDLE_USERS_UNSAID);
  assert_no_step(&request, "--users certificate");
  request = request_for(stage, BUNDLE_MOSQUITTO, BUNDLE_USERS_CERTIFICATE);
  assert_no_step(&request, "not authorised");
  assert_step(&request, "restart it");
  request = request_for(stage, BUNDLE_MOSQUITTO, BUNDLE_USERS_FILE);
  assert_step(&request, "mosquitto_passwd /etc/mqtt/passwd NAME");
  request = request_for(stage, BUNDLE_EMQX, BUNDLE_USERS_UNSAID);
  assert_step(&request, "until then EMQX lets in every client with a certificate of the client");
  request = one_way(stage, BUNDLE_EMQX, BUNDLE_USERS_UNSAID);
  assert_step(&request, "until then EMQX lets in everybody.");
  request = request_for(stage, BUNDLE_RABBITMQ, BUNDLE_USERS_CERTIFICATE);
  assert_step(&request, "rabbitmq_mqtt rabbitmq_auth_mechanism_ssl.");
  request = request_for(stage, BUNDLE_NANOMQ, BUNDLE_USERS_ANONYMOUS);
  assert_step(&request, "does not say auth.allow_anonymous = false");
  request = one_way(stage, BUNDLE_HIVEMQ, BUNDLE_USERS_UNSAID);
  assert_step(&request, "lets in everybody; without any extension nobody");
  request = request_for(stage, BUNDLE_EMQX_CLOUD, BUNDLE_USERS_UNSAID);
  assert_step(&request, "Make a user and a password in the console");
}

/* With an error among the findings there is nothing to do at the broker. */
static void
test_no_steps(BundleStage *stage, gconstpointer unused)
{
  BundleRequest request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.key_path = stage->cert;
  g_autoptr(Bundle) bundle = bundle_new(&request);
  g_assert_null(bundle->files);
  g_assert_cmpuint(bundle->steps->len, ==, 0);
}

/* --- the address ------------------------------------------------------------------------------ */

static void
test_bind(BundleStage *stage, gconstpointer unused)
{
  static const struct {
    BundleBroker broker;
    const char *four, *six;
  } rows[] = {
      {BUNDLE_MOSQUITTO, "listener 8883 192.0.2.1\n", "listener 8883 2001:db8::1\n"},
      {BUNDLE_RABBITMQ, " = 192.0.2.1:8883\n", " = 2001:db8::1:8883\n"},
      {BUNDLE_NANOMQ, "bind = \"192.0.2.1:8883\"\n", "bind = \"[2001:db8::1]:8883\"\n"},
      {BUNDLE_EMQX, "bind = \"192.0.2.1:8883\"\n", "bind = \"[2001:db8::1]:8883\"\n"},
      {BUNDLE_HIVEMQ, "<bind-address>192.0.2.1<", "<bind-address>2001:db8::1<"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    BundleRequest request = bundle_stage_request(stage, rows[i].broker);
    request.bind = "192.0.2.1";
    assert_part(&request, rows[i].four);
    request.bind = "2001:db8::1";
    assert_part(&request, rows[i].six);
  }
}

static void
test_bind_words(void)
{
  static const struct {
    const char *text, *expected;
  } rows[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"2001:DB8:0::1", "2001:db8::1"},
      {"[::1]", "::1"},
      {"::", "::"},
      {"", NULL},
      {"[]", NULL},
      {"[192.0.2.1]", NULL},
      {"192.0.2", NULL},
      {"192.0.2.256", NULL},
      {"192.0.2.1:8883", NULL},
      {"localhost", NULL},
      {"fe80::1%eth0", NULL},
      {"::1 ", NULL},
      {"::1\nallow_anonymous true", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *found = bundle_bind_parse(rows[i].text);
    g_assert_cmpstr(found, ==, rows[i].expected);
  }
}

#define ADD(name, function)                                                                        \
  g_test_add("/bundle-users/" name, BundleStage, NULL, setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("mosquitto", test_mosquitto);
  ADD("rabbitmq", test_rabbitmq);
  ADD("emqx", test_emqx);
  ADD("steps", test_steps);
  ADD("no-steps", test_no_steps);
  ADD("bind", test_bind);
  g_test_add_func("/bundle-users/fault", test_fault);
  g_test_add_func("/bundle-users/bind-words", test_bind_words);
  return g_test_run();
}
