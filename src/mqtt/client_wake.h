/* Wakes Paho's receive thread.
 *
 * That thread polls the sockets that were there when it began to wait, and waits for up to 1.1
 * seconds: a new connection is not noticed before something happens on an old one (measured with
 * 1.3.12: 1.0 to 1.7 seconds until CONNACK, against 10 ms for a process's first connection). So
 * there is always an old one: a client of Paho's that is connected to ourselves and is sent a
 * PINGRESP when a new connection begins. */
#pragma once

#include <glib.h>

/* Listens on 127.0.0.1; the port, or 0 when that cannot be (then connecting is slower). Once. */
guint16 mqtt_wake_listen(void);
/* Plays the broker for the one client that connects there now, on the thread mqtt-wake. Returns when
 * that is done, at the latest after 50 ms; then the thread goes on by itself. Once. */
void mqtt_wake_accept(void);
/* Wakes Paho's thread several times within the next half second, after growing pauses: it is not known
 * when Paho opens the socket. Any thread. */
void mqtt_wake_soon(void);
