/* Handshakes that end because of what the one side offers and the other does not take, and
 * because our own library refuses: each with its code and its words. */
#include "config.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/scene.h"
#include "net/tls_fault.h"
#include "lab/forge.h"

static TestPki *pki;

static char *
key_pem(const Forged *forged)
{
  gnutls_datum_t pem;
  g_assert_cmpint(gnutls_x509_privkey_export2(forged->key, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
  char *text = g_strndup((char *)pem.data, pem.size);
  gnutls_free(pem.data);
  return text;
}

static ForgeTemplate
of_today(ForgeTemplate template)
{
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  template.not_before = now - 24 * 60 * 60;
  template.not_after = now + 90 * 24 * 60 * 60;
  return template;
}

/* --- Versions -------------------------------------------------------------------------------- */

static void
answer_alert(int fd, gpointer data)
{
  Scene *scene = data;
  char waste[4096];
  guint8 record[] = {21, 3, 1, 0, 2, 2, (guint8)GPOINTER_TO_INT(scene->data)};
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
  g_assert_cmpint(send(fd, record, sizeof record, MSG_NOSIGNAL), ==, sizeof record);
  peer_wait_for_end(fd);
}

static void
answer_with_alert(const char *priority, TlsAlert alert, TunnelError code, const char *word)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.raw_script = answer_alert;
  scene.data = GINT_TO_POINTER(alert);
  scene.config->tls_priority = g_strdup(priority);
  scene_start(&scene);
  g_autofree char *why = scene_expect_end(&scene, TUNNEL_FAULT_TLS, (int)code);
  g_assert_nonnull(strstr(why, word));
  scene_clear(&scene);
}

static void
test_alerts_name_the_offer(void)
{
  const char *old = "NORMAL:-VERS-ALL:+VERS-TLS1.1", *new = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
  /* As OpenSSL 3 answers who speaks nothing newer. */
  answer_with_alert(old, TLS_ALERT_INTERNAL_ERROR, TUNNEL_ERROR_TLS_VERSION, "we offered TLS 1.1,");
  answer_with_alert(old, TLS_ALERT_PROTOCOL_VERSION, TUNNEL_ERROR_TLS_VERSION,
                    "we offered TLS 1.1,");
  answer_with_alert(new, TLS_ALERT_PROTOCOL_VERSION, TUNNEL_ERROR_TLS_VERSION,
                    "we offered TLS 1.3,");
  answer_with_alert(new, TLS_ALERT_INTERNAL_ERROR, TUNNEL_ERROR_TLS_OTHER, "alert 80");
  answer_with_alert("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM",
                    TLS_ALERT_HANDSHAKE_FAILURE, TUNNEL_ERROR_TLS_NO_CIPHER,
                    "we offered AES-128-GCM ");
}

/* A ServerHello of TLS 1.1 for who allows nothing so old. */
static void
choose_tls_11(int fd, gpointer data)
{
  guint8 hello[5 + 4 + 38 + 3 - 3] = {22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2};
  char waste[4096];
  hello[5 + 4 + 2 + 32] = 0;        /* no session id */
  hello[5 + 4 + 2 + 32 + 1] = 0xc0; /* ECDHE_ECDSA_WITH_AES_128_CBC_SHA */
  hello[5 + 4 + 2 + 32 + 2] = 0x09;
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
  g_assert_cmpint(send(fd, hello, sizeof hello, MSG_NOSIGNAL), ==, sizeof hello);
  peer_wait_for_end(fd);
}

static void
test_broker_chooses_old_version(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.raw_script = choose_tls_11;
  scene.config->tls_priority = g_strdup("NORMAL:-VERS-ALL:+VERS-TLS1.2");
  scene_start(&scene);
  g_autofree char *why = scene_expect_end(&scene, TUNNEL_FAULT_TLS, TUNNEL_ERROR_TLS_VERSION);
  g_assert_nonnull(strstr(why, "answers with TLS 1.1, and this connection allows TLS 1.2;"));
  scene_clear(&scene);
}

/* --- Key usage ------------------------------------------------------------------------------- */

static Anchors *
anchors_of(const Forged *ca)
{
  g_autofree char *pem = certificate_to_pem(ca->certificate);
  g_autofree char *path = g_build_filename(pki->folder, "forged-ca.pem", NULL);
  g_assert_true(g_file_set_contents(path, pem, -1, NULL));
  g_autoptr(GError) error = NULL;
  Anchors *anchors = anchors_load_file(path, &error);
  g_assert_no_error(error);
  g_unlink(path);
  return anchors;
}

/* With an identity of ours that is good: it must not be blamed. */
static void
run_server_key_usage(Scene *scene)
{
  ForgeTemplate authority = of_today(forge_authority("Forged CA"));
  ForgeTemplate template = of_today(forge_server("mqtt.test", "mqtt.test"));
  template.key_usage = GNUTLS_KEY_KEY_AGREEMENT;
  g_autoptr(Forged) ca = forge(&authority, NULL);
  g_autoptr(Forged) server = forge(&template, ca);
  g_autofree char *pem = certificate_to_pem(server->certificate);
  g_autofree char *key = key_pem(server);
  /* The peer's library would refuse to serve this, but for a word of its own. */
  g_autofree char *lax =
      g_strconcat(scene->server.priority, ":%DEBUG_ALLOW_KEY_USAGE_VIOLATIONS", NULL);
  scene->server.priority = lax;
  scene->server.chain_pem = pem;
  scene->server.key_pem = key;
  scene->config->verify_name = g_strdup("mqtt.test");
  scene->config->identity = identity_ref(pki->identity);
  anchors_unref(scene->config->anchors);
  scene->config->anchors = anchors_of(ca);
  scene_start(scene);
  g_autofree char *why =
      scene_expect_end(scene, TUNNEL_FAULT_VERIFY, TUNNEL_ERROR_SERVER_KEY_USAGE);
  g_assert_nonnull(strstr(why, "certificate 0 that 127.0.0.1:"));
  g_assert_nonnull(recorder_find(scene->recorder, TUNNEL_PEER_CHAIN));
}

static void
test_server_key_usage(void)
{
  scene_for_both_versions(pki, run_server_key_usage);
}

static void
run_client_key_usage(Scene *scene)
{
  ForgeTemplate template = of_today(forge_server("Client", NULL));
  template.key_usage = GNUTLS_KEY_KEY_AGREEMENT;
  template.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  g_autoptr(Forged) client = forge(&template, NULL);
  g_autofree char *pem = certificate_to_pem(client->certificate);
  g_autofree char *key = key_pem(client);
  g_autofree char *both = g_strconcat(pem, key, NULL);
  g_autofree char *path = g_build_filename(pki->folder, "usage.pem", NULL);
  g_assert_true(g_file_set_contents(path, both, -1, NULL));
  g_autoptr(GError) error = NULL;
  scene->config->identity = identity_load(path, NULL, NULL, &error);
  g_assert_no_error(error);
  scene->server.client_ca_pem = pki->client_ca_pem;
  scene_start(scene);
  g_autofree char *why =
      scene_expect_end(scene, TUNNEL_FAULT_CLIENT_REFUSED, TUNNEL_ERROR_CLIENT_KEY_USAGE);
  g_assert_nonnull(strstr(why, "usage.pem"));
  g_unlink(path);
}

static void
test_client_key_usage(void)
{
  scene_for_both_versions(pki, run_client_key_usage);
}

/* --- A certificate that is none --------------------------------------------------------------- */

/* ServerHello of TLS 1.2 (ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), and a Certificate message whose
 * only certificate is the DER of an integer in a sequence. */
static void
send_bad_certificate(int fd, gpointer data)
{
  guint8 hello[5 + 42] = {22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3};
  static const guint8 certificate[] = {22, 3, 3, 0, 15, 11,   0, 0, 11, 0,
                                       0,  8, 0, 0, 5,  0x30, 3, 2, 1,  0};
  char waste[4096];
  hello[5 + 4 + 2 + 32 + 1] = 0xc0;
  hello[5 + 4 + 2 + 32 + 2] = 0x2b;
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
  g_assert_cmpint(send(fd, hello, sizeof hello, MSG_NOSIGNAL), ==, sizeof hello);
  g_assert_cmpint(send(fd, certificate, sizeof certificate, MSG_NOSIGNAL), ==, sizeof certificate);
  peer_wait_for_end(fd);
}

static void
test_unreadable_certificate(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.raw_script = send_bad_certificate;
  scene.config->tls_priority = g_strdup("NORMAL:-VERS-ALL:+VERS-TLS1.2");
  scene_start(&scene);
  g_autofree char *why =
      scene_expect_end(&scene, TUNNEL_FAULT_VERIFY, TUNNEL_ERROR_SERVER_MALFORMED);
  g_assert_nonnull(strstr(why, "cannot be read"));
  scene_clear(&scene);
}

/* --- Time ------------------------------------------------------------------------------------ */

static void
fall_silent_after_hello(int fd, gpointer data)
{
  static const guint8 half[] = {22, 3, 3, 0, 100, 2, 0, 0, 96, 3, 3};
  char waste[4096];
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
  g_assert_cmpint(send(fd, half, sizeof half, MSG_NOSIGNAL), ==, sizeof half);
  peer_wait_for_end(fd);
}

static void
greet_shortly(int fd, gpointer data)
{
  send(fd, "+OK\n", 4, MSG_NOSIGNAL);
  peer_wait_for_end(fd);
}

static void
time_out(PeerScript script, TunnelFault fault, TunnelError code, const char *word)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.raw_script = script;
  scene.config->total_timeout_ms = 300;
  scene_start(&scene);
  g_autofree char *why = scene_expect_end(&scene, fault, (int)code);
  g_assert_nonnull(strstr(why, word));
  scene_clear(&scene);
}

