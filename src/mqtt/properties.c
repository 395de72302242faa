/* Properties (MQTT 5, 2.2.2): which there are, where each may stand, and what its value may be. */
#include "config.h"

#include "mqtt/packet_reader.h"
#include "mqtt/text.h"

typedef enum {
  VALUE_BYTE_0_OR_1,
  VALUE_TWO,
  VALUE_TWO_NOT_0,
  VALUE_FOUR,
  VALUE_FOUR_NOT_0,
  VALUE_VARIABLE_NOT_0,
  VALUE_STRING,
  VALUE_TOPIC,
  VALUE_BINARY,
  VALUE_PAIR,
} ValueKind;

typedef struct {
  const char *name; /* NULL: no such property */
  ValueKind kind;
  guint32 where; /* a bit for each packet type; bit 0: will properties */
} PropertyRule;

#define IN(type) (1u << (type))
#define IN_WILL IN(PROPERTIES_OF_WILL)
#define IN_ACKS (IN(MQTT_PUBACK) | IN(MQTT_PUBREC) | IN(MQTT_PUBREL) | IN(MQTT_PUBCOMP))
#define IN_SUBACKS (IN(MQTT_SUBACK) | IN(MQTT_UNSUBACK))
#define IN_MESSAGE (IN(MQTT_PUBLISH) | IN_WILL)
#define IN_BOTH_CONN (IN(MQTT_CONNECT) | IN(MQTT_CONNACK))
#define WITH_REASON (IN(MQTT_CONNACK) | IN_ACKS | IN_SUBACKS | IN(MQTT_DISCONNECT) | IN(MQTT_AUTH))
#define EVERYWHERE                                                                                 \
  (WITH_REASON | IN(MQTT_CONNECT) | IN_MESSAGE | IN(MQTT_SUBSCRIBE) | IN(MQTT_UNSUBSCRIBE))

/* MQTT 5, Table 2-4 */
static const PropertyRule rules[] = {
    [MQTT_PROPERTY_PAYLOAD_FORMAT_INDICATOR] = {"Payload Format Indicator", VALUE_BYTE_0_OR_1,
                                                IN_MESSAGE},
    [MQTT_PROPERTY_MESSAGE_EXPIRY_INTERVAL] = {"Message Expiry Interval", VALUE_FOUR, IN_MESSAGE},
    [MQTT_PROPERTY_CONTENT_TYPE] = {"Content Type", VALUE_STRING, IN_MESSAGE},
    [MQTT_PROPERTY_RESPONSE_TOPIC] = {"Response Topic", VALUE_TOPIC, IN_MESSAGE},
    [MQTT_PROPERTY_CORRELATION_DATA] = {"Correlation Data", VALUE_BINARY, IN_MESSAGE},
    [MQTT_PROPERTY_SUBSCRIPTION_IDENTIFIER] = {"Subscription Identifier", VALUE_VARIABLE_NOT_0,
                                               IN(MQTT_PUBLISH) | IN(MQTT_SUBSCRIBE)},
    [MQTT_PROPERTY_SESSION_EXPIRY_INTERVAL] = {"Session Expiry Interval", VALUE_FOUR,
                                               IN_BOTH_CONN | IN(MQTT_DISCONNECT)},
    [MQTT_PROPERTY_ASSIGNED_CLIENT_IDENTIFIER] = {"Assigned Client Identifier", VALUE_STRING,
                                                  IN(MQTT_CONNACK)},
    [MQTT_PROPERTY_SERVER_KEEP_ALIVE] = {"Server Keep Alive", VALUE_TWO, IN(MQTT_CONNACK)},
    [MQTT_PROPERTY_AUTHENTICATION_METHOD] = {"Authentication Method", VALUE_STRING,
                                             IN_BOTH_CONN | IN(MQTT_AUTH)},
    [MQTT_PROPERTY_AUTHENTICATION_DATA] = {"Authentication Data", VALUE_BINARY,
                                           IN_BOTH_CONN | IN(MQTT_AUTH)},
    [MQTT_PROPERTY_REQUEST_PROBLEM_INFORMATION] = {"Request Problem Information", VALUE_BYTE_0_OR_1,
                                                   IN(MQTT_CONNECT)},
    [MQTT_PROPERTY_WILL_DELAY_INTERVAL] = {"Will Delay Interval", VALUE_FOUR, IN_WILL},
    [MQTT_PROPERTY_REQUEST_RESPONSE_INFORMATION] = {"Request Response Information",
                                                    VALUE_BYTE_0_OR_1, IN(MQTT_CONNECT)},
    [MQTT_PROPERTY_RESPONSE_INFORMATION] = {"Response Information", VALUE_STRING, IN(MQTT_CONNACK)},
    [MQTT_PROPERTY_SERVER_REFERENCE] = {"Server Reference", VALUE_STRING,
                                        IN(MQTT_CONNACK) | IN(MQTT_DISCONNECT)},
    [MQTT_PROPERTY_REASON_STRING] = {"Reason String", VALUE_STRING, WITH_REASON},
    [MQTT_PROPERTY_RECEIVE_MAXIMUM] = {"Receive Maximum", VALUE_TWO_NOT_0, IN_BOTH_CONN},
    [MQTT_PROPERTY_TOPIC_ALIAS_MAXIMUM] = {"Topic Alias Maximum", VALUE_TWO, IN_BOTH_CONN},
    [MQTT_PROPERTY_TOPIC_ALIAS] = {"Topic Alias", VALUE_TWO_NOT_0, IN(MQTT_PUBLISH)},
    [MQTT_PROPERTY_MAXIMUM_QOS] = {"Maximum QoS", VALUE_BYTE_0_OR_1, IN(MQTT_CONNACK)},
    [MQTT_PROPERTY_RETAIN_AVAILABLE] = {"Retain Available", VALUE_BYTE_0_OR_1, IN(MQTT_CONNACK)},
    [MQTT_PROPERTY_USER_PROPERTY] = {"User Property", VALUE_PAIR, EVERYWHERE},
    [MQTT_PROPERTY_MAXIMUM_PACKET_SIZE] = {"Maximum Packet Size", VALUE_FOUR_NOT_0, IN_BOTH_CONN},
    [MQTT_PROPERTY_WILDCARD_SUBSCRIPTION_AVAILABLE] = {"Wildcard Subscription Available",
                                                       VALUE_BYTE_0_OR_1, IN(MQTT_CONNACK)},
    [MQTT_PROPERTY_SUBSCRIPTION_IDENTIFIER_AVAILABLE] = {"Subscription Identifier Available",
                                                         VALUE_BYTE_0_OR_1, IN(MQTT_CONNACK)},
    [MQTT_PROPERTY_SHARED_SUBSCRIPTION_AVAILABLE] = {"Shared Subscription Available",
                                                     VALUE_BYTE_0_OR_1, IN(MQTT_CONNACK)},
};

