/* limbo-core.json through verify(), under both rule sets. It speaks for the public Web PKI; what
 * weakens nothing in a private one is accepted by the default rules, but never in silence: the
 * findings name the defect. Every case on which the verdict differs stands in a table below with
 * the reason, and a case that differs and does not stand there fails the test. */
#include "config.h"

#include <string.h>

#include "suites/suite_verify.h"

#define FILE_NAME "limbo-core.json"
#define BUILDING "bettertls::pathbuilding::"
#define BUILDING_CASES 81
#define CASES 289
#define FALSE_REJECTS_MAX 3
#define STRICT_RIGHT_MIN 280

/* --- what the default rules let pass, and say ------------------------------------------------- */

#define AS_ISSUED "private CAs issue so, and who may do what does not change"
#define OLD_KEY "old private PKIs have such keys; refused is what can be forged today"
#define COMMON "where there is a subjectAltName nobody looks at the common name"
#define LIST "what cannot be used revokes nothing; that it was not checked is a warning"
#define TRUSTED "the user trusts this certificate by name; its form proves nothing"

static const struct {
  const char *id, *code, *word; /* the finding, and what its message says */
  const char *reason;
} remarked[] = {
    {"crl::crlnumber-missing", "crl-unusable", "no number", LIST},
    {"crl::crlnumber-critical", "crl-unusable", "critical extension", LIST},
    {"crl::issuer-missing-crlsign", "crl-unusable", "lacks cRLSign", LIST},
    {"rfc5280::aki::critical-aki", "certificate-malformed", "critical authorityKey", TRUSTED},
    {"rfc5280::aki::leaf-missing-aki", "certificate-malformed", "no authorityKey", AS_ISSUED},
    {"rfc5280::aki::intermediate-missing-aki", "certificate-malformed", "no authorityKey",
     AS_ISSUED},
    {"rfc5280::aki::cross-signed-root-missing-aki", "certificate-malformed", "no authorityKey",
     TRUSTED},
    {"rfc5280::nc::permitted-dns-match-noncritical", "certificate-malformed", "name constraints",
     "webpki::nc:: wants the same certificate accepted"},
    {"rfc5280::nc::invalid-dnsname-leading-period", "certificate-malformed", "full stop",
     "OpenSSL and others read it as every name below the domain, and so it is held here"},
    {"webpki::nc::intermediate-permitted-excluded-subtrees-both-null", "certificate-malformed",
     "name constraints", "constraints that constrain nothing"},
    {"webpki::nc::intermediate-permitted-excluded-subtrees-both-empty-sequences",
     "certificate-malformed", "name constraints", "constraints that constrain nothing"},
    {"rfc5280::nc::not-allowed-in-ee-noncritical", "certificate-malformed", "has name constraints",
     "a leaf issues nothing that they could be held against"},
    {"rfc5280::nc::not-allowed-in-ee-critical", "certificate-malformed", "has name constraints",
     "a leaf issues nothing that they could be held against"},
    {"rfc5280::pc::ica-noncritical-pc", "certificate-malformed", "policyConstraints", AS_ISSUED},
    {"rfc5280::san::noncritical-with-empty-subject", "certificate-malformed", "subjectAltName",
     AS_ISSUED},
    {"rfc5280::san::underscore-dns", "certificate-malformed", "underscore",
     "containers have such names, and the name is the one that is dialled"},
    {"rfc5280::serial::too-long", "certificate-malformed", "23 octets", AS_ISSUED},
    {"rfc5280::serial::zero", "certificate-malformed", "serial number 0", AS_ISSUED},
    {"rfc5280::serial::negative", "certificate-malformed", "negative serial", AS_ISSUED},
    {"rfc5280::ski::root-missing-ski", "certificate-malformed", "without a subjectKey", TRUSTED},
    {"rfc5280::ski::intermediate-missing-ski", "certificate-malformed", "without a subjectKey",
     AS_ISSUED},
    {"rfc5280::ca-empty-subject", "certificate-malformed", "empty subject", TRUSTED},
    {"rfc5280::root-missing-basic-constraints", "issuer-not-ca", "not marked CA:TRUE", TRUSTED},
    {"rfc5280::root-non-critical-basic-constraints", "certificate-malformed",
     "basicConstraints are not critical", TRUSTED},
    {"rfc5280::leaf-ku-keycertsign", "leaf-is-ca", "keyCertSign",
     "without CA:TRUE nothing that it signs is accepted"},
    {"rfc5280::ee-critical-aia-invalid", "certificate-malformed", "critical authorityInfo",
     AS_ISSUED},
    {"webpki::aki::root-with-aki-missing-keyidentifier", "certificate-malformed",
     "no key identifier", TRUSTED},
    {"webpki::aki::root-with-aki-authoritycertissuer", "certificate-malformed", "names an issuer",
     TRUSTED},
    {"webpki::aki::root-with-aki-authoritycertserialnumber", "certificate-malformed",
     "names an issuer", TRUSTED},
    {"webpki::aki::root-with-aki-all-fields", "certificate-malformed", "names an issuer", TRUSTED},
    {"webpki::aki::root-with-aki-ski-mismatch", "certificate-malformed", "is not its own", TRUSTED},
    {"webpki::cn::ipv4-hex-mismatch", "name-no-san", "0xC0A80101", COMMON},
    {"webpki::cn::ipv4-leading-zeros-mismatch", "name-no-san", "192.168.001.001", COMMON},
    {"webpki::cn::ipv6-uppercase-mismatch", "name-no-san", "2001:DB8::8A2E:370:7334", COMMON},
    {"webpki::cn::ipv6-uncompressed-mismatch", "name-no-san", "2001:0db8:0000:", COMMON},
    {"webpki::cn::ipv6-non-rfc5952-mismatch", "name-no-san", "2001:db8:0:0:1:0:0:1", COMMON},
    {"webpki::cn::punycode-not-in-san", "name-no-san", "xn--nxasmq6b.com", COMMON},
    {"webpki::cn::utf8-vs-punycode-mismatch", "name-no-san", "common name \"test-", COMMON},
    {"webpki::cn::not-in-san", "name-no-san", "notinsan.example.com", COMMON},
    {"webpki::cn::case-mismatch", "name-no-san", "Example.COM", COMMON},
    {"webpki::eku::ee-anyeku", "server-usage-missing", "anyExtendedKeyUsage", AS_ISSUED},
    {"webpki::eku::ee-critical-eku", "certificate-malformed", "critical extendedKeyUsage",
     AS_ISSUED},
    {"webpki::eku::ee-without-eku", "server-usage-missing", "no extendedKeyUsage",
     "rfc5280::eku:: wants the same certificate accepted"},
    {"webpki::eku::root-has-eku", "intermediate-usage-narrow", "restricted by extendedKeyUsage",
     TRUSTED},
    {"webpki::san::public-suffix-multi-label-wildcard-san", "name-wildcard-unusable", "*.co.uk",
     "a private CA signs for those who trust it"},
    {"webpki::san::public-suffix-private-namespace-wildcard-san", "name-wildcard-unusable",
     "*.s3.amazonaws.com", "the service itself has such certificates"},
    {"webpki::san::no-san", "name-no-san", "only as common name",
     "mosquitto's own manual makes certificates so"},
    {"webpki::san::san-critical-with-nonempty-subject", "certificate-malformed",
     "critical subjectAltName", AS_ISSUED},
    {"webpki::malformed-aia", "certificate-malformed", "authorityInfoAccess that cannot be read",
     "nothing is fetched from it"},
    {"webpki::forbidden-p192-root", "issuer-key-weak", "ECDSA P-192", OLD_KEY},
    {"webpki::forbidden-p192-leaf", "key-too-weak", "ECDSA P-192", OLD_KEY},
    {"webpki::forbidden-dsa-root", "issuer-key-weak", "DSA key", OLD_KEY},
    {"webpki::forbidden-dsa-leaf", "key-too-weak", "DSA key", OLD_KEY},
    {"webpki::forbidden-weak-rsa-key-in-root", "issuer-key-weak", "RSA 1024", OLD_KEY},
    {"webpki::forbidden-weak-rsa-in-leaf", "key-too-weak", "RSA 1024", OLD_KEY},
    {"webpki::forbidden-rsa-not-divisible-by-8-in-root", "issuer-key-weak", "2052 bits", OLD_KEY},
    {"webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf", "key-too-weak", "2052 bits", OLD_KEY},
    {"webpki::v1-cert", "certificate-v1", "version 1", AS_ISSUED},
    {"webpki::ee-basicconstraints-ca", "leaf-is-ca", "CA certificate",
     "rfc5280::ca-as-leaf is to be accepted"},
    {"webpki::ca-as-leaf", "leaf-is-ca", "CA certificate", "rfc5280::ca-as-leaf is to be accepted"},
};

