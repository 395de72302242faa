/* The suites' cases about revocation (NIST PKITS 4.4, 4.7.4 and 4.7.5, 4.14, 4.15; limbo crl::),
 * through verify(): whoever is revoked, or cannot be shown not to be, is never good in silence.
 *
 *   right    refused what is to be refused, or accepted the rest without a doubt
 *   doubted  accepted, with a warning that names what could not be used
 *   silent   accepted what is to be refused, without a word: none
 *   refused  what is to be accepted: none */
#include "config.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <unistd.h>

#include "suites/suite.h"
#include "trust/verify.h"

typedef enum { RIGHT, DOUBTED, SILENT, REFUSED, OUTCOMES } Outcome;

typedef struct {
  const char *suite;
  const char *prefixes[4]; /* of the cases' names */
  guint cases;
  guint right;        /* at least, by the default rules */
  guint right_strict; /* at least, by the strict rules */
} Group;

static const Group groups[] = {
    {"pkits.json", {"pkits::4.4."}, 21, 13, 21},
    {"pkits.json", {"pkits::4.7.4:", "pkits::4.7.5:"}, 2, 0, 2},
    {"pkits.json", {"pkits::4.14."}, 35, 24, 34},
    {"pkits.json", {"pkits::4.15."}, 10, 8, 10},
    {"limbo-core.json", {"crl::"}, 8, 5, 8},
};

static void
add_crl(RevocationData *data, const char *pem)
{
  GError *error = NULL;
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)}, der = {NULL, 0};
  g_assert_cmpint(gnutls_pem_base64_decode2("X509 CRL", &text, &der), >=, 0);
  revocation_data_add_crl(data, der.data, der.size, "suite.crl", &error);
  g_assert_no_error(error);
  gnutls_free(der.data);
}

static RevocationData *
revocation_of(const SuiteCase *test)
{
  RevocationData *data = revocation_data_new();
  for (guint i = 0; i < test->crls->len; i++)
    add_crl(data, test->crls->pdata[i]);
  return data;
}

static Anchors *
anchors_of(const SuiteCase *test)
{
  GError *error = NULL;
  g_autoptr(GString) pem = g_string_new(NULL);
  for (guint i = 0; i < test->trusted->len; i++)
    g_string_append(pem, ((SuiteCertificate *)test->trusted->pdata[i])->pem);
  g_autofree char *path = g_build_filename(g_get_tmp_dir(), "mqtrust-suite-XXXXXX", NULL);
  int file = g_mkstemp(path);
  g_assert_cmpint(file, >=, 0);
  close(file);
  g_assert_true(g_file_set_contents(path, pem->str, pem->len, &error));
  Anchors *anchors = anchors_load_file(path, &error);
  g_assert_no_error(error);
  g_unlink(path);
  return anchors;
}

static Verdict *
judge(const SuiteCase *test, VerifyRules rules)
{
  g_autoptr(Anchors) anchors = anchors_of(test);
  g_autoptr(RevocationData) revocation = revocation_of(test);
  g_autoptr(GPtrArray) certificates = certificate_list_new();
  g_autoptr(GPtrArray) others = suite_certificates(test->untrusted);
  g_ptr_array_add(certificates, certificate_ref(test->peer->certificate));
  for (guint i = 0; i < others->len; i++)
    g_ptr_array_add(certificates, certificate_ref(others->pdata[i]));
  VerifyRequest request = {
      .certificates = certificates,
      .anchors = anchors,
      .revocation = revocation,
      .rules = rules,
      .time = test->time ? test->time : g_get_real_time() / G_USEC_PER_SEC,
      .source = FINDING_SOURCE_CHAIN,
  };
  return verify(&request);
}

static gboolean
is_doubt(const Finding *finding)
{
  return finding->severity != FINDING_INFO && (!strcmp(finding->code, "crl-unusable") ||
                                               !strcmp(finding->code, "revocation-data-stale"));
}

static gboolean
has_doubt(const Verdict *verdict)
{
  for (guint i = 0; i < verdict->findings->len; i++)
    if (is_doubt(verdict->findings->pdata[i]))
      return TRUE;
  return FALSE;
}

