/* Probes without TLS: what is asked, what comes back, and how a probe ends. */
#include "config.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/prober.h"
#include "net/tunnel_error.h"
#include "unit/wire.h"

/* What a peer answers, and what it was told. */
typedef struct {
  const char *answer; /* as wire() takes it */
  gboolean first;     /* without having been asked */
  gboolean in_bytes;  /* one after the other */
  gboolean stays;     /* does not close by itself */
  guint8 asked[1024];
  gsize asked_length;
  guint8 goodbye[16];
  gsize goodbye_length;
} Talk;

static void
send_answer(int fd, const Talk *talk)
{
  g_autoptr(GByteArray) bytes = wire(talk->answer);
  gsize step = talk->in_bytes ? 1 : bytes->len;
  setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &(int){1}, sizeof(int));
  for (gsize sent = 0; sent < bytes->len; sent += step)
    g_assert_cmpint(send(fd, bytes->data + sent, step, MSG_NOSIGNAL), ==, step);
}

static void
talk(int fd, gpointer data)
{
  Talk *talk = data;
  if (!talk->first) {
    ssize_t got = recv(fd, talk->asked, sizeof talk->asked, 0);
    g_assert_cmpint(got, >, 0);
    talk->asked_length = (gsize)got;
  }
  send_answer(fd, talk);
  if (!talk->stays)
    shutdown(fd, SHUT_WR);
  ssize_t got = recv(fd, talk->goodbye, sizeof talk->goodbye, 0);
  talk->goodbye_length = got > 0 ? (gsize)got : 0;
}

static ProbeResult *
ask(ProbeKind kind, Talk *how)
{
  g_autoptr(ProbeRequest) request = probe_request_new(kind, "127.0.0.1", 0);
  return prober_run(request, talk, how);
}

static void
expect_first(const ProbeResult *result, const char *expected)
{
  gsize length;
  g_autoptr(GByteArray) bytes = wire(expected);
  g_assert_nonnull(result->first);
  const void *data = g_bytes_get_data(result->first, &length);
  g_assert_cmpmem(data, length, bytes->data, bytes->len);
}

/* --- MQTT ------------------------------------------------------------------------------------ */

static void
test_connack(void)
{
  Talk how = {.answer = "20 02 00 00", .stays = TRUE};
  g_autoptr(ProbeResult) result = ask(PROBE_MQTT, &how);
  g_assert_cmpint(prober_code(result), ==, -1);
  g_assert_true(result->connected && result->answered && !result->timed_out);
  g_assert_false(result->established || result->server_answered || result->refused_late);
  g_assert_cmpint(result->connack, ==, 0);
  g_assert_cmpint(result->alert, ==, -1);
  expect_first(result, "20 02 00 00");

  MqttPacket packet;
  MqttFault fault;
  g_assert_true(mqtt_packet_decode(how.asked, how.asked_length, MQTT_3_1_1, MQTT_FROM_CLIENT,
                                   &packet, &fault));
  g_assert_cmpint(packet.type, ==, MQTT_CONNECT);
  g_assert_cmpuint(packet.connect.user_name.length + packet.connect.password.length, ==, 0);
  g_assert_true(memcmp(packet.connect.client_id.data, "mqtrust-probe-", 14) == 0);
  g_assert_cmpmem(how.goodbye, how.goodbye_length, "\xe0\x00", 2);
}

static void
expect_connack(const char *answer, MqttVersion version, int reason)
{
  Talk how = {.answer = answer};
  g_autoptr(ProbeRequest) request = probe_request_new(PROBE_MQTT, "127.0.0.1", 0);
  request->version = version;
  g_autoptr(ProbeResult) result = prober_run(request, talk, &how);
  g_assert_cmpint(prober_code(result), ==, -1);
  g_assert_true(result->answered);
  g_assert_cmpint(result->connack, ==, reason);
  /* Who was refused is no client, and says no DISCONNECT (3.14). */
  g_assert_cmpuint(how.goodbye_length, ==, reason == 0 ? 2 : 0);
}

static void
test_connack_reasons(void)
{
  expect_connack("20 02 00 05", 0, 5);
  expect_connack("20 02 00 01", 0, 1);
  expect_connack("20 02 00 04", MQTT_3_1, 4);
  expect_connack("20 03 00 87 00", MQTT_5, 0x87);
  expect_connack("20 02 00 01", MQTT_5, 1);
  expect_connack("20 06 00 00 03 21 0014", MQTT_5, 0);
}

