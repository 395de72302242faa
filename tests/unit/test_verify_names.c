/* verify() and the name that was dialled. */
#include "config.h"

#include "trust/verify.h"

#include <string.h>

#include "unit/verify_bench.h"

/* --- names ---------------------------------------------------------------------------------------
 */

static Verdict *
judge_name(Bench *bench, const char *name)
{
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send_good(bench);
  bench_trust(bench, bench->root);
  bench->request.name = name;
  return bench_judge(bench);
}

static void
test_name_mismatch(Bench *bench, gconstpointer unused)
{
  Finding *finding = assert_refused(judge_name(bench, "other.example.org"), "name-mismatch",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_cmpstr(finding->message, ==,
                  "The certificate is for DNS:mqtt.example.com, not for \"other.example.org\".");
  g_assert_cmpuint(finding->alternatives->len, ==, 1);
  g_assert_cmpstr(finding->alternatives->pdata[0], ==, "dns-wrong-host");
  assert_clean(judge_name(bench, "MQTT.Example.COM"));
  assert_clean(judge_name(bench, "mqtt.example.com."));
  assert_clean(judge_name(bench, NULL));
}

static void
test_name_address(Bench *bench, gconstpointer unused)
{
  assert_refused(judge_name(bench, "192.0.2.7"), "name-ip-not-listed", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
  assert_refused(judge_name(bench, "2001:db8::7"), "name-ip-not-listed", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

static void
test_name_local(Bench *bench, gconstpointer unused)
{
  static const char *const names[] = {"localhost", "mosquitto", "127.0.0.1", "::1"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    assert_refused(judge_name(bench, names[i]), "name-local", FINDING_SIDE_SERVER,
                   FINDING_SOURCE_PEER, 0);
}

static void
test_name_override(Bench *bench, gconstpointer unused)
{
  bench->request.name_is_override = TRUE;
  Finding *finding = assert_refused(judge_name(bench, "other.example.org"), "name-override-wrong",
                                    FINDING_SIDE_LOCAL, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "DNS:mqtt.example.com"));
  assert_clean(judge_name(bench, HOST));
}

static void
test_name_no_san(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server(HOST, NULL);
  bench_judge_leaf(bench, &template);
  assert_remarked(bench->verdict, "name-no-san", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 0);
  bench->request.name = "other.example.org";
  bench_judge_leaf(bench, &template);
  Finding *finding =
      assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "common name"));
  g_assert_null(bench_find(bench->verdict, "name-no-san"));
}

static void
test_name_wildcard(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", "*.example.com");
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
  bench->request.name = "a.b.example.com";
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-wildcard-depth", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
  bench->request.name = "example.com";
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-wildcard-depth", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
  bench->request.name = "notexample.com";
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
}

static void
test_name_wrong_type(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", "192.0.2.7");
  bench->request.name = "192.0.2.7";
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-wrong-type", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
}

/* A name that would forge lines and colours on the screen. */
static void
test_name_hostile(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("evil\x1b[31m\n\xe2\x80\xaegood", "a.example.com");
  bench_judge_leaf(bench, &template);
  Finding *finding =
      assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  const PathLink *link = bench->verdict->path->pdata[0];
  const char *texts[] = {finding->subject, finding->message, link->name};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_assert_null(strchr(texts[i], '\x1b'));
    g_assert_null(strchr(texts[i], '\n'));
    g_assert_null(strstr(texts[i], "\xe2\x80\xae"));
  }
  g_assert_cmpstr(link->name, ==, "evil\\e[31m\\n\\u{202e}good");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("names/", name_mismatch);
  BENCH_TEST("names/", name_address);
  BENCH_TEST("names/", name_local);
  BENCH_TEST("names/", name_override);
  BENCH_TEST("names/", name_no_san);
  BENCH_TEST("names/", name_wildcard);
  BENCH_TEST("names/", name_wrong_type);
  BENCH_TEST("names/", name_hostile);
  return g_test_run();
}
