#include "config.h"

#include "trust/private_key.h"

#include <string.h>

#include "trust/der_reader.h"
#include "trust/key_unknown.h"
#include "trust/pem_block.h"
#include "trust/trust_error.h"

static gboolean
is_key(ContentKind kind)
{
  return kind == CONTENT_KEY || kind == CONTENT_ENCRYPTED_KEY;
}

static guint
count_keys(const FileContent *content)
{
  return file_content_count(content, CONTENT_KEY) +
         file_content_count(content, CONTENT_ENCRYPTED_KEY);
}

/* Of an encrypted key in PKCS#8; 0: it is none. */
static unsigned
rounds_of(const gnutls_datum_t *data, gboolean der)
{
  unsigned schema = 0, cipher = 0, salt_size = 0, rounds = 0;
  char *oid = NULL;
  int result = gnutls_pkcs8_info(data, der ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM, &schema,
                                 &cipher, NULL, &salt_size, &rounds, &oid);
  gnutls_free(oid);
  return result >= 0 ? rounds : 0;
}

static gboolean
check_rounds(const FileContent *content, const gnutls_datum_t *data, GError **error)
{
  unsigned rounds = rounds_of(data, content->der);
  if (rounds > PRIVATE_KEY_ROUNDS_MAX)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_KEY_UNSUPPORTED,
                "The key in %s asks for %u rounds of key derivation, which this program does not "
                "spend on one file; encrypt it anew with `openssl pkcs8 -topk8 -v2 aes256`.",
                content->label, rounds);
  return rounds <= PRIVATE_KEY_ROUNDS_MAX;
}

static const ContentBlock *
find_key(const FileContent *content, GError **error)
{
  guint count = count_keys(content);
  if (!file_content_check_whole(content, error))
    return NULL;
  if (count == 0) {
    file_content_set_wrong_kind(content, FILE_SLOT_KEY, error);
    return NULL;
  }
  if (count > 1) {
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_SEVERAL_KEYS,
                "%s contains %u private keys; keep exactly one.", content->label, count);
    return NULL;
  }
  guint i = 0;
  while (!is_key(g_array_index(content->blocks, ContentBlock, i).kind))
    i++;
  return &g_array_index(content->blocks, ContentBlock, i);
}

/* --- What cannot be read -----------------------------------------------------------------------
 */

static void
set_unsupported(const FileContent *content, const char *reason, GError **error)
{
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_KEY_UNSUPPORTED,
              "The key in %s is of a kind or encrypted in a way that is not supported: %s; "
              "encrypt it anew with `openssl pkcs8 -topk8 -v2 aes256`.",
              content->label, reason);
}

/* What stands between BEGIN and END, or the whole of DER; free it with gnutls_free(), wiped. */
static gboolean
decode(const FileContent *content, const ContentBlock *block, gnutls_datum_t *der)
{
  gnutls_datum_t data = {content->bytes + block->start, block->length};
  if (!content->der)
    return gnutls_pem_base64_decode2(NULL, &data, der) >= 0;
  der->data = gnutls_malloc(data.size + 1);
  der->size = data.size;
  memcpy(der->data, data.data, data.size);
  return TRUE;
}

static void
forget(gnutls_datum_t *der)
{
  gnutls_memset(der->data, 0, der->size);
  gnutls_free(der->data);
}

/* RFC 5958, 3: an algorithm, and what it encrypted. */
static gboolean
is_encrypted_key(const gnutls_datum_t *der)
{
  DerSpan whole = {der->data, der->size}, key;
  DerElement algorithm, oid, data;
  return der_unwrap(whole, DER_SEQUENCE, &key) && der_next_of(&key, DER_SEQUENCE, &algorithm) &&
         der_next_of(&algorithm.content, DER_OID, &oid) && der_next(&key, &data) && key.length == 0;
}

/* In the way before PKCS#8 (RFC 1421): without a password the library comes as far as the name of
 * the cipher. */
static gboolean
is_cipher_unknown(const FileContent *content, const ContentBlock *block)
{
  gnutls_x509_privkey_t key;
  const gnutls_datum_t data = {content->bytes + block->start, block->length};
  if (content->der || gnutls_x509_privkey_init(&key) < 0)
    return FALSE;
  int result = gnutls_x509_privkey_import_openssl(key, &data, NULL);
  gnutls_x509_privkey_deinit(key);
  return result == GNUTLS_E_INVALID_REQUEST;
}

/* Whole, and by a method of which the library cannot read so much as the parameters (scrypt): no
 * password opens it. */
