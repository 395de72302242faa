#include "config.h"
#include "net/socket_io.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUICK_ACK_BELOW 2048

void
socket_io_init(SocketIo *io, int fd)
{
  memset(io, 0, sizeof *io);
  io->fd = fd;
  byte_queue_init(&io->output);
}

void
socket_io_clear(SocketIo *io)
{
  if (io->fd >= 0)
    close(io->fd);
  io->fd = -1;
  g_clear_pointer(&io->input, g_free);
  byte_queue_clear(&io->output);
}

static void
keep_first(SocketIo *io, const guint8 *bytes, gsize length)
{
  gsize room = sizeof io->first - io->first_length;
  gsize take = MIN(room, length);
  memcpy(io->first + io->first_length, bytes, take);
  io->first_length += take;
}

/* A broker that leaves Nagle's algorithm on (mosquitto does) holds its next small packet back until
 * the last one is acknowledged, and the kernel would delay that by 40 ms: a message would come late
 * and a round trip look long. Linux forgets the wish by itself, so it is said after each small read;
 * large reads are acknowledged at once anyway. */
static void
acknowledge_at_once(int fd, gsize got)
{
#ifdef TCP_QUICKACK
  if (got < QUICK_ACK_BELOW)
    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &(int){1}, sizeof(int));
#endif
}

/* 0: nothing came. */
static gsize
receive(SocketIo *io, void *bytes, gsize length)
{
  ssize_t got;
  do
    got = recv(io->fd, bytes, length, 0);
  while (got < 0 && errno == EINTR);

  io->would_block = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  if (got > 0) {
    acknowledge_at_once(io->fd, (gsize)got);
    if (G_UNLIKELY(io->first_length < sizeof io->first))
      keep_first(io, bytes, (gsize)got);
    return (gsize)got;
  }
  if (got == 0)
    io->eof = TRUE;
  else if (!io->would_block && io->error == 0)
    io->error = errno;
  return 0;
}

gboolean
socket_io_fill(SocketIo *io)
{
  if (socket_io_available(io) > 0)
    return TRUE;
  if (io->input == NULL)
    io->input = g_malloc(SOCKET_IO_READ_BYTES);
  io->input_start = 0;
  io->input_end = receive(io, io->input, SOCKET_IO_READ_BYTES);
  return io->input_end > 0;
}

gsize
socket_io_read(SocketIo *io, void *bytes, gsize length)
{
  if (!socket_io_fill(io))
    return 0;
  gsize take = MIN(length, socket_io_available(io));
  memcpy(bytes, io->input + io->input_start, take);
  io->input_start += take;
  return take;
}

gsize
socket_io_read_direct(SocketIo *io, void *bytes, gsize length)
{
  if (socket_io_available(io) > 0)
    return socket_io_read(io, bytes, length);
  return receive(io, bytes, length);
}

void
socket_io_write(SocketIo *io, const void *bytes, gsize length)
{
  if (io->error == 0)
    g_byte_array_append(io->output.bytes, bytes, (guint)length);
}

gboolean
socket_io_flush(SocketIo *io)
{
  if (io->error == 0 && !byte_queue_send(&io->output, io->fd, &io->error) && io->error == 0)
    return FALSE;
  byte_queue_forget(&io->output);
  return TRUE;
}

gboolean
socket_io_has_room(const SocketIo *io)
{
  return byte_queue_length(&io->output) < SOCKET_IO_WRITE_BYTES;
}
