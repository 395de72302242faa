#include "config.h"

#include "lab/tls_peer.h"

#include <string.h>
#include <sys/socket.h>

static int
must(int result)
{
  if (result < 0)
    g_error("TLS peer: %s", gnutls_strerror(result));
  return result;
}

static gnutls_datum_t
datum(const char *text)
{
  return (gnutls_datum_t){(unsigned char *)text, (unsigned)strlen(text)};
}

/* GnuTLS then ends the handshake, and tls_peer_accept() says why. */
static int
refuse(gnutls_session_t session)
{
  return GNUTLS_E_CERTIFICATE_ERROR;
}

/* Asks, or requires and verifies. */
static void
set_client_authentication(TlsPeer *peer, const TlsPeerOptions *options)
{
  if (options->client_ca_pem == NULL)
    return;
  gnutls_datum_t ca = datum(options->client_ca_pem);
  must(gnutls_certificate_set_x509_trust_mem(peer->credentials, &ca, GNUTLS_X509_FMT_PEM));
  gnutls_certificate_server_set_request(peer->session, options->require ? GNUTLS_CERT_REQUIRE
                                                                        : GNUTLS_CERT_REQUEST);
  gnutls_certificate_send_x509_rdn_sequence(peer->session, options->name_no_ca ? 1 : 0);
  if (options->refuse > 0)
    gnutls_certificate_set_verify_function(peer->credentials, refuse);
  else if (options->require)
    gnutls_session_set_verify_cert(peer->session, NULL, 0);
}

static void
set_alpn(TlsPeer *peer, const TlsPeerOptions *options)
{
  gnutls_datum_t names[8];
  unsigned count = 0;
  for (; options->alpn != NULL && options->alpn[count] != NULL && count < 8; count++)
    names[count] = datum(options->alpn[count]);
  if (count > 0)
    gnutls_alpn_set_protocols(peer->session, names, count, GNUTLS_ALPN_MANDATORY);
}

static int
on_status_request(gnutls_session_t session, void *pointer, gnutls_datum_t *answer)
{
  gsize length;
  const void *bytes = g_bytes_get_data(pointer, &length);
  answer->data = gnutls_malloc(length); /* GnuTLS frees it */
  if (answer->data == NULL)
    return GNUTLS_E_MEMORY_ERROR;
  memcpy(answer->data, bytes, length);
  answer->size = (unsigned)length;
  return 0;
}

static ssize_t
push(gnutls_transport_ptr_t pointer, const void *bytes, size_t length)
{
  TlsPeer *peer = pointer;
  peer->spoke_us = g_get_monotonic_time();
  if (peer->answered_us == 0)
    peer->answered_us = peer->spoke_us;
  return send(peer->fd, bytes, length, MSG_NOSIGNAL);
}

/* Reads as GnuTLS does by itself; writes are noted. */
static void
set_transport(TlsPeer *peer, int fd)
{
  peer->fd = fd;
  gnutls_transport_set_ptr2(peer->session, GINT_TO_POINTER(fd), peer);
  gnutls_transport_set_push_function(peer->session, push);
}

static void
set_up(TlsPeer *peer, int fd, const TlsPeerOptions *options)
{
  gnutls_datum_t chain = datum(options->chain_pem), key = datum(options->key_pem);
  memset(peer, 0, sizeof *peer);
  must(gnutls_certificate_allocate_credentials(&peer->credentials));
  must(gnutls_certificate_set_x509_key_mem(peer->credentials, &chain, &key, GNUTLS_X509_FMT_PEM));
  if (options->staple != NULL)
    gnutls_certificate_set_ocsp_status_request_function(peer->credentials, on_status_request,
                                                        options->staple);
  must(gnutls_init(&peer->session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL));
  must(gnutls_priority_set_direct(peer->session,
                                  options->priority == NULL ? "NORMAL" : options->priority, NULL));
  must(gnutls_credentials_set(peer->session, GNUTLS_CRD_CERTIFICATE, peer->credentials));
  set_client_authentication(peer, options);
  set_alpn(peer, options);
  set_transport(peer, fd);
}

void
tls_peer_accept(TlsPeer *peer, int fd, const TlsPeerOptions *options)
{
  set_up(peer, fd, options);
  do
    peer->code = gnutls_handshake(peer->session);
  while (peer->code < 0 && !gnutls_error_is_fatal(peer->code));
  size_t length = sizeof peer->sni;
  unsigned type;
  if (gnutls_server_name_get(peer->session, peer->sni, &length, &type, 0) != 0)
    peer->sni[0] = '\0';
  gnutls_certificate_get_peers(peer->session, &peer->client_certificates);
  if (peer->code == GNUTLS_E_CERTIFICATE_ERROR && options->refuse > 0)
    tls_peer_alert(peer, options->refuse);
  else if (peer->code < 0 && peer->code != GNUTLS_E_FATAL_ALERT_RECEIVED)
    gnutls_alert_send_appropriate(peer->session, peer->code);
}

void
tls_peer_alert(TlsPeer *peer, int alert)
{
  gnutls_alert_send(peer->session, GNUTLS_AL_FATAL, (gnutls_alert_description_t)alert);
}

void
tls_peer_clear(TlsPeer *peer, gboolean goodbye)
{
  if (goodbye)
    gnutls_bye(peer->session, GNUTLS_SHUT_WR);
  gnutls_deinit(peer->session);
  gnutls_certificate_free_credentials(peer->credentials);
}

gboolean
tls_peer_write(TlsPeer *peer, const void *bytes, gsize length)
{
  for (gsize done = 0; done < length;) {
    ssize_t sent = gnutls_record_send(peer->session, (const guint8 *)bytes + done, length - done);
    if (sent < 0 && gnutls_error_is_fatal((int)sent))
      return FALSE;
    done += sent > 0 ? (gsize)sent : 0;
  }
  return TRUE;
}

gboolean
tls_peer_read(TlsPeer *peer, void *bytes, gsize length)
{
  for (gsize done = 0; done < length;) {
    ssize_t got = gnutls_record_recv(peer->session, (guint8 *)bytes + done, length - done);
    if (got == 0 || (got < 0 && gnutls_error_is_fatal((int)got)))
      return FALSE;
    done += got > 0 ? (gsize)got : 0;
  }
  return TRUE;
}

/* The length that follows the first byte (MQTT 5, 1.5.5); -1: the other side has gone. */
static gssize
read_length(TlsPeer *peer, guint8 *packet, gsize *header)
{
  gsize length = 0;
  for (int shift = 0; shift < 28; shift += 7) {
    if (!tls_peer_read(peer, packet + *header, 1))
      return -1;
    length |= (gsize)(packet[*header] & 127) << shift;
    if (packet[(*header)++] < 128)
      return (gssize)length;
  }
  return -1;
}

gsize
tls_peer_read_packet_into(TlsPeer *peer, guint8 *packet, gsize size)
{
  gsize header = 1;
  if (!tls_peer_read(peer, packet, 1))
    return 0;
  gssize length = read_length(peer, packet, &header);
  if (length < 0 || header + (gsize)length > size)
    return 0;
  return tls_peer_read(peer, packet + header, (gsize)length) ? header + (gsize)length : 0;
}

gsize
tls_peer_read_packet(TlsPeer *peer, guint8 packet[130])
{
  return tls_peer_read_packet_into(peer, packet, 130);
}
