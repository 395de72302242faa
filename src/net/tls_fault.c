#include "config.h"
#include "net/tls_fault_internal.h"

#include <errno.h>
#include <string.h>

#include "net/stranger.h"
#include "trust/certificate.h"
#include "util/safe_text.h"

GError *
tls_error_new(TunnelError code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  GError *error = g_error_new_valist(TUNNEL_ERROR, (int)code, format, arguments);
  va_end(arguments);
  return error;
}

/* --- Negotiation ----------------------------------------------------------------------------- */

static const char *
offered(const char *list)
{
  return list == NULL || list[0] == '\0' ? "nothing" : list;
}

/* OpenSSL 3 has no name for its refusal of a client that goes no further than TLS 1.1: its own
 * rules leave it no signature to make, and it says "internal error". */
static gboolean
is_too_old(const TlsCase *c)
{
  return c->facts->offer != NULL && !c->facts->offer->modern &&
         (c->facts->alert == TLS_ALERT_INTERNAL_ERROR ||
          c->facts->alert == TLS_ALERT_INSUFFICIENT_SECURITY);
}

static GError *
explain_version(const TlsCase *c)
{
  const TlsOffer *offer = c->facts->offer;
  return tls_error_new(TUNNEL_ERROR_TLS_VERSION,
                       "we offered %s, and %s accepts none of these versions (alert %d, %s); allow "
                       "TLS 1.2 or 1.3 on both sides",
                       offer == NULL ? "TLS" : offered(offer->versions), c->at->peer,
                       c->facts->alert, c->facts->alert_name);
}

static GError *
explain_handshake_failure(const TlsCase *c)
{
  const TlsOffer *offer = c->facts->offer;
  if (c->facts->server_answered)
    return tls_error_new(TUNNEL_ERROR_TLS_NO_GROUP,
                         "%s gave up in the handshake (alert %d, %s): no common group or signature "
                         "scheme; we offered the groups %s and the signatures %s: enable X25519 or "
                         "P-256 on the side that you control",
                         c->at->peer, c->facts->alert, c->facts->alert_name,
                         offer == NULL ? "of TLS" : offered(offer->groups),
                         offer == NULL ? "of TLS" : offered(offer->signatures));
  return tls_error_new(TUNNEL_ERROR_TLS_NO_CIPHER,
                       "%s accepted none of our cipher suites (alert %d, %s): we offered %s with "
                       "the groups %s in %s; allow an ECDHE AES-GCM suite on both sides",
                       c->at->peer, c->facts->alert, c->facts->alert_name,
                       offer == NULL ? "some" : offered(offer->ciphers),
                       offer == NULL ? "" : offered(offer->groups),
                       offer == NULL ? "TLS" : offered(offer->versions));
}

static GError *
explain_server_name(const TlsCase *c)
{
  if (c->at->server_name == NULL)
    return tls_error_new(
        TUNNEL_ERROR_TLS_SNI,
        "%s wants to be called by a name (alert 112), and an address is none; set the "
        "server name, or connect by name",
        c->at->peer);
  return tls_error_new(
      TUNNEL_ERROR_TLS_SNI,
      "%s knows no host \"%s\" (alert 112); set the server name to one that it has", c->at->peer,
      c->at->server_name);
}

static GError *
explain_alpn(const TlsCase *c)
{
  const char *advice = "set ALPN to what it expects (AWS IoT on 443: x-amzn-mqtt-ca)";
  if (c->at->alpn == NULL)
    return tls_error_new(TUNNEL_ERROR_TLS_ALPN,
                         "%s wants an application protocol to be named (alert 120), and we named "
                         "none; %s",
                         c->at->peer, advice);
  return tls_error_new(TUNNEL_ERROR_TLS_ALPN,
                       "%s takes none of the application protocols that we offered (%s; alert "
                       "120); %s",
                       c->at->peer, c->at->alpn, advice);
}

