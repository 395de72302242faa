#include "config.h"

#include "mqtt/client.h"
#include "util/secret.h"

MqttClientOptions *
mqtt_client_options_new(void)
{
  MqttClientOptions *options = g_new0(MqttClientOptions, 1);

  options->client_id = g_strdup("");
  options->version = MQTT_5;
  options->clean_start = TRUE;
  options->keep_alive = 60;
  return options;
}

MqttClientOptions *
mqtt_client_options_copy(const MqttClientOptions *options)
{
  MqttClientOptions *copy = g_new(MqttClientOptions, 1);

  *copy = *options;
  copy->client_id = g_strdup(options->client_id);
  copy->user_name = g_strdup(options->user_name);
  copy->password = NULL;
  secret_set(&copy->password, options->password);
  copy->will_topic = g_strdup(options->will_topic);
  copy->will_payload = options->will_payload != NULL ? g_bytes_ref(options->will_payload) : NULL;
  return copy;
}

void
mqtt_client_options_free(MqttClientOptions *options)
{
  if (options == NULL)
    return;
  g_free(options->client_id);
  g_free(options->user_name);
  secret_clear(&options->password);
  g_free(options->will_topic);
  g_clear_pointer(&options->will_payload, g_bytes_unref);
  g_free(options);
}
