#include "config.h"

#include "trust/pki_pkcs12.h"

#include <gnutls/pkcs12.h>
#include <string.h>

#include "trust/gnutls_bridge.h"
#include "trust/pki_private.h"

typedef struct {
  gnutls_pkcs12_t file;
  const char *password;
  const char *name; /* that programs show */
  guint8 id[20];    /* says which certificate the key belongs to */
} Writer;

static gboolean
fine(int result, const char *what, GError **error)
{
  return result >= 0 || pki_fail(error, PKI_FIELD_OUTPUT, "No PKCS#12 file can be made: %s: %s.",
                                 what, gnutls_strerror(result));
}

static gboolean
mark(const Writer *writer, gnutls_pkcs12_bag_t bag, int index, GError **error)
{
  gnutls_datum_t id = {(unsigned char *)writer->id, sizeof writer->id};
  return fine(index, "its content", error) &&
         fine(gnutls_pkcs12_bag_set_key_id(bag, (unsigned)index, &id), "identifier", error) &&
         fine(gnutls_pkcs12_bag_set_friendly_name(bag, (unsigned)index, writer->name), "name",
              error);
}

/* --- certificates ----------------------------------------------------------------------------- */

static gboolean
fill_certificates(const Writer *writer, gnutls_pkcs12_bag_t bag, const Certificate *certificate,
                  const GPtrArray *issuers, GError **error)
{
  int index = gnutls_pkcs12_bag_set_crt(bag, certificate_gnutls(certificate));
  if (!mark(writer, bag, index, error))
    return FALSE;
  for (guint i = 0; i < issuers->len; i++)
    if (!fine(gnutls_pkcs12_bag_set_crt(bag, certificate_gnutls(issuers->pdata[i])), "an issuer",
              error))
      return FALSE;
  return fine(gnutls_pkcs12_bag_encrypt(bag, writer->password, GNUTLS_PKCS_PBES2_AES_256),
              "encryption", error) &&
         fine(gnutls_pkcs12_set_bag(writer->file, bag), "certificates", error);
}

/* --- key -------------------------------------------------------------------------------------- */

static gboolean
fill_key(const Writer *writer, gnutls_pkcs12_bag_t bag, const PkiKey *key, GError **error)
{
  gnutls_datum_t der = {NULL, 0};
  if (!fine(gnutls_x509_privkey_export2_pkcs8(pki_key_gnutls(key), GNUTLS_X509_FMT_DER,
                                              writer->password, GNUTLS_PKCS_PBES2_AES_256, &der),
            "key", error))
    return FALSE;
  int index = gnutls_pkcs12_bag_set_data(bag, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, &der);
  gnutls_free(der.data);
  return mark(writer, bag, index, error) &&
         fine(gnutls_pkcs12_set_bag(writer->file, bag), "key", error);
}

/* --- the file --------------------------------------------------------------------------------- */

static gboolean
fill(const Writer *writer, const Certificate *certificate, const GPtrArray *issuers,
     const PkiKey *key, GError **error)
{
  gnutls_pkcs12_bag_t certificates, keys;
  if (gnutls_pkcs12_bag_init(&certificates) < 0 || gnutls_pkcs12_bag_init(&keys) < 0)
    g_error("no memory for PKCS#12");
  gboolean good =
      fill_certificates(writer, certificates, certificate, issuers, error) &&
      fill_key(writer, keys, key, error) &&
      fine(gnutls_pkcs12_generate_mac2(writer->file, GNUTLS_MAC_SHA256, writer->password), "seal",
           error);
  gnutls_pkcs12_bag_deinit(certificates);
  gnutls_pkcs12_bag_deinit(keys);
  return good;
}

GBytes *
pki_pkcs12(const Certificate *certificate, const GPtrArray *issuers, const PkiKey *key,
           const char *password, GError **error)
{
  Writer writer = {.password = password, .name = certificate_subject_label(certificate)};
  gnutls_datum_t der = {NULL, 0};
  GBytes *bytes = NULL;
  if (!pki_key_gnutls(key)) {
    pki_fail(error, PKI_FIELD_KEY,
             "The key is on a token, which it does not leave, so there can "
             "be no PKCS#12 file of it.");
    return NULL;
  }
  for (gsize i = 0; i < sizeof writer.id; i++) /* from its SHA-256, in hexadecimal */
    writer.id[i] = (guint8)(g_ascii_xdigit_value(pki_key_id(key)[2 * i]) * 16 +
                            g_ascii_xdigit_value(pki_key_id(key)[2 * i + 1]));
  if (gnutls_pkcs12_init(&writer.file) < 0)
    g_error("no memory for PKCS#12");
  if (fill(&writer, certificate, issuers, key, error) &&
      fine(gnutls_pkcs12_export2(writer.file, GNUTLS_X509_FMT_DER, &der), "export", error)) {
    bytes = g_bytes_new(der.data, der.size);
    gnutls_free(der.data);
  }
  gnutls_pkcs12_deinit(writer.file);
  return bytes;
}
