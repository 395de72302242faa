/* Name constraints along a path: which certificate is found fault with, by whose constraints, and
 * in which words. The kinds themselves are test_name_constraints.c's. */
#include "config.h"

#include <string.h>

#include "unit/der_writer.h"
#include "unit/processor_time.h"
#include "unit/verify_bench.h"

#define NAME_CONSTRAINTS "2.5.29.30"
#define ALTERNATIVE_NAME "2.5.29.17"
#define EMAIL 0x81
#define DNS 0x82
#define URI 0x86
#define IP 0x87
#define ID 0x88
#define PERMITTED 0xa0
#define EXCLUDED 0xa1

/* forge() hands nothing to a tweak, so what it sets stands here. */
static GBytes *constraints, *names;
static gboolean critical = TRUE;

static void
set_extension(gnutls_x509_crt_t crt, const char *oid, GBytes *value, gboolean is_critical)
{
  gsize length;
  const void *bytes = g_bytes_get_data(value, &length);
  g_assert_cmpint(gnutls_x509_crt_set_extension_by_oid(crt, oid, bytes, length, is_critical), >=,
                  0);
}

static void
constrain(gnutls_x509_crt_t crt)
{
  set_extension(crt, NAME_CONSTRAINTS, constraints, critical);
}

static void
name(gnutls_x509_crt_t crt)
{
  set_extension(crt, ALTERNATIVE_NAME, names, FALSE);
}

/* One subtree; takes `base`. */
static void
set_constraint(guint8 list, GBytes *base)
{
  g_clear_pointer(&constraints, g_bytes_unref);
  constraints = der_element(0x30, der_element(list, der_element(0x30, base, NULL), NULL), NULL);
  critical = TRUE;
}

/* The DNS name that is dialled, and another one; takes `other`. */
static void
set_names(GBytes *other)
{
  g_clear_pointer(&names, g_bytes_unref);
  names = der_element(0x30, der_text(DNS, HOST), other, NULL);
}

/* leaf, named as set ← R3, constrained as set ← Root X1. */
static void
judge(Bench *bench)
{
  ForgeTemplate inner = forge_authority("R3"), leaf = forge_server(HOST, HOST);
  inner.tweak = constrain;
  leaf.organization = "Forge";
  leaf.dns = NULL;
  leaf.tweak = name;
  g_autoptr(Forged) a = forge(&inner, bench->root);
  g_autoptr(Forged) b = forge(&leaf, a);
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send(bench, b);
  bench_send(bench, a);
  bench_trust(bench, bench->root);
  bench_judge(bench);
}

static void
assert_violated(Bench *bench, const char *message)
{
  judge(bench);
  Finding *finding = assert_refused(bench->verdict, "name-constraints-violated",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_cmpstr(finding->message, ==, message);
}

static void
assert_silent(Bench *bench)
{
  judge(bench);
  g_assert_true(bench->verdict->accepted);
  g_assert_null(bench_find(bench->verdict, "name-constraints-violated"));
  g_assert_null(bench_find(bench->verdict, "certificate-malformed"));
}

/* --- kinds of names --------------------------------------------------------------------------- */

static void
test_dns(Bench *bench, gconstpointer unused)
{
  set_names(der_text(DNS, "evil.example.org"));
  set_constraint(PERMITTED, der_text(DNS, "example.com"));
  assert_violated(bench, "The CA \"R3\" in the broker's chain may not issue for "
                         "DNS:evil.example.org: of DNS names its name constraints permit only "
                         "example.com.");
  set_constraint(EXCLUDED, der_text(DNS, "example.org"));
  assert_violated(bench, "The CA \"R3\" in the broker's chain may not issue for "
                         "DNS:evil.example.org: of DNS names its name constraints exclude "
                         "example.org.");
  set_names(der_text(DNS, "*.example.com"));
  set_constraint(EXCLUDED, der_text(DNS, "secret.example.com"));
  assert_violated(bench, "The CA \"R3\" in the broker's chain may not issue for "
                         "DNS:*.example.com: of DNS names its name constraints exclude "
                         "secret.example.com.");
  set_constraint(PERMITTED, der_text(DNS, "example.com"));
  assert_silent(bench);
}

static void
test_address(Bench *bench, gconstpointer unused)
{
  set_names(der_bytes(IP, "\xc6\x33\x64\x01", 4));
  set_constraint(PERMITTED, der_bytes(IP, "\xc0\x00\x02\x00\xff\xff\xff\x00", 8));
  assert_violated(bench, "The CA \"R3\" in the broker's chain may not issue for IP:198.51.100.1: "
                         "of IP addresses its name constraints permit only 192.0.2.0/24.");
  set_names(der_bytes(IP, "\xc0\x00\x02\x07", 4));
  assert_silent(bench);
}

static void
test_mail(Bench *bench, gconstpointer unused)
{
  set_names(der_text(EMAIL, "me@example.org"));
  set_constraint(PERMITTED, der_text(EMAIL, "example.com"));
  assert_violated(bench, "The CA \"R3\" in the broker's chain may not issue for "
                         "email:me@example.org: of mail addresses its name constraints permit "
                         "only example.com.");
  set_names(der_text(EMAIL, "me@example.com"));
  assert_silent(bench);
}

static void
test_uri(Bench *bench, gconstpointer unused)
{
  set_names(der_text(URI, "https://evil.org/"));
  set_constraint(PERMITTED, der_text(URI, ".example.com"));
  assert_violated(bench, "The CA \"R3\" in the broker's chain may not issue for "
                         "URI:https://evil.org/: of URIs its name constraints permit only "
                         ".example.com.");
  set_names(der_text(URI, "https://a.example.com/"));
  assert_silent(bench);
}

/* The subject is a directory name. */
static void
test_directory(Bench *bench, gconstpointer unused)
{
  const char *organization = "2.5.4.10";
  enum { PRINTABLE = 0x13 };
  set_names(der_text(DNS, "a.example.com"));
  set_constraint(PERMITTED,
                 der_element(0xa4, der_name(organization, PRINTABLE, "Acme", NULL), NULL));
  assert_violated(bench, "The CA \"R3\" in the broker's chain may not issue for "
                         "DirName:CN=mqtt.example.com,O=Forge: of directory names its name "
                         "constraints permit only O=Acme.");
  set_constraint(PERMITTED,
                 der_element(0xa4, der_name(organization, PRINTABLE, "FORGE", NULL), NULL));
  assert_silent(bench);
}

/* --- names that stand in the subject ---------------------------------------------------------- */

static void
add_subject_mail(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(
      gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_PKCS9_EMAIL, 0, "me@example.org", 14), >=, 0);
}

