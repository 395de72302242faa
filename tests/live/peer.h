/* The other side of a connection, played by a thread of the test: a listener on 127.0.0.1 whose
 * every connection is served by a script, one after the other. */
#pragma once

#include <glib.h>

typedef struct Peer Peer;

/* On the peer's thread. `fd` is blocking and closed by the peer afterwards. */
typedef void (*PeerScript)(int fd, gpointer data);

Peer *peer_start(PeerScript script, gpointer data);
guint16 peer_port(const Peer *peer);
/* Waits until the script under way is over; connections still open are shut down. */
void peer_stop(Peer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Peer, peer_stop)

/* Closes with a reset instead of an end. */
void peer_reset_on_close(int fd);
/* Reads until the other side has closed. */
void peer_wait_for_end(int fd);
