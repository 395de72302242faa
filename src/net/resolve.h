/* A host name to its addresses, asynchronously on a GMainContext (c-ares).
 *
 * IP literals, "localhost" and the hosts file answer without a packet; else A and AAAA are asked
 * side by side. A name in Unicode is asked in its ASCII form (RFC 5891). What comes back is not
 * authenticated: DNS says where to dial, the certificate says who it is. */
#pragma once

#include <glib.h>

#include "net/address.h"

typedef struct {
  char **names;      /* the name asked, then each CNAME's target down to the one with addresses;
                        safe text, NULL-terminated */
  GArray *addresses; /* of Address, at least one, in the order to try (RFC 6724, RFC 8305) */
  guint32 ttl;       /* seconds: the smallest of the answer; 0 when no packet was needed */
} ResolveAnswer;

typedef struct Resolve Resolve;

/* Once, on the thread of `context`, never before resolve_start() has returned: `answer` or
 * `error` (TUNNEL_ERROR), both borrowed. May call resolve_free(). */
typedef void (*ResolveDone)(const ResolveAnswer *answer, const GError *error, gpointer user_data);

/* `servers`: "127.0.0.1:5353,[::1]:53", NULL: the system's. `timeout_ms` bounds the whole; 0:
 * 10,000. To be called on the thread that runs `context`. */
Resolve *resolve_start(GMainContext *context, const char *host, const char *servers,
                       guint timeout_ms, ResolveDone done, gpointer user_data);

/* Gives up if it is still under way: `done` is not called any more. NULL is allowed. */
void resolve_free(Resolve *resolve);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Resolve, resolve_free)

/* "localhost" and names below it, which never go to a name server (RFC 6761, 6.3). */
gboolean resolve_is_localhost(const char *host);
