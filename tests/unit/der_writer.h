/* DER for tests, written by hand: what no library would write as well. */
#pragma once

#include <glib.h>

/* (transfer full): one element of these parts, which are freed; ends in NULL. */
GBytes *der_element(guint tag, ...) G_GNUC_NULL_TERMINATED;
/* (transfer full): one element with these bytes in it. */
GBytes *der_bytes(guint8 tag, const void *bytes, gsize length);
GBytes *der_text(guint8 tag, const char *text);
/* (transfer full): OBJECT IDENTIFIER out of "2.5.4.3"; the first two numbers are below 40. */
GBytes *der_oid(const char *text);

/* (transfer full): a Name of "CN=..., ..." as pairs OID, tag of string, text; ends in NULL. Each
 * pair is a relative name of its own. */
GBytes *der_name(const char *oid, ...) G_GNUC_NULL_TERMINATED;
