#include "config.h"

#include "trust/file_kind.h"

#include <gnutls/abstract.h>
#include <gnutls/pkcs12.h>
#include <gnutls/pkcs7.h>
#include <gnutls/x509.h>
#include <string.h>

/* --- PEM -------------------------------------------------------------------------------------- */

static const struct {
  const char *label;
  ContentKind kind;
} pem_labels[] = {
    {"CERTIFICATE", CONTENT_CERTIFICATE},
    {"X509 CERTIFICATE", CONTENT_CERTIFICATE},
    {"TRUSTED CERTIFICATE", CONTENT_TRUSTED_CERTIFICATE},
    {"PRIVATE KEY", CONTENT_KEY},
    {"RSA PRIVATE KEY", CONTENT_KEY},
    {"EC PRIVATE KEY", CONTENT_KEY},
    {"DSA PRIVATE KEY", CONTENT_KEY},
    {"ENCRYPTED PRIVATE KEY", CONTENT_ENCRYPTED_KEY},
    {"OPENSSH PRIVATE KEY", CONTENT_OPENSSH_KEY},
    {"PUBLIC KEY", CONTENT_PUBLIC_KEY},
    {"RSA PUBLIC KEY", CONTENT_PUBLIC_KEY},
    {"CERTIFICATE REQUEST", CONTENT_REQUEST},
    {"NEW CERTIFICATE REQUEST", CONTENT_REQUEST},
    {"X509 CRL", CONTENT_CRL},
    {"PKCS7", CONTENT_PKCS7},
    {"PKCS #7 SIGNED DATA", CONTENT_PKCS7},
    {"CMS", CONTENT_PKCS7},
    {"PKCS12", CONTENT_PKCS12},
};

/* RFC 1421, 4.6.1.1: the header that says it stands at the beginning. */
static gboolean
has_encryption_header(const guint8 *body, gsize length)
{
  return memmem(body, MIN(length, 128), "4,ENCRYPTED", strlen("4,ENCRYPTED")) != NULL;
}

ContentKind
file_kind_of_pem(const guint8 *label, gsize label_length, const guint8 *body, gsize body_length)
{
  for (gsize i = 0; i < G_N_ELEMENTS(pem_labels); i++) {
    if (label_length != strlen(pem_labels[i].label) ||
        memcmp(label, pem_labels[i].label, label_length))
      continue;
    if (pem_labels[i].kind == CONTENT_KEY && has_encryption_header(body, body_length))
      return CONTENT_ENCRYPTED_KEY;
    return pem_labels[i].kind;
  }
  return CONTENT_OTHER;
}

/* --- DER -------------------------------------------------------------------------------------- */