static GError *
explain_renegotiation(const TlsCase *c)
{
  return tls_error_new(
      TUNNEL_ERROR_TLS_OTHER,
      "%s wanted to renegotiate TLS and ended when we declined (alert %d): what was "
      "verified must stay what is used; use TLS 1.3, or let the broker ask for "
      "certificates at the first handshake",
      c->at->peer, c->facts->alert);
}

static GError *
explain_alert(const TlsCase *c)
{
  if (c->facts->declined_renegotiation)
    return explain_renegotiation(c);
  GError *client = tls_fault_explain_client_alert(c);
  if (client != NULL)
    return client;
  if (is_too_old(c))
    return explain_version(c);
  switch (c->facts->alert) {
  case TLS_ALERT_HANDSHAKE_FAILURE:
  case TLS_ALERT_INSUFFICIENT_SECURITY:
  case TLS_ALERT_ILLEGAL_PARAMETER:
    return explain_handshake_failure(c);
  case TLS_ALERT_PROTOCOL_VERSION:
    return explain_version(c);
  case TLS_ALERT_UNRECOGNIZED_NAME:
    return explain_server_name(c);
  case TLS_ALERT_NO_APPLICATION_PROTOCOL:
    return explain_alpn(c);
  default:
    return tls_error_new(TUNNEL_ERROR_TLS_OTHER,
                         "%s ended TLS with alert %d (%s); look into the broker's log", c->at->peer,
                         c->facts->alert, c->facts->alert_name);
  }
}

/* --- Something else listens there ------------------------------------------------------------ */

static GError *
explain_not_tls(const TlsCase *c)
{
  StrangerScene scene = {.peer = c->at->peer, .wants_tls = TRUE};
  return stranger_explain(&scene, c->facts->first, c->facts->first_length);
}

/* --- Ends without a word --------------------------------------------------------------------- */

static gboolean
was_reset(const StreamFailure *failure)
{
  return failure->kind == STREAM_FAILURE_SOCKET &&
         (failure->error_number == ECONNRESET || failure->error_number == EPIPE);
}

static GError *
explain_silence(const TlsCase *c)
{
  const char *how = was_reset(c->failure) ? "reset" : "closed";
  if (c->facts->requested && c->at->client_label == NULL)
    return tls_error_new(
        TUNNEL_ERROR_CLIENT_RESET,
        "%s asked for a client certificate and %s the connection when it got none: "
        "most likely it requires one; fill in certificate and key",
        c->at->peer, how);
  if (c->facts->requested && was_reset(c->failure))
    return tls_error_new(
        TUNNEL_ERROR_CLIENT_RESET,
        "%s reset the connection after our certificate \"%s\" (%s): most likely it "
        "refused it and the reason was lost; look for it in the broker's log",
        c->at->peer, c->at->client_label, c->at->certificate_path);
  if (!c->facts->server_answered)
    return tls_error_new(
        TUNNEL_ERROR_TLS_RESET,
        "%s %s the connection at the first TLS message: not a TLS port, one that "
        "expects the PROXY protocol, a proxy without a backend, or a firewall; check the port (MQTT "
        "over TLS: mostly 8883)",
        c->at->peer, how);
  if (c->facts->established)
    return tls_error_new(
        TUNNEL_ERROR_CLOSED_AFTER_CONNECT,
        "%s %s the connection right after the TLS handshake, before it said anything in MQTT: most "
        "likely a proxy that does not reach its broker, a limit, or a rule against this client%s; "
        "look into its log, and into the broker's",
        c->at->peer, how, c->facts->requested ? " or its certificate" : "");
  return tls_error_new(
      TUNNEL_ERROR_TLS_OTHER,
      "%s %s the connection in the middle of the TLS handshake; the broker's log says "
      "why",
      c->at->peer, how);
}

static GError *
explain_socket(const TlsCase *c)
{
  int number = c->failure->error_number;
  if (was_reset(c->failure) || number == 0)
    return explain_silence(c);
  return tls_error_new(TUNNEL_ERROR_NETWORK, "the connection to %s broke: %s; check the network",
                       c->at->peer, g_strerror(number));
}

/* --- Our library gives up -------------------------------------------------------------------- */

