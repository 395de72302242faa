/* The text of each broker's configuration. Paths are such that they need no quoting
 * (bundle_folder_fault()). */
#include "config.h"

#include "trust/bundle_private.h"

#include <string.h>

#include "util/json_writer.h"

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

/* --- EMQX Cloud ------------------------------------------------------------------------------- */

char *
bundle_text_form(const BundleText *text)
{
  GString *out =
      g_string_new("EMQX Cloud, TLS/SSL configuration of a deployment: what goes where.\n\n");
  g_string_append_printf(out, "TLS/SSL type             %s\n",
                         text->two_way ? "two-way" : "one-way");
  g_string_append(out, "Certificate body         body.pem\n"
                       "Certificate chain        chain.pem\n"
                       "Certificate private key  key.pem\n");
  if (text->two_way)
    g_string_append(out, "Client CA certificate    client-ca.pem\n");
  g_string_append(out,
                  "\nA form without the field for the chain takes both in one: first body.pem, "
                  "then chain.pem.\n");
  return g_string_free(out, FALSE);
}

/* --- mosquitto -------------------------------------------------------------------------------- */

char *
bundle_text_mosquitto(const BundleText *text)
{
  GString *out = g_string_new("# A listener with TLS, for mosquitto.conf or a file in conf.d.\n"
                              "# mosquitto opens key.pem as the user that it runs as.\n");
  g_string_append_printf(out, "listener %u\n", text->request->port);
  add_line(out, "certfile ", path_of(text, "cert.pem"));
  add_line(out, "keyfile ", path_of(text, "key.pem"));
  if (text->two_way) {
    add_line(out, "cafile ", path_of(text, "client-ca.pem"));
    g_string_append(out,
                    "require_certificate true\n"
                    "# The certificate's common name as the user name, instead of a password:\n"
                    "#use_identity_as_username true\n");
  }
  g_string_append(out, "tls_version tlsv1.2\n");
  return g_string_free(out, FALSE);
}

/* --- RabbitMQ --------------------------------------------------------------------------------- */

char *
bundle_text_rabbitmq(const BundleText *text)
{
  GString *out =
      g_string_new("# MQTT over TLS, for rabbitmq.conf; the plugin rabbitmq_mqtt is needed.\n"
                   "# ssl_options are those of every listener with TLS.\n");
  g_string_append_printf(out, "mqtt.listeners.ssl.default = %u\n", text->request->port);
  add_line(out, "ssl_options.certfile = ", path_of(text, "cert.pem"));
  add_line(out, "ssl_options.keyfile = ", path_of(text, "key.pem"));
  if (text->two_way) {
    add_line(out, "ssl_options.cacertfile = ", path_of(text, "client-ca.pem"));
    g_string_append(out, "ssl_options.verify = verify_peer\n"
                         "ssl_options.fail_if_no_peer_cert = true\n"
                         "# The certificate's name as the user name, instead of a password (needs\n"
                         "# the plugin rabbitmq_auth_mechanism_ssl):\n"
                         "#mqtt.ssl_cert_login = true\n"
                         "#ssl_cert_login_from = common_name\n");
  } else {
    g_string_append(out, "ssl_options.verify = verify_none\n"
                         "ssl_options.fail_if_no_peer_cert = false\n");
  }
  g_string_append(out, "ssl_options.versions.1 = tlsv1.3\n"
                       "ssl_options.versions.2 = tlsv1.2\n");
  return g_string_free(out, FALSE);
}

/* --- NanoMQ ----------------------------------------------------------------------------------- */

char *
bundle_text_nanomq(const BundleText *text)
{
  GString *out = g_string_new("# A listener with TLS, for nanomq.conf.\nlisteners.ssl {\n");
  g_string_append_printf(out, "  bind = \"0.0.0.0:%u\"\n", text->request->port);
  add_quoted(out, "  keyfile", path_of(text, "key.pem"));
  add_quoted(out, "  certfile", path_of(text, "cert.pem"));
  if (text->two_way)
    add_quoted(out, "  cacertfile", path_of(text, "client-ca.pem"));
  g_string_append_printf(out, "  verify_peer = %s\n  fail_if_no_peer_cert = %s\n}\n",
                         text->two_way ? "true" : "false", text->two_way ? "true" : "false");
  return g_string_free(out, FALSE);
}

/* --- EMQX ------------------------------------------------------------------------------------- */

char *
bundle_text_emqx(const BundleText *text)
{
  GString *out = g_string_new("# A listener with TLS, for emqx.conf.\nlisteners.ssl.default {\n");
  g_string_append_printf(out, "  bind = \"0.0.0.0:%u\"\n  ssl_options {\n", text->request->port);
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

/* Certificates and key stand in it, so that nothing else has to reach EMQX's machine. */
char *
bundle_text_emqx_rest(const BundleText *text)
{
  g_autoptr(JsonWriter) writer = json_writer_new();
  g_autofree char *bind = g_strdup_printf("0.0.0.0:%u", text->request->port);
  json_writer_begin_object(writer);
  add_member(writer, "id", "ssl:default");
  add_member(writer, "type", "ssl");
  add_member(writer, "bind", bind);
  json_writer_set_member_name(writer, "ssl_options");
  add_ssl_options(writer, text);
  json_writer_end_object(writer);
  g_autofree char *json = json_writer_print(writer, TRUE);
  return g_strconcat(json, "\n", NULL);
}

/* --- HiveMQ ----------------------------------------------------------------------------------- */

/* Takes `path`. */
static void
add_store(GString *out, const BundleText *text, const char *element, char *path, gboolean key)
{
  g_autofree char *owned = path;
  g_autofree char *safe_path = g_markup_escape_text(owned, -1);
  g_autofree char *password = g_markup_escape_text(text->store_password, -1);
  g_string_append_printf(out, "        <%s>\n          <path>%s</path>\n", element, safe_path);
  g_string_append_printf(out, "          <password>%s</password>\n", password);
  if (key)
    g_string_append_printf(out, "          <private-key-password>%s</private-key-password>\n",
                           password);
  g_string_append_printf(out, "        </%s>\n", element);
  explicit_bzero(password, strlen(password));
}

char *
bundle_text_hivemq(const BundleText *text)
{
  GString *out =
      g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<!-- A listener with TLS: its element goes into conf/config.xml. -->\n"
                   "<hivemq>\n  <listeners>\n    <tls-tcp-listener>\n");
  g_string_append_printf(out, "      <port>%u</port>\n      <bind-address>0.0.0.0</bind-address>\n",
                         text->request->port);
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
