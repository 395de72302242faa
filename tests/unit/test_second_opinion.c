/* OpenSSL's verdict: its numbers, texts and depths for what users run into, and why it is another
 * one than ours. The numbers are those that MQTTX and mosquitto_sub show. */
#include "config.h"

#include "trust/second_opinion.h"

#include <string.h>

#include "unit/verify_bench.h"

/* (transfer full): on what bench_judge() is given, which is judged by us, too. */
static SecondOpinion *
ask(Bench *bench)
{
  bench_judge(bench);
  SecondOpinion *opinion = second_opinion(&bench->request);
  g_assert_nonnull(opinion);
  g_test_message("error %d at %d: %s (%s)", opinion->error, opinion->depth, opinion->reason,
                 opinion->subject ? opinion->subject : "-");
  return opinion;
}

/* Refused with this number, or with whatever number this version of OpenSSL has for it (0). */
static void
assert_error(Bench *bench, int error, int depth, const char *reason, OpinionCause cause)
{
  g_autoptr(SecondOpinion) opinion = ask(bench);
  g_assert_false(opinion->accepted);
  if (error)
    g_assert_cmpint(opinion->error, ==, error);
  else
    g_assert_cmpint(opinion->error, >, 0);
  g_assert_cmpint(opinion->depth, ==, depth);
  g_assert_cmpstr(opinion->reason, ==, reason);
  g_assert_cmpint(opinion->cause, ==, cause);
  g_assert_nonnull(opinion->subject);
  g_autofree char *summary = second_opinion_summary(opinion);
  g_autofree char *expected = g_strconcat("OpenSSL clients refuse: ", reason, NULL);
  g_assert_cmpstr(summary, ==, expected);
}

static void
assert_accepted(Bench *bench)
{
  g_autoptr(SecondOpinion) opinion = ask(bench);
  g_assert_true(opinion->accepted);
  g_assert_cmpint(opinion->error, ==, 0);
  g_assert_cmpint(opinion->cause, ==, OPINION_NONE);
  g_assert_cmpint(opinion->level, ==, 0);
  g_assert_null(opinion->subject);
  g_autofree char *summary = second_opinion_summary(opinion);
  g_assert_cmpstr(summary, ==, "OpenSSL clients accept");
}

static void
assert_difference(Bench *bench, const char *sentence)
{
  g_autoptr(SecondOpinion) opinion = ask(bench);
  g_autofree char *difference = second_opinion_difference(opinion, bench->verdict);
  g_assert_cmpstr(difference, ==, sentence);
}

static void
refill(Bench *bench)
{
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
}

static void
use_good(Bench *bench)
{
  refill(bench);
  bench_send_good(bench);
  bench_trust(bench, bench->root);
}

/* --- Where the chain ends --------------------------------------------------------------------- */

static void
test_good(Bench *bench, gconstpointer unused)
{
  use_good(bench);
  assert_accepted(bench);
  assert_difference(bench, NULL);
  bench_send(bench, bench->root); /* the root is sent, too */
  assert_accepted(bench);
}

/* The CA file ends in the copy of the root that another root signed: fine here, error 2 there. */
static void
test_cross_signed(Bench *bench, gconstpointer unused)
{
  ForgeTemplate top = forge_authority("DST Root X3"), cross = forge_authority("Root X1");
  g_autoptr(Forged) dst = forge(&top, NULL);
  g_autoptr(Forged) crossed = forge_with_key(&cross, dst, bench->root);
  bench_send_good(bench);
  bench_trust(bench, crossed);
  assert_error(bench, 2, 2, "unable to get issuer certificate", OPINION_NO_ROOT);
  g_assert_true(bench->verdict->accepted);
  g_assert_nonnull(strstr(bench_find(bench->verdict, "anchor-cross-signed")->message,
                          "error 2, \"unable to get issuer certificate\""));
  assert_difference(bench,
                    "The trusted \"Root X1\" is signed by \"DST Root X3\" and not by itself, "
                    "which is enough here; OpenSSL wants the chain to end in a certificate "
                    "that is signed by itself.");
  bench_trust(bench, dst); /* one cure */
  assert_accepted(bench);
  assert_difference(bench, NULL);
  use_good(bench); /* the better one */
  bench_send(bench, crossed);
  assert_accepted(bench);
}

