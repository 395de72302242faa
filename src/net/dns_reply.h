/* The records of a DNS answer (RFC 1035, 4.1), each with its owner and its own TTL, which c-ares
 * tells of no CNAME, CAA or SRV.
 *
 * What is read comes from outside: nothing behind the end is touched, a compressed name that goes
 * in circles is refused (ares_expand_name), the first record that is not sound ends the reading,
 * and so do 512 records. Pure; any thread. */
#pragma once

#include <glib.h>

enum {
  DNS_TYPE_A = 1,
  DNS_TYPE_CNAME = 5,
  DNS_TYPE_AAAA = 28,
  DNS_TYPE_SRV = 33,
  DNS_TYPE_CAA = 257,
};

#define DNS_NAME_BYTES 1024 /* a name of 255 octets, each escaped as \DDD, and the NUL */

typedef struct {
  const guint8 *bytes;
  gsize length;
  gsize at;   /* of the next record */
  guint left; /* records of the answer section that have not been read */
} DnsReply;

typedef struct {
  char owner[DNS_NAME_BYTES]; /* without a full stop at the end; dots and what cannot be printed
                                 inside of labels as \. and \DDD */
  guint16 type;
  guint32 ttl; /* seconds; 0 when the highest bit was set (RFC 2181, 8) */
  gsize at;    /* of the data in the reply */
  gsize length;
} DnsRecord;

/* FALSE: no answer, not even its header and question. `bytes` is borrowed. */
gboolean dns_reply_begin(DnsReply *reply, const void *bytes, gsize length);
/* The next record of class IN in the answer section; FALSE: none, or damaged from here on. */
gboolean dns_reply_next(DnsReply *reply, DnsRecord *record);

/* The name asked for, as DnsRecord.owner. FALSE: damaged. */
gboolean dns_reply_question(const DnsReply *reply, char name[DNS_NAME_BYTES]);

/* Each FALSE when the data is not of that form. */
gboolean dns_record_alias(const DnsReply *reply, const DnsRecord *record,
                          char target[DNS_NAME_BYTES]);

typedef struct {
  guint16 priority, weight, port;
  char target[DNS_NAME_BYTES]; /* "": the root, which means that there is no such service */
} DnsService;
/* RFC 2782. */
gboolean dns_record_service(const DnsReply *reply, const DnsRecord *record, DnsService *service);

typedef struct {
  guint8 flags;            /* 128: critical */
  const char *tag, *value; /* borrowed bytes of the reply; the tag is of ASCII letters and digits */
  gsize tag_length, value_length;
} DnsAuthorization;
/* RFC 8659, 4.1. */
gboolean dns_record_authorization(const DnsReply *reply, const DnsRecord *record,
                                  DnsAuthorization *authorization);
