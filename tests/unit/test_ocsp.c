/* Stapled OCSP answers: whose word is believed, about what, and for how long. */
#include "config.h"

#include <gnutls/x509-ext.h>
#include <string.h>

#include "trust/crl.h"
#include "unit/revocation_bench.h"

static ForgeOcsp
about_leaf(const RevocationBench *bench)
{
  return (ForgeOcsp){.certificate = bench->bench.leaf->certificate,
                     .issuer = bench->bench.intermediate};
}

static void
staple_leaf(RevocationBench *bench, const ForgeOcsp *ocsp)
{
  revocation_staple(bench, 0, ocsp);
}

static Forged *
make_responder(const Forged *issuer, const char *purpose, gint64 end)
{
  ForgeTemplate template = forge_server("Responder", NULL);
  template.purpose = purpose;
  template.not_before = FORGE_START;
  template.not_after = end;
  return forge(&template, issuer);
}

/* --- believed --------------------------------------------------------------------------------- */

/* R3 came without an answer: that is said, and is no fault. */
static void
test_good(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  staple_leaf(bench, &ocsp);
  const Verdict *verdict = revocation_judge(bench);
  assert_clean(verdict);
  assert_not_checked(verdict, "\"R3\": nothing of \"Root X1\" was given");
}

static void
test_good_for_both(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  staple_leaf(bench, &ocsp);
  revocation_staple(bench, 1,
                    &(ForgeOcsp){.certificate = bench->bench.intermediate->certificate,
                                 .issuer = bench->bench.root});
  const Verdict *verdict = revocation_judge(bench);
  assert_clean(verdict);
  assert_not_checked(verdict, NULL);
}

static void
test_good_with_issuer_in_it(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.embed = TRUE;
  staple_leaf(bench, &ocsp);
  assert_clean(revocation_judge(bench));
}

static void
test_delegate(RevocationBench *bench, gconstpointer unused)
{
  g_autoptr(Forged) responder =
      make_responder(bench->bench.intermediate, GNUTLS_KP_OCSP_SIGNING, FORGE_END);
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.signer = responder;
  ocsp.embed = TRUE;
  staple_leaf(bench, &ocsp);
  assert_clean(revocation_judge(bench));
}

static void
test_revoked(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.answer = FORGE_REVOKED_ANSWER;
  ocsp.reason = 1;
  staple_leaf(bench, &ocsp);
  const Finding *finding = assert_refused(revocation_judge(bench), "server-revoked",
                                          FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(
      strstr(finding->message, "by \"R3\" on 2025-06-01 12:00:00 UTC: keyCompromise."));
  g_assert_cmpstr(finding->evidence->pdata[0], ==,
                  "the OCSP answer that came with the certificate");
}

static void
test_intermediate_revoked(RevocationBench *bench, gconstpointer unused)
{
  revocation_staple(bench, 1,
                    &(ForgeOcsp){.certificate = bench->bench.intermediate->certificate,
                                 .issuer = bench->bench.root,
                                 .answer = FORGE_REVOKED_ANSWER,
                                 .reason = 2});
  assert_refused(revocation_judge(bench), "server-revoked", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 1);
}

static void
test_hold(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.answer = FORGE_REVOKED_ANSWER;
  ocsp.reason = CRL_REASON_HOLD;
  staple_leaf(bench, &ocsp);
  const Finding *finding = assert_refused(revocation_judge(bench), "server-revoked",
                                          FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "was put on hold"));
}

