#include "config.h"
#include "net/pump.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/byte_queue.h"

/* What the tap gets at once: large enough to make its begin and end cheap, small enough to stay in
 * a processor's cache. */
#define BROKER_BYTES (128u * 1024)
#define CLIENT_BYTES (64u * 1024)

/* A descriptor in the loop's poll(); out of it when there is nothing to wait for, because poll()
 * reports errors also where they were not asked for. */
typedef struct {
  int fd;
  gpointer tag;
  GIOCondition condition;
} Interest;

typedef struct {
  GSource source;
  Pump *pump;
} PumpSource;

struct Pump {
  Stream *stream;
  Tap *tap;
  const PumpSink *sink;
  gpointer user_data;
  GSource *source;
  Interest broker, client;
  ByteQueue to_client, to_broker;
  guint8 *broker_bytes, *client_bytes;
  gboolean first_byte_seen;
  guint8 first_bytes[PUMP_FIRST_BYTES];
  gsize first_length;
  gboolean client_gone; /* it has closed, or takes nothing any more */
  gboolean stopping;    /* the owner ends it: nothing to tell */
  gboolean ended;
  MqttFault fault;
};

static void
set_interest(Pump *pump, Interest *interest, GIOCondition condition)
{
  if (interest->condition == condition)
    return;
  if (interest->tag != NULL && condition == 0)
    g_source_remove_unix_fd(pump->source, g_steal_pointer(&interest->tag));
  else if (interest->tag != NULL)
    g_source_modify_unix_fd(pump->source, interest->tag, condition);
  else
    interest->tag = g_source_add_unix_fd(pump->source, interest->fd, condition);
  interest->condition = condition;
}

static gboolean
is_ready(Pump *pump, const Interest *interest)
{
  return interest->tag != NULL && g_source_query_unix_fd(pump->source, interest->tag) != 0;
}

/* --- The end --------------------------------------------------------------------------------- */

static void
flush_client(Pump *pump)
{
  int error_number = 0;
  if (!pump->client_gone && !byte_queue_send(&pump->to_client, pump->client.fd, &error_number) &&
      error_number != 0)
    pump->client_gone = TRUE;
  if (pump->client_gone)
    byte_queue_forget(&pump->to_client);
}

/* Half-closed, so that a reset cannot overtake what the client has not read yet. */
static void
quit(Pump *pump)
{
  pump->ended = TRUE;
  set_interest(pump, &pump->broker, 0);
  set_interest(pump, &pump->client, 0);
  g_source_set_ready_time(pump->source, -1);
  flush_client(pump);
  shutdown(pump->client.fd, SHUT_WR);
}

static void
end(Pump *pump, PumpEnd how)
{
  if (pump->ended)
    return;
  quit(pump);
  if (!pump->stopping)
    pump->sink->ended(how, pump->user_data);
}

/* --- Client to broker ------------------------------------------------------------------------ */

static void
write_broker(Pump *pump)
{
  while (!pump->ended && byte_queue_length(&pump->to_broker) > 0) {
    gsize taken = stream_write(pump->stream, byte_queue_data(&pump->to_broker),
                               byte_queue_length(&pump->to_broker));
    if (taken == 0)
      return;
    byte_queue_consume(&pump->to_broker, taken);
  }
}

/* TRUE: nothing waits any more, neither here nor in the stream. */
static gboolean
send_broker(Pump *pump)
{
  gboolean all_sent;
  do {
    write_broker(pump);
    all_sent = stream_flush(pump->stream);
  } while (all_sent && byte_queue_length(&pump->to_broker) > 0);
  return all_sent;
}

static gboolean
feed(Pump *pump, MqttDirection direction, const guint8 *bytes, gsize length)
{
  ByteQueue *to = direction == MQTT_FROM_BROKER ? &pump->to_client : &pump->to_broker;
  gboolean good = tap_feed(pump->tap, direction, bytes, length, to->bytes, &pump->fault);
  pump->sink->progress(pump->user_data);
  return good;
}

/* FALSE: nothing more comes from the client for now. */
static gboolean
read_client_once(Pump *pump)
{
  ssize_t got;
  do
    got = recv(pump->client.fd, pump->client_bytes, CLIENT_BYTES, 0);
  while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return FALSE;
  if (got <= 0) {
    pump->client_gone = TRUE;
    end(pump, PUMP_CLIENT_CLOSED);
    return FALSE;
  }
  if (feed(pump, MQTT_FROM_CLIENT, pump->client_bytes, (gsize)got))
    return (gsize)got == CLIENT_BYTES;
  end(pump, PUMP_CLIENT_MALFORMED);
  return FALSE;
}

/* Room is looked for before each read, so that at most CLIENT_BYTES (and what the tap held back of
 * one packet) wait here beside what waits in the stream. */
static void
read_client(Pump *pump)
{
  write_broker(pump);
  while (!pump->ended && byte_queue_length(&pump->to_broker) == 0) {
    gboolean more = read_client_once(pump);
    write_broker(pump);
    if (!more)
      return;
  }
}

