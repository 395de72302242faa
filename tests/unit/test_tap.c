/* The tap: what it shows, what it passes on, and that neither depends on how the bytes come. */
#include "config.h"

#include <string.h>

#include "mqtt/tap.h"
#include "unit/wire.h"

/* --- A conversation, fed in many ways --------------------------------------------------------- */

typedef struct {
  MqttDirection direction;
  GByteArray *bytes;
} Part;

/* (transfer container): "> bytes of the client < bytes of the broker > ..." */
static GArray *
parts_of(const char *text)
{
  GArray *parts = g_array_new(FALSE, FALSE, sizeof(Part));

  while (*text != '\0') {
    gsize length = 1 + strcspn(text + 1, "<>");
    g_autofree char *bytes = g_strndup(text + 1, length - 1);
    Part part = {*text == '>' ? MQTT_FROM_CLIENT : MQTT_FROM_BROKER, wire(bytes)};

    g_array_append_val(parts, part);
    text += length;
  }
  return parts;
}

static void
free_parts(GArray *parts)
{
  for (guint i = 0; i < parts->len; i++)
    g_byte_array_unref(g_array_index(parts, Part, i).bytes);
  g_array_unref(parts);
}

/* What came out. */
typedef struct {
  Tap *tap;
  GString *shown;     /* a line for each sink call, without begin and end */
  GByteArray *out[2]; /* passed on, by the direction it came from */
  char *fault;        /* "TYPE OFFSET CLAUSE", or NULL */
  gboolean in_run;
  guint runs;
} Record;

static void
on_begin(gpointer user_data)
{
  Record *record = user_data;

  g_assert_false(record->in_run);
  record->in_run = TRUE;
  record->runs++;
}

static void
on_end(gpointer user_data)
{
  Record *record = user_data;

  g_assert_true(record->in_run);
  record->in_run = FALSE;
}

static void
on_publish(MqttDirection direction, const MqttPublish *publish, gpointer user_data)
{
  Record *record = user_data;
  g_autofree char *told = tell_publish(publish);

  g_assert_true(record->in_run);
  g_string_append_printf(record->shown, "%c %s\n", direction == MQTT_FROM_CLIENT ? '>' : '<', told);
}

static void
on_packet(MqttDirection direction, const MqttPacket *packet, gpointer user_data)
{
  Record *record = user_data;
  g_autofree char *told = tell_packet(packet);

  g_assert_false(record->in_run);
  g_string_append_printf(record->shown, "%c %s\n", direction == MQTT_FROM_CLIENT ? '>' : '<', told);
}

static const TapSink sink = {on_begin, on_end, on_publish, on_packet};

static void
record_init(Record *record, guint32 packet_max)
{
  *record = (Record){.tap = tap_new(&sink, record, packet_max), .shown = g_string_new(NULL)};
  record->out[0] = g_byte_array_new();
  record->out[1] = g_byte_array_new();
}

static void
record_clear(Record *record)
{
  tap_free(record->tap);
  g_string_free(record->shown, TRUE);
  g_byte_array_unref(record->out[0]);
  g_byte_array_unref(record->out[1]);
  g_free(record->fault);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Record, record_clear)

/* From a copy of just these bytes that is gone afterwards: the tap must neither read beyond them
 * nor come back to them. */
static void
feed(Record *record, MqttDirection direction, const guint8 *bytes, gsize length)
{
  g_autofree guint8 *copy = g_malloc(MAX(length, 1));
  MqttFault fault = {0};
  gboolean good;

  memcpy(copy, bytes, length);
  good = tap_feed(record->tap, direction, copy, length, record->out[direction], &fault);
  g_assert_false(record->in_run);
  g_assert_false(good && record->fault != NULL);
  if (!good && record->fault == NULL) {
    g_autofree char *told = tell_fault(&fault);

    record->fault =
        g_strdup_printf("%s %s", mqtt_type_name((guint8)tap_fault_type(record->tap)), told);
  }
}

