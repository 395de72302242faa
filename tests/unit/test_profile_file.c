/* core/profile_file: profiles on disk. */
#include "config.h"

#include "core/profile.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/private_folder.h"

typedef struct {
  char *root;   /* temporary */
  char *folder; /* of the profiles; not made yet */
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fixture->root = private_folder_new("mqtrust-test", &error);
  g_assert_no_error(error);
  fixture->folder = g_build_filename(fixture->root, "mqtrust", "connections", NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  private_folder_remove(fixture->root, &error);
  g_assert_no_error(error);
  g_free(fixture->root);
  g_free(fixture->folder);
}

static Profile *
named_profile(const char *name)
{
  Profile *profile = profile_new();
  profile->name = g_strdup(name);
  profile->host = g_strdup("h");
  return profile;
}

static char *
path_of(const Fixture *fixture, const char *file)
{
  return g_build_filename(fixture->folder, file, NULL);
}

static void
write_file(const Fixture *fixture, const char *file, const char *text)
{
  g_autofree char *path = path_of(fixture, file);
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(g_mkdir_with_parents(fixture->folder, 0700), ==, 0);
  g_file_set_contents(path, text, -1, &error);
  g_assert_no_error(error);
}

static void
save(const Fixture *fixture, const Profile *profile)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(profile_save(profile, fixture->folder, &error));
  g_assert_no_error(error);
}

static guint
mode_of(const char *path)
{
  struct stat status;
  g_assert_cmpint(stat(path, &status), ==, 0);
  return status.st_mode & 07777;
}

/* The sentence is PATH and then `rest`. */
static void
assert_says(const GError *error, const char *path, const char *rest)
{
  g_autofree char *sentence = g_strconcat(path, rest, NULL);
  g_assert_nonnull(error);
  g_assert_cmpstr(error->message, ==, sentence);
}

static void
assert_load_fails(const Fixture *fixture, const char *file, const char *rest)
{
  g_autofree char *path = path_of(fixture, file);
  g_autoptr(GError) error = NULL;
  g_assert_null(profile_load(path, &error));
  assert_says(error, path, rest);
}

/* --- Saving and loading ----------------------------------------------------------------------- */

static void
test_save_and_load(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Profile) profile = named_profile("lab 1");
  profile->port = 9;
  profile_add_subscription(profile, "a/#", 2);
  save(fixture, profile);
  g_autofree char *path = path_of(fixture, "lab 1.conf");
  g_autoptr(Profile) loaded = profile_load(path, NULL);
  g_assert_true(profile_equal(profile, loaded));
}

static void
test_nobody_else_may_read(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Profile) profile = named_profile("lab");
  g_autofree char *path = path_of(fixture, "lab.conf");
  write_file(fixture, "lab.conf", "[connection]\nhost=old\n");
  g_assert_cmpint(g_chmod(path, 0644), ==, 0);
  save(fixture, profile);
  g_assert_cmphex(mode_of(path), ==, 0600);
  g_assert_cmphex(mode_of(fixture->folder), ==, 0700);
}

static void
test_new_folder_is_private(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Profile) profile = named_profile("lab");
  save(fixture, profile);
  g_autofree char *parent = g_path_get_dirname(fixture->folder);
  g_assert_cmphex(mode_of(fixture->folder), ==, 0700);
  g_assert_cmphex(mode_of(parent), ==, 0700);
}

static void
test_comments_stay(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Profile) profile = named_profile("lab");
  g_autofree char *path = path_of(fixture, "lab.conf"), *text = NULL;
  write_file(fixture, "lab.conf", "# mine\n[connection]\nhost=old\nmood=good\n");
  save(fixture, profile);
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  g_assert_cmpstr(text, ==, "# mine\n\n[connection]\nhost=h\nmood=good\n");
}

static void
test_broken_file_is_left_alone(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Profile) profile = named_profile("lab");
  g_autofree char *path = path_of(fixture, "lab.conf"), *text = NULL;
  g_autoptr(GError) error = NULL;
  write_file(fixture, "lab.conf", "[connection]\nhost h\n");
  g_assert_false(profile_save(profile, fixture->folder, &error));
  assert_says(error, path, ", line 2: this is neither a [group], a comment (#) nor KEY = VALUE");
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  g_assert_cmpstr(text, ==, "[connection]\nhost h\n");
}

