/* core/probe_plan.c and diagnosis_probe.c: which second connections a finding asks for, and what
 * their results make of it. */
#include "config.h"

#include "core/diagnosis.h"
#include "trust/pki.h"

#include <glib/gstdio.h>
#include <string.h>

#define DAY 86400
#define NOW G_GINT64_CONSTANT(1790000000)

/* --- Scene ------------------------------------------------------------------------------------ */

typedef struct {
  Profile *profile;
  Evidence *evidence;
  GPtrArray *probes;
  DiagnosisCase c;
} Scene;

static void
scene_init(Scene *scene)
{
  scene->profile = profile_new();
  g_free(scene->profile->host);
  scene->profile->host = g_strdup("mqtt.example.com");
  scene->profile->port = 9000;
  scene->evidence = evidence_new();
  scene->evidence->address = g_strdup("192.0.2.1:9000");
  scene->evidence->at_us[EVIDENCE_CONNECTED] = 1;
  scene->probes = NULL;
  scene->c = (DiagnosisCase){
      .evidence = scene->evidence, .profile = scene->profile, .quiet_us = -1, .now = NOW};
}

static void
scene_clear(Scene *scene)
{
  profile_free(scene->profile);
  evidence_free(scene->evidence);
  g_clear_pointer(&scene->probes, g_ptr_array_unref);
}

static void
close_with(Scene *scene, TunnelError code, int alert)
{
  TunnelEvent *closed = g_new0(TunnelEvent, 1);
  closed->type = TUNNEL_CLOSED;
  closed->fault = tunnel_error_fault(code);
  closed->alert = alert;
  closed->error = g_error_new_literal(TUNNEL_ERROR, (gint)code, "it ended; look at its log");
  g_clear_pointer(&scene->evidence->closed, tunnel_event_free);
  scene->evidence->closed = closed;
}

static void
plan(Scene *scene, const char *code)
{
  ProbePlanRequest request = {.evidence = scene->evidence, .profile = scene->profile, .code = code};
  g_clear_pointer(&scene->probes, g_ptr_array_unref);
  scene->probes = probe_plan(&request);
  scene->c.probes = scene->probes;
}

static PlannedProbe *
probe_for(const Scene *scene, ProbePurpose purpose)
{
  for (guint i = 0; i < scene->probes->len; i++) {
    PlannedProbe *probe = g_ptr_array_index(scene->probes, i);
    if (probe->purpose == purpose)
      return probe;
  }
  g_error("no probe has purpose %d", (int)purpose);
}

static PlannedProbe *
version_probe(const Scene *scene, ProfileTlsVersion version)
{
  for (guint i = 0; i < scene->probes->len; i++) {
    PlannedProbe *probe = g_ptr_array_index(scene->probes, i);
    if (probe->purpose == PROBE_VERSION && probe->version == version)
      return probe;
  }
  g_error("no probe has this version");
}

static ProbeResult *
result_of(PlannedProbe *probe)
{
  if (probe->result == NULL) {
    probe->result = g_new0(ProbeResult, 1);
    probe->result->alert = probe->result->connack = -1;
    probe->result->connected = TRUE;
  }
  return probe->result;
}

/* Every probe has come back, and nobody has answered it. */
static void
nobody_answers(const Scene *scene)
{
  for (guint i = 0; i < scene->probes->len; i++)
    result_of(g_ptr_array_index(scene->probes, i));
}

static void
says(ProbeResult *result, const char *text)
{
  result->first = g_bytes_new(text, strlen(text));
}

static PkiPair *
issue(PkiRole role, const char *name, const char *dns, const PkiPair *issuer)
{
  const char *names[] = {dns, NULL};
  PkiTemplate template = {.role = role,
                          .key_type = PKI_KEY_ECDSA_P256,
                          .common_name = name,
                          .dns_names = dns != NULL ? names : NULL,
                          .not_before = NOW - DAY,
                          .not_after = NOW + 30 * DAY,
                          .path_length = -1};
  g_autoptr(GError) error = NULL;
  PkiPair *pair = pki_issue(&template, issuer, &error);
  g_assert_no_error(error);
  return pair;
}

