/* How tunnels end: what is said about it, and that nothing is left. */
#include "config.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/scene.h"
#include "unit/wire.h"

static TestPki *pki;

static void
say_nothing(int fd, gpointer data)
{
  peer_wait_for_end(fd);
}

/* --- Ends ------------------------------------------------------------------------------------ */

static void
close_cleanly(Scene *scene, TlsPeer *peer)
{
  gnutls_bye(peer->session, GNUTLS_SHUT_WR);
  peer_wait_for_end(gnutls_transport_get_int(peer->session));
}

static void
close_hard(Scene *scene, TlsPeer *peer)
{
  peer_reset_on_close(gnutls_transport_get_int(peer->session));
}

static void
say_nonsense(Scene *scene, TlsPeer *peer)
{
  tls_peer_write(peer, "\x3f\x00", 2); /* QoS 3 */
  peer_wait_for_end(gnutls_transport_get_int(peer->session));
}

static void
test_broker_closes(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.script = close_cleanly;
  scene_start(&scene);
  scene_go_online(&scene);
  scene_client_expects_end(&scene);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_PEER_CLOSED, TUNNEL_ERROR_PEER_CLOSED));
  scene_clear(&scene);
}

static void
test_broker_resets(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.script = close_hard;
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  recorder_wait(scene.recorder, TUNNEL_FIRST_BYTE);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_NETWORK, TUNNEL_ERROR_NETWORK));
  scene_clear(&scene);
}

static void
test_closed_after_connect(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.connack = "";
  scene.script = close_cleanly;
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_PEER_CLOSED, TUNNEL_ERROR_CLOSED_AFTER_CONNECT));
  scene_clear(&scene);
}

static void
test_connack_refusal(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.connack = "20 02 00 05";
  scene.script = close_cleanly;
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  scene_client_expects(&scene, "20 02 00 05");
  scene_client_expects_end(&scene);
  g_autofree char *why =
      scene_expect_end(&scene, TUNNEL_FAULT_PEER_CLOSED, TUNNEL_ERROR_PEER_CLOSED);
  g_assert_nonnull(strstr(why, "CONNACK"));
  g_assert_cmpuint(recorder_wait_packet(scene.recorder, MQTT_FROM_BROKER, MQTT_CONNACK)->reason, ==,
                   5);
  scene_clear(&scene);
}

static void
test_malformed(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.script = say_nonsense;
  scene_start(&scene);
  scene_go_online(&scene);
  g_autofree char *why =
      scene_expect_end(&scene, TUNNEL_FAULT_PROTOCOL, TUNNEL_ERROR_MQTT_MALFORMED);
  g_assert_nonnull(strstr(why, "PUBLISH"));
  scene_clear(&scene);
}

static void
test_http_behind_tls(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.connack = "'HTTP/1.1 400 Bad Request'";
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_PROTOCOL, TUNNEL_ERROR_PORT_WEBSOCKET));
  scene_clear(&scene);
}

static void
test_client_says_goodbye(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene_start(&scene);
  scene_go_online(&scene);
  scene_client_sends(&scene, "e0 00");
  close(scene.client);
  scene.client = -1;
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_NONE, -1));
  g_assert_true(scene.got_disconnect && scene.got_close_notify);
  scene_clear(&scene);
}

/* Not before it has been let in: who is gone by then cannot be recognised. */
static void
leave(Scene *scene)
{
  recorder_wait(scene->recorder, TUNNEL_JOINED);
  close(scene->client);
  scene->client = -1;
}

static void
test_client_gives_up(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.connack = "";
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  leave(&scene);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_TIMEOUT, TUNNEL_ERROR_MQTT_TIMEOUT));
  scene_clear(&scene);
}

static void
test_unanswered_ping(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene_start(&scene);
  scene_go_online(&scene);
  scene_client_sends(&scene, "c0 00");
  leave(&scene);
  g_autofree char *why = scene_expect_end(&scene, TUNNEL_FAULT_TIMEOUT, TUNNEL_ERROR_MQTT_TIMEOUT);
  g_assert_nonnull(strstr(why, "ping"));
  scene_clear(&scene);
}

