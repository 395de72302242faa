/* Probes of a broker that others wrote. */
#include "config.h"
#include <string.h>

#include "live/broker.h"
#include "live/prober.h"
#include "live/test_pki.h"
#include "net/tls_fault.h"
#include "net/tunnel_error.h"

#define TLS_1_1 "NORMAL:-VERS-ALL:+VERS-TLS1.1"
#define TLS_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

static TestPki *pki;

/* NULL: skipped. */
static Broker *
start(const BrokerOptions *options)
{
  return broker_available_or_skip() ? broker_start(options) : NULL;
}

static ProbeResult *
probe(const Broker *broker, ProbeKind kind, const char *priority, Identity *identity)
{
  g_autoptr(ProbeRequest) request = probe_request_new(kind, "127.0.0.1", broker_port(broker));
  request->priority = g_strdup(priority);
  request->identity = identity == NULL ? NULL : identity_ref(identity);
  request->connect = TRUE;
  return prober_run_alone(request);
}

static void
expect_refusal(const Broker *broker, const char *priority, Identity *identity, TunnelError code,
               int alert)
{
  g_autoptr(ProbeResult) result = probe(broker, PROBE_TLS, priority, identity);
  g_assert_cmpint(prober_code(result), ==, code);
  g_assert_cmpint(result->alert, ==, alert);
  g_assert_true(result->requested);
  g_assert_cmpint(result->sent, ==, identity != NULL);
  g_assert_cmpint(result->refused_late, ==, strcmp(priority, TLS_1_3) == 0);
  g_assert_cmpuint(result->certificates->len, ==, 1);
}

static void
test_two_way(void)
{
  const BrokerOptions options = {.certificate_file = pki->server_path,
                                 .key_file = pki->server_key_path,
                                 .client_ca_file = pki->client_ca_path};
  g_autoptr(Broker) broker = start(&options);
  if (broker == NULL)
    return;
  expect_refusal(broker, TLS_1_2, NULL, TUNNEL_ERROR_CLIENT_REQUIRED, TLS_ALERT_HANDSHAKE_FAILURE);
  expect_refusal(broker, TLS_1_3, NULL, TUNNEL_ERROR_CLIENT_REQUIRED,
                 TLS_ALERT_CERTIFICATE_REQUIRED);
  expect_refusal(broker, TLS_1_2, pki->stranger, TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
                 TLS_ALERT_UNKNOWN_CA);
  expect_refusal(broker, TLS_1_3, pki->stranger, TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
                 TLS_ALERT_UNKNOWN_CA);
  g_autoptr(ProbeResult) good = probe(broker, PROBE_TLS, TLS_1_3, pki->identity);
  g_assert_cmpint(prober_code(good), ==, -1);
  g_assert_true(good->answered && good->sent && good->connack == 0);
  g_assert_true(broker_wait_log(broker, "mqtrust-probe-"));
  /* The goodbye was heard: without it mosquitto speaks of a closed connection or an error. */
  g_assert_true(broker_wait_log(broker, "disconnected."));
}

/* OpenSSL 3 behind mosquitto has no name for "too old". */
static void
test_too_old(void)
{
  const BrokerOptions options = {.certificate_file = pki->server_path,
                                 .key_file = pki->server_key_path};
  g_autoptr(Broker) broker = start(&options);
  if (broker == NULL)
    return;
  g_autoptr(ProbeResult) old = probe(broker, PROBE_TLS, TLS_1_1, NULL);
  g_assert_cmpint(prober_code(old), ==, TUNNEL_ERROR_TLS_VERSION);
  g_assert_nonnull(strstr(old->error->message, "we offered TLS 1.1,"));
  g_assert_true(old->alert == TLS_ALERT_INTERNAL_ERROR || old->alert == TLS_ALERT_PROTOCOL_VERSION);
  g_autoptr(ProbeResult) new = probe(broker, PROBE_TLS, NULL, NULL);
  g_assert_cmpint(prober_code(new), ==, -1);
  g_assert_cmpstr(new->tls_version, ==, "TLS 1.3");
}

static void
test_plain(void)
{
  static const BrokerOptions options = {.user_name = "user", .password = "secret"};
  g_autoptr(Broker) broker = start(&options);
  if (broker == NULL)
    return;
  g_autoptr(ProbeResult) tls = probe(broker, PROBE_TLS, NULL, NULL);
  g_autoptr(ProbeResult) mqtt = probe(broker, PROBE_MQTT, NULL, NULL);
  g_autoptr(ProbeResult) http = probe(broker, PROBE_HTTP, NULL, NULL);
  g_assert_cmpint(prober_code(tls), ==, TUNNEL_ERROR_TLS_RESET);
  g_assert_false(tls->server_answered);
  /* Nobody is not welcome here, but it is MQTT that says so. */
  g_assert_cmpint(prober_code(mqtt), ==, -1);
  g_assert_cmpint(mqtt->connack, ==, 5);
  g_assert_cmpint(prober_code(http), ==, TUNNEL_ERROR_PEER_CLOSED);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  pki = test_pki_new();
  g_test_add_func("/probe-brokers/two-way", test_two_way);
  g_test_add_func("/probe-brokers/too-old", test_too_old);
  g_test_add_func("/probe-brokers/plain", test_plain);
  int result = g_test_run();
  test_pki_free(pki);
  return result;
}
