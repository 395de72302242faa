/* What second connections make of a finding. A better one is named only when the probe shows it,
 * not because others have failed: the network may have changed between the two. */
#include "config.h"

#include "core/diagnosis_private.h"

#include "trust/certificate.h"
#include "trust/verify.h"

#include <string.h>

/* --- Tools ------------------------------------------------------------------------------------ */

/* NULL: not asked, or not answered yet. */
static const PlannedProbe *
find_probe(const DiagnosisCase *c, ProbePurpose purpose)
{
  for (guint i = 0; c->probes != NULL && i < c->probes->len; i++) {
    const PlannedProbe *probe = g_ptr_array_index(c->probes, i);
    if (probe->purpose == purpose && probe->result != NULL)
      return probe;
  }
  return NULL;
}

static gboolean
shook_hands(const PlannedProbe *probe)
{
  return probe != NULL && (probe->result->established || probe->result->server_answered);
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

static const Certificate *
leaf_of(const PlannedProbe *probe)
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

static guint16
port_of(const DiagnosisCase *c)
{
  return profile_port(c->profile);
}

static void
about_leaf(Finding *finding, const Certificate *leaf)
{
  finding->source = FINDING_SOURCE_PEER;
  finding->index = 0;
  finding->subject = g_strdup(certificate_subject(leaf));
  finding->sha256 = g_strdup(certificate_sha256(leaf));
}

static void
saw(Finding *finding, const PlannedProbe *probe, const char *what)
{
  finding_add_evidence(finding, "probe: %s: %s", probe->text, what);
}

/* --- Nothing in common ------------------------------------------------------------------------ */

static char *
offered_versions(const DiagnosisCase *c)
{
  static const char *const names[] = {
      [TLS_1_0] = "1.0", [TLS_1_1] = "1.1", [TLS_1_2] = "1.2", [TLS_1_3] = "1.3"};
  g_autoptr(GString) list = g_string_new(NULL);
  for (guint i = 0; c->probes != NULL && i < c->probes->len; i++) {
    const PlannedProbe *probe = g_ptr_array_index(c->probes, i);
    if (probe->purpose == PROBE_VERSION && probe->result != NULL && shook_hands(probe))
      g_string_append_printf(list, "%sTLS %s", list->len > 0 ? ", " : "", names[probe->version]);
  }
  return list->len > 0 ? g_strdup(list->str) : NULL;
}

static char *
allowed_versions(const DiagnosisCase *c)
{
  static const char *const names[] = {[TLS_ANY] = "TLS 1.2 and 1.3",
                                      [TLS_1_0] = "TLS 1.0 only",
                                      [TLS_1_1] = "TLS 1.1 only",
                                      [TLS_1_2] = "TLS 1.2 only",
                                      [TLS_1_3] = "TLS 1.3 only"};
  if (c->profile->tls_priority != NULL && c->profile->tls_version == TLS_ANY)
    return g_strdup_printf("what \"%s\" says", c->profile->tls_priority);
  return g_strdup(names[c->profile->tls_version]);
}

static Finding *
by_version(const DiagnosisCase *c, Finding *general)
{
  g_autofree char *offered = offered_versions(c);
  if (offered == NULL)
    return general;
  g_autofree char *allowed = allowed_versions(c);
  Finding *better = diagnosis_replace(general, "tls-version-mismatch");
  finding_set_message(better, "The broker offers %s, this connection allows %s.", offered, allowed);
  finding_set_remedy(better, "Allow one TLS version on both sides, best 1.2 and 1.3.");
  finding_add_evidence(better, "probe: the broker answers %s", offered);
  return better;
}

/* Whether the priority string leaves a family ("RSA", "ECDSA") its signatures and key exchanges. */
static gboolean
settings_allow(const char *priority, const char *family)
{
  gboolean signatures = TRUE, exchanges = TRUE;
  g_auto(GStrv) words = g_strsplit(priority != NULL ? priority : "NORMAL", ":", -1);
  g_autofree char *exchange = g_strconcat("ECDHE-", family, NULL);
  for (char **word = words; *word != NULL; word++) {
    gboolean plus = **word == '+';
    const char *name = *word + (**word == '+' || **word == '-' || **word == '!' ? 1 : 0);
    if (strcmp(name, "SIGN-ALL") == 0)
      signatures = plus;
    else if (strcmp(name, "KX-ALL") == 0)
      exchanges = plus;
    else if (plus && g_str_has_prefix(name, "SIGN-") && strstr(name, family) != NULL)
      signatures = TRUE;
    else if (g_str_has_prefix(name, exchange) && strcmp(name, exchange) == 0)
      exchanges = plus;
  }
  return signatures && exchanges;
}

static const char *
family_of(const Certificate *leaf)
{
  const char *label = leaf != NULL ? certificate_key_label(leaf) : "";
  if (g_str_has_prefix(label, "RSA"))
    return "RSA";
  if (g_str_has_prefix(label, "EC"))
    return "ECDSA";
  return g_str_has_prefix(label, "Ed") ? "EdDSA" : NULL;
}

static Finding *
by_key_type(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  const Certificate *leaf = leaf_of(probe);
  const char *family = family_of(leaf);
  if (family == NULL || settings_allow(c->profile->tls_priority, family)) {
    Finding *better = diagnosis_replace(general, "tls-no-group");
    finding_set_message(better,
                        "The broker accepted none of our signature schemes; with every scheme "
                        "it answers.");
    saw(better, probe, "the broker answers");
    return better;
  }
  Finding *better = diagnosis_replace(general, "tls-key-type-mismatch");
  finding_set_message(better,
                      "The broker has only a certificate with an %s key (%s), and this "
                      "connection's settings (%s) allow no such key.",
                      family, certificate_subject_label(leaf), c->profile->tls_priority);
  finding_set_remedy(better, "Allow RSA and ECDSA in the connection's priority string.");
  about_leaf(better, leaf);
  saw(better, probe, "the broker answers");
  return better;
}

static Finding *
by_psk(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "psk-only");
  finding_set_message(better,
                      "The listener on port %u uses pre-shared keys (TLS-PSK) instead of "
                      "certificates.",
                      port_of(c));
  saw(better, probe, "the broker answers");
  return better;
}

