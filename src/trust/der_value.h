/* What stands in elements that trust/der_reader.h took apart: times, numbers, flags. Nothing is
 * copied. Private to trust/. Any thread. */
#pragma once

#include "trust/der_reader.h"

/* Besides those of der_reader.h. */
enum {
  DER_BIT_STRING = 0x03,
  DER_OCTET_STRING = 0x04,
  DER_ENUMERATED = 0x0a,
  DER_UTC_TIME = 0x17,
  DER_GENERALIZED_TIME = 0x18,
  DER_CONTEXT_CONSTRUCTED = DER_CONTEXT | DER_CONSTRUCTED,
};

/* `bytes` are one element of this tag and nothing more. */
gboolean der_value_only(DerSpan bytes, guint8 tag, DerElement *element);
/* Seconds since 1970 of a UTCTime or GeneralizedTime in the form that RFC 5280, 4.1.2.5 wants. */
gboolean der_value_time(const DerElement *element, gint64 *time);
/* An INTEGER's content without the bytes that say nothing, so that equal numbers are equal. */
DerSpan der_value_integer(DerSpan content);
/* A BOOLEAN's content that is not FALSE. */
gboolean der_value_boolean(DerSpan content);
/* BOOLEAN DEFAULT FALSE, as an extension's `critical`: taken off the front of `rest` if there. */
gboolean der_value_take_flag(DerSpan *rest);
