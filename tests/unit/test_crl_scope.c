/* Revocation lists together: which certificates they speak for, what several of them say, deltas,
 * who signs them, and which are missing. */
#include "config.h"

#include <string.h>

#include "trust/crl.h"
#include "unit/revocation_bench.h"

#define SCOPE(text) .scope = text, .scope_length = sizeof text - 1
#define USERS_ONLY "\x81\x01\xff"
#define INDIRECT "\x84\x01\xff"
#define KEY_COMPROMISE_ONLY "\x83\x02\x06\x40" /* bit 1 */
#define ALL_OTHERS "\x83\x03\x07\x3f\x80"      /* bits 2 to 8 */

#define ROOT_NAME "CN=Root X1,O=Forge"

/* --- scope that fits -------------------------------------------------------------------------- */

static void
test_users_only(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_root(bench);
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, SCOPE(USERS_ONLY)},
                  "r3.crl");
  assert_clean(revocation_judge(bench));
}

/* The same list of the root leaves R3 open, which is a CA. */
static void
test_users_only_for_a_ca(RevocationBench *bench, gconstpointer unused)
{
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.root, SCOPE(USERS_ONLY)}, "root.crl");
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate}, "r3.crl");
  const Verdict *verdict = revocation_judge(bench);
  const Finding *finding = assert_remarked(verdict, "crl-unusable", FINDING_WARNING,
                                           FINDING_SIDE_TRUST, FINDING_SOURCE_CRL, 0);
  g_assert_cmpstr(finding->message, ==,
                  "The revocation list of \"" ROOT_NAME "\" in root.crl lists no CAs.");
  assert_not_checked(verdict, "\"R3\": what was given of \"Root X1\" cannot be used");
}

static void
test_all_reasons_together(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_root(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate, SCOPE(KEY_COMPROMISE_ONLY)},
                  "some.crl");
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, SCOPE(ALL_OTHERS)},
                  "others.crl");
  const Verdict *verdict = revocation_judge(bench);
  assert_clean(verdict);
  assert_not_checked(verdict, NULL);
}

/* RFC 5280, 5.3.3: what stands behind an entry of another issuer is that one's, too. */
static void
test_indirect(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_root(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              SCOPE(INDIRECT),
                              .entries = {{.certificate = bench->bench.root->certificate,
                                           .issuer = bench->bench.root},
                                          {.certificate = bench->bench.leaf->certificate}}},
                  "r3.crl");
  assert_clean(revocation_judge(bench));
}