/* One function a kind: GnuTLS's parsers have one shape and no common type. */
#define PARSES_AS(kind, type)                                                                      \
  static gboolean parses_as_##kind(const gnutls_datum_t *der)                                      \
  {                                                                                                \
    type object;                                                                                   \
    if (gnutls_##kind##_init(&object) < 0)                                                         \
      return FALSE;                                                                                \
    int result = gnutls_##kind##_import(object, der, GNUTLS_X509_FMT_DER);                         \
    gnutls_##kind##_deinit(object);                                                                \
    return result >= 0;                                                                            \
  }
PARSES_AS(x509_crt, gnutls_x509_crt_t)
PARSES_AS(x509_crl, gnutls_x509_crl_t)
PARSES_AS(x509_crq, gnutls_x509_crq_t)
PARSES_AS(pkcs7, gnutls_pkcs7_t)
PARSES_AS(pubkey, gnutls_pubkey_t)

static gboolean
parses_as_pkcs12(const gnutls_datum_t *der)
{
  gnutls_pkcs12_t object;
  if (gnutls_pkcs12_init(&object) < 0)
    return FALSE;
  int result = gnutls_pkcs12_import(object, der, GNUTLS_X509_FMT_DER, 0);
  gnutls_pkcs12_deinit(object);
  return result >= 0;
}

static gboolean
parses_as_key(const gnutls_datum_t *der)
{
  gnutls_x509_privkey_t object;
  if (gnutls_x509_privkey_init(&object) < 0)
    return FALSE;
  int result = gnutls_x509_privkey_import(object, der, GNUTLS_X509_FMT_DER);
  if (result < 0)
    result =
        gnutls_x509_privkey_import_pkcs8(object, der, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN);
  gnutls_x509_privkey_deinit(object);
  return result >= 0;
}

static gboolean
parses_as_encrypted_key(const gnutls_datum_t *der)
{
  unsigned schema;
  char *oid = NULL;
  int result = gnutls_pkcs8_info(der, GNUTLS_X509_FMT_DER, &schema, NULL, NULL, NULL, NULL, &oid);
  gnutls_free(oid);
  return result >= 0 || result == GNUTLS_E_UNKNOWN_CIPHER_TYPE;
}

/* The header of a DER SEQUENCE with a length of two or three bytes, longer than what is there. */
static gboolean
is_cut_short(const guint8 *bytes, gsize length)
{
  if (length < 5 || bytes[0] != 0x30 || (bytes[1] != 0x82 && bytes[1] != 0x83))
    return FALSE;
  gsize size = bytes[2] << 8 | bytes[3], header = 4;
  if (bytes[1] == 0x83) {
    size = size << 8 | bytes[4];
    header = 5;
  }
  return header + size > length;
}

static gboolean
is_utf16(const guint8 *bytes, gsize length)
{
  return length >= 2 &&
         ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff));
}

ContentKind
file_kind_of_binary(const guint8 *bytes, gsize length, gboolean *complete)
{
  static const struct {
    gboolean (*parses)(const gnutls_datum_t *der);
    ContentKind kind;
  } kinds[] = {
      {parses_as_x509_crt, CONTENT_CERTIFICATE},
      {parses_as_key, CONTENT_KEY},
      {parses_as_encrypted_key, CONTENT_ENCRYPTED_KEY},
      {parses_as_x509_crq, CONTENT_REQUEST},
      {parses_as_x509_crl, CONTENT_CRL},
      {parses_as_pkcs12, CONTENT_PKCS12},
      {parses_as_pkcs7, CONTENT_PKCS7},
      {parses_as_pubkey, CONTENT_PUBLIC_KEY},
  };
  *complete = TRUE;
  if (is_utf16(bytes, length))
    return CONTENT_UTF16;
  if (length == 0 || bytes[0] != 0x30)
    return CONTENT_UNKNOWN;
  if (is_cut_short(bytes, length)) {
    *complete = FALSE;
    return CONTENT_UNKNOWN;
  }
  gnutls_datum_t der = {(unsigned char *)bytes, length};
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
    if (kinds[i].parses(&der))
      return kinds[i].kind;
  return CONTENT_UNKNOWN;
}

/* --- Text that is nearly PEM ------------------------------------------------------------------ */

#define BASE64_LEAST 64 /* shorter text may be a word */

static gboolean
is_blank(const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace(bytes[i]))
      return FALSE;
  return TRUE;
}

/* As it is after a copy that lost a dash, or an editor that made long ones of them. */
static gboolean
has_mark(const guint8 *bytes, gsize length)
{
  static const char *const marks[] = {"BEGIN CERTIFICATE",           "BEGIN PRIVATE KEY",
                                      "BEGIN RSA PRIVATE KEY",       "BEGIN EC PRIVATE KEY",
                                      "BEGIN ENCRYPTED PRIVATE KEY", "BEGIN X509 CRL"};
  for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
    if (memmem(bytes, length, marks[i], strlen(marks[i])))
      return TRUE;
  return FALSE;
}

