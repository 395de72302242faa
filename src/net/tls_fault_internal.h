/* The inside of tls_fault.c, shared with tls_fault_client.c (what is said of our certificate). */
#pragma once

#include "net/tls_fault.h"
#include "net/tunnel_error.h"

typedef struct {
  const TlsFacts *facts;
  const StreamFailure *failure;
  const TlsCircumstances *at;
} TlsCase;

GError *tls_error_new(TunnelError code, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* (transfer full); NULL: not an alert about a client certificate. */
GError *tls_fault_explain_client_alert(const TlsCase *c);
/* (transfer full): the broker does not take keys of our type. */
GError *tls_fault_explain_key_type(const TlsCase *c);
/* (transfer full): our key may not sign, and TLS makes it. */
GError *tls_fault_explain_client_usage(const TlsCase *c);