/* Feeds every part in pieces of at most `piece` bytes, but part `split` (-1: none) in two. */
static void
run(Record *record, const GArray *parts, gsize piece, int split, gsize at)
{
  for (guint i = 0; i < parts->len; i++) {
    const Part *part = &g_array_index(parts, Part, i);
    gsize done = 0;

    if ((int)i == split) {
      feed(record, part->direction, part->bytes->data, at);
      done = at;
    }
    for (gsize length; done < part->bytes->len; done += length) {
      length = MIN(piece, part->bytes->len - done);
      feed(record, part->direction, part->bytes->data + done, length);
    }
  }
}

static void
assert_same(const Record *a, const Record *b)
{
  g_assert_cmpstr(a->shown->str, ==, b->shown->str);
  g_assert_cmpstr(a->fault, ==, b->fault);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpmem(a->out[i]->data, a->out[i]->len, b->out[i]->data, b->out[i]->len);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint(tap_counters(a->tap)->packets[i], ==, tap_counters(b->tap)->packets[i]);
    g_assert_cmpuint(tap_counters(a->tap)->publishes[i], ==, tap_counters(b->tap)->publishes[i]);
  }
  g_assert_cmpuint(tap_counters(a->tap)->kept_from_client, ==,
                   tap_counters(b->tap)->kept_from_client);
}

/* All at once is what all other ways are compared with. */
static void
check_every_split(const GArray *parts, const Record *whole, guint32 packet_max)
{
  for (gsize piece = 1; piece <= 7; piece++) {
    g_auto(Record) record = {0};

    record_init(&record, packet_max);
    run(&record, parts, piece, -1, 0);
    assert_same(&record, whole);
  }
  for (guint i = 0; i < parts->len; i++) {
    for (gsize at = 0; at <= g_array_index(parts, Part, i).bytes->len; at++) {
      g_auto(Record) record = {0};

      record_init(&record, packet_max);
      run(&record, parts, G_MAXSIZE, (int)i, at);
      assert_same(&record, whole);
    }
  }
}

typedef struct {
  const char *name;
  const char *fed;
  const char *shown;
  const char *to_broker, *to_client; /* NULL: not looked at */
  const char *fault;
  guint32 packet_max;
} Case;

static void
test_case(gconstpointer data)
{
  const Case *c = data;
  GArray *parts = parts_of(c->fed);
  g_auto(Record) record = {0};

  record_init(&record, c->packet_max);
  run(&record, parts, G_MAXSIZE, -1, 0);
  g_assert_cmpstr(record.fault, ==, c->fault);
  if (c->shown != NULL)
    g_assert_cmpstr(record.shown->str, ==, c->shown);
  for (guint i = 0; i < 2; i++) {
    const char *expected = i == MQTT_FROM_CLIENT ? c->to_broker : c->to_client;
    g_autoptr(GByteArray) bytes = wire(expected != NULL ? expected : "");

    if (expected != NULL)
      g_assert_cmpmem(record.out[i]->data, record.out[i]->len, bytes->data, bytes->len);
  }
  check_every_split(parts, &record, c->packet_max);
  free_parts(parts);
}

/* --- Good conversations ----------------------------------------------------------------------- */

#define CONNECT_3 "10 0d 0004'MQTT' 04 02 003c 0001'a'"
#define TOLD_CONNECT_3 "> CONNECT 15 version 4 flags 02 keep 60 id 'a'\n"
#define HELLO_3 ">" CONNECT_3 "< 20 02 0000"
#define TOLD_HELLO_3 TOLD_CONNECT_3 "< CONNACK 4 present 0 reason 00\n"
/* Topic Alias Maximum: 3 for the broker, 1 for the client. */
#define CONNECT_5 "10 10 0004'MQTT' 05 02 0000 03 22 0003 0000"
#define CONNACK_5 "20 06 00 00 03 22 0001"
#define HELLO_5 ">" CONNECT_5 "<" CONNACK_5
#define TOLD_HELLO_5                                                                               \
  "> CONNECT 18 version 5 flags 02 keep 0 {Topic Alias Maximum=3} id ''\n"                         \
  "< CONNACK 8 present 0 reason 00 {Topic Alias Maximum=1}\n"