static void
test_timeouts(void)
{
  time_out(fall_silent_after_hello, TUNNEL_FAULT_TIMEOUT, TUNNEL_ERROR_TLS_TIMEOUT,
           "does not answer our ClientHello within 0.3 s");
  time_out(greet_shortly, TUNNEL_FAULT_TLS, TUNNEL_ERROR_PORT_STARTTLS, "POP3");
}

/* --- Policy ---------------------------------------------------------------------------------- */

static void
test_nothing_left(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.raw_script = greet_shortly;
  scene.config->tls_priority = g_strdup("NORMAL:-VERS-ALL");
  scene_start(&scene);
  g_autofree char *why = scene_expect_end(&scene, TUNNEL_FAULT_LOCAL, TUNNEL_ERROR_TLS_POLICY);
  g_assert_nonnull(strstr(why, "\"NORMAL:-VERS-ALL\" leaves no TLS version"));
  scene_clear(&scene);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  pki = test_pki_new();
  g_test_add_func("/tunnel-tls-library/alerts-name-the-offer", test_alerts_name_the_offer);
  g_test_add_func("/tunnel-tls-library/broker-chooses-old-version",
                  test_broker_chooses_old_version);
  g_test_add_func("/tunnel-tls-library/server-key-usage", test_server_key_usage);
  g_test_add_func("/tunnel-tls-library/client-key-usage", test_client_key_usage);
  g_test_add_func("/tunnel-tls-library/unreadable-certificate", test_unreadable_certificate);
  g_test_add_func("/tunnel-tls-library/timeouts", test_timeouts);
  g_test_add_func("/tunnel-tls-library/nothing-left", test_nothing_left);
  int result = g_test_run();
  test_pki_free(pki);
  return result;
}
