/* verify() and what certificates may do, and how strong they are. */
#include "config.h"

#include "trust/verify.h"

#include <string.h>

#include "unit/verify_bench.h"

/* --- usage ------------------------------------------------------------------------------------ */

static void
test_purpose(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", HOST);
  template.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  bench_judge_leaf(bench, &template);
  Finding *finding = assert_refused(bench->verdict, "server-usage-missing", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "clientAuth"));
  bench->request.purpose = VERIFY_PURPOSE_ANY;
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
  bench_make_client(bench);
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
  template.purpose = GNUTLS_KP_TLS_WWW_SERVER;
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "client-usage-missing", FINDING_SIDE_CLIENT, FINDING_SOURCE_CLIENT,
                 0);
  template.purpose = GNUTLS_KP_ANY;
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
  /* Taken, but not by an EMQX that is told to look for it. */
  template.purpose = NULL;
  bench_judge_leaf(bench, &template);
  assert_remarked(bench->verdict, "client-usage-missing", FINDING_INFO, FINDING_SIDE_CLIENT,
                  FINDING_SOURCE_CLIENT, 0);
}

static void
test_no_signature_usage(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", HOST);
  template.key_usage = GNUTLS_KEY_KEY_AGREEMENT;
  bench_judge_leaf(bench, &template);
  assert_remarked(bench->verdict, "key-usage-no-signature", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 0);
}

