/* core/diagnosis_mqtt.c and diagnosis_network.c: what the broker says in MQTT, how it falls silent,
 * and what addresses and times tell. */
#include "config.h"

#include "core/diagnosis.h"

#include <string.h>

#define SECOND ((gint64)G_USEC_PER_SEC)

/* --- Scene ------------------------------------------------------------------------------------ */

typedef struct {
  Profile *profile;
  Evidence *evidence;
  DiagnosisCase c;
} Scene;

static void
scene_init(Scene *scene)
{
  scene->profile = profile_new();
  g_free(scene->profile->host);
  scene->profile->host = g_strdup("mqtt.example.com");
  scene->evidence = evidence_new();
  scene->c = (DiagnosisCase){.evidence = scene->evidence,
                             .profile = scene->profile,
                             .client_id = "sensor-1",
                             .quiet_us = -1,
                             .now = 1790000000};
}

static void
scene_clear(Scene *scene)
{
  profile_free(scene->profile);
  evidence_free(scene->evidence);
}

/* It was online for `online_us` and then cut. */
static void
cut(Scene *scene, gint64 online_us, gint64 quiet_us)
{
  TunnelEvent *closed = g_new0(TunnelEvent, 1);
  closed->type = TUNNEL_CLOSED;
  closed->fault = TUNNEL_FAULT_PEER_CLOSED;
  closed->alert = -1;
  closed->monotonic_us = 1000 * SECOND;
  closed->error =
      g_error_new_literal(TUNNEL_ERROR, TUNNEL_ERROR_PEER_CLOSED, "it closed; look at its log");
  scene->evidence->connack = 0;
  scene->evidence->at_us[EVIDENCE_CONNACK] = closed->monotonic_us - online_us;
  scene->evidence->closed = closed;
  scene->c.quiet_us = quiet_us;
}

static void
assert_end(Scene *scene, const char *code, gboolean heals)
{
  g_autoptr(Finding) end = diagnose_end(&scene->c);
  g_assert_nonnull(end);
  g_assert_cmpstr(end->code, ==, code);
  g_assert_cmpint(end->severity, ==, FINDING_ERROR);
  g_assert_cmpint(diagnosis_heals(&scene->c, end), ==, heals);
  g_autoptr(GPtrArray) all = diagnose(&scene->c);
  g_assert_cmpuint(all->len, ==, 1);
}

static gboolean
has_line(const GPtrArray *lines, const char *text)
{
  for (guint i = 0; i < lines->len; i++) {
    if (strstr(g_ptr_array_index(lines, i), text) != NULL)
      return TRUE;
  }
  return FALSE;
}

/* --- DISCONNECT ------------------------------------------------------------------------------- */

