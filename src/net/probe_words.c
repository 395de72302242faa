#include "config.h"
#include "net/probe_words.h"

#include <string.h>

#include "mqtt/connect_packet.h"
#include "net/stranger.h"

/* --- What is said ---------------------------------------------------------------------------- */

static gboolean
is_upgrade(const ProbeRequest *request)
{
  return request->kind == PROBE_HTTP || (request->kind == PROBE_TLS && request->upgrade);
}

static gboolean
is_connect(const ProbeRequest *request)
{
  return request->kind == PROBE_MQTT ||
         (request->kind == PROBE_TLS && request->connect && !request->upgrade);
}

static MqttVersion
version_of(const ProbeRequest *request)
{
  return request->version == 0 ? MQTT_3_1_1 : request->version;
}

/* RFC 6455, 4.1 (7): 16 bytes, in base64, another each time. */
static char *
websocket_key(void)
{
  guint32 nonce[4];
  for (guint i = 0; i < G_N_ELEMENTS(nonce); i++)
    nonce[i] = g_random_int();
  return g_base64_encode((const guchar *)nonce, sizeof nonce);
}

/* RFC 6455, 4.1; the sub-protocol is MQTT 5's and 3.1.1's (6.0). A path or name that would break
 * the request's lines is no path and no name. */
static gboolean
fits_into_a_line(const char *text)
{
  for (; *text != '\0'; text++) {
    if (*text <= ' ' || *text == 0x7f)
      return FALSE;
  }
  return TRUE;
}

static GByteArray *
upgrade_words(const ProbeRequest *request)
{
  const char *path = request->path == NULL ? "/mqtt" : request->path;
  const char *host = request->server_name == NULL ? request->address : request->server_name;
  gboolean is_ipv6 = strchr(host, ':') != NULL;
  g_autofree char *key = websocket_key();
  g_autofree char *text = g_strdup_printf(
      "GET %s HTTP/1.1\r\n"
      "Host: %s%s%s:%u\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Key: %s\r\n"
      "Sec-WebSocket-Protocol: mqtt\r\n"
      "Sec-WebSocket-Version: 13\r\n\r\n",
      fits_into_a_line(path) ? path : "/mqtt", is_ipv6 ? "[" : "",
      fits_into_a_line(host) ? host : "localhost", is_ipv6 ? "]" : "", request->port, key);
  GByteArray *words = g_byte_array_new();
  return g_byte_array_append(words, (const guint8 *)text, (guint)strlen(text));
}

GByteArray *
probe_words(const ProbeRequest *request)
{
  if (is_upgrade(request))
    return upgrade_words(request);
  if (!is_connect(request))
    return NULL;
  g_autofree char *client_id = connect_packet_probe_id();
  return connect_packet_new(version_of(request), client_id);
}

/* --- What is heard --------------------------------------------------------------------------- */

static ProbeHeard
hear_stranger(const guint8 *bytes, gsize length)
{
  return stranger_has_said_enough(bytes, length) ? PROBE_HEARD_OTHER : PROBE_HEARD_PART;
}

static ProbeHeard
hear_connack(const ProbeRequest *request, const guint8 *bytes, gsize length, int *connack)
{
  MqttFrame frame;
  MqttFault fault;
  MqttPacket packet;
  MqttFrameResult result = mqtt_frame_read(bytes, length, &frame, &fault);
  if (result == MQTT_FRAME_BAD || frame.type != MQTT_CONNACK)
    return hear_stranger(bytes, length);
  gsize size = result == MQTT_FRAME_MORE ? 0 : (gsize)frame.header + frame.remaining;
  if (size > PROBE_BYTES_MAX)
    return PROBE_HEARD_OTHER;
  if (size == 0 || size > length)
    return PROBE_HEARD_MORE;
  if (!mqtt_packet_decode(bytes, size, version_of(request), MQTT_FROM_BROKER, &packet, &fault))
    return PROBE_HEARD_OTHER;
  *connack = packet.connack.reason;
  return PROBE_HEARD_CONNACK;
}

static ProbeHeard
hear_http(const guint8 *bytes, gsize length)
{
  ProbeHeard heard = hear_stranger(bytes, length);
  gboolean is_http = stranger_guess(bytes, length).kind == STRANGER_HTTP;
  return heard == PROBE_HEARD_OTHER && is_http ? PROBE_HEARD_HTTP : heard;
}

ProbeHeard
probe_hear(const ProbeRequest *request, const guint8 *bytes, gsize length, int *connack)
{
  if (length == 0)
    return PROBE_HEARD_MORE;
  if (is_connect(request))
    return hear_connack(request, bytes, length, connack);
  if (is_upgrade(request))
    return hear_http(bytes, length);
  return hear_stranger(bytes, length);
}
