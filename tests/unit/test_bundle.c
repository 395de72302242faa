/* The broker's side: which files each broker gets, every line of its configuration, and what is
 * refused before anything is written. */
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

static void
print_findings(const Bundle *bundle)
{
  for (guint i = 0; i < bundle->findings->len; i++) {
    const Finding *finding = bundle->findings->pdata[i];
    g_test_message("%s %s: %s", finding_severity_name(finding->severity), finding->code,
                   finding->message);
  }
}

/* --- what is written -------------------------------------------------------------------------- */

static void
assert_files(const Bundle *bundle, const char *expected)
{
  GString *found = g_string_new(NULL);
  print_findings(bundle);
  g_assert_nonnull(bundle->files);
  for (guint i = 0; i < bundle->files->len; i++) {
    const BundleFile *file = bundle->files->pdata[i];
    g_string_append_printf(found, "%s%s%s", i > 0 ? " " : "", file->name, file->secret ? "*" : "");
  }
  g_assert_cmpstr(found->str, ==, expected);
  g_string_free(found, TRUE);
}

static char *
text_of(const Bundle *bundle, const char *name)
{
  for (guint i = 0; i < bundle->files->len; i++) {
    const BundleFile *file = bundle->files->pdata[i];
    gsize length;
    const char *bytes = g_bytes_get_data(file->bytes, &length);
    if (g_str_equal(file->name, name))
      return g_strndup(bytes, length);
  }
  g_assert_not_reached();
}

static void
assert_text(const Bundle *bundle, const char *name, const char *expected)
{
  g_autofree char *text = text_of(bundle, name);
  g_assert_cmpstr(text, ==, expected);
}

static void
assert_pem(const Bundle *bundle, const char *name, const PkiPair *first, const PkiPair *second)
{
  g_autofree char *a = certificate_to_pem(pki_pair_certificate(first));
  g_autofree char *b = second ? certificate_to_pem(pki_pair_certificate(second)) : g_strdup("");
  g_autofree char *both = g_strconcat(a, b, NULL);
  assert_text(bundle, name, both);
}

static void
assert_key(const BundleStage *stage, const Bundle *bundle)
{
  g_autofree char *key = bundle_stage_read(stage, "server.key");
  g_assert_true(g_str_has_prefix(key, "-----BEGIN PRIVATE KEY-----\n"));
  assert_text(bundle, "key.pem", key);
}

static Bundle *
make(const BundleStage *stage, BundleBroker broker)
{
  const BundleRequest request = bundle_stage_request(stage, broker);
  Bundle *bundle = bundle_new(&request);
  print_findings(bundle);
  g_assert_cmpuint(bundle->findings->len, ==, 0);
  return bundle;
}

static Bundle *
make_one_way(const BundleStage *stage, BundleBroker broker)
{
  BundleRequest request = bundle_stage_request(stage, broker);
  request.client_ca_path = request.client_path = NULL;
  return bundle_new(&request);
}

static void
test_emqx_cloud(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Bundle) bundle = make(stage, BUNDLE_EMQX_CLOUD);
  assert_files(bundle, "body.pem chain.pem key.pem* client-ca.pem form.txt");
  assert_pem(bundle, "body.pem", stage->server, NULL);
  assert_pem(bundle, "chain.pem", stage->intermediate, NULL);
  assert_pem(bundle, "client-ca.pem", stage->client_ca, NULL);
  assert_key(stage, bundle);
  assert_text(bundle, "form.txt",
              "EMQX Cloud, TLS/SSL configuration of a deployment: what goes where.\n\n"
              "TLS/SSL type             two-way\n"
              "Certificate body         body.pem\n"
              "Certificate chain        chain.pem\n"
              "Certificate private key  key.pem\n"
              "Client CA certificate    client-ca.pem\n\n"
              "A form without the field for the chain takes both in one: first body.pem, then "
              "chain.pem.\n");
}

