#include "config.h"
#include "mqtt/connect_packet.h"

#include <string.h>

#define FLAG_CLEAN_SESSION 0x02

static void
put_byte(GByteArray *packet, guint8 byte)
{
  g_byte_array_append(packet, &byte, 1);
}

static void
put_two(GByteArray *packet, guint16 number)
{
  put_byte(packet, (guint8)(number >> 8));
  put_byte(packet, (guint8)number);
}

static void
put_string(GByteArray *packet, const char *text)
{
  gsize length = strlen(text);
  put_two(packet, (guint16)length);
  g_byte_array_append(packet, (const guint8 *)text, (guint)length);
}

GByteArray *
connect_packet_new(MqttVersion version, const char *client_id)
{
  gsize id_length = strlen(client_id);
  g_return_val_if_fail(id_length > 0 && id_length <= CONNECT_CLIENT_ID_MAX, NULL);
  GByteArray *packet = g_byte_array_new();
  put_byte(packet, MQTT_CONNECT << 4);
  put_byte(packet, 0); /* the Remaining Length, known at the end */
  put_string(packet, version == MQTT_3_1 ? "MQIsdp" : "MQTT");
  put_byte(packet, (guint8)version);
  put_byte(packet, FLAG_CLEAN_SESSION);
  put_two(packet, CONNECT_KEEP_ALIVE_S);
  if (version == MQTT_5)
    put_byte(packet, 0); /* no properties */
  put_string(packet, client_id);
  /* All of it is far below the 128 that would need a second byte. */
  packet->data[1] = (guint8)(packet->len - 2);
  return packet;
}

char *
connect_packet_probe_id(void)
{
  return g_strdup_printf("mqtrust-probe-%08x", g_random_int());
}

GByteArray *
disconnect_packet_new(void)
{
  GByteArray *packet = g_byte_array_new();
  put_byte(packet, MQTT_DISCONNECT << 4);
  put_byte(packet, 0);
  return packet;
}
