/* Every packet type in both versions, every property, and the names of everything. */
#include "config.h"

#include <string.h>

#include "mqtt/packet.h"
#include "unit/wire.h"

typedef struct {
  MqttVersion version;
  MqttDirection direction;
  const char *bytes;
  const char *told;
} Good;

#define C MQTT_FROM_CLIENT
#define B MQTT_FROM_BROKER

static const Good packets_3[] = {
    {MQTT_3_1_1, C, "10 0d 0004'MQTT' 04 02 003c 0001'a'",
     "CONNECT 15 version 4 flags 02 keep 60 id 'a'"},
    {MQTT_3_1_1, C, "10 0c 0004'MQTT' 04 02 0000 0000",
     "CONNECT 14 version 4 flags 02 keep 0 id ''"},
    {MQTT_3_1_1, C,
     "10 22 0004'MQTT' 04 ee ffff 0002'id' 0003'w/t' 0004'gone' 0002'me' 0003 00ff'p'",
     "CONNECT 36 version 4 flags ee keep 65535 id 'id' topic 'w/t' payload 'gone' user 'me' "
     "password '\\00\\ffp'"},
    {MQTT_3_1_1, C, "10 14 0004'MQTT' 04 26 0001 0001'a' 0003'w/t' 0000",
     "CONNECT 22 version 4 flags 26 keep 1 id 'a' topic 'w/t' payload ''"},
    {MQTT_3_1_1, C, "10 0f 0006'MQIsdp' 03 02 000a 0001'a'",
     "CONNECT 17 version 3 flags 02 keep 10 id 'a'"},
    {MQTT_3_1_1, B, "20 02 00 00", "CONNACK 4 present 0 reason 00"},
    {MQTT_3_1_1, B, "20 02 01 00", "CONNACK 4 present 1 reason 00"},
    {MQTT_3_1_1, B, "20 02 00 05", "CONNACK 4 present 0 reason 05"},
    {MQTT_3_1_1, B, "30 08 0003'a/b' 'hey'",
     "PUBLISH 10 qos 0 id 0 alias 0 topic 'a/b' payload 'hey'"},
    {MQTT_3_1_1, B, "31 05 0003'a/b'",
     "PUBLISH 7 qos 0 retain id 0 alias 0 topic 'a/b' payload ''"},
    {MQTT_3_1_1, C, "3a 08 0003'a/b' 1234 'x'",
     "PUBLISH 10 qos 1 dup id 4660 alias 0 topic 'a/b' payload 'x'"},
    {MQTT_3_1_1, C, "3d 0b 0006 c3a9e282ac'/' ffff 00",
     "PUBLISH 13 qos 2 retain dup id 65535 alias 0 topic '\\c3\\a9\\e2\\82\\ac/' payload '\\00'"},
    {MQTT_3_1_1, B, "30 83 00 0001'a'", "PUBLISH 6 qos 0 id 0 alias 0 topic 'a' payload ''"},
    {MQTT_3_1_1, C, "40 02 0001", "PUBACK 4 id 1 reason 00"},
    {MQTT_3_1_1, B, "50 02 0002", "PUBREC 4 id 2 reason 00"},
    {MQTT_3_1_1, C, "62 02 0003", "PUBREL 4 id 3 reason 00"},
    {MQTT_3_1_1, B, "70 02 0004", "PUBCOMP 4 id 4 reason 00"},
    {MQTT_3_1_1, C, "82 0c 0005 0003'a/+' 00 0001'#' 02",
     "SUBSCRIBE 14 id 5 count 2 filter 'a/+':00 filter '#':02"},
    {MQTT_3_1_1, C, "82 0a 0005 0005'$shar' 01", "SUBSCRIBE 12 id 5 count 1 filter '$shar':01"},
    {MQTT_3_1_1, C, "82 0c 0005 0007'$share/' 01", "SUBSCRIBE 14 id 5 count 1 filter '$share/':01"},
    {MQTT_3_1_1, B, "90 06 0005 00 01 02 80", "SUBACK 8 id 5 count 4 codes '\\00\\01\\02\\80'"},
    {MQTT_3_1_1, C, "a2 0a 0006 0003'a/+' 0001'#'",
     "UNSUBSCRIBE 12 id 6 count 2 filter 'a/+' filter '#'"},
    {MQTT_3_1_1, B, "b0 02 0006", "UNSUBACK 4 id 6 count 0 codes ''"},
    {MQTT_3_1_1, C, "c0 00", "PINGREQ 2"},
    {MQTT_3_1_1, B, "d0 00", "PINGRESP 2"},
    {MQTT_3_1_1, C, "e0 00", "DISCONNECT 2 id 0 reason 00"},
};

