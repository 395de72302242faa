/* verify() and the name that was dialled. */
#include "config.h"

#include "trust/verify.h"

#include <string.h>

#include "unit/verify_bench.h"

/* --- names ------------------------------------------------------------------------------------ */

static Verdict *
judge_name(Bench *bench, const char *name)
{
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send_good(bench);
  bench_trust(bench, bench->root);
  bench->request.name = name;
  return bench_judge(bench);
}

static void
test_name_mismatch(Bench *bench, gconstpointer unused)
{
  Finding *finding = assert_refused(judge_name(bench, "other.example.org"), "name-mismatch",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_cmpstr(finding->message, ==,
                  "The certificate is for DNS:mqtt.example.com, not for \"other.example.org\".");
  g_assert_cmpuint(finding->alternatives->len, ==, 1);
  g_assert_cmpstr(finding->alternatives->pdata[0], ==, "dns-wrong-host");
  assert_clean(judge_name(bench, "MQTT.Example.COM"));
  assert_clean(judge_name(bench, "mqtt.example.com."));
  assert_clean(judge_name(bench, NULL));
}

static void
test_name_address(Bench *bench, gconstpointer unused)
{
  assert_refused(judge_name(bench, "192.0.2.7"), "name-ip-not-listed", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
  assert_refused(judge_name(bench, "2001:db8::7"), "name-ip-not-listed", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

static void
add_address(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS,
                                                       "\xc0\x00\x02\x01", 4, GNUTLS_FSAN_APPEND),
                  >=, 0);
}

/* A certificate for another address is for another host. */
static void
test_name_other_address(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", HOST);
  template.tweak = add_address;
  bench->request.name = "192.0.2.1";
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
  bench->request.name = "192.0.2.7";
  bench_judge_leaf(bench, &template);
  Finding *finding =
      assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_cmpstr(finding->message, ==,
                  "The certificate is for DNS:mqtt.example.com, IP:192.0.2.1, not for "
                  "\"192.0.2.7\".");
}

/* The common name counts only where there is no subjectAltName (RFC 6125, 6.4.4). */
static void
test_name_only_in_common_name(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server(HOST, "other.example.org");
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
}

/* A CA that looks at all of the name sees example.org, a C program the host. */
static void
hide_behind_nul(gnutls_x509_crt_t crt)
{
  static const char extension[] = "\x30\x21\x82\x1f" HOST "\0.a.example.org";
  g_assert_cmpuint(extension[1] + 2, ==, sizeof extension - 1);
  g_assert_cmpint(
      gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.17", extension, sizeof extension - 1, 0),
      >=, 0);
}

static void
test_name_with_nul(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", NULL);
  template.tweak = hide_behind_nul;
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
}

static void
test_name_local(Bench *bench, gconstpointer unused)
{
  static const char *const names[] = {"localhost", "a.localhost", "mosquitto",
                                      "127.0.0.1", "127.9.9.9",   "::1"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    assert_refused(judge_name(bench, names[i]), "name-local", FINDING_SIDE_SERVER,
                   FINDING_SOURCE_PEER, 0);
}

static void
test_name_override(Bench *bench, gconstpointer unused)
{
  bench->request.name_is_override = TRUE;
  Finding *finding = assert_refused(judge_name(bench, "other.example.org"), "name-override-wrong",
                                    FINDING_SIDE_LOCAL, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "DNS:mqtt.example.com"));
  assert_clean(judge_name(bench, HOST));
}

static void
test_name_no_san(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server(HOST, NULL);
  bench_judge_leaf(bench, &template);
  assert_remarked(bench->verdict, "name-no-san", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 0);
  bench->request.name = "other.example.org";
  bench_judge_leaf(bench, &template);
  Finding *finding =
      assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "common name"));
  g_assert_null(bench_find(bench->verdict, "name-no-san"));
}

static void
test_name_wildcard(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", "*.example.com");
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
  bench->request.name = "a.b.example.com";
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-wildcard-depth", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
  bench->request.name = "example.com";
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-wildcard-depth", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
  bench->request.name = "notexample.com";
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
}

static void
add_mail(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_RFC822NAME, "a@example.com",
                                                       13, GNUTLS_FSAN_SET),
                  >=, 0);
}

/* Wildcards that look as if they covered the name, and are none. */
static void
test_name_wildcard_unusable(Bench *bench, gconstpointer unused)
{
  static const struct {
    const char *pattern, *name;
  } cases[] = {
      {"m*.example.com", HOST},  {"*tt.example.com", HOST}, {"mqtt.*.com", HOST},
      {"M*T.Example.com", HOST}, {"*.com", "example.com"},  {"*", HOST},
      {"*.*.com", HOST},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    ForgeTemplate template = forge_server("broker", cases[i].pattern);
    bench->request.name = cases[i].name;
    bench_judge_leaf(bench, &template);
    Finding *finding = assert_refused(bench->verdict, "name-wildcard-unusable", FINDING_SIDE_SERVER,
                                      FINDING_SOURCE_PEER, 0);
    g_autofree char *quoted = g_strdup_printf("\"%s\"", cases[i].pattern);
    g_assert_nonnull(strstr(finding->message, quoted));
  }
  ForgeTemplate common = forge_server("*tt.example.com", NULL);
  bench->request.name = HOST;
  bench_judge_leaf(bench, &common);
  assert_refused(bench->verdict, "name-wildcard-unusable", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
  common.tweak = add_mail;
  bench_judge_leaf(bench, &common);
  assert_refused(bench->verdict, "name-wildcard-unusable", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
  ForgeTemplate template = forge_server("broker", "x*.example.com");
  bench->request.name = HOST;
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
}

static void
add_whole_label(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, "*.example.com", 13,
                                                       GNUTLS_FSAN_APPEND),
                  >=, 0);
}

