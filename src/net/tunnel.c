/* The life of a tunnel.
 *
 *   tunnel_start()
 *        │
 *        ▼           on_resolved()           on_dialed()
 *    RESOLVING ───────────────→ DIALING ───────────────→ HANDSHAKING     (tunnel_tls.c)
 *        │                         │   plain MQTT:             │
 *        │                         └────────────────────┐      │ tunnel_open_door()
 *        │                                              ▼      ▼
 *        │                                              WAITING  for the MQTT client
 *        │                                                 │
 *        │ a fault, a timeout,                             │ tunnel_join()
 *        │ or tunnel_stop():                               ▼
 *        │ tunnel_close()                                JOINED          (tunnel_relay.c)
 *        │ from every state                                │ the client has closed, or
 *        │                                                 │ tunnel_stop(): tunnel_say_goodbye()
 *        ▼                                                 ▼
 *     CLOSED ←───────────────────────────────────────── CLOSING  (at most FAREWELL_MS)
 *
 * TUNNEL_CLOSED is posted on the way into CLOSED; of a fault, on the way into CLOSING. What is left
 * then, the client's half-closed socket, goes with tunnel_stop(). A timer runs only until JOINED: a
 * quiet tunnel wakes nobody. */
#include "config.h"
#include "net/tunnel_internal.h"

#include <unistd.h>

#include "net/plain_stream.h"
#include "net/tls_fault.h"
#include "net/watch.h"
#include "util/safe_text.h"

#define TOTAL_TIMEOUT_MS 30000

/* --- Events ---------------------------------------------------------------------------------- */

void
tunnel_post(Tunnel *tunnel, TunnelEvent *event)
{
  event->alert = tunnel->alert;
  event->gnutls_error = tunnel->gnutls_error;
  event->unreadable = tunnel->unreadable;
  tunnel->sink->event(event, tunnel->user_data);
}

void
tunnel_post_text(Tunnel *tunnel, TunnelEventType type, const char *text)
{
  TunnelEvent *event = tunnel_event_new(type);
  event->text = g_strdup(text);
  tunnel_post(tunnel, event);
}

/* --- The end --------------------------------------------------------------------------------- */

/* All but the pump, which holds the client's socket. */
static void
close_all(Tunnel *tunnel)
{
  watch_clear(&tunnel->limit);
  watch_clear(&tunnel->watch);
  g_clear_pointer(&tunnel->resolve, resolve_free);
  g_clear_pointer(&tunnel->dial, dial_free);
  g_clear_pointer(&tunnel->loopback, loopback_free);
  g_clear_pointer(&tunnel->farewell, farewell_free);
  g_clear_pointer(&tunnel->stream, stream_free);
  tunnel->tls = NULL;
}

static void
let_go(Tunnel *tunnel)
{
  g_clear_pointer(&tunnel->pump, pump_free);
  g_clear_pointer(&tunnel->tap, tap_free);
  pthread_mutex_lock(&tunnel->lock);
  tunnel->stopped = TRUE;
  pthread_cond_signal(&tunnel->stopped_changed);
  pthread_mutex_unlock(&tunnel->lock);
}

/* Not TLS's fault where there is none. */
static TunnelFault
fault_of(const Tunnel *tunnel, const GError *error)
{
  if (error == NULL)
    return TUNNEL_FAULT_NONE;
  TunnelFault fault = tunnel_error_fault((TunnelError)error->code);
  return fault == TUNNEL_FAULT_TLS && !tunnel->config->tls ? TUNNEL_FAULT_PROTOCOL : fault;
}

/* Once: the first word on the end is the one that counts. */
static void
post_closed(Tunnel *tunnel, GError *error)
{
  if (tunnel->closed_posted) {
    g_clear_error(&error);
    return;
  }
  tunnel->closed_posted = TRUE;
  TunnelEvent *event = tunnel_event_new(TUNNEL_CLOSED);
  event->fault = fault_of(tunnel, error);
  event->error = error;
  tunnel_post(tunnel, event);
}

void
tunnel_close(Tunnel *tunnel, GError *error)
{
  if (tunnel->state == STATE_CLOSED) {
    g_clear_error(&error);
    return;
  }
  tunnel->state = STATE_CLOSED;
  close_all(tunnel);
  post_closed(tunnel, error);
}

static void
on_farewell(gpointer data)
{
  Tunnel *tunnel = data;
  tunnel_close(tunnel, NULL);
  if (tunnel->stop_wanted)
    let_go(tunnel);
}