static const Good packets_5[] = {
    {MQTT_5, C, "10 0e 0004'MQTT' 05 02 003c 00 0001'a'",
     "CONNECT 16 version 5 flags 02 keep 60 id 'a'"},
    /* A CONNECT says its own version. */
    {MQTT_3_1_1, C, "10 0e 0004'MQTT' 05 02 003c 00 0001'a'",
     "CONNECT 16 version 5 flags 02 keep 60 id 'a'"},
    {MQTT_5, C, "10 0d 0004'MQTT' 04 02 003c 0001'a'",
     "CONNECT 15 version 4 flags 02 keep 60 id 'a'"},
    /* In MQTT 5 a password needs no user name. */
    {MQTT_5, C, "10 11 0004'MQTT' 05 42 0000 00 0000 0002'pw'",
     "CONNECT 19 version 5 flags 42 keep 0 id '' password 'pw'"},
    {MQTT_5, C,
     "10 2a 0004'MQTT' 05 f6 000a 05 11 ffffffff 0002'id' 05 18 00000078 0001'w' 0002 0001 "
     "0002'me' 0003'pwd'",
     "CONNECT 44 version 5 flags f6 keep 10 {Session Expiry Interval=4294967295} id 'id' "
     "will{Will Delay Interval=120} topic 'w' payload '\\00\\01' user 'me' password 'pwd'"},
    {MQTT_5, B, "20 03 00 00 00", "CONNACK 5 present 0 reason 00"},
    {MQTT_5, B, "20 03 01 00 00", "CONNACK 5 present 1 reason 00"},
    {MQTT_5, B, "20 0a 00 87 07 1f 0004'nope'",
     "CONNACK 12 present 0 reason 87 {Reason String='nope'}"},
    /* A broker that does not know MQTT 5 answers as 3.1.1 says. */
    {MQTT_5, B, "20 02 00 01", "CONNACK 4 present 0 reason 01"},
    {MQTT_5, B, "30 09 0003'a/b' 00 'hey'",
     "PUBLISH 11 qos 0 id 0 alias 0 topic 'a/b' payload 'hey'"},
    {MQTT_5, B, "35 09 0003'a/b' 0007 00 'x'",
     "PUBLISH 11 qos 2 retain id 7 alias 0 topic 'a/b' payload 'x'"},
    {MQTT_5, B, "30 07 0000 03 23 0010 'x'",
     "PUBLISH 9 qos 0 id 0 alias 16 topic '' {Topic Alias=16} payload 'x'"},
    {MQTT_5, B, "32 0d 0001'a' 0001 07 01 01 0b 80 01 0b 07",
     "PUBLISH 15 qos 1 id 1 alias 0 topic 'a' {Payload Format Indicator=1, "
     "Subscription Identifier=128, Subscription Identifier=7} payload ''"},
    {MQTT_5, C, "40 02 0001", "PUBACK 4 id 1 reason 00"},
    {MQTT_5, C, "40 03 0001 10", "PUBACK 5 id 1 reason 10"},
    {MQTT_5, B, "40 04 0001 97 00", "PUBACK 6 id 1 reason 97"},
    {MQTT_5, B, "50 0c 0002 87 08 1f 0005'stop!'",
     "PUBREC 14 id 2 reason 87 {Reason String='stop!'}"},
    {MQTT_5, B, "40 04 0001 95 00", "PUBACK 6 id 1 reason 95"}, /* of mosquitto */
    {MQTT_5, C, "62 03 0003 92", "PUBREL 5 id 3 reason 92"},
    {MQTT_5, B, "70 0b 0004 00 07 26 0001'k' 0001'v'",
     "PUBCOMP 13 id 4 reason 00 {User Property='k''v'}"},
    {MQTT_5, C, "82 0f 0005 02 0b 7f 0003'a/+' 2e 0001'#' 00",
     "SUBSCRIBE 17 id 5 count 2 {Subscription Identifier=127} filter 'a/+':2e filter '#':00"},
    {MQTT_5, C, "82 12 0005 00 000c'$share/g/a/#' 09",
     "SUBSCRIBE 20 id 5 count 1 filter '$share/g/a/#':09"},
    {MQTT_5, C, "82 0c 0005 00 0006'$share' 04", "SUBSCRIBE 14 id 5 count 1 filter '$share':04"},
    {MQTT_5, B, "90 06 0005 00 02 87 a2", "SUBACK 8 id 5 count 3 codes '\\02\\87\\a2'"},
    {MQTT_5, C, "a2 08 0006 00 0003'a/+'", "UNSUBSCRIBE 10 id 6 count 1 filter 'a/+'"},
    {MQTT_5, B, "b0 05 0006 00 00 11", "UNSUBACK 7 id 6 count 2 codes '\\00\\11'"},
    {MQTT_5, C, "c0 00", "PINGREQ 2"},
    {MQTT_5, B, "d0 00", "PINGRESP 2"},
    {MQTT_5, C, "e0 00", "DISCONNECT 2 id 0 reason 00"},
    {MQTT_5, C, "e0 01 04", "DISCONNECT 3 id 0 reason 04"},
    {MQTT_5, B, "e0 02 8e 00", "DISCONNECT 4 id 0 reason 8e"},
    {MQTT_5, B, "e0 07 9d 05 1c 0002'b2'", "DISCONNECT 9 id 0 reason 9d {Server Reference='b2'}"},
    {MQTT_5, C, "e0 07 00 05 11 00000e10",
     "DISCONNECT 9 id 0 reason 00 {Session Expiry Interval=3600}"},
    {MQTT_5, B, "f0 00", "AUTH 2 id 0 reason 00"},
    {MQTT_5, C, "f0 0c 18 0a 15 0002'KR' 16 0002 00ff",
     "AUTH 14 id 0 reason 18 {Authentication Method='KR', Authentication Data='\\00\\ff'}"},
};

