/* NIST's PKITS without its revocation lists: 247 cases, 88 of them about policies. What the lists
 * alone can tell is counted apart; test_revocation.c judges by them. */
#include "config.h"

#include <string.h>

#include "suites/suite_verify.h"

typedef struct {
  const char *number, *name;
  gboolean by_crl;    /* its failures show in revocation lists alone */
  gboolean by_policy; /* its cases need policy processing */
  guint cases, silent, unsaid;
  SuiteTally tally;
} Section;

static Section sections[] = {
    {.number = "4.1.", .name = "signatures"},
    {.number = "4.2.", .name = "dates"},
    {.number = "4.3.", .name = "names"},
    {.number = "4.4.", .name = "revocation", .by_crl = TRUE},
    {.number = "4.5.", .name = "self-issued", .by_crl = TRUE},
    {.number = "4.6.", .name = "basic constraints"},
    {.number = "4.7.", .name = "key usage"},
    {.number = "4.8.", .name = "policies", .by_policy = TRUE},
    {.number = "4.9.", .name = "explicit policy", .by_policy = TRUE},
    {.number = "4.10.", .name = "policy mappings", .by_policy = TRUE},
    {.number = "4.11.", .name = "inhibit mapping", .by_policy = TRUE},
    {.number = "4.12.", .name = "inhibit any", .by_policy = TRUE},
    {.number = "4.13.", .name = "name constraints"},
    {.number = "4.14.", .name = "distribution", .by_crl = TRUE},
    {.number = "4.15.", .name = "delta lists", .by_crl = TRUE},
    {.number = "4.16.", .name = "extensions"},
};

/* Where the verdict is another one than the suite's on purpose. */
static const struct {
  const char *number, *reason;
} deliberate[] = {
    {"4.1.4::", "DSA with SHA-1 can be forged"},
    {"4.1.5::", "GnuTLS cannot read a DSA key that inherits its parameters"},
    {"4.7.4::", "only a revocation list shows that its issuer may not sign any"},
    {"4.7.5::", "only a revocation list shows that its issuer may not sign any"},
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

static gboolean
says_policies(const Verdict *verdict)
{
  static const char *const codes[] = {"policies-unsupported", NULL};
  return suite_find(verdict, codes) != NULL;
}

/* A case that is accepted wrongly and is no deliberate one is silent: what every certificate of the
 * suite is told about its policies names no other defect. */
static void
judge(const SuiteCase *test)
{
  Section *section = section_of(test);
  const char *reason = reason_for(test);
  g_autoptr(Verdict) verdict = suite_verify(test, NULL);
  gboolean accepted = verdict && verdict->accepted, right = accepted == test->expects_success;
  section->cases++;
  suite_count(&section->tally, test->expects_success, accepted);
  if (right)
    return;
  if (reason) {
    g_test_message("%s: on purpose, %s", test->id, reason);
    return;
  }
  if (section->by_policy)
    section->unsaid += !says_policies(verdict);
  else if (accepted)
    section->silent++;
  if (!section->by_crl)
    suite_dump(test, verdict);
  g_assert_true(accepted || !test->expects_success);
}

static void
print_table(void)
{
  g_test_message("%-24s %5s %5s %12s %12s %13s", "", "cases", "right", "false accept",
                 "false reject", "silent accept");
  for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
    const Section *s = &sections[i];
    g_test_message("%-5s %-18s %5u %5u %12u %12u %13u%s", s->number, s->name, s->cases,
                   s->tally.right, s->tally.false_accept, s->tally.false_reject,
                   s->by_policy ? s->unsaid : s->silent, s->by_crl ? " (by revocation lists)" : "");
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
    const Section *s = &sections[i];
    g_assert_cmpuint(s->unsaid, ==, 0);
    g_assert_true(s->by_crl || s->silent == 0);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/suite/pkits", test_suite);
  return g_test_run();
}
