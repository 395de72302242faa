/* TLS and the few MQTT packets that both ends of the flood need: the broker stand-in and the bare
 * client. Blocking, one connection, aborts on any fault: a measurement with a fault is none. */
#pragma once

#include <glib.h>
#include <gnutls/gnutls.h>

#include "live/certificates.h"

typedef struct {
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;
  int fd;
} FloodStream;

/* Both take the descriptor and do the handshake; two-way, each side verifies the other. */
void flood_stream_accept(FloodStream *stream, int fd, const Certificates *certificates);
void flood_stream_connect(FloodStream *stream, int fd, const Certificates *certificates);
void flood_stream_close(FloodStream *stream);

void flood_send(FloodStream *stream, const void *bytes, gsize length);
/* Some bytes; 0 at the end. */
gsize flood_receive(FloodStream *stream, void *buffer, gsize size);

typedef struct {
  guint8 type;      /* first byte of the packet */
  guint8 body[512];
  gsize length;
} FloodPacket;

/* A small packet, byte by byte: for the few before and after the flood. FALSE at the end. */
gboolean flood_receive_packet(FloodStream *stream, FloodPacket *packet);
/* A PUBLISH for MQTT `version` (4 or 5); `packet_id` 0: QoS 0. */
void flood_append_publish(GByteArray *out, int version, const char *topic, gsize payload,
                          guint16 packet_id);
