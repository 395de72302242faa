#include "config.h"

#include "core/probe_plan.h"

#include "net/address.h"
#include "util/safe_text.h"

#include <string.h>

#define ALERT_INTERNAL_ERROR 80
#define ADDRESSES_MAX 3
#define LISTEN_MS 300

typedef struct {
  const ProbePlanRequest *request;
  char *address; /* that the probes go to */
  guint16 port;
  GPtrArray *probes;
} Plan;

void
planned_probe_free(PlannedProbe *probe)
{
  if (probe == NULL)
    return;
  g_free(probe->text);
  g_clear_pointer(&probe->request, probe_request_free);
  g_clear_pointer(&probe->result, probe_result_free);
  g_free(probe);
}

/* --- Settings --------------------------------------------------------------------------------- */

static const char *const version_names[] = {
    [TLS_1_0] = "1.0", [TLS_1_1] = "1.1", [TLS_1_2] = "1.2", [TLS_1_3] = "1.3"};

/* GnuTLS's way to say "exactly this version". */
static char *
with_version(const char *priority, ProfileTlsVersion version)
{
  if (version == TLS_ANY)
    return g_strdup(priority);
  return g_strdup_printf("%s:-VERS-ALL:+VERS-TLS%s", priority, version_names[version]);
}

char *
probe_plan_priority(const Profile *profile)
{
  const char *base = profile->tls_priority != NULL ? profile->tls_priority : "NORMAL";
  return with_version(base, profile->tls_version);
}

/* The name that the handshake asked for (SNI); NULL: an address is none (RFC 6066, 3). */
static char *
server_name(const Profile *profile)
{
  const char *name = profile->server_name != NULL ? profile->server_name : profile->host;
  if (name == NULL || g_hostname_is_ip_address(name))
    return NULL;
  char *ascii = g_hostname_to_ascii(name);
  gsize length = ascii == NULL ? 0 : strlen(ascii);
  if (length > 1 && ascii[length - 1] == '.')
    ascii[length - 1] = '\0';
  return ascii;
}

static char **
application_protocols(const Profile *profile)
{
  if (profile->alpn == NULL || *profile->alpn == '\0')
    return NULL;
  char **protocols = g_strsplit(profile->alpn, ",", -1);
  for (char **protocol = protocols; *protocol != NULL; protocol++)
    g_strstrip(*protocol);
  return protocols;
}

char *
probe_plan_address(const char *text)
{
  const char *colon = text != NULL ? strrchr(text, ':') : NULL;
  if (colon == NULL)
    return NULL;
  g_autofree char *address = text[0] == '[' && colon > text + 2 && colon[-1] == ']'
                                 ? g_strndup(text + 1, (gsize)(colon - text) - 2)
                                 : g_strndup(text, (gsize)(colon - text));
  Address parsed;
  return address_parse(&parsed, address) ? g_steal_pointer(&address) : NULL;
}

/* --- Adding ----------------------------------------------------------------------------------- */

/* NULL when the plan is full. What is not said here is as the profile has it. */
static PlannedProbe *
add(Plan *plan, ProbePurpose purpose, ProbeKind kind, const char *text)
{
  if (plan->probes->len >= PROBE_PLAN_MAX)
    return NULL;
  const Profile *profile = plan->request->profile;
  PlannedProbe *probe = g_new0(PlannedProbe, 1);
  probe->purpose = purpose;
  probe->text = safe_text_string(text);
  probe->request = probe_request_new(kind, plan->address, plan->port);
  if (kind == PROBE_TLS) {
    probe->request->server_name = server_name(profile);
    probe->request->priority = probe_plan_priority(profile);
    probe->request->alpn = application_protocols(profile);
  }
  g_ptr_array_add(plan->probes, probe);
  return probe;
}

static void
add_priority(Plan *plan, ProbePurpose purpose, const char *priority, const char *text)
{
  PlannedProbe *probe = add(plan, purpose, PROBE_TLS, text);
  if (probe == NULL)
    return;
  g_free(probe->request->priority);
  probe->request->priority = g_strdup(priority);
}

/* The profile's settings and something more. */
static void
add_wider(Plan *plan, ProbePurpose purpose, const char *more, const char *text)
{
  g_autofree char *base = probe_plan_priority(plan->request->profile);
  g_autofree char *priority = g_strconcat(base, more, NULL);
  add_priority(plan, purpose, priority, text);
}