/* A root issued it: there is no chain, and the form names no file that is not there. */
static void
test_emqx_cloud_no_chain(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) leaf =
      bundle_stage_issue(stage, PKI_SERVER, PKI_KEY_ECDSA_P256, "mqtt.test", stage->root);
  g_autofree char *cert = bundle_stage_write_certificate(stage, "direct.pem", leaf);
  g_autofree char *key = bundle_stage_write_key(stage, "direct.key", leaf, NULL);
  BundleRequest request = bundle_stage_request(stage, BUNDLE_EMQX_CLOUD);
  request.certificate_path = cert;
  request.chain_path = stage->root_path;
  request.key_path = key;
  request.client_ca_path = request.client_path = NULL;
  g_autoptr(Bundle) bundle = bundle_new(&request);
  assert_files(bundle, "body.pem key.pem* form.txt");
  assert_text(bundle, "form.txt",
              "EMQX Cloud, TLS/SSL configuration of a deployment: what goes where.\n\n"
              "TLS/SSL type             one-way\n"
              "Certificate body         body.pem\n"
              "Certificate chain        stays empty: a root issued it\n"
              "Certificate private key  key.pem\n");
}

static void
test_mosquitto(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Bundle) bundle = make(stage, BUNDLE_MOSQUITTO);
  g_autoptr(Bundle) one_way = make_one_way(stage, BUNDLE_MOSQUITTO);
  assert_files(bundle, "cert.pem key.pem* client-ca.pem mosquitto.conf");
  assert_pem(bundle, "cert.pem", stage->server, stage->intermediate);
  assert_pem(bundle, "client-ca.pem", stage->client_ca, NULL);
  assert_key(stage, bundle);
  assert_text(bundle, "mosquitto.conf",
              "# A listener with TLS, for mosquitto.conf or a file in conf.d.\n"
              "# mosquitto opens key.pem as the user that it runs as.\n"
              "listener 8883\n"
              "certfile /etc/mqtt/cert.pem\n"
              "keyfile /etc/mqtt/key.pem\n"
              "cafile /etc/mqtt/client-ca.pem\n"
              "require_certificate true\n"
              "tls_version tlsv1.2\n"
              "# mosquitto refuses every client as \"not authorised\" until it is told\n"
              "# who its users are, here or in another of its files, by one of these:\n"
              "#use_identity_as_username true\n"
              "#password_file /etc/mosquitto/passwd\n"
              "#allow_anonymous true\n");
  assert_files(one_way, "cert.pem key.pem* mosquitto.conf");
  assert_text(one_way, "mosquitto.conf",
              "# A listener with TLS, for mosquitto.conf or a file in conf.d.\n"
              "# mosquitto opens key.pem as the user that it runs as.\n"
              "listener 8883\n"
              "certfile /etc/mqtt/cert.pem\n"
              "keyfile /etc/mqtt/key.pem\n"
              "tls_version tlsv1.2\n"
              "# mosquitto refuses every client as \"not authorised\" until it is told\n"
              "# who its users are, here or in another of its files, by one of these:\n"
              "#password_file /etc/mosquitto/passwd\n"
              "#allow_anonymous true\n");
}

static void
test_rabbitmq(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Bundle) bundle = make(stage, BUNDLE_RABBITMQ);
  assert_files(bundle, "cert.pem key.pem* client-ca.pem rabbitmq.conf");
  assert_text(bundle, "rabbitmq.conf",
              "# MQTT over TLS, for rabbitmq.conf; the plugin rabbitmq_mqtt is needed.\n"
              "# ssl_options are those of every listener with TLS.\n"
              "mqtt.listeners.ssl.default = 8883\n"
              "ssl_options.certfile = /etc/mqtt/cert.pem\n"
              "ssl_options.keyfile = /etc/mqtt/key.pem\n"
              "ssl_options.cacertfile = /etc/mqtt/client-ca.pem\n"
              "ssl_options.verify = verify_peer\n"
              "ssl_options.fail_if_no_peer_cert = true\n"
              "ssl_options.versions.1 = tlsv1.3\n"
              "ssl_options.versions.2 = tlsv1.2\n"
              "# Clients need a user name and a password that RabbitMQ knows.\n"
              "# Instead of these, the certificate's name (needs the plugin\n"
              "# rabbitmq_auth_mechanism_ssl):\n"
              "#mqtt.ssl_cert_login = true\n"
              "#ssl_cert_login_from = common_name\n");
}

