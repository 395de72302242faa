/* MQTT 3.1.1 and 5.0 control packets, decoded (OASIS MQTT 3.1.1 and 5.0).
 *
 * Pure, bounded, no allocation while decoding: every string and byte run points into the caller's
 * buffer. Malformed bytes give an error with an offset and the clause that they break. */
#pragma once

#include <glib.h>

typedef enum {
  MQTT_CONNECT = 1, MQTT_CONNACK, MQTT_PUBLISH, MQTT_PUBACK, MQTT_PUBREC, MQTT_PUBREL,
  MQTT_PUBCOMP, MQTT_SUBSCRIBE, MQTT_SUBACK, MQTT_UNSUBSCRIBE, MQTT_UNSUBACK, MQTT_PINGREQ,
  MQTT_PINGRESP, MQTT_DISCONNECT, MQTT_AUTH,
} MqttType;

/* Protocol level of the CONNECT packet (3.1.2.2). 3 is MQTT 3.1. */
typedef enum { MQTT_3_1 = 3, MQTT_3_1_1 = 4, MQTT_5 = 5 } MqttVersion;

typedef enum { MQTT_FROM_CLIENT, MQTT_FROM_BROKER } MqttDirection;

typedef struct {
  const guint8 *data; /* borrowed; NULL when length is 0 */
  guint32 length;
} MqttBytes;

typedef struct {
  gsize offset;        /* of the offending byte, from the packet's first byte */
  const char *clause;  /* static: "MQTT 5, 3.3.1-4" */
  const char *reason;  /* static: "QoS 3 is not allowed" */
} MqttFault;

/* --- Framing ---------------------------------------------------------------------------------- */

typedef enum { MQTT_FRAME_OK, MQTT_FRAME_MORE, MQTT_FRAME_BAD } MqttFrameResult;

typedef struct {
  guint8 type;         /* MqttType; 0 when the reserved type 0 was seen */
  guint8 flags;        /* low four bits of the first byte */
  guint8 header;       /* bytes of the fixed header: 2 to 5 */
  guint32 remaining;   /* Remaining Length; at most 268,435,455 */
} MqttFrame;

/* Reads a fixed header (2.1.1). MORE: not all of the header is there yet. BAD: reserved type,
 * reserved flags wrong (2.1.3), or Remaining Length of more than four bytes (1.5.5 / 2.2.3).
 * Does not look at the body. */
MqttFrameResult mqtt_frame_read(const guint8 *bytes, gsize length, MqttFrame *frame,
                                MqttFault *fault);

/* --- Properties (MQTT 5, 2.2.2) --------------------------------------------------------------- */

typedef enum {
  MQTT_PROPERTY_PAYLOAD_FORMAT_INDICATOR = 0x01,
  MQTT_PROPERTY_MESSAGE_EXPIRY_INTERVAL = 0x02,
  MQTT_PROPERTY_CONTENT_TYPE = 0x03,
  MQTT_PROPERTY_RESPONSE_TOPIC = 0x08,
  MQTT_PROPERTY_CORRELATION_DATA = 0x09,
  MQTT_PROPERTY_SUBSCRIPTION_IDENTIFIER = 0x0b,
  MQTT_PROPERTY_SESSION_EXPIRY_INTERVAL = 0x11,
  MQTT_PROPERTY_ASSIGNED_CLIENT_IDENTIFIER = 0x12,
  MQTT_PROPERTY_SERVER_KEEP_ALIVE = 0x13,
  MQTT_PROPERTY_AUTHENTICATION_METHOD = 0x15,
  MQTT_PROPERTY_AUTHENTICATION_DATA = 0x16,
  MQTT_PROPERTY_REQUEST_PROBLEM_INFORMATION = 0x17,
  MQTT_PROPERTY_WILL_DELAY_INTERVAL = 0x18,
  MQTT_PROPERTY_REQUEST_RESPONSE_INFORMATION = 0x19,
  MQTT_PROPERTY_RESPONSE_INFORMATION = 0x1a,
  MQTT_PROPERTY_SERVER_REFERENCE = 0x1c,
  MQTT_PROPERTY_REASON_STRING = 0x1f,
  MQTT_PROPERTY_RECEIVE_MAXIMUM = 0x21,
  MQTT_PROPERTY_TOPIC_ALIAS_MAXIMUM = 0x22,
  MQTT_PROPERTY_TOPIC_ALIAS = 0x23,
  MQTT_PROPERTY_MAXIMUM_QOS = 0x24,
  MQTT_PROPERTY_RETAIN_AVAILABLE = 0x25,
  MQTT_PROPERTY_USER_PROPERTY = 0x26,
  MQTT_PROPERTY_MAXIMUM_PACKET_SIZE = 0x27,
  MQTT_PROPERTY_WILDCARD_SUBSCRIPTION_AVAILABLE = 0x28,
  MQTT_PROPERTY_SUBSCRIPTION_IDENTIFIER_AVAILABLE = 0x29,
  MQTT_PROPERTY_SHARED_SUBSCRIPTION_AVAILABLE = 0x2a,
} MqttPropertyId;

