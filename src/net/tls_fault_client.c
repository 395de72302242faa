/* What a broker's refusal of our certificate, or of our having none, means. */
#include "config.h"
#include "net/tls_fault_internal.h"

/* --- The broker refuses our certificate ------------------------------------------------------ */

static GError *
none_given(const TlsCase *c)
{
  return tls_error_new(TUNNEL_ERROR_CLIENT_REQUIRED,
                       "%s requires a client certificate, and this connection has none; fill in "
                       "certificate and key",
                       c->at->peer);
}

static GError *
ca_unknown(const TlsCase *c)
{
  return tls_error_new(
      TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
      "%s does not know the CA of our certificate: \"%s\" (%s) is from \"%s\"; give "
      "the broker that CA's certificate, append the missing intermediate to our certificate "
      "file, or use a certificate from a CA that the broker accepts",
      c->at->peer, c->at->client_label, c->at->certificate_path, c->at->client_issuer);
}

static GError *
refused_generally(const TlsCase *c)
{
  return tls_error_new(TUNNEL_ERROR_CLIENT_REFUSED,
                       "%s refused our certificate \"%s\" (%s) with alert %d (%s), which gives no "
                       "reason; look into the broker's log",
                       c->at->peer, c->at->client_label, c->at->certificate_path, c->facts->alert,
                       c->facts->alert_name);
}

/* Whatever the alert, or whichever side noticed first. */
GError *
tls_fault_explain_key_type(const TlsCase *c)
{
  return tls_error_new(
      TUNNEL_ERROR_CLIENT_KEY_TYPE,
      "%s takes client certificates with keys of these types only: %s, and the key of %s "
      "is another; issue a certificate with one of them",
      c->at->peer, c->facts->key_types, c->at->certificate_path);
}

GError *
tls_fault_explain_client_usage(const TlsCase *c)
{
  return tls_error_new(TUNNEL_ERROR_CLIENT_KEY_USAGE,
                       "our certificate \"%s\" (%s) has a key usage without digitalSignature, "
                       "which TLS needs of it; re-issue it with digitalSignature",
                       c->at->client_label, c->at->certificate_path);
}

/* Brokers have no alert for it, and choose among these. */
static gboolean
may_be_about_usage(const TlsCase *c)
{
  switch (c->facts->alert) {
  case TLS_ALERT_HANDSHAKE_FAILURE:
  case TLS_ALERT_BAD_CERTIFICATE:
  case TLS_ALERT_UNSUPPORTED_CERTIFICATE:
  case TLS_ALERT_CERTIFICATE_UNKNOWN:
  case TLS_ALERT_ILLEGAL_PARAMETER:
  case TLS_ALERT_ACCESS_DENIED:
  case TLS_ALERT_INTERNAL_ERROR:
    return c->at->client_cannot_sign;
  default:
    return FALSE;
  }
}

/* When one was asked for, versions, suites and names
 * are agreed on already: who then gets none and sends an alert, whichever it is (OpenSSL 40 and
 * 116, GnuTLS 49 and 50), wants one. */
GError *
tls_fault_explain_client_alert(const TlsCase *c)
{
  if (!c->facts->requested)
    return NULL;
  if (c->at->client_label == NULL)
    return none_given(c);
  if (may_be_about_usage(c))
    return tls_fault_explain_client_usage(c);
  switch (c->facts->alert) {
  case TLS_ALERT_CERTIFICATE_REQUIRED:
  case TLS_ALERT_HANDSHAKE_FAILURE:
  case TLS_ALERT_BAD_CERTIFICATE:
  case TLS_ALERT_CERTIFICATE_UNKNOWN:
  case TLS_ALERT_UNKNOWN_CA:
  case TLS_ALERT_ACCESS_DENIED:
    return c->facts->alert == TLS_ALERT_UNKNOWN_CA ? ca_unknown(c) : refused_generally(c);
  case TLS_ALERT_UNSUPPORTED_CERTIFICATE:
    return tls_error_new(
        TUNNEL_ERROR_CLIENT_USAGE,
        "%s refuses the kind of our certificate %s: most likely it is not issued for "
        "clients (extended key usage clientAuth); ask its CA for one that is",
        c->at->peer, c->at->certificate_path);
  case TLS_ALERT_CERTIFICATE_EXPIRED:
    return tls_error_new(
        TUNNEL_ERROR_CLIENT_EXPIRED,
        "%s refused our certificate %s as expired; renew it, or, if it is valid by "
        "this machine's clock, check the date on the broker",
        c->at->peer, c->at->certificate_path);
  case TLS_ALERT_CERTIFICATE_REVOKED:
    return tls_error_new(TUNNEL_ERROR_CLIENT_REVOKED,
                         "%s refused our certificate %s as revoked; request a new one", c->at->peer,
                         c->at->certificate_path);
  case TLS_ALERT_DECRYPT_ERROR:
    return tls_error_new(
        TUNNEL_ERROR_CLIENT_SIGNATURE,
        "%s refused the signature made with our key: key and certificate %s differ, or "
        "the token is faulty; check that they belong together and that the token works",
        c->at->peer, c->at->certificate_path);
  case TLS_ALERT_INSUFFICIENT_SECURITY:
    return refused_generally(c);
  default:
    return NULL;
  }
}
