/* What a sender can make verify() do is bounded. Steps are counted; times are only told. */
#include "config.h"

#include "trust/path.h"
#include "trust/verify.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "unit/verify_bench.h"

#define MANY 10000

static void
must(int result)
{
  g_assert_cmpint(result, >=, 0);
}

static Verdict *
judge_and_time(Bench *bench, const char *what)
{
  gint64 start = g_get_monotonic_time();
  Verdict *verdict = bench_judge(bench);
  g_test_message("%s: %.1f ms", what, (g_get_monotonic_time() - start) / 1000.0);
  return verdict;
}

/* --- many names ------------------------------------------------------------------------------- */

static void
append_length(GByteArray *der, guint tag, gsize length)
{
  guint8 header[] = {tag, 0x83, length >> 16, length >> 8, length};
  g_byte_array_append(der, header, sizeof header);
}

/* host-0.example.com to host-9999.example.com: set at once, for GnuTLS appends in square time. */
static void
set_many_names(gnutls_x509_crt_t crt)
{
  g_autoptr(GByteArray) names = g_byte_array_new(), der = g_byte_array_new();
  for (guint i = 0; i < MANY; i++) {
    g_autofree char *name = g_strdup_printf("host-%u.example.com", i);
    guint8 header[] = {0x82, strlen(name)};
    g_byte_array_append(names, header, sizeof header);
    g_byte_array_append(names, (guint8 *)name, strlen(name));
  }
  append_length(der, 0x30, names->len);
  g_byte_array_append(der, names->data, names->len);
  must(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.17", der->data, der->len, 0));
}

static void
test_many_names(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", NULL);
  template.tweak = set_many_names;
  g_autoptr(Forged) leaf = forge(&template, bench->intermediate);
  bench_send(bench, leaf);
  bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  bench->request.name = "host-9999.example.com";
  assert_clean(judge_and_time(bench, "10,000 names, the last one is wanted"));
  bench->request.name = "other.example.com";
  judge_and_time(bench, "10,000 names, none is wanted");
  const Finding *finding =
      assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "and 9988 more"));
  g_assert_cmpuint(strlen(finding->message), <, 1000);
}

/* --- many certificates ------------------------------------------------------------------------ */

static GByteArray *
der_of(const Certificate *certificate)
{
  g_autofree char *pem = certificate_to_pem(certificate);
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)}, der;
  must(gnutls_pem_base64_decode2("CERTIFICATE", &text, &der));
  GByteArray *bytes = g_byte_array_new();
  g_byte_array_append(bytes, der.data, der.size);
  gnutls_free(der.data);
  return bytes;
}

/* The same names, another serial number each, and so no valid signature. */
static void
add_lookalikes(GPtrArray *list, const Certificate *certificate, guint count)
{
  g_autoptr(GByteArray) der = der_of(certificate);
  guint8 *serial = memmem(der->data, der->len, "\x02\x04\x01\x00", 4);
  g_assert_nonnull(serial);
  for (guint i = 0; i < count; i++) {
    guint number = GUINT32_TO_BE(0x02000000 + i);
    memcpy(serial + 2, &number, sizeof number);
    Certificate *copy = certificate_new_from_der(der->data, der->len, NULL);
    g_assert_nonnull(copy);
    g_ptr_array_add(list, copy);
  }
}

static guint
signatures_checked(PathGraph *graph)
{
  guint count = 0;
  const PathNode *leaf = path_graph_sent(graph, 0);
  count += leaf->issuers->len + leaf->namesakes->len;
  return count;
}

/* 9,999 CAs of the right name and a foreign key, and behind them the one that is meant: its key
 * identifier brings it to the front. */
