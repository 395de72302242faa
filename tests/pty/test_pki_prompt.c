/* `mqtrust pki` asks for passwords on the terminal: nothing of them is shown, a new one is asked
 * twice, and the terminal is as before however it ends. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "pty/program.h"
#include "util/private_folder.h"

#define SECRET "geheim"

static char *folder;

static Pty *
start(const char *words)
{
  g_autofree char *line = g_strdup_printf("cd %s && exec MQTRUST pki %s", folder, words);
  return program_start_in_shell(line, NULL);
}

static gboolean
is_there(const char *name)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  return g_file_test(path, G_FILE_TEST_EXISTS);
}

static gboolean
is_hidden(Pty *pty, gpointer unused)
{
  return (pty_termios(pty).c_lflag & ECHO) == 0;
}

static void
answer(Pty *pty, const char *question, const char *text)
{
  pty_expect_text(pty, question);
  g_assert_true(pty_wait(pty, is_hidden, NULL, "typing is hidden"));
  pty_text(pty, text);
  pty_key(pty, "Enter");
}

static void
assert_end(Pty *pty, int code)
{
  pty_expect_exit_code(pty, code);
  g_assert_false(pty_shows(pty, SECRET));
  struct termios modes = pty_termios(pty);
  g_assert_true((modes.c_lflag & (ECHO | ISIG | ICANON)) == (ECHO | ISIG | ICANON));
}

static void
test_new_key(void)
{
  g_autoptr(Pty) pty = start("ca --name locked --password-prompt CN=Root");
  answer(pty, "Password for the new key:", SECRET);
  answer(pty, "Password for the new key, again:", SECRET);
  pty_expect_text(pty, "encrypted with its password");
  assert_end(pty, 0);
  g_assert_true(is_there("locked.key"));
}

/* A key that turns out to need a password is asked for by itself. */
static void
test_key_of_ca(void)
{
  g_autoptr(Pty) pty = start("client --ca locked.pem CN=Client");
  answer(pty, "Password of the CA's key:", SECRET);
  assert_end(pty, 0);
  g_assert_true(is_there("client.pem"));
  g_autoptr(Pty) wrong = start("client --ca locked.pem CN=Other");
  answer(wrong, "Password of the CA's key:", "falsch");
  pty_expect_text(wrong, "does not open");
  assert_end(wrong, 2);
  g_assert_false(is_there("other.pem"));
}

static void
test_not_the_same(void)
{
  g_autoptr(Pty) pty = start("ca --name other --password-prompt CN=Root");
  answer(pty, "Password for the new key:", SECRET);
  answer(pty, "again:", SECRET "x");
  pty_expect_text(pty, "the two passwords are not the same");
  assert_end(pty, 2);
  g_autoptr(Pty) empty = start("ca --name other --password-prompt CN=Root");
  answer(empty, "Password for the new key:", "");
  pty_expect_text(empty, "the password is empty");
  assert_end(empty, 2);
  g_assert_false(is_there("other.key"));
}

static void
test_given_up(void)
{
  g_autoptr(Pty) pty = start("ca --name other --password-prompt CN=Root");
  pty_expect_text(pty, "Password for the new key:");
  g_assert_true(pty_wait(pty, is_hidden, NULL, "typing is hidden"));
  pty_text(pty, "ab");
  pty_key(pty, "C-c");
  pty_expect_text(pty, "no password was given");
  assert_end(pty, 2);
  g_autoptr(Pty) killed = start("ca --name other --password-prompt CN=Root");
  pty_expect_text(killed, "Password for the new key:");
  g_assert_true(pty_wait(killed, is_hidden, NULL, "typing is hidden"));
  pty_signal(killed, SIGTERM);
  assert_end(killed, 128 + SIGTERM);
  g_assert_false(is_there("other.key"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  folder = private_folder_new("mqtrust-prompt", NULL);
  g_test_add_func("/pki/prompt/new-key", test_new_key);
  g_test_add_func("/pki/prompt/key-of-ca", test_key_of_ca);
  g_test_add_func("/pki/prompt/not-the-same", test_not_the_same);
  g_test_add_func("/pki/prompt/given-up", test_given_up);
  int status = g_test_run();
  private_folder_remove(folder, NULL);
  g_free(folder);
  return status;
}
