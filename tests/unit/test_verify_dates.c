/* verify() and time: at the time of the request, and by no other clock. */
#include "config.h"

#include "trust/verify.h"

#include <string.h>

#include "unit/verify_bench.h"

/* --- dates ------------------------------------------------------------------------------------ */

static void
test_leaf_expired(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, "broker", FORGE_START, FORGE_NOW - 3 * DAY);
  Finding *finding = assert_refused(bench_judge(bench), "leaf-expired", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 0);
  g_assert_cmpstr(finding->message, ==,
                  "\"broker\" in the broker's chain expired 3 days ago, on 2025-06-28.");
  assert_link(bench->verdict, 0, "broker", PATH_SENT, 0, FALSE);
  assert_link(bench->verdict, 1, "R3", PATH_SENT, 1, TRUE);
  assert_link(bench->verdict, 2, "Root X1", PATH_IN_TRUST, 0, TRUE);
  g_assert_cmpint(bench->verdict->path_end, ==, FORGE_NOW - 3 * DAY);
  g_autofree char *reason = verdict_reason(bench->verdict);
  g_assert_true(g_str_has_prefix(reason, finding->message));
}

/* RFC 5280, 4.1.2.5: both ends belong to the validity. */
static void
test_date_borders(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, "broker", FORGE_NOW, FORGE_NOW + 100 * DAY);
  assert_clean(bench_judge(bench));
  bench->request.time = FORGE_NOW - 1;
  assert_refused(bench_judge(bench), "leaf-not-yet-valid", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
  bench->request.time = FORGE_NOW + 100 * DAY;
  g_assert_true(bench_judge(bench)->accepted);
  bench->request.time = FORGE_NOW + 100 * DAY + 1;
  assert_refused(bench_judge(bench), "leaf-expired", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
}

static void
test_leaf_not_yet_valid(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, "broker", FORGE_NOW + DAY, FORGE_END);
  Finding *finding = assert_refused(bench_judge(bench), "leaf-not-yet-valid", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "2025-07-02 00:00:00 UTC"));
  g_assert_nonnull(strstr(finding->message, "your clock says 2025-07-01 00:00:00 UTC"));
}

static void
test_intermediate_expired(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, "R3", FORGE_START, FORGE_NOW - DAY);
  assert_refused(bench_judge(bench), "intermediate-expired", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 1);
  assert_link(bench->verdict, 0, "broker", PATH_SENT, 0, TRUE);
  assert_link(bench->verdict, 1, "R3", PATH_SENT, 1, FALSE);
}

static void
test_anchor_expired(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, "Root X1", FORGE_START, FORGE_NOW - DAY);
  Finding *finding = assert_refused(bench_judge(bench), "anchor-expired", FINDING_SIDE_TRUST,
                                    FINDING_SOURCE_TRUST, 0);
  g_assert_cmpstr(finding->file, ==, anchors_path(bench->anchors));
  assert_link(bench->verdict, 2, "Root X1", PATH_IN_TRUST, 0, FALSE);
}

static void
test_all_dates_at_once(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, NULL, FORGE_START, FORGE_NOW - DAY);
  const Verdict *verdict = bench_judge(bench);
  g_assert_nonnull(bench_find(verdict, "leaf-expired"));
  g_assert_nonnull(bench_find(verdict, "intermediate-expired"));
  g_assert_nonnull(bench_find(verdict, "anchor-expired"));
  g_assert_cmpuint(bench_count(verdict, FINDING_ERROR), ==, 3);
}

static void
test_clock_wrong(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, NULL, FORGE_START, FORGE_END);
  bench->request.time = 1000;
  assert_refused(bench_judge(bench), "clock-wrong", FINDING_SIDE_LOCAL, FINDING_SOURCE_NONE, -1);
}

