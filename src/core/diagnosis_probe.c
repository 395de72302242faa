/* What second connections make of a finding. A better one is named only when the probe shows it,
 * not because others have failed: the network may have changed between the two. */
#include "config.h"

#include "core/diagnosis_probe.h"

#include "trust/certificate.h"
#include "trust/verify.h"

#include <string.h>

/* --- Tools ------------------------------------------------------------------------------------ */

/* NULL: not asked, or not answered yet. */
const PlannedProbe *
probe_find(const DiagnosisCase *c, ProbePurpose purpose)
{
  for (guint i = 0; c->probes != NULL && i < c->probes->len; i++) {
    const PlannedProbe *probe = g_ptr_array_index(c->probes, i);
    if (probe->purpose == purpose && probe->result != NULL)
      return probe;
  }
  return NULL;
}

gboolean
probe_shook_hands(const PlannedProbe *probe)
{
  return probe != NULL && (probe->result->established || probe->result->server_answered);
}

/* Not only a beginning: it is over, for good or because of what was (not) shown. */
static gboolean
went_through(const PlannedProbe *probe)
{
  return probe_shook_hands(probe) && !probe->result->timed_out;
}

static gboolean
said(const PlannedProbe *probe, const char *text)
{
  gsize length = 0;
  const char *first = probe != NULL && probe->result->first != NULL
                          ? g_bytes_get_data(probe->result->first, &length)
                          : NULL;
  return first != NULL && length >= strlen(text) && memcmp(first, text, strlen(text)) == 0;
}

/* The status code of an HTTP answer, 0: it is none. */
static guint
http_status(const PlannedProbe *probe)
{
  gsize length = 0;
  if (!said(probe, "HTTP/1."))
    return 0;
  const char *first = g_bytes_get_data(probe->result->first, &length);
  guint status = 0;
  for (gsize i = strlen("HTTP/1.1 "); i < length && i < strlen("HTTP/1.1 200"); i++)
    status = g_ascii_isdigit(first[i]) ? status * 10 + (guint)(first[i] - '0') : 0;
  return status;
}

const Certificate *
probe_leaf(const PlannedProbe *probe)
{
  const GPtrArray *certificates = probe != NULL ? probe->result->certificates : NULL;
  return certificates != NULL && certificates->len > 0 ? g_ptr_array_index(certificates, 0) : NULL;
}

static const Certificate *
own_leaf(const DiagnosisCase *c)
{
  const GPtrArray *certificates = c->evidence->certificates;
  return certificates != NULL && certificates->len > 0 ? g_ptr_array_index(certificates, 0) : NULL;
}

guint16
probe_own_port(const DiagnosisCase *c)
{
  return profile_port(c->profile);
}

void
probe_about_leaf(Finding *finding, const Certificate *leaf)
{
  finding->source = FINDING_SOURCE_PEER;
  finding->index = 0;
  finding->subject = g_strdup(certificate_subject(leaf));
  finding->sha256 = g_strdup(certificate_sha256(leaf));
}

void
probe_saw(Finding *finding, const PlannedProbe *probe, const char *what)
{
  finding_add_evidence(finding, "probe: %s: %s", probe->text, what);
}

/* --- Silence after the first TLS message ------------------------------------------------------ */

static Finding *
plain_mqtt(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "port-plain-mqtt");
  g_autofree char *words =
      mqtt_connack_words(c->profile->version, (guint8)MAX(probe->result->connack, 0));
  finding_set_message(better, "Port %u answers MQTT without TLS (CONNACK: %s).", probe_own_port(c),
                      words);
  finding_set_remedy(better, "Use the broker's TLS port (mostly 8883), or switch TLS off.");
  probe_saw(better, probe, "the broker answers with CONNACK");
  return better;
}

static Finding *
plain_http(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "port-http");
  finding_set_message(better,
                      "Port %u answers HTTP: it is one of a web server, or of WebSocket "
                      "without TLS.",
                      probe_own_port(c));
  probe_saw(better, probe, "HTTP comes back");
  return better;
}

