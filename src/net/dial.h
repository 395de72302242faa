/* TCP to the first address that answers: "happy eyeballs" (RFC 8305, 5). Attempts start 250 ms
 * apart, or at once when the one before has failed, and run side by side; the first that connects
 * wins and the others are closed. One that had plenty of time by then and did not answer is
 * reported as failed: its address is dead, which nobody notices as long as the other one lives.
 * Proves nothing about who answers. */
#pragma once

#include <glib.h>

#include "net/address.h"

#define DIAL_STAGGER_MS 250
#define DIAL_TIMEOUT_MS 10000
/* Who had this many times as long as the winner needed has lost by more than a slower line would
 * explain. */
#define DIAL_LOST_FACTOR 2

typedef struct Dial Dial;

/* On the context's thread, never before dial_start() has returned. Texts are "address:port". */
typedef struct {
  void (*attempt)(const char *address, gpointer user_data);
  /* `error` (TUNNEL_ERROR) is borrowed. The others go on, or one of them has just won. */
  void (*failed)(const char *address, const GError *error, gpointer user_data);
  /* Once, last: `fd` (transfer full, non-blocking, TCP_NODELAY) or -1 and `error`, which sums up
   * all failures. May call dial_free(). */
  void (*done)(int fd, const char *address, const GError *error, gpointer user_data);
} DialSink;

/* `addresses`: of Address, copied, at least one. `host` is for messages. `timeout_ms` counts for
 * each address, 0: DIAL_TIMEOUT_MS. To be called on the thread that runs `context`. */
Dial *dial_start(GMainContext *context, const char *host, const GArray *addresses, guint16 port,
                 guint timeout_ms, const DialSink *sink, gpointer user_data);

/* Closes what is under way; no callback comes any more. NULL is allowed. */
void dial_free(Dial *dial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dial, dial_free)
