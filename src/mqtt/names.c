/* What packets and reason codes are called, and which reason code belongs into which packet. */
#include "config.h"

#include "mqtt/packet_reader.h"

const char *
mqtt_type_name(guint8 type)
{
  static const char *const names[] = {
      [MQTT_CONNECT] = "CONNECT",   [MQTT_CONNACK] = "CONNACK",
      [MQTT_PUBLISH] = "PUBLISH",   [MQTT_PUBACK] = "PUBACK",
      [MQTT_PUBREC] = "PUBREC",     [MQTT_PUBREL] = "PUBREL",
      [MQTT_PUBCOMP] = "PUBCOMP",   [MQTT_SUBSCRIBE] = "SUBSCRIBE",
      [MQTT_SUBACK] = "SUBACK",     [MQTT_UNSUBSCRIBE] = "UNSUBSCRIBE",
      [MQTT_UNSUBACK] = "UNSUBACK", [MQTT_PINGREQ] = "PINGREQ",
      [MQTT_PINGRESP] = "PINGRESP", [MQTT_DISCONNECT] = "DISCONNECT",
      [MQTT_AUTH] = "AUTH",
  };

  return type >= MQTT_CONNECT && type <= MQTT_AUTH ? names[type] : "reserved";
}

/* --- MQTT 5 ----------------------------------------------------------------------------------- */

#define IN(type) (1u << (type))
#define CONNACK IN(MQTT_CONNACK)
#define PUBLISHED (IN(MQTT_PUBACK) | IN(MQTT_PUBREC))
#define RELEASED (IN(MQTT_PUBREL) | IN(MQTT_PUBCOMP))
#define SUBACK IN(MQTT_SUBACK)
#define UNSUBACK IN(MQTT_UNSUBACK)
#define DISCONNECT IN(MQTT_DISCONNECT)
#define AUTH IN(MQTT_AUTH)

typedef struct {
  const char *text;  /* NULL: no such code */
  guint16 where;     /* a bit for each packet type that may carry it */
  guint16 by_client; /* of these, the packets in which the client may send it */
} ReasonRule;

/* Of the packets that go both ways, DISCONNECT and AUTH have codes of one side only. */
#define ANY_SIDE (PUBLISHED | RELEASED | DISCONNECT | AUTH)
#define BROKER_ONLY (PUBLISHED | RELEASED)

/* MQTT 5, Table 2-6, with the "sent by" columns of 3.14.2.1 and 3.15.2.1. */
static const ReasonRule rules[] = {
    [0x00] = {"Success", CONNACK | PUBLISHED | RELEASED | SUBACK | UNSUBACK | DISCONNECT | AUTH,
              BROKER_ONLY | DISCONNECT},
    [0x01] = {"Granted QoS 1", SUBACK, 0},
    [0x02] = {"Granted QoS 2", SUBACK, 0},
    [0x04] = {"Disconnect with Will Message", DISCONNECT, DISCONNECT},
    [0x10] = {"No matching subscribers", PUBLISHED, ANY_SIDE},
    [0x11] = {"No subscription existed", UNSUBACK, 0},
    [0x18] = {"Continue authentication", AUTH, ANY_SIDE},
    [0x19] = {"Re-authenticate", AUTH, ANY_SIDE},
    [0x80] = {"Unspecified error", CONNACK | PUBLISHED | SUBACK | UNSUBACK | DISCONNECT, ANY_SIDE},
    [0x81] = {"Malformed Packet", CONNACK | DISCONNECT, ANY_SIDE},
    [0x82] = {"Protocol Error", CONNACK | DISCONNECT, ANY_SIDE},
    [0x83] = {"Implementation specific error", CONNACK | PUBLISHED | SUBACK | UNSUBACK | DISCONNECT,
              ANY_SIDE},
    [0x84] = {"Unsupported Protocol Version", CONNACK, 0},
    [0x85] = {"Client Identifier not valid", CONNACK, 0},
    [0x86] = {"Bad User Name or Password", CONNACK, 0},
    [0x87] = {"Not authorized", CONNACK | PUBLISHED | SUBACK | UNSUBACK | DISCONNECT, BROKER_ONLY},
    [0x88] = {"Server unavailable", CONNACK, 0},
    [0x89] = {"Server busy", CONNACK | DISCONNECT, 0},
    [0x8a] = {"Banned", CONNACK, 0},
    [0x8b] = {"Server shutting down", DISCONNECT, 0},
    [0x8c] = {"Bad authentication method", CONNACK | DISCONNECT, 0},
    [0x8d] = {"Keep Alive timeout", DISCONNECT, 0},
    [0x8e] = {"Session taken over", DISCONNECT, 0},
    [0x8f] = {"Topic Filter invalid", SUBACK | UNSUBACK | DISCONNECT, 0},
    [0x90] = {"Topic Name invalid", CONNACK | PUBLISHED | DISCONNECT, ANY_SIDE},
    [0x91] = {"Packet Identifier in use", PUBLISHED | SUBACK | UNSUBACK, ANY_SIDE},
    [0x92] = {"Packet Identifier not found", RELEASED, ANY_SIDE},
    [0x93] = {"Receive Maximum exceeded", DISCONNECT, ANY_SIDE},
    [0x94] = {"Topic Alias invalid", DISCONNECT, ANY_SIDE},
    [0x95] = {"Packet too large", CONNACK | DISCONNECT, ANY_SIDE},
    [0x96] = {"Message rate too high", DISCONNECT, ANY_SIDE},
    [0x97] = {"Quota exceeded", CONNACK | PUBLISHED | SUBACK | DISCONNECT, ANY_SIDE},
    [0x98] = {"Administrative action", DISCONNECT, ANY_SIDE},
    [0x99] = {"Payload format invalid", CONNACK | PUBLISHED | DISCONNECT, ANY_SIDE},
    [0x9a] = {"Retain not supported", CONNACK | DISCONNECT, 0},
    [0x9b] = {"QoS not supported", CONNACK | DISCONNECT, 0},
    [0x9c] = {"Use another server", CONNACK | DISCONNECT, 0},
    [0x9d] = {"Server moved", CONNACK | DISCONNECT, 0},
    [0x9e] = {"Shared Subscriptions not supported", SUBACK | DISCONNECT, 0},
    [0x9f] = {"Connection rate exceeded", CONNACK | DISCONNECT, 0},
    [0xa0] = {"Maximum connect time", DISCONNECT, 0},
    [0xa1] = {"Subscription Identifiers not supported", SUBACK | DISCONNECT, 0},
    [0xa2] = {"Wildcard Subscriptions not supported", SUBACK | DISCONNECT, 0},
};