static GPtrArray *
chain_of(const PkiPair *leaf)
{
  GPtrArray *chain = certificate_list_new();
  g_ptr_array_add(chain, certificate_ref(pki_pair_certificate(leaf)));
  return chain;
}

static void
assert_end(const Scene *scene, const char *code)
{
  g_autoptr(Finding) end = diagnose_end(&scene->c);
  g_assert_cmpstr(end->code, ==, code);
  g_assert_cmpint(end->severity, ==, FINDING_ERROR);
  g_autoptr(GPtrArray) all = diagnose(&scene->c);
  guint errors = 0;
  for (guint i = 0; i < all->len; i++)
    errors += ((const Finding *)g_ptr_array_index(all, i))->severity == FINDING_ERROR;
  g_assert_cmpuint(errors, ==, 1);
}

/* --- The plan --------------------------------------------------------------------------------- */

static void
test_plan_bounds(void)
{
  static const char *const codes[] = {"tls-no-cipher",        "tls-no-group",
                                      "tls-version-mismatch", "tls-reset",
                                      "tls-timeout",          "sni-refused",
                                      "port-websocket",       "mqtt-closed-after-connect",
                                      "tcp-refused",          "client-cert-not-requested"};
  Scene scene;
  scene_init(&scene);
  close_with(&scene, TUNNEL_ERROR_TLS_RESET, -1);
  scene.profile->user_name = g_strdup("anna");
  scene.profile->password = g_strdup("secret");
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
    plan(&scene, codes[i]);
    g_assert_cmpuint(scene.probes->len, >, 0);
    g_assert_cmpuint(scene.probes->len, <=, PROBE_PLAN_MAX);
    for (guint n = 0; n < scene.probes->len; n++) {
      const PlannedProbe *probe = g_ptr_array_index(scene.probes, n);
      g_assert_cmpstr(probe->request->address, ==, "192.0.2.1");
      g_assert_null(probe->request->identity);
      g_assert_cmpstr(probe->text, !=, "");
    }
    scene.profile->no_probes = TRUE;
    plan(&scene, codes[i]);
    g_assert_cmpuint(scene.probes->len, ==, 0);
    scene.profile->no_probes = FALSE;
  }
  scene_clear(&scene);
}

static void
test_plan_nothing(void)
{
  static const char *const codes[] = {"client-ca-unknown", "dns-unknown", "mqtt-bad-credentials",
                                      "mqtt-session-taken-over", "client-expired"};
  Scene scene;
  scene_init(&scene);
  close_with(&scene, TUNNEL_ERROR_PEER_CLOSED, -1);
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
    plan(&scene, codes[i]);
    g_assert_cmpuint(scene.probes->len, ==, 0);
  }
  plan(&scene, NULL);
  g_assert_cmpuint(scene.probes->len, ==, 0);
  scene_clear(&scene);
}

static void
test_plan_addresses(void)
{
  static const struct {
    const char *text, *address;
  } cases[] = {{"192.0.2.1:8883", "192.0.2.1"},
               {"[2001:db8::1]:1", "2001:db8::1"},
               {"broker:8883", NULL},
               {"192.0.2.1", NULL},
               {"", NULL},
               {"[]:1", NULL}};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *address = probe_plan_address(cases[i].text);
    g_assert_cmpstr(address, ==, cases[i].address);
  }
  g_assert_null(probe_plan_address(NULL));
}

/* A broker that refuses us in MQTT may have another port where our certificate is asked for. */
static void
test_plan_refused_client(void)
{
  Scene scene;
  scene_init(&scene);
  scene.evidence->connack = 5;
  plan(&scene, "mqtt-not-authorized");
  g_assert_cmpuint(scene.probes->len, ==, 0);
  scene.profile->certificate_path = g_strdup("client.pem");
  plan(&scene, "mqtt-not-authorized");
  g_assert_cmpuint(scene.probes->len, ==, 5);
  g_assert_cmpint(probe_for(&scene, PROBE_TWO_WAY_PORT)->request->port, ==, 8883);
  scene.evidence->requested = TRUE;
  plan(&scene, "mqtt-not-authorized");
  g_assert_cmpuint(scene.probes->len, ==, 0);
  scene_clear(&scene);
}

