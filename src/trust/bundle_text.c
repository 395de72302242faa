/* The text of each broker's configuration. Paths are such that they need no quoting
 * (bundle_folder_fault()).
 *
 * What each key means was looked up, and where it says so tried, in:
 *   mosquitto 2.0.11 (tried) and conf.c, handle_connect.c of 2.0.20
 *   RabbitMQ 3.10.8 (tried) and the schemas and rabbit_mqtt_processor.erl of 4.2
 *   NanoMQ 0.25.3 (tried, with Mbed TLS) and NanoNNG's conf_ver2.c
 *   EMQX 6.1: emqx_schema.erl (listeners, mqtt, ssl_options), emqx_channel.erl,
 *     emqx_mgmt_api_listeners.erl; the text was parsed by its own parser, emqx/hocon
 *   HiveMQ CE 2024.1, 2025.1, 2026.5: config.xsd (validates); SslUtil.java opens the stores as JKS,
 *     which for Java is PKCS#12, too (tried with OpenJDK 17)
 *   EMQX Cloud: its documentation of the dedicated plan's TLS/SSL configuration */
#include "config.h"

#include "trust/bundle_private.h"

#include <string.h>

#include "util/json_writer.h"
#include "util/secret.h"

/* Bytes of what is the same in every such text, and more. */
#define REST_SIZE 4096
#define XML_SIZE 4096
#define XML_ESCAPE_MAX 6 /* bytes that one of a text may become */

static char *
path_of(const BundleText *text, const char *name)
{
  return g_build_filename(text->request->folder, name, NULL);
}

/* Takes `value`. */
static void
add_line(GString *out, const char *format, char *value)
{
  g_autofree char *owned = value;
  g_string_append_printf(out, "%s%s\n", format, owned);
}

/* Takes `value`: `name = "value"`. */
static void
add_quoted(GString *out, const char *name, char *value)
{
  g_autofree char *owned = value;
  g_string_append_printf(out, "%s = \"%s\"\n", name, owned);
}

/* (transfer full): "192.0.2.1:8883", "[2001:db8::1]:8883"; `all` where no address was given. */
static char *
endpoint(const BundleText *text, const char *all)
{
  const BundleRequest *request = text->request;
  const char *bind = request->bind ? request->bind : all;
  return g_strdup_printf(strchr(bind, ':') ? "[%s]:%u" : "%s:%u", bind, request->port);
}

/* --- EMQX Cloud ------------------------------------------------------------------------------- */

char *
bundle_text_form(const BundleText *text)
{
  GString *out =
      g_string_new("EMQX Cloud, TLS/SSL configuration of a deployment: what goes where.\n\n");
  g_string_append_printf(out, "TLS/SSL type             %s\n",
                         text->two_way ? "two-way" : "one-way");
  g_string_append_printf(out,
                         "Certificate body         body.pem\n"
                         "Certificate chain        %s\n"
                         "Certificate private key  key.pem\n",
                         text->chain ? "chain.pem" : "stays empty: a root issued it");
  if (text->two_way)
    g_string_append(out, "Client CA certificate    client-ca.pem\n");
  if (text->chain)
    g_string_append(out,
                    "\nA form without the field for the chain takes both in one: first body.pem, "
                    "then chain.pem.\n");
  return g_string_free(out, FALSE);
}

/* --- mosquitto -------------------------------------------------------------------------------- */

static void
add_mosquitto_users(GString *out, const BundleText *text)
{
  switch (text->request->users) {
  case BUNDLE_USERS_CERTIFICATE:
    g_string_append(out, "# The certificate's common name is the user; no password is asked for.\n"
                         "use_identity_as_username true\n");
    return;
  case BUNDLE_USERS_FILE:
    g_string_append(out, "# Of all listeners, unless per_listener_settings is true. mosquitto\n"
                         "# takes one password_file: no other of its files may name one.\n"
                         "allow_anonymous false\n");
    g_string_append_printf(out, "password_file %s\n", text->request->users_path);
    return;
  case BUNDLE_USERS_ANONYMOUS:
    g_string_append_printf(out,
                           "# Every client%s is let in,\n"
                           "# without a user. Of all listeners, unless per_listener_settings is "
                           "true.\n"
                           "allow_anonymous true\n",
                           text->two_way ? " with a certificate of client-ca.pem" : "");
    return;
  default:
    g_string_append(out,
                    "# mosquitto refuses every client as \"not authorised\" until it is told\n"
                    "# who its users are, here or in another of its files, by one of these:\n");
    if (text->two_way)
      g_string_append(out, "#use_identity_as_username true\n");
    g_string_append(out, "#password_file /etc/mosquitto/passwd\n#allow_anonymous true\n");
  }
}

