/* An IPv4 or IPv6 address, as text and as the kernel wants it. */
#pragma once

#include <glib.h>
#include <sys/socket.h>

typedef struct {
  struct sockaddr_storage socket; /* AF_INET or AF_INET6; the port may be 0 */
} Address;

/* FALSE when the family is neither. */
gboolean address_set(Address *address, const struct sockaddr *socket);
/* An IP literal ("192.0.2.1", "2001:db8::1"), without brackets. FALSE when it is none. */
gboolean address_parse(Address *address, const char *literal);
socklen_t address_length(const Address *address);
void address_set_port(Address *address, guint16 port);
guint16 address_port(const Address *address);

/* The same family, address and port; an IPv4 address mapped into IPv6 equals the plain one. */
gboolean address_equal(const Address *a, const Address *b);

/* (transfer full): "192.0.2.1"; with the port "192.0.2.1:8883", "[2001:db8::1]:8883". */
char *address_text(const Address *address);
char *address_text_with_port(const Address *address);

/* A GArray of Address with the families by turns, IPv6 first, the order within a family kept
 * (RFC 8305, 4). In place. */
void address_interleave(GArray *addresses);
