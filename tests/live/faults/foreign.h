/* The same connection with other people's programs: mosquitto_sub, and Node.js as MQTTX uses it
 * (mqttx.js beside this file). What they say is what a user without mqtrust has to go by. */
#pragma once

#include "core/profile.h"

typedef enum { FOREIGN_MOSQUITTO_SUB, FOREIGN_MQTTX, FOREIGN_COUNT } Foreign;

/* (transfer full): "mosquitto_sub 2.0.11"; NULL: not on this machine. */
char *foreign_version(Foreign program);

/* (transfer full): what it prints when it connects with `profile`: texts of a line each, each line
 * once, the first few of many; of mosquitto_sub at the end how it ended. Several texts when it did
 * not say the same in each of a few runs (whether it reads a refusal or meets a closed socket is
 * chance), the longest first. None when it cannot be told all that the profile says (another name
 * server, a GnuTLS priority, a server name). `folder` is an existing one that a file may be written
 * into; the profile's files lie there, and lines name them without it. */
GPtrArray *foreign_run(Foreign program, const Profile *profile, const char *folder);
