#include "config.h"

#include "lab/mqtt_script.h"

#define PACKET_BYTES 4096 /* a longer one ends the connection */

enum {
  CONNECT = 1,
  PUBLISH = 3,
  SUBSCRIBE = 8,
  UNSUBSCRIBE = 10,
  PINGREQ = 12,
  DISCONNECT = 14,
};

typedef struct {
  const guint8 *bytes;
  gsize length;
} Packet;

static gboolean
read_packet(TlsPeer *peer, guint8 *buffer, Packet *packet)
{
  *packet = (Packet){buffer, tls_peer_read_packet_into(peer, buffer, PACKET_BYTES)};
  return packet->length >= 2;
}

/* Where the variable header begins: behind the first byte and the length (MQTT 5, 2.1). */
static gsize
header_length(const Packet *packet)
{
  gsize at = 1;
  while (at < packet->length - 1 && packet->bytes[at] >= 128)
    at++;
  return at + 1;
}

static guint
number16(const Packet *packet, gsize at)
{
  return at + 2 <= packet->length ? (guint)(packet->bytes[at] << 8 | packet->bytes[at + 1]) : 0;
}

/* --- CONNECT ---------------------------------------------------------------------------------- */

gboolean
mqtt_script_read_connect(TlsPeer *peer, guint8 *version)
{
  guint8 buffer[PACKET_BYTES];
  Packet packet;
  if (!read_packet(peer, buffer, &packet) || buffer[0] >> 4 != CONNECT)
    return FALSE;
  gsize at = header_length(&packet);
  at += 2 + number16(&packet, at); /* the protocol's name */
  *version = at < packet.length ? packet.bytes[at] : 4;
  return TRUE;
}

void
mqtt_script_send_connack(TlsPeer *peer, guint8 version, guint8 reason)
{
  const guint8 old[] = {0x20, 2, 0, reason}, new[] = {0x20, 3, 0, reason, 0};
  if (version == 5)
    tls_peer_write(peer, new, sizeof new);
  else
    tls_peer_write(peer, old, sizeof old);
}

/* --- What follows ----------------------------------------------------------------------------- */

/* Filters of SUBSCRIBE (with `options`) or UNSUBSCRIBE, from `at` on. */
static guint
count_filters(const Packet *packet, gsize at, gboolean options)
{
  guint count = 0;
  while (at + 2 <= packet->length) {
    at += 2 + number16(packet, at) + (options ? 1 : 0);
    count++;
  }
  return count;
}

/* SUBACK or UNSUBACK: the same packet identifier, a reason for each filter. UNSUBACK has none in
 * MQTT 3.1.1 (3.11). */
static void
acknowledge(TlsPeer *peer, const Packet *packet, guint8 version, guint8 type, guint8 reason)
{
  gsize at = header_length(packet), start = at + 2;
  if (version == 5 && start < packet->length)
    start += 1 + packet->bytes[start]; /* properties, of less than 128 bytes */
  guint count = count_filters(packet, start, type == 0x90);
  count = type == 0xb0 && version != 5 ? 0 : MIN(count, 100);
  g_autoptr(GByteArray) out = g_byte_array_new();
  guint8 head[] = {type, (guint8)(2 + (version == 5) + count), (guint8)(number16(packet, at) >> 8),
                   (guint8)number16(packet, at), 0};
  g_byte_array_append(out, head, version == 5 ? 5 : 4);
  for (guint i = 0; i < count; i++)
    g_byte_array_append(out, &reason, 1);
  tls_peer_write(peer, out->data, out->len);
}

/* QoS 1 alone. */
static void
acknowledge_publish(TlsPeer *peer, const Packet *packet, guint8 version, guint8 reason)
{
  if ((packet->bytes[0] >> 1 & 3) != 1)
    return;
  gsize at = header_length(packet);
  guint id = number16(packet, at + 2 + number16(packet, at));
  const guint8 out[] = {0x40, version == 5 ? 3 : 2, (guint8)(id >> 8), (guint8)id, reason};
  tls_peer_write(peer, out, version == 5 ? 5 : 4);
}

/* FALSE: it is over. */
static gboolean
answer(TlsPeer *peer, const Packet *packet, guint8 version, const MqttScript *script)
{
  static const guint8 pong[] = {0xd0, 0};
  const guint8 goodbye[] = {0xe0, 1, (guint8)script->after_subscribe};
  switch (packet->bytes[0] >> 4) {
  case SUBSCRIBE:
    acknowledge(peer, packet, version, 0x90, script->suback);
    if (script->after_subscribe < 0)
      return TRUE;
    tls_peer_write(peer, goodbye, sizeof goodbye);
    return FALSE;
  case UNSUBSCRIBE:
    acknowledge(peer, packet, version, 0xb0, 0);
    return TRUE;
  case PUBLISH:
    acknowledge_publish(peer, packet, version, script->puback);
    return TRUE;
  case PINGREQ:
    return tls_peer_write(peer, pong, sizeof pong);
  default:
    return packet->bytes[0] >> 4 != DISCONNECT;
  }
}

void
mqtt_script_serve(TlsPeer *peer, const MqttScript *script)
{
  guint8 buffer[PACKET_BYTES], version;
  Packet packet;
  if (!mqtt_script_read_connect(peer, &version))
    return;
  mqtt_script_send_connack(peer, version, script->connack);
  if (script->connack != 0)
    return;
  while (read_packet(peer, buffer, &packet) && answer(peer, &packet, version, script))
    ;
}