char *
bundle_text_mosquitto(const BundleText *text)
{
  const BundleRequest *request = text->request;
  GString *out = g_string_new("# A listener with TLS, for mosquitto.conf or a file in conf.d.\n"
                              "# mosquitto opens key.pem as the user that it runs as.\n");
  g_string_append_printf(out, "listener %u%s%s\n", request->port, request->bind ? " " : "",
                         request->bind ? request->bind : "");
  add_line(out, "certfile ", path_of(text, "cert.pem"));
  add_line(out, "keyfile ", path_of(text, "key.pem"));
  if (text->two_way) {
    add_line(out, "cafile ", path_of(text, "client-ca.pem"));
    g_string_append(out, "require_certificate true\n");
  }
  g_string_append(out, "tls_version tlsv1.2\n");
  add_mosquitto_users(out, text);
  return g_string_free(out, FALSE);
}

/* --- RabbitMQ --------------------------------------------------------------------------------- */

/* A certificate without a common name would be anonymous, so nobody is where users are wanted. */
static void
add_rabbitmq_users(GString *out, const BundleText *text)
{
  switch (text->request->users) {
  case BUNDLE_USERS_CERTIFICATE:
    g_string_append(out, "# The certificate's common name is the user, who must exist; the plugin\n"
                         "# rabbitmq_auth_mechanism_ssl is needed. Of all MQTT listeners.\n"
                         "mqtt.allow_anonymous = false\n"
                         "mqtt.ssl_cert_login = true\n"
                         "ssl_cert_login_from = common_name\n");
    return;
  case BUNDLE_USERS_ANONYMOUS:
    g_string_append_printf(out,
                           "# Every client%s is let in, as the user\n"
                           "# guest (who may come from this machine only) or another that is\n"
                           "# named. Of all MQTT listeners.\n"
                           "mqtt.allow_anonymous = true\n",
                           text->two_way ? " with a certificate of client-ca.pem" : "");
    return;
  default:
    g_string_append(out, "# Clients need a user name and a password that RabbitMQ knows.\n");
    if (text->two_way)
      g_string_append(out, "# Instead of these, the certificate's name (needs the plugin\n"
                           "# rabbitmq_auth_mechanism_ssl):\n"
                           "#mqtt.ssl_cert_login = true\n"
                           "#ssl_cert_login_from = common_name\n");
  }
}

char *
bundle_text_rabbitmq(const BundleText *text)
{
  const BundleRequest *request = text->request;
  GString *out =
      g_string_new("# MQTT over TLS, for rabbitmq.conf; the plugin rabbitmq_mqtt is needed.\n"
                   "# ssl_options are those of every listener with TLS.\n");
  g_string_append_printf(out, "mqtt.listeners.ssl.default = %s%s%u\n",
                         request->bind ? request->bind : "", request->bind ? ":" : "",
                         request->port);
  add_line(out, "ssl_options.certfile = ", path_of(text, "cert.pem"));
  add_line(out, "ssl_options.keyfile = ", path_of(text, "key.pem"));
  if (text->two_way) {
    add_line(out, "ssl_options.cacertfile = ", path_of(text, "client-ca.pem"));
    g_string_append(out, "ssl_options.verify = verify_peer\n"
                         "ssl_options.fail_if_no_peer_cert = true\n");
  } else {
    g_string_append(out, "ssl_options.verify = verify_none\n"
                         "ssl_options.fail_if_no_peer_cert = false\n");
  }
  g_string_append(out, "ssl_options.versions.1 = tlsv1.3\n"
                       "ssl_options.versions.2 = tlsv1.2\n");
  add_rabbitmq_users(out, text);
  return g_string_free(out, FALSE);
}

