/* Every property in every packet: where it may stand, how often, and which values it may have. */
#include "config.h"

#include <string.h>

#include "mqtt/packet.h"
#include "unit/wire.h"

/* A packet with a property block in it, which stands between `before` and `after`. */
typedef struct {
  const char *name;
  MqttDirection direction;
  const char *first; /* byte of the packet */
  const char *before, *after;
  const char *section; /* of the standard, about its properties */
} Place;

static const Place places[] = {
    {"CONNECT", MQTT_FROM_CLIENT, "10", "0004'MQTT' 05 02 0000", "0000", "MQTT 5, 3.1.2.11"},
    {"will", MQTT_FROM_CLIENT, "10", "0004'MQTT' 05 06 0000 00 0000", "0001'w' 0000",
     "MQTT 5, 3.1.3.2"},
    {"CONNACK", MQTT_FROM_BROKER, "20", "00 00", "", "MQTT 5, 3.2.2.3"},
    {"PUBLISH", MQTT_FROM_BROKER, "30", "0001'a'", "'payload'", "MQTT 5, 3.3.2.3"},
    {"PUBACK", MQTT_FROM_CLIENT, "40", "0001 00", "", "MQTT 5, 3.4.2.2"},
    {"PUBREC", MQTT_FROM_CLIENT, "50", "0001 00", "", "MQTT 5, 3.5.2.2"},
    {"PUBREL", MQTT_FROM_CLIENT, "62", "0001 00", "", "MQTT 5, 3.6.2.2"},
    {"PUBCOMP", MQTT_FROM_CLIENT, "70", "0001 00", "", "MQTT 5, 3.7.2.2"},
    {"SUBSCRIBE", MQTT_FROM_CLIENT, "82", "0001", "0001'a' 00", "MQTT 5, 3.8.2.1"},
    {"SUBACK", MQTT_FROM_BROKER, "90", "0001", "00", "MQTT 5, 3.9.2.1"},
    {"UNSUBSCRIBE", MQTT_FROM_CLIENT, "a2", "0001", "0001'a'", "MQTT 5, 3.10.2.1"},
    {"UNSUBACK", MQTT_FROM_BROKER, "b0", "0001", "00", "MQTT 5, 3.11.2.1"},
    {"DISCONNECT", MQTT_FROM_CLIENT, "e0", "00", "", "MQTT 5, 3.14.2.2"},
    {"AUTH", MQTT_FROM_CLIENT, "f0", "18", "", "MQTT 5, 3.15.2.2"},
};

/* MQTT 5, Table 2-4 */
static const struct {
  guint8 id;
  const char *name;
  const char *value; /* a good one */
  guint32 number;
  const char *text; /* of a string or binary value */
  const char *where;
} properties[] = {
    {0x01, "Payload Format Indicator", "01", 1, NULL, "PUBLISH will"},
    {0x02, "Message Expiry Interval", "01020304", 0x01020304, NULL, "PUBLISH will"},
    {0x03, "Content Type", "0004'text'", 0, "text", "PUBLISH will"},
    {0x08, "Response Topic", "0003'r/t'", 0, "r/t", "PUBLISH will"},
    {0x09, "Correlation Data", "0002'id'", 0, "id", "PUBLISH will"},
    {0x0b, "Subscription Identifier", "ffffff7f", 268435455, NULL, "PUBLISH SUBSCRIBE"},
    {0x11, "Session Expiry Interval", "ffffffff", G_MAXUINT32, NULL, "CONNECT CONNACK DISCONNECT"},
    {0x12, "Assigned Client Identifier", "0002'me'", 0, "me", "CONNACK"},
    {0x13, "Server Keep Alive", "0102", 0x0102, NULL, "CONNACK"},
    {0x15, "Authentication Method", "0003'KRB'", 0, "KRB", "CONNECT CONNACK AUTH"},
    {0x16, "Authentication Data", "0002'xy'", 0, "xy", "CONNECT CONNACK AUTH"},
    {0x17, "Request Problem Information", "00", 0, NULL, "CONNECT"},
    {0x18, "Will Delay Interval", "00000005", 5, NULL, "will"},
    {0x19, "Request Response Information", "01", 1, NULL, "CONNECT"},
    {0x1a, "Response Information", "0002'r/'", 0, "r/", "CONNACK"},
    {0x1c, "Server Reference", "0002'b2'", 0, "b2", "CONNACK DISCONNECT"},
    {0x1f, "Reason String", "0004'why?'", 0, "why?",
     "CONNACK PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK DISCONNECT AUTH"},
    {0x21, "Receive Maximum", "0001", 1, NULL, "CONNECT CONNACK"},
    {0x22, "Topic Alias Maximum", "0000", 0, NULL, "CONNECT CONNACK"},
    {0x23, "Topic Alias", "ffff", 65535, NULL, "PUBLISH"},
    {0x24, "Maximum QoS", "01", 1, NULL, "CONNACK"},
    {0x25, "Retain Available", "00", 0, NULL, "CONNACK"},
    {0x26, "User Property", "0001'k' 0001'v'", 0, "v",
     "CONNECT will CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE "
     "UNSUBACK DISCONNECT AUTH"},
    {0x27, "Maximum Packet Size", "00000001", 1, NULL, "CONNECT CONNACK"},
    {0x28, "Wildcard Subscription Available", "00", 0, NULL, "CONNACK"},
    {0x29, "Subscription Identifier Available", "01", 1, NULL, "CONNACK"},
    {0x2a, "Shared Subscription Available", "01", 1, NULL, "CONNACK"},
};

