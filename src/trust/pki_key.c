#include "config.h"

#include "trust/pki_key.h"

#include <string.h>

#include "trust/der_build.h"
#include "trust/inspection.h"
#include "trust/key_label.h"
#include "trust/pki_private.h"
#include "trust/private_key.h"
#include "trust/token.h"
#include "trust/trust_error.h"
#include "util/secret.h"

struct PkiKey {
  gnutls_privkey_t key;
  gnutls_x509_privkey_t in_memory; /* NULL: on a token */
  char *pin;                       /* the token may ask again */
  GBytes *public;
  char *id, *label;
  gnutls_sign_algorithm_t signature;
};

/* --- kinds ------------------------------------------------------------------------------------ */

static const struct {
  const char *name;
  gnutls_pk_algorithm_t algorithm;
  unsigned bits;
} kinds[PKI_KEY_TYPES] = {
    [PKI_KEY_ECDSA_P256] = {"ecdsa-p256", GNUTLS_PK_ECDSA,
                            GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)},
    [PKI_KEY_ECDSA_P384] = {"ecdsa-p384", GNUTLS_PK_ECDSA,
                            GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1)},
    [PKI_KEY_RSA_2048] = {"rsa-2048", GNUTLS_PK_RSA, 2048},
    [PKI_KEY_RSA_3072] = {"rsa-3072", GNUTLS_PK_RSA, 3072},
    [PKI_KEY_RSA_4096] = {"rsa-4096", GNUTLS_PK_RSA, 4096},
    [PKI_KEY_ED25519] = {"ed25519", GNUTLS_PK_EDDSA_ED25519, 256},
};

const char *
pki_key_type_name(PkiKeyType type)
{
  return kinds[type].name;
}

gboolean
pki_key_type_parse(const char *name, PkiKeyType *type)
{
  for (int i = 0; i < PKI_KEY_TYPES; i++) {
    if (!g_ascii_strcasecmp(name, kinds[i].name)) {
      *type = (PkiKeyType)i;
      return TRUE;
    }
  }
  return FALSE;
}

/* RFC 4055, RFC 5758, RFC 8410: each key signs with a hash of its own strength. */
static const struct {
  gnutls_pk_algorithm_t algorithm;
  unsigned bits; /* 0: any */
  gnutls_sign_algorithm_t signature;
  const char *oid;
  gboolean null; /* parameters NULL, else absent */
} signatures[] = {
    {GNUTLS_PK_RSA, 0, GNUTLS_SIGN_RSA_SHA256, "1.2.840.113549.1.1.11", TRUE},
    {GNUTLS_PK_ECDSA, 256, GNUTLS_SIGN_ECDSA_SHA256, "1.2.840.10045.4.3.2", FALSE},
    {GNUTLS_PK_ECDSA, 384, GNUTLS_SIGN_ECDSA_SHA384, "1.2.840.10045.4.3.3", FALSE},
    {GNUTLS_PK_ECDSA, 521, GNUTLS_SIGN_ECDSA_SHA512, "1.2.840.10045.4.3.4", FALSE},
    {GNUTLS_PK_EDDSA_ED25519, 0, GNUTLS_SIGN_EDDSA_ED25519, "1.3.101.112", FALSE},
    {GNUTLS_PK_EDDSA_ED448, 0, GNUTLS_SIGN_EDDSA_ED448, "1.3.101.113", FALSE},
};

static gnutls_sign_algorithm_t
signature_of(gnutls_pubkey_t public)
{
  unsigned bits = 0;
  int algorithm = gnutls_pubkey_get_pk_algorithm(public, &bits);
  for (gsize i = 0; i < G_N_ELEMENTS(signatures); i++)
    if ((int)signatures[i].algorithm == algorithm &&
        (signatures[i].bits == 0 || signatures[i].bits == bits))
      return signatures[i].signature;
  return GNUTLS_SIGN_UNKNOWN;
}

/* --- life ------------------------------------------------------------------------------------- */