static gboolean
is_beyond_us(const FileContent *content, const ContentBlock *block)
{
  gnutls_datum_t der;
  unsigned schema;
  char *oid = NULL;
  if (!decode(content, block, &der))
    return FALSE;
  gboolean beyond = is_encrypted_key(&der) && gnutls_pkcs8_info(&der, GNUTLS_X509_FMT_DER, &schema,
                                                                NULL, NULL, NULL, NULL, &oid) < 0;
  gnutls_free(oid);
  forget(&der);
  return beyond;
}

/* FALSE: it is no whole key of a kind that is not known. */
static gboolean
set_unknown_kind(const FileContent *content, const ContentBlock *block, GError **error)
{
  gnutls_datum_t der;
  if (block->kind != CONTENT_KEY || !decode(content, block, &der))
    return FALSE;
  g_autofree char *label = key_unknown_label(der.data, der.size);
  forget(&der);
  if (!label)
    return FALSE;
  g_set_error(
      error, TRUST_ERROR, TRUST_ERROR_KEY_KIND,
      "The private key in %s is of a kind that is not supported here (%s); use a key of RSA "
      "2048 or more, P-256 or Ed25519, and a certificate for it.",
      content->label, label);
  return TRUE;
}

/* FALSE: it is not the PEM around it that is damaged. */
static gboolean
set_pem_fault(const FileContent *content, const ContentBlock *block, GError **error)
{
  g_autofree char *fault = pem_block_fault(content, block);
  if (fault)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED, "The private key in %s is damaged: %s",
                content->label, fault);
  return fault != NULL;
}

/* What the failure of an import means; a wrong password can look like any damage. */
static void
set_import_error(const FileContent *content, gboolean encrypted, int result, GError **error)
{
  const char *label = content->label;
  g_autofree char *reason = g_strdup(gnutls_strerror(result));
  if (g_str_has_suffix(reason, "."))
    reason[strlen(reason) - 1] = '\0';
  switch (result) {
  case GNUTLS_E_UNKNOWN_CIPHER_TYPE:
  case GNUTLS_E_UNKNOWN_HASH_ALGORITHM:
  case GNUTLS_E_UNKNOWN_PK_ALGORITHM:
  case GNUTLS_E_ECC_UNSUPPORTED_CURVE:
  case GNUTLS_E_UNIMPLEMENTED_FEATURE:
    set_unsupported(content, reason, error);
    return;
  case GNUTLS_E_BASE64_DECODING_ERROR:
  case GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR:
    encrypted = FALSE;
    break;
  default:
    break;
  }
  if (encrypted)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_WRONG,
                "The password does not open %s; enter the right one.", label);
  else
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED,
                "The private key in %s is damaged (%s); copy it again completely.", label,
                gnutls_strerror(result));
}

/* --- The whole ---------------------------------------------------------------------------------
 */

gnutls_x509_privkey_t
private_key_open(const FileContent *content, const char *password, GError **error)
{
  const ContentBlock *block = find_key(content, error);
  if (!block)
    return NULL;
  gboolean encrypted = block->kind == CONTENT_ENCRYPTED_KEY;
  if (encrypted && (is_cipher_unknown(content, block) || is_beyond_us(content, block))) {
    set_unsupported(content, "its method of encryption is not known here", error);
    return NULL;
  }
  if (encrypted && (!password || !*password)) {
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_NEEDED,
                "%s is protected by a password; enter the password of the key.", content->label);
    return NULL;
  }
  gnutls_x509_privkey_t key;
  gnutls_datum_t data = {content->bytes + block->start, block->length};
  if (encrypted && !check_rounds(content, &data, error))
    return NULL;
  int result = gnutls_x509_privkey_init(&key);
  if (result < 0)
    g_error("no memory for a private key");
  result = gnutls_x509_privkey_import2(
      key, &data, content->der ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM,
      encrypted ? password : NULL, encrypted ? 0 : GNUTLS_PKCS_PLAIN);
  if (result >= 0)
    return key;
  gnutls_x509_privkey_deinit(key);
  if (!set_unknown_kind(content, block, error) && !set_pem_fault(content, block, error))
    set_import_error(content, encrypted, result, error);
  return NULL;
}

gboolean
private_key_is_encrypted(const FileContent *content)
{
  return file_content_count(content, CONTENT_ENCRYPTED_KEY) > 0;
}

gnutls_pubkey_t
private_key_public(gnutls_x509_privkey_t key)
{
  gnutls_privkey_t abstract;
  gnutls_pubkey_t public = NULL;
  if (gnutls_privkey_init(&abstract) < 0)
    return NULL;
  if (gnutls_pubkey_init(&public) >= 0 &&
      (gnutls_privkey_import_x509(abstract, key, 0) < 0 ||
       gnutls_pubkey_import_privkey(public, abstract, 0, 0) < 0)) {
    gnutls_pubkey_deinit(public);
    public = NULL;
  }
  gnutls_privkey_deinit(abstract);
  return public;
}
