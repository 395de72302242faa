/* mqtrust inspect: what is in any certificate, key, request, CRL, PKCS#7 or PKCS#12 file. */
#include "config.h"

#include "commands/commands.h"
#include "commands/file_input.h"
#include "commands/inspect_lineage.h"
#include "commands/inspect_report.h"
#include "commands/text_block.h"
#include "commands/usage.h"
#include "core/profile_check.h"
#include "trust/stale_copy.h"
#include "util/moment.h"
#include "util/secret.h"

#include <stdio.h>

#define FILES_MAX 1000

static const char help[] =
    "usage: mqtrust inspect [OPTION]... FILE...\n"
    "       mqtrust inspect [OPTION]... --lineage NAME|--lineages\n"
    "\n"
    "Says what each FILE holds, item by item: certificates, private and public keys,\n"
    "requests, CRLs, in PEM, DER, PKCS#7 or PKCS#12; which keys and certificates\n"
    "belong together; and what other programs would make of the file. FILE may be -\n"
    "for standard input, or a pkcs11: URI.\n"
    "\n"
    "      --password-file FILE  the first line of FILE opens encrypted keys, PKCS#12\n"
    "                            files and tokens\n"
    "      --at TIME             days are counted from this time instead of now:\n"
    "                            2027-01-31, 2027-01-31T12:00:00Z, or seconds since\n"
    "                            1970\n"
    "      --lineage NAME        explains certbot's certificate of that name: each\n"
    "                            file, leaf and intermediates, how far its renewal\n"
    "                            is; NAME may be the path of its folder below live/\n"
    "      --lineages            explains all of them\n"
    "      --certbot-dir DIR     instead of /etc/letsencrypt\n"
    "      --served-by BROKER    with --lineage: does BROKER (HOST, HOST:PORT or a\n"
    "                            URL) serve that certificate already?\n"
    "      --dns-server ADDR[:PORT]\n"
    "                            with --served-by: asks this name server, not the\n"
    "                            system's; may be given again\n"
    "      --json                prints an array with one JSON object a file or\n"
    "                            lineage\n"
    "      --help                prints this\n"
    "\n"
    "Example:\n"
    "  mqtrust inspect fullchain.pem privkey.pem\n"
    "\n"
    "Exit status: 0 every file could be read, 2 usage or a file that could not. See\n"
    "mqtrust-inspect(1), and mqtrust-findings(7) for every remark.\n";

typedef struct {
  char **files;
  char *password_file, *at;
  char *lineage, *certbot_folder, *served_by;
  char **servers;
  char *all_servers; /* joined; NULL: none was given */
  gboolean lineages, json, help;
  SecretString password; /* NULL: none was given */
  gint64 now;
} InspectOptions;

static void
options_clear(InspectOptions *options)
{
  g_strfreev(options->files);
  g_free(options->password_file);
  g_free(options->at);
  g_free(options->lineage);
  g_free(options->certbot_folder);
  g_free(options->served_by);
  g_strfreev(options->servers);
  g_free(options->all_servers);
  secret_free(options->password);
}