static void
test_connack_in_bytes(void)
{
  Talk how = {.answer = "20 02 00 00", .in_bytes = TRUE};
  g_autoptr(ProbeResult) result = ask(PROBE_MQTT, &how);
  g_assert_cmpint(prober_code(result), ==, -1);
  g_assert_cmpint(result->connack, ==, 0);
}

static void
expect_stranger(const char *answer, TunnelError code)
{
  for (guint i = 0; i < 4; i++) {
    Talk how = {.answer = answer, .stays = i & 1, .in_bytes = i & 2};
    g_autoptr(ProbeResult) result = ask(PROBE_MQTT, &how);
    g_assert_cmpint(prober_code(result), ==, code);
    g_assert_true(result->connected && !result->answered);
    g_assert_cmpint(result->connack, ==, -1);
    g_assert_nonnull(result->first);
  }
}

static void
test_strangers(void)
{
  expect_stranger("'HTTP/1.1 400 Bad Request' 0d0a", TUNNEL_ERROR_PORT_HTTP);
  expect_stranger("'220 mail.test ESMTP' 0d0a", TUNNEL_ERROR_PORT_STARTTLS);
  expect_stranger("'SSH-2.0-x' 0d0a", TUNNEL_ERROR_PORT_OTHER);
  expect_stranger("15 03 03 0002 02 46", TUNNEL_ERROR_PORT_NEEDS_TLS);
  expect_stranger("'hello'", TUNNEL_ERROR_PORT_OTHER);
  expect_stranger("00", TUNNEL_ERROR_PORT_OTHER);
}

static void
test_bad_connack(void)
{
  expect_stranger("20 02 02 00 0a", TUNNEL_ERROR_MQTT_MALFORMED); /* reserved flags */
  expect_stranger("20 02 00 63 0a", TUNNEL_ERROR_MQTT_MALFORMED); /* no such reason */
  expect_stranger("20 00 0a", TUNNEL_ERROR_MQTT_MALFORMED);       /* too short */
  /* Longer than anybody would read. */
  expect_stranger("20 ff ff ff 7f", TUNNEL_ERROR_MQTT_MALFORMED);
}

/* More than is read, without an end. */
static void
flood(int fd, gpointer data)
{
  char waste[256];
  g_autofree char *bytes = g_strnfill(1 << 16, 'x');
  if (recv(fd, waste, sizeof waste, 0) <= 0)
    return; /* a stranger that only looked in */
  while (send(fd, bytes, 1 << 16, MSG_NOSIGNAL) > 0)
    ;
}

static void
test_flood(void)
{
  for (int kind = PROBE_MQTT; kind <= PROBE_HTTP; kind++) {
    g_autoptr(ProbeRequest) request = probe_request_new((ProbeKind)kind, "127.0.0.1", 0);
    g_autoptr(ProbeResult) result = prober_run(request, flood, NULL);
    g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_PORT_OTHER);
    g_assert_cmpuint(g_bytes_get_size(result->first), <=, PROBE_BYTES_MAX);
  }
}

/* --- HTTP ------------------------------------------------------------------------------------ */

static void
test_upgrade(void)
{
  Talk how = {.answer = "'HTTP/1.1 101 Switching Protocols' 0d0a 0d0a", .stays = TRUE};
  g_autoptr(ProbeResult) result = ask(PROBE_HTTP, &how);
  g_assert_cmpint(prober_code(result), ==, -1);
  g_assert_true(result->connected && !result->answered);
  g_assert_cmpint(result->connack, ==, -1);
  g_assert_true(g_str_has_prefix(g_bytes_get_data(result->first, NULL), "HTTP/1.1 101"));
  g_autofree char *asked = g_strndup((char *)how.asked, how.asked_length);
  g_assert_true(g_str_has_prefix(asked, "GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1:"));
  g_assert_true(g_str_has_suffix(asked, "\r\n\r\n"));
  g_assert_nonnull(strstr(asked, "\r\nSec-WebSocket-Protocol: mqtt\r\n"));
  g_assert_nonnull(strstr(asked, "\r\nSec-WebSocket-Key: "));
  g_assert_cmpuint(how.goodbye_length, ==, 0);
}