static void
test_nanomq(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Bundle) bundle = make(stage, BUNDLE_NANOMQ);
  assert_files(bundle, "cert.pem key.pem* client-ca.pem nanomq.conf");
  assert_text(bundle, "nanomq.conf",
              "# A listener with TLS, for nanomq.conf.\n"
              "listeners.ssl {\n"
              "  bind = \"0.0.0.0:8883\"\n"
              "  keyfile = \"/etc/mqtt/key.pem\"\n"
              "  certfile = \"/etc/mqtt/cert.pem\"\n"
              "  cacertfile = \"/etc/mqtt/client-ca.pem\"\n"
              "  verify_peer = true\n"
              "  fail_if_no_peer_cert = true\n"
              "}\n"
              "# Every client with a certificate of client-ca.pem is let in as long as\n"
              "# auth.allow_anonymous is true, which it is unless nanomq.conf says otherwise.\n");
}

static void
assert_member(JsonObject *object, const char *name, const char *expected)
{
  g_assert_cmpstr(json_object_get_string_member(object, name), ==, expected);
}

static void
assert_rest(const BundleStage *stage, const Bundle *bundle)
{
  g_autofree char *json = text_of(bundle, "listener.json"), *cert = text_of(bundle, "cert.pem");
  g_autofree char *key = bundle_stage_read(stage, "server.key"),
                  *ca = text_of(bundle, "client-ca.pem");
  g_autoptr(JsonParser) parser = json_parser_new();
  g_assert_true(json_parser_load_from_data(parser, json, -1, NULL));
  JsonObject *body = json_node_get_object(json_parser_get_root(parser));
  JsonObject *ssl = json_object_get_object_member(body, "ssl_options");
  assert_member(body, "id", "ssl:default");
  assert_member(body, "type", "ssl");
  assert_member(body, "bind", "0.0.0.0:8883");
  assert_member(ssl, "certfile", cert);
  assert_member(ssl, "keyfile", key);
  assert_member(ssl, "cacertfile", ca);
  assert_member(ssl, "verify", "verify_peer");
  g_assert_true(json_object_get_boolean_member(ssl, "fail_if_no_peer_cert"));
}

static void
test_emqx(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Bundle) bundle = make(stage, BUNDLE_EMQX);
  assert_files(bundle, "cert.pem key.pem* client-ca.pem listener.conf listener.json*");
  assert_text(bundle, "listener.conf",
              "# A listener with TLS, for emqx.conf.\n"
              "# Every client with a certificate of client-ca.pem is let in, until EMQX has an\n"
              "# authentication (in its dashboard, or in emqx.conf).\n"
              "listeners.ssl.default {\n"
              "  bind = \"0.0.0.0:8883\"\n"
              "  ssl_options {\n"
              "    certfile = \"/etc/mqtt/cert.pem\"\n"
              "    keyfile = \"/etc/mqtt/key.pem\"\n"
              "    cacertfile = \"/etc/mqtt/client-ca.pem\"\n"
              "    verify = verify_peer\n"
              "    fail_if_no_peer_cert = true\n"
              "    versions = [\"tlsv1.3\", \"tlsv1.2\"]\n"
              "  }\n"
              "}\n");
  assert_rest(stage, bundle);
}

static void
test_hivemq(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Bundle) bundle = make(stage, BUNDLE_HIVEMQ);
  assert_files(bundle, "keystore.p12* truststore.p12 config.xml*");
  g_autofree char *config = text_of(bundle, "config.xml");
  g_assert_nonnull(strstr(config, "        <keystore>\n"
                                  "          <path>/etc/mqtt/keystore.p12</path>\n"
                                  "          <password>secret</password>\n"
                                  "          <private-key-password>secret</private-key-password>\n"
                                  "        </keystore>\n"
                                  "        <truststore>\n"
                                  "          <path>/etc/mqtt/truststore.p12</path>\n"
                                  "          <password>secret</password>\n"
                                  "        </truststore>\n"));
  g_assert_nonnull(strstr(config, "<client-authentication-mode>REQUIRED<"));
}

