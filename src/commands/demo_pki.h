/* The demo's files, as a user has them: certbot's four for the server, the root, the client CA, and
 * a client certificate with its key for the dashboard and for each device. */
#pragma once

#include <glib.h>

/* Names of the files below the folder. */
#define DEMO_ROOT "root.pem"
#define DEMO_LINEAGE "live/localhost"
#define DEMO_FULLCHAIN DEMO_LINEAGE "/fullchain.pem"
#define DEMO_PRIVKEY DEMO_LINEAGE "/privkey.pem"
#define DEMO_CLIENT_CA "client-ca.pem"

/* `devices`: NULL-terminated common names; each gets NAME.pem and NAME.key. Server names: localhost
 * and 127.0.0.1. Dates count from `now`, seconds since 1970. */
gboolean demo_pki_write(const char *folder, const char *const *devices, gint64 now, GError **error);
