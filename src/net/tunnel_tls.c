/* The tunnel's TLS handshake: who we say we want, whether we trust who answers, and what a failure
 * means. */
#include "config.h"
#include "net/tunnel_internal.h"

#include <string.h>
#include <unistd.h>

#include "net/tls_fault.h"
#include "net/watch.h"
#include "trust/verify_store.h"
#include "util/safe_text.h"

#define TUNNEL_STAGES_MAX 64

/* --- Names ----------------------------------------------------------------------------------- */

/* The ASCII form without the root's dot, as SNI and certificates have it (RFC 6066, 3). */
static char *
plain_name(const char *name)
{
  char *ascii = g_hostname_to_ascii(name);
  gsize length = ascii == NULL ? 0 : strlen(ascii);
  if (length > 1 && ascii[length - 1] == '.')
    ascii[length - 1] = '\0';
  return ascii == NULL ? g_strdup(name) : ascii;
}

/* An address is no server name (RFC 6066, 3). */
static char *
sni_of(const TunnelConfig *config)
{
  const char *name = config->server_name == NULL ? config->host : config->server_name;
  return g_hostname_is_ip_address(name) ? NULL : plain_name(name);
}

/* --- What the handshake tells ---------------------------------------------------------------- */

/* A handshake has a dozen. A broker that sends tickets without end does not fill a queue. */
static void
on_stage(const char *text, gpointer data)
{
  Tunnel *tunnel = data;
  if (tunnel->stages++ < TUNNEL_STAGES_MAX)
    tunnel_post_text(tunnel, TUNNEL_TLS_STAGE, text);
}

static void
on_alert(int number, const char *name, gboolean received, gpointer data)
{
  Tunnel *tunnel = data;
  TunnelEvent *event = tunnel_event_new(TUNNEL_TLS_ALERT);
  event->number = number;
  event->flag = received;
  event->text = g_strdup(name);
  if (received && number != TLS_ALERT_CLOSE_NOTIFY) /* a goodbye, and no reason */
    tunnel->alert = number;
  tunnel_post(tunnel, event);
}

static void
on_requested(char **ca_names, const char *key_types, gboolean sent, gpointer data)
{
  TunnelEvent *event = tunnel_event_new(TUNNEL_CERTIFICATE_REQUESTED);
  event->names = g_strdupv(ca_names);
  event->text = g_strdup(key_types);
  event->flag = sent;
  tunnel_post(data, event);
}

/* --- Trust ----------------------------------------------------------------------------------- */

/* In place, on the transport thread: it computes, asks nobody but the system's trust store on the
 * disk, and GnuTLS bounds the chain to a handshake message of 128 KiB. */
static void
judge_chain(const Tunnel *tunnel, GPtrArray *certificates, const RevocationData *staples,
            TunnelEvent *verified)
{
  const TunnelConfig *config = tunnel->config;
  g_autoptr(RevocationData) known =
      config->revocation == NULL ? NULL : revocation_data_join(config->revocation, staples);
  g_autofree char *name =
      plain_name(config->verify_name == NULL ? config->host : config->verify_name);
  VerifyRequest request = {
      .certificates = certificates,
      .anchors = config->anchors,
      .name = config->insecure ? NULL : name,
      .name_is_override =
          config->verify_name != NULL && strcmp(config->verify_name, config->host) != 0,
      .purpose = VERIFY_PURPOSE_SERVER,
      .revocation = known == NULL ? staples : known,
      .also_listed = config->identity == NULL ? NULL : identity_certificates(config->identity),
      .time = g_get_real_time() / G_USEC_PER_SEC,
      .source = FINDING_SOURCE_PEER,
  };
  verified->verdict = verify_with_store(&request);
  verified->opinion = second_opinion(&request);
}

static const char *
worst_code(const Verdict *verdict)
{
  if (verdict->findings->len == 0)
    return NULL;
  const Finding *finding = verdict->findings->pdata[0];
  return finding->code;
}