/* --- on what the strict rules differ ---------------------------------------------------------- */

static const struct {
  const char *id, *reason;
} differing[] = {
    {"cve::cve-2024-0567",
     "its trusted certificate is cross-signed and has no authorityKeyIdentifier, which "
     "rfc5280::aki::cross-signed-root-missing-aki wants refused"},
    {"pathlen::validation-ignores-pathlen-in-leaf",
     "its leaf is a CA, which webpki::ca-as-leaf wants refused"},
    {"rfc5280::ca-as-leaf", "webpki::ca-as-leaf wants the same certificate refused"},
    {"rfc5280::eku::ee-without-eku",
     "webpki::eku::ee-without-eku wants the same certificate refused"},
    {"rfc5280::nc::permitted-dns-match-noncritical",
     "webpki::nc::permitted-dns-match-noncritical wants the same certificate accepted"},
    {"webpki::cn::not-in-san",
     "webpki::san::leftmost-wildcard-san and five others have such a common name and are good"},
    {"webpki::cn::punycode-not-in-san",
     "webpki::san::leftmost-wildcard-san and five others have such a common name and are good"},
};

/* --- judging ---------------------------------------------------------------------------------- */

typedef struct {
  const char *group;
  guint cases, right, remarked, false_accepts, false_rejects, silent;
} Row;

