/* Chains that are good, and what is said of those that were sent oddly. */
#include "config.h"

#include "trust/verify.h"

#include <string.h>

#include "trust/pki.h"
#include "unit/verify_bench.h"

/* --- good chains ------------------------------------------------------------------------------ */

static void
test_clean(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  bench_trust(bench, bench->root);
  const Verdict *verdict = bench_judge(bench);
  assert_clean(verdict);
  g_assert_cmpuint(verdict->path->len, ==, 3);
  assert_link(verdict, 0, "broker", PATH_SENT, 0, TRUE);
  assert_link(verdict, 1, "R3", PATH_SENT, 1, TRUE);
  assert_link(verdict, 2, "Root X1", PATH_IN_TRUST, 0, TRUE);
  g_assert_cmpint(verdict->path_end, ==, FORGE_LEAF_END);
  g_assert_cmpuint(verdict->not_checked->len, ==, 2);
  g_assert_null(verdict_reason(verdict));
}

static void
test_from_file(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  bench_trust(bench, bench->root);
  bench->request.source = FINDING_SOURCE_CHAIN;
  bench->request.file = "/x/fullchain.pem";
  assert_clean(bench_judge(bench));
  assert_link(bench->verdict, 1, "R3", PATH_FROM_FILE, 1, TRUE);
}

/* The intermediate only in the CA file, with its root beside it. */
static void
test_intermediate_in_trust(Bench *bench, gconstpointer unused)
{
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  assert_clean(bench_judge(bench));
  assert_link(bench->verdict, 1, "R3", PATH_IN_TRUST, 0, TRUE);
  assert_link(bench->verdict, 2, "Root X1", PATH_IN_TRUST, 1, TRUE);
}

static void
test_key_types(void)
{
  static const PkiKeyType types[] = {PKI_KEY_ECDSA_P256, PKI_KEY_RSA_2048, PKI_KEY_ED25519};
  const char *const names[] = {HOST, NULL}, *const addresses[] = {"192.0.2.1", "2001:db8::1", NULL};
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
    PkiTemplate root = {PKI_ROOT, types[i], "US",        "Test Org", "Test CA",
                        NULL,     NULL,     FORGE_START, FORGE_END,  -1};
    PkiTemplate inner = {PKI_INTERMEDIATE,  types[i], "US", "Test Org",
                         "Test Issuing CA", NULL,     NULL, FORGE_START,
                         FORGE_END,         0};
    PkiTemplate leaf = {PKI_SERVER, types[i],  NULL,        NULL,           "broker",
                        names,      addresses, FORGE_START, FORGE_LEAF_END, -1};
    Bench bench = {0};
    bench_setup(&bench, NULL);
    g_autoptr(PkiPair) root_pair = pki_issue(&root, NULL, NULL);
    g_autoptr(PkiPair) inner_pair = pki_issue(&inner, root_pair, NULL);
    g_autoptr(PkiPair) leaf_pair = pki_issue(&leaf, inner_pair, NULL);
    g_ptr_array_add(bench.sent, certificate_ref(pki_pair_certificate(leaf_pair)));
    g_ptr_array_add(bench.sent, certificate_ref(pki_pair_certificate(inner_pair)));
    g_ptr_array_add(bench.trusted, certificate_ref(pki_pair_certificate(root_pair)));
    assert_clean(bench_judge(&bench));
    bench.request.rules = VERIFY_RULES_STRICT;
    assert_clean(bench_judge(&bench));
    bench.request.rules = VERIFY_RULES_DEFAULT;
    bench.request.name = "192.0.2.1";
    assert_clean(bench_judge(&bench));
    bench.request.name = "2001:db8::1";
    assert_clean(bench_judge(&bench));
    bench.request.purpose = VERIFY_PURPOSE_CLIENT;
    bench.request.source = FINDING_SOURCE_CHAIN;
    assert_refused(bench_judge(&bench), "client-usage-missing", FINDING_SIDE_CLIENT,
                   FINDING_SOURCE_CHAIN, 0);
    bench_teardown(&bench, NULL);
  }
}

/* The chain that GnuTLS alone refuses: it goes on behind an anchor that is not self-signed. */
static void
test_long_chain_short_anchor(Bench *bench, gconstpointer unused)
{
  ForgeTemplate top = forge_authority("DST Root X3"), cross = forge_authority("Root X1");
  g_autoptr(Forged) dst = forge(&top, NULL);
  g_autoptr(Forged) crossed = forge_with_key(&cross, dst, bench->root);
  bench_send_good(bench);
  bench_send(bench, crossed);
  bench_trust(bench, bench->intermediate);
  assert_remarked(bench_judge(bench), "anchor-intermediate", FINDING_WARNING, FINDING_SIDE_TRUST,
                  FINDING_SOURCE_TRUST, 0);
  g_assert_cmpuint(bench->verdict->path->len, ==, 2);
}

/* An expired cross-signed copy in the chain hurts nobody who trusts the self-signed one, save
 * programs that take the first path that they find. */
