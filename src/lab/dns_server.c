#include "config.h"
#include "lab/dns_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_AAAA = 28, TYPE_SRV = 33, TYPE_CAA = 257 };

typedef struct {
  char *name;
  int type;
  guint32 ttl;
  GByteArray *data; /* as it goes over the wire; NULL: how to answer, as follows */
  char *target;     /* of an alias */
  gboolean fails;
  int rcode;     /* with `fails`: answer this, and no records */
  gboolean mute; /* do not answer */
} Record;

/* Larger answers are cut short over UDP, and asked for again over TCP (RFC 1035, 4.2.1). */
#define UDP_BYTES 512
#define BIND_TRIES 10
#define ALIASES_MAX 8 /* that are followed */

struct DnsServer {
  int fd, listener;
  char *address;
  GMainContext *context;
  GPtrArray *sources;
  GPtrArray *records;
  guint questions;
};

static void
record_free(gpointer data)
{
  Record *record = data;
  g_free(record->name);
  g_free(record->target);
  g_clear_pointer(&record->data, g_byte_array_unref);
  g_free(record);
}

static int
type_number(const char *type)
{
  static const struct {
    const char *name;
    int number;
  } types[] = {{"A", TYPE_A},
               {"CNAME", TYPE_CNAME},
               {"AAAA", TYPE_AAAA},
               {"SRV", TYPE_SRV},
               {"CAA", TYPE_CAA}};
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
    if (strcmp(type, types[i].name) == 0)
      return types[i].number;
  }
  g_error("no record of type %s can be made", type);
}

/* --- Data (RFC 1035, 3.3 and 4.1; RFC 2782; RFC 8659, 4.1) ------------------------------------ */

static void
put16(GByteArray *out, guint value)
{
  guint8 bytes[2] = {(guint8)(value >> 8), (guint8)value};
  g_byte_array_append(out, bytes, 2);
}

static void
put_name(GByteArray *out, const char *name)
{
  g_auto(GStrv) labels = g_strsplit(name, ".", -1);
  for (guint i = 0; labels[i] != NULL && *labels[i] != '\0'; i++) {
    guint8 length = (guint8)strlen(labels[i]);
    g_byte_array_append(out, &length, 1);
    g_byte_array_append(out, (const guint8 *)labels[i], length);
  }
  g_byte_array_append(out, (const guint8 *)"", 1);
}

static void
put_address(GByteArray *out, int family, const char *value)
{
  guint8 address[16];
  if (inet_pton(family, value, address) != 1)
    g_error("\"%s\" is no address", value);
  g_byte_array_append(out, address, family == AF_INET ? 4 : 16);
}

static void
put_service(GByteArray *out, char **words)
{
  for (guint i = 0; i < 3; i++)
    put16(out, (guint)g_ascii_strtoull(words[i], NULL, 10));
  put_name(out, words[3]);
}

static void
put_authorization(GByteArray *out, char **words)
{
  guint8 head[2] = {(guint8)g_ascii_strtoull(words[0], NULL, 10), (guint8)strlen(words[1])};
  g_byte_array_append(out, head, 2);
  g_byte_array_append(out, (const guint8 *)words[1], head[1]);
  g_byte_array_append(out, (const guint8 *)words[2], (guint)strlen(words[2]));
}

/* (transfer full) */
static GByteArray *
make_data(int type, const char *value)
{
  GByteArray *data = g_byte_array_new();
  g_auto(GStrv) words = g_strsplit(value, " ", type == TYPE_SRV ? 4 : type == TYPE_CAA ? 3 : 1);
  if (g_strv_length(words) != (type == TYPE_SRV ? 4 : type == TYPE_CAA ? 3 : 1))
    g_error("\"%s\" is not the value of such a record", value);
  if (type == TYPE_SRV)
    put_service(data, words);
  else if (type == TYPE_CAA)
    put_authorization(data, words);
  else if (type == TYPE_CNAME)
    put_name(data, value);
  else
    put_address(data, type == TYPE_A ? AF_INET : AF_INET6, value);
  return data;
}

/* --- What it knows --------------------------------------------------------------------------- */

static Record *
add(DnsServer *server, const char *name, int type)
{
  Record *record = g_new0(Record, 1);
  record->name = g_strdup(name);
  record->type = type;
  g_ptr_array_add(server->records, record);
  return record;
}

void
dns_server_add(DnsServer *server, const char *name, const char *type, guint32 ttl,
               const char *value)
{
  Record *record = add(server, name, type_number(type));
  record->ttl = ttl;
  record->data = make_data(record->type, value);
  record->target = record->type == TYPE_CNAME ? g_strdup(value) : NULL;
}

