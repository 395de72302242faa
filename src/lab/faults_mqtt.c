/* What the broker says once it is reached: refusals of MQTT. */
#include "config.h"

#include <glob.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

/* --- Scripted brokers ------------------------------------------------------------------------- */

static void
scripted(LabScene *scene, const MqttScript *script)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mqtt_peer(scene, &options, script);
}

static void
answering(LabScene *scene, guint8 reason)
{
  MqttScript script = MQTT_SCRIPT_GOOD;
  script.connack = reason;
  scripted(scene, &script);
}

static void
answering_3_1_1(LabScene *scene, guint8 code)
{
  answering(scene, code);
  lab_profile(scene)->version = MQTT_3_1_1;
}

static void
serving(LabScene *scene, LabTlsScript script)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_tls_peer(scene, &options, script, NULL);
}

/* --- Two-way mosquitto with one thing more ---------------------------------------------------- */

static void
mosquitto_with(LabScene *scene, const char *extra)
{
  const char *client_ca = lab_write_chain(scene, "client-ca.pem", lab_pki(scene)->client_ca, NULL);
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mosquitto(scene, &(LabMosquitto){.client_ca_file = client_ca, .extra = extra});
}

/* --- Who are you? ----------------------------------------------------------------------------- */

static void
use_login(LabScene *scene, const char *user, const char *password)
{
  lab_set(&lab_profile(scene)->user_name, user);
  lab_set(&lab_profile(scene)->password, password);
}

static void
bad_credentials(LabScene *scene)
{
  answering(scene, 0x86);
  use_login(scene, "plant-7", "wrong");
}

static void
bad_credentials_3_1_1(LabScene *scene)
{
  answering_3_1_1(scene, 4);
  use_login(scene, "plant-7", "wrong");
}

static void
anonymous(LabScene *scene)
{
  mosquitto_with(scene, "allow_anonymous false");
}

static void
anonymous_3_1_1(LabScene *scene)
{
  anonymous(scene);
  lab_profile(scene)->version = MQTT_3_1_1;
}

/* The hash is of no password that anybody knows. */
#define PASSWORD_FILE                                                                              \
  "plant-7:$7$101$bXF0cnVzdGxhYnNh$"                                                               \
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n"

static void
wrong_password(LabScene *scene)
{
  const char *file = lab_write(scene, "passwords", PASSWORD_FILE, -1);
  mosquitto_with(scene,
                 lab_keep(scene, g_strdup_printf("allow_anonymous false\npassword_file %s", file)));
  use_login(scene, "plant-7", "wrong");
}

static void
mapped(LabScene *scene)
{
  answering(scene, 0x86);
}

/* --- What do you speak? ----------------------------------------------------------------------- */

static void
only_3_1_1(LabScene *scene)
{
  answering(scene, 0x84);
}

static void
only_5(LabScene *scene)
{
  answering_3_1_1(scene, 1);
}

static void
bad_client_id(LabScene *scene)
{
  answering(scene, 0x85);
  lab_set(&lab_profile(scene)->client_id, "plant-7");
}

static void
no_client_id(LabScene *scene)
{
  mosquitto_with(scene, "allow_zero_length_clientid false");
  lab_set(&lab_profile(scene)->client_id, "");
  lab_profile(scene)->version = MQTT_3_1_1;
}

/* --- Not now ---------------------------------------------------------------------------------- */

static void
unavailable(LabScene *scene)
{
  answering(scene, 0x88);
}

static void
busy(LabScene *scene)
{
  answering(scene, 0x89);
}

static void
unavailable_3_1_1(LabScene *scene)
{
  answering_3_1_1(scene, 3);
}

static void
banned(LabScene *scene)
{
  answering(scene, 0x8a);
}

/* CONNACK: server moved, with the property Server Reference (MQTT 5, 3.2.2.3.16). */
static void
send_moved(LabScene *scene, TlsPeer *peer, gpointer data)
{
  static const char server[] = "eu.lab.test:8883";
  guint8 version, length = sizeof server - 1;
  const guint8 head[] = {0x20,  (guint8)(length + 6), 0, 0x9d, (guint8)(length + 3), 0x1c, 0,
                         length};
  if (!mqtt_script_read_connect(peer, &version))
    return;
  tls_peer_write(peer, head, sizeof head);
  tls_peer_write(peer, server, length);
}

static void
moved(LabScene *scene)
{
  serving(scene, send_moved);
}

