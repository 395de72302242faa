/* How a byte goes through the tap.
 *
 *   tap_feed ─→ is a packet begun? ──yes─→ complete it in `pending` ─┐
 *                  │ no                                              │
 *                  ▼                                                 ▼
 *               take_whole: packets that lie whole in the fed ──→ take_packet ─→ sink
 *               buffer are read where they are, not copied           │
 *                  │ the last one is not whole                       ▼
 *                  ▼                                               `out`, unless it is a QoS 0
 *               keep: begins `pending`                             PUBLISH of the broker
 *
 * A byte of a split packet is copied once (and moved when `pending` doubles), any other not at all.
 *
 * What Paho does not see: a QoS 0 PUBLISH has no acknowledgement and no state, so nothing in Paho
 * waits for it. A topic alias is state, but of the receiver of the messages, and that is this tap:
 * an alias that came with a swallowed message stays known here. Paho has no notion of aliases and
 * announces none (Topic Alias Maximum), so that a broker must not use any; should the user's client
 * announce some, a QoS 1 or 2 PUBLISH reaches Paho with its topic name left empty, as it was sent,
 * and is acknowledged all the same. */
#include "config.h"

#include "mqtt/tap.h"

#include <string.h>

#include "mqtt/topic_alias.h"

/* A buffer beyond this is given back once its packet is done. */
#define PENDING_KEPT (64u * 1024)

typedef struct {
  guint8 *pending; /* the beginning of a packet */
  gsize length, capacity;
  gsize size;       /* of the whole packet; 0: its header is not whole yet */
  MqttFrame frame;  /* when `size` is known */
  gboolean greeted; /* CONNECT or CONNACK has passed */
  TopicAliases aliases;
} Stream;

struct Tap {
  const TapSink *sink;
  gpointer user_data;
  guint32 packet_max;
  MqttVersion version;
  gboolean in_run; /* begin() was called */
  gboolean broken;
  MqttFault fault; /* when broken */
  MqttType fault_type;
  Stream streams[2]; /* by MqttDirection */
  TapCounters counters;
};

Tap *
tap_new(const TapSink *sink, gpointer user_data, guint32 packet_max)
{
  Tap *tap = g_new0(Tap, 1);

  tap->sink = sink;
  tap->user_data = user_data;
  tap->packet_max = packet_max > 0 ? packet_max : TAP_PACKET_MAX_DEFAULT;
  tap->version = MQTT_3_1_1;
  return tap;
}

void
tap_free(Tap *tap)
{
  if (tap == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS(tap->streams); i++) {
    g_free(tap->streams[i].pending);
    topic_aliases_clear(&tap->streams[i].aliases);
  }
  g_free(tap);
}

const TapCounters *
tap_counters(const Tap *tap)
{
  return &tap->counters;
}

MqttType
tap_fault_type(const Tap *tap)
{
  return tap->fault_type;
}

/* --- Faults ----------------------------------------------------------------------------------- */

/* Breaks the tap with what is in `fault`; returns FALSE. */
static gboolean
give_up(Tap *tap, guint8 type)
{
  tap->broken = TRUE;
  tap->fault_type = type;
  return FALSE;
}

static gboolean
refuse(Tap *tap, guint8 type, gsize offset, const char *clause, const char *reason)
{
  tap->fault = (MqttFault){offset, clause, reason};
  return give_up(tap, type);
}

/* `five` or the same sentence of 3.1.1. */
static const char *
pick(const Tap *tap, const char *five, const char *three)
{
  return tap->version == MQTT_5 ? five : three;
}

/* What may come first, and what only once; known from the first byte of a packet on, so that
 * bytes of another protocol are not waited for. */
static gboolean
check_order(Tap *tap, MqttDirection direction, guint8 type)
{
  const Stream *stream = &tap->streams[direction];
  gboolean from_client = direction == MQTT_FROM_CLIENT;

  if (stream->greeted) {
    if (from_client && type == MQTT_CONNECT)
      return refuse(tap, type, 0, pick(tap, "MQTT 5, 3.1.0-2", "MQTT 3.1.1, 3.1.0-2"),
                    "a second CONNECT");
    if (!from_client && type == MQTT_CONNACK)
      return refuse(tap, type, 0, pick(tap, "MQTT 5, 3.2.0-2", "MQTT 3.1.1, 3.2"),
                    "a second CONNACK");
    return TRUE;
  }
  if (from_client)
    return type == MQTT_CONNECT || refuse(tap, type, 0, "MQTT 5, 3.1.0-1 (3.1.1: 3.1.0-1)",
                                          "the client's first packet is no CONNECT");
  if (!tap->streams[MQTT_FROM_CLIENT].greeted)
    return refuse(tap, type, 0, "MQTT 5, 3.2 (3.1.1: 3.2)", "the broker speaks before the client");
  if (type == MQTT_CONNACK || (type == MQTT_AUTH && tap->version == MQTT_5))
    return TRUE;
  return refuse(tap, type, 0, pick(tap, "MQTT 5, 3.2.0-1", "MQTT 3.1.1, 3.2.0-1"),
                "the broker's first packet is no CONNACK");
}

