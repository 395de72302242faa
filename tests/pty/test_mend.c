/* From a fault to what mends it, with the real program, real files and the real terminal. */
#include "config.h"

#include <glib/gstdio.h>

#include "pty/program.h"

/* Nothing listens there: what is before the network is what matters. */
#define NOWHERE "-h 127.0.0.1 -p 1 --no-probes"

static char *
data_path(const char *name)
{
  const char *srcdir = g_getenv("MQTRUST_TEST_SRCDIR");
  g_autofree char *path =
      g_build_filename(srcdir ? srcdir : ".", "tests", "data", "panes", name, NULL);
  return g_canonicalize_filename(path, NULL);
}

static char *
new_folder(void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp("mqtrust-mend-XXXXXX", &error);
  g_assert_no_error(error);
  return folder;
}

/* The named files of the test data one after the other, into one of ours. */
static char *
join_files(const char *folder, const char *name, const char *first, const char *second)
{
  g_autoptr(GString) text = g_string_new(NULL);
  const char *const parts[] = {first, second};
  for (gsize i = 0; i < G_N_ELEMENTS(parts) && parts[i] != NULL; i++) {
    g_autofree char *path = data_path(parts[i]), *content = NULL;
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_string_append(text, content);
  }
  char *path = g_build_filename(folder, name, NULL);
  g_assert_true(
      g_file_set_contents_full(path, text->str, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  return path;
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

/* The editor begins at the CA file; what is typed there is looked at; nothing is saved. */
static void
test_one_key_to_the_field(void)
{
  g_autofree char *good = data_path("root.pem");
  g_autoptr(Pty) pty = program_open(NOWHERE " --cafile /nowhere/root.pem", NULL);
  pty_expect_text(pty, "file missing");
  pty_expect_text(pty, "m mend");
  pty_key(pty, "m");
  pty_expect_text(pty, "C-y test");
  pty_expect_text(pty, "/nowhere/root.pem");
  pty_key(pty, "C-u");
  pty_text(pty, good);
  pty_expect_text(pty, "Example Root X1");
  pty_key(pty, "Esc");
  pty_expect_text(pty, "Throw away");
  pty_keys(pty, "y Q");
  pty_expect_exit_code(pty, 0);
}

/* A test of what is typed says what is wrong, leads back to the field, and can be left. */
static void
test_editor_test(void)
{
  g_autoptr(Pty) pty = program_open(NOWHERE " --cafile /nowhere/root.pem", NULL);
  pty_expect_text(pty, "file missing");
  pty_key(pty, "e");
  pty_expect_text(pty, "C-y test");
  pty_key(pty, "C-y");
  pty_expect_text(pty, "It fails: file missing.");
  pty_key(pty, "m");
  pty_expect_gone(pty, "It fails");
  pty_expect_text(pty, "C-o save and connect");
  pty_key(pty, "C-y");
  pty_expect_text(pty, "It fails: file missing.");
  pty_key(pty, "q");
  pty_expect_gone(pty, "It fails");
  pty_key(pty, "Esc");
  pty_expect_gone(pty, "C-o save and connect");
  pty_key(pty, "Q");
  pty_expect_exit_code(pty, 0);
}

/* The CA stands before our certificate: y writes a copy without it beside the file, and uses it. */
static void
test_repair(void)
{
  g_autofree char *folder = new_folder(), *root = data_path("root.pem");
  g_autofree char *chain = join_files(folder, "chain.pem", "client-ca.pem", "client.pem");
  g_autofree char *key = join_files(folder, "client.key", "client.key", NULL);
  g_autofree char *arguments =
      g_strdup_printf("%s --cafile %s --cert %s --key %s", NOWHERE, root, chain, key);
  g_autoptr(Pty) pty = program_open(arguments, NULL);
  pty_expect_text(pty, "wrong order in file");
  pty_expect_text(pty, "R repair");
  pty_key(pty, "R");
  pty_expect_text(pty, "Write it and use it?");
  pty_expect_text(pty, "leaves out \"Test CA\"");
  pty_key(pty, "y");
  pty_expect_text(pty, "is written and used as client certificate.");
  pty_expect_gone(pty, "wrong order in file");
  pty_expect_text(pty, "port closed");
  g_autofree char *copy = g_build_filename(folder, "chain-clean.pem", NULL);
  g_assert_true(g_file_test(copy, G_FILE_TEST_IS_REGULAR));
  pty_key(pty, "Q");
  pty_expect_exit_code(pty, 0);
  remove_all(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mend/field", test_one_key_to_the_field);
  g_test_add_func("/mend/test", test_editor_test);
  g_test_add_func("/mend/repair", test_repair);
  return g_test_run();
}
