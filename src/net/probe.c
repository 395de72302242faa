/* The life of a probe.
 *
 *   probe_start()
 *        │
 *        ▼            on_dialed()           TLS: shake_hands()
 *     DIALING ──────────────────→ HANDSHAKING ──────────────→ TALKING: words out, answer in
 *        │                             │                         │
 *        │ a failure, the limit        │                         │ heard, silence, or a close
 *        ▼                             ▼                         ▼
 *     finish() ──────────────────────────────────────────→ farewell, then deliver()
 *
 * All of it on the transport thread; probe_stop() waits until that has let go. */
#include "config.h"
#include "net/probe.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "mqtt/connect_packet.h"
#include "net/dial.h"
#include "net/farewell.h"
#include "net/plain_stream.h"
#include "net/probe_words.h"
#include "net/stranger.h"
#include "net/tls.h"
#include "net/tls_fault.h"
#include "net/tunnel_error.h"
#include "net/watch.h"
#include "util/safe_text.h"

struct Probe {
  Transport *transport;
  GMainContext *context;
  ProbeRequest *request;
  ProbeDone done;
  gpointer user_data;

  /* Between probe_stop() and the transport thread. */
  pthread_mutex_t lock;
  pthread_cond_t stopped_changed;
  gboolean stopped;

  /* The transport thread's. */
  gint64 begun_us;
  char *peer;          /* "192.0.2.1:8883", safe text */
  ProbeResult *result; /* NULL once it has been given away */
  gboolean finished;   /* what is known is known; only the goodbye is left */
  GSource *limit, *quiet, *watch;
  Dial *dial;
  Stream *stream; /* plain, or `tls` */
  TlsStream *tls;
  gboolean handshaken; /* or nothing to shake */
  Farewell *farewell;
  GByteArray *heard;
};

/* --- The end --------------------------------------------------------------------------------- */

static void
close_all(Probe *probe)
{
  watch_clear(&probe->limit);
  watch_clear(&probe->quiet);
  watch_clear(&probe->watch);
  g_clear_pointer(&probe->dial, dial_free);
  g_clear_pointer(&probe->farewell, farewell_free);
  g_clear_pointer(&probe->stream, stream_free);
  probe->tls = NULL;
}

static void
deliver(gpointer data)
{
  Probe *probe = data;
  close_all(probe);
  probe->done(g_steal_pointer(&probe->result), probe->user_data);
}

static void
take_facts(Probe *probe)
{
  TlsFacts facts;
  ProbeResult *result = probe->result;
  if (probe->tls == NULL)
    return;
  tls_facts(probe->tls, &facts);
  result->established = facts.established;
  result->server_answered = facts.server_answered;
  result->requested = facts.requested;
  result->sent = facts.sent;
  result->tls_version = g_strdup(facts.version);
  result->cipher = g_strdup(facts.cipher);
  result->group = g_strdup(facts.group);
  result->refused_late = facts.established && probe->stream->failure.kind == STREAM_FAILURE_ALERT;
  if (!facts.established && probe->heard->len == 0)
    g_byte_array_append(probe->heard, facts.first, (guint)facts.first_length);
}

/* Who is still on the line is told goodbye: by DISCONNECT who took us as a client (3.14.4: it
 * closes then), by close_notify who speaks TLS, and by FIN. */
static void
say_goodbye(Probe *probe)
{
  gboolean is_client = probe->result->connack == 0;
  if (is_client) {
    g_autoptr(GByteArray) goodbye = disconnect_packet_new();
    stream_write(probe->stream, goodbye->data, goodbye->len);
  }
  probe->tls = NULL;
  probe->farewell =
      farewell_new(probe->context, g_steal_pointer(&probe->stream), is_client, deliver, probe);
}

