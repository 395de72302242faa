#include "config.h"
#include "live/recorder.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIMEOUT_SECONDS 20
#define KEPT_MESSAGES 64

struct Recorder {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  GPtrArray *events; /* of TunnelEvent */
  GString *messages;
  guint64 from_broker;
  gboolean in_batch, numbers, silence, closed;
};

static const char *const type_names[] = {
    "RESOLVING",
    "RESOLVED",
    "DIALING",
    "DIAL_FAILED",
    "CONNECTED",
    "TLS_STAGE",
    "CERTIFICATE_REQUESTED",
    "PEER_CHAIN",
    "VERIFIED",
    "TLS_ALERT",
    "TLS_ESTABLISHED",
    "READY",
    "FOREIGN_DROPPED",
    "JOINED",
    "FIRST_BYTE",
    "PACKET",
    "CLOSED",
};

/* --- The sink -------------------------------------------------------------------------------- */

static void
on_event(TunnelEvent *event, gpointer data)
{
  Recorder *recorder = data;
  pthread_mutex_lock(&recorder->lock);
  g_assert_false(recorder->silence);
  g_assert_false(recorder->closed); /* TUNNEL_CLOSED comes once, and last */
  g_assert_false(recorder->in_batch);
  g_assert_cmpint(event->monotonic_us, >, 0);
  g_assert_cmpint(event->time_ns, >, 1500000000LL * 1000000000);
  recorder->closed = event->type == TUNNEL_CLOSED;
  g_ptr_array_add(recorder->events, event);
  pthread_cond_broadcast(&recorder->changed);
  pthread_mutex_unlock(&recorder->lock);
}

static void
on_begin(gpointer data)
{
  Recorder *recorder = data;
  pthread_mutex_lock(&recorder->lock);
  g_assert_false(recorder->silence || recorder->in_batch || recorder->closed);
  recorder->in_batch = TRUE;
}

static void
on_end(gpointer data)
{
  Recorder *recorder = data;
  g_assert_true(recorder->in_batch);
  recorder->in_batch = FALSE;
  pthread_cond_broadcast(&recorder->changed);
  pthread_mutex_unlock(&recorder->lock);
}

static void
check_number(const Recorder *recorder, const MqttPublish *publish)
{
  char text[32] = "";
  memcpy(text, publish->payload.data, MIN(publish->payload.length, sizeof text - 1));
  g_assert_cmpuint(strtoull(text, NULL, 10), ==, recorder->from_broker);
}

static void
on_publish(MqttDirection direction, const MqttPublish *publish, gpointer data)
{
  Recorder *recorder = data;
  g_assert_true(recorder->in_batch);
  if (recorder->numbers && direction == MQTT_FROM_BROKER)
    check_number(recorder, publish);
  if (recorder->from_broker < KEPT_MESSAGES)
    g_string_append_printf(recorder->messages, "%s %.*s %u %.*s\n",
                           direction == MQTT_FROM_BROKER ? "in" : "out", (int)publish->topic.length,
                           publish->topic.data, publish->qos, (int)publish->payload.length,
                           publish->payload.data);
  if (direction == MQTT_FROM_BROKER)
    recorder->from_broker++;
}

const TunnelSink recorder_sink = {
    .event = on_event, .begin = on_begin, .end = on_end, .publish = on_publish};

/* --- The test's side ------------------------------------------------------------------------- */

Recorder *
recorder_new(void)
{
  Recorder *recorder = g_new0(Recorder, 1);
  pthread_mutex_init(&recorder->lock, NULL);
  pthread_cond_init(&recorder->changed, NULL);
  recorder->events = g_ptr_array_new_with_free_func((GDestroyNotify)tunnel_event_free);
  recorder->messages = g_string_new(NULL);
  return recorder;
}

void
recorder_free(Recorder *recorder)
{
  pthread_mutex_destroy(&recorder->lock);
  pthread_cond_destroy(&recorder->changed);
  g_ptr_array_unref(recorder->events);
  g_string_free(recorder->messages, TRUE);
  g_free(recorder);
}

/* `text` NULL: any. */
static const TunnelEvent *
find_text(const Recorder *recorder, TunnelEventType type, const char *text, guint n)
{
  for (guint i = 0; i < recorder->events->len; i++) {
    const TunnelEvent *event = recorder->events->pdata[i];
    if (event->type == type && (text == NULL || g_strcmp0(event->text, text) == 0) && n-- == 0)
      return event;
  }
  return NULL;
}

static const TunnelEvent *
find(const Recorder *recorder, TunnelEventType type)
{
  return find_text(recorder, type, NULL, 0);
}

