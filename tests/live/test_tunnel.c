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
#include "lab/dns_server.h"
#include "unit/wire.h"

#define FLOOD 100000
#define LAGGARDS 20000

static TestPki *pki;

/* --- Carrying -------------------------------------------------------------------------------- */

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
  g_assert_cmpstr(messages, ==, "in a/b 0 one\nin a/b 1 two\nin a/c 0 three\nout x 0 out\n");
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
  g_assert_cmpstr(connack->reason_text, ==, mqtt_reason_text(MQTT_CONNACK, MQTT_3_1_1, 0));
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

/* --- Floods ---------------------------------------------------------------------------------- */

/* Numbers in payloads of 30 bytes; every 1000th message has QoS 1. Some writes end in the middle of
 * a packet. */
static void
flood(Scene *scene, TlsPeer *peer)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  for (guint i = 0; i < FLOOD; i++) {
    g_autofree char *payload = g_strdup_printf("%030u", i);
    gboolean qos1 = i % 1000 == 0;
    guint8 head[] = {
        qos1 ? 0x32 : 0x30, (guint8)(2 + 3 + 30 + (qos1 ? 2 : 0)), 0, 3, 'a', '/', 'b'};
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

/* Nothing to carry: the loop sleeps without a timer. */
static gint last_timeout; /* atomic: of the transport's last poll() */

static int
watch_poll(GPollFD *fds, guint count, int timeout)
{
  g_atomic_int_set(&last_timeout, timeout);
  return g_poll(fds, count, timeout);
}

static void
test_quiet_tunnel_wakes_nobody(void)
{
  Scene scene;
  scene_init(&scene, pki);
  g_atomic_int_set(&last_timeout, 0);
  g_main_context_set_poll_func(transport_context(scene.transport), watch_poll);
  scene_start(&scene);
  scene_go_online(&scene);
  recorder_wait_packet(scene.recorder, MQTT_FROM_BROKER, MQTT_CONNACK);
  gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
  while (g_atomic_int_get(&last_timeout) != -1) {
    g_assert_cmpint(g_get_monotonic_time(), <, end);
    g_thread_yield();
  }
  scene_clear(&scene);
}

/* --- Names, strangers, company --------------------------------------------------------------- */

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
  g_test_add_func("/tunnel/stop-in-flood", test_stop_in_flood);
  g_test_add_func("/tunnel/quiet-tunnel-wakes-nobody", test_quiet_tunnel_wakes_nobody);
  g_test_add_func("/tunnel/resolves-and-dials", test_resolves_and_dials);
  g_test_add_func("/tunnel/foreign-process", test_foreign_process);
  g_test_add_func("/tunnel/company", test_company);
  int result = g_test_run();
  test_pki_free(pki);
  return result;
}