/* (transfer full) of `error`; NULL: it went as far as asked. */
static void
finish(Probe *probe, GError *error, gboolean still_open)
{
  ProbeResult *result = probe->result;
  probe->finished = TRUE;
  result->error = error;
  result->duration_us = g_get_monotonic_time() - probe->begun_us;
  take_facts(probe);
  if (probe->heard->len > 0)
    result->first = g_bytes_new(probe->heard->data, probe->heard->len);
  watch_clear(&probe->limit);
  watch_clear(&probe->quiet);
  watch_clear(&probe->watch);
  if (still_open && probe->handshaken)
    say_goodbye(probe);
  else
    deliver(probe);
}

/* --- Why it ended ---------------------------------------------------------------------------- */

static const char *
what_was_sent(const Probe *probe)
{
  const ProbeRequest *request = probe->request;
  return request->kind == PROBE_HTTP || request->upgrade ? "a WebSocket upgrade request"
                                                         : "CONNECT";
}

static gboolean
asked_for_connack(const Probe *probe)
{
  return strcmp(what_was_sent(probe), "CONNECT") == 0;
}

static gboolean
was_cut(const StreamFailure *failure)
{
  return failure->kind == STREAM_FAILURE_CLOSED ||
         (failure->kind == STREAM_FAILURE_SOCKET &&
          (failure->error_number == ECONNRESET || failure->error_number == EPIPE));
}

static GError *
explain_tls(Probe *probe, const StreamFailure *failure)
{
  TlsFacts facts;
  g_autofree char *server_name =
      probe->request->server_name == NULL ? NULL : safe_text_string(probe->request->server_name);
  g_autofree char *alpn = tls_alpn_text(probe->request->alpn);
  TlsCircumstances circumstances = {.peer = probe->peer, .server_name = server_name, .alpn = alpn};
  tls_circumstances_take_identity(&circumstances, probe->request->identity);
  tls_facts(probe->tls, &facts);
  return tls_fault_explain(&facts, failure, &circumstances);
}

/* Asked for a certificate, and then gone: tls_fault_explain() weighs that. */
static gboolean
may_be_about_certificate(Probe *probe, const StreamFailure *failure)
{
  TlsFacts facts;
  if (probe->tls == NULL)
    return FALSE;
  tls_facts(probe->tls, &facts);
  return facts.requested &&
         (probe->request->identity == NULL || failure->kind == STREAM_FAILURE_SOCKET);
}

static GError *
explain_cut(const Probe *probe)
{
  if (probe->request->kind == PROBE_TCP)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TCP_CLOSED_AT_ONCE,
                       "%s accepts the connection and closes it at once: connection limit, "
                       "allow-list, or a proxy without a backend",
                       probe->peer);
  return g_error_new(TUNNEL_ERROR,
                     asked_for_connack(probe) ? TUNNEL_ERROR_CLOSED_AFTER_CONNECT
                                              : TUNNEL_ERROR_PEER_CLOSED,
                     "%s closed the connection after %s without an answer; look into its log",
                     probe->peer, what_was_sent(probe));
}

static GError *
explain_failure(Probe *probe, const StreamFailure *failure)
{
  if (!was_cut(failure) || may_be_about_certificate(probe, failure)) {
    if (probe->tls != NULL)
      return explain_tls(probe, failure);
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_NETWORK,
                       "the connection to %s broke: %s; check the network", probe->peer,
                       g_strerror(failure->error_number));
  }
  return explain_cut(probe);
}

static GError *
explain_stranger(const Probe *probe, gboolean wants_tls)
{
  StrangerScene scene = {
      .peer = probe->peer,
      .in_tls = probe->tls != NULL && probe->handshaken,
      .wants_tls = wants_tls,
      .unasked = probe->request->kind == PROBE_TCP,
  };
  return stranger_explain(&scene, probe->heard->data, probe->heard->len);
}

/* --- The answer ------------------------------------------------------------------------------ */

/* Not what was asked for. A CONNACK that breaks the protocol is MQTT's all the same. */
static void
finish_with_stranger(Probe *probe)
{
  gboolean is_connack = asked_for_connack(probe) && probe->heard->data[0] == MQTT_CONNACK << 4;
  GError *error =
      is_connack
          ? g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_MQTT_MALFORMED,
                        "%s answers CONNECT with a CONNACK that breaks the protocol", probe->peer)
          : explain_stranger(probe, FALSE);
  finish(probe, error, TRUE);
}

