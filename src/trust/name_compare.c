/* A name's key:
 *
 *   key       = relative*                 in the name's order
 *   relative  = length attribute*         sorted, for a SET has no order
 *   attribute = length oid kind value     kind: folded text, or the element as it stands
 *
 * Each length counts what follows it, so no key of a whole relative name begins another's. */
#include "config.h"

#include "trust/name_compare.h"

#include <string.h>

/* --- walking ---------------------------------------------------------------------------------- */

gboolean
name_walk(NameWalk *walk, DerSpan name)
{
  walk->attributes = (DerSpan){NULL, 0};
  return der_unwrap(name, DER_SEQUENCE, &walk->names);
}

static gboolean
read_attribute(DerSpan *rest, NameAttribute *attribute)
{
  DerElement pair, oid;
  if (!der_next_of(rest, DER_SEQUENCE, &pair))
    return FALSE;
  DerSpan inner = pair.content;
  if (!der_next_of(&inner, DER_OID, &oid) || !der_next(&inner, &attribute->value))
    return FALSE;
  attribute->oid = oid.content;
  return inner.length == 0;
}

gboolean
name_walk_next(NameWalk *walk, NameAttribute *attribute)
{
  DerElement relative;
  while (walk->attributes.length == 0) {
    if (!der_next_of(&walk->names, DER_SET, &relative))
      return FALSE;
    walk->attributes = relative.content;
  }
  return read_attribute(&walk->attributes, attribute);
}

/* --- strings ---------------------------------------------------------------------------------- */

/* X.680's types of string, and how their bytes are read. */
static const struct {
  guint8 tag;
  const char *charset;
} strings[] = {
    {0x0c, "UTF-8"},      /* UTF8String */
    {0x12, "US-ASCII"},   /* NumericString */
    {0x13, "US-ASCII"},   /* PrintableString */
    {0x14, "ISO-8859-1"}, /* TeletexString, as everybody writes it */
    {0x16, "US-ASCII"},   /* IA5String */
    {0x1a, "US-ASCII"},   /* VisibleString */
    {0x1c, "UCS-4BE"},    /* UniversalString */
    {0x1e, "UTF-16BE"},   /* BMPString */
};

/* RFC 5280 wants UTF-8; a PrintableString with other characters is no rarity. */
static char *
text_of(const DerElement *value)
{
  const char *bytes = (const char *)value->content.bytes;
  gsize written = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(strings); i++) {
    if (strings[i].tag != value->tag)
      continue;
    if (value->content.length == 0)
      return g_strdup("");
    if (g_utf8_validate(bytes, value->content.length, NULL))
      if (strcmp(strings[i].charset, "UCS-4BE") && strcmp(strings[i].charset, "UTF-16BE"))
        return g_strndup(bytes, value->content.length);
    g_autofree char *text =
        g_convert(bytes, value->content.length, "UTF-8", strings[i].charset, NULL, &written, NULL);
    /* A NUL inside would end the text for some and not for others. */
    return text && strlen(text) == written ? g_steal_pointer(&text) : NULL;
  }
  return NULL;
}

char *
name_attribute_text(const NameAttribute *attribute)
{
  return text_of(&attribute->value);
}

/* RFC 4518, 2.6.1: no white space at the ends, one space for any within. */
static char *
fold_spaces(const char *text)
{
  GString *folded = g_string_new(NULL);
  gboolean gap = FALSE;
  for (const char *next = text; *next; next = g_utf8_next_char(next)) {
    gunichar c = g_utf8_get_char(next);
    if (g_unichar_isspace(c)) {
      gap = TRUE;
      continue;
    }
    if (gap && folded->len > 0)
      g_string_append_c(folded, ' ');
    gap = FALSE;
    g_string_append_unichar(folded, c);
  }
  return g_string_free(folded, FALSE);
}

/* (transfer full): RFC 4518, 2: map, normalise, squeeze; NULL: no string. */
static char *
fold_value(const DerElement *value)
{
  g_autofree char *text = text_of(value);
  if (!text)
    return NULL;
  g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = composed ? g_utf8_casefold(composed, -1) : NULL;
  return folded ? fold_spaces(folded) : NULL;
}

/* --- keys ------------------------------------------------------------------------------------- */

static void
append_length(GByteArray *out, gsize length)
{
  guint32 big = GUINT32_TO_BE((guint32)length);
  g_byte_array_append(out, (const guint8 *)&big, sizeof big);
}

static void
append_span(GByteArray *out, DerSpan span)
{
  append_length(out, span.length);
  g_byte_array_append(out, span.bytes, span.length);
}

/* A value that is no string is compared as it stands, tag and all. */
static GBytes *
attribute_key(const NameAttribute *attribute)
{
  GByteArray *key = g_byte_array_new();
  g_autofree char *folded = fold_value(&attribute->value);
  append_span(key, attribute->oid);
  g_byte_array_append(key, (const guint8 *)(folded ? "T" : "E"), 1);
  if (folded)
    g_byte_array_append(key, (const guint8 *)folded, strlen(folded));
  else
    g_byte_array_append(key, attribute->value.whole.bytes, attribute->value.whole.length);
  return g_byte_array_free_to_bytes(key);
}

static int
compare_keys(gconstpointer a, gconstpointer b)
{
  return g_bytes_compare(*(GBytes *const *)a, *(GBytes *const *)b);
}

static gboolean
append_relative(GByteArray *out, DerSpan attributes)
{
  NameAttribute attribute;
  g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_autoptr(GByteArray) joined = g_byte_array_new();
  while (read_attribute(&attributes, &attribute))
    g_ptr_array_add(keys, attribute_key(&attribute));
  g_ptr_array_sort(keys, compare_keys);
  for (guint i = 0; i < keys->len; i++)
    append_span(joined, der_span(keys->pdata[i]));
  append_span(out, (DerSpan){joined->data, joined->len});
  return attributes.length == 0 && keys->len > 0;
}

GBytes *
name_compare_key(DerSpan name)
{
  DerSpan names;
  DerElement relative;
  g_autoptr(GByteArray) key = g_byte_array_new();
  if (!der_unwrap(name, DER_SEQUENCE, &names))
    return NULL;
  while (der_next_of(&names, DER_SET, &relative))
    if (!append_relative(key, relative.content))
      return NULL;
  return names.length == 0 ? g_byte_array_free_to_bytes(g_steal_pointer(&key)) : NULL;
}

gboolean
name_compare_equal(DerSpan a, DerSpan b)
{
  if (der_span_equal(a, b))
    return TRUE;
  g_autoptr(GBytes) first = name_compare_key(a), second = name_compare_key(b);
  return first && second && g_bytes_equal(first, second);
}

gboolean
name_compare_key_within(GBytes *key, GBytes *base)
{
  DerSpan whole = der_span(key), head = der_span(base);
  return whole.length >= head.length && der_span_equal((DerSpan){whole.bytes, head.length}, head);
}

gboolean
name_compare_within(DerSpan name, DerSpan base)
{
  g_autoptr(GBytes) key = name_compare_key(name), base_key = name_compare_key(base);
  return key && base_key && name_compare_key_within(key, base_key);
}