static void
judge_leaf_below(Bench *bench, const ForgeTemplate *leaf)
{
  ForgeTemplate inner = forge_authority("R3");
  inner.tweak = constrain;
  g_autoptr(Forged) a = forge(&inner, bench->root);
  g_autoptr(Forged) b = forge(leaf, a);
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send(bench, b);
  bench_send(bench, a);
  bench_trust(bench, bench->root);
  bench_judge(bench);
}

static void
test_subject_mail(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST);
  leaf.tweak = add_subject_mail;
  set_constraint(PERMITTED, der_text(EMAIL, "example.com"));
  judge_leaf_below(bench, &leaf);
  Finding *finding = assert_refused(bench->verdict, "name-constraints-violated",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "email:me@example.org"));
}

/* A common name is a host's only where nothing else could be, and where a host is looked for. */
static void
test_common_name(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("mqtt.example.org", NULL);
  bench->request.name = "mqtt.example.org";
  set_constraint(PERMITTED, der_text(DNS, "example.com"));
  judge_leaf_below(bench, &leaf);
  Finding *finding = assert_refused(bench->verdict, "name-constraints-violated",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "DNS:mqtt.example.org"));
  bench->request.name = NULL;
  judge_leaf_below(bench, &leaf);
  g_assert_null(bench_find(bench->verdict, "name-constraints-violated"));
  leaf.name = "192.0.2.1";
  bench->request.name = "192.0.2.1";
  set_constraint(EXCLUDED, der_bytes(IP, "\xc0\x00\x02\x00\xff\xff\xff\x00", 8));
  judge_leaf_below(bench, &leaf);
  g_assert_nonnull(bench_find(bench->verdict, "name-constraints-violated"));
  leaf.name = "evil.example.org"; /* beside a name that counts, nobody looks at it */
  leaf.dns = HOST;
  bench->request.name = HOST;
  set_constraint(PERMITTED, der_text(DNS, "example.com"));
  judge_leaf_below(bench, &leaf);
  g_assert_true(bench->verdict->accepted);
}

static void
add_address(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS,
                                                       "\xc0\x00\x02\x01", 4, GNUTLS_FSAN_SET),
                  >=, 0);
}

/* Dialled by its address, which is listed: that its common name looks like a host is nobody's
 * business (GnuTLS refuses it). */
static void
test_common_name_unused(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("evil.example.org", NULL);
  leaf.tweak = add_address;
  bench->request.name = "192.0.2.1";
  set_constraint(PERMITTED, der_text(DNS, "example.com"));
  judge_leaf_below(bench, &leaf);
  g_assert_true(bench->verdict->accepted);
  g_assert_null(bench_find(bench->verdict, "name-constraints-violated"));
}

/* --- along the path --------------------------------------------------------------------------- */

