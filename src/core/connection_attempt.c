/* One try to be connected. The sink functions run on the transport thread, the client handler on
 * Paho's: they only log messages and post. */
#include "config.h"

#include "core/connection_private.h"

#include "trust/stale_copy.h"

#include <string.h>
#include <time.h>

void
post_free(gpointer data)
{
  Post *post = data;
  if (post == NULL)
    return;
  g_clear_pointer(&post->tunnel, tunnel_event_free);
  g_free(post->client.text);
  g_free(post);
}

/* --- On the transport thread ------------------------------------------------------------------- */

/* Acknowledgements come with every QoS 1 and 2 message; nothing shows them one by one. */
static gboolean
is_of_interest(const TunnelEvent *event)
{
  if (event->type != TUNNEL_PACKET)
    return TRUE;
  MqttType type = event->packet->type;
  return type != MQTT_PUBACK && type != MQTT_PUBREC && type != MQTT_PUBREL && type != MQTT_PUBCOMP;
}

static void
sink_event(TunnelEvent *event, gpointer user_data)
{
  Attempt *attempt = user_data;
  if (!is_of_interest(event)) {
    tunnel_event_free(event);
    return;
  }
  Post *post = g_new0(Post, 1);
  post->attempt = attempt->number;
  post->tunnel = event;
  /* A client may be told any number of packets; states are few and must arrive. CONNACK and
   * DISCONNECT decide about the state. */
  gboolean may_drop = event->type == TUNNEL_FOREIGN_DROPPED ||
                      (event->type == TUNNEL_PACKET && event->packet->type != MQTT_CONNACK &&
                       event->packet->type != MQTT_DISCONNECT);
  event_queue_post(attempt->queue, post, may_drop);
}

static void
sink_begin(gpointer user_data)
{
  Attempt *attempt = user_data;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  attempt->batch_ns = (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
  message_log_begin(attempt->log);
}

static void
sink_end(gpointer user_data)
{
  Attempt *attempt = user_data;
  message_log_end(attempt->log);
  event_queue_wake(attempt->queue);
}

static void
sink_publish(MqttDirection direction, const MqttPublish *publish, gpointer user_data)
{
  Attempt *attempt = user_data;
  message_log_append(attempt->log, attempt->batch_ns, direction, publish);
}

static const TunnelSink sink = {sink_event, sink_begin, sink_end, sink_publish};

/* --- On Paho's thread -------------------------------------------------------------------------- */

static void
handle_client(const MqttClientEvent *event, gpointer user_data)
{
  Attempt *attempt = user_data;
  Post *post = g_new0(Post, 1);
  post->attempt = attempt->number;
  post->is_client = TRUE;
  post->client = *event;
  post->client.text = g_strdup(event->text);
  event_queue_post(attempt->queue, post, FALSE);
}

/* --- On the main thread ------------------------------------------------------------------------ */

static gboolean
load_anchors(const Profile *profile, Anchors **anchors, GError **error)
{
  switch (profile->trust) {
  case TRUST_FILE:
    *anchors = anchors_load_file(profile->ca_path, error);
    break;
  case TRUST_FOLDER:
    *anchors = anchors_load_folder(profile->ca_path, error);
    break;
  case TRUST_SYSTEM:
  default:
    *anchors = anchors_load_system(error);
    break;
  }
  return *anchors != NULL;
}

/* Dates, usage and order of our own certificates. A broker may take what we find fault with: it is
 * said, and the connection tried. */
static void
judge_identity(Connection *connection)
{
  const Identity *identity = connection->info.identity;
  VerifyRequest request = {
      .certificates = identity_certificates(identity),
      .purpose = VERIFY_PURPOSE_CLIENT,
      .time = g_get_real_time() / G_USEC_PER_SEC,
      .source = FINDING_SOURCE_CLIENT,
      .file = identity_certificate_path(identity),
  };
  g_autoptr(Verdict) verdict = verify(&request);
  const Certificate *leaf = g_ptr_array_index(request.certificates, 0);
  Finding *stale = stale_copy_find(connection->profile->certificate_path, leaf,
                                   FINDING_SOURCE_CLIENT, request.time);
  if (stale != NULL)
    g_ptr_array_add(verdict->findings, stale);
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(verdict->findings, i);
    TimelineLevel level = finding->severity == FINDING_INFO ? TIMELINE_INFO : TIMELINE_WARNING;
    connection_log_event(connection, level, "files", finding->code, "%s", finding->message);
    connection_add_finding(connection, finding_copy(finding));
  }
}

