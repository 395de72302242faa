/* verify() and what the other certificates at hand say: the file that should have been used. */
#include "config.h"

#include "trust/verify_store.h"

#include <glib/gstdio.h>
#include <string.h>

#include "unit/verify_bench.h"

/* (transfer full): a store that is known and not trusted. */
static Anchors *
store_of(const Forged *forged)
{
  GError *error = NULL;
  g_autofree char *pem = certificate_to_pem(forged->certificate);
  g_autofree char *path = g_build_filename(g_get_tmp_dir(), "mqtrust-known-XXXXXX", NULL);
  int file = g_mkstemp(path);
  g_assert_cmpint(file, >=, 0);
  close(file);
  g_assert_true(g_file_set_contents(path, pem, -1, NULL));
  Anchors *anchors = anchors_load_file(path, &error);
  g_assert_no_error(error);
  g_unlink(path);
  return anchors;
}

/* --- the reference trap ----------------------------------------------------------------------- */

/* "Authority": no name that would give it away. */
typedef struct {
  Forged *old, *twin, *crossed, *leaf;
} Trap;

static void
trap_set(Trap *trap, gint64 old_end, gint64 crossed_end)
{
  ForgeTemplate top = forge_authority("Old Top"), cross = forge_authority("Authority");
  ForgeTemplate leaf = forge_server("broker", HOST);
  top.not_before = FORGE_START;
  top.not_after = old_end;
  trap->old = forge(&top, NULL);
  trap->twin = forge(&cross, NULL);
  cross.not_before = FORGE_START;
  cross.not_after = crossed_end;
  trap->crossed = forge_with_key(&cross, trap->old, trap->twin);
  trap->leaf = forge(&leaf, trap->twin);
}

static void
trap_clear(Trap *trap)
{
  forged_free(trap->old);
  forged_free(trap->twin);
  forged_free(trap->crossed);
  forged_free(trap->leaf);
}

