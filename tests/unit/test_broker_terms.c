/* What CONNACK says in its properties (MQTT 5, 3.2.2.3). */
#include "config.h"

#include "net/broker_terms.h"

static const guint8 all[] = {
    0x11, 0xff, 0xff, 0xff, 0xff,                /* Session Expiry Interval */
    0x21, 0x00, 0x14,                            /* Receive Maximum */
    0x24, 0x01,                                  /* Maximum QoS */
    0x25, 0x00,                                  /* Retain Available */
    0x27, 0x00, 0x10, 0x00, 0x00,                /* Maximum Packet Size */
    0x12, 0x00, 0x02, 'i',  'd',                 /* Assigned Client Identifier */
    0x22, 0x00, 0x0a,                            /* Topic Alias Maximum */
    0x1f, 0x00, 0x03, 'w',  0x1b, 'y',           /* Reason String */
    0x26, 0x00, 0x01, 'k',  0x00, 0x01, 'v',     /* User Property */
    0x28, 0x01,                                  /* Wildcard Subscription Available */
    0x29, 0x00,                                  /* Subscription Identifiers Available */
    0x2a, 0x01,                                  /* Shared Subscription Available */
    0x13, 0x00, 0x1e,                            /* Server Keep Alive */
    0x1a, 0x00, 0x01, 'r',                       /* Response Information */
    0x1c, 0x00, 0x05, 'b',  '2',  ':',  '8', '1' /* Server Reference */
};

static void
assert_all(const BrokerTerms *terms)
{
  g_assert_cmpint(terms->session_expiry, ==, 0xffffffff);
  g_assert_cmpint(terms->receive_maximum, ==, 20);
  g_assert_cmpint(terms->maximum_qos, ==, 1);
  g_assert_cmpint(terms->retain_available, ==, 0);
  g_assert_cmpint(terms->maximum_packet_size, ==, 1048576);
  g_assert_cmpint(terms->topic_alias_maximum, ==, 10);
  g_assert_cmpint(terms->wildcard_available, ==, 1);
  g_assert_cmpint(terms->subscription_ids_available, ==, 0);
  g_assert_cmpint(terms->shared_available, ==, 1);
  g_assert_cmpint(terms->server_keep_alive, ==, 30);
  g_assert_cmpstr(terms->assigned_client_id, ==, "id");
  g_assert_cmpstr(terms->reason_string, ==, "w\\ey");
  g_assert_cmpstr(terms->response_information, ==, "r");
  g_assert_cmpstr(terms->server_reference, ==, "b2:81");
}

static void
test_all(void)
{
  BrokerTerms *terms = broker_terms_new((MqttBytes){all, sizeof all});
  g_autoptr(BrokerTerms) copy = broker_terms_copy(terms);
  assert_all(terms);
  broker_terms_free(terms);
  assert_all(copy);
}

static void
test_nothing(void)
{
  g_autoptr(BrokerTerms) terms = broker_terms_new((MqttBytes){NULL, 0});
  g_autoptr(BrokerTerms) copy = broker_terms_copy(terms);
  g_assert_cmpint(copy->session_expiry, ==, -1);
  g_assert_cmpint(copy->receive_maximum, ==, -1);
  g_assert_cmpint(copy->maximum_qos, ==, -1);
  g_assert_cmpint(copy->retain_available, ==, -1);
  g_assert_cmpint(copy->maximum_packet_size, ==, -1);
  g_assert_cmpint(copy->topic_alias_maximum, ==, -1);
  g_assert_cmpint(copy->wildcard_available, ==, -1);
  g_assert_cmpint(copy->subscription_ids_available, ==, -1);
  g_assert_cmpint(copy->shared_available, ==, -1);
  g_assert_cmpint(copy->server_keep_alive, ==, -1);
  g_assert_null(copy->assigned_client_id);
  g_assert_null(copy->reason_string);
  g_assert_null(copy->response_information);
  g_assert_null(copy->server_reference);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/broker-terms/all", test_all);
  g_test_add_func("/broker-terms/nothing", test_nothing);
  return g_test_run();
}
