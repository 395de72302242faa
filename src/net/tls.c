#include "config.h"
#include "net/tls.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/ocsp.h>
#include <poll.h>
#include <string.h>

#include "net/socket_io.h"
#include "net/tls_chain.h"
#include "net/tls_library.h"
#include "net/tunnel_error.h"
#include "trust/gnutls_bridge.h"
#include "util/safe_text.h"

/* One gnutls_record_send() makes one record of at most 2^14 bytes (RFC 8446, 5.1). */
#define RECORD_BYTES 16384
#define WARNINGS_MAX 16

#define PSK_BYTES 32

struct TlsStream {
  Stream base;
  SocketIo io;
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;
  Identity *identity;
  const TlsSink *sink;
  gpointer user_data;

  gboolean established, ended, judged, refused, server_answered;
  gboolean declined_renegotiation;
  gboolean requested, request_reported, sent; /* a client certificate */
  char **ca_names;                            /* safe text */
  char *key_types;                            /* safe text */
  gboolean key_type_refused;
  int refusal_alert; /* with `refused` */
  int alert_received;
  guint warnings; /* alerts received that were no end, and wishes to renegotiate */
  char *alpn;     /* safe text */
  char *priority; /* or NULL */
  gnutls_psk_client_credentials_t psk; /* NULL: not offered */
  gnutls_priority_t priorities;
  TlsOffer *offer;        /* of it, once asked for */
  gboolean accepted_peer; /* and the handshake failed all the same */
  GBytes *chain_message;  /* Certificate, as it came; or NULL */
  guint unreadable;       /* which of the peer's certificates, from 1; 0: none was met */
  char *unreadable_why;   /* with it */
};

static TlsStream *
from_session(gnutls_session_t session)
{
  return gnutls_session_get_ptr(session);
}

/* --- GnuTLS's side of the socket ------------------------------------------------------------- */

static ssize_t
pull(gnutls_transport_ptr_t pointer, void *bytes, size_t length)
{
  TlsStream *tls = pointer;
  gsize got = socket_io_read(&tls->io, bytes, length);
  if (got > 0 || (tls->io.eof && tls->io.error == 0))
    return (ssize_t)got;
  gnutls_transport_set_errno(tls->session, tls->io.would_block ? EAGAIN : tls->io.error);
  return -1;
}

static int
pull_timeout(gnutls_transport_ptr_t pointer, unsigned milliseconds)
{
  TlsStream *tls = pointer;
  struct pollfd fd = {.fd = tls->io.fd, .events = POLLIN};
  return socket_io_available(&tls->io) > 0 ? 1 : poll(&fd, 1, 0);
}

/* Into the buffer, so that it never blocks and GnuTLS never has to repeat a record. */
static ssize_t
push(gnutls_transport_ptr_t pointer, const void *bytes, size_t length)
{
  TlsStream *tls = pointer;
  socket_io_write(&tls->io, bytes, length);
  return (ssize_t)length;
}

/* --- What is seen of the handshake ----------------------------------------------------------- */

static void
report_request(TlsStream *tls, gboolean sent)
{
  if (!tls->requested || tls->request_reported)
    return;
  tls->request_reported = TRUE;
  tls->sent = sent;
  tls->sink->requested(tls->ca_names, tls->key_types, sent, tls->user_data);
}

static int
on_handshake_message(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                     const gnutls_datum_t *message)
{
  TlsStream *tls = from_session(session);
  g_autofree char *text =
      g_strdup_printf("%s %s", incoming ? "received" : "sent",
                      gnutls_handshake_description_get_name((gnutls_handshake_description_t)type));
  if (incoming && type == GNUTLS_HANDSHAKE_SERVER_HELLO)
    tls->server_answered = TRUE;
  if (incoming && type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT && tls->chain_message == NULL)
    tls->chain_message = g_bytes_new(message->data, message->size);
  if (!incoming && type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT)
    report_request(tls, tls->identity != NULL);
  tls->sink->stage(text, tls->user_data);
  return 0;
}

static void
report_alert(TlsStream *tls, int number, gboolean received)
{
  const char *name = gnutls_alert_get_name((gnutls_alert_description_t)number);
  if (received)
    tls->alert_received = number;
  tls->sink->alert(number, name == NULL ? "unknown alert" : name, received, tls->user_data);
}