static void
test_disconnect(void)
{
  static const struct {
    int reason;
    const char *code;
    gboolean heals;
  } cases[] = {
      {0x8E, "mqtt-session-taken-over", FALSE}, {0x95, "mqtt-packet-too-large", FALSE},
      {0x81, "mqtt-packet-too-large", FALSE},   {0x89, "mqtt-server-unavailable", TRUE},
      {0x8B, "mqtt-refused-other", TRUE},       {0x8D, "mqtt-refused-other", TRUE},
      {0x9C, "mqtt-refused-other", FALSE},      {0x87, "mqtt-not-authorized", FALSE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    Scene scene;
    scene_init(&scene);
    cut(&scene, 9 * SECOND, SECOND);
    scene.evidence->disconnect = cases[i].reason;
    assert_end(&scene, cases[i].code, cases[i].heals);
    scene_clear(&scene);
  }
}

static void
test_too_large_says_how_large(void)
{
  Scene scene;
  scene_init(&scene);
  cut(&scene, 9 * SECOND, SECOND);
  scene.evidence->disconnect = 0x95;
  scene.evidence->maximum_packet_size = 1024;
  scene.c.last_publish = (LastPublish){"big/topic", 70000, 999 * SECOND};
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_nonnull(strstr(end->message, "70000"));
  g_assert_nonnull(strstr(end->message, "big/topic"));
  g_assert_true(has_line(end->evidence, "1024 bytes"));
  scene_clear(&scene);
}

/* The code stands behind its words, as in the timeline and in the list of subscriptions. */
static void
test_reason_words(void)
{
  Scene scene;
  scene_init(&scene);
  scene.evidence->connack = 0x87;
  scene.evidence->connack_text = g_strdup("Not authorized");
  g_autoptr(Finding) refused = diagnose_end(&scene.c);
  g_assert_true(g_str_has_suffix(refused->message, ": Not authorized (0x87)."));
  g_assert_true(has_line(refused->evidence, "CONNACK: Not authorized (0x87)"));
  g_autoptr(Finding) asked = diagnose_subscribe(&scene.c, "plant/#", 0x87);
  g_assert_true(has_line(asked->evidence, "SUBACK: Not authorized (0x87)"));
  g_autoptr(Finding) quota = diagnose_publish(&scene.c, "plant/1", 7, 0x97);
  g_assert_true(g_str_has_suffix(quota->message, " publish to plant/1: Quota exceeded (0x97)."));
  scene_clear(&scene);
}

static void
test_server_reference(void)
{
  Scene scene;
  scene_init(&scene);
  scene.evidence->connack = 0x9D;
  scene.evidence->server_reference = g_strdup("other.example.com:8883");
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_cmpstr(end->code, ==, "mqtt-refused-other");
  g_assert_nonnull(strstr(end->remedy, "other.example.com:8883"));
  scene_clear(&scene);
}

/* --- Silence ---------------------------------------------------------------------------------- */

static void
test_closed_after_publish(void)
{
  Scene scene;
  scene_init(&scene);
  cut(&scene, 600 * SECOND, SECOND / 10);
  scene.profile->version = MQTT_3_1_1;
  scene.c.last_publish = (LastPublish){"locked/door", 5, 1000 * SECOND - SECOND / 10};
  assert_end(&scene, "mqtt-publish-refused", TRUE);
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_cmpuint(end->alternatives->len, ==, 1);
  g_assert_cmpstr(g_ptr_array_index(end->alternatives, 0), ==, "mqtt-packet-too-large");
  /* Long ago, or in a version that has words for it. */
  scene.c.last_publish.at_us = 990 * SECOND;
  assert_end(&scene, "unknown", TRUE);
  scene.c.last_publish.at_us = 1000 * SECOND - SECOND / 10;
  scene.profile->version = MQTT_5;
  assert_end(&scene, "unknown", TRUE);
  scene_clear(&scene);
}

static void
test_close_loop(void)
{
  static const PastEnd quick[] = {{2 * SECOND, SECOND, 980 * SECOND},
                                  {1 * SECOND, SECOND, 990 * SECOND}};
  static const PastEnd slow[] = {{200 * SECOND, SECOND, 700 * SECOND},
                                 {1 * SECOND, SECOND, 990 * SECOND}};
  static const PastEnd old[] = {{2 * SECOND, SECOND, 80 * SECOND},
                                {1 * SECOND, SECOND, 990 * SECOND}};
  Scene scene;
  scene_init(&scene);
  cut(&scene, 2 * SECOND, SECOND);
  scene.profile->client_id = g_strdup("sensor-1");
  scene.c.ends = quick;
  scene.c.end_count = G_N_ELEMENTS(quick);
  assert_end(&scene, "mqtt-session-taken-over", FALSE);
  scene.c.end_count = 1;
  assert_end(&scene, "unknown", TRUE);
  g_autoptr(Finding) once = diagnose_end(&scene.c);
  g_assert_cmpuint(once->alternatives->len, ==, 1);
  g_assert_cmpstr(g_ptr_array_index(once->alternatives, 0), ==, "mqtt-session-taken-over");
  scene.c.end_count = 2;
  scene.c.ends = slow;
  assert_end(&scene, "unknown", TRUE);
  scene.c.ends = old;
  assert_end(&scene, "unknown", TRUE);
  /* A made-up id is nobody else's. */
  scene.c.ends = quick;
  g_clear_pointer(&scene.profile->client_id, g_free);
  assert_end(&scene, "unknown", TRUE);
  g_autoptr(Finding) nobody = diagnose_end(&scene.c);
  g_assert_cmpuint(nobody->alternatives->len, ==, 0);
  scene.profile->client_id = g_strdup("");
  assert_end(&scene, "unknown", TRUE);
  scene_clear(&scene);
}

static void
assert_alternatives(Scene *scene, const char *expected)
{
  g_autoptr(Finding) end = diagnose_end(&scene->c);
  g_ptr_array_add(end->alternatives, NULL);
  g_autofree char *list = g_strjoinv(" ", (char **)end->alternatives->pdata);
  g_ptr_array_set_size(end->alternatives, (int)end->alternatives->len - 1);
  g_assert_cmpstr(list, ==, expected);
}

/* SUBSCRIBE is on its way, and the broker answers by an end. */
static void
test_closed_on_subscribe(void)
{
  Scene scene;
  scene_init(&scene);
  cut(&scene, 600 * SECOND, SECOND / 100);
  scene.profile->user_name = g_strdup("anna");
  scene.evidence->subscribes_open = 2;
  scene.evidence->subscribe_us = 1000 * SECOND - SECOND / 100;
  scene.c.subscribing = "secret/#";
  assert_end(&scene, "mqtt-subscribe-refused", TRUE);
  assert_alternatives(&scene, "mqtt-server-unavailable");
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_cmpstr(end->message, ==,
                  "The broker closed the connection instead of answering the subscription to "
                  "secret/#: most likely its rules do not let \"anna\" subscribe there.");
  g_assert_true(has_line(end->evidence, "closed 10.0 ms after SUBSCRIBE, 2 not answered"));
  scene.profile->client_id = g_strdup("sensor-1");
  assert_alternatives(&scene, "mqtt-session-taken-over");
  /* Long ago; answered; asked for, but not yet sent. */
  scene.evidence->subscribe_us = 990 * SECOND;
  assert_end(&scene, "unknown", TRUE);
  scene.evidence->subscribe_us = 1000 * SECOND - SECOND / 100;
  scene.evidence->subscribes_open = 0;
  assert_end(&scene, "unknown", TRUE);
  scene.evidence->subscribes_open = 2;
  scene.c.subscribing = NULL;
  assert_end(&scene, "unknown", TRUE);
  scene_clear(&scene);
}

/* Nothing was under way. The first time it may be chance; a client id of one's own is what another
 * can have, too. */
static void
test_closed_right_after_connack(void)
{
  static const PastEnd once[] = {{SECOND / 5, SECOND / 5, 990 * SECOND}};
  static const PastEnd twice[] = {{SECOND / 5, SECOND / 5, 980 * SECOND},
                                  {SECOND / 5, SECOND / 5, 990 * SECOND}};
  Scene scene;
  scene_init(&scene);
  cut(&scene, SECOND / 4, SECOND / 4);
  assert_end(&scene, "mqtt-server-unavailable", TRUE);
  assert_alternatives(&scene, "mqtt-not-authorized");
  g_autoptr(Finding) limit = diagnose_end(&scene.c);
  g_assert_cmpstr(limit->message, ==,
                  "The broker closed the connection without a word 250 ms after it had accepted "
                  "it: most likely it has reached a limit, is stopping, or stands behind a proxy "
                  "that has lost it.");
  scene.profile->client_id = g_strdup("sensor-1");
  assert_end(&scene, "mqtt-session-taken-over", TRUE);
  assert_alternatives(&scene, "mqtt-server-unavailable mqtt-not-authorized");
  scene.c.ends = once;
  scene.c.end_count = G_N_ELEMENTS(once);
  assert_end(&scene, "mqtt-session-taken-over", TRUE);
  scene.c.ends = twice;
  scene.c.end_count = G_N_ELEMENTS(twice);
  assert_end(&scene, "mqtt-session-taken-over", FALSE);
  assert_alternatives(&scene, "");
  scene_clear(&scene);
}

/* What else it may have looked at; and what is another case. */
static void
test_closed_after_connack_otherwise(void)
{
  Scene scene;
  scene_init(&scene);
  cut(&scene, SECOND / 4, SECOND / 4);
  scene.profile->will_topic = g_strdup("plant/gone");
  scene.c.last_publish = (LastPublish){"locked/door", 5, 1000 * SECOND - SECOND / 10};
  assert_end(&scene, "mqtt-server-unavailable", TRUE);
  assert_alternatives(&scene, "mqtt-publish-refused mqtt-not-authorized");
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_true(has_line(end->evidence, "without the last will (to plant/gone)"));
  scene.profile->version = MQTT_3_1_1;
  assert_end(&scene, "mqtt-publish-refused", TRUE);
  scene.profile->version = MQTT_5;
  scene.evidence->disconnect = 0x8B; /* it says why */
  assert_end(&scene, "mqtt-refused-other", TRUE);
  scene.evidence->disconnect = -1;
  scene.evidence->at_us[EVIDENCE_CONNACK] = 998 * SECOND;
  assert_end(&scene, "unknown", TRUE);
  scene_clear(&scene);
}

static const PastEnd idle[] = {{31 * SECOND, 30 * SECOND, 100 * SECOND},
                               {90 * SECOND, 30 * SECOND + SECOND / 2, 200 * SECOND}};

static void
test_idle_drop(void)
{
  static const PastEnd uneven[] = {{31 * SECOND, 30 * SECOND, 100 * SECOND},
                                   {90 * SECOND, 12 * SECOND, 200 * SECOND}};
  Scene scene;
  scene_init(&scene);
  cut(&scene, 40 * SECOND, 30 * SECOND);
  scene.profile->client_id = g_strdup("sensor-1");
  scene.c.ends = idle;
  scene.c.end_count = G_N_ELEMENTS(idle);
  assert_end(&scene, "tcp-idle-drop", TRUE);
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_nonnull(strstr(end->remedy, "30 s"));
  /* Beyond the keep alive the broker gives up, rightly. */
  scene.profile->keep_alive = 20;
  assert_end(&scene, "unknown", TRUE);
  scene.profile->keep_alive = 60;
  scene.c.ends = uneven;
  assert_end(&scene, "unknown", TRUE);
  scene_clear(&scene);
}

/* Online again, the pattern is still worth a warning. */
static void
test_idle_drop_stays(void)
{
  const PastEnd ends[] = {idle[0], idle[1], {60 * SECOND, 29 * SECOND, 300 * SECOND}};
  Scene scene;
  scene_init(&scene);
  scene.evidence->connack = 0;
  scene.c.ends = ends;
  scene.c.end_count = G_N_ELEMENTS(ends);
  g_assert_null(diagnose_end(&scene.c));
  g_autoptr(GPtrArray) all = diagnose(&scene.c);
  g_assert_cmpuint(all->len, ==, 1);
  const Finding *only = g_ptr_array_index(all, 0);
  g_assert_cmpstr(only->code, ==, "tcp-idle-drop");
  g_assert_cmpint(only->severity, ==, FINDING_WARNING);
  scene_clear(&scene);
}

/* --- Requests --------------------------------------------------------------------------------- */

static void
test_requests(void)
{
  Scene scene;
  scene_init(&scene);
  scene.profile->user_name = g_strdup("anna");
  g_autoptr(Finding) subscribe = diagnose_subscribe(&scene.c, "secret/#", 0x87);
  g_assert_cmpstr(subscribe->code, ==, "mqtt-subscribe-refused");
  g_assert_cmpint(subscribe->severity, ==, FINDING_WARNING);
  g_assert_cmpstr(subscribe->message, ==,
                  "The broker's access rules do not let \"anna\" subscribe to secret/#.");
  g_assert_true(diagnosis_is_about(subscribe, "mqtt-subscribe-refused", "secret/#"));
  g_assert_false(diagnosis_is_about(subscribe, "mqtt-subscribe-refused", "secret/+"));
  g_assert_false(diagnosis_is_about(subscribe, "mqtt-publish-refused", "secret/#"));
  g_autoptr(Finding) publish = diagnose_publish(&scene.c, "a/\x1b[2J", 1, 0x87);
  g_assert_cmpstr(publish->code, ==, "mqtt-publish-refused");
  g_assert_null(strchr(publish->message, 0x1b));
  g_assert_true(diagnosis_is_about(publish, "mqtt-publish-refused", "a/\x1b[2J"));
  scene_clear(&scene);
}

/* Not every no is one of the access rules. */
static void
test_requests_refused_otherwise(void)
{
  Scene scene;
  scene_init(&scene);
  scene.profile->user_name = g_strdup("anna");
  g_autoptr(Finding) publish = diagnose_publish(&scene.c, "a/b", 1, 0x97);
  g_assert_cmpstr(publish->code, ==, "mqtt-publish-refused");
  g_assert_cmpstr(publish->message, ==,
                  "The broker does not let \"anna\" publish to a/b: Quota exceeded (0x97).");
  g_assert_null(strstr(publish->remedy, "access rules"));
  g_autoptr(Finding) subscribe = diagnose_subscribe(&scene.c, "a/b", 0x80);
  g_assert_nonnull(strstr(subscribe->message, "access rules"));
  scene_clear(&scene);
}

/* mosquitto's message_size_limit: the connection stays. */
static void
test_message_too_large(void)
{
  Scene scene;
  scene_init(&scene);
  g_autoptr(Finding) publish = diagnose_publish(&scene.c, "open/7", 1000, 0x95);
  g_assert_cmpstr(publish->code, ==, "mqtt-packet-too-large");
  g_assert_cmpint(publish->severity, ==, FINDING_WARNING);
  g_assert_cmpint(publish->side, ==, FINDING_SIDE_LOCAL);
  g_assert_cmpstr(publish->message, ==,
                  "The broker takes no message of that size: 1000 bytes, to open/7.");
  g_assert_cmpstr(publish->remedy, ==, "Send a smaller message, or raise the broker's limit.");
  g_assert_true(has_line(publish->evidence, "PUBACK: Packet too large (0x95)"));
  g_assert_true(diagnosis_is_about(publish, "mqtt-packet-too-large", "open/7"));
  g_assert_false(diagnosis_is_about(publish, "mqtt-publish-refused", "open/7"));
  scene_clear(&scene);
}

/* --- Addresses -------------------------------------------------------------------------------- */

static void
add_failure(Evidence *evidence, const char *address)
{
  DialFailure *failure = g_new0(DialFailure, 1);
  failure->address = g_strdup(address);
  failure->code = TUNNEL_ERROR_TCP_FILTERED;
  failure->text = g_strdup("does not answer");
  g_ptr_array_add(evidence->dial_failures, failure);
}

static void
test_ipv6(void)
{
  Scene scene;
  scene_init(&scene);
  scene.evidence->address = g_strdup("192.0.2.1:8883");
  add_failure(scene.evidence, "192.0.2.9:8883");
  g_autoptr(GPtrArray) good = diagnose(&scene.c);
  g_assert_cmpuint(good->len, ==, 0);
  add_failure(scene.evidence, "[2001:db8::1]:8883");
  g_autoptr(GPtrArray) dead = diagnose(&scene.c);
  g_assert_cmpuint(dead->len, ==, 1);
  const Finding *only = g_ptr_array_index(dead, 0);
  g_assert_cmpstr(only->code, ==, "tcp-ipv6-dead");
  g_assert_cmpint(only->severity, ==, FINDING_WARNING);
  g_free(scene.profile->host);
  scene.profile->host = g_strdup("localhost");
  g_autoptr(GPtrArray) local = diagnose(&scene.c);
  g_assert_cmpuint(local->len, ==, 0);
  scene_clear(&scene);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/diagnosis-mqtt/disconnect", test_disconnect);
  g_test_add_func("/diagnosis-mqtt/too-large", test_too_large_says_how_large);
  g_test_add_func("/diagnosis-mqtt/reason-words", test_reason_words);
  g_test_add_func("/diagnosis-mqtt/server-reference", test_server_reference);
  g_test_add_func("/diagnosis-mqtt/after-publish", test_closed_after_publish);
  g_test_add_func("/diagnosis-mqtt/close-loop", test_close_loop);
  g_test_add_func("/diagnosis-mqtt/closed-on-subscribe", test_closed_on_subscribe);
  g_test_add_func("/diagnosis-mqtt/right-after-connack", test_closed_right_after_connack);
  g_test_add_func("/diagnosis-mqtt/after-connack-otherwise", test_closed_after_connack_otherwise);
  g_test_add_func("/diagnosis-mqtt/idle-drop", test_idle_drop);
  g_test_add_func("/diagnosis-mqtt/idle-drop-stays", test_idle_drop_stays);
  g_test_add_func("/diagnosis-mqtt/requests", test_requests);
  g_test_add_func("/diagnosis-mqtt/requests-otherwise", test_requests_refused_otherwise);
  g_test_add_func("/diagnosis-mqtt/message-too-large", test_message_too_large);
  g_test_add_func("/diagnosis-mqtt/ipv6", test_ipv6);
  return g_test_run();
}
