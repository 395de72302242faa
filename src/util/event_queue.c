/* A list under a lock, and a GSource whose ready time is "now" while there is something in it and
 * "never" otherwise: an idle queue wakes nobody.
 *
 * The lock is a POSIX one, since ThreadSanitizer cannot see GLib's own (futexes inside of a
 * library that is not instrumented) and would report races that are none. */
#include "config.h"

#include "util/event_queue.h"

#include <pthread.h>

typedef struct {
  gpointer event;
  gboolean may_drop;
} Item;

struct EventQueue {
  GSource *source;
  EventQueueHandler handler;
  gpointer user_data;
  GDestroyNotify free_event;
  guint capacity;
  gint references; /* the owner, and the handler's run: it may free the queue */
  gboolean freed;  /* by the owner; only looked at on the context's thread */

  gint wake_wanted; /* atomic */

  pthread_mutex_t lock; /* of what follows */
  GQueue items;         /* of Item */
  guint droppable;      /* how many of them may be dropped */
  guint64 dropped;
};

typedef struct {
  GSource source;
  EventQueue *queue;
} QueueSource;

static void
queue_unref(EventQueue *queue)
{
  if (!g_atomic_int_dec_and_test(&queue->references))
    return;
  pthread_mutex_destroy(&queue->lock);
  g_free(queue);
}

/* FALSE: nothing is left. */
static gboolean
take_item(EventQueue *queue, Item *item)
{
  pthread_mutex_lock(&queue->lock);
  Item *head = g_queue_pop_head(&queue->items);
  if (head != NULL && head->may_drop)
    queue->droppable--;
  pthread_mutex_unlock(&queue->lock);
  if (head == NULL)
    return FALSE;
  *item = *head;
  g_free(head);
  return TRUE;
}

static guint
pending(EventQueue *queue)
{
  pthread_mutex_lock(&queue->lock);
  guint length = g_queue_get_length(&queue->items);
  pthread_mutex_unlock(&queue->lock);
  return length;
}

/* No more than was there at the start, so that a flood leaves the main loop its other work. */
static void
handle_pending(EventQueue *queue)
{
  Item item;
  for (guint left = pending(queue); left > 0 && take_item(queue, &item); left--)
    queue->handler(item.event, queue->user_data);
  if (!queue->freed && g_atomic_int_compare_and_exchange(&queue->wake_wanted, 1, 0))
    queue->handler(NULL, queue->user_data);
}

static gboolean
source_dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
  EventQueue *queue = ((QueueSource *)source)->queue;
  g_atomic_int_inc(&queue->references);
  /* Before anything is counted: whatever comes after that makes the source ready anew. */
  g_source_set_ready_time(source, -1);
  handle_pending(queue);
  gboolean keep = queue->freed ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
  queue_unref(queue);
  return keep;
}

static GSourceFuncs source_funcs = {.dispatch = source_dispatch};

EventQueue *
event_queue_new(guint capacity, GMainContext *context, EventQueueHandler handler,
                gpointer user_data, GDestroyNotify free_event)
{
  EventQueue *queue = g_new0(EventQueue, 1);
  queue->capacity = capacity;
  queue->handler = handler;
  queue->user_data = user_data;
  queue->free_event = free_event;
  queue->references = 1;
  pthread_mutex_init(&queue->lock, NULL);
  g_queue_init(&queue->items);
  queue->source = g_source_new(&source_funcs, sizeof(QueueSource));
  ((QueueSource *)queue->source)->queue = queue;
  g_source_set_name(queue->source, "mqtrust event queue");
  g_source_attach(queue->source, context);
  return queue;
}

static gboolean
push(EventQueue *queue, gpointer event, gboolean may_drop)
{
  pthread_mutex_lock(&queue->lock);
  gboolean full = may_drop && queue->droppable >= queue->capacity;
  if (full) {
    queue->dropped++;
  } else {
    Item *item = g_new(Item, 1);
    *item = (Item){.event = event, .may_drop = may_drop};
    g_queue_push_tail(&queue->items, item);
    if (may_drop)
      queue->droppable++;
  }
  pthread_mutex_unlock(&queue->lock);
  return !full;
}

gboolean
event_queue_post(EventQueue *queue, gpointer event, gboolean may_drop)
{
  g_return_val_if_fail(event != NULL, FALSE); /* NULL is the wake */
  if (push(queue, event, may_drop)) {
    g_source_set_ready_time(queue->source, 0);
    return TRUE;
  }
  if (queue->free_event != NULL)
    queue->free_event(event);
  return FALSE;
}

void
event_queue_wake(EventQueue *queue)
{
  /* Called for every batch of messages: the second one on costs no lock and no system call. */
  if (g_atomic_int_compare_and_exchange(&queue->wake_wanted, 0, 1))
    g_source_set_ready_time(queue->source, 0);
}

guint64
event_queue_dropped(EventQueue *queue)
{
  pthread_mutex_lock(&queue->lock);
  guint64 dropped = queue->dropped;
  pthread_mutex_unlock(&queue->lock);
  return dropped;
}

void
event_queue_free(EventQueue *queue)
{
  if (queue == NULL)
    return;
  queue->freed = TRUE;
  g_source_destroy(queue->source);
  g_source_unref(queue->source);
  Item item;
  while (take_item(queue, &item)) {
    if (queue->free_event != NULL)
      queue->free_event(item.event);
  }
  queue_unref(queue);
}
