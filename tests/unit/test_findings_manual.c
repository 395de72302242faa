/* mqtrust-findings(7) is made of the fault catalogue and compared with the page that is there. With
 * MQTRUST_TEST_UPDATE_MANUAL=1 (make update-manual) it is written. */
#include "config.h"

#include <string.h>

#include "trust/catalogue.h"

#define LINE_BYTES 72

static const char head[] =
    ".\\\" Made of src/trust/catalogue.c by make update-manual.\n"
    ".Dd November 23, 2026\n"
    ".Dt MQTRUST-FINDINGS 7\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm mqtrust-findings\n"
    ".Nd what can be wrong with certificates, TLS and a connection to a broker\n"
    ".Sh DESCRIPTION\n"
    "Whatever\n"
    ".Xr mqtrust 1\n"
    "finds wrong is a finding: in the dashboard, in what the commands print, and in\n"
    "their\n"
    ".Fl -json\n"
    "output.\n"
    "A finding has\n"
    ".Bl -tag -width alternatives\n"
    ".It code\n"
    "Its name, one of those below.\n"
    "Codes are stable: none is renamed or given another meaning.\n"
    ".It severity\n"
    ".Sy error :\n"
    "the connection cannot be made, or the certificate is refused.\n"
    ".Sy warning :\n"
    "it works here, but not everywhere, or not for long.\n"
    ".Sy info :\n"
    "worth knowing, and harmless.\n"
    "The lists below tell the usual one; a finding may be milder or worse where the\n"
    "case is, and the strict rules make errors of many warnings.\n"
    ".It side\n"
    "Whose affair it is.\n"
    ".Sy server :\n"
    "the broker's certificates and chain.\n"
    ".Sy client :\n"
    "our certificate and key.\n"
    ".Sy trust :\n"
    "the CA files or the store on this side.\n"
    ".Sy local :\n"
    "this machine and the settings of the connection.\n"
    ".Sy network :\n"
    "names, addresses, ports and what lies between.\n"
    ".Sy broker :\n"
    "the broker's configuration, rules or clock.\n"
    "What is wrong with our own certificate is said with the same codes, and the\n"
    "side client.\n"
    ".It source , index , file , subject , sha256\n"
    "The certificate or file that it is about.\n"
    "The source is\n"
    ".Sy peer\n"
    "(sent by the broker),\n"
    ".Sy chain\n"
    "(of the file that is judged),\n"
    ".Sy untrusted\n"
    "(given besides),\n"
    ".Sy trust ,\n"
    ".Sy client ,\n"
    ".Sy key\n"
    "or\n"
    ".Sy crl ;\n"
    "the index counts from 0.\n"
    ".It evidence\n"
    "What was seen.\n"
    ".It alternatives\n"
    "Other codes that the same evidence allows, the likeliest first.\n"
    ".It message\n"
    "Why, in one sentence.\n"
    ".It remedy\n"
    "What to do, in one sentence.\n"
    ".El\n"
    ".Pp\n"
    "The remedies below are the general ones; a finding has a better one where more\n"
    "is known.\n"
    ".Sh FINDINGS\n";

static const char foot[] = ".Sh SEE ALSO\n"
                           ".Xr mqtrust 1 ,\n"
                           ".Xr mqtrust-bundle 1 ,\n"
                           ".Xr mqtrust-check 1 ,\n"
                           ".Xr mqtrust-inspect 1 ,\n"
                           ".Xr mqtrust-names 1 ,\n"
                           ".Xr mqtrust-verify 1\n"
                           ".Sh STANDARDS\n"
                           ".Rs\n"
                           ".%T Internet X.509 Public Key Infrastructure Certificate and CRL "
                           "Profile\n"
                           ".%R RFC 5280\n"
                           ".Re\n";

/* --- mdoc ------------------------------------------------------------------------------------- */

/* What roff would take for a sign of its own. */
static void
append_escaped(GString *out, const char *text)
{
  for (const char *at = text; *at; at++) {
    if (*at == '\\')
      g_string_append(out, "\\e");
    else if (*at == '`')
      g_string_append(out, "\\(ga");
    else if (*at == '"')
      g_string_append(out, "\\(dq");
    else
      g_string_append_c(out, *at);
  }
}