/* The version that the broker chose stands in its ServerHello, the first record: five bytes of
 * record, four of message, two of version (RFC 8446, 4.1.3). NULL: it is not there. */
static const char *
chosen_version(const TlsFacts *facts)
{
  if (facts->first_length < 11 || facts->first[0] != 22 || facts->first[5] != 2)
    return NULL;
  return tls_version_name_on_wire((guint16)(facts->first[9] << 8 | facts->first[10]));
}

static GError *
explain_chosen_version(const TlsCase *c)
{
  const char *chosen = chosen_version(c->facts);
  const TlsOffer *offer = c->facts->offer;
  return tls_error_new(TUNNEL_ERROR_TLS_VERSION,
                       "%s answers with %s, and this connection allows %s; allow TLS 1.2 or 1.3 on "
                       "both sides",
                       c->at->peer, chosen == NULL ? "another TLS version" : chosen,
                       offer == NULL ? "others" : offered(offer->versions));
}

/* The library does not say whose. Ours comes last: after the broker's was judged good and ours was
 * asked for. */
static GError *
explain_key_usage(const TlsCase *c)
{
  if (c->facts->accepted_peer && c->facts->requested && c->at->client_cannot_sign)
    return tls_fault_explain_client_usage(c);
  return tls_error_new(
      TUNNEL_ERROR_SERVER_KEY_USAGE,
      "certificate 0 that %s sends has a key usage without digitalSignature, which "
      "TLS 1.3 and ECDHE need of it; re-issue it with digitalSignature",
      c->at->peer);
}

static GError *
explain_unreadable(const TlsCase *c)
{
  const TlsFacts *facts = c->facts;
  if (facts->unreadable > 0)
    return tls_error_new(
        TUNNEL_ERROR_SERVER_MALFORMED,
        "certificate %u that %s sends cannot be read: %s; re-issue it, and look at "
        "the file with openssl x509 -text on the broker",
        facts->unreadable - 1, c->at->peer, facts->unreadable_why);
  return tls_error_new(TUNNEL_ERROR_SERVER_MALFORMED,
                       "a certificate that %s sends cannot be read%s%s%s; re-issue it, and look at "
                       "the file with openssl x509 -text on the broker",
                       c->at->peer, c->failure->text == NULL ? "" : " (",
                       c->failure->text == NULL ? "" : c->failure->text,
                       c->failure->text == NULL ? "" : ")");
}

/* RFC 8446, 4: the first handshake message of a client. */
static gboolean
is_client_hello(const TlsFacts *facts)
{
  return facts->first_length > 5 && facts->first[0] == 22 && facts->first[5] == 1;
}

static GError *
explain_other(const TlsCase *c)
{
  if (is_client_hello(c->facts))
    return tls_error_new(TUNNEL_ERROR_PORT_OTHER,
                         "%s answers our ClientHello with a ClientHello: it sends back what it gets, "
                         "or another client is at that end; use the broker's MQTT TLS port (mostly "
                         "8883)",
                         c->at->peer);
  return tls_error_new(TUNNEL_ERROR_TLS_OTHER, "TLS with %s failed: %s (GnuTLS %d)", c->at->peer,
                       c->failure->text == NULL ? "no reason given" : c->failure->text,
                       c->failure->gnutls_error);
}