/* The same settings fail once more, and TLS 1.2 alone works. */
static Finding *
intolerant(Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "tls13-intolerant");
  finding_set_message(better,
                      "The broker, or what stands before it, fails when TLS 1.3 is offered, "
                      "and works with TLS 1.2 alone.");
  probe_saw(better, probe, "works");
  return better;
}

/* The other side closes before anything was said to it: it does not even look at what it is. */
static gboolean
closes_at_once(const PlannedProbe *probe)
{
  return probe != NULL &&
         g_error_matches(probe->result->error, TUNNEL_ERROR, TUNNEL_ERROR_TCP_CLOSED_AT_ONCE);
}

static Finding *
closed_at_once(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "tcp-closed-at-once");
  finding_set_message(better,
                      "%s accepts connections and closes them before a word is said: a connection "
                      "limit, an allow-list, or a proxy without a backend.",
                      c->evidence->address);
  probe_saw(better, probe, "closed at once");
  return better;
}

static Finding *
refine_silence(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *mqtt = probe_find(c, PROBE_PLAIN_MQTT);
  const PlannedProbe *http = probe_find(c, PROBE_PLAIN_HTTP);
  const PlannedProbe *listen = probe_find(c, PROBE_LISTEN);
  const PlannedProbe *again = probe_find(c, PROBE_AGAIN);
  const PlannedProbe *older = probe_find(c, PROBE_TLS_1_2);
  const PlannedProbe *alpn = probe_find(c, PROBE_ALPN);
  if (mqtt != NULL && mqtt->result->answered)
    return plain_mqtt(c, general, mqtt);
  if (said(mqtt, "HTTP/") || said(http, "HTTP/"))
    return plain_http(c, general, said(http, "HTTP/") ? http : mqtt);
  if (closes_at_once(listen))
    return closed_at_once(c, general, listen);
  if (again == NULL || probe_shook_hands(again))
    return general;
  if (went_through(older))
    return intolerant(general, older);
  if (went_through(alpn)) {
    Finding *better = diagnosis_replace(general, "alpn-required");
    probe_saw(better, alpn, "works");
    return better;
  }
  return general;
}

/* --- TLS where none was used ------------------------------------------------------------------ */

static Finding *
refine_plain(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *tls = probe_find(c, PROBE_TLS_THERE);
  const PlannedProbe *http = probe_find(c, PROBE_PLAIN_HTTP);
  const PlannedProbe *listen = probe_find(c, PROBE_LISTEN);
  if (probe_shook_hands(tls)) {
    Finding *better = diagnosis_replace(general, "port-needs-tls");
    finding_set_message(better, "Port %u speaks TLS, and this connection does not.",
                        probe_own_port(c));
    probe_saw(better, tls, "the broker answers");
    return better;
  }
  if (said(http, "HTTP/"))
    return plain_http(c, general, http);
  if (closes_at_once(listen))
    return closed_at_once(c, general, listen);
  return probe_refine_connect(c, general);
}

/* --- Another certificate by another way ------------------------------------------------------- */

/* Whether we would have taken what this probe was shown, for the name that is asked for. */
static gboolean
would_accept(const DiagnosisCase *c, const PlannedProbe *probe, const char *name)
{
  if (probe_leaf(probe) == NULL || c->anchors == NULL)
    return FALSE;
  VerifyRequest request = {.certificates = probe->result->certificates,
                           .anchors = c->anchors,
                           .name = c->profile->insecure ? NULL : name,
                           .purpose = VERIFY_PURPOSE_SERVER,
                           .time = c->now,
                           .source = FINDING_SOURCE_PEER};
  g_autoptr(Verdict) verdict = verify(&request);
  return verdict->accepted;
}

static const char *
verified_name(const DiagnosisCase *c)
{
  return c->profile->server_name != NULL ? c->profile->server_name : c->profile->host;
}

