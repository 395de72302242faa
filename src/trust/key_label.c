#include "config.h"

#include "trust/key_label.h"

static const struct {
  gnutls_ecc_curve_t curve;
  const char *label;
} curves[] = {
    {GNUTLS_ECC_CURVE_SECP192R1, "ECDSA P-192"}, {GNUTLS_ECC_CURVE_SECP224R1, "ECDSA P-224"},
    {GNUTLS_ECC_CURVE_SECP256R1, "ECDSA P-256"}, {GNUTLS_ECC_CURVE_SECP384R1, "ECDSA P-384"},
    {GNUTLS_ECC_CURVE_SECP521R1, "ECDSA P-521"},
};

char *
key_label_hexadecimal(const void *bytes, gsize length)
{
  static const char digits[] = "0123456789abcdef";
  const unsigned char *from = bytes;
  char *text = g_malloc(2 * length + 1), *to = text;
  for (gsize i = 0; i < length; i++) {
    *to++ = digits[from[i] >> 4];
    *to++ = digits[from[i] & 15];
  }
  *to = '\0';
  return text;
}

static char *
curve_label(gnutls_pubkey_t key)
{
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  if (gnutls_pubkey_export_ecc_raw2(key, &curve, NULL, NULL, 0) < 0)
    return g_strdup("ECDSA");
  for (gsize i = 0; i < G_N_ELEMENTS(curves); i++)
    if (curves[i].curve == curve)
      return g_strdup(curves[i].label);
  const char *name = gnutls_ecc_curve_get_name(curve);
  return g_strdup_printf("ECDSA %s", name ? name : "on an unknown curve");
}

char *
key_label(gnutls_pubkey_t key)
{
  unsigned bits = 0;
  int algorithm = gnutls_pubkey_get_pk_algorithm(key, &bits);
  switch (algorithm) {
  case GNUTLS_PK_RSA:
    return g_strdup_printf("RSA %u", bits);
  case GNUTLS_PK_RSA_PSS:
    return g_strdup_printf("RSA-PSS %u", bits);
  case GNUTLS_PK_DSA:
    return g_strdup_printf("DSA %u", bits);
  case GNUTLS_PK_EDDSA_ED25519:
    return g_strdup("Ed25519");
  case GNUTLS_PK_EDDSA_ED448:
    return g_strdup("Ed448");
  case GNUTLS_PK_ECDSA:
    return curve_label(key);
  default:
    return g_strdup("unknown key type");
  }
}

char *
key_label_id(gnutls_pubkey_t key)
{
  unsigned char id[64];
  size_t size = sizeof id;
  if (gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, id, &size) < 0)
    return NULL;
  return key_label_hexadecimal(id, size);
}
