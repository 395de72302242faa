#include "config.h"

#include "flood_tls.h"

#include <string.h>
#include <unistd.h>

#define RECORD 16384 /* the largest that TLS has */

static void
check(int result, const char *what)
{
  if (result < 0)
    g_error("%s: %s", what, gnutls_strerror(result));
}

static void
load(FloodStream *stream, const CertificateFiles *own, const char *trusted)
{
  check(gnutls_certificate_allocate_credentials(&stream->credentials), "credentials");
  check(gnutls_certificate_set_x509_key_file(stream->credentials, own->fullchain, own->key,
                                             GNUTLS_X509_FMT_PEM),
        own->fullchain);
  check(gnutls_certificate_set_x509_trust_file(stream->credentials, trusted, GNUTLS_X509_FMT_PEM),
        trusted);
}

static void
shake_hands(FloodStream *stream, int fd, const char *name)
{
  int result;
  stream->fd = fd;
  check(gnutls_set_default_priority(stream->session), "priority");
  check(gnutls_credentials_set(stream->session, GNUTLS_CRD_CERTIFICATE, stream->credentials),
        "credentials");
  gnutls_session_set_verify_cert(stream->session, name, 0);
  gnutls_transport_set_int(stream->session, fd);
  do {
    result = gnutls_handshake(stream->session);
  } while (result < 0 && !gnutls_error_is_fatal(result));
  check(result, "TLS handshake");
}

void
flood_stream_accept(FloodStream *stream, int fd, const Certificates *certificates)
{
  load(stream, &certificates->server, certificates->client_ca);
  check(gnutls_init(&stream->session, GNUTLS_SERVER), "session");
  gnutls_certificate_server_set_request(stream->session, GNUTLS_CERT_REQUIRE);
  shake_hands(stream, fd, NULL);
}

void
flood_stream_connect(FloodStream *stream, int fd, const Certificates *certificates)
{
  load(stream, &certificates->client, certificates->root);
  check(gnutls_init(&stream->session, GNUTLS_CLIENT), "session");
  shake_hands(stream, fd, "127.0.0.1");
}

void
flood_stream_close(FloodStream *stream)
{
  gnutls_bye(stream->session, GNUTLS_SHUT_WR);
  gnutls_deinit(stream->session);
  gnutls_certificate_free_credentials(stream->credentials);
  close(stream->fd);
}

void
flood_send(FloodStream *stream, const void *bytes, gsize length)
{
  const guint8 *next = bytes;
  while (length > 0) {
    gssize sent = gnutls_record_send(stream->session, next, MIN(length, RECORD));
    if (sent < 0 && !gnutls_error_is_fatal((int)sent))
      continue;
    check((int)sent, "sending");
    next += sent;
    length -= (gsize)sent;
  }
}

gsize
flood_receive(FloodStream *stream, void *buffer, gsize size)
{
  gssize length;
  do {
    length = gnutls_record_recv(stream->session, buffer, size);
  } while (length < 0 && !gnutls_error_is_fatal((int)length));
  return length > 0 ? (gsize)length : 0; /* a peer that is ended says no goodbye */
}

static gboolean
receive_byte(FloodStream *stream, guint8 *byte)
{
  return flood_receive(stream, byte, 1) == 1;
}

gboolean
flood_receive_packet(FloodStream *stream, FloodPacket *packet)
{
  guint8 byte;
  packet->length = 0;
  if (!receive_byte(stream, &packet->type))
    return FALSE;
  /* Remaining Length: seven bits a byte, low ones first (MQTT 5, 1.5.5). */
  for (int shift = 0;; shift += 7) {
    if (!receive_byte(stream, &byte))
      return FALSE;
    packet->length |= (gsize)(byte & 0x7f) << shift;
    if (byte < 0x80)
      break;
  }
  if (packet->length > sizeof packet->body)
    g_error("a packet of %" G_GSIZE_FORMAT " bytes in a flood's greeting", packet->length);
  for (gsize i = 0; i < packet->length; i++) {
    if (!receive_byte(stream, &packet->body[i]))
      return FALSE;
  }
  return TRUE;
}

void
flood_append_publish(GByteArray *out, int version, const char *topic, gsize payload,
                     guint16 packet_id)
{
  gsize topic_length = strlen(topic);
  gsize left = 2 + topic_length + (packet_id != 0 ? 2 : 0) + (version == 5 ? 1 : 0) + payload;
  guint8 head[8] = {packet_id != 0 ? 0x32 : 0x30};
  guint used = 1;
  do {
    head[used++] = (guint8)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>= 7;
  } while (left > 0);
  head[used++] = (guint8)(topic_length >> 8);
  head[used++] = (guint8)topic_length;
  g_byte_array_append(out, head, used);
  g_byte_array_append(out, (const guint8 *)topic, (guint)topic_length);
  if (packet_id != 0) {
    const guint8 id[] = {(guint8)(packet_id >> 8), (guint8)packet_id};
    g_byte_array_append(out, id, sizeof id);
  }
  if (version == 5)
    g_byte_array_append(out, (const guint8 *)"", 1); /* no properties */
  for (gsize i = 0; i < payload; i++) {
    guint8 letter = (guint8)('a' + i % 26);
    g_byte_array_append(out, &letter, 1);
  }
}
