#include "config.h"

#include "core/file_watch.h"
#include "util/private_folder.h"

#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
  char *folder, *path;
  FileWatch *watch;
} Fixture;

static void
write_file(const char *path, const char *text)
{
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->folder = private_folder_new("watch", NULL);
  fixture->path = g_build_filename(fixture->folder, "client.pem", NULL);
  write_file(fixture->path, "one");
  const char *paths[] = {NULL, "", fixture->path};
  fixture->watch = file_watch_new(paths, G_N_ELEMENTS(paths));
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  file_watch_free(fixture->watch);
  g_assert_true(private_folder_remove(fixture->folder, NULL));
  g_free(fixture->path);
  g_free(fixture->folder);
}

static void
test_unchanged(Fixture *fixture, gconstpointer data)
{
  g_assert_false(file_watch_is_empty(fixture->watch));
  g_assert_false(file_watch_changed(fixture->watch));
}

static void
test_replaced(Fixture *fixture, gconstpointer data)
{
  write_file(fixture->path, "two"); /* same size, another file */
  g_assert_true(file_watch_changed(fixture->watch));
  g_assert_false(file_watch_changed(fixture->watch));
}

static void
test_removed_and_back(Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint(g_unlink(fixture->path), ==, 0);
  g_assert_true(file_watch_changed(fixture->watch));
  g_assert_false(file_watch_changed(fixture->watch));
  write_file(fixture->path, "one");
  g_assert_true(file_watch_changed(fixture->watch));
}

/* certbot's live/ holds links that are set to the newest files of archive/. */
static void
test_link_set_anew(Fixture *fixture, gconstpointer data)
{
  g_autofree char *link = g_build_filename(fixture->folder, "link.pem", NULL);
  g_autofree char *newer = g_build_filename(fixture->folder, "client2.pem", NULL);
  write_file(newer, "two");
  g_assert_cmpint(symlink(fixture->path, link), ==, 0);
  const char *paths[] = {link};
  g_autoptr(FileWatch) watch = file_watch_new(paths, 1);
  g_assert_cmpint(g_unlink(link), ==, 0);
  g_assert_cmpint(symlink(newer, link), ==, 0);
  g_assert_true(file_watch_changed(watch));
}

static void
test_empty(void)
{
  const char *paths[] = {NULL, ""};
  g_autoptr(FileWatch) watch = file_watch_new(paths, G_N_ELEMENTS(paths));
  g_assert_true(file_watch_is_empty(watch));
  g_assert_false(file_watch_changed(watch));
}

#define ADD(path, function) g_test_add(path, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("/file_watch/unchanged", test_unchanged);
  ADD("/file_watch/replaced", test_replaced);
  ADD("/file_watch/removed_and_back", test_removed_and_back);
  ADD("/file_watch/link_set_anew", test_link_set_anew);
  g_test_add_func("/file_watch/empty", test_empty);
  return g_test_run();
}
