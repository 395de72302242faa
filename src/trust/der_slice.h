/* DER (X.690) out of bytes that nobody vouches for, one element after the other, without copying.
 * Definite lengths up to four bytes and tags up to 30, as X.509 has them. Private to trust/. */
#pragma once

#include <glib.h>

enum {
  DER_BOOLEAN = 0x01,
  DER_INTEGER = 0x02,
  DER_BIT_STRING = 0x03,
  DER_OCTET_STRING = 0x04,
  DER_OID = 0x06,
  DER_ENUMERATED = 0x0a,
  DER_UTC_TIME = 0x17,
  DER_GENERALIZED_TIME = 0x18,
  DER_SEQUENCE = 0x30,
  DER_SET = 0x31,
  DER_CONTEXT = 0x80,             /* [n], primitive */
  DER_CONTEXT_CONSTRUCTED = 0xa0, /* [n], constructed */
};

/* Borrowed bytes. */
typedef struct {
  const guint8 *bytes;
  gsize length;
} DerSlice;

typedef struct {
  guint8 tag;
  DerSlice content;
  DerSlice whole; /* tag and length included */
} DerElement;

DerSlice der_slice_of(GBytes *bytes);
gboolean der_slice_equal(DerSlice a, DerSlice b);
/* Takes the first element off `rest`; FALSE, and nothing taken, when there is none. */
gboolean der_take(DerSlice *rest, DerElement *element);
/* The same, but only when it has this tag. */
gboolean der_take_tag(DerSlice *rest, guint8 tag, DerElement *element);
/* `bytes` are one element of this tag and nothing more. */
gboolean der_only(DerSlice bytes, guint8 tag, DerElement *element);

/* (transfer full): "2.5.29.20"; NULL when it is none, or longer than any in use. */
char *der_slice_oid_text(DerSlice content);
/* Seconds since 1970 of a UTCTime or GeneralizedTime in the form that RFC 5280, 4.1.2.5 wants. */
gboolean der_time(const DerElement *element, gint64 *time);
/* An INTEGER's content without the bytes that say nothing, so that equal numbers are equal. */
DerSlice der_integer(DerSlice content);
/* DER's TRUE; FALSE also for what is no BOOLEAN's content. */
gboolean der_boolean(DerSlice content);
/* Whether `rest` begins with a BOOLEAN, which it then loses: the `critical` of an extension. */
gboolean der_take_default_false(DerSlice *rest);
