/* Packets written by hand, and packets told in one line: what the tests of mqtt/ compare. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"

/* (transfer full): bytes from text: pairs of hex digits and 'quoted ASCII', with spaces anywhere
 * but within a pair: "30 08 0003 'a/b' 'hey'". Ends the test when it is anything else. */
GByteArray *wire(const char *text);

/* (transfer full): every field of the packet. */
char *tell_packet(const MqttPacket *packet);
/* (transfer full): every field of a PUBLISH. */
char *tell_publish(const MqttPublish *publish);

/* (transfer full): "OFFSET CLAUSE". */
char *tell_fault(const MqttFault *fault);
