/* An MQTT client on a bare TCP address: Eclipse Paho behind a narrow door. The only file that
 * includes MQTTAsync.h is client.c.
 *
 * Paho keeps the protocol state (connect, QoS 1 and 2, keepalive, subscriptions) on a loopback
 * socket; it never reconnects by itself and keeps nothing on disk. Results arrive as events on
 * Paho's own threads: the handler may only copy and post. Paho copies the password and does not
 * wipe its copy. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"

typedef struct {
  char *client_id;         /* may be "" (the broker chooses; clean start only) */
  char *user_name;         /* or NULL */
  char *password;          /* or NULL; wiped */
  MqttVersion version;     /* MQTT_3_1_1 or MQTT_5 */
  gboolean clean_start;    /* clean session in 3.1.1 */
  guint16 keep_alive;      /* seconds, 0: off */
  guint32 session_expiry;  /* MQTT 5, seconds */
  char *will_topic;        /* NULL: no last will */
  GBytes *will_payload;    /* or NULL: empty */
  guint8 will_qos;
  gboolean will_retain;
} MqttClientOptions;

/* MQTT 5, clean start, 60 seconds keep alive, client identifier "". */
MqttClientOptions *mqtt_client_options_new(void);
MqttClientOptions *mqtt_client_options_copy(const MqttClientOptions *options);
void mqtt_client_options_free(MqttClientOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MqttClientOptions, mqtt_client_options_free)

typedef enum {
  MQTT_CLIENT_CONNECTED,        /* CONNACK 0 */
  MQTT_CLIENT_CONNECT_FAILED,   /* reason: CONNACK code, MQTT_CLIENT_TIMED_OUT when no answer came
                                   in time, or -1 when the stream ended before */
  MQTT_CLIENT_DISCONNECTED,     /* once for every mqtt_client_disconnect() but a repeated one */
  MQTT_CLIENT_CONNECTION_LOST,  /* reason: of the broker's DISCONNECT (MQTT 5), or -1 */
  MQTT_CLIENT_SUBSCRIBED,       /* token; reason: granted QoS or code >= 0x80 */
  MQTT_CLIENT_UNSUBSCRIBED,     /* token; reason */
  MQTT_CLIENT_PUBLISHED,        /* token: acknowledged (QoS 1, 2) or written (QoS 0) */
  MQTT_CLIENT_REQUEST_FAILED,   /* token: subscribe, unsubscribe or publish could not be done;
                                   reason: of the broker's refusal of a publish, or -1. Every
                                   request gets this or one of the three above, the latest before
                                   the event that ends the connection */
} MqttClientEventType;

#define MQTT_CLIENT_TIMED_OUT (-2)

typedef struct {
  MqttClientEventType type;
  guint token;             /* the request's, 0 for connection events */
  int reason;              /* see above; -1: none */
  char *text;              /* safe text, or NULL */
} MqttClientEvent;

/* On one of Paho's threads, or within mqtt_client_disconnect() when there is nobody to say goodbye
 * to; the event is borrowed. Must not call this client. */
typedef void (*MqttClientHandler)(const MqttClientEvent *event, gpointer user_data);

typedef struct MqttClient MqttClient;

/* Starts Paho's threads ahead of the first client, in the background: their first round takes a
 * tenth of a second (1.3.12), which is cut short; the first mqtt_client_new() waits for the rest. */
void mqtt_client_prepare(void);

/* NULL and a sentence when the options contradict each other or the standard. */
MqttClient *mqtt_client_new(const MqttClientOptions *options, MqttClientHandler handler,
                            gpointer user_data, GError **error);
/* Waits until no handler runs any more; after it returns none will. */
void mqtt_client_free(MqttClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MqttClient, mqtt_client_free)

/* Begins to connect to 127.0.0.1:`port`. */
gboolean mqtt_client_connect(MqttClient *client, guint16 port, guint timeout_seconds,
                             GError **error);
/* Begins to disconnect; MQTT 5: with reason 0 (normal). */
void mqtt_client_disconnect(MqttClient *client);

/* Each returns a token > 0, or 0 and an error. The event may come before the token is returned. */
guint mqtt_client_subscribe(MqttClient *client, const char *filter, int qos, GError **error);
guint mqtt_client_unsubscribe(MqttClient *client, const char *filter, GError **error);

typedef struct {
  const char *topic;
  const void *payload;
  gsize payload_length;
  int qos;
  gboolean retain;
  /* MQTT 5 only, both may be NULL: */
  const char *content_type;
  const char *const *user_properties; /* name, value, name, value, ..., NULL */
} MqttMessage;
guint mqtt_client_publish(MqttClient *client, const MqttMessage *message, GError **error);