static gboolean
on_quiet(gpointer data)
{
  Probe *probe = data;
  if (probe->heard->len > 0)
    finish_with_stranger(probe);
  else
    finish(probe, NULL, TRUE); /* PROBE_TCP has listened, and nothing happened */
  return G_SOURCE_REMOVE;
}

/* TRUE: it is over. */
static gboolean
weigh(Probe *probe)
{
  ProbeResult *result = probe->result;
  switch (probe_hear(probe->request, probe->heard->data, probe->heard->len, &result->connack)) {
  case PROBE_HEARD_CONNACK:
    result->answered = TRUE;
    finish(probe, NULL, TRUE);
    return TRUE;
  case PROBE_HEARD_HTTP:
    finish(probe, NULL, TRUE);
    return TRUE;
  case PROBE_HEARD_OTHER:
    finish_with_stranger(probe);
    return TRUE;
  case PROBE_HEARD_PART:
    if (probe->quiet == NULL || probe->request->kind == PROBE_TCP) {
      watch_clear(&probe->quiet);
      probe->quiet = watch_timer(probe->context, PROBE_GRACE_MS, on_quiet, probe);
    }
    break;
  case PROBE_HEARD_MORE:
    break;
  }
  if (probe->heard->len < PROBE_BYTES_MAX)
    return FALSE;
  finish_with_stranger(probe);
  return TRUE;
}

static void
end_talk(Probe *probe, StreamResult how)
{
  static const StreamFailure closed = {.kind = STREAM_FAILURE_CLOSED};
  if (probe->heard->len > 0 && probe->stream->failure.kind != STREAM_FAILURE_ALERT)
    finish_with_stranger(probe); /* half a word, but no more will come */
  else
    finish(probe, explain_failure(probe, how == STREAM_EOF ? &closed : &probe->stream->failure),
           FALSE);
}

static void listen_on(Probe *probe);

static gboolean
on_answer(int fd, GIOCondition condition, gpointer data)
{
  Probe *probe = data;
  guint8 bytes[PROBE_BYTES_MAX];
  gsize length;
  stream_flush(probe->stream);
  StreamResult result =
      stream_read(probe->stream, bytes, PROBE_BYTES_MAX - probe->heard->len, &length);
  g_byte_array_append(probe->heard, bytes, (guint)length);
  if (length > 0 && weigh(probe))
    return G_SOURCE_REMOVE;
  if (result == STREAM_EOF || result == STREAM_FAILED) {
    end_talk(probe, result);
    return G_SOURCE_REMOVE;
  }
  listen_on(probe);
  return G_SOURCE_REMOVE;
}

static gboolean
on_input_inside(gpointer data)
{
  return on_answer(-1, 0, data);
}

/* What came with the last bytes of the handshake lies inside the stream; no poll() tells of it. */
static void
listen_on(Probe *probe)
{
  gboolean all_sent = stream_flush(probe->stream);
  watch_clear(&probe->watch);
  if (stream_has_input(probe->stream))
    probe->watch = watch_timer(probe->context, 0, on_input_inside, probe);
  else
    probe->watch = watch_fd(probe->context, stream_descriptor(probe->stream),
                            all_sent ? G_IO_IN : G_IO_IN | G_IO_OUT, on_answer, probe);
}

/* --- Talking --------------------------------------------------------------------------------- */

static void
talk(Probe *probe)
{
  probe->handshaken = TRUE;
  g_autoptr(GByteArray) words = probe_words(probe->request);
  if (words != NULL) {
    stream_write(probe->stream, words->data, words->len);
  } else if (probe->request->kind == PROBE_TCP && probe->request->listen_ms > 0) {
    probe->quiet = watch_timer(probe->context, probe->request->listen_ms, on_quiet, probe);
  } else {
    finish(probe, NULL, TRUE);
    return;
  }
  listen_on(probe);
}

