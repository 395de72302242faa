#include "config.h"

#include "unit/wire.h"

#include <string.h>

GByteArray *
wire(const char *text)
{
  GByteArray *bytes = g_byte_array_new();

  for (const char *c = text; *c != '\0'; c++) {
    guint8 byte;

    if (*c == ' ')
      continue;
    if (*c == '\'') {
      const char *end = strchr(c + 1, '\'');

      g_assert_nonnull(end);
      g_byte_array_append(bytes, (const guint8 *)c + 1, (guint)(end - c - 1));
      c = end;
      continue;
    }
    g_assert_true(g_ascii_isxdigit(c[0]) && g_ascii_isxdigit(c[1]));
    byte = (guint8)(g_ascii_xdigit_value(c[0]) << 4 | g_ascii_xdigit_value(c[1]));
    g_byte_array_append(bytes, &byte, 1);
    c++;
  }
  return bytes;
}

/* What is not printable ASCII as hex: these strings are for comparing, not for reading. */
static void
tell_bytes(GString *out, MqttBytes bytes)
{
  g_assert_true((bytes.length == 0) == (bytes.data == NULL));
  g_string_append_c(out, '\'');
  for (guint32 i = 0; i < bytes.length; i++) {
    if (g_ascii_isprint(bytes.data[i]))
      g_string_append_c(out, (char)bytes.data[i]);
    else
      g_string_append_printf(out, "\\%02x", bytes.data[i]);
  }
  g_string_append_c(out, '\'');
}

static void
tell_field(GString *out, const char *name, MqttBytes bytes)
{
  g_string_append_printf(out, " %s ", name);
  tell_bytes(out, bytes);
}

static void
tell_properties(GString *out, const char *name, MqttBytes block)
{
  MqttProperty property;
  gsize cursor = 0;

  if (block.length == 0)
    return;
  g_string_append_printf(out, " %s{", name);
  while (mqtt_property_next(block, &cursor, &property)) {
    g_string_append_printf(out, "%s=", mqtt_property_name(property.id));
    if (property.name.length > 0)
      tell_bytes(out, property.name);
    if (property.value.length > 0)
      tell_bytes(out, property.value);
    else
      g_string_append_printf(out, "%u", property.number);
    if (cursor < block.length)
      g_string_append(out, ", ");
  }
  g_assert_cmpuint(cursor, ==, block.length);
  g_string_append_c(out, '}');
}

static void
tell_connect(GString *out, const MqttConnect *connect)
{
  g_string_append_printf(out, " version %d flags %02x keep %u", connect->version, connect->flags,
                         connect->keep_alive);
  tell_properties(out, "", connect->properties);
  tell_field(out, "id", connect->client_id);
  if ((connect->flags & 0x04) != 0) {
    tell_properties(out, "will", connect->will_properties);
    tell_field(out, "topic", connect->will_topic);
    tell_field(out, "payload", connect->will_payload);
  }
  if ((connect->flags & 0x80) != 0)
    tell_field(out, "user", connect->user_name);
  if ((connect->flags & 0x40) != 0)
    tell_field(out, "password", connect->password);
}

static void
tell_message(GString *out, const MqttPublish *publish)
{
  g_string_append_printf(out, " qos %u%s%s id %u alias %u", publish->qos,
                         publish->retain ? " retain" : "", publish->dup ? " dup" : "",
                         publish->packet_id, publish->topic_alias);
  tell_field(out, "topic", publish->topic);
  tell_properties(out, "", publish->properties);
  tell_field(out, "payload", publish->payload);
}

static void
tell_filters(GString *out, MqttType type, const MqttSubscription *subscription)
{
  MqttBytes filter;
  gsize cursor = 0;
  guint8 options;
  guint32 count = 0;

  while (mqtt_filter_next(subscription->list, &cursor, &filter,
                          type == MQTT_SUBSCRIBE ? &options : NULL)) {
    tell_field(out, "filter", filter);
    if (type == MQTT_SUBSCRIBE)
      g_string_append_printf(out, ":%02x", options);
    count++;
  }
  g_assert_cmpuint(count, ==, subscription->count);
  g_assert_cmpuint(cursor, ==, subscription->list.length);
}

static void
tell_subscription(GString *out, MqttType type, const MqttSubscription *subscription)
{
  g_string_append_printf(out, " id %u count %u", subscription->packet_id, subscription->count);
  tell_properties(out, "", subscription->properties);
  if (type == MQTT_SUBSCRIBE || type == MQTT_UNSUBSCRIBE)
    tell_filters(out, type, subscription);
  else
    tell_field(out, "codes", subscription->list);
}

char *
tell_packet(const MqttPacket *packet)
{
  GString *out = g_string_new(NULL);

  g_string_append_printf(out, "%s %u", mqtt_type_name((guint8)packet->type), packet->size);
  switch (packet->type) {
  case MQTT_CONNECT:
    tell_connect(out, &packet->connect);
    break;
  case MQTT_CONNACK:
    g_string_append_printf(out, " present %d reason %02x", packet->connack.session_present,
                           packet->connack.reason);
    tell_properties(out, "", packet->connack.properties);
    break;
  case MQTT_PUBLISH:
    tell_message(out, &packet->publish);
    break;
  case MQTT_SUBSCRIBE:
  case MQTT_SUBACK:
  case MQTT_UNSUBSCRIBE:
  case MQTT_UNSUBACK:
    tell_subscription(out, packet->type, &packet->subscription);
    break;
  case MQTT_PINGREQ:
  case MQTT_PINGRESP:
    break;
  default:
    g_string_append_printf(out, " id %u reason %02x", packet->ack.packet_id, packet->ack.reason);
    tell_properties(out, "", packet->ack.properties);
  }
  return g_string_free(out, FALSE);
}

char *
tell_publish(const MqttPublish *publish)
{
  GString *out = g_string_new("PUBLISH");

  tell_message(out, publish);
  return g_string_free(out, FALSE);
}

char *
tell_fault(const MqttFault *fault)
{
  g_assert_nonnull(fault->reason);
  return g_strdup_printf("%" G_GSIZE_FORMAT " %s", fault->offset, fault->clause);
}
