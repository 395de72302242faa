/* verify() and rules of form: each is said by the default rules, of the right certificate, and
 * refused by the strict ones. */
#include "config.h"

#include "trust/verify.h"

#include <string.h>

#include "unit/verify_bench.h"

static void
must(int result)
{
  g_assert_cmpint(result, >=, 0);
}

/* --- who is strange --------------------------------------------------------------------------- */

/* A good leaf ← a good intermediate ← this root. */
static void
judge_root(Bench *bench, const ForgeTemplate *template)
{
  ForgeTemplate inner = forge_authority("R3"), leaf = forge_server("broker", HOST);
  g_autoptr(Forged) root = forge(template, NULL);
  g_autoptr(Forged) a = forge(&inner, root);
  g_autoptr(Forged) b = forge(&leaf, a);
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send(bench, b);
  bench_send(bench, a);
  bench_trust(bench, root);
  bench_judge(bench);
}

typedef enum { LEAF, INNER, ROOT } Who;

static const struct {
  void (*judge)(Bench *, const ForgeTemplate *);
  FindingSource source;
  FindingSide side;
  int index;
} who_is[] = {
    [LEAF] = {bench_judge_leaf, FINDING_SOURCE_PEER, FINDING_SIDE_SERVER, 0},
    [INNER] = {bench_judge_intermediate, FINDING_SOURCE_PEER, FINDING_SIDE_SERVER, 1},
    [ROOT] = {judge_root, FINDING_SOURCE_TRUST, FINDING_SIDE_TRUST, 0},
};

static ForgeTemplate
template_of(Who who)
{
  if (who == LEAF)
    return forge_server("broker", HOST);
  return forge_authority(who == INNER ? "R3" : "Root X1");
}

/* Nothing but this: a word in the default rules, a refusal in the strict ones. */
static void
assert_rule(Bench *bench, Who who, const ForgeTemplate *template, const char *code,
            FindingSeverity severity, const char *word)
{
  bench->request.rules = VERIFY_RULES_DEFAULT;
  who_is[who].judge(bench, template);
  const Finding *finding = assert_remarked(bench->verdict, code, severity, who_is[who].side,
                                           who_is[who].source, who_is[who].index);
  g_assert_nonnull(strstr(finding->message, word));
  bench->request.rules = VERIFY_RULES_STRICT;
  who_is[who].judge(bench, template);
  assert_refused(bench->verdict, code, who_is[who].side, who_is[who].source, who_is[who].index);
}

static void
assert_tweak(Bench *bench, Who who, void (*tweak)(gnutls_x509_crt_t), const char *code,
             FindingSeverity severity, const char *word)
{
  ForgeTemplate template = template_of(who);
  template.tweak = tweak;
  assert_rule(bench, who, &template, code, severity, word);
}

static void
set_extension(gnutls_x509_crt_t crt, const char *oid, const char *der, gsize size,
              gboolean critical)
{
  must(gnutls_x509_crt_set_extension_by_oid(crt, oid, der, size, critical));
}

#define EXTENSION(name, oid, der, critical)                                                        \
  static void name(gnutls_x509_crt_t crt)                                                          \
  {                                                                                                \
    set_extension(crt, oid, der, sizeof der - 1, critical);                                        \
  }

/* As they should be, both rule sets are content. */
static void
test_clean(Bench *bench, gconstpointer unused)
{
  static const VerifyRules rules[] = {VERIFY_RULES_DEFAULT, VERIFY_RULES_STRICT};
  for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
    for (Who who = LEAF; who <= ROOT; who++) {
      ForgeTemplate template = template_of(who);
      bench->request.rules = rules[i];
      who_is[who].judge(bench, &template);
      assert_clean(bench->verdict);
    }
}

/* --- serial number, names, life, key ---------------------------------------------------------- */

static void
set_negative_serial(gnutls_x509_crt_t crt)
{
  must(gnutls_x509_crt_set_serial(crt, "\x81\x01", 2));
}

