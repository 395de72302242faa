/* Findings and the catalogue they come from. */
#include "config.h"

#include "trust/finding.h"

#include <string.h>

#include "trust/catalogue.h"
#include "trust/trust_error.h"

static void
test_catalogue(void)
{
  gsize count;
  const CatalogueEntry *entries = catalogue_entries(&count);
  g_assert_cmpuint(count, ==, 141);
  for (gsize i = 0; i < count; i++) {
    g_assert_true(catalogue_find(entries[i].code) == &entries[i]); /* and so: no code twice */
    g_assert_true(g_str_has_suffix(entries[i].remedy, "."));
    for (const char *c = entries[i].code; *c; c++)
      g_assert_true(g_ascii_islower(*c) || g_ascii_isdigit(*c) || *c == '-');
  }
  g_assert_null(catalogue_find("no-such-code"));
}

/* Every value of TrustError has a code of the catalogue. */
static void
test_error_codes(void)
{
  for (TrustError error = 0; error <= TRUST_ERROR_LIBRARY; error++)
    g_assert_nonnull(catalogue_find(trust_error_code(error)));
  g_assert_cmpstr(trust_error_code(TRUST_ERROR_KEY_MISMATCH), ==, "key-mismatch");
  g_assert_cmpstr(trust_error_code(TRUST_ERROR_LIBRARY), ==, "unknown");
}

static void
test_new(void)
{
  g_autoptr(Finding) finding = finding_new("anchor-cross-signed");
  g_assert_cmpstr(finding->code, ==, "anchor-cross-signed");
  g_assert_cmpint(finding->severity, ==, FINDING_WARNING);
  g_assert_cmpint(finding->side, ==, FINDING_SIDE_TRUST);
  g_assert_cmpint(finding->source, ==, FINDING_SOURCE_NONE);
  g_assert_cmpint(finding->index, ==, -1);
  g_assert_cmpstr(finding->remedy, ==, catalogue_find("anchor-cross-signed")->remedy);
}

static void
test_unknown_code(void)
{
  if (g_test_subprocess()) {
    finding_new("no-such-code");
    return;
  }
  g_test_trap_subprocess(NULL, 0, 0);
  g_test_trap_assert_failed();
  g_test_trap_assert_stderr("*no-such-code*");
}

static void
test_safe(void)
{
  g_autoptr(Finding) finding = finding_new("unknown");
  finding_set_message(finding, "%s", "a\x1b[31m\nb");
  finding_set_remedy(finding, "%d%s", 1, "\x07");
  finding_add_evidence(finding, "%s", "\xe2\x80\xae");
  g_assert_cmpstr(finding->message, ==, "a\\e[31m\\nb");
  g_assert_cmpstr(finding->remedy, ==, "1\\x07");
  g_assert_cmpstr(finding->evidence->pdata[0], ==, "\\u{202e}");
}

static void
test_copy(void)
{
  g_autoptr(Finding) finding = finding_new("key-mismatch");
  finding->file = g_strdup("/x");
  finding->index = 3;
  finding_set_message(finding, "why");
  finding_add_evidence(finding, "seen");
  finding_add_alternative(finding, "leaf-not-first");
  g_autoptr(Finding) copy = finding_copy(finding);
  g_assert_true(copy->message != finding->message);
  g_assert_cmpstr(copy->message, ==, "why");
  g_assert_cmpstr(copy->file, ==, "/x");
  g_assert_cmpint(copy->index, ==, 3);
  g_assert_cmpstr(copy->evidence->pdata[0], ==, "seen");
  g_assert_cmpstr(copy->alternatives->pdata[0], ==, "leaf-not-first");
}

static void
test_from_error(void)
{
  g_autoptr(GError) error =
      g_error_new(TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_WRONG,
                  "The password does not open /x; y.key; enter the right one.");
  g_autoptr(Finding) finding = finding_from_error(error, FINDING_SOURCE_KEY, "/x; y.key\n");
  g_assert_cmpstr(finding->code, ==, "key-password-wrong");
  g_assert_cmpint(finding->side, ==, FINDING_SIDE_CLIENT);
  g_assert_cmpint(finding->source, ==, FINDING_SOURCE_KEY);
  g_assert_cmpstr(finding->file, ==, "/x; y.key\\n");
  g_assert_cmpstr(finding->message, ==, "The password does not open /x; y.key.");
  g_assert_cmpstr(finding->remedy, ==, "Enter the right one.");
}

