/* What the broker says in MQTT: CONNACK, DISCONNECT, and answers to requests. */
#include "config.h"

#include "core/diagnosis_private.h"

#include "trust/certificate.h"

#include <string.h>

/* MQTT 5, 2.4: Reason Codes; 1 to 5 are the return codes of MQTT 3.1.1, 3.2.2.3. */
enum {
  REASON_VERSION_311 = 1,
  REASON_CLIENT_ID_311 = 2,
  REASON_UNAVAILABLE_311 = 3,
  REASON_BAD_CREDENTIALS_311 = 4,
  REASON_NOT_AUTHORIZED_311 = 5,
  REASON_UNSPECIFIED = 0x80,
  REASON_MALFORMED = 0x81,
  REASON_PROTOCOL_VERSION = 0x84,
  REASON_CLIENT_ID = 0x85,
  REASON_BAD_CREDENTIALS = 0x86,
  REASON_NOT_AUTHORIZED = 0x87,
  REASON_UNAVAILABLE = 0x88,
  REASON_BUSY = 0x89,
  REASON_SHUTTING_DOWN = 0x8B,
  REASON_KEEP_ALIVE = 0x8D,
  REASON_TAKEN_OVER = 0x8E,
  REASON_TOO_LARGE = 0x95,
  REASON_QUOTA = 0x97,
  REASON_RATE_EXCEEDED = 0x9F,
  REASON_MAXIMUM_CONNECT_TIME = 0xA0,
};

static const char *
reason_code(int reason)
{
  switch (reason) {
  case REASON_VERSION_311:
  case REASON_PROTOCOL_VERSION:
    return "mqtt-version-refused";
  case REASON_CLIENT_ID_311:
  case REASON_CLIENT_ID:
    return "mqtt-client-id-refused";
  case REASON_UNAVAILABLE_311:
  case REASON_UNAVAILABLE:
  case REASON_BUSY:
  case REASON_QUOTA:
    return "mqtt-server-unavailable";
  case REASON_BAD_CREDENTIALS_311:
  case REASON_BAD_CREDENTIALS:
    return "mqtt-bad-credentials";
  case REASON_NOT_AUTHORIZED_311:
  case REASON_NOT_AUTHORIZED:
    return "mqtt-not-authorized";
  case REASON_TAKEN_OVER:
    return "mqtt-session-taken-over";
  case REASON_MALFORMED:
  case REASON_TOO_LARGE:
    return "mqtt-packet-too-large";
  default:
    return "mqtt-refused-other";
  }
}

gboolean
diagnosis_reason_heals(int reason)
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

/* --- Who we are to the broker ----------------------------------------------------------------- */

/* The common name of our certificate, NULL: none was shown, or it has none. */
static char *
common_name(const DiagnosisCase *c)
{
  if (c->identity == NULL || !c->evidence->requested || !c->evidence->sent)
    return NULL;
  const Certificate *leaf = g_ptr_array_index(identity_certificates(c->identity), 0);
  g_auto(GStrv) parts = g_strsplit(certificate_subject(leaf), ",", -1);
  for (char **part = parts; *part != NULL; part++) {
    if (g_str_has_prefix(*part, "CN="))
      return g_strdup(*part + 3);
  }
  return NULL;
}

static gboolean
certificate_shown(const DiagnosisCase *c)
{
  return c->identity != NULL && c->evidence->requested && c->evidence->sent;
}

char *
diagnosis_who(const DiagnosisCase *c)
{
  if (c->profile->user_name != NULL)
    return g_strdup(c->profile->user_name);
  char *name = common_name(c);
  return name != NULL ? name : g_strdup("anonymous");
}

const char *
diagnosis_client_id(const DiagnosisCase *c)
{
  if (c->client_id != NULL && *c->client_id != '\0')
    return c->client_id;
  return "(chosen by the broker)";
}

/* --- CONNACK ---------------------------------------------------------------------------------- */

static gboolean
is_credentials(int reason)
{
  return reason == REASON_BAD_CREDENTIALS || reason == REASON_BAD_CREDENTIALS_311;
}

/* No user name was given, and the broker calls it wrong: it took one from the certificate. */
static const char *
connack_code(const DiagnosisCase *c)
{
  int reason = c->evidence->connack;
  if (is_credentials(reason) && c->profile->user_name == NULL && certificate_shown(c)) {
    g_autofree char *name = common_name(c);
    return name != NULL && *name != '\0' ? "mqtt-identity-mapped" : "client-name-missing";
  }
  return reason_code(reason);
}

/* mosquitto calls a wrong password so, too; only without a user name it cannot be one. */
static gboolean
may_be_password(const DiagnosisCase *c, const Finding *finding)
{
  return strcmp(finding->code, "mqtt-not-authorized") == 0 && c->profile->user_name != NULL;
}

