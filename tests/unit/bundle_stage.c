#include "config.h"

#include "unit/bundle_stage.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/private_folder.h"
#include "util/secret.h"

/* --- certificates and files ------------------------------------------------------------------- */

PkiPair *
bundle_stage_issue(const BundleStage *stage, PkiRole role, PkiKeyType key_type, const char *name,
                   const PkiPair *issuer)
{
  const char *const names[] = {name, "localhost", NULL};
  const char *const addresses[] = {"127.0.0.1", NULL};
  gboolean server = role == PKI_SERVER;
  const PkiTemplate template = {.role = role,
                                .key_type = key_type,
                                .common_name = name,
                                .dns_names = server ? names : NULL,
                                .ip_addresses = server ? addresses : NULL,
                                .not_before = stage->now - 10 * DAY,
                                .not_after = stage->now + (server ? 80 : 1000) * DAY,
                                .path_length = -1};
  g_autoptr(GError) error = NULL;
  PkiPair *pair = pki_issue(&template, issuer, &error);
  g_assert_no_error(error);
  return pair;
}

char *
bundle_stage_write(const BundleStage *stage, const char *name, const char *text, int mode)
{
  g_autoptr(GError) error = NULL;
  char *path = g_build_filename(stage->folder, name, NULL);
  g_assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, &error));
  g_assert_no_error(error);
  g_assert_cmpint(g_chmod(path, mode), ==, 0);
  return path;
}

char *
bundle_stage_write_certificate(const BundleStage *stage, const char *name, const PkiPair *pair)
{
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(pair));
  return bundle_stage_write(stage, name, pem, 0644);
}

char *
bundle_stage_write_key(const BundleStage *stage, const char *name, const PkiPair *pair,
                       const char *password)
{
  g_autoptr(GError) error = NULL;
  secret_auto pem = pki_pair_key_pem(pair, password, &error);
  g_assert_no_error(error);
  return bundle_stage_write(stage, name, pem, 0600);
}

char *
bundle_stage_read(const BundleStage *stage, const char *name)
{
  g_autofree char *path = g_build_filename(stage->folder, name, NULL);
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  g_file_get_contents(path, &text, NULL, &error);
  g_assert_no_error(error);
  return text;
}

void
bundle_stage_init(BundleStage *stage, gint64 now, PkiKeyType key_type)
{
  g_autoptr(GError) error = NULL;
  *stage = (BundleStage){.now = now};
  stage->folder = private_folder_new("mqtrust-bundle", &error);
  g_assert_no_error(error);
  stage->root = bundle_stage_issue(stage, PKI_ROOT, key_type, "Server Root", NULL);
  stage->intermediate =
      bundle_stage_issue(stage, PKI_INTERMEDIATE, key_type, "Server CA", stage->root);
  stage->server = bundle_stage_issue(stage, PKI_SERVER, key_type, "mqtt.test", stage->intermediate);
  stage->client_ca = bundle_stage_issue(stage, PKI_ROOT, PKI_KEY_ECDSA_P256, "Client CA", NULL);
  stage->client =
      bundle_stage_issue(stage, PKI_CLIENT, PKI_KEY_ECDSA_P256, "Client", stage->client_ca);
  stage->root_path = bundle_stage_write_certificate(stage, "root.pem", stage->root);
  stage->chain = bundle_stage_write_certificate(stage, "chain.pem", stage->intermediate);
  stage->cert = bundle_stage_write_certificate(stage, "cert.pem", stage->server);
  stage->key = bundle_stage_write_key(stage, "server.key", stage->server, NULL);
  stage->ca = bundle_stage_write_certificate(stage, "ca.pem", stage->client_ca);
  stage->client_path = bundle_stage_write_certificate(stage, "client.pem", stage->client);
}

void
bundle_stage_clear(BundleStage *stage)
{
  private_folder_remove(stage->folder, NULL);
  g_free(stage->folder);
  pki_pair_free(stage->root);
  pki_pair_free(stage->intermediate);
  pki_pair_free(stage->server);
  pki_pair_free(stage->client_ca);
  pki_pair_free(stage->client);
  g_free(stage->root_path);
  g_free(stage->chain);
  g_free(stage->cert);
  g_free(stage->key);
  g_free(stage->ca);
  g_free(stage->client_path);
}

BundleRequest
bundle_stage_request(const BundleStage *stage, BundleBroker broker)
{
  return (BundleRequest){.broker = broker,
                         .certificate_path = stage->cert,
                         .chain_path = stage->chain,
                         .key_path = stage->key,
                         .client_ca_path = stage->ca,
                         .client_path = stage->client_path,
                         .store_password = "secret",
                         .folder = "/etc/mqtt",
                         .port = 8883,
                         .now = stage->now};
}

/* --- certbot's layout ------------------------------------------------------------------------- */

static void
make_folder(const BundleStage *stage, const char *kind, const char *name)
{
  g_autofree char *path = g_build_filename(stage->folder, "le", kind, name, NULL);
  g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
}

void
bundle_stage_archive(const BundleStage *stage, const char *name, guint version,
                     const PkiPair *server)
{
  g_autofree char *cert = certificate_to_pem(pki_pair_certificate(server));
  g_autofree char *chain = certificate_to_pem(pki_pair_certificate(stage->intermediate));
  g_autofree char *both = g_strconcat(cert, chain, NULL);
  g_autofree char *key = g_strdup_printf("le/archive/%s/privkey%u.pem", name, version);
  make_folder(stage, "archive", name);
  make_folder(stage, "live", name);
  make_folder(stage, "renewal", "");
  const struct {
    const char *stem, *text;
  } files[] = {{"cert", cert}, {"chain", chain}, {"fullchain", both}};
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autofree char *path = g_strdup_printf("le/archive/%s/%s%u.pem", name, files[i].stem, version);
    g_free(bundle_stage_write(stage, path, files[i].text, 0644));
  }
  g_free(bundle_stage_write_key(stage, key, server, NULL));
}

void
bundle_stage_link(const BundleStage *stage, const char *name, const char *stem, guint version)
{
  g_autofree char *file = g_strconcat(stem, ".pem", NULL);
  g_autofree char *path = g_build_filename(stage->folder, "le", "live", name, file, NULL);
  g_autofree char *target = g_strdup_printf("../../archive/%s/%s%u.pem", name, stem, version);
  g_unlink(path);
  g_assert_cmpint(symlink(target, path), ==, 0);
}

void
bundle_stage_live(const BundleStage *stage, const char *name, guint version)
{
  static const char *const stems[] = {"cert", "chain", "fullchain", "privkey"};
  for (gsize i = 0; i < G_N_ELEMENTS(stems); i++)
    bundle_stage_link(stage, name, stems[i], version);
}
