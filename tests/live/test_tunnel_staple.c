/* OCSP answers that a broker staples, and revocation lists that we were given, through a real handshake
 * of TLS 1.2 and 1.3. */
#include "config.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <gnutls/x509-ext.h>
#include <string.h>
#include <unistd.h>

#include "live/scene.h"
#include "net/tls_fault.h"
#include "lab/forge_crl.h"

#define DAY (24 * 60 * 60)

static TestPki *pki;
static gint64 now;

/* A broker of our own making: its CA's key is needed to make answers. */
typedef struct {
  Forged *authority, *server, *demanding;
  Anchors *anchors;
} Chain;

static Chain chain;

static void
add_address(gnutls_x509_crt_t crt)
{
  struct in_addr address = {htonl(INADDR_LOOPBACK)};
  g_assert_cmpint(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, &address,
                                                       sizeof address, GNUTLS_FSAN_SET),
                  ==, 0);
}

static void
demand_staple(gnutls_x509_crt_t crt)
{
  gnutls_x509_tlsfeatures_t features;
  add_address(crt);
  g_assert_cmpint(gnutls_x509_tlsfeatures_init(&features), ==, 0);
  g_assert_cmpint(gnutls_x509_tlsfeatures_add(features, 5), ==, 0);
  g_assert_cmpint(gnutls_x509_crt_set_tlsfeatures(crt, features), ==, 0);
  gnutls_x509_tlsfeatures_deinit(features);
}

static Forged *
forge_now(ForgeTemplate template, const Forged *issuer)
{
  template.not_before = now - 30 * DAY;
  template.not_after = now + 90 * DAY;
  return forge(&template, issuer);
}

static Anchors *
load_anchor(const Forged *forged)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *pem = certificate_to_pem(forged->certificate);
  g_autofree char *path = g_build_filename(g_get_tmp_dir(), "mqtrust-staple-XXXXXX", NULL);
  int file = g_mkstemp(path);
  g_assert_cmpint(file, >=, 0);
  close(file);
  g_assert_true(g_file_set_contents(path, pem, -1, &error));
  Anchors *anchors = anchors_load_file(path, &error);
  g_assert_no_error(error);
  g_unlink(path);
  return anchors;
}

static void
make_chain(void)
{
  ForgeTemplate server = forge_server("broker", NULL), demanding = server;
  server.tweak = add_address;
  demanding.tweak = demand_staple;
  chain.authority = forge_now(forge_authority("Staple CA"), NULL);
  chain.server = forge_now(server, chain.authority);
  chain.demanding = forge_now(demanding, chain.authority);
  chain.anchors = load_anchor(chain.authority);
}

static void
clear_chain(void)
{
  forged_free(chain.authority);
  forged_free(chain.server);
  forged_free(chain.demanding);
  anchors_unref(chain.anchors);
}

/* --- the stage -------------------------------------------------------------------------------- */

typedef struct {
  char *pem;
  gnutls_datum_t key;
} Texts;

static void
use(Scene *scene, const Forged *server, GBytes *staple, Texts *texts)
{
  texts->pem = certificate_to_pem(server->certificate);
  g_assert_cmpint(gnutls_x509_privkey_export2(server->key, GNUTLS_X509_FMT_PEM, &texts->key), ==,
                  0);
  scene->server.chain_pem = texts->pem;
  scene->server.key_pem = (const char *)texts->key.data;
  scene->server.staple = staple;
  anchors_unref(scene->config->anchors);
  scene->config->anchors = anchors_ref(chain.anchors);
}

static void
texts_clear(Texts *texts)
{
  g_free(texts->pem);
  gnutls_free(texts->key.data);
}

static GBytes *
answer(const Forged *server, ForgeAnswer what)
{
  return forge_ocsp(&(ForgeOcsp){.certificate = server->certificate,
                                 .issuer = chain.authority,
                                 .answer = what,
                                 .reason = 1,
                                 .this_update = now - DAY,
                                 .next_update = now + DAY});
}

static const Finding *
first_finding(Scene *scene)
{
  const Verdict *verdict = recorder_find(scene->recorder, TUNNEL_VERIFIED)->verdict;
  g_assert_cmpuint(verdict->findings->len, >, 0);
  return verdict->findings->pdata[0];
}

static void
expect_online(Scene *scene)
{
  scene_start(scene);
  scene_go_online(scene);
  g_assert_true(recorder_find(scene->recorder, TUNNEL_VERIFIED)->verdict->accepted);
}

/* --- the tests -------------------------------------------------------------------------------- */

/* That revocation was checked shows in the list of what was not. */
static void
run_good(Scene *scene)
{
  Texts texts;
  g_autoptr(GBytes) staple = answer(chain.demanding, FORGE_GOOD);
  use(scene, chain.demanding, staple, &texts);
  expect_online(scene);
  const Verdict *verdict = recorder_find(scene->recorder, TUNNEL_VERIFIED)->verdict;
  g_assert_cmpuint(verdict->findings->len, ==, 0);
  for (guint i = 0; i < verdict->not_checked->len; i++)
    g_assert_false(g_str_has_prefix(verdict->not_checked->pdata[i], "Revocation"));
  scene_client_sends(scene, "e0 00");
  scene_stop(scene);
  texts_clear(&texts);
}