/* --- NanoMQ ----------------------------------------------------------------------------------- */

char *
bundle_text_nanomq(const BundleText *text)
{
  GString *out = g_string_new("# A listener with TLS, for nanomq.conf.\nlisteners.ssl {\n");
  add_quoted(out, "  bind", endpoint(text, "0.0.0.0"));
  add_quoted(out, "  keyfile", path_of(text, "key.pem"));
  add_quoted(out, "  certfile", path_of(text, "cert.pem"));
  if (text->two_way)
    add_quoted(out, "  cacertfile", path_of(text, "client-ca.pem"));
  g_string_append_printf(out, "  verify_peer = %s\n  fail_if_no_peer_cert = %s\n}\n",
                         text->two_way ? "true" : "false", text->two_way ? "true" : "false");
  /* Written here it would count for nothing beside an `auth` of nanomq.conf (0.25.3, tried). */
  g_string_append_printf(out,
                         "# Every client%s is let in as long as\n"
                         "# auth.allow_anonymous is true, which it is unless nanomq.conf says "
                         "otherwise.\n",
                         text->two_way ? " with a certificate of client-ca.pem" : "");
  return g_string_free(out, FALSE);
}

/* --- EMQX ------------------------------------------------------------------------------------- */

/* EMQX asks its authenticators about every client, also about one whose name comes from the
 * certificate, unless the listener asks nobody. */
static gboolean
is_emqx_asked(const BundleText *text)
{
  return text->request->users == BUNDLE_USERS_UNSAID;
}

static void
add_emqx_users(GString *out, const BundleText *text)
{
  const char *who = text->two_way ? " with a certificate of client-ca.pem" : "";
  switch (text->request->users) {
  case BUNDLE_USERS_CERTIFICATE:
    g_string_append(out, "# The certificate's common name is the user, on every listener of this "
                         "zone.\nmqtt.peer_cert_as_username = cn\n");
    return;
  case BUNDLE_USERS_ANONYMOUS:
    g_string_append_printf(out, "# Every client%s is let in, without a user.\n", who);
    return;
  default:
    g_string_append_printf(out,
                           "# Every client%s is let in, until EMQX has an\n# authentication "
                           "(in its dashboard, or in emqx.conf).\n",
                           who);
  }
}

char *
bundle_text_emqx(const BundleText *text)
{
  GString *out = g_string_new("# A listener with TLS, for emqx.conf.\n");
  add_emqx_users(out, text);
  g_string_append(out, "listeners.ssl.default {\n");
  add_quoted(out, "  bind", endpoint(text, "0.0.0.0"));
  if (!is_emqx_asked(text))
    g_string_append(out, "  enable_authn = false\n");
  g_string_append(out, "  ssl_options {\n");
  add_quoted(out, "    certfile", path_of(text, "cert.pem"));
  add_quoted(out, "    keyfile", path_of(text, "key.pem"));
  if (text->two_way)
    add_quoted(out, "    cacertfile", path_of(text, "client-ca.pem"));
  /* verify_peer alone takes clients without any certificate. */
  g_string_append(out, text->two_way
                           ? "    verify = verify_peer\n    fail_if_no_peer_cert = true\n"
                           : "    verify = verify_none\n    fail_if_no_peer_cert = false\n");
  g_string_append(out, "    versions = [\"tlsv1.3\", \"tlsv1.2\"]\n  }\n}\n");
  return g_string_free(out, FALSE);
}

static void
add_member(JsonWriter *writer, const char *name, const char *value)
{
  json_writer_set_member_name(writer, name);
  json_writer_add_string_value(writer, value);
}

static void
add_ssl_options(JsonWriter *writer, const BundleText *text)
{
  json_writer_begin_object(writer);
  add_member(writer, "certfile", text->certificate_pem);
  add_member(writer, "keyfile", text->key_pem);
  if (text->two_way)
    add_member(writer, "cacertfile", text->client_ca_pem);
  add_member(writer, "verify", text->two_way ? "verify_peer" : "verify_none");
  json_writer_set_member_name(writer, "fail_if_no_peer_cert");
  json_writer_add_boolean_value(writer, text->two_way);
  json_writer_set_member_name(writer, "versions");
  json_writer_begin_array(writer);
  json_writer_add_string_value(writer, "tlsv1.3");
  json_writer_add_string_value(writer, "tlsv1.2");
  json_writer_end_array(writer);
  json_writer_end_object(writer);
}