void
tunnel_say_goodbye(Tunnel *tunnel, GError *error)
{
  tunnel->state = STATE_CLOSING;
  watch_clear(&tunnel->limit);
  watch_clear(&tunnel->watch);
  g_clear_pointer(&tunnel->loopback, loopback_free);
  /* After DISCONNECT the broker closes (MQTT 5, 3.14.4). */
  tunnel->farewell = farewell_new(tunnel->context, g_steal_pointer(&tunnel->stream),
                                  tunnel->disconnect_seen, on_farewell, tunnel);
  /* A fault is told at once; who waits for it need not wait for the goodbye. */
  if (error != NULL)
    post_closed(tunnel, error);
}

/* --- Time ------------------------------------------------------------------------------------ */

static guint
total_timeout(const Tunnel *tunnel)
{
  guint wanted = tunnel->config->total_timeout_ms;
  return wanted == 0 ? TOTAL_TIMEOUT_MS : wanted;
}

static GError *
explain_slow_handshake(const Tunnel *tunnel)
{
  TlsFacts facts;
  tls_facts(tunnel->tls, &facts);
  return tls_fault_explain_timeout(&facts, tunnel->peer, total_timeout(tunnel));
}

static GError *
explain_timeout(const Tunnel *tunnel, guint seconds)
{
  switch (tunnel->state) {
  case STATE_RESOLVING:
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_DNS_FAILURE,
                       "the name server does not answer for \"%s\" within %u s; check the network "
                       "and the name server (certificates were not looked at)",
                       tunnel->host, seconds);
  case STATE_DIALING:
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TCP_FILTERED,
                       "no address of \"%s\" answers on port %u within %u s; a firewall drops the "
                       "packets, or the machine is off",
                       tunnel->host, tunnel->config->port, seconds);
  case STATE_HANDSHAKING:
    return explain_slow_handshake(tunnel);
  default:
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_LOCAL,
                       "the MQTT client of this program did not come to its loopback port within "
                       "%u s; is this machine overloaded, or lo filtered?",
                       seconds);
  }
}

static gboolean
on_limit(gpointer data)
{
  Tunnel *tunnel = data;
  tunnel_close(tunnel, explain_timeout(tunnel, (total_timeout(tunnel) + 999) / 1000));
  return G_SOURCE_REMOVE;
}

static void
set_limit(Tunnel *tunnel)
{
  watch_clear(&tunnel->limit);
  tunnel->limit = watch_timer(tunnel->context, total_timeout(tunnel), on_limit, tunnel);
}

/* --- Waiting for the client ------------------------------------------------------------------ */

static void
on_foreign(const char *who, gpointer data)
{
  tunnel_post_text(data, TUNNEL_FOREIGN_DROPPED, who);
}

static void
on_joined(int fd, gpointer data)
{
  Tunnel *tunnel = data;
  watch_clear(&tunnel->limit);
  watch_clear(&tunnel->watch);
  g_clear_pointer(&tunnel->loopback, loopback_free);
  tunnel->state = STATE_JOINED;
  tunnel_join(tunnel, fd);
}

static void
on_door_failed(const GError *error, gpointer data)
{
  tunnel_close(data, g_error_copy(error));
}

void
tunnel_open_door(Tunnel *tunnel)
{
  static const LoopbackSink sink = {
      .foreign = on_foreign, .joined = on_joined, .failed = on_door_failed};
  GError *error = NULL;
  tunnel->state = STATE_WAITING;
  tunnel->loopback = loopback_new(tunnel->context, &sink, tunnel, &error);
  if (tunnel->loopback == NULL) {
    tunnel_close(tunnel, error);
    return;
  }
  set_limit(tunnel);
  tunnel_watch_idle(tunnel);
  TunnelEvent *event = tunnel_event_new(TUNNEL_READY);
  event->number = loopback_port(tunnel->loopback);
  tunnel_post(tunnel, event);
}

/* --- Dialing --------------------------------------------------------------------------------- */

static void
on_attempt(const char *address, gpointer data)
{
  tunnel_post_text(data, TUNNEL_DIALING, address);
}

static void
on_attempt_failed(const char *address, const GError *error, gpointer data)
{
  TunnelEvent *event = tunnel_event_new(TUNNEL_DIAL_FAILED);
  event->text = g_strdup(address);
  event->error = g_error_copy(error);
  tunnel_post(data, event);
}

static void
on_dialed(int fd, const char *address, const GError *error, gpointer data)
{
  Tunnel *tunnel = data;
  if (fd < 0) {
    tunnel_close(tunnel, g_error_copy(error));
    return;
  }
  tunnel->peer = g_hostname_is_ip_address(tunnel->config->host)
                     ? g_strdup(address)
                     : g_strdup_printf("%s (%s)", tunnel->host, address);
  tunnel_post_text(tunnel, TUNNEL_CONNECTED, address);
  g_clear_pointer(&tunnel->dial, dial_free);
  if (tunnel->config->tls) {
    tunnel->state = STATE_HANDSHAKING;
    tunnel_begin_tls(tunnel, fd);
    return;
  }
  tunnel->stream = plain_stream_new(fd);
  tunnel_open_door(tunnel);
}