/* A path that would put lines of its own into the request is not used. */
static void
test_upgrade_path(void)
{
  static const char *const paths[][2] = {{"/ws", "GET /ws HTTP/1.1\r\n"},
                                         {"/x\r\nEvil: y", "GET /mqtt HTTP/1.1\r\n"},
                                         {"/x y", "GET /mqtt HTTP/1.1\r\n"}};
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
    Talk how = {.answer = "'HTTP/1.1 404 Not Found' 0d0a"};
    g_autoptr(ProbeRequest) request = probe_request_new(PROBE_HTTP, "127.0.0.1", 0);
    request->path = g_strdup(paths[i][0]);
    g_autoptr(ProbeResult) result = prober_run(request, talk, &how);
    g_autofree char *asked = g_strndup((char *)how.asked, how.asked_length);
    g_assert_cmpint(prober_code(result), ==, -1);
    g_assert_true(g_str_has_prefix(asked, paths[i][1]));
    g_assert_null(strstr(asked, "Evil"));
  }
}

static void
test_upgrade_to_stranger(void)
{
  Talk how = {.answer = "'SSH-2.0-x' 0d0a"};
  g_autoptr(ProbeResult) result = ask(PROBE_HTTP, &how);
  g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_PORT_OTHER);
}

/* --- TCP ------------------------------------------------------------------------------------- */

static void
wait_for_end(int fd, gpointer data)
{
  peer_wait_for_end(fd);
}

static void
close_now(int fd, gpointer data)
{
}

static void
reset_now(int fd, gpointer data)
{
  peer_reset_on_close(fd);
}

static ProbeResult *
touch(PeerScript script, gpointer data, guint listen_ms)
{
  g_autoptr(ProbeRequest) request = probe_request_new(PROBE_TCP, "127.0.0.1", 0);
  request->listen_ms = listen_ms;
  return prober_run(request, script, data);
}

static void
test_tcp(void)
{
  g_autoptr(ProbeResult) at_once = touch(wait_for_end, NULL, 0);
  g_assert_cmpint(prober_code(at_once), ==, -1);
  g_assert_true(at_once->connected);
  g_assert_null(at_once->first);

  g_autoptr(ProbeResult) quiet = touch(wait_for_end, NULL, 200);
  g_assert_cmpint(prober_code(quiet), ==, -1);
  g_assert_true(quiet->connected);
  g_assert_cmpint(quiet->duration_us, >=, 195 * 1000);
}

static void
test_tcp_closed_at_once(void)
{
  g_autoptr(ProbeResult) closed = touch(close_now, NULL, 20000);
  g_assert_cmpint(prober_code(closed), ==, TUNNEL_ERROR_TCP_CLOSED_AT_ONCE);
  g_assert_true(closed->connected);
  g_autoptr(ProbeResult) reset = touch(reset_now, NULL, 20000);
  g_assert_cmpint(prober_code(reset), ==, TUNNEL_ERROR_TCP_CLOSED_AT_ONCE);
  g_assert_true(reset->connected);
}

static void
test_tcp_greeting(void)
{
  Talk mail = {.answer = "'220 mail.test ESMTP' 0d0a", .first = TRUE, .stays = TRUE};
  g_autoptr(ProbeResult) smtp = touch(talk, &mail, 20000);
  g_assert_cmpint(prober_code(smtp), ==, TUNNEL_ERROR_PORT_STARTTLS);
  expect_first(smtp, "'220 mail.test ESMTP' 0d0a");
  Talk shell = {.answer = "'SSH-2.0-x'", .first = TRUE, .in_bytes = TRUE, .stays = TRUE};
  g_autoptr(ProbeResult) ssh = touch(talk, &shell, 20000);
  g_assert_cmpint(prober_code(ssh), ==, TUNNEL_ERROR_PORT_SPEAKS_FIRST);
  g_assert_cmpint(ssh->duration_us, <, 10 * G_USEC_PER_SEC);
}

/* A port that is ours, and on which nobody listens. */
static void
test_tcp_refused(void)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(bind(fd, (struct sockaddr *)&address, length), ==, 0);
  getsockname(fd, (struct sockaddr *)&address, &length);
  for (int kind = PROBE_TCP; kind <= PROBE_HTTP; kind++) {
    g_autoptr(ProbeRequest) request =
        probe_request_new((ProbeKind)kind, "127.0.0.1", ntohs(address.sin_port));
    g_autoptr(ProbeResult) result = prober_run_alone(request);
    g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_TCP_REFUSED);
    g_assert_false(result->connected || result->timed_out);
  }
  close(fd);
}

/* A listener with a full backlog answers no SYN. */
static void
test_tcp_filtered(void)
{
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
  g_autoptr(ProbeRequest) request =
      probe_request_new(PROBE_TCP, "127.0.0.1", ntohs(address.sin_port));
  request->timeout_ms = 300;
  g_autoptr(ProbeResult) result = prober_run_alone(request);
  g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_TCP_FILTERED);
  g_assert_true(result->timed_out && !result->connected);
  g_assert_cmpint(result->duration_us, >=, 290 * 1000);
  g_assert_cmpint(result->duration_us, <, 5 * G_USEC_PER_SEC);
  for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
    close(fds[i]);
}

