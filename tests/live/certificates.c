#include "config.h"

#include "live/certificates.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <string.h>

#include "trust/pki.h"
#include "util/private_folder.h"
#include "util/secret.h"

#define DAY (24 * 60 * 60)
#define ROOT_NAME "Test Root"

static PkiPair *
issue(PkiRole role, const char *name, const PkiPair *issuer, gint64 days)
{
  static const char *const own_names[] = {"localhost", "mqtt.test", NULL};
  static const char *const own_addresses[] = {"127.0.0.1", NULL};
  const char *const other_names[] = {name, NULL};
  gboolean own = g_str_equal(name, "mqtt.test");
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  const PkiTemplate template = {
      .role = role,
      .key_type = PKI_KEY_ECDSA_P256,
      .country = "US",
      .organization = "Test Org",
      .common_name = name,
      .dns_names = role != PKI_SERVER ? NULL : own ? own_names : other_names,
      .ip_addresses = role == PKI_SERVER && own ? own_addresses : NULL,
      .not_before = now - 2 * DAY,
      .not_after = now + days * DAY,
      .path_length = -1,
  };
  g_autoptr(GError) error = NULL;
  PkiPair *pair = pki_issue(&template, issuer, &error);
  if (pair == NULL)
    g_error("making a certificate: %s", error->message);
  return pair;
}

/* (transfer full): the path of the new file. */
static char *
write_file(const char *folder, const char *name, const char *text, int mode)
{
  g_autoptr(GError) error = NULL;
  if (!private_folder_write(folder, name, text, -1, mode, &error))
    g_error("%s", error->message);
  return g_build_filename(folder, name, NULL);
}

static char *
write_certificate(const char *folder, const char *name, const PkiPair *pair)
{
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(pair));
  return write_file(folder, name, pem, 0644);
}

/* `intermediate` NULL: there is none, chain.pem is empty. */
static CertificateFiles
write_party(const Certificates *pki, const char *name, const PkiPair *pair, const PkiPair *intermediate)
{
  g_autofree char *folder = g_build_filename(pki->folder, name, NULL);
  g_autofree char *cert = certificate_to_pem(pki_pair_certificate(pair));
  g_autofree char *chain = intermediate == NULL
                               ? g_strdup("")
                               : certificate_to_pem(pki_pair_certificate(intermediate));
  g_autofree char *both = g_strconcat(cert, chain, NULL);
  g_autoptr(GError) error = NULL;
  secret_auto key = pki_pair_key_pem(pair, NULL, &error);
  if (key == NULL)
    g_error("writing a key: %s", error->message);
  if (g_mkdir(folder, 0700) != 0)
    g_error("no folder %s", folder);
  return (CertificateFiles){
      .cert = write_file(folder, "cert.pem", cert, 0644),
      .chain = write_file(folder, "chain.pem", chain, 0644),
      .fullchain = write_file(folder, "fullchain.pem", both, 0644),
      .key = write_file(folder, "privkey.pem", key, 0600),
  };
}

/* --- A root's other copy ----------------------------------------------------------------------- */

static void
must(int result)
{
  if (result < 0)
    g_error("GnuTLS: %s", gnutls_strerror(result));
}

static gnutls_x509_crt_t
load_certificate(const PkiPair *pair)
{
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(pair));
  const gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)};
  gnutls_x509_crt_t crt;
  must(gnutls_x509_crt_init(&crt));
  must(gnutls_x509_crt_import(crt, &text, GNUTLS_X509_FMT_PEM));
  return crt;
}

static gnutls_x509_privkey_t
load_key(const PkiPair *pair)
{
  g_autoptr(GError) error = NULL;
  secret_auto pem = pki_pair_key_pem(pair, NULL, &error);
  const gnutls_datum_t text = {(unsigned char *)pem, pem == NULL ? 0 : strlen(pem)};
  gnutls_x509_privkey_t key;
  must(gnutls_x509_privkey_init(&key));
  must(gnutls_x509_privkey_import2(key, &text, GNUTLS_X509_FMT_PEM, NULL, 0));
  return key;
}

