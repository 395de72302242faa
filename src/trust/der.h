/* Walking over DER (X.690) where GnuTLS has no parser for what stands there. Bounds are checked,
 * nothing is copied. Private to trust/. */
#pragma once

#include <glib.h>

typedef struct {
  const guint8 *next, *end;
} DerReader;

typedef struct {
  guint8 tag;            /* class, constructed bit and number; numbers up to 30 */
  const guint8 *element; /* header included */
  gsize element_length;
  const guint8 *content;
  gsize length;
} DerElement;

enum {
  DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BIT_STRING = 0x03, DER_OCTET_STRING = 0x04,
  DER_OID = 0x06, DER_UTF8_STRING = 0x0c, DER_SEQUENCE = 0x30, DER_SET = 0x31,
  DER_CONTEXT_0 = 0xa0, DER_CONTEXT_1 = 0xa1,
};

DerReader der_reader(const void *bytes, gsize length);
/* The next element; FALSE at the end, and where none stands that is whole (definite lengths of up
 * to four bytes only). */
gboolean der_next(DerReader *reader, DerElement *element);
/* der_next(), and TRUE only when it has this tag; else the reader stays where it was. */
gboolean der_next_is(DerReader *reader, guint8 tag, DerElement *element);
/* A reader of the element's content. */
DerReader der_enter(const DerElement *element);

/* (transfer full): the content of an OBJECT IDENTIFIER in dots, or NULL. */
char *der_oid_text(const DerElement *element);
