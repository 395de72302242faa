/* Probes through TLS 1.2 and 1.3. */
#include "config.h"
#include <string.h>
#include <sys/socket.h>

#include "live/prober.h"
#include "live/test_pki.h"
#include "lab/tls_peer.h"
#include "net/tls_fault.h"
#include "net/tunnel_error.h"
#include "unit/wire.h"

static TestPki *pki;

/* A broker for one probe, and what it saw. */
typedef struct {
  TlsPeerOptions options;
  const char *version; /* "1.2" or "1.3" */
  const char *answer;  /* to the first packet, as wire() takes it; NULL: CONNACK 0 */
  gboolean unasked;    /* the answer comes before anything was asked */
  gboolean closes;     /* after the first packet, without an answer */
  guint alert;         /* sent after the handshake; 0: none */
  TlsPeer seen;
  guint8 asked[64];
  gboolean got_disconnect, got_close_notify;
} Broker;

static void
answer(Broker *broker, TlsPeer *peer)
{
  g_autoptr(GByteArray) bytes = wire(broker->answer == NULL ? "20 02 00 00" : broker->answer);
  tls_peer_write(peer, bytes->data, bytes->len);
}

static void
hear_goodbye(Broker *broker, TlsPeer *peer)
{
  guint8 bytes[4];
  ssize_t got;
  while ((got = gnutls_record_recv(peer->session, bytes, 2)) > 0 || got == GNUTLS_E_AGAIN)
    broker->got_disconnect |= got == 2 && bytes[0] == 0xe0 && bytes[1] == 0;
  broker->got_close_notify = got == 0;
}

static void
serve(int fd, gpointer data)
{
  Broker *broker = data;
  TlsPeer peer;
  tls_peer_accept(&peer, fd, &broker->options);
  broker->seen = peer;
  if (peer.code == 0 && broker->alert != 0)
    gnutls_alert_send(peer.session, GNUTLS_AL_FATAL, (gnutls_alert_description_t)broker->alert);
  if (peer.code == 0 && broker->unasked)
    answer(broker, &peer);
  if (peer.code == 0 && gnutls_record_recv(peer.session, broker->asked, 64) > 0) {
    if (!broker->closes && !broker->unasked)
      answer(broker, &peer);
    if (!broker->closes)
      hear_goodbye(broker, &peer);
  }
  tls_peer_clear(&peer, FALSE);
}

static ProbeRequest *
request_new(void)
{
  return probe_request_new(PROBE_TLS, "127.0.0.1", 0);
}

static void
for_both(void (*run)(Broker *broker, ProbeRequest *request))
{
  static const char *const versions[][2] = {{"TLS 1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2"},
                                            {"TLS 1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.3"}};
  for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
    g_autoptr(ProbeRequest) request = request_new();
    Broker broker = {.options = {.chain_pem = pki->server_pem,
                                 .key_pem = pki->server_key,
                                 .priority = versions[i][1]},
                     .version = versions[i][0]};
    run(&broker, request);
  }
}

static gboolean
is_13(const Broker *broker)
{
  return strcmp(broker->version, "TLS 1.3") == 0;
}

/* --- It works -------------------------------------------------------------------------------- */

static void
run_handshake(Broker *broker, ProbeRequest *request)
{
  request->server_name = g_strdup("sni.test");
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, -1);
  g_assert_true(result->connected && result->established && result->server_answered);
  g_assert_false(result->requested || result->sent || result->answered || result->timed_out ||
                 result->refused_late);
  g_assert_cmpstr(result->tls_version, ==, broker->version);
  g_assert_nonnull(result->cipher);
  g_assert_nonnull(result->group);
  g_assert_null(result->ca_names);
  g_assert_null(result->first);
  g_assert_cmpint(result->alert, ==, -1);
  g_assert_cmpuint(result->certificates->len, ==, 1);
  g_assert_cmpstr(broker->seen.sni, ==, "sni.test");
}

static void
test_handshake(void)
{
  for_both(run_handshake);
}

static void
run_connect(Broker *broker, ProbeRequest *request)
{
  request->connect = TRUE;
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, -1);
  g_assert_true(result->established && result->answered);
  g_assert_cmpint(result->connack, ==, 0);
  g_assert_cmpint(result->alert, ==, -1);
  g_assert_cmphex(broker->asked[0], ==, MQTT_CONNECT << 4);
  g_assert_true(broker->got_disconnect && broker->got_close_notify);
  g_assert_cmpstr(broker->seen.sni, ==, "");
}

static void
test_connect(void)
{
  for_both(run_connect);
}

static void
run_refused_connect(Broker *broker, ProbeRequest *request)
{
  request->connect = TRUE;
  broker->answer = "20 02 00 05";
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, -1);
  g_assert_cmpint(result->connack, ==, 5);
  g_assert_true(!broker->got_disconnect && broker->got_close_notify);
}

