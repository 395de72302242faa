#include "config.h"

#include "live/faults/situations.h"

static const Situation table[] = {
    {"no client certificate, TLS 1.3", "client-cert-required", LAB_TLS_1_3},
    {"no client certificate, TLS 1.2", "client-cert-required", LAB_TLS_1_2},
    {"client certificate of another CA", "client-ca-unknown", LAB_TLS_1_3},
    {"the broker has a CA of the same name with another key", "anchor-same-name/client",
     LAB_TLS_1_3},
    {"client certificate without its intermediate", "client-chain-incomplete", LAB_TLS_1_3},
    {"client certificate expired", "client-expired", LAB_TLS_1_3},
    {"client certificate not yet valid", "client-not-yet-valid", LAB_TLS_1_3},
    {"client certificate for serverAuth only", "client-usage-missing", LAB_TLS_1_3},
    {"a broker that refuses without a reason (alert 49)", "client-refused", LAB_TLS_1_3},
    {"CA file of another CA", "anchor-wrong", LAB_TLS_1_3},
    {"CA file that holds no certificate", "ca-file-no-anchor", LAB_TLS_1_3},
    {"CA file is the server's own certificate", "anchor-leaf", LAB_TLS_1_3},
    {"CA file has the cross-signed root only", "anchor-cross-signed", LAB_TLS_1_3},
    {"CA file has the intermediate only", "anchor-intermediate", LAB_TLS_1_3},
    {"CA file has the expired old root only", "anchor-legacy-expired", LAB_TLS_1_3},
    {"broker sends its own certificate only", "chain-leaf-only", LAB_TLS_1_3},
    {"broker sends its root, too, which is not trusted", "anchor-wrong/root-sent", LAB_TLS_1_3},
    {"broker's certificate is self-signed", "self-signed-untrusted", LAB_TLS_1_3},
    {"broker's certificate expired", "leaf-expired", LAB_TLS_1_3},
    {"broker's certificate not yet valid", "leaf-not-yet-valid", LAB_TLS_1_3},
    {"broker's intermediate expired", "intermediate-expired", LAB_TLS_1_3},
    {"broker's certificate for clientAuth only", "server-usage-missing", LAB_TLS_1_3},
    {"broker's certificate is for another host", "name-mismatch", LAB_TLS_1_3},
    {"TLS to the plain MQTT port", "port-plain-mqtt", LAB_TLS_1_3},
    {"TLS to a WebSocket or web port", "port-http", LAB_TLS_1_3},
    {"plain MQTT to the TLS port", "port-needs-tls", LAB_TLS_1_3},
    {"no TLS version in common", "tls-version-mismatch", LAB_TLS_1_3},
    {"no cipher in common", "tls-no-cipher", LAB_TLS_1_2},
    {"not authorised", "mqtt-not-authorized", LAB_TLS_1_3},
    {"key belongs to another certificate", "key-mismatch", LAB_TLS_1_3},
    {"key is encrypted, no password given", "key-password-needed", LAB_TLS_1_3},
    {"key is encrypted, wrong password", "key-password-wrong", LAB_TLS_1_3},
    {"CA file does not exist", "file-missing", LAB_TLS_1_3},
};

const Situation *
situations(gsize *count)
{
  *count = G_N_ELEMENTS(table);
  return table;
}