void
dns_server_add_bytes(DnsServer *server, const char *name, const char *type, guint32 ttl,
                     const void *bytes, gsize length)
{
  Record *record = add(server, name, type_number(type));
  record->ttl = ttl;
  record->data = g_byte_array_append(g_byte_array_new(), bytes, (guint)length);
}

void
dns_server_fail(DnsServer *server, const char *name, int rcode)
{
  Record *record = add(server, name, 0);
  record->fails = TRUE;
  record->rcode = rcode;
}

void
dns_server_fail_type(DnsServer *server, const char *name, const char *type, int rcode)
{
  Record *record = add(server, name, type_number(type));
  record->fails = TRUE;
  record->rcode = rcode;
}

void
dns_server_ignore(DnsServer *server, const char *name, const char *type)
{
  add(server, name, type_number(type))->mute = TRUE;
}

/* --- Messages (RFC 1035, 4.1) ----------------------------------------------------------------- */

static void
put_record(GByteArray *out, const Record *record)
{
  put_name(out, record->name);
  put16(out, (guint)record->type);
  put16(out, 1); /* IN */
  put16(out, record->ttl >> 16);
  put16(out, record->ttl & 0xffff);
  put16(out, record->data->len);
  g_byte_array_append(out, record->data->data, record->data->len);
}

/* Puts all records of the name and the type (or its alias, followed); returns how many. */
static guint
put_answers(const DnsServer *server, GByteArray *out, const char *name, int type, guint depth)
{
  guint count = 0;
  for (guint i = 0; i < server->records->len; i++) {
    const Record *record = server->records->pdata[i];
    if (record->data == NULL || g_ascii_strcasecmp(record->name, name) != 0)
      continue;
    if (record->type == type || record->type == TYPE_CNAME) {
      put_record(out, record);
      count++;
    }
    if (record->target != NULL && depth < ALIASES_MAX)
      count += put_answers(server, out, record->target, type, depth + 1);
  }
  return count;
}

/* Text of the name at `*at`, which moves behind it; questions are not compressed. */
static char *
take_name(const guint8 *bytes, gsize length, gsize *at)
{
  GString *name = g_string_new(NULL);
  while (*at < length && bytes[*at] != 0 && *at + 1 + bytes[*at] < length) {
    g_string_append_printf(name, "%s%.*s", name->len > 0 ? "." : "", bytes[*at], &bytes[*at + 1]);
    *at += 1 + bytes[*at];
  }
  (*at)++;
  return g_string_free(name, FALSE);
}

static const Record *
special(const DnsServer *server, const char *name, int type)
{
  for (guint i = 0; i < server->records->len; i++) {
    const Record *record = server->records->pdata[i];
    if (g_ascii_strcasecmp(record->name, name) == 0 && (record->fails || record->mute) &&
        (record->type == 0 || record->type == type))
      return record;
  }
  return NULL;
}

