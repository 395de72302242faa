/* The demo's devices: several clients with certificates of their own that publish what a plant
 * publishes. Numbers that move, retained status with a last will, QoS 1 events, one binary topic,
 * and one MQTT 5 sender with user properties. Runs on the default main context. */
#pragma once

#include <glib.h>

#include "core/profile.h"

typedef struct DemoTraffic DemoTraffic;

/* Common names of the devices, NULL-terminated: each needs NAME.pem and NAME.key in the folder. */
extern const char *const demo_devices[];

DemoTraffic *demo_traffic_start(const char *folder, guint16 port, GError **error);
void demo_traffic_stop(DemoTraffic *traffic);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DemoTraffic, demo_traffic_stop)

/* (transfer full) a connection to the demo's broker with the identity `name`. */
Profile *demo_profile_new(const char *folder, guint16 port, const char *name);