/* Root X1 → Outer, constrained → Inner, with a name of its own → leaf. */
static void
judge_inner(Bench *bench, const char *inner_name, const char *inner_dns)
{
  ForgeTemplate outer = forge_authority("Outer"), inner = forge_authority(inner_name);
  ForgeTemplate leaf = forge_server("broker", HOST);
  outer.tweak = constrain;
  inner.dns = inner_dns;
  g_autoptr(Forged) a = forge(&outer, bench->root);
  g_autoptr(Forged) b = forge(&inner, a);
  g_autoptr(Forged) c = forge(&leaf, b);
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send(bench, c);
  bench_send(bench, b);
  bench_send(bench, a);
  bench_trust(bench, bench->root);
  bench_judge(bench);
}

static void
test_intermediate(Bench *bench, gconstpointer unused)
{
  set_constraint(PERMITTED, der_text(DNS, "example.com"));
  judge_inner(bench, "Inner", "ca.example.org");
  Finding *finding = assert_refused(bench->verdict, "name-constraints-violated",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  g_assert_nonnull(strstr(finding->message, "The CA \"Outer\" in the broker's chain"));
  g_assert_nonnull(strstr(finding->message, "DNS:ca.example.org"));
  g_assert_cmpuint(finding->evidence->len, ==, 1);
  g_assert_cmpstr(finding->evidence->pdata[0], ==, "name of \"Inner\": DNS:ca.example.org");
  judge_inner(bench, "Inner", "ca.example.com");
  g_assert_true(bench->verdict->accepted);
  judge_inner(bench, "Outer", "ca.example.org"); /* RFC 5280, 6.1.3 (b): self-issued */
  g_assert_true(bench->verdict->accepted);
}

/* What the user trusts may be constrained, too. */
static void
test_anchor(Bench *bench, gconstpointer unused)
{
  ForgeTemplate root = forge_authority("Root"), leaf = forge_server("broker", HOST);
  set_constraint(PERMITTED, der_text(DNS, "example.org"));
  root.tweak = constrain;
  g_autoptr(Forged) a = forge(&root, NULL);
  g_autoptr(Forged) b = forge(&leaf, a);
  bench_send(bench, b);
  bench_trust(bench, a);
  Finding *finding = assert_refused(bench_judge(bench), "name-constraints-violated",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "The CA \"Root\" in your CA file"));
}

/* --- what cannot be compared ------------------------------------------------------------------ */

static void
test_unsupported(Bench *bench, gconstpointer unused)
{
  set_names(der_text(ID, "\x2a\x03"));
  set_constraint(EXCLUDED, der_text(ID, "\x2a\x03"));
  assert_violated(bench, "The CA \"R3\" in the broker's chain has a name constraint for registered "
                         "IDs that cannot be compared ((2 bytes) 2a:03), so nobody can tell "
                         "whether it may issue for RID:(2 bytes) 2a:03.");
  critical = FALSE;
  judge(bench);
  assert_found(bench->verdict, "name-constraints-violated", FINDING_WARNING, FINDING_SIDE_SERVER,
               FINDING_SOURCE_PEER, 0);
  g_assert_true(bench->verdict->accepted);
  set_names(der_text(DNS, "a.example.com")); /* no name of that kind: no question */
  set_constraint(EXCLUDED, der_text(ID, "\x2a\x03"));
  assert_silent(bench);
}

