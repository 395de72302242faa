#include "config.h"

#include "trust/key_unknown.h"

#include <string.h>

#include "trust/der_reader.h"

#define BIT_STRING 0x03
#define OCTET_STRING 0x04
#define EC_PUBLIC_KEY "1.2.840.10045.2.1" /* RFC 5480, 2.1.1 */

static const struct {
  const char *oid, *name;
} names[] = {
    {"1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"}, /* RFC 5639, 4.1 */
    {"1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"},
    {"1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"},
    {"1.3.132.0.10", "secp256k1"},  /* SEC 2 */
    {"1.2.156.10197.1.301", "SM2"}, /* GB/T 33560 */
    {"1.2.156.10197.1.501", "SM2-SM3"},
    {"2.16.840.1.101.3.4.3.17", "ML-DSA-44"}, /* RFC 9881 */
    {"2.16.840.1.101.3.4.3.18", "ML-DSA-65"},
    {"2.16.840.1.101.3.4.3.19", "ML-DSA-87"},
};

const char *
key_unknown_name(const char *oid)
{
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    if (strcmp(names[i].oid, oid) == 0)
      return names[i].name;
  return NULL;
}

static const char *
name_or_oid(const char *oid)
{
  const char *name = key_unknown_name(oid);
  return name ? name : oid;
}

/* RFC 5280, 4.1: behind version, serial number, signature, issuer, validity and subject. */
static gboolean
find_key(DerSpan certificate, DerElement *key)
{
  static const guint8 before[] = {DER_INTEGER, DER_SEQUENCE, DER_SEQUENCE, DER_SEQUENCE,
                                  DER_SEQUENCE};
  DerSpan outer;
  DerElement tbs, part;
  if (!der_unwrap(certificate, DER_SEQUENCE, &outer) || !der_next_of(&outer, DER_SEQUENCE, &tbs))
    return FALSE;
  der_next_of(&tbs.content, DER_CONTEXT | DER_CONSTRUCTED, &part); /* not in version 1 */
  for (gsize i = 0; i < G_N_ELEMENTS(before); i++)
    if (!der_next_of(&tbs.content, before[i], &part))
      return FALSE;
  return der_next_of(&tbs.content, DER_SEQUENCE, key);
}

/* RFC 5480, 2.1.1: a named curve, or one that is spelt out, which no certificate may have. */
static char *
curve_label(DerSpan parameters)
{
  DerElement curve;
  if (der_next_of(&parameters, DER_SEQUENCE, &curve))
    return g_strdup("ECDSA on a curve that is spelt out");
  if (!der_next_of(&parameters, DER_OID, &curve))
    return NULL;
  g_autofree char *oid = der_oid_text(curve.content);
  if (!oid || gnutls_oid_to_ecc_curve(oid) != GNUTLS_ECC_CURVE_INVALID)
    return NULL;
  return g_strdup_printf("ECDSA %s", name_or_oid(oid));
}

/* (transfer full); NULL: it is of a kind that is known. */
static char *
label_of_algorithm(DerSpan oid, DerSpan parameters)
{
  g_autofree char *text = der_oid_text(oid);
  if (!text)
    return NULL;
  if (strcmp(text, EC_PUBLIC_KEY) == 0)
    return curve_label(parameters);
  return gnutls_oid_to_pk(text) == GNUTLS_PK_UNKNOWN ? g_strdup(name_or_oid(text)) : NULL;
}

/* The same of a SubjectPublicKeyInfo. */
static char *
label_of(DerSpan key)
{
  DerElement algorithm, oid, bits;
  if (!der_next_of(&key, DER_SEQUENCE, &algorithm) || !der_next_of(&key, BIT_STRING, &bits) ||
      !der_next_of(&algorithm.content, DER_OID, &oid))
    return NULL;
  return label_of_algorithm(oid.content, algorithm.content);
}

/* RFC 5915, 3: parameters that name the curve, behind version and private key. */
static char *
label_of_ec_key(DerSpan key)
{
  DerElement part;
  if (!der_next_of(&key, DER_INTEGER, &part) || !der_next_of(&key, OCTET_STRING, &part) ||
      !der_next_of(&key, DER_CONTEXT | DER_CONSTRUCTED, &part))
    return NULL;
  return curve_label(part.content);
}

char *
key_unknown_label(const guint8 *der, gsize length)
{
  DerSpan whole = {der, length}, key;
  DerElement version, algorithm, oid;
  if (!der_unwrap(whole, DER_SEQUENCE, &key))
    return NULL;
  DerSpan rest = key;
  /* RFC 5958, 2: version, algorithm and key */
  if (!der_next_of(&rest, DER_INTEGER, &version) || !der_next_of(&rest, DER_SEQUENCE, &algorithm))
    return label_of_ec_key(key);
  if (!der_next_of(&algorithm.content, DER_OID, &oid))
    return NULL;
  return label_of_algorithm(oid.content, algorithm.content);
}

gboolean
key_unknown_read(gnutls_x509_crt_t crt, char **label, char **id)
{
  gnutls_datum_t der = {NULL, 0};
  DerElement key;
  if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der) < 0)
    return FALSE;
  DerSpan span = {der.data, der.size};
  char *text = find_key(span, &key) ? label_of(key.content) : NULL;
  if (text) {
    *label = text;
    *id = g_compute_checksum_for_data(G_CHECKSUM_SHA256, key.whole.bytes, key.whole.length);
  }
  gnutls_free(der.data);
  return text != NULL;
}