void
pki_key_free(PkiKey *key)
{
  if (!key)
    return;
  if (key->key)
    gnutls_privkey_deinit(key->key);
  if (key->in_memory)
    gnutls_x509_privkey_deinit(key->in_memory); /* overwrites the key */
  secret_free(key->pin);
  g_clear_pointer(&key->public, g_bytes_unref);
  g_free(key->id);
  g_free(key->label);
  g_free(key);
}

static gnutls_pubkey_t
pubkey_new(void)
{
  gnutls_pubkey_t public;
  if (gnutls_pubkey_init(&public) < 0)
    g_error("no memory for a public key");
  return public;
}

/* (transfer full): DER of the public half; NULL: the token does not tell. */
static GBytes *
export_public(gnutls_privkey_t key)
{
  gnutls_pubkey_t public = pubkey_new();
  gnutls_datum_t der = {NULL, 0};
  GBytes *bytes = NULL;
  if (gnutls_pubkey_import_privkey(public, key, 0, 0) >= 0 &&
      gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, &der) >= 0) {
    bytes = g_bytes_new(der.data, der.size);
    gnutls_free(der.data);
  }
  gnutls_pubkey_deinit(public);
  return bytes;
}

/* Of a token's key GnuTLS knows the size only when it reads the public half by itself. */
static gboolean
read_public(PkiKey *key)
{
  key->public = export_public(key->key);
  if (!key->public)
    return FALSE;
  gnutls_pubkey_t public = pubkey_new();
  DerSpan span = der_span(key->public);
  gnutls_datum_t der = {(unsigned char *)span.bytes, (unsigned)span.length};
  if (gnutls_pubkey_import(public, &der, GNUTLS_X509_FMT_DER) >= 0) {
    key->id = key_label_id(public);
    key->label = key_label(public);
    key->signature = signature_of(public);
  }
  gnutls_pubkey_deinit(public);
  return key->id != NULL;
}

/* Takes what is in `key`. */
static PkiKey *
complete(PkiKey *key, const char *where, PkiField field, GError **error)
{
  gboolean read = read_public(key);
  if (read && key->signature != GNUTLS_SIGN_UNKNOWN)
    return key;
  if (!read)
    pki_fail(error, field, "The public half of %s cannot be read; use another key.", where);
  else
    pki_fail(error, field,
             "%s is a key of a kind (%s) that signs no certificates here; use RSA, ECDSA P-256 or "
             "P-384, or Ed25519.",
             where, key->label);
  pki_key_free(key);
  return NULL;
}

/* Takes `in_memory`. */
static PkiKey *
from_memory(gnutls_x509_privkey_t in_memory, const char *where, PkiField field, GError **error)
{
  PkiKey *key = g_new0(PkiKey, 1);
  key->in_memory = in_memory;
  if (gnutls_privkey_init(&key->key) < 0)
    g_error("no memory for a private key");
  int result = gnutls_privkey_import_x509(key->key, in_memory, 0);
  if (result >= 0)
    return complete(key, where, field, error);
  pki_fail(error, field, "%s cannot be used (%s).", where, gnutls_strerror(result));
  pki_key_free(key);
  return NULL;
}

PkiKey *
pki_key_generate(PkiKeyType type, GError **error)
{
  gnutls_x509_privkey_t key;
  if (gnutls_x509_privkey_init(&key) < 0)
    g_error("no memory for a private key");
  int result = gnutls_x509_privkey_generate(key, kinds[type].algorithm, kinds[type].bits, 0);
  if (result >= 0)
    return from_memory(key, "The new key", PKI_FIELD_KEY_TYPE, error);
  gnutls_x509_privkey_deinit(key);
  pki_fail(error, PKI_FIELD_KEY_TYPE, "No key of the type %s can be made (%s).", kinds[type].name,
           gnutls_strerror(result));
  return NULL;
}

/* --- from a file or a token ------------------------------------------------------------------- */

static gboolean
is_about_password(const GError *error)
{
  return g_error_matches(error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_NEEDED) ||
         g_error_matches(error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_WRONG);
}

