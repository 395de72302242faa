/* NIST's PKITS, all 247 cases with their revocation lists: what is not right is said.
 *
 *   right      the suite's verdict is ours
 *   said       accepted, and a finding names what was not or could not be checked
 *   purpose    another verdict than the suite's, for a reason below
 *   silent     accepted without a word: none
 *   refused    what the suite accepts, without a reason: none */
#include "config.h"

#include <string.h>

#include "suites/suite_verify.h"

typedef struct {
  const char *number, *name;
  gboolean by_policy; /* its cases need policy processing */
  guint cases, right, said, purpose, silent, refused;
} Section;

static Section sections[] = {
    {.number = "4.1.", .name = "signatures"},
    {.number = "4.2.", .name = "dates"},
    {.number = "4.3.", .name = "names"},
    {.number = "4.4.", .name = "revocation"},
    {.number = "4.5.", .name = "self-issued"},
    {.number = "4.6.", .name = "basic constraints"},
    {.number = "4.7.", .name = "key usage"},
    {.number = "4.8.", .name = "policies", .by_policy = TRUE},
    {.number = "4.9.", .name = "explicit policy", .by_policy = TRUE},
    {.number = "4.10.", .name = "policy mappings", .by_policy = TRUE},
    {.number = "4.11.", .name = "inhibit mapping", .by_policy = TRUE},
    {.number = "4.12.", .name = "inhibit any", .by_policy = TRUE},
    {.number = "4.13.", .name = "name constraints"},
    {.number = "4.14.", .name = "distribution"},
    {.number = "4.15.", .name = "delta lists"},
    {.number = "4.16.", .name = "extensions"},
};

/* Where the verdict is another one than the suite's on purpose. */
static const struct {
  const char *number, *reason;
} deliberate[] = {
    {"4.1.4::", "DSA with SHA-1 can be forged"},
    {"4.1.5::", "GnuTLS cannot read a DSA key that inherits its parameters"},
    {"4.8.2::", "no certificate has a policy: the suite's user demands one, and nobody can here"},
};

static const char *
number_of(const SuiteCase *test)
{
  return strstr(test->id, "::") + 2;
}

static Section *
section_of(const SuiteCase *test)
{
  for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
    if (g_str_has_prefix(number_of(test), sections[i].number))
      return &sections[i];
  g_error("no section for %s", test->id);
}

static const char *
reason_for(const SuiteCase *test)
{
  for (gsize i = 0; i < G_N_ELEMENTS(deliberate); i++)
    if (g_str_has_prefix(number_of(test), deliberate[i].number))
      return deliberate[i].reason;
  return NULL;
}

/* What every certificate of the suite is told about its policies names no other defect. */
static gboolean
says_so(const Section *section, const Verdict *verdict)
{
  static const char *const policies[] = {"policies-unsupported", NULL};
  static const char *const lists[] = {"crl-unusable", "revocation-data-stale", NULL};
  const Finding *finding = suite_find(verdict, section->by_policy ? policies : lists);
  return finding && (section->by_policy || finding->severity == FINDING_WARNING);
}

static void
judge(const SuiteCase *test)
{
  Section *section = section_of(test);
  const char *reason = reason_for(test);
  g_autoptr(RevocationData) crls = suite_crls(test);
  g_autoptr(Verdict) verdict = suite_verify(test, crls);
  gboolean accepted = verdict && verdict->accepted;
  section->cases++;
  if (accepted == test->expects_success) {
    section->right++;
    return;
  }
  if (reason)
    g_test_message("%s: on purpose, %s", test->id, reason);
  else
    suite_dump(test, verdict);
  if (accepted && says_so(section, verdict))
    section->said++;
  else if (reason)
    section->purpose++;
  else if (accepted)
    section->silent++;
  else
    section->refused++;
}

static void
print_table(void)
{
  g_test_message("%-24s %5s %5s %5s %8s %7s %7s", "", "cases", "right", "said", "purpose", "silent",
                 "refused");
  for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
    const Section *s = &sections[i];
    g_test_message("%-5s %-18s %5u %5u %5u %8u %7u %7u", s->number, s->name, s->cases, s->right,
                   s->said, s->purpose, s->silent, s->refused);
  }
}

static void
test_suite(void)
{
  g_autoptr(GPtrArray) cases = suite_load("pkits.json");
  if (!cases)
    return;
  for (guint i = 0; i < cases->len; i++)
    judge(cases->pdata[i]);
  print_table();
  for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
    g_assert_cmpuint(sections[i].silent, ==, 0);
    g_assert_cmpuint(sections[i].refused, ==, 0);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/suite/pkits", test_suite);
  return g_test_run();
}