static void
test_many_certificates(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("R3");
  g_autoptr(Forged) other = forge(&template, bench->root);
  g_autoptr(GPtrArray) given = certificate_list_new();
  add_lookalikes(given, other->certificate, MANY - 1);
  g_ptr_array_add(given, certificate_ref(bench->intermediate->certificate));
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->root);
  bench->request.untrusted = given;
  assert_clean(judge_and_time(bench, "10,000 CAs of one name"));
  assert_link(bench->verdict, 1, "R3", PATH_GIVEN, MANY - 1, TRUE);
  g_autoptr(PathGraph) graph = path_graph_new(bench->sent, given, bench->anchors);
  g_assert_cmpuint(signatures_checked(graph), <, PATH_SIGNATURES_MAX);
}

/* None is the right one, and no identifier says so. */
static void
test_many_strangers(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("R3"), end = forge_server("broker", HOST);
  template.no_key_ids = end.no_key_ids = TRUE;
  g_autoptr(Forged) other = forge(&template, bench->root);
  g_autoptr(Forged) leaf = forge(&end, bench->intermediate);
  g_autoptr(GPtrArray) given = certificate_list_new();
  add_lookalikes(given, other->certificate, MANY);
  bench_send(bench, leaf);
  bench_trust(bench, bench->root);
  bench->request.untrusted = given;
  judge_and_time(bench, "10,000 strangers of one name");
  g_assert_false(bench->verdict->accepted);
  const Finding *finding = assert_found(bench->verdict, "chain-too-long", FINDING_WARNING,
                                        FINDING_SIDE_SERVER, FINDING_SOURCE_NONE, -1);
  g_assert_nonnull(strstr(finding->message, "256 signatures"));
  g_autoptr(PathGraph) graph = path_graph_new(bench->sent, given, bench->anchors);
  g_assert_true(path_graph_is_cut(graph));
  g_assert_cmpuint(signatures_checked(graph), ==, PATH_SIGNATURES_MAX);
}

/* In the file that is judged, too: what stands behind the first ones is said not to be looked at.
 */
static void
test_many_sent(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  bench_trust(bench, bench->root);
  add_lookalikes(bench->sent, bench->intermediate->certificate, MANY - 2);
  const Verdict *verdict = judge_and_time(bench, "10,000 certificates in one file");
  g_assert_true(verdict->accepted);
  assert_found(verdict, "chain-too-long", FINDING_WARNING, FINDING_SIDE_SERVER, FINDING_SOURCE_NONE,
               -1);
  g_assert_cmpuint(verdict->findings->len, <=, PATH_SENT_MAX);
}

/* Of so many CAs one below the other that the anchor comes one step too late. */
static void
send_deep(Bench *bench, guint authorities)
{
  ForgeTemplate inner = forge_authority("R"), end = forge_server("broker", HOST);
  Forged *crowd[PATH_LENGTH_MAX];
  g_ptr_array_set_size(bench->sent, 0);
  for (guint i = 0; i < authorities; i++) {
    g_autofree char *name = g_strdup_printf("R%u", i);
    inner.name = name;
    crowd[i] = forge(&inner, i == 0 ? bench->root : crowd[i - 1]);
  }
  g_autoptr(Forged) leaf = forge(&end, crowd[authorities - 1]);
  bench_send(bench, leaf);
  for (guint i = authorities; i > 0; i--) {
    bench_send(bench, crowd[i - 1]);
    forged_free(crowd[i - 1]);
  }
}

static void
test_deep(Bench *bench, gconstpointer unused)
{
  bench_trust(bench, bench->root);
  send_deep(bench, PATH_LENGTH_MAX - 2);
  assert_clean(bench_judge(bench));
  send_deep(bench, PATH_LENGTH_MAX - 1);
  const Finding *finding = assert_refused(bench_judge(bench), "chain-too-long", FINDING_SIDE_SERVER,
                                          FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "from \"broker\" to \"R0\" and beyond"));
}

/* As long, but it leads to somebody else: that is what is wrong. */
static void
test_deep_to_stranger(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("Another Root");
  g_autoptr(Forged) other = forge(&template, NULL);
  bench_trust(bench, other);
  send_deep(bench, PATH_LENGTH_MAX - 1);
  assert_refused(bench_judge(bench), "anchor-wrong", FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, -1);
}