static void
test_old_but_revoked(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.answer = FORGE_REVOKED_ANSWER;
  ocsp.next_update = FORGE_NOW - 1;
  staple_leaf(bench, &ocsp);
  assert_refused(revocation_judge(bench), "server-revoked", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

/* One word of both is enough, and the worse one counts. */
static void
test_list_says_revoked(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  staple_leaf(bench, &ocsp);
  revocation_give_root(bench);
  revocation_give(bench,
                  &(ForgeCrl){.issuer = bench->bench.intermediate,
                              .entries = {{.certificate = bench->bench.leaf->certificate}}},
                  "r3.crl");
  assert_refused(revocation_judge(bench), "server-revoked", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

static void
test_list_missing(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  staple_leaf(bench, &ocsp);
  revocation_give_root(bench);
  const Verdict *verdict = revocation_judge(bench);
  assert_clean(verdict);
  assert_not_checked(verdict, NULL);
}

/* --- not believed ----------------------------------------------------------------------------- */

/* Accepted with a warning on the leaf, that it was not checked is said; refused by the strict
 * rules. */
static void
assert_bad(RevocationBench *bench, const char *why)
{
  bench->bench.request.rules = VERIFY_RULES_STRICT;
  const Verdict *strict = revocation_judge(bench);
  assert_found(strict, "staple-bad", FINDING_ERROR, FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_false(strict->accepted);
  bench->bench.request.rules = VERIFY_RULES_DEFAULT;
  revocation_staple(bench, 1,
                    &(ForgeOcsp){.certificate = bench->bench.intermediate->certificate,
                                 .issuer = bench->bench.root});
  const Verdict *verdict = revocation_judge(bench);
  const Finding *finding = assert_remarked(verdict, "staple-bad", FINDING_WARNING,
                                           FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_autofree char *message = g_strdup_printf("The OCSP answer that came with \"broker\" %s.", why);
  g_assert_cmpstr(finding->message, ==, message);
  assert_not_checked(verdict, "\"broker\": nothing of \"R3\" was given");
}

#define NOT_SIGNED "is not signed by \"R3\", nor by a valid responder that it named for OCSPSigning"

static void
test_bad_signature(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.damaged = TRUE;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, NOT_SIGNED);
}

static void
test_signed_by_a_stranger(RevocationBench *bench, gconstpointer unused)
{
  ForgeTemplate other = forge_authority("R3");
  g_autoptr(Forged) stranger = forge(&other, NULL);
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.signer = stranger;
  ocsp.answer = FORGE_REVOKED_ANSWER;
  ocsp.embed = TRUE;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, NOT_SIGNED);
}

/* The leaf may not answer for itself. */
static void
test_signed_by_the_leaf(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.signer = bench->bench.leaf;
  ocsp.embed = TRUE;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, NOT_SIGNED);
}

static void
test_delegate_of_another_ca(RevocationBench *bench, gconstpointer unused)
{
  g_autoptr(Forged) responder =
      make_responder(bench->bench.root, GNUTLS_KP_OCSP_SIGNING, FORGE_END);
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.signer = responder;
  ocsp.embed = TRUE;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, NOT_SIGNED);
}

static void
test_delegate_expired(RevocationBench *bench, gconstpointer unused)
{
  g_autoptr(Forged) responder =
      make_responder(bench->bench.intermediate, GNUTLS_KP_OCSP_SIGNING, FORGE_NOW - 1);
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.signer = responder;
  ocsp.embed = TRUE;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, NOT_SIGNED);
}

static void
test_about_another(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.certificate = bench->bench.intermediate->certificate;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, "is about another certificate");
}

/* The same serial number and issuer name, but another CA of that name. */
static void
test_about_another_key(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.other_key = bench->bench.root;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, "is about another certificate");
}

static void
test_old(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.next_update = FORGE_NOW - 1;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, "ended on 2025-06-30 23:59:59 UTC");
}

static void
test_future(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.this_update = FORGE_NOW + 1;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, "begins only on 2025-07-01 00:00:01 UTC");
}

static void
test_without_end(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.this_update = FORGE_NOW - 15 * DAY - 1;
  ocsp.next_update = FORGE_NO_DATE;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, "is of 2025-06-15 23:59:59 UTC and has no end of its own");
}

static void
test_without_end_but_fresh(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.this_update = FORGE_NOW - 15 * DAY;
  ocsp.next_update = FORGE_NO_DATE;
  staple_leaf(bench, &ocsp);
  assert_clean(revocation_judge(bench));
}

static void
test_unknown(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.answer = FORGE_UNKNOWN;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, "says that the responder does not know the certificate");
}

static void
test_try_later(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  ocsp.failure = 3;
  staple_leaf(bench, &ocsp);
  assert_bad(bench, "is none: the responder said tryLater");
}

static void
test_junk(RevocationBench *bench, gconstpointer unused)
{
  revocation_data_add_staple(bench->data, 0, "junk", 4);
  assert_bad(bench, "cannot be parsed");
}

/* However often it is asked, and for however many paths: a peer's answers cost so much and no more;
 * what is not looked at is never good. */
static void
test_too_many(RevocationBench *bench, gconstpointer unused)
{
  ForgeOcsp ocsp = about_leaf(bench);
  staple_leaf(bench, &ocsp);
  for (guint i = 0; i < 128; i++) {
    bench->bench.request.time = FORGE_NOW + i;
    assert_clean(revocation_judge(bench));
  }
  bench->bench.request.time = FORGE_NOW;
  assert_clean(revocation_judge(bench)); /* known from before */
  bench->bench.request.time = FORGE_NOW + 128;
  const Finding *finding = assert_remarked(revocation_judge(bench), "staple-bad", FINDING_WARNING,
                                           FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "was not looked at"));
}

