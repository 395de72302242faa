/* What tunnel and MQTT client report, turned into info for the screen, lines of the timeline, and
 * events of the session. */
#include "config.h"

#include "core/connection_private.h"

#include <string.h>

/* A line of the timeline with the time at which it happened, not at which it was read. */
static void
note(Connection *connection, const TunnelEvent *event, TimelineLevel level, const char *stage,
     const char *code, const char *format, ...) G_GNUC_PRINTF(6, 7);

static void
note(Connection *connection, const TunnelEvent *event, TimelineLevel level, const char *stage,
     const char *code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  timeline_add(connection->timeline, event->time_ns, event->monotonic_us, connection->first_entry,
               level, stage, code, text);
  connection->first_entry = FALSE;
}

static char *
join(char **names, const char *separator)
{
  return names != NULL ? g_strjoinv(separator, names) : g_strdup("");
}

/* --- Name and address -------------------------------------------------------------------------- */

static void
take_resolved(Connection *connection, const TunnelEvent *event)
{
  g_autofree char *names = join(event->names, " → ");
  g_autofree char *addresses = join(event->addresses, ", ");
  if (*names == '\0')
    note(connection, event, TIMELINE_INFO, "dns", NULL, "%s", addresses);
  else if (event->ttl == 0)
    note(connection, event, TIMELINE_INFO, "dns", NULL, "%s → %s", names, addresses);
  else
    note(connection, event, TIMELINE_INFO, "dns", NULL, "%s → %s (for %u s)", names, addresses,
         event->ttl);
  connection_dispatch(connection, SESSION_EVENT_RESOLVED, FALSE, FALSE);
}

static void
take_connected(Connection *connection, const TunnelEvent *event)
{
  g_free((char *)connection->info.address);
  connection->info.address = g_strdup(event->text);
  note(connection, event, TIMELINE_GOOD, "tcp", NULL, "connected to %s", event->text);
  connection_dispatch(connection, SESSION_EVENT_CONNECTED,
                      connection->profile->scheme == SCHEME_MQTTS, FALSE);
}

/* --- TLS --------------------------------------------------------------------------------------- */

static void
take_request(Connection *connection, const TunnelEvent *event)
{
  ConnectionInfo *info = &connection->info;
  g_clear_pointer(&info->ca_names, g_strfreev);
  info->ca_names = g_strdupv(event->names);
  guint count = event->names != NULL ? g_strv_length(event->names) : 0;
  g_autofree char *names = join(event->names, "; ");
  note(connection, event, TIMELINE_INFO, "tls", NULL,
       "the broker asks for a client certificate%s%s%s%s; %s", event->text != NULL ? " (" : "",
       event->text != NULL ? event->text : "", event->text != NULL ? ")" : "",
       count == 0 ? ", of any CA it knows" : "",
       event->flag ? "ours is sent" : "none is configured");
  if (count > 0)
    note(connection, event, TIMELINE_INFO, "tls", NULL, "it accepts: %s", names);
  connection_dispatch(connection, SESSION_EVENT_CERTIFICATE_REQUESTED, event->flag, FALSE);
}

static void
take_chain(Connection *connection, const TunnelEvent *event)
{
  ConnectionInfo *info = &connection->info;
  g_clear_pointer(&info->peer_chain, g_ptr_array_unref);
  if (event->certificates == NULL || event->certificates->len == 0)
    return;
  info->peer_chain = g_ptr_array_ref(event->certificates);
  const Certificate *leaf = g_ptr_array_index(info->peer_chain, 0);
  note(connection, event, TIMELINE_INFO, "cert", NULL, "the broker sent %u certificate%s: %s ← %s",
       info->peer_chain->len, info->peer_chain->len == 1 ? "" : "s",
       certificate_subject_label(leaf), certificate_issuer_label(leaf));
  connection_dispatch(connection, SESSION_EVENT_PEER_CHAIN, FALSE, FALSE);
}

/* The first of all certificates of this connection to end. */
static void
find_certificate_end(Connection *connection)
{
  ConnectionInfo *info = &connection->info;
  gint64 end = info->verdict != NULL ? info->verdict->path_end : 0;
  GPtrArray *own = info->identity != NULL ? identity_certificates(info->identity) : NULL;
  for (guint i = 0; own != NULL && i < own->len; i++) {
    gint64 not_after = certificate_not_after(g_ptr_array_index(own, i));
    if (end == 0 || not_after < end)
      end = not_after;
  }
  info->certificate_end = end;
}

/* Why the broker's certificate is refused, as the findings have it: who looks at the whole evidence
 * may know more than the verdict (a proxy's own certificate). */