static GError *
explain_library(const TlsCase *c)
{
  const TlsOffer *offer = c->facts->offer;
  switch (tls_cause_of(c->failure->gnutls_error)) {
  case TLS_CAUSE_VERSION:
    return explain_chosen_version(c);
  case TLS_CAUSE_CIPHER:
    return tls_error_new(TUNNEL_ERROR_TLS_NO_CIPHER,
                         "%s chose a cipher suite that we did not offer (%s); set it to an ECDHE "
                         "AES-GCM suite",
                         c->at->peer, offer == NULL ? "others" : offered(offer->ciphers));
  case TLS_CAUSE_GROUP:
    return tls_error_new(TUNNEL_ERROR_TLS_NO_GROUP,
                         "%s has no group for the key exchange in common with us (we offered %s); "
                         "enable X25519 or P-256 on the side that you control",
                         c->at->peer, offer == NULL ? "others" : offered(offer->groups));
  case TLS_CAUSE_ALPN:
    return tls_error_new(TUNNEL_ERROR_TLS_ALPN,
                         "%s chose another application protocol than we offered; set ALPN to what "
                         "it expects",
                         c->at->peer);
  case TLS_CAUSE_KEY_USAGE:
    return explain_key_usage(c);
  case TLS_CAUSE_WEAK:
    return tls_error_new(TUNNEL_ERROR_SERVER_KEY_WEAK,
                         "the TLS library refuses %s: its key or key exchange is too weak (%s); "
                         "give the broker a key of RSA 2048 or P-256, or more",
                         c->at->peer, c->failure->text);
  case TLS_CAUSE_ALGORITHM:
    return tls_error_new(TUNNEL_ERROR_TLS_ALGORITHM,
                         "the TLS library does not support an algorithm that %s uses (%s): we "
                         "offered the signatures %s; give the broker a key of RSA 2048 or P-256",
                         c->at->peer, c->failure->text,
                         offer == NULL ? "of the library" : offered(offer->signatures));
  case TLS_CAUSE_SIGNATURE:
    return tls_error_new(TUNNEL_ERROR_TLS_OTHER,
                         "%s signed the handshake with a key that is not that of certificate 0 "
                         "that it sends; its key and certificate files differ, or its token is "
                         "faulty",
                         c->at->peer);
  case TLS_CAUSE_CERTIFICATE:
    return explain_unreadable(c);
  default:
    return explain_other(c);
  }
}

GError *
tls_fault_explain(const TlsFacts *facts, const StreamFailure *failure,
                  const TlsCircumstances *circumstances)
{
  TlsCase c = {facts, failure, circumstances};
  if (facts->key_type_refused &&
      (failure->kind == STREAM_FAILURE_TLS || failure->kind == STREAM_FAILURE_ALERT))
    return tls_fault_explain_key_type(&c);
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
  case STREAM_FAILURE_REFUSED:
    return explain_unreadable(&c);
  default:
    return explain_library(&c);
  }
}

GError *
tls_fault_explain_timeout(const TlsFacts *facts, const char *peer, guint timeout_ms)
{
  TlsCircumstances circumstances = {.peer = peer};
  TlsCase c = {facts, NULL, &circumstances};
  if (facts->first_length > 0 && !facts->server_answered &&
      stranger_guess(facts->first, facts->first_length).kind != STRANGER_TLS)
    return explain_not_tls(&c);
  if (!facts->server_answered)
    return tls_error_new(TUNNEL_ERROR_TLS_TIMEOUT,
                         "%s does not answer our ClientHello within %.1f s; it may wait for "
                         "another protocol on this port, or a firewall swallows large packets",
                         peer, timeout_ms / 1000.0);
  return tls_error_new(TUNNEL_ERROR_TLS_TIMEOUT,
                       "%s began the TLS handshake and did not finish it within %.1f s; a firewall "
                       "may swallow large packets, or the broker is overloaded",
                       peer, timeout_ms / 1000.0);
}

void
tls_circumstances_take_identity(TlsCircumstances *circumstances, const Identity *identity)
{
  if (identity == NULL)
    return;
  const Certificate *leaf = identity_certificates(identity)->pdata[0];
  circumstances->client_label = certificate_subject_label(leaf);
  circumstances->client_issuer = certificate_issuer(leaf);
  circumstances->certificate_path = identity_certificate_path(identity);
  const char *const *usages = certificate_key_usage(leaf);
  circumstances->client_cannot_sign =
      usages != NULL && !g_strv_contains(usages, "digitalSignature");
}

char *
tls_alpn_text(char *const *protocols)
{
  if (protocols == NULL || protocols[0] == NULL)
    return NULL;
  g_autofree char *list = g_strjoinv(", ", (char **)protocols);
  return safe_text_string(list);
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
