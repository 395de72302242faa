/* A real mosquitto for a test: on a free port of 127.0.0.1, in a folder of its own, ended when the
 * test program ends, by whatever way. */
#pragma once

#include <glib.h>

typedef struct {
  /* TLS; all NULL: plain MQTT. Borrowed until broker_free(). */
  const char *certificate_file; /* with its chain */
  const char *key_file;
  const char *client_ca_file;   /* whose certificates clients must show; NULL: one-way TLS */
  const char *tls_version;      /* "tlsv1.2", "tlsv1.3": this one alone; NULL: mosquitto's choice */
  /* NULL: anonymous clients are welcome. */
  const char *user_name, *password;
  gboolean no_users;            /* it is told nothing about them, or by `extra` */
  const char *extra;            /* more lines of configuration, or NULL */
} BrokerOptions;

typedef struct Broker Broker;

/* FALSE: this machine has none; the test that runs is marked as skipped, with the reason. */
gboolean broker_available_or_skip(void);

/* (transfer full): runs and accepts connections; aborts when it does not come up. */
Broker *broker_start(const BrokerOptions *options);
/* Stops it and removes its folder. */
void broker_free(Broker *broker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Broker, broker_free)

guint16 broker_port(const Broker *broker);

void broker_stop(Broker *broker);    /* as an administrator does (SIGTERM) */
void broker_kill(Broker *broker);    /* as a power cut does (SIGKILL) */
void broker_restart(Broker *broker); /* on the same port; stops it first when it runs */
void broker_reload(Broker *broker);  /* reads its files again (SIGHUP); clients stay */

/* (transfer full): all that it has logged so far. */
char *broker_log(const Broker *broker);
/* FALSE, and the log on stderr, when `text` did not appear in it in time. */
gboolean broker_wait_log(Broker *broker, const char *text);

/* A port of 127.0.0.1 that nobody uses now. */
guint16 free_port(void);
