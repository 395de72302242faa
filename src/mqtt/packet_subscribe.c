/* SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK (3.8 to 3.11 of both standards). */
#include "config.h"

#include "mqtt/packet_reader.h"
#include "mqtt/text.h"

static gboolean
filter_fault(const PacketReader *reader, MqttFilterFlaw flaw, guint32 start, gsize at)
{
  switch (flaw) {
  case MQTT_FILTER_GOOD:
    return TRUE;
  case MQTT_FILTER_EMPTY:
    return packet_fault(reader, start, CLAUSE("4.7.3-1", "4.7.3-1"), "a topic filter is empty");
  case MQTT_FILTER_MULTI_LEVEL:
    return packet_fault(reader, at, CLAUSE("4.7.1-1", "4.7.1-2"),
                        "'#' is not alone in the last level of the filter");
  case MQTT_FILTER_SINGLE_LEVEL:
    return packet_fault(reader, at, CLAUSE("4.7.1-2", "4.7.1-3"),
                        "'+' is not alone in its level of the filter");
  case MQTT_FILTER_SHARE_NAME:
    return packet_fault(reader, at, CLAUSE_5("4.8.2-1"),
                        "a shared subscription has no share name, or one with a wildcard");
  case MQTT_FILTER_SHARE_FILTER:
    return packet_fault(reader, at, CLAUSE_5("4.8.2-2"),
                        "a shared subscription has no topic filter");
  }
  g_assert_not_reached();
}

static gboolean
read_filter(PacketReader *reader, MqttBytes *filter)
{
  guint32 start = reader->at;
  MqttFilterFlaw flaw;
  gsize at;

  if (!packet_read_string(reader, filter))
    return FALSE;
  /* Shared subscriptions are of MQTT 5; in 3.1.1 "$share" is a level like any other. */
  flaw = mqtt_text_check_filter(filter->data, filter->length, reader->five, &at);
  return filter_fault(reader, flaw, start, start + 2 + at);
}

static gboolean
check_options(const PacketReader *reader, MqttBytes filter, guint8 options)
{
  guint32 at = reader->at - 1;

  if (!reader->five) {
    return options <= 2 || packet_fault(reader, at, CLAUSE("3.8.3-5", "3.8.3-4"),
                                        "the requested QoS is not 0, 1 or 2");
  }
  if ((options & 0xc0) != 0)
    return packet_fault(reader, at, CLAUSE_5("3.8.3-5"),
                        "reserved bits of the Subscription Options are set");
  if ((options & 0x03) == 3)
    return packet_fault(reader, at, CLAUSE_5("3.8.3.1"), "Maximum QoS 3 is not allowed");
  if ((options & 0x30) == 0x30)
    return packet_fault(reader, at, CLAUSE_5("3.8.3.1"), "Retain Handling 3 is not allowed");
  if ((options & 0x04) != 0 && mqtt_text_is_shared(filter.data, filter.length))
    return packet_fault(reader, at, CLAUSE_5("3.8.3-4"),
                        "No Local is set on a shared subscription");
  return TRUE;
}

static gboolean
read_filters(PacketReader *reader, gboolean with_options, MqttSubscription *subscription)
{
  guint32 start = reader->at;
  MqttBytes filter;
  guint8 options;

  while (reader->at < reader->end) {
    if (!read_filter(reader, &filter))
      return FALSE;
    if (with_options &&
        (!packet_read_byte(reader, &options) || !check_options(reader, filter, options)))
      return FALSE;
    subscription->count++;
  }
  if (subscription->count > 0)
    subscription->list = (MqttBytes){reader->body + start, reader->end - start};
  return TRUE;
}

/* The first half of both requests. */
static gboolean
read_request(PacketReader *reader, guint8 type, MqttSubscription *subscription)
{
  return packet_read_id(reader, &subscription->packet_id, CLAUSE("2.2.1-3", "2.3.1-1")) &&
         packet_read_properties(reader, type, &subscription->properties, NULL) &&
         read_filters(reader, type == MQTT_SUBSCRIBE, subscription);
}

gboolean
packet_read_subscribe(PacketReader *reader, MqttSubscription *subscribe)
{
  if (!read_request(reader, MQTT_SUBSCRIBE, subscribe))
    return FALSE;
  return subscribe->count > 0 ||
         packet_fault(reader, reader->at, CLAUSE("3.8.3-2", "3.8.3-3"), "there is no topic filter");
}

gboolean
packet_read_unsubscribe(PacketReader *reader, MqttSubscription *unsubscribe)
{
  if (!read_request(reader, MQTT_UNSUBSCRIBE, unsubscribe))
    return FALSE;
  return unsubscribe->count > 0 || packet_fault(reader, reader->at, CLAUSE("3.10.3-2", "3.10.3-2"),
                                                "there is no topic filter");
}

static gboolean
code_is_allowed(const PacketReader *reader, MqttType type, guint8 code)
{
  if (reader->five)
    return mqtt_reason_is_allowed(type, MQTT_FROM_BROKER, code);
  return code <= 2 || code == 0x80; /* MQTT 3.1.1, 3.9.3-2 */
}

static gboolean
read_codes(PacketReader *reader, MqttType type, MqttSubscription *answer, const char *clause_5,
           const char *clause_3)
{
  guint32 start = reader->at;

  answer->list = packet_read_rest(reader);
  answer->count = answer->list.length;
  if (answer->count == 0)
    return packet_fault(reader, start, clause_5, clause_3, "there is no reason code");
  for (guint32 i = 0; i < answer->count; i++) {
    if (!code_is_allowed(reader, type, answer->list.data[i]))
      return packet_fault(reader, start + i, clause_5, clause_3,
                          "the reason code does not belong in this packet");
  }
  return TRUE;
}

static gboolean
read_answer(PacketReader *reader, guint8 type, MqttSubscription *answer)
{
  return packet_read_id(reader, &answer->packet_id, CLAUSE("2.2.1-6", "2.3.1-7")) &&
         packet_read_properties(reader, type, &answer->properties, NULL);
}

gboolean
packet_read_suback(PacketReader *reader, MqttSubscription *suback)
{
  return read_answer(reader, MQTT_SUBACK, suback) &&
         read_codes(reader, MQTT_SUBACK, suback, CLAUSE("3.9.3-2", "3.9.3-2"));
}

gboolean
packet_read_unsuback(PacketReader *reader, MqttSubscription *unsuback)
{
  if (!read_answer(reader, MQTT_UNSUBACK, unsuback))
    return FALSE;
  if (!reader->five)
    return packet_read_end(reader); /* MQTT 3.1.1, 3.11.3: no payload */
  return read_codes(reader, MQTT_UNSUBACK, unsuback, CLAUSE_5("3.11.3-2"));
}

static guint32
two_bytes(const guint8 *bytes)
{
  return (guint32)bytes[0] << 8 | bytes[1];
}

gboolean
mqtt_filter_next(MqttBytes list, gsize *cursor, MqttBytes *filter, guint8 *options)
{
  gsize left = *cursor < list.length ? list.length - *cursor : 0;
  guint32 length;

  if (left < 2)
    return FALSE;
  length = two_bytes(list.data + *cursor);
  if (left - 2 < length + (options != NULL ? 1u : 0u))
    return FALSE;
  *filter = (MqttBytes){length > 0 ? list.data + *cursor + 2 : NULL, length};
  *cursor += 2 + length;
  if (options != NULL)
    *options = list.data[(*cursor)++];
  return TRUE;
}
