/* How a conversation is cut does not matter: what is shown, what passes and what is refused is the
 * same by single bytes as by whole pieces.
 *
 * The first byte chooses a greeting (none, 3.1.1, 5, 5 with topic aliases) and the packet limit.
 * Then come pieces: a byte whose lowest bit is the direction and whose others are the length, and
 * so many bytes. */
#include "config.h"

#include "mqtt/tap.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct {
  Tap *tap;
  GByteArray *shown, *out[2]; /* everything that a sink sees, in order; what passes */
  gboolean in_run, broken;
  MqttFault fault;
} Run;

static void
note(Run *run, const void *bytes, gsize length)
{
  g_byte_array_append(run->shown, bytes, (guint)length);
}

static void
note_bytes(Run *run, MqttBytes bytes)
{
  note(run, &bytes.length, sizeof bytes.length);
  if (bytes.length > 0)
    note(run, bytes.data, bytes.length);
}

static void
on_begin(gpointer user_data)
{
  Run *run = user_data;

  g_assert_false(run->in_run);
  run->in_run = TRUE;
}

static void
on_end(gpointer user_data)
{
  Run *run = user_data;

  g_assert_true(run->in_run);
  run->in_run = FALSE;
}

static void
on_publish(MqttDirection direction, const MqttPublish *publish, gpointer user_data)
{
  Run *run = user_data;
  guint8 head[] = {'P', (guint8)direction, publish->qos, publish->dup, publish->retain};

  g_assert_true(run->in_run);
  g_assert_true(mqtt_topic_is_valid((const char *)publish->topic.data, publish->topic.length));
  note(run, head, sizeof head);
  note(run, &publish->packet_id, sizeof publish->packet_id);
  note(run, &publish->topic_alias, sizeof publish->topic_alias);
  note_bytes(run, publish->topic);
  note_bytes(run, publish->properties);
  note_bytes(run, publish->payload);
}

static void
on_packet(MqttDirection direction, const MqttPacket *packet, gpointer user_data)
{
  Run *run = user_data;
  guint8 head[] = {'K', (guint8)direction, (guint8)packet->type};

  g_assert_false(run->in_run);
  note(run, head, sizeof head);
  note(run, &packet->size, sizeof packet->size);
}

static const TapSink sink = {on_begin, on_end, on_publish, on_packet};

static void
run_init(Run *run, guint32 packet_max)
{
  *run = (Run){.tap = tap_new(&sink, run, packet_max), .shown = g_byte_array_new()};
  run->out[0] = g_byte_array_new();
  run->out[1] = g_byte_array_new();
}

static void
run_clear(Run *run)
{
  tap_free(run->tap);
  g_byte_array_unref(run->shown);
  g_byte_array_unref(run->out[0]);
  g_byte_array_unref(run->out[1]);
}

/* From a copy without anything behind it, gone afterwards. */
static void
feed(Run *run, MqttDirection direction, const guint8 *bytes, gsize length)
{
  g_autofree guint8 *copy = g_malloc(MAX(length, 1));
  MqttFault fault = {0};
  gboolean good;

  memcpy(copy, bytes, length);
  good = tap_feed(run->tap, direction, copy, length, run->out[direction], &fault);
  g_assert_false(run->in_run);
  g_assert_true(good ? !run->broken : fault.clause != NULL && fault.reason != NULL);
  run->broken = !good;
  run->fault = fault;
}

static void
feed_both(Run *whole, Run *single, MqttDirection direction, const guint8 *bytes, gsize length)
{
  feed(whole, direction, bytes, length);
  for (gsize i = 0; i < length; i++)
    feed(single, direction, bytes + i, 1);
}

static void
greet(Run *whole, Run *single, guint which)
{
  static const guint8 connect_3[] = "\020\014\000\004MQTT\004\002\000\000\000";
  static const guint8 connect_5[] = "\020\015\000\004MQTT\005\002\000\000\000\000";
  static const guint8 connect_alias[] = "\020\020\000\004MQTT\005\002\000\000\003\042\377\377\000";
  static const guint8 connack_3[] = "\040\002\000", connack_5[] = "\040\003\000\000";
  static const guint8 connack_alias[] = "\040\006\000\000\003\042\377\377";

  /* The string literals' last NUL is the last byte of all but the last. */
  if (which == 1) {
    feed_both(whole, single, MQTT_FROM_CLIENT, connect_3, sizeof connect_3);
    feed_both(whole, single, MQTT_FROM_BROKER, connack_3, sizeof connack_3);
  } else if (which == 2) {
    feed_both(whole, single, MQTT_FROM_CLIENT, connect_5, sizeof connect_5);
    feed_both(whole, single, MQTT_FROM_BROKER, connack_5, sizeof connack_5);
  } else if (which == 3) {
    feed_both(whole, single, MQTT_FROM_CLIENT, connect_alias, sizeof connect_alias);
    feed_both(whole, single, MQTT_FROM_BROKER, connack_alias, sizeof connack_alias - 1);
  }
  g_assert_false(whole->broken);
}

static void
assert_same(const Run *a, const Run *b)
{
  g_assert_cmpmem(a->shown->data, a->shown->len, b->shown->data, b->shown->len);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpmem(a->out[i]->data, a->out[i]->len, b->out[i]->data, b->out[i]->len);
  g_assert_cmpint(a->broken, ==, b->broken);
  g_assert_cmpuint(tap_fault_type(a->tap), ==, tap_fault_type(b->tap));
  if (!a->broken)
    return;
  g_assert_cmpuint(a->fault.offset, ==, b->fault.offset);
  g_assert_cmpstr(a->fault.clause, ==, b->fault.clause);
  g_assert_cmpstr(a->fault.reason, ==, b->fault.reason);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  Run whole, single;
  gsize at = 1;

  if (size == 0)
    return 0;
  run_init(&whole, data[0] & 4 ? 40 : 0);
  run_init(&single, data[0] & 4 ? 40 : 0);
  greet(&whole, &single, data[0] & 3);
  while (at < size) {
    MqttDirection direction = data[at] & 1;
    gsize length = MIN((gsize)data[at] >> 1, size - at - 1);

    feed_both(&whole, &single, direction, data + at + 1, length);
    at += 1 + length;
  }
  assert_same(&whole, &single);
  run_clear(&whole);
  run_clear(&single);
  return 0;
}