/* A copy of just these bytes, so that AddressSanitizer sees a read beyond them. */
static guint8 *
exact_copy(const guint8 *bytes, gsize length)
{
  guint8 *copy = g_malloc(MAX(length, 1));

  memcpy(copy, bytes, length);
  return copy;
}

static void
check_good(const Good *good)
{
  g_autoptr(GByteArray) bytes = wire(good->bytes);
  g_autofree guint8 *copy = exact_copy(bytes->data, bytes->len);
  g_autofree char *told = NULL;
  MqttPacket packet;
  MqttFault fault;

  if (!mqtt_packet_decode(copy, bytes->len, good->version, good->direction, &packet, &fault))
    g_error("%s: %s at %" G_GSIZE_FORMAT " (%s)", good->bytes, fault.reason, fault.offset,
            fault.clause);
  told = tell_packet(&packet);
  g_assert_cmpstr(told, ==, good->told);
}

/* Every beginning of a good packet is refused at its end. */
static void
check_cut_off(const Good *good)
{
  g_autoptr(GByteArray) bytes = wire(good->bytes);

  for (guint length = 0; length < bytes->len; length++) {
    g_autofree guint8 *copy = exact_copy(bytes->data, length);
    MqttPacket packet;
    MqttFault fault;

    g_assert_false(
        mqtt_packet_decode(copy, length, good->version, good->direction, &packet, &fault));
    g_assert_cmpuint(fault.offset, ==, length);
  }
}

/* The same with a Remaining Length that fits: some are good packets then, the others' fault lies
 * within them. */
static void
check_shortened(const Good *good)
{
  g_autoptr(GByteArray) bytes = wire(good->bytes);

  for (guint length = 2; length < bytes->len && bytes->data[1] < 0x80; length++) {
    g_autofree guint8 *copy = exact_copy(bytes->data, length);
    MqttPacket packet;
    MqttFault fault;

    copy[1] = (guint8)(length - 2);
    if (!mqtt_packet_decode(copy, length, good->version, good->direction, &packet, &fault))
      g_assert_cmpuint(fault.offset, <=, length);
  }
}

