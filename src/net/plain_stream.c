#include "config.h"
#include "net/plain_stream.h"

#include "net/socket_io.h"

typedef struct {
  Stream base;
  SocketIo io;
} PlainStream;

static StreamResult
explain_nothing(PlainStream *plain)
{
  if (plain->io.would_block)
    return STREAM_AGAIN;
  if (plain->io.error == 0)
    return STREAM_EOF;
  plain->base.failure.kind = STREAM_FAILURE_SOCKET;
  plain->base.failure.error_number = plain->io.error;
  return STREAM_FAILED;
}

static StreamResult
plain_read(Stream *stream, guint8 *bytes, gsize capacity, gsize *length)
{
  PlainStream *plain = (PlainStream *)stream;
  *length = 0;
  while (*length < capacity) {
    gsize got = socket_io_read_direct(&plain->io, bytes + *length, capacity - *length);
    if (got == 0)
      return explain_nothing(plain);
    *length += got;
  }
  return STREAM_OK;
}

static gsize
plain_write(Stream *stream, const guint8 *bytes, gsize length)
{
  PlainStream *plain = (PlainStream *)stream;
  if (!socket_io_has_room(&plain->io))
    return 0;
  gsize take = MIN(length, SOCKET_IO_WRITE_BYTES);
  socket_io_write(&plain->io, bytes, take);
  return take;
}

static gboolean
plain_flush(Stream *stream)
{
  return socket_io_flush(&((PlainStream *)stream)->io);
}

static gboolean
plain_has_input(const Stream *stream)
{
  return socket_io_available(&((const PlainStream *)stream)->io) > 0;
}

static void
plain_end(Stream *stream)
{
}

static int
plain_descriptor(const Stream *stream)
{
  return ((const PlainStream *)stream)->io.fd;
}

static void
plain_free(Stream *stream)
{
  PlainStream *plain = (PlainStream *)stream;
  socket_io_clear(&plain->io);
  g_free(plain);
}

static const StreamClass plain_class = {
    .read = plain_read,
    .write = plain_write,
    .flush = plain_flush,
    .has_input = plain_has_input,
    .end = plain_end,
    .descriptor = plain_descriptor,
    .free = plain_free,
};

Stream *
plain_stream_new(int fd)
{
  PlainStream *plain = g_new0(PlainStream, 1);
  plain->base.class = &plain_class;
  socket_io_init(&plain->io, fd);
  return &plain->base;
}
