/* A relay between an MQTT client and a broker with the tap in it, on the main context: what the
 * transport does in the program, without TLS. It takes one connection. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"

typedef struct Relay Relay;

Relay *relay_new(guint16 broker_port);
/* Drops the connection as a broken line does, when it is still there. */
void relay_free(Relay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Relay, relay_free)

guint16 relay_port(const Relay *relay);

/* Has a packet gone by of which the line begins with `line`? "< PUBLISH qos 0 'topic' 'payload'",
 * "> PUBACK". Runs the main context until it has; FALSE after a long time. */
gboolean relay_wait(Relay *relay, const char *line);
/* How many PUBLISH of `qos` the broker has sent, and how many of these the client was given. */
guint relay_publishes(const Relay *relay, guint qos);
guint relay_passed_on(const Relay *relay, guint qos);