static void
test_cross_signed(Bench *bench, gconstpointer unused)
{
  Trap trap;
  trap_set(&trap, FORGE_END, FORGE_END);
  g_autoptr(Anchors) known = store_of(trap.twin), other = store_of(trap.old);
  bench_send(bench, trap.leaf);
  bench_trust(bench, trap.crossed);
  bench->request.known = known;
  const Finding *finding =
      assert_remarked(bench_judge(bench), "anchor-cross-signed", FINDING_WARNING,
                      FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
  g_assert_nonnull(strstr(finding->remedy, "valid until 2030-01-01"));
  g_assert_cmpuint(finding->alternatives->len, ==, 0); /* the twin leaves no doubt */
  g_assert_cmpuint(finding->evidence->len, ==, 2);
  g_assert_nonnull(strstr(finding->evidence->pdata[1], certificate_sha256(trap.twin->certificate)));
  bench->request.known = other; /* it has no twin there, but an issuer */
  finding = assert_remarked(bench_judge(bench), "anchor-intermediate", FINDING_WARNING,
                            FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
  g_assert_true(g_str_has_prefix(finding->remedy, "Add \"Old Top\", which stands"));
  bench->request.known = NULL;
  finding = assert_remarked(bench_judge(bench), "anchor-intermediate", FINDING_WARNING,
                            FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
  g_assert_true(g_str_has_prefix(finding->remedy, "Add the self-signed root"));
  g_assert_cmpuint(finding->alternatives->len, ==, 1);
  g_assert_cmpstr(finding->alternatives->pdata[0], ==, "anchor-cross-signed");
  trap_clear(&trap);
}

static void
test_legacy_root(Bench *bench, gconstpointer unused)
{
  Trap trap;
  trap_set(&trap, FORGE_NOW - DAY, FORGE_END);
  g_autoptr(Anchors) known = store_of(trap.twin);
  bench_send(bench, trap.leaf);
  bench_send(bench, trap.crossed);
  bench_trust(bench, trap.old);
  assert_refused(bench_judge(bench), "anchor-expired", FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
  bench->request.known = known;
  const Finding *finding = assert_refused(bench_judge(bench), "anchor-legacy-expired",
                                          FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
  g_assert_null(bench_find(bench->verdict, "anchor-expired"));
  g_assert_nonnull(strstr(finding->message, "\"Authority\""));
  trap_clear(&trap);
}

/* --- the wrong kind of trust ------------------------------------------------------------------ */

static void
test_setting(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("Own CA");
  g_autoptr(Forged) own = forge(&template, NULL);
  g_autoptr(Anchors) known = store_of(bench->root), other = store_of(own);
  bench_send_good(bench);
  bench_trust(bench, own);
  bench->request.known = known;
  const Finding *finding = assert_refused(bench_judge(bench), "trust-setting-wrong",
                                          FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, -1);
  g_assert_nonnull(strstr(finding->message, "\"Root X1\""));
  g_assert_cmpuint(finding->alternatives->len, ==, 0);
  bench_send(bench, bench->root);
  assert_found(bench_judge(bench), "trust-setting-wrong", FINDING_ERROR, FINDING_SIDE_TRUST,
               FINDING_SOURCE_PEER, 2);
  bench->request.known = other;
  assert_found(bench_judge(bench), "anchor-wrong", FINDING_ERROR, FINDING_SIDE_TRUST,
               FINDING_SOURCE_PEER, 2);
}

/* Only the system's store is trusted, and the CA is a private one. */
static void
test_private_authority(Bench *bench, gconstpointer unused)
{
  g_autoptr(Anchors) system = anchors_load_system(NULL);
  if (!system) {
    g_test_skip("this system has no trust store");
    return;
  }
  bench_send_good(bench);
  bench->request.anchors = system;
  g_autoptr(Verdict) verdict = verify(&bench->request);
  const Finding *finding = assert_refused(verdict, "trust-public-private-mixup", FINDING_SIDE_TRUST,
                                          FINDING_SOURCE_TRUST, -1);
  g_assert_nonnull(strstr(finding->message, "\"Root X1\""));
}

/* The store is asked where it may say more, and changes nothing where it does not. */
static void
test_store(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("Own CA");
  g_autoptr(Forged) own = forge(&template, NULL);
  bench_send_good(bench);
  bench_trust(bench, bench->root);
  bench_judge(bench);
  g_autoptr(Verdict) good = verify_with_store(&bench->request);
  assert_clean(good);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_trust(bench, own);
  bench_judge(bench);
  g_autoptr(Verdict) bad = verify_with_store(&bench->request);
  assert_refused(bad, "anchor-wrong", FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, -1);
}

/* --- who stands between ----------------------------------------------------------------------- */

static void
test_interception(Bench *bench, gconstpointer unused)
{
  ForgeTemplate root = forge_authority("FortiGate CA"), leaf = forge_server("broker", HOST);
  g_autoptr(Forged) box = forge(&root, NULL);
  g_autoptr(Forged) end = forge(&leaf, box);
  bench_send(bench, end);
  bench_send(bench, box);
  bench_trust(bench, bench->root);
  const Finding *finding = assert_found(bench_judge(bench), "interception-suspected", FINDING_ERROR,
                                        FINDING_SIDE_NETWORK, FINDING_SOURCE_PEER, 1);
  g_assert_false(bench->verdict->accepted);
  g_assert_cmpuint(bench_count(bench->verdict, FINDING_ERROR), ==, 1);
  g_assert_nonnull(strstr(finding->message, "\"FortiGate CA\""));
  bench->request.source = FINDING_SOURCE_CHAIN; /* a file lies still */
  assert_found(bench_judge(bench), "anchor-wrong", FINDING_ERROR, FINDING_SIDE_TRUST,
               FINDING_SOURCE_CHAIN, 1);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_trust(bench, box);
  bench->request.source = FINDING_SOURCE_PEER; /* and who is trusted may be called so */
  g_assert_true(bench_judge(bench)->accepted);
}

/* --- a new chain, of which one certificate is old --------------------------------------------- */

static void
test_stale_intermediate(Bench *bench, gconstpointer unused)
{
  ForgeTemplate old = forge_authority("R3"), newer = forge_authority("R3");
  newer.not_before = FORGE_START + DAY;
  newer.not_after = FORGE_END;
  g_autoptr(Forged) stale = forge(&old, bench->root);
  g_autoptr(Forged) other = forge(&newer, bench->root);
  g_autoptr(Anchors) known = store_of(other);
  bench_send(bench, bench->leaf);
  bench_send(bench, stale);
  bench_trust(bench, bench->root);
  assert_found(bench_judge(bench), "issuer-key-differs", FINDING_ERROR, FINDING_SIDE_SERVER,
               FINDING_SOURCE_PEER, 1);
  g_assert_cmpuint(bench_count(bench->verdict, FINDING_ERROR), ==, 1);
  bench->request.known = known;
  assert_refused(bench_judge(bench), "chain-stale-intermediate", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 1);
}

typedef struct {
  char *folder, *ca_file, *other_file;
} Shelf;

static char *
shelve(const Shelf *shelf, const char *name, const Forged *forged)
{
  GError *error = NULL;
  g_autofree char *pem = certificate_to_pem(forged->certificate);
  char *path = g_build_filename(shelf->folder, name, NULL);
  g_file_set_contents(path, pem, -1, &error);
  g_assert_no_error(error);
  return path;
}

static void
shelf_clear(Shelf *shelf)
{
  g_unlink(shelf->ca_file);
  g_unlink(shelf->other_file);
  g_rmdir(shelf->folder);
  g_free(shelf->ca_file);
  g_free(shelf->other_file);
  g_free(shelf->folder);
}

/* What verify_with_store() says of leaf ← `issuer` when `other` lies beside the CA file. */
static Finding *
judge_beside(Bench *bench, const Forged *issuer, const Forged *other, const char *code,
             Shelf *shelf)
{
  shelf->folder = g_dir_make_tmp("mqtrust-beside-XXXXXX", NULL);
  g_assert_nonnull(shelf->folder);
  shelf->ca_file = shelve(shelf, "ca.pem", bench->root);
  shelf->other_file = shelve(shelf, "other.pem", other);
  g_autoptr(Anchors) anchors = anchors_load_file(shelf->ca_file, NULL);
  g_assert_nonnull(anchors);
  g_ptr_array_set_size(bench->sent, 0);
  bench_send(bench, bench->leaf);
  bench_send(bench, issuer);
  g_clear_pointer(&bench->verdict, verdict_free);
  bench->request.anchors = anchors;
  bench->verdict = verify_with_store(&bench->request);
  bench->request.anchors = NULL;
  return assert_refused(bench->verdict, code, FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
}

static void
test_issuer_beside(Bench *bench, gconstpointer unused)
{
  ForgeTemplate old = forge_authority("R3"), newer = forge_authority("R3");
  old.not_before = FORGE_START - DAY;
  old.not_after = newer.not_after = FORGE_END;
  newer.not_before = FORGE_START + DAY;
  g_autoptr(Forged) stale = forge(&old, bench->root), wrong = forge(&newer, bench->root);
  Shelf shelf;
  const Finding *finding =
      judge_beside(bench, stale, bench->intermediate, "chain-stale-intermediate", &shelf);
  g_assert_nonnull(strstr(finding->remedy, shelf.other_file));
  shelf_clear(&shelf);
  finding = judge_beside(bench, wrong, bench->intermediate, "issuer-key-differs", &shelf);
  g_assert_nonnull(strstr(finding->remedy, shelf.other_file));
  shelf_clear(&shelf);
  finding = judge_beside(bench, stale, wrong, "issuer-key-differs", &shelf);
  g_assert_null(strstr(finding->remedy, shelf.other_file));
  shelf_clear(&shelf);
}

/* What was sent, with another CA file than that of `root`, which lies beside it: said, and not
 * trusted. */
static void
assert_root_is_named(Bench *bench, const Forged *root)
{
  ForgeTemplate template = forge_authority("Other Root");
  g_autoptr(Forged) wrong = forge(&template, NULL);
  Shelf shelf = {.folder = g_dir_make_tmp("mqtrust-beside-XXXXXX", NULL)};
  shelf.ca_file = shelve(&shelf, "ca.pem", wrong);
  shelf.other_file = shelve(&shelf, "root.pem", root);
  g_autoptr(Anchors) anchors = anchors_load_file(shelf.ca_file, NULL);
  g_clear_pointer(&bench->verdict, verdict_free);
  bench->request.anchors = anchors;
  bench->verdict = verify_with_store(&bench->request);
  bench->request.anchors = NULL;
  g_assert_false(bench->verdict->accepted);
  const Finding *finding = assert_found(bench->verdict, "anchor-wrong", FINDING_ERROR,
                                        FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, -1);
  g_autofree char *use =
      g_strdup_printf("Use %s, which holds \"%s\", if you trust it.", shelf.other_file,
                      certificate_subject_label(root->certificate));
  g_assert_cmpstr(finding->remedy, ==, use);
  shelf_clear(&shelf);
}

static void
test_root_beside(Bench *bench, gconstpointer unused)
{
  bench_send(bench, bench->leaf);
  bench_send(bench, bench->intermediate);
  assert_root_is_named(bench, bench->root);
}

/* The chain's end is signed by a root that is nowhere, and its self-signed twin is at hand. */
static void
test_twin_beside(Bench *bench, gconstpointer unused)
{
  Trap trap;
  trap_set(&trap, FORGE_END, FORGE_END);
  bench_send(bench, trap.leaf);
  bench_send(bench, trap.crossed);
  assert_root_is_named(bench, trap.twin);
  trap_clear(&trap);
}

/* --- names ------------------------------------------------------------------------------------ */

#define UNENCODED                                                                                  \
  "b\xc3\xbc"                                                                                      \
  "cher.example"

static void
add_unencoded(gnutls_x509_crt_t crt)
{
  static const char san[] = "\x30\x11\x82\x0f" UNENCODED;
  g_assert_cmpint(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.17", san, sizeof san - 1, 0),
                  >=, 0);
}

static void
test_unencoded_name(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", NULL);
  template.tweak = add_unencoded;
  bench->request.name = "xn--bcher-kva.example";
  bench_judge_leaf(bench, &template);
  const Finding *finding =
      assert_refused(bench->verdict, "name-idn", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->remedy, "xn--bcher-kva.example"));
  bench->request.name = "other.example";
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
}

static void
test_client_name(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server(NULL, HOST);
  template.organization = "Forge";
  template.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  bench_make_client(bench);
  bench_judge_leaf(bench, &template);
  assert_remarked(bench->verdict, "client-name-missing", FINDING_WARNING, FINDING_SIDE_CLIENT,
                  FINDING_SOURCE_CLIENT, 0);
  template.name = "sensor-7";
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("known/", cross_signed);
  BENCH_TEST("known/", legacy_root);
  BENCH_TEST("known/", setting);
  BENCH_TEST("known/", store);
  BENCH_TEST("known/", private_authority);
  BENCH_TEST("known/", interception);
  BENCH_TEST("known/", stale_intermediate);
  BENCH_TEST("known/", issuer_beside);
  BENCH_TEST("known/", root_beside);
  BENCH_TEST("known/", twin_beside);
  BENCH_TEST("known/", unencoded_name);
  BENCH_TEST("known/", client_name);
  return g_test_run();
}