static Finding *
by_group(Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "tls-no-group");
  finding_set_message(better,
                      "The broker accepted none of our groups; with every group it answers%s%s.",
                      probe->result->group != NULL ? " and takes " : "",
                      probe->result->group != NULL ? probe->result->group : "");
  saw(better, probe, "the broker answers");
  return better;
}

static Finding *
by_cipher(Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "tls-no-cipher");
  finding_set_message(better,
                      "The broker accepted none of our cipher suites; with every suite it "
                      "answers%s%s.",
                      probe->result->cipher != NULL ? " and takes " : "",
                      probe->result->cipher != NULL ? probe->result->cipher : "");
  saw(better, probe, "the broker answers");
  return better;
}

/* Each probe allows one thing more than our settings: the one that is answered names the fault. */
static Finding *
refine_negotiation(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *groups = find_probe(c, PROBE_WIDER_GROUPS);
  const PlannedProbe *keys = find_probe(c, PROBE_WIDER_KEYS);
  const PlannedProbe *psk = find_probe(c, PROBE_PSK);
  const PlannedProbe *ciphers = find_probe(c, PROBE_WIDER_CIPHERS);
  if (shook_hands(groups))
    return by_group(general, groups);
  if (shook_hands(keys))
    return by_key_type(c, general, keys);
  if (shook_hands(psk) && leaf_of(psk) == NULL)
    return by_psk(c, general, psk);
  if (shook_hands(ciphers))
    return by_cipher(general, ciphers);
  if (c->profile->tls_version != TLS_ANY)
    return by_version(c, general);
  return general;
}

/* --- Silence after the first TLS message ------------------------------------------------------ */

