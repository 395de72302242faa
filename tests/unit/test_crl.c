/* Revocation lists: what makes one of no use, and what it says. */
#include "config.h"

#include <string.h>

#include "trust/crl.h"
#include "unit/processor_time.h"
#include "unit/revocation_bench.h"

#define SCOPE(text) .scope = text, .scope_length = sizeof text - 1
#define AUTHORITIES_ONLY "\x82\x01\xff"
#define ATTRIBUTES_ONLY "\x85\x01\xff"
#define KEY_COMPROMISE_ONLY "\x83\x02\x06\x40"           /* bit 1 */
#define POINT_ELSEWHERE "\xa0\x0a\xa0\x08\x86\x06http:x" /* fullName, a URI */

#define R3_NAME "CN=R3,O=Forge"

/* --- clean ------------------------------------------------------------------------------------ */

static void
test_good(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_good(bench);
  const Verdict *verdict = revocation_judge(bench);
  assert_clean(verdict);
  assert_not_checked(verdict, NULL);
}

static void
test_good_strict_list(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_root(bench);
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .filler = 3}, "r3.crl");
  assert_clean(revocation_judge(bench));
}

static void
test_none(RevocationBench *bench, gconstpointer unused)
{
  const Verdict *verdict = revocation_judge(bench);
  assert_clean(verdict);
  assert_not_checked(verdict, "no revocation list and no OCSP answer was looked at");
}

/* --- revoked ---------------------------------------------------------------------------------- */

static void
give_revoking(RevocationBench *bench, ForgeEntry entry)
{
  revocation_give_root(bench);
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .entries = {entry}},
                  "r3.crl");
}

static void
test_leaf_revoked(RevocationBench *bench, gconstpointer unused)
{
  give_revoking(bench, (ForgeEntry){.certificate = bench->bench.leaf->certificate, .reason = 1});
  const Verdict *verdict = revocation_judge(bench);
  const Finding *finding =
      assert_refused(verdict, "server-revoked", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_autofree char *message = g_strdup_printf(
      "\"broker\" (serial %s) was revoked by \"R3\" on 2025-06-01 12:00:00 UTC: keyCompromise.",
      certificate_serial(bench->bench.leaf->certificate));
  g_assert_cmpstr(finding->message, ==, message);
  g_assert_cmpstr(finding->evidence->pdata[0], ==, "revocation list 1 in r3.crl, of 2025-06-24");
  assert_not_checked(verdict, NULL);
}

static void
test_without_reason(RevocationBench *bench, gconstpointer unused)
{
  give_revoking(bench, (ForgeEntry){.certificate = bench->bench.leaf->certificate});
  const Finding *finding = assert_refused(revocation_judge(bench), "server-revoked",
                                          FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, ": unspecified."));
}

static void
test_hold(RevocationBench *bench, gconstpointer unused)
{
  give_revoking(bench, (ForgeEntry){.certificate = bench->bench.leaf->certificate,
                                    .reason = CRL_REASON_HOLD});
  const Finding *finding = assert_refused(revocation_judge(bench), "server-revoked",
                                          FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "was put on hold by \"R3\" on 2025-06-01"));
}

/* RFC 5280, 6.3.3 (l) */
static void
test_removed(RevocationBench *bench, gconstpointer unused)
{
  give_revoking(bench, (ForgeEntry){.certificate = bench->bench.leaf->certificate,
                                    .reason = CRL_REASON_REMOVED});
  assert_clean(revocation_judge(bench));
}

static void
test_intermediate_revoked(RevocationBench *bench, gconstpointer unused)
{
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.root,
                              .entries = {{.certificate = bench->bench.intermediate->certificate,
                                           .reason = 2}}},
                  "root.crl");
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate}, "r3.crl");
  const Verdict *verdict = revocation_judge(bench);
  const Finding *finding =
      assert_refused(verdict, "server-revoked", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  g_assert_nonnull(strstr(finding->message, "\"R3\""));
  g_assert_nonnull(strstr(finding->message, ": cACompromise."));
  assert_link(verdict, 1, "R3", PATH_SENT, 1, FALSE);
  assert_link(verdict, 0, "broker", PATH_SENT, 0, TRUE);
}

static void
test_client_revoked(RevocationBench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("client", NULL);
  template.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  g_autoptr(Forged) client = forge(&template, bench->bench.intermediate);
  g_ptr_array_set_size(bench->bench.sent, 0);
  bench_send(&bench->bench, client);
  bench_send(&bench->bench, bench->bench.intermediate);
  bench_make_client(&bench->bench);
  give_revoking(bench, (ForgeEntry){.certificate = client->certificate, .reason = 4});
  const Finding *finding = assert_refused(revocation_judge(bench), "client-revoked",
                                          FINDING_SIDE_CLIENT, FINDING_SOURCE_CLIENT, 0);
  g_assert_nonnull(strstr(finding->message, ": superseded."));
}

