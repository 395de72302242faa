/* A channel of c-ares on a GMainContext: its sockets and its timeouts. One thread, the one that
 * runs the context. */
#pragma once

#include <ares.h>
#include <glib.h>

typedef struct DnsChannel DnsChannel;

/* `servers`: "127.0.0.1:5353,[::1]:53", NULL: the system's. `flags`: ARES_FLAG_.... NULL with
 * `*status` (ARES_...) when it cannot be set up. One question to one server ends after 2.5 s;
 * three servers or tries fit into ten seconds. */
DnsChannel *dns_channel_new(GMainContext *context, const char *servers, int flags, int *status);
/* Questions under way end with ARES_EDESTRUCTION. NULL is allowed; not in a channel's callback. */
void dns_channel_free(DnsChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsChannel, dns_channel_free)

/* To put questions to; then dns_channel_sent(), which sets the clock of c-ares. */
ares_channel dns_channel_ares(DnsChannel *channel);
void dns_channel_sent(DnsChannel *channel);

/* ARES_... as RFC 1035, 4.1.1 and dig(1) call it: "SERVFAIL"; else c-ares's words. Static. */
const char *dns_status_name(int status);