static void
close_after_connect(LabScene *scene, TlsPeer *peer, gpointer data)
{
  guint8 version;
  mqtt_script_read_connect(peer, &version);
}

static void
closed_after_connect(LabScene *scene)
{
  serving(scene, close_after_connect);
}

/* As RabbitMQ before 3.13. */
static void
close_on_mqtt_5(LabScene *scene, TlsPeer *peer, gpointer data)
{
  guint8 version;
  if (mqtt_script_read_connect(peer, &version) && version == 4)
    mqtt_script_send_connack(peer, version, 5);
}

static void
closed_on_mqtt_5(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, close_on_mqtt_5, NULL);
}

/* As a proxy that ends TLS and does not reach its broker. */
static void
close_after_handshake(LabScene *scene, TlsPeer *peer, gpointer data)
{
  gnutls_bye(peer->session, GNUTLS_SHUT_WR);
}

static void
closed_after_handshake(LabScene *scene)
{
  serving(scene, close_after_handshake);
}

/* --- Once it is online ------------------------------------------------------------------------ */

#define TAKEN_ID "plant-7"

/* Without TLS, so that the other client is a few bytes. */
static void
taken_over(LabScene *scene)
{
  lab_mosquitto(scene, &(LabMosquitto){.plain = TRUE});
  lab_profile(scene)->scheme = SCHEME_MQTT;
  lab_set(&lab_profile(scene)->client_id, TAKEN_ID);
}

/* Another client with our client id, until the broker has taken it. */
static void
connect_another(Connection *connection)
{
  static const guint8 hello[] = {0x10, 19, 0, 4,   'M', 'Q', 'T', 'T', 4,   2,  0,
                                 60,   0,  7, 'p', 'l', 'a', 'n', 't', '-', '7'};
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(connection_profile(connection)->port),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
  guint8 connack[4];
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
      send(fd, hello, sizeof hello, MSG_NOSIGNAL) == (ssize_t)sizeof hello)
    recv(fd, connack, sizeof connack, MSG_WAITALL);
  close(fd);
}

static void
sent_away(LabScene *scene)
{
  MqttScript script = MQTT_SCRIPT_GOOD;
  script.after_subscribe = 0x8e;
  scripted(scene, &script);
  lab_set(&lab_profile(scene)->client_id, TAKEN_ID);
  profile_add_subscription(lab_profile(scene), "plant/#", 0);
}

/* mosquitto's file of access rules lets everybody subscribe; its plugin for rules does not. */
static char *
find_rules_plugin(LabScene *scene)
{
  glob_t found;
  char *path = NULL;
  if (glob("/usr/lib/*/mosquitto_dynamic_security.so", 0, NULL, &found) == 0)
    path = g_strdup(found.gl_pathv[0]);
  globfree(&found);
  if (path == NULL)
    lab_fail(scene, LAB_ERROR_PROGRAM,
             "this fault is shown with mosquitto's plugin dynamic_security, which is not on this "
             "machine; install Debian's package mosquitto");
  return path;
}

static void
subscription_refused(LabScene *scene)
{
  static const char rules[] = "{\"defaultACLAccess\": {\"publishClientSend\": true,"
                              " \"publishClientReceive\": true, \"subscribe\": false,"
                              " \"unsubscribe\": true}, \"clients\": [], \"groups\": [],"
                              " \"roles\": []}";
  g_autofree char *plugin = find_rules_plugin(scene);
  const char *file = lab_write(scene, "rules.json", rules, -1);
  mosquitto_with(scene, lab_keep(scene, g_strdup_printf("plugin %s\nplugin_opt_config_file %s",
                                                        plugin, file)));
  profile_add_subscription(lab_profile(scene), "secret/#", 0);
}

static void
subscription_refused_3_1_1(LabScene *scene)
{
  subscription_refused(scene);
  lab_profile(scene)->version = MQTT_3_1_1;
}

#define OPEN_TOPIC "open/7"
#define SECRET_TOPIC "secret/7"

static void
read_only(LabScene *scene)
{
  const char *file = lab_write(scene, "acl", "topic read #\ntopic write " OPEN_TOPIC "\n", -1);
  mosquitto_with(scene, lab_keep(scene, g_strdup_printf("acl_file %s", file)));
}

static void
publish_secret(Connection *connection)
{
  connection_publish(connection, SECRET_TOPIC, "1", 1, 1, FALSE, NULL);
}

