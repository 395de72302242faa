#include "config.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/scene.h"
#include "net/tls_fault.h"

static TestPki *pki;

static void
use_identity(Scene *scene, Identity *identity)
{
  scene->config->identity = identity_ref(identity);
}

static void
ask_for_certificate(Scene *scene, gboolean require)
{
  scene->server.client_ca_pem = pki->client_ca_pem;
  scene->server.require = require;
}

static void
assert_alert(Scene *scene, int number, gboolean received)
{
  const TunnelEvent *alert = recorder_find(scene->recorder, TUNNEL_TLS_ALERT);
  g_assert_nonnull(alert);
  g_assert_cmpint(alert->number, ==, number);
  g_assert_cmpint(alert->flag, ==, received);
  g_assert_nonnull(alert->text);
}

static void
goodbye(Scene *scene)
{
  scene_client_sends(scene, "e0 00");
  scene_stop(scene);
  g_assert_true(scene->got_connect && scene->got_disconnect && scene->got_close_notify);
  const TunnelEvent *closed = recorder_find(scene->recorder, TUNNEL_CLOSED);
  g_assert_nonnull(closed);
  g_assert_no_error(closed->error);
  g_assert_cmpint(closed->fault, ==, TUNNEL_FAULT_NONE);
}

/* --- It works -------------------------------------------------------------------------------- */

static void
run_two_way(Scene *scene)
{
  use_identity(scene, pki->identity);
  ask_for_certificate(scene, TRUE);
  scene_start(scene);
  scene_go_online(scene);
  const TunnelEvent *requested = recorder_find(scene->recorder, TUNNEL_CERTIFICATE_REQUESTED);
  g_assert_true(requested->flag);
  g_assert_cmpstr(requested->names[0], ==, "CN=Client CA");
  g_assert_null(requested->names[1]);
  g_assert_nonnull(strstr(requested->text, "ECDSA"));
  const TunnelEvent *chain = recorder_find(scene->recorder, TUNNEL_PEER_CHAIN);
  g_assert_cmpuint(chain->certificates->len, ==, 1);
  g_assert_true(recorder_find(scene->recorder, TUNNEL_VERIFIED)->flag);
  g_assert_true(recorder_find(scene->recorder, TUNNEL_VERIFIED)->verdict->accepted);
  const TunnelEvent *tls = recorder_find(scene->recorder, TUNNEL_TLS_ESTABLISHED);
  g_assert_cmpstr(tls->tls.version, ==,
                  strstr(scene->server.priority, "1.3") ? "TLS 1.3" : "TLS 1.2");
  g_assert_nonnull(tls->tls.cipher);
  g_assert_nonnull(tls->tls.group);
  g_assert_false(tls->tls.resumed);
  g_assert_nonnull(recorder_find(scene->recorder, TUNNEL_JOINED));
  g_assert_nonnull(recorder_find(scene->recorder, TUNNEL_FIRST_BYTE));
  goodbye(scene);
  g_assert_cmpuint(scene->seen.client_certificates, ==, 1);
  g_assert_cmpstr(scene->seen.sni, ==, ""); /* an address is no server name */
}

static void
test_two_way(void)
{
  scene_for_both_versions(pki, run_two_way);
}

static void
run_optional(Scene *scene)
{
  ask_for_certificate(scene, FALSE);
  scene_start(scene);
  scene_go_online(scene);
  g_assert_false(recorder_find(scene->recorder, TUNNEL_CERTIFICATE_REQUESTED)->flag);
  goodbye(scene);
}

static void
test_asked_but_not_required(void)
{
  scene_for_both_versions(pki, run_optional);
}

static void
run_one_way(Scene *scene)
{
  use_identity(scene, pki->identity);
  scene_start(scene);
  scene_go_online(scene);
  g_assert_null(recorder_find(scene->recorder, TUNNEL_CERTIFICATE_REQUESTED));
  goodbye(scene);
  g_assert_cmpuint(scene->seen.client_certificates, ==, 0);
}

static void
test_one_way(void)
{
  scene_for_both_versions(pki, run_one_way);
}

