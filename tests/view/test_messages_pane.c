/* Live messages, one message, the timeline and the subscriptions. */
#include "config.h"

#include <string.h>

#include "ui/message_rows.h"
#include "view/pane_scene.h"

#define JSON "{\"v\":21.3,\"n\":1,\"ok\":true,\"unit\":\"°C\"}"

static void
subscribe(Connection *connection, const char *filter, int qos, SubscriptionState state)
{
  Subscription *subscription = g_new0(Subscription, 1);
  subscription->filter = g_strdup(filter);
  subscription->qos = qos;
  subscription->granted = MIN(qos, 1);
  subscription->reason = state == SUBSCRIPTION_REFUSED ? 0x87 : 0;
  subscription->state = state;
  subscription->from_profile = connection->subscriptions->len == 0;
  g_ptr_array_add(connection->subscriptions, subscription);
}

static Scene *
online_scene(void)
{
  Scene *scene = scene_new("prod-eu");
  fake_connection_set_online(scene->connection);
  subscribe(scene->connection, "plant/#", 0, SUBSCRIPTION_GRANTED);
  return scene;
}

static Scene *
busy_scene(void)
{
  Scene *scene = online_scene();
  scene_message(scene, MQTT_FROM_BROKER, "plant/line1/cell1/temp", JSON, -1, 0, FALSE);
  scene_message(scene, MQTT_FROM_BROKER, "plant/line1/cell1/status", "online", -1, 1, TRUE);
  scene_message(scene, MQTT_FROM_CLIENT, "plant/line1/cell1/set", "{\n  \"v\": 22\n}", -1, 2,
                FALSE);
  scene_message(scene, MQTT_FROM_BROKER, "plant/line1/cell2/gone", "", -1, 0, TRUE);
  scene_message(scene, MQTT_FROM_BROKER, "工場/ライン1/温度", "二十一度 ✓", -1, 0, FALSE);
  scene_message(scene, MQTT_FROM_BROKER, "plant/raw", "\x00\x01\xfe\xff\x1b[2J\r\n", 10, 0, FALSE);
  scene_message(scene, MQTT_FROM_BROKER,
                "plant/a/very/long/topic/that/never/ends/in/any/column/of/the/screen", JSON, -1, 0,
                FALSE);
  g_autofree char *long_text = g_strnfill(30000, 'x');
  scene_message(scene, MQTT_FROM_BROKER, "plant/firmware", long_text, -1, 1, FALSE);
  return scene;
}

static void
many_messages(Scene *scene, int count)
{
  for (int i = 0; i < count; i++) {
    g_autofree char *topic = g_strdup_printf("plant/line%d/temp", i % 3);
    g_autofree char *payload = g_strdup_printf("{\"n\":%d}", i);
    scene_message(scene, MQTT_FROM_BROKER, topic, payload, -1, 0, FALSE);
  }
}

/* --- The log ---------------------------------------------------------------------------------- */

static void
test_empty(void)
{
  g_autoptr(Scene) scene = scene_new("prod-eu");
  scene_golden(scene, &messages_pane, "messages-offline");
  g_autoptr(Scene) online = online_scene();
  scene_golden(online, &messages_pane, "messages-empty");
}

/* Why nothing comes stands where one looks for it, whole and with its remedy. */
static void
test_fault(void)
{
  g_autoptr(Scene) scene = scene_new("prod-eu");
  scene->connection->info.last_error =
      "The broker refused our certificate with TLS alert 48, unknown CA. Add \"Test CA\" to the "
      "client CA file of the broker, or use a certificate of a CA that it names.";
  scene->connection->session.stopped_by_fault = TRUE;
  scene_golden(scene, &messages_pane, "messages-fault");
  scene->connection->session.state = SESSION_WAITING;
  scene_golden(scene, &messages_pane, "messages-waiting");
  scene->connection->session.state = SESSION_HANDSHAKING;
  scene_golden(scene, &messages_pane, "messages-connecting");
}

static char *
frame_row(Scene *scene, int rows, int columns, int row)
{
  CanvasCursor cursor;
  view_open(rows, columns, 0);
  ui_draw(scene->ui, rows, columns, &cursor);
  char *text = view_row(row);
  view_close();
  return text;
}

