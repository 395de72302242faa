/* The text of `mqtrust check --help`: its own words, and the connection's options out of their
 * table. */
#include "config.h"

#include "commands/check_options.h"
#include "commands/option_table.h"

static const char head[] =
    "usage: mqtrust check [OPTION]... CONNECTION|URL...\n"
    "\n"
    "Connects to each target as an MQTT client does, and reports every stage: name,\n"
    "address, TLS, the certificates of both sides, MQTT; and what is wrong, whose\n"
    "fault it is and what to do. CONNECTION is the name of a saved one; the options\n"
    "of a connection apply to every target and change a saved one for this run.\n"
    "\n"
    "Report:\n"
    "      --format FORMAT         text (default), json, nagios or prometheus\n"
    "      --json                  the same as --format json\n"
    "      --warn-days N           warn when a certificate of either side ends\n"
    "                              within N days (default: 30, but no more than a\n"
    "                              quarter of the certificate's life)\n"
    "      --names                 also what DNS has on each host: every CNAME with\n"
    "                              its TTL, CAA, SRV (text and json)\n"
    "      --save-chain FOLDER     write each broker's chain and the path that was\n"
    "                              used to files in FOLDER\n"
    "      --force                 let --save-chain overwrite files\n"
    "      --ascii                 ASCII characters only\n"
    "      --no-color              no colours, as with NO_COLOR=1\n"
    "\n"
    "How:\n"
    "      --timeout SECONDS       for each target as a whole (default: 30)\n"
    "      --jobs N                targets at once (default: 64)\n"
    "      --help                  print this and exit\n"
    "      --version               print the version and exit\n";

static const char foot[] =
    "\n"
    "Examples:\n"
    "  mqtrust check plant-7\n"
    "  mqtrust check --cafile root.pem --cert client.pem --key client.key \\\n"
    "    mqtts://mqtt.example.com mqtts://mqtt.example.net:8884\n"
    "  mqtrust check --format nagios --warn-days 20 plant-7\n"
    "\n"
    "Exit status: 0 good, 1 good with warnings, 2 usage, 3 name or network, 4 TLS\n"
    "negotiation, 5 the broker's certificate refused by us, 6 ours refused by the\n"
    "broker, 7 refused by MQTT, 8 a local file; the highest of several targets. With\n"
    "--format nagios: 0, 1, 2 or 3 as Nagios has them. See mqtrust-check(1).\n";

char *
check_options_help(void)
{
  g_autoptr(GString) out = g_string_new(head);
  options_append_connection_help(out);
  g_string_append(out, foot);
  return g_strdup(out->str);
}