static void
test_indirect_revoked(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_root(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              SCOPE(INDIRECT),
                              .entries = {{.certificate = bench->bench.root->certificate,
                                           .issuer = bench->bench.root},
                                          {.certificate = bench->bench.leaf->certificate,
                                           .issuer = bench->bench.intermediate}}},
                  "r3.crl");
  assert_refused(revocation_judge(bench), "server-revoked", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

/* A point that names the root as who makes the lists of R3's certificates (cRLIssuer). */
#define ROOT_POINT                                                                                 \
  "\x30\x29\x30\x27\xa2\x25\xa4\x23\x30\x21\x31\x0e\x30\x0c\x06\x03\x55\x04\x0a\x13\x05"           \
  "Forge\x31\x0f\x30\x0d\x06\x03\x55\x04\x03\x13\x06"                                              \
  "RootX1"

static void
name_root_as_maker(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(
      gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.31", ROOT_POINT, sizeof ROOT_POINT - 1, 0),
      ==, 0);
}

/* The chain of a root "RootX1", which makes the lists for its sub-CA, too. */
static void
give_list_of_root(RevocationBench *bench, gboolean indirect, gboolean revoked)
{
  ForgeTemplate top = forge_authority("RootX1"), inner = forge_authority("R3");
  ForgeTemplate end = forge_server("broker", HOST);
  end.tweak = name_root_as_maker;
  g_autoptr(Forged) root = forge(&top, NULL);
  g_autoptr(Forged) intermediate = forge(&inner, root);
  g_autoptr(Forged) leaf = forge(&end, intermediate);
  g_ptr_array_set_size(bench->bench.sent, 0);
  g_ptr_array_set_size(bench->bench.trusted, 0);
  bench_send(&bench->bench, leaf);
  bench_send(&bench->bench, intermediate);
  bench_trust(&bench->bench, root);
  ForgeCrl list = {.issuer = root};
  if (indirect) {
    list.scope = INDIRECT;
    list.scope_length = sizeof INDIRECT - 1;
  }
  if (revoked)
    list.entries[0] = (ForgeEntry){.certificate = leaf->certificate, .issuer = intermediate};
  revocation_give(bench, &list, "root.crl");
}

static void
test_list_of_another(RevocationBench *bench, gconstpointer unused)
{
  give_list_of_root(bench, TRUE, FALSE);
  const Verdict *verdict = revocation_judge(bench);
  assert_clean(verdict);
  assert_not_checked(verdict, NULL);
}

static void
test_list_of_another_not_indirect(RevocationBench *bench, gconstpointer unused)
{
  give_list_of_root(bench, FALSE, FALSE);
  const Verdict *verdict = revocation_judge(bench);
  const Finding *finding = assert_remarked(verdict, "crl-unusable", FINDING_WARNING,
                                           FINDING_SIDE_TRUST, FINDING_SOURCE_CRL, 0);
  g_assert_nonnull(strstr(finding->message, "is for its own CA's certificates only"));
  assert_not_checked(verdict, "\"broker\": what was given of \"R3\" cannot be used");
}

static void
test_list_of_another_revoked(RevocationBench *bench, gconstpointer unused)
{
  give_list_of_root(bench, TRUE, TRUE);
  assert_refused(revocation_judge(bench), "server-revoked", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

/* --- several lists of one CA ------------------------------------------------------------------ */

/* A stale one beside a good one is worth a word, and no warning. */
static void
test_stale_beside_good(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_good(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate, .next_update = FORGE_NOW - 1},
                  "old.crl");
  const Verdict *verdict = revocation_judge(bench);
  assert_remarked(verdict, "revocation-data-stale", FINDING_INFO, FINDING_SIDE_TRUST,
                  FINDING_SOURCE_CRL, 0);
  assert_not_checked(verdict, NULL);
}

/* What is revoked stays it, whatever happens to the list. */
static void
test_stale_but_revoked(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_root(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .next_update = FORGE_NOW - 1,
                              .entries = {{.certificate = bench->bench.leaf->certificate}}},
                  "r3.crl");
  assert_refused(revocation_judge(bench), "server-revoked", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

static void
give_old_hold(RevocationBench *bench)
{
  revocation_give_root(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .this_update = FORGE_CRL_START - DAY,
                              .entries = {{.certificate = bench->bench.leaf->certificate,
                                           .reason = CRL_REASON_HOLD}}},
                  "old.crl");
}

static void
test_released(RevocationBench *bench, gconstpointer unused)
{
  give_old_hold(bench);
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .number = 2}, "r3.crl");
  assert_clean(revocation_judge(bench));
}