static void
check_all(const Good *packets, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    check_good(&packets[i]);
    check_cut_off(&packets[i]);
    check_shortened(&packets[i]);
  }
}

static void
test_packets_3(void)
{
  check_all(packets_3, G_N_ELEMENTS(packets_3));
}

static void
test_packets_5(void)
{
  check_all(packets_5, G_N_ELEMENTS(packets_5));
}

/* --- Framing ---------------------------------------------------------------------------------- */

static void
check_frame(const char *text, MqttFrameResult result, guint8 header, guint32 remaining)
{
  g_autoptr(GByteArray) bytes = wire(text);
  MqttFrame frame = {0};
  MqttFault fault;

  g_assert_cmpint(mqtt_frame_read(bytes->data, bytes->len, &frame, &fault), ==, result);
  if (result != MQTT_FRAME_OK)
    return;
  g_assert_cmpuint(frame.type, ==, bytes->data[0] >> 4);
  g_assert_cmpuint(frame.flags, ==, bytes->data[0] & 15);
  g_assert_cmpuint(frame.header, ==, header);
  g_assert_cmpuint(frame.remaining, ==, remaining);
}

/* MQTT 5, Table 1-1: the smallest and the largest number of each length. */
static void
test_frame(void)
{
  check_frame("", MQTT_FRAME_MORE, 0, 0);
  check_frame("30", MQTT_FRAME_MORE, 0, 0);
  check_frame("30 80", MQTT_FRAME_MORE, 0, 0);
  check_frame("30 80 80 80", MQTT_FRAME_MORE, 0, 0);
  check_frame("c0 00", MQTT_FRAME_OK, 2, 0);
  check_frame("3f 7f", MQTT_FRAME_OK, 2, 127);
  check_frame("30 80 01", MQTT_FRAME_OK, 3, 128);
  check_frame("30 ff 7f", MQTT_FRAME_OK, 3, 16383);
  check_frame("30 80 80 01", MQTT_FRAME_OK, 4, 16384);
  check_frame("30 ff ff 7f", MQTT_FRAME_OK, 4, 2097151);
  check_frame("30 80 80 80 01", MQTT_FRAME_OK, 5, 2097152);
  check_frame("30 ff ff ff 7f 00", MQTT_FRAME_OK, 5, 268435455);
  check_frame("30 ff ff ff ff", MQTT_FRAME_BAD, 0, 0);
  check_frame("00", MQTT_FRAME_BAD, 0, 0);
}

/* MQTT 5, Table 2-2 */
static void
test_reserved_flags(void)
{
  static const guint8 expected[16] = {
      [MQTT_PUBREL] = 2, [MQTT_SUBSCRIBE] = 2, [MQTT_UNSUBSCRIBE] = 2};

  for (guint first = 0; first < 256; first++) {
    guint8 bytes[2] = {(guint8)first, 0};
    gboolean good =
        first >> 4 != 0 && (first >> 4 == MQTT_PUBLISH || (first & 15) == expected[first >> 4]);
    MqttFrame frame;
    MqttFault fault;

    g_assert_cmpint(mqtt_frame_read(bytes, 2, &frame, &fault), ==,
                    good ? MQTT_FRAME_OK : MQTT_FRAME_BAD);
    if (!good)
      g_assert_cmpuint(fault.offset, ==, 0);
  }
}

/* --- Text ------------------------------------------------------------------------------------- */

static void
check_filter(const char *filter, gboolean good)
{
  if (mqtt_filter_is_valid(filter, strlen(filter)) != good)
    g_error("filter '%s'", filter);
}

