/* Whose socket is at the other end of a loopback connection (Linux: /proc). */
#pragma once

#include <glib.h>

/* The peer of `fd` is a socket of this process: one of our own descriptors is bound to the peer's
 * address and connected to ours. */
gboolean socket_owner_is_us(int fd);

/* (transfer full): safe text on who the peer of `fd` is, as far as it can be known:
 * "127.0.0.1:40000, process 4711 (nc) of user 1000". Reads /proc, which takes long where there are
 * many processes: bound how often it is called. */
char *socket_owner_describe(int fd);