static void
test_not_released_by_a_stale_list(RevocationBench *bench, gconstpointer unused)
{
  give_old_hold(bench);
  revocation_give(
      bench,
      &(ForgeCrl){.issuer = bench->bench.intermediate, .number = 2, .next_update = FORGE_NOW - 1},
      "r3.crl");
  assert_refused(revocation_judge(bench), "server-revoked", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

/* A list that begins only later tells what was revoked before now, and nothing else. */
static void
test_future_revoked(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_root(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .this_update = FORGE_NOW + DAY,
                              .next_update = FORGE_NOW + 2 * DAY,
                              .entries = {{.certificate = bench->bench.leaf->certificate,
                                           .date = FORGE_NOW + 1}}},
                  "r3.crl");
  g_assert_true(revocation_judge(bench)->accepted);
  bench->bench.request.time = FORGE_NOW + 1;
  assert_refused(revocation_judge(bench), "server-revoked", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

/* --- deltas ----------------------------------------------------------------------------------- */

static void
test_delta_revokes(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_good(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .number = 2,
                              .base = 1,
                              .entries = {{.certificate = bench->bench.leaf->certificate}}},
                  "delta.crl");
  const Finding *finding = assert_refused(revocation_judge(bench), "server-revoked",
                                          FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_cmpstr(finding->evidence->pdata[0], ==, "revocation list 1 in delta.crl, of 2025-06-24");
}

static void
test_delta_releases(RevocationBench *bench, gconstpointer unused)
{
  give_old_hold(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .number = 2,
                              .base = 1,
                              .entries = {{.certificate = bench->bench.leaf->certificate,
                                           .reason = CRL_REASON_REMOVED}}},
                  "delta.crl");
  assert_clean(revocation_judge(bench));
}

/* For another base, it cannot be put together with the list that is there. */
static void
test_delta_of_another_base(RevocationBench *bench, gconstpointer unused)
{
  give_old_hold(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .number = 9,
                              .base = 8,
                              .entries = {{.certificate = bench->bench.leaf->certificate,
                                           .reason = CRL_REASON_REMOVED}}},
                  "delta.crl");
  g_assert_nonnull(bench_find(revocation_judge(bench), "server-revoked"));
}

/* --- lists that are missing or of others ------------------------------------------------------ */

static void
test_not_covered(RevocationBench *bench, gconstpointer unused)
{
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate}, "r3.crl");
  const Verdict *verdict = revocation_judge(bench);
  const Finding *finding = assert_remarked(verdict, "crl-unusable", FINDING_WARNING,
                                           FINDING_SIDE_TRUST, FINDING_SOURCE_PEER, 1);
  g_assert_cmpstr(finding->message, ==,
                  "Whether \"R3\" is revoked was not checked: no revocation list of \"Root X1\" "
                  "was given.");
  assert_not_checked(verdict, "\"R3\": nothing of \"Root X1\" was given");
}

static void
test_not_covered_strict(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_root(bench);
  bench->bench.request.rules = VERIFY_RULES_STRICT;
  const Verdict *verdict = revocation_judge(bench);
  assert_found(verdict, "crl-unusable", FINDING_ERROR, FINDING_SIDE_TRUST, FINDING_SOURCE_PEER, 0);
  g_assert_false(verdict->accepted);
}

static void
test_stranger(RevocationBench *bench, gconstpointer unused)
{
  ForgeTemplate other = forge_authority("Other CA");
  g_autoptr(Forged) stranger = forge(&other, NULL);
  revocation_give_good(bench);
  revocation_give(
      bench,
      &(ForgeCrl){.issuer = stranger, .entries = {{.certificate = bench->bench.leaf->certificate}}},
      "other.crl");
  const Finding *finding = assert_remarked(revocation_judge(bench), "crl-unusable", FINDING_INFO,
                                           FINDING_SIDE_TRUST, FINDING_SOURCE_CRL, 0);
  g_assert_cmpstr(finding->file, ==, "other.crl");
  g_assert_cmpstr(finding->subject, ==, "CN=Other CA,O=Forge");
}

/* The list of the CA of another certificate that is told of, as ours is where a broker's are judged:
 * nothing to say. */