static const Finding *
refusal(const Connection *connection)
{
  GPtrArray *all = connection->info.findings;
  for (guint i = 0; i < all->len; i++) {
    const Finding *finding = g_ptr_array_index(all, i);
    if (finding->severity == FINDING_ERROR && finding->side != FINDING_SIDE_CLIENT)
      return finding;
  }
  all = connection->info.verdict->findings;
  return all->len > 0 ? g_ptr_array_index(all, 0) : NULL;
}

static void
take_verdict(Connection *connection, const TunnelEvent *event)
{
  ConnectionInfo *info = &connection->info;
  g_clear_pointer((Verdict **)&info->verdict, verdict_free);
  info->verdict = verdict_copy(event->verdict);
  g_clear_pointer((SecondOpinion **)&info->opinion, second_opinion_free);
  info->opinion = second_opinion_copy(event->opinion);
  connection_update_findings(connection);
  find_certificate_end(connection);
  const Finding *why = info->verdict->accepted ? NULL : refusal(connection);
  if (info->verdict->accepted)
    note(connection, event, TIMELINE_GOOD, "cert", NULL,
         "the broker's certificate is trusted (%s)%s", anchors_label(info->anchors),
         connection->profile->insecure ? "; its name was not checked" : "");
  else
    note(connection, event, TIMELINE_ERROR, "cert", why != NULL ? why->code : NULL, "%s",
         why != NULL ? why->message : "the broker's certificate is not trusted");
  connection_take_chain(connection, event);
  if (why != NULL)
    connection_fail_by(connection, why);
  else if (!info->verdict->accepted)
    connection_fail(connection, "The broker's certificate is not trusted.");
  connection_dispatch(connection, SESSION_EVENT_VERIFIED, info->verdict->accepted, FALSE);
}

static void
set_text(const char **place, const char *value)
{
  g_free((char *)*place);
  *place = g_strdup(value);
}

static void
take_established(Connection *connection, const TunnelEvent *event)
{
  ConnectionInfo *info = &connection->info;
  set_text(&info->tls_version, event->tls.version);
  set_text(&info->cipher, event->tls.cipher);
  set_text(&info->group, event->tls.group);
  set_text(&info->alpn, event->tls.alpn);
  note(connection, event, TIMELINE_GOOD, "tls", NULL, "%s, %s%s%s%s%s",
       event->tls.version, event->tls.cipher, event->tls.group != NULL ? ", " : "",
       event->tls.group != NULL ? event->tls.group : "", event->tls.alpn != NULL ? ", ALPN " : "",
       event->tls.alpn != NULL ? event->tls.alpn : "");
  connection_prove_chain(connection);
}

/* Something works, but not as the user thinks: worth a look from another side. */
static void
note_doubt(Connection *connection, const TunnelEvent *event)
{
  DiagnosisCase c = connection_case(connection);
  g_autoptr(Finding) doubt = diagnose_doubt(&c);
  if (doubt != NULL)
    note(connection, event, TIMELINE_WARNING, "tls", doubt->code, "%s", doubt->message);
}

static void
take_first_byte(Connection *connection, const TunnelEvent *event)
{
  connection_dispatch(connection, SESSION_EVENT_FIRST_BYTE, FALSE, FALSE);
  if (connection->session.two_way)
    note(connection, event, TIMELINE_GOOD, "tls", NULL,
         "two-way: the broker took our certificate (its first answer came)");
  note_doubt(connection, event);
  connection_update_findings(connection);
}

/* --- MQTT -------------------------------------------------------------------------------------- */

/* The broker has let us in; what is still to be asked is asked now. */
static void
take_acceptance(Connection *connection, const TunnelEvent *event)
{
  note(connection, event, TIMELINE_GOOD, "mqtt", NULL, "CONNACK: accepted%s",
       event->packet->session_present ? ", the broker kept our session" : "");
  if (connection->session.tls_verified) {
    g_free(connection->known_address);
    connection->known_address = probe_plan_address(connection->info.address);
  }
  connection_update_findings(connection);
  connection_probe(connection);
}