/* Every message of the handshake in its order, ours and theirs. */
static void
test_stages(void)
{
  static const char *const expected[] = {
      "sent CLIENT HELLO",
      "received SERVER HELLO",
      "received ENCRYPTED EXTENSIONS",
      "received CERTIFICATE REQUEST",
      "received CERTIFICATE",
      "received CERTIFICATE VERIFY",
      "received FINISHED",
      "sent CERTIFICATE",
      "sent CERTIFICATE VERIFY",
      "sent FINISHED",
  };
  Scene scene;
  scene_init(&scene, pki);
  use_identity(&scene, pki->identity);
  ask_for_certificate(&scene, TRUE);
  scene_start(&scene);
  scene_go_online(&scene);
  goodbye(&scene);
  g_autofree char *story = recorder_story(scene.recorder);
  g_test_message("%s", story);
  g_assert_cmpuint(recorder_count(scene.recorder, TUNNEL_TLS_STAGE), ==, G_N_ELEMENTS(expected));
  for (gsize i = 0; i < G_N_ELEMENTS(expected); i++)
    g_assert_cmpstr(recorder_nth(scene.recorder, TUNNEL_TLS_STAGE, (guint)i)->text, ==,
                    expected[i]);
  scene_clear(&scene);
}

/* --- Names ----------------------------------------------------------------------------------- */

static void
test_server_name_and_verify_name(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.config->server_name = g_strdup("sni.test");
  scene.config->verify_name = g_strdup("mqtt.test");
  scene_start(&scene);
  scene_go_online(&scene);
  goodbye(&scene);
  g_assert_cmpstr(scene.seen.sni, ==, "sni.test");
  scene_clear(&scene);
}

static void
test_host_is_server_name(void)
{
  Scene scene;
  scene_init(&scene, pki);
  g_free(scene.config->host);
  scene.config->host = g_strdup("localhost");
  scene_start(&scene);
  scene_go_online(&scene);
  goodbye(&scene);
  g_assert_cmpstr(scene.seen.sni, ==, "localhost");
  scene_clear(&scene);
}

static void
run_wrong_name(Scene *scene)
{
  use_identity(scene, pki->identity);
  ask_for_certificate(scene, FALSE);
  scene->config->verify_name = g_strdup("other.test");
  scene_start(scene);
  g_free(scene_expect_end(scene, TUNNEL_FAULT_VERIFY, TUNNEL_ERROR_SERVER_REFUSED));
  assert_alert(scene, TLS_ALERT_BAD_CERTIFICATE, FALSE);
  g_assert_nonnull(recorder_find(scene->recorder, TUNNEL_PEER_CHAIN));
  g_assert_false(recorder_find(scene->recorder, TUNNEL_VERIFIED)->flag);
  g_assert_null(recorder_find(scene->recorder, TUNNEL_READY));
  g_assert_cmpuint(scene->seen.client_certificates, ==, 0);
}

static void
test_wrong_name(void)
{
  scene_for_both_versions(pki, run_wrong_name);
}

static void
test_insecure(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.config->verify_name = g_strdup("other.test");
  scene.config->insecure = TRUE;
  scene_start(&scene);
  scene_go_online(&scene);
  goodbye(&scene);
  scene_clear(&scene);
}

/* --- We refuse ------------------------------------------------------------------------------- */

/* A broker that is not trusted must not learn who we are. */
static void
run_wrong_ca(Scene *scene)
{
  use_identity(scene, pki->identity);
  ask_for_certificate(scene, TRUE);
  anchors_unref(scene->config->anchors);
  scene->config->anchors = anchors_ref(pki->other_anchors);
  scene_start(scene);
  g_autofree char *why = scene_expect_end(scene, TUNNEL_FAULT_VERIFY, TUNNEL_ERROR_SERVER_REFUSED);
  g_assert_true(g_str_has_prefix(why, "the certificate of 127.0.0.1:"));
  assert_alert(scene, TLS_ALERT_UNKNOWN_CA, FALSE);
  g_assert_cmpint(scene->seen.code, <, 0);
  g_assert_cmpuint(scene->seen.client_certificates, ==, 0);
  const TunnelEvent *requested = recorder_find(scene->recorder, TUNNEL_CERTIFICATE_REQUESTED);
  g_assert_true(requested == NULL || !requested->flag);
}

static void
test_wrong_ca(void)
{
  scene_for_both_versions(pki, run_wrong_ca);
}

static void
run_expired(Scene *scene)
{
  scene->server.chain_pem = pki->expired_pem;
  scene->server.key_pem = pki->expired_key;
  scene_start(scene);
  g_free(scene_expect_end(scene, TUNNEL_FAULT_VERIFY, TUNNEL_ERROR_SERVER_REFUSED));
  assert_alert(scene, TLS_ALERT_CERTIFICATE_EXPIRED, FALSE);
}

static void
test_expired_server(void)
{
  scene_for_both_versions(pki, run_expired);
}

/* --- The broker refuses us ------------------------------------------------------------------- */

