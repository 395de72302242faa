/* Carries MQTT between the broker's stream and the client's loopback socket, through the tap.
 *
 * Bounded on both sides: while PUMP_PENDING_MAX bytes wait for the client, the broker is not read;
 * while the stream has no room, the client is not read. A flood of QoS 0 does not reach the client
 * and so never waits for it. At most PUMP_TURN_BYTES of the broker's are handled in one turn of the
 * loop, so that other connections live. A quiet connection wakes nobody. */
#pragma once

#include "mqtt/tap.h"
#include "net/stream.h"

#define PUMP_PENDING_MAX (1024u * 1024)
#define PUMP_TURN_BYTES (1024u * 1024)
#define PUMP_FIRST_BYTES 32

typedef struct Pump Pump;

typedef enum {
  PUMP_BROKER_CLOSED,    /* in order */
  PUMP_BROKER_FAILED,    /* the stream's `failure` says how */
  PUMP_BROKER_MALFORMED, /* pump_fault() */
  PUMP_CLIENT_CLOSED,    /* all it wrote is in the stream, not yet flushed */
  PUMP_CLIENT_MALFORMED, /* pump_fault() */
} PumpEnd;

typedef struct {
  void (*first_byte)(gpointer user_data);
  /* After every feed; counters may have grown. */
  void (*progress)(gpointer user_data);
  /* Once, last; nothing is carried any more. What the broker said last has been given to the client
   * as far as its socket took it. Must not call pump_free(); may free the stream. */
  void (*ended)(PumpEnd end, gpointer user_data);
} PumpSink;

/* `stream` and `tap` are borrowed, and outlive the pump; (transfer full) of `client`, non-blocking.
 */
Pump *pump_new(GMainContext *context, Stream *stream, int client, Tap *tap, const PumpSink *sink,
               gpointer user_data);

/* Takes what the client wrote last into the stream, and carries nothing any more. The client's
 * socket stays open, half-closed, until pump_free(). Without `ended`. */
void pump_stop(Pump *pump);

/* Whole packets to the broker, as if the client had written them: while it is between two of its
 * own, and not from within the tap's functions. */
void pump_say(Pump *pump, const guint8 *packets, gsize length);

/* What was wrong with the bytes. */
const MqttFault *pump_fault(const Pump *pump);
/* What the broker said first, at most PUMP_FIRST_BYTES. */
const guint8 *pump_first_bytes(const Pump *pump, gsize *length);
/* Closes the client's socket. NULL is allowed. */
void pump_free(Pump *pump);