/* --- CAs that sign for each other ------------------------------------------------------------- */

#define CROWD 12

typedef struct {
  Forged *roots[CROWD];
  GPtrArray *given; /* of Certificate: of every CA by every other */
} Crowd;

static ForgeTemplate
member(const char *name, void (*tweak)(gnutls_x509_crt_t))
{
  ForgeTemplate template = forge_authority(name);
  template.tweak = tweak;
  return template;
}

static void
crowd_gather(Crowd *crowd, void (*tweak)(gnutls_x509_crt_t))
{
  crowd->given = certificate_list_new();
  for (guint i = 0; i < CROWD; i++) {
    g_autofree char *name = g_strdup_printf("CA %u", i);
    ForgeTemplate template = member(name, tweak);
    crowd->roots[i] = forge(&template, NULL);
  }
  for (guint i = 0; i < CROWD; i++)
    for (guint j = 0; j < CROWD; j++) {
      g_autofree char *name = g_strdup_printf("CA %u", i);
      ForgeTemplate template = member(name, tweak);
      g_autoptr(Forged) cross =
          i == j ? NULL : forge_with_key(&template, crowd->roots[j], crowd->roots[i]);
      if (cross)
        g_ptr_array_add(crowd->given, certificate_ref(cross->certificate));
    }
}

static void
crowd_leave(Crowd *crowd)
{
  g_ptr_array_unref(crowd->given);
  for (guint i = 0; i < CROWD; i++)
    forged_free(crowd->roots[i]);
}

/* Every CA has a certificate of every other, under one name each: 12! ways. */
static void
test_cross_signs(Bench *bench, gconstpointer unused)
{
  Crowd crowd;
  crowd_gather(&crowd, NULL);
  ForgeTemplate template = forge_server("broker", HOST);
  g_autoptr(Forged) leaf = forge(&template, crowd.roots[0]);
  bench_send(bench, leaf);
  bench_trust(bench, bench->root);
  bench->request.untrusted = crowd.given;
  g_assert_false(judge_and_time(bench, "12 CAs that sign for each other, no anchor")->accepted);
  bench_trust(bench, crowd.roots[CROWD - 1]);
  g_assert_true(judge_and_time(bench, "12 CAs that sign for each other, one anchor")->accepted);
  g_assert_cmpuint(bench->verdict->paths->len, <=, PATH_COUNT_MAX);
  crowd_leave(&crowd);
}

/* permitted: 0.example.com to 98.example.com and, last of all, example.com */
static void
permit_many(gnutls_x509_crt_t crt)
{
  gnutls_x509_name_constraints_t constraints;
  must(gnutls_x509_name_constraints_init(&constraints));
  for (guint i = 0; i < 100; i++) {
    g_autofree char *name = i < 99 ? g_strdup_printf("%u.example.com", i) : g_strdup("example.com");
    gnutls_datum_t datum = {(unsigned char *)name, strlen(name)};
    must(gnutls_x509_name_constraints_add_permitted(constraints, GNUTLS_SAN_DNSNAME, &datum));
  }
  must(gnutls_x509_crt_set_name_constraints(crt, constraints, 1));
  gnutls_x509_name_constraints_deinit(constraints);
}

/* All of it at once: many paths, on each many CAs, of which each holds many constraints against
 * many names. */
static void
test_constrained_crowd(Bench *bench, gconstpointer unused)
{
  Crowd crowd;
  crowd_gather(&crowd, permit_many);
  ForgeTemplate template = forge_server("broker", NULL);
  template.tweak = set_many_names;
  g_autoptr(Forged) leaf = forge(&template, crowd.roots[0]);
  bench_send(bench, leaf);
  bench_trust(bench, crowd.roots[CROWD - 1]);
  bench->request.untrusted = crowd.given;
  bench->request.name = "host-9999.example.com";
  judge_and_time(bench, "the same with 100 constraints each, and 10,000 names");
  g_assert_cmpuint(bench->verdict->paths->len, <=, PATH_COUNT_MAX);
  bench->request.rules = VERIFY_RULES_STRICT;
  judge_and_time(bench, "and by the strict rules");
  g_assert_cmpuint(bench->verdict->paths->len, <=, PATH_COUNT_MAX);
  crowd_leave(&crowd);
}