static void
test_client_never_comes(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.config->total_timeout_ms = 300;
  scene_start(&scene);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_LOCAL, TUNNEL_ERROR_LOCAL));
  g_assert_nonnull(recorder_find(scene.recorder, TUNNEL_READY));
  scene_clear(&scene);
}

static void
test_refused(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.raw_script = say_nothing;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  g_assert_cmpint(bind(fd, (struct sockaddr *)&address, length), ==, 0);
  getsockname(fd, (struct sockaddr *)&address, &length);
  scene.config->port = ntohs(address.sin_port);
  scene_start(&scene);
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_DIAL, TUNNEL_ERROR_TCP_REFUSED));
  g_assert_cmpuint(recorder_count(scene.recorder, TUNNEL_DIAL_FAILED), ==, 1);
  close(fd);
  scene_clear(&scene);
}

/* --- Without TLS ----------------------------------------------------------------------------- */

static void
serve_plain(int fd, gpointer data)
{
  Scene *scene = data;
  guint8 bytes[15];
  if (recv(fd, bytes, sizeof bytes, MSG_WAITALL) != sizeof bytes)
    return;
  g_autoptr(GByteArray) answer = wire(scene->data);
  send(fd, answer->data, answer->len, MSG_NOSIGNAL);
  scene->got_disconnect = recv(fd, bytes, 2, MSG_WAITALL) == 2 && bytes[0] == 0xe0;
}

static void
close_unheard(int fd, gpointer data)
{
}

static void
speak_first(int fd, gpointer data)
{
  send(fd, "220 hello\r\n", 11, MSG_NOSIGNAL);
  peer_wait_for_end(fd);
}

static void
speak_ssh_first(int fd, gpointer data)
{
  send(fd, "SSH-2.0-x\r\n", 11, MSG_NOSIGNAL);
  peer_wait_for_end(fd);
}

static void
speak_http_first(int fd, gpointer data)
{
  send(fd, "HTTP/1.1 408 Request Timeout\r\n", 30, MSG_NOSIGNAL);
  shutdown(fd, SHUT_WR);
  peer_wait_for_end(fd);
}

static void
test_plain_mqtt(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.config->tls = FALSE;
  scene.raw_script = serve_plain;
  scene.data = (gpointer) "20 02 00 00 30 04 0001 'x' 'y'";
  scene_start(&scene);
  scene_go_online(&scene);
  recorder_wait_messages(scene.recorder, 1);
  scene_client_sends(&scene, "e0 00");
  scene_stop(&scene);
  g_assert_true(scene.got_disconnect);
  g_autofree char *story = recorder_story(scene.recorder);
  g_assert_cmpstr(story, ==,
                  "RESOLVING RESOLVED DIALING CONNECTED READY JOINED PACKET FIRST_BYTE PACKET "
                  "PACKET CLOSED");
  scene_clear(&scene);
}

static void
test_plain_to_tls_port(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.config->tls = FALSE;
  scene.raw_script = serve_plain;
  scene.data = (gpointer) "15 03 03 0002 02 46";
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_PROTOCOL, TUNNEL_ERROR_PORT_NEEDS_TLS));
  scene_clear(&scene);
}

static void
end_plain(PeerScript script, TunnelFault fault, TunnelError code)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.config->tls = FALSE;
  scene.raw_script = script;
  scene_start(&scene);
  g_free(scene_expect_end(&scene, fault, (int)code));
  scene_clear(&scene);
}

/* CONNECT was answered by something that is no MQTT. */
static void
answer_plain(const char *bytes, TunnelError code)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.config->tls = FALSE;
  scene.raw_script = serve_plain;
  scene.data = (gpointer)bytes;
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_PROTOCOL, (int)code));
  scene_clear(&scene);
}

