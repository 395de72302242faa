#include "config.h"
#include "net/tunnel_events.h"

#include "util/safe_text.h"

/* Property identifiers (MQTT 5, 2.2.2.2). */
#define PROPERTY_ASSIGNED_CLIENT_ID 0x12
#define PROPERTY_SERVER_KEEP_ALIVE 0x13
#define PROPERTY_SERVER_REFERENCE 0x1c
#define PROPERTY_REASON_STRING 0x1f
#define PROPERTY_MAXIMUM_PACKET_SIZE 0x27

TunnelEvent *
tunnel_event_new(TunnelEventType type)
{
  TunnelEvent *event = g_new0(TunnelEvent, 1);
  event->type = type;
  event->time_ns = g_get_real_time() * 1000;
  event->monotonic_us = g_get_monotonic_time();
  event->alert = -1;
  return event;
}

static void
tunnel_packet_free(TunnelPacket *packet)
{
  if (packet == NULL)
    return;
  g_free(packet->reason_text);
  g_free(packet->assigned_client_id);
  g_free(packet->server_reference);
  broker_terms_free(packet->terms);
  g_clear_pointer(&packet->reasons, g_bytes_unref);
  g_free(packet);
}

void
tunnel_event_free(TunnelEvent *event)
{
  if (event == NULL)
    return;
  g_free(event->text);
  g_strfreev(event->names);
  g_strfreev(event->addresses);
  g_clear_pointer(&event->certificates, g_ptr_array_unref);
  g_clear_pointer(&event->verdict, verdict_free);
  g_clear_pointer(&event->opinion, second_opinion_free);
  g_free(event->tls.version);
  g_free(event->tls.cipher);
  g_free(event->tls.group);
  g_free(event->tls.alpn);
  tunnel_packet_free(event->packet);
  g_clear_error(&event->error);
  g_free(event);
}

/* --- Packets --------------------------------------------------------------------------------- */

static void
take_properties(TunnelPacket *summary, MqttBytes block, char **reason_string)
{
  MqttProperty property;
  for (gsize cursor = 0; mqtt_property_next(block, &cursor, &property);) {
    if (property.id == PROPERTY_REASON_STRING && *reason_string == NULL)
      *reason_string = safe_text(property.value.data, property.value.length);
    else if (property.id == PROPERTY_ASSIGNED_CLIENT_ID && summary->assigned_client_id == NULL)
      summary->assigned_client_id = safe_text(property.value.data, property.value.length);
    else if (property.id == PROPERTY_SERVER_REFERENCE && summary->server_reference == NULL)
      summary->server_reference = safe_text(property.value.data, property.value.length);
    else if (property.id == PROPERTY_MAXIMUM_PACKET_SIZE && summary->type == MQTT_CONNACK)
      summary->maximum_packet_size = property.number;
    else if (property.id == PROPERTY_SERVER_KEEP_ALIVE && summary->type == MQTT_CONNACK)
      summary->keep_alive = (guint16)property.number;
  }
}

/* The properties of the packet, and on the way what else is its own. */
static MqttBytes
take_fields(TunnelPacket *summary, const MqttPacket *packet)
{
  switch (packet->type) {
  case MQTT_CONNECT:
    summary->keep_alive = packet->connect.keep_alive;
    return (MqttBytes){NULL, 0};
  case MQTT_CONNACK:
    summary->reason = packet->connack.reason;
    summary->session_present = packet->connack.session_present;
    summary->terms = broker_terms_new(packet->connack.properties);
    return packet->connack.properties;
  case MQTT_PUBACK:
  case MQTT_PUBREC:
  case MQTT_PUBREL:
  case MQTT_PUBCOMP:
  case MQTT_DISCONNECT:
  case MQTT_AUTH:
    summary->packet_id = packet->ack.packet_id;
    summary->reason = packet->ack.reason;
    return packet->ack.properties;
  case MQTT_SUBACK:
  case MQTT_UNSUBACK:
    /* MQTT 3.1.1's UNSUBACK has no codes (3.11.3). */
    if (packet->subscription.list.length > 0) {
      summary->reason = packet->subscription.list.data[0];
      summary->reasons =
          g_bytes_new(packet->subscription.list.data, packet->subscription.list.length);
    }
    summary->packet_id = packet->subscription.packet_id;
    return packet->subscription.properties;
  case MQTT_SUBSCRIBE:
  case MQTT_UNSUBSCRIBE:
    summary->packet_id = packet->subscription.packet_id;
    return (MqttBytes){NULL, 0};
  default:
    return (MqttBytes){NULL, 0};
  }
}

static gboolean
has_reason(MqttType type, MqttVersion version)
{
  switch (type) {
  case MQTT_CONNACK:
  case MQTT_SUBACK:
    return TRUE;
  case MQTT_PUBACK:
  case MQTT_PUBREC:
  case MQTT_PUBREL:
  case MQTT_PUBCOMP:
  case MQTT_UNSUBACK:
  case MQTT_DISCONNECT:
  case MQTT_AUTH:
    return version == MQTT_5;
  default:
    return FALSE;
  }
}

TunnelPacket *
tunnel_packet_new(MqttDirection direction, const MqttPacket *packet, MqttVersion version)
{
  TunnelPacket *summary = g_new0(TunnelPacket, 1);
  g_autofree char *reason_string = NULL;
  summary->direction = direction;
  summary->type = packet->type;
  summary->size = packet->size;
  take_properties(summary, take_fields(summary, packet), &reason_string);
  if (!has_reason(packet->type, version))
    return summary;
  const char *text = mqtt_reason_text(packet->type, version, summary->reason);
  summary->reason_text =
      reason_string == NULL ? g_strdup(text) : g_strdup_printf("%s: \"%s\"", text, reason_string);
  return summary;
}
