/* How each broker knows its clients, what a person has still to do there, and its address. */
#include "config.h"

#include "trust/bundle_private.h"

#include <arpa/inet.h>
#include <string.h>

/* --- what a broker cannot --------------------------------------------------------------------- */

static const char *
certificate_fault(BundleBroker broker)
{
  switch (broker) {
  case BUNDLE_NANOMQ:
    return "NanoMQ takes no user name from a certificate: take anonymous, which lets in every "
           "client with a certificate of the client CA";
  case BUNDLE_HIVEMQ:
    return "HiveMQ takes no user name from a certificate unless an extension does: take "
           "anonymous, which lets in every client with a certificate of the client CA";
  case BUNDLE_EMQX_CLOUD:
    return "what EMQX Cloud takes as user name is set in its console, not in the form for "
           "certificates: leave it out";
  default:
    return NULL;
  }
}

static const char *
file_fault(BundleBroker broker)
{
  switch (broker) {
  case BUNDLE_MOSQUITTO:
    return NULL;
  case BUNDLE_EMQX_CLOUD:
    return "EMQX Cloud has no password file: its users are made in its console";
  case BUNDLE_EMQX:
    return "EMQX has no password file: its users are made in its dashboard, under Authentication";
  case BUNDLE_NANOMQ:
    return "mqtrust writes no password file for NanoMQ: name its users in auth.password of "
           "nanomq.conf";
  case BUNDLE_RABBITMQ:
    return "RabbitMQ has no password file: its users are made with rabbitmqctl add_user";
  default:
    return "HiveMQ has no password file: its extensions know its users";
  }
}

char *
bundle_users_fault(BundleBroker broker, BundleUsers users, gboolean two_way)
{
  if (users == BUNDLE_USERS_FILE)
    return g_strdup(file_fault(broker));
  if (users == BUNDLE_USERS_ANONYMOUS && broker == BUNDLE_EMQX_CLOUD)
    return g_strdup("whom EMQX Cloud lets in is set in its console, not in the form for "
                    "certificates: leave it out");
  if (users != BUNDLE_USERS_CERTIFICATE)
    return NULL;
  if (!two_way)
    return g_strdup("without a client CA no client shows a certificate: give one with "
                    "--client-ca");
  return g_strdup(certificate_fault(broker));
}

/* --- the address ------------------------------------------------------------------------------ */

char *
bundle_bind_parse(const char *text)
{
  guint8 address[sizeof(struct in6_addr)];
  char canonical[INET6_ADDRSTRLEN];
  gsize length = strlen(text);
  gboolean brackets = length > 2 && text[0] == '[' && text[length - 1] == ']';
  g_autofree char *bare = brackets ? g_strndup(text + 1, length - 2) : g_strdup(text);
  int family = strchr(bare, ':') ? AF_INET6 : AF_INET;
  if ((brackets && family == AF_INET) || inet_pton(family, bare, address) != 1)
    return NULL;
  return g_strdup(inet_ntop(family, address, canonical, sizeof canonical));
}

/* --- what is left to do ----------------------------------------------------------------------- */

