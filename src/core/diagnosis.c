#include "config.h"

#include "core/diagnosis.h"

#include "trust/certificate.h"
#include "util/safe_text.h"

#include <string.h>

/* MQTT 5, 2.4: Reason Codes; 1 to 5 are the return codes of MQTT 3.1.1, 3.2.2.3. */
enum {
  REASON_UNAVAILABLE_311 = 3,
  REASON_BAD_CREDENTIALS_311 = 4,
  REASON_NOT_AUTHORIZED_311 = 5,
  REASON_PROTOCOL_VERSION = 0x84,
  REASON_CLIENT_ID = 0x85,
  REASON_BAD_CREDENTIALS = 0x86,
  REASON_NOT_AUTHORIZED = 0x87,
  REASON_UNAVAILABLE = 0x88,
  REASON_BUSY = 0x89,
  REASON_SHUTTING_DOWN = 0x8B,
  REASON_KEEP_ALIVE = 0x8D,
  REASON_TAKEN_OVER = 0x8E,
  REASON_QUOTA = 0x97,
  REASON_MAXIMUM_CONNECT_TIME = 0xA0,
  REASON_RATE_EXCEEDED = 0x9F,
};

/* --- Our certificate was refused --------------------------------------------------------------- */

static gboolean
lacks_client_usage(const Identity *identity)
{
  const Certificate *leaf = g_ptr_array_index(identity_certificates(identity), 0);
  const char *const *usages = certificate_extended_key_usage(leaf);
  return usages != NULL && !g_strv_contains(usages, "clientAuth") &&
         !g_strv_contains(usages, "anyExtendedKeyUsage");
}

/* What our own certificate shows weighs more than the alert, which brokers choose freely. */
static const char *
refused_code(const char *code, const Identity *identity, gint64 now)
{
  if (identity == NULL)
    return code;
  const Certificate *leaf = g_ptr_array_index(identity_certificates(identity), 0);
  if (certificate_not_after(leaf) < now)
    return "client-expired";
  if (certificate_not_before(leaf) > now)
    return "client-not-yet-valid";
  if (lacks_client_usage(identity))
    return "client-usage-missing";
  if (strcmp(code, "client-expired") == 0)
    return "broker-clock-wrong";
  return code;
}

static void
add_refused_alternatives(Finding *finding)
{
  if (strcmp(finding->code, "client-ca-unknown") == 0) {
    finding_add_alternative(finding, "client-chain-incomplete");
    finding_add_alternative(finding, "client-partial-chain-refused");
    finding_add_alternative(finding, "anchor-same-name");
    finding_add_alternative(finding, "broker-crl-suspected");
  } else if (strcmp(finding->code, "broker-clock-wrong") == 0) {
    finding_add_alternative(finding, "broker-crl-suspected");
  }
}

static void
describe_identity(Finding *finding, const Identity *identity)
{
  const Certificate *leaf = g_ptr_array_index(identity_certificates(identity), 0);
  finding->source = FINDING_SOURCE_CLIENT;
  finding->index = 0;
  finding->file = g_strdup(identity_certificate_path(identity));
  finding->subject = g_strdup(certificate_subject(leaf));
  finding->sha256 = g_strdup(certificate_sha256(leaf));
  finding_add_evidence(finding, "sent: %s, issued by %s", certificate_subject(leaf),
                       certificate_issuer(leaf));
}

/* --- The connection is gone -------------------------------------------------------------------- */

static const char *
reason_code(int reason)
{
  switch (reason) {
  case 1:
  case REASON_PROTOCOL_VERSION: return "mqtt-version-refused";
  case 2:
  case REASON_CLIENT_ID: return "mqtt-client-id-refused";
  case REASON_UNAVAILABLE_311:
  case REASON_UNAVAILABLE:
  case REASON_BUSY:
  case REASON_QUOTA: return "mqtt-server-unavailable";
  case REASON_BAD_CREDENTIALS_311:
  case REASON_BAD_CREDENTIALS: return "mqtt-bad-credentials";
  case REASON_NOT_AUTHORIZED_311:
  case REASON_NOT_AUTHORIZED: return "mqtt-not-authorized";
  case REASON_TAKEN_OVER: return "mqtt-session-taken-over";
  default: return "mqtt-refused-other";
  }
}

static const char *
tunnel_code(const TunnelEvent *closed)
{
  const char *code = closed->error != NULL && closed->error->domain == TUNNEL_ERROR
                         ? tunnel_error_code((TunnelError)closed->error->code) : NULL;
  return code != NULL ? code : "unknown";
}

