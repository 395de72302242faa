#include "config.h"

#include "live/healthy_files.h"

#include "util/private_folder.h"
#include "util/secret.h"

#define DAY (24 * 60 * 60)

static PkiPair *
issue(PkiRole role, PkiKeyType key_type, const char *name, const PkiPair *issuer)
{
  static const char *const names[] = {"localhost", NULL};
  static const char *const addresses[] = {"127.0.0.1", NULL};
  gboolean leaf = role == PKI_SERVER || role == PKI_CLIENT;
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  const PkiTemplate template = {
      .role = role,
      .key_type = key_type,
      .organization = "Healthy Org",
      .common_name = name,
      .dns_names = role == PKI_SERVER ? names : NULL,
      .ip_addresses = role == PKI_SERVER ? addresses : NULL,
      .not_before = now - DAY,
      .not_after = now + (leaf ? 90 : 3650) * DAY,
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
write_text(const char *folder, const char *name, const char *text, int mode)
{
  g_autoptr(GError) error = NULL;
  if (!private_folder_write(folder, name, text, -1, mode, &error))
    g_error("%s", error->message);
  return g_build_filename(folder, name, NULL);
}

/* `issuer` NULL: the certificate alone. */
static char *
write_chain(const char *folder, const char *name, const PkiPair *pair, const PkiPair *issuer)
{
  g_autofree char *own = certificate_to_pem(pki_pair_certificate(pair));
  g_autofree char *above =
      issuer == NULL ? g_strdup("") : certificate_to_pem(pki_pair_certificate(issuer));
  g_autofree char *both = g_strconcat(own, above, NULL);
  return write_text(folder, name, both, 0644);
}

static char *
write_key(const char *folder, const char *name, const PkiPair *pair)
{
  g_autoptr(GError) error = NULL;
  secret_auto pem = pki_pair_key_pem(pair, NULL, &error);
  if (pem == NULL)
    g_error("writing a key: %s", error->message);
  return write_text(folder, name, pem, 0600);
}

/* Who issued whom; `intermediate` may be NULL. */
typedef struct {
  const PkiPair *root, *intermediate, *server, *client_ca, *client;
} Pairs;

static HealthyFiles *
write_files(const Pairs *pairs)
{
  HealthyFiles *files = g_new0(HealthyFiles, 1);
  g_autoptr(GError) error = NULL;
  files->folder = private_folder_new("mqtrust-healthy", &error);
  if (files->folder == NULL)
    g_error("%s", error->message);
  const char *folder = files->folder;
  files->root = write_chain(folder, "root.pem", pairs->root, NULL);
  files->client_ca = write_chain(folder, "client-ca.pem", pairs->client_ca, NULL);
  files->server_chain = write_chain(folder, "server.pem", pairs->server, pairs->intermediate);
  files->server_key = write_key(folder, "server-key.pem", pairs->server);
  files->client = write_chain(folder, "client.pem", pairs->client, NULL);
  files->client_key = write_key(folder, "client-key.pem", pairs->client);
  return files;
}

HealthyFiles *
healthy_files_new(PkiKeyType key_type)
{
  g_autoptr(PkiPair) root = issue(PKI_ROOT, key_type, "Healthy Root", NULL);
  g_autoptr(PkiPair) intermediate = issue(PKI_INTERMEDIATE, key_type, "Healthy Intermediate", root);
  g_autoptr(PkiPair) server = issue(PKI_SERVER, key_type, "localhost", intermediate);
  g_autoptr(PkiPair) client_ca = issue(PKI_ROOT, key_type, "Healthy Client CA", NULL);
  g_autoptr(PkiPair) client = issue(PKI_CLIENT, key_type, "Client", client_ca);
  const Pairs pairs = {root, intermediate, server, client_ca, client};
  return write_files(&pairs);
}

HealthyFiles *
healthy_files_new_one_ca(PkiKeyType key_type)
{
  g_autoptr(PkiPair) root = issue(PKI_ROOT, key_type, "Healthy Root", NULL);
  g_autoptr(PkiPair) server = issue(PKI_SERVER, key_type, "localhost", root);
  g_autoptr(PkiPair) client = issue(PKI_CLIENT, key_type, "Client", root);
  const Pairs pairs = {root, NULL, server, root, client};
  return write_files(&pairs);
}

void
healthy_files_free(HealthyFiles *files)
{
  if (files == NULL)
    return;
  private_folder_remove(files->folder, NULL);
  g_free(files->folder);
  g_free(files->root);
  g_free(files->client_ca);
  g_free(files->server_chain);
  g_free(files->server_key);
  g_free(files->client);
  g_free(files->client_key);
  g_free(files);
}
