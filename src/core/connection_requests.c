/* Subscribe, unsubscribe, publish, and what the broker answered. */
#include "config.h"

#include "core/connection_private.h"

#include "util/safe_text.h"

#include <string.h>

void
subscription_free(Subscription *subscription)
{
  g_free(subscription->filter);
  g_free(subscription);
}

void
request_free(Request *request)
{
  g_free(request->text);
  g_free(request->topic);
  g_free(request);
}

static Subscription *
find_subscription(const Connection *connection, const char *filter)
{
  for (guint i = 0; i < connection->subscriptions->len; i++) {
    Subscription *subscription = g_ptr_array_index(connection->subscriptions, i);
    if (strcmp(subscription->filter, filter) == 0)
      return subscription;
  }
  return NULL;
}

static Subscription *
want_subscription(Connection *connection, const char *filter, int qos)
{
  Subscription *subscription = find_subscription(connection, filter);
  if (subscription == NULL) {
    subscription = g_new0(Subscription, 1);
    subscription->filter = g_strdup(filter);
    g_ptr_array_add(connection->subscriptions, subscription);
  }
  subscription->qos = qos;
  subscription->state = SUBSCRIPTION_WANTED;
  return subscription;
}

/* The profile's subscriptions replace those of the profile before; the ones that were added by
 * hand stay. */
void
connection_take_subscriptions(Connection *connection, const Profile *profile)
{
  for (guint i = connection->subscriptions->len; i > 0; i--) {
    Subscription *subscription = g_ptr_array_index(connection->subscriptions, i - 1);
    if (subscription->from_profile)
      g_ptr_array_remove_index(connection->subscriptions, i - 1);
  }
  for (guint i = 0; i < profile->subscriptions->len; i++) {
    const ProfileSubscription *wanted = g_ptr_array_index(profile->subscriptions, i);
    want_subscription(connection, wanted->filter, wanted->qos)->from_profile = TRUE;
  }
}

static gboolean
is_online(const Connection *connection)
{
  return connection->session.state == SESSION_ONLINE && connection->attempt != NULL &&
         connection->attempt->client != NULL;
}

static gboolean
send_subscribe(Connection *connection, Subscription *subscription, GError **error)
{
  subscription->token = mqtt_client_subscribe(connection->attempt->client, subscription->filter,
                                              subscription->qos, error);
  if (subscription->token != 0)
    subscription->state = SUBSCRIPTION_PENDING;
  return subscription->token != 0;
}

void
connection_subscribe_all(Connection *connection)
{
  if (!is_online(connection))
    return;
  for (guint i = 0; i < connection->subscriptions->len; i++) {
    g_autoptr(GError) error = NULL;
    if (!send_subscribe(connection, g_ptr_array_index(connection->subscriptions, i), &error))
      connection_log_event(connection, TIMELINE_ERROR, "mqtt", NULL, "%s", error->message);
  }
}

/* Nothing that was asked on a connection that is gone will be answered. */
void
connection_forget_requests(Connection *connection)
{
  g_ptr_array_set_size(connection->requests, 0);
  for (guint i = 0; i < connection->subscriptions->len; i++) {
    Subscription *subscription = g_ptr_array_index(connection->subscriptions, i);
    subscription->state = SUBSCRIPTION_WANTED;
    subscription->token = 0;
  }
}

static gboolean
refuse(GError **error, const char *before, const char *what, const char *after)
{
  g_autofree char *safe = safe_text_string(what);
  g_set_error(error, PROFILE_ERROR, PROFILE_FIELD_SUBSCRIPTIONS, "%s%s%s", before, safe, after);
  return FALSE;
}

/* Offline it is remembered and sent when the connection is there. */
gboolean
connection_subscribe(Connection *connection, const char *filter, int qos, GError **error)
{
  if (!mqtt_filter_is_valid(filter, strlen(filter)))
    return refuse(error, "\"", filter,
                  "\" is no topic filter: + stands for a whole level, # only at the end");
  Subscription *subscription = want_subscription(connection, filter, qos);
  gboolean good = !is_online(connection) || send_subscribe(connection, subscription, error);
  connection_notify(connection, CONNECTION_CHANGED_STATE);
  return good;
}

static Request *
remember_request(Connection *connection, guint token, char *text)
{
  Request *request = g_new0(Request, 1);
  request->token = token;
  request->text = text;
  request->started_us = g_get_monotonic_time();
  g_ptr_array_add(connection->requests, request);
  return request;
}

gboolean
connection_unsubscribe(Connection *connection, const char *filter, GError **error)
{
  Subscription *subscription = find_subscription(connection, filter);
  if (subscription == NULL)
    return refuse(error, "there is no subscription to \"", filter, "\"");
  if (is_online(connection)) {
    guint token = mqtt_client_unsubscribe(connection->attempt->client, filter, error);
    if (token == 0)
      return FALSE;
    remember_request(connection, token, g_strdup_printf("unsubscribe from %s", filter));
    connection_subscribe_granted(connection, filter);
  }
  g_ptr_array_remove(connection->subscriptions, subscription);
  connection_notify(connection, CONNECTION_CHANGED_STATE);
  return TRUE;
}

