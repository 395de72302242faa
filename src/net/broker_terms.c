#include "config.h"

#include "net/broker_terms.h"

#include "util/safe_text.h"

static const BrokerTerms nothing_said = {.session_expiry = -1,
                                         .receive_maximum = -1,
                                         .maximum_qos = -1,
                                         .maximum_packet_size = -1,
                                         .topic_alias_maximum = -1,
                                         .server_keep_alive = -1,
                                         .retain_available = -1,
                                         .wildcard_available = -1,
                                         .subscription_ids_available = -1,
                                         .shared_available = -1};

/* Where the property's number goes, NULL: nowhere. */
static gint64 *
number_place(BrokerTerms *terms, guint8 id)
{
  switch (id) {
  case MQTT_PROPERTY_SESSION_EXPIRY_INTERVAL:
    return &terms->session_expiry;
  case MQTT_PROPERTY_RECEIVE_MAXIMUM:
    return &terms->receive_maximum;
  case MQTT_PROPERTY_MAXIMUM_QOS:
    return &terms->maximum_qos;
  case MQTT_PROPERTY_MAXIMUM_PACKET_SIZE:
    return &terms->maximum_packet_size;
  case MQTT_PROPERTY_TOPIC_ALIAS_MAXIMUM:
    return &terms->topic_alias_maximum;
  case MQTT_PROPERTY_SERVER_KEEP_ALIVE:
    return &terms->server_keep_alive;
  case MQTT_PROPERTY_RETAIN_AVAILABLE:
    return &terms->retain_available;
  case MQTT_PROPERTY_WILDCARD_SUBSCRIPTION_AVAILABLE:
    return &terms->wildcard_available;
  case MQTT_PROPERTY_SUBSCRIPTION_IDENTIFIER_AVAILABLE:
    return &terms->subscription_ids_available;
  case MQTT_PROPERTY_SHARED_SUBSCRIPTION_AVAILABLE:
    return &terms->shared_available;
  default:
    return NULL;
  }
}

/* The same of its text. */
static char **
text_place(BrokerTerms *terms, guint8 id)
{
  switch (id) {
  case MQTT_PROPERTY_ASSIGNED_CLIENT_IDENTIFIER:
    return &terms->assigned_client_id;
  case MQTT_PROPERTY_REASON_STRING:
    return &terms->reason_string;
  case MQTT_PROPERTY_RESPONSE_INFORMATION:
    return &terms->response_information;
  case MQTT_PROPERTY_SERVER_REFERENCE:
    return &terms->server_reference;
  default:
    return NULL;
  }
}

BrokerTerms *
broker_terms_new(MqttBytes properties)
{
  BrokerTerms *terms = g_new(BrokerTerms, 1);
  MqttProperty property;
  *terms = nothing_said;
  for (gsize cursor = 0; mqtt_property_next(properties, &cursor, &property);) {
    gint64 *number = number_place(terms, property.id);
    char **text = text_place(terms, property.id);
    if (number != NULL)
      *number = property.number;
    else if (text != NULL && *text == NULL)
      *text = safe_text(property.value.data, property.value.length);
  }
  return terms;
}

BrokerTerms *
broker_terms_copy(const BrokerTerms *terms)
{
  BrokerTerms *copy = g_new(BrokerTerms, 1);
  *copy = *terms;
  copy->assigned_client_id = g_strdup(terms->assigned_client_id);
  copy->reason_string = g_strdup(terms->reason_string);
  copy->response_information = g_strdup(terms->response_information);
  copy->server_reference = g_strdup(terms->server_reference);
  return copy;
}

void
broker_terms_free(BrokerTerms *terms)
{
  if (terms == NULL)
    return;
  g_free(terms->assigned_client_id);
  g_free(terms->reason_string);
  g_free(terms->response_information);
  g_free(terms->server_reference);
  g_free(terms);
}
