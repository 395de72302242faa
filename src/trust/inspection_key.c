/* Private and public keys. */
#include "config.h"

#include "trust/inspection_reader.h"

#include <string.h>

#include "trust/der_reader.h"
#include "trust/private_key.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"
#include "util/secret.h"

/* --- how it is encrypted ---------------------------------------------------------------------- */

static gnutls_datum_t
datum_of(const InspectedKeySource *source, gnutls_x509_crt_fmt_t *format)
{
  *format = source->pem ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER;
  if (source->pem)
    return (gnutls_datum_t){(unsigned char *)source->pem, strlen(source->pem)};
  return (gnutls_datum_t){(unsigned char *)source->der, source->length};
}

/* "PBES2-AES256-CBC, 2048 rounds"; `*rounds` as the file has them. NULL: in a way that GnuTLS does
 * not know, scrypt for one. */
static char *
pkcs8_encryption(const InspectedKeySource *source, gint64 *rounds)
{
  gnutls_x509_crt_fmt_t format;
  gnutls_datum_t data = datum_of(source, &format);
  unsigned schema = 0, cipher = 0, salt_size = 0, count = 0;
  char *oid = NULL;
  int result = gnutls_pkcs8_info(&data, format, &schema, &cipher, NULL, &salt_size, &count, &oid);
  gnutls_free(oid);
  *rounds = result >= 0 ? count : 0;
  const char *name = result >= 0 ? gnutls_pkcs_schema_get_name(schema) : NULL;
  return name ? g_strdup_printf("%s, %u rounds", name, count) : NULL;
}

/* RFC 1421, 4.6.1.3: "DEK-Info: AES-256-CBC,0011..". */
static char *
traditional_encryption(const char *pem)
{
  const char *info = strstr(pem, "DEK-Info:");
  if (!info)
    return NULL;
  info += strlen("DEK-Info:");
  info += strspn(info, " ");
  g_autofree char *cipher = safe_text(info, MIN(strcspn(info, ",\n"), 40));
  return g_strdup_printf("traditional, %s", cipher);
}

static char *
encryption_text(const InspectedKeySource *source, gint64 *rounds)
{
  *rounds = 1;
  gboolean pkcs8 = !source->label || g_str_equal(source->label, "ENCRYPTED PRIVATE KEY");
  return pkcs8 ? pkcs8_encryption(source, rounds) : traditional_encryption(source->pem);
}

/* --- opening ---------------------------------------------------------------------------------- */

static gnutls_x509_privkey_t
open_key(InspectionReader *reader, const InspectedKeySource *source, GError **error)
{
  g_autoptr(FileContent) content = NULL;
  if (source->pem)
    content = file_content_from_bytes(source->pem, strlen(source->pem), reader->label);
  else
    content = file_content_from_bytes(source->der, source->length, reader->label);
  return private_key_open(content, reader->password, error);
}

static void
set_key_id(InspectedItem *item, gnutls_x509_privkey_t key)
{
  gnutls_pubkey_t public = private_key_public(key);
  if (!public)
    return;
  inspection_set_public(item, public);
  gnutls_pubkey_deinit(public);
}

static char *
pem_of_der(const char *label, const void *der, gsize length)
{
  gnutls_datum_t data = {(unsigned char *)der, length}, pem = {NULL, 0};
  if (gnutls_pem_base64_encode2(label, &data, &pem) < 0)
    return NULL;
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_memset(pem.data, 0, pem.size);
  gnutls_free(pem.data);
  return text;
}

static char *
pem_of_key(gnutls_x509_privkey_t key, const char *password)
{
  gnutls_datum_t pem = {NULL, 0};
  unsigned flags = password ? GNUTLS_PKCS_PBES2_AES_256 : GNUTLS_PKCS_PLAIN;
  if (gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, password, flags, &pem) < 0)
    return NULL;
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_memset(pem.data, 0, pem.size);
  gnutls_free(pem.data);
  return text;
}

static void
take_pem(InspectedItem *item, const InspectedKeySource *source, gnutls_x509_privkey_t key)
{
  if (source->pem)
    item->key_pem = g_strdup(source->pem);
  else if (source->encrypted)
    item->key_pem = pem_of_der("ENCRYPTED PRIVATE KEY", source->der, source->length);
  else if (key)
    item->key_pem = pem_of_key(key, NULL);
}

static const char *
format_name(const char *label)
{
  static const struct {
    const char *label, *format;
  } formats[] = {
      {"PRIVATE KEY", "PKCS#8"},
      {"ENCRYPTED PRIVATE KEY", "PKCS#8"},
      {"RSA PRIVATE KEY", "PKCS#1"},
      {"EC PRIVATE KEY", "SEC 1"},
      {"DSA PRIVATE KEY", "OpenSSL's own"},
  };
  for (gsize i = 0; label && i < G_N_ELEMENTS(formats); i++)
    if (g_str_equal(formats[i].label, label))
      return formats[i].format;
  return NULL;
}