static Finding *
plain_mqtt(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "port-plain-mqtt");
  finding_set_message(better, "Port %u answers MQTT without TLS (CONNACK %d).", port_of(c),
                      probe->result->connack);
  finding_set_remedy(better, "Use the broker's TLS port (mostly 8883), or switch TLS off.");
  saw(better, probe, "the broker answers with CONNACK");
  return better;
}

static Finding *
plain_http(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "port-http");
  finding_set_message(better,
                      "Port %u answers HTTP: it is one of a web server, or of WebSocket "
                      "without TLS.",
                      port_of(c));
  saw(better, probe, "HTTP comes back");
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
  saw(better, probe, "works");
  return better;
}

/* The other side closes before anything was said to it: it does not even look at what it is. */
static gboolean
closes_at_once(const PlannedProbe *probe)
{
  return probe != NULL && g_error_matches(probe->result->error, TUNNEL_ERROR,
                                          TUNNEL_ERROR_TCP_CLOSED_AT_ONCE);
}

static Finding *
closed_at_once(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "tcp-closed-at-once");
  finding_set_message(better,
                      "%s accepts connections and closes them before a word is said: a connection "
                      "limit, an allow-list, or a proxy without a backend.",
                      c->evidence->address);
  saw(better, probe, "closed at once");
  return better;
}

static Finding *
refine_silence(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *mqtt = find_probe(c, PROBE_PLAIN_MQTT);
  const PlannedProbe *http = find_probe(c, PROBE_PLAIN_HTTP);
  const PlannedProbe *listen = find_probe(c, PROBE_LISTEN);
  const PlannedProbe *again = find_probe(c, PROBE_AGAIN);
  const PlannedProbe *older = find_probe(c, PROBE_TLS_1_2);
  const PlannedProbe *alpn = find_probe(c, PROBE_ALPN);
  if (mqtt != NULL && mqtt->result->answered)
    return plain_mqtt(c, general, mqtt);
  if (said(mqtt, "HTTP/") || said(http, "HTTP/"))
    return plain_http(c, general, said(http, "HTTP/") ? http : mqtt);
  if (closes_at_once(listen))
    return closed_at_once(c, general, listen);
  if (again == NULL || shook_hands(again))
    return general;
  if (shook_hands(older))
    return intolerant(general, older);
  if (shook_hands(alpn)) {
    Finding *better = diagnosis_replace(general, "alpn-required");
    saw(better, alpn, "works");
    return better;
  }
  return general;
}

/* --- TLS where none was used ------------------------------------------------------------------ */

static Finding *
refine_plain(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *tls = find_probe(c, PROBE_TLS_THERE);
  const PlannedProbe *http = find_probe(c, PROBE_PLAIN_HTTP);
  const PlannedProbe *listen = find_probe(c, PROBE_LISTEN);
  if (shook_hands(tls)) {
    Finding *better = diagnosis_replace(general, "port-needs-tls");
    finding_set_message(better, "Port %u speaks TLS, and this connection does not.", port_of(c));
    saw(better, tls, "the broker answers");
    return better;
  }
  if (said(http, "HTTP/"))
    return plain_http(c, general, http);
  if (closes_at_once(listen))
    return closed_at_once(c, general, listen);
  return general;
}

/* --- Another certificate by another way ------------------------------------------------------- */

/* Whether we would have taken what this probe was shown, for the name that is asked for. */
static gboolean
would_accept(const DiagnosisCase *c, const PlannedProbe *probe, const char *name)
{
  if (leaf_of(probe) == NULL || c->anchors == NULL)
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
  const Certificate *theirs = leaf_of(probe), *ours = own_leaf(c);
  return theirs != NULL && ours != NULL && !certificate_equal(theirs, ours);
}

static Finding *
by_server_name(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe,
               const char *name)
{
  const Certificate *ours = own_leaf(c), *theirs = leaf_of(probe);
  Finding *better = diagnosis_replace(general, "sni-dependent");
  about_leaf(better, ours);
  finding_set_message(better,
                      "The certificate depends on the server name: we were shown \"%s\", %s "
                      "\"%s\" is shown.",
                      certificate_subject_label(ours), probe->text,
                      certificate_subject_label(theirs));
  if (name != NULL)
    finding_set_remedy(better, "Connect by the name \"%s\" instead of by %s.", name,
                       verified_name(c));
  saw(better, probe, certificate_subject(theirs));
  return better;
}