/* Both copies are trusted. OpenSSL follows the first that is within its dates, and it alone. */
static void
test_both_copies(Bench *bench, gconstpointer unused)
{
  ForgeTemplate top = forge_authority("DST Root X3"), cross = forge_authority("Root X1");
  g_autoptr(Forged) dst = forge(&top, NULL);
  g_autoptr(Forged) crossed = forge_with_key(&cross, dst, bench->root);
  bench_send_good(bench);
  bench_trust(bench, crossed);
  bench_trust(bench, bench->root);
  assert_error(bench, 2, 2, "unable to get issuer certificate", OPINION_NO_ROOT);
  g_assert_true(bench->verdict->accepted);
  assert_difference(bench, "OpenSSL does not try every path: of the trusted certificates it takes "
                           "a \"CN=Root X1,O=Forge\" that is not signed by itself, and not the "
                           "way to the self-signed \"Root X1\"; take that other one out.");
  use_good(bench);
  bench_trust(bench, crossed);
  assert_accepted(bench);
  cross.not_before = FORGE_START;
  cross.not_after = FORGE_NOW - DAY;
  g_autoptr(Forged) expired = forge_with_key(&cross, dst, bench->root);
  refill(bench);
  bench_send_good(bench);
  bench_trust(bench, expired);
  bench_trust(bench, bench->root);
  assert_accepted(bench);
}

static void
test_intermediate(Bench *bench, gconstpointer unused)
{
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->intermediate);
  assert_error(bench, 2, 1, "unable to get issuer certificate", OPINION_NO_ROOT);
  g_autoptr(SecondOpinion) opinion = ask(bench);
  g_assert_cmpstr(opinion->subject, ==, "CN=R3,O=Forge");
  assert_difference(bench,
                    "The trusted \"R3\" is signed by \"Root X1\" and not by itself, which is "
                    "enough here; OpenSSL wants the chain to end in a certificate that is "
                    "signed by itself.");
  g_assert_nonnull(strstr(bench_find(bench->verdict, "anchor-intermediate")->message,
                          "error 2, \"unable to get issuer certificate\""));
}

static void
test_pinned(Bench *bench, gconstpointer unused)
{
  ForgeTemplate own = forge_server("broker", HOST);
  g_autoptr(Forged) self_signed = forge(&own, NULL);
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->leaf);
  assert_error(bench, 20, 0, "unable to get local issuer certificate", OPINION_NO_ANCHOR);
  assert_difference(bench, "\"broker\" itself is trusted, which is enough here; OpenSSL wants the "
                           "certificates above it, too, up to one that is signed by itself.");
  refill(bench);
  bench_send(bench, self_signed);
  bench_trust(bench, self_signed);
  assert_accepted(bench);
}

static void
test_no_way(Bench *bench, gconstpointer unused)
{
  ForgeTemplate other = forge_authority("Other Root"), own = forge_server("broker", HOST);
  g_autoptr(Forged) stranger = forge(&other, NULL);
  g_autoptr(Forged) self_signed = forge(&own, NULL);
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->root);
  assert_error(bench, 20, 0, "unable to get local issuer certificate", OPINION_NO_ANCHOR);
  assert_difference(bench, NULL); /* we refuse, too */
  refill(bench);
  bench_send_good(bench);
  bench_trust(bench, stranger);
  assert_error(bench, 20, 1, "unable to get local issuer certificate", OPINION_NO_ANCHOR);
  bench_send(bench, bench->root);
  assert_error(bench, 19, 2, "self-signed certificate in certificate chain",
               OPINION_UNTRUSTED_ROOT);
  refill(bench);
  bench_send(bench, self_signed);
  bench_trust(bench, stranger);
  assert_error(bench, 18, 0, "self-signed certificate", OPINION_UNTRUSTED_ROOT);
}

static void
test_untrusted(Bench *bench, gconstpointer unused)
{
  g_autoptr(GPtrArray) given = certificate_list_new();
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->root);
  g_ptr_array_add(given, certificate_ref(bench->intermediate->certificate));
  bench->request.untrusted = given;
  assert_accepted(bench);
}

/* --- The certificates ------------------------------------------------------------------------- */

static void
test_dates(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, "broker", FORGE_START, FORGE_NOW - 1);
  assert_error(bench, 10, 0, "certificate has expired", OPINION_DATE);
  refill(bench);
  bench_send_dated(bench, "R3", FORGE_NOW + 1, FORGE_END);
  assert_error(bench, 9, 1, "certificate is not yet valid", OPINION_DATE);
  refill(bench);
  bench_send_dated(bench, "Root X1", FORGE_START, FORGE_NOW - 1);
  assert_error(bench, 10, 2, "certificate has expired", OPINION_DATE);
  assert_difference(bench, NULL);
  bench->request.time = FORGE_NOW - DAY;
  assert_accepted(bench);
}

