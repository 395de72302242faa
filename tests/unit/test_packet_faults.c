/* Every check of the decoder, seen to fail: where and why. */
#include "config.h"

#include <string.h>

#include "mqtt/packet.h"
#include "unit/wire.h"

#define C MQTT_FROM_CLIENT
#define B MQTT_FROM_BROKER

typedef struct {
  MqttVersion version;
  MqttDirection direction;
  const char *bytes;
  const char *fault; /* "OFFSET CLAUSE" */
} Bad;

static const Bad frames[] = {
    {MQTT_5, C, "00 00", "0 MQTT 5, 2.1.2 (3.1.1: 2.2.1)"},
    {MQTT_5, C, "c1 00", "0 MQTT 5, 2.1.3-1 (3.1.1: 2.2.2-1)"},
    {MQTT_5, C, "60 02 0001", "0 MQTT 5, 2.1.3-1 (3.1.1: 2.2.2-1)"},
    {MQTT_5, C, "80 06 0001 0001'a' 00", "0 MQTT 5, 2.1.3-1 (3.1.1: 2.2.2-1)"},
    {MQTT_5, B, "30 ff ff ff ff 01", "4 MQTT 5, 1.5.5 (3.1.1: 2.2.3)"},
    {MQTT_5, B, "30", "1 MQTT 5, 2.1.1"},
    {MQTT_3_1_1, B, "30 80", "2 MQTT 3.1.1, 2.2"},
    {MQTT_5, C, "c0 01", "2 MQTT 5, 2.1.4"},
    {MQTT_3_1_1, C, "c0 00 00", "2 MQTT 3.1.1, 2.2.3"},
    {MQTT_5, C, "c0 80 00", "1 MQTT 5, 1.5.5-1"},
    {MQTT_5, B, "30 85 80 00 0001'a' 00 'x'", "1 MQTT 5, 1.5.5-1"},
    {MQTT_5, C, "c0 01 00", "2 MQTT 5, 2.1.4"},
    {MQTT_3_1_1, B, "d0 01 00", "2 MQTT 3.1.1, 2.2.3"},
};

/* Who may send what (MQTT 5, Table 2-1). */
static const Bad directions[] = {
    {MQTT_5, B, "10 0e 0004'MQTT' 05 02 003c 00 0001'a'", "0 MQTT 5, 2.1.2"},
    {MQTT_5, C, "20 03 00 00 00", "0 MQTT 5, 2.1.2"},
    {MQTT_3_1_1, C, "20 02 00 00", "0 MQTT 3.1.1, 2.2.1"},
    {MQTT_5, B, "82 07 0001 00 0001'a' 00", "0 MQTT 5, 2.1.2"},
    {MQTT_5, C, "90 04 0001 00 00", "0 MQTT 5, 2.1.2"},
    {MQTT_5, B, "a2 06 0001 00 0001'a'", "0 MQTT 5, 2.1.2"},
    {MQTT_5, C, "b0 04 0001 00 00", "0 MQTT 5, 2.1.2"},
    {MQTT_5, B, "c0 00", "0 MQTT 5, 2.1.2"},
    {MQTT_5, C, "d0 00", "0 MQTT 5, 2.1.2"},
    {MQTT_3_1_1, B, "e0 00", "0 MQTT 3.1.1, 2.2.1"},
    {MQTT_3_1_1, C, "f0 00", "0 MQTT 3.1.1, 2.2.1"},
};

