/* What an MQTT client may be asked to do, checked before Paho sees it: Paho refuses without saying
 * why, or takes what a broker then refuses. Each gives one sentence. */
#pragma once

#include <glib.h>

#include "mqtt/client.h"

GQuark mqtt_client_error_quark(void);
#define MQTT_CLIENT_ERROR mqtt_client_error_quark()

gboolean mqtt_client_check_options(const MqttClientOptions *options, GError **error);
gboolean mqtt_client_check_filter(const char *filter, int qos, GError **error);
gboolean mqtt_client_check_message(const MqttMessage *message, MqttVersion version, GError **error);
