/* mqtrust: locale, subcommand, exit code; nothing else. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "commands/commands.h"
#include "util/standard_streams.h"

static const Command commands[] = {
    {"bundle", "checks and writes the files that a broker wants for its TLS", command_bundle},
    {"check", "tries connections, and reports every stage and every fault", command_check},
    {"demo", "a throwaway two-way TLS broker with traffic, and the dashboard on it", command_demo},
    {"inspect", "says what is in any file of certificates, keys, requests or CRLs",
     command_inspect},
    {"names", "says what DNS has on a name, and whether a certificate is for it", command_names},
    {"pki", "makes CAs, client and server certificates, requests; signs, renews", command_pki},
    {"split", "writes leaf, intermediates, root and key of a file apart", command_split},
    {"verify", "says whether a certificate with its chain is to be trusted, and why",
     command_verify},
};

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  standard_streams_open();
  if (argc > 1) {
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
      if (strcmp(argv[1], commands[i].name) == 0)
        return commands[i].run(argc - 1, argv + 1);
    }
  }
  return command_dashboard(argc, argv, commands, G_N_ELEMENTS(commands));
}