static void
test_only_good_profiles_are_saved(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Profile) profile = named_profile("../lab");
  g_autoptr(GError) error = NULL;
  g_assert_false(profile_save(profile, fixture->folder, &error));
  g_assert_error(error, PROFILE_ERROR, PROFILE_FIELD_NAME);
  g_assert_false(g_file_test(fixture->folder, G_FILE_TEST_EXISTS));
}

static void
test_folder_cannot_be_made(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Profile) profile = named_profile("lab");
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_build_filename(fixture->root, "file", NULL);
  g_autofree char *below = g_build_filename(file, "connections", NULL);
  g_assert_true(g_file_set_contents(file, "", 0, NULL));
  g_assert_false(profile_save(profile, below, &error));
  assert_says(error, below, ": cannot be made: Not a directory");
}

static void
test_too_large_to_save(Fixture *fixture, gconstpointer data)
{
  g_autoptr(Profile) profile = named_profile("lab");
  g_autoptr(GError) error = NULL;
  g_autofree char *filter = g_strnfill(65000, 'f');
  g_autofree char *path = path_of(fixture, "lab.conf");
  for (int i = 0; i < 17; i++)
    profile_add_subscription(profile, filter, 0);
  g_assert_false(profile_save(profile, fixture->folder, &error));
  assert_says(error, path, ": would be larger than 1 MiB");
}

/* --- Hostile files ---------------------------------------------------------------------------- */

static void
test_no_such_file(Fixture *fixture, gconstpointer data)
{
  assert_load_fails(fixture, "lab.conf", ": cannot be read: No such file or directory");
}

static void
test_no_file_at_all(Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = path_of(fixture, "folder.conf");
  g_autofree char *fifo = path_of(fixture, "fifo.conf");
  g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
  g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
  assert_load_fails(fixture, "folder.conf", ": is not a file");
  assert_load_fails(fixture, "fifo.conf", ": is not a file");
}

static void
test_huge_file(Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of(fixture, "huge.conf");
  write_file(fixture, "huge.conf", "");
  g_assert_cmpint(truncate(path, 1024 * 1024 + 1), ==, 0);
  assert_load_fails(fixture, "huge.conf", ": is larger than 1 MiB, which no profile is");
  g_assert_cmpint(truncate(path, 1024 * 1024), ==, 0);
  assert_load_fails(fixture, "huge.conf", ", line 1: this is no UTF-8 text");
}