/* Said once: at the bottom only where no pane says all of it. */
static void
test_fault_is_said_once(void)
{
  g_autoptr(Scene) scene = scene_new("prod-eu");
  scene->connection->info.last_error = "The broker went away.";
  g_autofree char *elsewhere = frame_row(scene, 24, 80, 22);
  g_assert_cmpstr(elsewhere, ==, " ✗ The broker went away.");
  g_autofree char *split = frame_row(scene, 36, 120, 34);
  g_assert_cmpstr(split, ==, "");
  scene_keys(scene, "3");
  g_autofree char *here = frame_row(scene, 24, 80, 22);
  g_assert_cmpstr(here, ==, "");
  scene_keys(scene, "Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &text_view);
  g_autofree char *first = frame_row(scene, 24, 80, 2);
  g_assert_cmpstr(first, ==, " The broker went away.");
}

static void
test_nothing_to_open(void)
{
  g_autoptr(Scene) scene = online_scene();
  scene_draw(scene, &messages_pane, 24, 80);
  scene_keys(scene, "3 Enter");
  g_assert_false(ui_has_view(scene->ui));
  g_assert_cmpstr(scene->ui->notice, ==, "There is no message to open yet.");
}

static void
test_fault_hides_no_message(void)
{
  g_autoptr(Scene) scene = busy_scene();
  scene->connection->info.last_error = "The broker went away.";
  scene->connection->session.state = SESSION_IDLE;
  view_open(24, 80, 0);
  messages_pane.draw(scene->ui->tiles[2].pane, view_canvas(), TRUE);
  g_autofree char *text = view_text();
  view_close();
  g_assert_null(strstr(text, "went away"));
  g_assert_nonnull(strstr(text, "plant/line1/cell1/temp"));
}

static void
test_busy(void)
{
  g_autoptr(Scene) scene = busy_scene();
  scene_golden(scene, &messages_pane, "messages-busy");
}

static void
test_stopped(void)
{
  g_autoptr(Scene) scene = online_scene();
  many_messages(scene, 200);
  scene_draw(scene, &messages_pane, 24, 80);
  scene_keys(scene, "3 k k k k");
  many_messages(scene, 123);
  scene_golden(scene, &messages_pane, "messages-stopped");
}

/* What is on the screen stays there when the log trims it away below. */
static void
test_selection_stays(void)
{
  g_autoptr(Scene) scene = online_scene();
  many_messages(scene, 50);
  scene_draw(scene, &messages_pane, 24, 80);
  scene_keys(scene, "3 g j j f f f Enter");
  g_autofree char *title = message_view.title(ui_top(scene->ui)->pane);
  g_assert_cmpstr(title, ==, "Message · plant/line1/temp");
}

static void
test_topic_column_only_grows(void)
{
  MessageColumns layout = {0};
  g_autoptr(Scene) scene = online_scene();
  scene_message(scene, MQTT_FROM_BROKER, "a/rather/long/topic", "1", -1, 0, FALSE);
  scene_message(scene, MQTT_FROM_BROKER, "short", "1", -1, 0, FALSE);
  g_autoptr(GPtrArray) first = message_rows_copy(scene->connection->log, 0, 1, 80);
  g_autoptr(GPtrArray) second = message_rows_copy(scene->connection->log, 1, 2, 80);
  message_columns_update(&layout, 80, second);
  g_assert_cmpint(layout.topic_width, ==, 10);
  message_columns_update(&layout, 80, first);
  g_assert_cmpint(layout.topic_width, ==, 19);
  message_columns_update(&layout, 80, second);
  g_assert_cmpint(layout.topic_width, ==, 19);
  message_columns_update(&layout, 60, second);
  g_assert_cmpint(layout.topic_width, ==, 10);
}

static void
test_copy_is_bounded(void)
{
  g_autoptr(Scene) scene = busy_scene();
  g_autoptr(GPtrArray) rows = message_rows_copy(scene->connection->log, 0, 100, 80);
  g_assert_cmpuint(rows->len, ==, 8);
  const MessageRow *row = g_ptr_array_index(rows, 7);
  g_assert_cmpuint(row->payload_length, ==, 30000);
  g_assert_cmpuint(strlen(row->preview), <=, 80);
  row = g_ptr_array_index(rows, 5);
  g_assert_cmpstr(row->preview, ==, "\\x00\\x01\\xfe\\xff\\e[2J\\r\\n");
}

static void
test_clear_asks(void)
{
  g_autoptr(Scene) scene = busy_scene();
  MessageLogStatus status;
  scene_keys(scene, "3 C");
  g_assert_cmpstr(scene->ui->question.text, ==, "Forget all 8 messages of prod-eu?");
  scene_keys(scene, "y");
  message_log_status(scene->connection->log, &status);
  g_assert_cmpuint(status.next - status.first, ==, 0);
  scene_keys(scene, "C");
  g_assert_null(scene->ui->question.text);
}

static gboolean
is_following(Scene *scene)
{
  g_autofree char *title = messages_pane.title(scene->ui->tiles[2].pane);
  return g_str_has_suffix(title, "following");
}

/* Looking into a message and back again changes nothing about following. */
static void
test_following_survives_a_look(void)
{
  g_autoptr(Scene) scene = online_scene();
  many_messages(scene, 50);
  scene_draw(scene, &messages_pane, 24, 80);
  scene_keys(scene, "3 Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &message_view);
  many_messages(scene, 50);
  scene_keys(scene, "K K q");
  g_assert_true(is_following(scene));
  scene_draw(scene, &messages_pane, 24, 80);
  scene_keys(scene, "k Enter q");
  g_assert_false(is_following(scene));
  scene_keys(scene, "G Enter Esc");
  g_assert_true(is_following(scene));
}

/* --- One message ------------------------------------------------------------------------------ */

static void
open_message(Scene *scene, int number)
{
  scene_draw(scene, &messages_pane, 24, 80);
  scene_keys(scene, "3 g");
  for (int i = 0; i < number; i++)
    scene_keys(scene, "j");
  scene_keys(scene, "Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &message_view);
}

static void
test_view_text(void)
{
  g_autoptr(Scene) scene = busy_scene();
  open_message(scene, 2);
  scene_golden(scene, NULL, "message-text");
  scene_keys(scene, "J J");
  scene_golden(scene, NULL, "message-wide");
}

static void
test_view_hex(void)
{
  g_autoptr(Scene) scene = busy_scene();
  open_message(scene, 5);
  scene_golden(scene, NULL, "message-hex");
}

static void
test_view_long(void)
{
  g_autoptr(Scene) scene = busy_scene();
  open_message(scene, 7);
  scene_golden(scene, NULL, "message-long");
  scene_keys(scene, "J");
  g_assert_cmpstr(scene->ui->notice, ==, "This is the newest message.");
  scene_keys(scene, "w Right Right");
  scene_draw(scene, NULL, 24, 80);
}

static void
add_property(GByteArray *block, guint8 id, const char *first, const char *second)
{
  const char *texts[] = {first, second};
  g_byte_array_append(block, &id, 1);
  for (int i = 0; i < 2 && texts[i]; i++) {
    guint8 length[2] = {0, (guint8)strlen(texts[i])};
    g_byte_array_append(block, length, 2);
    g_byte_array_append(block, (const guint8 *)texts[i], length[1]);
  }
}

static void
test_view_properties(void)
{
  g_autoptr(Scene) scene = online_scene();
  g_autoptr(GByteArray) block = g_byte_array_new();
  static const guint8 expiry[] = {MQTT_PROPERTY_MESSAGE_EXPIRY_INTERVAL, 0, 0, 14, 16};
  g_byte_array_append(block, expiry, sizeof expiry);
  add_property(block, MQTT_PROPERTY_CONTENT_TYPE, "application/json", NULL);
  add_property(block, MQTT_PROPERTY_USER_PROPERTY, "trace",
               "a\x1b"
               "b");
  MqttPublish publish = {
      .qos = 1,
      .dup = TRUE,
      .packet_id = 7,
      .topic = {(const guint8 *)"plant/a", 7},
      .properties = {block->data, block->len},
      .payload = {(const guint8 *)JSON, sizeof JSON - 1},
  };
  message_log_begin(scene->connection->log);
  message_log_append(scene->connection->log, G_GINT64_CONSTANT(1794924202118000000),
                     MQTT_FROM_BROKER, &publish);
  message_log_end(scene->connection->log);
  open_message(scene, 0);
  scene_golden(scene, NULL, "message-properties");
}

/* It was copied: it stays when newer ones have taken its place. */
static void
test_view_outlives_log(void)
{
  g_autoptr(Scene) scene = busy_scene();
  open_message(scene, 0);
  message_log_clear(scene->connection->log);
  g_autofree char *title = message_view.title(ui_top(scene->ui)->pane);
  g_assert_cmpstr(title, ==, "Message · plant/line1/cell1/temp");
  scene_keys(scene, "K x t J");
  scene_draw(scene, NULL, 10, 40);
}

/* --- Timeline --------------------------------------------------------------------------------- */

static void
test_timeline(void)
{
  static const struct {
    gint64 after_us;
    TimelineLevel level;
    const char *stage, *text;
  } entries[] = {
      {0, TIMELINE_INFO, "local", "connecting to mqtts://prod-eu.example.com:8883"},
      {12300, TIMELINE_INFO, "dns", "prod-eu.example.com → 192.0.2.1, 2001:db8::1 (for 300 s)"},
      {420, TIMELINE_GOOD, "tcp", "connected to 192.0.2.1:8883"},
      {35000, TIMELINE_WARNING, "cert", "the certificate ends in 12 days"},
      {1500000, TIMELINE_ERROR, "tls",
       "the broker refused our certificate: alert 48, unknown CA; add \"Test CA\" to its client CA "
       "file"},
  };
  g_autoptr(Scene) scene = scene_new("prod-eu");
  scene_golden(scene, &timeline_pane, "timeline-empty");
  gint64 time_ns = G_GINT64_CONSTANT(1794924202118000000), monotonic_us = 1000;
  for (gsize i = 0; i < G_N_ELEMENTS(entries); i++) {
    time_ns += entries[i].after_us * 1000;
    monotonic_us += entries[i].after_us;
    timeline_add(scene->connection->timeline, time_ns, monotonic_us, i == 0, entries[i].level,
                 entries[i].stage, NULL, entries[i].text);
  }
  scene_golden(scene, &timeline_pane, "timeline");
  scene_keys(scene, "4 k Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &text_view);
}

/* --- Subscriptions ---------------------------------------------------------------------------- */

static void
test_subscriptions(void)
{
  g_autoptr(Scene) scene = online_scene();
  subscribe(scene->connection, "$SYS/#", 2, SUBSCRIPTION_REFUSED);
  subscribe(scene->connection, "alarms/+", 2, SUBSCRIPTION_GRANTED);
  subscribe(scene->connection, "late/\xe2\x80\xae#", 1, SUBSCRIPTION_PENDING);
  subscribe(scene->connection, "later/#", 1, SUBSCRIPTION_WANTED);
  scene_keys(scene, "3 u");
  g_assert_true(ui_top(scene->ui)->pane_class == &subscriptions_view);
  scene_golden(scene, NULL, "subscriptions");
  scene_keys(scene, "j x");
  g_assert_cmpstr(scene->connection->calls, ==, "unsubscribe $SYS/#; ");
  scene_keys(scene, "s");
  g_assert_true(ui_top(scene->ui)->pane_class == &subscribe_form);
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/messages-pane/empty", test_empty);
  g_test_add_func("/messages-pane/fault", test_fault);
  g_test_add_func("/messages-pane/fault-once", test_fault_is_said_once);
  g_test_add_func("/messages-pane/nothing-to-open", test_nothing_to_open);
  g_test_add_func("/messages-pane/fault-hides-nothing", test_fault_hides_no_message);
  g_test_add_func("/messages-pane/following-survives", test_following_survives_a_look);
  g_test_add_func("/messages-pane/busy", test_busy);
  g_test_add_func("/messages-pane/stopped", test_stopped);
  g_test_add_func("/messages-pane/selection-stays", test_selection_stays);
  g_test_add_func("/messages-pane/topic-column", test_topic_column_only_grows);
  g_test_add_func("/messages-pane/copy-is-bounded", test_copy_is_bounded);
  g_test_add_func("/messages-pane/clear-asks", test_clear_asks);
  g_test_add_func("/message-view/text", test_view_text);
  g_test_add_func("/message-view/hex", test_view_hex);
  g_test_add_func("/message-view/long", test_view_long);
  g_test_add_func("/message-view/properties", test_view_properties);
  g_test_add_func("/message-view/outlives-log", test_view_outlives_log);
  g_test_add_func("/timeline-pane", test_timeline);
  g_test_add_func("/subscriptions-view", test_subscriptions);
  return g_test_run();
}