static void
say_connack(const DiagnosisCase *c, Finding *finding)
{
  guint8 reason = (guint8)c->evidence->connack;
  g_autofree char *why = mqtt_reason_words(c->evidence->connack_text, reason);
  const char *before = c->profile->scheme == SCHEME_MQTTS
                           ? "TLS and certificates are fine; the broker"
                           : "The broker";
  g_autofree char *name = diagnosis_who(c);
  if (strcmp(finding->code, "mqtt-bad-credentials") == 0)
    finding_set_message(finding, "%s refuses user \"%s\": %s.", before, name, why);
  else if (may_be_password(c, finding))
    finding_set_message(finding, "%s refuses client \"%s\" as user \"%s\": %s.", before,
                        diagnosis_client_id(c), name, why);
  else if (strcmp(finding->code, "mqtt-not-authorized") == 0)
    finding_set_message(finding, "%s's rules refuse client \"%s\" as \"%s\": %s.", before,
                        diagnosis_client_id(c), name, why);
  else
    finding_set_message(finding, "%s refuses the connection: %s.", before, why);
}

static void
say_identity_mapped(const DiagnosisCase *c, Finding *finding)
{
  g_autofree char *name = common_name(c);
  finding_set_message(finding,
                      "The broker takes the user name from the certificate (\"%s\") and "
                      "refuses that user.",
                      name);
  finding_set_remedy(finding,
                     "Let its administrator create the user \"%s\", or use a certificate "
                     "with another common name.",
                     name);
  finding_add_alternative(finding, "mqtt-bad-credentials");
  finding_add_evidence(finding, "to tell them apart: give a user name and a password");
}

static void
say_client_id(const DiagnosisCase *c, Finding *finding)
{
  if (c->client_id == NULL || *c->client_id == '\0') {
    finding_set_message(finding, "The broker wants a client id, and this connection leaves it to "
                                 "the broker to choose one.");
    finding_set_remedy(finding, "Set a client id.");
    return;
  }
  g_autofree char *name = common_name(c);
  finding_set_message(finding, "The broker refuses the client id \"%s\"%s%s%s.", diagnosis_client_id(c),
                      name != NULL ? "; the certificate's common name is \"" : "",
                      name != NULL ? name : "", name != NULL ? "\"" : "");
  if (name != NULL)
    finding_set_remedy(finding, "Set the client id to what the broker expects, mostly \"%s\".",
                       name);
}

static void
say_version(const DiagnosisCase *c, Finding *finding)
{
  gboolean five = c->profile->version == MQTT_5;
  g_autofree char *why = mqtt_reason_words(c->evidence->connack_text, (guint8)c->evidence->connack);
  finding_set_message(finding, "The broker does not speak MQTT %s: %s.", five ? "5" : "3.1.1", why);
  finding_set_remedy(finding, "Set the connection to MQTT %s.", five ? "3.1.1" : "5");
}

static void
add_server_reference(const DiagnosisCase *c, Finding *finding)
{
  if (c->evidence->server_reference == NULL)
    return;
  finding_add_evidence(finding, "the broker names another server: %s",
                       c->evidence->server_reference);
  finding_set_remedy(finding, "Connect to the server that the broker names: %s.",
                     c->evidence->server_reference);
}

/* mosquitto answers 5 to a wrong password; a broker may also take the name from the certificate. */
static void
add_authorization_alternatives(const DiagnosisCase *c, Finding *finding)
{
  if (strcmp(finding->code, "mqtt-not-authorized") != 0)
    return;
  if (c->profile->user_name != NULL)
    finding_add_alternative(finding, "mqtt-bad-credentials");
  if (c->profile->user_name == NULL || certificate_shown(c))
    finding_add_alternative(finding, "mqtt-identity-mapped");
  finding_add_evidence(finding, "to tell them apart: the broker's log, which names the user");
}

Finding *
diagnose_connack(const DiagnosisCase *c)
{
  Finding *finding = finding_new(connack_code(c));
  finding->severity = FINDING_ERROR;
  say_connack(c, finding);
  if (strcmp(finding->code, "mqtt-identity-mapped") == 0)
    say_identity_mapped(c, finding);
  else if (strcmp(finding->code, "mqtt-client-id-refused") == 0)
    say_client_id(c, finding);
  else if (strcmp(finding->code, "mqtt-version-refused") == 0)
    say_version(c, finding);
  else if (may_be_password(c, finding))
    finding_set_remedy(finding, "Check user name and password; if they are right, let the broker's "
                                "rules allow this client.");
  if (strcmp(finding->code, "client-name-missing") == 0)
    diagnosis_describe_identity(finding, c->identity);
  g_autofree char *why = mqtt_reason_words(c->evidence->connack_text, (guint8)c->evidence->connack);
  finding_add_evidence(finding, "CONNACK: %s", why);
  finding_add_evidence(finding, "client id %s", diagnosis_client_id(c));
  if (c->profile->user_name != NULL)
    finding_add_evidence(finding, "user name %s", c->profile->user_name);
  add_server_reference(c, finding);
  add_authorization_alternatives(c, finding);
  return finding;
}

