#include "config.h"
#include "net/tls_fault.h"

#include <errno.h>
#include <string.h>

#include "net/tunnel_error.h"
#include "util/safe_text.h"

typedef struct {
  const TlsFacts *facts;
  const StreamFailure *failure;
  const TlsCircumstances *at;
} Case;

static GError *error_new(TunnelError code, const char *format, ...) G_GNUC_PRINTF(2, 3);

static GError *
error_new(TunnelError code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  GError *error = g_error_new_valist(TUNNEL_ERROR, (int)code, format, arguments);
  va_end(arguments);
  return error;
}

/* --- The broker refuses our certificate ------------------------------------------------------ */

static GError *
none_given(const Case *c)
{
  return error_new(TUNNEL_ERROR_CLIENT_REQUIRED,
                   "%s requires a client certificate, and this connection has none: fill in "
                   "certificate and key",
                   c->at->peer);
}

static GError *
ca_unknown(const Case *c)
{
  return error_new(TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
                   "%s does not know the CA of our certificate: \"%s\" (%s) is from \"%s\". Give "
                   "the broker that CA's certificate, or append the missing intermediate to %s, or "
                   "use a certificate from a CA that the broker accepts",
                   c->at->peer, c->at->client_label, c->at->certificate_path, c->at->client_issuer,
                   c->at->certificate_path);
}

static GError *
refused_generally(const Case *c)
{
  return error_new(TUNNEL_ERROR_CLIENT_REFUSED,
                   "%s refused our certificate \"%s\" (%s) with alert %d (%s), which gives no "
                   "reason; the broker's log does",
                   c->at->peer, c->at->client_label, c->at->certificate_path, c->facts->alert,
                   c->facts->alert_name);
}

/* Whatever the alert, or whichever side noticed first. */
static GError *
key_type_refused(const Case *c)
{
  return error_new(TUNNEL_ERROR_CLIENT_KEY_TYPE,
                   "%s takes client certificates with keys of these types only: %s; the key of %s "
                   "is another: issue a certificate with one of them",
                   c->at->peer, c->facts->key_types, c->at->certificate_path);
}

/* NULL: not an alert about a client certificate. When one was asked for, versions, suites and names
 * are agreed on already: who then gets none and sends an alert, whichever it is (OpenSSL 40 and
 * 116, GnuTLS 49 and 50), wants one. */
static GError *
explain_client_alert(const Case *c)
{
  if (!c->facts->requested)
    return NULL;
  if (c->at->client_label == NULL)
    return none_given(c);
  switch (c->facts->alert) {
  case TLS_ALERT_CERTIFICATE_REQUIRED:
  case TLS_ALERT_HANDSHAKE_FAILURE:
  case TLS_ALERT_BAD_CERTIFICATE:
  case TLS_ALERT_CERTIFICATE_UNKNOWN:
  case TLS_ALERT_UNKNOWN_CA:
  case TLS_ALERT_ACCESS_DENIED:
    return c->facts->alert == TLS_ALERT_UNKNOWN_CA ? ca_unknown(c) : refused_generally(c);
  case TLS_ALERT_UNSUPPORTED_CERTIFICATE:
    return error_new(TUNNEL_ERROR_CLIENT_USAGE,
                     "%s refuses the kind of our certificate %s: most likely it is not issued for "
                     "clients (extended key usage clientAuth); ask its CA for one that is",
                     c->at->peer, c->at->certificate_path);
  case TLS_ALERT_CERTIFICATE_EXPIRED:
    return error_new(TUNNEL_ERROR_CLIENT_EXPIRED,
                     "%s refused our certificate %s as expired; renew it, or, if it is valid by "
                     "this machine's clock, check the date on the broker",
                     c->at->peer, c->at->certificate_path);
  case TLS_ALERT_CERTIFICATE_REVOKED:
    return error_new(TUNNEL_ERROR_CLIENT_REVOKED,
                     "%s refused our certificate %s as revoked; request a new one", c->at->peer,
                     c->at->certificate_path);
  case TLS_ALERT_DECRYPT_ERROR:
    return error_new(
        TUNNEL_ERROR_CLIENT_SIGNATURE,
        "%s refused the signature made with our key: key and certificate %s differ, or "
        "the token is faulty",
        c->at->peer, c->at->certificate_path);
  case TLS_ALERT_INSUFFICIENT_SECURITY:
    return refused_generally(c);
  default:
    return NULL;
  }
}

/* --- Negotiation ----------------------------------------------------------------------------- */

