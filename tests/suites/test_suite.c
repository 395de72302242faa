/* The loader itself: every case of every suite is there, and what it says is what was read. */
#include "config.h"

#include "suites/suite.h"

static guint
count_unparsed(const GPtrArray *cases)
{
  guint count = 0;
  for (guint i = 0; i < cases->len; i++) {
    const SuiteCase *test = cases->pdata[i];
    count += test->peer->certificate == NULL;
  }
  return count;
}

typedef struct {
  const char *file;
  guint cases, successes;
} Known;

static const Known known[] = {
    {"limbo-core.json", 289, 108},
    {"bettertls-nc-sample400.json", 400, 150},
    {"pkits.json", 247, 112},
    {"openssl-verify.json", 57, 22},
};

static void
test_load(gconstpointer data)
{
  const Known *expected = data;
  g_autoptr(GPtrArray) cases = suite_load(expected->file);
  guint successes = 0;
  if (!cases)
    return;
  g_assert_cmpuint(cases->len, ==, expected->cases);
  for (guint i = 0; i < cases->len; i++) {
    const SuiteCase *test = cases->pdata[i];
    g_assert_cmpstr(test->id, !=, "");
    g_assert_true((test->name != NULL) == (test->name_kind != SUITE_NAME_NONE));
    successes += test->expects_success;
  }
  g_test_message("%s: %u expect success, %u leaves cannot be parsed", expected->file, successes,
                 count_unparsed(cases));
  g_assert_cmpuint(successes, ==, expected->successes);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
    g_autofree char *path = g_strdup_printf("/suite/%s", known[i].file);
    g_test_add_data_func(path, &known[i], test_load);
  }
  return g_test_run();
}
