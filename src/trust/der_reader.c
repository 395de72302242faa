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

/* Takes "29" and its full stop off the front of a text. */
static guint64
text_arc(const char **text)
{
  guint64 arc = 0;
  while (g_ascii_isdigit(**text))
    arc = arc * 10 + (guint64)(*(*text)++ - '0');
  *text += **text == '.';
  return arc;
}

gboolean
der_oid_is(DerSpan content, const char *text)
{
  guint64 arc, wanted = text_arc(&text) * 40;
  wanted += text_arc(&text); /* the first octets hold two numbers */
  while (read_arc(&content, &arc)) {
    if (arc != wanted)
      return FALSE;
    if (!*text || content.length == 0)
      return !*text && content.length == 0;
    wanted = text_arc(&text);
  }
  return FALSE;
}

/* As printf() does, but this is asked of every extension of every certificate of every path. */
static void
append_arc(GString *text, guint64 arc)
{
  char digits[24];
  gsize at = sizeof digits;
  do {
    digits[--at] = (char)('0' + arc % 10);
    arc /= 10;
  } while (arc > 0);
  g_string_append_len(text, digits + at, (gssize)(sizeof digits - at));
}

char *
der_oid_text(DerSpan content)
{
  guint64 arc;
  if (content.length > OID_LENGTH_MAX || !read_arc(&content, &arc))
    return NULL;
  guint first = arc < 80 ? (guint)(arc / 40) : 2;
  g_autoptr(GString) text = g_string_sized_new(32);
  append_arc(text, first);
  g_string_append_c(text, '.');
  append_arc(text, arc - 40 * first);
  while (content.length > 0) {
    if (!read_arc(&content, &arc))
      return NULL;
    g_string_append_c(text, '.');
    append_arc(text, arc);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}