static void
test_largest_file(Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of(fixture, "large.conf"), *text = g_strnfill(1024 * 1024, '\n');
  write_file(fixture, "large.conf", text);
  g_autoptr(GError) error = NULL;
  g_autoptr(Profile) profile = profile_load(path, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(profile->name, ==, "large");
}

static void
test_file_with_an_odd_name(Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of(fixture, "a\nb.conf");
  g_autofree char *folder = g_strconcat(fixture->folder, "/", NULL);
  g_autoptr(GError) error = NULL;
  write_file(fixture, "a\nb.conf", "");
  g_assert_null(profile_load(path, &error));
  assert_says(error, folder,
              "a\\nb.conf: the name \"a\\nb\" holds a character that cannot be seen: leave it out");
}

/* --- The folder ------------------------------------------------------------------------------- */

static void
test_load_all(Fixture *fixture, gconstpointer data)
{
  GPtrArray *problems = NULL;
  write_file(fixture, "b.conf", "[connection]\nhost=b\n");
  write_file(fixture, "a.conf", "[connection]\nhost=a\n");
  write_file(fixture, "bad.conf", "oops\n");
  write_file(fixture, ".hidden.conf", "oops\n");
  write_file(fixture, "a.conf~", "oops\n");
  g_autoptr(GPtrArray) profiles = profile_load_all(fixture->folder, &problems);
  g_assert_cmpuint(profiles->len, ==, 2);
  g_assert_cmpstr(((Profile *)profiles->pdata[0])->name, ==, "a");
  g_assert_cmpstr(((Profile *)profiles->pdata[1])->host, ==, "b");
  g_assert_cmpuint(problems->len, ==, 1);
  g_autofree char *bad = path_of(fixture, "bad.conf");
  g_autofree char *sentence =
      g_strconcat(bad, ", line 1: this is neither a [group], a comment (#) nor KEY = VALUE", NULL);
  g_assert_cmpstr(problems->pdata[0], ==, sentence);
  g_ptr_array_unref(problems);
}

static void
test_load_all_of_nothing(Fixture *fixture, gconstpointer data)
{
  GPtrArray *problems = NULL;
  g_autoptr(GPtrArray) profiles = profile_load_all(fixture->folder, &problems);
  g_assert_cmpuint(profiles->len, ==, 0);
  g_assert_cmpuint(problems->len, ==, 0);
  g_ptr_array_unref(problems);
  g_autoptr(GPtrArray) again = profile_load_all(fixture->folder, NULL);
  g_assert_cmpuint(again->len, ==, 0);
}

static void
test_load_all_of_no_folder(Fixture *fixture, gconstpointer data)
{
  GPtrArray *problems = NULL;
  g_assert_cmpint(g_mkdir_with_parents(fixture->root, 0700), ==, 0);
  g_autofree char *file = g_build_filename(fixture->root, "file", NULL);
  g_assert_true(g_file_set_contents(file, "", 0, NULL));
  g_autoptr(GPtrArray) profiles = profile_load_all(file, &problems);
  g_assert_cmpuint(profiles->len, ==, 0);
  g_assert_cmpuint(problems->len, ==, 1);
  g_ptr_array_unref(problems);
}

static void
test_delete(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = path_of(fixture, "lab.conf");
  write_file(fixture, "lab.conf", "");
  g_assert_true(profile_delete(fixture->folder, "lab", &error));
  g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  g_assert_false(profile_delete(fixture->folder, "lab", &error));
  assert_says(error, path, ": cannot be deleted: No such file or directory");
}

static void
test_delete_stays_in_the_folder(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *outside = g_build_filename(fixture->root, "x.conf", NULL);
  g_assert_true(g_file_set_contents(outside, "", 0, NULL));
  g_assert_false(profile_delete(fixture->folder, "../../x", &error));
  g_assert_error(error, PROFILE_ERROR, PROFILE_FIELD_NAME);
  g_assert_true(g_file_test(outside, G_FILE_TEST_EXISTS));
}

static void
check_folder(const char *config, const char *expected)
{
  if (config != NULL)
    g_assert_true(g_setenv("XDG_CONFIG_HOME", config, TRUE));
  else
    g_unsetenv("XDG_CONFIG_HOME");
  g_autofree char *folder = profile_folder();
  g_assert_cmpstr(folder, ==, expected);
}

static void
test_folder_follows_xdg(void)
{
  g_autofree char *config = g_strdup(g_getenv("XDG_CONFIG_HOME"));
  g_autofree char *home =
      g_build_filename(g_get_home_dir(), ".config", "mqtrust", "connections", NULL);
  check_folder("/cfg", "/cfg/mqtrust/connections");
  check_folder("relative", home);
  check_folder("", home);
  check_folder(NULL, home);
  if (config != NULL)
    g_assert_true(g_setenv("XDG_CONFIG_HOME", config, TRUE));
}

int
main(int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*run)(Fixture *fixture, gconstpointer data);
  } tests[] = {
      {"/profile-file/save-and-load", test_save_and_load},
      {"/profile-file/save/mode", test_nobody_else_may_read},
      {"/profile-file/save/folder-mode", test_new_folder_is_private},
      {"/profile-file/save/comments", test_comments_stay},
      {"/profile-file/save/broken", test_broken_file_is_left_alone},
      {"/profile-file/save/only-good", test_only_good_profiles_are_saved},
      {"/profile-file/save/no-folder", test_folder_cannot_be_made},
      {"/profile-file/save/too-large", test_too_large_to_save},
      {"/profile-file/load/none", test_no_such_file},
      {"/profile-file/load/no-file", test_no_file_at_all},
      {"/profile-file/load/huge", test_huge_file},
      {"/profile-file/load/largest", test_largest_file},
      {"/profile-file/load/odd-name", test_file_with_an_odd_name},
      {"/profile-file/load-all", test_load_all},
      {"/profile-file/load-all/nothing", test_load_all_of_nothing},
      {"/profile-file/load-all/no-folder", test_load_all_of_no_folder},
      {"/profile-file/delete", test_delete},
      {"/profile-file/delete/outside", test_delete_stays_in_the_folder},
  };
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  g_test_add_func("/profile-file/folder", test_folder_follows_xdg);
  return g_test_run();
}