static void
run_none_given(Scene *scene)
{
  ask_for_certificate(scene, TRUE);
  scene_start(scene);
  g_autofree char *why =
      scene_expect_end(scene, TUNNEL_FAULT_CLIENT_REFUSED, TUNNEL_ERROR_CLIENT_REQUIRED);
  g_assert_nonnull(strstr(why, "requires a client certificate"));
  g_assert_false(recorder_find(scene->recorder, TUNNEL_CERTIFICATE_REQUESTED)->flag);
  g_assert_cmpint(recorder_find(scene->recorder, TUNNEL_CLOSED)->gnutls_error, ==,
                  GNUTLS_E_FATAL_ALERT_RECEIVED);
  g_assert_cmpint(recorder_find(scene->recorder, TUNNEL_CLOSED)->alert, >=, 0);
}

static void
test_no_client_certificate(void)
{
  scene_for_both_versions(pki, run_none_given);
}

/* Sends the alert that OpenSSL would. */
static void
refuse_with_48(Scene *scene, TlsPeer *peer)
{
  gnutls_alert_send(peer->session, GNUTLS_AL_FATAL, GNUTLS_A_UNKNOWN_CA);
}

/* The client is quick and sends CONNECT into a connection that is already refused: the alert must
 * be found behind the reset. */
static void
test_alert_before_reset(void)
{
  for (guint i = 0; i < 30; i++) {
    Scene scene;
    scene_init(&scene, pki);
    use_identity(&scene, pki->stranger);
    ask_for_certificate(&scene, FALSE);
    scene.connack = "";
    scene.script = refuse_with_48;
    scene_start(&scene);
    scene_connect_client(&scene);
    scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
    scene_client_sends(&scene, "c0 00 c0 00 c0 00 c0 00");
    g_autofree char *why =
        scene_expect_end(&scene, TUNNEL_FAULT_CLIENT_REFUSED, TUNNEL_ERROR_CLIENT_CA_UNKNOWN);
    g_assert_nonnull(strstr(why, "CN=Other CA"));
    assert_alert(&scene, TLS_ALERT_UNKNOWN_CA, TRUE);
    scene_clear(&scene);
  }
}

/* GnuTLS's own automatic choice would send nothing here. (A GnuTLS server does not say 48.) */
static void
run_unknown_ca(Scene *scene)
{
  use_identity(scene, pki->stranger);
  ask_for_certificate(scene, TRUE);
  scene_start(scene);
  g_free(scene_expect_end(scene, TUNNEL_FAULT_CLIENT_REFUSED, TUNNEL_ERROR_CLIENT_REFUSED));
  g_assert_true(recorder_find(scene->recorder, TUNNEL_CERTIFICATE_REQUESTED)->flag);
  g_assert_cmpuint(scene->seen.client_certificates, ==, 1);
}

static void
run_unknown_ca_unnamed(Scene *scene)
{
  scene->server.name_no_ca = TRUE;
  run_unknown_ca(scene);
  g_assert_null(recorder_find(scene->recorder, TUNNEL_CERTIFICATE_REQUESTED)->names[0]);
}

static void
test_unknown_client_ca(void)
{
  scene_for_both_versions(pki, run_unknown_ca);
  scene_for_both_versions(pki, run_unknown_ca_unnamed);
}

static void
reset(Scene *scene, TlsPeer *peer)
{
  peer_reset_on_close((int)(gintptr)gnutls_transport_get_int(peer->session));
}

static void
test_reset_after_request(void)
{
  Scene scene;
  scene_init(&scene, pki);
  use_identity(&scene, pki->identity);
  ask_for_certificate(&scene, FALSE);
  scene.connack = "";
  scene.script = reset;
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  g_autofree char *why =
      scene_expect_end(&scene, TUNNEL_FAULT_CLIENT_REFUSED, TUNNEL_ERROR_CLIENT_RESET);
  g_assert_nonnull(strstr(why, "most likely"));
  scene_clear(&scene);
}

/* --- Without end ------------------------------------------------------------------------------ */

#define REQUESTS 500

/* Each is a HelloRequest (RFC 5246, 7.4.1.1). */
static void
ask_to_renegotiate(Scene *scene, TlsPeer *peer)
{
  for (guint i = 0; i < REQUESTS; i++)
    gnutls_rehandshake(peer->session);
  tls_peer_write(peer, (const guint8[]){0xd0, 0}, 2); /* PINGRESP: comes after all of them */
  /* Our refusals, unread, would make the end a reset, which may overtake it. */
  peer_wait_for_end(gnutls_transport_get_int(peer->session));
}