static void
set_long_serial(gnutls_x509_crt_t crt)
{
  must(gnutls_x509_crt_set_serial(crt, "\x01xxxxxxxxxxxxxxxxxxxx", 21));
}

static void
set_longest_serial(gnutls_x509_crt_t crt)
{
  must(gnutls_x509_crt_set_serial(crt, "\x01xxxxxxxxxxxxxxxxxxx", 20));
}

static void
test_serial(Bench *bench, gconstpointer unused)
{
  ForgeTemplate longest = template_of(LEAF);
  assert_tweak(bench, LEAF, set_negative_serial, "certificate-malformed", FINDING_WARNING,
               "negative serial number");
  assert_tweak(bench, LEAF, set_long_serial, "certificate-malformed", FINDING_WARNING, "21 octets");
  assert_tweak(bench, INNER, set_negative_serial, "certificate-malformed", FINDING_WARNING,
               "\"R3\"");
  longest.tweak = set_longest_serial;
  bench_judge_leaf(bench, &longest);
  assert_clean(bench->verdict);
}

/* (transfer full): GnuTLS makes none with 0, so that the signature does not fit any more. */
static Certificate *
with_zero_serial(const Certificate *certificate)
{
  g_autofree char *pem = certificate_to_pem(certificate);
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)}, der;
  must(gnutls_pem_base64_decode2("CERTIFICATE", &text, &der));
  unsigned char *serial = memmem(der.data, der.size, "\x02\x04\x01\x00", 4);
  g_assert_nonnull(serial);
  memset(serial + 2, 0, 4);
  Certificate *changed = certificate_new_from_der(der.data, der.size, NULL);
  gnutls_free(der.data);
  g_assert_nonnull(changed);
  return changed;
}

static void
test_serial_zero(Bench *bench, gconstpointer unused)
{
  g_autoptr(Certificate) leaf = with_zero_serial(bench->leaf->certificate);
  g_ptr_array_add(bench->sent, certificate_ref(leaf));
  bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  bench_judge(bench);
  const Finding *finding = assert_found(bench->verdict, "certificate-malformed", FINDING_INFO,
                                        FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "serial number 0"));
}

static void
test_empty_issuer(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = template_of(INNER);
  template.name = template.organization = NULL;
  bench_judge_intermediate(bench, &template);
  g_assert_true(bench->verdict->accepted);
  g_assert_cmpuint(bench_count(bench->verdict, FINDING_INFO), ==, 2);
  const Finding *leaf = bench->verdict->findings->pdata[0],
                *ca = bench->verdict->findings->pdata[1];
  g_assert_cmpstr(leaf->code, ==, "certificate-malformed");
  g_assert_cmpint(leaf->index, ==, 0);
  g_assert_nonnull(strstr(leaf->message, "empty issuer name"));
  g_assert_cmpint(ca->index, ==, 1);
  g_assert_nonnull(strstr(ca->message, "empty subject name"));
  bench->request.rules = VERIFY_RULES_STRICT;
  bench_judge_intermediate(bench, &template);
  g_assert_cmpuint(bench_count(bench->verdict, FINDING_ERROR), ==, 2);
}

/* In a private PKI 825 days are nobody's business; the public rules have smaller numbers. */
static void
test_validity(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = template_of(LEAF);
  template.not_after = FORGE_START + 826 * (gint64)DAY;
  assert_rule(bench, LEAF, &template, "validity-long", FINDING_INFO, "826 days");
  template.not_after = FORGE_START + 825 * (gint64)DAY;
  bench->request.rules = VERIFY_RULES_DEFAULT;
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
  bench->request.rules = VERIFY_RULES_STRICT;
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "validity-long", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  template.not_after = FORGE_START + 398 * (gint64)DAY;
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
  template.not_before = G_GINT64_CONSTANT(1773532800); /* 2026-03-15 */
  template.not_after = template.not_before + 201 * (gint64)DAY;
  bench->request.time = template.not_before + DAY;
  bench_judge_leaf(bench, &template);
  assert_remarked(bench->verdict, "validity-long", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 0);
}