static const Bad connects[] = {
    {MQTT_5, C, "10 0e 0004'MQTX' 05 02 003c 00 0001'a'", "2 MQTT 3.1.1, 3.1.2-1"},
    {MQTT_5, C, "10 0a 0000 05 02 003c 00 0001'a'", "2 MQTT 3.1.1, 3.1.2-1"},
    {MQTT_5, C, "10 0a 00ff 'MQTT' 05 02 003c", "2 MQTT 3.1.1, 2.2.3"},
    {MQTT_5, C, "10 0e 0004'MQT' 00 05 02 003c 00 0001'a'", "7 MQTT 3.1.1, 1.5.3-2"},
    {MQTT_5, C, "10 06 0004'MQTT'", "8 MQTT 3.1.1, 2.2.3"},
    {MQTT_5, C, "10 0e 0004'MQTT' 06 02 003c 00 0001'a'", "8 MQTT 3.1.1, 3.1.2-2"},
    {MQTT_5, C, "10 0d 0004'MQTT' 03 02 003c 0001'a'", "8 MQTT 3.1.1, 3.1.2-2"},
    {MQTT_5, C, "10 0f 0006'MQIsdp' 04 02 000a 0001'a'", "10 MQTT 3.1.1, 3.1.2-2"},
    {MQTT_5, C, "10 07 0004'MQTT' 05", "9 MQTT 5, 2.1.4"},
    {MQTT_5, C, "10 0e 0004'MQTT' 05 03 003c 00 0001'a'", "9 MQTT 5, 3.1.2-3"},
    {MQTT_5, C, "10 0d 0004'MQTT' 04 03 003c 0001'a'", "9 MQTT 3.1.1, 3.1.2-3"},
    {MQTT_5, C, "10 0e 0004'MQTT' 05 0a 003c 00 0001'a'", "9 MQTT 5, 3.1.2-11"},
    {MQTT_5, C, "10 0d 0004'MQTT' 04 12 003c 0001'a'", "9 MQTT 3.1.1, 3.1.2-13"},
    {MQTT_5, C, "10 13 0004'MQTT' 05 1e 003c 00 0000 00 0001'w' 0000", "9 MQTT 5, 3.1.2-12"},
    {MQTT_5, C, "10 12 0004'MQTT' 04 1e 003c 0001'a' 0001'w' 0000", "9 MQTT 3.1.1, 3.1.2-14"},
    {MQTT_5, C, "10 0e 0004'MQTT' 05 22 003c 00 0001'a'", "9 MQTT 5, 3.1.2-13"},
    {MQTT_5, C, "10 0d 0004'MQTT' 04 22 003c 0001'a'", "9 MQTT 3.1.1, 3.1.2-15"},
    {MQTT_5, C, "10 11 0004'MQTT' 04 42 003c 0001'a' 0002'pw'", "9 MQTT 3.1.1, 3.1.2-22"},
    {MQTT_5, C, "10 09 0004'MQTT' 05 02 00", "10 MQTT 5, 2.1.4"},
    {MQTT_5, C, "10 0a 0004'MQTT' 05 02 003c", "12 MQTT 5, 2.1.4"},
    {MQTT_5, C, "10 0e 0004'MQTT' 05 02 003c 04 0001'a'", "12 MQTT 5, 2.2.2.1"},
    {MQTT_5, C, "10 0b 0004'MQTT' 05 02 003c 00", "13 MQTT 5, 2.1.4"},
    {MQTT_5, C, "10 0e 0004'MQTT' 05 02 003c 00 0001 ff", "15 MQTT 5, 1.5.4-1"},
    {MQTT_5, C, "10 0d 0004'MQTT' 04 02 003c 0001 ff", "14 MQTT 3.1.1, 1.5.3-1"},
    {MQTT_5, C, "10 0e 0004'MQTT' 05 02 003c 00 0002'a'", "13 MQTT 5, 2.1.4"},
    {MQTT_5, C, "10 0f 0004'MQTT' 05 02 003c 00 0001'ab'", "16 MQTT 5, 2.1.4"},
    {MQTT_5, C, "10 0d 0004'MQTT' 05 06 003c 00 0000", "15 MQTT 5, 2.1.4"},
    {MQTT_5, C, "10 0e 0004'MQTT' 05 06 003c 00 0000 00", "16 MQTT 5, 2.1.4"},
    {MQTT_5, C, "10 13 0004'MQTT' 05 06 003c 00 0000 00 0001'#' 0000", "18 MQTT 5, 4.7.0-1"},
    {MQTT_5, C, "10 11 0004'MQTT' 04 06 003c 0000 0001'+' 0000", "16 MQTT 3.1.1, 4.7.1-1"},
    {MQTT_5, C, "10 12 0004'MQTT' 05 06 003c 00 0000 00 0000 0000", "16 MQTT 5, 4.7.3-1"},
    {MQTT_5, C, "10 12 0004'MQTT' 05 06 003c 00 0000 00 0001'w' 00", "19 MQTT 5, 2.1.4"},
    {MQTT_5, C, "10 0d 0004'MQTT' 05 82 003c 00 0000", "15 MQTT 5, 2.1.4"},
    {MQTT_5, C, "10 10 0004'MQTT' 05 82 003c 00 0000 0001 c0", "17 MQTT 5, 1.5.4-1"},
    {MQTT_5, C, "10 10 0004'MQTT' 05 c2 003c 00 0000 0001 'u'", "18 MQTT 5, 2.1.4"},
};

