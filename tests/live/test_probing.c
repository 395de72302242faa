/* Second connections against real brokers: what they find out replaces what the first one could
 * only guess, stops the retries, is made once, and can be switched off. */
#include "config.h"

#include "core/check.h"
#include "live/live_connection.h"
#include "lab/lab.h"
#include "lab/peer.h"
#include "lab/scene.h"

#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static Certificates *certificates;

/* --- Scene ------------------------------------------------------------------------------------ */

static BrokerOptions
two_way_broker(const char *tls_version)
{
  return (BrokerOptions){.certificate_file = certificates->server.fullchain,
                         .key_file = certificates->server.key,
                         .client_ca_file = certificates->client_ca,
                         .tls_version = tls_version};
}

static const Finding *
find(const LiveConnection *live, const char *code)
{
  const GPtrArray *findings = connection_info(live->connection)->findings;
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = g_ptr_array_index(findings, i);
    if (strcmp(finding->code, code) == 0)
      return finding;
  }
  return NULL;
}

static guint
count_errors(const LiveConnection *live)
{
  const GPtrArray *findings = connection_info(live->connection)->findings;
  guint count = 0;
  for (guint i = 0; i < findings->len; i++)
    count += ((const Finding *)g_ptr_array_index(findings, i))->severity == FINDING_ERROR;
  return count;
}

static void
assert_only_error(const LiveConnection *live, const char *code)
{
  g_assert_nonnull(find(live, code));
  g_assert_cmpint(find(live, code)->severity, ==, FINDING_ERROR);
  g_assert_cmpuint(count_errors(live), ==, 1);
}

static gboolean
on_limit(gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Runs the main loop until it is so. */
static void
wait_for(const LiveConnection *live, gboolean (*is_so)(const LiveConnection *live))
{
  gboolean late = FALSE;
  guint limit = g_timeout_add_seconds(30, on_limit, &late);
  while (!is_so(live) && !late)
    g_main_context_iteration(NULL, TRUE);
  g_assert_false(late);
  g_source_remove(limit);
}

static gboolean
has_probed(const LiveConnection *live)
{
  return !connection_is_probing(live->connection);
}

static guint
count_entries(const LiveConnection *live, const char *stage)
{
  const Timeline *timeline = connection_timeline(live->connection);
  guint count = 0;
  for (guint64 i = timeline_first(timeline); i < timeline_next(timeline); i++)
    count += strcmp(timeline_get(timeline, i)->stage, stage) == 0;
  return count;
}

/* --- Ports mixed up --------------------------------------------------------------------------- */

static void
test_plain_port(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = {0};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  wait_for(live, has_probed);
  assert_only_error(live, "port-plain-mqtt");
  g_assert_true(
      live_timeline_says(live, "MQTT without TLS → the broker answers (CONNACK: accepted)"));
  g_assert_nonnull(strstr(connection_info(live->connection)->last_error, "8883"));
}

/* What second connections have shown stays when the user leaves. */
static void
test_stays_known(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LabScene) scene = lab_scene_start(lab_fault_find("port-one-way"), LAB_TLS_1_3, &error);
  if (g_error_matches(error, LAB_ERROR, LAB_ERROR_PROGRAM)) {
    g_test_skip(error->message);
    return;
  }
  g_assert_no_error(error);
  g_autoptr(LiveConnection) live = live_connect(lab_scene_profile(scene));
  g_assert_true(live_wait_online(live));
  wait_for(live, has_probed);
  g_assert_nonnull(find(live, "port-one-way"));
  connection_disconnect(live->connection);
  g_assert_true(live_wait_idle(live));
  g_assert_nonnull(find(live, "port-one-way"));
  g_assert_null(find(live, "client-cert-not-requested"));
}

/* Switched off, it stays what it is, and is tried again. */
static void
test_without_probes(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = {0};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  profile->no_probes = TRUE;
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_waiting(live));
  assert_only_error(live, "tls-reset");
  g_assert_false(connection_is_probing(live->connection));
  g_assert_cmpuint(count_entries(live, "probe"), ==, 0);
}

static gboolean
has_tried_thrice(const LiveConnection *live)
{
  return connection_session(live->connection)->attempt >= 3;
}

