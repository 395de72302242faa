#include "config.h"
#include "net/pump.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/byte_queue.h"
#include "net/farewell.h"
#include "net/plain_stream.h"
#include "unit/loop.h"
#include "unit/wire.h"

/* A broker that never runs dry, and takes as much as `room` says. */
typedef struct {
  Stream base;
  int pair[2]; /* readable as long as the broker has something to say */
  GByteArray *packet;
  guint64 given; /* bytes that were read from it */
  guint64 taken;
  gsize room;
  gboolean mute;
} Broker;

static StreamResult
broker_read(Stream *stream, guint8 *bytes, gsize capacity, gsize *length)
{
  Broker *broker = (Broker *)stream;
  *length = 0;
  if (broker->mute)
    return STREAM_AGAIN;
  for (; *length < capacity; (*length)++, broker->given++)
    bytes[*length] = broker->packet->data[broker->given % broker->packet->len];
  return STREAM_OK;
}

static gsize
broker_write(Stream *stream, const guint8 *bytes, gsize length)
{
  Broker *broker = (Broker *)stream;
  gsize take = MIN(length, broker->room);
  broker->room -= take;
  broker->taken += take;
  return take;
}

static gboolean
broker_flush(Stream *stream)
{
  return ((Broker *)stream)->room > 0;
}

static gboolean
broker_has_input(const Stream *stream)
{
  return FALSE;
}

static void
broker_end(Stream *stream)
{
}

static int
broker_descriptor(const Stream *stream)
{
  return ((const Broker *)stream)->pair[0];
}

static const StreamClass broker_class = {
    .read = broker_read,
    .write = broker_write,
    .flush = broker_flush,
    .has_input = broker_has_input,
    .end = broker_end,
    .descriptor = broker_descriptor,
};

typedef struct {
  GMainContext *context;
  Broker broker;
  Tap *tap;
  Pump *pump;
  int client;
  guint64 publishes;
  gboolean ended;
  PumpEnd how;
} Fixture;

static void
on_publish(MqttDirection direction, const MqttPublish *publish, gpointer data)
{
  ((Fixture *)data)->publishes++;
}

static void
ignore(gpointer data)
{
}

static void
ignore_packet(MqttDirection direction, const MqttPacket *packet, gpointer data)
{
}

static void
on_ended(PumpEnd how, gpointer data)
{
  Fixture *f = data;
  g_assert_false(f->ended);
  f->ended = TRUE;
  f->how = how;
}

static void
set_up(Fixture *f, gconstpointer data)
{
  static const TapSink tap_sink = {ignore, ignore, on_publish, ignore_packet};
  static const PumpSink sink = {.first_byte = ignore, .progress = ignore, .ended = on_ended};
  int pair[2];
  f->context = g_main_context_new();
  f->broker.base.class = &broker_class;
  f->broker.room = G_MAXSIZE;
  f->broker.mute = TRUE;
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, f->broker.pair), ==, 0);
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), ==, 0);
  f->client = pair[1];
  f->tap = tap_new(&tap_sink, f, 0);
  f->pump = pump_new(f->context, &f->broker.base, pair[0], f->tap, &sink, f);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
  pump_free(f->pump);
  tap_free(f->tap);
  if (f->client >= 0)
    close(f->client);
  close(f->broker.pair[0]);
  close(f->broker.pair[1]);
  g_clear_pointer(&f->broker.packet, g_byte_array_unref);
  g_main_context_unref(f->context);
}

static void
client_sends(Fixture *f, const char *text)
{
  g_autoptr(GByteArray) bytes = wire(text);
  g_assert_cmpint(send(f->client, bytes->data, bytes->len, 0), ==, bytes->len);
}