/* A broker that asks again and again does not fill our queue, nor its own line. */
static void
test_renegotiation_flood(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.server.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
  scene.script = ask_to_renegotiate;
  scene_start(&scene);
  scene_go_online(&scene);
  recorder_wait_packet(scene.recorder, MQTT_FROM_BROKER, MQTT_PINGRESP);
  g_assert_cmpuint(recorder_count(scene.recorder, TUNNEL_TLS_ALERT), ==, 16);
  assert_alert(&scene, GNUTLS_A_NO_RENEGOTIATION, FALSE);
  scene_clear(&scene);
}

/* --- Negotiation ----------------------------------------------------------------------------- */

static void
test_alpn(void)
{
  static const char *const mqtt[] = {"mqtt", NULL};
  static const char *const offered[] = {"x-other", "mqtt", NULL};
  Scene scene;
  scene_init(&scene, pki);
  scene.server.alpn = mqtt;
  scene.config->alpn = g_strdupv((char **)offered);
  scene_start(&scene);
  scene_go_online(&scene);
  g_assert_cmpstr(recorder_find(scene.recorder, TUNNEL_TLS_ESTABLISHED)->tls.alpn, ==, "mqtt");
  goodbye(&scene);
  scene_clear(&scene);
}

static void
test_alpn_missing(void)
{
  static const char *const mqtt[] = {"mqtt", NULL};
  static const char *const offered[] = {"x-other", NULL};
  Scene scene;
  scene_init(&scene, pki);
  scene.server.alpn = mqtt;
  scene.config->alpn = g_strdupv((char **)offered);
  scene_start(&scene);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_TLS, TUNNEL_ERROR_TLS_ALPN));
  assert_alert(&scene, TLS_ALERT_NO_APPLICATION_PROTOCOL, TRUE);
  scene_clear(&scene);
}

static void
test_no_common_cipher(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.server.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM";
  scene.config->tls_priority = g_strdup("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM");
  scene_start(&scene);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_TLS, TUNNEL_ERROR_TLS_NO_CIPHER));
  scene_clear(&scene);
}

static void
test_bad_priority(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.config->tls_priority = g_strdup("NORMAL:-NOSUCH\x1b[2J");
  scene_start(&scene);
  g_autofree char *why = scene_expect_end(&scene, TUNNEL_FAULT_LOCAL, TUNNEL_ERROR_TLS_POLICY);
  g_assert_nonnull(strstr(why, "\"-NOSUCH\\e[2J\""));
  scene_clear(&scene);
}

static void
test_no_anchors(void)
{
  Scene scene;
  scene_init(&scene, pki);
  g_clear_pointer(&scene.config->anchors, anchors_unref);
  scene_start(&scene);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_LOCAL, TUNNEL_ERROR_LOCAL));
  scene_clear(&scene);
}

/* --- Something else -------------------------------------------------------------------------- */

static void
answer_text(int fd, gpointer data)
{
  Scene *scene = data;
  char waste[1024];
  const char *text = scene->data;
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
  g_assert_cmpint(send(fd, text, strlen(text), MSG_NOSIGNAL), ==, strlen(text));
  peer_wait_for_end(fd);
}

/* A fatal alert record (RFC 8446, 5.1 and 6). */
static void
answer_alert(int fd, gpointer data)
{
  Scene *scene = data;
  char waste[4096];
  guint8 record[] = {21, 3, 3, 0, 2, 2, (guint8)GPOINTER_TO_INT(scene->data)};
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
  g_assert_cmpint(send(fd, record, sizeof record, MSG_NOSIGNAL), ==, sizeof record);
  peer_wait_for_end(fd);
}

static void
close_at_once(int fd, gpointer data)
{
  char waste[16];
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
}

static void
close_in_order(int fd, gpointer data)
{
  char waste[4096];
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
  shutdown(fd, SHUT_WR);
  peer_wait_for_end(fd);
}

static void
say_nothing(int fd, gpointer data)
{
  peer_wait_for_end(fd);
}

static void
end_with(PeerScript script, gconstpointer data, TunnelFault fault, TunnelError code)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.raw_script = script;
  scene.data = (gpointer)data;
  scene.config->total_timeout_ms = script == say_nothing ? 300 : 0;
  scene_start(&scene);
  g_free(scene_expect_end(&scene, fault, (int)code));
  scene_clear(&scene);
}