/* A broker's no to a message is a no, whatever the code: mosquitto answers one that is beyond its
 * message_size_limit with 0x95, which Table 2-6 does not have there. */
static gboolean
is_refused_message(MqttType type, MqttDirection direction, guint8 reason)
{
  return direction == MQTT_FROM_BROKER && (IN(type) & PUBLISHED) != 0 && reason >= 0x80;
}

gboolean
mqtt_reason_is_allowed(MqttType type, MqttDirection direction, guint8 reason)
{
  if (is_refused_message(type, direction, reason))
    return TRUE;
  if (reason >= G_N_ELEMENTS(rules) || (rules[reason].where & IN(type)) == 0)
    return FALSE;
  if (direction == MQTT_FROM_CLIENT)
    return (rules[reason].by_client & IN(type)) != 0;
  return !(type == MQTT_DISCONNECT && reason == 0x04) && !(type == MQTT_AUTH && reason == 0x19);
}

/* --- MQTT 3.1.1 ------------------------------------------------------------------------------- */

/* MQTT 3.1.1, Table 3.1 */
static const char *
connack_return_text(guint8 code)
{
  static const char *const texts[] = {
      "Connection accepted", "Unacceptable protocol version", "Identifier rejected",
      "Server unavailable",  "Bad user name or password",     "Not authorized",
  };

  return code < G_N_ELEMENTS(texts) ? texts[code] : NULL;
}

/* MQTT 3.1.1, 3.9.3 */
static const char *
suback_return_text(guint8 code)
{
  static const char *const texts[] = {"Granted QoS 0", "Granted QoS 1", "Granted QoS 2"};

  return code < G_N_ELEMENTS(texts) ? texts[code] : code == 0x80 ? "Failure" : NULL;
}

static const char *
reason_text_5(MqttType type, guint8 reason)
{
  if (type == MQTT_SUBACK && reason == 0)
    return "Granted QoS 0";
  if (type == MQTT_DISCONNECT && reason == 0)
    return "Normal disconnection";
  if (type == MQTT_CONNACK && reason >= 1 && reason <= 5)
    return connack_return_text(reason); /* from a broker that knows only 3.1.1 */
  if (reason >= G_N_ELEMENTS(rules))
    return NULL;
  gboolean fits = (rules[reason].where & IN(type)) != 0 ||
                  is_refused_message(type, MQTT_FROM_BROKER, reason);
  return fits ? rules[reason].text : NULL;
}

const char *
mqtt_reason_text(MqttType type, MqttVersion version, guint8 reason)
{
  const char *text = NULL;

  if (version == MQTT_5)
    text = reason_text_5(type, reason);
  else if (type == MQTT_CONNACK)
    text = connack_return_text(reason);
  else if (type == MQTT_SUBACK)
    text = suback_return_text(reason);
  return text != NULL ? text : "unknown reason";
}

char *
mqtt_reason_words(const char *text, guint8 reason)
{
  const char *words = text != NULL ? text : "no reason given";

  return reason == 0 ? g_strdup(words) : g_strdup_printf("%s (0x%02x)", words, reason);
}

char *
mqtt_connack_words(MqttVersion version, guint8 reason)
{
  return reason == 0 ? g_strdup("accepted")
                     : mqtt_reason_words(mqtt_reason_text(MQTT_CONNACK, version, reason), reason);
}
