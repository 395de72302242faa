/* A packet is either told in full, within its own bytes, or refused with a place and a clause. The
 * first byte chooses version, direction and whether the Remaining Length is made to fit. */
#include "config.h"

#include "mqtt/packet.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct {
  const guint8 *bytes;
  gsize length;
} Packet;

static void
check_within(const Packet *in, MqttBytes bytes)
{
  g_assert_true((bytes.length == 0) == (bytes.data == NULL));
  if (bytes.length == 0)
    return;
  g_assert_true(bytes.data >= in->bytes && bytes.length <= in->length);
  g_assert_true((gsize)(bytes.data - in->bytes) <= in->length - bytes.length);
}

static void
check_text(const Packet *in, MqttBytes text)
{
  check_within(in, text);
  g_assert_true(g_utf8_validate_len((const char *)text.data, text.length, NULL));
}

static void
check_properties(const Packet *in, MqttBytes block)
{
  MqttProperty property;
  gsize cursor = 0;

  check_within(in, block);
  while (mqtt_property_next(block, &cursor, &property)) {
    g_assert_nonnull(mqtt_property_name(property.id));
    check_within(in, property.name);
    check_within(in, property.value);
  }
  g_assert_cmpuint(cursor, ==, block.length);
}

static void
check_connect(const Packet *in, const MqttConnect *connect)
{
  check_properties(in, connect->properties);
  check_properties(in, connect->will_properties);
  check_text(in, connect->client_id);
  check_text(in, connect->will_topic);
  check_text(in, connect->user_name);
  check_within(in, connect->will_payload);
  check_within(in, connect->password);
}

static void
check_publish(const Packet *in, const MqttPublish *publish)
{
  check_text(in, publish->topic);
  check_properties(in, publish->properties);
  check_within(in, publish->payload);
  g_assert_cmpuint(publish->qos, <=, 2);
  g_assert_true((publish->packet_id == 0) == (publish->qos == 0));
  if (publish->topic.length == 0)
    g_assert_cmpuint(publish->topic_alias, >, 0);
  else
    g_assert_true(mqtt_topic_is_valid((const char *)publish->topic.data, publish->topic.length));
}

static void
check_subscription(const Packet *in, MqttType type, MqttVersion version,
                   const MqttSubscription *subscription)
{
  guint32 count = 0;
  gsize cursor = 0;
  MqttBytes filter;
  guint8 options;

  check_properties(in, subscription->properties);
  check_within(in, subscription->list);
  if (type == MQTT_SUBACK || type == MQTT_UNSUBACK) {
    for (; count < subscription->list.length; count++)
      g_assert_cmpstr(mqtt_reason_text(type, version, subscription->list.data[count]), !=,
                      "unknown reason");
  } else {
    while (mqtt_filter_next(subscription->list, &cursor, &filter,
                            type == MQTT_SUBSCRIBE ? &options : NULL)) {
      check_text(in, filter);
      count++;
    }
    g_assert_cmpuint(cursor, ==, subscription->list.length);
  }
  g_assert_cmpuint(count, ==, subscription->count);
}

static void
check_packet(const Packet *in, MqttVersion version, const MqttPacket *packet)
{
  g_assert_cmpuint(packet->size, ==, in->length);
  switch (packet->type) {
  case MQTT_CONNECT:
    check_connect(in, &packet->connect);
    break;
  case MQTT_CONNACK:
    check_properties(in, packet->connack.properties);
    break;
  case MQTT_PUBLISH:
    check_publish(in, &packet->publish);
    break;
  case MQTT_SUBSCRIBE:
  case MQTT_SUBACK:
  case MQTT_UNSUBSCRIBE:
  case MQTT_UNSUBACK:
    check_subscription(in, packet->type, version, &packet->subscription);
    break;
  case MQTT_PINGREQ:
  case MQTT_PINGRESP:
    break;
  default:
    check_properties(in, packet->ack.properties);
  }
}

/* (transfer full): the packet with a Remaining Length between its first byte and the rest. */
static GByteArray *
with_length(const guint8 *data, gsize size)
{
  GByteArray *packet = g_byte_array_new();
  gsize remaining = size - 1;

  g_byte_array_append(packet, data, 1);
  do {
    guint8 byte = (guint8)((remaining & 0x7f) | (remaining > 0x7f ? 0x80 : 0));

    g_byte_array_append(packet, &byte, 1);
    remaining >>= 7;
  } while (remaining > 0);
  g_byte_array_append(packet, data + 1, (guint)(size - 1));
  return packet;
}

static void
decode(const guint8 *bytes, gsize length, MqttVersion version, MqttDirection direction)
{
  g_autofree guint8 *copy = g_malloc(MAX(length, 1)); /* nothing behind it */
  Packet in = {copy, length};
  MqttFault fault = {G_MAXSIZE, NULL, NULL};
  MqttPacket packet;

  memcpy(copy, bytes, length);
  if (mqtt_packet_decode(copy, length, version, direction, &packet, &fault)) {
    check_packet(&in, version, &packet);
    return;
  }
  g_assert_cmpuint(fault.offset, <=, length);
  g_assert_nonnull(fault.clause);
  g_assert_nonnull(fault.reason);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  MqttVersion version;
  MqttDirection direction;

  if (size < 2)
    return 0;
  version = data[0] & 1 ? MQTT_5 : MQTT_3_1_1;
  direction = data[0] & 2 ? MQTT_FROM_BROKER : MQTT_FROM_CLIENT;
  if (data[0] & 4) {
    g_autoptr(GByteArray) packet = with_length(data + 1, size - 1);

    decode(packet->data, packet->len, version, direction);
  } else {
    decode(data + 1, size - 1, version, direction);
  }
  mqtt_filter_is_valid((const char *)data + 1, size - 1);
  return 0;
}
