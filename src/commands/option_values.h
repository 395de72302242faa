/* What an argument of an option may be. Each puts it where it belongs, or says in one sentence
 * what is wrong with it. */
#pragma once

#include "commands/option_table.h"

/* A sentence that begins with the option's name; FALSE. */
gboolean option_refuse(GError **error, const OptionSpec *spec, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

gboolean option_take_text(Given *given, const OptionSpec *spec, char *value, GError **error);
/* An empty one is kept: it has a meaning of its own. */
gboolean option_take_text_or_empty(Given *given, const OptionSpec *spec, char *value,
                                   GError **error);
/* A secret, which is wiped out of argv. */
gboolean option_take_secret(Given *given, const OptionSpec *spec, char *value, GError **error);
/* The first line of a file. */
gboolean option_take_secret_file(Given *given, const OptionSpec *spec, char *value, GError **error);
gboolean option_take_number(Given *given, const OptionSpec *spec, char *value, GError **error);
gboolean option_take_qos(Given *given, const OptionSpec *spec, char *value, GError **error);
gboolean option_take_will_qos(Given *given, const OptionSpec *spec, char *value, GError **error);
gboolean option_take_topic(Given *given, const OptionSpec *spec, char *value, GError **error);
gboolean option_take_mqtt_version(Given *given, const OptionSpec *spec, char *value,
                                  GError **error);
/* mosquitto's names: tlsv1.2. */
gboolean option_take_tls_version(Given *given, const OptionSpec *spec, char *value, GError **error);
/* Joins those of several options with commas. */
gboolean option_take_dns_server(Given *given, const OptionSpec *spec, char *value, GError **error);
gboolean option_take_id_prefix(Given *given, const OptionSpec *spec, char *value, GError **error);
gboolean option_take_certbot_folder(Given *given, const OptionSpec *spec, char *value,
                                    GError **error);
gboolean option_take_log_size(Given *given, const OptionSpec *spec, char *value, GError **error);
