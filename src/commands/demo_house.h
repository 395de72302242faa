/* The demo's own process: a throwaway PKI in a private folder, a real mosquitto with two-way TLS on
 * a free loopback port, and devices that publish. It is a process of its own (demo_child.h), so that
 * nothing is left behind. */
#pragma once

#include <glib.h>

typedef struct DemoHouse DemoHouse;

/* Forks; call it before the process has a second thread. Waits until the broker listens. NULL and
 * one sentence on a fault, after which nothing is left. */
DemoHouse *demo_house_start(GError **error);
/* Stops the broker, removes the folder, waits for both. */
void demo_house_stop(DemoHouse *house);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DemoHouse, demo_house_stop)

guint16 demo_house_port(const DemoHouse *house);
const char *demo_house_folder(const DemoHouse *house);
