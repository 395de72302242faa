#include "config.h"

#include "trust/key_store.h"

#include <gnutls/crypto.h>
#include <gnutls/pkcs12.h>
#include <string.h>

#include "trust/gnutls_bridge.h"
#include "trust/key_store_trusted.h"
#include "trust/trust_error.h"

#define PASSWORD_BYTES 16
#define KEY_ID_BYTES 20

typedef struct {
  const KeyStore *store;
  gnutls_pkcs12_t pkcs12;
  guint8 key_id[KEY_ID_BYTES]; /* joins the key and its certificate */
} Writer;

/* --- the key ---------------------------------------------------------------------------------- */

/* GnuTLS makes the key identifier out of the public key; any bytes would do. */
static int
find_key_id(Writer *writer)
{
  size_t size = sizeof writer->key_id;
  const GPtrArray *certificates = writer->store->certificates;
  return gnutls_x509_crt_get_key_id(certificate_gnutls(certificates->pdata[0]), 0, writer->key_id,
                                    &size);
}

static int
set_labels(const Writer *writer, gnutls_pkcs12_bag_t bag, int index)
{
  const gnutls_datum_t id = {(unsigned char *)writer->key_id, sizeof writer->key_id};
  int result = gnutls_pkcs12_bag_set_friendly_name(bag, index, writer->store->name);
  return result < 0 ? result : gnutls_pkcs12_bag_set_key_id(bag, index, &id);
}

static int
export_key(const Writer *writer, gnutls_datum_t *der)
{
  const gnutls_datum_t pem = {(unsigned char *)writer->store->key_pem,
                              strlen(writer->store->key_pem)};
  gnutls_x509_privkey_t key;
  int result = gnutls_x509_privkey_init(&key);
  if (result < 0)
    return result;
  result = gnutls_x509_privkey_import2(key, &pem, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN);
  if (result >= 0)
    result = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_DER, writer->store->password,
                                               GNUTLS_PKCS_PBES2_AES_256, der);
  gnutls_x509_privkey_deinit(key);
  return result;
}

static int
fill_key_bag(const Writer *writer, gnutls_pkcs12_bag_t bag)
{
  gnutls_datum_t der = {NULL, 0};
  int result = export_key(writer, &der);
  if (result >= 0)
    result = gnutls_pkcs12_bag_set_data(bag, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, &der);
  gnutls_free(der.data);
  return result < 0 ? result : set_labels(writer, bag, result);
}

/* --- the certificates ------------------------------------------------------------------------- */

static int
fill_certificate_bag(const Writer *writer, gnutls_pkcs12_bag_t bag)
{
  const GPtrArray *certificates = writer->store->certificates;
  for (guint i = 0; i < certificates->len; i++) {
    int index = gnutls_pkcs12_bag_set_crt(bag, certificate_gnutls(certificates->pdata[i]));
    if (index < 0)
      return index;
    int result = i == 0 ? set_labels(writer, bag, index) : 0;
    if (result < 0)
      return result;
  }
  return gnutls_pkcs12_bag_encrypt(bag, writer->store->password, GNUTLS_PKCS_PBES2_AES_256);
}

static int
add_bag(Writer *writer, int (*fill)(const Writer *writer, gnutls_pkcs12_bag_t bag))
{
  gnutls_pkcs12_bag_t bag;
  int result = gnutls_pkcs12_bag_init(&bag);
  if (result < 0)
    return result;
  result = fill(writer, bag);
  if (result >= 0)
    result = gnutls_pkcs12_set_bag(writer->pkcs12, bag);
  gnutls_pkcs12_bag_deinit(bag);
  return result;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int
add_identity(Writer *writer)
{
  int result = find_key_id(writer);
  if (result >= 0)
    result = add_bag(writer, fill_certificate_bag);
  return result < 0 ? result : add_bag(writer, fill_key_bag);
}

static int
add_trusted(Writer *writer)
{
  g_autoptr(GBytes) bytes = key_store_trusted(writer->store->certificates);
  gsize length;
  const void *data = g_bytes_get_data(bytes, &length);
  const gnutls_datum_t der = {(unsigned char *)data, (unsigned)length};
  return gnutls_pkcs12_import(writer->pkcs12, &der, GNUTLS_X509_FMT_DER, 0);
}

static int
finish(Writer *writer, GBytes **bytes)
{
  gnutls_datum_t der = {NULL, 0};
  int result = writer->store->key_pem ? add_identity(writer) : add_trusted(writer);
  if (result >= 0)
    result =
        gnutls_pkcs12_generate_mac2(writer->pkcs12, GNUTLS_MAC_SHA256, writer->store->password);
  if (result >= 0)
    result = gnutls_pkcs12_export2(writer->pkcs12, GNUTLS_X509_FMT_DER, &der);
  if (result >= 0)
    *bytes = g_bytes_new(der.data, der.size);
  gnutls_free(der.data);
  return result;
}

GBytes *
key_store_write(const KeyStore *store, GError **error)
{
  Writer writer = {.store = store};
  GBytes *bytes = NULL;
  if (gnutls_pkcs12_init(&writer.pkcs12) < 0)
    g_error("no memory for a PKCS#12 bundle");
  int result = finish(&writer, &bytes);
  gnutls_pkcs12_deinit(writer.pkcs12);
  if (result >= 0)
    return bytes;
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_LIBRARY,
              "The PKCS#12 file cannot be made: %s; use a key of another type.",
              gnutls_strerror(result));
  return NULL;
}

char *
key_store_new_password(void)
{
  guint8 random[PASSWORD_BYTES];
  if (gnutls_rnd(GNUTLS_RND_KEY, random, sizeof random) < 0)
    g_error("no random numbers");
  char *text = g_malloc(2 * sizeof random + 1);
  for (gsize i = 0; i < sizeof random; i++)
    g_snprintf(text + 2 * i, 3, "%02x", random[i]);
  gnutls_memset(random, 0, sizeof random);
  return text;
}