static const Bad connacks[] = {
    {MQTT_5, B, "20 00", "2 MQTT 5, 2.1.4"},
    {MQTT_5, B, "20 01 00", "3 MQTT 5, 2.1.4"},
    {MQTT_5, B, "20 02 00 00", "4 MQTT 5, 2.1.4"},
    {MQTT_5, B, "20 03 02 00 00", "2 MQTT 5, 3.2.2-1"},
    {MQTT_3_1_1, B, "20 02 80 00", "2 MQTT 3.1.1, 3.2.2.1"},
    {MQTT_5, B, "20 03 00 01 00", "3 MQTT 5, 3.2.2-8"},
    {MQTT_5, B, "20 02 00 06", "3 MQTT 5, 3.2.2-8"},
    {MQTT_5, B, "20 03 00 8e 00", "3 MQTT 5, 3.2.2-8"},
    {MQTT_3_1_1, B, "20 02 00 06", "3 MQTT 3.1.1, 3.2.2-6"},
    {MQTT_5, B, "20 03 01 87 00", "2 MQTT 5, 3.2.2-6"},
    {MQTT_5, B, "20 02 01 01", "2 MQTT 5, 3.2.2-6"},
    {MQTT_3_1_1, B, "20 02 01 05", "2 MQTT 3.1.1, 3.2.2-4"},
    {MQTT_5, B, "20 03 00 00 01", "4 MQTT 5, 2.2.2.1"},
    {MQTT_5, B, "20 04 00 00 00 00", "5 MQTT 5, 2.1.4"},
    {MQTT_3_1_1, B, "20 03 00 00 00", "4 MQTT 3.1.1, 2.2.3"},
    {MQTT_5, B, "20 05 00 00 80 00 00", "4 MQTT 5, 1.5.5-1"},
};

