/* A cursor over one control packet that turns whatever is wrong into an MqttFault. Inner door of
 * the decoder: only the packet_*.c files and properties.c include it.
 *
 * Every function returns FALSE after it has filled in the fault, so that callers chain them with
 * && and leave at the first one. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"

typedef struct {
  const guint8 *body;     /* behind the fixed header */
  guint32 at, end;        /* offsets into `body` */
  guint8 header;          /* bytes of the fixed header: faults count from its first */
  guint8 flags;           /* of the fixed header */
  gboolean five;          /* MQTT 5, else 3.1.1 */
  gboolean in_properties; /* `end` is that of a property block */
  MqttDirection direction;
  MqttFault *fault;
} PacketReader;

/* The two arguments of a fault that say which sentence was broken, in either standard. */
#define CLAUSE(five, three) "MQTT 5, " five, "MQTT 3.1.1, " three
#define CLAUSE_5(five) "MQTT 5, " five, NULL

/* Returns FALSE. `at` counts from the body. */
gboolean packet_fault(const PacketReader *reader, gsize at, const char *clause_5,
                      const char *clause_3, const char *reason);
/* Returns FALSE. `at` counts from the packet's first byte. */
gboolean packet_header_fault(const PacketReader *reader, gsize at, const char *clause_5,
                             const char *clause_3, const char *reason);

/* What only MQTT 5 says about the fixed header: its shortest form. */
static inline gboolean
packet_check_header(const PacketReader *reader)
{
  return !reader->five || reader->header == 2 || reader->end >> (7 * (reader->header - 2)) != 0 ||
         packet_header_fault(reader, 1, CLAUSE_5("1.5.5-1"),
                             "the Remaining Length takes more bytes than it needs");
}

gboolean packet_read_byte(PacketReader *reader, guint8 *value);
gboolean packet_read_two(PacketReader *reader, guint16 *value);
gboolean packet_read_four(PacketReader *reader, guint32 *value);
gboolean packet_read_variable(PacketReader *reader, guint32 *value);
gboolean packet_read_binary(PacketReader *reader, MqttBytes *value);
/* Well-formed UTF-8 without U+0000. */
gboolean packet_read_string(PacketReader *reader, MqttBytes *value);
/* A string without wildcards; the clause is the one that forbids them. */
gboolean packet_read_topic(PacketReader *reader, MqttBytes *value, const char *clause_5,
                           const char *clause_3);
/* A packet identifier that must not be 0; the clause says so. */
gboolean packet_read_id(PacketReader *reader, guint16 *value, const char *clause_5,
                        const char *clause_3);
/* All that is left. */
MqttBytes packet_read_rest(PacketReader *reader);
/* Nothing may be left. */
gboolean packet_read_end(const PacketReader *reader);

/* Property blocks (properties.c). `where` is a packet type, or one of these. */
#define PROPERTIES_OF_WILL 0
/* Reads the Property Length and the block; checks every property. `*seen` (may be NULL) receives a
 * bit for each identifier that is there. In MQTT 3.1.1 there are none. */
gboolean packet_read_properties(PacketReader *reader, guint8 where, MqttBytes *block,
                                guint64 *seen);
#define PROPERTY_BIT(id) (G_GUINT64_CONSTANT(1) << (id))

/* Reason codes (names.c): is it one that this packet may carry in this direction (MQTT 5)? */
gboolean mqtt_reason_is_allowed(MqttType type, MqttDirection direction, guint8 reason);

/* The packets, one family a file; the reader stands at the start of the body. */
gboolean packet_read_connect(PacketReader *reader, MqttConnect *connect);
gboolean packet_read_connack(PacketReader *reader, MqttConnack *connack);
gboolean packet_read_publish(PacketReader *reader, MqttPublish *publish);
gboolean packet_read_ack(PacketReader *reader, MqttType type, MqttAck *ack);
gboolean packet_read_disconnect(PacketReader *reader, MqttAck *disconnect);
gboolean packet_read_auth(PacketReader *reader, MqttAck *auth);
gboolean packet_read_subscribe(PacketReader *reader, MqttSubscription *subscribe);
gboolean packet_read_unsubscribe(PacketReader *reader, MqttSubscription *unsubscribe);
gboolean packet_read_suback(PacketReader *reader, MqttSubscription *suback);
gboolean packet_read_unsuback(PacketReader *reader, MqttSubscription *unsuback);
