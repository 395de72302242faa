#include "config.h"

#include "mqtt/packet.h"

#include "mqtt/packet_reader.h"

/* --- Framing ---------------------------------------------------------------------------------- */

static MqttFrameResult
bad_frame(MqttFault *fault, gsize offset, const char *clause, const char *reason)
{
  fault->offset = offset;
  fault->clause = clause;
  fault->reason = reason;
  return MQTT_FRAME_BAD;
}

/* MQTT 5, Table 2-2; those of PUBLISH are not reserved */
static gboolean
flags_are_good(guint8 type, guint8 flags)
{
  switch (type) {
  case MQTT_PUBLISH:
    return TRUE;
  case MQTT_PUBREL:
  case MQTT_SUBSCRIBE:
  case MQTT_UNSUBSCRIBE:
    return flags == 2;
  default:
    return flags == 0;
  }
}

MqttFrameResult
mqtt_frame_read(const guint8 *bytes, gsize length, MqttFrame *frame, MqttFault *fault)
{
  if (length == 0)
    return MQTT_FRAME_MORE;
  frame->type = bytes[0] >> 4;
  frame->flags = bytes[0] & 0x0f;
  frame->remaining = 0;
  if (frame->type == 0)
    return bad_frame(fault, 0, "MQTT 5, 2.1.2 (3.1.1: 2.2.1)", "packet type 0 is reserved");
  if (!flags_are_good(frame->type, frame->flags))
    return bad_frame(fault, 0, "MQTT 5, 2.1.3-1 (3.1.1: 2.2.2-1)", "reserved flag bits are wrong");
  for (frame->header = 2; frame->header <= 5; frame->header++) {
    guint8 byte;

    if (length < frame->header)
      return MQTT_FRAME_MORE;
    byte = bytes[frame->header - 1];
    frame->remaining |= (guint32)(byte & 0x7f) << (7 * (frame->header - 2));
    if (byte < 0x80)
      return MQTT_FRAME_OK;
  }
  return bad_frame(fault, 4, "MQTT 5, 1.5.5 (3.1.1: 2.2.3)",
                   "the Remaining Length has more than four bytes");
}

/* --- Acknowledgements ------------------------------------------------------------------------- */

/* Reason code and properties, each of which may be left out from the end on (MQTT 5, 3.4.2.1). */
static gboolean
read_reason(PacketReader *reader, MqttType type, MqttAck *ack, const char *clause)
{
  if (!reader->five || reader->at == reader->end)
    return TRUE;
  if (!packet_read_byte(reader, &ack->reason))
    return FALSE;
  if (!mqtt_reason_is_allowed(type, reader->direction, ack->reason))
    return packet_fault(reader, reader->at - 1, clause, NULL,
                        "the reason code does not belong in this packet");
  return reader->at == reader->end ||
         packet_read_properties(reader, (guint8)type, &ack->properties, NULL);
}

gboolean
packet_read_ack(PacketReader *reader, MqttType type, MqttAck *ack)
{
  static const char *const clauses[] = {
      [MQTT_PUBACK] = "MQTT 5, 3.4.2-1",
      [MQTT_PUBREC] = "MQTT 5, 3.5.2-1",
      [MQTT_PUBREL] = "MQTT 5, 3.6.2-1",
      [MQTT_PUBCOMP] = "MQTT 5, 3.7.2-1",
  };

  return packet_read_id(reader, &ack->packet_id, CLAUSE("2.2.1-5", "2.3.1-6")) &&
         read_reason(reader, type, ack, clauses[type]) && packet_read_end(reader);
}

gboolean
packet_read_disconnect(PacketReader *reader, MqttAck *disconnect)
{
  return read_reason(reader, MQTT_DISCONNECT, disconnect, "MQTT 5, 3.14.2-1") &&
         packet_read_end(reader);
}

gboolean
packet_read_auth(PacketReader *reader, MqttAck *auth)
{
  guint64 seen = 0;

  /* MQTT 5, 3.15.2.1: reason and properties may only be left out together. */
  if (reader->at == reader->end) {
    return mqtt_reason_is_allowed(MQTT_AUTH, reader->direction, 0) ||
           packet_fault(reader, reader->at, CLAUSE_5("3.15.2-1"),
                        "the reason code does not belong in this packet");
  }
  if (!packet_read_byte(reader, &auth->reason))
    return FALSE;
  if (!mqtt_reason_is_allowed(MQTT_AUTH, reader->direction, auth->reason))
    return packet_fault(reader, reader->at - 1, CLAUSE_5("3.15.2-1"),
                        "the reason code does not belong in this packet");
  if (!packet_read_properties(reader, MQTT_AUTH, &auth->properties, &seen))
    return FALSE;
  if ((seen & PROPERTY_BIT(MQTT_PROPERTY_AUTHENTICATION_METHOD)) == 0)
    return packet_fault(reader, 1, CLAUSE_5("3.15.2.2.2"), "the Authentication Method is missing");
  return packet_read_end(reader);
}

