/* Each certificate and its issuer: names that are equal and other bytes, key identifiers that
 * contradict the signature. */
#include "config.h"

#include <string.h>

#include "unit/verify_bench.h"

/* The intermediate's subject in other letters than the leaf's issuer: the leaf is signed in the
 * name of `R3`, and `r3` is sent, with the same key. */
static void
judge_renamed(Bench *bench, const char *name)
{
  ForgeTemplate inner = forge_authority(name);
  inner.organization = "forge";
  g_autoptr(Forged) renamed = forge_with_key(&inner, bench->root, bench->intermediate);
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send(bench, bench->leaf);
  bench_send(bench, renamed);
  bench_trust(bench, bench->root);
  bench_judge(bench);
}

static void
test_name_encoding(Bench *bench, gconstpointer unused)
{
  judge_renamed(bench, "r3");
  Finding *finding = assert_remarked(bench->verdict, "name-encoding-differs", FINDING_WARNING,
                                     FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_cmpuint(finding->evidence->len, ==, 2);
  g_assert_cmpstr(finding->evidence->pdata[0], ==, "issuer of the certificate: CN=R3,O=Forge");
  g_assert_cmpstr(finding->evidence->pdata[1], ==, "subject of the issuer: CN=r3,O=forge");
  judge_renamed(bench, "R4"); /* another name, though the key fits */
  g_assert_false(bench->verdict->accepted);
  g_assert_null(bench_find(bench->verdict, "name-encoding-differs"));
}

/* Where an issuer of the same bytes is there, the folded one is not even looked for. */
static void
test_bytes_first(Bench *bench, gconstpointer unused)
{
  ForgeTemplate inner = forge_authority("r3");
  g_autoptr(Forged) renamed = forge_with_key(&inner, bench->root, bench->intermediate);
  bench_send(bench, bench->leaf);
  bench_send(bench, renamed);
  bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  bench_judge(bench);
  g_assert_true(bench->verdict->accepted);
  g_assert_null(bench_find(bench->verdict, "name-encoding-differs"));
  g_assert_cmpuint(bench->verdict->paths->len, ==, 1);
}

static void
set_foreign_authority_id(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_authority_key_id(crt, "another key's", 13), >=, 0);
}

static void
test_key_id(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST);
  leaf.no_key_ids = TRUE;
  leaf.tweak = set_foreign_authority_id;
  bench_judge_leaf(bench, &leaf);
  Finding *finding = assert_refused(bench->verdict, "issuer-key-differs", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "\"broker\" was signed by \"R3\""));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("links/", name_encoding);
  BENCH_TEST("links/", bytes_first);
  BENCH_TEST("links/", key_id);
  return g_test_run();
}
