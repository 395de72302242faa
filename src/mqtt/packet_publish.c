/* PUBLISH (MQTT 5 and 3.1.1, 3.3): the one packet that comes by millions. */
#include "config.h"

#include "mqtt/packet_reader.h"

static gboolean
read_flags(const PacketReader *reader, MqttPublish *publish)
{
  publish->dup = (reader->flags & 0x08) != 0;
  publish->qos = reader->flags >> 1 & 0x03;
  publish->retain = (reader->flags & 0x01) != 0;
  if (publish->qos == 3)
    return packet_header_fault(reader, 0, CLAUSE("3.3.1-4", "3.3.1-4"), "QoS 3 is not allowed");
  if (publish->qos == 0 && publish->dup)
    return packet_header_fault(reader, 0, CLAUSE("3.3.1-2", "3.3.1-2"),
                               "DUP is set in a QoS 0 PUBLISH");
  return TRUE;
}

static gboolean
read_packet_id(PacketReader *reader, MqttPublish *publish)
{
  publish->packet_id = 0;
  if (publish->qos == 0)
    return TRUE;
  return packet_read_id(reader, &publish->packet_id,
                        reader->direction == MQTT_FROM_CLIENT ? "MQTT 5, 2.2.1-3"
                                                              : "MQTT 5, 2.2.1-4",
                        "MQTT 3.1.1, 2.3.1-1");
}

static gboolean
read_properties(PacketReader *reader, MqttPublish *publish)
{
  guint64 seen = 0;

  publish->topic_alias = 0;
  publish->properties = (MqttBytes){NULL, 0};
  if (reader->five && reader->at < reader->end && reader->body[reader->at] == 0) {
    reader->at++; /* no properties: by far the most frequent case */
    return TRUE;
  }
  if (!packet_read_properties(reader, MQTT_PUBLISH, &publish->properties, &seen))
    return FALSE;
  if ((seen & PROPERTY_BIT(MQTT_PROPERTY_TOPIC_ALIAS)) != 0)
    publish->topic_alias =
        (guint16)mqtt_property_number(publish->properties, MQTT_PROPERTY_TOPIC_ALIAS);
  return TRUE;
}

/* Only a topic alias can stand for the name. */
static gboolean
check_topic_is_there(const PacketReader *reader, const MqttPublish *publish)
{
  return publish->topic.length > 0 || publish->topic_alias != 0 ||
         packet_fault(reader, 0, CLAUSE("3.3.2.1", "4.7.3-1"), "the topic name is empty");
}

gboolean
packet_read_publish(PacketReader *reader, MqttPublish *publish)
{
  if (!read_flags(reader, publish) ||
      !packet_read_topic(reader, &publish->topic, CLAUSE("3.3.2-2", "3.3.2-2")) ||
      !read_packet_id(reader, publish) || !read_properties(reader, publish) ||
      !check_topic_is_there(reader, publish))
    return FALSE;
  publish->payload = packet_read_rest(reader);
  return TRUE;
}

gboolean
mqtt_publish_decode(const MqttFrame *frame, const guint8 *body, MqttVersion version,
                    MqttPublish *publish, MqttFault *fault)
{
  PacketReader reader = {.body = body,
                         .end = frame->remaining,
                         .header = frame->header,
                         .flags = frame->flags,
                         .five = version == MQTT_5,
                         .direction = MQTT_FROM_BROKER,
                         .fault = fault};

  return packet_check_header(&reader) && packet_read_publish(&reader, publish);
}
