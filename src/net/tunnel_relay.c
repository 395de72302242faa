/* The tunnel once the broker is reached: what its silence, its words and its end mean. */
#include "config.h"
#include "net/tunnel_internal.h"

#include <errno.h>
#include <string.h>

#include "net/stranger.h"
#include "net/watch.h"

static const StreamFailure closed_in_order = {.kind = STREAM_FAILURE_CLOSED};

static const StreamFailure *
failure_of(const Tunnel *tunnel, StreamResult result)
{
  return result == STREAM_FAILED ? &tunnel->stream->failure : &closed_in_order;
}

/* --- Before the client has come -------------------------------------------------------------- */

/* In MQTT the client speaks first (MQTT 5, 3.1.0-1): these are another service's bytes. */
static GError *
explain_greeting(const Tunnel *tunnel, const guint8 *bytes, gsize length)
{
  StrangerScene scene = {.peer = tunnel->peer, .in_tls = tunnel->tls != NULL, .unasked = TRUE};
  return stranger_explain(&scene, bytes, length);
}

/* Before the client has said a word. */
static GError *
explain_unwanted(const Tunnel *tunnel, const StreamFailure *failure)
{
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TCP_CLOSED_AT_ONCE,
                     "%s accepts the connection and %s it at once: connection limit, "
                     "allow-list, or a proxy without a backend",
                     tunnel->peer, failure->error_number == 0 ? "closes" : "resets");
}

static GError *
explain_idle_end(Tunnel *tunnel, StreamResult result)
{
  const StreamFailure *failure = failure_of(tunnel, result);
  if (tunnel->tls != NULL)
    return tunnel_explain_stream(tunnel, failure);
  return explain_unwanted(tunnel, failure);
}

/* The refusal of our certificate comes here in TLS 1.3, and may come before the client does. */
static gboolean
on_idle_stream(int fd, GIOCondition condition, gpointer data)
{
  Tunnel *tunnel = data;
  guint8 bytes[256];
  gsize length;
  stream_flush(tunnel->stream);
  StreamResult result = stream_read(tunnel->stream, bytes, sizeof bytes, &length);
  if (result == STREAM_AGAIN && length == 0) {
    tunnel_watch_idle(tunnel);
    return G_SOURCE_CONTINUE;
  }
  if (length > 0) {
    tunnel_close(tunnel, explain_greeting(tunnel, bytes, length));
    return G_SOURCE_REMOVE;
  }
  tunnel->gnutls_error = failure_of(tunnel, result)->gnutls_error;
  tunnel_close(tunnel, explain_idle_end(tunnel, result));
  return G_SOURCE_REMOVE;
}

void
tunnel_watch_idle(Tunnel *tunnel)
{
  gboolean all_sent = stream_flush(tunnel->stream);
  watch_clear(&tunnel->watch);
  tunnel->watch = watch_fd(tunnel->context, stream_descriptor(tunnel->stream),
                           all_sent ? G_IO_IN : G_IO_IN | G_IO_OUT, on_idle_stream, tunnel);
}

/* --- What passes ----------------------------------------------------------------------------- */

static void
on_begin(gpointer data)
{
  Tunnel *tunnel = data;
  tunnel->sink->begin(tunnel->user_data);
}

static void
on_end(gpointer data)
{
  Tunnel *tunnel = data;
  tunnel->sink->end(tunnel->user_data);
}

static void
on_publish(MqttDirection direction, const MqttPublish *publish, gpointer data)
{
  Tunnel *tunnel = data;
  tunnel->sink->publish(direction, publish, tunnel->user_data);
}

static void
keep_last_word(Tunnel *tunnel, const TunnelPacket *summary)
{
  g_autofree char *why = mqtt_reason_words(summary->reason_text, summary->reason);
  g_free(tunnel->last_word);
  tunnel->last_word = g_strdup_printf("%s: %s", mqtt_type_name(summary->type), why);
}

/* What a later end of the connection is explained by. */
static void
note_packet(Tunnel *tunnel, const MqttPacket *packet, const TunnelPacket *summary)
{
  gboolean from_broker = summary->direction == MQTT_FROM_BROKER;
  switch (summary->type) {
  case MQTT_CONNECT:
    tunnel->connect_seen = TRUE;
    tunnel->version = packet->connect.version;
    break;
  case MQTT_CONNACK:
    tunnel->connack_seen = TRUE;
    if (summary->reason != 0)
      keep_last_word(tunnel, summary);
    else
      tunnel->ping_due = tunnel->config->ping_at_once;
    break;
  case MQTT_DISCONNECT:
    if (from_broker)
      keep_last_word(tunnel, summary);
    else
      tunnel->disconnect_seen = TRUE;
    break;
  case MQTT_PINGREQ:
    tunnel->ping_since = g_get_monotonic_time();
    break;
  case MQTT_PINGRESP:
    tunnel->ping_since = 0;
    break;
  default:
    break;
  }
}