/* CONNECT and CONNACK, without which the tap lets nothing through. */
static void
greet(Fixture *f)
{
  client_sends(f, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  while (f->broker.taken < 15)
    g_main_context_iteration(f->context, TRUE);
  f->broker.packet = wire("20 02 00 00");
  f->broker.mute = FALSE;
  MqttFault fault;
  g_autoptr(GByteArray) out = g_byte_array_new();
  g_assert_true(tap_feed(f->tap, MQTT_FROM_BROKER, f->broker.packet->data, 4, out, &fault));
  g_assert_cmpint(send(f->broker.pair[1], "!", 1, 0), ==, 1); /* there is something to read */
}

static void
broker_says(Fixture *f, const char *text)
{
  g_byte_array_unref(f->broker.packet);
  f->broker.packet = wire(text);
}

static guint
turns_until_idle(Fixture *f, guint bound)
{
  guint turns = 0;
  while (turns < bound && g_main_context_iteration(f->context, FALSE))
    turns++;
  return turns;
}

/* All of QoS 1 must go to the client, which does not read: the broker is not read any more. */
static void
test_client_side_is_bounded(Fixture *f, gconstpointer data)
{
  greet(f);
  broker_says(f, "32 0a 0003 'a/b' 0007 'two'");
  g_assert_cmpuint(turns_until_idle(f, 1000), <, 1000);
  guint64 before = f->broker.given;
  g_assert_cmpuint(before, <, 2 * PUMP_PENDING_MAX + 1024 * 1024);
  g_assert_cmpuint(turns_until_idle(f, 10), ==, 0);

  /* And it goes on where it was when the client reads. */
  guint8 bytes[4096];
  guint64 got = 0;
  while (f->broker.given == before) {
    ssize_t length = recv(f->client, bytes, sizeof bytes, 0);
    for (ssize_t i = 0; i < length; i++, got++)
      g_assert_cmpuint(bytes[i], ==, f->broker.packet->data[got % f->broker.packet->len]);
    g_main_context_iteration(f->context, FALSE);
  }
  g_assert_false(f->ended);
}

/* QoS 0 never waits for the client; a turn is bounded all the same. */
static void
test_flood_does_not_wait_for_client(Fixture *f, gconstpointer data)
{
  greet(f);
  broker_says(f, "30 08 0003 'a/b' 'one'");
  for (guint i = 1; i <= 20; i++) {
    guint64 before = f->broker.given;
    g_assert_true(g_main_context_iteration(f->context, FALSE));
    g_assert_cmpuint(f->broker.given - before, <=, PUMP_TURN_BYTES + 128 * 1024);
  }
  g_assert_cmpuint(f->publishes, >, 1000000);
  g_assert_cmpint(recv(f->client, &(char){0}, 1, 0), ==, -1);
}

static void
test_broker_side_is_bounded(Fixture *f, gconstpointer data)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  g_autoptr(GByteArray) packet = wire("30 08 0003 'a/b' 'one'");
  guint64 sent = 0;
  while (bytes->len < 64 * 1024)
    g_byte_array_append(bytes, packet->data, packet->len);
  greet(f);
  f->broker.mute = TRUE;
  f->broker.room = 100;
  char stale;
  g_assert_cmpint(recv(f->broker.pair[0], &stale, 1, 0), ==, 1);
  /* Until the kernel takes no more, because the pump does not read. */
  for (guint stuck = 0; stuck < 20;) {
    ssize_t length = send(f->client, bytes->data, bytes->len - sent % bytes->len, 0);
    sent += length > 0 ? (guint64)length : 0;
    stuck = length > 0 ? 0 : stuck + 1;
    g_assert_cmpuint(sent, <, 8 * 1024 * 1024);
    g_main_context_iteration(f->context, FALSE);
  }
  g_assert_cmpuint(f->broker.taken, ==, 15 + 100);
  /* The broker takes all at once now. */
  f->broker.room = G_MAXSIZE;
  while (f->broker.taken < 15 + sent)
    g_main_context_iteration(f->context, FALSE);
  g_assert_cmpuint(f->broker.taken, ==, 15 + sent);
}

static void
test_client_closes(Fixture *f, gconstpointer data)
{
  greet(f);
  f->broker.mute = TRUE;
  client_sends(f, "e0 00");
  close(f->client);
  f->client = -1;
  loop_until(f->context, &f->ended, 20);
  g_assert_cmpint(f->how, ==, PUMP_CLIENT_CLOSED);
  g_assert_cmpuint(f->broker.taken, ==, 15 + 2);
}

static void
test_stop_takes_the_last_words(Fixture *f, gconstpointer data)
{
  greet(f);
  client_sends(f, "e0 00");
  pump_stop(f->pump);
  g_assert_cmpuint(f->broker.taken, ==, 15 + 2);
  g_assert_false(f->ended);
  g_assert_cmpuint(turns_until_idle(f, 10), ==, 0);
  g_assert_cmpint(recv(f->client, &(char){0}, 1, 0), ==, 0);
}

static void
test_nonsense_of_client(Fixture *f, gconstpointer data)
{
  client_sends(f, "c0 00");
  loop_until(f->context, &f->ended, 20);
  g_assert_cmpint(f->how, ==, PUMP_CLIENT_MALFORMED);
  g_assert_nonnull(pump_fault(f->pump)->reason);
}

/* --- Byte queue ------------------------------------------------------------------------------ */