static void
test_validity_of_client(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = template_of(LEAF);
  template.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  template.not_after = FORGE_END;
  bench_make_client(bench);
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
}

static void
test_odd_key(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = template_of(LEAF);
  template.key_algorithm = GNUTLS_PK_DSA;
  template.key_bits = 2048;
  assert_rule(bench, LEAF, &template, "key-too-weak", FINDING_WARNING, "DSA");
  template.key_algorithm = GNUTLS_PK_RSA;
  template.key_bits = 2052;
  assert_rule(bench, LEAF, &template, "key-too-weak", FINDING_INFO, "2052 bits");
  ForgeTemplate inner = template_of(INNER);
  inner.key_algorithm = GNUTLS_PK_RSA;
  inner.key_bits = 2052;
  assert_rule(bench, INNER, &inner, "issuer-key-weak", FINDING_INFO, "2052 bits");
}

/* --- key identifiers -------------------------------------------------------------------------- */

EXTENSION(make_own_id_critical, "2.5.29.14",
          "\x04\x04"
          "abcd",
          TRUE)
EXTENSION(name_other_key, "2.5.29.35",
          "\x30\x06\x80\x04"
          "abcd",
          FALSE)
EXTENSION(name_no_key, "2.5.29.35", "\x30\x00", FALSE)
EXTENSION(name_serial, "2.5.29.35", "\x30\x03\x82\x01\x07", FALSE)

static void
make_issuer_id_critical(gnutls_x509_crt_t crt)
{
  unsigned char id[64];
  size_t size = sizeof id;
  must(gnutls_x509_crt_get_authority_key_id(crt, id, &size, NULL));
  g_autofree char *der = g_malloc(size + 4);
  memcpy(der, (char[]){0x30, (char)(size + 2), (char)0x80, (char)size}, 4);
  memcpy(der + 4, id, size);
  set_extension(crt, "2.5.29.35", der, size + 4, TRUE);
}

static void
test_key_ids(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = template_of(LEAF);
  leaf.no_key_ids = TRUE;
  assert_rule(bench, LEAF, &leaf, "certificate-malformed", FINDING_INFO,
              "no authorityKeyIdentifier");
  assert_tweak(bench, LEAF, make_issuer_id_critical, "certificate-malformed", FINDING_INFO,
               "critical authorityKeyIdentifier");
  assert_tweak(bench, LEAF, name_no_key, "certificate-malformed", FINDING_INFO,
               "without a key identifier");
  assert_tweak(bench, LEAF, make_own_id_critical, "certificate-malformed", FINDING_INFO,
               "critical subjectKeyIdentifier");
}

static void
test_key_ids_of_root(Bench *bench, gconstpointer unused)
{
  ForgeTemplate root = template_of(ROOT);
  root.no_key_ids = TRUE;
  assert_rule(bench, ROOT, &root, "certificate-malformed", FINDING_INFO,
              "without a subjectKeyIdentifier");
  assert_tweak(bench, ROOT, name_no_key, "certificate-malformed", FINDING_INFO,
               "has no key identifier");
  assert_tweak(bench, ROOT, name_other_key, "certificate-malformed", FINDING_INFO,
               "not its own subjectKeyIdentifier");
}

/* A root that names itself by serial number, without and with its key. */
static void
name_own_key_and_serial(gnutls_x509_crt_t crt)
{
  unsigned char id[64];
  size_t size = sizeof id;
  must(gnutls_x509_crt_get_subject_key_id(crt, id, &size, NULL));
  g_autofree char *der = g_malloc(size + 7);
  memcpy(der, (char[]){0x30, (char)(size + 5), (char)0x80, (char)size}, 4);
  memcpy(der + 4, id, size);
  memcpy(der + 4 + size, "\x82\x01\x07", 3);
  set_extension(crt, "2.5.29.35", der, size + 7, FALSE);
}

