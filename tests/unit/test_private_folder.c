#include "config.h"

#include "util/private_folder.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *folder;   /* under test */
  char *outside;  /* must survive */
  char *treasure; /* a file in it */
} Fixture;

static char *
below(const char *folder, const char *name)
{
  return g_build_filename(folder, name, NULL);
}

static void
write_file(const char *path, const char *text)
{
  g_autoptr(GError) error = NULL;
  g_file_set_contents(path, text, -1, &error);
  g_assert_no_error(error);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fixture->folder = private_folder_new("mqtrust-unit", &error);
  g_assert_no_error(error);
  fixture->outside = private_folder_new("mqtrust-outside", &error);
  g_assert_no_error(error);
  fixture->treasure = below(fixture->outside, "treasure");
  write_file(fixture->treasure, "gold");
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  private_folder_remove(fixture->folder, NULL);
  private_folder_remove(fixture->outside, NULL);
  g_free(fixture->folder);
  g_free(fixture->outside);
  g_free(fixture->treasure);
}

static void
assert_file(const char *path, const char *bytes, gsize length, int mode)
{
  g_autofree char *got = NULL;
  gsize got_length = 0;
  struct stat st;
  g_assert_true(g_file_get_contents(path, &got, &got_length, NULL));
  g_assert_cmpmem(got, got_length, bytes, length);
  g_assert_cmpint(lstat(path, &st), ==, 0);
  g_assert_true(S_ISREG(st.st_mode));
  g_assert_cmpuint(st.st_mode & 07777, ==, (guint)mode);
}

static guint
count_entries(const char *folder)
{
  guint count = 0;
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  while (g_dir_read_name(dir) != NULL)
    count++;
  return count;
}

static gboolean
is_there(const char *path)
{
  struct stat st;
  return lstat(path, &st) == 0;
}

/* --- New -------------------------------------------------------------------------------------- */

static void
test_new(Fixture *fixture, gconstpointer data)
{
  struct stat st;
  g_assert_cmpint(lstat(fixture->folder, &st), ==, 0);
  g_assert_true(S_ISDIR(st.st_mode));
  g_assert_cmpuint(st.st_mode & 07777, ==, 0700);
  g_autofree char *parent = g_path_get_dirname(fixture->folder);
  g_assert_cmpstr(parent, ==, g_get_tmp_dir());
  g_autofree char *name = g_path_get_basename(fixture->folder);
  g_assert_true(g_str_has_prefix(name, "mqtrust-unit-"));
  g_assert_cmpuint(strlen(name), ==, strlen("mqtrust-unit-XXXXXX"));
  g_autofree char *second = private_folder_new("mqtrust-unit", NULL);
  g_assert_cmpstr(second, !=, fixture->folder);
  g_assert_true(private_folder_remove(second, NULL));
}