static void
test_plain_answers(void)
{
  answer_plain("'HTTP/1.1 400 Bad Request' 0d0a", TUNNEL_ERROR_PORT_HTTP);
  answer_plain("'220 mail.test ESMTP' 0d0a", TUNNEL_ERROR_PORT_STARTTLS);
  answer_plain("'* OK IMAP4rev1' 0d0a", TUNNEL_ERROR_PORT_STARTTLS);
  answer_plain("'+OK POP3' 0d0a", TUNNEL_ERROR_PORT_STARTTLS);
  answer_plain("'SSH-2.0-x' 0d0a", TUNNEL_ERROR_PORT_OTHER);
  answer_plain("'AMQP' 00 00 09 01", TUNNEL_ERROR_PORT_OTHER);
  answer_plain("'hello' 0d0a", TUNNEL_ERROR_PORT_OTHER);
  answer_plain("16 03 03 0002 02 46", TUNNEL_ERROR_PORT_NEEDS_TLS);
  answer_plain("3f 00 00 00", TUNNEL_ERROR_MQTT_MALFORMED);
}

/* The broker neither closes nor reads on: what is wrong is told all the same, and not after the
 * goodbye has been waited for (FAREWELL_MS). */
static void
answer_and_talk_on(int fd, gpointer data)
{
  Scene *scene = data;
  guint8 bytes[15];
  if (recv(fd, bytes, sizeof bytes, MSG_WAITALL) != sizeof bytes)
    return;
  g_autofree char *flood = g_strnfill(1 << 16, 'x');
  memcpy(flood, "HTTP/1.1 200 OK\r\n", 17);
  *(gint64 *)scene->data = g_get_monotonic_time();
  while (send(fd, flood, 1 << 16, MSG_NOSIGNAL) > 0)
    ;
}

static void
test_fault_is_told_at_once(void)
{
  Scene scene;
  gint64 answered_us = 0;
  scene_init(&scene, pki);
  scene.config->tls = FALSE;
  scene.raw_script = answer_and_talk_on;
  scene.data = &answered_us;
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 04 02 003c 0001 'x'");
  const TunnelEvent *closed = recorder_wait(scene.recorder, TUNNEL_CLOSED);
  gint64 closed_us = closed->monotonic_us;
  g_free(scene_expect_end(&scene, TUNNEL_FAULT_PROTOCOL, TUNNEL_ERROR_PORT_HTTP));
  g_test_message("%d us", (int)(closed_us - answered_us));
  g_assert_cmpint(closed_us - answered_us, <, 100 * 1000);
  scene_clear(&scene);
}

static void
test_plain_ends(void)
{
  end_plain(close_unheard, TUNNEL_FAULT_PEER_CLOSED, TUNNEL_ERROR_TCP_CLOSED_AT_ONCE);
  end_plain(speak_first, TUNNEL_FAULT_PROTOCOL, TUNNEL_ERROR_PORT_STARTTLS);
  end_plain(speak_ssh_first, TUNNEL_FAULT_PROTOCOL, TUNNEL_ERROR_PORT_SPEAKS_FIRST);
  end_plain(speak_http_first, TUNNEL_FAULT_PROTOCOL, TUNNEL_ERROR_PORT_HTTP);
}

/* --- Stopping at every stage ----------------------------------------------------------------- */

static void
expect_stopped(Scene *scene, TunnelEventType after)
{
  recorder_wait(scene->recorder, after);
  gint64 begin = g_get_monotonic_time();
  scene_stop(scene);
  g_assert_cmpint(g_get_monotonic_time() - begin, <, 5 * G_USEC_PER_SEC);
  const TunnelEvent *closed = recorder_find(scene->recorder, TUNNEL_CLOSED);
  g_assert_nonnull(closed);
  g_assert_no_error(closed->error);
  g_assert_cmpint(closed->fault, ==, TUNNEL_FAULT_NONE);
  scene_clear(scene);
}

static void
test_stop_while_resolving(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.raw_script = say_nothing;
  g_free(scene.config->host);
  scene.config->host = g_strdup("mqtt.test");
  /* A port that takes packets and says nothing. */
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  g_assert_cmpint(bind(fd, (struct sockaddr *)&address, length), ==, 0);
  getsockname(fd, (struct sockaddr *)&address, &length);
  scene.config->dns_servers = g_strdup_printf("127.0.0.1:%u", ntohs(address.sin_port));
  scene_start(&scene);
  char question[512];
  g_assert_cmpint(recv(fd, question, sizeof question, 0), >, 0);
  expect_stopped(&scene, TUNNEL_RESOLVING);
  close(fd);
}

