/* Makes the certificates of this folder. They are checked in, so that pictures of screens never
 * change; this program is only run when another one is needed:
 *   make tests/data/panes/make_certificates && tests/data/panes/make_certificates FOLDER */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "trust/pki.h"
#include "util/private_folder.h"
#include "util/secret.h"

static const char *folder;

static gint64
day(int year, int month, int day_of_month)
{
  g_autoptr(GDateTime) time = g_date_time_new_utc(year, month, day_of_month, 0, 0, 0);
  return g_date_time_to_unix(time);
}

static void
must(gboolean good, GError *error)
{
  if (good)
    return;
  g_printerr("%s\n", error ? error->message : "failed");
  exit(1);
}

static void
write_file(const char *stem, const char *extension, const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *name = g_strconcat(stem, extension, NULL);
  must(private_folder_write(folder, name, text, -1, 0644, &error), error);
}

static PkiPair *
make(const char *stem, PkiTemplate template, const PkiPair *issuer, const char *password)
{
  g_autoptr(GError) error = NULL;
  template.key_type = PKI_KEY_ECDSA_P256;
  PkiPair *pair = pki_issue(&template, issuer, &error);
  must(pair != NULL, error);
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(pair));
  secret_auto key = pki_pair_key_pem(pair, password, &error);
  must(key != NULL, error);
  write_file(stem, ".pem", pem);
  if (template.role == PKI_CLIENT)
    write_file(stem, ".key", key);
  return pair;
}

static PkiTemplate
named(PkiRole role, const char *organization, const char *name, gint64 from, gint64 until)
{
  return (PkiTemplate){.role = role,
                       .organization = organization,
                       .common_name = name,
                       .not_before = from,
                       .not_after = until,
                       .path_length = -1};
}

static void
make_server_side(void)
{
  static const char *const names[] = {"mqtt.example.com", "mqtt-eu.example.com", NULL};
  g_autoptr(PkiPair) root = make(
      "root", named(PKI_ROOT, "Example Trust", "Example Root X1", day(2015, 6, 4), day(2035, 6, 4)),
      NULL, NULL);
  g_autoptr(PkiPair) middle =
      make("intermediate",
           named(PKI_INTERMEDIATE, "Example Trust", "R3", day(2020, 9, 4), day(2027, 9, 15)), root,
           NULL);
  PkiTemplate leaf =
      named(PKI_SERVER, NULL, "mqtt.example.com", day(2026, 11, 1), day(2027, 1, 30));
  leaf.dns_names = names;
  pki_pair_free(make("leaf", leaf, middle, NULL));
  leaf.not_before = day(2026, 8, 1);
  leaf.not_after = day(2026, 10, 30);
  pki_pair_free(make("leaf-expired", leaf, middle, NULL));
  pki_pair_free(make(
      "stranger",
      named(PKI_ROOT, "Example Trust", "Old Cross Root CA X3", day(2000, 9, 30), day(2021, 9, 30)),
      NULL, NULL));
}

static void
make_client_side(void)
{
  g_autoptr(PkiPair) ca =
      make("client-ca", named(PKI_ROOT, "Test Org", "Test CA", day(2026, 11, 1), day(2036, 11, 1)),
           NULL, NULL);
  PkiTemplate client =
      named(PKI_CLIENT, "Test Org", "Client", day(2026, 11, 17), day(2027, 11, 17));
  pki_pair_free(make("client", client, ca, NULL));
  pki_pair_free(make("client-locked", client, ca, "sesame"));
  g_autoptr(PkiPair) wide = make("wide-ca",
                                 named(PKI_ROOT, "テスト株式会社", "テスト認証局ルート第一号証明書",
                                       day(2020, 1, 1), day(2030, 1, 1)),
                                 NULL, NULL);
  PkiTemplate soon = named(PKI_CLIENT, "Prüfstelle Süd",
                           "gateway-with-a-very-long-name-that-fits-nowhere.plant7.example.com",
                           day(2026, 1, 1), day(2026, 11, 30));
  pki_pair_free(make("client-soon", soon, wide, NULL));
}

int
main(int argc, char **argv)
{
  must(argc == 2, NULL);
  folder = argv[1];
  make_server_side();
  make_client_side();
  return 0;
}
