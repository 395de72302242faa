/* A name server of our own, UDP and TCP on 127.0.0.1, on the context it is given. */
#pragma once

#include <glib.h>

typedef struct DnsServer DnsServer;

DnsServer *dns_server_new(GMainContext *context);
void dns_server_free(DnsServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsServer, dns_server_free)

/* "127.0.0.1:PORT" */
const char *dns_server_address(const DnsServer *server);

/* `type` is "A", "AAAA" or "CNAME", and `value` an address or a name; or "SRV" and "10 60 8883
 * TARGET" (priority, weight, port); or "CAA" and "0 issue VALUE" (flags, tag). */
void dns_server_add(DnsServer *server, const char *name, const char *type, guint32 ttl,
                    const char *value);
/* The same with the data as it is to go over the wire, sound or not. */
void dns_server_add_bytes(DnsServer *server, const char *name, const char *type, guint32 ttl,
                          const void *bytes, gsize length);
/* Answers questions for `name` with this RCODE (RFC 1035, 4.1.1), also those that aliases have led
 * to it, whose records are in the answer then. */
void dns_server_fail(DnsServer *server, const char *name, int rcode);
/* The same for questions of this type only. */
void dns_server_fail_type(DnsServer *server, const char *name, const char *type, int rcode);
/* Leaves questions of this type for `name` unanswered. */
void dns_server_ignore(DnsServer *server, const char *name, const char *type);
/* How many questions came. */
guint dns_server_questions(const DnsServer *server);