static void
add_version(Plan *plan, ProfileTlsVersion version)
{
  g_autofree char *text = g_strdup_printf("TLS %s alone", version_names[version]);
  /* OpenSSL 3 has nothing below TLS 1.2 at its normal level, GnuTLS signs it with SHA-1. */
  g_autofree char *priority =
      with_version(version < TLS_1_2 ? "NORMAL:+SHA1:+SIGN-RSA-SHA1:%COMPAT" : "NORMAL", version);
  guint before = plan->probes->len;
  add_priority(plan, PROBE_VERSION, priority, text);
  if (plan->probes->len > before) {
    PlannedProbe *probe = g_ptr_array_index(plan->probes, before);
    probe->version = version;
  }
}

static void
add_named(Plan *plan, ProbePurpose purpose, const char *name)
{
  g_autofree char *text = name != NULL ? g_strdup_printf("with the server name %s", name)
                                       : g_strdup("without a server name");
  PlannedProbe *probe = add(plan, purpose, PROBE_TLS, text);
  if (probe == NULL)
    return;
  g_free(probe->request->server_name);
  probe->request->server_name = g_strdup(name);
}

static void
add_address(Plan *plan, ProbePurpose purpose, const char *address)
{
  g_autofree char *text = g_strdup_printf("the same at %s", address);
  PlannedProbe *probe = add(plan, purpose, PROBE_TLS, text);
  if (probe == NULL)
    return;
  g_free(probe->request->address);
  probe->request->address = g_strdup(address);
}

static void
add_port(Plan *plan, ProbePurpose purpose, ProbeKind kind, guint16 port)
{
  if (port == plan->port)
    return;
  g_autofree char *text = g_strdup_printf("port %u", port);
  PlannedProbe *probe = add(plan, purpose, kind, text);
  if (probe != NULL)
    probe->request->port = port;
}

/* --- What each finding asks for --------------------------------------------------------------- */

static void
plan_versions(Plan *plan)
{
  add_version(plan, TLS_1_3);
  add_version(plan, TLS_1_2);
  add_version(plan, TLS_1_1);
  add_version(plan, TLS_1_0);
}

/* Nothing in common: each probe widens one thing, and the one that is answered names it. */
static void
plan_negotiation(Plan *plan)
{
  const Profile *profile = plan->request->profile;
  add_wider(plan, PROBE_WIDER_GROUPS, ":+GROUP-ALL", "with every group");
  add_wider(plan, PROBE_WIDER_KEYS, ":+SIGN-ALL:+ECDHE-RSA:+ECDHE-ECDSA:+DHE-RSA:+RSA",
            "with every type of key and signature");
  add_priority(plan, PROBE_PSK, "NORMAL:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK:-VERS-ALL:+VERS-TLS1.2",
               "pre-shared keys instead of certificates");
  if (profile->tls_version != TLS_ANY || profile->tls_priority != NULL) {
    add_version(plan, TLS_1_3);
    add_version(plan, TLS_1_2);
  }
  add_wider(plan, PROBE_WIDER_CIPHERS,
            ":+CIPHER-ALL:+MAC-ALL:+SHA1:+3DES-CBC:+ECDHE-RSA:+ECDHE-ECDSA:+DHE-RSA:+RSA",
            "with every cipher suite");
}

/* Who closes on nobody's word does it at once. */
static void
plan_listening(Plan *plan)
{
  PlannedProbe *probe = add(plan, PROBE_LISTEN, PROBE_TCP, "TCP alone");
  if (probe != NULL)
    probe->request->listen_ms = LISTEN_MS;
}

static void
plan_silence(Plan *plan)
{
  gboolean was_closed = strcmp(plan->request->code, "tls-timeout") != 0;
  add(plan, PROBE_PLAIN_MQTT, PROBE_MQTT, "MQTT without TLS");
  if (was_closed) {
    add(plan, PROBE_PLAIN_HTTP, PROBE_HTTP, "HTTP without TLS");
    plan_listening(plan);
  }
  add(plan, PROBE_AGAIN, PROBE_TLS, "the same once more");
  if (plan->request->profile->tls_version == TLS_ANY)
    add_wider(plan, PROBE_TLS_1_2, ":-VERS-ALL:+VERS-TLS1.2", "TLS 1.2 alone");
  if (plan->port == 443 && plan->request->profile->alpn == NULL) {
    PlannedProbe *probe = add(plan, PROBE_ALPN, PROBE_TLS, "with ALPN x-amzn-mqtt-ca");
    if (probe != NULL)
      probe->request->alpn = g_strsplit("x-amzn-mqtt-ca", ",", -1);
  }
}