static void
test_plan_enforced(void)
{
  Scene scene;
  scene_init(&scene);
  ProbePlanRequest request = {
      .evidence = scene.evidence, .profile = scene.profile, .two_way = TRUE, .ask_enforced = TRUE};
  g_autoptr(GPtrArray) asked = probe_plan(&request);
  g_assert_cmpuint(asked->len, ==, 1);
  PlannedProbe *probe = g_ptr_array_index(asked, 0);
  g_assert_cmpint(probe->purpose, ==, PROBE_NO_CERTIFICATE);
  g_assert_true(probe->request->connect);
  g_assert_null(probe->request->identity);
  g_assert_cmpint(diagnosis_enforced(asked), ==, ENFORCED_UNKNOWN);
  result_of(probe)->answered = TRUE;
  g_assert_cmpint(diagnosis_enforced(asked), ==, ENFORCED_NO);
  probe->result->answered = FALSE;
  g_assert_cmpint(diagnosis_enforced(asked), ==, ENFORCED_UNKNOWN);
  probe->result->requested = TRUE;
  probe->result->alert = 116;
  g_assert_cmpint(diagnosis_enforced(asked), ==, ENFORCED_YES);
  request.ask_enforced = FALSE;
  g_autoptr(GPtrArray) unasked = probe_plan(&request);
  g_assert_cmpuint(unasked->len, ==, 0);
  scene_clear(&scene);
}

/* --- Nothing in common ------------------------------------------------------------------------ */

/* All that we know has been tried in vain: the broker's key may be the reason. */
static void
assert_says_key(const Scene *scene, gboolean says)
{
  g_autoptr(Finding) end = diagnose_end(&scene->c);
  g_assert_cmpint(strstr(end->remedy, "key of its certificate") != NULL, ==, says);
}

static void
test_negotiation(void)
{
  static const struct {
    ProbePurpose purpose;
    const char *code;
  } cases[] = {{PROBE_WIDER_GROUPS, "tls-no-group"},
               {PROBE_PSK, "psk-only"},
               {PROBE_WIDER_KEYS, "tls-no-group"},
               {PROBE_WIDER_CIPHERS, "tls-no-cipher"}};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    Scene scene;
    scene_init(&scene);
    close_with(&scene, TUNNEL_ERROR_TLS_NO_CIPHER, 40);
    assert_end(&scene, "tls-no-cipher");
    plan(&scene, "tls-no-cipher");
    assert_end(&scene, "tls-no-cipher");
    assert_says_key(&scene, FALSE);
    nobody_answers(&scene);
    assert_end(&scene, "tls-no-cipher");
    assert_says_key(&scene, TRUE);
    result_of(probe_for(&scene, cases[i].purpose))->server_answered = TRUE;
    assert_end(&scene, cases[i].code);
    scene_clear(&scene);
  }
}

static void
test_general_negotiation_alternatives(void)
{
  Scene scene;
  scene_init(&scene);
  close_with(&scene, TUNNEL_ERROR_TLS_NO_CIPHER, 40);
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_cmpuint(end->alternatives->len, ==, 4);
  g_assert_cmpstr(g_ptr_array_index(end->alternatives, 0), ==, "tls-no-group");
  scene_clear(&scene);
}

static void
test_key_type(void)
{
  static const struct {
    const char *priority, *code;
  } cases[] = {{"NORMAL:-KX-ALL:+ECDHE-RSA", "tls-key-type-mismatch"},
               {"NORMAL:-SIGN-ALL:+SIGN-RSA-SHA256", "tls-key-type-mismatch"},
               {"NORMAL:-SIGN-ALL:+SIGN-ECDSA-SHA512", "tls-no-group"}};
  g_autoptr(PkiPair) leaf = issue(PKI_SERVER, "broker", "mqtt.example.com", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    Scene scene;
    scene_init(&scene);
    scene.profile->tls_priority = g_strdup(cases[i].priority);
    close_with(&scene, TUNNEL_ERROR_TLS_NO_CIPHER, 40);
    plan(&scene, "tls-no-cipher");
    nobody_answers(&scene);
    ProbeResult *result = result_of(probe_for(&scene, PROBE_WIDER_KEYS));
    result->server_answered = TRUE;
    result->certificates = chain_of(leaf);
    assert_end(&scene, cases[i].code);
    scene_clear(&scene);
  }
}