#define HELLO_5_PLAIN "> 10 0d 0004'MQTT' 05 02 0000 00 0000 < 20 03 00 00 00"

static const Case good[] = {
    {.name = "/tap/3.1.1",
     .fed = HELLO_3 "> 82 06 0001 0001'#' 02 < 90 03 0001 02"
                    "< 30 05 0001'a' 'q0' 30 03 0001'b' 32 07 0001'c' 0007 'q1'"
                    "< 34 07 0001'd' 0008 'q2' 31 04 0001'e' 'r' d0 00"
                    "> 40 02 0007 50 02 0008 30 04 0001'f' 'x' c0 00 < 62 02 0008 > 70 02 0008"
                    "> 32 06 0001'g' 0001 'y' < 40 02 0001 > e0 00",
     .shown = TOLD_HELLO_3 "> SUBSCRIBE 8 id 1 count 1 filter '#':02\n"
                           "< SUBACK 5 id 1 count 1 codes '\\02'\n"
                           "< PUBLISH qos 0 id 0 alias 0 topic 'a' payload 'q0'\n"
                           "< PUBLISH qos 0 id 0 alias 0 topic 'b' payload ''\n"
                           "< PUBLISH qos 1 id 7 alias 0 topic 'c' payload 'q1'\n"
                           "< PUBLISH qos 2 id 8 alias 0 topic 'd' payload 'q2'\n"
                           "< PUBLISH qos 0 retain id 0 alias 0 topic 'e' payload 'r'\n"
                           "< PINGRESP 2\n"
                           "> PUBACK 4 id 7 reason 00\n"
                           "> PUBREC 4 id 8 reason 00\n"
                           "> PUBLISH qos 0 id 0 alias 0 topic 'f' payload 'x'\n"
                           "> PINGREQ 2\n"
                           "< PUBREL 4 id 8 reason 00\n"
                           "> PUBCOMP 4 id 8 reason 00\n"
                           "> PUBLISH qos 1 id 1 alias 0 topic 'g' payload 'y'\n"
                           "< PUBACK 4 id 1 reason 00\n"
                           "> DISCONNECT 2 id 0 reason 00\n",
     .to_broker = CONNECT_3 "82 06 0001 0001'#' 02 40 02 0007 50 02 0008 30 04 0001'f' 'x' c0 00"
                            "70 02 0008 32 06 0001'g' 0001 'y' e0 00",
     .to_client = "20 02 0000 90 03 0001 02 32 07 0001'c' 0007 'q1' 34 07 0001'd' 0008 'q2'"
                  "d0 00 62 02 0008 40 02 0001"},
    {.name = "/tap/5",
     .fed = HELLO_5 "< 30 0a 0001'a' 05 02 0000000a 'x' e0 02 8e 00",
     .shown = TOLD_HELLO_5
     "< PUBLISH qos 0 id 0 alias 0 topic 'a' {Message Expiry Interval=10} payload 'x'\n"
     "< DISCONNECT 4 id 0 reason 8e\n",
     .to_client = CONNACK_5 "e0 02 8e 00"},
    /* Set by a swallowed message and used by one that is not; set anew; each direction its own. */
    {.name = "/tap/alias",
     .fed = HELLO_5 "< 30 07 0001'a' 03 23 0001 30 07 0000 03 23 0001 '1'"
                    "< 32 09 0000 0005 03 23 0001 '2' 30 08 0002'bb' 03 23 0001"
                    "< 30 07 0000 03 23 0001 '3' 30 07 0001'c' 03 23 0003 30 06 0000 03 23 0001"
                    "> 30 07 0001'z' 03 23 0001 30 06 0000 03 23 0001",
     .shown = TOLD_HELLO_5 "< PUBLISH qos 0 id 0 alias 1 topic 'a' {Topic Alias=1} payload ''\n"
                           "< PUBLISH qos 0 id 0 alias 1 topic 'a' {Topic Alias=1} payload '1'\n"
                           "< PUBLISH qos 1 id 5 alias 1 topic 'a' {Topic Alias=1} payload '2'\n"
                           "< PUBLISH qos 0 id 0 alias 1 topic 'bb' {Topic Alias=1} payload ''\n"
                           "< PUBLISH qos 0 id 0 alias 1 topic 'bb' {Topic Alias=1} payload '3'\n"
                           "< PUBLISH qos 0 id 0 alias 3 topic 'c' {Topic Alias=3} payload ''\n"
                           "< PUBLISH qos 0 id 0 alias 1 topic 'bb' {Topic Alias=1} payload ''\n"
                           "> PUBLISH qos 0 id 0 alias 1 topic 'z' {Topic Alias=1} payload ''\n"
                           "> PUBLISH qos 0 id 0 alias 1 topic 'z' {Topic Alias=1} payload ''\n",
     .to_broker = CONNECT_5 "30 07 0001'z' 03 23 0001 30 06 0000 03 23 0001",
     .to_client = CONNACK_5 "32 09 0000 0005 03 23 0001 '2'"},
    {.name = "/tap/auth-before-connack",
     .fed = "> 10 11 0004'MQTT' 05 02 0000 04 15 0001'm' 0000 < f0 06 18 04 15 0001'm'"
            "> f0 06 18 04 15 0001'm' < 20 07 00 00 04 15 0001'm'",
     .shown = "> CONNECT 19 version 5 flags 02 keep 0 {Authentication Method='m'} id ''\n"
              "< AUTH 8 id 0 reason 18 {Authentication Method='m'}\n"
              "> AUTH 8 id 0 reason 18 {Authentication Method='m'}\n"
              "< CONNACK 9 present 0 reason 00 {Authentication Method='m'}\n"},
    {.name = "/tap/3.1",
     .fed = "> 10 0f 0006'MQIsdp' 03 02 000a 0001'a' < 20 02 0000 30 03 0001'a'",
     .shown = "> CONNECT 17 version 3 flags 02 keep 10 id 'a'\n< CONNACK 4 present 0 reason 00\n"
              "< PUBLISH qos 0 id 0 alias 0 topic 'a' payload ''\n"},
    {.name = "/tap/old-broker",
     .fed = "> 10 0d 0004'MQTT' 05 02 0000 00 0000 < 20 02 00 01",
     .shown = "> CONNECT 15 version 5 flags 02 keep 0 id ''\n< CONNACK 4 present 0 reason 01\n",
     .to_client = "20 03 00 84 00"},
    {.name = "/tap/old-broker-password",
     .fed = "> 10 0d 0004'MQTT' 05 02 0000 00 0000 < 20 02 00 04",
     .to_client = "20 03 00 86 00"},
    {.name = "/tap/largest-packet",
     .fed = HELLO_3 "< 30 0d 0001'a' '0123456789'",
     .packet_max = 15},
    {.name = "/tap/long-header", /* 3.1.1 does not ask for the shortest form */
     .fed = HELLO_3 "< 32 87 80 80 00 0001'a' 0001 'xy' d0 80 00",
     .shown = TOLD_HELLO_3 "< PUBLISH qos 1 id 1 alias 0 topic 'a' payload 'xy'\n< PINGRESP 3\n",
     .to_client = "20 02 0000 32 87 80 80 00 0001'a' 0001 'xy' d0 80 00"},
};