static void
test_refused_connect(void)
{
  for_both(run_refused_connect);
}

static void
run_upgrade(Broker *broker, ProbeRequest *request)
{
  request->upgrade = TRUE;
  request->connect = TRUE; /* not both */
  broker->answer = "'HTTP/1.1 101 Switching Protocols' 0d0a 0d0a";
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, -1);
  g_assert_cmpmem(broker->asked, 4, "GET ", 4);
  g_assert_nonnull(result->first);
}

static void
test_upgrade(void)
{
  for_both(run_upgrade);
}

static void
run_two_way(Broker *broker, ProbeRequest *request)
{
  request->connect = TRUE;
  request->identity = identity_ref(pki->identity);
  broker->options.client_ca_pem = pki->client_ca_pem;
  broker->options.require = TRUE;
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, -1);
  g_assert_true(result->requested && result->sent && result->answered);
  g_assert_cmpstr(result->ca_names[0], ==, "CN=Client CA");
  g_assert_null(result->ca_names[1]);
  g_assert_nonnull(strstr(result->key_types, "ECDSA"));
  g_assert_cmpuint(broker->seen.client_certificates, ==, 1);
}

static void
test_two_way(void)
{
  for_both(run_two_way);
}

/* Trust is not a probe's business: what is shown is kept. */
static void
run_expired(Broker *broker, ProbeRequest *request)
{
  broker->options.chain_pem = pki->expired_pem;
  broker->options.key_pem = pki->expired_key;
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, -1);
  g_assert_true(result->established);
  g_assert_cmpuint(result->certificates->len, ==, 1);
  const Certificate *leaf = result->certificates->pdata[0];
  g_assert_cmpint(certificate_not_after(leaf), <, g_get_real_time() / G_USEC_PER_SEC);
}

static void
test_expired_server(void)
{
  for_both(run_expired);
}

/* --- It does not ----------------------------------------------------------------------------- */

static void
run_none_given(Broker *broker, ProbeRequest *request)
{
  request->connect = TRUE;
  broker->options.client_ca_pem = pki->client_ca_pem;
  broker->options.require = TRUE;
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_CLIENT_REQUIRED);
  g_assert_true(result->requested && !result->sent && !result->answered);
  g_assert_cmpint(result->established, ==, is_13(broker));
  g_assert_cmpint(result->refused_late, ==, is_13(broker));
  g_assert_cmpint(result->alert, >, 0);
  g_assert_nonnull(result->alert_name);
  g_assert_cmpint(result->connack, ==, -1);
}

static void
test_none_given(void)
{
  for_both(run_none_given);
}

static void
run_refused_late(Broker *broker, ProbeRequest *request)
{
  request->connect = TRUE;
  request->identity = identity_ref(pki->stranger);
  broker->options.client_ca_pem = pki->client_ca_pem;
  broker->alert = TLS_ALERT_UNKNOWN_CA;
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_CLIENT_CA_UNKNOWN);
  g_assert_true(result->established && result->sent && result->refused_late);
  g_assert_cmpint(result->alert, ==, TLS_ALERT_UNKNOWN_CA);
}

static void
test_refused_late(void)
{
  for_both(run_refused_late);
}

/* The broker speaks the other version only, and says no more than "handshake failure" to that (as
 * GnuTLS does), so the sentence must name what was offered. */
static void
run_other_version(Broker *broker, ProbeRequest *request)
{
  request->priority =
      g_strdup(is_13(broker) ? "NORMAL:-VERS-ALL:+VERS-TLS1.2" : "NORMAL:-VERS-ALL:+VERS-TLS1.3");
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_TLS_NO_CIPHER);
  g_assert_cmpint(result->alert, ==, TLS_ALERT_HANDSHAKE_FAILURE);
  g_assert_nonnull(strstr(result->error->message, is_13(broker) ? "in TLS 1.2;" : "in TLS 1.3;"));
  g_assert_true(result->connected && !result->established && !result->server_answered);
  g_assert_null(result->certificates);
}

static void
test_other_version(void)
{
  for_both(run_other_version);
}

static void
run_alpn(Broker *broker, ProbeRequest *request)
{
  static const char *const mqtt[] = {"mqtt", NULL};
  static const char *const other[] = {"x-other", NULL};
  broker->options.alpn = mqtt;
  request->alpn = g_strdupv((char **)mqtt);
  g_autoptr(ProbeResult) good = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(good), ==, -1);
  g_strfreev(request->alpn);
  request->alpn = g_strdupv((char **)other);
  request->port = 0;
  g_autoptr(ProbeResult) bad = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(bad), ==, TUNNEL_ERROR_TLS_ALPN);
  g_assert_cmpint(bad->alert, ==, TLS_ALERT_NO_APPLICATION_PROTOCOL);
  g_assert_nonnull(strstr(bad->error->message, "(x-other; alert 120)"));
}