typedef struct {
  VerifyRules rules;
  Row own, building, online, crl, all;
  guint unlisted;
} Table;

/* NULL: leaf or anchors cannot be parsed, so that there is nothing to be accepted. */
static Verdict *
judge(const SuiteCase *test, VerifyRules rules)
{
  if (!test->peer->certificate)
    return NULL;
  g_autoptr(Anchors) anchors = suite_anchors(test);
  if (!anchors)
    return NULL;
  g_autoptr(GPtrArray) sent = certificate_list_new();
  g_autoptr(GPtrArray) untrusted = suite_certificates(test->untrusted);
  g_ptr_array_add(sent, certificate_ref(test->peer->certificate));
  g_autoptr(RevocationData) crls = test->crls->len > 0 ? suite_crls(test) : NULL;
  VerifyRequest request = suite_request(test, sent, anchors, crls);
  request.untrusted = untrusted;
  request.rules = rules;
  request.source = FINDING_SOURCE_CHAIN;
  return verify(&request);
}

static gboolean
names_defect(const SuiteCase *test, const Verdict *verdict)
{
  for (gsize i = 0; i < G_N_ELEMENTS(remarked); i++) {
    if (strcmp(remarked[i].id, test->id))
      continue;
    for (guint j = 0; j < verdict->findings->len; j++) {
      const Finding *finding = verdict->findings->pdata[j];
      if (!strcmp(finding->code, remarked[i].code) && strstr(finding->message, remarked[i].word))
        return TRUE;
    }
  }
  return FALSE;
}

static const char *
strict_reason(const SuiteCase *test)
{
  for (gsize i = 0; i < G_N_ELEMENTS(differing); i++)
    if (!strcmp(differing[i].id, test->id))
      return differing[i].reason;
  return NULL;
}

static void
count(Row *row, gboolean accepted, gboolean expected, gboolean named)
{
  row->cases++;
  row->right += accepted == expected;
  row->false_accepts += accepted && !expected;
  row->false_rejects += !accepted && expected;
  row->remarked += accepted && !expected && named;
  row->silent += accepted && !expected && !named;
}

static Row *
row_of(Table *table, const SuiteCase *test)
{
  if (suite_has_feature(test, "has-crl"))
    return &table->crl;
  if (g_str_has_prefix(test->id, BUILDING))
    return &table->building;
  return g_str_has_prefix(test->id, "online::") ? &table->online : &table->own;
}

