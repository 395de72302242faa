/* Certificate policies (RFC 5280, 6.1): what a path demands of itself is checked, and what nobody
 * asked for is said. */
#include "config.h"

#include <string.h>

#include "unit/der_writer.h"
#include "unit/verify_bench.h"

#define POLICIES "2.5.29.32"
#define MAPPINGS "2.5.29.33"
#define CONSTRAINTS "2.5.29.36"
#define INHIBIT_ANY "2.5.29.54"
#define ANY "2.5.29.32.0"
#define SILVER "1.3.6.1.4.1.55555.1"
#define GOLD "1.3.6.1.4.1.55555.2"

/* What the next certificates are given: each extension, or NULL. */
typedef struct {
  GBytes *policies, *mappings, *constraints, *inhibit_any;
  gboolean uncritical;
} Extensions;

static Extensions of_root, of_outer, of_inner, of_leaf;

static void
set(gnutls_x509_crt_t crt, const char *oid, GBytes *value, gboolean critical)
{
  if (!value)
    return;
  gsize length;
  const void *bytes = g_bytes_get_data(value, &length);
  g_assert_cmpint(gnutls_x509_crt_set_extension_by_oid(crt, oid, bytes, length, critical), >=, 0);
}

static void
set_all(gnutls_x509_crt_t crt, const Extensions *extensions)
{
  set(crt, POLICIES, extensions->policies, FALSE);
  set(crt, MAPPINGS, extensions->mappings, !extensions->uncritical);
  set(crt, CONSTRAINTS, extensions->constraints, !extensions->uncritical);
  set(crt, INHIBIT_ANY, extensions->inhibit_any, !extensions->uncritical);
}

static void
tweak_root(gnutls_x509_crt_t crt)
{
  set_all(crt, &of_root);
}

static void
tweak_outer(gnutls_x509_crt_t crt)
{
  set_all(crt, &of_outer);
}

static void
tweak_inner(gnutls_x509_crt_t crt)
{
  set_all(crt, &of_inner);
}

static void
tweak_leaf(gnutls_x509_crt_t crt)
{
  set_all(crt, &of_leaf);
}

static void
clear(Extensions *extensions)
{
  g_clear_pointer(&extensions->policies, g_bytes_unref);
  g_clear_pointer(&extensions->mappings, g_bytes_unref);
  g_clear_pointer(&extensions->constraints, g_bytes_unref);
  g_clear_pointer(&extensions->inhibit_any, g_bytes_unref);
  extensions->uncritical = FALSE;
}

static GBytes *
policy(const char *oid)
{
  return der_element(0x30, der_element(0x30, der_oid(oid), NULL), NULL);
}

static GBytes *
mapping(const char *from, const char *to)
{
  return der_element(0x30, der_element(0x30, der_oid(from), der_oid(to), NULL), NULL);
}

static GBytes *
require_explicit(guint8 skip)
{
  return der_element(0x30, der_bytes(0x80, &skip, 1), NULL);
}

static GBytes *
inhibit_mapping(guint8 skip)
{
  return der_element(0x30, der_bytes(0x80, "", 1), der_bytes(0x81, &skip, 1), NULL);
}

/* leaf ← Inner ← Outer ← Root, each with its extensions, which are gone afterwards. */
static void
judge_named(Bench *bench, const char *inner_name)
{
  ForgeTemplate root = forge_authority("Root"), outer = forge_authority("Outer");
  ForgeTemplate inner = forge_authority(inner_name), leaf = forge_server("broker", HOST);
  root.tweak = tweak_root;
  outer.tweak = tweak_outer;
  inner.tweak = tweak_inner;
  leaf.tweak = tweak_leaf;
  g_autoptr(Forged) a = forge(&root, NULL);
  g_autoptr(Forged) b = forge(&outer, a);
  g_autoptr(Forged) c = forge(&inner, b);
  g_autoptr(Forged) d = forge(&leaf, c);
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send(bench, d);
  bench_send(bench, c);
  bench_send(bench, b);
  bench_trust(bench, a);
  bench_judge(bench);
  clear(&of_root);
  clear(&of_outer);
  clear(&of_inner);
  clear(&of_leaf);
}

static void
judge(Bench *bench)
{
  judge_named(bench, "Inner");
}

static void
give_all(const char *oid)
{
  of_outer.policies = policy(oid);
  of_inner.policies = policy(oid);
  of_leaf.policies = policy(oid);
}