static void
on_packet(MqttDirection direction, const MqttPacket *packet, gpointer data)
{
  Tunnel *tunnel = data;
  TunnelEvent *event = tunnel_event_new(TUNNEL_PACKET);
  event->packet = tunnel_packet_new(direction, packet, tunnel->version);
  note_packet(tunnel, packet, event->packet);
  tunnel_post(tunnel, event);
}

static void
on_first_byte(gpointer data)
{
  Tunnel *tunnel = data;
  tunnel->first_byte_seen = TRUE;
  tunnel_post(tunnel, tunnel_event_new(TUNNEL_FIRST_BYTE));
}

/* The client says nothing between CONNECT and the CONNACK that it has yet to read, so that this
 * stands between two of its packets. */
static void
ping(Tunnel *tunnel)
{
  static const guint8 pingreq[] = {0xc0, 0}; /* MQTT 5, 3.12 */
  tunnel->ping_due = FALSE;
  pump_say(tunnel->pump, pingreq, sizeof pingreq);
}

static void
on_progress(gpointer data)
{
  Tunnel *tunnel = data;
  if (tunnel->ping_due)
    ping(tunnel);
  const TapCounters *now = tap_counters(tunnel->tap);
  atomic_store_explicit(&tunnel->counters.bytes_in, now->bytes[MQTT_FROM_BROKER],
                        memory_order_relaxed);
  atomic_store_explicit(&tunnel->counters.bytes_out, now->bytes[MQTT_FROM_CLIENT],
                        memory_order_relaxed);
  atomic_store_explicit(&tunnel->counters.messages_in, now->publishes[MQTT_FROM_BROKER],
                        memory_order_relaxed);
  atomic_store_explicit(&tunnel->counters.messages_out, now->publishes[MQTT_FROM_CLIENT],
                        memory_order_relaxed);
}

/* --- How it ends ----------------------------------------------------------------------------- */

static gboolean
is_silent(const StreamFailure *failure)
{
  return failure->kind == STREAM_FAILURE_CLOSED ||
         (failure->kind == STREAM_FAILURE_SOCKET &&
          (failure->error_number == ECONNRESET || failure->error_number == EPIPE));
}

/* Asked for a certificate, and then gone: tunnel_explain_stream() weighs that. */
static gboolean
may_be_about_certificate(const Tunnel *tunnel, const StreamFailure *failure)
{
  TlsFacts facts;
  if (tunnel->tls == NULL)
    return FALSE;
  tls_facts(tunnel->tls, &facts);
  return facts.requested &&
         (tunnel->config->identity == NULL || failure->kind == STREAM_FAILURE_SOCKET);
}

static GError *
explain_late_alert(Tunnel *tunnel, const StreamFailure *failure)
{
  TlsFacts facts;
  tls_facts(tunnel->tls, &facts);
  if (facts.declined_renegotiation)
    return tunnel_explain_stream(tunnel, failure);
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TLS_OTHER,
                     "%s ended TLS with alert %d (%s); look into the broker's log", tunnel->peer,
                     facts.alert, facts.alert_name);
}

static GError *
explain_no_answer(Tunnel *tunnel, const StreamFailure *failure)
{
  if (!tunnel->connect_seen && tunnel->tls == NULL && is_silent(failure))
    return explain_unwanted(tunnel, failure);
  if (!tunnel->connect_seen || !is_silent(failure) || may_be_about_certificate(tunnel, failure))
    return tunnel->tls == NULL ? NULL : tunnel_explain_stream(tunnel, failure);
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_CLOSED_AFTER_CONNECT,
                     "%s closed the connection after CONNECT without an answer%s", tunnel->peer,
                     tunnel->tls == NULL
                         ? ": it may want TLS on this port (mqtts://), or refuse this client id"
                         : ", though TLS went well: its rules may not allow this client id or "
                           "certificate to connect, or it is a proxy that does not reach its "
                           "broker; look into its log");
}

static GError *
explain_broker_end(Tunnel *tunnel, const StreamFailure *failure)
{
  if (tunnel->disconnect_seen)
    return NULL; /* as we asked for */
  GError *error = tunnel->first_byte_seen ? NULL : explain_no_answer(tunnel, failure);
  if (error != NULL)
    return error;
  if (tunnel->last_word != NULL)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_PEER_CLOSED, "%s closed the connection after %s",
                       tunnel->peer, tunnel->last_word);
  if (failure->kind == STREAM_FAILURE_ALERT)
    return explain_late_alert(tunnel, failure);
  if (failure->kind == STREAM_FAILURE_SOCKET)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_NETWORK,
                       "the connection to %s broke (%s); check the network, or whether the broker "
                       "was restarted",
                       tunnel->peer, g_strerror(failure->error_number));
  if (failure->kind == STREAM_FAILURE_TLS)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TLS_OTHER, "TLS with %s broke: %s (GnuTLS %d)",
                       tunnel->peer, failure->text, failure->gnutls_error);
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_PEER_CLOSED,
                     "%s closed the connection; look into the broker's log", tunnel->peer);
}