static void add(BundleParts *parts, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
add(BundleParts *parts, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_ptr_array_add(parts->bundle->steps, g_strdup_vprintf(format, arguments));
  va_end(arguments);
}

/* Since version 2 a listener knows nobody; before, everybody. */
static void
add_mosquitto(BundleParts *parts)
{
  const BundleRequest *request = parts->request;
  const char *options = parts->bundle->client_ca
                            ? "--users certificate, --users FILE or --users anonymous"
                            : "--users FILE or --users anonymous";
  if (request->users == BUNDLE_USERS_UNSAID)
    add(parts,
        "Say who the users are: until then mosquitto refuses every client as \"not authorised\". "
        "%s writes it.",
        request->form ? "The field Users" : options);
  if (request->users == BUNDLE_USERS_FILE)
    add(parts,
        "Give each user a password: mosquitto_passwd %s NAME (with -c when the file is not there "
        "yet). No other of mosquitto's files may name a password_file.",
        request->users_path);
  add(parts, "Have mosquitto.conf read by mosquitto (a link to it in /etc/mosquitto/conf.d will "
             "do), and restart it: it takes no new listener when it is only told to reload.");
}

static void
add_rabbitmq(BundleParts *parts)
{
  switch (parts->request->users) {
  case BUNDLE_USERS_CERTIFICATE:
    add(parts, "Enable the plugins: rabbitmq-plugins enable rabbitmq_mqtt "
               "rabbitmq_auth_mechanism_ssl.");
    add(parts, "Make a user of each common name: rabbitmqctl add_user NAME, then rabbitmqctl "
               "clear_password NAME and rabbitmqctl set_permissions NAME '.*' '.*' '.*'. A client "
               "that gives a user name and a password is judged by these instead.");
    break;
  case BUNDLE_USERS_ANONYMOUS:
    add(parts, "Enable the plugin: rabbitmq-plugins enable rabbitmq_mqtt.");
    add(parts, "Say which user anonymous clients are: RabbitMQ takes \"guest\", whom it lets in "
               "from its own machine only. Name another with mqtt.default_user and "
               "mqtt.default_pass, from RabbitMQ 4 on with anonymous_login_user and "
               "anonymous_login_pass.");
    break;
  default:
    add(parts, "Enable the plugin: rabbitmq-plugins enable rabbitmq_mqtt.");
    add(parts,
        "Make the users: rabbitmqctl add_user NAME, then rabbitmqctl set_permissions NAME '.*' "
        "'.*' '.*'.%s",
        !parts->bundle->client_ca ? ""
        : parts->request->form
            ? " Or let the field Users say that their certificates name them."
            : " With --users certificate the common name of a client's certificate is its user.");
  }
  add(parts, "Put rabbitmq.conf into /etc/rabbitmq/conf.d, and restart RabbitMQ.");
}

static void
add_emqx(BundleParts *parts)
{
  gboolean two_way = parts->bundle->client_ca != NULL;
  if (parts->request->users == BUNDLE_USERS_UNSAID)
    add(parts, "Make users in EMQX's dashboard, under Authentication: until then EMQX lets in %s.",
        two_way ? "every client with a certificate of the client CA" : "everybody");
  add(parts, "Take one of the two: listener.conf into emqx.conf and restart EMQX, or listener.json "
             "to its REST interface.");
  if (parts->request->users == BUNDLE_USERS_CERTIFICATE)
    add(parts, "With listener.json say the user name's origin, too: PUT "
               "/api/v5/configs/global_zone with mqtt.peer_cert_as_username = cn.");
}

static void
add_nanomq(BundleParts *parts)
{
  gboolean two_way = parts->bundle->client_ca != NULL;
  if (parts->request->users == BUNDLE_USERS_ANONYMOUS)
    add(parts, "See that NanoMQ's own nanomq.conf does not say auth.allow_anonymous = false: no "
               "client without a password would be let in.");
  else
    add(parts,
        "Say who the users are, in auth.password of nanomq.conf, with auth.allow_anonymous = "
        "false: until then NanoMQ lets in %s.",
        two_way ? "every client with a certificate of the client CA" : "everybody");
  add(parts, "Put what stands in this nanomq.conf into NanoMQ's own, and restart NanoMQ.");
}

static void
add_hivemq(BundleParts *parts)
{
  gboolean two_way = parts->bundle->client_ca != NULL;
  add(parts,
      "Look into HiveMQ's folder extensions/: hivemq-allow-all-extension, which comes with it, "
      "lets in %s; without any extension nobody is let in.",
      two_way ? "every client with a certificate of the client CA" : "everybody");
  add(parts, "Put the element tls-tcp-listener of config.xml into HiveMQ's conf/config.xml, and "
             "restart HiveMQ.");
}

void
bundle_add_steps(BundleParts *parts)
{
  switch (parts->request->broker) {
  case BUNDLE_EMQX_CLOUD:
    add(parts, "Fill in the form of the deployment's TLS/SSL configuration as form.txt says.");
    add(parts, "Make a user and a password in the console, under Authentication: clients need "
               "them beside their certificate.");
    return;
  case BUNDLE_MOSQUITTO:
    add_mosquitto(parts);
    return;
  case BUNDLE_RABBITMQ:
    add_rabbitmq(parts);
    return;
  case BUNDLE_EMQX:
    add_emqx(parts);
    return;
  case BUNDLE_NANOMQ:
    add_nanomq(parts);
    return;
  default:
    add_hivemq(parts);
  }
}
