/* What a broker's CONNACK says about the connection in its properties (MQTT 5, 3.2.2.3): its
 * limits, what it offers, and its words. As it says it: nothing here is checked or applied. */
#pragma once

#include "mqtt/packet.h"

/* Numbers are -1 where the broker said nothing, which then means what the standard says. */
typedef struct {
  gint64 session_expiry;      /* seconds; 0xffffffff: never */
  gint64 receive_maximum;     /* QoS 1 and 2 messages under way to it */
  gint64 maximum_qos;         /* 0 or 1 */
  gint64 maximum_packet_size; /* bytes */
  gint64 topic_alias_maximum;
  gint64 server_keep_alive; /* seconds, instead of ours */
  gint64 retain_available;  /* this and what follows: 0 or 1 */
  gint64 wildcard_available;
  gint64 subscription_ids_available;
  gint64 shared_available;
  char *assigned_client_id; /* this and what follows: safe text, NULL where nothing was said */
  char *reason_string;
  char *response_information;
  char *server_reference;
} BrokerTerms;

/* (transfer full). `properties`: of a CONNACK that was decoded; empty for 3.1.1. */
BrokerTerms *broker_terms_new(MqttBytes properties);
BrokerTerms *broker_terms_copy(const BrokerTerms *terms);
void broker_terms_free(BrokerTerms *terms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerTerms, broker_terms_free)