static void
test_issuer_not_ca(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("R3");
  template.authority = 0;
  template.key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE;
  bench_judge_intermediate(bench, &template);
  assert_refused(bench->verdict, "issuer-not-ca", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  template.authority = -1;
  template.key_usage = 0;
  bench_judge_intermediate(bench, &template);
  assert_refused(bench->verdict, "issuer-not-ca", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
}

static void
test_issuer_no_certsign(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("R3");
  template.key_usage = GNUTLS_KEY_CRL_SIGN;
  bench_judge_intermediate(bench, &template);
  assert_refused(bench->verdict, "issuer-no-certsign", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  template.key_usage = 0; /* no extension: no restriction (RFC 5280, 6.1.4 (n)) */
  bench_judge_intermediate(bench, &template);
  assert_clean(bench->verdict);
}

static void
test_intermediate_usage(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("R3");
  template.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  bench_judge_intermediate(bench, &template);
  assert_refused(bench->verdict, "intermediate-usage-narrow", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 1);
  template.purpose = GNUTLS_KP_TLS_WWW_SERVER;
  bench_judge_intermediate(bench, &template);
  assert_clean(bench->verdict);
}

static void
test_version_1(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("R3");
  template.version = 1;
  bench_judge_intermediate(bench, &template);
  assert_refused(bench->verdict, "certificate-v1", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  bench_make_client(bench);
  ForgeTemplate leaf = forge_server("Client", NULL);
  leaf.version = 1;
  bench_judge_leaf(bench, &leaf);
  assert_remarked(bench->verdict, "certificate-v1", FINDING_WARNING, FINDING_SIDE_CLIENT,
                  FINDING_SOURCE_CLIENT, 0);
}

static void
test_version_1_anchor(Bench *bench, gconstpointer unused)
{
  ForgeTemplate root = forge_authority("Old Root"), leaf = forge_server("broker", HOST);
  root.version = 1;
  g_autoptr(Forged) a = forge(&root, NULL);
  g_autoptr(Forged) b = forge(&leaf, a);
  bench_send(bench, b);
  bench_trust(bench, a);
  assert_remarked(bench_judge(bench), "certificate-v1", FINDING_WARNING, FINDING_SIDE_TRUST,
                  FINDING_SOURCE_TRUST, 0);
}

static void
test_anchor_not_ca(Bench *bench, gconstpointer unused)
{
  ForgeTemplate root = forge_authority("Odd Root"), leaf = forge_server("broker", HOST);
  root.authority = 0;
  g_autoptr(Forged) a = forge(&root, NULL);
  g_autoptr(Forged) b = forge(&leaf, a);
  bench_send(bench, b);
  bench_trust(bench, a);
  assert_refused(bench_judge(bench), "issuer-not-ca", FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
}

/* What trusts by the user's word alone works here, and the user is told where it does not. */
static void
test_odd_anchors(Bench *bench, gconstpointer unused)
{
  ForgeTemplate silent = forge_authority("Silent Root"), narrow = forge_authority("Narrow Root");
  ForgeTemplate leaf = forge_server("broker", HOST);
  silent.authority = -1;
  narrow.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  g_autoptr(Forged) a = forge(&silent, NULL);
  g_autoptr(Forged) a_leaf = forge(&leaf, a);
  bench_send(bench, a_leaf);
  bench_trust(bench, a);
  assert_remarked(bench_judge(bench), "issuer-not-ca", FINDING_WARNING, FINDING_SIDE_TRUST,
                  FINDING_SOURCE_TRUST, 0);
  g_autoptr(Forged) b = forge(&narrow, NULL);
  g_autoptr(Forged) b_leaf = forge(&leaf, b);
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send(bench, b_leaf);
  bench_trust(bench, b);
  assert_remarked(bench_judge(bench), "intermediate-usage-narrow", FINDING_WARNING,
                  FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
}

/* To trust a certificate by itself is no leave to use it for anything, or under any name. */
static void
test_pinned(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", HOST);
  template.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  g_autoptr(Forged) pinned = forge(&template, NULL);
  bench_send(bench, pinned);
  bench_trust(bench, pinned);
  assert_refused(bench_judge(bench), "server-usage-missing", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
  bench->request.purpose = VERIFY_PURPOSE_ANY;
  assert_clean(bench_judge(bench));
  bench->request.name = "other.example.org";
  assert_refused(bench_judge(bench), "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
}

static void
test_path_length(Bench *bench, gconstpointer unused)
{
  ForgeTemplate first = forge_authority("First"), second = forge_authority("Second");
  ForgeTemplate leaf = forge_server("broker", HOST);
  first.path_length = 0;
  g_autoptr(Forged) a = forge(&first, bench->root);
  g_autoptr(Forged) b = forge(&second, a);
  g_autoptr(Forged) c = forge(&leaf, b);
  g_autoptr(Forged) direct = forge(&leaf, a);
  bench_send(bench, c);
  bench_send(bench, b);
  bench_send(bench, a);
  bench_trust(bench, bench->root);
  Finding *finding = assert_refused(bench_judge(bench), "pathlen-exceeded", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 2);
  g_assert_nonnull(strstr(finding->message, "allows 0 CAs below it, and the path has 1"));
  g_ptr_array_set_size(bench->sent, 0);
  bench_send(bench, direct);
  bench_send(bench, a);
  assert_clean(bench_judge(bench));
}

/* RFC 5280, 4.2.1.9: a CA that gave itself a new key is not one more. */
static void
test_path_length_self_issued(Bench *bench, gconstpointer unused)
{
  ForgeTemplate first = forge_authority("First"), leaf = forge_server("broker", HOST);
  first.path_length = 0;
  g_autoptr(Forged) a = forge(&first, bench->root);
  g_autoptr(Forged) b = forge(&first, a);
  g_autoptr(Forged) c = forge(&leaf, b);
  bench_send(bench, c);
  bench_send(bench, b);
  bench_send(bench, a);
  bench_trust(bench, bench->root);
  g_assert_null(bench_find(bench_judge(bench), "pathlen-exceeded"));
}

/* Of what a CA issued to itself nothing is counted, as in path lengths. */
static void
test_depth(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST), inner = forge_authority("R3");
  g_autoptr(Forged) renewed = forge(&inner, bench->intermediate);
  g_autoptr(Forged) end = forge(&leaf, renewed);
  bench_send_good(bench);
  bench_trust(bench, bench->root);
  bench->request.limits_depth = TRUE;
  bench->request.max_depth = 1;
  assert_clean(bench_judge(bench));
  bench->request.max_depth = 0;
  const Finding *finding = assert_refused(bench_judge(bench), "chain-too-long", FINDING_SIDE_SERVER,
                                          FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "there are 1 CAs, and 0 are allowed"));
  g_ptr_array_set_size(bench->sent, 0);
  bench_send(bench, end);
  bench_send(bench, renewed);
  bench_send(bench, bench->intermediate);
  bench->request.max_depth = 1;
  assert_clean(bench_judge(bench));
  bench->request.limits_depth = FALSE;
  bench->request.max_depth = 0;
  assert_clean(bench_judge(bench));
}

static void
permit_addresses(gnutls_x509_crt_t crt)
{
  gnutls_x509_name_constraints_t constraints;
  gnutls_datum_t range;
  g_assert_cmpint(gnutls_x509_cidr_to_rfc5280("192.0.2.0/24", &range), >=, 0);
  g_assert_cmpint(gnutls_x509_name_constraints_init(&constraints), >=, 0);
  g_assert_cmpint(
      gnutls_x509_name_constraints_add_permitted(constraints, GNUTLS_SAN_IPADDRESS, &range), >=, 0);
  g_assert_cmpint(gnutls_x509_crt_set_name_constraints(crt, constraints, 1), >=, 0);
  gnutls_x509_name_constraints_deinit(constraints);
  gnutls_free(range.data);
}

static void
add_foreign_address(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS,
                                                       "\xc6\x33\x64\x01", 4, GNUTLS_FSAN_APPEND),
                  >=, 0);
}

static void
test_address_constraints(Bench *bench, gconstpointer unused)
{
  ForgeTemplate inner = forge_authority("R3"), leaf = forge_server("broker", HOST);
  inner.tweak = permit_addresses;
  bench_judge_intermediate(bench, &inner);
  assert_clean(bench->verdict);
  leaf.tweak = add_foreign_address;
  g_autoptr(Forged) a = forge(&inner, bench->root);
  g_autoptr(Forged) b = forge(&leaf, a);
  g_ptr_array_set_size(bench->sent, 0);
  bench_send(bench, b);
  bench_send(bench, a);
  Finding *finding = assert_refused(bench_judge(bench), "name-constraints-violated",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "IP addresses"));
}

static void
break_constraints(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.30", "\x04\x01\x00", 3, 1), >=,
                  0);
}

/* Constraints that nobody can read constrain nobody, so nothing below them is believed. */
static void
test_constraints_unreadable(Bench *bench, gconstpointer unused)
{
  ForgeTemplate inner = forge_authority("R3");
  inner.tweak = break_constraints;
  bench_judge_intermediate(bench, &inner);
  Finding *finding = assert_refused(bench->verdict, "certificate-malformed", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 1);
  g_assert_nonnull(strstr(finding->message, "The name constraints of \"R3\""));
}

static void
permit_example_org(gnutls_x509_crt_t crt)
{
  gnutls_x509_name_constraints_t constraints;
  gnutls_datum_t name = {(unsigned char *)"example.org", 11};
  g_assert_cmpint(gnutls_x509_name_constraints_init(&constraints), >=, 0);
  g_assert_cmpint(
      gnutls_x509_name_constraints_add_permitted(constraints, GNUTLS_SAN_DNSNAME, &name), >=, 0);
  g_assert_cmpint(gnutls_x509_crt_set_name_constraints(crt, constraints, 1), >=, 0);
  gnutls_x509_name_constraints_deinit(constraints);
}

static void
test_name_constraints(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("R3"), leaf = forge_server("broker", "a.example.org");
  template.tweak = permit_example_org;
  bench_judge_intermediate(bench, &template);
  Finding *finding = assert_refused(bench->verdict, "name-constraints-violated",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "The CA \"R3\""));
  g_autoptr(Forged) inner = forge(&template, bench->root);
  g_autoptr(Forged) end = forge(&leaf, inner);
  g_ptr_array_set_size(bench->sent, 0);
  bench_send(bench, end);
  bench_send(bench, inner);
  bench->request.name = "a.example.org";
  assert_clean(bench_judge(bench));
}

static void
add_critical(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(
      gnutls_x509_crt_set_extension_by_oid(crt, "1.3.6.1.4.1.55555.1", "\x05\x00", 2, 1), >=, 0);
}

static void
add_uncritical(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(
      gnutls_x509_crt_set_extension_by_oid(crt, "1.3.6.1.4.1.55555.1", "\x05\x00", 2, 0), >=, 0);
}

static void
add_policy_constraints(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(
      gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.36", "\x30\x03\x80\x01\x00", 5, 1), >=, 0);
}

static void
test_critical_extension(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST), inner = forge_authority("R3");
  leaf.tweak = inner.tweak = add_critical;
  bench_judge_leaf(bench, &leaf);
  Finding *finding = assert_refused(bench->verdict, "critical-extension-unknown",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "1.3.6.1.4.1.55555.1"));
  bench_judge_intermediate(bench, &inner);
  assert_refused(bench->verdict, "critical-extension-unknown", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 1);
  leaf.tweak = add_uncritical;
  bench_judge_leaf(bench, &leaf);
  assert_clean(bench->verdict);
  inner.tweak = add_policy_constraints;
  bench_judge_intermediate(bench, &inner);
  assert_refused(bench->verdict, "policies-unsupported", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 1);
}

