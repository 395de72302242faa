/* mqtrust check: connects to brokers as an MQTT client does, and reports every stage and fault. */
#include "config.h"

#include "commands/check_exit.h"
#include "commands/check_options.h"
#include "commands/check_report.h"
#include "commands/check_run.h"
#include "commands/check_save.h"
#include "commands/commands.h"
#include "util/safe_text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define NAGIOS_UNKNOWN 3

static gboolean
print(const char *text)
{
  return fputs(text, stdout) >= 0 && fflush(stdout) == 0;
}

static int
usage_error(const CheckOptions *options, const GError *error)
{
  fprintf(stderr, "mqtrust check: %s\n", error->message);
  if (options->format != CHECK_NAGIOS)
    return EXIT_USAGE;
  g_autofree char *line = check_nagios_usage(error->message);
  print(line);
  return NAGIOS_UNKNOWN;
}

static int
worst_of(const GPtrArray *reports)
{
  int code = EXIT_GOOD;
  for (guint i = 0; i < reports->len; i++)
    code = check_exit_worse(code, ((const CheckReport *)reports->pdata[i])->exit_code);
  return code;
}

/* --- Printing --------------------------------------------------------------------------------- */

static char *
text_for_person(const CheckOptions *options, const GPtrArray *reports)
{
  const char *no_color = g_getenv("NO_COLOR");
  gboolean colour =
      isatty(STDOUT_FILENO) && !options->no_color && (no_color == NULL || *no_color == '\0');
  gboolean ascii = options->ascii || !g_get_charset(NULL);
  char *text = check_text(reports);
  if (colour) {
    char *coloured = check_text_colour(text);
    g_free(text);
    text = coloured;
  }
  if (ascii) {
    char *plain = safe_text_to_ascii(text);
    g_free(text);
    text = plain;
  }
  return text;
}

/* JSON and Prometheus are UTF-8 in every locale. */
static char *
make_text(const CheckOptions *options, const GPtrArray *reports, int *code)
{
  gboolean ascii = options->ascii || !g_get_charset(NULL);
  *code = worst_of(reports);
  switch (options->format) {
  case CHECK_JSON:
    return check_json(reports, ascii);
  case CHECK_PROMETHEUS:
    return check_prometheus(reports);
  case CHECK_NAGIOS: {
    g_autofree char *line = check_nagios(reports, code);
    return ascii ? safe_text_to_ascii(line) : g_steal_pointer(&line);
  }
  case CHECK_TEXT:
  default:
    return text_for_person(options, reports);
  }
}

/* --- The run ---------------------------------------------------------------------------------- */

/* Six or so descriptors a target, until the last is over. */
static void
allow_descriptors(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static gboolean
save_chains(const CheckOptions *options, const GPtrArray *reports)
{
  gboolean good = TRUE;
  for (guint i = 0; options->save_folder != NULL && i < reports->len; i++) {
    g_autoptr(GError) error = NULL;
    if (check_save(reports->pdata[i], options->save_folder, options->force, &error))
      continue;
    fprintf(stderr, "mqtrust check: %s\n", error->message);
    good = FALSE;
  }
  return good;
}

static int
run(const CheckOptions *options)
{
  g_autoptr(GError) error = NULL;
  signal(SIGPIPE, SIG_IGN);
  allow_descriptors();
  g_autoptr(CheckRun) checks = check_run(options, &error);
  if (checks == NULL)
    return usage_error(options, error);
  const GPtrArray *reports = check_run_reports(checks);
  int code = EXIT_GOOD;
  g_autofree char *text = make_text(options, reports, &code);
  gboolean saved = save_chains(options, reports);
  if (!print(text))
    return EXIT_USAGE;
  if (saved)
    return code;
  return options->format == CHECK_NAGIOS ? NAGIOS_UNKNOWN : EXIT_LOCAL_FILE;
}

int
command_check(int argc, char **argv)
{
  g_auto(CheckOptions) options = {0};
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = profile_folder();
  if (!check_options_parse(argc, argv, folder, &options, &error))
    return usage_error(&options, error);
  if (options.version)
    return print("mqtrust " PACKAGE_VERSION "\n") ? EXIT_GOOD : EXIT_USAGE;
  if (!options.help)
    return run(&options);
  g_autofree char *help = check_options_help();
  return print(help) ? EXIT_GOOD : EXIT_USAGE;
}