/* Refused for it: 4.14.13 has a CA as its leaf, which the strict rules do not like either. */
static gboolean
is_about_revocation(const Verdict *verdict)
{
  for (guint i = 0; i < verdict->findings->len; i++)
    if (!strcmp(((Finding *)verdict->findings->pdata[i])->code, "server-revoked"))
      return TRUE;
  return has_doubt(verdict);
}

/* What is in doubt stands in the list of what was not checked, too. */
static gboolean
says_not_checked(const Verdict *verdict)
{
  for (guint i = 0; i < verdict->not_checked->len; i++)
    if (g_str_has_prefix(verdict->not_checked->pdata[i], "Revocation"))
      return TRUE;
  return FALSE;
}

static Outcome
outcome_of(const SuiteCase *test, const Verdict *verdict)
{
  if (!verdict->accepted)
    return test->expects_success && is_about_revocation(verdict) ? REFUSED : RIGHT;
  if (has_doubt(verdict))
    return DOUBTED;
  return test->expects_success ? RIGHT : SILENT;
}

static void
tell(const SuiteCase *test, const Verdict *verdict, Outcome outcome)
{
  static const char *const names[] = {"right", "doubted", "SILENT", "REFUSED"};
  g_test_message("%-8s expected %s  %s", names[outcome],
                 test->expects_success ? "success" : "failure", test->id);
  for (guint i = 0; outcome != RIGHT && i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    g_test_message("           %s %s: %s", finding_severity_name(finding->severity), finding->code,
                   finding->message);
  }
}

static gboolean
is_in(const Group *group, const SuiteCase *test)
{
  for (guint i = 0; i < G_N_ELEMENTS(group->prefixes) && group->prefixes[i]; i++)
    if (g_str_has_prefix(test->id, group->prefixes[i]))
      return TRUE;
  return FALSE;
}

static void
count_outcomes(const Group *group, GPtrArray *cases, VerifyRules rules, guint *counts)
{
  for (guint i = 0; i < cases->len; i++) {
    const SuiteCase *test = cases->pdata[i];
    if (!is_in(group, test))
      continue;
    g_autoptr(Verdict) verdict = judge(test, rules);
    Outcome outcome = outcome_of(test, verdict);
    counts[outcome]++;
    if (has_doubt(verdict))
      g_assert_true(says_not_checked(verdict));
    tell(test, verdict, outcome);
  }
}

static void
test_default_rules(gconstpointer data)
{
  const Group *group = data;
  guint counts[OUTCOMES] = {0};
  g_autoptr(GPtrArray) cases = suite_load(group->suite);
  if (!cases)
    return;
  count_outcomes(group, cases, VERIFY_RULES_DEFAULT, counts);
  g_test_message("%s: right %u, doubted %u, silent %u, refused %u", group->prefixes[0],
                 counts[RIGHT], counts[DOUBTED], counts[SILENT], counts[REFUSED]);
  g_assert_cmpuint(counts[RIGHT] + counts[DOUBTED], ==, group->cases);
  g_assert_cmpuint(counts[RIGHT], >=, group->right);
}

/* What is in doubt is refused, so more is right, and some of what is to be accepted is not. */
static void
test_strict_rules(gconstpointer data)
{
  const Group *group = data;
  guint counts[OUTCOMES] = {0};
  g_autoptr(GPtrArray) cases = suite_load(group->suite);
  if (!cases)
    return;
  count_outcomes(group, cases, VERIFY_RULES_STRICT, counts);
  g_test_message("%s, strict: right %u, doubted %u, silent %u, refused %u", group->prefixes[0],
                 counts[RIGHT], counts[DOUBTED], counts[SILENT], counts[REFUSED]);
  g_assert_cmpuint(counts[SILENT], ==, 0);
  g_assert_cmpuint(counts[DOUBTED], ==, 0);
  g_assert_cmpuint(counts[RIGHT], >=, group->right_strict);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
    g_autofree char *lenient = g_strdup_printf("/revocation/default/%s", groups[i].prefixes[0]);
    g_autofree char *strict = g_strdup_printf("/revocation/strict/%s", groups[i].prefixes[0]);
    g_test_add_data_func(lenient, &groups[i], test_default_rules);
    g_test_add_data_func(strict, &groups[i], test_strict_rules);
  }
  return g_test_run();
}
