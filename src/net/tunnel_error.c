#include "config.h"
#include "net/tunnel_error.h"

G_DEFINE_QUARK(mqtrust_tunnel_error, tunnel_error)

static const struct {
  const char *code;
  TunnelFault fault;
} table[TUNNEL_ERROR_LAST_] = {
    [TUNNEL_ERROR_DNS_UNKNOWN] = {"dns-unknown", TUNNEL_FAULT_RESOLVE},
    [TUNNEL_ERROR_DNS_FAILURE] = {"dns-failure", TUNNEL_FAULT_RESOLVE},
    [TUNNEL_ERROR_TCP_REFUSED] = {"tcp-refused", TUNNEL_FAULT_DIAL},
    [TUNNEL_ERROR_TCP_FILTERED] = {"tcp-filtered", TUNNEL_FAULT_DIAL},
    [TUNNEL_ERROR_TCP_UNREACHABLE] = {"tcp-unreachable", TUNNEL_FAULT_DIAL},
    [TUNNEL_ERROR_TCP_CLOSED_AT_ONCE] = {"tcp-closed-at-once", TUNNEL_FAULT_PEER_CLOSED},
    [TUNNEL_ERROR_DIAL] = {"unknown", TUNNEL_FAULT_DIAL},
    [TUNNEL_ERROR_TLS_TIMEOUT] = {"tls-timeout", TUNNEL_FAULT_TIMEOUT},
    [TUNNEL_ERROR_TLS_RESET] = {"tls-reset", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_TLS_VERSION] = {"tls-version-mismatch", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_TLS_NO_CIPHER] = {"tls-no-cipher", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_TLS_NO_GROUP] = {"tls-no-group", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_TLS_ALPN] = {"alpn-required", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_TLS_SNI] = {"sni-refused", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_TLS_POLICY] = {"local-policy-forbids", TUNNEL_FAULT_LOCAL},
    [TUNNEL_ERROR_TLS_OTHER] = {"unknown", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_PORT_HTTP] = {"port-http", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_PORT_STARTTLS] = {"port-starttls", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_PORT_OTHER] = {"port-other-service", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_PORT_SPEAKS_FIRST] = {"port-other-service", TUNNEL_FAULT_PROTOCOL},
    [TUNNEL_ERROR_PORT_NEEDS_TLS] = {"port-needs-tls", TUNNEL_FAULT_PROTOCOL},
    [TUNNEL_ERROR_PORT_WEBSOCKET] = {"port-websocket", TUNNEL_FAULT_PROTOCOL},
    [TUNNEL_ERROR_SERVER_REFUSED] = {NULL, TUNNEL_FAULT_VERIFY},
    [TUNNEL_ERROR_SERVER_MALFORMED] = {"certificate-malformed", TUNNEL_FAULT_VERIFY},
    [TUNNEL_ERROR_SERVER_KEY_USAGE] = {"key-usage-no-signature", TUNNEL_FAULT_VERIFY},
    [TUNNEL_ERROR_SERVER_KEY_WEAK] = {"key-too-weak", TUNNEL_FAULT_VERIFY},
    [TUNNEL_ERROR_TLS_ALGORITHM] = {"algorithm-unsupported", TUNNEL_FAULT_TLS},
    [TUNNEL_ERROR_CLIENT_KEY_USAGE] = {"key-usage-no-signature", TUNNEL_FAULT_CLIENT_REFUSED},
    [TUNNEL_ERROR_CLIENT_REQUIRED] = {"client-cert-required", TUNNEL_FAULT_CLIENT_REFUSED},
    [TUNNEL_ERROR_CLIENT_CA_UNKNOWN] = {"client-ca-unknown", TUNNEL_FAULT_CLIENT_REFUSED},
    [TUNNEL_ERROR_CLIENT_EXPIRED] = {"client-expired", TUNNEL_FAULT_CLIENT_REFUSED},
    [TUNNEL_ERROR_CLIENT_REVOKED] = {"client-revoked", TUNNEL_FAULT_CLIENT_REFUSED},
    [TUNNEL_ERROR_CLIENT_USAGE] = {"client-usage-missing", TUNNEL_FAULT_CLIENT_REFUSED},
    [TUNNEL_ERROR_CLIENT_SIGNATURE] = {"key-signature-refused", TUNNEL_FAULT_CLIENT_REFUSED},
    [TUNNEL_ERROR_CLIENT_KEY_TYPE] = {"key-type-refused", TUNNEL_FAULT_CLIENT_REFUSED},
    [TUNNEL_ERROR_CLIENT_REFUSED] = {"client-refused", TUNNEL_FAULT_CLIENT_REFUSED},
    [TUNNEL_ERROR_CLIENT_RESET] = {"client-reset", TUNNEL_FAULT_CLIENT_REFUSED},
    [TUNNEL_ERROR_CLOSED_AFTER_CONNECT] = {"mqtt-closed-after-connect", TUNNEL_FAULT_PEER_CLOSED},
    [TUNNEL_ERROR_MQTT_TIMEOUT] = {"unknown", TUNNEL_FAULT_TIMEOUT},
    [TUNNEL_ERROR_MQTT_MALFORMED] = {"unknown", TUNNEL_FAULT_PROTOCOL},
    [TUNNEL_ERROR_MQTT_TOO_LARGE] = {"mqtt-packet-too-large", TUNNEL_FAULT_PROTOCOL},
    [TUNNEL_ERROR_PEER_CLOSED] = {"unknown", TUNNEL_FAULT_PEER_CLOSED},
    [TUNNEL_ERROR_NETWORK] = {"unknown", TUNNEL_FAULT_NETWORK},
    [TUNNEL_ERROR_LOCAL] = {"unknown", TUNNEL_FAULT_LOCAL},
};

const char *
tunnel_error_code(TunnelError error)
{
  g_return_val_if_fail((guint)error < TUNNEL_ERROR_LAST_, NULL);
  return table[error].code;
}

TunnelFault
tunnel_error_fault(TunnelError error)
{
  g_return_val_if_fail((guint)error < TUNNEL_ERROR_LAST_, TUNNEL_FAULT_LOCAL);
  return table[error].fault;
}
