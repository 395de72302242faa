/* Bytes on their way to a descriptor: appended at one end, sent from the other. Not bounded itself;
 * who fills it looks at byte_queue_length() first. */
#pragma once

#include <glib.h>

typedef struct {
  GByteArray *bytes; /* to append to directly, as tap_feed() does */
  gsize start;       /* what lies before it has been sent */
} ByteQueue;

void byte_queue_init(ByteQueue *queue);
void byte_queue_clear(ByteQueue *queue);

static inline gsize
byte_queue_length(const ByteQueue *queue)
{
  return queue->bytes->len - queue->start;
}

static inline const guint8 *
byte_queue_data(const ByteQueue *queue)
{
  return queue->bytes->data + queue->start;
}

/* The first `length` bytes are done with. */
void byte_queue_consume(ByteQueue *queue, gsize length);
void byte_queue_forget(ByteQueue *queue);

/* Sends to a non-blocking socket what it takes. FALSE: the rest waits, or, with `*error_number` not
 * 0, can never be sent. */
gboolean byte_queue_send(ByteQueue *queue, int fd, int *error_number);
