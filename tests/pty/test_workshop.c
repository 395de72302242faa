/* From nothing to a client certificate that a connection uses, with the real program on the real
 * terminal. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pty/program.h"

#define NOWHERE "-h 127.0.0.1 -p 1 --no-probes --tls-use-os-certs"

static char *
new_folder(void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp("mqtrust-workshop-XXXXXX", &error);
  g_assert_no_error(error);
  return folder;
}

static void
remove_all(const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_cmpint(g_unlink(path), ==, 0);
  }
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static Pty *
start_in(const char *folder)
{
  g_autofree char *command = g_strdup_printf("cd %s && exec MQTRUST " NOWHERE, folder);
  return program_start_in_shell(command, NULL);
}

static void
assert_file(const char *folder, const char *name, int mode)
{
  struct stat st;
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_assert_cmpint(stat(path, &st), ==, 0);
  g_assert_cmpint(st.st_mode & 07777, ==, mode);
}

static void
test_ca_client_use(void)
{
  g_autofree char *folder = new_folder();
  g_autoptr(Pty) pty = start_in(folder);
  pty_expect_text(pty, PROGRAM_HINT);
  pty_key(pty, "i");
  pty_expect_text(pty, "CN=Client CA");
  pty_key(pty, "C-s");
  pty_expect_text(pty, "Keep client-ca.key to yourself");
  assert_file(folder, "client-ca.pem", 0644);
  assert_file(folder, "client-ca.key", 0600);
  pty_key(pty, "i");
  pty_expect_text(pty, "client certificate >");
  pty_expect_text(pty, "Client CA (self-signed)");
  pty_key(pty, "C-s");
  pty_expect_text(pty, "Press u to use client.pem and client.key");
  assert_file(folder, "client.pem", 0644);
  assert_file(folder, "client.key", 0600);
  pty_key(pty, "u");
  pty_expect_text(pty, "uses the new certificate and connects again; e saves it.");
  pty_key(pty, "e");
  pty_expect_text(pty, "C-y test");
  pty_expect_text(pty, "client.pem");
  pty_expect_text(pty, "not encrypted; it belongs to the");
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 130); /* C-c */
  remove_all(folder);
}

/* With no connection at all, as at the very first start. */
static void
test_first_start(void)
{
  g_autofree char *folder = new_folder();
  g_autofree char *command =
      g_strdup_printf("cd %s && HOME=%s XDG_CONFIG_HOME=%s exec MQTRUST", folder, folder, folder);
  g_autoptr(Pty) pty = program_start_in_shell(command, NULL);
  pty_expect_text(pty, "No connection yet.");
  pty_key(pty, "i");
  pty_expect_text(pty, "CN=Client CA");
  pty_key(pty, "C-s");
  pty_expect_text(pty, "Press i to make a client certificate");
  pty_expect_text(pty, "n new");
  pty_key(pty, "i");
  pty_expect_text(pty, "client certificate >");
  pty_key(pty, "C-s");
  pty_expect_text(pty, "Press b to write the broker's files");
  pty_key(pty, "n");
  pty_expect_text(pty, "it belongs to the");
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 130); /* C-c */
  remove_all(folder);
}

/* A large key: the screen answers meanwhile, and leaving the program then leaves no file. */
static void
test_leave_while_making(void)
{
  g_autofree char *folder = new_folder();
  g_autoptr(Pty) pty = start_in(folder);
  pty_expect_text(pty, PROGRAM_HINT);
  pty_key(pty, "i");
  pty_expect_text(pty, "CN=Client CA");
  pty_keys(pty, "Tab Tab Tab Tab Tab Tab Tab Tab Left Left");
  pty_expect_text(pty, "< RSA 4096 >");
  pty_key(pty, "C-s");
  pty_expect_text(pty, "Making the CA...");
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 130); /* C-c */
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  g_assert_null(g_dir_read_name(dir));
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/workshop/use", test_ca_client_use);
  g_test_add_func("/workshop/first-start", test_first_start);
  g_test_add_func("/workshop/leave", test_leave_while_making);
  return g_test_run();
}
