#include "config.h"

#include "trust/pki.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "trust/gnutls_bridge.h"
#include "trust/trust_error.h"

#define SERIAL_BYTES 20 /* the most that RFC 5280, 4.1.2.2 allows */

struct PkiPair {
  Certificate *certificate;
  gnutls_x509_privkey_t key;
};

/* GnuTLS's functions give a negative number for a fault: the first one is kept, and the rest of
 * the happy path is passed over. */
static gboolean
fine(int result, const char *what, GError **error)
{
  if (result >= 0)
    return TRUE;
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_LIBRARY, "Cannot make a certificate: %s: %s.", what,
              gnutls_strerror(result));
  return FALSE;
}

/* --- key -------------------------------------------------------------------------------------- */

static gnutls_x509_privkey_t
generate_key(PkiKeyType type, GError **error)
{
  static const struct {
    gnutls_pk_algorithm_t algorithm;
    unsigned bits;
  } kinds[] = {
      [PKI_KEY_ECDSA_P256] = {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)},
      [PKI_KEY_RSA_2048] = {GNUTLS_PK_RSA, 2048},
      [PKI_KEY_ED25519] = {GNUTLS_PK_EDDSA_ED25519, 256},
  };
  gnutls_x509_privkey_t key = NULL;
  if (!fine(gnutls_x509_privkey_init(&key), "key", error))
    return NULL;
  if (fine(gnutls_x509_privkey_generate(key, kinds[type].algorithm, kinds[type].bits, 0), "key",
           error))
    return key;
  gnutls_x509_privkey_deinit(key);
  return NULL;
}

static gnutls_digest_algorithm_t
digest_for(gnutls_x509_privkey_t key)
{
  /* RFC 8410: Ed25519 has its own hash, which GnuTLS asks to be named. */
  return gnutls_x509_privkey_get_pk_algorithm(key) == GNUTLS_PK_EDDSA_ED25519 ? GNUTLS_DIG_SHA512
                                                                              : GNUTLS_DIG_SHA256;
}

/* --- names ------------------------------------------------------------------------------------ */