static void
test_new_fails(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(private_folder_new("no-such-folder/\033x", &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_nonnull(strstr(error->message, "no-such-folder/\\ex-"));
}

/* --- Removal ---------------------------------------------------------------------------------- */

static void
test_remove_tree(Fixture *fixture, gconstpointer data)
{
  g_autofree char *deep = g_build_filename(fixture->folder, "a", "b", "c", NULL);
  g_autofree char *file = below(deep, "file");
  g_autofree char *hidden = below(fixture->folder, ".hidden");
  g_assert_cmpint(g_mkdir_with_parents(deep, 0700), ==, 0);
  write_file(file, "x");
  write_file(hidden, "x");
  g_autoptr(GError) error = NULL;
  g_assert_true(private_folder_remove(fixture->folder, &error));
  g_assert_no_error(error);
  g_assert_false(is_there(fixture->folder));
}

static void
test_remove_spares_outside(Fixture *fixture, gconstpointer data)
{
  g_autofree char *to_folder = below(fixture->folder, "to-folder");
  g_autofree char *to_file = below(fixture->folder, "to-file");
  g_autofree char *dangling = below(fixture->folder, "dangling");
  g_assert_cmpint(symlink(fixture->outside, to_folder), ==, 0);
  g_assert_cmpint(symlink(fixture->treasure, to_file), ==, 0);
  g_assert_cmpint(symlink("/nowhere/at/all", dangling), ==, 0);
  g_assert_true(private_folder_remove(fixture->folder, NULL));
  g_assert_false(is_there(fixture->folder));
  assert_file(fixture->treasure, "gold", 4, 0644);
}

static void
test_remove_refuses_link(Fixture *fixture, gconstpointer data)
{
  g_autofree char *link = below(fixture->folder, "link");
  g_autofree char *slashed = g_strconcat(link, "//", NULL);
  g_assert_cmpint(symlink(fixture->outside, link), ==, 0);
  const char *const paths[] = {link, slashed};
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(private_folder_remove(paths[i], &error));
    g_assert_nonnull(error);
    g_assert_true(is_there(link));
    assert_file(fixture->treasure, "gold", 4, 0644);
  }
}

static void
test_remove_refuses_file(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(private_folder_remove(fixture->treasure, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
  g_assert_true(is_there(fixture->treasure));
  g_assert_false(private_folder_remove(fixture->treasure, NULL));
}

static void
test_remove_nothing(Fixture *fixture, gconstpointer data)
{
  g_autofree char *never = below(fixture->folder, "never-was");
  g_autoptr(GError) error = NULL;
  g_assert_true(private_folder_remove(never, &error));
  g_assert_no_error(error);
}

/* What resists is named; everything else is gone. */
static void
test_remove_obstacle(Fixture *fixture, gconstpointer data)
{
  if (geteuid() == 0) {
    g_test_skip("nothing resists the superuser");
    return;
  }
  g_autofree char *locked = below(fixture->folder, "locked");
  g_autofree char *kept = below(locked, "kept");
  g_autofree char *other = below(fixture->folder, "other");
  g_assert_cmpint(g_mkdir(locked, 0700), ==, 0);
  write_file(kept, "x");
  write_file(other, "x");
  g_assert_cmpint(g_chmod(locked, 0500), ==, 0);
  g_autoptr(GError) error = NULL;
  g_assert_false(private_folder_remove(fixture->folder, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_ACCES);
  g_assert_nonnull(strstr(error->message, kept));
  g_assert_false(is_there(other));
  g_assert_cmpint(g_chmod(locked, 0700), ==, 0);
}

/* --- Writing ---------------------------------------------------------------------------------- */

static void
test_write(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *key = below(fixture->folder, "client.key");
  g_assert_true(private_folder_write(fixture->folder, "client.key", "a\0b", 3, 0600, &error));
  g_assert_no_error(error);
  assert_file(key, "a\0b", 3, 0600);
  g_assert_true(private_folder_write(fixture->folder, "client.key", "longer", -1, 0600, &error));
  assert_file(key, "longer", 6, 0600);
  g_assert_true(private_folder_write(fixture->folder, "client.key", "", -1, 0600, &error));
  assert_file(key, "", 0, 0600);
  g_assert_cmpuint(count_entries(fixture->folder), ==, 1);
}

static void
test_write_mode(Fixture *fixture, gconstpointer data)
{
  g_autofree char *cert = below(fixture->folder, "cert.pem");
  mode_t before = umask(077);
  gboolean written = private_folder_write(fixture->folder, "cert.pem", "x", 1, 0644, NULL);
  umask(before);
  g_assert_true(written);
  assert_file(cert, "x", 1, 0644);
  /* A file that was open to all is replaced by one that is not. */
  g_assert_true(private_folder_write(fixture->folder, "cert.pem", "y", 1, 0600, NULL));
  assert_file(cert, "y", 1, 0600);
}

static void
test_write_replaces_link(Fixture *fixture, gconstpointer data)
{
  g_autofree char *link = below(fixture->folder, "link");
  g_assert_cmpint(symlink(fixture->treasure, link), ==, 0);
  g_assert_true(private_folder_write(fixture->folder, "link", "lead", 4, 0600, NULL));
  assert_file(link, "lead", 4, 0600);
  assert_file(fixture->treasure, "gold", 4, 0644);
}

static void
test_write_fails(Fixture *fixture, gconstpointer data)
{
  g_autofree char *taken = below(fixture->folder, "taken");
  g_assert_cmpint(g_mkdir(taken, 0700), ==, 0);
  g_autoptr(GError) error = NULL;
  g_assert_false(private_folder_write(fixture->folder, "taken", "x", 1, 0600, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
  g_assert_cmpuint(count_entries(fixture->folder), ==, 1); /* no draft is left behind */
  g_clear_error(&error);
  g_autofree char *missing = below(fixture->folder, "missing");
  g_assert_false(private_folder_write(missing, "x", "x", 1, 0600, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  umask(022);
  g_test_init(&argc, &argv, NULL);
  ADD("/private_folder/new", test_new);
  ADD("/private_folder/new_fails", test_new_fails);
  ADD("/private_folder/remove_tree", test_remove_tree);
  ADD("/private_folder/remove_spares_outside", test_remove_spares_outside);
  ADD("/private_folder/remove_refuses_link", test_remove_refuses_link);
  ADD("/private_folder/remove_refuses_file", test_remove_refuses_file);
  ADD("/private_folder/remove_nothing", test_remove_nothing);
  ADD("/private_folder/remove_obstacle", test_remove_obstacle);
  ADD("/private_folder/write", test_write);
  ADD("/private_folder/write_mode", test_write_mode);
  ADD("/private_folder/write_replaces_link", test_write_replaces_link);
  ADD("/private_folder/write_fails", test_write_fails);
  return g_test_run();
}
