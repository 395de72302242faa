/* The MQTT client and the tap in front of it, with a real broker on loopback. */
#include "config.h"

#include <arpa/inet.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/broker.h"
#include "live/relay.h"
#include "mqtt/client.h"
#include "unit/wire.h"
#include "util/private_folder.h"

/* --- A client and its events ------------------------------------------------------------------ */

typedef struct {
  MqttClientEventType type;
  guint token;
  int reason;
  char *text;
} Event;

/* Events come on Paho's threads and are looked at on the main one. */
typedef struct {
  MqttClient *client;
  pthread_mutex_t lock; /* which ThreadSanitizer sees, unlike GMutex */
  GArray *events;
} Peer;

static void
clear_event(gpointer event)
{
  g_free(((Event *)event)->text);
}

static void
on_event(const MqttClientEvent *event, gpointer user_data)
{
  Peer *peer = user_data;
  Event copy = {event->type, event->token, event->reason, g_strdup(event->text)};

  pthread_mutex_lock(&peer->lock);
  g_array_append_val(peer->events, copy);
  pthread_mutex_unlock(&peer->lock);
  g_main_context_wakeup(NULL);
}

static void
peer_init(Peer *peer, const MqttClientOptions *options)
{
  g_autoptr(GError) error = NULL;

  pthread_mutex_init(&peer->lock, NULL);
  peer->events = g_array_new(FALSE, FALSE, sizeof(Event));
  g_array_set_clear_func(peer->events, clear_event);
  peer->client = mqtt_client_new(options, on_event, peer, &error);
  g_assert_no_error(error);
}