static gboolean
is_listed(const char *list, const char *name)
{
  g_auto(GStrv) names = g_strsplit(list, " ", -1);

  return g_strv_contains((const char *const *)names, name);
}

typedef struct {
  gboolean good;
  MqttPacket packet;
  MqttFault fault;
  gsize block_at; /* offset of the block behind its length */
  GByteArray *bytes;
} Outcome;

static void
outcome_clear(Outcome *outcome)
{
  g_clear_pointer(&outcome->bytes, g_byte_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

/* `block` is short enough for one byte of length. */
static void
decode(const Place *place, const char *block, Outcome *outcome)
{
  g_autofree char *before = g_strdup_printf("%s 00 %s 00", place->first, place->before);
  g_autoptr(GByteArray) middle = wire(block), after = wire(place->after);

  outcome->bytes = wire(before);
  outcome->block_at = outcome->bytes->len;
  outcome->bytes->data[outcome->block_at - 1] = (guint8)middle->len;
  g_byte_array_append(outcome->bytes, middle->data, middle->len);
  g_byte_array_append(outcome->bytes, after->data, after->len);
  g_assert_cmpuint(outcome->bytes->len - 2, <, 0x80);
  outcome->bytes->data[1] = (guint8)(outcome->bytes->len - 2);
  outcome->good = mqtt_packet_decode(outcome->bytes->data, outcome->bytes->len, MQTT_5,
                                     place->direction, &outcome->packet, &outcome->fault);
}

static void
expect_fault(const Outcome *outcome, gsize offset_in_block, const char *clause, const char *reason)
{
  g_assert_false(outcome->good);
  g_assert_cmpstr(outcome->fault.clause, ==, clause);
  g_assert_cmpuint(outcome->fault.offset, ==, outcome->block_at + offset_in_block);
  g_assert_cmpstr(outcome->fault.reason, ==, reason);
}

static MqttBytes
block_of(const Outcome *outcome, const char *place)
{
  switch (outcome->packet.type) {
  case MQTT_CONNECT:
    return g_str_equal(place, "will") ? outcome->packet.connect.will_properties
                                      : outcome->packet.connect.properties;
  case MQTT_CONNACK:
    return outcome->packet.connack.properties;
  case MQTT_PUBLISH:
    return outcome->packet.publish.properties;
  case MQTT_SUBSCRIBE:
  case MQTT_SUBACK:
  case MQTT_UNSUBSCRIBE:
  case MQTT_UNSUBACK:
    return outcome->packet.subscription.properties;
  default:
    return outcome->packet.ack.properties;
  }
}

/* AUTH needs a method, and data needs one in CONNECT. */
static const char *
company(const Place *place, guint8 id)
{
  if (id == MQTT_PROPERTY_AUTHENTICATION_METHOD)
    return "";
  if (g_str_equal(place->name, "AUTH") ||
      (g_str_equal(place->name, "CONNECT") && id == MQTT_PROPERTY_AUTHENTICATION_DATA))
    return "15 0001'm'";
  return "";
}

static void
check_value(const Outcome *outcome, const Place *place, gsize i, gsize skipped)
{
  MqttBytes block = block_of(outcome, place->name);
  gsize cursor = skipped;
  MqttProperty property;

  g_assert_true(mqtt_property_next(block, &cursor, &property));
  g_assert_cmpuint(cursor, ==, block.length);
  g_assert_cmpuint(property.id, ==, properties[i].id);
  g_assert_cmpuint(property.number, ==, properties[i].number);
  if (properties[i].text != NULL)
    g_assert_cmpmem(property.value.data, property.value.length, properties[i].text,
                    strlen(properties[i].text));
  g_assert_cmpuint(property.name.length, ==, properties[i].id == 0x26 ? 1 : 0);
  g_assert_false(mqtt_property_next(block, &cursor, &property));
  g_assert_cmpuint(mqtt_property_number(block, properties[i].id), ==, properties[i].number);
}

static void
check_place(const Place *place, gsize i)
{
  const char *with = company(place, properties[i].id);
  g_autoptr(GByteArray) skipped = wire(with);
  g_autofree char *once =
      g_strdup_printf("%s %02x %s", with, properties[i].id, properties[i].value);
  g_auto(Outcome) outcome = {0};

  decode(place, once, &outcome);
  if (is_listed(properties[i].where, place->name)) {
    if (!outcome.good)
      g_error("%s in %s: %s", properties[i].name, place->name, outcome.fault.reason);
    check_value(&outcome, place, i, skipped->len);
  } else {
    expect_fault(&outcome, skipped->len, "MQTT 5, 2.2.2.2", "the property does not belong here");
  }
}

static void
test_places(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
    for (gsize p = 0; p < G_N_ELEMENTS(places); p++)
      check_place(&places[p], i);
  }
}

static void
check_twice(const Place *place, gsize i)
{
  const char *with = company(place, properties[i].id);
  g_autofree char *once =
      g_strdup_printf("%s %02x %s", with, properties[i].id, properties[i].value);
  g_autofree char *twice =
      g_strdup_printf("%s %02x %s", once, properties[i].id, properties[i].value);
  g_autoptr(GByteArray) first = wire(once);
  g_auto(Outcome) outcome = {0};

  decode(place, twice, &outcome);
  if (properties[i].id == 0x26 || (properties[i].id == 0x0b && g_str_equal(place->name, "PUBLISH")))
    g_assert_true(outcome.good);
  else
    expect_fault(&outcome, first->len, place->section, "the property is there twice");
}

static void
test_repeated(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
    for (gsize p = 0; p < G_N_ELEMENTS(places); p++) {
      if (is_listed(properties[i].where, places[p].name))
        check_twice(&places[p], i);
    }
  }
}

