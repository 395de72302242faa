/* A broker that takes everybody, as a script of a TLS peer: answers CONNECT, SUBSCRIBE,
 * UNSUBSCRIBE, PINGREQ and PUBLISH with QoS 1; keeps and delivers nothing. */
#pragma once

#include "lab/tls_peer.h"

typedef struct {
  guint8 connack; /* reason of CONNACK, in the words of the client's own version; 0: accepted */
  guint8 suback;  /* reason for every filter; 0: QoS 0 granted */
  guint8 puback;  /* reason; 0: taken (MQTT 5 alone can say another) */
  int after_subscribe; /* reason of a DISCONNECT that follows SUBACK (MQTT 5), then the end; -1:
                          none */
} MqttScript;

#define MQTT_SCRIPT_GOOD ((MqttScript){.after_subscribe = -1})

/* Until the client goes. */
void mqtt_script_serve(TlsPeer *peer, const MqttScript *script);
/* Reads CONNECT; FALSE: none came. `*version` is 4 or 5. */
gboolean mqtt_script_read_connect(TlsPeer *peer, guint8 *version);
void mqtt_script_send_connack(TlsPeer *peer, guint8 version, guint8 reason);