/* --- Broken ones ------------------------------------------------------------------------------ */

static const Case bad[] = {
    {.name = "/tap/fault/not-connect",
     .fed = "> c0 00",
     .shown = "",
     .fault = "PINGREQ 0 MQTT 5, 3.1.0-1 (3.1.1: 3.1.0-1)"},
    {.name = "/tap/fault/second-connect",
     .fed = ">" CONNECT_3 CONNECT_3,
     .shown = TOLD_CONNECT_3,
     .to_broker = CONNECT_3,
     .fault = "CONNECT 0 MQTT 3.1.1, 3.1.0-2"},
    {.name = "/tap/fault/broker-first",
     .fed = "< 20 02 0000",
     .fault = "CONNACK 0 MQTT 5, 3.2 (3.1.1: 3.2)"},
    {.name = "/tap/fault/not-connack",
     .fed = ">" CONNECT_3 "< d0 00",
     .to_client = "",
     .fault = "PINGRESP 0 MQTT 3.1.1, 3.2.0-1"},
    {.name = "/tap/fault/not-connack-5",
     .fed = ">" CONNECT_5 "< e0 00",
     .fault = "DISCONNECT 0 MQTT 5, 3.2.0-1"},
    {.name = "/tap/fault/auth-in-3.1.1",
     .fed = ">" CONNECT_3 "< f0 00",
     .fault = "AUTH 0 MQTT 3.1.1, 3.2.0-1"},
    {.name = "/tap/fault/second-connack",
     .fed = HELLO_5 "<" CONNACK_5,
     .shown = TOLD_HELLO_5,
     .fault = "CONNACK 0 MQTT 5, 3.2.0-2"},
    /* Other protocols are found out by their first byte. */
    {.name = "/tap/fault/http",
     .fed = ">" CONNECT_3 "< 'HTTP/1.1 400 Bad Request'",
     .fault = "PUBACK 0 MQTT 5, 2.1.3-1 (3.1.1: 2.2.2-1)"},
    {.name = "/tap/fault/ftp",
     .fed = ">" CONNECT_3 "< '2'",
     .fault = "PUBLISH 0 MQTT 3.1.1, 3.2.0-1"},
    {.name = "/tap/fault/zeros",
     .fed = ">" CONNECT_3 "< 00",
     .fault = "reserved 0 MQTT 5, 2.1.2 (3.1.1: 2.2.1)"},
    /* What was good before it is shown and passed on; nothing after it is. */
    {.name = "/tap/fault/publish",
     .fed = HELLO_3 "< 32 06 0001'a' 0001 'x' 30 03 0001'#' 32 06 0001'b' 0002 'y' > c0 00",
     .shown = TOLD_HELLO_3 "< PUBLISH qos 1 id 1 alias 0 topic 'a' payload 'x'\n",
     .to_broker = CONNECT_3,
     .to_client = "20 02 0000 32 06 0001'a' 0001 'x'",
     .fault = "PUBLISH 4 MQTT 3.1.1, 3.3.2-2"},
    {.name = "/tap/fault/packet",
     .fed = HELLO_3 "< 90 03 0001 03",
     .fault = "SUBACK 4 MQTT 3.1.1, 3.9.3-2"},
    {.name = "/tap/fault/client-identifier",
     .fed = HELLO_5 "> 30 06 0001'a' 02 0b 01",
     .fault = "PUBLISH 6 MQTT 5, 3.3.4-6"},
    {.name = "/tap/fault/header",
     .fed = HELLO_3 "< 30 ff ff ff ff",
     .to_client = "20 02 0000",
     .fault = "PUBLISH 4 MQTT 5, 1.5.5 (3.1.1: 2.2.3)"},
    /* The first byte is at fault, whatever follows it. */
    {.name = "/tap/fault/order-before-length",
     .fed = "> c0 ff ff ff ff",
     .fault = "PINGREQ 0 MQTT 5, 3.1.0-1 (3.1.1: 3.1.0-1)"},
    {.name = "/tap/fault/too-large",
     .fed = HELLO_3 "< 30 0e 0001'a' '0123'",
     .packet_max = 15,
     .fault = "PUBLISH 1 mqtrust, packet limit"},
    {.name = "/tap/fault/too-large-other",
     .fed = HELLO_3 "< 90 0e",
     .packet_max = 15,
     .fault = "SUBACK 1 mqtrust, packet limit"},
    {.name = "/tap/fault/far-too-large",
     .fed = HELLO_3 "< 30 ff ff ff 7f",
     .fault = "PUBLISH 1 mqtrust, packet limit"},
    {.name = "/tap/fault/alias-unknown",
     .fed = HELLO_5 "< 30 06 0000 03 23 0002",
     .fault = "PUBLISH 0 MQTT 5, 3.3.4"},
    {.name = "/tap/fault/alias-of-other-side",
     .fed = HELLO_5 "< 30 07 0001'a' 03 23 0001 > 30 06 0000 03 23 0001",
     .fault = "PUBLISH 0 MQTT 5, 3.3.4"},
    {.name = "/tap/fault/alias-too-great",
     .fed = HELLO_5 "< 30 07 0001'a' 03 23 0004",
     .fault = "PUBLISH 0 MQTT 5, 3.3.2-11"},
    {.name = "/tap/fault/alias-too-great-client",
     .fed = HELLO_5 "> 30 07 0001'a' 03 23 0002",
     .fault = "PUBLISH 0 MQTT 5, 3.3.2-9"},
    {.name = "/tap/fault/alias-not-announced",
     .fed = HELLO_5_PLAIN "< 30 07 0001'a' 03 23 0001",
     .fault = "PUBLISH 0 MQTT 5, 3.3.2-11"},
};