/* A handshake that broke for no reason that is known. */
static void
plan_odd_handshake(Plan *plan)
{
  const Evidence *evidence = plan->request->evidence;
  if (evidence->requested || evidence->at_us[EVIDENCE_ESTABLISHED] != 0)
    return;
  if (evidence->closed->alert == ALERT_INTERNAL_ERROR &&
      plan->request->profile->tls_version != TLS_ANY) {
    plan_versions(plan);
    return;
  }
  add(plan, PROBE_AGAIN, PROBE_TLS, "the same once more");
  if (plan->request->profile->tls_version == TLS_ANY)
    add_wider(plan, PROBE_TLS_1_2, ":-VERS-ALL:+VERS-TLS1.2", "TLS 1.2 alone");
}

static PlannedProbe *
add_connect(Plan *plan, ProbePurpose purpose, MqttVersion version)
{
  gboolean tls = plan->request->profile->scheme == SCHEME_MQTTS;
  const char *text = version == MQTT_5 ? "MQTT 5, as nobody" : "MQTT 3.1.1, as nobody";
  PlannedProbe *probe = add(plan, purpose, tls ? PROBE_TLS : PROBE_MQTT, text);
  if (probe != NULL) {
    probe->request->connect = TRUE;
    probe->request->version = version;
  }
  return probe;
}

/* CONNECT was not answered: because of who we are, or would nobody get an answer? A broker that asks
 * for certificates shows nothing to nobody. */
static void
plan_connects(Plan *plan)
{
  const Profile *profile = plan->request->profile;
  if (plan->request->evidence->requested)
    return;
  add_connect(plan, PROBE_SAME_CONNECT, profile->version);
  if (profile->version == MQTT_5)
    add_connect(plan, PROBE_OLDER_CONNECT, MQTT_3_1_1);
}

static void
plan_without_tls(Plan *plan)
{
  PlannedProbe *probe = add(plan, PROBE_TLS_THERE, PROBE_TLS, "TLS");
  if (probe != NULL) {
    g_free(probe->request->priority);
    probe->request->priority = g_strdup("NORMAL");
  }
  add(plan, PROBE_PLAIN_HTTP, PROBE_HTTP, "HTTP");
  if (strcmp(plan->request->code, "mqtt-closed-after-connect") != 0)
    return;
  plan_listening(plan);
  plan_connects(plan);
}

static void
plan_protocols(Plan *plan)
{
  const Profile *profile = plan->request->profile;
  if (plan->request->evidence->requested || (profile->alpn != NULL && *profile->alpn != '\0'))
    return;
  PlannedProbe *probe = add_connect(plan, PROBE_ALPN, profile->version);
  if (probe == NULL)
    return;
  g_free(probe->text);
  probe->text = g_strdup("with ALPN mqtt, x-amzn-mqtt-ca");
  probe->request->alpn = g_strsplit("mqtt,x-amzn-mqtt-ca", ",", -1);
}

static void
plan_upgrade(Plan *plan)
{
  PlannedProbe *probe = add(plan, PROBE_UPGRADE, PROBE_TLS, "WebSocket over TLS");
  if (probe != NULL)
    probe->request->upgrade = TRUE;
}

static void
plan_unanswered(Plan *plan)
{
  plan_connects(plan);
  plan_upgrade(plan);
  plan_protocols(plan);
}

static void
plan_addresses(Plan *plan)
{
  char **addresses = plan->request->evidence->addresses;
  guint added = 0;
  for (guint i = 0; addresses != NULL && addresses[i] != NULL && added < ADDRESSES_MAX; i++) {
    if (strcmp(addresses[i], plan->address) == 0)
      continue;
    add_address(plan, PROBE_OTHER_ADDRESS, addresses[i]);
    added++;
  }
}

/* The broker's certificate was refused: does another way to it show another one? */
static void
plan_refused_certificate(Plan *plan)
{
  const Profile *profile = plan->request->profile;
  const char *known = plan->request->known_address;
  g_autofree char *sent = server_name(profile);
  if (sent != NULL)
    add_named(plan, PROBE_WITHOUT_NAME, NULL);
  if (profile->server_name != NULL && !g_hostname_is_ip_address(profile->host))
    add_named(plan, PROBE_WITH_NAME, profile->host);
  else if (sent == NULL &&
           (g_str_has_prefix(profile->host, "127.") || strcmp(profile->host, "::1") == 0))
    add_named(plan, PROBE_WITH_NAME, "localhost");
  if (known != NULL && strcmp(known, plan->address) != 0)
    add_address(plan, PROBE_KNOWN_ADDRESS, known);
  plan_addresses(plan);
}

static void
plan_open_ports(Plan *plan)
{
  static const guint16 ports[] = {8883, 1883, 8884};
  for (gsize i = 0; i < G_N_ELEMENTS(ports); i++)
    add_port(plan, PROBE_OPEN_PORT, PROBE_TCP, ports[i]);
}