static void
test_from_foreign_error(void)
{
  g_autoptr(GError) error = g_error_new(G_FILE_ERROR, G_FILE_ERROR_IO, "disk; broken");
  g_autoptr(Finding) finding = finding_from_error(error, FINDING_SOURCE_TRUST, NULL);
  g_assert_cmpstr(finding->code, ==, "unknown");
  g_assert_cmpstr(finding->message, ==, "disk; broken");
  g_assert_null(finding->file);
  g_assert_cmpuint(finding->evidence->len, ==, 1);
}

static void
test_sort(void)
{
  static const char *const codes[] = {"certificate-duplicate", "anchor-cross-signed",
                                      "leaf-expired",          "name-no-san",
                                      "name-mismatch",         "chain-includes-root"};
  static const char *const sorted[] = {"leaf-expired",          "name-mismatch",
                                       "anchor-cross-signed",   "name-no-san",
                                       "certificate-duplicate", "chain-includes-root"};
  g_autoptr(GPtrArray) findings = finding_list_new();
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
    g_ptr_array_add(findings, finding_new(codes[i]));
  finding_list_sort(findings);
  for (gsize i = 0; i < G_N_ELEMENTS(sorted); i++)
    g_assert_cmpstr(((Finding *)findings->pdata[i])->code, ==, sorted[i]);
}

/* Whole sentences of what errors say: a capital, unless a host or a file begins it, and a stop. */
static void
test_sentence(void)
{
  static const struct {
    const char *error, *message, *remedy;
  } cases[] = {
      {"no route to h; check VPN and network", "No route to h.", "Check VPN and network."},
      {"the port is b; c; use d.", "The port is b; c.", "Use d."},
      {"nothing is there", "Nothing is there.", NULL},
      {"nothing is there.", "Nothing is there.", NULL},
      {"notes.example.com (192.0.2.1:8883) refused us", "notes.example.com (192.0.2.1:8883) "
                                                        "refused us.",
       NULL},
      {"ours.pem is empty; write it again", "ours.pem is empty.", "Write it again."},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Finding) finding = finding_new("tcp-refused");
    g_autofree char *general = g_strdup(finding->remedy);
    finding_set_sentence(finding, cases[i].error);
    g_assert_cmpstr(finding->message, ==, cases[i].message);
    g_assert_cmpstr(finding->remedy, ==, cases[i].remedy ? cases[i].remedy : general);
  }
}

static void
test_words(void)
{
  g_assert_cmpstr(finding_severity_name(FINDING_ERROR), ==, "error");
  g_assert_cmpstr(finding_severity_name(FINDING_INFO), ==, "info");
  g_assert_cmpstr(finding_side_name(FINDING_SIDE_SERVER), ==, "server");
  g_assert_cmpstr(finding_side_name(FINDING_SIDE_BROKER), ==, "broker");
  g_assert_cmpstr(finding_source_name(FINDING_SOURCE_NONE), ==, "none");
  g_assert_cmpstr(finding_source_name(FINDING_SOURCE_CRL), ==, "crl");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/finding/catalogue", test_catalogue);
  g_test_add_func("/finding/error-codes", test_error_codes);
  g_test_add_func("/finding/new", test_new);
  g_test_add_func("/finding/unknown-code", test_unknown_code);
  g_test_add_func("/finding/safe", test_safe);
  g_test_add_func("/finding/copy", test_copy);
  g_test_add_func("/finding/from-error", test_from_error);
  g_test_add_func("/finding/from-foreign-error", test_from_foreign_error);
  g_test_add_func("/finding/sentence", test_sentence);
  g_test_add_func("/finding/sort", test_sort);
  g_test_add_func("/finding/words", test_words);
  return g_test_run();
}