/* --- Resolving ------------------------------------------------------------------------------- */

static char **
addresses_to_text(const GArray *addresses)
{
  char **texts = g_new0(char *, addresses->len + 1);
  for (guint i = 0; i < addresses->len; i++)
    texts[i] = address_text(&g_array_index(addresses, Address, i));
  return texts;
}

static void
on_resolved(const ResolveAnswer *answer, const GError *error, gpointer data)
{
  static const DialSink sink = {
      .attempt = on_attempt, .failed = on_attempt_failed, .done = on_dialed};
  Tunnel *tunnel = data;
  if (answer == NULL) {
    tunnel_close(tunnel, g_error_copy(error));
    return;
  }
  TunnelEvent *event = tunnel_event_new(TUNNEL_RESOLVED);
  event->names = g_strdupv(answer->names);
  event->addresses = addresses_to_text(answer->addresses);
  event->ttl = answer->ttl;
  tunnel_post(tunnel, event);
  tunnel->state = STATE_DIALING;
  tunnel->dial = dial_start(tunnel->context, tunnel->config->host, answer->addresses,
                            tunnel->config->port, tunnel->config->dial_timeout_ms, &sink, tunnel);
  g_clear_pointer(&tunnel->resolve, resolve_free);
}

static gboolean
begin(gpointer data)
{
  Tunnel *tunnel = data;
  set_limit(tunnel);
  tunnel_post_text(tunnel, TUNNEL_RESOLVING, tunnel->host);
  tunnel->resolve =
      resolve_start(tunnel->context, tunnel->config->host, tunnel->config->dns_servers,
                    total_timeout(tunnel), on_resolved, tunnel);
  return G_SOURCE_REMOVE;
}

/* --- The main thread's side ------------------------------------------------------------------ */

Tunnel *
tunnel_start(Transport *transport, const TunnelConfig *config, const TunnelSink *sink,
             gpointer user_data)
{
  Tunnel *tunnel = g_new0(Tunnel, 1);
  tunnel->transport = transport;
  tunnel->context = transport_context(transport);
  tunnel->config = tunnel_config_copy(config);
  tunnel->sink = sink;
  tunnel->user_data = user_data;
  tunnel->host = safe_text_string(config->host);
  tunnel->alert = -1;
  tunnel->version = MQTT_3_1_1;
  pthread_mutex_init(&tunnel->lock, NULL);
  pthread_cond_init(&tunnel->stopped_changed, NULL);
  transport_invoke(transport, begin, tunnel, NULL);
  return tunnel;
}

static gboolean
stop(gpointer data)
{
  Tunnel *tunnel = data;
  tunnel->stop_wanted = TRUE;
  if (tunnel->pump != NULL)
    pump_stop(tunnel->pump);
  if (tunnel->state == STATE_WAITING || tunnel->state == STATE_JOINED)
    tunnel_say_goodbye(tunnel, NULL);
  if (tunnel->state == STATE_CLOSING && !tunnel->closed_posted)
    return G_SOURCE_REMOVE; /* on_farewell() goes on */
  tunnel_close(tunnel, NULL);
  let_go(tunnel);
  return G_SOURCE_REMOVE;
}

static void
tunnel_free(Tunnel *tunnel)
{
  pthread_mutex_destroy(&tunnel->lock);
  pthread_cond_destroy(&tunnel->stopped_changed);
  tunnel_config_free(tunnel->config);
  g_free(tunnel->host);
  g_free(tunnel->peer);
  g_free(tunnel->refusal);
  g_free(tunnel->last_word);
  g_free(tunnel);
}

void
tunnel_stop(Tunnel *tunnel)
{
  if (tunnel == NULL)
    return;
  g_assert(!g_main_context_is_owner(tunnel->context)); /* it would wait for itself */
  transport_invoke(tunnel->transport, stop, tunnel, NULL);
  pthread_mutex_lock(&tunnel->lock);
  while (!tunnel->stopped)
    pthread_cond_wait(&tunnel->stopped_changed, &tunnel->lock);
  pthread_mutex_unlock(&tunnel->lock);
  tunnel_free(tunnel);
}

void
tunnel_counters(Tunnel *tunnel, TunnelCounters *counters)
{
  counters->bytes_in = atomic_load_explicit(&tunnel->counters.bytes_in, memory_order_relaxed);
  counters->bytes_out = atomic_load_explicit(&tunnel->counters.bytes_out, memory_order_relaxed);
  counters->messages_in = atomic_load_explicit(&tunnel->counters.messages_in, memory_order_relaxed);
  counters->messages_out =
      atomic_load_explicit(&tunnel->counters.messages_out, memory_order_relaxed);
}
