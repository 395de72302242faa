#include "config.h"
#include "live/test_pki.h"

#include "trust/pki.h"
#include "util/private_folder.h"
#include "util/secret.h"

#define DAY (24 * 60 * 60)

static PkiPair *
issue(PkiRole role, const char *name, int ends_in_days, const PkiPair *issuer)
{
  static const char *const dns_names[] = {"mqtt.test", "localhost", NULL};
  static const char *const ip_addresses[] = {"127.0.0.1", NULL};
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  g_autoptr(GError) error = NULL;
  PkiTemplate template = {
      .role = role,
      .key_type = PKI_KEY_ECDSA_P256,
      .common_name = name,
      .dns_names = role == PKI_SERVER ? dns_names : NULL,
      .ip_addresses = role == PKI_SERVER ? ip_addresses : NULL,
      .not_before = now - 30 * DAY,
      .not_after = now + ends_in_days * DAY,
      .path_length = -1,
  };
  PkiPair *pair = pki_issue(&template, issuer, &error);
  g_assert_no_error(error);
  return pair;
}

static char *
key_of(const PkiPair *pair)
{
  g_autoptr(GError) error = NULL;
  char *pem = pki_pair_key_pem(pair, NULL, &error);
  g_assert_no_error(error);
  return pem;
}

static char *
pem_of(const PkiPair *pair)
{
  return certificate_to_pem(pki_pair_certificate(pair));
}

static char *
write_file(const TestPki *pki, const char *name, const char *text)
{
  g_autoptr(GError) error = NULL;
  private_folder_write(pki->folder, name, text, -1, 0600, &error);
  g_assert_no_error(error);
  return g_build_filename(pki->folder, name, NULL);
}

static Anchors *
anchors_of(const TestPki *pki, const char *name, const PkiPair *ca)
{
  g_autofree char *pem = pem_of(ca);
  g_autofree char *path = write_file(pki, name, pem);
  g_autoptr(GError) error = NULL;
  Anchors *anchors = anchors_load_file(path, &error);
  g_assert_no_error(error);
  return anchors;
}

static Identity *
identity_of(const TestPki *pki, const char *name, const PkiPair *pair)
{
  g_autofree char *key_name = g_strconcat(name, ".key", NULL);
  g_autofree char *pem = pem_of(pair);
  g_autofree char *path = write_file(pki, name, pem);
  char *key = key_of(pair);
  g_autofree char *key_path = write_file(pki, key_name, key);
  g_autoptr(GError) error = NULL;
  Identity *identity = identity_load(path, key_path, NULL, &error);
  g_assert_no_error(error);
  secret_free(key);
  return identity;
}

TestPki *
test_pki_new(void)
{
  TestPki *pki = g_new0(TestPki, 1);
  pki->folder = private_folder_new("mqtrust-pki", NULL);
  g_assert_nonnull(pki->folder);
  g_autoptr(PkiPair) ca = issue(PKI_ROOT, "Server CA", 300, NULL);
  g_autoptr(PkiPair) client_ca = issue(PKI_ROOT, "Client CA", 300, NULL);
  g_autoptr(PkiPair) other_ca = issue(PKI_ROOT, "Other CA", 300, NULL);
  g_autoptr(PkiPair) server = issue(PKI_SERVER, "mqtt.test", 90, ca);
  g_autoptr(PkiPair) expired = issue(PKI_SERVER, "mqtt.test", -1, ca);
  g_autoptr(PkiPair) client = issue(PKI_CLIENT, "Client", 90, client_ca);
  g_autoptr(PkiPair) stranger = issue(PKI_CLIENT, "Stranger", 90, other_ca);
  pki->server_pem = pem_of(server);
  pki->server_key = key_of(server);
  pki->expired_pem = pem_of(expired);
  pki->expired_key = key_of(expired);
  pki->client_ca_pem = pem_of(client_ca);
  pki->client_ca_path = write_file(pki, "client-ca.pem", pki->client_ca_pem);
  pki->server_path = write_file(pki, "server.pem", pki->server_pem);
  pki->server_key_path = write_file(pki, "server.key", pki->server_key);
  pki->anchors = anchors_of(pki, "ca.pem", ca);
  pki->other_anchors = anchors_of(pki, "other-ca.pem", other_ca);
  pki->identity = identity_of(pki, "client.pem", client);
  pki->stranger = identity_of(pki, "stranger.pem", stranger);
  return pki;
}

void
test_pki_free(TestPki *pki)
{
  private_folder_remove(pki->folder, NULL);
  g_free(pki->folder);
  g_free(pki->server_pem);
  secret_free(pki->server_key);
  g_free(pki->expired_pem);
  secret_free(pki->expired_key);
  g_free(pki->client_ca_pem);
  g_free(pki->client_ca_path);
  g_free(pki->server_path);
  g_free(pki->server_key_path);
  anchors_unref(pki->anchors);
  anchors_unref(pki->other_anchors);
  identity_unref(pki->identity);
  identity_unref(pki->stranger);
  g_free(pki);
}