/* The section about the properties of each packet: what it says of a property that is there twice
 * or has a value out of range is not numbered. */
static const char *const sections[] = {
    [PROPERTIES_OF_WILL] = "MQTT 5, 3.1.3.2", [MQTT_CONNECT] = "MQTT 5, 3.1.2.11",
    [MQTT_CONNACK] = "MQTT 5, 3.2.2.3",       [MQTT_PUBLISH] = "MQTT 5, 3.3.2.3",
    [MQTT_PUBACK] = "MQTT 5, 3.4.2.2",        [MQTT_PUBREC] = "MQTT 5, 3.5.2.2",
    [MQTT_PUBREL] = "MQTT 5, 3.6.2.2",        [MQTT_PUBCOMP] = "MQTT 5, 3.7.2.2",
    [MQTT_SUBSCRIBE] = "MQTT 5, 3.8.2.1",     [MQTT_SUBACK] = "MQTT 5, 3.9.2.1",
    [MQTT_UNSUBSCRIBE] = "MQTT 5, 3.10.2.1",  [MQTT_UNSUBACK] = "MQTT 5, 3.11.2.1",
    [MQTT_DISCONNECT] = "MQTT 5, 3.14.2.2",   [MQTT_AUTH] = "MQTT 5, 3.15.2.2",
};

static const PropertyRule *
find_rule(guint8 id)
{
  return id < G_N_ELEMENTS(rules) && rules[id].name != NULL ? &rules[id] : NULL;
}

const char *
mqtt_property_name(guint8 id)
{
  const PropertyRule *rule = find_rule(id);

  return rule != NULL ? rule->name : NULL;
}

/* Reads the value with the checks of its type. */
static gboolean
read_value(PacketReader *reader, ValueKind kind, MqttProperty *property)
{
  guint16 two;
  guint8 byte;

  switch (kind) {
  case VALUE_BYTE_0_OR_1:
    return packet_read_byte(reader, &byte) && (property->number = byte, TRUE);
  case VALUE_TWO:
  case VALUE_TWO_NOT_0:
    return packet_read_two(reader, &two) && (property->number = two, TRUE);
  case VALUE_FOUR:
  case VALUE_FOUR_NOT_0:
    return packet_read_four(reader, &property->number);
  case VALUE_VARIABLE_NOT_0:
    return packet_read_variable(reader, &property->number);
  case VALUE_STRING:
    return packet_read_string(reader, &property->value);
  case VALUE_TOPIC:
    return packet_read_topic(reader, &property->value, CLAUSE_5("3.3.2-14"));
  case VALUE_BINARY:
    return packet_read_binary(reader, &property->value);
  case VALUE_PAIR:
    return packet_read_string(reader, &property->name) &&
           packet_read_string(reader, &property->value);
  }
  g_assert_not_reached();
}

