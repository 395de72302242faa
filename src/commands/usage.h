/* The words of a command whose options GLib parses. */
#pragma once

#include <glib.h>

/* What is wrong with the words (exit code 2), made safe; FALSE. */
gboolean usage_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Parses `argv` by `entries`; --help is one of them. The sentence of a failure ends with where the
 * help of `mqtrust COMMAND` is. */
gboolean usage_parse(const char *command, const GOptionEntry *entries, int argc, char **argv,
                     GError **error);