static void
test_faulty(Bench *bench, gconstpointer unused)
{
  set_names(der_text(DNS, "a.example.com"));
  set_constraint(EXCLUDED, der_text(DNS, ".example.org"));
  judge(bench);
  Finding *finding = assert_remarked(bench->verdict, "certificate-malformed", FINDING_WARNING,
                                     FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  g_assert_cmpstr(finding->message, ==,
                  "The name constraint \".example.org\" (DNS names) of \"R3\" in the broker's "
                  "chain starts with a full stop.");
  bench->request.rules = VERIFY_RULES_STRICT;
  judge(bench);
  g_assert_false(bench->verdict->accepted);
  bench->request.rules = VERIFY_RULES_DEFAULT;
  set_constraint(PERMITTED, der_bytes(IP, "\xc0\x00\x02", 3)); /* no address below it */
  judge(bench);
  assert_remarked(bench->verdict, "certificate-malformed", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 1);
  set_names(der_bytes(IP, "\xc0\x00\x02\x01", 4)); /* now there is one */
  judge(bench);
  assert_refused(bench->verdict, "name-constraints-violated", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

static void
test_empty(Bench *bench, gconstpointer unused)
{
  set_names(der_text(DNS, "a.example.com"));
  g_clear_pointer(&constraints, g_bytes_unref);
  constraints = der_bytes(0x30, "", 0);
  critical = TRUE;
  judge(bench);
  Finding *finding = assert_remarked(bench->verdict, "certificate-malformed", FINDING_WARNING,
                                     FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  g_assert_cmpstr(finding->message, ==,
                  "The name constraints of \"R3\" in the broker's chain are empty.");
}

static void
test_uncritical(Bench *bench, gconstpointer unused)
{
  set_names(der_text(DNS, "a.example.com"));
  set_constraint(PERMITTED, der_text(DNS, "example.com"));
  critical = FALSE;
  judge(bench);
  Finding *finding = assert_remarked(bench->verdict, "certificate-malformed", FINDING_INFO,
                                     FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 1);
  g_assert_nonnull(strstr(finding->message, "are not marked critical"));
}

static void
test_in_leaf(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST);
  leaf.tweak = constrain;
  set_constraint(EXCLUDED, der_text(DNS, "example.com"));
  bench_judge_leaf(bench, &leaf);
  Finding *finding = assert_remarked(bench->verdict, "certificate-malformed", FINDING_WARNING,
                                     FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "has name constraints and is no CA"));
}

static void
test_malformed_name(Bench *bench, gconstpointer unused)
{
  set_names(der_text(EMAIL, "nobody"));
  set_constraint(EXCLUDED, der_text(EMAIL, "example.org"));
  judge(bench);
  Finding *finding = assert_found(bench->verdict, "name-constraints-violated", FINDING_ERROR,
                                  FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_cmpstr(finding->message, ==,
                  "The CA \"R3\" in the broker's chain has constraints for mail addresses, and "
                  "email:nobody is malformed, so it stands within none.");
  g_assert_false(bench->verdict->accepted);
}

/* GnuTLS reads a length in more octets than it needs, which is BER and no DER. */
static void
test_unread_names(Bench *bench, gconstpointer unused)
{
  g_clear_pointer(&names, g_bytes_unref);
  names = g_bytes_new_static("\x30\x81\x12\x82\x10"
                             "evil.example.org",
                             21);
  set_constraint(PERMITTED, der_text(DNS, "example.com"));
  judge(bench);
  Finding *finding = assert_found(bench->verdict, "name-constraints-violated", FINDING_ERROR,
                                  FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "cannot be read to its end"));
}

/* Names times constraints: both numbers are the peer's choice. */
static void
test_too_many(Bench *bench, gconstpointer unused)
{
  enum { COUNT = 1200 };
  g_autoptr(GByteArray) many_bases = g_byte_array_new(), many_names = g_byte_array_new();
  for (guint i = 0; i < COUNT; i++) {
    g_autofree char *text = g_strdup_printf("n%u.example.org", i);
    g_autoptr(GBytes) one = der_text(DNS, text);
    g_autoptr(GBytes) base = der_element(0x30, g_bytes_ref(one), NULL);
    g_byte_array_append(many_names, g_bytes_get_data(one, NULL), g_bytes_get_size(one));
    g_byte_array_append(many_bases, g_bytes_get_data(base, NULL), g_bytes_get_size(base));
  }
  g_clear_pointer(&names, g_bytes_unref);
  names = der_bytes(0x30, many_names->data, many_names->len);
  g_clear_pointer(&constraints, g_bytes_unref);
  constraints = der_element(0x30, der_bytes(PERMITTED, many_bases->data, many_bases->len), NULL);
  gint64 start = processor_time();
  judge(bench);
  g_assert_cmpint(processor_time() - start, <, G_USEC_PER_SEC);
  Finding *finding = assert_found(bench->verdict, "name-constraints-violated", FINDING_ERROR,
                                  FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "more than are compared (262144 comparisons)"));
  g_assert_cmpuint(finding->evidence->len, <=, 8);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("constraints/", dns);
  BENCH_TEST("constraints/", address);
  BENCH_TEST("constraints/", mail);
  BENCH_TEST("constraints/", uri);
  BENCH_TEST("constraints/", directory);
  BENCH_TEST("constraints/", subject_mail);
  BENCH_TEST("constraints/", common_name);
  BENCH_TEST("constraints/", common_name_unused);
  BENCH_TEST("constraints/", intermediate);
  BENCH_TEST("constraints/", anchor);
  BENCH_TEST("constraints/", unsupported);
  BENCH_TEST("constraints/", faulty);
  BENCH_TEST("constraints/", empty);
  BENCH_TEST("constraints/", uncritical);
  BENCH_TEST("constraints/", in_leaf);
  BENCH_TEST("constraints/", malformed_name);
  BENCH_TEST("constraints/", unread_names);
  BENCH_TEST("constraints/", too_many);
  int result = g_test_run();
  g_clear_pointer(&constraints, g_bytes_unref);
  g_clear_pointer(&names, g_bytes_unref);
  return result;
}