static void
test_signature(Bench *bench, gconstpointer unused)
{
  use_good(bench);
  g_ptr_array_remove_index(bench->sent, 0);
  g_ptr_array_insert(bench->sent, 0, forge_damaged(bench->leaf->certificate));
  assert_error(bench, 7, 0, "certificate signature failure", OPINION_SIGNATURE);
}

static void
test_usage(Bench *bench, gconstpointer unused)
{
  ForgeTemplate client = forge_server("broker", HOST), not_ca = forge_authority("R3");
  client.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  not_ca.authority = 0;
  not_ca.key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE;
  bench_judge_leaf(bench, &client);
  assert_error(bench, 26, 0, "unsuitable certificate purpose", OPINION_USAGE);
  bench->request.purpose = VERIFY_PURPOSE_ANY;
  assert_accepted(bench);
  bench->request.purpose = VERIFY_PURPOSE_CLIENT;
  assert_accepted(bench);
  bench->request.purpose = VERIFY_PURPOSE_SERVER;
  bench_judge_intermediate(bench, &not_ca);
  assert_error(bench, 0, 1, "invalid CA certificate", OPINION_USAGE);
}

static void
test_lengths(Bench *bench, gconstpointer unused)
{
  ForgeTemplate short_root = forge_authority("Root X1"), inner = forge_authority("R3");
  ForgeTemplate leaf = forge_server("broker", HOST);
  short_root.path_length = 0;
  g_autoptr(Forged) a = forge(&short_root, NULL);
  g_autoptr(Forged) b = forge(&inner, a);
  g_autoptr(Forged) c = forge(&leaf, b);
  bench_send(bench, c);
  bench_send(bench, b);
  bench_trust(bench, a);
  assert_error(bench, 25, 2, "path length constraint exceeded", OPINION_USAGE);
  use_good(bench);
  bench->request.limits_depth = TRUE;
  bench->request.max_depth = 1;
  assert_accepted(bench);
  bench->request.max_depth = 0;
  assert_error(bench, 22, 1, "certificate chain too long", OPINION_USAGE);
}

static void
add_strange_extension(gnutls_x509_crt_t crt)
{
  static const guint8 value[] = {0x05, 0x00};
  g_assert_cmpint(
      gnutls_x509_crt_set_extension_by_oid(crt, "1.3.6.1.4.1.55555.1", value, sizeof value, 1), >=,
      0);
}

static void
permit_another_domain(gnutls_x509_crt_t crt)
{
  gnutls_x509_name_constraints_t constraints;
  gnutls_datum_t domain = {(unsigned char *)"example.org", 11};
  g_assert_cmpint(gnutls_x509_name_constraints_init(&constraints), >=, 0);
  g_assert_cmpint(
      gnutls_x509_name_constraints_add_permitted(constraints, GNUTLS_SAN_DNSNAME, &domain), >=, 0);
  g_assert_cmpint(gnutls_x509_crt_set_name_constraints(crt, constraints, 1), >=, 0);
  gnutls_x509_name_constraints_deinit(constraints);
}

static void
test_extensions(Bench *bench, gconstpointer unused)
{
  ForgeTemplate strange = forge_server("broker", HOST), narrow = forge_authority("R3");
  strange.tweak = add_strange_extension;
  narrow.tweak = permit_another_domain;
  bench_judge_leaf(bench, &strange);
  assert_error(bench, 34, 0, "unhandled critical extension", OPINION_EXTENSION);
  bench_judge_intermediate(bench, &narrow);
  assert_error(bench, 47, 0, "permitted subtree violation", OPINION_CONSTRAINTS);
}

/* --- Names ------------------------------------------------------------------------------------ */

static void
add_address_and_mail(gnutls_x509_crt_t crt)
{
  static const guint8 address[] = {192, 0, 2, 1};
  g_assert_cmpint(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address,
                                                       sizeof address, GNUTLS_FSAN_APPEND),
                  >=, 0);
  g_assert_cmpint(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_RFC822NAME, "a@example.com",
                                                       13, GNUTLS_FSAN_APPEND),
                  >=, 0);
}

static void
test_names(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", HOST);
  template.tweak = add_address_and_mail;
  bench_judge_leaf(bench, &template);
  assert_accepted(bench);
  bench->request.name = "other.example.com";
  assert_error(bench, 62, 0, "hostname mismatch", OPINION_NAME);
  bench->request.name = "192.0.2.1";
  assert_accepted(bench);
  bench->request.name = "192.0.2.7";
  assert_error(bench, 64, 0, "IP address mismatch", OPINION_NAME);
  bench->request.name = NULL;
  assert_accepted(bench);
  bench->request.email = "a@example.com";
  assert_accepted(bench);
  bench->request.email = "b@example.com";
  assert_error(bench, 63, 0, "email address mismatch", OPINION_NAME);
}