/* Half a million entries, whose numbers follow each other: a third of a second; where they fall
 * together in the table it is a minute. */
static void
test_revoked_in_a_long_list(RevocationBench *bench, gconstpointer unused)
{
  g_autoptr(GBytes) der =
      forge_crl(&(ForgeCrl){.issuer = bench->bench.intermediate,
                            .filler = 500000,
                            .entries = {{.certificate = bench->bench.leaf->certificate}}});
  revocation_give_root(bench);
  gint64 start = processor_time();
  g_assert_true(revocation_data_add_crl(bench->data, g_bytes_get_data(der, NULL),
                                        g_bytes_get_size(der), "r3.crl", NULL));
  assert_refused(revocation_judge(bench), "server-revoked", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
  g_assert_cmpint(processor_time() - start, <, 10 * G_USEC_PER_SEC);
}

/* Another certificate of the same issuer is revoked, and one of the same serial number by another
 * issuer. */
static void
test_others_revoked(RevocationBench *bench, gconstpointer unused)
{
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.root,
                              .entries = {{.certificate = bench->bench.leaf->certificate}}},
                  "root.crl");
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .entries = {{.certificate = bench->bench.intermediate->certificate}}},
                  "r3.crl");
  assert_clean(revocation_judge(bench));
}

/* --- of no use: each reason, on the list that has it ------------------------------------------ */

/* Accepted with a warning on R3's list, and the leaf stands among what was not checked; refused by
 * the strict rules. */
static const Finding *
assert_unusable(RevocationBench *bench, const ForgeCrl *crl, const char *code, const char *why)
{
  revocation_give_root(bench);
  revocation_give(bench, crl, "r3.crl");
  bench->bench.request.rules = VERIFY_RULES_STRICT;
  const Verdict *strict = revocation_judge(bench);
  assert_found(strict, code, FINDING_ERROR, FINDING_SIDE_TRUST, FINDING_SOURCE_CRL, 0);
  g_assert_false(strict->accepted);
  bench->bench.request.rules = VERIFY_RULES_DEFAULT;
  const Verdict *verdict = revocation_judge(bench);
  const Finding *finding =
      assert_remarked(verdict, code, FINDING_WARNING, FINDING_SIDE_TRUST, FINDING_SOURCE_CRL, 0);
  g_autofree char *message =
      g_strdup_printf("The revocation list of \"" R3_NAME "\" in r3.crl %s.", why);
  g_assert_cmpstr(finding->message, ==, message);
  g_assert_cmpstr(finding->file, ==, "r3.crl");
  g_assert_cmpstr(finding->subject, ==, R3_NAME);
  g_assert_cmpstr(finding->remedy, !=,
                  "Use the revocation list of the CA that issued the certificate.");
  g_assert_cmpstr(finding->evidence->pdata[0], ==,
                  "so this was not checked: is \"broker\" revoked?");
  assert_not_checked(verdict, "\"broker\": what was given of \"R3\" cannot be used");
  return finding;
}

static void
test_bad_signature(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .damaged = TRUE},
                  "crl-unusable", "is not signed with a key that this path vouches for");
}

/* Neither is a list believed that says "revoked" when another key signed it. */
static void
test_other_key(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .signer = bench->bench.root,
                              .entries = {{.certificate = bench->bench.leaf->certificate}}},
                  "crl-unusable", "is not signed with a key that this path vouches for");
}

static void
test_stale(RevocationBench *bench, gconstpointer unused)
{
  const Finding *finding = assert_unusable(
      bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .next_update = FORGE_NOW - 1},
      "revocation-data-stale", "ended on 2025-06-30 23:59:59 UTC");
  g_assert_cmpstr(finding->remedy, ==, "Fetch the revocation list again.");
}

static void
test_last_second(RevocationBench *bench, gconstpointer unused)
{
  revocation_give_root(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .this_update = FORGE_NOW,
                              .next_update = FORGE_NOW},
                  "r3.crl");
  assert_clean(revocation_judge(bench));
}

static void
test_future(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate, .this_update = FORGE_NOW + 1},
                  "crl-unusable", "begins only on 2025-07-01 00:00:01 UTC");
}

static void
test_no_end(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate, .next_update = FORGE_NO_DATE},
                  "crl-unusable", "does not say when it ends (nextUpdate)");
}