/* Warnings are no end, so there may be many of them. */
static void
report_warning(TlsStream *tls)
{
  if (tls->warnings++ < WARNINGS_MAX)
    report_alert(tls, (int)gnutls_alert_get(tls->session), TRUE);
}

static void
send_alert(TlsStream *tls, gnutls_alert_level_t level, int number)
{
  if (gnutls_alert_send(tls->session, level, (gnutls_alert_description_t)number) >= 0)
    report_alert(tls, number, FALSE);
}

/* --- Our certificate ------------------------------------------------------------------------- */

static char **
ca_names_to_text(const gnutls_datum_t *names, int count)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new();
  for (int i = 0; i < count; i++) {
    gnutls_datum_t text = {NULL, 0};
    if (gnutls_x509_rdn_get2(&names[i], &text, 0) < 0)
      g_ptr_array_add(texts, g_strdup("(a name that cannot be read)"));
    else
      g_ptr_array_add(texts, safe_text(text.data, text.size));
    gnutls_free(text.data);
  }
  g_ptr_array_add(texts, NULL);
  return (char **)g_ptr_array_steal(texts, NULL);
}

static char *
key_types_to_text(const gnutls_pk_algorithm_t *algorithms, int count)
{
  GString *text = g_string_new(NULL);
  for (int i = 0; i < count; i++) {
    const char *name = gnutls_pk_algorithm_get_name(algorithms[i]);
    if (name == NULL || strstr(text->str, name) != NULL)
      continue;
    g_string_append_printf(text, "%s%s", text->len == 0 ? "" : ", ", name);
  }
  return g_string_free(text, FALSE);
}

/* RSA keys sign in the one scheme or the other (RFC 8446, 4.2.3). */
static gboolean
is_same_key_type(gnutls_pk_algorithm_t a, gnutls_pk_algorithm_t b)
{
  gboolean both_rsa = (a == GNUTLS_PK_RSA || a == GNUTLS_PK_RSA_PSS) &&
                      (b == GNUTLS_PK_RSA || b == GNUTLS_PK_RSA_PSS);
  return a == b || both_rsa;
}

static gboolean
is_key_type_refused(const TlsStream *tls, const gnutls_pk_algorithm_t *algorithms, int count)
{
  if (tls->identity == NULL || count == 0)
    return FALSE;
  gnutls_privkey_t key = identity_gnutls_key(tls->identity);
  gnutls_pk_algorithm_t ours = (gnutls_pk_algorithm_t)gnutls_privkey_get_pk_algorithm(key, NULL);
  for (int i = 0; i < count; i++) {
    if (is_same_key_type(algorithms[i], ours))
      return FALSE;
  }
  return TRUE;
}

static int
on_certificate_request(gnutls_session_t session, const gnutls_datum_t *ca_names, int ca_count,
                       const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                       gnutls_pcert_st **chain, unsigned *chain_length, gnutls_privkey_t *key)
{
  TlsStream *tls = from_session(session);
  if (!tls->requested) {
    tls->requested = TRUE;
    tls->ca_names = ca_names_to_text(ca_names, ca_count);
    tls->key_types = key_types_to_text(algorithms, algorithm_count);
    tls->key_type_refused = is_key_type_refused(tls, algorithms, algorithm_count);
  }
  *chain_length = 0;
  if (tls->identity == NULL)
    return 0;
  *chain = identity_gnutls_chain(tls->identity, chain_length);
  *key = identity_gnutls_key(tls->identity);
  return 0;
}

/* --- The peer's certificates ----------------------------------------------------------------- */

/* (transfer full), of GBytes: what GnuTLS has taken; or, when it stumbled, what was sent. */
static GPtrArray *
sent_certificates(TlsStream *tls)
{
  unsigned count = 0;
  const gnutls_datum_t *list = gnutls_certificate_get_peers(tls->session, &count);
  if (gnutls_certificate_type_get2(tls->session, GNUTLS_CTYPE_SERVER) != GNUTLS_CRT_X509)
    return NULL;
  if ((list == NULL || count == 0) && tls->chain_message != NULL)
    return tls_chain_read(g_bytes_get_data(tls->chain_message, NULL),
                          g_bytes_get_size(tls->chain_message),
                          gnutls_protocol_get_version(tls->session) == GNUTLS_TLS1_3);
  GPtrArray *sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (unsigned i = 0; list != NULL && i < count; i++)
    g_ptr_array_add(sent, g_bytes_new(list[i].data, list[i].size));
  return sent;
}

