/* What a TLS failure means for the user: facts in, one sentence out. Pure. */
#pragma once

#include "net/stream.h"
#include "net/tls.h"

/* Alerts by their numbers (RFC 8446, 6), as far as this program reasons about them. */
typedef enum {
  TLS_ALERT_CLOSE_NOTIFY = 0,
  TLS_ALERT_HANDSHAKE_FAILURE = 40,
  TLS_ALERT_BAD_CERTIFICATE = 42,
  TLS_ALERT_UNSUPPORTED_CERTIFICATE = 43,
  TLS_ALERT_CERTIFICATE_REVOKED = 44,
  TLS_ALERT_CERTIFICATE_EXPIRED = 45,
  TLS_ALERT_CERTIFICATE_UNKNOWN = 46,
  TLS_ALERT_ILLEGAL_PARAMETER = 47,
  TLS_ALERT_UNKNOWN_CA = 48,
  TLS_ALERT_ACCESS_DENIED = 49,
  TLS_ALERT_DECRYPT_ERROR = 51,
  TLS_ALERT_PROTOCOL_VERSION = 70,
  TLS_ALERT_INSUFFICIENT_SECURITY = 71,
  TLS_ALERT_INTERNAL_ERROR = 80,
  TLS_ALERT_UNRECOGNIZED_NAME = 112,
  TLS_ALERT_CERTIFICATE_REQUIRED = 116,
  TLS_ALERT_NO_APPLICATION_PROTOCOL = 120,
} TlsAlert;

typedef struct {
  const char *peer;             /* "mqtt.example.com (192.0.2.1:8883)"; safe text */
  const char *server_name;      /* SNI that was sent, safe text; or NULL */
  const char *alpn;             /* protocols that were offered, safe text; or NULL */
  const char *client_label;     /* our certificate's subject, safe text; NULL: none configured */
  const char *client_issuer;    /* and who issued it */
  const char *certificate_path; /* and its file */
  gboolean client_cannot_sign;  /* its key usage lacks digitalSignature */
} TlsCircumstances;

/* (transfer full): a TUNNEL_ERROR. For a failure of the handshake, or of the first read after it
 * (TLS 1.3 refuses a client certificate there), until the first MQTT byte came. With
 * STREAM_FAILURE_REFUSED, the broker's certificates could not be read: when they were judged and
 * found wanting, the verdict has the sentence. */
GError *tls_fault_explain(const TlsFacts *facts, const StreamFailure *failure,
                          const TlsCircumstances *circumstances);

/* (transfer full): the handshake has not ended in this time. `peer` is safe text. */
GError *tls_fault_explain_timeout(const TlsFacts *facts, const char *peer, guint timeout_ms);

/* Who we are, borrowed from the identity; NULL: nobody. */
void tls_circumstances_take_identity(TlsCircumstances *circumstances, const Identity *identity);

/* (transfer full): a list of protocols for TlsCircumstances; NULL: none. */
char *tls_alpn_text(char *const *protocols);

/* The alert with which to refuse a peer whose worst finding has this code of the catalogue. */
TlsAlert tls_fault_refusal_alert(const char *finding_code);
