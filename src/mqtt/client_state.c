#include "config.h"

#include "mqtt/client_state.h"

#include <pthread.h>

#include "util/safe_text.h"

typedef enum { IDLE, CONNECTING, ONLINE, LEAVING, OVER } Phase;

struct ClientState {
  gint references;  /* atomic: the program's, and one for each callback that runs */
  guint connection; /* number */
  MqttVersion version;
  pthread_mutex_t lock;      /* of all below; POSIX, not GMutex: ThreadSanitizer sees only that */
  MqttClientHandler handler; /* NULL: closed */
  gpointer user_data;
  Phase phase;
  guint timeout_seconds; /* of the connect under way */
};

/* --- Life ------------------------------------------------------------------------------------- */

ClientState *
client_state_new(MqttVersion version, MqttClientHandler handler, gpointer user_data)
{
  ClientState *state = g_new0(ClientState, 1);

  state->references = 1;
  pthread_mutex_init(&state->lock, NULL);
  state->version = version;
  state->handler = handler;
  state->user_data = user_data;
  state->connection = mqtt_request_add(REQUEST_CONNECTION, state);
  return state;
}

static void
ref(gpointer owner)
{
  ClientState *state = owner;

  g_atomic_int_inc(&state->references);
}

static void
unref(ClientState *state)
{
  if (!g_atomic_int_dec_and_test(&state->references))
    return;
  pthread_mutex_destroy(&state->lock);
  g_free(state);
}

void
client_state_close(ClientState *state)
{
  pthread_mutex_lock(&state->lock);
  state->handler = NULL;
  pthread_mutex_unlock(&state->lock);
  g_array_unref(mqtt_requests_forget(state, TRUE));
  unref(state);
}

guint
client_state_connection(const ClientState *state)
{
  return state->connection;
}

/* The state that a callback is about, locked; NULL: it comes too late. */
static ClientState *
enter(guint number, RequestKind *kind)
{
  ClientState *state = mqtt_request_take(number, kind, ref);

  if (state != NULL)
    pthread_mutex_lock(&state->lock);
  return state;
}

static void
leave(ClientState *state)
{
  pthread_mutex_unlock(&state->lock);
  unref(state);
}

/* --- Events: all under the lock --------------------------------------------------------------- */

/* `text` is static or safe. */
static void
emit(ClientState *state, MqttClientEventType type, guint token, int reason, const char *text)
{
  MqttClientEvent event = {.type = type, .token = token, .reason = reason, .text = (char *)text};

  if (state->handler != NULL)
    state->handler(&event, state->user_data);
}

/* What is under way gets no answer any more; the event of the end comes last. */
static void
finish(ClientState *state, MqttClientEventType type, int reason, const char *text)
{
  g_autoptr(GArray) numbers = mqtt_requests_forget(state, FALSE);

  state->phase = OVER;
  for (guint i = 0; i < numbers->len; i++)
    emit(state, MQTT_CLIENT_REQUEST_FAILED, g_array_index(numbers, guint, i), -1,
         "the connection ended before the broker answered");
  emit(state, type, 0, reason, text);
}

/* (transfer full) */
static char *
reason_words(const ClientState *state, MqttType type, int reason)
{
  return mqtt_reason_words(mqtt_reason_text(type, state->version, (guint8)reason), (guint8)reason);
}

/* (transfer full) */
static char *
connect_failure_text(const ClientState *state, int reason, gboolean timed_out, const char *detail)
{
  g_autofree char *safe = safe_text_string(detail);

  if (reason >= 0) {
    g_autofree char *why = reason_words(state, MQTT_CONNACK, reason);
    return g_strdup_printf("the broker refused the connection: %s", why);
  }
  if (timed_out)
    return g_strdup_printf("the broker did not answer within %u seconds", state->timeout_seconds);
  if (*safe != '\0')
    return g_strdup_printf("the connection ended before the broker answered (%s)", safe);
  return g_strdup("the connection ended before the broker answered");
}

/* `reason`: of the broker's DISCONNECT, -1: none came. */
static void
end_by_broker(ClientState *state, int reason)
{
  g_autofree char *text = NULL;

  if (state->phase == LEAVING)
    finish(state, MQTT_CLIENT_DISCONNECTED, -1, NULL);
  if (state->phase != ONLINE)
    return;
  if (reason >= 0) {
    g_autofree char *why = reason_words(state, MQTT_DISCONNECT, reason);
    text = g_strdup_printf("the broker ended the connection: %s", why);
  }
  finish(state, MQTT_CLIENT_CONNECTION_LOST, reason,
         text != NULL ? text : "the connection was lost");
}