/* NULL: none came, or one of them cannot be parsed. */
static GPtrArray *
peer_certificates(TlsStream *tls)
{
  g_autoptr(GPtrArray) sent = sent_certificates(tls);
  g_autoptr(GPtrArray) certificates = certificate_list_new();
  for (guint i = 0; sent != NULL && i < sent->len; i++) {
    g_autoptr(GError) error = NULL;
    gsize length;
    const void *der = g_bytes_get_data(sent->pdata[i], &length);
    Certificate *certificate = certificate_new_from_der(der, length, &error);
    if (certificate == NULL) {
      tls->unreadable = i + 1;
      g_free(tls->unreadable_why);
      tls->unreadable_why = g_strdup(error->message);
      return NULL;
    }
    g_ptr_array_add(certificates, certificate);
  }
  return certificates->len > 0 ? g_steal_pointer(&certificates) : NULL;
}

/* (transfer full): TLS 1.2 has one for the first certificate (RFC 6066, 8), TLS 1.3 for each. */
static RevocationData *
peer_staples(TlsStream *tls, guint count)
{
  RevocationData *staples = revocation_data_new();
  for (guint i = 0; i < count; i++) {
    gnutls_datum_t answer = {NULL, 0}; /* the session's */
    if (gnutls_ocsp_status_request_get2(tls->session, i, &answer) >= 0 && answer.size > 0)
      revocation_data_add_staple(staples, i, answer.data, answer.size);
  }
  return staples;
}

static gboolean
judge_certificates(TlsStream *tls, GPtrArray *certificates, int *alert)
{
  g_autoptr(RevocationData) staples = peer_staples(tls, certificates->len);
  return tls->sink->judge(certificates, staples, alert, tls->user_data);
}

/* GnuTLS calls this when the server has proved that the key is its own (TLS 1.3), or is about to
 * (TLS 1.2); in both before our certificate goes out. */
static int
judge_peer(gnutls_session_t session)
{
  TlsStream *tls = from_session(session);
  GPtrArray *certificates = peer_certificates(tls);
  tls->judged = TRUE;
  tls->refusal_alert = GNUTLS_A_BAD_CERTIFICATE;
  tls->refused =
      certificates == NULL || !judge_certificates(tls, certificates, &tls->refusal_alert);
  return tls->refused ? GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR : 0;
}

/* --- Failures -------------------------------------------------------------------------------- */

/* Records begin with a content type of 20 to 24 and major version 3 (RFC 8446, 5.1). */
static gboolean
looks_like_tls(const SocketIo *io)
{
  if (io->first_length == 0)
    return TRUE;
  return io->first[0] >= 20 && io->first[0] <= 24 && (io->first_length < 2 || io->first[1] == 3);
}

static StreamFailureKind
kind_of(const TlsStream *tls, int code)
{
  if (tls->refused)
    return STREAM_FAILURE_REFUSED;
  if (!tls->server_answered && !looks_like_tls(&tls->io))
    return STREAM_FAILURE_NOT_TLS;
  switch (code) {
  case GNUTLS_E_FATAL_ALERT_RECEIVED:
    return STREAM_FAILURE_ALERT;
  case GNUTLS_E_PREMATURE_TERMINATION:
    return tls->io.error != 0 ? STREAM_FAILURE_SOCKET : STREAM_FAILURE_CLOSED;
  case GNUTLS_E_PULL_ERROR:
  case GNUTLS_E_PUSH_ERROR:
    return STREAM_FAILURE_SOCKET;
  default:
    return STREAM_FAILURE_TLS;
  }
}

static StreamResult
fail(TlsStream *tls, int code)
{
  tls->base.failure = (StreamFailure){
      .kind = kind_of(tls, code),
      .error_number = tls->io.error,
      .gnutls_error = code,
      .text = gnutls_strerror(code),
  };
  if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
    report_alert(tls, (int)gnutls_alert_get(tls->session), TRUE);
  return STREAM_FAILED;
}