/* --- Broker to client ------------------------------------------------------------------------ */

static void
take_broker_bytes(Pump *pump, gsize length)
{
  if (G_UNLIKELY(!pump->first_byte_seen)) {
    pump->first_byte_seen = TRUE;
    pump->first_length = MIN(length, PUMP_FIRST_BYTES);
    memcpy(pump->first_bytes, pump->broker_bytes, pump->first_length);
    pump->sink->first_byte(pump->user_data);
  }
  if (!feed(pump, MQTT_FROM_BROKER, pump->broker_bytes, length))
    end(pump, PUMP_BROKER_MALFORMED);
}

static void
read_broker(Pump *pump)
{
  gsize budget = PUMP_TURN_BYTES;
  StreamResult result = STREAM_OK;
  while (result == STREAM_OK && budget > 0 && !pump->ended &&
         byte_queue_length(&pump->to_client) < PUMP_PENDING_MAX) {
    gsize length;
    result = stream_read(pump->stream, pump->broker_bytes, BROKER_BYTES, &length);
    budget -= MIN(budget, length);
    if (length > 0)
      take_broker_bytes(pump, length);
    flush_client(pump);
  }
  if (result == STREAM_EOF)
    end(pump, PUMP_BROKER_CLOSED);
  else if (result == STREAM_FAILED)
    end(pump, PUMP_BROKER_FAILED);
}

/* --- On the loop ----------------------------------------------------------------------------- */

/* What to wait for, out of what could be done. */
static void
set_interests(Pump *pump)
{
  gboolean client_has_room = byte_queue_length(&pump->to_client) < PUMP_PENDING_MAX;
  gboolean all_sent = send_broker(pump);
  gboolean broker_has_room = byte_queue_length(&pump->to_broker) == 0;
  set_interest(pump, &pump->broker, (client_has_room ? G_IO_IN : 0) | (all_sent ? 0 : G_IO_OUT));
  set_interest(pump, &pump->client,
               (broker_has_room ? G_IO_IN : 0) |
                   (byte_queue_length(&pump->to_client) > 0 ? G_IO_OUT : 0));
  gboolean more = client_has_room && stream_has_input(pump->stream);
  g_source_set_ready_time(pump->source, more ? 0 : -1);
}

static gboolean
turn(GSource *source, GSourceFunc callback, gpointer data)
{
  Pump *pump = ((PumpSource *)source)->pump;
  if (pump->ended)
    return G_SOURCE_CONTINUE;
  gboolean client_ready = is_ready(pump, &pump->client);
  gboolean broker_ready = is_ready(pump, &pump->broker) || stream_has_input(pump->stream);

  send_broker(pump);
  flush_client(pump);
  /* The broker first: when both ends are gone, its reason is the one to tell. */
  if (broker_ready)
    read_broker(pump);
  if (!pump->ended && (client_ready || pump->client_gone))
    read_client(pump);
  if (!pump->ended)
    set_interests(pump);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_functions = {.dispatch = turn};

Pump *
pump_new(GMainContext *context, Stream *stream, int client, Tap *tap, const PumpSink *sink,
         gpointer user_data)
{
  Pump *pump = g_new0(Pump, 1);
  pump->stream = stream;
  pump->tap = tap;
  pump->sink = sink;
  pump->user_data = user_data;
  pump->broker.fd = stream_descriptor(stream);
  pump->client.fd = client;
  pump->broker_bytes = g_malloc(BROKER_BYTES);
  pump->client_bytes = g_malloc(CLIENT_BYTES);
  byte_queue_init(&pump->to_client);
  byte_queue_init(&pump->to_broker);

  pump->source = g_source_new(&source_functions, sizeof(PumpSource));
  ((PumpSource *)pump->source)->pump = pump;
  set_interests(pump);
  g_source_attach(pump->source, context);
  return pump;
}

void
pump_stop(Pump *pump)
{
  if (pump->ended)
    return;
  pump->stopping = TRUE;
  read_client(pump);
  if (!pump->ended)
    quit(pump);
}

void
pump_say(Pump *pump, const guint8 *packets, gsize length)
{
  if (!pump->ended)
    feed(pump, MQTT_FROM_CLIENT, packets, length); /* set_interests() sends it */
}

const MqttFault *
pump_fault(const Pump *pump)
{
  return &pump->fault;
}

const guint8 *
pump_first_bytes(const Pump *pump, gsize *length)
{
  *length = pump->first_length;
  return pump->first_bytes;
}

void
pump_free(Pump *pump)
{
  if (pump == NULL)
    return;
  g_source_destroy(pump->source);
  g_source_unref(pump->source);
  close(pump->client.fd);
  byte_queue_clear(&pump->to_client);
  byte_queue_clear(&pump->to_broker);
  g_free(pump->broker_bytes);
  g_free(pump->client_bytes);
  g_free(pump);
}
