/* The message log of a connection: a ring of bytes, oldest messages go first.
 *
 * One writer (the transport thread), any readers, one lock. Records are appended in arrival order
 * and numbered from 0; a number never changes its message, so trimming never moves what is on the
 * screen. Overhead beyond payload and properties: at most 32 bytes a message. Topics are interned
 * and counted: a topic whose last message is gone is forgotten, and all topics together are
 * bounded by a quarter of the capacity, on top of it (oldest messages go when they pass it; a
 * single topic larger than that is kept for its one message).
 *
 * The memory is reserved, not used, until messages fill it. The lock is passed on in the order in
 * which threads asked for it: between two batches, and now and then within a long one, readers
 * that wait come first. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"

#define MESSAGE_LOG_DEFAULT_BYTES (64u * 1024 * 1024)
#define MESSAGE_LOG_MIN_BYTES (64u * 1024)

typedef struct MessageLog MessageLog;

/* `capacity` in bytes, at least MESSAGE_LOG_MIN_BYTES, rounded up to the page size. */
MessageLog *message_log_new(gsize capacity, GError **error);
void message_log_free(MessageLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageLog, message_log_free)

/* --- Writing: one thread, between begin and end ------------------------------------------------ */
void message_log_begin(MessageLog *log);
/* A message larger than half the ring is kept without its payload's end and marked truncated; if
 * its properties alone are, it is kept without them. */
void message_log_append(MessageLog *log, gint64 time_ns, MqttDirection direction,
                        const MqttPublish *publish);
void message_log_end(MessageLog *log);

/* --- Reading: any thread, between lock and unlock; keep it short ------------------------------- */
void message_log_lock(MessageLog *log);
void message_log_unlock(MessageLog *log);

typedef struct {
  guint64 number;
  gint64 time_ns;           /* real time, since 1970 */
  MqttDirection direction;
  guint8 qos;
  gboolean retain, dup, truncated;
  guint16 packet_id;
  guint32 topic_id;         /* the topic's as long as messages of it are kept; then given anew */
  MqttBytes topic, properties, payload; /* borrowed until unlock; payload as kept */
  guint32 payload_length;   /* as it came */
} LoggedMessage;

/* FALSE: trimmed already, or not there yet. */
gboolean message_log_get(MessageLog *log, guint64 number, LoggedMessage *message);

typedef struct {
  guint64 first;            /* number of the oldest kept message */
  guint64 next;             /* number that the next message gets: how many ever came */
  guint64 dropped;          /* trimmed to make room; = first while nothing was cleared */
  guint64 count[2];         /* ever appended, by MqttDirection */
  guint64 payload_bytes[2];
  gsize bytes_used, capacity; /* records and their index; topics come on top */
  guint topics;             /* distinct topics kept */
} MessageLogStatus;
/* Any thread; locks by itself. */
void message_log_status(MessageLog *log, MessageLogStatus *status);

/* Forgets all messages; numbers go on. Any thread; locks by itself. */
void message_log_clear(MessageLog *log);
