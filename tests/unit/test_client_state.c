/* What the client makes of callbacks, in every order that Paho might choose, and what it refuses
 * before Paho is asked. No Paho in here. */
#include "config.h"

#include <string.h>

#include "mqtt/client_check.h"
#include "mqtt/client_state.h"

/* --- Events ----------------------------------------------------------------------------------- */

/* A line for each event. */
static void
on_event(const MqttClientEvent *event, gpointer user_data)
{
  static const char *const names[] = {
      [MQTT_CLIENT_CONNECTED] = "connected",       [MQTT_CLIENT_CONNECT_FAILED] = "failed",
      [MQTT_CLIENT_DISCONNECTED] = "disconnected", [MQTT_CLIENT_CONNECTION_LOST] = "lost",
      [MQTT_CLIENT_SUBSCRIBED] = "subscribed",     [MQTT_CLIENT_UNSUBSCRIBED] = "unsubscribed",
      [MQTT_CLIENT_PUBLISHED] = "published",       [MQTT_CLIENT_REQUEST_FAILED] = "request failed",
  };

  g_string_append_printf(user_data, "%s %d%s %s\n", names[event->type], event->reason,
                         event->token != 0 ? " #" : "", event->text != NULL ? event->text : "-");
}

typedef struct {
  ClientState *state;
  guint number;
  GString *events;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer version)
{
  fixture->events = g_string_new(NULL);
  fixture->state = client_state_new(GPOINTER_TO_UINT(version), on_event, fixture->events);
  fixture->number = client_state_connection(fixture->state);
}

static void
tear_down(Fixture *fixture, gconstpointer version)
{
  if (fixture->state != NULL)
    client_state_close(fixture->state);
  g_string_free(fixture->events, TRUE);
}

static void
go_online(Fixture *fixture)
{
  g_assert_true(client_state_begin_connecting(fixture->state, 5));
  client_state_connected(fixture->number);
  g_assert_cmpstr(fixture->events->str, ==, "connected 0 -\n");
  g_string_truncate(fixture->events, 0);
}

static void
test_connect_failures(Fixture *fixture, gconstpointer version)
{
  g_assert_true(client_state_begin_connecting(fixture->state, 5));
  g_assert_false(client_state_begin_connecting(fixture->state, 5));
  client_state_connect_failed(fixture->number, 0x86, FALSE, "CONNACK return code");
  g_assert_true(client_state_begin_connecting(fixture->state, 5));
  client_state_connect_failed(fixture->number, -1, TRUE, "TCP connect timeout");
  g_assert_true(client_state_begin_connecting(fixture->state, 5));
  client_state_connect_failed(fixture->number, -1, FALSE, "odd\033[2J");
  g_assert_true(client_state_begin_connecting(fixture->state, 5));
  client_state_connect_failed(fixture->number, -1, FALSE, NULL);
  client_state_connect_failed(fixture->number, -1, FALSE, NULL); /* once is enough */
  g_assert_cmpstr(fixture->events->str, ==,
                  "failed 134 the broker refused the connection: Bad User Name or Password (0x86)\n"
                  "failed -2 the broker did not answer within 5 seconds\n"
                  "failed -1 the connection ended before the broker answered (odd\\e[2J)\n"
                  "failed -1 the connection ended before the broker answered\n");
}

static void
test_not_begun(Fixture *fixture, gconstpointer version)
{
  g_assert_true(client_state_begin_connecting(fixture->state, 5));
  client_state_not_connecting(fixture->state);
  g_assert_true(client_state_begin_connecting(fixture->state, 5));
  client_state_connected(fixture->number);
  client_state_not_connecting(fixture->state); /* Paho was faster than its own return */
  g_assert_true(client_state_begin_leaving(fixture->state));
  g_assert_cmpstr(fixture->events->str, ==, "connected 0 -\n");
}

static void
test_lost(Fixture *fixture, gconstpointer version)
{
  go_online(fixture);
  client_state_lost(fixture->number, -1);
  client_state_lost(fixture->number, -1);
  g_assert_true(client_state_begin_connecting(fixture->state, 5));
  client_state_connected(fixture->number);
  client_state_lost(fixture->number, 0x8b);
  g_assert_cmpstr(fixture->events->str, ==,
                  "lost -1 the connection was lost\nconnected 0 -\n"
                  "lost 139 the broker ended the connection: Server shutting down (0x8b)\n");
}

static void
test_leave(Fixture *fixture, gconstpointer version)
{
  go_online(fixture);
  g_assert_true(client_state_begin_leaving(fixture->state));
  g_assert_false(client_state_begin_leaving(fixture->state)); /* one goodbye */
  client_state_gone(fixture->number);
  client_state_gone(fixture->number);
  client_state_lost(fixture->number, -1);
  g_assert_cmpstr(fixture->events->str, ==, "disconnected -1 -\n");
}