static void
peer_clear(Peer *peer)
{
  if (peer->events == NULL)
    return;
  mqtt_client_free(peer->client);
  g_array_unref(peer->events);
  pthread_mutex_destroy(&peer->lock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Peer, peer_clear)

/* FALSE: no such event yet. */
static gboolean
find_event(Peer *peer, MqttClientEventType type, guint token, Event *found)
{
  gboolean is_there = FALSE;

  pthread_mutex_lock(&peer->lock);
  for (guint i = 0; i < peer->events->len && !is_there; i++) {
    *found = g_array_index(peer->events, Event, i);
    is_there = found->type == type && found->token == token;
  }
  pthread_mutex_unlock(&peer->lock);
  return is_there;
}

static gboolean
on_failure_timeout(gpointer unused)
{
  g_error("the event did not come");
  return G_SOURCE_REMOVE;
}

/* Runs the main context until the event is there. Its text is the peer's. */
static Event
wait_event(Peer *peer, MqttClientEventType type, guint token)
{
  guint timeout = g_timeout_add_seconds(30, on_failure_timeout, NULL);
  Event event = {0};

  while (!find_event(peer, type, token, &event))
    g_main_context_iteration(NULL, TRUE);
  g_source_remove(timeout);
  return event;
}

static void
begin_connect(Peer *peer, guint16 port)
{
  g_autoptr(GError) error = NULL;

  mqtt_client_connect(peer->client, port, 10, &error);
  g_assert_no_error(error);
}

static guint
subscribe(Peer *peer, const char *filter, int qos)
{
  g_autoptr(GError) error = NULL;
  guint token = mqtt_client_subscribe(peer->client, filter, qos, &error);

  g_assert_no_error(error);
  return token;
}

static guint
publish(Peer *peer, const char *topic, const char *payload, int qos)
{
  MqttMessage message = {
      .topic = topic, .payload = payload, .payload_length = strlen(payload), .qos = qos};
  g_autoptr(GError) error = NULL;
  guint token = mqtt_client_publish(peer->client, &message, &error);

  g_assert_no_error(error);
  return token;
}

static MqttClientOptions *
options_for(MqttVersion version, const char *client_id)
{
  MqttClientOptions *options = mqtt_client_options_new();

  options->version = version;
  g_free(options->client_id);
  options->client_id = g_strdup(client_id);
  return options;
}

/* A broker, or NULL and the test is skipped. `options` NULL: it is open to all. */
static Broker *
broker_or_skip(const BrokerOptions *options)
{
  static const BrokerOptions open_to_all;

  if (!broker_available_or_skip())
    return NULL;
  return broker_start(options != NULL ? options : &open_to_all);
}

static MqttVersion
version_of(gconstpointer data)
{
  return GPOINTER_TO_UINT(data);
}

/* --- Tests ------------------------------------------------------------------------------------ */

static void
check_round_trip(Peer *peer, Relay *relay)
{
  Event event = wait_event(peer, MQTT_CLIENT_SUBSCRIBED, subscribe(peer, "t/#", 2));

  g_assert_cmpint(event.reason, ==, 2);
  g_assert_cmpstr(event.text, ==, "Granted QoS 2");
  for (int qos = 0; qos <= 2; qos++) {
    g_autofree char *topic = g_strdup_printf("t/%d", qos);
    g_autofree char *line = g_strdup_printf("< PUBLISH qos %d '%s' 'hello'", qos, topic);

    wait_event(peer, MQTT_CLIENT_PUBLISHED, publish(peer, topic, "hello", qos));
    g_assert_true(relay_wait(relay, line));
  }
}

/* The tap keeps QoS 0 from Paho, and Paho does its part for the others: acknowledgements go back.
 */
static void
test_round_trip(gconstpointer data)
{
  g_autoptr(Broker) broker = broker_or_skip(NULL);
  g_autoptr(MqttClientOptions) options = options_for(version_of(data), "trip");
  g_autoptr(Relay) relay = NULL;
  g_auto(Peer) peer = {0};
  g_autoptr(GError) error = NULL;
  Event event;

  if (broker == NULL)
    return;
  relay = relay_new(broker_port(broker));
  peer_init(&peer, options);
  begin_connect(&peer, relay_port(relay));
  wait_event(&peer, MQTT_CLIENT_CONNECTED, 0);
  check_round_trip(&peer, relay);
  g_assert_true(relay_wait(relay, "> PUBACK"));
  g_assert_true(relay_wait(relay, "> PUBREC"));
  g_assert_true(relay_wait(relay, "< PUBREL"));
  g_assert_true(relay_wait(relay, "> PUBCOMP"));
  for (guint qos = 0; qos <= 2; qos++) {
    g_assert_cmpuint(relay_publishes(relay, qos), ==, 1);
    g_assert_cmpuint(relay_passed_on(relay, qos), ==, qos == 0 ? 0 : 1);
  }
  event = wait_event(&peer, MQTT_CLIENT_UNSUBSCRIBED,
                     mqtt_client_unsubscribe(peer.client, "t/#", &error));
  g_assert_cmpint(event.reason, ==, 0);
  mqtt_client_disconnect(peer.client);
  wait_event(&peer, MQTT_CLIENT_DISCONNECTED, 0);
  g_assert_true(relay_wait(relay, "> DISCONNECT"));
}

/* The same client may be used again. */
static void
test_again(gconstpointer data)
{
  g_autoptr(Broker) broker = broker_or_skip(NULL);
  g_autoptr(MqttClientOptions) options = options_for(version_of(data), "again");
  g_auto(Peer) peer = {0};

  if (broker == NULL)
    return;
  peer_init(&peer, options);
  for (int i = 0; i < 3; i++) {
    begin_connect(&peer, broker_port(broker));
    wait_event(&peer, MQTT_CLIENT_CONNECTED, 0);
    g_assert_false(mqtt_client_connect(peer.client, broker_port(broker), 10, NULL));
    mqtt_client_disconnect(peer.client);
    wait_event(&peer, MQTT_CLIENT_DISCONNECTED, 0);
    g_array_set_size(peer.events, 0);
  }
}

static void
test_properties(void)
{
  static const char *const pairs[] = {"unit", "°C", "unit", "K", NULL};
  MqttMessage message = {.topic = "p", .content_type = "text/plain", .user_properties = pairs};
  g_autoptr(Broker) broker = broker_or_skip(NULL);
  g_autoptr(MqttClientOptions) options = options_for(MQTT_5, "");
  g_autoptr(Relay) relay = NULL;
  g_auto(Peer) peer = {0};
  g_autoptr(GError) error = NULL;

  if (broker == NULL)
    return;
  relay = relay_new(broker_port(broker));
  peer_init(&peer, options);
  begin_connect(&peer, relay_port(relay));
  wait_event(&peer, MQTT_CLIENT_CONNECTED, 0);
  wait_event(&peer, MQTT_CLIENT_SUBSCRIBED, subscribe(&peer, "p", 0));
  g_assert_cmpuint(mqtt_client_publish(peer.client, &message, &error), >, 0);
  g_assert_true(relay_wait(relay,
                           "< PUBLISH qos 0 'p' '' Content Type '' 'text/plain' User Property "
                           "'unit' '°C' User Property 'unit' 'K'"));
}

/* A refusal by user name and password, then the right ones. */
static void
test_password(gconstpointer data)
{
  const BrokerOptions locked = {.user_name = "me", .password = "secret"};
  g_autoptr(Broker) broker = broker_or_skip(&locked);
  g_autoptr(MqttClientOptions) options = options_for(version_of(data), "who");
  g_auto(Peer) wrong = {0}, right = {0};
  Event event;

  if (broker == NULL)
    return;
  options->user_name = g_strdup("me");
  options->password = g_strdup("guess");
  peer_init(&wrong, options);
  begin_connect(&wrong, broker_port(broker));
  event = wait_event(&wrong, MQTT_CLIENT_CONNECT_FAILED, 0);
  g_assert_cmpint(event.reason, ==, options->version == MQTT_5 ? 0x87 : 5);
  g_assert_cmpstr(event.text, ==,
                  options->version == MQTT_5 ? "the broker refused the connection: Not authorized (0x87)"
                                             : "the broker refused the connection: Not authorized (0x05)");
  g_free(options->password);
  options->password = g_strdup("secret");
  peer_init(&right, options);
  begin_connect(&right, broker_port(broker));
  wait_event(&right, MQTT_CLIENT_CONNECTED, 0);
}

/* What an access list forbids comes back as the broker's refusal (in 3.1.1 a refused message is
 * acknowledged like any other). */
static void
test_forbidden(void)
{
  g_autofree char *folder = private_folder_new("mqtrust-client", NULL);
  g_autofree char *acl_file = g_strdup_printf("acl_file %s/acl\n", folder);
  const BrokerOptions limiting = {.extra = acl_file};
  g_autoptr(MqttClientOptions) options = options_for(MQTT_5, "limited");
  g_autoptr(Broker) broker = NULL;
  g_auto(Peer) peer = {0};
  Event event;

  g_assert_true(private_folder_write(folder, "acl", "topic readwrite mine/#\n", -1, 0600, NULL));
  broker = broker_or_skip(&limiting);
  if (broker != NULL) {
    peer_init(&peer, options);
    begin_connect(&peer, broker_port(broker));
    wait_event(&peer, MQTT_CLIENT_CONNECTED, 0);
    wait_event(&peer, MQTT_CLIENT_PUBLISHED, publish(&peer, "mine/a", "x", 1));
    event = wait_event(&peer, MQTT_CLIENT_REQUEST_FAILED, publish(&peer, "yours/a", "x", 1));
    g_assert_cmpint(event.reason, ==, 0x87);
    g_assert_cmpstr(event.text, ==, "the broker refused the message: Not authorized (0x87)");
  }
  private_folder_remove(folder, NULL);
}

static void
test_lost(gconstpointer data)
{
  g_autoptr(Broker) broker = broker_or_skip(NULL);
  g_autoptr(MqttClientOptions) options = options_for(version_of(data), "lost");
  g_auto(Peer) peer = {0};
  g_autoptr(GError) error = NULL;
  Event event;

  if (broker == NULL)
    return;
  peer_init(&peer, options);
  begin_connect(&peer, broker_port(broker));
  wait_event(&peer, MQTT_CLIENT_CONNECTED, 0);
  broker_kill(broker);
  event = wait_event(&peer, MQTT_CLIENT_CONNECTION_LOST, 0);
  g_assert_cmpint(event.reason, ==, -1);
  g_assert_cmpstr(event.text, ==, "the connection was lost");
  g_assert_cmpuint(mqtt_client_subscribe(peer.client, "a", 0, &error), ==, 0);
  g_assert_cmpstr(error->message, ==, "cannot subscribe: not connected to the broker");
  mqtt_client_disconnect(peer.client); /* nobody is there, and it says so at once */
  g_assert_true(find_event(&peer, MQTT_CLIENT_DISCONNECTED, 0, &event));
}

static void
test_will(gconstpointer data)
{
  g_autoptr(Broker) broker = broker_or_skip(NULL);
  g_autoptr(MqttClientOptions) mortal = options_for(version_of(data), "mortal");
  g_autoptr(MqttClientOptions) heir = options_for(version_of(data), "heir");
  g_autoptr(Relay) line = NULL, relay = NULL;
  g_auto(Peer) first = {0}, second = {0};

  if (broker == NULL)
    return;
  relay = relay_new(broker_port(broker));
  peer_init(&second, heir);
  begin_connect(&second, relay_port(relay));
  wait_event(&second, MQTT_CLIENT_CONNECTED, 0);
  wait_event(&second, MQTT_CLIENT_SUBSCRIBED, subscribe(&second, "will/+", 1));
  mortal->will_topic = g_strdup("will/mortal");
  mortal->will_payload = g_bytes_new_static("gone", 4);
  mortal->will_qos = 1;
  line = relay_new(broker_port(broker));
  peer_init(&first, mortal);
  begin_connect(&first, relay_port(line));
  wait_event(&first, MQTT_CLIENT_CONNECTED, 0);
  g_clear_pointer(&line, relay_free);
  g_assert_true(relay_wait(relay, "< PUBLISH qos 1 'will/mortal' 'gone'"));
  wait_event(&first, MQTT_CLIENT_CONNECTION_LOST, 0);
}

static void
test_nobody(gconstpointer data)
{
  g_autoptr(MqttClientOptions) options = options_for(version_of(data), "alone");
  g_auto(Peer) peer = {0};
  Event event;

  peer_init(&peer, options);
  begin_connect(&peer, free_port());
  event = wait_event(&peer, MQTT_CLIENT_CONNECT_FAILED, 0);
  g_assert_cmpint(event.reason, ==, -1);
  g_assert_true(g_str_has_prefix(event.text, "the connection ended before the broker answered"));
}

/* --- A broker that is none -------------------------------------------------------------------- */

#define CONNACK_3 "20 02 0000"
#define CONNACK_5 "20 03 000000"

typedef struct {
  int listener, connection;
  guint16 port;
  const char *answers; /* to what comes, separated by ';'; silent afterwards */
  guint source;
} Stub;

static void
answer_next(Stub *stub, int fd)
{
  gsize length = strcspn(stub->answers, ";");
  g_autofree char *next = g_strndup(stub->answers, length);
  g_autoptr(GByteArray) bytes = wire(next);

  stub->answers += length;
  if (*stub->answers == ';')
    stub->answers++;
  if (bytes->len > 0)
    g_assert_cmpint(send(fd, bytes->data, bytes->len, MSG_NOSIGNAL), ==, bytes->len);
}

static gboolean
on_stub_readable(int fd, GIOCondition condition, gpointer user_data)
{
  Stub *stub = user_data;
  char buffer[512];

  if (stub->connection < 0) {
    stub->connection = accept(fd, NULL, NULL);
    stub->source = g_unix_fd_add(stub->connection, G_IO_IN, on_stub_readable, stub);
    return G_SOURCE_REMOVE;
  }
  if (recv(fd, buffer, sizeof buffer, 0) <= 0) {
    stub->source = 0;
    return G_SOURCE_REMOVE;
  }
  answer_next(stub, fd);
  return G_SOURCE_CONTINUE;
}

static void
stub_init(Stub *stub, const char *answers)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;

  stub->connection = -1;
  stub->answers = answers;
  stub->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(bind(stub->listener, (struct sockaddr *)&address, size), ==, 0);
  g_assert_cmpint(listen(stub->listener, 1), ==, 0);
  g_assert_cmpint(getsockname(stub->listener, (struct sockaddr *)&address, &size), ==, 0);
  stub->port = ntohs(address.sin_port);
  stub->source = g_unix_fd_add(stub->listener, G_IO_IN, on_stub_readable, stub);
}