static gsize
packet_size(const MqttFrame *frame)
{
  return frame->header + (gsize)frame->remaining;
}

/* --- One whole packet ------------------------------------------------------------------------- */

/* Puts the full name into publish->topic, and learns it. */
static gboolean
resolve_alias(Tap *tap, MqttDirection direction, MqttPublish *publish)
{
  TopicAliases *aliases = &tap->streams[direction].aliases;

  if (publish->topic_alias > aliases->maximum)
    return refuse(tap, MQTT_PUBLISH, 0,
                  direction == MQTT_FROM_CLIENT ? "MQTT 5, 3.3.2-9" : "MQTT 5, 3.3.2-11",
                  "the topic alias is greater than the Topic Alias Maximum");
  if (publish->topic.length > 0)
    return topic_aliases_set(aliases, publish->topic_alias, publish->topic) ||
           refuse(tap, MQTT_PUBLISH, 0, "mqtrust, alias limit",
                  "the topic aliases are more than this program keeps");
  publish->topic = topic_aliases_get(aliases, publish->topic_alias);
  return publish->topic.length > 0 ||
         refuse(tap, MQTT_PUBLISH, 0, "MQTT 5, 3.3.4", "the topic alias is not known");
}

static void
end_run(Tap *tap)
{
  if (!tap->in_run)
    return;
  tap->in_run = FALSE;
  tap->sink->end(tap->user_data);
}

static gboolean
show_publish(Tap *tap, MqttDirection direction, MqttPublish *publish)
{
  if (publish->topic_alias != 0 && !resolve_alias(tap, direction, publish))
    return FALSE;
  if (!tap->in_run) {
    tap->in_run = TRUE;
    tap->sink->begin(tap->user_data);
  }
  tap->counters.packets[direction]++;
  tap->counters.publishes[direction]++;
  tap->sink->publish(direction, publish, tap->user_data);
  return TRUE;
}

static guint16
alias_maximum(MqttBytes properties)
{
  return (guint16)mqtt_property_number(properties, MQTT_PROPERTY_TOPIC_ALIAS_MAXIMUM);
}

/* Each side says how many aliases the other may use. */
static void
note_greeting(Tap *tap, MqttDirection direction, const MqttPacket *packet)
{
  if (packet->type == MQTT_CONNECT) {
    tap->version = packet->connect.version;
    tap->streams[MQTT_FROM_BROKER].aliases.maximum = alias_maximum(packet->connect.properties);
  } else if (packet->type == MQTT_CONNACK) {
    tap->streams[MQTT_FROM_CLIENT].aliases.maximum = alias_maximum(packet->connack.properties);
  } else {
    return;
  }
  tap->streams[direction].greeted = TRUE;
}

/* Any packet but the broker's PUBLISH. */
static gboolean
take_other(Tap *tap, MqttDirection direction, const guint8 *bytes, gsize size)
{
  MqttPacket packet;

  if (!mqtt_packet_decode(bytes, size, tap->version, direction, &packet, &tap->fault))
    return give_up(tap, bytes[0] >> 4);
  if (packet.type == MQTT_PUBLISH)
    return show_publish(tap, direction, &packet.publish);
  note_greeting(tap, direction, &packet);
  end_run(tap);
  tap->counters.packets[direction]++;
  tap->sink->packet(direction, &packet, tap->user_data);
  return TRUE;
}

/* A refusal in the form of 3.1.1 (see mqtt_packet_decode) is no CONNACK of MQTT 5. Paho 1.3 reads
 * it as one and then frees properties that it never set; it gets the same refusal in the form of
 * MQTT 5. */
static void
pass_on(const Tap *tap, MqttDirection direction, const guint8 *bytes, gsize size, GByteArray *out)
{
  static const guint8 reasons[] = {0x00, 0x84, 0x85, 0x88, 0x86, 0x87}; /* by return code */
  guint8 refusal[] = {MQTT_CONNACK << 4, 3, 0, 0, 0};

  if (direction == MQTT_FROM_CLIENT || tap->version != MQTT_5 || size != 4 ||
      bytes[0] != MQTT_CONNACK << 4) {
    g_byte_array_append(out, bytes, (guint)size);
    return;
  }
  refusal[3] = reasons[bytes[3]];
  g_byte_array_append(out, refusal, sizeof refusal);
}

static gboolean
take_packet(Tap *tap, MqttDirection direction, const MqttFrame *frame, const guint8 *bytes,
            GByteArray *out)
{
  gsize size = packet_size(frame);
  MqttPublish publish;

  if (frame->type == MQTT_PUBLISH && direction == MQTT_FROM_BROKER) {
    if (!mqtt_publish_decode(frame, bytes + frame->header, tap->version, &publish, &tap->fault))
      return give_up(tap, MQTT_PUBLISH);
    if (!show_publish(tap, direction, &publish))
      return FALSE;
    if (publish.qos == 0) {
      tap->counters.kept_from_client++;
      return TRUE;
    }
  } else if (!take_other(tap, direction, bytes, size)) {
    return FALSE;
  }
  pass_on(tap, direction, bytes, size, out);
  return TRUE;
}