static void
test_expired_cross_is_passed_by(Bench *bench, gconstpointer unused)
{
  ForgeTemplate top = forge_authority("DST Root X3"), cross = forge_authority("Root X1");
  cross.not_after = FORGE_NOW - DAY;
  g_autoptr(Forged) dst = forge(&top, NULL);
  g_autoptr(Forged) crossed = forge_with_key(&cross, dst, bench->root);
  bench_send_good(bench);
  bench_send(bench, crossed);
  bench_trust(bench, bench->root);
  bench_trust(bench, dst);
  const Verdict *verdict = bench_judge(bench);
  const Finding *differ = assert_remarked(verdict, "paths-differ", FINDING_INFO,
                                          FINDING_SIDE_SERVER, FINDING_SOURCE_NONE, -1);
  g_assert_nonnull(strstr(differ->message, "\"DST Root X3\""));
  g_assert_cmpuint(differ->evidence->len, ==, 1);
  g_assert_nonnull(strstr(differ->evidence->pdata[0], "expired"));
  g_assert_cmpuint(verdict->paths->len, ==, 2);
  const VerdictPath *used = verdict->paths->pdata[0], *other = verdict->paths->pdata[1];
  g_assert_true(used->accepted);
  g_assert_cmpuint(used->links->len, ==, 3);
  g_assert_null(used->reason);
  g_assert_false(other->accepted);
  g_assert_cmpuint(other->links->len, ==, 4);
  g_assert_cmpint(other->end, ==, FORGE_NOW - DAY);
  g_assert_nonnull(strstr(other->reason, "expired"));
}

/* --- what was sent ---------------------------------------------------------------------------- */

static void
test_order(Bench *bench, gconstpointer unused)
{
  ForgeTemplate second = forge_authority("R4"), end = forge_server("broker", HOST);
  g_autoptr(Forged) a = forge(&second, bench->intermediate);
  g_autoptr(Forged) b = forge(&end, a);
  bench_send(bench, b);
  bench_send(bench, bench->intermediate);
  bench_send(bench, a);
  bench_trust(bench, bench->root);
  Finding *finding = assert_remarked(bench_judge(bench), "chain-wrong-order", FINDING_WARNING,
                                     FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  g_assert_nonnull(strstr(finding->message, "\"broker\", \"R3\", \"R4\""));
  g_assert_nonnull(strstr(finding->remedy, "\"broker\", \"R4\", \"R3\""));
}

/* Root, leaf's issuer and leaf: no order but the right one passes without a word. */
static void
test_root_before_intermediate(Bench *bench, gconstpointer unused)
{
  bench_send(bench, bench->leaf);
  bench_send(bench, bench->root);
  bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  const Verdict *verdict = bench_judge(bench);
  g_assert_true(verdict->accepted);
  Finding *finding = assert_found(verdict, "chain-wrong-order", FINDING_WARNING,
                                  FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  g_assert_nonnull(strstr(finding->remedy, "\"broker\", \"R3\", \"Root X1\""));
  assert_found(verdict, "chain-includes-root", FINDING_INFO, FINDING_SIDE_SERVER,
               FINDING_SOURCE_PEER, 1);
  g_assert_cmpuint(verdict->findings->len, ==, 2);
}

static void
test_unrelated(Bench *bench, gconstpointer unused)
{
  ForgeTemplate other = forge_authority("Other CA"), foreign = forge_server("foreign", "f.example");
  g_autoptr(Forged) a = forge(&other, NULL);
  g_autoptr(Forged) b = forge(&foreign, a);
  bench_send_good(bench);
  bench_send(bench, b);
  bench_trust(bench, bench->root);
  assert_remarked(bench_judge(bench), "chain-unrelated", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 2);
}

/* Without anchors nobody can say whether the path has a gap here. */
static void
test_unrelated_in_our_file(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("Other CA");
  g_autoptr(Forged) top = forge(&template, NULL), other = forge(&template, top);
  bench_make_client(bench);
  bench->request.purpose = VERIFY_PURPOSE_ANY;
  bench_send_good(bench);
  bench_send(bench, other);
  const Finding *finding = assert_remarked(bench_judge(bench), "chain-unrelated", FINDING_WARNING,
                                           FINDING_SIDE_CLIENT, FINDING_SOURCE_CLIENT, 2);
  g_assert_cmpuint(finding->alternatives->len, ==, 1);
  g_assert_cmpstr(finding->alternatives->pdata[0], ==, "client-chain-incomplete");
  g_assert_nonnull(strstr(finding->remedy, "add the certificate of \"Root X1\""));
}

static void
test_duplicate(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  assert_remarked(bench_judge(bench), "certificate-duplicate", FINDING_INFO, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 2);
  bench_send(bench, bench->intermediate); /* said once, however often it is there */
  assert_remarked(bench_judge(bench), "certificate-duplicate", FINDING_INFO, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 2);
}

static void
test_root_included(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  bench_send(bench, bench->root);
  bench_trust(bench, bench->root);
  assert_remarked(bench_judge(bench), "chain-includes-root", FINDING_INFO, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 2);
  assert_link(bench->verdict, 2, "Root X1", PATH_IN_TRUST, 0, TRUE);
}

static void
test_leaf_is_ca(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_authority("broker");
  leaf.dns = HOST;
  g_autoptr(Forged) end = forge(&leaf, bench->root);
  bench_send(bench, end);
  bench_trust(bench, bench->root);
  assert_remarked(bench_judge(bench), "leaf-is-ca", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 0);
}

static void
test_leaf_not_first(Bench *bench, gconstpointer unused)
{
  bench_send(bench, bench->intermediate);
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->root);
  bench->request.name = NULL;
  bench->request.source = FINDING_SOURCE_CHAIN;
  bench->request.file = "/x/chain.pem";
  Finding *finding = assert_found(bench_judge(bench), "leaf-not-first", FINDING_ERROR,
                                  FINDING_SIDE_CLIENT, FINDING_SOURCE_CHAIN, 0);
  g_assert_false(bench->verdict->accepted);
  g_assert_nonnull(strstr(finding->message, "number 2"));
  g_assert_cmpuint(bench->verdict->findings->len, ==, 1); /* the leaf is no stranger */
}

static void
test_many(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  while (bench->sent->len < 64)
    bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  g_assert_null(bench_find(bench_judge(bench), "chain-too-long"));
  bench_send(bench, bench->intermediate);
  const Verdict *verdict = bench_judge(bench);
  g_assert_true(verdict->accepted);
  assert_found(verdict, "chain-too-long", FINDING_WARNING, FINDING_SIDE_SERVER, FINDING_SOURCE_NONE,
               -1);
}

/* What was given besides may stand on the path, and is called by its place. */
static void
test_untrusted(Bench *bench, gconstpointer unused)
{
  g_autoptr(GPtrArray) given = certificate_list_new();
  ForgeTemplate stranger = forge_authority("Stranger"), old = forge_authority("R3");
  g_autoptr(Forged) other = forge(&stranger, NULL);
  g_ptr_array_add(given, certificate_ref(other->certificate));
  g_ptr_array_add(given, certificate_ref(bench->intermediate->certificate));
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->root);
  g_assert_false(bench_judge(bench)->accepted);
  bench->request.untrusted = given;
  assert_clean(bench_judge(bench)); /* the stranger among them is nobody's fault */
  assert_link(bench->verdict, 1, "R3", PATH_GIVEN, 1, TRUE);
  assert_link(bench->verdict, 2, "Root X1", PATH_IN_TRUST, 0, TRUE);
  old.not_after = FORGE_NOW - DAY;
  old.not_before = FORGE_START;
  g_autoptr(Forged) expired = forge_with_key(&old, bench->root, bench->intermediate);
  g_ptr_array_set_size(given, 0);
  g_ptr_array_add(given, certificate_ref(expired->certificate));
  const Finding *finding = assert_refused(bench_judge(bench), "intermediate-expired",
                                          FINDING_SIDE_SERVER, FINDING_SOURCE_UNTRUSTED, 0);
  g_assert_nonnull(strstr(finding->message, "in the untrusted certificates"));
  assert_link(bench->verdict, 1, "R3", PATH_GIVEN, 0, FALSE);
}