static void
stub_clear(Stub *stub)
{
  if (stub->source != 0)
    g_source_remove(stub->source);
  if (stub->connection >= 0)
    close(stub->connection);
  close(stub->listener);
}

static void
test_silence(gconstpointer data)
{
  g_autoptr(MqttClientOptions) options = options_for(version_of(data), "waiting");
  g_auto(Peer) peer = {0};
  Stub stub;
  Event event;

  stub_init(&stub, "");
  peer_init(&peer, options);
  g_assert_true(mqtt_client_connect(peer.client, stub.port, 1, NULL));
  event = wait_event(&peer, MQTT_CLIENT_CONNECT_FAILED, 0);
  g_assert_cmpint(event.reason, ==, MQTT_CLIENT_TIMED_OUT);
  g_assert_cmpstr(event.text, ==, "the broker did not answer within 1 seconds");
  stub_clear(&stub);
}

/* Each filter by itself. (mosquitto refuses no filter that is well formed.) */
static void
test_refused(gconstpointer data)
{
  gboolean five = version_of(data) == MQTT_5;
  g_autoptr(MqttClientOptions) options = options_for(version_of(data), "refused");
  g_auto(Peer) peer = {0};
  Stub stub;
  Event event;

  stub_init(&stub, five ? CONNACK_5 "; 90 04 0001 00 01; 90 04 0002 00 87"
                        : CONNACK_3 "; 90 03 0001 01; 90 03 0002 80");
  peer_init(&peer, options);
  begin_connect(&peer, stub.port);
  wait_event(&peer, MQTT_CLIENT_CONNECTED, 0);
  event = wait_event(&peer, MQTT_CLIENT_SUBSCRIBED, subscribe(&peer, "a", 2));
  g_assert_cmpint(event.reason, ==, 1);
  g_assert_cmpstr(event.text, ==, "Granted QoS 1");
  event = wait_event(&peer, MQTT_CLIENT_SUBSCRIBED, subscribe(&peer, "b", 2));
  g_assert_cmpint(event.reason, ==, five ? 0x87 : 0x80);
  g_assert_cmpstr(event.text, ==, five ? "Not authorized" : "Failure");
  stub_clear(&stub);
}