static void
test_version(void)
{
  Scene scene;
  scene_init(&scene);
  scene.profile->tls_version = TLS_1_3;
  close_with(&scene, TUNNEL_ERROR_TLS_VERSION, 70);
  plan(&scene, "tls-version-mismatch");
  g_assert_cmpuint(scene.probes->len, ==, 4);
  nobody_answers(&scene);
  result_of(version_probe(&scene, TLS_1_2))->established = TRUE;
  result_of(version_probe(&scene, TLS_1_1))->server_answered = TRUE;
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_cmpstr(end->code, ==, "tls-version-mismatch");
  g_assert_cmpstr(end->message, ==,
                  "The broker offers TLS 1.2, TLS 1.1, and this connection allows TLS 1.3 only.");
  scene_clear(&scene);
}

/* --- Silence ---------------------------------------------------------------------------------- */

static void
test_silence(void)
{
  Scene scene;
  scene_init(&scene);
  close_with(&scene, TUNNEL_ERROR_TLS_RESET, -1);
  plan(&scene, "tls-reset");
  nobody_answers(&scene);
  assert_end(&scene, "tls-reset");
  ProbeResult *older = result_of(probe_for(&scene, PROBE_TLS_1_2));
  /* It begins with TLS 1.2, too, and does not come to an end. */
  older->server_answered = older->timed_out = TRUE;
  assert_end(&scene, "tls-reset");
  older->timed_out = FALSE;
  older->established = TRUE;
  assert_end(&scene, "tls13-intolerant");
  /* The same settings work now: it was only once. */
  result_of(probe_for(&scene, PROBE_AGAIN))->established = TRUE;
  assert_end(&scene, "tls-reset");
  says(result_of(probe_for(&scene, PROBE_PLAIN_HTTP)), "HTTP/1.1 400 Bad Request\r\n");
  assert_end(&scene, "port-http");
  result_of(probe_for(&scene, PROBE_PLAIN_MQTT))->answered = TRUE;
  assert_end(&scene, "port-plain-mqtt");
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_false(diagnosis_heals(&scene.c, end));
  scene_clear(&scene);
}

static void
cut_at_once(const Scene *scene)
{
  const PlannedProbe *probe = probe_for(scene, PROBE_LISTEN);
  g_assert_cmpint(probe->request->kind, ==, PROBE_TCP);
  g_assert_cmpuint(probe->request->listen_ms, >, 0);
  result_of((PlannedProbe *)probe)->error =
      g_error_new_literal(TUNNEL_ERROR, TUNNEL_ERROR_TCP_CLOSED_AT_ONCE, "closed");
}

/* Who closes before a word was said does not mind TLS; unless plain MQTT was answered. */
static void
test_closed_at_once(void)
{
  Scene scene;
  scene_init(&scene);
  close_with(&scene, TUNNEL_ERROR_TLS_RESET, -1);
  plan(&scene, "tls-reset");
  nobody_answers(&scene);
  cut_at_once(&scene);
  assert_end(&scene, "tcp-closed-at-once");
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_true(diagnosis_heals(&scene.c, end));
  result_of(probe_for(&scene, PROBE_PLAIN_MQTT))->answered = TRUE;
  assert_end(&scene, "port-plain-mqtt");
  scene_clear(&scene);
}

static void
test_closed_at_once_without_tls(void)
{
  Scene scene;
  scene_init(&scene);
  scene.profile->scheme = SCHEME_MQTT;
  close_with(&scene, TUNNEL_ERROR_CLOSED_AFTER_CONNECT, -1);
  plan(&scene, "mqtt-closed-after-connect");
  nobody_answers(&scene);
  assert_end(&scene, "mqtt-closed-after-connect");
  cut_at_once(&scene);
  assert_end(&scene, "tcp-closed-at-once");
  scene_clear(&scene);
}

