#include "config.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/scene.h"
#include "unit/dns_server.h"
#include "unit/wire.h"

#define FLOOD 100000
#define LAGGARDS 20000

static TestPki *pki;

/* --- Carrying ---------------------------------------------------------------------------------- */

static void
publish_some(Scene *scene, TlsPeer *peer)
{
  g_autoptr(GByteArray) bytes = wire("30 08 0003 'a/b' 'one'"      /* QoS 0 */
                                     "32 0a 0003 'a/b' 0007 'two'" /* QoS 1 */
                                     "31 0a 0003 'a/c' 'three'"    /* retained */
                                     "d0 00");
  guint8 packet[130];
  tls_peer_write(peer, bytes->data, bytes->len);
  while (!scene->got_disconnect && tls_peer_read_packet(peer, packet) > 0)
    scene->got_disconnect = packet[0] >> 4 == MQTT_DISCONNECT;
}

/* An event can be here before the counters of its batch are. */
static void
wait_for_bytes_out(Scene *scene, guint64 bytes, TunnelCounters *counters)
{
  gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
  do {
    g_thread_yield();
    tunnel_counters(scene->tunnel, counters);
    g_assert_cmpint(g_get_monotonic_time(), <, end);
  } while (counters->bytes_out < bytes);
}

/* QoS 0 goes into the log and not to the client; all else to both. */
static void
test_tap_is_in_between(void)
{
  Scene scene;
  TunnelCounters counters;
  scene_init(&scene, pki);
  scene.script = publish_some;
  scene_start(&scene);
  scene_go_online(&scene);
  scene_client_expects(&scene, "32 0a 0003 'a/b' 0007 'two' d0 00");
  scene_client_sends(&scene, "40 02 0007 30 06 0001 'x' 'out' e0 00");
  recorder_wait_packet(scene.recorder, MQTT_FROM_CLIENT, MQTT_DISCONNECT);
  wait_for_bytes_out(&scene, 15 + 4 + 8 + 2, &counters);
  g_assert_cmpuint(counters.messages_in, ==, 3);
  g_assert_cmpuint(counters.messages_out, ==, 1);
  g_assert_cmpuint(counters.bytes_in, ==, 4 + 10 + 12 + 12 + 2);
  g_assert_cmpuint(counters.bytes_out, ==, 15 + 4 + 8 + 2);
  g_autofree char *messages = recorder_messages(scene.recorder);
  g_assert_cmpstr(messages, ==,
                  "in a/b 0 one\nin a/b 1 two\nin a/c 0 three\nout x 0 out\n");
  scene_stop(&scene);
  g_assert_true(scene.got_disconnect);
  scene_clear(&scene);
}

static void
test_packet_events(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.script = publish_some;
  scene_start(&scene);
  scene_go_online(&scene);
  scene_client_sends(&scene, "c0 00 40 02 0007");
  const TunnelPacket *connect =
      recorder_wait_packet(scene.recorder, MQTT_FROM_CLIENT, MQTT_CONNECT);
  const TunnelPacket *connack =
      recorder_wait_packet(scene.recorder, MQTT_FROM_BROKER, MQTT_CONNACK);
  const TunnelPacket *puback = recorder_wait_packet(scene.recorder, MQTT_FROM_CLIENT, MQTT_PUBACK);
  recorder_wait_packet(scene.recorder, MQTT_FROM_CLIENT, MQTT_PINGREQ);
  recorder_wait_packet(scene.recorder, MQTT_FROM_BROKER, MQTT_PINGRESP);
  g_assert_cmpuint(connect->keep_alive, ==, 60);
  g_assert_cmpuint(connect->size, ==, 15);
  g_assert_cmpstr(connack->reason_text, ==,
                  mqtt_reason_text(MQTT_CONNACK, MQTT_3_1_1, 0));
  g_assert_cmpuint(puback->packet_id, ==, 7);
  scene_clear(&scene);
}

static void
send_suback(Scene *scene, TlsPeer *peer)
{
  g_autoptr(GByteArray) bytes = wire("90 11 0003 0b 1f 0008 'not this' 00 87 02");
  tls_peer_write(peer, bytes->data, bytes->len);
  char byte;
  tls_peer_read(peer, &byte, 1);
}