/* Tells the peer why we give up, unless it is the peer who did. */
static void
send_reason(TlsStream *tls, int code)
{
  int level = GNUTLS_AL_FATAL;
  int alert = tls->refused ? tls->refusal_alert : gnutls_error_to_alert(code, &level);
  if (tls->base.failure.kind == STREAM_FAILURE_TLS ||
      tls->base.failure.kind == STREAM_FAILURE_REFUSED)
    send_alert(tls, GNUTLS_AL_FATAL, alert);
  socket_io_flush(&tls->io);
}

/* --- Handshake ------------------------------------------------------------------------------- */

static StreamResult
fail_handshake(TlsStream *tls, int code)
{
  tls->accepted_peer = tls->judged && !tls->refused;
  /* The chain is of interest most when GnuTLS itself stumbled after it had come. */
  if (!tls->judged) {
    int alert;
    GPtrArray *certificates = peer_certificates(tls);
    tls->judged = TRUE;
    if (certificates != NULL)
      judge_certificates(tls, certificates, &alert);
  }
  fail(tls, code);
  report_request(tls, FALSE);
  send_reason(tls, code);
  return STREAM_FAILED;
}

StreamResult
tls_handshake(TlsStream *tls)
{
  for (;;) {
    tls->io.would_block = FALSE;
    int code = gnutls_handshake(tls->session);
    socket_io_flush(&tls->io);
    if (code == GNUTLS_E_SUCCESS)
      break;
    if (code == GNUTLS_E_WARNING_ALERT_RECEIVED)
      report_warning(tls);
    if (gnutls_error_is_fatal(code))
      return fail_handshake(tls, code);
    if (tls->io.would_block)
      return STREAM_AGAIN;
  }
  /* A suite without certificates (anonymous, PSK) has nothing to judge. */
  if (!tls->judged)
    return fail_handshake(tls, GNUTLS_E_NO_CERTIFICATE_FOUND);
  tls->established = TRUE;
  return STREAM_OK;
}

/* --- Stream ---------------------------------------------------------------------------------- */

