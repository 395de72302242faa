/* What the findings ask for, in the words of who gave the order: a form has no options. */
#include "config.h"

#include "trust/bundle_private.h"

#include <string.h>

static const struct {
  const char *option, *field;
} words[] = {{"with --chain", "in the field Chain"},
             {"with --key", "in the field Key"},
             {"with --client-ca", "in the field Client CA"},
             {"with --password-file", "in the field Key password"}};

/* "with --key" of "with --key-type" is another option. */
static gboolean
ends_here(const char *at)
{
  return !g_ascii_isalnum(*at) && *at != '-';
}

/* (transfer full): with the field in the place of each such option. */
static char *
replaced(const char *text, const char *option, const char *field)
{
  GString *out = g_string_new(NULL);
  for (const char *at = strstr(text, option); at; at = strstr(text, option)) {
    const char *end = at + strlen(option);
    g_string_append_len(out, text, at - text);
    g_string_append(out, ends_here(end) ? field : option);
    text = end;
  }
  g_string_append(out, text);
  return g_string_free(out, FALSE);
}

static void
speak_of_form(Finding *finding)
{
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
    g_autofree char *remedy = replaced(finding->remedy, words[i].option, words[i].field);
    finding_set_remedy(finding, "%s", remedy);
  }
}

void
bundle_speak_of_form(BundleParts *parts)
{
  const GPtrArray *findings = parts->bundle->findings;
  for (guint i = 0; i < findings->len; i++)
    if (((const Finding *)findings->pdata[i])->remedy)
      speak_of_form(findings->pdata[i]);
}
