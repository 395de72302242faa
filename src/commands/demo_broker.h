/* The machine's own mosquitto, started for the demo with two-way TLS on a free loopback port. */
#pragma once

#include <glib.h>

typedef struct DemoBroker DemoBroker;

/* Files of demo_pki_write() lie in `folder`. Waits until the broker listens. The broker ends with
 * this process, whatever ends it. NULL and one sentence on a fault. */
DemoBroker *demo_broker_start(const char *folder, GError **error);
/* Ends the broker and waits for it. */
void demo_broker_stop(DemoBroker *broker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DemoBroker, demo_broker_stop)

guint16 demo_broker_port(const DemoBroker *broker);