static GError *
explain_client_end(const Tunnel *tunnel)
{
  if (tunnel->disconnect_seen)
    return NULL;
  if (tunnel->last_word != NULL)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_PEER_CLOSED, "%s answered %s", tunnel->peer,
                       tunnel->last_word);
  if (tunnel->connect_seen && !tunnel->connack_seen)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_MQTT_TIMEOUT,
                       "%s does not answer the MQTT CONNECT; is this an MQTT port, and is the "
                       "broker overloaded?",
                       tunnel->peer);
  if (tunnel->ping_since != 0)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_MQTT_TIMEOUT,
                       "%s has not answered a ping for %.0f s; the line or the broker is dead",
                       tunnel->peer,
                       (double)(g_get_monotonic_time() - tunnel->ping_since) / G_USEC_PER_SEC);
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_LOCAL,
                     "the MQTT client of this program closed the connection to %s", tunnel->peer);
}

/* --- Bytes that are no MQTT ------------------------------------------------------------------ */

static gboolean
is_text(const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isprint(bytes[i]) && !g_ascii_isspace(bytes[i]))
      return FALSE;
  }
  return length >= 4;
}

/* The broker's first bytes; the tap faults on the first of them that is none of MQTT's. What is
 * neither known nor text may be a broken broker's. */
static GError *
explain_stranger(const Tunnel *tunnel)
{
  gsize length;
  const guint8 *first = pump_first_bytes(tunnel->pump, &length);
  StrangerScene scene = {.peer = tunnel->peer, .in_tls = tunnel->tls != NULL};
  if (tunnel->connack_seen ||
      (stranger_guess(first, length).kind == STRANGER_UNKNOWN && !is_text(first, length)))
    return NULL;
  return stranger_explain(&scene, first, length);
}

static GError *
explain_malformed(const Tunnel *tunnel, gboolean by_broker)
{
  const MqttFault *fault = pump_fault(tunnel->pump);
  GError *stranger = by_broker ? explain_stranger(tunnel) : NULL;
  if (stranger != NULL)
    return stranger;
  gboolean too_large = strcmp(fault->clause, "mqtrust, packet limit") == 0;
  return g_error_new(
      TUNNEL_ERROR, too_large ? TUNNEL_ERROR_MQTT_TOO_LARGE : TUNNEL_ERROR_MQTT_MALFORMED,
      "%s %s a %s packet that breaks the protocol at byte %" G_GSIZE_FORMAT ": %s (%s)",
      by_broker ? tunnel->peer : "the MQTT client of this program", by_broker ? "sent" : "wrote",
      mqtt_type_name((guint8)tap_fault_type(tunnel->tap)), fault->offset, fault->reason,
      fault->clause);
}

static void
on_pump_ended(PumpEnd how, gpointer data)
{
  Tunnel *tunnel = data;
  switch (how) {
  case PUMP_BROKER_CLOSED:
    tunnel_say_goodbye(tunnel, explain_broker_end(tunnel, &closed_in_order));
    return;
  case PUMP_BROKER_FAILED:
    tunnel->gnutls_error = tunnel->stream->failure.gnutls_error;
    tunnel_close(tunnel, explain_broker_end(tunnel, &tunnel->stream->failure));
    return;
  case PUMP_BROKER_MALFORMED:
  case PUMP_CLIENT_MALFORMED:
    tunnel_say_goodbye(tunnel, explain_malformed(tunnel, how == PUMP_BROKER_MALFORMED));
    return;
  case PUMP_CLIENT_CLOSED:
    tunnel_say_goodbye(tunnel, explain_client_end(tunnel));
    return;
  }
}

void
tunnel_join(Tunnel *tunnel, int fd)
{
  static const TapSink tap_sink = {
      .begin = on_begin, .end = on_end, .publish = on_publish, .packet = on_packet};
  static const PumpSink pump_sink = {
      .first_byte = on_first_byte, .progress = on_progress, .ended = on_pump_ended};
  tunnel->tap = tap_new(&tap_sink, tunnel, TAP_PACKET_MAX_DEFAULT);
  tunnel_post(tunnel, tunnel_event_new(TUNNEL_JOINED));
  tunnel->pump = pump_new(tunnel->context, tunnel->stream, fd, tunnel->tap, &pump_sink, tunnel);
}