static GError *
explain_handshake_failure(const Case *c)
{
  if (c->facts->server_answered)
    return error_new(TUNNEL_ERROR_TLS_NO_GROUP,
                     "%s gave up in the handshake (alert %d, %s): no common group or signature "
                     "scheme; enable X25519 or P-256 on the side that you control",
                     c->at->peer, c->facts->alert, c->facts->alert_name);
  return error_new(TUNNEL_ERROR_TLS_NO_CIPHER,
                   "%s accepted none of our cipher suites (alert %d, %s); allow an ECDHE AES-GCM "
                   "suite on both sides",
                   c->at->peer, c->facts->alert, c->facts->alert_name);
}

static GError *
explain_server_name(const Case *c)
{
  if (c->at->server_name == NULL)
    return error_new(TUNNEL_ERROR_TLS_SNI,
                     "%s wants to be called by a name (alert 112), and an address is none; set the "
                     "server name, or connect by name",
                     c->at->peer);
  return error_new(TUNNEL_ERROR_TLS_SNI,
                   "%s knows no host \"%s\" (alert 112); set the server name to one that it has",
                   c->at->peer, c->at->server_name);
}

static GError *
explain_renegotiation(const Case *c)
{
  return error_new(TUNNEL_ERROR_TLS_OTHER,
                   "%s wanted to renegotiate TLS and ended when we declined (alert %d): what was "
                   "verified must stay what is used. Use TLS 1.3, or let the broker ask for "
                   "certificates at the first handshake",
                   c->at->peer, c->facts->alert);
}

static GError *
explain_alert(const Case *c)
{
  if (c->facts->declined_renegotiation)
    return explain_renegotiation(c);
  GError *client = explain_client_alert(c);
  if (client != NULL)
    return client;
  switch (c->facts->alert) {
  case TLS_ALERT_HANDSHAKE_FAILURE:
  case TLS_ALERT_INSUFFICIENT_SECURITY:
  case TLS_ALERT_ILLEGAL_PARAMETER:
    return explain_handshake_failure(c);
  case TLS_ALERT_PROTOCOL_VERSION:
    return error_new(TUNNEL_ERROR_TLS_VERSION,
                     "%s speaks none of the TLS versions that this connection allows (alert 70); "
                     "allow TLS 1.2 or 1.3 on both sides",
                     c->at->peer);
  case TLS_ALERT_UNRECOGNIZED_NAME:
    return explain_server_name(c);
  case TLS_ALERT_NO_APPLICATION_PROTOCOL:
    return error_new(TUNNEL_ERROR_TLS_ALPN,
                     "%s wants another application protocol (alert 120); set ALPN to what it "
                     "expects (AWS IoT on 443: x-amzn-mqtt-ca)",
                     c->at->peer);
  default:
    return error_new(TUNNEL_ERROR_TLS_OTHER,
                     "%s ended TLS with alert %d (%s); the broker's log says why", c->at->peer,
                     c->facts->alert, c->facts->alert_name);
  }
}

/* --- Something else listens there ------------------------------------------------------------ */

static gboolean
said(const TlsFacts *facts, const char *text)
{
  gsize length = strlen(text);
  return facts->first_length >= length && memcmp(facts->first, text, length) == 0;
}

/* SMTP and FTP, IMAP, POP3, XMPP: protocols in which the server greets first. */
static gboolean
greets(const TlsFacts *facts)
{
  return said(facts, "220") || said(facts, "* OK") || said(facts, "+OK") || said(facts, "<?xml") ||
         said(facts, "<stream");
}

static GError *
explain_not_tls(const Case *c)
{
  g_autofree char *text = safe_text(c->facts->first, MIN(c->facts->first_length, 32));
  if (said(c->facts, "HTTP/"))
    return error_new(
        TUNNEL_ERROR_PORT_HTTP,
        "%s answers HTTP instead of TLS (\"%s\"): this is a web or WebSocket listener; "
        "use the broker's MQTT TLS port (mostly 8883)",
        c->at->peer, text);
  if (greets(c->facts))
    return error_new(TUNNEL_ERROR_PORT_STARTTLS,
                     "%s greets with \"%s\" before TLS: this is not an MQTT TLS listener; use the "
                     "broker's MQTT TLS port (mostly 8883)",
                     c->at->peer, text);
  return error_new(TUNNEL_ERROR_PORT_OTHER,
                   "%s answers something that is not TLS (\"%s\"); use the broker's MQTT TLS port "
                   "(mostly 8883)",
                   c->at->peer, text);
}

