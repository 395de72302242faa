#include "config.h"

#include "trust/certificate_extensions.h"

#include "trust/certificate_fields.h"

#define VERSION_TAG (DER_CONTEXT | DER_CONSTRUCTED | 0)
#define EXTENSIONS_TAG (DER_CONTEXT | DER_CONSTRUCTED | 3)
#define OCTET_STRING 0x04

/* RFC 5280, 4.1: extensions are the last part of the TBSCertificate, under [3] EXPLICIT. */
DerSpan
certificate_extensions(const Certificate *certificate)
{
  DerSpan nothing = {NULL, 0}, outer, rest, list;
  DerElement part;
  if (!der_unwrap(der_span(certificate_der(certificate)), DER_SEQUENCE, &outer) ||
      !der_next_of(&outer, DER_SEQUENCE, &part))
    return nothing;
  rest = part.content;
  while (der_next(&rest, &part))
    if (part.tag == EXTENSIONS_TAG)
      return der_unwrap(part.content, DER_SEQUENCE, &list) ? list : nothing;
  return nothing;
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