/* --- DISCONNECT ------------------------------------------------------------------------------- */

Finding *
diagnose_disconnect(const DiagnosisCase *c)
{
  int reason = c->evidence->disconnect;
  g_autofree char *why = mqtt_reason_words(c->evidence->disconnect_text, (guint8)reason);
  Finding *finding = finding_new(reason_code(reason));
  finding->severity = FINDING_ERROR;
  finding_set_message(finding, "The broker ended the connection: %s.", why);
  if (reason == REASON_TAKEN_OVER)
    finding_set_message(finding,
                        "Another client has connected with our client id \"%s\", and the "
                        "broker ended this connection.",
                        diagnosis_client_id(c));
  if (reason == REASON_NOT_AUTHORIZED && diagnosis_ended_after_publish(c)) {
    finding_free(finding);
    finding = diagnose_publish(c, c->last_publish.topic, c->last_publish.size, reason);
    finding->severity = FINDING_ERROR;
  }
  if (reason == REASON_TOO_LARGE && diagnosis_ended_after_publish(c))
    finding_set_message(finding,
                        "The broker does not take a message of %" G_GSIZE_FORMAT " bytes (to %s).",
                        c->last_publish.size, c->last_publish.topic);
  if (c->evidence->maximum_packet_size != 0)
    finding_add_evidence(finding, "the broker's maximum packet size is %u bytes",
                         c->evidence->maximum_packet_size);
  finding_add_evidence(finding, "DISCONNECT: %s", why);
  add_server_reference(c, finding);
  return finding;
}

/* --- Requests --------------------------------------------------------------------------------- */

/* Quotas, names and sizes are refused by other rules than those of access (MQTT 5, 2.4). MQTT 3.1.1
 * has one word for all. */
static void
say_other_reason(Finding *finding, const char *name, const char *verb, const char *topic,
                 const char *reason)
{
  finding_set_message(finding, "The broker does not let \"%s\" %s to %s: %s.", name, verb, topic,
                      reason);
  finding_set_remedy(finding, "See the reason that the broker gives; its log and its configuration "
                              "know more.");
}

static Finding *
refused_request(const DiagnosisCase *c, const char *code, const char *verb, const char *topic,
                MqttType type, int reason)
{
  g_autofree char *name = diagnosis_who(c);
  Finding *finding = finding_new(code);
  g_autofree char *why = mqtt_reason_words(
      mqtt_reason_text(type, c->profile->version, (guint8)reason), (guint8)reason);
  finding_set_message(finding, "The broker's access rules do not let \"%s\" %s to %s.", name, verb,
                      topic);
  if (reason != REASON_NOT_AUTHORIZED && reason != REASON_UNSPECIFIED)
    say_other_reason(finding, name, verb, topic, why);
  finding_add_evidence(finding, "topic %s", topic);
  finding_add_evidence(finding, "%s: %s", mqtt_type_name((guint8)type), why);
  finding_add_evidence(finding, "client id %s", diagnosis_client_id(c));
  return finding;
}

Finding *
diagnose_subscribe(const DiagnosisCase *c, const char *filter, int reason)
{
  return refused_request(c, "mqtt-subscribe-refused", "subscribe", filter, MQTT_SUBACK, reason);
}

/* The connection goes on, and so do smaller messages. */
static Finding *
too_large(const DiagnosisCase *c, const char *topic, gsize size)
{
  Finding *finding = refused_request(c, "mqtt-packet-too-large", "publish", topic, MQTT_PUBACK,
                                     REASON_TOO_LARGE);
  finding->severity = FINDING_WARNING;
  finding_set_message(finding,
                      "The broker takes no message of that size: %" G_GSIZE_FORMAT
                      " bytes, to %s.",
                      size, topic);
  finding_set_remedy(finding, "Send a smaller message, or raise the broker's limit.");
  return finding;
}

Finding *
diagnose_publish(const DiagnosisCase *c, const char *topic, gsize size, int reason)
{
  if (reason == REASON_TOO_LARGE)
    return too_large(c, topic, size);
  return refused_request(c, "mqtt-publish-refused", "publish", topic, MQTT_PUBACK, reason);
}

gboolean
diagnosis_is_about(const Finding *finding, const char *code, const char *topic)
{
  g_autoptr(Finding) probe = finding_new(code);
  finding_add_evidence(probe, "topic %s", topic);
  return strcmp(finding->code, code) == 0 && finding->evidence->len > 0 &&
         strcmp(g_ptr_array_index(finding->evidence, 0), g_ptr_array_index(probe->evidence, 0)) ==
             0;
}