/* --- must-staple (RFC 7633) ------------------------------------------------------------------- */

static void
demand_staple(gnutls_x509_crt_t crt)
{
  gnutls_x509_tlsfeatures_t features;
  g_assert_cmpint(gnutls_x509_tlsfeatures_init(&features), >=, 0);
  g_assert_cmpint(gnutls_x509_tlsfeatures_add(features, 5), >=, 0);
  g_assert_cmpint(gnutls_x509_crt_set_tlsfeatures(crt, features), >=, 0);
  gnutls_x509_tlsfeatures_deinit(features);
}

static Forged *
send_demanding_leaf(RevocationBench *bench)
{
  ForgeTemplate template = forge_server("broker", HOST);
  template.tweak = demand_staple;
  Forged *leaf = forge(&template, bench->bench.intermediate);
  g_ptr_array_set_size(bench->bench.sent, 0);
  bench_send(&bench->bench, leaf);
  bench_send(&bench->bench, bench->bench.intermediate);
  return leaf;
}

static void
test_missing(RevocationBench *bench, gconstpointer unused)
{
  forged_free(send_demanding_leaf(bench)); /* what was sent stays */
  assert_refused(revocation_judge(bench), "staple-missing", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

/* Also when nobody collected any. */
static void
test_missing_without_data(RevocationBench *bench, gconstpointer unused)
{
  forged_free(send_demanding_leaf(bench)); /* what was sent stays */
  bench->bench.request.revocation = NULL;
  assert_refused(revocation_judge(bench), "staple-missing", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

/* A file has no staples. */
static void
test_missing_in_a_file(RevocationBench *bench, gconstpointer unused)
{
  forged_free(send_demanding_leaf(bench)); /* what was sent stays */
  bench->bench.request.source = FINDING_SOURCE_CHAIN;
  assert_clean(revocation_judge(bench));
}

static void
test_demanded_and_there(RevocationBench *bench, gconstpointer unused)
{
  g_autoptr(Forged) leaf = send_demanding_leaf(bench);
  staple_leaf(bench,
              &(ForgeOcsp){.certificate = leaf->certificate, .issuer = bench->bench.intermediate});
  assert_clean(revocation_judge(bench));
}

static void
test_demanded_and_bad(RevocationBench *bench, gconstpointer unused)
{
  g_autoptr(Forged) leaf = send_demanding_leaf(bench);
  staple_leaf(bench, &(ForgeOcsp){.certificate = leaf->certificate,
                                  .issuer = bench->bench.intermediate,
                                  .damaged = TRUE});
  assert_refused(revocation_judge(bench), "staple-bad", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  REVOCATION_TEST("staple/", good);
  REVOCATION_TEST("staple/", good_for_both);
  REVOCATION_TEST("staple/", good_with_issuer_in_it);
  REVOCATION_TEST("staple/", delegate);
  REVOCATION_TEST("staple/", revoked);
  REVOCATION_TEST("staple/", intermediate_revoked);
  REVOCATION_TEST("staple/", hold);
  REVOCATION_TEST("staple/", old_but_revoked);
  REVOCATION_TEST("staple/", list_says_revoked);
  REVOCATION_TEST("staple/", list_missing);
  REVOCATION_TEST("staple-bad/", bad_signature);
  REVOCATION_TEST("staple-bad/", signed_by_a_stranger);
  REVOCATION_TEST("staple-bad/", signed_by_the_leaf);
  REVOCATION_TEST("staple-bad/", delegate_of_another_ca);
  REVOCATION_TEST("staple-bad/", delegate_expired);
  REVOCATION_TEST("staple-bad/", about_another);
  REVOCATION_TEST("staple-bad/", about_another_key);
  REVOCATION_TEST("staple-bad/", old);
  REVOCATION_TEST("staple-bad/", future);
  REVOCATION_TEST("staple-bad/", without_end);
  REVOCATION_TEST("staple-bad/", without_end_but_fresh);
  REVOCATION_TEST("staple-bad/", unknown);
  REVOCATION_TEST("staple-bad/", try_later);
  REVOCATION_TEST("staple-bad/", junk);
  REVOCATION_TEST("staple-bad/", too_many);
  REVOCATION_TEST("must-staple/", missing);
  REVOCATION_TEST("must-staple/", missing_without_data);
  REVOCATION_TEST("must-staple/", missing_in_a_file);
  REVOCATION_TEST("must-staple/", demanded_and_there);
  REVOCATION_TEST("must-staple/", demanded_and_bad);
  return g_test_run();
}