static void
take_connack(Connection *connection, const TunnelEvent *event)
{
  const TunnelPacket *packet = event->packet;
  ConnectionInfo *info = &connection->info;
  if (connection->connect_sent_us != 0)
    info->rtt_us = event->monotonic_us - connection->connect_sent_us;
  if (packet->assigned_client_id != NULL)
    set_text(&info->client_id, packet->assigned_client_id);
  if (packet->reason == 0) {
    take_acceptance(connection, event);
    return; /* online when Paho has seen it as well */
  }
  connection_probe(connection);
  DiagnosisCase c = connection_case(connection);
  g_autoptr(Finding) finding = diagnose_end(&c);
  g_autofree char *why = mqtt_reason_words(packet->reason_text, packet->reason);
  note(connection, event, TIMELINE_ERROR, "mqtt", finding->code, "CONNACK: %s", why);
  connection_fail_by(connection, finding);
  connection_update_findings(connection);
  connection_dispatch(connection, SESSION_EVENT_CONNACK, FALSE, diagnosis_heals(&c, finding));
}

static void
take_ping(Connection *connection, const TunnelEvent *event)
{
  if (event->packet->type == MQTT_PINGREQ) {
    connection->ping_sent_us = event->monotonic_us;
    return;
  }
  if (connection->ping_sent_us == 0)
    return;
  connection->info.rtt_us = event->monotonic_us - connection->ping_sent_us;
  connection->ping_sent_us = 0;
  note(connection, event, TIMELINE_INFO, "mqtt", NULL, "ping answered in %.1f ms",
       (double)connection->info.rtt_us / 1000.0);
}

static void
take_disconnect(Connection *connection, const TunnelEvent *event)
{
  const TunnelPacket *packet = event->packet;
  gboolean ours = packet->direction == MQTT_FROM_CLIENT;
  g_autofree char *why = mqtt_reason_words(packet->reason_text, packet->reason);
  note(connection, event, ours ? TIMELINE_INFO : TIMELINE_WARNING, "mqtt", NULL,
       "%s DISCONNECT: %s", ours ? "sent" : "the broker sent", why);
}

static void
take_packet(Connection *connection, const TunnelEvent *event)
{
  connection->packet_ns = event->time_ns;
  switch (event->packet->type) {
  case MQTT_CONNECT:
    connection->connect_sent_us = event->monotonic_us;
    note(connection, event, TIMELINE_INFO, "mqtt", NULL, "sent CONNECT as %s, MQTT %s",
         connection->info.client_id[0] != '\0' ? connection->info.client_id : "(broker chooses)",
         connection->profile->version == MQTT_5 ? "5" : "3.1.1");
    break;
  case MQTT_CONNACK:
    take_connack(connection, event);
    break;
  case MQTT_PINGREQ:
  case MQTT_PINGRESP:
    take_ping(connection, event);
    break;
  case MQTT_DISCONNECT:
    take_disconnect(connection, event);
    break;
  default:
    break; /* SUBSCRIBE and the like are noted when they are answered */
  }
}

/* --- The end ----------------------------------------------------------------------------------- */

/* The verdict's line has said it, unless the end has shown another cause. */
static gboolean
is_told_by_verdict(const Connection *connection, const Finding *end)
{
  const Verdict *verdict = connection->info.verdict;
  gboolean told = verdict != NULL && !verdict->accepted && verdict->findings->len == 0;
  for (guint i = 0; verdict != NULL && !verdict->accepted && i < verdict->findings->len; i++)
    told |= strcmp(((const Finding *)g_ptr_array_index(verdict->findings, i))->code, end->code) == 0;
  return told;
}

static void
note_end(Connection *connection, const TunnelEvent *event, const Finding *end)
{
  if (end == NULL) {
    note(connection, event, TIMELINE_INFO, "end", NULL, "closed");
    return;
  }
  if (is_told_by_verdict(connection, end))
    return;
  note(connection, event, TIMELINE_ERROR, "end", end->code, "%s", end->message);
  connection_fail_by(connection, end);
}

static void
take_closed(Connection *connection, const TunnelEvent *event)
{
  connection_note_silence(connection, event);
  if (event->fault != TUNNEL_FAULT_NONE)
    connection_probe(connection);
  DiagnosisCase c = connection_case(connection);
  g_autoptr(Finding) end = diagnose_end(&c);
  gboolean heals = diagnosis_heals(&c, end);
  note_end(connection, event, end);
  connection_update_findings(connection);
  connection_note_end(connection, event);
  connection_dispatch(connection, SESSION_EVENT_CLOSED, FALSE, heals);
}

