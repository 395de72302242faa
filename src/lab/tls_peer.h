/* A TLS server on one connection, for the scripts of lab/peer.h. Settings that GnuTLS does not take
 * end the program. */
#pragma once

#include <glib.h>
#include <gnutls/gnutls.h>

typedef struct {
  const char *chain_pem; /* leaf first */
  const char *key_pem;
  const char *client_ca_pem; /* NULL: no certificate is asked for */
  gboolean name_no_ca;       /* ask without naming the CAs, as mosquitto 2.0 does */
  gboolean require;          /* refuse who has none that we trust */
  int refuse;                /* TLS alert with which every client certificate is refused (48:
                              * unknown CA); 0: taken, or verified with `require` */
  GBytes *staple;            /* an OCSP answer for the leaf, sent as it is; or NULL */
  const char *priority;      /* NULL: NORMAL */
  const char *const *alpn;   /* NULL-terminated; then one of them is required */
} TlsPeerOptions;

typedef struct {
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;
  int code;                  /* of the handshake: 0 or GnuTLS's error */
  guint client_certificates; /* how many the client sent */
  char sni[256];
  int fd;                    /* borrowed */
  gint64 answered_us;        /* monotonic time of its first word, as it went to the kernel; 0: none */
  gint64 spoke_us;           /* and of its last */
} TlsPeer;

/* Shakes hands; `code` says how it went. `peer` stays where it is from then on. */
void tls_peer_accept(TlsPeer *peer, int fd, const TlsPeerOptions *options);
/* Sends a fatal alert (RFC 8446, 6.2). */
void tls_peer_alert(TlsPeer *peer, int alert);
/* Says goodbye if `goodbye`, and frees; the descriptor stays open. */
void tls_peer_clear(TlsPeer *peer, gboolean goodbye);

/* FALSE: the other side has gone. */
gboolean tls_peer_write(TlsPeer *peer, const void *bytes, gsize length);
gboolean tls_peer_read(TlsPeer *peer, void *bytes, gsize length);
/* One whole MQTT packet into `packet`; its length; 0 at the end, or when it is longer than `size`
 * (at least 5). */
gsize tls_peer_read_packet_into(TlsPeer *peer, guint8 *packet, gsize size);
gsize tls_peer_read_packet(TlsPeer *peer, guint8 packet[130]);