static void
test_packet_events_of_mqtt_5(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.connack = "20 14 01 00 11 12 0005 'made1' 13 001e 21 0014 22 0000";
  scene.script = send_suback;
  scene_start(&scene);
  scene_connect_client(&scene);
  scene_client_sends(&scene, "10 0d 0004 'MQTT' 05 02 003c 00 0000");
  scene_client_sends(&scene, "82 07 0003 00 0001 '#' 00");
  const TunnelPacket *connack =
      recorder_wait_packet(scene.recorder, MQTT_FROM_BROKER, MQTT_CONNACK);
  const TunnelPacket *suback = recorder_wait_packet(scene.recorder, MQTT_FROM_BROKER, MQTT_SUBACK);
  gsize length;
  const guint8 *reasons = g_bytes_get_data(suback->reasons, &length);
  g_assert_true(connack->session_present);
  g_assert_cmpstr(connack->assigned_client_id, ==, "made1");
  g_assert_cmpuint(connack->keep_alive, ==, 30);
  g_assert_cmpuint(suback->packet_id, ==, 3);
  g_assert_cmpuint(length, ==, 3);
  g_assert_cmpmem(reasons, 3, "\x00\x87\x02", 3);
  g_assert_nonnull(strstr(suback->reason_text, "not this"));
  scene_clear(&scene);
}

/* --- Floods ------------------------------------------------------------------------------------ */

/* Numbers in payloads of 30 bytes; every 1000th message has QoS 1. Some writes end in the middle of
 * a packet. */
static void
flood(Scene *scene, TlsPeer *peer)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  for (guint i = 0; i < FLOOD; i++) {
    g_autofree char *payload = g_strdup_printf("%030u", i);
    gboolean qos1 = i % 1000 == 0;
    guint8 head[] = {qos1 ? 0x32 : 0x30, (guint8)(2 + 3 + 30 + (qos1 ? 2 : 0)), 0, 3, 'a', '/', 'b'};
    guint8 id[] = {(guint8)((i / 1000 + 1) >> 8), (guint8)(i / 1000 + 1)};
    g_byte_array_append(bytes, head, sizeof head);
    if (qos1)
      g_byte_array_append(bytes, id, 2);
    g_byte_array_append(bytes, (const guint8 *)payload, 30);
    guint whole = bytes->len > 70000 ? bytes->len - 13 : 0;
    if (whole > 0 && tls_peer_write(peer, bytes->data, whole))
      g_byte_array_remove_range(bytes, 0, whole);
  }
  tls_peer_write(peer, bytes->data, bytes->len);
  char byte;
  tls_peer_read(peer, &byte, 1);
}

static void
run_flood(Scene *scene)
{
  TunnelCounters counters;
  recorder_expect_numbers(scene->recorder);
  scene->script = flood;
  scene_start(scene);
  scene_go_online(scene);
  for (guint i = 0; i < FLOOD / 1000; i++) {
    g_autofree char *expected = g_strdup_printf("32 25 0003 'a/b' %04x '%030u'", i + 1, i * 1000);
    scene_client_expects(scene, expected);
  }
  recorder_wait_messages(scene->recorder, FLOOD);
  scene_client_sends(scene, "c0 00");
  wait_for_bytes_out(scene, 15 + 2, &counters);
  g_assert_cmpuint(counters.messages_in, ==, FLOOD);
  g_assert_cmpuint(counters.bytes_in, ==, 4 + FLOOD * 37 + FLOOD / 1000 * 2);
  g_assert_cmpuint(recorder_count(scene->recorder, TUNNEL_PACKET), ==, 3);
}

static void
test_flood(void)
{
  scene_for_both_versions(pki, run_flood);
}

/* QoS 1 in kilobytes, which all must go to a client that does not read. */
static void
send_much(Scene *scene, TlsPeer *peer)
{
  g_autoptr(GByteArray) packet = wire("32 85 08 0001 'x' 0001");
  g_byte_array_set_size(packet, 3 + 1029);
  for (guint i = 0; i < LAGGARDS; i++) {
    g_snprintf((char *)packet->data + 8, 32, "%08u", i);
    if (!tls_peer_write(peer, packet->data, packet->len))
      return;
  }
  char byte;
  tls_peer_read(peer, &byte, 1);
}

static void
expect_packet(Scene *scene, guint number)
{
  g_autofree char *head = g_strdup_printf("32 85 08 0001 'x' 0001 '%08u'", number);
  guint8 rest[1032 - 16];
  scene_client_expects(scene, head);
  g_assert_cmpint(recv(scene->client, rest, sizeof rest, MSG_WAITALL), ==, sizeof rest);
}

static void
test_slow_client(void)
{
  Scene scene;
  scene_init(&scene, pki);
  recorder_expect_numbers(scene.recorder);
  scene.script = send_much;
  scene_start(&scene);
  scene_go_online(&scene);
  /* PUMP_PENDING_MAX and all socket buffers fill up; then it must go on. */
  expect_packet(&scene, 0);
  for (guint i = 1; i < LAGGARDS; i++)
    expect_packet(&scene, i);
  recorder_wait_messages(scene.recorder, LAGGARDS);
  scene_clear(&scene);
}

