/* mqtrust bundle: the broker's side of two-way TLS, checked and written. */
#include "config.h"

#include "commands/commands.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/bundle_options.h"
#include "commands/bundle_report.h"
#include "commands/text_block.h"
#include "core/bundle_order.h"
#include "util/safe_text.h"

#define EXIT_FOUND 1
#define EXIT_RELOAD 3

/* --- what is given ---------------------------------------------------------------------------- */

static BundleOrder
order_of(const BundleOptions *options)
{
  return (BundleOrder){.broker = options->broker,
                       .lineage = options->lineage,
                       .certbot_folder = options->certbot_folder,
                       .certificate = options->certificate,
                       .chain = options->chain,
                       .key = options->key,
                       .password = options->password,
                       .client_ca = options->client_ca,
                       .client = options->client,
                       .hostname = options->hostname,
                       .port = (guint16)options->port,
                       .bind = options->bind,
                       .users = options->users,
                       .users_path = options->users_path,
                       .folder = options->folder,
                       .path = options->path,
                       .store_password = options->store_password,
                       .owner = options->owner,
                       .user = options->user,
                       .group = options->group,
                       .keep_settings = options->keep_settings,
                       .now = options->now};
}

static gboolean
write_files(const BundleOrder *order, const Bundle *bundle, gboolean replace, GError **error)
{
  if (bundle_order_write(order, bundle, replace, error))
    return TRUE;
  if (g_error_matches(*error, G_FILE_ERROR, G_FILE_ERROR_EXIST)) {
    g_autofree char *cause = g_steal_pointer(&(*error)->message);
    (*error)->message =
        g_strdup_printf("%s: give --force to replace it, or another folder with -o", cause);
  }
  return FALSE;
}

/* --- the broker is told ----------------------------------------------------------------------- */

/* What the command says goes to stderr: stdout is the report's. */
static void
join_outputs(gpointer unused)
{
  dup2(STDERR_FILENO, STDOUT_FILENO);
}

/* (transfer full): why it failed; NULL: it did not. */
static char *
run_reload(const char *command)
{
  g_auto(GStrv) argv = NULL;
  g_autoptr(GError) error = NULL;
  int status = 0;
  if (!g_shell_parse_argv(command, NULL, &argv, &error) ||
      !g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, join_outputs, NULL, NULL, NULL, &status,
                    &error))
    return safe_text_string(error->message);
  if (WIFSIGNALED(status))
    return g_strdup_printf("ended by signal %d", WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? NULL : g_strdup_printf("exit status %d", WEXITSTATUS(status));
}

/* --- the whole -------------------------------------------------------------------------------- */

static int
exit_code(const BundleReport *report)
{
  if (!report->written)
    return EXIT_FOUND;
  return report->reload_fault ? EXIT_RELOAD : EXIT_GOOD;
}

static gboolean
run(const BundleOptions *options, int *code, GError **error)
{
  const BundleOrder order = order_of(options);
  g_autoptr(Bundle) bundle = bundle_order_carry_out(&order);
  g_autofree char *fault = NULL;
  g_autoptr(GPtrArray) kept = bundle_order_kept(&order, bundle);
  g_autoptr(GPtrArray) anew = bundle_order_anew(&order, bundle);
  gboolean good = bundle->files != NULL;
  if (good && !write_files(&order, bundle, options->force, error))
    return FALSE;
  if (good && options->reload)
    fault = run_reload(options->reload);
  g_autoptr(GPtrArray) left_over = bundle_order_left_over(&order, bundle);
  const BundleReport report = {.bundle = bundle,
                               .broker = options->broker,
                               .folder = options->folder,
                               .written = good,
                               .kept = kept,
                               .anew = anew,
                               .left_over = left_over,
                               .reload = good ? options->reload : NULL,
                               .reload_fault = fault,
                               .renewal = options->deploy_hook,
                               .now = options->now};
  g_autofree char *text = options->json ? bundle_report_json(&report, !g_get_charset(NULL))
                                        : bundle_report_text(&report);
  *code = exit_code(&report);
  if (fault)
    fprintf(stderr, "mqtrust bundle: the files were written, but the reload command failed: %s\n",
            fault);
  if (text_block_print(stdout, text))
    return TRUE;
  g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_IO,
                      good ? "the files were written, but the report of them cannot be"
                           : "nothing was written, and the report why cannot be, either");
  return FALSE;
}

int
command_bundle(int argc, char **argv)
{
  BundleOptions options = {0};
  g_autoptr(GError) error = NULL;
  int code = EXIT_GOOD;
  gboolean good = bundle_options_parse(&options, argc, argv, g_getenv("RENEWED_LINEAGE"), &error);
  if (good && options.help)
    good = fputs(bundle_help, stdout) >= 0 && fflush(stdout) == 0;
  else if (good && !options.not_meant)
    good = run(&options, &code, &error);
  if (error)
    fprintf(stderr, "mqtrust bundle: %s\n", error->message);
  bundle_options_clear(&options);
  return good ? code : EXIT_USAGE;
}
