#include "config.h"

#include "commands/demo_pki.h"

#include "trust/pki.h"
#include "util/private_folder.h"
#include "util/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define DAY 86400

static gboolean
write_text(const char *folder, const char *name, const char *text, GError **error)
{
  return private_folder_write(folder, name, text, (gssize)strlen(text), 0600, error);
}

static gboolean
write_certificate(const char *folder, const char *name, const PkiPair *pair, GError **error)
{
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(pair));
  return write_text(folder, name, pem, error);
}

static gboolean
write_key(const char *folder, const char *name, const PkiPair *pair, GError **error)
{
  secret_auto pem = pki_pair_key_pem(pair, NULL, error);
  return pem != NULL && write_text(folder, name, pem, error);
}

static PkiPair *
issue_ca(PkiRole role, const char *organization, const char *name, const PkiPair *issuer,
         gint64 now, GError **error)
{
  PkiTemplate template = {
      .role = role,
      .key_type = PKI_KEY_ECDSA_P256,
      .country = "US",
      .organization = organization,
      .common_name = name,
      .not_before = now - 400 * DAY,
      .not_after = now + (role == PKI_ROOT ? 3650 : 1400) * (gint64)DAY,
      .path_length = role == PKI_ROOT ? -1 : 0,
  };
  return pki_issue(&template, issuer, error);
}

/* cert.pem, chain.pem, fullchain.pem and privkey.pem, as certbot lays them out. */
static gboolean
write_lineage(const char *folder, const PkiPair *server, const PkiPair *intermediate,
              GError **error)
{
  g_autofree char *lineage = g_build_filename(folder, DEMO_LINEAGE, NULL);
  if (g_mkdir_with_parents(lineage, 0700) != 0) {
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "cannot make %s: %s", lineage,
                g_strerror(errno));
    return FALSE;
  }
  g_autofree char *leaf = certificate_to_pem(pki_pair_certificate(server));
  g_autofree char *chain = certificate_to_pem(pki_pair_certificate(intermediate));
  g_autofree char *both = g_strconcat(leaf, chain, NULL);
  return write_text(lineage, "cert.pem", leaf, error) &&
         write_text(lineage, "chain.pem", chain, error) &&
         write_text(lineage, "fullchain.pem", both, error) &&
         write_key(lineage, "privkey.pem", server, error);
}

static gboolean
write_server_side(const char *folder, gint64 now, GError **error)
{
  g_autoptr(PkiPair) root = issue_ca(PKI_ROOT, "Demo Trust", "Demo Root CA", NULL, now, error);
  if (root == NULL)
    return FALSE;
  g_autoptr(PkiPair) intermediate =
      issue_ca(PKI_INTERMEDIATE, "Demo Trust", "Demo Intermediate R1", root, now, error);
  if (intermediate == NULL)
    return FALSE;
  static const char *const names[] = {"localhost", NULL};
  static const char *const addresses[] = {"127.0.0.1", NULL};
  PkiTemplate template = {
      .role = PKI_SERVER,
      .key_type = PKI_KEY_ECDSA_P256,
      .common_name = "localhost",
      .dns_names = names,
      .ip_addresses = addresses,
      .not_before = now - 2 * DAY,
      .not_after = now + 88 * DAY,
      .path_length = -1,
  };
  g_autoptr(PkiPair) server = pki_issue(&template, intermediate, error);
  return server != NULL && write_certificate(folder, DEMO_ROOT, root, error) &&
         write_lineage(folder, server, intermediate, error);
}

static gboolean
write_client(const char *folder, const char *name, const PkiPair *ca, gint64 now, GError **error)
{
  PkiTemplate template = {
      .role = PKI_CLIENT,
      .key_type = PKI_KEY_ECDSA_P256,
      .country = "US",
      .organization = "Test Org",
      .common_name = name,
      .not_before = now - DAY,
      .not_after = now + 364 * DAY,
      .path_length = -1,
  };
  g_autoptr(PkiPair) client = pki_issue(&template, ca, error);
  g_autofree char *certificate_name = g_strconcat(name, ".pem", NULL);
  g_autofree char *key_name = g_strconcat(name, ".key", NULL);
  return client != NULL && write_certificate(folder, certificate_name, client, error) &&
         write_key(folder, key_name, client, error);
}

gboolean
demo_pki_write(const char *folder, const char *const *devices, gint64 now, GError **error)
{
  if (!write_server_side(folder, now, error))
    return FALSE;
  g_autoptr(PkiPair) ca = issue_ca(PKI_ROOT, "Test Org", "Test CA", NULL, now, error);
  if (ca == NULL || !write_certificate(folder, DEMO_CLIENT_CA, ca, error))
    return FALSE;
  for (; *devices != NULL; devices++) {
    if (!write_client(folder, *devices, ca, now, error))
      return FALSE;
  }
  return TRUE;
}