static void
test_root_names_serial(Bench *bench, gconstpointer unused)
{
  assert_tweak(bench, ROOT, name_own_key_and_serial, "certificate-malformed", FINDING_INFO,
               "a serial number");
  assert_tweak(bench, ROOT, name_serial, "certificate-malformed", FINDING_INFO,
               "has no key identifier");
}

/* --- other extensions ------------------------------------------------------------------------- */

/* caIssuers http://a/ ; the same critical ; no description at all. */
#define ACCESS "\x30\x17\x30\x15\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x09http://a/"
EXTENSION(add_access, "1.3.6.1.5.5.7.1.1", ACCESS, FALSE)
EXTENSION(add_critical_access, "1.3.6.1.5.5.7.1.1", ACCESS, TRUE)
EXTENSION(add_empty_access, "1.3.6.1.5.5.7.1.1", "\x30\x00", FALSE)
EXTENSION(add_broken_access, "1.3.6.1.5.5.7.1.1", "access", FALSE)

static void
test_access(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = template_of(LEAF);
  template.tweak = add_access;
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
  assert_tweak(bench, LEAF, add_critical_access, "certificate-malformed", FINDING_INFO,
               "critical authorityInfoAccess");
  assert_tweak(bench, LEAF, add_empty_access, "certificate-malformed", FINDING_INFO,
               "cannot be read");
  assert_tweak(bench, LEAF, add_broken_access, "certificate-malformed", FINDING_INFO,
               "cannot be read");
}

EXTENSION(make_ca_softly, "2.5.29.19", "\x30\x03\x01\x01\xff", FALSE)

static void
test_basic_constraints(Bench *bench, gconstpointer unused)
{
  assert_tweak(bench, INNER, make_ca_softly, "certificate-malformed", FINDING_INFO,
               "basicConstraints are not critical");
  assert_tweak(bench, ROOT, make_ca_softly, "certificate-malformed", FINDING_INFO,
               "basicConstraints are not critical");
}

static void
test_leaf_that_signs(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = template_of(LEAF);
  template.key_usage |= GNUTLS_KEY_KEY_CERT_SIGN;
  assert_rule(bench, LEAF, &template, "leaf-is-ca", FINDING_INFO, "keyCertSign");
}

static void
test_ca_as_leaf(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("broker");
  template.dns = HOST;
  template.key_usage |= GNUTLS_KEY_DIGITAL_SIGNATURE;
  assert_rule(bench, LEAF, &template, "leaf-is-ca", FINDING_WARNING, "is a CA certificate");
  bench->request.purpose = VERIFY_PURPOSE_ANY;
  bench_judge_leaf(bench, &template);
  assert_remarked(bench->verdict, "leaf-is-ca", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 0);
}

EXTENSION(make_purpose_critical, "2.5.29.37", "\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01",
          TRUE)

static void
test_purposes(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = template_of(LEAF);
  template.purpose = NULL;
  assert_rule(bench, LEAF, &template, "server-usage-missing", FINDING_INFO, "no extendedKeyUsage");
  template.purpose = GNUTLS_KP_ANY;
  assert_rule(bench, LEAF, &template, "server-usage-missing", FINDING_INFO, "anyExtendedKeyUsage");
  assert_tweak(bench, LEAF, make_purpose_critical, "certificate-malformed", FINDING_INFO,
               "critical extendedKeyUsage");
  ForgeTemplate root = template_of(ROOT);
  root.purpose = GNUTLS_KP_TLS_WWW_SERVER;
  assert_rule(bench, ROOT, &root, "intermediate-usage-narrow", FINDING_INFO,
              "restricted by extendedKeyUsage");
}

