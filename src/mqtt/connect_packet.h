/* The few packets that a client needs to ask a broker "do you speak MQTT, and would you take me?"
 * without being anybody: CONNECT of no user (MQTT 3.1, 3.1.1 and 5), and DISCONNECT. */
#pragma once

#include "mqtt/packet.h"

/* MQTT 3.1 allows no more bytes in a client id; MQTT 3.1.1 promises that they are taken
 * (3.1.3-5). */
#define CONNECT_CLIENT_ID_MAX 23
#define CONNECT_KEEP_ALIVE_S 30

/* (transfer full): a clean session, keep alive CONNECT_KEEP_ALIVE_S, no will, no user name, no
 * password. `client_id` has 1 to CONNECT_CLIENT_ID_MAX characters of ASCII; MQTT 3.1.1, 3.1. */
GByteArray *connect_packet_new(MqttVersion version, const char *client_id);

/* (transfer full): "mqtrust-probe-1f9c02ab", another each time: a broker that finds a client id in
 * use closes the older connection (3.1.1, 3.1.4-2), and nobody's is to be closed. Any thread. */
char *connect_packet_probe_id(void);

/* (transfer full): with no reason, which in MQTT 5 stands for Normal disconnection; 3.14. */
GByteArray *disconnect_packet_new(void);