/* All faults of our own files at once: nobody should mend one, try again and meet the next. */
static gboolean
load_files(Connection *connection, GError **error)
{
  const Profile *profile = connection->profile;
  ConnectionInfo *info = &connection->info;
  g_autoptr(GError) trust_error = NULL, identity_error = NULL;
  if (!load_anchors(profile, &info->anchors, &trust_error))
    connection_add_finding(
        connection, finding_from_error(trust_error, FINDING_SOURCE_TRUST, profile->ca_path));
  if (profile->certificate_path != NULL) {
    info->identity = identity_load(profile->certificate_path, profile->key_path,
                                   profile->key_password, &identity_error);
    if (info->identity == NULL)
      connection_add_finding(connection, finding_from_error(identity_error, FINDING_SOURCE_CLIENT,
                                                            profile->certificate_path));
  }
  if (info->identity != NULL)
    judge_identity(connection);
  if (trust_error == NULL && identity_error == NULL)
    return TRUE;
  g_propagate_error(error, trust_error != NULL ? g_steal_pointer(&trust_error)
                                               : g_steal_pointer(&identity_error));
  return FALSE;
}

static char **
split_alpn(const char *alpn)
{
  if (alpn == NULL || *alpn == '\0')
    return NULL;
  char **protocols = g_strsplit(alpn, ",", -1);
  for (char **protocol = protocols; *protocol != NULL; protocol++)
    g_strstrip(*protocol);
  return protocols;
}

/* GnuTLS's way to say "exactly this version". */
static char *
make_priority(const Profile *profile)
{
  static const char *const versions[] = {
      [TLS_1_0] = "1.0", [TLS_1_1] = "1.1", [TLS_1_2] = "1.2", [TLS_1_3] = "1.3"};
  const char *base = profile->tls_priority != NULL ? profile->tls_priority : "NORMAL";
  if (profile->tls_version == TLS_ANY)
    return g_strdup(base);
  return g_strdup_printf("%s:-VERS-ALL:+VERS-TLS%s", base, versions[profile->tls_version]);
}

static TunnelConfig *
make_config(const Connection *connection)
{
  const Profile *profile = connection->profile;
  TunnelConfig *config = tunnel_config_new();
  config->host = g_strdup(profile->host);
  config->port = profile_port(profile);
  config->tls = profile->scheme == SCHEME_MQTTS;
  config->server_name = g_strdup(profile->server_name);
  config->verify_name = g_strdup(profile->server_name);
  config->insecure = profile->insecure;
  config->alpn = split_alpn(profile->alpn);
  config->tls_priority = make_priority(profile);
  config->dns_servers = g_strdup(profile->dns_servers);
  if (connection->info.anchors != NULL)
    config->anchors = anchors_ref(connection->info.anchors);
  if (connection->info.identity != NULL)
    config->identity = identity_ref(connection->info.identity);
  return config;
}

gboolean
attempt_start(Connection *connection, GError **error)
{
  g_assert(connection->attempt == NULL);
  if (connection->profile->scheme == SCHEME_MQTTS && !load_files(connection, error))
    return FALSE;
  Attempt *attempt = g_new0(Attempt, 1);
  attempt->number = ++connection->attempt_number;
  attempt->queue = connection->queue;
  attempt->log = connection->log;
  connection->attempt = attempt;
  g_autoptr(TunnelConfig) config = make_config(connection);
  attempt->tunnel = tunnel_start(connection->transport, config, &sink, attempt);
  return TRUE;
}

static MqttClientOptions *
make_options(const Connection *connection)
{
  const Profile *profile = connection->profile;
  MqttClientOptions *options = mqtt_client_options_new();
  g_free(options->client_id);
  options->client_id = g_strdup(connection->info.client_id);
  options->user_name = g_strdup(profile->user_name);
  options->password = g_strdup(profile->password);
  options->version = profile->version;
  options->clean_start = profile->clean_start;
  options->keep_alive = profile->keep_alive;
  if (profile->will_topic != NULL) {
    options->will_topic = g_strdup(profile->will_topic);
    if (profile->will_payload != NULL)
      options->will_payload = g_bytes_new(profile->will_payload, strlen(profile->will_payload));
    options->will_qos = (guint8)profile->will_qos;
    options->will_retain = profile->will_retain;
  }
  return options;
}

gboolean
attempt_connect_client(Connection *connection, GError **error)
{
  Attempt *attempt = connection->attempt;
  g_autoptr(MqttClientOptions) options = make_options(connection);
  attempt->client = mqtt_client_new(options, handle_client, attempt, error);
  return attempt->client != NULL &&
         mqtt_client_connect(attempt->client, connection->ready_port, 30, error);
}

/* The tunnel first: it flushes what the client wrote last, and a client without a socket ends
 * without waiting for an answer. */
void
attempt_stop(Connection *connection)
{
  Attempt *attempt = g_steal_pointer(&connection->attempt);
  if (attempt == NULL)
    return;
  tunnel_stop(attempt->tunnel);
  mqtt_client_free(attempt->client);
  g_free(attempt);
}
