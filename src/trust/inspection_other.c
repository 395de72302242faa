/* Parameters of key exchange and keys, and blocks of labels that are no business of TLS. */
#include "config.h"

#include "trust/inspection_reader.h"

#include <string.h>

#include "trust/der_reader.h"

/* SEC 1, C.2: a named curve's OID, or the whole curve written out. */
static gboolean
read_curve(InspectionReader *reader, DerSpan whole)
{
  DerSpan oid;
  if (!der_unwrap(whole, DER_OID, &oid))
    return FALSE;
  g_autofree char *text = der_oid_text(oid);
  gnutls_ecc_curve_t curve = text ? gnutls_oid_to_ecc_curve(text) : GNUTLS_ECC_CURVE_INVALID;
  const char *name = curve != GNUTLS_ECC_CURVE_INVALID ? gnutls_ecc_curve_get_name(curve) : text;
  inspection_set_title(inspection_add(reader, INSPECTED_PARAMETERS), "EC parameters, curve %s",
                       name ? name : "unknown");
  return TRUE;
}

static guint
bits_of(DerSpan integer)
{
  while (integer.length > 0 && integer.bytes[0] == 0) {
    integer.bytes++;
    integer.length--;
  }
  return integer.length == 0 ? 0
                             : (guint)(integer.length - 1) * 8 + g_bit_storage(integer.bytes[0]);
}

/* PKCS#3: prime, generator, and maybe the length of the private value. X9.42 has more numbers. */
static gboolean
read_prime(InspectionReader *reader, DerSpan whole)
{
  DerSpan numbers;
  DerElement prime, generator;
  if (!der_unwrap(whole, DER_SEQUENCE, &numbers) || !der_next_of(&numbers, DER_INTEGER, &prime) ||
      !der_next_of(&numbers, DER_INTEGER, &generator) || bits_of(prime.content) < 256)
    return FALSE;
  inspection_set_title(inspection_add(reader, INSPECTED_PARAMETERS),
                       "Diffie-Hellman parameters, %u bits", bits_of(prime.content));
  return TRUE;
}

void
inspection_read_other(InspectionReader *reader, const char *label, const void *der, gsize length)
{
  DerSpan whole = {der, length};
  gboolean parameters = !label || g_str_has_suffix(label, "PARAMETERS");
  gboolean curve = !label || g_str_equal(label, "EC PARAMETERS");
  gboolean prime = !label || g_str_has_suffix(label, "DH PARAMETERS");
  if ((curve && read_curve(reader, whole)) || (prime && read_prime(reader, whole)) || !label)
    return;
  InspectedItem *item = inspection_add(reader, parameters ? INSPECTED_PARAMETERS : INSPECTED_OTHER);
  inspection_set_title(item, "PEM block \"%s\"", label);
}
