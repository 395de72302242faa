#include "config.h"

#include "ui/finding_text.h"

#include "trust/finding_label.h"

Glyph
finding_glyph(FindingSeverity severity)
{
  return severity == FINDING_ERROR     ? GLYPH_FAIL
         : severity == FINDING_WARNING ? GLYPH_WARN
                                       : GLYPH_DOT;
}

Role
finding_role(FindingSeverity severity)
{
  return severity == FINDING_ERROR     ? ROLE_ERROR
         : severity == FINDING_WARNING ? ROLE_WARNING
                                       : ROLE_DIM;
}

static const char *
source_words(FindingSource source)
{
  switch (source) {
  case FINDING_SOURCE_PEER:
    return "sent certificate";
  case FINDING_SOURCE_TRUST:
    return "trusted certificate";
  case FINDING_SOURCE_CLIENT:
    return "our certificate";
  default:
    return finding_source_name(source);
  }
}

char *
finding_headline(const Finding *finding)
{
  g_autoptr(GString) out = g_string_new(finding->code);
  g_string_append_printf(out, ": %s, %s side", finding_severity_name(finding->severity),
                         finding_side_name(finding->side));
  if (finding->source != FINDING_SOURCE_NONE && finding->index >= 0)
    g_string_append_printf(out, ", %s %d", source_words(finding->source), finding->index);
  return g_strdup(out->str);
}

static void
detail(GString *out, const char *name, const char *value)
{
  if (value && value[0])
    g_string_append_printf(out, "%-12s %s\n", name, value);
}

static void
detail_list(GString *out, const char *name, GPtrArray *values)
{
  for (guint i = 0; values && i < values->len; i++)
    detail(out, name, g_ptr_array_index(values, i));
}

/* Codes with their words: who does not know them need not look them up. */
static void
detail_alternatives(GString *out, GPtrArray *codes)
{
  for (guint i = 0; codes && i < codes->len; i++) {
    const char *code = g_ptr_array_index(codes, i);
    g_autofree char *text = g_strdup_printf("%s (%s)", code, finding_label(code));
    detail(out, "or perhaps", text);
  }
}

char *
finding_parts(const Finding *finding)
{
  GString *out = g_string_new(NULL);
  detail(out, "code", finding->code);
  detail(out, "severity", finding_severity_name(finding->severity));
  detail(out, "side", finding_side_name(finding->side));
  if (finding->source != FINDING_SOURCE_NONE)
    detail(out, "about", finding_source_name(finding->source));
  if (finding->index >= 0) {
    g_autofree char *index = g_strdup_printf("%d (counted from 0)", finding->index);
    detail(out, "number", index);
  }
  detail(out, "subject", finding->subject);
  detail(out, "file", finding->file);
  detail(out, "SHA-256", finding->sha256);
  detail_list(out, "seen", finding->evidence);
  detail_alternatives(out, finding->alternatives);
  return g_string_free(out, FALSE);
}