static void
test_filters(void)
{
  static const char *const good[] = {
      "#",      "+",          "/",          "a",          "a/#",          "/#",
      "+/+",    "+/a/#",      "a/+/b",      "/+",         "a b/\303\251", "$SYS/#",
      "$share", "$share/g/#", "$share/g/a", "$share/g//", "$shared",      "a/$share//+",
  };
  static const char *const bad[] = {
      "",
      "a#",
      "#/a",
      "##",
      "a/#/b",
      "a+",
      "+a",
      "a/+b",
      "++",
      "a/#+",
      "$share/",
      "$share//a",
      "$share/g",
      "$share/g/",
      "$share/+/a",
      "$share/g#/a",
      "$share/g/a#",
      "a\377",
      "\355\240\200",
  };
  g_autofree char *longest = g_strnfill(65536, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS(good); i++)
    check_filter(good[i], TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
    check_filter(bad[i], FALSE);
  g_assert_false(mqtt_filter_is_valid("a\0b", 3));
  g_assert_true(mqtt_filter_is_valid(longest, 65535));
  g_assert_false(mqtt_filter_is_valid(longest, 65536));
}

/* A byte wherever it may stand within and around the words of the fast path. */
static void
check_topic_byte(guint8 byte, gboolean good)
{
  for (guint length = 1; length <= 40; length++) {
    for (guint at = 0; at < length; at++) {
      char topic[40];

      memset(topic, 'x', length);
      topic[at] = (char)byte;
      if (mqtt_topic_is_valid(topic, length) != good)
        g_error("byte %02x at %u of %u", byte, at, length);
    }
  }
}

static void
test_topic_bytes(void)
{
  g_assert_false(mqtt_topic_is_valid("", 0));
  for (guint byte = 0; byte < 256; byte++)
    check_topic_byte((guint8)byte, byte > 0 && byte < 0x80 && byte != '+' && byte != '#');
}

/* The well-formed sequences as numbers, for every sequence of 1 to 4 bytes that could be one. */
static gboolean
encodes_a_character(const guint8 *b, guint length)
{
  static const guint32 smallest[] = {0, 1, 0x80, 0x800, 0x10000};
  guint32 code = length == 1   ? b[0]
                 : length == 2 ? b[0] & 0x1fu
                 : length == 3 ? b[0] & 0x0fu
                               : b[0] & 0x07u;

  if (length == 1)
    return b[0] > 0 && b[0] < 0x80;
  if (length == 2 ? b[0] >> 5 != 6 : length == 3 ? b[0] >> 4 != 14 : b[0] >> 3 != 30)
    return FALSE;
  for (guint i = 1; i < length; i++) {
    if (b[i] >> 6 != 2)
      return FALSE;
    code = code << 6 | (b[i] & 0x3f);
  }
  return code >= smallest[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

static void
check_sequence(const guint8 *bytes, guint length)
{
  if (mqtt_filter_is_valid((const char *)bytes, length) != encodes_a_character(bytes, length))
    g_error("%u bytes %02x %02x %02x %02x", length, bytes[0], bytes[1], bytes[2], bytes[3]);
}

/* All leads and second bytes; of the third and fourth those around the borders. */
static void
test_utf8(void)
{
  static const guint8 tails[] = {0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90,
                                 0x9f, 0xa0, 0xbe, 0xbf, 0xc0, 0xff};

  for (guint lead = 0x80; lead < 256; lead++) {
    for (guint second = 0x80; second < 256; second++) {
      for (guint t = 0; t < G_N_ELEMENTS(tails) * G_N_ELEMENTS(tails); t++) {
        guint8 bytes[4] = {(guint8)lead, (guint8)second, tails[t / G_N_ELEMENTS(tails)],
                           tails[t % G_N_ELEMENTS(tails)]};

        /* A shorter character and then ASCII is good as well; only whole sequences here. */
        if (bytes[2] >= 0x80 && bytes[3] >= 0x80 && lead >= 0xf0)
          check_sequence(bytes, 4);
        if (bytes[2] >= 0x80 && lead >= 0xe0 && lead < 0xf0)
          check_sequence(bytes, 3);
        if (lead < 0xe0)
          check_sequence(bytes, 2);
      }
    }
  }
}

/* --- Names ------------------------------------------------------------------------------------ */

static void
test_type_names(void)
{
  static const char *const names[] = {
      "reserved", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
      "PUBREL",   "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
      "PINGREQ",  "PINGRESP", "DISCONNECT", "AUTH",    "reserved",
  };

  for (guint8 i = 0; i < G_N_ELEMENTS(names); i++)
    g_assert_cmpstr(mqtt_type_name(i), ==, names[i]);
}

static void
test_reason_texts(void)
{
  static const struct {
    MqttType type;
    MqttVersion version;
    guint8 reason;
    const char *text;
  } texts[] = {
      {MQTT_CONNACK, MQTT_3_1_1, 0, "Connection accepted"},
      {MQTT_CONNACK, MQTT_3_1_1, 4, "Bad user name or password"},
      {MQTT_CONNACK, MQTT_3_1_1, 5, "Not authorized"},
      {MQTT_CONNACK, MQTT_3_1_1, 6, "unknown reason"},
      {MQTT_SUBACK, MQTT_3_1_1, 2, "Granted QoS 2"},
      {MQTT_SUBACK, MQTT_3_1_1, 0x80, "Failure"},
      {MQTT_SUBACK, MQTT_3_1_1, 0x87, "unknown reason"},
      {MQTT_PUBACK, MQTT_3_1_1, 0, "unknown reason"},
      {MQTT_CONNACK, MQTT_5, 0, "Success"},
      {MQTT_CONNACK, MQTT_5, 1, "Unacceptable protocol version"},
      {MQTT_CONNACK, MQTT_5, 0x86, "Bad User Name or Password"},
      {MQTT_CONNACK, MQTT_5, 0x8e, "unknown reason"},
      {MQTT_SUBACK, MQTT_5, 0, "Granted QoS 0"},
      {MQTT_SUBACK, MQTT_5, 0xa2, "Wildcard Subscriptions not supported"},
      {MQTT_UNSUBACK, MQTT_5, 0, "Success"},
      {MQTT_UNSUBACK, MQTT_5, 0x11, "No subscription existed"},
      {MQTT_PUBACK, MQTT_5, 0x97, "Quota exceeded"},
      {MQTT_PUBACK, MQTT_5, 0x95, "Packet too large"}, /* of another packet's codes */
      {MQTT_PUBREC, MQTT_5, 0x8a, "Banned"},
      {MQTT_PUBACK, MQTT_5, 0xa3, "unknown reason"},
      {MQTT_PUBREC, MQTT_5, 0xff, "unknown reason"},
      {MQTT_PUBACK, MQTT_5, 0x01, "unknown reason"},
      {MQTT_PUBCOMP, MQTT_5, 0x95, "unknown reason"},
      {MQTT_PUBREL, MQTT_5, 0x92, "Packet Identifier not found"},
      {MQTT_DISCONNECT, MQTT_5, 0, "Normal disconnection"},
      {MQTT_DISCONNECT, MQTT_5, 0x8e, "Session taken over"},
      {MQTT_DISCONNECT, MQTT_5, 0xff, "unknown reason"},
      {MQTT_DISCONNECT, MQTT_5, 3, "unknown reason"},
      {MQTT_AUTH, MQTT_5, 0x18, "Continue authentication"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_assert_cmpstr(mqtt_reason_text(texts[i].type, texts[i].version, texts[i].reason), ==,
                    texts[i].text);
}

static void
test_reason_words(void)
{
  g_autofree char *refused = mqtt_reason_words("Not authorized", 0x87);
  g_autofree char *old = mqtt_reason_words("Not authorized", 5);
  g_autofree char *good = mqtt_reason_words("Normal disconnection", 0);
  g_autofree char *none = mqtt_reason_words(NULL, 0x80);
  g_autofree char *connack = mqtt_connack_words(MQTT_5, 0x86);
  g_autofree char *accepted = mqtt_connack_words(MQTT_3_1_1, 0);
  g_assert_cmpstr(refused, ==, "Not authorized (0x87)");
  g_assert_cmpstr(old, ==, "Not authorized (0x05)");
  g_assert_cmpstr(good, ==, "Normal disconnection");
  g_assert_cmpstr(none, ==, "no reason given (0x80)");
  g_assert_cmpstr(connack, ==, "Bad User Name or Password (0x86)");
  g_assert_cmpstr(accepted, ==, "accepted");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/packet/3.1.1", test_packets_3);
  g_test_add_func("/packet/5", test_packets_5);
  g_test_add_func("/packet/frame", test_frame);
  g_test_add_func("/packet/reserved-flags", test_reserved_flags);
  g_test_add_func("/packet/filters", test_filters);
  g_test_add_func("/packet/topic-bytes", test_topic_bytes);
  g_test_add_func("/packet/utf8", test_utf8);
  g_test_add_func("/packet/type-names", test_type_names);
  g_test_add_func("/packet/reason-texts", test_reason_texts);
  g_test_add_func("/packet/reason-words", test_reason_words);
  return g_test_run();
}
