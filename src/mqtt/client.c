/* The narrow door to Paho: options in, callbacks out. What the callbacks mean is client_state.c's.
 */
#include "config.h"

#include "mqtt/client.h"

#include <MQTTAsync.h>
#include <stdlib.h>
#include <string.h>

#include "mqtt/client_check.h"
#include "mqtt/client_state.h"
#include "mqtt/client_wake.h"
#include "mqtt/tap.h"

#define MAX_INFLIGHT 100  /* QoS 1 and 2 under way; a broker's Receive Maximum lowers it */
#define MAX_BUFFERED 1000 /* messages that wait for their turn */

struct MqttClient {
  MqttClientOptions *options;
  MQTTAsync paho;
  ClientState *state;
};

/* --- Callbacks about the connection ----------------------------------------------------------- */

static void
on_connected(void *number, MQTTAsync_successData *data)
{
  client_state_connected(GPOINTER_TO_UINT(number));
}

static void
on_connected_5(void *number, MQTTAsync_successData5 *data)
{
  client_state_connected(GPOINTER_TO_UINT(number));
}

/* Paho tells its failures apart by `message` alone: `code` may be a reason code or an errno. */
static void
connect_failed(void *number, int code, const char *message)
{
  int reason = g_strcmp0(message, "CONNACK return code") == 0 ? code : -1;
  gboolean timed_out = g_strcmp0(message, "TCP connect timeout") == 0;

  client_state_connect_failed(GPOINTER_TO_UINT(number), reason, timed_out, message);
}

static void
on_connect_failed(void *number, MQTTAsync_failureData *data)
{
  connect_failed(number, data->code, data->message);
}

static void
on_connect_failed_5(void *number, MQTTAsync_failureData5 *data)
{
  connect_failed(number, data->code, data->message);
}

/* Paho does not call on_lost() as well. */
static void
on_broker_disconnect(void *number, MQTTProperties *properties, enum MQTTReasonCodes reason)
{
  client_state_lost(GPOINTER_TO_UINT(number), (int)reason);
}

static void
on_lost(void *number, char *cause)
{
  client_state_lost(GPOINTER_TO_UINT(number), -1);
}

static void
on_gone(void *number, MQTTAsync_successData *data)
{
  client_state_gone(GPOINTER_TO_UINT(number));
}

static void
on_gone_5(void *number, MQTTAsync_successData5 *data)
{
  client_state_gone(GPOINTER_TO_UINT(number));
}

static void
on_goodbye_failed(void *number, MQTTAsync_failureData *data)
{
  client_state_gone(GPOINTER_TO_UINT(number));
}

static void
on_goodbye_failed_5(void *number, MQTTAsync_failureData5 *data)
{
  client_state_gone(GPOINTER_TO_UINT(number));
}

/* The log gets its messages from the tap. */
static int
on_message(void *number, char *topic, int topic_length, MQTTAsync_message *message)
{
  MQTTAsync_freeMessage(&message);
  MQTTAsync_free(topic);
  return 1;
}

/* --- Callbacks about requests ----------------------------------------------------------------- */

static void
on_subscribed(void *number, MQTTAsync_successData *data)
{
  client_state_answered(GPOINTER_TO_UINT(number), data->alt.qos);
}

static void
on_done(void *number, MQTTAsync_successData *data)
{
  client_state_answered(GPOINTER_TO_UINT(number), 0);
}

static void
on_done_5(void *number, MQTTAsync_successData5 *data)
{
  client_state_answered(GPOINTER_TO_UINT(number), (int)data->reasonCode);
}

/* `reason` >= 0x80: the broker refused; else Paho could not do it, for `code` < 0. */
static void
request_failed(void *number, int reason, int code, const char *message)
{
  if (reason >= 0x80)
    client_state_answered(GPOINTER_TO_UINT(number), reason);
  else if (message != NULL)
    client_state_unanswered(GPOINTER_TO_UINT(number), message);
  else
    client_state_unanswered(GPOINTER_TO_UINT(number),
                            code < 0 ? MQTTAsync_strerror(code) : "the broker did not answer");
}

/* In 3.1.1 a refused subscription is the only refusal, and its code 0x80 comes as `code`. */
static void
on_failed(void *number, MQTTAsync_failureData *data)
{
  request_failed(number, data->code, data->code, data->message);
}

static void
on_failed_5(void *number, MQTTAsync_failureData5 *data)
{
  request_failed(number, (int)data->reasonCode, data->code, data->message);
}