/* --- The rest --------------------------------------------------------------------------------- */

static void
feed_text(Record *record, const char *text)
{
  GArray *parts = parts_of(text);

  run(record, parts, G_MAXSIZE, -1, 0);
  free_parts(parts);
}

/* One run for the publishes of a feed, and a new one behind a packet of another kind. */
static void
test_runs(void)
{
  g_auto(Record) record = {0};

  record_init(&record, 0);
  feed_text(&record, HELLO_3);
  g_assert_cmpuint(record.runs, ==, 0);
  feed_text(&record, "< 30 03 0001'a' 30 03 0001'a' 32 05 0001'a' 0001 30 03 0001'a'");
  g_assert_cmpuint(record.runs, ==, 1);
  feed_text(&record, "< 30 03 0001'a' d0 00 d0 00 30 03 0001'a' 30 03 0001'a'");
  g_assert_cmpuint(record.runs, ==, 3);
  feed_text(&record, "< 30 03 0001");
  g_assert_cmpuint(record.runs, ==, 3);
}

static void
test_counters(void)
{
  g_auto(Record) record = {0};
  const TapCounters *counters;

  record_init(&record, 0);
  feed_text(&record, HELLO_3 "< 30 03 0001'a' 32 05 0001'a' 0001 d0 00 30 > 30 03 0001'a' e0 00");
  counters = tap_counters(record.tap);
  g_assert_cmpuint(counters->packets[MQTT_FROM_CLIENT], ==, 3);
  g_assert_cmpuint(counters->packets[MQTT_FROM_BROKER], ==, 4);
  g_assert_cmpuint(counters->publishes[MQTT_FROM_CLIENT], ==, 1);
  g_assert_cmpuint(counters->publishes[MQTT_FROM_BROKER], ==, 2);
  g_assert_cmpuint(counters->bytes[MQTT_FROM_CLIENT], ==, 15 + 5 + 2);
  g_assert_cmpuint(counters->bytes[MQTT_FROM_BROKER], ==, 4 + 5 + 7 + 2 + 1);
  g_assert_cmpuint(counters->kept_from_client, ==, 1);
}