static gboolean
on_peer_chain(GPtrArray *certificates, const RevocationData *staples, int *alert, gpointer data)
{
  Tunnel *tunnel = data;
  TunnelEvent *chain = tunnel_event_new(TUNNEL_PEER_CHAIN);
  chain->certificates = g_ptr_array_ref(certificates);
  tunnel_post(tunnel, chain);

  TunnelEvent *verified = tunnel_event_new(TUNNEL_VERIFIED);
  judge_chain(tunnel, certificates, staples, verified);
  gboolean accepted = verified->verdict->accepted;
  if (!accepted) {
    tunnel->refusal = verdict_reason(verified->verdict);
    *alert = tls_fault_refusal_alert(worst_code(verified->verdict));
  }
  verified->certificates = certificates;
  verified->flag = accepted;
  tunnel_post(tunnel, verified);
  return accepted;
}

/* --- Failure --------------------------------------------------------------------------------- */

static GError *
explain_refusal(const Tunnel *tunnel)
{
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_SERVER_REFUSED,
                     "the certificate of %s is not to be trusted: %s", tunnel->peer,
                     tunnel->refusal);
}

GError *
tunnel_explain_stream(Tunnel *tunnel, const StreamFailure *failure)
{
  if (failure->kind == STREAM_FAILURE_REFUSED && tunnel->refusal != NULL)
    return explain_refusal(tunnel);
  g_autofree char *sni = sni_of(tunnel->config);
  g_autofree char *safe_sni = sni == NULL ? NULL : safe_text_string(sni);
  g_autofree char *alpn = tls_alpn_text(tunnel->config->alpn);
  TlsFacts facts;
  TlsCircumstances circumstances = {.peer = tunnel->peer, .server_name = safe_sni, .alpn = alpn};
  tls_circumstances_take_identity(&circumstances, tunnel->config->identity);
  tls_facts(tunnel->tls, &facts);
  tunnel->unreadable = facts.unreadable;
  return tls_fault_explain(&facts, failure, &circumstances);
}

/* --- The handshake --------------------------------------------------------------------------- */

static void
post_established(Tunnel *tunnel)
{
  TlsFacts facts;
  TunnelEvent *event = tunnel_event_new(TUNNEL_TLS_ESTABLISHED);
  tls_facts(tunnel->tls, &facts);
  event->tls.version = g_strdup(facts.version);
  event->tls.cipher = g_strdup(facts.cipher);
  event->tls.group = g_strdup(facts.group);
  event->tls.alpn = g_strdup(facts.alpn);
  tunnel_post(tunnel, event);
}

static void shake_hands(Tunnel *tunnel);

static gboolean
on_stream_ready(int fd, GIOCondition condition, gpointer data)
{
  shake_hands(data);
  return G_SOURCE_CONTINUE;
}

static void
shake_hands(Tunnel *tunnel)
{
  StreamResult result = tls_handshake(tunnel->tls);
  gboolean all_sent = stream_flush(tunnel->stream);
  watch_clear(&tunnel->watch);
  if (result == STREAM_AGAIN) {
    tunnel->watch = watch_fd(tunnel->context, stream_descriptor(tunnel->stream),
                             all_sent ? G_IO_IN : G_IO_IN | G_IO_OUT, on_stream_ready, tunnel);
    return;
  }
  if (result == STREAM_OK) {
    post_established(tunnel);
    tunnel_open_door(tunnel);
    return;
  }
  tunnel->gnutls_error = tunnel->stream->failure.gnutls_error;
  tunnel_close(tunnel, tunnel_explain_stream(tunnel, &tunnel->stream->failure));
}

void
tunnel_begin_tls(Tunnel *tunnel, int fd)
{
  static const TlsSink sink = {
      .stage = on_stage, .alert = on_alert, .requested = on_requested, .judge = on_peer_chain};
  const TunnelConfig *config = tunnel->config;
  g_autofree char *sni = sni_of(config);
  GError *error = NULL;
  TlsOptions options = {
      .server_name = sni,
      .identity = config->identity,
      .alpn = (const char *const *)config->alpn,
      .priority = config->tls_priority,
  };
  if (config->anchors == NULL) {
    close(fd);
    tunnel_close(tunnel, g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_LOCAL,
                                     "nothing is trusted, so %s cannot be: give a CA file, or use "
                                     "the system's",
                                     tunnel->peer));
    return;
  }
  tunnel->tls = tls_stream_new(fd, &options, &sink, tunnel, &error);
  if (tunnel->tls == NULL) {
    tunnel_close(tunnel, error);
    return;
  }
  tunnel->stream = tls_stream(tunnel->tls);
  shake_hands(tunnel);
}