static void
test_also_listed(RevocationBench *bench, gconstpointer unused)
{
  ForgeTemplate authority = forge_authority("Other CA"), leaf = forge_server("client", "client.test");
  g_autoptr(Forged) stranger = forge(&authority, NULL);
  g_autoptr(Forged) other = forge(&leaf, stranger);
  g_autoptr(GPtrArray) others = certificate_list_new();
  g_ptr_array_add(others, certificate_ref(other->certificate));
  revocation_give_good(bench);
  revocation_give(bench, &(ForgeCrl){.issuer = stranger}, "other.crl");
  bench->bench.request.also_listed = others;
  const Verdict *verdict = revocation_judge(bench);
  g_assert_true(verdict->accepted);
  g_assert_cmpuint(verdict->findings->len, ==, 0);
}

/* A folder full of them gives one finding. */
static void
test_many_strangers(RevocationBench *bench, gconstpointer unused)
{
  ForgeTemplate other = forge_authority("Other CA");
  g_autoptr(Forged) stranger = forge(&other, NULL);
  revocation_give_good(bench);
  for (guint i = 0; i < 12; i++)
    revocation_give(bench, &(ForgeCrl){.issuer = stranger}, "others.crl");
  const Finding *finding = assert_remarked(revocation_judge(bench), "crl-unusable", FINDING_INFO,
                                           FINDING_SIDE_TRUST, FINDING_SOURCE_CRL, 0);
  g_assert_cmpuint(finding->evidence->len, ==, 9);
  g_assert_cmpstr(finding->evidence->pdata[8], ==, "12 lists in all");
}

/* So many that not each is worth a line; the certificate is not good for that. */
static void
test_many_unusable(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_root(bench);
  for (guint i = 0; i < 40; i++)
    revocation_give(bench,
                    &(ForgeCrl){.issuer = bench->bench.intermediate, .next_update = FORGE_NOW - 1},
                    "old.crl");
  const Verdict *verdict = revocation_judge(bench);
  g_assert_cmpuint(bench_count(verdict, FINDING_WARNING), ==, 32);
  assert_not_checked(verdict, "\"broker\": what was given of \"R3\" cannot be used");
}

static void
test_index_in_file(RevocationBench *bench, gconstpointer unused)
{
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.root}, "both.crl");
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate, .next_update = FORGE_NOW - 1},
                  "both.crl");
  assert_remarked(revocation_judge(bench), "revocation-data-stale", FINDING_WARNING,
                  FINDING_SIDE_TRUST, FINDING_SOURCE_CRL, 1);
}

/* Without anchors: the certificates are judged by themselves, and their revocation with them. */
static void
test_without_trust(RevocationBench *bench, gconstpointer unused)
{
  g_ptr_array_set_size(bench->bench.trusted, 0);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .entries = {{.certificate = bench->bench.leaf->certificate}}},
                  "r3.crl");
  const Verdict *verdict = revocation_judge(bench);
  assert_refused(verdict, "server-revoked", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  assert_not_checked(verdict, "\"R3\": its issuer is missing");
}

/* A root has nobody who could revoke it. */
static void
test_without_trust_to_a_root(RevocationBench *bench, gconstpointer unused)
{
  g_ptr_array_set_size(bench->bench.trusted, 0);
  bench_send(&bench->bench, bench->bench.root);
  revocation_give_good(bench);
  const Verdict *verdict = revocation_judge(bench);
  g_assert_true(verdict->accepted);
  assert_not_checked(verdict, NULL);
}

/* RFC 5280, 7.1: capitals make no other name. */
static void
test_name_written_otherwise(RevocationBench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("r3");
  g_autoptr(Forged) namesake = forge(&template, NULL);
  revocation_give_root(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = namesake,
                              .signer = bench->bench.intermediate,
                              .entries = {{.certificate = bench->bench.leaf->certificate}}},
                  "r3.crl");
  assert_refused(revocation_judge(bench), "server-revoked", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

/* --- a key for lists alone -------------------------------------------------------------------- */

static Forged *
make_list_signer(const Forged *issuer)
{
  ForgeTemplate template = forge_authority("R3");
  template.key_usage = GNUTLS_KEY_CRL_SIGN;
  template.authority = 0;
  return forge(&template, issuer);
}

static void
test_separate_key(RevocationBench *bench, gconstpointer unused)
{
  g_autoptr(Forged) signer = make_list_signer(bench->bench.root);
  g_autoptr(GPtrArray) untrusted = certificate_list_new();
  g_ptr_array_add(untrusted, certificate_ref(signer->certificate));
  bench->bench.request.untrusted = untrusted;
  revocation_give_root(bench);
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .signer = signer},
                  "r3.crl");
  const Verdict *verdict = revocation_judge(bench);
  g_assert_true(verdict->accepted);
  g_assert_null(bench_find(verdict, "crl-unusable"));
  assert_not_checked(verdict, NULL);
}

