/* mqtrust bundle: the broker's side of two-way TLS, checked and written. */
#include "config.h"

#include "commands/commands.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/bundle_options.h"
#include "commands/bundle_report.h"
#include "commands/text_block.h"
#include "trust/lineage.h"
#include "util/file_set.h"
#include "util/safe_text.h"

#define EXIT_FOUND 1
#define EXIT_RELOAD 3

/* --- what is given ---------------------------------------------------------------------------- */

typedef struct {
  char *certificate, *chain, *key; /* of a lineage */
} LineagePaths;

static void
paths_clear(LineagePaths *paths)
{
  g_free(paths->certificate);
  g_free(paths->chain);
  g_free(paths->key);
}

static LineagePaths
paths_of(const BundleOptions *options)
{
  if (!options->lineage)
    return (LineagePaths){g_strdup(options->certificate), g_strdup(options->chain),
                          g_strdup(options->key)};
  const char *certbot = options->certbot_folder, *name = options->lineage;
  return (LineagePaths){lineage_path(certbot, name, LINEAGE_CERT),
                        lineage_path(certbot, name, LINEAGE_CHAIN),
                        lineage_path(certbot, name, LINEAGE_KEY)};
}

static Bundle *
make_bundle(const BundleOptions *options)
{
  g_autoptr(Anchors) known = anchors_load_system(NULL);
  LineagePaths paths = paths_of(options);
  const BundleRequest request = {.broker = options->broker,
                                 .certificate_path = paths.certificate,
                                 .chain_path = paths.chain,
                                 .key_path = paths.key,
                                 .password = options->password,
                                 .client_ca_path = options->client_ca,
                                 .client_path = options->client,
                                 .hostname = options->hostname,
                                 .store_password = options->store_password,
                                 .folder = options->path,
                                 .port = (guint16)options->port,
                                 .known = known,
                                 .now = options->now};
  Bundle *bundle = bundle_new(&request);
  paths_clear(&paths);
  return bundle;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* All that any broker's bundle may hold. */
static const char *const names[] = {
    "body.pem", "chain.pem",     "cert.pem",      "key.pem",      "client-ca.pem",
    "form.txt", "listener.conf", "listener.json", "keystore.p12", "truststore.p12"};

static gboolean
is_written(const Bundle *bundle, const char *name)
{
  for (guint i = 0; i < bundle->files->len; i++)
    if (g_str_equal(((const BundleFile *)bundle->files->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

/* (transfer container) */
static GPtrArray *
find_left_over(const Bundle *bundle, const char *folder)
{
  GPtrArray *left_over = g_ptr_array_new();
  for (gsize i = 0; bundle->files && i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_build_filename(folder, names[i], NULL);
    if (!is_written(bundle, names[i]) && g_file_test(path, G_FILE_TEST_EXISTS))
      g_ptr_array_add(left_over, (gpointer)names[i]);
  }
  return left_over;
}

static gboolean
write_files(const Bundle *bundle, const BundleOptions *options, GError **error)
{
  g_autoptr(FileSet) set = file_set_new(options->folder);
  file_set_set_owner(set, options->user, options->group);
  for (guint i = 0; i < bundle->files->len; i++) {
    const BundleFile *file = bundle->files->pdata[i];
    gsize length;
    const void *bytes = g_bytes_get_data(file->bytes, &length);
    file_set_add_bytes(set, file->name, bytes, length, file->secret ? 0600 : 0644);
  }
  g_autoptr(GError) cause = NULL;
  if (file_set_write(set, options->force, &cause))
    return TRUE;
  gboolean exists = g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  const char *remedy =
      exists ? "give --force to replace it, or another folder with -o" : file_set_remedy(cause);
  g_set_error(error, cause->domain, cause->code, "%s; nothing was written%s%s", cause->message,
              remedy ? ": " : "", remedy ? remedy : "");
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
  g_autoptr(Bundle) bundle = make_bundle(options);
  g_autofree char *fault = NULL;
  gboolean good = bundle->files != NULL;
  if (good && !write_files(bundle, options, error))
    return FALSE;
  if (good && options->reload)
    fault = run_reload(options->reload);
  g_autoptr(GPtrArray) left_over = find_left_over(bundle, options->folder);
  const BundleReport report = {.bundle = bundle,
                               .broker = options->broker,
                               .folder = options->folder,
                               .written = good,
                               .left_over = left_over,
                               .reload = good ? options->reload : NULL,
                               .reload_fault = fault,
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
