/* The tap: sees every byte between Paho and the broker, in both directions, once.
 *
 * From the broker, a QoS 0 PUBLISH goes to the sink and not to Paho; everything else passes
 * unchanged, byte for byte, in order (but the 3.1.1 refusal of an MQTT 5 CONNECT, which would
 * crash Paho, passes in the form of MQTT 5). From the client, everything passes. Every packet is
 * decoded and shown to the sink. Bytes that are no MQTT break the tap: see tap_feed().
 *
 * Bounded: a packet that is not yet complete is buffered up to `packet_max` bytes (default 16 MiB);
 * a larger one is a fault ("larger than this program keeps"). What goes on goes on by whole
 * packets, and nothing of a packet at fault does. One thread. The tap owns no lock: the sink's
 * begin and end bracket each batch. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"

#define TAP_PACKET_MAX_DEFAULT (16u * 1024 * 1024)

typedef struct {
  /* Around a run of publish() calls that came out of one tap_feed(); never nested. A packet() in
   * between ends the run before it: the order of everything is that of the wire. */
  void (*begin)(gpointer user_data);
  void (*end)(gpointer user_data);
  /* A PUBLISH in either direction. `publish->topic` is the full name also when the wire had an
   * alias. Everything is borrowed until the call returns. */
  void (*publish)(MqttDirection direction, const MqttPublish *publish, gpointer user_data);
  /* Any other packet. Called outside begin/end. */
  void (*packet)(MqttDirection direction, const MqttPacket *packet, gpointer user_data);
} TapSink;

typedef struct Tap Tap;

/* `sink` is static or outlives the tap; it must not feed or free the tap. The version follows from
 * the CONNECT that passes. `packet_max` 0: TAP_PACKET_MAX_DEFAULT. */
Tap *tap_new(const TapSink *sink, gpointer user_data, guint32 packet_max);
void tap_free(Tap *tap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tap, tap_free)

/* Takes `length` bytes that came from `direction` and appends to `out` those that must go on to
 * the other side. FALSE: the stream is broken; `*fault` says how (its offset counts from the
 * start of the packet at fault), `tap_fault_type` which packet; further calls return FALSE. */
gboolean tap_feed(Tap *tap, MqttDirection direction, const guint8 *bytes, gsize length,
                  GByteArray *out, MqttFault *fault);

typedef struct {
  guint64 packets[2];                /* whole and good ones, by MqttDirection */
  guint64 bytes[2];                  /* fed */
  guint64 publishes[2];              /* of the packets */
  guint64 kept_from_client;          /* QoS 0 PUBLISH of the broker that did not go to Paho */
} TapCounters;
const TapCounters *tap_counters(const Tap *tap);
/* 0: none yet, or the reserved type 0. */
MqttType tap_fault_type(const Tap *tap);