/* A wildcard for a part of a label is good enough for OpenSSL. */
static void
test_lenient(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", "mq*.example.com");
  bench_judge_leaf(bench, &template);
  g_assert_false(bench->verdict->accepted);
  assert_accepted(bench);
  assert_difference(bench, "OpenSSL takes wildcards that stand for a part of a label.");
}

/* --- Strength and strictness ------------------------------------------------------------------ */

static void
test_levels(Bench *bench, gconstpointer unused)
{
  ForgeTemplate weak = forge_server("broker", HOST), digest = forge_server("broker", HOST);
  weak.key_algorithm = GNUTLS_PK_RSA;
  weak.key_bits = 1024;
  digest.digest = GNUTLS_DIG_SHA1;
  bench_judge_leaf(bench, &weak);
  g_autoptr(SecondOpinion) small = ask(bench);
  g_assert_true(small->accepted);
  g_assert_cmpint(small->level, ==, 2); /* 1024 bits of RSA count as 80 */
  g_autofree char *summary = second_opinion_summary(small);
  g_assert_cmpstr(summary, ==,
                  "OpenSSL clients of security level 2 refuse: EE certificate key too weak");
  bench_judge_leaf(bench, &digest);
  g_autoptr(SecondOpinion) old = ask(bench);
  g_assert_true(old->accepted);
  g_assert_cmpint(old->level, >=, 1); /* what SHA-1 counts for depends on the version */
  g_assert_cmpstr(old->level_reason, ==, "CA signature digest algorithm too weak");
  assert_difference(bench, "OpenSSL leaves the strength of signatures to each client's security "
                           "level.");
}

/* Only where we accept it is there something to be explained. */
static void
test_level_sentence(void)
{
  const SecondOpinion opinion = {.accepted = TRUE,
                                 .reason = "ok",
                                 .level = 2,
                                 .level_reason = "CA signature digest algorithm too weak"};
  Verdict verdict = {.accepted = TRUE};
  g_autofree char *difference = second_opinion_difference(&opinion, &verdict);
  g_assert_cmpstr(difference, ==,
                  "How strong keys and signatures must be, OpenSSL leaves to each client's "
                  "security level: 2, the default since OpenSSL 3.2 and in most distributions, "
                  "refuses this, and 1 takes it.");
}

static void
test_strict(Bench *bench, gconstpointer unused)
{
  ForgeTemplate bare = forge_authority("R3");
  bare.no_key_ids = TRUE;
  bench_judge_intermediate(bench, &bare);
  assert_accepted(bench);
  bench->request.rules = VERIFY_RULES_STRICT;
  g_autoptr(SecondOpinion) opinion = ask(bench);
  g_assert_false(opinion->accepted);
  g_assert_cmpint(opinion->depth, ==, 1);
  g_assert_cmpint(opinion->cause, ==, OPINION_STRICT);
}

/* --- The rest --------------------------------------------------------------------------------- */

static void
test_nothing(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  g_assert_null(second_opinion(&bench->request)); /* nothing is trusted: not asked */
  bench_trust(bench, bench->root);
  bench_judge(bench);
  g_ptr_array_set_size(bench->sent, 0);
  g_assert_null(second_opinion(&bench->request));
  const SecondOpinionInput nothing = {0};
  g_assert_null(second_opinion_of_bytes(&nothing));
  g_autofree char *difference = second_opinion_difference(NULL, bench->verdict);
  g_assert_null(difference);
  second_opinion_free(NULL);
  g_assert_null(second_opinion_copy(NULL));
}

/* What cannot be parsed is refused, wherever it stands, and nothing worse happens. */
static void
test_unreadable(Bench *bench, gconstpointer unused)
{
  g_autoptr(GBytes) junk = g_bytes_new_static("\x30\x03\x02\x01\x01", 5);
  g_autoptr(GBytes) none = g_bytes_new_static("", 0);
  GBytes *good = certificate_der(bench->root->certificate), *bad[] = {junk, none};
  for (int i = 0; i < 8; i++) {
    GPtrArray *lists[4];
    for (int n = 0; n < 4; n++)
      lists[n] = g_ptr_array_new();
    g_ptr_array_add(lists[0], good);
    g_ptr_array_add(lists[1], good);
    g_ptr_array_insert(lists[i % 4], 0, bad[i / 4]);
    const SecondOpinionInput input = {.certificates = lists[0],
                                      .anchors = lists[1],
                                      .untrusted = lists[2],
                                      .crls = lists[3],
                                      .time = FORGE_NOW};
    g_autoptr(SecondOpinion) opinion = second_opinion_of_bytes(&input);
    g_assert_false(opinion->accepted);
    g_assert_cmpint(opinion->error, ==, 1);
    g_assert_cmpint(opinion->cause, ==, OPINION_UNREADABLE);
    for (int n = 0; n < 4; n++)
      g_ptr_array_unref(lists[n]);
  }
}

