/* A real RabbitMQ with its MQTT plugin, for a test: TLS alone, every client must show a certificate
 * of one CA, and the certificate's common name is the user. On free ports of 127.0.0.1, with an epmd
 * of its own, all files in a folder of its own, ended when the test program ends, by whatever way.
 * A start takes seconds, so several may come up at the same time. RabbitMQ 3.10 knows MQTT 3.1.1. */
#pragma once

#include <glib.h>

typedef struct {
  /* Borrowed until rabbitmq_free(). */
  const char *certificate_file; /* with its chain */
  const char *key_file;
  const char *client_ca_file;
  const char *user;             /* that may do everything: the client certificate's common name */
  const char *tls_config;       /* a file with the lines for listener, TLS and users, instead of the
                                 * three files above; or NULL */
  guint16 port;                 /* that it names */
} RabbitMqOptions;

typedef struct RabbitMq RabbitMq;

/* FALSE: this machine has none; the test that runs is marked as skipped, with the reason. */
gboolean rabbitmq_available_or_skip(void);

/* (transfer full): begins to start. */
RabbitMq *rabbitmq_start(const RabbitMqOptions *options);
/* Until it accepts connections; aborts, with its log, when it does not come up. */
void rabbitmq_wait(RabbitMq *rabbitmq);
/* Ends it and removes its folder. */
void rabbitmq_free(RabbitMq *rabbitmq);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RabbitMq, rabbitmq_free)

/* Good after rabbitmq_wait(). */
guint16 rabbitmq_port(const RabbitMq *rabbitmq);
/* (transfer full): all that it has logged so far. */
char *rabbitmq_log(const RabbitMq *rabbitmq);
/* It logs behind what it does. FALSE when `text` did not appear in time. */
gboolean rabbitmq_wait_log(const RabbitMq *rabbitmq, const char *text);