static void
test_stop_while_dialing(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.raw_script = say_nothing;
  /* A listener with a full backlog answers no SYN. */
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  int fds[5];
  for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
    fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  g_assert_cmpint(bind(fds[0], (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint(listen(fds[0], 0), ==, 0);
  getsockname(fds[0], (struct sockaddr *)&address, &length);
  for (guint i = 1; i < G_N_ELEMENTS(fds); i++)
    if (connect(fds[i], (struct sockaddr *)&address, length) != 0)
      g_assert_cmpint(errno, ==, EINPROGRESS);
  scene.config->port = ntohs(address.sin_port);
  scene_start(&scene);
  expect_stopped(&scene, TUNNEL_DIALING);
  for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
    close(fds[i]);
}

static void
test_stop_while_shaking_hands(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.raw_script = say_nothing;
  scene_start(&scene);
  expect_stopped(&scene, TUNNEL_TLS_STAGE);
}

static void
test_stop_while_waiting(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene_start(&scene);
  expect_stopped(&scene, TUNNEL_READY);
}

static void
test_stop_when_joined(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene_start(&scene);
  scene_connect_client(&scene);
  expect_stopped(&scene, TUNNEL_JOINED);
}

static void
test_stop_at_once(void)
{
  for (guint i = 0; i < 50; i++) {
    Scene scene;
    scene_init(&scene, pki);
    scene_start(&scene);
    scene_stop(&scene);
    g_assert_nonnull(recorder_find(scene.recorder, TUNNEL_CLOSED));
    scene_clear(&scene);
  }
  tunnel_stop(NULL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  pki = test_pki_new();
  g_test_add_func("/tunnel-ends/broker-closes", test_broker_closes);
  g_test_add_func("/tunnel-ends/broker-resets", test_broker_resets);
  g_test_add_func("/tunnel-ends/closed-after-connect", test_closed_after_connect);
  g_test_add_func("/tunnel-ends/connack-refusal", test_connack_refusal);
  g_test_add_func("/tunnel-ends/malformed", test_malformed);
  g_test_add_func("/tunnel-ends/http-behind-tls", test_http_behind_tls);
  g_test_add_func("/tunnel-ends/client-says-goodbye", test_client_says_goodbye);
  g_test_add_func("/tunnel-ends/client-gives-up", test_client_gives_up);
  g_test_add_func("/tunnel-ends/unanswered-ping", test_unanswered_ping);
  g_test_add_func("/tunnel-ends/client-never-comes", test_client_never_comes);
  g_test_add_func("/tunnel-ends/plain-mqtt", test_plain_mqtt);
  g_test_add_func("/tunnel-ends/plain-to-tls-port", test_plain_to_tls_port);
  g_test_add_func("/tunnel-ends/plain-answers", test_plain_answers);
  g_test_add_func("/tunnel-ends/fault-is-told-at-once", test_fault_is_told_at_once);
  g_test_add_func("/tunnel-ends/plain-ends", test_plain_ends);
  g_test_add_func("/tunnel-ends/stop-while-resolving", test_stop_while_resolving);
  g_test_add_func("/tunnel-ends/stop-while-dialing", test_stop_while_dialing);
  g_test_add_func("/tunnel-ends/stop-while-shaking-hands", test_stop_while_shaking_hands);
  g_test_add_func("/tunnel-ends/stop-while-waiting", test_stop_while_waiting);
  g_test_add_func("/tunnel-ends/stop-when-joined", test_stop_when_joined);
  g_test_add_func("/tunnel-ends/stop-at-once", test_stop_at_once);
  g_test_add_func("/tunnel-ends/refused", test_refused);
  int result = g_test_run();
  test_pki_free(pki);
  return result;
}
