#include "config.h"

#include "pty/program.h"

#include <string.h>
#include <sys/wait.h>

const char *
program_path(void)
{
  static char *path;
  if (path == NULL) {
    const char *folder = g_getenv("MQTRUST_TEST_BUILDDIR");
    path = g_build_filename(folder != NULL ? folder : ".", "mqtrust", NULL);
  }
  return path;
}

/* (transfer full) */
static GPtrArray *
arguments_new(const char *arguments)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
  g_auto(GStrv) words = g_strsplit(arguments != NULL ? arguments : "", " ", -1);
  g_ptr_array_add(argv, g_strdup(program_path()));
  for (char **word = words; *word != NULL; word++) {
    if (**word != '\0')
      g_ptr_array_add(argv, g_strdup(*word));
  }
  g_ptr_array_add(argv, NULL);
  return argv;
}

Pty *
program_start(const char *arguments, const PtyOptions *options)
{
  g_autoptr(GPtrArray) argv = arguments_new(arguments);
  return pty_start((const char *const *)argv->pdata, options);
}

Pty *
program_start_in_shell(const char *command, const PtyOptions *options)
{
  g_autofree char *quoted = g_shell_quote(program_path());
  g_auto(GStrv) parts = g_strsplit(command, "MQTRUST", -1);
  g_autofree char *script = g_strjoinv(quoted, parts);
  const char *const argv[] = {"sh", "-c", script, NULL};
  return pty_start(argv, options);
}

Pty *
program_open(const char *arguments, const PtyOptions *options)
{
  Pty *pty = program_start(arguments, options);
  pty_expect_text(pty, PROGRAM_HINT);
  return pty;
}

void
program_assert_restored(Pty *pty)
{
  g_assert_false(pty_alternate(pty));
  g_assert_true(pty_mode(pty, 25));    /* the cursor is shown */
  g_assert_false(pty_mode(pty, 2004)); /* bracketed paste */
  g_assert_false(pty_mode(pty, 1));    /* application cursor keys */
  g_assert_false(pty_mouse(pty));
}

void
program_assert_same_modes(const struct termios *before, const struct termios *after)
{
  g_assert_cmphex(after->c_iflag, ==, before->c_iflag);
  g_assert_cmphex(after->c_oflag, ==, before->c_oflag);
  g_assert_cmphex(after->c_cflag, ==, before->c_cflag);
  g_assert_cmphex(after->c_lflag, ==, before->c_lflag);
  g_assert_cmpmem(after->c_cc, sizeof after->c_cc, before->c_cc, sizeof before->c_cc);
}

int
program_run(const char *arguments, char **standard_output, char **standard_error)
{
  g_autoptr(GPtrArray) argv = arguments_new(arguments);
  g_autoptr(GError) error = NULL;
  int status;
  g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, standard_output,
               standard_error, &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}
