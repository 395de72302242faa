#include "config.h"

#include "trust/certificate_signature.h"

#include <gnutls/abstract.h>

#define WEAK_ALLOWED (GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1)

/* Header and whole length of the DER element at `bytes`; definite lengths up to four bytes. */
static gboolean
element(const guint8 *bytes, gsize length, gsize *header, gsize *whole)
{
  if (length < 2)
    return FALSE;
  gsize content = bytes[1], extra = 0;
  if (content >= 0x80) {
    extra = content & 0x7f;
    if (extra == 0 || extra > 4 || length < 2 + extra)
      return FALSE;
    content = 0;
    for (gsize i = 0; i < extra; i++)
      content = content << 8 | bytes[2 + i];
  }
  *header = 2 + extra;
  *whole = *header + content;
  return *whole <= length;
}

gboolean
certificate_signature_is_whole(const guint8 *bytes, gsize length)
{
  gsize header, whole;
  return length > 0 && bytes[0] == 0x30 && element(bytes, length, &header, &whole) &&
         whole == length;
}

/* Certificate ::= SEQUENCE { tbsCertificate, ... } (RFC 5280, 4.1): what was signed is the first
 * element in it, tag and length included. */
static gboolean
signed_part(GBytes *der, gnutls_datum_t *part)
{
  gsize length, header, whole, inner_header, inner_whole;
  const guint8 *bytes = g_bytes_get_data(der, &length);
  if (!element(bytes, length, &header, &whole) ||
      !element(bytes + header, whole - header, &inner_header, &inner_whole))
    return FALSE;
  part->data = (unsigned char *)bytes + header;
  part->size = inner_whole;
  return TRUE;
}

GBytes *
certificate_signature_bytes(gnutls_x509_crt_t crt)
{
  size_t size = 0;
  if (gnutls_x509_crt_get_signature(crt, NULL, &size) != GNUTLS_E_SHORT_MEMORY_BUFFER)
    return NULL;
  g_autofree char *bytes = g_malloc(size);
  if (gnutls_x509_crt_get_signature(crt, bytes, &size) < 0)
    return NULL;
  return g_bytes_new_take(g_steal_pointer(&bytes), size);
}

static gboolean
verifies(gnutls_x509_crt_t crt, GBytes *der, gnutls_pubkey_t key)
{
  gnutls_datum_t data, signature;
  g_autoptr(GBytes) bytes = certificate_signature_bytes(crt);
  int algorithm = gnutls_x509_crt_get_signature_algorithm(crt);
  if (!bytes || algorithm <= 0 || !signed_part(der, &data))
    return FALSE;
  signature.data = (unsigned char *)g_bytes_get_data(bytes, NULL);
  signature.size = g_bytes_get_size(bytes);
  return gnutls_pubkey_verify_data2(key, algorithm, WEAK_ALLOWED, &data, &signature) >= 0;
}

/* RSA-PSS carries its salt length in the algorithm's parameters, which only GnuTLS's certificate
 * functions read. They also compare key identifiers, so this is the second choice. */
static gboolean
verifies_as_certificate(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer)
{
  unsigned status = 0;
  unsigned flags = WEAK_ALLOWED | GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_CA_SIGN;
  return gnutls_x509_crt_verify(crt, &issuer, 1, flags, &status) >= 0 &&
         !(status & (GNUTLS_CERT_SIGNATURE_FAILURE | GNUTLS_CERT_SIGNER_NOT_FOUND));
}

static gboolean
is_pss(gnutls_x509_crt_t crt)
{
  int algorithm = gnutls_x509_crt_get_signature_algorithm(crt);
  return algorithm > 0 && gnutls_sign_get_pk_algorithm(algorithm) == GNUTLS_PK_RSA_PSS;
}

/* What a check costs grows with the third power of the modulus, and with the exponent, and both are
 * the sender's: the bounds are those of OpenSSL. */
#define KEY_BITS_MAX 16384
#define LARGE_KEY_BITS 3072 /* above it the exponent is bounded */
#define EXPONENT_BYTES_MAX 8

static gboolean
exponent_is_small(gnutls_pubkey_t key)
{
  gnutls_datum_t modulus = {NULL, 0}, exponent = {NULL, 0};
  if (gnutls_pubkey_export_rsa_raw2(key, &modulus, &exponent, GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
    return FALSE;
  gboolean small = exponent.size <= EXPONENT_BYTES_MAX;
  gnutls_free(modulus.data);
  gnutls_free(exponent.data);
  return small;
}

static gboolean
key_is_bearable(gnutls_pubkey_t key)
{
  unsigned bits = 0;
  int algorithm = gnutls_pubkey_get_pk_algorithm(key, &bits);
  gboolean modular = algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS;
  return bits <= KEY_BITS_MAX && (!modular || bits <= LARGE_KEY_BITS || exponent_is_small(key));
}

gboolean
certificate_signature_valid(gnutls_x509_crt_t crt, GBytes *der, gnutls_x509_crt_t issuer)
{
  gnutls_pubkey_t key;
  if (gnutls_pubkey_init(&key) < 0)
    return FALSE;
  gboolean usable = gnutls_pubkey_import_x509(key, issuer, 0) >= 0 && key_is_bearable(key);
  gboolean valid = usable && verifies(crt, der, key);
  gnutls_pubkey_deinit(key);
  return valid || (usable && is_pss(crt) && verifies_as_certificate(crt, issuer));
}
