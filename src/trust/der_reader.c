#include "config.h"

#include "trust/der_reader.h"

#include <string.h>

#define OID_LENGTH_MAX 128

DerSpan
der_span(GBytes *bytes)
{
  DerSpan span;
  span.bytes = g_bytes_get_data(bytes, &span.length);
  return span;
}

gboolean
der_span_equal(DerSpan a, DerSpan b)
{
  return a.length == b.length && (a.length == 0 || !memcmp(a.bytes, b.bytes, a.length));
}

/* X.690, 8.1.3 and 10.1. `*size` receives how many length octets there are. */
static gboolean
read_length(const guint8 *bytes, gsize available, gsize *length, gsize *size)
{
  if (available == 0)
    return FALSE;
  *length = bytes[0];
  *size = 1;
  if (bytes[0] < 0x80)
    return TRUE;
  gsize octets = bytes[0] & 0x7f;
  if (octets == 0 || octets > 4 || available < 1 + octets || bytes[1] == 0)
    return FALSE;
  *length = 0;
  for (gsize i = 1; i <= octets; i++)
    *length = *length << 8 | bytes[i];
  *size = 1 + octets;
  return *length >= 0x80;
}

gboolean
der_next(DerSpan *rest, DerElement *element)
{
  gsize length, size;
  if (rest->length < 2 || (rest->bytes[0] & 0x1f) == 0x1f ||
      !read_length(rest->bytes + 1, rest->length - 1, &length, &size) ||
      length > rest->length - 1 - size)
    return FALSE;
  element->tag = rest->bytes[0];
  element->content = (DerSpan){rest->bytes + 1 + size, length};
  element->whole = (DerSpan){rest->bytes, 1 + size + length};
  rest->bytes += element->whole.length;
  rest->length -= element->whole.length;
  return TRUE;
}

gboolean
der_next_of(DerSpan *rest, guint8 tag, DerElement *element)
{
  return rest->length > 0 && rest->bytes[0] == tag && der_next(rest, element);
}

gboolean
der_unwrap(DerSpan whole, guint8 tag, DerSpan *content)
{
  DerElement element;
  if (!der_next_of(&whole, tag, &element) || whole.length > 0)
    return FALSE;
  *content = element.content;
  return TRUE;
}

gboolean
der_number(DerSpan content, guint *number)
{
  if (content.length == 0 || (content.bytes[0] & 0x80))
    return FALSE;
  *number = 0;
  for (gsize i = 0; i < content.length; i++) {
    if (*number > (guint)G_MAXINT >> 8) {
      *number = G_MAXINT;
      return TRUE;
    }
    *number = *number << 8 | content.bytes[i];
  }
  return TRUE;
}

/* X.690, 8.19: base 128, the high bit says that the number goes on. */
static gboolean
read_arc(DerSpan *rest, guint64 *arc)
{
  *arc = 0;
  for (gsize i = 0; i < rest->length && *arc <= G_MAXUINT64 >> 7; i++) {
    *arc = *arc << 7 | (rest->bytes[i] & 0x7f);
    if (rest->bytes[i] & 0x80)
      continue;
    rest->bytes += i + 1;
    rest->length -= i + 1;
    return TRUE;
  }
  return FALSE;
}

char *
der_oid_text(DerSpan content)
{
  guint64 arc;
  if (content.length > OID_LENGTH_MAX || !read_arc(&content, &arc))
    return NULL;
  guint first = arc < 80 ? arc / 40 : 2;
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(text, "%u.%" G_GUINT64_FORMAT, first, arc - 40 * first);
  while (content.length > 0) {
    if (!read_arc(&content, &arc))
      return NULL;
    g_string_append_printf(text, ".%" G_GUINT64_FORMAT, arc);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}
