#include "config.h"

#include "mqtt/packet_reader.h"

#include "mqtt/text.h"

gboolean
packet_header_fault(const PacketReader *reader, gsize at, const char *clause_5,
                    const char *clause_3, const char *reason)
{
  reader->fault->offset = at;
  reader->fault->clause = reader->five || clause_3 == NULL ? clause_5 : clause_3;
  reader->fault->reason = reason;
  return FALSE;
}

gboolean
packet_fault(const PacketReader *reader, gsize at, const char *clause_5, const char *clause_3,
             const char *reason)
{
  return packet_header_fault(reader, reader->header + at, clause_5, clause_3, reason);
}

/* The field at the cursor does not fit. */
static gboolean
cut_off(const PacketReader *reader)
{
  if (reader->in_properties)
    return packet_fault(reader, reader->at, CLAUSE_5("2.2.2.1"),
                        "a property goes beyond the Property Length");
  return packet_fault(reader, reader->at, CLAUSE("2.1.4", "2.2.3"),
                      "the packet ends within this field");
}

static gboolean
has(const PacketReader *reader, guint32 bytes)
{
  return reader->end - reader->at >= bytes || cut_off(reader);
}

gboolean
packet_read_byte(PacketReader *reader, guint8 *value)
{
  if (!has(reader, 1))
    return FALSE;
  *value = reader->body[reader->at++];
  return TRUE;
}

gboolean
packet_read_two(PacketReader *reader, guint16 *value)
{
  const guint8 *bytes = reader->body + reader->at;

  if (!has(reader, 2))
    return FALSE;
  *value = (guint16)(bytes[0] << 8 | bytes[1]);
  reader->at += 2;
  return TRUE;
}

gboolean
packet_read_four(PacketReader *reader, guint32 *value)
{
  const guint8 *bytes = reader->body + reader->at;

  if (!has(reader, 4))
    return FALSE;
  *value = (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8 | bytes[3];
  reader->at += 4;
  return TRUE;
}

gboolean
packet_read_variable(PacketReader *reader, guint32 *value)
{
  guint32 start = reader->at, sum = 0;
  guint8 byte;

  for (guint shift = 0; shift < 28; shift += 7) {
    if (!packet_read_byte(reader, &byte))
      return FALSE;
    sum |= (guint32)(byte & 0x7f) << shift;
    if (byte >= 0x80)
      continue;
    if (byte == 0 && shift > 0)
      return packet_fault(reader, start, CLAUSE_5("1.5.5-1"),
                          "a number takes more bytes than it needs");
    *value = sum;
    return TRUE;
  }
  return packet_fault(reader, start, CLAUSE_5("1.5.5"), "a number has more than four bytes");
}

static MqttBytes
take(PacketReader *reader, guint32 length)
{
  MqttBytes bytes = {length > 0 ? reader->body + reader->at : NULL, length};

  reader->at += length;
  return bytes;
}

gboolean
packet_read_binary(PacketReader *reader, MqttBytes *value)
{
  guint32 start = reader->at;
  guint16 length;

  if (!packet_read_two(reader, &length))
    return FALSE;
  if (reader->end - reader->at < length) {
    reader->at = start; /* the length is the byte at fault, not what follows it */
    return cut_off(reader);
  }
  *value = take(reader, length);
  return TRUE;
}

static gboolean
text_fault(const PacketReader *reader, MqttTextFlaw flaw, gsize at)
{
  if (flaw == MQTT_TEXT_NULL)
    return packet_fault(reader, at, CLAUSE("1.5.4-2", "1.5.3-2"), "a string contains U+0000");
  return packet_fault(reader, at, CLAUSE("1.5.4-1", "1.5.3-1"),
                      "a string is not well-formed UTF-8");
}

gboolean
packet_read_string(PacketReader *reader, MqttBytes *value)
{
  MqttTextFlaw flaw;
  gsize at;

  if (!packet_read_binary(reader, value))
    return FALSE;
  flaw = mqtt_text_check(value->data, value->length, &at);
  return flaw == MQTT_TEXT_GOOD || text_fault(reader, flaw, reader->at - value->length + at);
}

gboolean
packet_read_topic(PacketReader *reader, MqttBytes *value, const char *clause_5,
                  const char *clause_3)
{
  MqttTextFlaw flaw;
  gsize at;

  if (!packet_read_binary(reader, value))
    return FALSE;
  flaw = mqtt_text_check_topic(value->data, value->length, &at);
  if (flaw == MQTT_TEXT_GOOD)
    return TRUE;
  at += reader->at - value->length;
  if (flaw != MQTT_TEXT_WILDCARD)
    return text_fault(reader, flaw, at);
  return packet_fault(reader, at, clause_5, clause_3, "a topic name contains a wildcard");
}

gboolean
packet_read_id(PacketReader *reader, guint16 *value, const char *clause_5, const char *clause_3)
{
  if (!packet_read_two(reader, value))
    return FALSE;
  return *value != 0 ||
         packet_fault(reader, reader->at - 2, clause_5, clause_3, "the packet identifier is 0");
}

MqttBytes
packet_read_rest(PacketReader *reader)
{
  return take(reader, reader->end - reader->at);
}

gboolean
packet_read_end(const PacketReader *reader)
{
  return reader->at == reader->end || packet_fault(reader, reader->at, CLAUSE("2.1.4", "2.2.3"),
                                                   "bytes are left after the last field");
}