/* --- The stream ------------------------------------------------------------------------------- */

typedef enum { HEADER_WHOLE, HEADER_MORE, HEADER_BAD } HeaderResult;

/* All that can be said about a packet before its body is there, in the order of its bytes: a packet
 * of which more is there must not get another fault. */
static HeaderResult
read_header(Tap *tap, MqttDirection direction, const guint8 *bytes, gsize length, MqttFrame *frame)
{
  MqttFrameResult result = mqtt_frame_read(bytes, length, frame, &tap->fault);
  gboolean first_byte_is_bad = result == MQTT_FRAME_BAD && tap->fault.offset == 0;

  if (!first_byte_is_bad && !check_order(tap, direction, frame->type))
    return HEADER_BAD;
  if (result == MQTT_FRAME_BAD) {
    give_up(tap, frame->type);
    return HEADER_BAD;
  }
  if (result == MQTT_FRAME_MORE)
    return HEADER_MORE;
  if (packet_size(frame) <= tap->packet_max)
    return HEADER_WHOLE;
  refuse(tap, frame->type, 1, "mqtrust, packet limit", "larger than this program keeps");
  return HEADER_BAD;
}

/* Grows by doubling and never ahead of the bytes that came: a peer that announces 16 MiB and sends
 * ten bytes gets no 16 MiB. */
static void
keep(const Tap *tap, Stream *stream, const guint8 *bytes, gsize length)
{
  gsize needed = stream->length + length;

  if (length == 0)
    return;
  if (needed > stream->capacity) {
    stream->capacity = MAX(needed, MIN(stream->capacity * 2, tap->packet_max));
    stream->pending = g_realloc(stream->pending, stream->capacity);
  }
  memcpy(stream->pending + stream->length, bytes, length);
  stream->length = needed;
}

static void
forget_pending(Stream *stream)
{
  stream->length = 0;
  stream->size = 0;
  if (stream->capacity <= PENDING_KEPT)
    return;
  g_clear_pointer(&stream->pending, g_free);
  stream->capacity = 0;
}

/* Adds to the packet in `pending` what it lacks; `*used` receives how much that was. */
static gboolean
complete_pending(Tap *tap, MqttDirection direction, const guint8 *bytes, gsize length, gsize *used,
                 GByteArray *out)
{
  Stream *stream = &tap->streams[direction];
  gsize lacking;

  for (*used = 0; stream->size == 0; (*used)++) {
    HeaderResult result =
        read_header(tap, direction, stream->pending, stream->length, &stream->frame);

    if (result == HEADER_BAD)
      return FALSE;
    if (result == HEADER_WHOLE) {
      stream->size = packet_size(&stream->frame);
      break;
    }
    if (*used == length)
      return TRUE;
    keep(tap, stream, bytes + *used, 1);
  }
  lacking = MIN(stream->size - stream->length, length - *used);
  keep(tap, stream, bytes + *used, lacking);
  *used += lacking;
  if (stream->length < stream->size)
    return TRUE;
  if (!take_packet(tap, direction, &stream->frame, stream->pending, out))
    return FALSE;
  forget_pending(stream);
  return TRUE;
}

/* Takes the packets that lie whole in `bytes`; the rest begins `pending`. */
static gboolean
take_whole(Tap *tap, MqttDirection direction, const guint8 *bytes, gsize length, GByteArray *out)
{
  MqttFrame frame;
  gsize size;

  for (; length > 0; bytes += size, length -= size) {
    HeaderResult result = read_header(tap, direction, bytes, length, &frame);

    if (result == HEADER_BAD)
      return FALSE;
    size = packet_size(&frame);
    if (result == HEADER_MORE || size > length)
      break;
    if (!take_packet(tap, direction, &frame, bytes, out))
      return FALSE;
  }
  keep(tap, &tap->streams[direction], bytes, length);
  return TRUE;
}

static gboolean
feed(Tap *tap, MqttDirection direction, const guint8 *bytes, gsize length, GByteArray *out)
{
  Stream *stream = &tap->streams[direction];
  gsize used = 0;

  if (stream->length > 0 && !complete_pending(tap, direction, bytes, length, &used, out))
    return FALSE;
  return stream->length > 0 || take_whole(tap, direction, bytes + used, length - used, out);
}

gboolean
tap_feed(Tap *tap, MqttDirection direction, const guint8 *bytes, gsize length, GByteArray *out,
         MqttFault *fault)
{
  if (!tap->broken && length > 0) {
    tap->counters.bytes[direction] += length;
    feed(tap, direction, bytes, length, out);
    end_run(tap);
  }
  if (tap->broken)
    *fault = tap->fault;
  return !tap->broken;
}