/* --- Any packet ------------------------------------------------------------------------------- */

/* MQTT 5, Table 2-1 */
static gboolean
check_direction(const PacketReader *reader, MqttType type)
{
  gboolean by_client = TRUE, by_broker = TRUE;

  switch (type) {
  case MQTT_CONNECT:
  case MQTT_SUBSCRIBE:
  case MQTT_UNSUBSCRIBE:
  case MQTT_PINGREQ:
    by_broker = FALSE;
    break;
  case MQTT_CONNACK:
  case MQTT_SUBACK:
  case MQTT_UNSUBACK:
  case MQTT_PINGRESP:
    by_client = FALSE;
    break;
  case MQTT_DISCONNECT:
    by_broker = reader->five;
    break;
  case MQTT_AUTH:
    if (!reader->five)
      return packet_header_fault(reader, 0, CLAUSE("2.1.2", "2.2.1"), "packet type 15 is reserved");
    break;
  default:
    break;
  }
  if (reader->direction == MQTT_FROM_CLIENT ? by_client : by_broker)
    return TRUE;
  return packet_header_fault(reader, 0, CLAUSE("2.1.2", "2.2.1"),
                             reader->direction == MQTT_FROM_CLIENT
                                 ? "a client does not send this packet"
                                 : "a broker does not send this packet");
}

static gboolean
read_body(PacketReader *reader, MqttPacket *packet)
{
  switch (packet->type) {
  case MQTT_CONNECT:
    return packet_read_connect(reader, &packet->connect);
  case MQTT_CONNACK:
    return packet_read_connack(reader, &packet->connack);
  case MQTT_PUBLISH:
    return packet_read_publish(reader, &packet->publish);
  case MQTT_PUBACK:
  case MQTT_PUBREC:
  case MQTT_PUBREL:
  case MQTT_PUBCOMP:
    return packet_read_ack(reader, packet->type, &packet->ack);
  case MQTT_SUBSCRIBE:
    return packet_read_subscribe(reader, &packet->subscription);
  case MQTT_SUBACK:
    return packet_read_suback(reader, &packet->subscription);
  case MQTT_UNSUBSCRIBE:
    return packet_read_unsubscribe(reader, &packet->subscription);
  case MQTT_UNSUBACK:
    return packet_read_unsuback(reader, &packet->subscription);
  case MQTT_PINGREQ:
  case MQTT_PINGRESP:
    return packet_read_end(reader);
  case MQTT_DISCONNECT:
    return packet_read_disconnect(reader, &packet->ack);
  case MQTT_AUTH:
    return packet_read_auth(reader, &packet->ack);
  }
  g_assert_not_reached();
}

static gboolean
check_size(const PacketReader *reader, gsize length)
{
  gsize size = (gsize)reader->header + reader->end;

  if (length < size)
    return packet_header_fault(reader, length, CLAUSE("2.1.4", "2.2.3"),
                               "the packet is shorter than its Remaining Length");
  if (length > size)
    return packet_header_fault(reader, size, CLAUSE("2.1.4", "2.2.3"),
                               "the packet is longer than its Remaining Length");
  return TRUE;
}

gboolean
mqtt_packet_decode(const guint8 *bytes, gsize length, MqttVersion version, MqttDirection direction,
                   MqttPacket *packet, MqttFault *fault)
{
  MqttFrame frame = {0};
  PacketReader reader = {.five = version == MQTT_5, .direction = direction, .fault = fault};

  switch (mqtt_frame_read(bytes, length, &frame, fault)) {
  case MQTT_FRAME_BAD:
    return FALSE;
  case MQTT_FRAME_MORE:
    return packet_header_fault(&reader, length, CLAUSE("2.1.1", "2.2"),
                               "the packet ends within its fixed header");
  case MQTT_FRAME_OK:
    break;
  }
  reader.body = bytes + frame.header;
  reader.end = frame.remaining;
  reader.header = frame.header;
  reader.flags = frame.flags;
  *packet = (MqttPacket){.type = frame.type, .size = frame.header + frame.remaining};
  return check_size(&reader, length) && packet_check_header(&reader) &&
         check_direction(&reader, packet->type) && read_body(&reader, packet);
}