static char *
story(const Recorder *recorder)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < recorder->events->len; i++) {
    const TunnelEvent *event = recorder->events->pdata[i];
    g_string_append_printf(text, "%s%s", i == 0 ? "" : " ", type_names[event->type]);
  }
  return g_string_free(text, FALSE);
}

static void
give_up(const Recorder *recorder, const char *what)
{
  g_autofree char *text = story(recorder);
  const TunnelEvent *closed = find(recorder, TUNNEL_CLOSED);
  g_error("waited for %s, but: %s (%s)", what, text,
          closed == NULL || closed->error == NULL ? "" : closed->error->message);
}

/* With the lock held; `what` is what is waited for. */
static void
wait_for_change(Recorder *recorder, const struct timespec *end, const char *what)
{
  if (recorder->closed ||
      pthread_cond_timedwait(&recorder->changed, &recorder->lock, end) == ETIMEDOUT)
    give_up(recorder, what);
}

static struct timespec
deadline(void)
{
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += TIMEOUT_SECONDS;
  return end;
}

const TunnelEvent *
recorder_wait_text(Recorder *recorder, TunnelEventType type, const char *text)
{
  struct timespec end = deadline();
  const TunnelEvent *event;
  pthread_mutex_lock(&recorder->lock);
  while ((event = find_text(recorder, type, text, 0)) == NULL)
    wait_for_change(recorder, &end, text == NULL ? type_names[type] : text);
  pthread_mutex_unlock(&recorder->lock);
  return event;
}

const TunnelEvent *
recorder_wait(Recorder *recorder, TunnelEventType type)
{
  return recorder_wait_text(recorder, type, NULL);
}

static const TunnelPacket *
find_packet(const Recorder *recorder, MqttDirection direction, MqttType type)
{
  for (guint i = 0; i < recorder->events->len; i++) {
    const TunnelEvent *event = recorder->events->pdata[i];
    if (event->packet != NULL && event->packet->direction == direction &&
        event->packet->type == type)
      return event->packet;
  }
  return NULL;
}

const TunnelPacket *
recorder_wait_packet(Recorder *recorder, MqttDirection direction, MqttType type)
{
  struct timespec end = deadline();
  const TunnelPacket *packet;
  pthread_mutex_lock(&recorder->lock);
  while ((packet = find_packet(recorder, direction, type)) == NULL)
    wait_for_change(recorder, &end, mqtt_type_name((guint8)type));
  pthread_mutex_unlock(&recorder->lock);
  return packet;
}

void
recorder_wait_messages(Recorder *recorder, guint64 count)
{
  struct timespec end = deadline();
  pthread_mutex_lock(&recorder->lock);
  while (recorder->from_broker < count)
    wait_for_change(recorder, &end, "messages");
  g_assert_cmpuint(recorder->from_broker, ==, count);
  pthread_mutex_unlock(&recorder->lock);
}

const TunnelEvent *
recorder_nth(Recorder *recorder, TunnelEventType type, guint n)
{
  pthread_mutex_lock(&recorder->lock);
  const TunnelEvent *event = find_text(recorder, type, NULL, n);
  pthread_mutex_unlock(&recorder->lock);
  return event;
}

const TunnelEvent *
recorder_find(Recorder *recorder, TunnelEventType type)
{
  return recorder_nth(recorder, type, 0);
}

guint
recorder_count(Recorder *recorder, TunnelEventType type)
{
  guint count = 0;
  pthread_mutex_lock(&recorder->lock);
  for (guint i = 0; i < recorder->events->len; i++)
    count += ((TunnelEvent *)recorder->events->pdata[i])->type == type;
  pthread_mutex_unlock(&recorder->lock);
  return count;
}

char *
recorder_story(Recorder *recorder)
{
  pthread_mutex_lock(&recorder->lock);
  char *text = story(recorder);
  pthread_mutex_unlock(&recorder->lock);
  return text;
}

char *
recorder_messages(Recorder *recorder)
{
  pthread_mutex_lock(&recorder->lock);
  char *text = g_strdup(recorder->messages->str);
  pthread_mutex_unlock(&recorder->lock);
  return text;
}

void
recorder_expect_numbers(Recorder *recorder)
{
  pthread_mutex_lock(&recorder->lock);
  recorder->numbers = TRUE;
  pthread_mutex_unlock(&recorder->lock);
}

void
recorder_expect_silence(Recorder *recorder)
{
  pthread_mutex_lock(&recorder->lock);
  recorder->silence = TRUE;
  pthread_mutex_unlock(&recorder->lock);
}