/* It may be used for nothing (RFC 5280, 4.2.1.12: at least one). */
EXTENSION(set_no_purpose, "2.5.29.37", "\x30\x00", FALSE)

static void
test_no_purpose(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = template_of(LEAF);
  template.tweak = set_no_purpose;
  bench_judge_leaf(bench, &template);
  assert_refused(bench->verdict, "server-usage-missing", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
}

/* requireExplicitPolicy after 9 certificates */
EXTENSION(want_policy, "2.5.29.36", "\x30\x03\x80\x01\x09", TRUE)
EXTENSION(want_policy_softly, "2.5.29.36", "\x30\x03\x80\x01\x09", FALSE)

static void
test_policy_constraints(Bench *bench, gconstpointer unused)
{
  ForgeTemplate inner = template_of(INNER);
  inner.tweak = want_policy;
  bench_judge_intermediate(bench, &inner);
  g_assert_null(bench_find(bench->verdict, "certificate-malformed"));
  assert_tweak(bench, INNER, want_policy_softly, "certificate-malformed", FINDING_INFO,
               "policyConstraints");
}

/* --- names in the leaf ------------------------------------------------------------------------ */

#define HOST_SAN "\x30\x12\x82\x10" HOST
EXTENSION(make_names_critical, "2.5.29.17", HOST_SAN, TRUE)

static void
test_name_criticality(Bench *bench, gconstpointer unused)
{
  assert_tweak(bench, LEAF, make_names_critical, "certificate-malformed", FINDING_INFO,
               "critical subjectAltName");
  ForgeTemplate template = forge_server(NULL, HOST);
  template.organization = NULL;
  assert_rule(bench, LEAF, &template, "certificate-malformed", FINDING_INFO, "has no subject");
  template.tweak = make_names_critical;
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
}

static void
add_mailbox(gnutls_x509_crt_t crt)
{
  must(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_RFC822NAME, "a@b@example.com", 15,
                                            GNUTLS_FSAN_APPEND));
}

static void
add_good_mailbox(gnutls_x509_crt_t crt)
{
  must(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_RFC822NAME, "\"a@b\"@example.com", 17,
                                            GNUTLS_FSAN_APPEND));
}

static void
add_odd_address(gnutls_x509_crt_t crt)
{
  must(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, "\x0a\x00\x00", 3,
                                            GNUTLS_FSAN_APPEND));
}

static void
test_name_syntax(Bench *bench, gconstpointer unused)
{
  static const struct {
    const char *name, *word;
  } cases[] = {{"my_broker.example.com", "underscore"},
               {".example.com", "empty label"},
               {"a..example.com", "empty label"},
               {"a b.example.com", "a character"}};
  bench->request.name = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    ForgeTemplate template = forge_server("broker", cases[i].name);
    assert_rule(bench, LEAF, &template, "certificate-malformed", FINDING_INFO, cases[i].word);
  }
  assert_tweak(bench, LEAF, add_mailbox, "certificate-malformed", FINDING_INFO, "mail address");
  assert_tweak(bench, LEAF, add_odd_address, "certificate-malformed", FINDING_INFO, "16 bytes");
  ForgeTemplate template = template_of(LEAF);
  template.tweak = add_good_mailbox;
  bench_judge_leaf(bench, &template);
  assert_clean(bench->verdict);
}

