/* Bytes to and from the broker over a non-blocking connection, however they are wrapped: plain
 * (net/plain_stream.h) or TLS (net/tls.h). One thread. */
#pragma once

#include <glib.h>

typedef enum {
  STREAM_OK,     /* there may be more at once */
  STREAM_AGAIN,  /* nothing more for now: wait for the descriptor */
  STREAM_EOF,    /* the peer has closed in order */
  STREAM_FAILED, /* `failure` says why */
} StreamResult;

typedef enum {
  STREAM_FAILURE_NONE,
  STREAM_FAILURE_CLOSED,  /* ended without the goodbye that the protocol wants */
  STREAM_FAILURE_SOCKET,  /* error_number: ECONNRESET, ... */
  STREAM_FAILURE_ALERT,   /* the peer sent a fatal TLS alert */
  STREAM_FAILURE_NOT_TLS, /* it answers something that is not TLS */
  STREAM_FAILURE_REFUSED, /* we refused the peer's certificate */
  STREAM_FAILURE_TLS,     /* anything else in TLS: gnutls_error and text */
} StreamFailureKind;

typedef struct {
  StreamFailureKind kind;
  int error_number; /* errno */
  int gnutls_error; /* 0: none */
  const char *text; /* static: the library's words, or NULL */
} StreamFailure;

typedef struct Stream Stream;

typedef struct {
  StreamResult (*read)(Stream *stream, guint8 *bytes, gsize capacity, gsize *length);
  gsize (*write)(Stream *stream, const guint8 *bytes, gsize length);
  gboolean (*flush)(Stream *stream);
  gboolean (*has_input)(const Stream *stream);
  void (*end)(Stream *stream);
  int (*descriptor)(const Stream *stream);
  void (*free)(Stream *stream);
} StreamClass;

/* The head of every stream. */
struct Stream {
  const StreamClass *class;
  StreamFailure failure; /* after STREAM_FAILED */
};

/* Reads until `bytes` is full (OK) or nothing more comes (the other results); `*length` bytes have
 * been read with every result. */
static inline StreamResult
stream_read(Stream *stream, guint8 *bytes, gsize capacity, gsize *length)
{
  return stream->class->read(stream, bytes, capacity, length);
}

/* Takes what it has room for and says how much. What is taken is sent by stream_flush(). A dead
 * connection takes everything: reading tells what happened. */
static inline gsize
stream_write(Stream *stream, const guint8 *bytes, gsize length)
{
  return stream->class->write(stream, bytes, length);
}

/* TRUE: all sent. FALSE: wait until the descriptor takes more. */
static inline gboolean
stream_flush(Stream *stream)
{
  return stream->class->flush(stream);
}

/* There are bytes inside that no poll() will announce. */
static inline gboolean
stream_has_input(const Stream *stream)
{
  return stream->class->has_input(stream);
}

/* Says goodbye (TLS: close_notify) behind what was written; to be flushed. */
static inline void
stream_end(Stream *stream)
{
  stream->class->end(stream);
}

static inline int
stream_descriptor(const Stream *stream)
{
  return stream->class->descriptor(stream);
}

/* Closes the connection. NULL is allowed. */
static inline void
stream_free(Stream *stream)
{
  if (stream != NULL)
    stream->class->free(stream);
}