/* (transfer full): 1100 CAs that only look like `template`, and then `last`. */
static GPtrArray *
crowd(const ForgeTemplate *template, const Forged *key, GBytes *last)
{
  GPtrArray *ders = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (int i = 0; i < SECOND_OPINION_MAX + 100; i++) {
    g_autoptr(Forged) one = forge_with_key(template, key, key);
    g_ptr_array_add(ders, g_bytes_ref(certificate_der(one->certificate)));
  }
  g_ptr_array_add(ders, g_bytes_ref(last));
  return ders;
}

static void
assert_in_crowd(Bench *bench, GPtrArray *anchors, GPtrArray *untrusted, int error)
{
  g_autoptr(GPtrArray) certificates = g_ptr_array_new();
  g_ptr_array_add(certificates, certificate_der(bench->leaf->certificate));
  const SecondOpinionInput input = {.certificates = certificates,
                                    .untrusted = untrusted,
                                    .anchors = anchors,
                                    .time = FORGE_NOW};
  g_autoptr(SecondOpinion) opinion = second_opinion_of_bytes(&input);
  g_assert_cmpint(opinion->error, ==, error);
}

/* A large store costs nothing and hides nothing; a thousand certificates with the very name that is
 * wanted end the search. Those that certify each other end it, too. */
static void
test_crowds(Bench *bench, gconstpointer unused)
{
  ForgeTemplate other = forge_authority("Other Root"), same = forge_authority("Root X1");
  ForgeTemplate loop = forge_authority("R3");
  GBytes *root = certificate_der(bench->root->certificate);
  GBytes *inner = certificate_der(bench->intermediate->certificate);
  g_autoptr(Forged) key = forge(&other, NULL);
  g_autoptr(GPtrArray) strangers = crowd(&other, key, root);
  g_autoptr(GPtrArray) namesakes = crowd(&same, key, root);
  g_autoptr(GPtrArray) circles = crowd(&loop, bench->intermediate, inner);
  g_autoptr(GPtrArray) chain = g_ptr_array_new();
  g_autoptr(GPtrArray) none = g_ptr_array_new();
  g_ptr_array_add(chain, inner);
  g_ptr_array_add(none, certificate_der(key->certificate));
  assert_in_crowd(bench, strangers, chain, 0);
  assert_in_crowd(bench, namesakes, chain, 20);
  assert_in_crowd(bench, none, circles, 19);
}

static void
test_copy(Bench *bench, gconstpointer unused)
{
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->root);
  g_autoptr(SecondOpinion) opinion = ask(bench);
  g_autoptr(SecondOpinion) copy = second_opinion_copy(opinion);
  g_assert_true(copy->subject != opinion->subject);
  g_assert_cmpstr(copy->subject, ==, opinion->subject);
  g_assert_cmpint(copy->error, ==, 20);
  g_assert_cmpint(copy->cause, ==, OPINION_NO_ANCHOR);
}

/* A build without OpenSSL says nothing, and says so. */
static void
test_without(Bench *bench, gconstpointer unused)
{
  use_good(bench);
  bench_judge(bench);
  g_assert_null(second_opinion(&bench->request));
}

#define OPINION_TEST(name)                                                                         \
  g_test_add("/second-opinion/" #name, Bench, NULL, bench_setup, test_##name, bench_teardown)

static void
add_tests(void)
{
  OPINION_TEST(good);
  OPINION_TEST(cross_signed);
  OPINION_TEST(both_copies);
  OPINION_TEST(intermediate);
  OPINION_TEST(pinned);
  OPINION_TEST(no_way);
  OPINION_TEST(untrusted);
  OPINION_TEST(dates);
  OPINION_TEST(signature);
  OPINION_TEST(usage);
  OPINION_TEST(lengths);
  OPINION_TEST(extensions);
  OPINION_TEST(names);
  OPINION_TEST(lenient);
  OPINION_TEST(levels);
  OPINION_TEST(strict);
  OPINION_TEST(nothing);
  OPINION_TEST(unreadable);
  OPINION_TEST(crowds);
  OPINION_TEST(copy);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  if (second_opinion_available())
    add_tests();
  else
    OPINION_TEST(without);
  g_test_add_func("/second-opinion/level-sentence", test_level_sentence);
  return g_test_run();
}