typedef struct {
  guint8 id;           /* MqttPropertyId */
  guint32 number;      /* byte, two byte, four byte and variable byte integers */
  MqttBytes value;     /* UTF-8 string, binary data, or a user property's value */
  MqttBytes name;      /* a user property's name */
} MqttProperty;

/* The name in the standard's words ("Message Expiry Interval"); NULL for an unknown identifier. */
const char *mqtt_property_name(guint8 id);

/* Walks a property block (without its length) that a decode function has found good.
 * `*cursor` starts at 0. FALSE at the end. */
gboolean mqtt_property_next(MqttBytes block, gsize *cursor, MqttProperty *property);

/* The number of the first property `id` of such a block; 0 when it is not there. */
guint32 mqtt_property_number(MqttBytes block, guint8 id);

/* --- Packets ---------------------------------------------------------------------------------- */

typedef struct {
  MqttVersion version;
  guint8 flags;             /* Connect Flags byte (3.1.2.3) */
  guint16 keep_alive;       /* seconds */
  MqttBytes properties, client_id, will_properties, will_topic, will_payload, user_name, password;
} MqttConnect;

typedef struct {
  gboolean session_present;
  guint8 reason;
  MqttBytes properties;
} MqttConnack;

typedef struct {
  gboolean dup, retain;
  guint8 qos;
  guint16 packet_id;        /* 0 at QoS 0 */
  guint16 topic_alias;      /* 0: none (MQTT 5, 3.3.2.3.4) */
  MqttBytes topic, properties, payload;
} MqttPublish;

/* PUBACK, PUBREC, PUBREL, PUBCOMP, and DISCONNECT and AUTH (without a packet id). */
typedef struct {
  guint16 packet_id;
  guint8 reason;            /* 0 when it was left out */
  MqttBytes properties;
} MqttAck;

/* SUBSCRIBE, UNSUBSCRIBE, SUBACK and UNSUBACK: the list stays encoded, walk it with
 * mqtt_filter_next() or byte by byte (`list.data[i]` is the reason of filter i). */
typedef struct {
  guint16 packet_id;
  guint32 count;
  MqttBytes properties, list;
} MqttSubscription;

typedef struct {
  MqttType type;
  guint32 size;             /* whole packet, bytes on the wire */
  union {
    MqttConnect connect;
    MqttConnack connack;
    MqttPublish publish;
    MqttAck ack;
    MqttSubscription subscription;
  };
} MqttPacket;

/* Decodes one whole packet (fixed header included) as sent in `direction` on a connection of
 * `version`. FALSE: malformed or not allowed in this direction, `*fault` says where and why.
 * Checks all that a receiver can check on one packet alone: lengths, UTF-8 (1.5.4), topic names
 * without wildcards, filters well formed, reserved bits, each property's presence in this packet,
 * its type and its single occurrence, reason codes of the packet's own table. Does not check
 * what needs a session (packet ids in use, receive maximum, alias known).
 * A CONNECT tells its own version; `version` is not looked at then. To a CONNECT of MQTT 5, a
 * broker that knows only 3.1.1 answers with a CONNACK of 3.1.1 (3.1.1, 3.1.2-2): return codes 1 to
 * 5 are therefore read in MQTT 5 as well. */
gboolean mqtt_packet_decode(const guint8 *bytes, gsize length, MqttVersion version,
                            MqttDirection direction, MqttPacket *packet, MqttFault *fault);

/* The hot half of it: a PUBLISH from the broker whose frame has been read; `body` has
 * frame->remaining bytes. The same checks, offsets counted from the packet's first byte. */
gboolean mqtt_publish_decode(const MqttFrame *frame, const guint8 *body, MqttVersion version,
                             MqttPublish *publish, MqttFault *fault);

/* Walks the filters of SUBSCRIBE (`*options` receives the Subscription Options byte) and
 * UNSUBSCRIBE (`options` NULL). `*cursor` starts at 0. FALSE at the end. */
gboolean mqtt_filter_next(MqttBytes list, gsize *cursor, MqttBytes *filter, guint8 *options);

/* "PUBLISH", ...; "reserved" for 0 and above 15. */
const char *mqtt_type_name(guint8 type);

/* What a reason code means in this packet ("Not authorized"); for 3.1.1 the CONNACK return codes
 * and SUBACK's. Static; "unknown reason" when the standard has none. */
const char *mqtt_reason_text(MqttType type, MqttVersion version, guint8 reason);
/* (transfer full) how a reason is told to people, everywhere: its words and its code as the
 * standard writes it, "Not authorized (0x87)"; for 0, which is success, the words alone. `text` is
 * what mqtt_reason_text() says, maybe with the peer's own words; NULL: "no reason given". */
char *mqtt_reason_words(const char *text, guint8 reason);
/* (transfer full) the same of a CONNACK: "accepted", "Not authorized (0x87)". */
char *mqtt_connack_words(MqttVersion version, guint8 reason);

/* A filter that may be subscribed to (4.7): not empty, UTF-8, '+' and '#' only where allowed; one
 * that begins with "$share/" must go on with a share name and a filter (MQTT 5, 4.8.2). */
gboolean mqtt_filter_is_valid(const char *filter, gsize length);
/* A topic that may be published to. */
gboolean mqtt_topic_is_valid(const char *topic, gsize length);