/* Before the second result the general finding stands. */
static void
test_half_way(void)
{
  Scene scene;
  scene_init(&scene);
  close_with(&scene, TUNNEL_ERROR_TLS_RESET, -1);
  plan(&scene, "tls-reset");
  assert_end(&scene, "tls-reset");
  result_of(probe_for(&scene, PROBE_TLS_1_2))->established = TRUE;
  assert_end(&scene, "tls-reset");
  scene_clear(&scene);
}

static void
test_needs_tls(void)
{
  Scene scene;
  scene_init(&scene);
  scene.profile->scheme = SCHEME_MQTT;
  close_with(&scene, TUNNEL_ERROR_CLOSED_AFTER_CONNECT, -1);
  plan(&scene, "mqtt-closed-after-connect");
  nobody_answers(&scene);
  assert_end(&scene, "mqtt-closed-after-connect");
  result_of(probe_for(&scene, PROBE_TLS_THERE))->server_answered = TRUE;
  assert_end(&scene, "port-needs-tls");
  scene_clear(&scene);
}

static void
test_upgrade(void)
{
  static const struct {
    const char *answer, *code;
  } cases[] = {{"HTTP/1.1 101 Switching Protocols\r\n", "port-websocket"},
               {"HTTP/1.1 502 Bad Gateway\r\n", "tls-terminated-by-proxy"},
               {"HTTP/1.1 404 Not Found\r\n", "port-http"},
               {"SSH-2.0-OpenSSH", "mqtt-closed-after-connect"}};
  g_autoptr(PkiPair) leaf = issue(PKI_SERVER, "gateway", "mqtt.example.com", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    Scene scene;
    scene_init(&scene);
    close_with(&scene, TUNNEL_ERROR_CLOSED_AFTER_CONNECT, -1);
    scene.evidence->certificates = chain_of(leaf);
    plan(&scene, "mqtt-closed-after-connect");
    says(result_of(probe_for(&scene, PROBE_UPGRADE)), cases[i].answer);
    assert_end(&scene, cases[i].code);
    scene_clear(&scene);
  }
}

/* --- Silence after CONNECT ------------------------------------------------------------------- */

static gboolean
has_alternative(const Scene *scene, const char *code)
{
  g_autoptr(Finding) end = diagnose_end(&scene->c);
  return g_ptr_array_find_with_equal_func(end->alternatives, code, g_str_equal, NULL);
}

static void
test_unanswered(void)
{
  Scene scene;
  scene_init(&scene);
  close_with(&scene, TUNNEL_ERROR_CLOSED_AFTER_CONNECT, -1);
  scene.evidence->at_us[EVIDENCE_CONNECT_SENT] = 1;
  plan(&scene, "mqtt-closed-after-connect");
  assert_end(&scene, "mqtt-closed-after-connect");
  g_assert_true(has_alternative(&scene, "mqtt-version-refused"));
  scene.evidence->closed->monotonic_us = 3 * G_USEC_PER_SEC;
  g_assert_false(has_alternative(&scene, "mqtt-version-refused"));
  scene.evidence->closed->monotonic_us = 0;
  nobody_answers(&scene);
  assert_end(&scene, "mqtt-closed-after-connect");
  g_assert_false(has_alternative(&scene, "mqtt-version-refused"));
  result_of(probe_for(&scene, PROBE_ALPN))->answered = TRUE;
  result_of(probe_for(&scene, PROBE_OLDER_CONNECT))->answered = TRUE;
  /* The same CONNECT did not get there: what answers the next one may have been starting. */
  result_of(probe_for(&scene, PROBE_SAME_CONNECT))->connected = FALSE;
  assert_end(&scene, "mqtt-closed-after-connect");
  result_of(probe_for(&scene, PROBE_SAME_CONNECT))->connected = TRUE;
  result_of(probe_for(&scene, PROBE_SAME_CONNECT))->timed_out = TRUE;
  assert_end(&scene, "mqtt-closed-after-connect");
  result_of(probe_for(&scene, PROBE_SAME_CONNECT))->timed_out = FALSE;
  result_of(probe_for(&scene, PROBE_OLDER_CONNECT))->answered = FALSE;
  assert_end(&scene, "alpn-required");
  result_of(probe_for(&scene, PROBE_OLDER_CONNECT))->answered = TRUE;
  assert_end(&scene, "mqtt-version-refused");
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_false(diagnosis_heals(&scene.c, end));
  /* MQTT 5 without ALPN is answered, to nobody: it is about us. */
  result_of(probe_for(&scene, PROBE_SAME_CONNECT))->answered = TRUE;
  assert_end(&scene, "mqtt-closed-after-connect");
  scene_clear(&scene);
}

