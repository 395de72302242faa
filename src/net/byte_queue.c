#include "config.h"
#include "net/byte_queue.h"

#include <errno.h>
#include <sys/socket.h>

/* An array that a large packet has blown up is given back beyond this. */
#define KEPT_BYTES (512u * 1024)
/* Sent bytes are moved out of the way when they are this many, and more than what waits. */
#define COMPACT_BYTES (64u * 1024)

void
byte_queue_init(ByteQueue *queue)
{
  queue->bytes = g_byte_array_new();
  queue->start = 0;
}

void
byte_queue_clear(ByteQueue *queue)
{
  g_clear_pointer(&queue->bytes, g_byte_array_unref);
  queue->start = 0;
}

void
byte_queue_forget(ByteQueue *queue)
{
  if (queue->bytes->len > KEPT_BYTES) {
    g_byte_array_unref(queue->bytes);
    queue->bytes = g_byte_array_new();
  }
  g_byte_array_set_size(queue->bytes, 0);
  queue->start = 0;
}

void
byte_queue_consume(ByteQueue *queue, gsize length)
{
  queue->start += length;
  if (queue->start == queue->bytes->len) {
    byte_queue_forget(queue);
  } else if (queue->start > COMPACT_BYTES && queue->start > byte_queue_length(queue)) {
    g_byte_array_remove_range(queue->bytes, 0, (guint)queue->start);
    queue->start = 0;
  }
}

gboolean
byte_queue_send(ByteQueue *queue, int fd, int *error_number)
{
  while (byte_queue_length(queue) > 0) {
    ssize_t sent = send(fd, byte_queue_data(queue), byte_queue_length(queue), MSG_NOSIGNAL);
    if (sent >= 0)
      byte_queue_consume(queue, (gsize)sent);
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      return FALSE;
    else if (errno != EINTR) {
      *error_number = errno;
      return FALSE;
    }
  }
  return TRUE;
}
