/* Why a tunnel could not be built, or what broke it: the errors of net/. Each message is a sentence
 * in safe text that names the host, the address or the port, and what to do. */
#pragma once

#include <glib.h>

#define TUNNEL_ERROR (tunnel_error_quark())
GQuark tunnel_error_quark(void);

/* What ended a tunnel, as far as this side can see. */
typedef enum {
  TUNNEL_FAULT_NONE,
  TUNNEL_FAULT_RESOLVE, /* the name is unknown or the name server did not answer */
  TUNNEL_FAULT_DIAL,    /* no address could be reached */
  TUNNEL_FAULT_TIMEOUT,
  TUNNEL_FAULT_TLS,            /* handshake failed: see alert and gnutls_error */
  TUNNEL_FAULT_VERIFY,         /* we refused the broker's certificate */
  TUNNEL_FAULT_CLIENT_REFUSED, /* the broker refused our certificate (or that there was none) */
  TUNNEL_FAULT_PEER_CLOSED,    /* the broker closed the connection */
  TUNNEL_FAULT_NETWORK,        /* reset, unreachable, ... while connected */
  TUNNEL_FAULT_PROTOCOL,       /* bytes that are no MQTT, or not allowed */
  TUNNEL_FAULT_LOCAL,          /* this machine: no socket, no memory for one, ... */
} TunnelFault;

/* Each stands for a code of the fault catalogue (in the comment). */
typedef enum {
  TUNNEL_ERROR_DNS_UNKNOWN,          /* dns-unknown */
  TUNNEL_ERROR_DNS_FAILURE,          /* dns-failure */
  TUNNEL_ERROR_TCP_REFUSED,          /* tcp-refused */
  TUNNEL_ERROR_TCP_FILTERED,         /* tcp-filtered: no answer at all */
  TUNNEL_ERROR_TCP_UNREACHABLE,      /* tcp-unreachable */
  TUNNEL_ERROR_TCP_CLOSED_AT_ONCE,   /* tcp-closed-at-once */
  TUNNEL_ERROR_DIAL,                 /* unknown: connect() failed for another reason */
  TUNNEL_ERROR_TLS_TIMEOUT,          /* tls-timeout */
  TUNNEL_ERROR_TLS_RESET,            /* tls-reset */
  TUNNEL_ERROR_TLS_VERSION,          /* tls-version-mismatch */
  TUNNEL_ERROR_TLS_NO_CIPHER,        /* tls-no-cipher */
  TUNNEL_ERROR_TLS_NO_GROUP,         /* tls-no-group */
  TUNNEL_ERROR_TLS_ALPN,             /* alpn-required */
  TUNNEL_ERROR_TLS_SNI,              /* sni-refused */
  TUNNEL_ERROR_TLS_POLICY,           /* local-policy-forbids */
  TUNNEL_ERROR_TLS_OTHER,            /* unknown */
  TUNNEL_ERROR_PORT_HTTP,            /* port-http */
  TUNNEL_ERROR_PORT_STARTTLS,        /* port-starttls */
  TUNNEL_ERROR_PORT_OTHER,           /* port-other-service: answers ClientHello with no TLS */
  TUNNEL_ERROR_PORT_SPEAKS_FIRST,    /* port-other-service: before the client did */
  TUNNEL_ERROR_PORT_NEEDS_TLS,       /* port-needs-tls */
  TUNNEL_ERROR_PORT_WEBSOCKET,       /* port-websocket */
  TUNNEL_ERROR_SERVER_REFUSED,       /* none: the verdict's findings say it */
  TUNNEL_ERROR_SERVER_MALFORMED,     /* certificate-malformed */
  TUNNEL_ERROR_SERVER_KEY_USAGE,     /* key-usage-no-signature, side server */
  TUNNEL_ERROR_SERVER_KEY_WEAK,      /* key-too-weak, refused by the TLS library */
  TUNNEL_ERROR_TLS_ALGORITHM,        /* algorithm-unsupported, by the TLS library */
  TUNNEL_ERROR_CLIENT_KEY_USAGE,     /* key-usage-no-signature, side client; our library may say it */
  TUNNEL_ERROR_CLIENT_REQUIRED,      /* client-cert-required */
  TUNNEL_ERROR_CLIENT_CA_UNKNOWN,    /* client-ca-unknown */
  TUNNEL_ERROR_CLIENT_EXPIRED,       /* client-expired */
  TUNNEL_ERROR_CLIENT_REVOKED,       /* client-revoked */
  TUNNEL_ERROR_CLIENT_USAGE,         /* client-usage-missing */
  TUNNEL_ERROR_CLIENT_SIGNATURE,     /* key-signature-refused */
  TUNNEL_ERROR_CLIENT_KEY_TYPE,      /* key-type-refused */
  TUNNEL_ERROR_CLIENT_REFUSED,       /* client-refused */
  TUNNEL_ERROR_CLIENT_RESET,         /* client-reset */
  TUNNEL_ERROR_CLOSED_AFTER_CONNECT, /* mqtt-closed-after-connect */
  TUNNEL_ERROR_MQTT_TIMEOUT,         /* unknown: the broker does not answer CONNECT or PINGREQ */
  TUNNEL_ERROR_MQTT_MALFORMED,       /* unknown: bytes that are no MQTT */
  TUNNEL_ERROR_MQTT_TOO_LARGE,       /* mqtt-packet-too-large */
  TUNNEL_ERROR_PEER_CLOSED,          /* unknown: closed without a word */
  TUNNEL_ERROR_NETWORK,              /* unknown: reset or unreachable while connected */
  TUNNEL_ERROR_LOCAL,                /* unknown: this machine */
  TUNNEL_ERROR_LAST_,
} TunnelError;

/* The catalogue code ("dns-unknown"); NULL for TUNNEL_ERROR_SERVER_REFUSED. */
const char *tunnel_error_code(TunnelError error);
TunnelFault tunnel_error_fault(TunnelError error);