/* --- strength --------------------------------------------------------------------------------- */

static void
test_weak_key(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST);
  leaf.key_algorithm = GNUTLS_PK_RSA;
  leaf.key_bits = 1024;
  bench_judge_leaf(bench, &leaf);
  Finding *finding = assert_remarked(bench->verdict, "key-too-weak", FINDING_WARNING,
                                     FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "RSA 1024"));
  leaf.key_bits = 768;
  bench_judge_leaf(bench, &leaf);
  assert_refused(bench->verdict, "key-too-weak", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  leaf.key_bits = 2048;
  bench_judge_leaf(bench, &leaf);
  assert_clean(bench->verdict);
  leaf.key_algorithm = GNUTLS_PK_ECDSA;
  leaf.key_bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP192R1);
  bench_judge_leaf(bench, &leaf);
  assert_remarked(bench->verdict, "key-too-weak", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 0);
}

static void
test_weak_issuer(Bench *bench, gconstpointer unused)
{
  ForgeTemplate inner = forge_authority("R3");
  inner.key_algorithm = GNUTLS_PK_RSA;
  inner.key_bits = 1024;
  bench_judge_intermediate(bench, &inner);
  assert_remarked(bench->verdict, "issuer-key-weak", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 1);
}

static void
test_weak_signature(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST);
  leaf.digest = GNUTLS_DIG_SHA1;
  bench_judge_leaf(bench, &leaf);
  Finding *finding =
      assert_refused(bench->verdict, "signature-weak", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "SHA1"));
  ForgeTemplate inner = forge_authority("R3");
  inner.digest = GNUTLS_DIG_SHA1;
  bench_judge_intermediate(bench, &inner);
  assert_refused(bench->verdict, "signature-weak", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
}

