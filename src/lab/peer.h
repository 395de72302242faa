/* The other side of a connection, played by threads of this process: a listener on 127.0.0.1 whose
 * every connection is served by a script, on a thread of its own. */
#pragma once

#include <glib.h>

typedef struct Peer Peer;

/* On a thread of the connection's own; several may run at once. `fd` is blocking and closed by the
 * peer afterwards. */
typedef void (*PeerScript)(int fd, gpointer data);

/* Ends the program when this machine has no port or no thread left. */
Peer *peer_start(PeerScript script, gpointer data);
guint16 peer_port(const Peer *peer);
/* Waits until the scripts under way are over; connections still open are shut down. */
void peer_stop(Peer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Peer, peer_stop)

/* Closes with a reset instead of an end. */
void peer_reset_on_close(int fd);
/* Reads until the other side has closed. */
void peer_wait_for_end(int fd);