static gboolean
is_known(const DnsServer *server, const char *name)
{
  for (guint i = 0; i < server->records->len; i++) {
    if (g_ascii_strcasecmp(((Record *)server->records->pdata[i])->name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

static const char *
alias_target(const DnsServer *server, const char *name)
{
  for (guint i = 0; i < server->records->len; i++) {
    const Record *record = server->records->pdata[i];
    if (record->target != NULL && g_ascii_strcasecmp(record->name, name) == 0)
      return record->target;
  }
  return NULL;
}

/* The same for what its aliases lead to: how that ends counts (RFC 6604, 3). */
static const Record *
special_end(const DnsServer *server, const char *name, int type)
{
  const Record *how = NULL;
  for (guint depth = 0; how == NULL && name != NULL && depth < ALIASES_MAX; depth++) {
    how = special(server, name, type);
    name = alias_target(server, name);
  }
  return how;
}

static GByteArray *
answer(DnsServer *server, const guint8 *question, gsize length)
{
  gsize at = 12;
  g_autofree char *name = take_name(question, length, &at);
  if (at + 4 > length)
    return NULL;
  int type = question[at] << 8 | question[at + 1];
  const Record *how = special_end(server, name, type);
  gboolean fails_itself = how != NULL && special(server, name, type) == how;
  server->questions++;
  if (how != NULL && how->mute)
    return NULL;

  g_autoptr(GByteArray) records = g_byte_array_new();
  guint count = fails_itself ? 0 : put_answers(server, records, name, type, 0);
  int rcode = how != NULL ? how->rcode : is_known(server, name) ? 0 : 3 /* NXDOMAIN */;
  GByteArray *out = g_byte_array_new();
  g_byte_array_append(out, question, 2);
  put16(out, (guint)(0x8580 | rcode)); /* answer, authoritative, recursion wanted and had */
  put16(out, 1);
  put16(out, count);
  put16(out, 0);
  put16(out, 0);
  g_byte_array_append(out, question + 12, (guint)(at + 4 - 12));
  g_byte_array_append(out, records->data, records->len);
  return out;
}

static gboolean
on_question(int fd, GIOCondition condition, gpointer data)
{
  guint8 question[UDP_BYTES];
  struct sockaddr_in from;
  socklen_t from_length = sizeof from;
  ssize_t length =
      recvfrom(fd, question, sizeof question, 0, (struct sockaddr *)&from, &from_length);
  if (length < 12)
    return G_SOURCE_CONTINUE;
  g_autoptr(GByteArray) out = answer(data, question, (gsize)length);
  if (out == NULL)
    return G_SOURCE_CONTINUE;
  if (out->len > UDP_BYTES) {
    out->data[2] |= 2; /* TC */
    memset(&out->data[6], 0, 6);
    g_byte_array_set_size(out, (guint)length);
  }
  sendto(fd, out->data, out->len, 0, (struct sockaddr *)&from, from_length);
  return G_SOURCE_CONTINUE;
}

static void add_source(DnsServer *server, int fd, GUnixFDSourceFunc callback);

/* It fits into what a fresh socket takes at once. */
static void
send_long(int fd, GByteArray *out)
{
  guint8 prefix[2] = {(guint8)(out->len >> 8), (guint8)out->len};
  g_byte_array_prepend(out, prefix, 2);
  if (send(fd, out->data, out->len, MSG_NOSIGNAL) != (ssize_t)out->len)
    g_warning("a DNS answer of %u bytes was not taken", out->len);
}

/* One question, and the end. */
static gboolean
on_long_question(int fd, GIOCondition condition, gpointer data)
{
  guint8 question[UDP_BYTES];
  ssize_t length = recv(fd, question, sizeof question, 0);
  if (length > 2 + 12) {
    g_autoptr(GByteArray) out = answer(data, question + 2, (gsize)length - 2);
    if (out != NULL)
      send_long(fd, out);
  }
  close(fd);
  return G_SOURCE_REMOVE;
}

static gboolean
on_connection(int fd, GIOCondition condition, gpointer data)
{
  add_source(data, accept(fd, NULL, NULL), on_long_question);
  return G_SOURCE_CONTINUE;
}

static void
add_source(DnsServer *server, int fd, GUnixFDSourceFunc callback)
{
  GSource *source = g_unix_fd_source_new(fd, G_IO_IN);
  g_source_set_callback(source, G_SOURCE_FUNC(callback), server, NULL);
  g_source_attach(source, server->context);
  g_ptr_array_add(server->sources, source);
}

static void
end_source(gpointer source)
{
  g_source_destroy(source);
  g_source_unref(source);
}

/* One port of both kinds; the second kind's may be another program's: then another one. */
static gboolean
bind_both(DnsServer *server, struct sockaddr_in *address)
{
  socklen_t length = sizeof *address;
  *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  server->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (bind(server->listener, (struct sockaddr *)address, length) == 0 &&
      listen(server->listener, 8) == 0 &&
      getsockname(server->listener, (struct sockaddr *)address, &length) == 0 &&
      bind(server->fd, (struct sockaddr *)address, length) == 0)
    return TRUE;
  close(server->fd);
  close(server->listener);
  return FALSE;
}

DnsServer *
dns_server_new(GMainContext *context)
{
  struct sockaddr_in address;
  DnsServer *server = g_new0(DnsServer, 1);
  server->context = context;
  server->records = g_ptr_array_new_with_free_func(record_free);
  server->sources = g_ptr_array_new_with_free_func(end_source);
  for (int attempt = 1; !bind_both(server, &address); attempt++) {
    if (attempt == BIND_TRIES)
      g_error("no port of 127.0.0.1 for a name server: %s", g_strerror(errno));
  }
  server->address = g_strdup_printf("127.0.0.1:%u", ntohs(address.sin_port));
  add_source(server, server->fd, on_question);
  add_source(server, server->listener, on_connection);
  return server;
}

void
dns_server_free(DnsServer *server)
{
  g_ptr_array_unref(server->sources);
  close(server->fd);
  close(server->listener);
  g_ptr_array_unref(server->records);
  g_free(server->address);
  g_free(server);
}

const char *
dns_server_address(const DnsServer *server)
{
  return server->address;
}

guint
dns_server_questions(const DnsServer *server)
{
  return server->questions;
}