static void
test_common_name(Bench *bench, gconstpointer unused)
{
  static const char *const wrong[] = {"MQTT.example.com", "192.168.001.001", "0xC0A80101",
                                      "2001:DB8::1"};
  static const char *const fine[] = {HOST, "broker", "Broker v1.2", "Example Inc. broker"};
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
    ForgeTemplate template = forge_server(wrong[i], HOST);
    assert_rule(bench, LEAF, &template, "name-no-san", FINDING_INFO, wrong[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(fine); i++) {
    ForgeTemplate template = forge_server(fine[i], HOST);
    bench_judge_leaf(bench, &template);
    assert_clean(bench->verdict);
  }
  ForgeTemplate other = forge_server("other.example.com", HOST); /* of no use, and no fault */
  bench_judge_leaf(bench, &other);
  assert_remarked(bench->verdict, "name-no-san", FINDING_WARNING, FINDING_SIDE_SERVER,
                  FINDING_SOURCE_PEER, 0);
}

static void
test_public_suffix(Bench *bench, gconstpointer unused)
{
  static const struct {
    const char *pattern, *name;
  } wrong[] = {{"*.co.uk", "example.co.uk"},
               {"*.com.au", "Example.com.au"},
               {"*.s3.amazonaws.com", "example.s3.amazonaws.com"}};
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
    ForgeTemplate template = forge_server("broker", wrong[i].pattern);
    bench->request.name = wrong[i].name;
    assert_rule(bench, LEAF, &template, "name-wildcard-unusable", FINDING_WARNING,
                wrong[i].pattern);
  }
  ForgeTemplate exact = forge_server("broker", "example.co.uk");
  bench->request.name = "example.co.uk";
  bench_judge_leaf(bench, &exact);
  assert_clean(bench->verdict);
  ForgeTemplate below = forge_server("broker", "*.example.co.uk");
  bench->request.name = "mqtt.example.co.uk";
  bench_judge_leaf(bench, &below);
  assert_clean(bench->verdict);
}

/* --- what the default rules only warn of ------------------------------------------------------ */

static void
test_strict_names(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server(HOST, NULL);
  assert_rule(bench, LEAF, &template, "name-no-san", FINDING_WARNING, "only as common name");
}

static void
test_strict_keys(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = template_of(LEAF), inner = template_of(INNER);
  leaf.key_algorithm = inner.key_algorithm = GNUTLS_PK_RSA;
  leaf.key_bits = inner.key_bits = 1024;
  assert_rule(bench, LEAF, &leaf, "key-too-weak", FINDING_WARNING, "RSA 1024");
  assert_rule(bench, INNER, &inner, "issuer-key-weak", FINDING_WARNING, "RSA 1024");
  leaf = template_of(LEAF);
  leaf.key_usage = GNUTLS_KEY_KEY_AGREEMENT;
  assert_rule(bench, LEAF, &leaf, "key-usage-no-signature", FINDING_WARNING, "keyAgreement");
}

static void
test_strict_root(Bench *bench, gconstpointer unused)
{
  ForgeTemplate root = template_of(ROOT);
  root.authority = -1;
  assert_rule(bench, ROOT, &root, "issuer-not-ca", FINDING_WARNING, "not marked CA:TRUE");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("form/", clean);
  BENCH_TEST("form/", serial);
  BENCH_TEST("form/", serial_zero);
  BENCH_TEST("form/", empty_issuer);
  BENCH_TEST("form/", validity);
  BENCH_TEST("form/", validity_of_client);
  BENCH_TEST("form/", odd_key);
  BENCH_TEST("form/", key_ids);
  BENCH_TEST("form/", key_ids_of_root);
  BENCH_TEST("form/", root_names_serial);
  BENCH_TEST("form/", access);
  BENCH_TEST("form/", basic_constraints);
  BENCH_TEST("form/", leaf_that_signs);
  BENCH_TEST("form/", ca_as_leaf);
  BENCH_TEST("form/", purposes);
  BENCH_TEST("form/", no_purpose);
  BENCH_TEST("form/", policy_constraints);
  BENCH_TEST("form/", name_criticality);
  BENCH_TEST("form/", name_syntax);
  BENCH_TEST("form/", common_name);
  BENCH_TEST("form/", public_suffix);
  BENCH_TEST("form/", strict_names);
  BENCH_TEST("form/", strict_keys);
  BENCH_TEST("form/", strict_root);
  return g_test_run();
}