static MQTTAsync_responseOptions
response_options(const MqttClient *client, guint number, MQTTAsync_onSuccess *on_success)
{
  MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;

  response.context = GUINT_TO_POINTER(number);
  if (client->options->version == MQTT_5) {
    response.onSuccess5 = on_done_5;
    response.onFailure5 = on_failed_5;
  } else {
    response.onSuccess = on_success;
    response.onFailure = on_failed;
  }
  return response;
}

/* --- Life ------------------------------------------------------------------------------------- */

/* Paho sends even a connection to 127.0.0.1 to the proxy that this variable names (1.3.12,
 * MQTTProtocol_connect), and knows no exceptions from it. Before main(): nobody else may read the
 * environment while it changes. */
__attribute__((constructor)) static void
hide_proxy_from_paho(void)
{
  unsetenv("http_proxy");
}

/* When its last client is destroyed, Paho stops its threads and waits for them in steps of 100 ms,
 * for more than a second, on our thread; a client made meanwhile can lose its receive thread. One
 * client that is never destroyed keeps that from happening, and is there to wake the thread. */
static gpointer
start_paho(gpointer unused)
{
  MQTTAsync_init_options init = MQTTAsync_init_options_initializer;
  MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer;
  MQTTAsync_connectOptions connect = MQTTAsync_connectOptions_initializer;
  guint16 port = mqtt_wake_listen();
  g_autofree char *uri = g_strdup_printf("tcp://127.0.0.1:%u", port);
  MQTTAsync keeper = NULL;

  MQTTAsync_global_init(&init);
  create.MQTTVersion = connect.MQTTVersion = MQTTVERSION_3_1_1;
  connect.keepAliveInterval = 0;
  if (MQTTAsync_createWithOptions(&keeper, uri, "keeper", MQTTCLIENT_PERSISTENCE_NONE, NULL,
                                  &create) == MQTTASYNC_SUCCESS &&
      port != 0 && MQTTAsync_connect(keeper, &connect) == MQTTASYNC_SUCCESS)
    mqtt_wake_accept();
  return keeper;
}

static gpointer
start_paho_once(gpointer unused)
{
  static GOnce once = G_ONCE_INIT;

  return g_once(&once, start_paho, NULL);
}

void
mqtt_client_prepare(void)
{
  g_thread_unref(g_thread_new("mqtt-start", start_paho_once, NULL));
}

static int
create_paho(MqttClient *client)
{
  MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer;
  void *number = GUINT_TO_POINTER(client_state_connection(client->state));
  int code;

  create.MQTTVersion = (int)client->options->version;
  create.sendWhileDisconnected = 0;
  create.maxBufferedMessages = MAX_BUFFERED;
  /* The port comes with mqtt_client_connect(). */
  code = MQTTAsync_createWithOptions(&client->paho, "tcp://127.0.0.1:1", client->options->client_id,
                                     MQTTCLIENT_PERSISTENCE_NONE, NULL, &create);
  if (code == MQTTASYNC_SUCCESS)
    code = MQTTAsync_setCallbacks(client->paho, number, on_lost, on_message, NULL);
  if (code == MQTTASYNC_SUCCESS && client->options->version == MQTT_5)
    code = MQTTAsync_setDisconnected(client->paho, number, on_broker_disconnect);
  return code;
}

MqttClient *
mqtt_client_new(const MqttClientOptions *options, MqttClientHandler handler, gpointer user_data,
                GError **error)
{
  g_autoptr(MqttClient) client = NULL;
  int code;

  if (!mqtt_client_check_options(options, error))
    return NULL;
  start_paho_once(NULL);
  client = g_new0(MqttClient, 1);
  client->options = mqtt_client_options_copy(options);
  client->state = client_state_new(options->version, handler, user_data);
  code = create_paho(client);
  if (code != MQTTASYNC_SUCCESS) {
    g_set_error(error, MQTT_CLIENT_ERROR, code, "cannot make an MQTT client: %s",
                MQTTAsync_strerror(code));
    return NULL;
  }
  return g_steal_pointer(&client);
}

void
mqtt_client_free(MqttClient *client)
{
  if (client == NULL)
    return;
  client_state_close(client->state);
  if (client->paho != NULL)
    MQTTAsync_destroy(&client->paho);
  mqtt_client_options_free(client->options);
  g_free(client);
}

/* --- Connecting ------------------------------------------------------------------------------- */