/* --- what is mended --------------------------------------------------------------------------- */

/* Any order, the root in it, a stranger, an encrypted key: what is written is right. */
static void
test_mended(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *a = bundle_stage_read(stage, "root.pem"),
                  *b = bundle_stage_read(stage, "ca.pem");
  g_autofree char *c = bundle_stage_read(stage, "chain.pem");
  g_autofree char *d = bundle_stage_read(stage, "cert.pem");
  g_autofree char *all = g_strconcat(a, b, c, d, NULL);
  g_autofree char *path = bundle_stage_write(stage, "all.pem", all, 0644);
  g_autofree char *key = bundle_stage_write_key(stage, "locked.key", stage->server, "word");
  BundleRequest request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.certificate_path = path;
  request.chain_path = NULL;
  request.key_path = key;
  request.password = "word";
  g_autoptr(Bundle) bundle = bundle_new(&request);
  assert_files(bundle, "cert.pem key.pem* client-ca.pem mosquitto.conf");
  assert_pem(bundle, "cert.pem", stage->server, stage->intermediate);
  assert_key(stage, bundle);
  static const char *const codes[] = {"chain-unrelated", "chain-includes-root",
                                      "chain-wrong-order"};
  g_assert_cmpuint(bundle->findings->len, ==, 3);
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
    const Finding *finding = bundle->findings->pdata[i];
    g_assert_cmpstr(finding->code, ==, codes[i]);
    g_assert_cmpint(finding->severity, ==, FINDING_INFO);
    g_assert_cmpstr(finding->file, ==, path);
  }
}

/* --- what is refused -------------------------------------------------------------------------- */

/* One error of this code, about this file; nothing to be written. */
static void
assert_refused(const BundleRequest *request, const char *code, const char *file, const char *part)
{
  g_autoptr(Bundle) bundle = bundle_new(request);
  const Finding *error = NULL;
  print_findings(bundle);
  g_assert_null(bundle->files);
  for (guint i = 0; i < bundle->findings->len; i++) {
    const Finding *finding = bundle->findings->pdata[i];
    if (finding->severity != FINDING_ERROR)
      continue;
    g_assert_null(error);
    error = finding;
  }
  g_assert_nonnull(error);
  g_assert_cmpstr(error->code, ==, code);
  g_assert_cmpstr(error->file, ==, file);
  g_assert_nonnull(strstr(error->message, part));
  g_assert_cmpstr(error->remedy, !=, "");
}

static void
test_files(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *none = g_build_filename(stage->folder, "none", NULL);
  g_autofree char *empty = bundle_stage_write(stage, "empty", "", 0600);
  g_autofree char *locked = bundle_stage_write_key(stage, "locked.key", stage->server, "word");
  BundleRequest request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.key_path = none;
  assert_refused(&request, "file-missing", none, "does not exist");
  request.key_path = stage->cert;
  assert_refused(&request, "file-wrong-kind", stage->cert, "a private key is needed");
  request.key_path = locked;
  assert_refused(&request, "key-password-needed", locked, "protected by a password");
  request.password = "other";
  assert_refused(&request, "key-password-wrong", locked, "does not open");
  request.key_path = NULL;
  assert_refused(&request, "file-wrong-kind", stage->cert, "holds no private key");
  request.key_path = "pkcs11:token=x;object=y";
  assert_refused(&request, "file-wrong-kind", "pkcs11:token=x;object=y", "key on a token");
  request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.chain_path = empty;
  assert_refused(&request, "file-empty", empty, "is empty");
  request.chain_path = stage->key;
  assert_refused(&request, "file-wrong-kind", stage->key, "a certificate is needed");
  request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.client_ca_path = none;
  assert_refused(&request, "file-missing", none, "does not exist");
}

static void
test_key_mismatch(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *key = bundle_stage_write_key(stage, "client.key", stage->client, NULL);
  BundleRequest request = bundle_stage_request(stage, BUNDLE_RABBITMQ);
  request.key_path = key;
  assert_refused(&request, "key-mismatch", key, "not the one of \"mqtt.test\"");
}