static void
take_simple(Connection *connection, const TunnelEvent *event)
{
  switch (event->type) {
  case TUNNEL_DIALING:
    note(connection, event, TIMELINE_INFO, "tcp", NULL, "trying %s", event->text);
    break;
  case TUNNEL_DIAL_FAILED:
    note(connection, event, TIMELINE_WARNING, "tcp", NULL, "%s: %s", event->text,
         event->error != NULL ? event->error->message : "failed");
    break;
  case TUNNEL_TLS_STAGE:
    note(connection, event, TIMELINE_INFO, "tls", NULL, "%s", event->text);
    break;
  case TUNNEL_TLS_ALERT:
    note(connection, event, TIMELINE_WARNING, "tls", NULL, "%s alert %d: %s",
         event->flag ? "received" : "sent", event->number, event->text);
    break;
  case TUNNEL_FOREIGN_DROPPED:
    note(connection, event, TIMELINE_WARNING, "local", NULL,
         "another program on this machine tried to use this connection and was dropped: %s",
         event->text);
    break;
  default:
    break;
  }
}

static void
take_ready(Connection *connection, const TunnelEvent *event)
{
  connection->ready_port = (guint16)event->number;
  connection_dispatch(connection, SESSION_EVENT_READY, FALSE, FALSE);
}

static void
take_tunnel_event(Connection *connection, const TunnelEvent *event)
{
  evidence_take(connection->evidence, event);
  switch (event->type) {
  case TUNNEL_RESOLVED: take_resolved(connection, event); break;
  case TUNNEL_CONNECTED: take_connected(connection, event); break;
  case TUNNEL_CERTIFICATE_REQUESTED: take_request(connection, event); break;
  case TUNNEL_PEER_CHAIN: take_chain(connection, event); break;
  case TUNNEL_VERIFIED: take_verdict(connection, event); break;
  case TUNNEL_TLS_ESTABLISHED: take_established(connection, event); break;
  case TUNNEL_READY: take_ready(connection, event); break;
  case TUNNEL_FIRST_BYTE: take_first_byte(connection, event); break;
  case TUNNEL_PACKET: take_packet(connection, event); break;
  case TUNNEL_CLOSED: take_closed(connection, event); break;
  default: take_simple(connection, event); break;
  }
}

/* The broker keeps the connection open and says nothing: the tunnel has no end to report. */
static void
take_silence(Connection *connection, const MqttClientEvent *client)
{
  TunnelEvent event = {.type = TUNNEL_CLOSED,
                       .time_ns = g_get_real_time() * 1000,
                       .monotonic_us = g_get_monotonic_time(),
                       .fault = TUNNEL_FAULT_TIMEOUT,
                       .alert = -1};
  event.error = g_error_new_literal(TUNNEL_ERROR, TUNNEL_ERROR_MQTT_TIMEOUT,
                                    "the broker did not answer CONNECT: it hangs, or this port is not "
                                    "one of MQTT; correct the port, or look into the broker's log");
  connection_log_event(connection, TIMELINE_ERROR, "mqtt", NULL, "no answer to CONNECT: %s",
                       client->text != NULL ? client->text : "the broker stays silent");
  evidence_take(connection->evidence, &event);
  take_closed(connection, &event);
  g_error_free(event.error);
}

static void
take_client_event(Connection *connection, const MqttClientEvent *event)
{
  switch (event->type) {
  case MQTT_CLIENT_CONNECTED:
    connection_dispatch(connection, SESSION_EVENT_CONNACK, TRUE, FALSE);
    break;
  case MQTT_CLIENT_DISCONNECTED:
    connection_dispatch(connection, SESSION_EVENT_MQTT_CLOSED, FALSE, FALSE);
    break;
  case MQTT_CLIENT_CONNECT_FAILED:
    /* A refusal has been seen on the wire already. Where the stream ended, the tunnel says why,
     * sooner or later than Paho. What is left is a broker that never answers. */
    if (event->reason != MQTT_CLIENT_TIMED_OUT || connection->session.state != SESSION_MQTT_CONNECTING)
      break;
    take_silence(connection, event);
    break;
  case MQTT_CLIENT_CONNECTION_LOST:
    break; /* the tunnel says why */
  default:
    connection_handle_answer(connection, event);
    break;
  }
}

void
connection_handle_post(gpointer data, gpointer user_data)
{
  Connection *connection = user_data;
  Post *post = data;
  if (post == NULL) { /* woken: the message log has grown */
    connection_notify(connection, CONNECTION_CHANGED_MESSAGES);
    return;
  }
  if (post->probe_number != 0) {
    connection_handle_probe(connection, post);
    connection_notify(connection, CONNECTION_CHANGED_STATE);
    post_free(post);
    return;
  }
  if (connection->attempt != NULL && post->attempt == connection->attempt->number) {
    if (post->is_client)
      take_client_event(connection, &post->client);
    else
      take_tunnel_event(connection, post->tunnel);
    connection_notify(connection, CONNECTION_CHANGED_STATE);
  }
  post_free(post);
}
