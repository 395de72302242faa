/* core/workspace.h: how what outlives a connection knows it. */
#include "config.h"

#include <glib/gstdio.h>

#include "core/workspace.h"

static void
test_numbers(void)
{
  g_autofree char *folder = g_dir_make_tmp("mqtrust-test-XXXXXX", NULL);
  g_autoptr(Workspace) workspace = workspace_new(folder, MESSAGE_LOG_MIN_BYTES);
  g_autoptr(Profile) profile = profile_new();
  g_free(profile->name);
  g_free(profile->host);
  profile->name = g_strdup("plant");
  profile->host = g_strdup("127.0.0.1");
  Connection *first = workspace_add(workspace, profile, NULL);
  Connection *second = workspace_add(workspace, profile, NULL);
  guint64 one = connection_number(first), two = connection_number(second);
  g_assert_cmpuint(one, >=, 1);
  g_assert_cmpuint(two, !=, one);
  g_assert_true(workspace_by_number(workspace, one) == first);
  g_assert_true(workspace_by_number(workspace, two) == second);
  g_assert_null(workspace_by_number(workspace, 0));
  g_assert_true(workspace_delete(workspace, first, NULL));
  g_assert_null(workspace_by_number(workspace, one));
  for (int i = 0; i < 3; i++) { /* maybe at the address of the one that is gone */
    Connection *next = workspace_add(workspace, profile, NULL);
    g_assert_cmpuint(connection_number(next), >, two);
    g_assert_null(workspace_by_number(workspace, one));
    g_assert_true(workspace_delete(workspace, next, NULL));
  }
  g_assert_cmpuint(connection_number(second), ==, two);
  g_rmdir(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/workspace/numbers", test_numbers);
  return g_test_run();
}