static void
judge_case(Table *table, const SuiteCase *test)
{
  g_autoptr(Verdict) verdict = judge(test, table->rules);
  gboolean accepted = verdict && verdict->accepted, expected = test->expects_success;
  gboolean named = accepted && !expected && names_defect(test, verdict);
  Row *row = row_of(table, test);
  count(row, accepted, expected, named);
  count(&table->all, accepted, expected, named);
  if (accepted == expected)
    return;
  const char *reason = table->rules == VERIFY_RULES_STRICT ? strict_reason(test) : NULL;
  if (reason) {
    g_test_message("differs: %s: %s", test->id, reason);
  } else if (!named || table->rules == VERIFY_RULES_STRICT) {
    table->unlisted++;
    suite_dump(test, verdict);
  }
}

static void
print_row(const Row *row)
{
  g_test_message("%-22s %5u %5u %8u %8u %8u %6u", row->group, row->cases, row->right,
                 row->false_accepts, row->remarked, row->false_rejects, row->silent);
}

/* NULL: the suite is not on this machine. */
static Table *
judge_all(VerifyRules rules)
{
  g_autoptr(GPtrArray) cases = suite_load(FILE_NAME);
  if (!cases)
    return NULL;
  Table *table = g_new0(Table, 1);
  table->rules = rules;
  table->own.group = "own cases";
  table->building.group = "path building";
  table->online.group = "chains in use";
  table->crl.group = "with CRLs";
  table->all.group = "all";
  for (guint i = 0; i < cases->len; i++)
    judge_case(table, cases->pdata[i]);
  g_test_message("%-22s %5s %5s %8s %8s %8s %6s", "", "cases", "right", "f.accept", "remarked",
                 "f.reject", "silent");
  const Row *rows[] = {&table->own, &table->building, &table->online, &table->crl, &table->all};
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
    print_row(rows[i]);
  return table;
}

static void
test_default(void)
{
  g_autofree Table *table = judge_all(VERIFY_RULES_DEFAULT);
  if (!table)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS(remarked); i++)
    g_test_message("accepted with %s: %s: %s", remarked[i].code, remarked[i].id,
                   remarked[i].reason);
  g_assert_cmpuint(table->building.cases, ==, BUILDING_CASES);
  g_assert_cmpuint(table->building.right, ==, BUILDING_CASES);
  g_assert_cmpuint(table->online.right, ==, table->online.cases);
  g_assert_cmpuint(table->all.silent, ==, 0);
  g_assert_cmpuint(table->all.false_rejects, <=, FALSE_REJECTS_MAX);
  g_assert_cmpuint(table->unlisted, ==, 0);
  /* The table holds nothing that is no longer so. */
  g_assert_cmpuint(table->all.remarked, ==, G_N_ELEMENTS(remarked));
}

static void
test_strict(void)
{
  g_autofree Table *table = judge_all(VERIFY_RULES_STRICT);
  if (!table)
    return;
  g_assert_cmpuint(table->building.right, ==, BUILDING_CASES);
  g_assert_cmpuint(table->online.right, ==, table->online.cases);
  g_assert_cmpuint(table->unlisted, ==, 0);
  g_assert_cmpuint(table->all.cases - table->all.right, ==, G_N_ELEMENTS(differing));
  g_assert_cmpuint(table->all.cases, ==, CASES);
  g_assert_cmpuint(table->all.right, >=, STRICT_RIGHT_MIN);
}

/* A chain that is in use gets no warning: every word about it would be noise. */
static void
test_quiet(void)
{
  g_autoptr(GPtrArray) cases = suite_load(FILE_NAME);
  for (guint i = 0; cases && i < cases->len; i++) {
    const SuiteCase *test = cases->pdata[i];
    if (!g_str_has_prefix(test->id, "online::"))
      continue;
    g_autoptr(Verdict) verdict = judge(test, VERIFY_RULES_DEFAULT);
    suite_dump(test, verdict);
    for (guint j = 0; j < verdict->findings->len; j++)
      g_assert_cmpint(((Finding *)verdict->findings->pdata[j])->severity, ==, FINDING_INFO);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/limbo/default", test_default);
  g_test_add_func("/limbo/strict", test_strict);
  g_test_add_func("/limbo/quiet", test_quiet);
  return g_test_run();
}
