/* A real broker for a test: mosquitto on a free port of 127.0.0.1, in a folder of its own. */
#pragma once

#include <glib.h>

typedef struct {
  GPid pid;
  guint16 port;
  char *folder;
} Mosquitto;

/* NULL: there is no mosquitto here, and `*why` (static) says so. Returns when it takes connections.
 * `settings` are lines for its configuration; ends the test when the broker does not come up. */
Mosquitto *mosquitto_start(const char *settings, const char **why);
/* Ends it with `signal` and waits until it is gone. */
void mosquitto_end(Mosquitto *broker, int signal);
void mosquitto_free(Mosquitto *broker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mosquitto, mosquitto_free)

/* Writes a password file with one user; FALSE: there is no mosquitto_passwd. */
gboolean mosquitto_write_password(const char *path, const char *user, const char *password);

/* A port of 127.0.0.1 that nobody uses now. */
guint16 free_port(void);