/* A broken tap says so every time, and shows nothing more. */
static void
test_stays_broken(void)
{
  g_auto(Record) record = {0};
  g_autoptr(GByteArray) out = g_byte_array_new();
  MqttFault fault = {0};

  record_init(&record, 0);
  feed_text(&record, "> 00");
  g_assert_false(tap_feed(record.tap, MQTT_FROM_CLIENT, (const guint8 *)"\300", 1, out, &fault));
  g_assert_cmpstr(fault.reason, ==, "packet type 0 is reserved");
  g_assert_false(tap_feed(record.tap, MQTT_FROM_BROKER, NULL, 0, out, &fault));
  g_assert_cmpuint(out->len, ==, 0);
  g_assert_cmpuint(tap_counters(record.tap)->bytes[MQTT_FROM_CLIENT], ==, 1);
}

/* (transfer full): a PUBLISH of `qos` with a payload of `length` bytes. */
static GByteArray *
large_publish(guint qos, guint length)
{
  GByteArray *packet = wire(qos == 0 ? "30 00 00 00 00 0001'a'" : "32 00 00 00 00 0001'a' 0001");
  guint remaining = packet->len - 5 + length, start = packet->len;

  for (guint i = 0; i < 4; i++)
    packet->data[1 + i] = (guint8)((remaining >> (7 * i) & 0x7f) | (i < 3 ? 0x80 : 0));
  g_byte_array_set_size(packet, start + length);
  for (guint i = 0; i < length; i++)
    packet->data[start + i] = (guint8)(i * 7);
  return packet;
}

