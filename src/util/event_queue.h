/* A bounded queue from other threads to the main loop: the one thing, beside the locked message
 * log, that threads share. */
#pragma once

#include <glib.h>

typedef struct EventQueue EventQueue;

/* Called on the thread that runs `context`, once for each event, in the order of posting;
 * takes ownership of `event`. */
typedef void (*EventQueueHandler)(gpointer event, gpointer user_data);

/* `capacity` bounds events posted with `may_drop`; those that must arrive (state changes, of which
 * each connection has few) are always taken. `free_event` frees what is left at the end.
 * `context` NULL: the default main context. */
EventQueue *event_queue_new(guint capacity, GMainContext *context, EventQueueHandler handler,
                            gpointer user_data, GDestroyNotify free_event);

/* Any thread. Takes ownership; `event` is not NULL. FALSE: the queue was full, the event was freed
 * and counted. */
gboolean event_queue_post(EventQueue *queue, gpointer event, gboolean may_drop);

/* Any thread: makes the handler run with event NULL soon (coalesced: many calls, one run).
 * For "the message log has grown". */
void event_queue_wake(EventQueue *queue);

/* How many events were dropped since the start. Any thread. */
guint64 event_queue_dropped(EventQueue *queue);

/* No thread may post any more. On the thread that runs the context, or when nobody runs it; the
 * handler itself may call it: it is not called again. NULL is allowed. */
void event_queue_free(EventQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventQueue, event_queue_free)