static void
test_wrong_chain(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) twin =
      bundle_stage_issue(stage, PKI_INTERMEDIATE, PKI_KEY_ECDSA_P256, "Server CA", stage->root);
  g_autofree char *other = bundle_stage_write_certificate(stage, "twin.pem", twin);
  BundleRequest request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.chain_path = other;
  assert_refused(&request, "issuer-key-differs", other, "another key than the one that signed it");
  request.chain_path = stage->ca;
  assert_refused(&request, "chain-gap", stage->ca, "was issued by \"Server CA\"");
  request = bundle_stage_request(stage, BUNDLE_EMQX_CLOUD);
  request.chain_path = NULL;
  assert_refused(&request, "chain-leaf-only", stage->cert, "EMQX Cloud wants the intermediate");
  request.certificate_path = stage->chain;
  assert_refused(&request, "file-wrong-role", stage->chain, "only certificates of CAs");
}

/* Elsewhere it is a warning: the issuer may be the root itself. */
static void
test_leaf_only(BundleStage *stage, gconstpointer unused)
{
  BundleRequest request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.chain_path = NULL;
  g_autoptr(Bundle) bundle = bundle_new(&request);
  g_assert_nonnull(bundle->files);
  g_assert_cmpuint(bundle->findings->len, ==, 1);
  g_assert_cmpstr(((const Finding *)bundle->findings->pdata[0])->code, ==, "chain-leaf-only");
}

/* One CA for both sides: its root is there, as the client CA, and clients have it anyway. */
static void
test_leaf_of_client_ca(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) server =
      bundle_stage_issue(stage, PKI_SERVER, PKI_KEY_ECDSA_P256, "mqtt.test", stage->client_ca);
  g_autofree char *cert = bundle_stage_write_certificate(stage, "own.pem", server);
  g_autofree char *key = bundle_stage_write_key(stage, "own.key", server, NULL);
  BundleRequest request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.certificate_path = cert;
  request.key_path = key;
  request.chain_path = NULL;
  g_autoptr(Bundle) bundle = bundle_new(&request);
  g_assert_nonnull(bundle->files);
  g_assert_cmpuint(bundle->findings->len, ==, 0);
  request.broker = BUNDLE_EMQX_CLOUD;
  assert_refused(&request, "chain-leaf-only", cert, "is in the file of the client CA alone");
}

static void
test_dates(BundleStage *stage, gconstpointer unused)
{
  BundleRequest request = bundle_stage_request(stage, BUNDLE_EMQX_CLOUD);
  request.now = NOW + 19 * DAY; /* 29 days of the 90 are over */
  g_autoptr(Bundle) early = bundle_new(&request);
  g_assert_nonnull(early->files);
  g_assert_cmpuint(early->findings->len, ==, 0);
  request.now = NOW + 20 * DAY;
  g_autoptr(Bundle) last = bundle_new(&request);
  g_assert_nonnull(last->files);
  request.now++;
  assert_refused(&request, "expires-soon", stage->cert, "in 59 days");
  request.now = NOW + 21 * DAY; /* 31 */
  assert_refused(&request, "expires-soon", stage->cert,
                 "in 59 days, and EMQX Cloud imports no certificate that has less than 60 days");
  request.broker = BUNDLE_MOSQUITTO;
  g_autoptr(Bundle) other = bundle_new(&request);
  g_assert_nonnull(other->files);
  request.now = NOW + 81 * DAY;
  assert_refused(&request, "leaf-expired", stage->cert, "expired");
  request.now = NOW - 11 * DAY;
  request.client_ca_path = request.client_path = request.chain_path = NULL;
  assert_refused(&request, "leaf-not-yet-valid", stage->cert, "mqtt.test");
}

static void
test_name(BundleStage *stage, gconstpointer unused)
{
  BundleRequest request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.hostname = "mqtt.test";
  g_autoptr(Bundle) bundle = bundle_new(&request);
  g_assert_nonnull(bundle->files);
  request.hostname = "broker.example.com";
  assert_refused(&request, "name-mismatch", stage->cert, "broker.example.com");
}