static const char *
closed_code(const TunnelEvent *closed, const Identity *identity, int disconnect_reason)
{
  if (closed->fault == TUNNEL_FAULT_CLIENT_REFUSED)
    return refused_code(tunnel_code(closed), identity, closed->time_ns / G_GINT64_CONSTANT(1000000000));
  if (disconnect_reason > 0)
    return reason_code(disconnect_reason);
  return tunnel_code(closed);
}

static void
add_evidence(Finding *finding, const TunnelEvent *closed, int disconnect_reason)
{
  if (closed->alert >= 0)
    finding_add_evidence(finding, "TLS alert %d from the broker", closed->alert);
  if (closed->gnutls_error != 0)
    finding_add_evidence(finding, "GnuTLS error %d", closed->gnutls_error);
  if (disconnect_reason > 0)
    finding_add_evidence(finding, "DISCONNECT with reason 0x%02x", (guint)disconnect_reason);
}

/* Of a code that both sides' certificates can have, it was ours. */
static FindingSide
side_of_refusal(const Finding *finding)
{
  return finding->side == FINDING_SIDE_SERVER ? FINDING_SIDE_CLIENT : finding->side;
}

Finding *
diagnose_closed(const TunnelEvent *closed, const Profile *profile, const Identity *identity,
                int disconnect_reason)
{
  const char *code = closed_code(closed, identity, disconnect_reason);
  Finding *finding = finding_new(code);
  finding->severity = FINDING_ERROR; /* a weak key is a warning until a library refuses it */
  if (closed->fault == TUNNEL_FAULT_CLIENT_REFUSED)
    finding->side = side_of_refusal(finding);
  /* The tunnel's own sentence fits unless other evidence has overruled its code. */
  if (closed->error != NULL && strcmp(code, tunnel_code(closed)) == 0)
    finding_set_sentence(finding, closed->error->message);
  if (closed->fault == TUNNEL_FAULT_CLIENT_REFUSED && identity != NULL)
    describe_identity(finding, identity);
  add_refused_alternatives(finding);
  add_evidence(finding, closed, disconnect_reason);
  g_autofree char *url = profile_url(profile);
  finding_add_evidence(finding, "endpoint %s", url);
  return finding;
}

/* --- MQTT -------------------------------------------------------------------------------------- */

Finding *
diagnose_connack(const TunnelPacket *connack, const Profile *profile)
{
  Finding *finding = finding_new(reason_code(connack->reason));
  const char *text = connack->reason_text != NULL ? connack->reason_text : "no reason";
  if (profile->scheme == SCHEME_MQTTS)
    finding_set_message(finding, "TLS and certificates are fine; the broker answered CONNECT with "
                                 "reason 0x%02x: %s.", connack->reason, text);
  else
    finding_set_message(finding, "The broker answered CONNECT with reason 0x%02x: %s.",
                        connack->reason, text);
  finding_add_evidence(finding, "CONNACK 0x%02x", connack->reason);
  if (profile->user_name != NULL)
    finding_add_evidence(finding, "user name %s", profile->user_name);
  /* mosquitto answers 5 to a wrong password; a broker may also take the name from the certificate. */
  if (strcmp(finding->code, "mqtt-not-authorized") == 0)
    finding_add_alternative(finding, profile->user_name != NULL ? "mqtt-bad-credentials"
                                                                : "mqtt-identity-mapped");
  return finding;
}

Finding *
diagnose_first_byte(const Session *session, const Identity *identity)
{
  if (!session->tls_verified || identity == NULL || session->certificate_requested)
    return NULL;
  Finding *finding = finding_new("client-cert-not-requested");
  describe_identity(finding, identity);
  return finding;
}

gboolean
diagnose_reason_heals(int reason)
{
  switch (reason) {
  case REASON_UNAVAILABLE_311:
  case REASON_UNAVAILABLE:
  case REASON_BUSY:
  case REASON_SHUTTING_DOWN:
  case REASON_KEEP_ALIVE:
  case REASON_QUOTA:
  case REASON_RATE_EXCEEDED:
  case REASON_MAXIMUM_CONNECT_TIME:
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
diagnose_heals(const TunnelEvent *closed, int disconnect_reason)
{
  switch (closed->fault) {
  case TUNNEL_FAULT_TLS:
    /* A broker that is just starting, or a proxy without one, resets; the rest is configuration. */
    return strcmp(tunnel_code(closed), "tls-reset") == 0;
  case TUNNEL_FAULT_VERIFY:
  case TUNNEL_FAULT_CLIENT_REFUSED:
  case TUNNEL_FAULT_PROTOCOL:
    return FALSE;
  case TUNNEL_FAULT_PEER_CLOSED:
  case TUNNEL_FAULT_NETWORK:
    return disconnect_reason <= 0 || diagnose_reason_heals(disconnect_reason);
  default:
    return TRUE;
  }
}
