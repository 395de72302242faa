/* Which certificates the validity time line shows, and which piece of time. */
#include "config.h"

#include "ui/validity_lines.h"

#include "unit/verify_bench.h"

/* A connection's info out of a real verdict. */
static Validity *
judge(Bench *bench, gint64 now)
{
  bench->request.time = now;
  Verdict *verdict = bench_judge(bench);
  ConnectionInfo info = {.verdict = verdict, .peer_chain = bench->sent};
  return validity_new(&info, now);
}

static void
assert_line(const Validity *validity, guint index, const char *group, const char *name,
            gboolean ends_path)
{
  const ValidityLine *line = g_ptr_array_index(validity->lines, index);
  g_assert_cmpstr(line->group, ==, group);
  g_assert_cmpstr(certificate_subject_label(line->certificate), ==, name);
  g_assert_cmpint(line->ends_path, ==, ends_path);
}

static void
test_lines(Bench *bench, gconstpointer unused)
{
  ForgeTemplate stranger = forge_authority("Stranger"), leaf = forge_server("short", HOST);
  leaf.not_before = FORGE_START;
  leaf.not_after = FORGE_NOW + 30 * DAY;
  g_autoptr(Forged) alien = forge(&stranger, NULL);
  g_autoptr(Forged) brief = forge(&leaf, bench->intermediate);
  bench_send(bench, brief);
  bench_send(bench, bench->intermediate);
  bench_send(bench, alien);
  bench_send(bench, brief); /* a copy is no line of its own */
  bench_trust(bench, bench->root);
  g_autoptr(Validity) validity = judge(bench, FORGE_NOW);
  g_assert_cmpuint(validity->lines->len, ==, 4);
  assert_line(validity, 0, "The path in use", "short", TRUE);
  assert_line(validity, 1, NULL, "R3", FALSE);
  assert_line(validity, 2, NULL, "Root X1", FALSE);
  assert_line(validity, 3, "Also sent", "Stranger", FALSE);
  g_assert_cmpint(validity->path_end, ==, FORGE_NOW + 30 * DAY);
  /* A third of the 30 days on both sides. */
  g_assert_cmpint(validity->start, ==, FORGE_NOW - 10 * DAY);
  g_assert_cmpint(validity->end, ==, FORGE_NOW + 40 * DAY);
  g_assert_cmpint(validity_column(validity, FORGE_NOW, 50), ==, 10);
  g_assert_cmpint(validity_column(validity, validity->path_end, 50), ==, 40);
  g_assert_cmpint(validity_column(validity, FORGE_START, 50), ==, 0);
  g_assert_cmpint(validity_column(validity, FORGE_END, 50), ==, 49);
}

/* Expired three days ago: a week at least is shown on both sides. */
static void
test_expired(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  bench_trust(bench, bench->root);
  gint64 end = certificate_not_after(bench->leaf->certificate);
  g_autoptr(Validity) validity = judge(bench, end + 3 * DAY);
  g_assert_cmpint(validity->path_end, ==, end);
  g_assert_cmpint(validity->start, ==, end - 7 * DAY);
  g_assert_cmpint(validity->end, ==, end + 10 * DAY);
  assert_line(validity, 0, "The path in use", "broker", TRUE);
  assert_line(validity, 1, NULL, "R3", FALSE);
}

static void
test_nothing(Bench *bench, gconstpointer unused)
{
  ConnectionInfo info = {0};
  g_autoptr(Validity) validity = validity_new(&info, FORGE_NOW);
  g_assert_cmpuint(validity->lines->len, ==, 0);
  g_assert_cmpint(validity->path_end, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("validity/", lines);
  BENCH_TEST("validity/", expired);
  BENCH_TEST("validity/", nothing);
  return g_test_run();
}
