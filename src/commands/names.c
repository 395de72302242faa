/* mqtrust names: what DNS says of a broker's name, and whether a certificate is for it. */
#include "config.h"

#include "commands/commands.h"
#include "commands/file_input.h"
#include "commands/names_report.h"
#include "commands/text_block.h"
#include "commands/usage.h"
#include "core/profile_check.h"
#include "net/address.h"
#include "net/name_query.h"
#include "net/tunnel_error.h"

#include <stdio.h>
#include <string.h>

#define TIMEOUT_DEFAULT 10
#define TIMEOUT_MAX 600

static const char help[] =
    "usage: mqtrust names [OPTION]... HOST\n"
    "\n"
    "Says what DNS has on HOST: every CNAME on the way with its time to live, the\n"
    "addresses, who may issue certificates for it (CAA), where its MQTT over TLS is\n"
    "(SRV _secure-mqtt._tcp). A certificate must name HOST, not the CNAME's target.\n"
    "\n"
    "      --cert FILE               says whether the first certificate of FILE names\n"
    "                                HOST, or only what HOST leads to\n"
    "      --dns-server ADDR[:PORT]  asks this name server, not the system's; may be\n"
    "                                given again\n"
    "      --timeout SECONDS         gives up after this time (10)\n"
    "      --json                    prints one JSON object\n"
    "      --help                    prints this\n"
    "\n"
    "Example:\n"
    "  mqtrust names --cert fullchain.pem mqtt.example.com\n"
    "\n"
    "Exit status: 0 HOST has an address, 1 it has one but the certificate does not\n"
    "name HOST, 2 usage, 3 no address or no answer. See mqtrust-names(1).\n";

typedef struct {
  char **hosts, **servers;
  char *certificate_file;
  char *all_servers; /* or NULL */
  int timeout;
  gboolean json, help;
} NamesOptions;

static void
options_clear(NamesOptions *options)
{
  g_strfreev(options->hosts);
  g_strfreev(options->servers);
  g_free(options->certificate_file);
  g_free(options->all_servers);
}

static gboolean
parse(int argc, char **argv, NamesOptions *options, GError **error)
{
  const GOptionEntry entries[] = {
      {"cert", 0, 0, G_OPTION_ARG_FILENAME, &options->certificate_file, NULL, NULL},
      {"dns-server", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->servers, NULL, NULL},
      {"timeout", 0, 0, G_OPTION_ARG_INT, &options->timeout, NULL, NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, NULL, NULL},
      {"help", 'h', 0, G_OPTION_ARG_NONE, &options->help, NULL, NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->hosts, NULL, NULL},
      {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
  };
  return usage_parse("names", entries, argc, argv, error);
}

/* The root's dot ends a whole name, and belongs to no sentence. */
static void
drop_last_dot(char *host)
{
  gsize length = strlen(host);
  if (length > 1 && host[length - 1] == '.' && host[length - 2] != '.')
    host[length - 1] = '\0';
}

static gboolean
complete(NamesOptions *options, GError **error)
{
  Address address;
  g_autoptr(GError) cause = NULL;
  if (options->hosts == NULL || g_strv_length(options->hosts) != 1)
    return usage_refuse(error, "give one host name; see mqtrust names --help");
  if (address_parse(&address, options->hosts[0]))
    return usage_refuse(error, "\"%s\" is an address and leads nowhere; give the broker's name",
                        options->hosts[0]);
  if (strpbrk(options->hosts[0], "/:@?# \t"))
    return usage_refuse(error,
                        "\"%s\" is no host name; give the broker's name alone, without "
                        "scheme, port and path",
                        options->hosts[0]);
  drop_last_dot(options->hosts[0]);
  if (options->timeout < 1 || options->timeout > TIMEOUT_MAX)
    return usage_refuse(error, "--timeout takes 1 to 600 seconds");
  options->all_servers = options->servers != NULL ? g_strjoinv(",", options->servers) : NULL;
  if (profile_check_dns_servers(options->all_servers, &cause))
    return TRUE;
  return usage_refuse(error, "--dns-server does not fit: %s", cause->message);
}

/* --- Asking ----------------------------------------------------------------------------------- */

typedef struct {
  GMainLoop *loop;
  NameSurvey *survey;
  GError *error;
} Asking;

static void
on_done(NameSurvey *survey, const GError *error, gpointer data)
{
  Asking *asking = data;
  asking->survey = survey;
  asking->error = error != NULL ? g_error_copy(error) : NULL;
  g_main_loop_quit(asking->loop);
}

/* (transfer full) */
static NameSurvey *
survey_host(const NamesOptions *options, GError **error)
{
  Asking asking = {.loop = g_main_loop_new(NULL, FALSE)};
  NameQuery *query =
      name_query_start(g_main_context_default(), options->hosts[0], options->all_servers,
                       (guint)options->timeout * 1000, on_done, &asking);
  g_main_loop_run(asking.loop);
  name_query_free(query);
  g_main_loop_unref(asking.loop);
  if (asking.error != NULL)
    g_propagate_error(error, asking.error);
  return asking.survey;
}

/* --- The certificate -------------------------------------------------------------------------- */

/* (transfer full): the first one of the file. */
static Certificate *
read_certificate(const char *path, GError **error)
{
  g_autoptr(Inspection) inspection = file_input_inspect(path, NULL, error);
  for (guint i = 0; inspection != NULL && i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->certificate != NULL)
      return certificate_ref(item->certificate);
  }
  if (inspection != NULL)
    usage_refuse(error, "%s holds no certificate; give the one of the broker", inspection->path);
  return NULL;
}

static int
exit_code(const NameReport *report)
{
  if (report->survey->addresses->len == 0)
    return EXIT_NETWORK;
  NameJudgement judgement = name_report_judgement(report, NULL);
  return judgement == NAME_JUDGEMENT_NONE || judgement == NAME_JUDGEMENT_HOST ? EXIT_GOOD
                                                                              : EXIT_WARNINGS;
}

static int
run(const NamesOptions *options, GError **error)
{
  g_autoptr(Certificate) leaf = NULL;
  if (options->certificate_file != NULL) {
    leaf = read_certificate(options->certificate_file, error);
    if (leaf == NULL)
      return EXIT_USAGE;
  }
  g_autoptr(NameSurvey) survey = survey_host(options, error);
  if (survey == NULL)
    return error != NULL && g_error_matches(*error, TUNNEL_ERROR, TUNNEL_ERROR_DNS_UNKNOWN)
               ? EXIT_USAGE
               : EXIT_NETWORK;
  NameReport report = {.host = options->hosts[0], .survey = survey, .leaf = leaf};
  g_autofree char *text =
      options->json ? names_json(&report, !g_get_charset(NULL)) : names_text(&report);
  return text_block_print(stdout, text) ? exit_code(&report) : EXIT_USAGE;
}

int
command_names(int argc, char **argv)
{
  NamesOptions options = {.timeout = TIMEOUT_DEFAULT};
  g_autoptr(GError) error = NULL;
  gboolean good = parse(argc, argv, &options, &error);
  int code = EXIT_USAGE;
  if (good && options.help)
    code = fputs(help, stdout) >= 0 && fflush(stdout) == 0 ? EXIT_GOOD : EXIT_USAGE;
  else if (good && complete(&options, &error))
    code = run(&options, &error);
  if (error)
    fprintf(stderr, "mqtrust names: %s\n", error->message);
  options_clear(&options);
  return code;
}