static Finding *
by_node(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  const Certificate *ours = own_leaf(c), *theirs = leaf_of(probe);
  const char *address = probe->request->address;
  Finding *better = diagnosis_replace(general, "chain-varies");
  about_leaf(better, ours);
  finding_set_message(better,
                      "The broker's nodes send different certificates: %s sends %u of them "
                      "for \"%s\", which cannot be trusted; %s sends %u for \"%s\", which can.",
                      c->evidence->address, c->evidence->certificates->len,
                      certificate_subject_label(ours), address, probe->result->certificates->len,
                      certificate_subject_label(theirs));
  finding_set_remedy(better, "Give the node %s the certificate file of the node %s.",
                     c->evidence->address, address);
  saw(better, probe, certificate_subject(theirs));
  return better;
}

/* A certificate for another name at one address, the right one at another: not the broker is wrong,
 * the address is. */
static Finding *
by_right_address(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  const Certificate *ours = own_leaf(c);
  Finding *better = diagnosis_replace(general, "dns-wrong-host");
  about_leaf(better, ours);
  finding_set_message(better,
                      "%s leads to %s, whose certificate is for \"%s\"; the broker is at %s.",
                      c->profile->host, c->evidence->address, certificate_subject_label(ours),
                      probe->request->address);
  saw(better, probe, "the right certificate");
  return better;
}

static Finding *
refine_refused(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *known = find_probe(c, PROBE_KNOWN_ADDRESS);
  const PlannedProbe *without = find_probe(c, PROBE_WITHOUT_NAME);
  const PlannedProbe *with = find_probe(c, PROBE_WITH_NAME);
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
  const PlannedProbe *probe = find_probe(c, PROBE_WITHOUT_NAME);
  const Certificate *leaf = leaf_of(probe);
  if (leaf == NULL)
    return general;
  g_autofree char *names = askable_names(leaf, verified_name(c));
  if (*names == '\0')
    return general;
  finding_set_remedy(general, "Set the server name to one of: %s.", names);
  saw(general, probe, names);
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
  about_leaf(better, leaf);
  finding_set_message(better, "On port %u TLS ends at a proxy (\"%s\"), not at the broker: %s.",
                      port_of(c), certificate_subject_label(leaf), why);
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
  const PlannedProbe *probe = find_probe(c, PROBE_UPGRADE);
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
                        port_of(c), status);
    saw(better, probe, "WebSocket answers");
    return better;
  }
  if (strcmp(general->code, "port-websocket") == 0)
    return general;
  return plain_http(c, general, probe);
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
                        port_of(c), probe->request->port);
    finding_set_remedy(better, "Set the port to %u.", probe->request->port);
    saw(better, probe, "asks for a certificate");
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
      {"tls-no-cipher", refine_negotiation}, {"tls-no-group", refine_negotiation},
      {"tls-version-mismatch", by_version},  {"tls-reset", refine_silence},
      {"tls-timeout", refine_silence},       {"sni-refused", add_known_names},
      {"port-websocket", refine_upgrade},    {"mqtt-closed-after-connect", refine_upgrade},
      {"tcp-refused", add_open_ports},       {"client-cert-not-requested", refine_one_way},
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
    if (find_probe(c, PROBE_VERSION) != NULL)
      return by_version(c, general);
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
  const PlannedProbe *probe = find_probe(&c, PROBE_NO_CERTIFICATE);
  if (probe == NULL || !probe->result->connected || probe->result->timed_out)
    return ENFORCED_UNKNOWN;
  if (probe->result->answered)
    return ENFORCED_NO;
  return probe->result->requested && (probe->result->alert >= 0 || probe->result->error != NULL)
             ? ENFORCED_YES
             : ENFORCED_UNKNOWN;
}
