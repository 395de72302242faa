/* Distinguished names compared as RFC 5280, 7.1 wants it: upper and lower case, white space and
 * the type of string (PrintableString, UTF8String, ...) make no difference. GnuTLS compares bytes;
 * OpenSSL folds, too. Private to trust/. Any thread. */
#pragma once

#include <glib.h>

#include "trust/der_reader.h"

/* `name` is the DER of a Name (a SEQUENCE). (transfer full): the same bytes for names that are
 * equal, and those of a name begin with those of every name that it stands below; NULL: it is
 * no Name. */
GBytes *name_compare_key(DerSpan name);

gboolean name_compare_equal(DerSpan a, DerSpan b);
/* `name` is `base` or stands below it: begins with all of its relative names. */
gboolean name_compare_within(DerSpan name, DerSpan base);
/* The same by their keys. */
gboolean name_compare_key_within(GBytes *key, GBytes *base);

/* The attributes of a Name one by one. `walk` begins as {name, ...} by name_walk(). */
typedef struct {
  DerSpan names;      /* relative names that are still to come */
  DerSpan attributes; /* of the current one */
} NameWalk;

typedef struct {
  DerSpan oid;        /* content of the OBJECT IDENTIFIER */
  DerElement value;
} NameAttribute;

/* FALSE: it is no Name. */
gboolean name_walk(NameWalk *walk, DerSpan name);
gboolean name_walk_next(NameWalk *walk, NameAttribute *attribute);
/* (transfer full): the value as UTF-8, not yet safe for the screen; NULL: no string, or no text. */
char *name_attribute_text(const NameAttribute *attribute);