/* Retries fail in the same way and are not looked into again. */
static void
test_once_per_fault(void)
{
  g_autoptr(Profile) profile = profile_new();
  g_free(profile->host);
  profile->host = g_strdup("127.0.0.1");
  profile->port = free_port();
  profile->scheme = SCHEME_MQTT;
  g_autoptr(LiveConnection) live = live_connect(profile);
  wait_for(live, has_tried_thrice);
  g_assert_cmpuint(count_entries(live, "probe"), ==, 3);
}

static void
test_tls_port(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, NULL);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  wait_for(live, has_probed);
  assert_only_error(live, "port-needs-tls");
}

/* --- Nothing in common ------------------------------------------------------------------------ */

static void
test_version(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker("tlsv1.2");
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  profile->tls_version = TLS_1_3;
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  wait_for(live, has_probed);
  assert_only_error(live, "tls-version-mismatch");
  g_assert_nonnull(strstr(find(live, "tls-version-mismatch")->message, "offers TLS 1.2, "));
}

static void
test_key_type(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  /* The broker's key is ECDSA. */
  profile->tls_priority = g_strdup("NORMAL:-SIGN-ALL:+SIGN-RSA-SHA256:+SIGN-RSA-PSS-RSAE-SHA256:"
                                   "-KX-ALL:+ECDHE-RSA");
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  wait_for(live, has_probed);
  assert_only_error(live, "tls-key-type-mismatch");
}

static void
test_group(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  profile->tls_priority = g_strdup("NORMAL:-GROUP-ALL:+GROUP-SECP192R1:-VERS-ALL:+VERS-TLS1.2");
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  wait_for(live, has_probed);
  assert_only_error(live, "tls-no-group");
}

/* mosquitto with keys instead of certificates. */
static void
test_psk(void)
{
  if (!broker_available_or_skip())
    return;
  g_autofree char *keys = g_build_filename(certificates->folder, "keys.psk", NULL);
  g_autofree char *extra = g_strdup_printf("psk_hint hint\npsk_file %s\n", keys);
  g_assert_true(g_file_set_contents(keys, "someone:00112233\n", -1, NULL));
  const BrokerOptions options = {.extra = extra};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  wait_for(live, has_probed);
  assert_only_error(live, "psk-only");
}

/* --- Is it enforced? -------------------------------------------------------------------------- */

static void
test_enforced(void)
{
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = two_way_broker(NULL);
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, certificates);
  g_autoptr(LiveConnection) live = live_connect(profile);
  connection_ask_enforced(live->connection, TRUE);
  g_assert_true(live_wait_online(live));
  wait_for(live, has_probed);
  g_assert_cmpint(connection_info(live->connection)->enforced, ==, ENFORCED_YES);
  g_assert_cmpuint(connection_info(live->connection)->findings->len, ==, 0);
}

/* --- Refused requests ------------------------------------------------------------------------- */

static gboolean
is_granted(const LiveConnection *live)
{
  const Subscription *subscription =
      g_ptr_array_index(connection_subscriptions(live->connection), 0);
  return subscription->state == SUBSCRIPTION_GRANTED;
}

static gboolean
publish_is_refused(const LiveConnection *live)
{
  return find(live, "mqtt-publish-refused") != NULL;
}

static gboolean
publish_is_forgiven(const LiveConnection *live)
{
  return find(live, "mqtt-publish-refused") == NULL;
}

static void
publish(LiveConnection *live, const char *topic)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(connection_publish(live->connection, topic, "x", 1, 1, FALSE, &error));
  g_assert_no_error(error);
}

/* The access rules change while it is online: what is granted later is a finding no more. */
static void
test_publish_refused(void)
{
  if (!broker_available_or_skip())
    return;
  g_autofree char *rules = g_build_filename(certificates->folder, "rules.acl", NULL);
  g_autofree char *extra = g_strdup_printf("acl_file %s\n", rules);
  g_assert_true(g_file_set_contents(rules, "topic read #\n", -1, NULL));
  const BrokerOptions options = {.extra = extra};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, NULL);
  profile_add_subscription(profile, "#", 0);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_online(live));
  wait_for(live, is_granted);
  publish(live, "locked/door");
  publish(live, "locked/gate");
  wait_for(live, publish_is_refused);
  while (connection_info(live->connection)->findings->len < 2)
    g_main_context_iteration(NULL, TRUE);
  const Finding *finding = find(live, "mqtt-publish-refused");
  g_assert_cmpint(finding->severity, ==, FINDING_WARNING);
  g_assert_cmpuint(count_errors(live), ==, 0);
  g_assert_true(live_timeline_says(live, "locked/door"));
  g_assert_true(g_file_set_contents(rules, "topic readwrite #\n", -1, NULL));
  broker_reload(broker);
  publish(live, "locked/door");
  publish(live, "locked/gate");
  wait_for(live, publish_is_forgiven);
}