static gboolean
check_number(const PacketReader *reader, guint32 at, const PropertyRule *rule, guint8 where,
             const MqttProperty *property)
{
  const char *clause = sections[where];

  switch (rule->kind) {
  case VALUE_BYTE_0_OR_1:
    return property->number <= 1 ||
           packet_fault(reader, at, clause, NULL, "the property's value is neither 0 nor 1");
  case VALUE_TWO_NOT_0:
  case VALUE_FOUR_NOT_0:
  case VALUE_VARIABLE_NOT_0:
    if (property->id == MQTT_PROPERTY_TOPIC_ALIAS)
      clause = "MQTT 5, 3.3.2-8";
    return property->number != 0 ||
           packet_fault(reader, at, clause, NULL, "the property's value is 0");
  default:
    return TRUE;
  }
}

/* The two properties that only one side may send. */
static gboolean
check_sender(const PacketReader *reader, guint32 at, guint8 where, guint8 id)
{
  if (where == MQTT_PUBLISH && id == MQTT_PROPERTY_SUBSCRIPTION_IDENTIFIER &&
      reader->direction == MQTT_FROM_CLIENT)
    return packet_fault(reader, at, CLAUSE_5("3.3.4-6"),
                        "a client must not send a Subscription Identifier in a PUBLISH");
  if (where == MQTT_DISCONNECT && id == MQTT_PROPERTY_SESSION_EXPIRY_INTERVAL &&
      reader->direction == MQTT_FROM_BROKER)
    return packet_fault(reader, at, CLAUSE_5("3.14.2-2"),
                        "a broker must not send a Session Expiry Interval in a DISCONNECT");
  return TRUE;
}

static gboolean
may_repeat(guint8 where, guint8 id)
{
  return id == MQTT_PROPERTY_USER_PROPERTY ||
         (id == MQTT_PROPERTY_SUBSCRIPTION_IDENTIFIER && where == MQTT_PUBLISH);
}

static gboolean
check_property(PacketReader *reader, guint8 where, guint64 *seen)
{
  MqttProperty property = {0};
  const PropertyRule *rule;
  guint32 at = reader->at;

  if (!packet_read_byte(reader, &property.id))
    return FALSE;
  rule = find_rule(property.id);
  if (rule == NULL)
    return packet_fault(reader, at, CLAUSE_5("2.2.2.2"), "the property identifier is unknown");
  if ((rule->where & IN(where)) == 0)
    return packet_fault(reader, at, CLAUSE_5("2.2.2.2"), "the property does not belong here");
  if ((*seen & PROPERTY_BIT(property.id)) != 0 && !may_repeat(where, property.id))
    return packet_fault(reader, at, sections[where], NULL, "the property is there twice");
  *seen |= PROPERTY_BIT(property.id);
  return check_sender(reader, at, where, property.id) &&
         read_value(reader, rule->kind, &property) &&
         check_number(reader, at + 1, rule, where, &property);
}

gboolean
packet_read_properties(PacketReader *reader, guint8 where, MqttBytes *block, guint64 *seen)
{
  guint32 length, start, packet_end = reader->end;
  guint64 ids = 0;

  *block = (MqttBytes){NULL, 0};
  if (!reader->five)
    return TRUE;
  start = reader->at;
  if (!packet_read_variable(reader, &length))
    return FALSE;
  if (length > reader->end - reader->at)
    return packet_fault(reader, start, CLAUSE_5("2.2.2.1"),
                        "the Property Length goes beyond the packet");
  start = reader->at;
  reader->end = start + length;
  reader->in_properties = TRUE;
  while (reader->at < reader->end) {
    if (!check_property(reader, where, &ids))
      return FALSE;
  }
  reader->in_properties = FALSE;
  reader->end = packet_end;
  if (length > 0)
    *block = (MqttBytes){reader->body + start, length};
  if (seen != NULL)
    *seen = ids;
  return TRUE;
}

gboolean
mqtt_property_next(MqttBytes block, gsize *cursor, MqttProperty *property)
{
  MqttFault fault;
  PacketReader reader = {.body = block.data,
                         .at = (guint32)*cursor,
                         .end = block.length,
                         .five = TRUE,
                         .in_properties = TRUE,
                         .direction = MQTT_FROM_BROKER,
                         .fault = &fault};
  const PropertyRule *rule;

  *property = (MqttProperty){0};
  if (*cursor >= block.length || !packet_read_byte(&reader, &property->id))
    return FALSE;
  rule = find_rule(property->id);
  if (rule == NULL || !read_value(&reader, rule->kind, property))
    return FALSE;
  *cursor = reader.at;
  return TRUE;
}

guint32
mqtt_property_number(MqttBytes block, guint8 id)
{
  MqttProperty property;
  gsize cursor = 0;

  while (mqtt_property_next(block, &cursor, &property)) {
    if (property.id == id)
      return property.number;
  }
  return 0;
}