static const Bad publishes[] = {
    {MQTT_5, B, "36 07 0001'a' 0001 00 'x'", "0 MQTT 5, 3.3.1-4"},
    {MQTT_3_1_1, B, "36 06 0001'a' 0001 'x'", "0 MQTT 3.1.1, 3.3.1-4"},
    {MQTT_5, B, "38 04 0001'a' 00", "0 MQTT 5, 3.3.1-2"},
    {MQTT_3_1_1, C, "38 03 0001'a'", "0 MQTT 3.1.1, 3.3.1-2"},
    {MQTT_5, B, "30 00", "2 MQTT 5, 2.1.4"},
    {MQTT_5, B, "30 01 00", "2 MQTT 5, 2.1.4"},
    {MQTT_3_1_1, B, "30 03 0002'a'", "2 MQTT 3.1.1, 2.2.3"},
    {MQTT_5, B, "30 06 0003'a/#' 00", "6 MQTT 5, 3.3.2-2"},
    {MQTT_3_1_1, B, "30 05 0003'+/b'", "4 MQTT 3.1.1, 3.3.2-2"},
    {MQTT_5, B, "30 0d 000a 'abcdefgh' ff 'i' 00", "12 MQTT 5, 1.5.4-1"},
    {MQTT_3_1_1, B, "30 05 0003 'a' 00 'b'", "5 MQTT 3.1.1, 1.5.3-2"},
    {MQTT_5, B, "30 0c 0009 'abcdefgh' 00 00", "12 MQTT 5, 1.5.4-2"},
    {MQTT_3_1_1, B, "30 04 0002 c080", "4 MQTT 3.1.1, 1.5.3-1"},
    {MQTT_3_1_1, B, "30 05 0003 eda080", "4 MQTT 3.1.1, 1.5.3-1"},
    {MQTT_3_1_1, B, "30 04 0002 e282", "4 MQTT 3.1.1, 1.5.3-1"},
    {MQTT_3_1_1, B, "30 06 0004 f4908080", "4 MQTT 3.1.1, 1.5.3-1"},
    {MQTT_3_1_1, B, "30 03 0000 'x'", "2 MQTT 3.1.1, 4.7.3-1"},
    {MQTT_5, B, "30 04 0000 00 'x'", "2 MQTT 5, 3.3.2.1"},
    {MQTT_5, B, "32 03 0001'a'", "5 MQTT 5, 2.1.4"},
    {MQTT_5, B, "32 06 0001'a' 0000 00", "5 MQTT 5, 2.2.1-4"},
    {MQTT_5, C, "32 06 0001'a' 0000 00", "5 MQTT 5, 2.2.1-3"},
    {MQTT_3_1_1, C, "34 05 0001'a' 0000", "5 MQTT 3.1.1, 2.3.1-1"},
    {MQTT_5, B, "30 03 0001'a'", "5 MQTT 5, 2.1.4"},
    {MQTT_5, B, "30 05 0001'a' 02 01", "5 MQTT 5, 2.2.2.1"},
};

static const Bad acks[] = {
    {MQTT_5, C, "40 00", "2 MQTT 5, 2.1.4"},
    {MQTT_3_1_1, C, "50 01 00", "2 MQTT 3.1.1, 2.2.3"},
    {MQTT_5, C, "40 02 0000", "2 MQTT 5, 2.2.1-5"},
    {MQTT_3_1_1, B, "62 02 0000", "2 MQTT 3.1.1, 2.3.1-6"},
    {MQTT_3_1_1, C, "40 03 0001 00", "4 MQTT 3.1.1, 2.2.3"},
    {MQTT_5, C, "40 03 0001 92", "4 MQTT 5, 3.4.2-1"},
    {MQTT_5, C, "50 03 0001 92", "4 MQTT 5, 3.5.2-1"},
    {MQTT_5, C, "62 03 0001 10", "4 MQTT 5, 3.6.2-1"},
    {MQTT_5, C, "70 03 0001 80", "4 MQTT 5, 3.7.2-1"},
    {MQTT_5, C, "40 04 0001 00 01", "5 MQTT 5, 2.2.2.1"},
    {MQTT_5, C, "40 05 0001 00 00 00", "6 MQTT 5, 2.1.4"},
};