/* Nobody believes an anchor because of its signature. */
static void
test_weak_anchor_signature(Bench *bench, gconstpointer unused)
{
  ForgeTemplate root = forge_authority("Old Root"), leaf = forge_server("broker", HOST);
  root.digest = GNUTLS_DIG_SHA1;
  g_autoptr(Forged) a = forge(&root, NULL);
  g_autoptr(Forged) b = forge(&leaf, a);
  bench_send(bench, b);
  bench_trust(bench, a);
  assert_clean(bench_judge(bench));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("usage/", purpose);
  BENCH_TEST("usage/", no_signature_usage);
  BENCH_TEST("usage/", issuer_not_ca);
  BENCH_TEST("usage/", issuer_no_certsign);
  BENCH_TEST("usage/", intermediate_usage);
  BENCH_TEST("usage/", version_1);
  BENCH_TEST("usage/", version_1_anchor);
  BENCH_TEST("usage/", anchor_not_ca);
  BENCH_TEST("usage/", odd_anchors);
  BENCH_TEST("usage/", pinned);
  BENCH_TEST("usage/", path_length);
  BENCH_TEST("usage/", path_length_self_issued);
  BENCH_TEST("usage/", depth);
  BENCH_TEST("usage/", address_constraints);
  BENCH_TEST("usage/", constraints_unreadable);
  BENCH_TEST("usage/", name_constraints);
  BENCH_TEST("usage/", critical_extension);
  BENCH_TEST("usage/", weak_key);
  BENCH_TEST("usage/", weak_issuer);
  BENCH_TEST("usage/", weak_signature);
  BENCH_TEST("usage/", weak_anchor_signature);
  return g_test_run();
}
