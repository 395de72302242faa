/* CONNECT and CONNACK (3.1 and 3.2 of both standards). */
#include "config.h"

#include <string.h>

#include "mqtt/packet_reader.h"

enum {
  FLAG_RESERVED = 0x01,
  FLAG_WILL = 0x04,
  FLAGS_WILL_QOS = 0x18,
  FLAG_WILL_RETAIN = 0x20,
  FLAG_PASSWORD = 0x40,
  FLAG_USER_NAME = 0x80,
};

static gboolean
is_text(MqttBytes bytes, const char *text)
{
  return bytes.length == strlen(text) && memcmp(bytes.data, text, bytes.length) == 0;
}

/* The packet says itself which standard it follows. */
static gboolean
read_version(PacketReader *reader, MqttConnect *connect)
{
  MqttBytes name;
  guint8 level;

  reader->five = FALSE;
  if (!packet_read_string(reader, &name))
    return FALSE;
  if (name.length == 0 || (!is_text(name, "MQTT") && !is_text(name, "MQIsdp")))
    return packet_fault(reader, 0, CLAUSE("3.1.2-1", "3.1.2-1"), "the protocol name is not MQTT");
  if (!packet_read_byte(reader, &level))
    return FALSE;
  if (is_text(name, "MQIsdp") ? level != MQTT_3_1 : level != MQTT_3_1_1 && level != MQTT_5)
    return packet_fault(reader, reader->at - 1, CLAUSE("3.1.2-2", "3.1.2-2"),
                        "the protocol version is unknown");
  connect->version = level;
  reader->five = level == MQTT_5;
  return TRUE;
}

static gboolean
check_flags(const PacketReader *reader, guint8 flags)
{
  guint32 at = reader->at - 1;

  if ((flags & FLAG_RESERVED) != 0)
    return packet_fault(reader, at, CLAUSE("3.1.2-3", "3.1.2-3"),
                        "the reserved bit of the Connect Flags is set");
  if ((flags & FLAG_WILL) == 0 && (flags & FLAGS_WILL_QOS) != 0)
    return packet_fault(reader, at, CLAUSE("3.1.2-11", "3.1.2-13"),
                        "there is a Will QoS but no will");
  if ((flags & FLAGS_WILL_QOS) == FLAGS_WILL_QOS)
    return packet_fault(reader, at, CLAUSE("3.1.2-12", "3.1.2-14"), "Will QoS 3 is not allowed");
  if ((flags & FLAG_WILL) == 0 && (flags & FLAG_WILL_RETAIN) != 0)
    return packet_fault(reader, at, CLAUSE("3.1.2-13", "3.1.2-15"),
                        "Will Retain is set but there is no will");
  if (!reader->five && (flags & (FLAG_USER_NAME | FLAG_PASSWORD)) == FLAG_PASSWORD)
    return packet_fault(reader, at, CLAUSE("3.1.2.9", "3.1.2-22"),
                        "there is a password but no user name");
  return TRUE;
}

static gboolean
read_connect_properties(PacketReader *reader, MqttConnect *connect)
{
  guint32 start = reader->at;
  guint64 seen = 0;

  if (!packet_read_properties(reader, MQTT_CONNECT, &connect->properties, &seen))
    return FALSE;
  if ((seen & PROPERTY_BIT(MQTT_PROPERTY_AUTHENTICATION_DATA)) != 0 &&
      (seen & PROPERTY_BIT(MQTT_PROPERTY_AUTHENTICATION_METHOD)) == 0)
    return packet_fault(reader, start, CLAUSE_5("3.1.2.11.10"),
                        "there is Authentication Data but no Authentication Method");
  return TRUE;
}

static gboolean
read_will(PacketReader *reader, MqttConnect *connect)
{
  if ((connect->flags & FLAG_WILL) == 0)
    return TRUE;
  if (!packet_read_properties(reader, PROPERTIES_OF_WILL, &connect->will_properties, NULL) ||
      !packet_read_topic(reader, &connect->will_topic, CLAUSE("4.7.0-1", "4.7.1-1")))
    return FALSE;
  if (connect->will_topic.length == 0)
    return packet_fault(reader, reader->at - 2, CLAUSE("4.7.3-1", "4.7.3-1"),
                        "the Will Topic is empty");
  return packet_read_binary(reader, &connect->will_payload);
}

gboolean
packet_read_connect(PacketReader *reader, MqttConnect *connect)
{
  if (!read_version(reader, connect) || !packet_read_byte(reader, &connect->flags) ||
      !check_flags(reader, connect->flags) || !packet_read_two(reader, &connect->keep_alive) ||
      !read_connect_properties(reader, connect) ||
      !packet_read_string(reader, &connect->client_id) || !read_will(reader, connect))
    return FALSE;
  if ((connect->flags & FLAG_USER_NAME) != 0 && !packet_read_string(reader, &connect->user_name))
    return FALSE;
  if ((connect->flags & FLAG_PASSWORD) != 0 && !packet_read_binary(reader, &connect->password))
    return FALSE;
  return packet_read_end(reader);
}

static gboolean
check_connack_reason(const PacketReader *reader, guint8 reason)
{
  if (!reader->five) {
    return reason <= 5 || packet_fault(reader, reader->at - 1, CLAUSE("3.2.2-8", "3.2.2-6"),
                                       "the return code is reserved");
  }
  /* MQTT 3.1.1, 3.1.2-2: the answer of a broker that does not know MQTT 5. */
  if (reader->end == 2 && reason >= 1 && reason <= 5)
    return TRUE;
  return mqtt_reason_is_allowed(MQTT_CONNACK, MQTT_FROM_BROKER, reason) ||
         packet_fault(reader, reader->at - 1, CLAUSE_5("3.2.2-8"),
                      "the reason code does not belong in this packet");
}

gboolean
packet_read_connack(PacketReader *reader, MqttConnack *connack)
{
  guint8 flags;

  if (!packet_read_byte(reader, &flags))
    return FALSE;
  if ((flags & 0xfe) != 0)
    return packet_fault(reader, 0, CLAUSE("3.2.2-1", "3.2.2.1"),
                        "reserved bits of the Connect Acknowledge Flags are set");
  connack->session_present = flags != 0;
  if (!packet_read_byte(reader, &connack->reason) || !check_connack_reason(reader, connack->reason))
    return FALSE;
  if (connack->reason != 0 && connack->session_present)
    return packet_fault(reader, 0, CLAUSE("3.2.2-6", "3.2.2-4"),
                        "Session Present is set although the connection is refused");
  if (reader->five && reader->end == 2 && connack->reason >= 1 && connack->reason <= 5)
    return TRUE;
  return packet_read_properties(reader, MQTT_CONNACK, &connack->properties, NULL) &&
         packet_read_end(reader);
}
