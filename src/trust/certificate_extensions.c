#include "config.h"

#include "trust/certificate_extensions.h"

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

gboolean
certificate_extension_find(const Certificate *certificate, const char *oid, Extension *extension)
{
  DerSpan rest = certificate_extensions(certificate);
  while (certificate_extension_next(&rest, extension))
    if (der_oid_is(extension->oid, oid))
      return TRUE;
  return FALSE;
}
