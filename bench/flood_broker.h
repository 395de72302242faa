/* A stand-in for a broker, in a process of its own: takes one two-way TLS client, grants its
 * subscription, sends `count` QoS 0 PUBLISH back to back out of a prepared buffer, then one QoS 1,
 * and stops the clock when that one is acknowledged. */
#pragma once

#include <glib.h>

#include "live/certificates.h"

#define FLOOD_TOPICS 100

typedef struct FloodBroker FloodBroker;

/* (transfer full). `count` is rounded up to whole rounds of the topics. */
FloodBroker *flood_broker_start(const Certificates *certificates, gsize payload, guint64 count);
/* Ends the process; the client should be gone. */
void flood_broker_free(FloodBroker *broker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FloodBroker, flood_broker_free)

guint16 flood_broker_port(const FloodBroker *broker);
/* What has happened by now; neither waits. Abort when the process has failed. */
gboolean flood_broker_started(FloodBroker *broker);
gboolean flood_broker_finished(FloodBroker *broker);
/* For a client that is on no terminal. */
void flood_broker_wait(FloodBroker *broker);
/* Once finished. */
double flood_broker_seconds(const FloodBroker *broker);
guint64 flood_broker_count(const FloodBroker *broker);

/* The bytes of all QoS 0 messages, for a client that does not look at them (MQTT 5). */
guint64 flood_bytes(gsize payload, guint64 count);