/* --- TLS ------------------------------------------------------------------------------------- */

static void
on_stage(const char *text, gpointer data)
{
}

static void
on_alert(int number, const char *name, gboolean received, gpointer data)
{
  ProbeResult *result = ((Probe *)data)->result;
  if (!received || number == TLS_ALERT_CLOSE_NOTIFY || result == NULL)
    return;
  result->alert = number;
  g_free(result->alert_name);
  result->alert_name = g_strdup(name);
}

static void
on_requested(char **ca_names, const char *key_types, gboolean sent, gpointer data)
{
  ProbeResult *result = ((Probe *)data)->result;
  result->ca_names = g_strdupv(ca_names);
  result->key_types = g_strdup(key_types);
}

/* Whatever it is: nothing is told to who shows it but what the caller has decided to tell. */
static gboolean
on_certificates(GPtrArray *certificates, const RevocationData *staples, int *alert, gpointer data)
{
  ((Probe *)data)->result->certificates = certificates;
  return TRUE;
}

static void
end_handshake(Probe *probe)
{
  finish(probe, explain_tls(probe, &probe->stream->failure), FALSE);
}

static void shake_hands(Probe *probe);

static gboolean
on_handshake(int fd, GIOCondition condition, gpointer data)
{
  shake_hands(data);
  return G_SOURCE_REMOVE;
}

static void
shake_hands(Probe *probe)
{
  StreamResult result = tls_handshake(probe->tls);
  gboolean all_sent = stream_flush(probe->stream);
  watch_clear(&probe->watch);
  if (result == STREAM_AGAIN)
    probe->watch = watch_fd(probe->context, stream_descriptor(probe->stream),
                            all_sent ? G_IO_IN : G_IO_IN | G_IO_OUT, on_handshake, probe);
  else if (result == STREAM_OK)
    talk(probe);
  else
    end_handshake(probe);
}

static void
begin_tls(Probe *probe, int fd)
{
  static const TlsSink sink = {
      .stage = on_stage, .alert = on_alert, .requested = on_requested, .judge = on_certificates};
  const ProbeRequest *request = probe->request;
  GError *error = NULL;
  TlsOptions options = {
      .server_name = request->server_name,
      .identity = request->identity,
      .alpn = (const char *const *)request->alpn,
      .priority = request->priority,
      .offer_psk = request->priority != NULL && strstr(request->priority, "PSK") != NULL,
  };
  probe->tls = tls_stream_new(fd, &options, &sink, probe, &error);
  if (probe->tls == NULL) {
    finish(probe, error, FALSE);
    return;
  }
  probe->stream = tls_stream(probe->tls);
  shake_hands(probe);
}

/* --- Dialing --------------------------------------------------------------------------------- */

static void
on_attempt(const char *address, gpointer data)
{
}

static void
on_attempt_failed(const char *address, const GError *error, gpointer data)
{
}

static void
on_dialed(int fd, const char *address, const GError *error, gpointer data)
{
  Probe *probe = data;
  if (fd < 0) {
    probe->result->timed_out = error->code == TUNNEL_ERROR_TCP_FILTERED;
    probe->result->connected = error->code == TUNNEL_ERROR_TCP_CLOSED_AT_ONCE;
    finish(probe, g_error_copy(error), FALSE);
    return;
  }
  probe->result->connected = TRUE;
  g_clear_pointer(&probe->dial, dial_free);
  if (probe->request->kind == PROBE_TLS) {
    begin_tls(probe, fd);
    return;
  }
  probe->stream = plain_stream_new(fd);
  talk(probe);
}

/* --- Time ------------------------------------------------------------------------------------ */

static guint
total_timeout(const Probe *probe)
{
  return probe->request->timeout_ms == 0 ? PROBE_TIMEOUT_MS : probe->request->timeout_ms;
}