static gboolean
shows_another(const DiagnosisCase *c, const PlannedProbe *probe)
{
  const Certificate *theirs = probe_leaf(probe), *ours = own_leaf(c);
  return theirs != NULL && ours != NULL && !certificate_equal(theirs, ours);
}

static Finding *
by_server_name(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe,
               const char *name)
{
  const Certificate *ours = own_leaf(c), *theirs = probe_leaf(probe);
  Finding *better = diagnosis_replace(general, "sni-dependent");
  probe_about_leaf(better, ours);
  finding_set_message(better,
                      "The certificate depends on the server name: we were shown \"%s\", %s "
                      "\"%s\" is shown.",
                      certificate_subject_label(ours), probe->text,
                      certificate_subject_label(theirs));
  if (name != NULL)
    finding_set_remedy(better, "Connect by the name \"%s\" instead of by %s.", name,
                       verified_name(c));
  probe_saw(better, probe, certificate_subject(theirs));
  return better;
}

static Finding *
by_node(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  const Certificate *ours = own_leaf(c), *theirs = probe_leaf(probe);
  const char *address = probe->request->address;
  Finding *better = diagnosis_replace(general, "chain-varies");
  probe_about_leaf(better, ours);
  finding_set_message(better,
                      "The broker's nodes send different certificates: %s sends %u of them "
                      "for \"%s\", which cannot be trusted; %s sends %u for \"%s\", which can.",
                      c->evidence->address, c->evidence->certificates->len,
                      certificate_subject_label(ours), address, probe->result->certificates->len,
                      certificate_subject_label(theirs));
  finding_set_remedy(better, "Give the node %s the certificate file of the node %s.",
                     c->evidence->address, address);
  probe_saw(better, probe, certificate_subject(theirs));
  return better;
}

/* A certificate for another name at one address, the right one at another: not the broker is wrong,
 * the address is. */
static Finding *
by_right_address(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  const Certificate *ours = own_leaf(c);
  Finding *better = diagnosis_replace(general, "dns-wrong-host");
  probe_about_leaf(better, ours);
  finding_set_message(better,
                      "%s leads to %s, whose certificate is for \"%s\"; the broker is at %s.",
                      c->profile->host, c->evidence->address, certificate_subject_label(ours),
                      probe->request->address);
  probe_saw(better, probe, "the right certificate");
  return better;
}

static Finding *
refine_refused(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *known = probe_find(c, PROBE_KNOWN_ADDRESS);
  const PlannedProbe *without = probe_find(c, PROBE_WITHOUT_NAME);
  const PlannedProbe *with = probe_find(c, PROBE_WITH_NAME);
  if (shows_another(c, with) && would_accept(c, with, with->request->server_name))
    return by_server_name(c, general, with, with->request->server_name);
  if (shows_another(c, without) && would_accept(c, without, verified_name(c)))
    return by_server_name(c, general, without, NULL);
  if (shows_another(c, known) && would_accept(c, known, verified_name(c)))
    return by_right_address(c, general, known);
  for (guint i = 0; c->probes != NULL && i < c->probes->len; i++) {
    const PlannedProbe *probe = g_ptr_array_index(c->probes, i);
    if (probe->purpose != PROBE_OTHER_ADDRESS || probe->result == NULL || own_leaf(c) == NULL ||
        !would_accept(c, probe, verified_name(c)))
      continue;
    gboolean another_host = strcmp(general->code, "name-mismatch") == 0;
    return another_host ? by_right_address(c, general, probe) : by_node(c, general, probe);
  }
  return general;
}

/* Those that can be asked for (RFC 6066, 3: no addresses), without the one that was refused. */
static char *
askable_names(const Certificate *leaf, const char *refused)
{
  g_autoptr(GString) list = g_string_new(NULL);
  const char *const *names = (const char *const *)certificate_names(leaf);
  for (gsize i = 0; names[i] != NULL; i++) {
    const char *name = g_str_has_prefix(names[i], "DNS:") ? names[i] + strlen("DNS:") : NULL;
    if (name != NULL && g_ascii_strcasecmp(name, refused) != 0)
      g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", name);
  }
  return g_strdup(list->str);
}

