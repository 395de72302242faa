/* What certbot's environment and a user's words give to `mqtrust bundle`, and a password's file,
 * with any content: one safe sentence, or options that hold together. The words stand one a line,
 * behind RENEWED_LINEAGE and the password's file, each of them one line, too. */
#include "config.h"

#include <string.h>

#include "commands/bundle_options.h"
#include "commands/file_input.h"
#include "fuzz/memory_file.h"
#include "trust/lineage.h"
#include "util/secret.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define WORDS_MAX 64
#define PASSWORD_MAX 4096

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

static void
check_line(const char *line)
{
  check(g_utf8_validate(line, -1, NULL));
  for (const char *at = line; *at; at = g_utf8_next_char(at))
    check(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

static void
try_options(int argc, char **argv, const char *renewed)
{
  BundleOptions options = {0};
  g_autoptr(GError) error = NULL;
  gboolean good = bundle_options_parse(&options, argc, argv, renewed, &error);
  check(good == (error == NULL));
  if (error)
    check_line(error->message);
  if (good && !options.help) {
    g_autofree char *path = lineage_path(options.certbot_folder,
                                         options.lineage ? options.lineage : "name", LINEAGE_KEY);
    check(g_str_has_suffix(path, "/privkey.pem"));
    check(options.folder && *options.folder && options.path && *options.path == '/');
    check(options.port >= 1 && options.port <= 65535);
    check(!bundle_folder_fault(options.path));
    check((options.lineage != NULL) != (options.certificate != NULL));
  }
  bundle_options_clear(&options);
}

static void
try_password(const guint8 *data, gsize size)
{
  MemoryFile file;
  g_autoptr(GError) error = NULL;
  memory_file_open(&file, data, size);
  char *password = file_input_some_password(file.path, &error);
  memory_file_close(&file);
  check((password != NULL) == (error == NULL));
  if (error)
    check_line(error->message);
  gsize length = password ? strlen(password) : 1;
  check(length >= 1 && length <= PASSWORD_MAX);
  check(!password || !memcmp(password, data, length));
  secret_free(password);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup((const char *)data, size);
  g_auto(GStrv) lines = g_strsplit(text, "\n", WORDS_MAX);
  guint count = g_strv_length(lines);
  char *argv[WORDS_MAX + 2] = {(char *)"bundle"};
  int argc = 1;
  for (guint i = 1; i < count; i++)
    argv[argc++] = lines[i];
  /* It would be opened, whatever it is. */
  if (!strstr(text, "assword-file"))
    try_options(argc, argv, count > 0 ? lines[0] : NULL);
  try_password(data, size);
  return 0;
}