/* The line breaks, or the broker goes, before our goodbye is through. */
static void
test_lost_while_leaving(Fixture *fixture, gconstpointer version)
{
  go_online(fixture);
  g_assert_true(client_state_begin_leaving(fixture->state));
  client_state_lost(fixture->number, 0x8b);
  client_state_gone(fixture->number);
  g_assert_cmpstr(fixture->events->str, ==, "disconnected -1 -\n");
}

/* Without a connection there is nothing to wait for. */
static void
test_leave_nothing(Fixture *fixture, gconstpointer version)
{
  g_assert_false(client_state_begin_leaving(fixture->state));
  g_assert_true(client_state_begin_connecting(fixture->state, 5));
  g_assert_false(client_state_begin_leaving(fixture->state));
  client_state_connected(fixture->number);
  client_state_connect_failed(fixture->number, 5, FALSE, NULL);
  g_assert_cmpstr(fixture->events->str, ==, "disconnected -1 -\ndisconnected -1 -\n");
}

static guint
request(Fixture *fixture, RequestKind kind)
{
  return client_state_add_request(fixture->state, kind);
}

static void
test_answers(Fixture *fixture, gconstpointer version)
{
  gboolean five = GPOINTER_TO_UINT(version) == MQTT_5;
  guint number = request(fixture, REQUEST_SUBSCRIBE);

  go_online(fixture);
  client_state_answered(number, 1);
  client_state_answered(number, 1); /* the same again is nobody's */
  client_state_answered(request(fixture, REQUEST_SUBSCRIBE), 0x80);
  client_state_answered(request(fixture, REQUEST_UNSUBSCRIBE), five ? 0x11 : 0);
  client_state_answered(request(fixture, REQUEST_PUBLISH), 0);
  client_state_answered(request(fixture, REQUEST_PUBLISH), five ? 0x97 : 0);
  client_state_unanswered(request(fixture, REQUEST_PUBLISH), "no\nway");
  client_state_drop_request(number = request(fixture, REQUEST_PUBLISH));
  client_state_answered(number, 0);
  g_assert_cmpstr(
      fixture->events->str, ==,
      five ? "subscribed 1 # Granted QoS 1\nsubscribed 128 # Unspecified error\n"
             "unsubscribed 17 # No subscription existed\npublished 0 # -\n"
             "request failed 151 # the broker refused the message: Quota exceeded (0x97)\n"
             "request failed -1 # no\\nway\n"
           : "subscribed 1 # Granted QoS 1\nsubscribed 128 # Failure\n"
             "unsubscribed 0 # -\npublished 0 # -\npublished 0 # -\n"
             "request failed -1 # no\\nway\n");
}

/* What waits for an answer is told first that there will be none; a later answer finds nobody. */
static void
test_unanswered(Fixture *fixture, gconstpointer version)
{
  guint first, second;

  go_online(fixture);
  first = request(fixture, REQUEST_SUBSCRIBE);
  second = request(fixture, REQUEST_PUBLISH);
  g_assert_cmpuint(first, !=, second);
  client_state_lost(fixture->number, -1);
  client_state_answered(first, 0);
  client_state_unanswered(second, "too late");
  g_assert_cmpstr(fixture->events->str, ==,
                  "request failed -1 # the connection ended before the broker answered\n"
                  "request failed -1 # the connection ended before the broker answered\n"
                  "lost -1 the connection was lost\n");
}

/* Callbacks that come after the client is gone. */
static void
test_closed(Fixture *fixture, gconstpointer version)
{
  guint number = request(fixture, REQUEST_PUBLISH);

  go_online(fixture);
  client_state_close(g_steal_pointer(&fixture->state));
  client_state_answered(number, 0);
  client_state_unanswered(number, "late");
  client_state_connected(fixture->number);
  client_state_connect_failed(fixture->number, 1, FALSE, NULL);
  client_state_lost(fixture->number, -1);
  client_state_gone(fixture->number);
  client_state_drop_request(number);
  g_assert_cmpstr(fixture->events->str, ==, "");
}

/* --- Checks ----------------------------------------------------------------------------------- */

static void
expect_options(const MqttClientOptions *options, const char *sentence)
{
  g_autoptr(GError) error = NULL;

  g_assert_true(mqtt_client_check_options(options, &error) == (sentence == NULL));
  g_assert_cmpstr(error != NULL ? error->message : NULL, ==, sentence);
}