/* MQTT 3.1.1 has no other way to refuse (3.3.5). */
static void
close_on_publish(LabScene *scene, TlsPeer *peer, gpointer data)
{
  guint8 packet[130], version;
  if (!mqtt_script_read_connect(peer, &version))
    return;
  mqtt_script_send_connack(peer, version, 0);
  tls_peer_read_packet(peer, packet);
}

static void
closing_on_publish(LabScene *scene)
{
  serving(scene, close_on_publish);
  lab_profile(scene)->version = MQTT_3_1_1;
}

static void
close_on_subscribe(LabScene *scene, TlsPeer *peer, gpointer data)
{
  guint8 packet[130], version;
  if (!mqtt_script_read_connect(peer, &version))
    return;
  mqtt_script_send_connack(peer, version, 0);
  tls_peer_read_packet(peer, packet);
}

static void
closing_on_subscribe(LabScene *scene)
{
  serving(scene, close_on_subscribe);
  profile_add_subscription(lab_profile(scene), "secret/#", 0);
}

static void
close_after_connack(LabScene *scene, TlsPeer *peer, gpointer data)
{
  guint8 version;
  if (mqtt_script_read_connect(peer, &version))
    mqtt_script_send_connack(peer, version, 0);
}

static void
closing_after_connack(LabScene *scene)
{
  serving(scene, close_after_connack);
}

static void
closing_after_connack_with_id(LabScene *scene)
{
  closing_after_connack(scene);
  lab_set(&lab_profile(scene)->client_id, TAKEN_ID);
}

static void
small_packets(LabScene *scene)
{
  mosquitto_with(scene, "max_packet_size 200");
}

/* Another limit than that of packets: it is not told in CONNACK, and the connection goes on. */
static void
small_messages(LabScene *scene)
{
  mosquitto_with(scene, "message_size_limit 200");
}

static void
publish_large(Connection *connection)
{
  char large[1000];
  memset(large, 'x', sizeof large);
  connection_publish(connection, OPEN_TOPIC, large, sizeof large, 1, FALSE, NULL);
}

/* --- Nothing that fits ------------------------------------------------------------------------ */

/* A TLS alert: fatal, internal error. */
static void
send_internal_error(int fd, gpointer data)
{
  static const guint8 alert[] = {21, 3, 3, 0, 2, 2, 80};
  char bytes[4096];
  if (recv(fd, bytes, sizeof bytes, 0) > 0)
    send(fd, alert, sizeof alert, MSG_NOSIGNAL);
}

static void
internal_error(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_peer(scene, send_internal_error, NULL);
  lab_profile(scene)->tls_version = TLS_ANY;
}