/* A useless wildcard does not spoil a good one, nor the name itself. */
static void
test_name_wildcard_beside(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", "*tt.example.com");
  template.tweak = add_whole_label;
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
  ForgeTemplate whole = forge_server("broker", "*.xn--bcher-kva.example");
  bench->request.name = "mqtt.b\xc3\xbc"
                        "cher.example";
  bench_judge_leaf(bench, &whole);
  assert_clean(bench->verdict);
  ForgeTemplate part = forge_server("broker", "*t.xn--bcher-kva.example");
  bench_judge_leaf(bench, &part);
  assert_refused(bench->verdict, "name-wildcard-unusable", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
  ForgeTemplate common = forge_server("*.example.com", NULL);
  bench->request.name = HOST;
  bench_judge_leaf(bench, &common);
  assert_remarked(bench->verdict, "name-no-san", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 0);
}

static void
test_name_wrong_type(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", "192.0.2.7");
  bench->request.name = "192.0.2.7";
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "name-wrong-type", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
}

/* --- mailboxes -------------------------------------------------------------------------------- */

static void
put_mail_into_subject(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(
      gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_PKCS9_EMAIL, 0, "a@example.com", 13), >=, 0);
}

static void
test_mailbox(Bench *bench, gconstpointer unused)
{
  static const struct {
    const char *mailbox;
    gboolean good;
  } cases[] = {{"a@example.com", TRUE},  {"a@Example.COM", TRUE}, {"A@example.com", FALSE},
               {"b@example.com", FALSE}, {"example.com", FALSE},  {"a@b.example.com", FALSE}};
  void (*const tweaks[])(gnutls_x509_crt_t) = {add_mail, put_mail_into_subject};
  bench->request.name = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    for (gsize j = 0; j < G_N_ELEMENTS(tweaks); j++) {
      ForgeTemplate template = forge_server("broker", NULL);
      template.tweak = tweaks[j];
      bench->request.email = cases[i].mailbox;
      bench_judge_leaf(bench, &template);
      if (!cases[i].good)
        assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                       0);
      else if (tweaks[j] == add_mail)
        assert_clean(bench->verdict);
      else
        assert_remarked(bench->verdict, "name-no-san", FINDING_WARNING, FINDING_SIDE_SERVER,
                        FINDING_SOURCE_PEER, 0);
    }
}

/* An organisation that is called like the host is not the host, nor is one of two common names. */
static void
add_second_name(gnutls_x509_crt_t crt)
{
  g_assert_cmpint(gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, "x", 1), >=,
                  0);
}

static void
test_name_elsewhere(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server(NULL, NULL);
  template.organization = HOST;
  bench_judge_leaf(bench, &template);
  assert_found(bench->verdict, "name-mismatch", FINDING_ERROR, FINDING_SIDE_SERVER,
               FINDING_SOURCE_PEER, 0);
  ForgeTemplate twice = forge_server(HOST, NULL);
  twice.tweak = add_second_name;
  bench_judge_leaf(bench, &twice);
  assert_found(bench->verdict, "name-mismatch", FINDING_ERROR, FINDING_SIDE_SERVER,
               FINDING_SOURCE_PEER, 0);
}

/* A name that would forge lines and colours on the screen. */
static void
test_name_hostile(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("evil\x1b[31m\n\xe2\x80\xaegood", "a.example.com");
  bench_judge_leaf(bench, &template);
  Finding *finding =
      assert_refused(bench->verdict, "name-mismatch", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  const PathLink *link = bench->verdict->path->pdata[0];
  const char *texts[] = {finding->subject, finding->message, link->name};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_assert_null(strchr(texts[i], '\x1b'));
    g_assert_null(strchr(texts[i], '\n'));
    g_assert_null(strstr(texts[i], "\xe2\x80\xae"));
  }
  g_assert_cmpstr(link->name, ==, "evil\\e[31m\\n\\u{202e}good");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("names/", name_mismatch);
  BENCH_TEST("names/", name_address);
  BENCH_TEST("names/", name_other_address);
  BENCH_TEST("names/", name_only_in_common_name);
  BENCH_TEST("names/", name_with_nul);
  BENCH_TEST("names/", name_local);
  BENCH_TEST("names/", name_override);
  BENCH_TEST("names/", name_no_san);
  BENCH_TEST("names/", name_wildcard);
  BENCH_TEST("names/", name_wildcard_unusable);
  BENCH_TEST("names/", name_wildcard_beside);
  BENCH_TEST("names/", name_wrong_type);
  BENCH_TEST("names/", mailbox);
  BENCH_TEST("names/", name_elsewhere);
  BENCH_TEST("names/", name_hostile);
  return g_test_run();
}
