#include "config.h"
#include "mqtt/connect_packet.h"

#include <string.h>

#include "unit/wire.h"

static void
assert_packet(GByteArray *packet, const char *expected)
{
  g_autoptr(GByteArray) bytes = wire(expected);
  g_assert_cmpmem(packet->data, packet->len, bytes->data, bytes->len);
}

static void
test_bytes(void)
{
  g_autoptr(GByteArray) old = connect_packet_new(MQTT_3_1, "x");
  g_autoptr(GByteArray) usual = connect_packet_new(MQTT_3_1_1, "probe");
  g_autoptr(GByteArray) new = connect_packet_new(MQTT_5, "x");
  g_autoptr(GByteArray) end = disconnect_packet_new();
  assert_packet(old, "10 0f 0006 'MQIsdp' 03 02 001e 0001 'x'");
  assert_packet(usual, "10 11 0004 'MQTT' 04 02 001e 0005 'probe'");
  assert_packet(new, "10 0e 0004 'MQTT' 05 02 001e 00 0001 'x'");
  assert_packet(end, "e0 00");
}

/* Our own decoder reads it back as what it is meant to be: nobody. */
static void
test_decodes(void)
{
  static const MqttVersion versions[] = {MQTT_3_1, MQTT_3_1_1, MQTT_5};
  for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
    MqttPacket packet;
    MqttFault fault;
    g_autofree char *id = connect_packet_probe_id();
    g_autoptr(GByteArray) bytes = connect_packet_new(versions[i], id);
    g_assert_true(
        mqtt_packet_decode(bytes->data, bytes->len, MQTT_3_1_1, MQTT_FROM_CLIENT, &packet, &fault));
    g_assert_cmpint(packet.type, ==, MQTT_CONNECT);
    g_assert_cmpint(packet.connect.version, ==, versions[i]);
    g_assert_cmphex(packet.connect.flags, ==, 0x02);
    g_assert_cmpuint(packet.connect.keep_alive, ==, CONNECT_KEEP_ALIVE_S);
    g_assert_cmpmem(packet.connect.client_id.data, packet.connect.client_id.length, id, strlen(id));
    g_assert_cmpuint(packet.connect.user_name.length + packet.connect.password.length +
                         packet.connect.will_topic.length,
                     ==, 0);
  }
}

static void
test_client_ids(void)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < 100; i++) {
    char *id = connect_packet_probe_id();
    g_assert_cmpuint(strlen(id), ==, strlen("mqtrust-probe-01234567"));
    g_assert_cmpuint(strlen(id), <=, CONNECT_CLIENT_ID_MAX);
    g_assert_true(g_str_has_prefix(id, "mqtrust-probe-"));
    g_hash_table_add(seen, id);
  }
  /* Of 2^32, a hundred do not meet but once in a million runs. */
  g_assert_cmpuint(g_hash_table_size(seen), ==, 100);
}

static void
test_client_id_bounds(void)
{
  g_autoptr(GByteArray) longest = connect_packet_new(MQTT_3_1_1, "12345678901234567890123");
  g_assert_cmpuint(longest->data[1], ==, longest->len - 2);
  g_test_expect_message("mqtrust", G_LOG_LEVEL_CRITICAL, "*id_length*");
  g_assert_null(connect_packet_new(MQTT_3_1_1, "123456789012345678901234"));
  g_test_expect_message("mqtrust", G_LOG_LEVEL_CRITICAL, "*id_length*");
  g_assert_null(connect_packet_new(MQTT_3_1_1, ""));
  g_test_assert_expected_messages();
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/connect-packet/bytes", test_bytes);
  g_test_add_func("/connect-packet/decodes", test_decodes);
  g_test_add_func("/connect-packet/client-ids", test_client_ids);
  g_test_add_func("/connect-packet/client-id-bounds", test_client_id_bounds);
  return g_test_run();
}