/* Revoked itself, or made by somebody else, it can vouch for nobody. */
static void
test_separate_key_revoked(RevocationBench *bench, gconstpointer unused)
{
  g_autoptr(Forged) signer = make_list_signer(bench->bench.root);
  g_autoptr(GPtrArray) untrusted = certificate_list_new();
  g_ptr_array_add(untrusted, certificate_ref(signer->certificate));
  bench->bench.request.untrusted = untrusted;
  revocation_give(
      bench,
      &(ForgeCrl){.issuer = bench->bench.root, .entries = {{.certificate = signer->certificate}}},
      "root.crl");
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .signer = signer},
                  "r3.crl");
  assert_not_checked(revocation_judge(bench), "\"broker\": what was given of \"R3\"");
}

static void
test_separate_key_of_a_stranger(RevocationBench *bench, gconstpointer unused)
{
  ForgeTemplate other = forge_authority("Other CA");
  g_autoptr(Forged) stranger = forge(&other, NULL);
  g_autoptr(Forged) signer = make_list_signer(stranger);
  g_autoptr(GPtrArray) untrusted = certificate_list_new();
  g_ptr_array_add(untrusted, certificate_ref(signer->certificate));
  bench->bench.request.untrusted = untrusted;
  revocation_give_root(bench);
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .signer = signer},
                  "r3.crl");
  assert_not_checked(revocation_judge(bench), "\"broker\": what was given of \"R3\"");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  REVOCATION_TEST("scope/", users_only);
  REVOCATION_TEST("scope/", users_only_for_a_ca);
  REVOCATION_TEST("scope/", all_reasons_together);
  REVOCATION_TEST("scope/", indirect);
  REVOCATION_TEST("scope/", indirect_revoked);
  REVOCATION_TEST("scope/", list_of_another);
  REVOCATION_TEST("scope/", list_of_another_not_indirect);
  REVOCATION_TEST("scope/", list_of_another_revoked);
  REVOCATION_TEST("several/", stale_beside_good);
  REVOCATION_TEST("several/", stale_but_revoked);
  REVOCATION_TEST("several/", released);
  REVOCATION_TEST("several/", not_released_by_a_stale_list);
  REVOCATION_TEST("several/", future_revoked);
  REVOCATION_TEST("delta/", delta_revokes);
  REVOCATION_TEST("delta/", delta_releases);
  REVOCATION_TEST("delta/", delta_of_another_base);
  REVOCATION_TEST("missing/", not_covered);
  REVOCATION_TEST("missing/", not_covered_strict);
  REVOCATION_TEST("missing/", stranger);
  REVOCATION_TEST("missing/", many_strangers);
  REVOCATION_TEST("missing/", also_listed);
  REVOCATION_TEST("missing/", many_unusable);
  REVOCATION_TEST("missing/", index_in_file);
  REVOCATION_TEST("missing/", name_written_otherwise);
  REVOCATION_TEST("missing/", without_trust);
  REVOCATION_TEST("missing/", without_trust_to_a_root);
  REVOCATION_TEST("signer/", separate_key);
  REVOCATION_TEST("signer/", separate_key_revoked);
  REVOCATION_TEST("signer/", separate_key_of_a_stranger);
  return g_test_run();
}