/* A root is no anchor for being given. */
static void
test_untrusted_root(Bench *bench, gconstpointer unused)
{
  g_autoptr(GPtrArray) given = certificate_list_new();
  ForgeTemplate other = forge_authority("Other Root");
  g_autoptr(Forged) trusted = forge(&other, NULL);
  g_ptr_array_add(given, certificate_ref(bench->root->certificate));
  bench_send_good(bench);
  bench_trust(bench, trusted);
  bench->request.untrusted = given;
  g_assert_false(bench_judge(bench)->accepted);
  assert_found(bench->verdict, "anchor-wrong", FINDING_ERROR, FINDING_SIDE_TRUST,
               FINDING_SOURCE_UNTRUSTED, 0);
}

static void
test_nothing(Bench *bench, gconstpointer unused)
{
  bench_trust(bench, bench->root);
  assert_refused(bench_judge(bench), "unknown", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, -1);
  g_assert_cmpuint(bench->verdict->path->len, ==, 0);
  g_assert_cmpint(bench->verdict->path_end, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/verify/key-types", test_key_types);
  BENCH_TEST("", clean);
  BENCH_TEST("", from_file);
  BENCH_TEST("", intermediate_in_trust);
  BENCH_TEST("", long_chain_short_anchor);
  BENCH_TEST("", expired_cross_is_passed_by);
  BENCH_TEST("", order);
  BENCH_TEST("", root_before_intermediate);
  BENCH_TEST("", unrelated);
  BENCH_TEST("", unrelated_in_our_file);
  BENCH_TEST("", duplicate);
  BENCH_TEST("", root_included);
  BENCH_TEST("", leaf_is_ca);
  BENCH_TEST("", leaf_not_first);
  BENCH_TEST("", many);
  BENCH_TEST("", untrusted);
  BENCH_TEST("", untrusted_root);
  BENCH_TEST("", nothing);
  return g_test_run();
}