/* Who asks for certificates shows nothing to nobody; who was asked in MQTT 3.1.1 knows no older. */
static void
test_plan_unanswered(void)
{
  Scene scene;
  scene_init(&scene);
  close_with(&scene, TUNNEL_ERROR_CLOSED_AFTER_CONNECT, -1);
  plan(&scene, "mqtt-closed-after-connect");
  g_assert_cmpuint(scene.probes->len, ==, 4);
  g_assert_cmpint(probe_for(&scene, PROBE_SAME_CONNECT)->request->version, ==, MQTT_5);
  g_assert_cmpint(probe_for(&scene, PROBE_OLDER_CONNECT)->request->version, ==, MQTT_3_1_1);
  scene.profile->version = MQTT_3_1_1;
  plan(&scene, "mqtt-closed-after-connect");
  g_assert_cmpuint(scene.probes->len, ==, 3);
  scene.profile->alpn = g_strdup("mqtt");
  plan(&scene, "mqtt-closed-after-connect");
  g_assert_cmpuint(scene.probes->len, ==, 2);
  scene.evidence->requested = TRUE;
  plan(&scene, "mqtt-closed-after-connect");
  g_assert_cmpuint(scene.probes->len, ==, 1);
  scene_clear(&scene);
}

/* --- Another certificate by another way ------------------------------------------------------- */

typedef struct {
  PkiPair *root, *good, *bad;
  Anchors *anchors;
} Pki;

static void
pki_init(Pki *pki)
{
  g_autoptr(GError) error = NULL;
  pki->root = issue(PKI_ROOT, "Root", NULL, NULL);
  pki->good = issue(PKI_SERVER, "good", "mqtt.example.com", pki->root);
  pki->bad = issue(PKI_SERVER, "bad", "default.example.net", pki->root);
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(pki->root));
  g_autofree char *path = NULL;
  gint fd = g_file_open_tmp("root-XXXXXX", &path, &error);
  g_assert_no_error(error);
  g_close(fd, NULL);
  g_assert_true(g_file_set_contents(path, pem, -1, NULL));
  pki->anchors = anchors_load_file(path, &error);
  g_assert_no_error(error);
  g_remove(path);
}

static void
pki_clear(Pki *pki)
{
  pki_pair_free(pki->root);
  pki_pair_free(pki->good);
  pki_pair_free(pki->bad);
  anchors_unref(pki->anchors);
}

/* The broker has shown `bad`, which is for another name. */
static void
show_bad(Scene *scene, const Pki *pki)
{
  scene->evidence->certificates = chain_of(pki->bad);
  VerifyRequest request = {.certificates = scene->evidence->certificates,
                           .anchors = pki->anchors,
                           .name = "mqtt.example.com",
                           .purpose = VERIFY_PURPOSE_SERVER,
                           .time = NOW,
                           .source = FINDING_SOURCE_PEER};
  scene->evidence->verdict = verify(&request);
  scene->c.anchors = pki->anchors;
  close_with(scene, TUNNEL_ERROR_SERVER_REFUSED, -1);
  assert_end(scene, "name-mismatch");
}