/* Beside the usual ports the next ones: whoever has two listeners numbers them so. */
static void
plan_two_way_ports(Plan *plan)
{
  const guint16 ports[] = {8883, 8884, 8885, (guint16)(plan->port + 1), (guint16)(plan->port - 1)};
  for (gsize i = 0; i < G_N_ELEMENTS(ports); i++) {
    gboolean usual = i < 3;
    if (ports[i] == 0 || (!usual && ports[i] >= 8883 && ports[i] <= 8885))
      continue;
    add_port(plan, PROBE_TWO_WAY_PORT, PROBE_TLS, ports[i]);
  }
}

/* Refused in MQTT: was it because nobody asked for the certificate that would have been welcome? */
static void
plan_refused_client(Plan *plan)
{
  const Evidence *evidence = plan->request->evidence;
  if (plan->request->profile->certificate_path != NULL && !evidence->requested)
    plan_two_way_ports(plan);
}

static void
plan_enforced(Plan *plan)
{
  PlannedProbe *probe = add(plan, PROBE_NO_CERTIFICATE, PROBE_TLS, "without our certificate");
  if (probe != NULL)
    probe->request->connect = TRUE;
}

/* --- The table -------------------------------------------------------------------------------- */

static const struct {
  const char *code;
  void (*plan)(Plan *plan);
} with_tls[] =
    {
        {"tls-no-cipher", plan_negotiation},
        {"tls-no-group", plan_negotiation},
        {"tls-version-mismatch", plan_versions},
        {"tls-reset", plan_silence},
        {"tls-timeout", plan_silence},
        {"sni-refused", plan_refused_certificate},
        {"port-websocket", plan_upgrade},
        {"mqtt-closed-after-connect", plan_unanswered},
        {"tcp-refused", plan_open_ports},
        {"client-cert-not-requested", plan_two_way_ports},
        {"mqtt-not-authorized", plan_refused_client},
        {"mqtt-bad-credentials", plan_refused_client},
},
  without_tls[] = {
      {"tcp-refused", plan_open_ports},
      {"tcp-closed-at-once", plan_without_tls},
      {"mqtt-closed-after-connect", plan_without_tls},
};

static void
plan_with_tls(Plan *plan)
{
  const char *code = plan->request->code;
  const TunnelEvent *closed = plan->request->evidence->closed;
  if (code == NULL && plan->request->two_way && plan->request->ask_enforced)
    plan_enforced(plan);
  if (code == NULL)
    return;
  if (closed != NULL && closed->fault == TUNNEL_FAULT_VERIFY) {
    plan_refused_certificate(plan);
    return;
  }
  if (closed != NULL && closed->fault == TUNNEL_FAULT_TLS && strcmp(code, "unknown") == 0)
    plan_odd_handshake(plan);
  for (gsize i = 0; i < G_N_ELEMENTS(with_tls); i++) {
    if (strcmp(code, with_tls[i].code) == 0)
      with_tls[i].plan(plan);
  }
}

static void
plan_plain(Plan *plan)
{
  const char *code = plan->request->code;
  const TunnelEvent *closed = plan->request->evidence->closed;
  if (code == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS(without_tls); i++) {
    if (strcmp(code, without_tls[i].code) == 0)
      without_tls[i].plan(plan);
  }
  /* Reset, no answer, or bytes that are no MQTT. */
  if (strcmp(code, "unknown") == 0 && closed != NULL &&
      plan->request->evidence->at_us[EVIDENCE_CONNACK] == 0 &&
      plan->request->evidence->at_us[EVIDENCE_CONNECTED] != 0)
    plan_without_tls(plan);
}

/* Where it went, or, when nothing answered, where it would have gone first. */
static char *
target(const Evidence *evidence)
{
  if (evidence->address != NULL)
    return probe_plan_address(evidence->address);
  if (evidence->dial_failures->len == 0)
    return NULL;
  const DialFailure *failure = g_ptr_array_index(evidence->dial_failures, 0);
  return probe_plan_address(failure->address);
}

GPtrArray *
probe_plan(const ProbePlanRequest *request)
{
  GPtrArray *probes = g_ptr_array_new_with_free_func((GDestroyNotify)planned_probe_free);
  g_autofree char *address = target(request->evidence);
  if (request->profile->no_probes || address == NULL)
    return probes;
  Plan plan = {.request = request,
               .address = address,
               .port = profile_port(request->profile),
               .probes = probes};
  if (request->profile->scheme == SCHEME_MQTTS)
    plan_with_tls(&plan);
  else
    plan_plain(&plan);
  return probes;
}