static gboolean
is_too_large(const LiveConnection *live)
{
  return find(live, "mqtt-packet-too-large") != NULL;
}

static gboolean
is_not_too_large(const LiveConnection *live)
{
  return find(live, "mqtt-packet-too-large") == NULL;
}

/* mosquitto says so by a code that PUBACK and PUBREC do not have, and the connection goes on. */
static void
test_message_too_large(gconstpointer qos)
{
  static const char large[201] = "x";
  if (!broker_available_or_skip())
    return;
  const BrokerOptions options = {.extra = "message_size_limit 200\n"};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autoptr(Profile) profile = live_profile_new(broker, NULL);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_autoptr(GError) error = NULL;
  g_assert_true(live_wait_online(live));
  g_assert_true(connection_publish(live->connection, "open/door", large, sizeof large,
                                   GPOINTER_TO_INT(qos), FALSE, &error));
  wait_for(live, is_too_large);
  g_assert_cmpuint(count_errors(live), ==, 0);
  g_assert_cmpstr(find(live, "mqtt-packet-too-large")->message, ==,
                  "The broker takes no message of that size: 201 bytes, to open/door.");
  g_assert_true(live_timeline_says(live, "Packet too large"));
  publish(live, "open/door");
  wait_for(live, is_not_too_large);
  g_assert_cmpint(connection_session(live->connection)->state, ==, SESSION_ONLINE);
}

/* --- A word too many -------------------------------------------------------------------------- */

#define GOODBYES 5300 /* three bytes each: one record of TLS */

static int all_said[2]; /* a pipe */

/* At the first PUBLISH. */
static void
say_goodbye_often(LabScene *scene, TlsPeer *peer, gpointer data)
{
  guint8 version, packet[130];
  g_autofree guint8 *goodbyes = g_malloc(GOODBYES * 3);
  for (gsize i = 0; i < GOODBYES; i++)
    memcpy(goodbyes + i * 3, (const guint8[]){0xe0, 1, 0x8e}, 3);
  if (!mqtt_script_read_connect(peer, &version))
    return;
  mqtt_script_send_connack(peer, version, 0);
  tls_peer_read_packet(peer, packet);
  tls_peer_write(peer, goodbyes, GOODBYES * 3);
  peer_wait_for_end(peer->fd);
  g_assert_cmpint(write(all_said[1], "x", 1), ==, 1);
}

static void
build_goodbyes(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, say_goodbye_often, NULL);
}

/* The main thread is busy elsewhere meanwhile: what waits for it has a bound. */
static void
test_many_goodbyes(void)
{
  const LabFault fault = {.code = "mqtt-session-taken-over", .build = build_goodbyes};
  g_assert_cmpint(pipe(all_said), ==, 0);
  g_autoptr(GError) error = NULL;
  g_autoptr(LabScene) scene = lab_scene_start(&fault, LAB_TLS_1_3, &error);
  g_assert_no_error(error);
  g_autoptr(LiveConnection) live = live_connect(lab_scene_profile(scene));
  g_assert_true(live_wait_online(live));
  g_assert_true(connection_publish(live->connection, "go", "x", 1, 0, FALSE, &error));
  g_assert_no_error(error);
  char byte;
  g_assert_cmpint(read(all_said[0], &byte, 1), ==, 1);
  g_assert_true(live_wait_stopped(live));
  assert_only_error(live, "mqtt-session-taken-over");
  g_assert_cmpuint(connection_info(live->connection)->events_dropped, >=, 1000);
  g_assert_cmpuint(connection_info(live->connection)->events_dropped, <, GOODBYES);
  close(all_said[0]);
  close(all_said[1]);
}

/* --- A scripted broker ------------------------------------------------------------------------ */