static void
test_names(void)
{
  gsize known = 0;

  for (guint id = 0; id < 256; id++) {
    if (known < G_N_ELEMENTS(properties) && properties[known].id == id)
      g_assert_cmpstr(mqtt_property_name((guint8)id), ==, properties[known++].name);
    else
      g_assert_null(mqtt_property_name((guint8)id));
  }
}

static void
test_unknown(void)
{
  for (guint id = 0; id < 256; id++) {
    g_autofree char *block = g_strdup_printf("%02x 0000", id);
    g_auto(Outcome) outcome = {0};

    if (mqtt_property_name((guint8)id) != NULL)
      continue;
    decode(&places[3], block, &outcome);
    expect_fault(&outcome, 0, "MQTT 5, 2.2.2.2", "the property identifier is unknown");
  }
}

static const Place *
find_place(const char *name)
{
  for (gsize p = 0; p < G_N_ELEMENTS(places); p++) {
    if (g_str_equal(places[p].name, name))
      return &places[p];
  }
  g_assert_not_reached();
}

static void
test_bad_values(void)
{
#define CUT "a property goes beyond the Property Length"
#define NEITHER "the property's value is neither 0 nor 1"
#define ZERO "the property's value is 0"
#define ILL "a string is not well-formed UTF-8"
  static const struct {
    const char *place, *block;
    gsize offset; /* in the block */
    const char *clause, *reason;
  } bad[] = {
      {"PUBLISH", "01 02", 1, "MQTT 5, 3.3.2.3", NEITHER},
      {"will", "01 ff", 1, "MQTT 5, 3.1.3.2", NEITHER},
      {"CONNECT", "17 02", 1, "MQTT 5, 3.1.2.11", NEITHER},
      {"CONNECT", "19 02", 1, "MQTT 5, 3.1.2.11", NEITHER},
      {"CONNACK", "24 02", 1, "MQTT 5, 3.2.2.3", NEITHER},
      {"CONNACK", "25 02", 1, "MQTT 5, 3.2.2.3", NEITHER},
      {"CONNACK", "28 02", 1, "MQTT 5, 3.2.2.3", NEITHER},
      {"CONNACK", "29 02", 1, "MQTT 5, 3.2.2.3", NEITHER},
      {"CONNACK", "2a 02", 1, "MQTT 5, 3.2.2.3", NEITHER},
      {"CONNECT", "21 0000", 1, "MQTT 5, 3.1.2.11", ZERO},
      {"CONNACK", "27 00000000", 1, "MQTT 5, 3.2.2.3", ZERO},
      {"PUBLISH", "23 0000", 1, "MQTT 5, 3.3.2-8", ZERO},
      {"PUBLISH", "01 01 0b 00", 3, "MQTT 5, 3.3.2.3", ZERO},
      {"SUBSCRIBE", "0b 00", 1, "MQTT 5, 3.8.2.1", ZERO},
      {"SUBSCRIBE", "0b 80 00", 1, "MQTT 5, 1.5.5-1", "a number takes more bytes than it needs"},
      {"SUBSCRIBE", "0b ff ff ff ff 00", 1, "MQTT 5, 1.5.5", "a number has more than four bytes"},
      {"PUBLISH", "08 0003 'r/+'", 5, "MQTT 5, 3.3.2-14", "a topic name contains a wildcard"},
      {"will", "08 0001 '#'", 3, "MQTT 5, 3.3.2-14", "a topic name contains a wildcard"},
      {"PUBLISH", "03 0003 'a' c0af", 4, "MQTT 5, 1.5.4-1", ILL},
      {"PUBLISH", "08 0003 eda080", 3, "MQTT 5, 1.5.4-1", ILL},
      {"PUBLISH", "03 0003 'a' 00 'b'", 4, "MQTT 5, 1.5.4-2", "a string contains U+0000"},
      {"DISCONNECT", "1f 0001 ff", 3, "MQTT 5, 1.5.4-1", ILL},
      {"PUBACK", "26 0001 80 0000", 3, "MQTT 5, 1.5.4-1", ILL},
      {"PUBACK", "26 0000 0001 80", 5, "MQTT 5, 1.5.4-1", ILL},
      {"PUBLISH", "01", 1, "MQTT 5, 2.2.2.1", CUT},
      {"PUBLISH", "02 000000", 1, "MQTT 5, 2.2.2.1", CUT},
      {"PUBLISH", "23 00", 1, "MQTT 5, 2.2.2.1", CUT},
      {"PUBLISH", "0b 80", 2, "MQTT 5, 2.2.2.1", CUT},
      {"PUBLISH", "03 00", 1, "MQTT 5, 2.2.2.1", CUT},
      {"PUBLISH", "03 0002 'a'", 1, "MQTT 5, 2.2.2.1", CUT},
      {"PUBLISH", "09 ffff 'a'", 1, "MQTT 5, 2.2.2.1", CUT},
      {"PUBLISH", "26 0001 'k'", 4, "MQTT 5, 2.2.2.1", CUT},
      {"AUTH", "1f 0000", (gsize)-1, "MQTT 5, 3.15.2.2.2", "the Authentication Method is missing"},
      {"CONNECT", "16 0000", (gsize)-1, "MQTT 5, 3.1.2.11.10",
       "there is Authentication Data but no Authentication Method"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_auto(Outcome) outcome = {0};

    decode(find_place(bad[i].place), bad[i].block, &outcome);
    expect_fault(&outcome, bad[i].offset, bad[i].clause, bad[i].reason);
  }
}

/* Two properties that depend on who sends. */
static void
test_senders(void)
{
  Place publish = *find_place("PUBLISH"), disconnect = *find_place("DISCONNECT");
  g_auto(Outcome) first = {0}, second = {0};

  publish.direction = MQTT_FROM_CLIENT;
  decode(&publish, "0b 01", &first);
  expect_fault(&first, 0, "MQTT 5, 3.3.4-6",
               "a client must not send a Subscription Identifier in a PUBLISH");
  disconnect.direction = MQTT_FROM_BROKER;
  decode(&disconnect, "11 00000000", &second);
  expect_fault(&second, 0, "MQTT 5, 3.14.2-2",
               "a broker must not send a Session Expiry Interval in a DISCONNECT");
}

/* The walk stands by itself: it neither reads beyond the block nor stays where it is. */
static void
test_walk_of_nothing(void)
{
  MqttProperty property;
  gsize cursor = 0;

  g_assert_false(mqtt_property_next((MqttBytes){NULL, 0}, &cursor, &property));
  g_assert_cmpuint(mqtt_property_number((MqttBytes){NULL, 0}, MQTT_PROPERTY_TOPIC_ALIAS), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/properties/places", test_places);
  g_test_add_func("/properties/repeated", test_repeated);
  g_test_add_func("/properties/names", test_names);
  g_test_add_func("/properties/unknown", test_unknown);
  g_test_add_func("/properties/bad-values", test_bad_values);
  g_test_add_func("/properties/senders", test_senders);
  g_test_add_func("/properties/walk-of-nothing", test_walk_of_nothing);
  return g_test_run();
}