static void
emit_answer_to_publish(ClientState *state, guint number, int reason)
{
  g_autofree char *why = NULL, *text = NULL;

  if (reason < 0x80) {
    emit(state, MQTT_CLIENT_PUBLISHED, number, reason, NULL);
    return;
  }
  why = reason_words(state, MQTT_PUBACK, reason);
  text = g_strdup_printf("the broker refused the message: %s", why);
  emit(state, MQTT_CLIENT_REQUEST_FAILED, number, reason, text);
}

static void
emit_answer(ClientState *state, RequestKind kind, guint number, int reason)
{
  switch (kind) {
  case REQUEST_SUBSCRIBE:
    emit(state, MQTT_CLIENT_SUBSCRIBED, number, reason,
         mqtt_reason_text(MQTT_SUBACK, state->version, (guint8)reason));
    return;
  case REQUEST_UNSUBSCRIBE: /* has no reason codes in 3.1.1 */
    emit(state, MQTT_CLIENT_UNSUBSCRIBED, number, reason,
         state->version == MQTT_5 ? mqtt_reason_text(MQTT_UNSUBACK, MQTT_5, (guint8)reason) : NULL);
    return;
  case REQUEST_PUBLISH:
    emit_answer_to_publish(state, number, reason);
    return;
  case REQUEST_CONNECTION:
    break;
  }
  g_assert_not_reached();
}

/* --- By the program --------------------------------------------------------------------------- */

gboolean
client_state_begin_connecting(ClientState *state, guint timeout_seconds)
{
  gboolean may;

  pthread_mutex_lock(&state->lock);
  may = state->phase == IDLE || state->phase == OVER;
  if (may) {
    state->phase = CONNECTING;
    state->timeout_seconds = timeout_seconds;
  }
  pthread_mutex_unlock(&state->lock);
  return may;
}

void
client_state_not_connecting(ClientState *state)
{
  pthread_mutex_lock(&state->lock);
  if (state->phase == CONNECTING)
    state->phase = OVER;
  pthread_mutex_unlock(&state->lock);
}

gboolean
client_state_begin_leaving(ClientState *state)
{
  gboolean online;

  pthread_mutex_lock(&state->lock);
  online = state->phase == ONLINE;
  if (online)
    state->phase = LEAVING;
  else if (state->phase != LEAVING)
    finish(state, MQTT_CLIENT_DISCONNECTED, -1, NULL);
  pthread_mutex_unlock(&state->lock);
  return online;
}

guint
client_state_add_request(ClientState *state, RequestKind kind)
{
  return mqtt_request_add(kind, state);
}

void
client_state_drop_request(guint number)
{
  RequestKind kind;
  ClientState *state = mqtt_request_take(number, &kind, ref);

  if (state != NULL)
    unref(state);
}

/* --- By Paho's callbacks ---------------------------------------------------------------------- */

void
client_state_connected(guint number)
{
  RequestKind kind;
  ClientState *state = enter(number, &kind);

  if (state == NULL)
    return;
  if (state->phase == CONNECTING) {
    state->phase = ONLINE;
    emit(state, MQTT_CLIENT_CONNECTED, 0, 0, NULL);
  }
  leave(state);
}

void
client_state_connect_failed(guint number, int reason, gboolean timed_out, const char *detail)
{
  RequestKind kind;
  ClientState *state = enter(number, &kind);
  g_autofree char *text = NULL;

  if (state == NULL)
    return;
  if (state->phase == CONNECTING) {
    text = connect_failure_text(state, reason, timed_out, detail);
    finish(state, MQTT_CLIENT_CONNECT_FAILED, timed_out ? MQTT_CLIENT_TIMED_OUT : reason, text);
  }
  leave(state);
}

void
client_state_lost(guint number, int reason)
{
  RequestKind kind;
  ClientState *state = enter(number, &kind);

  if (state == NULL)
    return;
  end_by_broker(state, reason);
  leave(state);
}

void
client_state_gone(guint number)
{
  RequestKind kind;
  ClientState *state = enter(number, &kind);

  if (state == NULL)
    return;
  if (state->phase == LEAVING)
    finish(state, MQTT_CLIENT_DISCONNECTED, -1, NULL);
  leave(state);
}

void
client_state_answered(guint number, int reason)
{
  RequestKind kind;
  ClientState *state = enter(number, &kind);

  if (state == NULL)
    return;
  emit_answer(state, kind, number, reason);
  leave(state);
}

void
client_state_unanswered(guint number, const char *detail)
{
  RequestKind kind;
  ClientState *state = enter(number, &kind);
  g_autofree char *text = NULL;

  if (state == NULL)
    return;
  text = safe_text_string(detail);
  emit(state, MQTT_CLIENT_REQUEST_FAILED, number, -1, text);
  leave(state);
}