/* What gnutls_record_recv() says beside bytes. OK: go on reading. */
static StreamResult
handle_recv_code(TlsStream *tls, int code)
{
  switch (code) {
  case 0:
    report_alert(tls, GNUTLS_A_CLOSE_NOTIFY, TRUE);
    return STREAM_EOF;
  case GNUTLS_E_AGAIN:
  case GNUTLS_E_INTERRUPTED:
    /* AGAIN also comes after a NewSessionTicket or KeyUpdate, with more to read behind it. */
    return tls->io.would_block ? STREAM_AGAIN : STREAM_OK;
  case GNUTLS_E_WARNING_ALERT_RECEIVED:
    report_warning(tls);
    return STREAM_OK;
  case GNUTLS_E_REHANDSHAKE:
    /* A client may decline (RFC 5246, 7.4.1.1), or ignore it; what was verified stays what is
     * used. Who asks without end gets no more answers. */
    tls->declined_renegotiation = TRUE;
    if (tls->warnings++ >= WARNINGS_MAX)
      return STREAM_OK;
    tls->sink->stage("received HELLO REQUEST", tls->user_data);
    send_alert(tls, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
    return STREAM_OK;
  default:
    if (!gnutls_error_is_fatal(code))
      return STREAM_OK;
    fail(tls, code);
    send_reason(tls, code);
    return STREAM_FAILED;
  }
}

static StreamResult
tls_read(Stream *stream, guint8 *bytes, gsize capacity, gsize *length)
{
  TlsStream *tls = (TlsStream *)stream;
  StreamResult result = STREAM_OK;
  *length = 0;
  while (*length < capacity && result == STREAM_OK) {
    tls->io.would_block = FALSE;
    ssize_t got = gnutls_record_recv(tls->session, bytes + *length, capacity - *length);
    if (got > 0)
      *length += (gsize)got;
    else
      result = handle_recv_code(tls, (int)got);
  }
  return result;
}

static gsize
tls_write(Stream *stream, const guint8 *bytes, gsize length)
{
  TlsStream *tls = (TlsStream *)stream;
  gsize taken = 0;
  while (taken < length && socket_io_has_room(&tls->io)) {
    ssize_t sent =
        gnutls_record_send(tls->session, bytes + taken, MIN(length - taken, RECORD_BYTES));
    if (sent <= 0)
      return length; /* the session is dead: into the void, as a dead socket would have it */
    taken += (gsize)sent;
  }
  return taken;
}

static gboolean
tls_flush(Stream *stream)
{
  return socket_io_flush(&((TlsStream *)stream)->io);
}

static gboolean
tls_has_input(const Stream *stream)
{
  const TlsStream *tls = (const TlsStream *)stream;
  return socket_io_available(&tls->io) > 0 || gnutls_record_check_pending(tls->session) > 0;
}

static void
tls_end(Stream *stream)
{
  TlsStream *tls = (TlsStream *)stream;
  if (!tls->established || tls->ended)
    return;
  tls->ended = TRUE;
  if (gnutls_bye(tls->session, GNUTLS_SHUT_WR) == GNUTLS_E_SUCCESS)
    report_alert(tls, GNUTLS_A_CLOSE_NOTIFY, FALSE);
}

static int
tls_descriptor(const Stream *stream)
{
  return ((const TlsStream *)stream)->io.fd;
}

static void
tls_free(Stream *stream)
{
  TlsStream *tls = (TlsStream *)stream;
  if (tls->session != NULL)
    gnutls_deinit(tls->session);
  if (tls->priorities != NULL)
    gnutls_priority_deinit(tls->priorities);
  if (tls->credentials != NULL)
    gnutls_certificate_free_credentials(tls->credentials);
  if (tls->psk != NULL)
    gnutls_psk_free_client_credentials(tls->psk);
  socket_io_clear(&tls->io);
  g_clear_pointer(&tls->identity, identity_unref);
  g_strfreev(tls->ca_names);
  g_free(tls->key_types);
  g_free(tls->alpn);
  g_free(tls->priority);
  g_clear_pointer(&tls->chain_message, g_bytes_unref);
  g_free(tls->unreadable_why);
  tls_offer_free(tls->offer);
  g_free(tls);
}

static const StreamClass tls_class = {
    .read = tls_read,
    .write = tls_write,
    .flush = tls_flush,
    .has_input = tls_has_input,
    .end = tls_end,
    .descriptor = tls_descriptor,
    .free = tls_free,
};

/* --- The beginning --------------------------------------------------------------------------- */

static gboolean
set_priority(TlsStream *tls, const char *priority, GError **error)
{
  const char *text = priority == NULL ? "NORMAL" : priority;
  const char *position = text;
  int code = gnutls_priority_init(&tls->priorities, text, &position);
  gboolean is_empty =
      code >= 0 ? tls_priority_leaves_nothing(tls->priorities) : tls_cause_of(code) == TLS_CAUSE_NOTHING;
  if (code >= 0 && !is_empty)
    code = gnutls_priority_set(tls->session, tls->priorities);
  if (code >= 0 && !is_empty)
    return TRUE;
  g_propagate_error(error, tls_priority_explain(text, is_empty ? NULL : position, code));
  return FALSE;
}

static int
set_alpn(TlsStream *tls, const char *const *alpn)
{
  g_autofree gnutls_datum_t *names = g_new0(gnutls_datum_t, g_strv_length((char **)alpn));
  unsigned count = 0;
  for (; alpn[count] != NULL; count++) {
    names[count].data = (unsigned char *)alpn[count];
    names[count].size = (unsigned)strlen(alpn[count]);
  }
  return gnutls_alpn_set_protocols(tls->session, names, count, 0);
}

/* Without credentials GnuTLS leaves the suites out of its offer. The key is random: no handshake can
 * succeed with it, for then nobody would have been verified. */
static int
set_psk(TlsStream *tls)
{
  guint8 bytes[PSK_BYTES];
  const gnutls_datum_t key = {bytes, sizeof bytes};
  int code = gnutls_rnd(GNUTLS_RND_KEY, bytes, sizeof bytes);
  if (code >= 0)
    code = gnutls_psk_allocate_client_credentials(&tls->psk);
  if (code >= 0)
    code = gnutls_psk_set_client_credentials(tls->psk, "mqtrust", &key, GNUTLS_PSK_KEY_RAW);
  gnutls_memset(bytes, 0, sizeof bytes);
  return code < 0 ? code : gnutls_credentials_set(tls->session, GNUTLS_CRD_PSK, tls->psk);
}

static int
set_up(TlsStream *tls, const TlsOptions *options)
{
  int code = gnutls_certificate_allocate_credentials(&tls->credentials);
  if (code >= 0)
    code = gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
  if (code >= 0 && options->server_name != NULL)
    code = gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, options->server_name,
                                  strlen(options->server_name));
  if (code >= 0 && options->offer_psk)
    code = set_psk(tls);
  if (code >= 0 && options->alpn != NULL && options->alpn[0] != NULL)
    code = set_alpn(tls, options->alpn);
  if (code < 0)
    return code;
  gnutls_certificate_set_retrieve_function2(tls->credentials, on_certificate_request);
  gnutls_session_set_verify_function(tls->session, judge_peer);
  gnutls_handshake_set_hook_function(tls->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST,
                                     on_handshake_message);
  /* Time is the tunnel's business; its own timer ends a handshake that does not end. */
  gnutls_handshake_set_timeout(tls->session, GNUTLS_INDEFINITE_TIMEOUT);
  gnutls_transport_set_ptr(tls->session, tls);
  gnutls_transport_set_pull_function(tls->session, pull);
  gnutls_transport_set_pull_timeout_function(tls->session, pull_timeout);
  gnutls_transport_set_push_function(tls->session, push);
  return 0;
}