/* The server knows no such host: what it does know stands in what it shows without a name. */
static Finding *
add_known_names(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *probe = probe_find(c, PROBE_WITHOUT_NAME);
  const Certificate *leaf = probe_leaf(probe);
  if (leaf == NULL)
    return general;
  g_autofree char *names = askable_names(leaf, verified_name(c));
  if (*names == '\0')
    return general;
  finding_set_remedy(general, "Set the server name to one of: %s.", names);
  probe_saw(general, probe, names);
  return general;
}

/* --- A proxy in between ----------------------------------------------------------------------- */

/* What ingresses show when they know no certificate for a name. */
static gboolean
is_proxy_certificate(const Certificate *leaf)
{
  static const char *const marks[] = {"TRAEFIK DEFAULT CERT",
                                      "Kubernetes Ingress Controller Fake",
                                      "HAProxy",
                                      "haproxy",
                                      "nginx",
                                      "Envoy",
                                      "envoy",
                                      "CloudFlare Origin",
                                      "Caddy Local"};
  for (gsize i = 0; leaf != NULL && i < G_N_ELEMENTS(marks); i++) {
    if (strstr(certificate_subject(leaf), marks[i]) != NULL)
      return TRUE;
  }
  return FALSE;
}

static Finding *
by_proxy(const DiagnosisCase *c, Finding *general, const char *why)
{
  const Certificate *leaf = own_leaf(c);
  Finding *better = diagnosis_replace(general, "tls-terminated-by-proxy");
  probe_about_leaf(better, leaf);
  finding_set_message(better, "On port %u TLS ends at a proxy (\"%s\"), not at the broker: %s.",
                      probe_own_port(c), certificate_subject_label(leaf), why);
  return better;
}

/* A gateway that cannot reach what stands behind it says so in HTTP (RFC 9110, 15.6.3 to 15.6.5).
 */
static gboolean
is_gateway_error(guint status)
{
  return status >= 502 && status <= 504;
}

static Finding *
refine_upgrade(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *probe = probe_find(c, PROBE_UPGRADE);
  guint status = http_status(probe);
  if (own_leaf(c) != NULL && is_gateway_error(status))
    return by_proxy(c, general, "it answers HTTP \"bad gateway\"");
  if (own_leaf(c) != NULL && is_proxy_certificate(own_leaf(c)))
    return by_proxy(c, general, "the certificate is the proxy's own");
  if (status == 0)
    return general;
  if (status == 101 || status == 400 || status == 426) {
    Finding *better = diagnosis_replace(general, "port-websocket");
    finding_set_message(better,
                        "Port %u speaks WebSocket over TLS (HTTP %u to an upgrade request), "
                        "not MQTT by itself.",
                        probe_own_port(c), status);
    probe_saw(better, probe, "WebSocket answers");
    return better;
  }
  if (strcmp(general->code, "port-websocket") == 0)
    return general;
  return plain_http(c, general, probe);
}

static Finding *
refine_unanswered(const DiagnosisCase *c, Finding *general)
{
  Finding *better = probe_refine_connect(c, general);
  return strcmp(better->code, "mqtt-closed-after-connect") == 0 ? refine_upgrade(c, better) : better;
}

/* --- Ports ------------------------------------------------------------------------------------ */

static Finding *
add_open_ports(const DiagnosisCase *c, Finding *general)
{
  g_autoptr(GString) list = g_string_new(NULL);
  for (guint i = 0; c->probes != NULL && i < c->probes->len; i++) {
    const PlannedProbe *probe = g_ptr_array_index(c->probes, i);
    if (probe->purpose == PROBE_OPEN_PORT && probe->result != NULL && probe->result->connected)
      g_string_append_printf(list, "%s%u", list->len > 0 ? ", " : "", probe->request->port);
  }
  if (list->len == 0)
    return general;
  finding_set_remedy(general, "Start the broker, or correct the port (open there: %s).", list->str);
  finding_add_evidence(general, "probe: open at this address: %s", list->str);
  return general;
}