/* One line a sentence, no longer than LINE_BYTES. */
static void
append_prose(GString *out, const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  gsize used = 0;
  for (char **word = words; *word; word++) {
    gboolean sentence = word != words && g_str_has_suffix(word[-1], ".");
    if (used > 0 && (sentence || used + 1 + strlen(*word) > LINE_BYTES)) {
      g_string_append_c(out, '\n');
      used = 0;
    }
    g_string_append(out, used > 0 ? " " : "");
    append_escaped(out, *word);
    used += strlen(*word) + 1;
  }
  g_string_append_c(out, '\n');
}

static void
append_entry(GString *out, const CatalogueEntry *entry)
{
  g_string_append_printf(out, ".It Sy %s Pq %s , %s\n", entry->code,
                         finding_severity_name(entry->severity), finding_side_name(entry->side));
  append_prose(out, entry->summary);
  g_string_append(out, ".br\n.Em Remedy :\n");
  append_prose(out, entry->remedy);
}

/* (transfer full) */
static char *
page(void)
{
  gsize count;
  const CatalogueEntry *entries = catalogue_entries(&count);
  g_autoptr(GString) out = g_string_new(head);
  for (gsize i = 0; i < count; i++) {
    const char *group = catalogue_group(entries[i].code);
    if (group)
      g_string_append_printf(out, "%s.Ss %s\n.Bl -tag -width Ds\n", i > 0 ? ".El\n" : "", group);
    append_entry(out, &entries[i]);
  }
  g_string_append(out, ".El\n");
  g_string_append(out, foot);
  return g_strdup(out->str);
}

/* --- The page --------------------------------------------------------------------------------- */

static char *
page_path(void)
{
  const char *folder = g_getenv("MQTRUST_TEST_SRCDIR");
  return g_build_filename(folder ? folder : ".", "man", "mqtrust-findings.7", NULL);
}

static void
test_page_is_true(void)
{
  g_autofree char *path = page_path(), *there = NULL, *now = page();
  g_autoptr(GError) error = NULL;
  if (g_getenv("MQTRUST_TEST_UPDATE_MANUAL"))
    g_file_set_contents(path, now, -1, &error);
  else
    g_file_get_contents(path, &there, NULL, &error);
  g_assert_no_error(error);
  if (there && strcmp(there, now) != 0)
    g_error("man/mqtrust-findings.7 is not true any more; make update-manual writes it anew");
}

/* --- The catalogue ---------------------------------------------------------------------------- */

static void
assert_sentences(const char *code, const char *text)
{
  if (!text || !g_ascii_isupper(*text) || !g_str_has_suffix(text, "."))
    g_error("%s: \"%s\" is no whole sentence", code, text ? text : "");
}

static void
test_every_code_says_what_is_wrong(void)
{
  gsize count;
  const CatalogueEntry *entries = catalogue_entries(&count);
  g_autoptr(GHashTable) summaries = g_hash_table_new(g_str_hash, g_str_equal);
  g_assert_cmpuint(count, ==, 141);
  for (gsize i = 0; i < count; i++) {
    const CatalogueEntry *entry = &entries[i];
    if (strcmp(entry->summary, "") == 0 || !g_hash_table_add(summaries, (gpointer)entry->summary))
      g_error("%s: what is wrong is not said, or said of another code, too", entry->code);
    assert_sentences(entry->code, entry->summary);
    assert_sentences(entry->code, entry->remedy);
  }
}

static void
test_groups(void)
{
  gsize count, groups = 0;
  const CatalogueEntry *entries = catalogue_entries(&count);
  for (gsize i = 0; i < count; i++)
    groups += catalogue_group(entries[i].code) != NULL;
  g_assert_cmpuint(groups, ==, 15);
  g_assert_cmpstr(catalogue_group(entries[0].code), ==, "Files");
  g_assert_null(catalogue_group("leaf-not-first"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/findings-manual/page", test_page_is_true);
  g_test_add_func("/findings-manual/every-code", test_every_code_says_what_is_wrong);
  g_test_add_func("/findings-manual/groups", test_groups);
  return g_test_run();
}
