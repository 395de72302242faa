/* mqtrust split: leaf, intermediates, root and key of a chain, each in a file of its own. */
#include "config.h"

#include "commands/commands.h"
#include "commands/file_input.h"
#include "commands/split_report.h"
#include "commands/text_block.h"
#include "commands/usage.h"
#include "trust/key_file.h"
#include "trust/lineage.h"
#include "util/same_file.h"
#include "util/secret.h"

#include <stdio.h>

static const char help[] =
    "usage: mqtrust split [OPTION]... FILE|--lineage NAME\n"
    "\n"
    "Takes a chain apart, whatever form FILE has (PEM, DER, PKCS#7, PKCS#12), and\n"
    "says which certificate is what. Writes, in PEM:\n"
    "  leaf.pem   the certificate itself\n"
    "  chain.pem  the intermediates, in order, each once, without the root\n"
    "  root.pem   the root, only when one that signed itself is in FILE\n"
    "  key.pem    the private key, mode 0600, when there is one; an encrypted one\n"
    "             stays encrypted\n"
    "All of them are written, or none.\n"
    "\n"
    "  -o, --output DIR          the folder to write to, made if need be (default: .)\n"
    "      --lineage NAME        takes certbot's certificate of that name instead of\n"
    "                            FILE: its fullchain.pem\n"
    "      --certbot-dir DIR     instead of /etc/letsencrypt\n"
    "      --force               replaces files that are there\n"
    "      --password-file FILE  the first line of FILE opens an encrypted key or a\n"
    "                            PKCS#12 file\n"
    "      --json                prints one JSON object\n"
    "      --help                prints this\n"
    "\n"
    "Example:\n"
    "  mqtrust split -o broker /etc/letsencrypt/live/example.com/fullchain.pem\n"
    "\n"
    "Exit status: 0 written, 1 nothing written because a part of FILE is damaged, 2\n"
    "usage, an unreadable file, or files that cannot be written. See\n"
    "mqtrust-split(1).\n";

typedef struct {
  char **files;
  char *folder, *password_file;
  char *lineage, *certbot_folder;
  gboolean force, json, help;
  SecretString password; /* NULL: none was given */
} SplitOptions;

static void
options_clear(SplitOptions *options)
{
  g_strfreev(options->files);
  g_free(options->folder);
  g_free(options->password_file);
  g_free(options->lineage);
  g_free(options->certbot_folder);
  secret_free(options->password);
}

static gboolean
parse(int argc, char **argv, SplitOptions *options, GError **error)
{
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options->folder, NULL, NULL},
      {"lineage", 0, 0, G_OPTION_ARG_FILENAME, &options->lineage, NULL, NULL},
      {"certbot-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->certbot_folder, NULL, NULL},
      {"force", 0, 0, G_OPTION_ARG_NONE, &options->force, NULL, NULL},
      {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &options->password_file, NULL, NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, NULL, NULL},
      {"help", 'h', 0, G_OPTION_ARG_NONE, &options->help, NULL, NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->files, NULL, NULL},
      {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
  };
  return usage_parse("split", entries, argc, argv, error);
}

/* A lineage's certificates all stand in one file, which is then the file to take apart. */
static void
take_lineage(SplitOptions *options)
{
  g_autofree char *path =
      lineage_path(options->certbot_folder, options->lineage, LINEAGE_FULLCHAIN);
  options->files = g_new0(char *, 2);
  options->files[0] = g_steal_pointer(&path);
}

static gboolean
complete(SplitOptions *options, GError **error)
{
  if (options->lineage && options->files)
    return usage_refuse(error, "give a file, or --lineage NAME; not both");
  if (options->lineage)
    take_lineage(options);
  guint count = options->files ? g_strv_length(options->files) : 0;
  if (count != 1)
    return usage_refuse(error, "%s; see mqtrust split --help",
                        count == 0 ? "give the file to take apart"
                                   : "one FILE is taken apart at a time");
  if (options->folder && *options->folder == '\0')
    return usage_refuse(error, "--output is empty: write -o DIR");
  if (!options->folder)
    options->folder = g_strdup(".");
  if (!options->password_file)
    return TRUE;
  options->password = file_input_some_password(options->password_file, error);
  return options->password != NULL;
}