static const LabFault faults[] = {
    FAULT("mqtt-bad-credentials", NULL, "a scripted broker that answers CONNECT with reason 0x86",
          ERROR, BROKER, NONE, -1, 0, bad_credentials),
    FAULT("mqtt-bad-credentials", "mqtt-3.1.1",
          "a scripted broker that answers CONNECT with code 4 (MQTT 3.1.1)", ERROR, BROKER, NONE,
          -1, 0, bad_credentials_3_1_1),
    FAULT("mqtt-not-authorized", NULL, "mosquitto; anonymous clients are forbidden", ERROR, BROKER,
          NONE, -1, 0, anonymous),
    FAULT("mqtt-not-authorized", "mqtt-3.1.1",
          "mosquitto; anonymous clients are forbidden; the connection speaks MQTT 3.1.1", ERROR,
          BROKER, NONE, -1, 0, anonymous_3_1_1),
    FAULT("mqtt-not-authorized", "password",
          "mosquitto with a password file; our password is wrong", ERROR, BROKER, NONE, -1, 0,
          wrong_password),
    FAULT("mqtt-version-refused", NULL, "a scripted broker that answers CONNECT with reason 0x84",
          ERROR, LOCAL, NONE, -1, 0, only_3_1_1),
    FAULT("mqtt-version-refused", "mqtt-3.1.1",
          "a scripted broker that answers CONNECT with code 1 (MQTT 3.1.1)", ERROR, LOCAL, NONE, -1,
          0, only_5),
    FAULT("mqtt-version-refused", "silent",
          "a scripted broker that closes the connection on MQTT 5 and answers MQTT 3.1.1", ERROR,
          LOCAL, NONE, -1, 0, closed_on_mqtt_5),
    FAULT("mqtt-client-id-refused", NULL, "a scripted broker that answers CONNECT with reason 0x85",
          ERROR, LOCAL, NONE, -1, 0, bad_client_id),
    FAULT("mqtt-client-id-refused", "empty",
          "mosquitto that wants a client id; the connection has an empty one (MQTT 3.1.1)", ERROR,
          LOCAL, NONE, -1, 0, no_client_id),
    FAULT("mqtt-server-unavailable", NULL,
          "a scripted broker that answers CONNECT with reason 0x88", ERROR, BROKER, NONE, -1, 0,
          unavailable),
    FAULT("mqtt-server-unavailable", "busy",
          "a scripted broker that answers CONNECT with reason 0x89", ERROR, BROKER, NONE, -1, 0,
          busy),
    FAULT("mqtt-server-unavailable", "mqtt-3.1.1",
          "a scripted broker that answers CONNECT with code 3 (MQTT 3.1.1)", ERROR, BROKER, NONE,
          -1, 0, unavailable_3_1_1),
    FAULT_AFTER("mqtt-server-unavailable", "closed",
                "a scripted broker that closes the connection right after a good CONNACK", ERROR,
                BROKER, 0, closing_after_connack, NULL),
    FAULT_AFTER("mqtt-session-taken-over", NULL,
                "mosquitto without TLS; another client connects with our client id, three times",
                ERROR, LOCAL, LAB_NO_TLS | LAB_REPEATED, taken_over, connect_another),
    FAULT_AFTER("mqtt-session-taken-over", "tls",
                "a scripted broker that ends the connection with reason 0x8e", ERROR, LOCAL, 0,
                sent_away, NULL),
    FAULT_AFTER("mqtt-session-taken-over", "closed",
                "a scripted broker that closes the connection right after a good CONNACK; the "
                "connection has a client id of its own",
                ERROR, LOCAL, 0, closing_after_connack_with_id, NULL),
    FAULT("mqtt-subscribe-refused", NULL, "mosquitto; its rules let nobody subscribe", WARNING,
          BROKER, NONE, -1, 0, subscription_refused),
    FAULT("mqtt-subscribe-refused", "mqtt-3.1.1",
          "mosquitto; its rules let nobody subscribe; the connection speaks MQTT 3.1.1", WARNING,
          BROKER, NONE, -1, 0, subscription_refused_3_1_1),
    FAULT_AFTER("mqtt-subscribe-refused", "closed",
                "a scripted broker that closes the connection on SUBSCRIBE", ERROR, BROKER, 0,
                closing_on_subscribe, NULL),
    FAULT_AFTER("mqtt-publish-refused", NULL,
                "mosquitto; its access rules let nobody publish to the topic", WARNING, BROKER, 0,
                read_only, publish_secret),
    FAULT_AFTER("mqtt-publish-refused", "mqtt-3.1.1",
                "a scripted broker that closes the connection on PUBLISH (MQTT 3.1.1)", ERROR,
                BROKER, 0, closing_on_publish, publish_secret),
    FAULT("mqtt-closed-after-connect", NULL,
          "a scripted broker that closes the connection after CONNECT", ERROR, BROKER, NONE, -1, 0,
          closed_after_connect),
    FAULT("mqtt-closed-after-connect", "handshake",
          "a peer on GnuTLS that closes the connection right after the handshake", ERROR, BROKER,
          NONE, -1, 0, closed_after_handshake),
    FAULT("mqtt-identity-mapped", NULL,
          "a scripted broker that calls our user name wrong (0x86) when we gave none", ERROR,
          BROKER, NONE, -1, 0, mapped),
    FAULT_AFTER("mqtt-packet-too-large", NULL,
                "mosquitto that takes packets of 200 bytes; we publish 1000", ERROR, LOCAL, 0,
                small_packets, publish_large),
    FAULT_AFTER("mqtt-packet-too-large", "message",
                "mosquitto that takes messages of 200 bytes; we publish 1000", WARNING, LOCAL, 0,
                small_messages, publish_large),
    FAULT("mqtt-refused-other", NULL, "a scripted broker that answers CONNECT with 0x8a (banned)",
          ERROR, BROKER, NONE, -1, 0, banned),
    FAULT("mqtt-refused-other", "moved",
          "a scripted broker that answers CONNECT with 0x9d and the name of another server", ERROR,
          BROKER, NONE, -1, 0, moved),
    FAULT("unknown", NULL, "a peer that answers TLS with alert 80 (internal error)", ERROR, LOCAL,
          NONE, -1, LAB_NO_TLS, internal_error),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_mqtt = {faults, missing};