static void
test_client_ca(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) stranger_ca =
      bundle_stage_issue(stage, PKI_ROOT, PKI_KEY_ECDSA_P256, "Another CA", NULL);
  g_autoptr(PkiPair) twin =
      bundle_stage_issue(stage, PKI_ROOT, PKI_KEY_ECDSA_P256, "Client CA", NULL);
  g_autofree char *other = bundle_stage_write_certificate(stage, "other-ca.pem", stranger_ca);
  g_autofree char *same = bundle_stage_write_certificate(stage, "twin-ca.pem", twin);
  g_autofree char *cert = bundle_stage_read(stage, "cert.pem");
  g_autofree char *chain = bundle_stage_read(stage, "chain.pem");
  g_autofree char *text = g_strconcat(cert, chain, NULL);
  g_autofree char *both = bundle_stage_write(stage, "both.pem", text, 0644);
  BundleRequest request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.client_ca_path = other;
  assert_refused(&request, "client-ca-unknown", stage->client_path, "holds only \"Another CA\"");
  request.client_ca_path = same;
  assert_refused(&request, "anchor-same-name", stage->client_path, "Client CA");
  request.client_path = NULL;
  request.client_ca_path = stage->cert;
  assert_refused(&request, "file-wrong-role", stage->cert, "is no certificate of a CA");
  request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.client_path = both;
  request.client_ca_path = stage->root_path;
  assert_refused(&request, "client-usage-missing", both, "clientAuth is needed");
}

/* NanoMQ with such a CA serves nobody; the others do not mind. */
static void
test_client_ed25519(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) ca = bundle_stage_issue(stage, PKI_ROOT, PKI_KEY_ED25519, "Ed CA", NULL);
  g_autoptr(PkiPair) client =
      bundle_stage_issue(stage, PKI_CLIENT, PKI_KEY_ED25519, "Ed", stage->client_ca);
  g_autofree char *ca_path = bundle_stage_write_certificate(stage, "ed-ca.pem", ca);
  g_autofree char *path = bundle_stage_write_certificate(stage, "ed.pem", client);
  BundleRequest request = bundle_stage_request(stage, BUNDLE_NANOMQ);
  request.client_path = path;
  assert_refused(&request, "key-type-refused", path, "it would refuse this client");
  request.client_path = NULL;
  request.client_ca_path = ca_path;
  assert_refused(&request, "key-type-refused", ca_path, "it would refuse every client");
  request.broker = BUNDLE_MOSQUITTO;
  g_autoptr(Bundle) bundle = bundle_new(&request);
  g_assert_nonnull(bundle->files);
}

static void
test_client_ca_dates(BundleStage *stage, gconstpointer unused)
{
  const BundleStage past = {.now = NOW - 1001 * DAY};
  g_autoptr(PkiPair) old = bundle_stage_issue(&past, PKI_ROOT, PKI_KEY_ECDSA_P256, "Old CA", NULL);
  g_autofree char *path = bundle_stage_write_certificate(stage, "old-ca.pem", old);
  BundleRequest request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.client_path = NULL;
  request.client_ca_path = path;
  assert_refused(&request, "anchor-expired", path, "so that the broker refuses every client");
}

static void
test_client_intermediate(BundleStage *stage, gconstpointer unused)
{
  BundleRequest request = bundle_stage_request(stage, BUNDLE_EMQX);
  request.client_path = NULL;
  request.client_ca_path = stage->chain;
  g_autoptr(Bundle) bundle = bundle_new(&request);
  g_assert_nonnull(bundle->files);
  g_assert_cmpuint(bundle->findings->len, ==, 1);
  g_assert_cmpstr(((const Finding *)bundle->findings->pdata[0])->code, ==, "anchor-intermediate");
}

/* --- keys ------------------------------------------------------------------------------------- */

typedef struct {
  BundleBroker broker;
  FindingSeverity severity; /* FINDING_INFO: no finding */
} KeyRule;

