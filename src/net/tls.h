/* TLS as a client over a connected socket, with GnuTLS. With tls_library.c the only file of net/
 * that knows GnuTLS.
 *
 * The peer's certificates are judged inside the handshake, before ours is sent: a broker that is
 * not trusted never learns who we are. Our certificate is sent whenever the broker asks for one and
 * we have one, also when the CA names that it sends do not fit (GnuTLS's own choice would silently
 * send none). No session is ever resumed: on a resumed one no certificate is shown or asked for.
 * Handshake messages are bounded by GnuTLS (128 KiB). One thread. */
#pragma once

#include "net/stream.h"
#include "net/tls_library.h"
#include "trust/identity.h"
#include "trust/revocation.h"

typedef struct {
  const char *server_name;  /* SNI; NULL: none */
  const Identity *identity; /* NULL: no client certificate */
  const char *const *alpn;  /* NULL-terminated, or NULL */
  const char *priority;     /* GnuTLS priority string; NULL: "NORMAL" */
  gboolean offer_psk;       /* a probe offers the pre-shared keys that `priority` names, with a key
                             * that nobody has: who takes up the offer uses them, and gets no further */
} TlsOptions;

/* Called from within tls_handshake() and stream_read(). Texts are borrowed. */
typedef struct {
  void (*stage)(const char *text, gpointer user_data);
  void (*alert)(int number, const char *name, gboolean received, gpointer user_data);
  /* The broker asked for a certificate. `sent` is known only now: this comes when our answer went
   * out, or when the handshake failed before. Names and text are safe. */
  void (*requested)(char **ca_names, const char *key_types, gboolean sent, gpointer user_data);
  /* The peer's certificates (transfer full) in wire order, and the OCSP answers that came with them
   * (borrowed). Returns TRUE to go on; else `*alert` is the alert to refuse with. */
  gboolean (*judge)(GPtrArray *certificates, const RevocationData *staples, int *alert,
                    gpointer user_data);
} TlsSink;

typedef struct TlsStream TlsStream;

/* (transfer full) of `fd`. NULL (TUNNEL_ERROR) when the settings cannot be used; `fd` is closed
 * then. `options` is needed only during the call, but for the identity, which is referenced. */
TlsStream *tls_stream_new(int fd, const TlsOptions *options, const TlsSink *sink,
                          gpointer user_data, GError **error);

/* It as a stream; reading and writing are allowed once the handshake is over. */
Stream *tls_stream(TlsStream *tls);

/* Goes on with the handshake. AGAIN: call it again when the descriptor is readable (or writable,
 * if stream_flush() is FALSE). */
StreamResult tls_handshake(TlsStream *tls);

/* What is known of the session; texts are static or live as long as the stream. */
typedef struct {
  const char *version, *cipher, *group, *alpn; /* once established; or NULL */
  gboolean established;
  gboolean server_answered;  /* at least a ServerHello came */
  gboolean requested, sent;  /* a client certificate */
  const char *key_types;     /* of client certificates that the broker takes; safe text, or NULL */
  gboolean key_type_refused; /* ours is none of them */
  gboolean accepted_peer;    /* judged good, and the handshake failed all the same */
  guint unreadable;          /* which of the broker's certificates cannot be read, from 1; 0: none */
  const char *unreadable_why;      /* with it: "its keyUsage cannot be parsed" */
  gboolean declined_renegotiation; /* TLS 1.2: the broker wanted to shake hands again */
  int alert;                       /* last one received, -1: none */
  const char *alert_name;
  const TlsOffer *offer; /* what we offered; NULL once established */
  const guint8 *first;   /* what the peer said first, whatever it was */
  gsize first_length;
} TlsFacts;
void tls_facts(TlsStream *tls, TlsFacts *facts);