/* Bytes that are enough for it. */
static gsize
rest_size(const BundleText *text)
{
  gsize client_ca = text->two_way ? strlen(text->client_ca_pem) : 0;
  return REST_SIZE + 2 * (strlen(text->certificate_pem) + strlen(text->key_pem) + client_ca);
}

/* Certificates and key stand in it, so that nothing else has to reach EMQX's machine. */
char *
bundle_text_emqx_rest(const BundleText *text)
{
  g_autoptr(JsonWriter) writer = json_writer_new_secret(rest_size(text));
  g_autofree char *bind = endpoint(text, "0.0.0.0");
  json_writer_begin_object(writer);
  add_member(writer, "id", "ssl:default");
  add_member(writer, "type", "ssl");
  add_member(writer, "bind", bind);
  if (!is_emqx_asked(text)) {
    json_writer_set_member_name(writer, "enable_authn");
    json_writer_add_boolean_value(writer, FALSE);
  }
  json_writer_set_member_name(writer, "ssl_options");
  add_ssl_options(writer, text);
  json_writer_end_object(writer);
  secret_auto json = json_writer_print(writer, TRUE);
  return g_strconcat(json, "\n", NULL);
}

/* --- HiveMQ ----------------------------------------------------------------------------------- */

/* Printing would leave a copy behind. */
static void
add_secret(GString *out, const char *element, const char *secret)
{
  secret_auto escaped = g_markup_escape_text(secret, -1);
  g_string_append_printf(out, "          <%s>", element);
  g_string_append(out, escaped);
  g_string_append_printf(out, "</%s>\n", element);
}

/* Takes `path`. */
static void
add_store(GString *out, const BundleText *text, const char *element, char *path, gboolean key)
{
  g_autofree char *owned = path;
  g_autofree char *safe_path = g_markup_escape_text(owned, -1);
  g_string_append_printf(out, "        <%s>\n          <path>%s</path>\n", element, safe_path);
  add_secret(out, "password", text->store_password);
  if (key)
    add_secret(out, "private-key-password", text->store_password);
  g_string_append_printf(out, "        </%s>\n", element);
}

/* Bytes that are enough for it: two stores, with a path each and three passwords in all. */
static gsize
xml_size(const BundleText *text)
{
  return XML_SIZE +
         XML_ESCAPE_MAX * (2 * strlen(text->request->folder) + 3 * strlen(text->store_password));
}

char *
bundle_text_hivemq(const BundleText *text)
{
  GString *out = g_string_sized_new(xml_size(text)); /* never grows: no copy stays behind */
  g_string_append(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<!-- A listener with TLS: its element goes into conf/config.xml. Who is let in\n"
                  "     is up to HiveMQ's extensions. -->\n"
                  "<hivemq>\n  <listeners>\n    <tls-tcp-listener>\n");
  g_string_append_printf(out, "      <port>%u</port>\n      <bind-address>%s</bind-address>\n",
                         text->request->port,
                         text->request->bind ? text->request->bind : "0.0.0.0");
  g_string_append(out, "      <tls>\n");
  add_store(out, text, "keystore", path_of(text, "keystore.p12"), TRUE);
  if (text->two_way)
    add_store(out, text, "truststore", path_of(text, "truststore.p12"), FALSE);
  g_string_append_printf(out,
                         "        <client-authentication-mode>%s</client-authentication-mode>\n",
                         text->two_way ? "REQUIRED" : "NONE");
  g_string_append(out, "        <protocols>\n          <protocol>TLSv1.3</protocol>\n"
                       "          <protocol>TLSv1.2</protocol>\n        </protocols>\n"
                       "      </tls>\n    </tls-tcp-listener>\n  </listeners>\n</hivemq>\n");
  return g_string_free(out, FALSE);
}
