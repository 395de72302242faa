#include "config.h"

#include "trust/certificate_extensions.h"

#include <string.h>

#include "trust/certificate_fields.h"

#define EXTENSIONS_TAG (DER_CONTEXT | DER_CONSTRUCTED | 3)
#define OCTET_STRING 0x04

/* RFC 5280, 4.1: extensions are the last part of the TBSCertificate, under [3] EXPLICIT. FALSE: the
 * certificate is no DER up to there. */
static gboolean
find_extensions(const Certificate *certificate, DerSpan *list)
{
  DerSpan outer, rest;
  DerElement part;
  *list = (DerSpan){NULL, 0};
  if (!der_unwrap(der_span(certificate_der(certificate)), DER_SEQUENCE, &outer) ||
      !der_next_of(&outer, DER_SEQUENCE, &part))
    return FALSE;
  rest = part.content;
  while (der_next(&rest, &part))
    if (part.tag == EXTENSIONS_TAG)
      return der_unwrap(part.content, DER_SEQUENCE, list) && rest.length == 0;
  return rest.length == 0;
}

DerSpan
certificate_extensions(const Certificate *certificate)
{
  DerSpan list;
  find_extensions(certificate, &list);
  return list;
}

gboolean
certificate_extensions_whole(const Certificate *certificate)
{
  DerSpan list;
  Extension extension;
  if (!find_extensions(certificate, &list))
    return FALSE;
  while (certificate_extension_next(&list, &extension))
    continue;
  return list.length == 0;
}

gboolean
certificate_extension_next(DerSpan *rest, Extension *extension)
{
  DerElement whole, part;
  DerSpan left = *rest;
  if (!der_next_of(&left, DER_SEQUENCE, &whole))
    return FALSE;
  DerSpan inner = whole.content;
  if (!der_next_of(&inner, DER_OID, &part))
    return FALSE;
  extension->oid = part.content;
  extension->critical = FALSE;
  if (der_next_of(&inner, DER_BOOLEAN, &part))
    extension->critical = part.content.length == 1 && part.content.bytes[0] != 0;
  if (!der_next_of(&inner, OCTET_STRING, &part) || inner.length > 0)
    return FALSE;
  extension->value = part.content;
  *rest = left;
  return TRUE;
}

/* --- by OID ----------------------------------------------------------------------------------- */

/* Every check asks for some, of every certificate of every path: they are found once. */
struct ExtensionIndex {
  GArray *entries; /* of Entry */
};

typedef struct {
  Extension extension;
  char *oid; /* NULL: none that can be written */
} Entry;

static void
entry_clear(Entry *entry)
{
  g_free(entry->oid);
}

ExtensionIndex *
certificate_extension_index_new(const Certificate *certificate)
{
  ExtensionIndex *index = g_new(ExtensionIndex, 1);
  DerSpan rest = certificate_extensions(certificate);
  Entry entry;
  index->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  g_array_set_clear_func(index->entries, (GDestroyNotify)entry_clear);
  while (certificate_extension_next(&rest, &entry.extension)) {
    entry.oid = der_oid_text(entry.extension.oid);
    g_array_append_val(index->entries, entry);
  }
  return index;
}

void
certificate_extension_index_free(ExtensionIndex *index)
{
  if (!index)
    return;
  g_array_unref(index->entries);
  g_free(index);
}

gboolean
certificate_extension_find(const Certificate *certificate, const char *oid, Extension *extension)
{
  const GArray *entries = certificate_fields(certificate)->extensions->entries;
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = &g_array_index(entries, Entry, i);
    if (!entry->oid || strcmp(entry->oid, oid))
      continue;
    *extension = entry->extension;
    return TRUE;
  }
  return FALSE;
}

gboolean
certificate_has_extension(const Certificate *certificate, const char *oid)
{
  Extension extension;
  return certificate_extension_find(certificate, oid, &extension);
}