static void
test_ed25519(void)
{
  static const KeyRule rules[] = {
      {BUNDLE_EMQX_CLOUD, FINDING_ERROR}, {BUNDLE_EMQX, FINDING_WARNING},
      {BUNDLE_MOSQUITTO, FINDING_INFO},   {BUNDLE_NANOMQ, FINDING_ERROR},
      {BUNDLE_RABBITMQ, FINDING_WARNING}, {BUNDLE_HIVEMQ, FINDING_WARNING}};
  BundleStage stage;
  bundle_stage_init(&stage, NOW, PKI_KEY_ED25519);
  for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
    const BundleRequest request = bundle_stage_request(&stage, rules[i].broker);
    g_autoptr(Bundle) bundle = bundle_new(&request);
    print_findings(bundle);
    g_assert_true((bundle->files == NULL) == (rules[i].severity == FINDING_ERROR));
    g_assert_cmpuint(bundle->findings->len, ==, rules[i].severity != FINDING_INFO);
    const Finding *finding = bundle->findings->len > 0 ? bundle->findings->pdata[0] : NULL;
    g_assert_cmpstr(finding ? finding->code : "", ==,
                    rules[i].severity != FINDING_INFO ? "key-type-refused" : "");
    g_assert_true(!finding || finding->severity == rules[i].severity);
  }
  bundle_stage_clear(&stage);
}

static void
test_rsa(void)
{
  BundleStage stage;
  bundle_stage_init(&stage, NOW, PKI_KEY_RSA_2048);
  for (int broker = 0; broker < BUNDLE_BROKERS; broker++) {
    g_autoptr(Bundle) bundle = make(&stage, (BundleBroker)broker);
    g_assert_nonnull(bundle->files);
  }
  bundle_stage_clear(&stage);
}

/* RSA of 3072 bits, P-384: EMQX Cloud's form names the sizes, the others take any. */
static void
test_sizes(BundleStage *stage, gconstpointer unused)
{
  static const struct {
    PkiKeyType type;
    gboolean cloud;
  } rows[] = {{PKI_KEY_ECDSA_P384, TRUE}, {PKI_KEY_RSA_3072, FALSE}};
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PkiPair) ca =
        bundle_stage_issue(stage, PKI_INTERMEDIATE, rows[i].type, "Sized CA", stage->root);
    g_autoptr(PkiPair) leaf = bundle_stage_issue(stage, PKI_SERVER, rows[i].type, "mqtt.test", ca);
    g_autofree char *chain = bundle_stage_write_certificate(stage, "sized-ca.pem", ca);
    g_autofree char *cert = bundle_stage_write_certificate(stage, "sized.pem", leaf);
    g_autofree char *key = bundle_stage_write_key(stage, "sized.key", leaf, NULL);
    for (int broker = 0; broker < BUNDLE_BROKERS; broker++) {
      BundleRequest request = bundle_stage_request(stage, (BundleBroker)broker);
      request.certificate_path = cert;
      request.chain_path = chain;
      request.key_path = key;
      if (broker == BUNDLE_EMQX_CLOUD && !rows[i].cloud) {
        assert_refused(&request, "key-type-refused", cert, "takes only RSA keys of 1024 or 2048");
        continue;
      }
      g_autoptr(Bundle) bundle = bundle_new(&request);
      g_assert_nonnull(bundle->files);
      g_assert_cmpuint(bundle->findings->len, ==, 0);
    }
  }
}

/* A leaf of ECDSA below a CA of RSA: EMQX Cloud alone refuses it. */
static void
test_issuer_of_other_type(void)
{
  BundleStage stage;
  bundle_stage_init(&stage, NOW, PKI_KEY_RSA_2048);
  g_autoptr(PkiPair) leaf =
      bundle_stage_issue(&stage, PKI_SERVER, PKI_KEY_ECDSA_P256, "mqtt.test", stage.intermediate);
  g_autofree char *cert = bundle_stage_write_certificate(&stage, "ec.pem", leaf);
  g_autofree char *key = bundle_stage_write_key(&stage, "ec.key", leaf, NULL);
  BundleRequest request = bundle_stage_request(&stage, BUNDLE_EMQX_CLOUD);
  request.certificate_path = cert;
  request.key_path = key;
  assert_refused(&request, "key-type-refused", cert, "wants both of one type");
  request.broker = BUNDLE_EMQX;
  g_autoptr(Bundle) bundle = bundle_new(&request);
  g_assert_cmpuint(bundle->findings->len, ==, 0);
  bundle_stage_clear(&stage);
}

