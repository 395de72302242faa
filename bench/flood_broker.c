#include "config.h"

#include "flood_broker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "flood_tls.h"

#define BLOCK_ROUNDS 200 /* of all topics, in the prepared buffer */
#define LAST_PACKET_ID 7

struct FloodBroker {
  pid_t pid;
  int results; /* receives two doubles: start and end */
  guint16 port;
  guint64 count;
  double times[2];
  int known;
};

static guint64
whole_rounds(guint64 count)
{
  return (count + FLOOD_TOPICS - 1) / FLOOD_TOPICS * FLOOD_TOPICS;
}

static void
append_round(GByteArray *out, int version, gsize payload)
{
  for (int i = 0; i < FLOOD_TOPICS; i++) {
    char topic[32];
    g_snprintf(topic, sizeof topic, "flood/topic/%02d", i);
    flood_append_publish(out, version, topic, payload, 0);
  }
}

guint64
flood_bytes(gsize payload, guint64 count)
{
  g_autoptr(GByteArray) one = g_byte_array_new();
  append_round(one, 5, payload);
  return whole_rounds(count) / FLOOD_TOPICS * one->len;
}

/* --- The process --------------------------------------------------------------------------------- */

static void
report(int fd, double when)
{
  if (write(fd, &when, sizeof when) != sizeof when)
    _exit(1);
}

/* Returns the MQTT version that the client speaks. */
static int
greet(FloodStream *stream)
{
  static const guint8 connack_4[] = {0x20, 2, 0, 0}, connack_5[] = {0x20, 3, 0, 0, 0};
  FloodPacket packet;
  if (!flood_receive_packet(stream, &packet) || packet.type != 0x10 || packet.length < 7)
    g_error("the first packet is no CONNECT");
  int version = packet.body[6];
  if (version == 5)
    flood_send(stream, connack_5, sizeof connack_5);
  else
    flood_send(stream, connack_4, sizeof connack_4);
  return version;
}

static void
grant(FloodStream *stream, int version)
{
  FloodPacket packet;
  if (!flood_receive_packet(stream, &packet) || packet.type != 0x82)
    g_error("the second packet is no SUBSCRIBE");
  const guint8 suback_4[] = {0x90, 3, packet.body[0], packet.body[1], 1};
  const guint8 suback_5[] = {0x90, 4, packet.body[0], packet.body[1], 0, 1};
  if (version == 5)
    flood_send(stream, suback_5, sizeof suback_5);
  else
    flood_send(stream, suback_4, sizeof suback_4);
}

static void
pour(FloodStream *stream, int version, gsize payload, guint64 count)
{
  g_autoptr(GByteArray) block = g_byte_array_new();
  append_round(block, version, payload);
  gsize round = block->len;
  for (int i = 1; i < BLOCK_ROUNDS; i++)
    append_round(block, version, payload);
  guint64 rounds = count / FLOOD_TOPICS;
  for (; rounds >= BLOCK_ROUNDS; rounds -= BLOCK_ROUNDS)
    flood_send(stream, block->data, block->len);
  flood_send(stream, block->data, (gsize)rounds * round);
}

/* Pings may come in between. */
static void
wait_for_puback(FloodStream *stream)
{
  static const guint8 pong[] = {0xd0, 0};
  FloodPacket packet;
  while (flood_receive_packet(stream, &packet)) {
    if (packet.type == 0x40 && packet.body[1] == LAST_PACKET_ID)
      return;
    if (packet.type == 0xc0)
      flood_send(stream, pong, sizeof pong);
  }
  g_error("the client has left before its PUBACK");
}

static void G_GNUC_NORETURN
serve(int listener, int results, const Certificates *certificates, gsize payload, guint64 count)
{
  FloodStream stream;
  FloodPacket packet;
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
  close(listener);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  flood_stream_accept(&stream, fd, certificates);
  int version = greet(&stream);
  grant(&stream, version);

  g_autoptr(GByteArray) last = g_byte_array_new();
  flood_append_publish(last, version, "flood/last", 2, LAST_PACKET_ID);
  report(results, bench_now());
  pour(&stream, version, payload, count);
  flood_send(&stream, last->data, last->len);
  wait_for_puback(&stream);
  report(results, bench_now());
  while (flood_receive_packet(&stream, &packet))
    continue; /* until the client leaves */
  _exit(0);
}

static int
listen_somewhere(guint16 *port)
{
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &length) != 0)
    g_error("no port: %s", g_strerror(errno));
  *port = ntohs(address.sin_port);
  return fd;
}

FloodBroker *
flood_broker_start(const Certificates *certificates, gsize payload, guint64 count)
{
  FloodBroker *broker = g_new0(FloodBroker, 1);
  int pipes[2], listener = listen_somewhere(&broker->port);
  pid_t parent = getpid();
  if (pipe2(pipes, O_CLOEXEC) != 0)
    g_error("pipe: %s", g_strerror(errno));
  broker->count = whole_rounds(count);
  broker->results = pipes[0];
  fcntl(broker->results, F_SETFL, O_NONBLOCK);
  fflush(stdout);
  broker->pid = fork();
  if (broker->pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(1);
    serve(listener, pipes[1], certificates, payload, broker->count);
  }
  close(listener);
  close(pipes[1]);
  return broker;
}

void
flood_broker_free(FloodBroker *broker)
{
  if (broker == NULL)
    return;
  kill(broker->pid, SIGKILL);
  waitpid(broker->pid, NULL, 0);
  close(broker->results);
  g_free(broker);
}

static void
learn(FloodBroker *broker)
{
  while (broker->known < 2) {
    ssize_t length = read(broker->results, &broker->times[broker->known], sizeof(double));
    if (length == 0)
      g_error("the broker stand-in has failed");
    if (length != sizeof(double))
      return;
    broker->known++;
  }
}

gboolean
flood_broker_started(FloodBroker *broker)
{
  learn(broker);
  return broker->known >= 1;
}

gboolean
flood_broker_finished(FloodBroker *broker)
{
  learn(broker);
  return broker->known >= 2;
}

void
flood_broker_wait(FloodBroker *broker)
{
  while (!flood_broker_finished(broker)) {
    struct pollfd wait = {.fd = broker->results, .events = POLLIN};
    poll(&wait, 1, -1);
  }
}

guint16
flood_broker_port(const FloodBroker *broker)
{
  return broker->port;
}

double
flood_broker_seconds(const FloodBroker *broker)
{
  return broker->times[1] - broker->times[0];
}

guint64
flood_broker_count(const FloodBroker *broker)
{
  return broker->count;
}