/* One certificate alone says nothing against the clock. */
static void
test_pinned_dates(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", HOST);
  g_autoptr(Forged) pinned = forge(&template, NULL);
  bench_send(bench, pinned);
  bench_trust(bench, pinned);
  bench->request.time = FORGE_START - 1;
  assert_refused(bench_judge(bench), "leaf-not-yet-valid", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
  bench->request.time = FORGE_END + 1;
  assert_refused(bench_judge(bench), "leaf-expired", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  bench->request.time = FORGE_START;
  assert_clean(bench_judge(bench));
}

static void
test_issuer_not_yet_valid(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, "R3", FORGE_NOW + DAY, FORGE_END);
  assert_refused(bench_judge(bench), "clock-wrong", FINDING_SIDE_LOCAL, FINDING_SOURCE_PEER, 1);
}

static void
test_client_dates(Bench *bench, gconstpointer unused)
{
  bench_make_client(bench);
  bench_send_dated(bench, "broker", FORGE_NOW - 2 * DAY, FORGE_NOW - DAY);
  Finding *finding = assert_refused(bench_judge(bench), "client-expired", FINDING_SIDE_CLIENT,
                                    FINDING_SOURCE_CLIENT, 0);
  g_assert_cmpstr(finding->file, ==, "/x/client.pem");
  bench->request.time = FORGE_NOW - 3 * DAY;
  assert_refused(bench_judge(bench), "client-not-yet-valid", FINDING_SIDE_CLIENT,
                 FINDING_SOURCE_CLIENT, 0);
}

/* Our own file judged by itself: no anchor is asked for, none is missing. */
static void
test_client_by_itself(Bench *bench, gconstpointer unused)
{
  bench_make_client(bench);
  bench_send_dated(bench, "broker", FORGE_START, FORGE_END);
  g_ptr_array_set_size(bench->trusted, 0);
  assert_clean(bench_judge(bench));
  g_assert_cmpuint(bench->verdict->path->len, ==, 2);
  assert_link(bench->verdict, 1, "R3", PATH_FROM_FILE, 1, TRUE);
  g_assert_cmpuint(bench->verdict->not_checked->len, ==, 4);
  bench->request.time = FORGE_END + 1;
  assert_found(bench_judge(bench), "client-expired", FINDING_ERROR, FINDING_SIDE_CLIENT,
               FINDING_SOURCE_CLIENT, 0);
  g_assert_false(bench->verdict->accepted);
}

static void
test_expires_soon(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, "R3", FORGE_START, FORGE_NOW + 10 * DAY);
  Finding *finding = assert_remarked(bench_judge(bench), "expires-soon", FINDING_INFO,
                                     FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  g_assert_nonnull(strstr(finding->message, "10 days, on 2025-07-11"));
  bench->request.time = FORGE_NOW - 20 * DAY; /* 30 days: not yet soon */
  assert_clean(bench_judge(bench));
  bench->request.time++;
  g_assert_nonnull(bench_find(bench_judge(bench), "expires-soon"));
}

/* A certificate of a week is not always about to expire. */
static void
test_short_lives(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, "broker", FORGE_NOW, FORGE_NOW + 6 * DAY);
  assert_clean(bench_judge(bench));
  bench->request.time = FORGE_NOW + 4 * DAY + 1;
  g_assert_nonnull(bench_find(bench_judge(bench), "expires-soon"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("dates/", leaf_expired);
  BENCH_TEST("dates/", date_borders);
  BENCH_TEST("dates/", leaf_not_yet_valid);
  BENCH_TEST("dates/", intermediate_expired);
  BENCH_TEST("dates/", anchor_expired);
  BENCH_TEST("dates/", all_dates_at_once);
  BENCH_TEST("dates/", clock_wrong);
  BENCH_TEST("dates/", pinned_dates);
  BENCH_TEST("dates/", issuer_not_yet_valid);
  BENCH_TEST("dates/", client_dates);
  BENCH_TEST("dates/", client_by_itself);
  BENCH_TEST("dates/", expires_soon);
  BENCH_TEST("dates/", short_lives);
  return g_test_run();
}