static void
set_key_title(InspectedItem *item, const char *encryption)
{
  const char *label = item->key_label;
  if (!item->encrypted)
    inspection_set_title(item, "%s%srivate key, not encrypted", label ? label : "",
                         label ? " p" : "P");
  else
    inspection_set_title(item, "%s%srivate key, encrypted%s%s%s", label ? label : "",
                         label ? " p" : "P", encryption ? " (" : "", encryption ? encryption : "",
                         encryption ? ")" : "");
}

static void
set_rounds_problem(InspectionReader *reader, InspectedItem *item, gint64 rounds)
{
  inspection_set_problem(reader, item, "key-encryption-unsupported",
                         "The key in %s asks for %" G_GINT64_FORMAT " rounds of key derivation, "
                         "which this program does not spend on one file; encrypt it anew with "
                         "`openssl pkcs8 -topk8 -v2 aes256`.",
                         reader->label, rounds);
}

static void
set_unknown_problem(InspectionReader *reader, InspectedItem *item)
{
  inspection_set_problem(reader, item, "key-encryption-unsupported",
                         "The key in %s is encrypted in a way that is not supported; encrypt it "
                         "anew with `openssl pkcs8 -topk8 -v2 aes256`.",
                         reader->label);
}

/* The key, or NULL and the item's problem. */
static gnutls_x509_privkey_t
try_key(InspectionReader *reader, InspectedItem *item, const InspectedKeySource *source,
        const char *encryption, gint64 rounds)
{
  g_autoptr(GError) error = NULL;
  if (source->encrypted && !encryption) {
    set_unknown_problem(reader, item);
    return NULL;
  }
  if (reader->password && !inspection_spend(reader, rounds)) {
    set_rounds_problem(reader, item, rounds);
    return NULL;
  }
  gnutls_x509_privkey_t key = open_key(reader, source, &error);
  if (key)
    return key;
  inspection_set_problem(reader, item, trust_error_code(error->code), "%s", error->message);
  if (error->code == TRUST_ERROR_MALFORMED)
    item->kind = INSPECTED_DAMAGED;
  return NULL;
}

void
inspection_read_key(InspectionReader *reader, const InspectedKeySource *source)
{
  gint64 rounds = 0;
  InspectedItem *item = inspection_add(reader, INSPECTED_KEY);
  g_autofree char *encryption = source->encrypted ? encryption_text(source, &rounds) : NULL;
  const char *format = format_name(source->label);
  item->encrypted = source->encrypted;
  if (format)
    inspection_add_detail(item, "Format", "%s", format);
  gnutls_x509_privkey_t key = try_key(reader, item, source, encryption, rounds);
  if (key)
    set_key_id(item, key);
  take_pem(item, source, key);
  set_key_title(item, encryption);
  if (key)
    gnutls_x509_privkey_deinit(key);
}

void
inspection_take_key(InspectionReader *reader, gnutls_x509_privkey_t key, const char *scheme,
                    const char *password)
{
  gboolean secret = password && *password;
  InspectedItem *item = inspection_add(reader, INSPECTED_KEY);
  set_key_id(item, key);
  item->encrypted = scheme != NULL && secret;
  item->key_pem = pem_of_key(key, item->encrypted ? password : NULL);
  set_key_title(item, scheme);
}

/* --- public keys ------------------------------------------------------------------------------ */

/* PKCS#1 (RFC 8017, A.1.1), which GnuTLS does not read: modulus and exponent. */
static gboolean
import_rsa(gnutls_pubkey_t key, DerSpan whole)
{
  DerSpan numbers;
  DerElement modulus, exponent;
  if (!der_unwrap(whole, DER_SEQUENCE, &numbers) || !der_next_of(&numbers, DER_INTEGER, &modulus) ||
      !der_next_of(&numbers, DER_INTEGER, &exponent) || numbers.length > 0)
    return FALSE;
  gnutls_datum_t m = {(unsigned char *)modulus.content.bytes, modulus.content.length};
  gnutls_datum_t e = {(unsigned char *)exponent.content.bytes, exponent.content.length};
  return gnutls_pubkey_import_rsa_raw(key, &m, &e) >= 0;
}

void
inspection_read_public_key(InspectionReader *reader, const char *label, const void *der,
                           gsize length)
{
  gnutls_pubkey_t key;
  gnutls_datum_t data = {(unsigned char *)der, length};
  if (gnutls_pubkey_init(&key) < 0)
    g_error("no memory for a public key");
  gboolean rsa = label && g_str_equal(label, "RSA PUBLIC KEY");
  gboolean good = rsa ? import_rsa(key, (DerSpan){der, length})
                      : gnutls_pubkey_import(key, &data, GNUTLS_X509_FMT_DER) >= 0;
  InspectedItem *item = inspection_add(reader, good ? INSPECTED_PUBLIC_KEY : INSPECTED_DAMAGED);
  if (good) {
    inspection_set_public(item, key);
    inspection_set_title(item, "%s public key", item->key_label);
  } else {
    inspection_set_title(item, "Public key, damaged");
    inspection_set_problem(reader, item, "certificate-malformed",
                           "The public key in %s cannot be read; copy it again completely.",
                           reader->label);
  }
  gnutls_pubkey_deinit(key);
}
