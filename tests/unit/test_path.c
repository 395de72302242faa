/* Paths: which come first, and how much of them a peer can make us walk. */
#include "config.h"

#include "trust/path.h"

#include "unit/verify_bench.h"

/* --- order ------------------------------------------------------------------------------------ */

static const char *
label_at(GPtrArray *paths, guint index, guint position)
{
  return certificate_subject_label(path_node(paths->pdata[index], position)->certificate);
}

static PathGraph *
graph_of(Bench *bench)
{
  bench_judge(bench); /* loads the anchors */
  return path_graph_new(bench->sent, NULL, bench->anchors);
}

/* Beyond an anchor that is not self-signed the way may go on to one that is. */
static void
test_roots_first(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  bench_trust(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  g_autoptr(PathGraph) graph = graph_of(bench);
  g_autoptr(GPtrArray) paths = path_graph_complete(graph);
  g_assert_cmpuint(paths->len, ==, 2);
  g_assert_cmpuint(((Path *)paths->pdata[0])->nodes->len, ==, 3);
  g_assert_cmpstr(label_at(paths, 0, 2), ==, "Root X1");
  g_assert_cmpuint(((Path *)paths->pdata[1])->nodes->len, ==, 2);
  g_assert_cmpstr(label_at(paths, 1, 1), ==, "R3");
}

static void
test_shorter_first(Bench *bench, gconstpointer unused)
{
  ForgeTemplate far = forge_authority("Far Root"), middle = forge_authority("Middle");
  ForgeTemplate crossed = forge_authority("R3");
  g_autoptr(Forged) a = forge(&far, NULL);
  g_autoptr(Forged) b = forge(&middle, a);
  g_autoptr(Forged) c = forge_with_key(&crossed, b, bench->intermediate);
  bench_send(bench, bench->leaf);
  bench_send(bench, c); /* found first */
  bench_send(bench, b);
  bench_send(bench, bench->intermediate);
  bench_trust(bench, a);
  bench_trust(bench, bench->root);
  g_autoptr(PathGraph) graph = graph_of(bench);
  g_autoptr(GPtrArray) paths = path_graph_complete(graph);
  g_assert_cmpuint(paths->len, ==, 2);
  g_assert_cmpstr(label_at(paths, 0, 2), ==, "Root X1");
  g_assert_cmpstr(label_at(paths, 1, 3), ==, "Far Root");
}

/* --- bounds ----------------------------------------------------------------------------------- */

/* leaf ← each A ← each B ← each A: copies of two CAs that signed each other, `count` of each. */
static void
send_crowd(Bench *bench, guint count, gboolean trusted)
{
  ForgeTemplate first = forge_authority("A"), second = forge_authority("B");
  ForgeTemplate end = forge_server("broker", HOST);
  g_autoptr(Forged) a = forge(&first, NULL);
  g_autoptr(Forged) b = forge(&second, NULL);
  g_autoptr(Forged) leaf = forge(&end, a);
  bench_send(bench, leaf);
  for (guint i = 0; i < count; i++) {
    g_autoptr(Forged) a_copy = forge_with_key(&first, b, a);
    g_autoptr(Forged) b_copy = forge_with_key(&second, a, b);
    bench_send(bench, a_copy);
    bench_send(bench, b_copy);
    if (trusted)
      bench_trust(bench, b_copy);
  }
}

static void
assert_simple(const Path *path)
{
  g_assert_cmpuint(path->nodes->len, <=, PATH_LENGTH_MAX);
  for (guint i = 0; i < path->nodes->len; i++)
    for (guint j = 0; j < i; j++)
      g_assert_true(path_node(path, i) != path_node(path, j));
}

/* 8! times 8! ways: nobody waits for the last one. */
static void
test_many_paths(Bench *bench, gconstpointer unused)
{
  send_crowd(bench, 8, TRUE);
  g_autoptr(PathGraph) graph = graph_of(bench);
  g_autoptr(GPtrArray) paths = path_graph_complete(graph);
  g_assert_cmpuint(paths->len, ==, PATH_COUNT_MAX);
  for (guint i = 0; i < paths->len; i++)
    assert_simple(paths->pdata[i]);
}

static void
test_no_way_out(Bench *bench, gconstpointer unused)
{
  send_crowd(bench, 8, FALSE);
  bench_trust(bench, bench->root);
  g_autoptr(PathGraph) graph = graph_of(bench);
  g_autoptr(GPtrArray) paths = path_graph_complete(graph);
  g_assert_cmpuint(paths->len, ==, 0);
  g_autoptr(Path) path = path_graph_partial(graph);
  g_assert_cmpuint(path->nodes->len, ==, PATH_LENGTH_MAX);
  assert_simple(path);
  g_assert_false(path->complete);
  g_assert_false(bench->verdict->accepted);
  g_assert_cmpuint(bench_count(bench->verdict, FINDING_ERROR), >=, 1);
}

static void
test_many_signatures(Bench *bench, gconstpointer unused)
{
  send_crowd(bench, 31, FALSE);
  g_autoptr(PathGraph) graph = graph_of(bench);
  guint checked = 0;
  for (guint i = 0; i < bench->sent->len; i++) {
    const PathNode *node = path_graph_sent(graph, i);
    if (node->issuers)
      checked += node->issuers->len + node->namesakes->len;
  }
  g_assert_cmpuint(checked, ==, PATH_SIGNATURES_MAX);
}

static void
test_many_sent(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  while (bench->sent->len <= PATH_SENT_MAX)
    bench_send(bench, bench->intermediate);
  g_autoptr(PathGraph) graph = graph_of(bench);
  g_assert_nonnull(path_graph_sent(graph, PATH_SENT_MAX - 1));
  g_assert_null(path_graph_sent(graph, PATH_SENT_MAX));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add("/path/" #name, Bench, NULL, bench_setup, test_##name, bench_teardown)
  TEST(roots_first);
  TEST(shorter_first);
  TEST(many_paths);
  TEST(no_way_out);
  TEST(many_signatures);
  TEST(many_sent);
  return g_test_run();
}
