#include "config.h"

#include "live/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mqtt/tap.h"

#define FAILURE_SECONDS 30 /* that something is broken, not slow */

struct Relay {
  guint16 port, broker_port;
  int listener, ends[2]; /* by MqttDirection: of the one who sends; -1: none */
  guint sources[3];      /* of the ends, and of the listener */
  Tap *tap;
  GPtrArray *lines;
  guint publishes[3], passed_on[3]; /* by QoS */
};

/* --- Waiting ---------------------------------------------------------------------------------- */

static gboolean
on_failure_timeout(gpointer expired)
{
  *(gboolean *)expired = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
has_line(const Relay *relay, const char *line)
{
  for (guint i = 0; i < relay->lines->len; i++) {
    if (g_str_has_prefix(relay->lines->pdata[i], line))
      return TRUE;
  }
  return FALSE;
}

gboolean
relay_wait(Relay *relay, const char *line)
{
  gboolean expired = FALSE;
  guint timeout = g_timeout_add_seconds(FAILURE_SECONDS, on_failure_timeout, &expired);

  while (!has_line(relay, line) && !expired)
    g_main_context_iteration(NULL, TRUE);
  if (!expired)
    g_source_remove(timeout);
  for (guint i = 0; expired && i < relay->lines->len; i++)
    g_test_message("%s", (char *)relay->lines->pdata[i]);
  return !expired;
}

/* --- The tap's sink --------------------------------------------------------------------------- */

static void
on_bracket(gpointer user_data)
{
}

static void
on_publish(MqttDirection direction, const MqttPublish *publish, gpointer user_data)
{
  Relay *relay = user_data;
  MqttProperty property;
  gsize cursor = 0;
  GString *line = g_string_new(NULL);

  g_string_printf(line, "%c PUBLISH qos %u '%.*s' '%.*s'",
                  direction == MQTT_FROM_CLIENT ? '>' : '<', publish->qos,
                  (int)publish->topic.length, publish->topic.data, (int)publish->payload.length,
                  publish->payload.data);
  while (mqtt_property_next(publish->properties, &cursor, &property))
    g_string_append_printf(line, " %s '%.*s' '%.*s'", mqtt_property_name(property.id),
                           (int)property.name.length, property.name.data,
                           (int)property.value.length, property.value.data);
  if (direction == MQTT_FROM_BROKER)
    relay->publishes[publish->qos]++;
  g_ptr_array_add(relay->lines, g_string_free(line, FALSE));
}

static void
on_packet(MqttDirection direction, const MqttPacket *packet, gpointer user_data)
{
  Relay *relay = user_data;

  g_ptr_array_add(relay->lines, g_strdup_printf("%c %s", direction == MQTT_FROM_CLIENT ? '>' : '<',
                                                mqtt_type_name((guint8)packet->type)));
}

static const TapSink sink = {on_bracket, on_bracket, on_publish, on_packet};

/* --- Sockets ---------------------------------------------------------------------------------- */

static int
new_socket(void)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

  g_assert_cmpint(fd, >=, 0);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static struct sockaddr_in
loopback(guint16 port)
{
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void
hang_up(Relay *relay)
{
  for (guint i = 0; i < G_N_ELEMENTS(relay->sources); i++) {
    if (relay->sources[i] != 0)
      g_source_remove(relay->sources[i]);
    relay->sources[i] = 0;
  }
  for (guint i = 0; i < 2; i++) {
    if (relay->ends[i] >= 0)
      close(relay->ends[i]);
    relay->ends[i] = -1;
  }
}

/* What the tap lets through comes by whole packets. */
static void
count_passed_on(Relay *relay, const GByteArray *out)
{
  MqttFrame frame;
  MqttFault fault;

  for (gsize at = 0; at < out->len; at += frame.header + frame.remaining) {
    g_assert_cmpint(mqtt_frame_read(out->data + at, out->len - at, &frame, &fault), ==,
                    MQTT_FRAME_OK);
    if (frame.type == MQTT_PUBLISH)
      relay->passed_on[frame.flags >> 1 & 3]++;
  }
}

static gboolean
send_all(int fd, const GByteArray *bytes)
{
  for (gsize at = 0; at < bytes->len;) {
    gssize sent = send(fd, bytes->data + at, bytes->len - at, MSG_NOSIGNAL);

    if (sent < 0 && errno != EINTR)
      return FALSE;
    at += sent > 0 ? (gsize)sent : 0;
  }
  return TRUE;
}

static gboolean
carry(Relay *relay, MqttDirection from)
{
  g_autoptr(GByteArray) out = g_byte_array_new();
  guint8 buffer[4096];
  MqttFault fault;
  gssize length = recv(relay->ends[from], buffer, sizeof buffer, MSG_DONTWAIT);

  if (length < 0 && (errno == EAGAIN || errno == EINTR))
    return TRUE;
  if (length <= 0)
    return FALSE;
  if (!tap_feed(relay->tap, from, buffer, (gsize)length, out, &fault))
    g_error("%s (%s)", fault.reason, fault.clause);
  if (from == MQTT_FROM_BROKER)
    count_passed_on(relay, out);
  return send_all(relay->ends[1 - from], out);
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user_data)
{
  Relay *relay = user_data;
  MqttDirection from = fd == relay->ends[MQTT_FROM_CLIENT] ? MQTT_FROM_CLIENT : MQTT_FROM_BROKER;

  if (carry(relay, from))
    return G_SOURCE_CONTINUE;
  relay->sources[from] = 0;
  hang_up(relay);
  return G_SOURCE_REMOVE;
}

static gboolean
on_connection(int listener, GIOCondition condition, gpointer user_data)
{
  Relay *relay = user_data;
  struct sockaddr_in broker = loopback(relay->broker_port);

  relay->sources[2] = 0;
  relay->ends[MQTT_FROM_CLIENT] = accept(listener, NULL, NULL);
  g_assert_cmpint(relay->ends[MQTT_FROM_CLIENT], >=, 0);
  relay->ends[MQTT_FROM_BROKER] = new_socket();
  if (connect(relay->ends[MQTT_FROM_BROKER], (struct sockaddr *)&broker, sizeof broker) != 0) {
    hang_up(relay);
    return G_SOURCE_REMOVE;
  }
  for (guint i = 0; i < 2; i++)
    relay->sources[i] = g_unix_fd_add(relay->ends[i], G_IO_IN | G_IO_HUP, on_readable, relay);
  return G_SOURCE_REMOVE;
}

Relay *
relay_new(guint16 broker_port)
{
  Relay *relay = g_new0(Relay, 1);
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;

  relay->broker_port = broker_port;
  relay->ends[0] = relay->ends[1] = -1;
  relay->tap = tap_new(&sink, relay, 0);
  relay->lines = g_ptr_array_new_with_free_func(g_free);
  relay->listener = new_socket();
  g_assert_cmpint(bind(relay->listener, (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint(listen(relay->listener, 1), ==, 0);
  g_assert_cmpint(getsockname(relay->listener, (struct sockaddr *)&address, &length), ==, 0);
  relay->port = ntohs(address.sin_port);
  relay->sources[2] = g_unix_fd_add(relay->listener, G_IO_IN, on_connection, relay);
  return relay;
}

void
relay_free(Relay *relay)
{
  if (relay == NULL)
    return;
  hang_up(relay);
  close(relay->listener);
  tap_free(relay->tap);
  g_ptr_array_unref(relay->lines);
  g_free(relay);
}

guint16
relay_port(const Relay *relay)
{
  return relay->port;
}

guint
relay_publishes(const Relay *relay, guint qos)
{
  return relay->publishes[qos];
}

guint
relay_passed_on(const Relay *relay, guint qos)
{
  return relay->passed_on[qos];
}