/* A queue that never runs empty must not grow either. */
static void
test_byte_queue_trickle(void)
{
  ByteQueue queue;
  guint8 bytes[1000];
  guint next = 0;
  byte_queue_init(&queue);
  memset(bytes, 'x', sizeof bytes);
  g_byte_array_append(queue.bytes, bytes, sizeof bytes);
  for (guint i = 0; i < 10000; i++) {
    memset(bytes, (int)(i % 256), sizeof bytes);
    g_byte_array_append(queue.bytes, bytes, sizeof bytes);
    byte_queue_consume(&queue, sizeof bytes);
    g_assert_cmpuint(byte_queue_length(&queue), ==, sizeof bytes);
    g_assert_cmpuint(byte_queue_data(&queue)[0], ==, next);
    g_assert_cmpuint(queue.bytes->len, <, 200 * 1024);
    next = (i + 1) % 256;
  }
  byte_queue_consume(&queue, sizeof bytes);
  g_assert_cmpuint(byte_queue_length(&queue), ==, 0);
  byte_queue_clear(&queue);
}

/* --- Farewell -------------------------------------------------------------------------------- */

static void
set_true(gpointer data)
{
  *(gboolean *)data = TRUE;
}

/* The other side takes nothing and never closes. */
static void
test_farewell_is_bounded(void)
{
  int pair[2];
  gboolean done = FALSE;
  g_autofree guint8 *much = g_malloc0(256 * 1024);
  GMainContext *context = g_main_context_new();
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), ==, 0);
  Stream *stream = plain_stream_new(pair[0]);
  while (stream_flush(stream))
    stream_write(stream, much, 256 * 1024);
  gint64 begin = g_get_monotonic_time();
  Farewell *farewell = farewell_new(context, stream, FALSE, set_true, &done);
  g_assert_false(done);
  loop_until(context, &done, 20);
  g_assert_cmpint(g_get_monotonic_time() - begin, >=, (FAREWELL_MS - 5) * 1000);
  g_assert_cmpint(g_get_monotonic_time() - begin, <, 10 * FAREWELL_MS * 1000);
  farewell_free(farewell);
  close(pair[1]);
  g_main_context_unref(context);
}

static void
test_farewell_of_a_quiet_stream(void)
{
  int pair[2];
  gboolean done = FALSE;
  char bytes[8];
  GMainContext *context = g_main_context_new();
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), ==, 0);
  Stream *stream = plain_stream_new(pair[0]);
  stream_write(stream, (const guint8 *)"bye", 3);
  gint64 begin = g_get_monotonic_time();
  Farewell *farewell = farewell_new(context, stream, FALSE, set_true, &done);
  loop_until(context, &done, 20);
  g_assert_cmpint(g_get_monotonic_time() - begin, <, FAREWELL_MS * 1000);
  farewell_free(farewell);
  g_assert_cmpint(recv(pair[1], bytes, sizeof bytes, 0), ==, 3);
  g_assert_cmpint(recv(pair[1], bytes, sizeof bytes, 0), ==, 0);
  close(pair[1]);
  g_main_context_unref(context);
}

/* The other side is told to close; what it says before that must not meet a closed socket. */
static void
test_farewell_waits_for_the_close(void)
{
  int pair[2];
  gboolean done = FALSE;
  char bytes[8];
  GMainContext *context = g_main_context_new();
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), ==, 0);
  Stream *stream = plain_stream_new(pair[0]);
  stream_write(stream, (const guint8 *)"bye", 3);
  Farewell *farewell = farewell_new(context, stream, TRUE, set_true, &done);
  while (g_main_context_iteration(context, FALSE))
    continue;
  g_assert_false(done);
  g_assert_cmpint(recv(pair[1], bytes, sizeof bytes, 0), ==, 3);
  g_assert_cmpint(recv(pair[1], bytes, sizeof bytes, 0), ==, 0);
  g_assert_cmpint(send(pair[1], "late", 4, MSG_NOSIGNAL), ==, 4);
  close(pair[1]);
  loop_until(context, &done, 20);
  farewell_free(farewell);
  g_main_context_unref(context);
}

#define ADD(name, function) g_test_add("/pump/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("client-side-is-bounded", test_client_side_is_bounded);
  ADD("flood-does-not-wait-for-client", test_flood_does_not_wait_for_client);
  ADD("broker-side-is-bounded", test_broker_side_is_bounded);
  ADD("client-closes", test_client_closes);
  ADD("stop-takes-the-last-words", test_stop_takes_the_last_words);
  ADD("nonsense-of-client", test_nonsense_of_client);
  g_test_add_func("/pump/byte-queue-trickle", test_byte_queue_trickle);
  g_test_add_func("/pump/farewell-is-bounded", test_farewell_is_bounded);
  g_test_add_func("/pump/farewell-of-a-quiet-stream", test_farewell_of_a_quiet_stream);
  g_test_add_func("/pump/farewell-waits-for-the-close", test_farewell_waits_for_the_close);
  return g_test_run();
}