static const Bad subscriptions[] = {
    {MQTT_5, C, "82 01 00", "2 MQTT 5, 2.1.4"},
    {MQTT_5, C, "82 07 0000 00 0001'a' 00", "2 MQTT 5, 2.2.1-3"},
    {MQTT_3_1_1, C, "82 06 0000 0001'a' 00", "2 MQTT 3.1.1, 2.3.1-1"},
    {MQTT_5, C, "82 03 0001 00", "5 MQTT 5, 3.8.3-2"},
    {MQTT_3_1_1, C, "82 02 0001", "4 MQTT 3.1.1, 3.8.3-3"},
    {MQTT_5, C, "82 06 0001 00 0001'a'", "8 MQTT 5, 2.1.4"},
    {MQTT_5, C, "82 06 0001 00 0002'a'", "5 MQTT 5, 2.1.4"},
    {MQTT_5, C, "82 06 0001 00 0000 00", "5 MQTT 5, 4.7.3-1"},
    {MQTT_3_1_1, C, "82 05 0001 0000 00", "4 MQTT 3.1.1, 4.7.3-1"},
    {MQTT_5, C, "82 07 0001 00 0001 ff 00", "7 MQTT 5, 1.5.4-1"},
    {MQTT_5, C, "82 08 0001 00 0002'a#' 00", "8 MQTT 5, 4.7.1-1"},
    {MQTT_3_1_1, C, "82 08 0001 0003'#/a' 00", "6 MQTT 3.1.1, 4.7.1-2"},
    {MQTT_5, C, "82 08 0001 00 0002'a+' 00", "8 MQTT 5, 4.7.1-2"},
    {MQTT_3_1_1, C, "82 07 0001 0002'+a' 00", "6 MQTT 3.1.1, 4.7.1-3"},
    {MQTT_5, C, "82 0d 0001 00 0007'$share/' 00", "14 MQTT 5, 4.8.2-1"},
    {MQTT_5, C, "82 0f 0001 00 0009'$share//a' 00", "14 MQTT 5, 4.8.2-1"},
    {MQTT_5, C, "82 10 0001 00 000a'$share/+/a' 00", "14 MQTT 5, 4.8.2-1"},
    {MQTT_5, C, "82 0e 0001 00 0008'$share/g' 00", "15 MQTT 5, 4.8.2-2"},
    {MQTT_5, C, "82 0f 0001 00 0009'$share/g/' 00", "15 MQTT 5, 4.8.2-2"},
    {MQTT_5, C, "82 11 0001 00 000b'$share/g/a#' 00", "17 MQTT 5, 4.7.1-1"},
    {MQTT_5, C, "82 07 0001 00 0001'a' 40", "8 MQTT 5, 3.8.3-5"},
    {MQTT_5, C, "82 07 0001 00 0001'a' 03", "8 MQTT 5, 3.8.3.1"},
    {MQTT_5, C, "82 07 0001 00 0001'a' 30", "8 MQTT 5, 3.8.3.1"},
    {MQTT_5, C, "82 10 0001 00 000a'$share/g/a' 04", "17 MQTT 5, 3.8.3-4"},
    {MQTT_3_1_1, C, "82 06 0001 0001'a' 03", "7 MQTT 3.1.1, 3.8.3-4"},
    {MQTT_3_1_1, C, "82 06 0001 0001'a' 04", "7 MQTT 3.1.1, 3.8.3-4"},
    {MQTT_5, C, "82 0b 0001 00 0001'a' 00 0001'#' 80", "12 MQTT 5, 3.8.3-5"},
    {MQTT_5, C, "a2 06 0000 00 0001'a'", "2 MQTT 5, 2.2.1-3"},
    {MQTT_5, C, "a2 03 0001 00", "5 MQTT 5, 3.10.3-2"},
    {MQTT_3_1_1, C, "a2 02 0001", "4 MQTT 3.1.1, 3.10.3-2"},
    {MQTT_5, C, "a2 07 0001 00 0002'##'", "7 MQTT 5, 4.7.1-1"},
    {MQTT_5, B, "90 04 0000 00 00", "2 MQTT 5, 2.2.1-6"},
    {MQTT_3_1_1, B, "90 03 0000 00", "2 MQTT 3.1.1, 2.3.1-7"},
    {MQTT_5, B, "90 03 0001 00", "5 MQTT 5, 3.9.3-2"},
    {MQTT_3_1_1, B, "90 02 0001", "4 MQTT 3.1.1, 3.9.3-2"},
    {MQTT_5, B, "90 05 0001 00 00 03", "6 MQTT 5, 3.9.3-2"},
    {MQTT_3_1_1, B, "90 04 0001 00 87", "5 MQTT 3.1.1, 3.9.3-2"},
    {MQTT_5, B, "b0 03 0001 00", "5 MQTT 5, 3.11.3-2"},
    {MQTT_5, B, "b0 04 0001 00 01", "5 MQTT 5, 3.11.3-2"},
    {MQTT_3_1_1, B, "b0 03 0001 00", "4 MQTT 3.1.1, 2.2.3"},
    {MQTT_3_1_1, B, "b0 02 0000", "2 MQTT 3.1.1, 2.3.1-7"},
};