/* MQTT 5: the broker says why it ends the connection. */
static void
test_told_to_go(void)
{
  g_autoptr(MqttClientOptions) options = options_for(MQTT_5, "twin");
  g_auto(Peer) peer = {0};
  Stub stub;
  Event event;
  guint token;

  stub_init(&stub, CONNACK_5 "; e0 02 8e 00");
  peer_init(&peer, options);
  begin_connect(&peer, stub.port);
  wait_event(&peer, MQTT_CLIENT_CONNECTED, 0);
  token = subscribe(&peer, "a", 0);
  event = wait_event(&peer, MQTT_CLIENT_CONNECTION_LOST, 0);
  g_assert_cmpint(event.reason, ==, 0x8e);
  g_assert_cmpstr(event.text, ==, "the broker ended the connection: Session taken over (0x8e)");
  g_assert_true(find_event(&peer, MQTT_CLIENT_REQUEST_FAILED, token, &event));
  stub_clear(&stub);
}

/* A broker of 3.1.1 refuses MQTT 5 in its own words; through the tap they are those of MQTT 5. */
static void
test_old_broker(void)
{
  g_autoptr(MqttClientOptions) options = options_for(MQTT_5, "modern");
  g_autoptr(Relay) relay = NULL;
  g_auto(Peer) peer = {0};
  Stub stub;
  Event event;

  stub_init(&stub, "20 02 00 01");
  relay = relay_new(stub.port);
  peer_init(&peer, options);
  begin_connect(&peer, relay_port(relay));
  event = wait_event(&peer, MQTT_CLIENT_CONNECT_FAILED, 0);
  g_assert_cmpint(event.reason, ==, 0x84);
  g_assert_cmpstr(event.text, ==,
                  "the broker refused the connection: Unsupported Protocol Version (0x84)");
  stub_clear(&stub);
}

