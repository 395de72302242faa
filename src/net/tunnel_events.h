/* How a tunnel's events are made. */
#pragma once

#include "net/tunnel.h"

/* With both clocks read now, and no alert. */
TunnelEvent *tunnel_event_new(TunnelEventType type);

/* (transfer full): `version` is the connection's, for the reason codes' words. */
TunnelPacket *tunnel_packet_new(MqttDirection direction, const MqttPacket *packet,
                                MqttVersion version);
