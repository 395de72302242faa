/* The subcommands. Each takes its own argv (argv[0] is its name) and returns the exit code. */
#pragma once

#include <glib.h>

typedef struct {
  const char *name;
  const char *synopsis; /* one line for --help */
  int (*run)(int argc, char **argv);
} Command;

/* Without a subcommand; `commands` are those that --help lists. */
int command_dashboard(int argc, char **argv, const Command *commands, gsize count);
int command_bundle(int argc, char **argv); /* exit codes of its own: 0, 1, 2, 3 */
int command_check(int argc, char **argv);
int command_demo(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_names(int argc, char **argv);
int command_pki(int argc, char **argv);    /* 0 written, 1 must not be signed, 2 */
int command_split(int argc, char **argv);
int command_verify(int argc, char **argv); /* exit codes of its own: 0, 1, 2 */

/* Exit codes; of `check` and, as far as they fit, of everything else (design). */
enum {
  EXIT_GOOD = 0, EXIT_WARNINGS = 1, EXIT_USAGE = 2, EXIT_NETWORK = 3, EXIT_TLS = 4,
  EXIT_SERVER_REFUSED = 5, EXIT_CLIENT_REFUSED = 6, EXIT_MQTT = 7, EXIT_LOCAL_FILE = 8,
};