/* The other direction: the broker reads late. */
static void
read_late(Scene *scene, TlsPeer *peer)
{
  g_autofree guint8 *packet = g_malloc(1032);
  for (guint i = 0; i < LAGGARDS; i++) {
    char number[16];
    if (!tls_peer_read(peer, packet, 1032))
      return;
    g_snprintf(number, sizeof number, "%08u", i);
    g_assert_cmpmem(packet + 8, 8, number, 8);
  }
  g_autoptr(GByteArray) all_read = wire("40 02 0001");
  tls_peer_write(peer, all_read->data, all_read->len);
  char byte;
  tls_peer_read(peer, &byte, 1);
}

static void
test_large_upload(void)
{
  Scene scene;
  scene_init(&scene, pki);
  scene.script = read_late;
  scene_start(&scene);
  scene_go_online(&scene);
  g_autoptr(GByteArray) packet = wire("32 85 08 0001 'x' 0001");
  g_byte_array_set_size(packet, 3 + 1029);
  for (guint i = 0; i < LAGGARDS; i++) {
    g_snprintf((char *)packet->data + 8, 32, "%08u", i);
    g_assert_cmpint(send(scene.client, packet->data, packet->len, MSG_NOSIGNAL), ==, packet->len);
  }
  scene_client_expects(&scene, "40 02 0001");
  scene_clear(&scene);
}

/* --- Ends -------------------------------------------------------------------------------------- */

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
  g_autofree char *why =
      scene_expect_end(&scene, TUNNEL_FAULT_TIMEOUT, TUNNEL_ERROR_MQTT_TIMEOUT);
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

/* --- Without TLS ------------------------------------------------------------------------------- */

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

static void
test_plain_ends(void)
{
  end_plain(close_unheard, TUNNEL_FAULT_PEER_CLOSED, TUNNEL_ERROR_TCP_CLOSED_AT_ONCE);
  end_plain(speak_first, TUNNEL_FAULT_PROTOCOL, TUNNEL_ERROR_PORT_SPEAKS_FIRST);
}

/* --- Stopping at every stage ------------------------------------------------------------------- */

static void
say_nothing(int fd, gpointer data)
{
  peer_wait_for_end(fd);
}

/* Sends a flood for as long as somebody takes it, and still must get the DISCONNECT. */
static void
flood_until_disconnect(Scene *scene, TlsPeer *peer)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  g_autoptr(GByteArray) packet = wire("30 04 0001 'x' 'y'");
  for (guint i = 0; i < 20000; i++)
    g_byte_array_append(bytes, packet->data, packet->len);
  int fd = gnutls_transport_get_int(peer->session);
  guint8 byte;
  while (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0)
    if (!tls_peer_write(peer, bytes->data, bytes->len))
      break;
  guint8 got[130];
  while (!scene->got_disconnect && tls_peer_read_packet(peer, got) > 0)
    scene->got_disconnect = got[0] >> 4 == MQTT_DISCONNECT;
}

static void
test_stop_in_flood(void)
{
  for (guint i = 0; i < 10; i++) {
    Scene scene;
    scene_init(&scene, pki);
    scene.script = flood_until_disconnect;
    scene_start(&scene);
    scene_go_online(&scene);
    recorder_wait(scene.recorder, TUNNEL_FIRST_BYTE);
    scene_client_sends(&scene, "e0 00");
    scene_stop(&scene);
    g_assert_true(scene.got_disconnect);
    scene_clear(&scene);
  }
}

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

/* --- Names, strangers, company ----------------------------------------------------------------- */