static GError *
explain_timeout(Probe *probe)
{
  guint timeout_ms = total_timeout(probe);
  if (probe->stream == NULL)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TCP_FILTERED,
                       "%s does not answer at all within %u ms; a firewall drops the packets, or "
                       "the machine is off",
                       probe->peer, timeout_ms);
  if (!probe->handshaken) {
    TlsFacts facts;
    tls_facts(probe->tls, &facts);
    return tls_fault_explain_timeout(&facts, probe->peer, timeout_ms);
  }
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_MQTT_TIMEOUT, "%s does not answer %s within %u ms",
                     probe->peer, what_was_sent(probe), timeout_ms);
}

static gboolean
on_limit(gpointer data)
{
  Probe *probe = data;
  probe->result->timed_out = TRUE;
  if (probe->heard->len > 0)
    finish_with_stranger(probe);
  else if (probe->request->kind == PROBE_TCP && probe->handshaken)
    finish(probe, NULL, TRUE);
  else
    finish(probe, explain_timeout(probe), TRUE);
  return G_SOURCE_REMOVE;
}

/* --- The beginning --------------------------------------------------------------------------- */

static gboolean
begin(gpointer data)
{
  static const DialSink sink = {
      .attempt = on_attempt, .failed = on_attempt_failed, .done = on_dialed};
  Probe *probe = data;
  Address address;
  probe->begun_us = g_get_monotonic_time();
  if (!address_parse(&address, probe->request->address)) {
    finish(probe,
           g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_LOCAL, "\"%s\" is no address", probe->peer),
           FALSE);
    return G_SOURCE_REMOVE;
  }
  g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(Address));
  g_array_append_val(addresses, address);
  probe->limit = watch_timer(probe->context, total_timeout(probe), on_limit, probe);
  probe->dial = dial_start(probe->context, probe->request->address, addresses, probe->request->port,
                           total_timeout(probe), &sink, probe);
  return G_SOURCE_REMOVE;
}

static char *
peer_text(const ProbeRequest *request)
{
  Address address;
  if (!address_parse(&address, request->address))
    return safe_text_string(request->address);
  address_set_port(&address, request->port);
  return address_text_with_port(&address);
}

Probe *
probe_start(Transport *transport, const ProbeRequest *request, ProbeDone done, gpointer user_data)
{
  Probe *probe = g_new0(Probe, 1);
  probe->transport = transport;
  probe->context = transport_context(transport);
  probe->request = probe_request_copy(request);
  probe->done = done;
  probe->user_data = user_data;
  probe->peer = peer_text(request);
  probe->heard = g_byte_array_new();
  probe->result = g_new0(ProbeResult, 1);
  probe->result->kind = request->kind;
  probe->result->alert = probe->result->connack = -1;
  pthread_mutex_init(&probe->lock, NULL);
  pthread_cond_init(&probe->stopped_changed, NULL);
  transport_invoke(transport, begin, probe, NULL);
  return probe;
}

static gboolean
stop(gpointer data)
{
  Probe *probe = data;
  close_all(probe);
  pthread_mutex_lock(&probe->lock);
  probe->stopped = TRUE;
  pthread_cond_signal(&probe->stopped_changed);
  pthread_mutex_unlock(&probe->lock);
  return G_SOURCE_REMOVE;
}

void
probe_stop(Probe *probe)
{
  if (probe == NULL)
    return;
  g_assert(!g_main_context_is_owner(probe->context)); /* it would wait for itself */
  transport_invoke(probe->transport, stop, probe, NULL);
  pthread_mutex_lock(&probe->lock);
  while (!probe->stopped)
    pthread_cond_wait(&probe->stopped_changed, &probe->lock);
  pthread_mutex_unlock(&probe->lock);
  pthread_mutex_destroy(&probe->lock);
  pthread_cond_destroy(&probe->stopped_changed);
  probe_request_free(probe->request);
  probe_result_free(probe->result);
  g_byte_array_unref(probe->heard);
  g_free(probe->peer);
  g_free(probe);
}