TlsStream *
tls_stream_new(int fd, const TlsOptions *options, const TlsSink *sink, gpointer user_data,
               GError **error)
{
  TlsStream *tls = g_new0(TlsStream, 1);
  tls->base.class = &tls_class;
  tls->sink = sink;
  tls->user_data = user_data;
  tls->alert_received = -1;
  tls->priority = g_strdup(options->priority);
  tls->identity = options->identity == NULL ? NULL : identity_ref((Identity *)options->identity);
  socket_io_init(&tls->io, fd);

  int code = gnutls_init(&tls->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS);
  if (code >= 0) {
    gnutls_session_set_ptr(tls->session, tls);
    code = set_up(tls, options);
  }
  if (code < 0)
    g_set_error(error, TUNNEL_ERROR, TUNNEL_ERROR_LOCAL, "TLS cannot be set up: %s",
                gnutls_strerror(code));
  if (code < 0 || !set_priority(tls, options->priority, error)) {
    tls_free(&tls->base);
    return NULL;
  }
  return tls;
}

Stream *
tls_stream(TlsStream *tls)
{
  return &tls->base;
}

static char *
selected_alpn(TlsStream *tls)
{
  gnutls_datum_t name;
  if (gnutls_alpn_get_selected_protocol(tls->session, &name) < 0)
    return NULL;
  return safe_text(name.data, name.size);
}

/* The suite's name says key exchange and hash too, but came with GnuTLS 3.7.4. */
static const char *
cipher_name(gnutls_session_t session)
{
#if GNUTLS_VERSION_NUMBER >= 0x030704
  return gnutls_ciphersuite_get(session);
#else
  return gnutls_cipher_get_name(gnutls_cipher_get(session));
#endif
}

void
tls_facts(TlsStream *tls, TlsFacts *facts)
{
  *facts = (TlsFacts){
      .established = tls->established,
      .server_answered = tls->server_answered,
      .requested = tls->requested,
      .sent = tls->sent,
      .key_types = tls->key_types,
      .key_type_refused = tls->key_type_refused,
      .accepted_peer = tls->accepted_peer,
      .unreadable = tls->unreadable,
      .unreadable_why = tls->unreadable_why,
      .declined_renegotiation = tls->declined_renegotiation,
      .alert = tls->alert_received,
      .first = tls->io.first,
      .first_length = tls->io.first_length,
  };
  if (tls->alert_received >= 0)
    facts->alert_name = gnutls_alert_get_name((gnutls_alert_description_t)tls->alert_received);
  if (!tls->established && tls->offer == NULL)
    tls->offer = tls_offer_new(tls->priority);
  facts->offer = tls->established ? NULL : tls->offer;
  if (!tls->established)
    return;
  if (tls->alpn == NULL)
    tls->alpn = selected_alpn(tls);
  facts->version = tls_version_name((int)gnutls_protocol_get_version(tls->session));
  facts->cipher = cipher_name(tls->session);
  facts->group = gnutls_group_get_name(gnutls_group_get(tls->session));
  facts->alpn = tls->alpn;
}