static void
test_no_address(void)
{
  g_autoptr(ProbeRequest) request = probe_request_new(PROBE_MQTT, "mqtt.test\x1b[2J", 1883);
  g_autoptr(ProbeResult) result = prober_run_alone(request);
  g_assert_cmpint(prober_code(result), ==, TUNNEL_ERROR_LOCAL);
  g_assert_null(strchr(result->error->message, '\x1b'));
}

/* --- Ends ------------------------------------------------------------------------------------ */

static void
close_after_question(int fd, gpointer data)
{
  char waste[1024];
  g_assert_cmpint(recv(fd, waste, sizeof waste, 0), >, 0);
  if (data != NULL)
    peer_reset_on_close(fd);
}

static void
test_closed(void)
{
  for (guint reset = 0; reset < 2; reset++) {
    g_autoptr(ProbeRequest) mqtt = probe_request_new(PROBE_MQTT, "127.0.0.1", 0);
    g_autoptr(ProbeRequest) http = probe_request_new(PROBE_HTTP, "127.0.0.1", 0);
    gpointer data = GUINT_TO_POINTER(reset);
    g_autoptr(ProbeResult) no_connack = prober_run(mqtt, close_after_question, data);
    g_autoptr(ProbeResult) no_http = prober_run(http, close_after_question, data);
    g_assert_cmpint(prober_code(no_connack), ==, TUNNEL_ERROR_CLOSED_AFTER_CONNECT);
    g_assert_cmpint(prober_code(no_http), ==, TUNNEL_ERROR_PEER_CLOSED);
    g_assert_null(no_connack->first);
  }
}

static void
test_silence(void)
{
  for (int kind = PROBE_TLS; kind <= PROBE_HTTP; kind++) {
    g_autoptr(ProbeRequest) request = probe_request_new((ProbeKind)kind, "127.0.0.1", 0);
    request->timeout_ms = 200;
    g_autoptr(ProbeResult) result = prober_run(request, wait_for_end, NULL);
    g_assert_cmpint(prober_code(result), ==,
                    kind == PROBE_TLS ? TUNNEL_ERROR_TLS_TIMEOUT : TUNNEL_ERROR_MQTT_TIMEOUT);
    g_assert_true(result->timed_out && result->connected);
    g_assert_cmpint(result->duration_us, >=, 195 * 1000);
    g_assert_cmpint(result->duration_us, <, 5 * G_USEC_PER_SEC);
  }
}

static void
not_called(ProbeResult *result, gpointer data)
{
  g_error("a stopped probe has told its result");
}

static void
test_stop(void)
{
  g_autoptr(Peer) peer = peer_start(wait_for_end, NULL);
  g_autoptr(Transport) transport = transport_new();
  for (int kind = PROBE_TLS; kind <= PROBE_HTTP; kind++) {
    for (guint i = 0; i < 20; i++) {
      g_autoptr(ProbeRequest) request =
          probe_request_new((ProbeKind)kind, "127.0.0.1", peer_port(peer));
      probe_stop(probe_start(transport, request, not_called, NULL));
    }
  }
  probe_stop(NULL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/probe/connack", test_connack);
  g_test_add_func("/probe/connack-reasons", test_connack_reasons);
  g_test_add_func("/probe/connack-in-bytes", test_connack_in_bytes);
  g_test_add_func("/probe/strangers", test_strangers);
  g_test_add_func("/probe/bad-connack", test_bad_connack);
  g_test_add_func("/probe/flood", test_flood);
  g_test_add_func("/probe/upgrade", test_upgrade);
  g_test_add_func("/probe/upgrade-path", test_upgrade_path);
  g_test_add_func("/probe/upgrade-to-stranger", test_upgrade_to_stranger);
  g_test_add_func("/probe/tcp", test_tcp);
  g_test_add_func("/probe/tcp-closed-at-once", test_tcp_closed_at_once);
  g_test_add_func("/probe/tcp-greeting", test_tcp_greeting);
  g_test_add_func("/probe/tcp-refused", test_tcp_refused);
  g_test_add_func("/probe/tcp-filtered", test_tcp_filtered);
  g_test_add_func("/probe/no-address", test_no_address);
  g_test_add_func("/probe/closed", test_closed);
  g_test_add_func("/probe/silence", test_silence);
  g_test_add_func("/probe/stop", test_stop);
  return g_test_run();
}
