/* A connected, non-blocking socket with a large buffer on either side: what the streams stand on.
 * One big recv() takes what hundreds of TLS records or MQTT packets need.
 *
 * A failed send is not reported where it happens: the peer may have said why before it closed, and
 * that waits to be read. So writing goes on into the void, and reading, which a dead socket always
 * makes possible, tells the reason. */
#pragma once

#include <glib.h>

#include "net/byte_queue.h"

#define SOCKET_IO_READ_BYTES (256u * 1024)
/* Callers stop writing when more than this waits; see socket_io_has_room(). */
#define SOCKET_IO_WRITE_BYTES (256u * 1024)

typedef struct {
  int fd;
  guint8 *input; /* SOCKET_IO_READ_BYTES; allocated by the first recv() */
  gsize input_start, input_end;
  ByteQueue output;
  gboolean would_block; /* the last recv() found nothing */
  gboolean eof;         /* the peer has closed */
  int error;            /* errno that ended the socket; 0: alive */
  guint8 first[64];     /* what the peer said first, for a guess at who it is */
  gsize first_length;
} SocketIo;

/* (transfer full) of `fd`. */
void socket_io_init(SocketIo *io, int fd);
void socket_io_clear(SocketIo *io);

static inline gsize
socket_io_available(const SocketIo *io)
{
  return io->input_end - io->input_start;
}

/* Refills an empty input buffer with one recv(). FALSE: nothing came; would_block, eof or error
 * says why. */
gboolean socket_io_fill(SocketIo *io);
/* Takes up to `length` bytes, by recv() when the buffer is empty. 0: as socket_io_fill(). */
gsize socket_io_read(SocketIo *io, void *bytes, gsize length);
/* The same past the buffer when that is empty: for plain streams, which need no second copy. */
gsize socket_io_read_direct(SocketIo *io, void *bytes, gsize length);

void socket_io_write(SocketIo *io, const void *bytes, gsize length);
/* Sends what the kernel takes. TRUE: nothing waits any more (or it never can be sent). */
gboolean socket_io_flush(SocketIo *io);
gboolean socket_io_has_room(const SocketIo *io);