static void
feed_in_pieces(Record *record, const GByteArray *packet, gsize piece)
{
  for (gsize at = 0, length; at < packet->len; at += length) {
    length = MIN(piece, packet->len - at);
    feed(record, MQTT_FROM_BROKER, packet->data + at, length);
  }
}

/* As large as is kept, in little pieces: whole, unchanged, and again after it was forgotten. */
static void
test_large(void)
{
  const guint length = 4 * 1024 * 1024;

  for (guint qos = 0; qos <= 1; qos++) {
    g_autoptr(GByteArray) packet = large_publish(qos, length);
    g_auto(Record) record = {0};
    guint greeting;

    record_init(&record, packet->len);
    feed_text(&record, HELLO_3);
    greeting = record.out[MQTT_FROM_BROKER]->len;
    feed_in_pieces(&record, packet, 1460);
    feed_in_pieces(&record, packet, 17);
    g_assert_null(record.fault);
    g_assert_cmpuint(tap_counters(record.tap)->publishes[MQTT_FROM_BROKER], ==, 2);
    g_assert_cmpuint(record.out[MQTT_FROM_BROKER]->len - greeting, ==,
                     qos == 0 ? 0 : 2 * packet->len);
    if (qos == 1)
      g_assert_cmpmem(record.out[MQTT_FROM_BROKER]->data + greeting, packet->len, packet->data,
                      packet->len);
  }
}

/* The names of all aliases together are bounded; setting one anew gives its old name back. */
static void
test_alias_limit(void)
{
  g_auto(Record) record = {0};
  g_autoptr(GByteArray) packet = wire("30 85 80 04 ffff");

  g_byte_array_set_size(packet, 6 + 65535);
  memset(packet->data + 6, 'n', 65535);
  g_byte_array_append(packet, (const guint8 *)"\003\043\000\000", 4);
  record_init(&record, 0);
  feed_text(&record, "> 10 10 0004'MQTT' 05 02 0000 03 22 ffff 0000 <" CONNACK_5);
  for (guint i = 1; i <= 17; i++) {
    packet->data[packet->len - 1] = (guint8)MIN(i, 16);
    packet->data[6] = (guint8)('a' + i);
    feed(&record, MQTT_FROM_BROKER, packet->data, packet->len);
    g_assert_null(record.fault);
  }
  packet->data[packet->len - 1] = 17;
  feed(&record, MQTT_FROM_BROKER, packet->data, packet->len);
  g_assert_cmpstr(record.fault, ==, "PUBLISH 0 mqtrust, alias limit");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(good); i++)
    g_test_add_data_func(good[i].name, &good[i], test_case);
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
    g_test_add_data_func(bad[i].name, &bad[i], test_case);
  g_test_add_func("/tap/runs", test_runs);
  g_test_add_func("/tap/counters", test_counters);
  g_test_add_func("/tap/stays-broken", test_stays_broken);
  g_test_add_func("/tap/large", test_large);
  g_test_add_func("/tap/alias-limit", test_alias_limit);
  return g_test_run();
}