static PkiKey *
load_from_file(const char *path, const char *password, PkiField field, GError **error)
{
  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_KEY, error);
  gnutls_x509_privkey_t key = content ? private_key_open(content, password, error) : NULL;
  return key ? from_memory(key, content->label, field, error) : NULL;
}

static PkiKey *
load_from_token(const char *uri, const char *pin, PkiField field, GError **error)
{
  PkiKey *key = g_new0(PkiKey, 1);
  g_autofree char *label = inspection_label(uri);
  key->pin = g_strdup(pin);
  key->key = token_key(uri, key->pin, error);
  if (key->key)
    return complete(key, label, field, error);
  pki_key_free(key);
  return NULL;
}

PkiKey *
pki_key_load(const char *path, const char *password, PkiField field, PkiField password_field,
             GError **error)
{
  GError *cause = NULL;
  PkiKey *key = token_is_uri(path) ? load_from_token(path, password, field, &cause)
                                   : load_from_file(path, password, field, &cause);
  if (!key)
    pki_fail_with(error, is_about_password(cause) ? password_field : field, cause);
  return key;
}

/* --- what it is ------------------------------------------------------------------------------- */

GBytes *
pki_key_public(const PkiKey *key)
{
  return key->public;
}

const char *
pki_key_id(const PkiKey *key)
{
  return key->id;
}

const char *
pki_key_label(const PkiKey *key)
{
  return key->label;
}

gboolean
pki_key_is_on_token(const PkiKey *key)
{
  return key->in_memory == NULL;
}

gnutls_x509_privkey_t
pki_key_gnutls(const PkiKey *key)
{
  return key->in_memory;
}

gboolean
pki_public_is_rsa(GBytes *spki)
{
  DerSpan whole, rest, algorithm;
  DerElement element, oid;
  whole = der_span(spki);
  if (!der_unwrap(whole, DER_SEQUENCE, &rest) || !der_next_of(&rest, DER_SEQUENCE, &element))
    return FALSE;
  algorithm = element.content;
  return der_next_of(&algorithm, DER_OID, &oid) && der_oid_is(oid.content, "1.2.840.113549.1.1.1");
}

/* --- what it does ----------------------------------------------------------------------------- */

char *
pki_key_pem(const PkiKey *key, const char *password, GError **error)
{
  gnutls_datum_t pem = {NULL, 0};
  unsigned flags = password ? GNUTLS_PKCS_PBES2_AES_256 : GNUTLS_PKCS_PLAIN;
  if (!key->in_memory) {
    pki_fail(error, PKI_FIELD_KEY, "The key is on a token, which it does not leave.");
    return NULL;
  }
  int result =
      gnutls_x509_privkey_export2_pkcs8(key->in_memory, GNUTLS_X509_FMT_PEM, password, flags, &pem);
  if (result < 0) {
    pki_fail(error, PKI_FIELD_KEY_PASSWORD, "The key cannot be written with this password (%s).",
             gnutls_strerror(result));
    return NULL;
  }
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_memset(pem.data, 0, pem.size);
  gnutls_free(pem.data);
  return text;
}

void
pki_key_append_algorithm(const PkiKey *key, GByteArray *out)
{
  GByteArray *content = g_byte_array_new();
  for (gsize i = 0; i < G_N_ELEMENTS(signatures); i++) {
    if (signatures[i].signature != key->signature)
      continue;
    der_build_oid(content, signatures[i].oid);
    if (signatures[i].null)
      der_build(content, DER_NULL, NULL, 0);
  }
  der_build_from(out, DER_SEQUENCE, content);
}

GBytes *
pki_key_sign(const PkiKey *key, const GByteArray *data, GError **error)
{
  gnutls_datum_t input = {data->data, data->len}, signature = {NULL, 0};
  int result = gnutls_privkey_sign_data2(key->key, key->signature, 0, &input, &signature);
  if (result < 0) {
    pki_fail(error, PKI_FIELD_KEY, "The %s key cannot sign (%s).", key->label,
             gnutls_strerror(result));
    return NULL;
  }
  GBytes *bytes = g_bytes_new(signature.data, signature.size);
  gnutls_free(signature.data);
  return bytes;
}
