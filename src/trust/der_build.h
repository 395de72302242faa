/* DER (X.690) put together piece by piece: the other half of der_reader.h. Private to trust/.
 * Any thread. */
#pragma once

#include <glib.h>

#include "trust/der_reader.h"

/* Universal tags beyond those of der_reader.h. */
enum {
  DER_BIT_STRING = 0x03,
  DER_OCTET_STRING = 0x04,
  DER_NULL = 0x05,
  DER_UTF8_STRING = 0x0c,
  DER_PRINTABLE_STRING = 0x13,
  DER_IA5_STRING = 0x16,
  DER_UTC_TIME = 0x17,
  DER_GENERALIZED_TIME = 0x18,
};

/* Appends one element with this content. */
void der_build(GByteArray *out, guint8 tag, const void *content, gsize length);
/* The same; `content` is freed. */
void der_build_from(GByteArray *out, guint8 tag, GByteArray *content);
/* Bytes that are DER already. */
void der_build_raw(GByteArray *out, GBytes *der);
/* "2.5.4.3". FALSE, and nothing appended: it is no object identifier. */
gboolean der_build_oid(GByteArray *out, const char *text);
/* INTEGER that is not negative. */
void der_build_number(GByteArray *out, guint number);
/* INTEGER out of its bytes, most significant first, read as not negative. */
void der_build_integer(GByteArray *out, const guint8 *bytes, gsize length);
/* BIT STRING of whole octets. */
void der_build_bits(GByteArray *out, const void *bytes, gsize length);
/* UTCTime until 2049, GeneralizedTime after (RFC 5280, 4.1.2.5). FALSE: a year before 1950 or
 * beyond 9999. */
gboolean der_build_time(GByteArray *out, gint64 seconds);