/* --- Freeing ---------------------------------------------------------------------------------- */

/* At any moment, with anything under way: no event afterwards (the peer is gone, so that one would
 * be a use after free), and the next client, whose socket gets the descriptor of the one before, is
 * connected at its first try. */
static void
test_free(gconstpointer data)
{
  g_autoptr(Broker) broker = broker_or_skip(NULL);
  g_autoptr(MqttClientOptions) options = options_for(version_of(data), "");

  for (int i = 0; broker != NULL && i < 40; i++) {
    g_auto(Peer) peer = {0};

    peer_init(&peer, options);
    if (i % 4 > 0)
      begin_connect(&peer, broker_port(broker));
    if (i % 4 > 1)
      wait_event(&peer, MQTT_CLIENT_CONNECTED, 0);
    for (int k = 0; i % 4 > 2 && k < 20; k++)
      publish(&peer, "x", "y", k % 3);
    if (i % 8 > 3)
      mqtt_client_disconnect(peer.client);
  }
}

/* What is under way when the connection ends is reported, each once, before the end. */
static void
test_unanswered(gconstpointer data)
{
  g_autoptr(MqttClientOptions) options = options_for(version_of(data), "ignored");
  g_auto(Peer) peer = {0};
  Stub stub;
  guint tokens[2];
  Event event;

  stub_init(&stub, version_of(data) == MQTT_5 ? CONNACK_5 : CONNACK_3);
  peer_init(&peer, options);
  begin_connect(&peer, stub.port);
  wait_event(&peer, MQTT_CLIENT_CONNECTED, 0);
  g_source_remove(stub.source); /* it reads and answers no more */
  stub.source = 0;
  tokens[0] = publish(&peer, "a", "1", 1);
  tokens[1] = publish(&peer, "a", "2", 2);
  close(stub.connection);
  stub.connection = -1;
  wait_event(&peer, MQTT_CLIENT_CONNECTION_LOST, 0);
  g_assert_cmpuint(peer.events->len, ==, 4);
  for (guint i = 0; i < 2; i++)
    g_assert_true(find_event(&peer, MQTT_CLIENT_REQUEST_FAILED, tokens[i], &event));
  event = g_array_index(peer.events, Event, 3);
  g_assert_cmpint(event.type, ==, MQTT_CLIENT_CONNECTION_LOST);
  stub_clear(&stub);
}

static void
add_both(const char *name, GTestDataFunc function)
{
  g_autofree char *three = g_strdup_printf("/client/3.1.1/%s", name);
  g_autofree char *five = g_strdup_printf("/client/5/%s", name);

  g_test_add_data_func(three, GUINT_TO_POINTER(MQTT_3_1_1), function);
  g_test_add_data_func(five, GUINT_TO_POINTER(MQTT_5), function);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  add_both("round-trip", test_round_trip);
  add_both("again", test_again);
  add_both("password", test_password);
  add_both("refused", test_refused);
  add_both("lost", test_lost);
  add_both("will", test_will);
  add_both("nobody", test_nobody);
  add_both("silence", test_silence);
  add_both("unanswered", test_unanswered);
  add_both("free", test_free);
  g_test_add_func("/client/5/properties", test_properties);
  g_test_add_func("/client/5/forbidden", test_forbidden);
  g_test_add_func("/client/5/told-to-go", test_told_to_go);
  g_test_add_func("/client/5/old-broker", test_old_broker);
  return g_test_run();
}