static gboolean
parse(int argc, char **argv, InspectOptions *options, GError **error)
{
  const GOptionEntry entries[] = {
      {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &options->password_file, NULL, NULL},
      {"at", 0, 0, G_OPTION_ARG_STRING, &options->at, NULL, NULL},
      {"lineage", 0, 0, G_OPTION_ARG_FILENAME, &options->lineage, NULL, NULL},
      {"lineages", 0, 0, G_OPTION_ARG_NONE, &options->lineages, NULL, NULL},
      {"certbot-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->certbot_folder, NULL, NULL},
      {"served-by", 0, 0, G_OPTION_ARG_STRING, &options->served_by, NULL, NULL},
      {"dns-server", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->servers, NULL, NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, NULL, NULL},
      {"help", 'h', 0, G_OPTION_ARG_NONE, &options->help, NULL, NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->files, NULL, NULL},
      {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
  };
  return usage_parse("inspect", entries, argc, argv, error);
}

static gboolean
is_about_lineages(const InspectOptions *options)
{
  return options->lineage || options->lineages;
}

static gboolean
take_dns_servers(InspectOptions *options, GError **error)
{
  g_autoptr(GError) cause = NULL;
  if (!options->servers)
    return TRUE;
  if (!options->served_by)
    return usage_refuse(error,
                        "--dns-server needs --served-by BROKER: whose name is to be looked up?");
  options->all_servers = g_strjoinv(",", options->servers);
  return profile_check_dns_servers(options->all_servers, &cause) ||
         usage_refuse(error, "--dns-server does not fit: %s", cause->message);
}

static gboolean
complete(InspectOptions *options, GError **error)
{
  guint count = options->files ? g_strv_length(options->files) : 0;
  if (is_about_lineages(options) && count > 0)
    return usage_refuse(error, "give files, or --lineage; not both");
  if (options->lineage && options->lineages)
    return usage_refuse(error, "give --lineage NAME for one, or --lineages for all; not both");
  if (options->served_by && !options->lineage)
    return usage_refuse(error,
                        "--served-by needs --lineage NAME: which certificate is to be served?");
  if (!take_dns_servers(options, error))
    return FALSE;
  if (count == 0 && !is_about_lineages(options))
    return usage_refuse(error, "give the files to look into; see mqtrust inspect --help");
  if (count > FILES_MAX)
    return usage_refuse(error, "more than 1000 files are given; look into them in several runs");
  options->now = g_get_real_time() / G_USEC_PER_SEC;
  if (options->at && !moment_parse(options->at, &options->now))
    return usage_refuse(
        error,
        "--at \"%s\" is no time; write 2027-01-31, 2027-01-31T12:00:00Z or the seconds since 1970",
        options->at);
  if (!options->password_file)
    return TRUE;
  options->password = file_input_password(options->password_file, error);
  return options->password != NULL;
}

/* --- files ------------------------------------------------------------------------------------ */

/* The sentence of an error of this house names the file; others do not, and their domain says
 * nothing to a user. */
static Finding *
fault_of(const GError *error, const char *path)
{
  g_autofree char *label = inspection_label(path);
  if (error->domain != G_FILE_ERROR)
    return finding_from_error(error, FINDING_SOURCE_NONE, label);
  Finding *fault = finding_new("file-unreadable");
  fault->file = g_steal_pointer(&label);
  finding_set_message(fault, "%s.", error->message);
  return fault;
}

/* TRUE when something in it could be read. */
static gboolean
is_readable(const Inspection *inspection)
{
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->kind != INSPECTED_DAMAGED)
      return TRUE;
  }
  return FALSE;
}

/* About the first certificate, which is the one that such a file is used for. */
static void
remark_stale_copy(Inspection *inspection, const char *path, gint64 now)
{
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (!item->certificate)
      continue;
    Finding *stale = stale_copy_find(path, item->certificate, FINDING_SOURCE_CHAIN, now);
    if (!stale)
      return;
    stale->index = (int)i;
    stale_copy_advise(stale, inspection->remarks);
    g_ptr_array_add(inspection->remarks, stale);
    finding_list_sort(inspection->remarks);
    return;
  }
}

static gboolean
read_all(const InspectOptions *options, GPtrArray *inspections, GPtrArray *faults)
{
  gboolean good = TRUE;
  for (char **file = options->files; *file; file++) {
    g_autoptr(GError) error = NULL;
    Inspection *inspection = file_input_inspect(*file, options->password, &error);
    if (inspection)
      remark_stale_copy(inspection, *file, options->now);
    g_ptr_array_add(inspections, inspection);
    g_ptr_array_add(faults, inspection ? NULL : fault_of(error, *file));
    good = good && inspection && is_readable(inspection);
  }
  return good;
}

static int
run_lineages(const InspectOptions *options, GError **error)
{
  const LineageQuery query = {.name = options->lineage,
                              .certbot_folder = options->certbot_folder,
                              .served_by = options->served_by,
                              .dns_servers = options->all_servers,
                              .now = options->now,
                              .json = options->json};
  return inspect_lineages(&query, error) ? EXIT_GOOD : EXIT_USAGE;
}

static int
run(const InspectOptions *options)
{
  g_autoptr(GPtrArray) inspections =
      g_ptr_array_new_with_free_func((GDestroyNotify)inspection_free);
  g_autoptr(GPtrArray) faults = finding_list_new();
  gboolean good = read_all(options, inspections, faults);
  g_autoptr(InspectionMatches) matches = inspection_matches_new(inspections);
  inspection_matches_remark(matches, inspections);
  InspectReport report = {
      .inspections = inspections, .faults = faults, .matches = matches, .now = options->now};
  g_autofree char *text =
      options->json ? inspect_json(&report, !g_get_charset(NULL)) : inspect_text(&report);
  if (!text_block_print(stdout, text))
    return EXIT_USAGE;
  return good ? EXIT_GOOD : EXIT_USAGE;
}

int
command_inspect(int argc, char **argv)
{
  InspectOptions options = {0};
  g_autoptr(GError) error = NULL;
  gboolean good = parse(argc, argv, &options, &error);
  int code = EXIT_USAGE;
  if (good && options.help)
    code = fputs(help, stdout) >= 0 && fflush(stdout) == 0 ? EXIT_GOOD : EXIT_USAGE;
  else if (good && complete(&options, &error))
    code = is_about_lineages(&options) ? run_lineages(&options, &error) : run(&options);
  if (error)
    fprintf(stderr, "mqtrust inspect: %s\n", error->message);
  options_clear(&options);
  return code;
}