/* RFC 5280, 4.2.1.1, over the one that is there: SEQUENCE { [0] keyIdentifier }. */
static void
set_authority_key_id(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer)
{
  guint8 extension[4 + 20] = {0x30, 2 + 20, 0x80, 20};
  size_t size = 20;
  must(gnutls_x509_crt_get_subject_key_id(issuer, extension + 4, &size, NULL));
  g_assert_cmpuint(size, ==, 20);
  must(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.35", extension, sizeof extension, 0));
}

/* (transfer full): PEM of the certificate of `pair` as `issuer` would have signed it. */
static char *
cross_sign(const PkiPair *pair, const PkiPair *issuer)
{
  gnutls_x509_crt_t crt = load_certificate(pair), above = load_certificate(issuer);
  gnutls_x509_privkey_t key = load_key(issuer);
  gnutls_datum_t pem;
  set_authority_key_id(crt, above);
  must(gnutls_x509_crt_set_serial(crt, "\x21", 1));
  must(gnutls_x509_crt_sign2(crt, above, key, GNUTLS_DIG_SHA256, 0));
  must(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem));
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_free(pem.data);
  gnutls_x509_privkey_deinit(key);
  gnutls_x509_crt_deinit(above);
  gnutls_x509_crt_deinit(crt);
  return text;
}

/* --- The whole --------------------------------------------------------------------------------- */

static void
make_servers(Certificates *pki)
{
  g_autoptr(PkiPair) old_root = issue(PKI_ROOT, "Old Root", NULL, 3650);
  g_autoptr(PkiPair) root = issue(PKI_ROOT, ROOT_NAME, NULL, 3650);
  g_autoptr(PkiPair) intermediate = issue(PKI_INTERMEDIATE, "Test Intermediate", root, 1000);
  g_autoptr(PkiPair) server = issue(PKI_SERVER, "mqtt.test", intermediate, 90);
  g_autoptr(PkiPair) other = issue(PKI_SERVER, "other.test", intermediate, 90);
  g_autofree char *cross = cross_sign(root, old_root);
  pki->root = write_certificate(pki->folder, "root.pem", root);
  pki->cross = write_file(pki->folder, "cross.pem", cross, 0644);
  pki->server = write_party(pki, "server", server, intermediate);
  pki->other = write_party(pki, "other", other, intermediate);
}

static void
make_clients(Certificates *pki)
{
  g_autoptr(PkiPair) authority = issue(PKI_ROOT, "Test CA", NULL, 3650);
  g_autoptr(PkiPair) client = issue(PKI_CLIENT, "Client", authority, 365);
  g_autoptr(PkiPair) expired = issue(PKI_CLIENT, "Client", authority, -1);
  g_autoptr(PkiPair) stranger_root = issue(PKI_ROOT, ROOT_NAME, NULL, 3650);
  g_autoptr(PkiPair) stranger = issue(PKI_CLIENT, "Client", stranger_root, 365);
  pki->client_ca = write_certificate(pki->folder, "client-ca.pem", authority);
  pki->stranger_ca = write_certificate(pki->folder, "stranger-ca.pem", stranger_root);
  pki->client = write_party(pki, "client", client, NULL);
  pki->expired = write_party(pki, "expired", expired, NULL);
  pki->stranger = write_party(pki, "stranger", stranger, NULL);
}

Certificates *
certificates_new(void)
{
  Certificates *pki = g_new0(Certificates, 1);
  g_autoptr(GError) error = NULL;
  pki->folder = private_folder_new("mqtrust-pki", &error);
  if (pki->folder == NULL)
    g_error("%s", error->message);
  make_servers(pki);
  make_clients(pki);
  return pki;
}

static void
files_clear(CertificateFiles *files)
{
  g_free(files->cert);
  g_free(files->chain);
  g_free(files->fullchain);
  g_free(files->key);
}

void
certificates_free(Certificates *pki)
{
  if (pki == NULL)
    return;
  private_folder_remove(pki->folder, NULL);
  g_free(pki->folder);
  g_free(pki->root);
  g_free(pki->cross);
  g_free(pki->client_ca);
  g_free(pki->stranger_ca);
  files_clear(&pki->server);
  files_clear(&pki->other);
  files_clear(&pki->client);
  files_clear(&pki->stranger);
  files_clear(&pki->expired);
  g_free(pki);
}
