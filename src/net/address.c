#include "config.h"
#include "net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

static struct sockaddr_in *
v4(const Address *address)
{
  return (struct sockaddr_in *)&address->socket;
}

static struct sockaddr_in6 *
v6(const Address *address)
{
  return (struct sockaddr_in6 *)&address->socket;
}

gboolean
address_set(Address *address, const struct sockaddr *socket)
{
  memset(address, 0, sizeof *address);
  if (socket->sa_family == AF_INET)
    memcpy(&address->socket, socket, sizeof(struct sockaddr_in));
  else if (socket->sa_family == AF_INET6)
    memcpy(&address->socket, socket, sizeof(struct sockaddr_in6));
  else
    return FALSE;
  return TRUE;
}

/* "fe80::1%eth0": the zone names the interface of a link-local address (RFC 4007, 11). */
static gboolean
parse_v6(Address *address, const char *literal)
{
  const char *zone = strchr(literal, '%');
  g_autofree char *bare = zone == NULL ? g_strdup(literal) : g_strndup(literal, zone - literal);
  if (inet_pton(AF_INET6, bare, &v6(address)->sin6_addr) != 1)
    return FALSE;
  if (zone != NULL && (v6(address)->sin6_scope_id = if_nametoindex(zone + 1)) == 0)
    return FALSE;
  address->socket.ss_family = AF_INET6;
  return TRUE;
}

gboolean
address_parse(Address *address, const char *literal)
{
  memset(address, 0, sizeof *address);
  if (inet_pton(AF_INET, literal, &v4(address)->sin_addr) == 1) {
    address->socket.ss_family = AF_INET;
    return TRUE;
  }
  return parse_v6(address, literal);
}

socklen_t
address_length(const Address *address)
{
  return address->socket.ss_family == AF_INET ? sizeof(struct sockaddr_in)
                                              : sizeof(struct sockaddr_in6);
}

void
address_set_port(Address *address, guint16 port)
{
  if (address->socket.ss_family == AF_INET)
    v4(address)->sin_port = g_htons(port);
  else
    v6(address)->sin6_port = g_htons(port);
}

guint16
address_port(const Address *address)
{
  return g_ntohs(address->socket.ss_family == AF_INET ? v4(address)->sin_port
                                                      : v6(address)->sin6_port);
}

/* All addresses as 16 bytes, IPv4 mapped (RFC 4291, 2.5.5.2). */
static void
to_v6_bytes(const Address *address, guint8 bytes[16])
{
  static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};
  if (address->socket.ss_family == AF_INET) {
    memcpy(bytes, mapped, 12);
    memcpy(bytes + 12, &v4(address)->sin_addr, 4);
  } else {
    memcpy(bytes, &v6(address)->sin6_addr, 16);
  }
}

gboolean
address_equal(const Address *a, const Address *b)
{
  guint8 bytes_a[16], bytes_b[16];
  to_v6_bytes(a, bytes_a);
  to_v6_bytes(b, bytes_b);
  return memcmp(bytes_a, bytes_b, 16) == 0 && address_port(a) == address_port(b);
}

char *
address_text(const Address *address)
{
  char text[INET6_ADDRSTRLEN] = "";
  char zone[IF_NAMESIZE] = "";
  if (address->socket.ss_family == AF_INET) {
    inet_ntop(AF_INET, &v4(address)->sin_addr, text, sizeof text);
    return g_strdup(text);
  }
  inet_ntop(AF_INET6, &v6(address)->sin6_addr, text, sizeof text);
  guint32 scope = v6(address)->sin6_scope_id;
  if (scope != 0 && if_indextoname(scope, zone) != NULL)
    return g_strdup_printf("%s%%%s", text, zone);
  return g_strdup(text);
}

char *
address_text_with_port(const Address *address)
{
  g_autofree char *text = address_text(address);
  return g_strdup_printf(address->socket.ss_family == AF_INET ? "%s:%u" : "[%s]:%u", text,
                         address_port(address));
}

static const Address *
next_of_family(const GArray *addresses, guint *from, gboolean v6_wanted)
{
  for (; *from < addresses->len; (*from)++) {
    const Address *address = &g_array_index(addresses, Address, *from);
    if ((address->socket.ss_family == AF_INET6) == v6_wanted)
      return &g_array_index(addresses, Address, (*from)++);
  }
  return NULL;
}

void
address_interleave(GArray *addresses)
{
  g_autoptr(GArray) old = g_array_copy(addresses);
  guint cursor[2] = {0, 0};
  g_array_set_size(addresses, 0);
  for (guint turn = 0; addresses->len < old->len; turn++) {
    gboolean v6_wanted = turn % 2 == 0;
    const Address *address = next_of_family(old, &cursor[v6_wanted], v6_wanted);
    if (address != NULL)
      g_array_append_vals(addresses, address, 1);
  }
}