static void
test_another_way(void)
{
  static const struct {
    ProbePurpose purpose;
    const char *code;
  } cases[] = {{PROBE_WITHOUT_NAME, "sni-dependent"},
               {PROBE_OTHER_ADDRESS, "dns-wrong-host"},
               {PROBE_KNOWN_ADDRESS, "dns-wrong-host"}};
  Pki pki;
  pki_init(&pki);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    Scene scene;
    scene_init(&scene);
    show_bad(&scene, &pki);
    scene.evidence->addresses = g_strsplit("192.0.2.1 192.0.2.2", " ", -1);
    ProbePlanRequest request = {.evidence = scene.evidence,
                                .profile = scene.profile,
                                .code = "name-mismatch",
                                .known_address = "192.0.2.3"};
    scene.c.probes = scene.probes = probe_plan(&request);
    /* The same certificate by every way: it is the broker's. */
    nobody_answers(&scene);
    ProbeResult *result = result_of(probe_for(&scene, cases[i].purpose));
    result->certificates = chain_of(pki.bad);
    assert_end(&scene, "name-mismatch");
    g_ptr_array_unref(result->certificates);
    result->certificates = chain_of(pki.good);
    assert_end(&scene, cases[i].code);
    g_autoptr(Finding) end = diagnose_end(&scene.c);
    g_assert_cmpint(end->source, ==, FINDING_SOURCE_PEER);
    g_assert_cmpstr(end->sha256, ==, certificate_sha256(pki_pair_certificate(pki.bad)));
    scene_clear(&scene);
  }
  pki_clear(&pki);
}

/* One node sends its leaf alone, the other the intermediate with it. */
static void
test_nodes_differ(void)
{
  Pki pki;
  Scene scene;
  pki_init(&pki);
  scene_init(&scene);
  g_autoptr(PkiPair) middle = issue(PKI_INTERMEDIATE, "Middle", NULL, pki.root);
  g_autoptr(PkiPair) leaf = issue(PKI_SERVER, "broker", "mqtt.example.com", middle);
  scene.evidence->certificates = chain_of(leaf);
  scene.evidence->addresses = g_strsplit("192.0.2.1 192.0.2.2", " ", -1);
  VerifyRequest request = {.certificates = scene.evidence->certificates,
                           .anchors = pki.anchors,
                           .name = "mqtt.example.com",
                           .purpose = VERIFY_PURPOSE_SERVER,
                           .time = NOW,
                           .source = FINDING_SOURCE_PEER};
  scene.evidence->verdict = verify(&request);
  scene.c.anchors = pki.anchors;
  close_with(&scene, TUNNEL_ERROR_SERVER_REFUSED, -1);
  g_autoptr(Finding) before = diagnose_end(&scene.c);
  g_assert_cmpstr(before->code, !=, "chain-varies");
  plan(&scene, before->code);
  ProbeResult *result = result_of(probe_for(&scene, PROBE_OTHER_ADDRESS));
  result->certificates = chain_of(leaf);
  assert_end(&scene, before->code);
  g_ptr_array_add(result->certificates, certificate_ref(pki_pair_certificate(middle)));
  assert_end(&scene, "chain-varies");
  scene_clear(&scene);
  pki_clear(&pki);
}

static void
test_proxy_certificate(void)
{
  Pki pki;
  pki_init(&pki);
  pki_pair_free(pki.bad);
  pki.bad = issue(PKI_SERVER, "TRAEFIK DEFAULT CERT", "a.traefik.default", pki.root);
  Scene scene;
  scene_init(&scene);
  scene.evidence->certificates = chain_of(pki.bad);
  VerifyRequest request = {.certificates = scene.evidence->certificates,
                           .anchors = pki.anchors,
                           .name = "mqtt.example.com",
                           .purpose = VERIFY_PURPOSE_SERVER,
                           .time = NOW,
                           .source = FINDING_SOURCE_PEER};
  scene.evidence->verdict = verify(&request);
  close_with(&scene, TUNNEL_ERROR_SERVER_REFUSED, -1);
  assert_end(&scene, "tls-terminated-by-proxy");
  scene_clear(&scene);
  pki_clear(&pki);
}

static gboolean
has_finding(const GPtrArray *findings, const char *code)
{
  for (guint i = 0; i < findings->len; i++)
    if (strcmp(((const Finding *)findings->pdata[i])->code, code) == 0)
      return TRUE;
  return FALSE;
}

static Finding *
error_of(const char *code, FindingSource source)
{
  Finding *finding = finding_new(code);
  finding->severity = FINDING_ERROR;
  finding->source = source;
  return finding;
}