/* --- writing ---------------------------------------------------------------------------------- */

static gboolean
check_place(const char *path, SplitFile file, const char *input, GError **error)
{
  if (lineage_is_link(path))
    return usage_refuse(error,
                        "%s is certbot's own link, without which it renews no more; nothing was "
                        "written: choose another folder with -o",
                        path);
  return file == SPLIT_KEY || same_file(path, input) || !key_file_holds_key(path) ||
         usage_refuse(error,
                      "%s holds a private key, which would be lost; nothing was written: choose "
                      "another folder with -o",
                      path);
}

static gboolean
write_files(SplitReport *report, const char *input, gboolean force, GError **error)
{
  g_autoptr(FileSet) set = file_set_new(report->folder);
  for (int i = 0; i < SPLIT_FILES; i++) {
    SplitFile file = (SplitFile)i;
    g_autofree char *path = g_build_filename(report->folder, split_file_name(file), NULL);
    if (force && split_file_exists(report, file) && !check_place(path, file, input, error))
      return FALSE;
    SecretString text = split_file_text(report, file);
    if (text)
      file_set_add(set, split_file_name(file), text, file == SPLIT_KEY ? 0600 : 0644);
    else
      report->left_over[file] = g_file_test(path, G_FILE_TEST_EXISTS);
    secret_free(text);
  }
  g_autoptr(GError) cause = NULL;
  if (file_set_write(set, force, &cause))
    return TRUE;
  gboolean exists = g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  const char *remedy =
      exists ? "give --force to replace it, or another folder with -o" : file_set_remedy(cause);
  g_set_error(error, cause->domain, cause->code, "%s; nothing was written%s%s", cause->message,
              remedy ? ": " : "", remedy ? remedy : "");
  return FALSE;
}

/* What cannot be read may be the very certificate that the others need: a chain with a gap would
 * look like a whole one. */
static gboolean
has_damage(const Inspection *inspection)
{
  for (guint i = 0; i < inspection->items->len; i++)
    if (((const InspectedItem *)inspection->items->pdata[i])->kind == INSPECTED_DAMAGED)
      return TRUE;
  return FALSE;
}

static gboolean
run(const SplitOptions *options, gboolean *damaged, GError **error)
{
  /* A lineage has files; a pipe in its place would be waited for without end. */
  g_autoptr(Inspection) inspection =
      options->lineage ? inspection_read(options->files[0], options->password, error)
                       : file_input_inspect(options->files[0], options->password, error);
  g_autoptr(ChainSplit) split = inspection ? chain_split_new(inspection, error) : NULL;
  if (!split)
    return FALSE;
  SplitReport report = {.inspection = inspection, .split = split, .folder = options->folder};
  *damaged = report.damaged = has_damage(inspection);
  if (!report.damaged && !write_files(&report, options->files[0], options->force, error))
    return FALSE;
  g_autofree char *text =
      options->json ? split_json(&report, !g_get_charset(NULL)) : split_text(&report);
  return text_block_print(stdout, text) ||
         usage_refuse(error, report.damaged
                                 ? "nothing was written, and the report why cannot be, either"
                                 : "the files were written, but the report of them cannot be");
}

int
command_split(int argc, char **argv)
{
  SplitOptions options = {0};
  g_autoptr(GError) error = NULL;
  gboolean damaged = FALSE, good = parse(argc, argv, &options, &error);
  if (good && options.help)
    good = fputs(help, stdout) >= 0 && fflush(stdout) == 0;
  else if (good)
    good = complete(&options, &error) && run(&options, &damaged, &error);
  if (error)
    fprintf(stderr, "mqtrust split: %s\n", error->message);
  options_clear(&options);
  return !good ? EXIT_USAGE : damaged ? EXIT_WARNINGS : EXIT_GOOD;
}