static void
test_resolves_and_dials(void)
{
  Scene scene;
  scene_init(&scene, pki);
  g_autoptr(DnsServer) dns = dns_server_new(transport_context(scene.transport));
  dns_server_add(dns, "mqtt.test", "CNAME", 300, "lb.test");
  dns_server_add(dns, "lb.test", "A", 60, "127.0.0.1");
  g_free(scene.config->host);
  scene.config->host = g_strdup("mqtt.test");
  scene.config->dns_servers = g_strdup(dns_server_address(dns));
  scene_start(&scene);
  scene_go_online(&scene);
  scene_client_sends(&scene, "e0 00");
  scene_stop(&scene);
  const TunnelEvent *resolved = recorder_find(scene.recorder, TUNNEL_RESOLVED);
  g_assert_cmpstr(resolved->names[0], ==, "mqtt.test");
  g_assert_cmpstr(resolved->names[1], ==, "lb.test");
  g_assert_cmpstr(resolved->addresses[0], ==, "127.0.0.1");
  g_assert_cmpuint(resolved->ttl, ==, 60);
  g_assert_cmpstr(scene.seen.sni, ==, "mqtt.test"); /* and not the CNAME's target */
  transport_free(g_steal_pointer(&scene.transport));
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

static int
be_foreign(const char *port)
{
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((guint16)atoi(port)),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
    return 2;
  send(fd, "\xc0\x00", 2, MSG_NOSIGNAL);
  peer_wait_for_end(fd);
  return 0;
}

static void
test_foreign_process(void)
{
  Scene scene;
  int status;
  GPid pid;
  g_autoptr(GError) error = NULL;
  scene_init(&scene, pki);
  scene_start(&scene);
  const TunnelEvent *ready = recorder_wait(scene.recorder, TUNNEL_READY);
  g_autofree char *port = g_strdup_printf("%d", ready->number);
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  char *argv[] = {self, (char *)"--be-foreign", port, NULL};
  g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error(error);
  g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
  g_assert_cmpint(status, ==, 0);
  const TunnelEvent *dropped = recorder_wait(scene.recorder, TUNNEL_FOREIGN_DROPPED);
  g_autofree char *who = g_strdup_printf("process %d (test_tunnel)", (int)pid);
  g_assert_nonnull(strstr(dropped->text, who));
  g_assert_null(recorder_find(scene.recorder, TUNNEL_JOINED));
  scene_go_online(&scene);
  scene_client_sends(&scene, "e0 00");
  scene_stop(&scene);
  g_assert_true(scene.got_disconnect);
  scene_clear(&scene);
}

/* Two tunnels on one transport, one of them flooded. */
static void
test_company(void)
{
  Scene loud, quiet;
  scene_init(&loud, pki);
  scene_init(&quiet, pki);
  transport_free(quiet.transport);
  quiet.transport = loud.transport;
  loud.script = flood_until_disconnect;
  scene_start(&loud);
  scene_go_online(&loud);
  scene_start(&quiet);
  scene_go_online(&quiet);
  scene_client_sends(&quiet, "e0 00");
  scene_stop(&quiet);
  g_assert_true(quiet.got_disconnect);
  scene_client_sends(&loud, "e0 00");
  scene_stop(&loud);
  quiet.transport = NULL;
  scene_clear(&quiet);
  scene_clear(&loud);
}

int
main(int argc, char **argv)
{
  if (argc == 3 && strcmp(argv[1], "--be-foreign") == 0)
    return be_foreign(argv[2]);
  g_test_init(&argc, &argv, NULL);
  pki = test_pki_new();
  g_test_add_func("/tunnel/tap-is-in-between", test_tap_is_in_between);
  g_test_add_func("/tunnel/packet-events", test_packet_events);
  g_test_add_func("/tunnel/packet-events-of-mqtt-5", test_packet_events_of_mqtt_5);
  g_test_add_func("/tunnel/flood", test_flood);
  g_test_add_func("/tunnel/slow-client", test_slow_client);
  g_test_add_func("/tunnel/large-upload", test_large_upload);
  g_test_add_func("/tunnel/broker-closes", test_broker_closes);
  g_test_add_func("/tunnel/broker-resets", test_broker_resets);
  g_test_add_func("/tunnel/closed-after-connect", test_closed_after_connect);
  g_test_add_func("/tunnel/connack-refusal", test_connack_refusal);
  g_test_add_func("/tunnel/malformed", test_malformed);
  g_test_add_func("/tunnel/http-behind-tls", test_http_behind_tls);
  g_test_add_func("/tunnel/client-says-goodbye", test_client_says_goodbye);
  g_test_add_func("/tunnel/client-gives-up", test_client_gives_up);
  g_test_add_func("/tunnel/unanswered-ping", test_unanswered_ping);
  g_test_add_func("/tunnel/client-never-comes", test_client_never_comes);
  g_test_add_func("/tunnel/plain-mqtt", test_plain_mqtt);
  g_test_add_func("/tunnel/plain-to-tls-port", test_plain_to_tls_port);
  g_test_add_func("/tunnel/plain-ends", test_plain_ends);
  g_test_add_func("/tunnel/stop-in-flood", test_stop_in_flood);
  g_test_add_func("/tunnel/stop-while-resolving", test_stop_while_resolving);
  g_test_add_func("/tunnel/stop-while-dialing", test_stop_while_dialing);
  g_test_add_func("/tunnel/stop-while-shaking-hands", test_stop_while_shaking_hands);
  g_test_add_func("/tunnel/stop-while-waiting", test_stop_while_waiting);
  g_test_add_func("/tunnel/stop-when-joined", test_stop_when_joined);
  g_test_add_func("/tunnel/stop-at-once", test_stop_at_once);
  g_test_add_func("/tunnel/resolves-and-dials", test_resolves_and_dials);
  g_test_add_func("/tunnel/refused", test_refused);
  g_test_add_func("/tunnel/foreign-process", test_foreign_process);
  g_test_add_func("/tunnel/company", test_company);
  int result = g_test_run();
  test_pki_free(pki);
  return result;
}