/* Resets whoever offers TLS 1.3 (supported_versions, RFC 8446, 4.2.1), as some boxes on the way do;
 * answers the others with a fatal alert that shows a TLS server at work only after ServerHello. */
typedef struct {
  gint hellos, resets;
} Intolerant;

static gboolean
offers_tls_1_3(const guint8 *hello, gsize length)
{
  static const guint8 marks[] = {0x00, 0x2b};
  return memmem(hello, length, marks, sizeof marks) != NULL &&
         memmem(hello, length, (const guint8[]){0x03, 0x04}, 2) != NULL;
}

static void
be_intolerant(int fd, gpointer data)
{
  Intolerant *seen = data;
  guint8 hello[4096];
  gssize got = recv(fd, hello, sizeof hello, MSG_PEEK);
  g_atomic_int_inc(&seen->hellos);
  if (got <= 0 || hello[0] != 0x16 || offers_tls_1_3(hello, (gsize)got)) {
    g_atomic_int_inc(&seen->resets);
    peer_reset_on_close(fd);
    return;
  }
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
  gnutls_certificate_allocate_credentials(&credentials);
  g_assert_cmpint(gnutls_certificate_set_x509_key_file(credentials, certificates->server.fullchain,
                                                       certificates->server.key,
                                                       GNUTLS_X509_FMT_PEM),
                  >=, 0);
  gnutls_init(&session, GNUTLS_SERVER);
  gnutls_set_default_priority(session);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int(session, fd);
  if (gnutls_handshake(session) == 0)
    gnutls_bye(session, GNUTLS_SHUT_WR);
  gnutls_deinit(session);
  gnutls_certificate_free_credentials(credentials);
  peer_wait_for_end(fd);
}

static void
test_intolerant(void)
{
  Intolerant seen = {0};
  g_autoptr(Peer) peer = peer_start(be_intolerant, &seen);
  g_autoptr(Profile) profile = profile_new();
  g_free(profile->host);
  profile->host = g_strdup("127.0.0.1");
  profile->port = peer_port(peer);
  profile->trust = TRUST_FILE;
  profile->ca_path = g_strdup(certificates->root);
  g_autoptr(LiveConnection) live = live_connect(profile);
  g_assert_true(live_wait_stopped(live));
  wait_for(live, has_probed);
  assert_only_error(live, "tls13-intolerant");
  g_assert_cmpint(g_atomic_int_get(&seen.resets), >=, 2);
}

/* --- A check ---------------------------------------------------------------------------------- */

/* Resets who speaks TLS. Whoever speaks MQTT gets no answer, until he gives up: longer than the
 * wait for the next try. */
static void
answer_late(int fd, gpointer data)
{
  guint8 first = 0;
  g_atomic_int_inc((gint *)data);
  if (recv(fd, &first, 1, MSG_PEEK) == 1 && first == 0x10)
    peer_wait_for_end(fd);
  else
    peer_reset_on_close(fd);
}

static void
on_check_done(Check *check, gpointer data)
{
  *(gboolean *)data = TRUE;
}

/* One try, and what second connections showed of it, however long that took: the next try would
 * throw it away. */
static void
test_check_tries_once(void)
{
  gint connections = 0;
  gboolean done = FALSE;
  g_autoptr(GError) error = NULL;
  g_autoptr(Peer) peer = peer_start(answer_late, &connections);
  g_autoptr(Profile) profile = profile_new();
  g_free(profile->host);
  profile->host = g_strdup("127.0.0.1");
  profile->port = peer_port(peer);
  profile->tls_version = TLS_1_2;
  Transport *transport = transport_new();
  Check *check = check_start(transport, profile, 0, on_check_done, &done, &error);
  g_assert_no_error(error);
  while (!done)
    g_main_context_iteration(NULL, TRUE);
  const GPtrArray *findings = connection_info(check_connection(check))->findings;
  g_assert_cmpint(check_outcome(check), ==, CHECK_FAILED);
  g_assert_cmpuint(findings->len, ==, 1);
  g_assert_cmpstr(((const Finding *)findings->pdata[0])->code, ==, "tls-reset");
  check_free(check);
  transport_free(transport);
  /* The try, then MQTT, HTTP, TCP alone and TLS once more. */
  g_assert_cmpint(g_atomic_int_get(&connections), ==, 5);
}

