/* One try to be connected. The sink functions run on the transport thread, the client handler on
 * Paho's: they only log messages and post. */
#include "config.h"

#include "core/connection_private.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define DECISIVE_PACKETS_MAX 4 /* our DISCONNECT is one of them */

void
post_free(gpointer data)
{
  Post *post = data;
  if (post == NULL)
    return;
  g_clear_pointer(&post->tunnel, tunnel_event_free);
  g_free(post->client.text);
  g_clear_pointer(&post->probe, probe_result_free);
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

/* A client may be told any number of packets; states are few and must arrive. CONNACK and
 * DISCONNECT decide about the state: there is one of each, but a broker may send more. */
static gboolean
may_be_dropped(Attempt *attempt, const TunnelEvent *event)
{
  if (event->type != TUNNEL_PACKET)
    return event->type == TUNNEL_FOREIGN_DROPPED;
  gboolean decides = event->packet->type == MQTT_CONNACK || event->packet->type == MQTT_DISCONNECT;
  return !decides || attempt->decisive_packets++ >= DECISIVE_PACKETS_MAX;
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
  event_queue_post(attempt->queue, post, may_be_dropped(attempt, event));
}

static void
sink_begin(gpointer user_data)
{
  Attempt *attempt = user_data;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  atomic_store_explicit(&attempt->batch_ns, (gint64)now.tv_sec * 1000000000 + now.tv_nsec,
                        memory_order_relaxed);
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
  gint64 time_ns = atomic_load_explicit(&attempt->batch_ns, memory_order_relaxed);
  message_log_append(attempt->log, time_ns, direction, publish);
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

static void
log_finding(Connection *connection, const Finding *finding)
{
  static const TimelineLevel levels[] = {[FINDING_ERROR] = TIMELINE_ERROR,
                                         [FINDING_WARNING] = TIMELINE_WARNING,
                                         [FINDING_INFO] = TIMELINE_INFO};
  connection_log_event(connection, levels[finding->severity], "files", finding->code, "%s",
                       finding->message);
}

/* All faults of our own files at once: nobody should mend one, try again and meet the next. What a
 * broker may take all the same is said, and the connection tried. */
static gboolean
load_files(Connection *connection)
{
  ConnectionInfo *info = &connection->info;
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  LocalCheck *local = connection->files != NULL
                          ? local_share_take(connection->files, connection->profile, now)
                          : local_check(connection->profile, now);
  connection->local = local;
  if (local->anchors != NULL)
    info->anchors = anchors_ref(local->anchors);
  if (local->identity != NULL)
    info->identity = identity_ref(local->identity);
  for (guint i = 0; i < local->findings->len; i++)
    log_finding(connection, g_ptr_array_index(local->findings, i));
  connection_update_findings(connection);
  if (!local->usable && local->findings->len > 0)
    connection_fail_by(connection, g_ptr_array_index(local->findings, 0));
  return local->usable;
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
  config->tls_priority = probe_plan_priority(profile);
  config->dns_servers = g_strdup(profile->dns_servers);
  config->total_timeout_ms = profile->connect_timeout * 1000u;
  config->ping_at_once = connection->tries_once && connection->subscriptions->len == 0;
  if (connection->info.anchors != NULL)
    config->anchors = anchors_ref(connection->info.anchors);
  if (connection->local != NULL && connection->local->revocation != NULL)
    config->revocation = revocation_data_join(connection->local->revocation, NULL);
  if (connection->info.identity != NULL)
    config->identity = identity_ref(connection->info.identity);
  return config;
}

gboolean
attempt_start(Connection *connection)
{
  g_assert(connection->attempt == NULL);
  if (connection->profile->scheme == SCHEME_MQTTS && !load_files(connection))
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