static gboolean
set_subject(gnutls_x509_crt_t crt, const PkiTemplate *template, GError **error)
{
  const struct {
    const char *oid, *value;
  } parts[] = {
      {GNUTLS_OID_X520_COUNTRY_NAME, template->country},
      {GNUTLS_OID_X520_ORGANIZATION_NAME, template->organization},
      {GNUTLS_OID_X520_COMMON_NAME, template->common_name},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
    const char *value = parts[i].value;
    if (value && !fine(gnutls_x509_crt_set_dn_by_oid(crt, parts[i].oid, 0, value, strlen(value)),
                       "subject", error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_address(gnutls_x509_crt_t crt, const char *text, GError **error)
{
  unsigned char address[16];
  unsigned size = inet_pton(AF_INET, text, address) == 1    ? 4
                  : inet_pton(AF_INET6, text, address) == 1 ? 16
                                                            : 0;
  if (size == 0)
    return fine(GNUTLS_E_INVALID_REQUEST, "an IP address is not one", error);
  return fine(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, size,
                                                   GNUTLS_FSAN_APPEND),
              "IP address", error);
}

static gboolean
set_alternative_names(gnutls_x509_crt_t crt, const PkiTemplate *template, GError **error)
{
  for (const char *const *name = template->dns_names; name && *name; name++)
    if (!fine(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, *name, strlen(*name),
                                                   GNUTLS_FSAN_APPEND),
              "DNS name", error))
      return FALSE;
  for (const char *const *text = template->ip_addresses; text && *text; text++)
    if (!add_address(crt, *text, error))
      return FALSE;
  return TRUE;
}

/* --- extensions ------------------------------------------------------------------------------- */

static gboolean
is_authority(PkiRole role)
{
  return role == PKI_ROOT || role == PKI_INTERMEDIATE;
}

static unsigned
key_usage_for(const PkiTemplate *template)
{
  if (is_authority(template->role))
    return GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN;
  /* TLS 1.2 without forward secrecy encrypts to the RSA key (RFC 5246, 7.4.2). */
  return template->key_type == PKI_KEY_RSA_2048
             ? GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT
             : GNUTLS_KEY_DIGITAL_SIGNATURE;
}

static gboolean
set_usage(gnutls_x509_crt_t crt, const PkiTemplate *template, GError **error)
{
  gboolean ca = is_authority(template->role);
  if (!fine(gnutls_x509_crt_set_basic_constraints(crt, ca, ca ? template->path_length : -1),
            "basicConstraints", error) ||
      !fine(gnutls_x509_crt_set_key_usage(crt, key_usage_for(template)), "keyUsage", error))
    return FALSE;
  if (ca)
    return TRUE;
  const char *purpose =
      template->role == PKI_SERVER ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT;
  return fine(gnutls_x509_crt_set_key_purpose_oid(crt, purpose, FALSE), "extendedKeyUsage", error);
}

/* RFC 5280, 4.2.1.1 and 4.2.1.2. */
static gboolean
set_key_identifiers(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer, GError **error)
{
  unsigned char id[64];
  size_t size = sizeof id;
  if (!fine(gnutls_x509_crt_get_key_id(crt, 0, id, &size), "key identifier", error) ||
      !fine(gnutls_x509_crt_set_subject_key_id(crt, id, size), "key identifier", error))
    return FALSE;
  if (issuer) { /* else its own, which is in `id` already */
    size = sizeof id;
    if (gnutls_x509_crt_get_subject_key_id(issuer, id, &size, NULL) < 0)
      return TRUE; /* an issuer without one is named by its subject alone */
  }
  return fine(gnutls_x509_crt_set_authority_key_id(crt, id, size), "key identifier", error);
}

static gboolean
set_serial(gnutls_x509_crt_t crt, GError **error)
{
  unsigned char serial[SERIAL_BYTES];
  if (!fine(gnutls_rnd(GNUTLS_RND_RANDOM, serial, sizeof serial), "random numbers", error))
    return FALSE;
  serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and all its bytes long */
  return fine(gnutls_x509_crt_set_serial(crt, serial, sizeof serial), "serial number", error);
}

/* --- the certificate -------------------------------------------------------------------------- */

static gboolean
fill(gnutls_x509_crt_t crt, const PkiTemplate *template, gnutls_x509_privkey_t key,
     gnutls_x509_crt_t issuer, GError **error)
{
  return fine(gnutls_x509_crt_set_version(crt, 3), "version", error) &&
         fine(gnutls_x509_crt_set_key(crt, key), "key", error) && set_serial(crt, error) &&
         fine(gnutls_x509_crt_set_activation_time(crt, template->not_before), "dates", error) &&
         fine(gnutls_x509_crt_set_expiration_time(crt, template->not_after), "dates", error) &&
         set_subject(crt, template, error) && set_usage(crt, template, error) &&
         set_alternative_names(crt, template, error) && set_key_identifiers(crt, issuer, error);
}

static Certificate *export(gnutls_x509_crt_t crt, GError **error)
{
  gnutls_datum_t der = {NULL, 0};
  if (!fine(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der), "export", error))
    return NULL;
  Certificate *certificate = certificate_new_from_der(der.data, der.size, error);
  gnutls_free(der.data);
  return certificate;
}

static Certificate *
sign(const PkiTemplate *template, gnutls_x509_privkey_t key, const PkiPair *issuer, GError **error)
{
  gnutls_x509_crt_t crt;
  if (!fine(gnutls_x509_crt_init(&crt), "certificate", error))
    return NULL;
  gnutls_x509_crt_t issuer_crt = issuer ? certificate_gnutls(issuer->certificate) : NULL;
  gnutls_x509_privkey_t issuer_key = issuer ? issuer->key : key;
  Certificate *certificate = NULL;
  if (fill(crt, template, key, issuer_crt, error) &&
      fine(gnutls_x509_crt_sign2(crt, issuer_crt ? issuer_crt : crt, issuer_key,
                                 digest_for(issuer_key), 0),
           "signature", error))
    certificate = export(crt, error);
  gnutls_x509_crt_deinit(crt);
  return certificate;
}

PkiPair *
pki_issue(const PkiTemplate *template, const PkiPair *issuer, GError **error)
{
  gnutls_x509_privkey_t key = generate_key(template->key_type, error);
  if (!key)
    return NULL;
  Certificate *certificate = sign(template, key, issuer, error);
  if (!certificate) {
    gnutls_x509_privkey_deinit(key);
    return NULL;
  }
  PkiPair *pair = g_new0(PkiPair, 1);
  pair->certificate = certificate;
  pair->key = key;
  return pair;
}

void
pki_pair_free(PkiPair *pair)
{
  if (!pair)
    return;
  certificate_unref(pair->certificate);
  gnutls_x509_privkey_deinit(pair->key); /* overwrites the key */
  g_free(pair);
}

Certificate *
pki_pair_certificate(const PkiPair *pair)
{
  return pair->certificate;
}

char *
pki_pair_key_pem(const PkiPair *pair, const char *password, GError **error)
{
  gnutls_datum_t pem = {NULL, 0};
  unsigned flags = password ? GNUTLS_PKCS_PBES2_AES_256 : GNUTLS_PKCS_PLAIN;
  if (!fine(
          gnutls_x509_privkey_export2_pkcs8(pair->key, GNUTLS_X509_FMT_PEM, password, flags, &pem),
          "private key", error))
    return NULL;
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_memset(pem.data, 0, pem.size);
  gnutls_free(pem.data);
  return text;
}
