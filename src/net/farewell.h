/* The orderly end of a stream: what was written is sent, then the goodbye of the protocol, then
 * FIN. When the peer is still sending, or has been told to close, its bytes are read and thrown away
 * until it has closed too: bytes that lie unread or meet a closed socket make the kernel send a
 * reset, which can overtake our last packet, and a broker that misses the DISCONNECT publishes the
 * last will. Bounded by FAREWELL_MS. */
#pragma once

#include "net/stream.h"

#define FAREWELL_MS 200

typedef struct Farewell Farewell;

/* (transfer full) of `stream`. `peer_closes`: the protocol makes the peer close by itself, also on a
 * line that is quiet now; it may be about to acknowledge. `done` is called once, on the context's
 * thread, never before farewell_new() has returned; it may call farewell_free(). */
Farewell *farewell_new(GMainContext *context, Stream *stream, gboolean peer_closes,
                       void (*done)(gpointer user_data), gpointer user_data);
/* Closes at once. NULL is allowed. */
void farewell_free(Farewell *farewell);