/* A broker that accepts and closes is never called good, however fast the check is: without the
 * answer to a PINGREQ behind CONNACK it is not. */
static void
test_check_closed_after_connack(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LabScene) scene = lab_scene_start(lab_fault_find("mqtt-server-unavailable/closed"),
                                              LAB_TLS_1_3, &error);
  g_assert_no_error(error);
  for (int i = 0; i < 20; i++) {
    gboolean done = FALSE;
    Transport *transport = transport_new();
    Check *check =
        check_start(transport, lab_scene_profile(scene), 0, on_check_done, &done, &error);
    g_assert_no_error(error);
    while (!done)
      g_main_context_iteration(NULL, TRUE);
    const GPtrArray *findings = connection_info(check_connection(check))->findings;
    g_assert_cmpint(check_outcome(check), ==, CHECK_FAILED);
    g_assert_cmpuint(findings->len, ==, 1);
    g_assert_cmpstr(((const Finding *)findings->pdata[0])->code, ==, "mqtt-server-unavailable");
    check_free(check);
    transport_free(transport);
  }
}

/* Accepts, and never says anything more. */
static void
accept_and_hang(int fd, gpointer data)
{
  static const guint8 connack[] = {0x20, 0x02, 0x00, 0x00};
  guint8 connect[256];
  if (recv(fd, connect, sizeof connect, 0) > 0 &&
      send(fd, connack, sizeof connack, MSG_NOSIGNAL) == sizeof connack)
    peer_wait_for_end(fd);
}

/* FALSE: on a busy machine the time was up before the broker had accepted. */
static gboolean
check_until_limit(const Profile *profile)
{
  gboolean done = FALSE;
  g_autoptr(GError) error = NULL;
  Transport *transport = transport_new();
  Check *check = check_start(transport, profile, 900, on_check_done, &done, &error);
  g_assert_no_error(error);
  while (!done)
    g_main_context_iteration(NULL, TRUE);
  gboolean accepted = connection_evidence(check_connection(check))->at_us[EVIDENCE_CONNACK] != 0;
  if (accepted)
    g_assert_cmpint(check_outcome(check), ==, CHECK_ONLINE);
  check_free(check);
  transport_free(transport);
  return accepted;
}

/* It has accepted: a PINGREQ that it leaves open when the time is up makes it no worse. */
static void
test_check_limit_after_connack(void)
{
  g_autoptr(Peer) peer = peer_start(accept_and_hang, NULL);
  g_autoptr(Profile) profile = profile_new();
  g_free(profile->host);
  profile->host = g_strdup("127.0.0.1");
  profile->port = peer_port(peer);
  profile->scheme = SCHEME_MQTT;
  profile->version = MQTT_3_1_1;
  while (!check_until_limit(profile))
    continue;
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  certificates = certificates_new();
  g_test_add_func("/probing/plain-port", test_plain_port);
  g_test_add_func("/probing/stays-known", test_stays_known);
  g_test_add_func("/probing/switched-off", test_without_probes);
  g_test_add_func("/probing/once", test_once_per_fault);
  g_test_add_func("/probing/tls-port", test_tls_port);
  g_test_add_func("/probing/version", test_version);
  g_test_add_func("/probing/key-type", test_key_type);
  g_test_add_func("/probing/group", test_group);
  g_test_add_func("/probing/psk", test_psk);
  g_test_add_func("/probing/intolerant", test_intolerant);
  g_test_add_func("/probing/check-tries-once", test_check_tries_once);
  g_test_add_func("/probing/check-closed-after-connack", test_check_closed_after_connack);
  g_test_add_func("/probing/check-limit-after-connack", test_check_limit_after_connack);
  g_test_add_func("/probing/enforced", test_enforced);
  g_test_add_func("/requests/publish-refused", test_publish_refused);
  for (int qos = 1; qos <= 2; qos++) {
    g_autofree char *path = g_strdup_printf("/requests/message-too-large/qos-%d", qos);
    g_test_add_data_func(path, GINT_TO_POINTER(qos), test_message_too_large);
  }
  g_test_add_func("/requests/many-goodbyes", test_many_goodbyes);
  int status = g_test_run();
  certificates_free(certificates);
  return status;
}