static void
add_number(MQTTProperties *properties, enum MQTTPropertyCodes id, guint32 number)
{
  MQTTProperty property = {.identifier = id};

  property.value.integer4 = number;
  MQTTProperties_add(properties, &property);
}

/* (transfer full) */
static MQTTProperties
connect_properties(const MqttClientOptions *options)
{
  MQTTProperties properties = MQTTProperties_initializer;

  if (options->session_expiry > 0)
    add_number(&properties, MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL, options->session_expiry);
  /* A broker discards what is larger, which would otherwise break the tap (MQTT 5, 3.1.2-25). */
  add_number(&properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE, TAP_PACKET_MAX_DEFAULT);
  return properties;
}

static MQTTAsync_willOptions
will_options(const MqttClientOptions *options)
{
  MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
  gsize length = 0;

  will.topicName = options->will_topic;
  will.qos = options->will_qos;
  will.retained = options->will_retain;
  if (options->will_payload != NULL)
    will.payload.data = g_bytes_get_data(options->will_payload, &length);
  will.payload.len = (int)length;
  return will;
}

/* Everything that is a plain value, or borrowed from the client's options. */
static MQTTAsync_connectOptions
connect_options(const MqttClient *client, guint timeout_seconds)
{
  const MqttClientOptions *options = client->options;
  MQTTAsync_connectOptions three = MQTTAsync_connectOptions_initializer;
  MQTTAsync_connectOptions five = MQTTAsync_connectOptions_initializer5;
  MQTTAsync_connectOptions connect = options->version == MQTT_5 ? five : three;

  connect.MQTTVersion = (int)options->version; /* left open, every failure is tried twice */
  connect.context = GUINT_TO_POINTER(client_state_connection(client->state));
  connect.connectTimeout = (int)timeout_seconds;
  connect.keepAliveInterval = options->keep_alive;
  connect.automaticReconnect = 0;
  connect.maxInflight = MAX_INFLIGHT;
  connect.username = options->user_name;
  if (options->password != NULL) {
    /* Paho keeps a copy until it is destroyed, and does not wipe it. */
    connect.binarypwd.data = options->password;
    connect.binarypwd.len = (int)strlen(options->password);
  }
  if (options->version == MQTT_5) {
    connect.onSuccess5 = on_connected_5;
    connect.onFailure5 = on_connect_failed_5;
    connect.cleanstart = options->clean_start;
  } else {
    connect.onSuccess = on_connected;
    connect.onFailure = on_connect_failed;
    connect.cleansession = options->clean_start;
  }
  return connect;
}

static int
connect_paho(MqttClient *client, guint16 port, guint timeout_seconds)
{
  MQTTAsync_connectOptions connect = connect_options(client, timeout_seconds);
  MQTTAsync_willOptions will = will_options(client->options);
  MQTTProperties properties = connect_properties(client->options);
  g_autofree char *uri = g_strdup_printf("tcp://127.0.0.1:%u", port);
  int code;

  connect.serverURIs = &uri;
  connect.serverURIcount = 1;
  if (client->options->will_topic != NULL)
    connect.will = &will;
  if (client->options->version == MQTT_5)
    connect.connectProperties = &properties;
  code = MQTTAsync_connect(client->paho, &connect);
  MQTTProperties_free(&properties);
  return code;
}

gboolean
mqtt_client_connect(MqttClient *client, guint16 port, guint timeout_seconds, GError **error)
{
  int code;

  if (!client_state_begin_connecting(client->state, timeout_seconds)) {
    g_set_error_literal(error, MQTT_CLIENT_ERROR, 0, "the MQTT client is connected already");
    return FALSE;
  }
  code = connect_paho(client, port, timeout_seconds);
  if (code == MQTTASYNC_SUCCESS) {
    mqtt_wake_soon();
    return TRUE;
  }
  client_state_not_connecting(client->state);
  g_set_error(error, MQTT_CLIENT_ERROR, code, "cannot connect: %s", MQTTAsync_strerror(code));
  return FALSE;
}