static void
test_no_number(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .number = -1},
                  "crl-unusable", "has no number (cRLNumber)");
}

static void
test_critical_number(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .number_critical = TRUE},
                  "crl-unusable", "has its number (cRLNumber) in a critical extension");
}

static void
test_unknown_critical(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .unknown_critical = TRUE},
                  "crl-unusable",
                  "has a critical extension that is not known here (1.3.6.1.4.1.311.99)");
}

static void
test_unknown_critical_entry(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(
      bench,
      &(ForgeCrl){.issuer = bench->bench.intermediate,
                  .entries = {{.certificate = bench->bench.root->certificate, .unknown = TRUE}}},
      "crl-unusable",
      "has an entry with a critical extension that is not known here (1.3.6.1.4.1.311.99)");
}

static void
test_weak(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .weak = TRUE},
                  "crl-unusable", "is signed with ECDSA-SHA1, which can be forged");
}

static void
test_authorities_only(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, SCOPE(AUTHORITIES_ONLY)},
                  "crl-unusable", "lists CAs only");
}

static void
test_attributes_only(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, SCOPE(ATTRIBUTES_ONLY)},
                  "crl-unusable", "lists attribute certificates only");
}

static void
test_other_point(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, SCOPE(POINT_ELSEWHERE)},
                  "crl-unusable", "is for another distribution point");
}

static void
test_some_reasons(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate, SCOPE(KEY_COMPROMISE_ONLY)},
                  "crl-unusable",
                  "is for some reasons of revocation only, and no others were given for the rest");
}

static void
test_delta_alone(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench, &(ForgeCrl){.issuer = bench->bench.intermediate, .number = 2, .base = 1},
                  "crl-unusable",
                  "lists changes only (delta), and no usable complete list that it goes with was "
                  "given");
}

/* RFC 5280, 6.3.3 (f) */
static void
test_issuer_may_not(RevocationBench *bench, gconstpointer unused)
{
  ForgeTemplate inner = forge_authority("R3"), leaf = forge_server("broker", HOST);
  inner.key_usage = GNUTLS_KEY_KEY_CERT_SIGN;
  g_autoptr(Forged) authority = forge(&inner, bench->bench.root);
  g_autoptr(Forged) end = forge(&leaf, authority);
  g_ptr_array_set_size(bench->bench.sent, 0);
  bench_send(&bench->bench, end);
  bench_send(&bench->bench, authority);
  assert_unusable(bench, &(ForgeCrl){.issuer = authority}, "crl-unusable",
                  "is signed by \"R3\", whose keyUsage lacks cRLSign");
}

/* What would be another CA's, in a list that is not indirect, may be anybody's. */
static void
test_not_indirect(RevocationBench *bench, gconstpointer unused)
{
  assert_unusable(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .entries = {{.certificate = bench->bench.leaf->certificate,
                                           .issuer = bench->bench.root}}},
                  "crl-unusable",
                  "has an entry with a critical extension that is not known here (2.5.29.29)");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  REVOCATION_TEST("", good);
  REVOCATION_TEST("", good_strict_list);
  REVOCATION_TEST("", none);
  REVOCATION_TEST("revoked/", leaf_revoked);
  REVOCATION_TEST("revoked/", without_reason);
  REVOCATION_TEST("revoked/", hold);
  REVOCATION_TEST("revoked/", removed);
  REVOCATION_TEST("revoked/", intermediate_revoked);
  REVOCATION_TEST("revoked/", client_revoked);
  REVOCATION_TEST("revoked/", revoked_in_a_long_list);
  REVOCATION_TEST("revoked/", others_revoked);
  REVOCATION_TEST("unusable/", bad_signature);
  REVOCATION_TEST("unusable/", other_key);
  REVOCATION_TEST("unusable/", stale);
  REVOCATION_TEST("unusable/", last_second);
  REVOCATION_TEST("unusable/", future);
  REVOCATION_TEST("unusable/", no_end);
  REVOCATION_TEST("unusable/", no_number);
  REVOCATION_TEST("unusable/", critical_number);
  REVOCATION_TEST("unusable/", unknown_critical);
  REVOCATION_TEST("unusable/", unknown_critical_entry);
  REVOCATION_TEST("unusable/", weak);
  REVOCATION_TEST("unusable/", authorities_only);
  REVOCATION_TEST("unusable/", attributes_only);
  REVOCATION_TEST("unusable/", other_point);
  REVOCATION_TEST("unusable/", some_reasons);
  REVOCATION_TEST("unusable/", delta_alone);
  REVOCATION_TEST("unusable/", issuer_may_not);
  REVOCATION_TEST("unusable/", not_indirect);
  return g_test_run();
}