static const Bad goodbyes[] = {
    {MQTT_3_1_1, C, "e0 01 00", "2 MQTT 3.1.1, 2.2.3"},
    {MQTT_5, C, "e0 01 8e", "2 MQTT 5, 3.14.2-1"},
    {MQTT_5, B, "e0 01 04", "2 MQTT 5, 3.14.2-1"},
    {MQTT_5, B, "e0 01 86", "2 MQTT 5, 3.14.2-1"},
    {MQTT_5, C, "e0 02 00 01", "3 MQTT 5, 2.2.2.1"},
    {MQTT_5, C, "e0 03 00 00 00", "4 MQTT 5, 2.1.4"},
    {MQTT_5, C, "f0 00", "2 MQTT 5, 3.15.2-1"},
    {MQTT_5, B, "f0 06 19 04 15 0001'm'", "2 MQTT 5, 3.15.2-1"},
    {MQTT_5, C, "f0 06 80 04 15 0001'm'", "2 MQTT 5, 3.15.2-1"},
    {MQTT_5, C, "f0 01 18", "3 MQTT 5, 2.1.4"},
    {MQTT_5, C, "f0 02 18 00", "3 MQTT 5, 3.15.2.2.2"},
    {MQTT_5, C, "f0 07 18 04 15 0001'm' 00", "8 MQTT 5, 2.1.4"},
};

typedef struct {
  const char *name;
  const Bad *bad;
  gsize count;
} Table;

static const Table tables[] = {
    {"/faults/frame", frames, G_N_ELEMENTS(frames)},
    {"/faults/direction", directions, G_N_ELEMENTS(directions)},
    {"/faults/connect", connects, G_N_ELEMENTS(connects)},
    {"/faults/connack", connacks, G_N_ELEMENTS(connacks)},
    {"/faults/publish", publishes, G_N_ELEMENTS(publishes)},
    {"/faults/acks", acks, G_N_ELEMENTS(acks)},
    {"/faults/subscriptions", subscriptions, G_N_ELEMENTS(subscriptions)},
    {"/faults/goodbyes", goodbyes, G_N_ELEMENTS(goodbyes)},
};

static void
check_bad(const Bad *bad)
{
  g_autoptr(GByteArray) bytes = wire(bad->bytes);
  g_autofree guint8 *copy = g_malloc(bytes->len); /* exact: reads beyond it are seen */
  g_autofree char *told = NULL;
  MqttPacket packet;
  MqttFault fault = {0};

  memcpy(copy, bytes->data, bytes->len);
  if (mqtt_packet_decode(copy, bytes->len, bad->version, bad->direction, &packet, &fault))
    g_error("%s was taken", bad->bytes);
  told = tell_fault(&fault);
  if (!g_str_equal(told, bad->fault))
    g_error("%s: %s (%s), not %s", bad->bytes, told, fault.reason, bad->fault);
}

static void
test_table(gconstpointer data)
{
  const Table *table = data;

  for (gsize i = 0; i < table->count; i++)
    check_bad(&table->bad[i]);
}

/* --- The reason codes of each packet, all 256 ------------------------------------------------- */

typedef struct {
  const char *before, *after; /* around the reason code */
  MqttDirection direction;
  const char *codes; /* the allowed ones */
} Reasons;