/* Accepted, and it is said which policies hold. */
static void
assert_told(Bench *bench, const char *policies)
{
  judge(bench);
  Finding *finding = assert_found(bench->verdict, "policies-unsupported", FINDING_INFO,
                                  FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_autofree char *expected = g_strdup_printf("of them, %s for the whole path.", policies);
  g_assert_true(g_str_has_suffix(finding->message, expected));
  g_assert_true(bench->verdict->accepted);
}

static void
assert_refused_by(Bench *bench, int index)
{
  judge(bench);
  Finding *finding = assert_refused(bench->verdict, "policies-unsupported", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, index);
  g_assert_nonnull(strstr(finding->message, "demands that certificate policies are processed"));
}

/* --- nobody asks ------------------------------------------------------------------------------ */

static void
test_unasked(Bench *bench, gconstpointer unused)
{
  judge(bench);
  assert_clean(bench->verdict);
  give_all(SILVER);
  assert_told(bench, SILVER " holds");
  of_outer.policies = of_inner.policies = NULL;
  of_leaf.policies = policy(SILVER);
  assert_told(bench, "none holds");
  of_outer.policies = policy(SILVER);
  of_inner.policies = policy(SILVER);
  of_leaf.policies = policy(GOLD);
  assert_told(bench, "none holds");
  of_outer.policies = policy(ANY);
  of_inner.policies = policy(ANY);
  of_leaf.policies = policy(GOLD);
  assert_told(bench, GOLD " holds");
}

/* Every public certificate has one of the CA/Browser Forum's policies, which is no news. */
static void
test_public(Bench *bench, gconstpointer unused)
{
  give_all("2.23.140.1.2.1");
  judge(bench);
  assert_clean(bench->verdict);
  give_all(ANY);
  judge(bench);
  assert_clean(bench->verdict);
}

/* RFC 5280, 6.1.1 (d): what an anchor says binds nobody. */
static void
test_anchor(Bench *bench, gconstpointer unused)
{
  of_root.policies = policy(GOLD);
  of_root.constraints = require_explicit(0);
  give_all(SILVER);
  assert_told(bench, SILVER " holds");
}

/* --- the path demands one --------------------------------------------------------------------- */

static void
test_required(Bench *bench, gconstpointer unused)
{
  of_outer.constraints = require_explicit(0);
  give_all(SILVER);
  assert_told(bench, SILVER " holds");
  of_outer.constraints = require_explicit(0);
  of_outer.policies = policy(SILVER);
  of_inner.policies = policy(SILVER);
  assert_refused_by(bench, 2);
  of_inner.constraints = require_explicit(0);
  of_inner.policies = policy(SILVER); /* Outer has none: nothing holds any more */
  of_leaf.policies = policy(SILVER);
  assert_refused_by(bench, 1);
  of_leaf.constraints = require_explicit(0); /* 6.1.5 (b) */
  assert_refused_by(bench, 0);
}

/* The number says how many certificates may still follow without one. */
static void
test_skip(Bench *bench, gconstpointer unused)
{
  of_outer.constraints = require_explicit(1);
  assert_refused_by(bench, 2); /* the leaf is the second */
  of_outer.constraints = require_explicit(3);
  judge(bench);
  assert_clean(bench->verdict);
}

/* A CA that issued itself a certificate is not one more (6.1.4 (h)). */
static void
test_skip_self_issued(Bench *bench, gconstpointer unused)
{
  of_outer.constraints = require_explicit(2);
  of_inner.policies = policy(SILVER);
  judge_named(bench, "Outer");
  g_assert_true(bench->verdict->accepted);
  of_outer.constraints = require_explicit(2);
  judge_named(bench, "Inner");
  g_assert_false(bench->verdict->accepted);
}

static void
test_mapping(Bench *bench, gconstpointer unused)
{
  of_outer.constraints = require_explicit(0);
  of_outer.policies = policy(GOLD);
  of_outer.mappings = mapping(GOLD, SILVER);
  of_inner.policies = policy(SILVER);
  of_leaf.policies = policy(SILVER);
  assert_told(bench, SILVER " holds");
  of_outer.constraints = require_explicit(0);
  of_outer.mappings = mapping(GOLD, SILVER);
  give_all(GOLD); /* which has become another name's */
  assert_refused_by(bench, 2);
}

static void
test_mapping_inhibited(Bench *bench, gconstpointer unused)
{
  of_outer.constraints = inhibit_mapping(0);
  of_outer.policies = policy(GOLD);
  of_inner.policies = policy(GOLD);
  of_inner.mappings = mapping(GOLD, SILVER);
  of_leaf.policies = policy(SILVER);
  assert_refused_by(bench, 2);
  of_outer.constraints = inhibit_mapping(1);
  of_outer.policies = policy(GOLD);
  of_inner.policies = policy(GOLD);
  of_inner.mappings = mapping(GOLD, SILVER);
  of_leaf.policies = policy(SILVER);
  assert_told(bench, SILVER " holds"); /* one may still map */
}

static void
test_any_inhibited(Bench *bench, gconstpointer unused)
{
  of_outer.constraints = require_explicit(0);
  of_outer.inhibit_any = der_bytes(0x02, "", 1);
  of_outer.policies = policy(SILVER);
  of_inner.policies = policy(ANY);
  of_leaf.policies = policy(SILVER);
  assert_refused_by(bench, 2);
  of_outer.constraints = require_explicit(0);
  of_outer.policies = policy(SILVER);
  of_inner.policies = policy(ANY);
  of_leaf.policies = policy(SILVER);
  assert_told(bench, SILVER " holds");
}

static void
test_any_mapped(Bench *bench, gconstpointer unused)
{
  give_all(SILVER);
  of_inner.mappings = mapping(ANY, SILVER);
  judge(bench);
  Finding *finding = assert_refused(bench->verdict, "policies-unsupported", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 1);
  g_assert_nonnull(strstr(finding->message, "from or to anyPolicy"));
}

/* --- what cannot be read ---------------------------------------------------------------------- */

static void
test_unreadable(Bench *bench, gconstpointer unused)
{
  of_inner.constraints = der_bytes(0x30, "", 0); /* RFC 5280: must not be empty */
  judge(bench);
  Finding *finding = assert_refused(bench->verdict, "certificate-malformed", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 1);
  g_assert_cmpstr(finding->message, ==,
                  "The policyConstraints of \"Inner\" in the broker's chain cannot be read.");
  of_inner.inhibit_any = der_bytes(0x02, "\xff", 1); /* less than none */
  judge(bench);
  assert_refused(bench->verdict, "certificate-malformed", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 1);
  of_leaf.policies = der_bytes(0x30, "", 0);
  judge(bench);
  assert_remarked(bench->verdict, "certificate-malformed", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 0);
}

/* What comes before the fault counts as little as what comes behind it. */
static void
test_half_read(Bench *bench, gconstpointer unused)
{
  of_outer.constraints = require_explicit(0);
  of_outer.policies = policy(SILVER);
  of_inner.policies = policy(SILVER);
  of_leaf.policies =
      der_element(0x30, der_element(0x30, der_oid(SILVER), NULL), der_bytes(0x31, "", 0), NULL);
  judge(bench);
  assert_found(bench->verdict, "policies-unsupported", FINDING_ERROR, FINDING_SIDE_SERVER,
               FINDING_SOURCE_PEER, 2);
  assert_found(bench->verdict, "certificate-malformed", FINDING_WARNING, FINDING_SIDE_SERVER,
               FINDING_SOURCE_PEER, 0);
}

/* As many as nobody means are not read, whoever sends them. */
static void
test_too_many(Bench *bench, gconstpointer unused)
{
  g_autoptr(GByteArray) many = g_byte_array_new();
  for (guint i = 0; i < 1025; i++) {
    g_autofree char *oid = g_strdup_printf(SILVER ".%u", i);
    g_autoptr(GBytes) one = der_element(0x30, der_oid(oid), NULL);
    g_byte_array_append(many, g_bytes_get_data(one, NULL), g_bytes_get_size(one));
  }
  of_leaf.policies = der_bytes(0x30, many->data, many->len);
  judge(bench);
  Finding *finding = assert_found(bench->verdict, "certificate-malformed", FINDING_WARNING,
                                  FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_cmpstr(finding->message, ==,
                  "The certificatePolicies of \"broker\" in the broker's chain cannot be read.");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("policies/", unasked);
  BENCH_TEST("policies/", public);
  BENCH_TEST("policies/", anchor);
  BENCH_TEST("policies/", required);
  BENCH_TEST("policies/", skip);
  BENCH_TEST("policies/", skip_self_issued);
  BENCH_TEST("policies/", mapping);
  BENCH_TEST("policies/", mapping_inhibited);
  BENCH_TEST("policies/", any_inhibited);
  BENCH_TEST("policies/", any_mapped);
  BENCH_TEST("policies/", unreadable);
  BENCH_TEST("policies/", half_read);
  BENCH_TEST("policies/", too_many);
  return g_test_run();
}