static void
test_check_options(void)
{
  g_autoptr(MqttClientOptions) options = mqtt_client_options_new();
  g_autofree char *large = g_strnfill(65536, 'x');

  expect_options(options, NULL);
  options->password = g_strdup("p");
  expect_options(options, NULL);
  options->version = MQTT_3_1_1;
  expect_options(options, "in MQTT 3.1.1 a password needs a user name");
  options->user_name = g_strdup("\377");
  expect_options(options, "the user name is not UTF-8 or longer than 65,535 bytes");
  options->user_name[0] = 'u';
  expect_options(options, NULL);
  options->clean_start = FALSE;
  expect_options(options, "in MQTT 3.1.1 a session that is kept needs a client identifier");
  g_free(options->client_id);
  options->client_id = g_steal_pointer(&large);
  expect_options(options, "the client identifier is not UTF-8 or longer than 65,535 bytes");
  options->client_id[1] = '\0';
  options->will_topic = g_strdup("a/#");
  expect_options(options, "the topic of the last will is not a topic that can be published to");
  options->will_topic[2] = 'b';
  options->will_qos = 3;
  expect_options(options, "the QoS of the last will is not 0, 1 or 2");
  options->will_qos = 2;
  options->will_payload = g_bytes_new_take(g_malloc0(65536), 65536);
  expect_options(options, "the last will is longer than 65,535 bytes");
}

static void
test_copy_options(void)
{
  g_autoptr(MqttClientOptions) options = mqtt_client_options_new(), copy = NULL;

  options->user_name = g_strdup("u");
  options->password = g_strdup("p");
  options->will_topic = g_strdup("w");
  options->will_payload = g_bytes_new_static("x", 1);
  options->session_expiry = 7;
  copy = mqtt_client_options_copy(options);
  g_clear_pointer(&options, mqtt_client_options_free);
  g_assert_cmpstr(copy->client_id, ==, "");
  g_assert_cmpstr(copy->user_name, ==, "u");
  g_assert_cmpstr(copy->password, ==, "p");
  g_assert_cmpstr(copy->will_topic, ==, "w");
  g_assert_cmpuint(g_bytes_get_size(copy->will_payload), ==, 1);
  g_assert_cmpuint(copy->session_expiry, ==, 7);
}

static void
test_check_filter(void)
{
  g_autoptr(GError) error = NULL, qos = NULL;

  g_assert_true(mqtt_client_check_filter("$share/g/a/+", 2, NULL));
  g_assert_false(mqtt_client_check_filter("a\033#", 0, &error));
  g_assert_cmpstr(
      error->message, ==,
      "\"a\\e#\" is not a topic filter: '+' must be alone in its level, '#' alone in the last");
  g_assert_false(mqtt_client_check_filter("a", 3, &qos));
  g_assert_cmpstr(qos->message, ==, "the QoS is not 0, 1 or 2");
}

static void
expect_message(const MqttMessage *message, MqttVersion version, const char *sentence)
{
  g_autoptr(GError) error = NULL;

  g_assert_true(mqtt_client_check_message(message, version, &error) == (sentence == NULL));
  g_assert_cmpstr(error != NULL ? error->message : NULL, ==, sentence);
}

static void
test_check_message(void)
{
  static const char *const pair[] = {"k", "v\377", NULL}, *const nothing[] = {NULL};
  MqttMessage message = {.topic = "a/+"};

  expect_message(&message, MQTT_5, "\"a/+\" is not a topic that can be published to");
  message.topic = "a";
  message.user_properties = nothing;
  expect_message(&message, MQTT_3_1_1, NULL);
  message.content_type = "text/plain";
  expect_message(&message, MQTT_3_1_1, "properties of a message need MQTT 5");
  expect_message(&message, MQTT_5, NULL);
  message.user_properties = pair;
  expect_message(&message, MQTT_5,
                 "a property of the message is not UTF-8 or longer than 65,535 bytes");
  message.user_properties = NULL;
  message.payload_length = 16 * 1024 * 1024 - 100;
  expect_message(&message, MQTT_5, NULL);
  message.payload_length = 16 * 1024 * 1024;
  expect_message(&message, MQTT_5, "the message is larger than 16 MiB");
  message.payload_length = 0;
  message.qos = -1;
  expect_message(&message, MQTT_5, "the QoS is not 0, 1 or 2");
}

#define ADD(name, version, function)                                                               \
  g_test_add("/client-state/" name, Fixture, GUINT_TO_POINTER(version), set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("connect-failures", MQTT_5, test_connect_failures);
  ADD("not-begun", MQTT_5, test_not_begun);
  ADD("lost", MQTT_5, test_lost);
  ADD("leave", MQTT_5, test_leave);
  ADD("lost-while-leaving", MQTT_5, test_lost_while_leaving);
  ADD("leave-nothing", MQTT_5, test_leave_nothing);
  ADD("answers-3.1.1", MQTT_3_1_1, test_answers);
  ADD("answers-5", MQTT_5, test_answers);
  ADD("unanswered", MQTT_5, test_unanswered);
  ADD("closed", MQTT_5, test_closed);
  g_test_add_func("/client-check/options", test_check_options);
  g_test_add_func("/client-check/copy-options", test_copy_options);
  g_test_add_func("/client-check/filter", test_check_filter);
  g_test_add_func("/client-check/message", test_check_message);
  return g_test_run();
}