static Finding *
refine_one_way(const DiagnosisCase *c, Finding *general)
{
  for (guint i = 0; c->probes != NULL && i < c->probes->len; i++) {
    const PlannedProbe *probe = g_ptr_array_index(c->probes, i);
    if (probe->purpose != PROBE_TWO_WAY_PORT || probe->result == NULL || !probe->result->requested)
      continue;
    Finding *better = diagnosis_replace(general, "port-one-way");
    better->severity = FINDING_WARNING;
    diagnosis_describe_identity(better, c->identity);
    finding_set_message(better, "Port %u does not ask for a client certificate; port %u does.",
                        probe_own_port(c), probe->request->port);
    finding_set_remedy(better, "Set the port to %u.", probe->request->port);
    probe_saw(better, probe, "asks for a certificate");
    return better;
  }
  return general;
}

/* --- The table -------------------------------------------------------------------------------- */

static Finding *
refine_tls(const DiagnosisCase *c, Finding *general)
{
  static const struct {
    const char *code;
    Finding *(*refine)(const DiagnosisCase *c, Finding *general);
  } table[] = {
      {"tls-no-cipher", probe_refine_negotiation},
      {"tls-no-group", probe_refine_negotiation},
      {"tls-version-mismatch", probe_refine_version},
      {"tls-reset", refine_silence},
      {"tls-timeout", refine_silence},
      {"sni-refused", add_known_names},
      {"port-websocket", refine_upgrade},
      {"mqtt-closed-after-connect", refine_unanswered},
      {"tcp-refused", add_open_ports},
      {"client-cert-not-requested", refine_one_way},
  };
  const TunnelEvent *closed = c->evidence->closed;
  if (closed != NULL && closed->fault == TUNNEL_FAULT_VERIFY) {
    if (is_proxy_certificate(own_leaf(c)))
      return by_proxy(c, general, "the certificate is the proxy's own");
    return refine_refused(c, general);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
    if (strcmp(general->code, table[i].code) == 0)
      return table[i].refine(c, general);
  }
  if (closed != NULL && closed->fault == TUNNEL_FAULT_TLS &&
      strcmp(general->code, "unknown") == 0) {
    if (probe_find(c, PROBE_VERSION) != NULL)
      return probe_refine_version(c, general);
    return refine_silence(c, general);
  }
  return general;
}

Finding *
diagnosis_refine(const DiagnosisCase *c, Finding *general)
{
  if (c->profile->scheme == SCHEME_MQTTS)
    return refine_tls(c, general);
  if (strcmp(general->code, "tcp-refused") == 0)
    return add_open_ports(c, general);
  return c->evidence->connack < 0 ? refine_plain(c, general) : general;
}

/* Refused without a certificate, by an alert or by being cut off before the broker's answer. */
Enforced
diagnosis_enforced(const GPtrArray *probes)
{
  DiagnosisCase c = {.probes = probes};
  const PlannedProbe *probe = probe_find(&c, PROBE_NO_CERTIFICATE);
  if (probe == NULL || !probe->result->connected || probe->result->timed_out)
    return ENFORCED_UNKNOWN;
  if (probe->result->answered)
    return ENFORCED_NO;
  return probe->result->requested && (probe->result->alert >= 0 || probe->result->error != NULL)
             ? ENFORCED_YES
             : ENFORCED_UNKNOWN;
}

int
diagnosis_enforced_alert(const GPtrArray *probes)
{
  DiagnosisCase c = {.probes = probes};
  const PlannedProbe *probe = probe_find(&c, PROBE_NO_CERTIFICATE);
  return probe != NULL ? probe->result->alert : -1;
}
