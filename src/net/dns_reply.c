#include "config.h"
#include "net/dns_reply.h"

#include <ares.h>

#define HEADER_BYTES 12
#define CLASS_IN 1
/* A message over TCP has its length in 16 bits (RFC 1035, 4.2.2). */
#define REPLY_BYTES_MAX 65535
/* What a chain of aliases is looked for in, again and again. */
#define RECORDS_MAX 512

static guint
read16(const DnsReply *reply, gsize at)
{
  return (guint)reply->bytes[at] << 8 | reply->bytes[at + 1];
}

/* Moves `*at` behind the name. */
static gboolean
read_name(const DnsReply *reply, gsize *at, char name[DNS_NAME_BYTES])
{
  char *text = NULL;
  long encoded = 0;
  if (*at >= reply->length || ares_expand_name(reply->bytes + *at, reply->bytes, (int)reply->length,
                                               &text, &encoded) != ARES_SUCCESS)
    return FALSE;
  gboolean fits = g_strlcpy(name, text, DNS_NAME_BYTES) < DNS_NAME_BYTES;
  ares_free_string(text);
  *at += (gsize)encoded;
  return fits && *at <= reply->length;
}

gboolean
dns_reply_begin(DnsReply *reply, const void *bytes, gsize length)
{
  char name[DNS_NAME_BYTES];
  *reply = (DnsReply){.bytes = bytes, .length = length, .at = HEADER_BYTES};
  if (length < HEADER_BYTES || length > REPLY_BYTES_MAX)
    return FALSE;
  for (guint questions = read16(reply, 4); questions > 0; questions--) {
    if (!read_name(reply, &reply->at, name) || reply->length - reply->at < 4)
      return FALSE;
    reply->at += 4;
  }
  reply->left = MIN(read16(reply, 6), RECORDS_MAX);
  return TRUE;
}

gboolean
dns_reply_question(const DnsReply *reply, char name[DNS_NAME_BYTES])
{
  gsize at = HEADER_BYTES;
  return read16(reply, 4) > 0 && read_name(reply, &at, name);
}

static gboolean
read_record(DnsReply *reply, DnsRecord *record, guint *class)
{
  gsize at = reply->at;
  if (!read_name(reply, &at, record->owner) || reply->length - at < 10)
    return FALSE;
  record->type = (guint16)read16(reply, at);
  *class = read16(reply, at + 2);
  guint32 ttl = (guint32)read16(reply, at + 4) << 16 | read16(reply, at + 6);
  record->ttl = ttl > G_MAXINT32 ? 0 : ttl;
  record->length = read16(reply, at + 8);
  record->at = at + 10;
  if (record->length > reply->length - record->at)
    return FALSE;
  reply->at = record->at + record->length;
  return TRUE;
}

gboolean
dns_reply_next(DnsReply *reply, DnsRecord *record)
{
  while (reply->left > 0) {
    guint class = 0;
    reply->left--;
    if (!read_record(reply, record, &class)) {
      reply->left = 0;
      return FALSE;
    }
    if (class == CLASS_IN)
      return TRUE;
  }
  return FALSE;
}

/* The name ends where the data ends. */
static gboolean
read_last_name(const DnsReply *reply, const DnsRecord *record, gsize at, char name[DNS_NAME_BYTES])
{
  return read_name(reply, &at, name) && at == record->at + record->length;
}

gboolean
dns_record_alias(const DnsReply *reply, const DnsRecord *record, char target[DNS_NAME_BYTES])
{
  return record->type == DNS_TYPE_CNAME && read_last_name(reply, record, record->at, target);
}

gboolean
dns_record_service(const DnsReply *reply, const DnsRecord *record, DnsService *service)
{
  if (record->type != DNS_TYPE_SRV || record->length < 7)
    return FALSE;
  service->priority = (guint16)read16(reply, record->at);
  service->weight = (guint16)read16(reply, record->at + 2);
  service->port = (guint16)read16(reply, record->at + 4);
  return read_last_name(reply, record, record->at + 6, service->target);
}

gboolean
dns_record_authorization(const DnsReply *reply, const DnsRecord *record,
                         DnsAuthorization *authorization)
{
  if (record->type != DNS_TYPE_CAA || record->length < 3)
    return FALSE;
  const guint8 *data = reply->bytes + record->at;
  gsize tag_length = data[1];
  if (tag_length == 0 || tag_length > record->length - 2)
    return FALSE;
  for (gsize i = 0; i < tag_length; i++) {
    if (!g_ascii_isalnum((char)data[2 + i]))
      return FALSE;
  }
  *authorization = (DnsAuthorization){
      .flags = data[0],
      .tag = (const char *)data + 2,
      .tag_length = tag_length,
      .value = (const char *)data + 2 + tag_length,
      .value_length = record->length - 2 - tag_length,
  };
  return TRUE;
}