static void
test_good(void)
{
  scene_for_both_versions(pki, run_good);
}

static void
run_revoked(Scene *scene)
{
  Texts texts;
  g_autoptr(GBytes) staple = answer(chain.server, FORGE_REVOKED_ANSWER);
  use(scene, chain.server, staple, &texts);
  scene_start(scene);
  g_autofree char *why = scene_expect_end(scene, TUNNEL_FAULT_VERIFY, TUNNEL_ERROR_SERVER_REFUSED);
  g_assert_nonnull(strstr(why, "keyCompromise"));
  g_assert_cmpstr(first_finding(scene)->code, ==, "server-revoked");
  const TunnelEvent *alert = recorder_find(scene->recorder, TUNNEL_TLS_ALERT);
  g_assert_cmpint(alert->number, ==, TLS_ALERT_CERTIFICATE_REVOKED);
  g_assert_false(alert->flag);
  texts_clear(&texts);
}

static void
test_revoked(void)
{
  scene_for_both_versions(pki, run_revoked);
}

/* Nobody asked for one, so a bad one stops nothing; it is said. */
static void
run_junk(Scene *scene)
{
  Texts texts;
  g_autoptr(GBytes) staple = g_bytes_new_static("junk", 4);
  use(scene, chain.server, staple, &texts);
  expect_online(scene);
  g_assert_cmpstr(first_finding(scene)->code, ==, "staple-bad");
  g_assert_cmpint(first_finding(scene)->severity, ==, FINDING_WARNING);
  scene_client_sends(scene, "e0 00");
  scene_stop(scene);
  texts_clear(&texts);
}

static void
test_junk(void)
{
  scene_for_both_versions(pki, run_junk);
}

static void
run_missing(Scene *scene)
{
  Texts texts;
  use(scene, chain.demanding, NULL, &texts);
  scene_start(scene);
  g_free(scene_expect_end(scene, TUNNEL_FAULT_VERIFY, TUNNEL_ERROR_SERVER_REFUSED));
  g_assert_cmpstr(first_finding(scene)->code, ==, "staple-missing");
  texts_clear(&texts);
}

static void
test_missing(void)
{
  scene_for_both_versions(pki, run_missing);
}

/* --- lists from a file ------------------------------------------------------------------------ */

static RevocationData *
list_with(const Forged *revoked)
{
  g_autoptr(GError) error = NULL;
  RevocationData *data = revocation_data_new();
  g_autoptr(GBytes) der = forge_crl(&(ForgeCrl){
      .issuer = chain.authority,
      .this_update = now - DAY,
      .next_update = now + DAY,
      .entries = {{.certificate = revoked->certificate, .date = now - DAY, .reason = 1}}});
  gsize length;
  const void *bytes = g_bytes_get_data(der, &length);
  revocation_data_add_crl(data, bytes, length, "given.crl", &error);
  g_assert_no_error(error);
  return data;
}

static void
run_listed(Scene *scene)
{
  Texts texts;
  use(scene, chain.server, NULL, &texts);
  scene->config->revocation = list_with(chain.server);
  scene_start(scene);
  g_free(scene_expect_end(scene, TUNNEL_FAULT_VERIFY, TUNNEL_ERROR_SERVER_REFUSED));
  g_assert_cmpstr(first_finding(scene)->code, ==, "server-revoked");
  texts_clear(&texts);
}

static void
test_listed(void)
{
  scene_for_both_versions(pki, run_listed);
}

/* The list and the staple are both looked at. */
static void
run_not_listed(Scene *scene)
{
  Texts texts;
  g_autoptr(GBytes) staple = answer(chain.demanding, FORGE_GOOD);
  use(scene, chain.demanding, staple, &texts);
  scene->config->revocation = list_with(chain.server);
  expect_online(scene);
  const Verdict *verdict = recorder_find(scene->recorder, TUNNEL_VERIFIED)->verdict;
  g_assert_cmpuint(verdict->findings->len, ==, 0);
  scene_client_sends(scene, "e0 00");
  scene_stop(scene);
  texts_clear(&texts);
}

static void
test_not_listed(void)
{
  scene_for_both_versions(pki, run_not_listed);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  now = g_get_real_time() / G_USEC_PER_SEC;
  pki = test_pki_new();
  make_chain();
  g_test_add_func("/tunnel-staple/good", test_good);
  g_test_add_func("/tunnel-staple/revoked", test_revoked);
  g_test_add_func("/tunnel-staple/junk", test_junk);
  g_test_add_func("/tunnel-staple/missing", test_missing);
  g_test_add_func("/tunnel-crl/listed", test_listed);
  g_test_add_func("/tunnel-crl/not-listed", test_not_listed);
  int status = g_test_run();
  clear_chain();
  test_pki_free(pki);
  return status;
}