static int
disconnect_paho(MqttClient *client)
{
  MQTTAsync_disconnectOptions three = MQTTAsync_disconnectOptions_initializer;
  MQTTAsync_disconnectOptions five = MQTTAsync_disconnectOptions_initializer5;
  MQTTAsync_disconnectOptions disconnect = client->options->version == MQTT_5 ? five : three;

  /* Paho looks only every three seconds whether what was under way is done (1.3.12): with a pause
   * granted, DISCONNECT comes too late and the broker publishes the last will. */
  disconnect.timeout = 0;
  disconnect.context = GUINT_TO_POINTER(client_state_connection(client->state));
  if (client->options->version == MQTT_5) {
    disconnect.reasonCode = MQTTREASONCODE_NORMAL_DISCONNECTION;
    disconnect.onSuccess5 = on_gone_5;
    disconnect.onFailure5 = on_goodbye_failed_5;
  } else {
    disconnect.onSuccess = on_gone;
    disconnect.onFailure = on_goodbye_failed;
  }
  return MQTTAsync_disconnect(client->paho, &disconnect);
}

void
mqtt_client_disconnect(MqttClient *client)
{
  if (client_state_begin_leaving(client->state) && disconnect_paho(client) != MQTTASYNC_SUCCESS)
    client_state_gone(client_state_connection(client->state));
}

/* --- Requests --------------------------------------------------------------------------------- */

/* The number when Paho took the request, else 0. */
static guint
check_taken(guint number, int code, const char *what, GError **error)
{
  if (code == MQTTASYNC_SUCCESS)
    return number;
  client_state_drop_request(number);
  if (code == MQTTASYNC_DISCONNECTED)
    g_set_error(error, MQTT_CLIENT_ERROR, code, "cannot %s: not connected to the broker", what);
  else if (code == MQTTASYNC_MAX_BUFFERED_MESSAGES)
    g_set_error(error, MQTT_CLIENT_ERROR, code, "cannot %s: %d messages are waiting already", what,
                MAX_BUFFERED);
  else
    g_set_error(error, MQTT_CLIENT_ERROR, code, "cannot %s: %s", what, MQTTAsync_strerror(code));
  return 0;
}

guint
mqtt_client_subscribe(MqttClient *client, const char *filter, int qos, GError **error)
{
  MQTTAsync_responseOptions response;
  guint number;

  if (!mqtt_client_check_filter(filter, qos, error))
    return 0;
  number = client_state_add_request(client->state, REQUEST_SUBSCRIBE);
  response = response_options(client, number, on_subscribed);
  return check_taken(number, MQTTAsync_subscribe(client->paho, filter, qos, &response), "subscribe",
                     error);
}

guint
mqtt_client_unsubscribe(MqttClient *client, const char *filter, GError **error)
{
  MQTTAsync_responseOptions response;
  guint number;

  if (!mqtt_client_check_filter(filter, 0, error))
    return 0;
  number = client_state_add_request(client->state, REQUEST_UNSUBSCRIBE);
  response = response_options(client, number, on_done);
  return check_taken(number, MQTTAsync_unsubscribe(client->paho, filter, &response), "unsubscribe",
                     error);
}

static MQTTLenString
borrow_string(const char *string)
{
  return (MQTTLenString){.len = (int)strlen(string), .data = (char *)string};
}

static void
add_properties(MQTTProperties *properties, const MqttMessage *message)
{
  const char *const *pair = message->user_properties;
  MQTTProperty property = {.identifier = MQTTPROPERTY_CODE_CONTENT_TYPE};

  if (message->content_type != NULL) {
    property.value.data = borrow_string(message->content_type);
    MQTTProperties_add(properties, &property);
  }
  for (; pair != NULL && pair[0] != NULL; pair += 2) {
    g_assert(pair[1] != NULL);
    property.identifier = MQTTPROPERTY_CODE_USER_PROPERTY;
    property.value.data = borrow_string(pair[0]);
    property.value.value = borrow_string(pair[1]);
    MQTTProperties_add(properties, &property);
  }
}

guint
mqtt_client_publish(MqttClient *client, const MqttMessage *message, GError **error)
{
  MQTTAsync_message copied = MQTTAsync_message_initializer;
  MQTTAsync_responseOptions response;
  guint number;
  int code;

  if (!mqtt_client_check_message(message, client->options->version, error))
    return 0;
  copied.payload = (void *)(message->payload_length > 0 ? message->payload : "");
  copied.payloadlen = (int)message->payload_length;
  copied.qos = message->qos;
  copied.retained = message->retain;
  add_properties(&copied.properties, message);
  number = client_state_add_request(client->state, REQUEST_PUBLISH);
  response = response_options(client, number, on_done);
  code = MQTTAsync_sendMessage(client->paho, message->topic, &copied, &response);
  MQTTProperties_free(&copied.properties);
  return check_taken(number, code, "publish", error);
}