gboolean
connection_publish_message(Connection *connection, const MqttMessage *message, GError **error)
{
  if (!mqtt_topic_is_valid(message->topic, strlen(message->topic)))
    return refuse(error, "\"", message->topic,
                  "\" is no topic to publish to: it must not be empty nor hold + or #");
  if (!is_online(connection))
    return refuse(error, "", connection->profile->name, " is not online: connect first");
  gint64 before_us = g_get_monotonic_time(); /* the broker may answer before Paho's call returns */
  guint token = mqtt_client_publish(connection->attempt->client, message, error);
  if (token == 0)
    return FALSE;
  Request *request = remember_request(
      connection, token, g_strdup_printf("publish to %s at QoS %d", message->topic, message->qos));
  request->topic = g_strdup(message->topic);
  request->size = message->payload_length;
  request->qos = message->qos;
  connection_note_publish(connection, token, message->topic, message->payload_length, before_us);
  return TRUE;
}

gboolean
connection_publish(Connection *connection, const char *topic, const void *payload, gsize length,
                   int qos, gboolean retain, GError **error)
{
  MqttMessage message = {.topic = topic,
                         .payload = payload,
                         .payload_length = length,
                         .qos = qos,
                         .retain = retain};
  return connection_publish_message(connection, &message, error);
}

/* --- Answers ----------------------------------------------------------------------------------- */

static Request *
take_request(Connection *connection, guint token)
{
  for (guint i = 0; i < connection->requests->len; i++) {
    Request *request = g_ptr_array_index(connection->requests, i);
    if (request->token == token)
      return g_ptr_array_steal_index(connection->requests, i);
  }
  return NULL;
}

const char *
connection_subscribing(const Connection *connection)
{
  for (guint i = 0; i < connection->subscriptions->len; i++) {
    const Subscription *subscription = g_ptr_array_index(connection->subscriptions, i);
    if (subscription->state == SUBSCRIPTION_PENDING)
      return subscription->filter;
  }
  return NULL;
}

static Subscription *
find_token(const Connection *connection, guint token)
{
  for (guint i = 0; i < connection->subscriptions->len; i++) {
    Subscription *subscription = g_ptr_array_index(connection->subscriptions, i);
    if (subscription->token == token)
      return subscription;
  }
  return NULL;
}

static void
take_suback(Connection *connection, Subscription *subscription, int reason)
{
  subscription->token = 0;
  if (reason >= 0 && reason < 0x80) {
    subscription->state = SUBSCRIPTION_GRANTED;
    subscription->granted = reason;
    connection_log_event(connection, TIMELINE_GOOD, "mqtt", NULL, "subscribed to %s: QoS %d granted",
                         subscription->filter, reason);
    connection_subscribe_granted(connection, subscription->filter);
    return;
  }
  subscription->state = SUBSCRIPTION_REFUSED;
  subscription->reason = reason >= 0 ? (guint8)reason : 0x80;
  const Finding *finding =
      connection_subscribe_refused(connection, subscription->filter, subscription->reason);
  g_autofree char *why = mqtt_reason_words(
      mqtt_reason_text(MQTT_SUBACK, connection->profile->version, subscription->reason),
      subscription->reason);
  connection_log_event(connection, TIMELINE_ERROR, "mqtt", finding->code,
                       "subscribe to %s refused: %s", subscription->filter, why);
}

static void
take_answer(Connection *connection, const MqttClientEvent *event)
{
  Request *request = take_request(connection, event->token);
  if (request == NULL)
    return;
  double ms = (double)(g_get_monotonic_time() - request->started_us) / 1000.0;
  gboolean failed = event->type == MQTT_CLIENT_REQUEST_FAILED || event->reason >= 0x80;
  const Finding *finding = NULL;
  if (request->qos > 0 && (!failed || event->reason >= 0x80))
    connection_note_publish_answered(connection, request->token);
  if (request->topic != NULL && event->reason >= 0x80)
    finding = connection_publish_refused(connection, request->topic, request->size, event->reason);
  else if (request->topic != NULL && !failed)
    connection_publish_granted(connection, request->topic);
  if (failed)
    connection_log_event(connection, TIMELINE_ERROR, "mqtt",
                         finding != NULL ? finding->code : NULL, "%s failed: %s", request->text,
                         event->text != NULL ? event->text : "no reason given");
  else
    connection_log_event(connection, TIMELINE_GOOD, "mqtt", NULL, "%s done in %.1f ms",
                         request->text, ms);
  request_free(request);
}

/* Nobody has refused it: the connection is ending, and the end, which the tunnel reports, says more.
 * Until then it is still asked for. */
static void
take_no_suback(Connection *connection, Subscription *subscription, const char *why)
{
  subscription->token = 0;
  connection_log_event(connection, TIMELINE_ERROR, "mqtt", NULL, "subscribe to %s not answered: %s",
                       subscription->filter, why != NULL ? why : "no reason given");
}

void
connection_handle_answer(Connection *connection, const MqttClientEvent *event)
{
  Subscription *subscription = find_token(connection, event->token);
  if (subscription == NULL)
    take_answer(connection, event);
  else if (event->type == MQTT_CLIENT_REQUEST_FAILED && event->reason < 0x80)
    take_no_suback(connection, subscription, event->text);
  else
    take_suback(connection, subscription, event->reason);
}