static const Reasons reasons[] = {
    {"20 03 00", "00", B, "00 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f"},
    {"40 03 0001", "", C, "00 10 80 83 87 90 91 97 99"},
    {"50 03 0001", "", C, "00 10 80 83 87 90 91 97 99"},
    {"62 03 0001", "", C, "00 92"},
    {"70 03 0001", "", B, "00 92"},
    {"90 04 0001 00", "", B, "00 01 02 80 83 87 8f 91 97 9e a1 a2"},
    {"b0 04 0001 00", "", B, "00 11 80 83 87 8f 91"},
    {"e0 01", "", C, "00 04 80 81 82 83 90 93 94 95 96 97 98 99"},
    {"e0 01", "", B,
     "00 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2"},
    {"f0 06", "04 15 0001'm'", C, "18 19"},
    {"f0 06", "04 15 0001'm'", B, "00 18"},
};

static void
check_reason(const Reasons *row, const GByteArray *allowed, guint code)
{
  g_autofree char *text = g_strdup_printf("%s %02x %s", row->before, code, row->after);
  g_autoptr(GByteArray) bytes = wire(text);
  gboolean expected = memchr(allowed->data, (int)code, allowed->len) != NULL;
  MqttPacket packet;
  MqttFault fault;

  if (mqtt_packet_decode(bytes->data, bytes->len, MQTT_5, row->direction, &packet, &fault) !=
      expected)
    g_error("%s", text);
  if (expected)
    g_assert_cmpstr(mqtt_reason_text(packet.type, MQTT_5, (guint8)code), !=, "unknown reason");
}

static void
test_reasons(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++) {
    g_autoptr(GByteArray) allowed = wire(reasons[i].codes);

    for (guint code = 0; code < 256; code++)
      check_reason(&reasons[i], allowed, code);
  }
}

/* A broker refuses a message by any code from 0x80 on, in the standard's table or not. */
static void
test_refused_message(void)
{
  for (guint code = 0; code < 256; code++) {
    guint8 puback[] = {0x40, 3, 0, 1, (guint8)code}, pubrec[] = {0x50, 3, 0, 1, (guint8)code};
    gboolean expected = code == 0x00 || code == 0x10 || code >= 0x80;
    MqttPacket packet;
    MqttFault fault;

    g_assert_cmpint(mqtt_packet_decode(puback, sizeof puback, MQTT_5, B, &packet, &fault), ==,
                    expected);
    g_assert_cmpint(mqtt_packet_decode(pubrec, sizeof pubrec, MQTT_5, B, &packet, &fault), ==,
                    expected);
    if (expected)
      g_assert_cmpuint(packet.ack.reason, ==, code);
  }
}

/* The hot half gives the same answers, with the body anywhere. */
static void
test_publish_alone(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(publishes); i++) {
    g_autoptr(GByteArray) bytes = wire(publishes[i].bytes);
    g_autofree guint8 *body = NULL;
    g_autofree char *told = NULL;
    MqttPublish publish;
    MqttFrame frame;
    MqttFault fault;

    if (publishes[i].direction != B)
      continue;
    g_assert_cmpint(mqtt_frame_read(bytes->data, bytes->len, &frame, &fault), ==, MQTT_FRAME_OK);
    body = g_malloc(MAX(frame.remaining, 1));
    memcpy(body, bytes->data + frame.header, frame.remaining);
    g_assert_false(mqtt_publish_decode(&frame, body, publishes[i].version, &publish, &fault));
    told = tell_fault(&fault);
    g_assert_cmpstr(told, ==, publishes[i].fault);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
    g_test_add_data_func(tables[i].name, &tables[i], test_table);
  g_test_add_func("/faults/reason-codes", test_reasons);
  g_test_add_func("/faults/refused-message", test_refused_message);
  g_test_add_func("/faults/publish-alone", test_publish_alone);
  return g_test_run();
}