/* --- words ------------------------------------------------------------------------------------ */

static void
test_words(void)
{
  BundleBroker broker;
  for (int i = 0; i < BUNDLE_BROKERS; i++) {
    g_assert_true(bundle_broker_parse(bundle_broker_word((BundleBroker)i), &broker));
    g_assert_cmpint(broker, ==, i);
  }
  g_assert_false(bundle_broker_parse("EMQX", &broker));
  g_assert_null(bundle_folder_fault("/etc/mosquitto/certs and keys/ü"));
  static const char *const bad[] = {"/a\"b", "/a\nb", "/a#b",  "/a\\b",
                                    "/a'b",  "/a ",   "/\xff", "/$x"};
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
    g_assert_nonnull(bundle_folder_fault(bad[i]));
}

#define ADD(name, function)                                                                        \
  g_test_add("/bundle/" name, BundleStage, NULL, setup, function, teardown)

/* --- what clients must trust ------------------------------------------------------------------ */

static void
assert_root(const BundleRequest *request, const char *root, gboolean is_public, const char *file)
{
  g_autoptr(Bundle) bundle = bundle_new(request);
  print_findings(bundle);
  g_assert_cmpstr(bundle->root, ==, root);
  g_assert_cmpint(bundle->root_is_public, ==, is_public);
  g_assert_cmpstr(bundle->root_file, ==, file);
}

static void
test_root(BundleStage *stage, gconstpointer unused)
{
  const char *root = certificate_subject_label(pki_pair_certificate(stage->root));
  BundleRequest request = bundle_stage_request(stage, BUNDLE_MOSQUITTO);
  request.known = NULL;
  assert_root(&request, root, FALSE, NULL);
  /* In the chain's file, though it is not written. */
  g_autofree char *middle = certificate_to_pem(pki_pair_certificate(stage->intermediate));
  g_autofree char *top = certificate_to_pem(pki_pair_certificate(stage->root));
  g_autofree char *both = g_strconcat(middle, top, NULL);
  g_autofree char *chain = bundle_stage_write(stage, "both.pem", both, 0644);
  request.chain_path = chain;
  assert_root(&request, root, FALSE, chain);
  /* The same CA issues the clients' certificates. */
  request.chain_path = stage->chain;
  request.client_ca_path = stage->root_path;
  request.client_path = NULL;
  assert_root(&request, root, FALSE, stage->root_path);
  g_autoptr(Anchors) known = anchors_load_file(stage->root_path, NULL);
  request.known = known;
  assert_root(&request, root, TRUE, NULL);
  request.chain_path = chain;
  assert_root(&request, root, TRUE, NULL);
  request.certificate_path = "/nowhere/cert.pem";
  assert_root(&request, NULL, FALSE, NULL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("root", test_root);
  ADD("emqx-cloud", test_emqx_cloud);
  ADD("emqx-cloud-no-chain", test_emqx_cloud_no_chain);
  ADD("mosquitto", test_mosquitto);
  ADD("rabbitmq", test_rabbitmq);
  ADD("nanomq", test_nanomq);
  ADD("emqx", test_emqx);
  ADD("hivemq", test_hivemq);
  ADD("mended", test_mended);
  ADD("files", test_files);
  ADD("key-mismatch", test_key_mismatch);
  ADD("wrong-chain", test_wrong_chain);
  ADD("leaf-only", test_leaf_only);
  ADD("leaf-of-client-ca", test_leaf_of_client_ca);
  ADD("dates", test_dates);
  ADD("name", test_name);
  ADD("client-ca", test_client_ca);
  ADD("client-ed25519", test_client_ed25519);
  ADD("client-ca-dates", test_client_ca_dates);
  ADD("client-intermediate", test_client_intermediate);
  ADD("sizes", test_sizes);
  g_test_add_func("/bundle/ed25519", test_ed25519);
  g_test_add_func("/bundle/rsa", test_rsa);
  g_test_add_func("/bundle/issuer-of-other-type", test_issuer_of_other_type);
  g_test_add_func("/bundle/words", test_words);
  return g_test_run();
}