/* --- size ------------------------------------------------------------------------------------- */

static gsize extension_size;

static void
set_large_extension(gnutls_x509_crt_t crt)
{
  g_autofree guint8 *bytes = g_malloc0(extension_size);
  must(gnutls_x509_crt_set_extension_by_oid(crt, "1.2.3.4", bytes, extension_size, 0));
}

static void
test_large_extension(Bench *bench, gconstpointer unused)
{
  GError *error = NULL;
  ForgeTemplate template = forge_server("broker", HOST);
  template.tweak = set_large_extension;
  extension_size = 1000 * 1000;
  g_autoptr(Forged) leaf = forge(&template, bench->intermediate);
  bench_send(bench, leaf);
  bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  assert_clean(judge_and_time(bench, "an extension of 1 MB"));
  extension_size = 5 * 1000 * 1000;
  g_autoptr(GBytes) der = forge_der(&template);
  gint64 start = g_get_monotonic_time();
  gsize size;
  const void *bytes = g_bytes_get_data(der, &size);
  g_assert_null(certificate_new_from_der(bytes, size, &error));
  g_test_message("an extension of 5 MB: %.1f ms", (g_get_monotonic_time() - start) / 1000.0);
  g_assert_nonnull(strstr(error->message, "larger than 1024 KiB"));
  g_error_free(error);
}

/* --- keys that are dear to use ---------------------------------------------------------------- */

/* (transfer full): an RSA key whose public and private exponent have changed places: every check
 * of a signature costs as much as making one, and it is right. */
static Forged *
forge_dear_authority(guint bits)
{
  ForgeTemplate template = forge_authority("Dear");
  gnutls_datum_t m, e, d, p, q, u, e1, e2;
  gnutls_x509_privkey_t key;
  must(gnutls_x509_privkey_init(&key));
  must(gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, bits, 0));
  must(gnutls_x509_privkey_export_rsa_raw2(key, &m, &e, &d, &p, &q, &u, &e1, &e2));
  gnutls_x509_privkey_deinit(key);
  Forged dear = {0};
  must(gnutls_x509_privkey_init(&dear.key));
  must(gnutls_x509_privkey_import_rsa_raw2(dear.key, &m, &d, &e, &p, &q, &u, &e, &e));
  gnutls_datum_t *parts[] = {&m, &e, &d, &p, &q, &u, &e1, &e2};
  for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
    gnutls_free(parts[i]->data);
  Forged *authority = forge_with_key(&template, NULL, &dear);
  gnutls_x509_privkey_deinit(dear.key);
  return authority;
}

static void
test_dear_key(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", HOST);
  g_autoptr(Forged) small = forge_dear_authority(2048), large = forge_dear_authority(3080);
  g_autoptr(Forged) a = forge(&template, small), b = forge(&template, large);
  g_assert_true(certificate_is_issued_by(a->certificate, small->certificate));
  g_assert_false(certificate_is_issued_by(b->certificate, large->certificate));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("bounds/", many_names);
  BENCH_TEST("bounds/", many_certificates);
  BENCH_TEST("bounds/", many_strangers);
  BENCH_TEST("bounds/", many_sent);
  BENCH_TEST("bounds/", deep);
  BENCH_TEST("bounds/", deep_to_stranger);
  BENCH_TEST("bounds/", cross_signs);
  BENCH_TEST("bounds/", constrained_crowd);
  BENCH_TEST("bounds/", large_extension);
  BENCH_TEST("bounds/", dear_key);
  return g_test_run();
}