/* The first bytes behind Base64, `size` a multiple of three. FALSE: it is not Base64 alone. */
static gboolean
decode_first(const guint8 *bytes, gsize length, guint8 *first, gsize size)
{
  gsize count = 0, filled = 0;
  int state = 0;
  guint save = 0;
  for (gsize i = 0; i < length; i++) {
    const char c = (char)bytes[i];
    if (g_ascii_isspace(c))
      continue;
    if (!g_ascii_isalnum(c) && c != '+' && c != '/' && c != '=')
      return FALSE;
    count++;
    if (filled + 3 <= size)
      filled += g_base64_decode_step(&c, 1, first + filled, &state, &save);
  }
  return count >= BASE64_LEAST && filled + 3 > size;
}

gboolean
file_kind_guess(const guint8 *bytes, gsize length, const char **name, const char **remedy)
{
  guint8 first[12];
  if (is_blank(bytes, length)) {
    *name = "nothing but blanks";
    *remedy = "write the file again";
    return TRUE;
  }
  if (has_mark(bytes, length)) {
    *name = "neither PEM nor DER data that can be recognised (its BEGIN line does not stand whole "
            "between five dashes)";
    *remedy = "copy it again completely";
    return TRUE;
  }
  if (!decode_first(bytes, length, first, sizeof first))
    return FALSE;
  if (!memcmp(first, "-----BEGIN", strlen("-----BEGIN"))) {
    *name = "PEM that was encoded in Base64 once more";
    *remedy = "decode a copy of it with `base64 -d FILE`";
    return TRUE;
  }
  if (first[0] != 0x30)
    return FALSE;
  *name = "Base64 text without BEGIN and END lines";
  *remedy = "copy it again with these two lines";
  return TRUE;
}

/* --- in words --------------------------------------------------------------------------------- */

const char *
file_kind_name(ContentKind kind)
{
  static const char *const names[] = {
      [CONTENT_CERTIFICATE] = "a certificate",
      [CONTENT_KEY] = "a private key",
      [CONTENT_ENCRYPTED_KEY] = "an encrypted private key",
      [CONTENT_OPENSSH_KEY] = "a private key in OpenSSH's own format",
      [CONTENT_PUBLIC_KEY] = "a public key",
      [CONTENT_REQUEST] = "a certificate request",
      [CONTENT_CRL] = "a certificate revocation list",
      [CONTENT_PKCS7] = "a PKCS#7 bundle",
      [CONTENT_PKCS12] = "a PKCS#12 bundle",
      [CONTENT_TRUSTED_CERTIFICATE] = "OpenSSL's TRUSTED CERTIFICATE form",
      [CONTENT_OTHER] = "PEM data of another kind",
      [CONTENT_UTF16] = "UTF-16 text",
      [CONTENT_UNKNOWN] = "neither PEM nor DER data that can be recognised",
  };
  return names[kind];
}

const char *
file_kind_remedy(ContentKind kind, FileSlot slot)
{
  if (slot == FILE_SLOT_CRL)
    return "choose the file of the CA's revocation list";
  switch (kind) {
  case CONTENT_CERTIFICATE:
    return "use this file as the certificate, and the file of its private key here";
  case CONTENT_KEY:
  case CONTENT_ENCRYPTED_KEY:
    return "use this file as the key, and the file of its certificate here";
  case CONTENT_OPENSSH_KEY:
    return slot == FILE_SLOT_KEY ? "convert a copy of it with `ssh-keygen -p -m PKCS8 -f COPY`"
                                 : "choose the certificate file";
  case CONTENT_PUBLIC_KEY:
    return slot == FILE_SLOT_KEY ? "choose the private key that belongs to it"
                                 : "choose the certificate that was made for it";
  case CONTENT_REQUEST:
    return "have a CA sign the request, and use the certificate that it returns";
  case CONTENT_PKCS7:
    return "take it apart with `openssl pkcs7 -print_certs -in FILE -out certificates.pem`";
  case CONTENT_PKCS12:
    return "take it apart with `openssl pkcs12 -in FILE -out all.pem`";
  case CONTENT_TRUSTED_CERTIFICATE:
    return "write it anew with `openssl x509 -in FILE -out NEW`, without -trustout";
  case CONTENT_UTF16:
    return "save it as plain text (ASCII or UTF-8)";
  default:
    return "choose another file";
  }
}