static void
test_alpn(void)
{
  for_both(run_alpn);
}

static void
run_http_to_connect(Broker *broker, ProbeRequest *request)
{
  request->connect = TRUE;
  broker->answer = "'HTTP/1.1 400 Bad Request' 0d0a";
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_PORT_WEBSOCKET);
  g_assert_true(result->established && !result->answered);
}

static void
run_mail_inside(Broker *broker, ProbeRequest *request)
{
  request->connect = TRUE;
  broker->answer = "'220 mail.test ESMTP' 0d0a";
  broker->unasked = TRUE;
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_PORT_OTHER);
  g_assert_nonnull(strstr(result->error->message, "SMTP"));
}

static void
run_closed(Broker *broker, ProbeRequest *request)
{
  request->connect = TRUE;
  broker->closes = TRUE;
  g_autoptr(ProbeResult) result = prober_run(request, serve, broker);
  g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_CLOSED_AFTER_CONNECT);
  g_assert_true(result->established && !result->answered && !result->refused_late);
}

static void
test_strangers_inside(void)
{
  for_both(run_http_to_connect);
  for_both(run_mail_inside);
  for_both(run_closed);
}

/* --- No TLS at all --------------------------------------------------------------------------- */

static void
answer_text(int fd, gpointer data)
{
  char waste[4096];
  const char *text = data;
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
  g_assert_cmpint(send(fd, text, strlen(text), MSG_NOSIGNAL), ==, strlen(text));
  peer_wait_for_end(fd);
}

/* Speaks first, and not so much that TLS would have a whole record's head. */
static void
greet(int fd, gpointer data)
{
  const char *text = data;
  g_assert_cmpint(send(fd, text, strlen(text), MSG_NOSIGNAL), ==, strlen(text));
  peer_wait_for_end(fd);
}

static void
close_after_hello(int fd, gpointer data)
{
  char waste[4096];
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
  if (data != NULL)
    peer_reset_on_close(fd);
}

static void
say_nothing(int fd, gpointer data)
{
  peer_wait_for_end(fd);
}

static void
expect(PeerScript script, const void *data, TunnelError code, gboolean timed_out)
{
  g_autoptr(ProbeRequest) request = request_new();
  request->timeout_ms = timed_out ? 200 : 0;
  g_autoptr(ProbeResult) result = prober_run(request, script, (gpointer)data);
  g_assert_cmpint(prober_code(result), ==, code);
  g_assert_true(result->connected && !result->established && !result->server_answered);
  g_assert_cmpint(result->timed_out, ==, timed_out);
}

static void
test_not_tls(void)
{
  expect(answer_text, "HTTP/1.1 400 Bad Request\r\n", TUNNEL_ERROR_PORT_HTTP, FALSE);
  expect(answer_text, "SSH-2.0-x\r\n", TUNNEL_ERROR_PORT_OTHER, FALSE);
  expect(greet, "220 mail.test ESMTP\r\n", TUNNEL_ERROR_PORT_STARTTLS, FALSE);
  expect(greet, "+OK\n", TUNNEL_ERROR_PORT_STARTTLS, TRUE);
  expect(close_after_hello, NULL, TUNNEL_ERROR_TLS_RESET, FALSE);
  expect(close_after_hello, "", TUNNEL_ERROR_TLS_RESET, FALSE);
}

static void
test_bad_priority(void)
{
  g_autoptr(ProbeRequest) request = request_new();
  request->priority = g_strdup("NORMAL:-NOSUCH");
  g_autoptr(ProbeResult) result = prober_run(request, say_nothing, NULL);
  g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_TLS_POLICY);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  pki = test_pki_new();
  g_test_add_func("/probe-tls/handshake", test_handshake);
  g_test_add_func("/probe-tls/connect", test_connect);
  g_test_add_func("/probe-tls/refused-connect", test_refused_connect);
  g_test_add_func("/probe-tls/upgrade", test_upgrade);
  g_test_add_func("/probe-tls/two-way", test_two_way);
  g_test_add_func("/probe-tls/expired-server", test_expired_server);
  g_test_add_func("/probe-tls/none-given", test_none_given);
  g_test_add_func("/probe-tls/refused-late", test_refused_late);
  g_test_add_func("/probe-tls/other-version", test_other_version);
  g_test_add_func("/probe-tls/alpn", test_alpn);
  g_test_add_func("/probe-tls/strangers-inside", test_strangers_inside);
  g_test_add_func("/probe-tls/not-tls", test_not_tls);
  g_test_add_func("/probe-tls/bad-priority", test_bad_priority);
  int result = g_test_run();
  test_pki_free(pki);
  return result;
}
