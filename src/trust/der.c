#include "config.h"

#include "trust/der.h"

DerReader
der_reader(const void *bytes, gsize length)
{
  const guint8 *from = bytes;
  return (DerReader){.next = from, .end = length > 0 ? from + length : from};
}

DerReader
der_enter(const DerElement *element)
{
  return der_reader(element->content, element->length);
}

/* X.690, 8.1.3. Moves `*at` behind the length. */
static gboolean
read_length(const guint8 **at, const guint8 *end, gsize *length)
{
  if (*at == end)
    return FALSE;
  guint8 first = *(*at)++;
  *length = first;
  if (first < 0x80)
    return TRUE;
  guint count = first & 0x7f;
  if (count == 0 || count > 4 || (gsize)(end - *at) < count)
    return FALSE;
  *length = 0;
  while (count-- > 0)
    *length = *length << 8 | *(*at)++;
  return TRUE;
}

gboolean
der_next(DerReader *reader, DerElement *element)
{
  const guint8 *at = reader->next;
  if (at == reader->end || (*at & 0x1f) == 0x1f)
    return FALSE;
  element->element = at;
  element->tag = *at++;
  if (!read_length(&at, reader->end, &element->length) ||
      (gsize)(reader->end - at) < element->length)
    return FALSE;
  element->content = at;
  reader->next = at + element->length;
  element->element_length = reader->next - element->element;
  return TRUE;
}

gboolean
der_next_is(DerReader *reader, guint8 tag, DerElement *element)
{
  DerReader ahead = *reader;
  if (!der_next(&ahead, element) || element->tag != tag)
    return FALSE;
  *reader = ahead;
  return TRUE;
}

/* X.690, 8.19: the first two arcs share the first number. */
char *
der_oid_text(const DerElement *element)
{
  g_autoptr(GString) text = g_string_new(NULL);
  guint64 arc = 0;
  for (gsize i = 0; i < element->length; i++) {
    if (arc > G_MAXUINT64 >> 7)
      return NULL;
    arc = arc << 7 | (element->content[i] & 0x7f);
    if (element->content[i] & 0x80)
      continue;
    guint64 first = MIN(arc / 40, 2);
    if (text->len == 0)
      g_string_printf(text, "%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT, first, arc - 40 * first);
    else
      g_string_append_printf(text, ".%" G_GUINT64_FORMAT, arc);
    arc = 0;
  }
  if (text->len == 0 || text->len > 255 || (element->content[element->length - 1] & 0x80))
    return NULL;
  return g_strdup(text->str);
}
