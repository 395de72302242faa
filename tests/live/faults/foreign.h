/* The same connection with other people's programs: mosquitto_sub, and Node.js as MQTTX uses it
 * (mqttx.js beside this file). What they say is what a user without mqtrust has to go by. */
#pragma once

#include "core/profile.h"

typedef enum { FOREIGN_MOSQUITTO_SUB, FOREIGN_MQTTX, FOREIGN_COUNT } Foreign;

/* (transfer full): "mosquitto_sub 2.0.11"; NULL: not on this machine. */
char *foreign_version(Foreign program);

/* (transfer full): all that it prints when it connects with `profile`, a line each, each line once,
 * at the end how it ended; "" when it cannot be told all that the profile says (another name
 * server, a GnuTLS priority, a server name). Takes a few seconds at most. `folder` is an existing
 * one that it may write a file into; the profile's files lie there, and lines name them without it.
 */
char *foreign_run(Foreign program, const Profile *profile, const char *folder);
