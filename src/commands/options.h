/* The command line with mosquitto's option names, into a profile. */
#pragma once

#include <glib.h>

#include "commands/commands.h"
#include "core/profile.h"

typedef struct {
  Profile *profile;   /* NULL: no connection was described */
  char *profile_name; /* a saved profile was named */
  gsize log_bytes;
  char *certbot_folder; /* raw; NULL: certbot's own */
  gboolean ascii, no_color, show_help, show_version;
} Options;

/* argv[0] is skipped. A password is overwritten in argv, for ps shows what is there. FALSE: one
 * sentence that names the option and the remedy (exit code 2), and nothing to clear. */
gboolean options_parse(int argc, char **argv, Options *options, GError **error);
void options_clear(Options *options);
/* (transfer full) the text of --help, which lists `commands`. */
char *options_help(const Command *commands, gsize count);