static void
test_not_tls(void)
{
  end_with(answer_text, "HTTP/1.1 400 Bad Request\r\n\r\n", TUNNEL_FAULT_TLS,
           TUNNEL_ERROR_PORT_HTTP);
  end_with(answer_text, "220 mail.test ESMTP\r\n", TUNNEL_FAULT_TLS, TUNNEL_ERROR_PORT_STARTTLS);
  end_with(answer_text, "SSH-2.0-OpenSSH\r\n", TUNNEL_FAULT_TLS, TUNNEL_ERROR_PORT_OTHER);
  end_with(answer_text, "\x1b[2Jxxxxxxxxxxxx", TUNNEL_FAULT_TLS, TUNNEL_ERROR_PORT_OTHER);
}

static void
test_alerts_to_client_hello(void)
{
  static const struct {
    TlsAlert alert;
    TunnelError code;
  } cases[] = {
      {TLS_ALERT_HANDSHAKE_FAILURE, TUNNEL_ERROR_TLS_NO_CIPHER},
      {TLS_ALERT_INSUFFICIENT_SECURITY, TUNNEL_ERROR_TLS_NO_CIPHER},
      {TLS_ALERT_PROTOCOL_VERSION, TUNNEL_ERROR_TLS_VERSION},
      {TLS_ALERT_UNRECOGNIZED_NAME, TUNNEL_ERROR_TLS_SNI},
      {TLS_ALERT_NO_APPLICATION_PROTOCOL, TUNNEL_ERROR_TLS_ALPN},
      {TLS_ALERT_INTERNAL_ERROR, TUNNEL_ERROR_TLS_OTHER},
      {TLS_ALERT_CERTIFICATE_REQUIRED, TUNNEL_ERROR_TLS_OTHER}, /* nobody asked for one */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    end_with(answer_alert, GINT_TO_POINTER(cases[i].alert), TUNNEL_FAULT_TLS, cases[i].code);
}

static void
test_ends_at_client_hello(void)
{
  end_with(close_at_once, NULL, TUNNEL_FAULT_TLS, TUNNEL_ERROR_TLS_RESET);
  end_with(close_in_order, NULL, TUNNEL_FAULT_TLS, TUNNEL_ERROR_TLS_RESET);
}

static void
test_no_answer(void)
{
  end_with(say_nothing, NULL, TUNNEL_FAULT_TIMEOUT, TUNNEL_ERROR_TLS_TIMEOUT);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  pki = test_pki_new();
  g_test_add_func("/tunnel-tls/two-way", test_two_way);
  g_test_add_func("/tunnel-tls/asked-but-not-required", test_asked_but_not_required);
  g_test_add_func("/tunnel-tls/one-way", test_one_way);
  g_test_add_func("/tunnel-tls/stages", test_stages);
  g_test_add_func("/tunnel-tls/server-name-and-verify-name", test_server_name_and_verify_name);
  g_test_add_func("/tunnel-tls/host-is-server-name", test_host_is_server_name);
  g_test_add_func("/tunnel-tls/wrong-name", test_wrong_name);
  g_test_add_func("/tunnel-tls/insecure", test_insecure);
  g_test_add_func("/tunnel-tls/wrong-ca", test_wrong_ca);
  g_test_add_func("/tunnel-tls/expired-server", test_expired_server);
  g_test_add_func("/tunnel-tls/no-client-certificate", test_no_client_certificate);
  g_test_add_func("/tunnel-tls/unknown-client-ca", test_unknown_client_ca);
  g_test_add_func("/tunnel-tls/alert-before-reset", test_alert_before_reset);
  g_test_add_func("/tunnel-tls/reset-after-request", test_reset_after_request);
  g_test_add_func("/tunnel-tls/renegotiation-flood", test_renegotiation_flood);
  g_test_add_func("/tunnel-tls/alpn", test_alpn);
  g_test_add_func("/tunnel-tls/alpn-missing", test_alpn_missing);
  g_test_add_func("/tunnel-tls/alerts-to-client-hello", test_alerts_to_client_hello);
  g_test_add_func("/tunnel-tls/no-common-cipher", test_no_common_cipher);
  g_test_add_func("/tunnel-tls/bad-priority", test_bad_priority);
  g_test_add_func("/tunnel-tls/no-anchors", test_no_anchors);
  g_test_add_func("/tunnel-tls/not-tls", test_not_tls);
  g_test_add_func("/tunnel-tls/ends-at-client-hello", test_ends_at_client_hello);
  g_test_add_func("/tunnel-tls/no-answer", test_no_answer);
  int result = g_test_run();
  test_pki_free(pki);
  return result;
}