/* The dates of a certificate that is not the broker's own tell nothing of the clock, and hide
 * nothing that is wrong with ours. */
static void
test_proxy_hides_no_dates_of_ours(void)
{
  Pki pki;
  pki_init(&pki);
  Scene scene;
  scene_init(&scene);
  show_bad(&scene, &pki);
  g_ptr_array_add(scene.evidence->verdict->findings,
                  error_of("leaf-not-yet-valid", FINDING_SOURCE_PEER));
  g_autoptr(GPtrArray) local = finding_list_new();
  g_ptr_array_add(local, error_of("client-not-yet-valid", FINDING_SOURCE_CLIENT));
  scene.c.local = local;
  scene.evidence->addresses = g_strsplit("192.0.2.1 192.0.2.2", " ", -1);
  plan(&scene, "name-mismatch");
  nobody_answers(&scene);
  result_of(probe_for(&scene, PROBE_OTHER_ADDRESS))->certificates = chain_of(pki.good);
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_cmpstr(end->code, ==, "dns-wrong-host");
  g_autoptr(GPtrArray) all = diagnose(&scene.c);
  g_assert_true(has_finding(all, "dns-wrong-host"));
  g_assert_true(has_finding(all, "client-not-yet-valid"));
  g_assert_false(has_finding(all, "clock-wrong"));
  scene_clear(&scene);
  pki_clear(&pki);
}

/* --- Ports ------------------------------------------------------------------------------------ */

static void
test_open_ports(void)
{
  Scene scene;
  scene_init(&scene);
  close_with(&scene, TUNNEL_ERROR_TCP_REFUSED, -1);
  plan(&scene, "tcp-refused");
  g_assert_cmpuint(scene.probes->len, ==, 3);
  for (guint i = 0; i < 3; i++) {
    PlannedProbe *probe = g_ptr_array_index(scene.probes, i);
    result_of(probe)->connected = probe->request->port != 1883;
  }
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_cmpstr(end->code, ==, "tcp-refused");
  g_assert_nonnull(strstr(end->remedy, "open there: 8883, 8884"));
  g_assert_true(diagnosis_heals(&scene.c, end));
  scene_clear(&scene);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/probe-plan/bounds", test_plan_bounds);
  g_test_add_func("/probe-plan/nothing", test_plan_nothing);
  g_test_add_func("/probe-plan/addresses", test_plan_addresses);
  g_test_add_func("/probe-plan/refused-client", test_plan_refused_client);
  g_test_add_func("/probe-plan/enforced", test_plan_enforced);
  g_test_add_func("/diagnosis-probe/negotiation", test_negotiation);
  g_test_add_func("/diagnosis-probe/alternatives", test_general_negotiation_alternatives);
  g_test_add_func("/diagnosis-probe/key-type", test_key_type);
  g_test_add_func("/diagnosis-probe/version", test_version);
  g_test_add_func("/diagnosis-probe/silence", test_silence);
  g_test_add_func("/diagnosis-probe/half-way", test_half_way);
  g_test_add_func("/diagnosis-probe/needs-tls", test_needs_tls);
  g_test_add_func("/diagnosis-probe/closed-at-once", test_closed_at_once);
  g_test_add_func("/diagnosis-probe/closed-at-once-plain", test_closed_at_once_without_tls);
  g_test_add_func("/diagnosis-probe/upgrade", test_upgrade);
  g_test_add_func("/diagnosis-probe/unanswered", test_unanswered);
  g_test_add_func("/diagnosis-probe/plan-unanswered", test_plan_unanswered);
  g_test_add_func("/diagnosis-probe/another-way", test_another_way);
  g_test_add_func("/diagnosis-probe/nodes", test_nodes_differ);
  g_test_add_func("/diagnosis-probe/proxy", test_proxy_certificate);
  g_test_add_func("/diagnosis-probe/proxy/dates-of-ours", test_proxy_hides_no_dates_of_ours);
  g_test_add_func("/diagnosis-probe/open-ports", test_open_ports);
  return g_test_run();
}
