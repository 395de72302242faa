/* The NIST's PKITS, without its revocation lists: 247 cases, policies among them. What the lists
 * alone can tell is counted apart. */
#include "config.h"

#include <string.h>

#include "suites/suite_verify.h"

/* The suite's sections, and the findings that fit what is wrong in their cases. */
typedef struct {
  const char *section, *name;
  gboolean by_crl;      /* its failures show in revocation lists alone */
  const char *codes[6]; /* NULL-terminated */
  SuiteTally tally;
  guint cases, silent;
} Section;

static Section sections[] = {
    {"4.1.", "signatures", FALSE, {"signature-invalid"}, {0}, 0, 0},
    {"4.2.", "dates", FALSE, {"leaf-expired"}, {0}, 0, 0},
    {"4.3.", "names", FALSE, {"name-encoding-differs"}, {0}, 0, 0},
    {"4.4.", "revocation", TRUE, {"crl-unusable"}, {0}, 0, 0},
    {"4.5.", "self-issued", TRUE, {"crl-unusable"}, {0}, 0, 0},
    {"4.6.", "basic constraints", FALSE, {"issuer-not-ca"}, {0}, 0, 0},
    {"4.7.", "key usage", FALSE, {"issuer-no-certsign"}, {0}, 0, 0},
    {"4.8.", "policies", FALSE, {"policies-unsupported"}, {0}, 0, 0},
    {"4.9.", "explicit policy", FALSE, {"policies-unsupported"}, {0}, 0, 0},
    {"4.10.", "policy mappings", FALSE, {"policies-unsupported"}, {0}, 0, 0},
    {"4.11.", "inhibit mapping", FALSE, {"policies-unsupported"}, {0}, 0, 0},
    {"4.12.", "inhibit any", FALSE, {"policies-unsupported"}, {0}, 0, 0},
    {"4.13.", "name constraints", FALSE, {"name-constraints-violated"}, {0}, 0, 0},
    {"4.14.", "distribution", TRUE, {"crl-unusable"}, {0}, 0, 0},
    {"4.15.", "delta lists", TRUE, {"crl-unusable"}, {0}, 0, 0},
    {"4.16.", "extensions", FALSE, {"critical-extension-unknown"}, {0}, 0, 0},
};

static Section *
section_of(const SuiteCase *test)
{
  const char *number = strstr(test->id, "::") + 2;
  for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
    if (g_str_has_prefix(number, sections[i].section))
      return &sections[i];
  g_error("no section for %s", test->id);
}

static void
judge(const SuiteCase *test)
{
  Section *section = section_of(test);
  g_autoptr(Verdict) verdict = suite_verify(test, NULL);
  gboolean accepted = verdict && verdict->accepted;
  section->cases++;
  suite_count(&section->tally, test->expects_success, accepted);
  gboolean silent = accepted && !test->expects_success && !suite_find(verdict, section->codes);
  section->silent += silent;
  if (accepted != test->expects_success)
    suite_dump(test, verdict);
}

static void
test_suite(void)
{
  g_autoptr(GPtrArray) cases = suite_load("pkits.json");
  if (!cases)
    return;
  for (guint i = 0; i < cases->len; i++)
    judge(cases->pdata[i]);
  g_test_message("%-24s %5s %5s %12s %12s %13s", "", "cases", "right", "false accept",
                 "false reject", "silent accept");
  guint silent = 0, false_reject = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
    const Section *s = &sections[i];
    g_test_message("%-5s %-18s %5u %5u %12u %12u %13u%s", s->section, s->name, s->cases,
                   s->tally.right, s->tally.false_accept, s->tally.false_reject, s->silent,
                   s->by_crl ? " (by revocation lists)" : "");
    false_reject += s->tally.false_reject;
    if (!s->by_crl)
      silent += s->silent;
  }
  g_assert_cmpuint(silent, ==, 0);
  g_assert_cmpuint(false_reject, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/suite/pkits", test_suite);
  return g_test_run();
}
