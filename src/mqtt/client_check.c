#include "config.h"

#include "mqtt/client_check.h"

#include <string.h>

#include "mqtt/tap.h"
#include "util/safe_text.h"

#define ENCODING_OVERHEAD 64 /* of a PUBLISH: header, lengths, identifiers */

G_DEFINE_QUARK(mqtrust_mqtt_error, mqtt_client_error)

static gboolean
refuse(GError **error, const char *sentence)
{
  g_set_error_literal(error, MQTT_CLIENT_ERROR, 0, sentence);
  return FALSE;
}

static gboolean
is_string(const char *string)
{
  return strlen(string) <= G_MAXUINT16 && g_utf8_validate(string, -1, NULL);
}

static gboolean
check_will(const MqttClientOptions *options, GError **error)
{
  if (options->will_topic == NULL)
    return TRUE;
  if (!mqtt_topic_is_valid(options->will_topic, strlen(options->will_topic)))
    return refuse(error, "the topic of the last will is not a topic that can be published to");
  if (options->will_qos > 2)
    return refuse(error, "the QoS of the last will is not 0, 1 or 2");
  if (options->will_payload != NULL && g_bytes_get_size(options->will_payload) > G_MAXUINT16)
    return refuse(error, "the last will is longer than 65,535 bytes");
  return TRUE;
}

gboolean
mqtt_client_check_options(const MqttClientOptions *options, GError **error)
{
  gboolean five = options->version == MQTT_5;

  if (!five && *options->client_id == '\0' && !options->clean_start) /* MQTT 3.1.1, 3.1.3-7 */
    return refuse(error, "in MQTT 3.1.1 a session that is kept needs a client identifier");
  if (!five && options->password != NULL && options->user_name == NULL) /* 3.1.1, 3.1.2-22 */
    return refuse(error, "in MQTT 3.1.1 a password needs a user name");
  if (!is_string(options->client_id))
    return refuse(error, "the client identifier is not UTF-8 or longer than 65,535 bytes");
  if (options->user_name != NULL && !is_string(options->user_name))
    return refuse(error, "the user name is not UTF-8 or longer than 65,535 bytes");
  if (options->password != NULL && strlen(options->password) > G_MAXUINT16)
    return refuse(error, "the password is longer than 65,535 bytes");
  return check_will(options, error);
}

static gboolean
check_qos(int qos, GError **error)
{
  return (qos >= 0 && qos <= 2) || refuse(error, "the QoS is not 0, 1 or 2");
}

gboolean
mqtt_client_check_filter(const char *filter, int qos, GError **error)
{
  g_autofree char *safe = NULL;

  if (mqtt_filter_is_valid(filter, strlen(filter)))
    return check_qos(qos, error);
  safe = safe_text_string(filter);
  g_set_error(error, MQTT_CLIENT_ERROR, 0,
              "\"%s\" is not a topic filter: '+' must be alone in its level, '#' alone in the last",
              safe);
  return FALSE;
}

/* Adds what a string takes in the packet. */
static gboolean
add_string(gsize *size, const char *string)
{
  if (!is_string(string))
    return FALSE;
  *size += 3 + strlen(string);
  return TRUE;
}

static gboolean
add_properties(gsize *size, const MqttMessage *message)
{
  if (message->content_type != NULL && !add_string(size, message->content_type))
    return FALSE;
  for (gsize i = 0; message->user_properties != NULL && message->user_properties[i] != NULL; i++) {
    if (!add_string(size, message->user_properties[i]))
      return FALSE;
  }
  return TRUE;
}

static gboolean
has_properties(const MqttMessage *message)
{
  return message->content_type != NULL ||
         (message->user_properties != NULL && message->user_properties[0] != NULL);
}

/* The tap takes no packet that is larger than its limit, not even from us. */
static gboolean
check_size(gsize around, gsize payload, GError **error)
{
  if (around < TAP_PACKET_MAX_DEFAULT && payload <= TAP_PACKET_MAX_DEFAULT - around)
    return TRUE;
  g_set_error(error, MQTT_CLIENT_ERROR, 0, "the message is larger than %u MiB",
              TAP_PACKET_MAX_DEFAULT / (1024 * 1024));
  return FALSE;
}

gboolean
mqtt_client_check_message(const MqttMessage *message, MqttVersion version, GError **error)
{
  gsize topic_length = strlen(message->topic), around = ENCODING_OVERHEAD + topic_length;
  g_autofree char *safe = NULL;

  if (!mqtt_topic_is_valid(message->topic, topic_length)) {
    safe = safe_text_string(message->topic);
    g_set_error(error, MQTT_CLIENT_ERROR, 0, "\"%s\" is not a topic that can be published to",
                safe);
    return FALSE;
  }
  if (has_properties(message) && version != MQTT_5)
    return refuse(error, "properties of a message need MQTT 5");
  if (!add_properties(&around, message))
    return refuse(error, "a property of the message is not UTF-8 or longer than 65,535 bytes");
  return check_qos(message->qos, error) && check_size(around, message->payload_length, error);
}