/* --- Ends without a word --------------------------------------------------------------------- */

static gboolean
was_reset(const StreamFailure *failure)
{
  return failure->kind == STREAM_FAILURE_SOCKET &&
         (failure->error_number == ECONNRESET || failure->error_number == EPIPE);
}

static GError *
explain_silence(const Case *c)
{
  const char *how = was_reset(c->failure) ? "reset" : "closed";
  if (c->facts->requested && c->at->client_label == NULL)
    return error_new(TUNNEL_ERROR_CLIENT_RESET,
                     "%s asked for a client certificate and %s the connection when it got none: "
                     "most likely it requires one; fill in certificate and key",
                     c->at->peer, how);
  if (c->facts->requested && was_reset(c->failure))
    return error_new(TUNNEL_ERROR_CLIENT_RESET,
                     "%s reset the connection after our certificate \"%s\" (%s): most likely it "
                     "refused it and the reason was lost; the broker's log has it",
                     c->at->peer, c->at->client_label, c->at->certificate_path);
  if (!c->facts->server_answered)
    return error_new(
        TUNNEL_ERROR_TLS_RESET,
        "%s %s the connection at the first TLS message: not a TLS port, a proxy "
        "without a backend, or a firewall; check the port (MQTT over TLS: mostly 8883)",
        c->at->peer, how);
  if (c->facts->established)
    return error_new(TUNNEL_ERROR_PEER_CLOSED,
                     "%s %s the connection before it said anything in MQTT; the broker's log says "
                     "why",
                     c->at->peer, how);
  return error_new(TUNNEL_ERROR_TLS_OTHER,
                   "%s %s the connection in the middle of the TLS handshake; the broker's log says "
                   "why",
                   c->at->peer, how);
}

static GError *
explain_socket(const Case *c)
{
  int number = c->failure->error_number;
  if (was_reset(c->failure) || number == 0)
    return explain_silence(c);
  return error_new(TUNNEL_ERROR_NETWORK, "the connection to %s broke: %s; check the network",
                   c->at->peer, g_strerror(number));
}

static GError *
explain_library(const Case *c)
{
  return error_new(TUNNEL_ERROR_TLS_OTHER, "TLS with %s failed: %s (GnuTLS %d)", c->at->peer,
                   c->failure->text == NULL ? "no reason given" : c->failure->text,
                   c->failure->gnutls_error);
}

GError *
tls_fault_explain(const TlsFacts *facts, const StreamFailure *failure,
                  const TlsCircumstances *circumstances)
{
  Case c = {facts, failure, circumstances};
  if (facts->key_type_refused &&
      (failure->kind == STREAM_FAILURE_TLS || failure->kind == STREAM_FAILURE_ALERT))
    return key_type_refused(&c);
  switch (failure->kind) {
  case STREAM_FAILURE_ALERT:
    return explain_alert(&c);
  case STREAM_FAILURE_NOT_TLS:
    return explain_not_tls(&c);
  case STREAM_FAILURE_NONE:
  case STREAM_FAILURE_CLOSED:
    return explain_silence(&c);
  case STREAM_FAILURE_SOCKET:
    return explain_socket(&c);
  default:
    return explain_library(&c);
  }
}

TlsAlert
tls_fault_refusal_alert(const char *finding_code)
{
  static const struct {
    const char *prefix;
    TlsAlert alert;
  } table[] = {
      {"anchor-", TLS_ALERT_UNKNOWN_CA},
      {"ca-file-", TLS_ALERT_UNKNOWN_CA},
      {"chain-", TLS_ALERT_UNKNOWN_CA},
      {"issuer-key-", TLS_ALERT_UNKNOWN_CA},
      {"self-signed-", TLS_ALERT_UNKNOWN_CA},
      {"trust-", TLS_ALERT_UNKNOWN_CA},
      {"leaf-expired", TLS_ALERT_CERTIFICATE_EXPIRED},
      {"leaf-not-yet-valid", TLS_ALERT_CERTIFICATE_EXPIRED},
      {"intermediate-expired", TLS_ALERT_CERTIFICATE_EXPIRED},
      {"server-usage-", TLS_ALERT_UNSUPPORTED_CERTIFICATE},
      {"server-revoked", TLS_ALERT_CERTIFICATE_REVOKED},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
    if (finding_code != NULL && g_str_has_prefix(finding_code, table[i].prefix))
      return table[i].alert;
  }
  return TLS_ALERT_BAD_CERTIFICATE;
}
