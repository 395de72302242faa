#include "config.h"

#include "live/certificates.h"

#include <glib/gstdio.h>

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

static void
make_servers(Certificates *pki)
{
  g_autoptr(PkiPair) root = issue(PKI_ROOT, ROOT_NAME, NULL, 3650);
  g_autoptr(PkiPair) intermediate = issue(PKI_INTERMEDIATE, "Test Intermediate", root, 1000);
  g_autoptr(PkiPair) server = issue(PKI_SERVER, "mqtt.test", intermediate, 90);
  g_autoptr(PkiPair) other = issue(PKI_SERVER, "other.test", intermediate, 90);
  pki->root = write_certificate(pki->folder, "root.pem", root);
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
  g_free(pki->client_ca);
  g_free(pki->stranger_ca);
  files_clear(&pki->server);
  files_clear(&pki->other);
  files_clear(&pki->client);
  files_clear(&pki->stranger);
  files_clear(&pki->expired);
  g_free(pki);
}
