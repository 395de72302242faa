/* DER (X.690), one element at a time, out of bytes that nobody vouches for: definite lengths in
 * their shortest form, tag numbers below 31. Nothing is copied; an element lives as long as the
 * bytes it was read from. Private to trust/. Any thread. */
#pragma once

#include <glib.h>

/* X.690, 8.1.2: the identifier octets that trust/ meets. */
enum {
  DER_BOOLEAN = 0x01,
  DER_INTEGER = 0x02,
  DER_OID = 0x06,
  DER_SEQUENCE = 0x30,
  DER_SET = 0x31,
  DER_CONTEXT = 0x80,      /* [n] IMPLICIT of a primitive type: DER_CONTEXT | n */
  DER_CONSTRUCTED = 0x20,
};

typedef struct {
  const guint8 *bytes;
  gsize length;
} DerSpan;

typedef struct {
  guint8 tag;
  DerSpan content;
  DerSpan whole; /* identifier and length octets, too */
} DerElement;

DerSpan der_span(GBytes *bytes);
gboolean der_span_equal(DerSpan a, DerSpan b);

/* Takes the next element off the front of `rest`. FALSE, and `rest` as it was: there is none, or
 * it is no DER. So a list was read to its end when `rest->length` is 0 afterwards. */
gboolean der_next(DerSpan *rest, DerElement *element);
/* The same, for an element of this tag alone: any other stays where it is. */
gboolean der_next_of(DerSpan *rest, guint8 tag, DerElement *element);
/* `whole` is exactly one element of this tag: its content. */
gboolean der_unwrap(DerSpan whole, guint8 tag, DerSpan *content);

/* An INTEGER's content that is not negative; what is larger than G_MAXINT reads as G_MAXINT. */
gboolean der_number(DerSpan content, guint *number);
/* It is the OBJECT IDENTIFIER that is written so ("2.5.29.30"); nothing is allocated. */
gboolean der_oid_is(DerSpan content, const char *text);
/* (transfer full): "2.5.29.30" of an OBJECT IDENTIFIER's content; NULL: it is none, or longer than
 * 128 octets, or one of its numbers does not fit into 64 bits. */
char *der_oid_text(DerSpan content);
