#include "config.h"

#include "trust/finding.h"

#include <string.h>

#include "trust/catalogue.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"

static const CatalogueEntry *
entry_of(const char *code)
{
  const CatalogueEntry *entry = catalogue_find(code);
  if (!entry)
    g_error("\"%s\" is not in the fault catalogue", code);
  return entry;
}

Finding *
finding_new(const char *code)
{
  const CatalogueEntry *entry = entry_of(code);
  Finding *finding = g_new0(Finding, 1);
  finding->code = entry->code;
  finding->severity = entry->severity;
  finding->side = entry->side;
  finding->index = -1;
  finding->evidence = g_ptr_array_new_with_free_func(g_free);
  finding->alternatives = g_ptr_array_new();
  finding->message = g_strdup(entry->summary);
  finding->remedy = g_strdup(entry->remedy);
  return finding;
}

Finding *
finding_copy(const Finding *finding)
{
  Finding *copy = g_new(Finding, 1);
  *copy = *finding;
  copy->file = g_strdup(finding->file);
  copy->subject = g_strdup(finding->subject);
  copy->sha256 = g_strdup(finding->sha256);
  copy->message = g_strdup(finding->message);
  copy->remedy = g_strdup(finding->remedy);
  copy->evidence = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < finding->evidence->len; i++)
    g_ptr_array_add(copy->evidence, g_strdup(finding->evidence->pdata[i]));
  copy->alternatives = g_ptr_array_new();
  for (guint i = 0; i < finding->alternatives->len; i++)
    g_ptr_array_add(copy->alternatives, finding->alternatives->pdata[i]);
  return copy;
}

void
finding_free(Finding *finding)
{
  if (!finding)
    return;
  g_free(finding->file);
  g_free(finding->subject);
  g_free(finding->sha256);
  g_free(finding->message);
  g_free(finding->remedy);
  g_ptr_array_unref(finding->evidence);
  g_ptr_array_unref(finding->alternatives);
  g_free(finding);
}

/* --- building --------------------------------------------------------------------------------- */

static char *safe_format(const char *format, va_list arguments) G_GNUC_PRINTF(1, 0);

static char *
safe_format(const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  return safe_text_string(text);
}

void
finding_set_message(Finding *finding, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_free(finding->message);
  finding->message = safe_format(format, arguments);
  va_end(arguments);
}

void
finding_set_remedy(Finding *finding, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_free(finding->remedy);
  finding->remedy = safe_format(format, arguments);
  va_end(arguments);
}

void
finding_add_evidence(Finding *finding, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_ptr_array_add(finding->evidence, safe_format(format, arguments));
  va_end(arguments);
}

void
finding_add_alternative(Finding *finding, const char *code)
{
  g_ptr_array_add(finding->alternatives, (gpointer)entry_of(code)->code);
}

/* --- from an error ---------------------------------------------------------------------------- */

/* A sentence may begin with the name of a host, a file or a protocol, which stays as it is. */
static gboolean
begins_with_plain_word(const char *sentence)
{
  static const char *const words[] = {"a",    "an",  "another", "cannot", "it",  "no", "nobody",
                                      "none", "our", "nothing", "the",    "this", "we"};
  gsize length = strcspn(sentence, " ");
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
    if (strlen(words[i]) == length && memcmp(sentence, words[i], length) == 0)
      return TRUE;
  }
  return FALSE;
}

/* No remedy holds foreign text, so the last "; " is the one between the two. */
void
finding_set_sentence(Finding *finding, const char *sentence)
{
  const char *gap = g_strrstr(sentence, "; ");
  gboolean split = gap && gap[2] != '\0';
  int length = (int)(split ? (gsize)(gap - sentence) : strlen(sentence));
  gboolean ended = !split && g_str_has_suffix(sentence, ".");
  finding_set_message(finding, "%.*s%s", length, sentence, ended || length == 0 ? "" : ".");
  if (begins_with_plain_word(sentence))
    finding->message[0] = g_ascii_toupper(finding->message[0]);
  if (!split)
    return;
  finding_set_remedy(finding, "%c%s%s", g_ascii_toupper(gap[2]), gap + 3,
                     g_str_has_suffix(gap, ".") ? "" : ".");
}

static FindingSide
side_of_source(FindingSource source, FindingSide otherwise)
{
  switch (source) {
  case FINDING_SOURCE_CLIENT:
  case FINDING_SOURCE_KEY:
    return FINDING_SIDE_CLIENT;
  case FINDING_SOURCE_TRUST:
    return FINDING_SIDE_TRUST;
  case FINDING_SOURCE_PEER:
    return FINDING_SIDE_SERVER;
  default:
    return otherwise;
  }
}

Finding *
finding_from_error(const GError *error, FindingSource source, const char *file)
{
  gboolean ours = error->domain == TRUST_ERROR;
  Finding *finding = finding_new(ours ? trust_error_code(error->code) : "unknown");
  /* A file that is missing or of the wrong kind is this machine's affair; what is wrong inside of
   * a certificate is the affair of the side that it belongs to. */
  if (ours && (error->code == TRUST_ERROR_MALFORMED || error->code == TRUST_ERROR_KEY_KIND))
    finding->side = side_of_source(source, finding->side);
  finding->source = source;
  finding->file = file ? safe_text_string(file) : NULL;
  if (ours) {
    finding_set_sentence(finding, error->message);
    return finding;
  }
  finding_set_message(finding, "%s", error->message);
  finding_add_evidence(finding, "%s, error %d", g_quark_to_string(error->domain), error->code);
  return finding;
}

/* --- lists and names -------------------------------------------------------------------------- */

GPtrArray *
finding_list_new(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
}

static int
compare_severity(gconstpointer a, gconstpointer b)
{
  const Finding *first = *(const Finding *const *)a, *second = *(const Finding *const *)b;
  return (int)first->severity - (int)second->severity;
}

void
finding_list_sort(GPtrArray *findings)
{
  g_ptr_array_sort(findings, compare_severity); /* stable since GLib 2.32 */
}

const char *
finding_severity_name(FindingSeverity severity)
{
  static const char *const names[] = {
      [FINDING_ERROR] = "error", [FINDING_WARNING] = "warning", [FINDING_INFO] = "info"};
  return names[severity];
}

const char *
finding_side_name(FindingSide side)
{
  static const char *const names[] = {
      [FINDING_SIDE_SERVER] = "server",   [FINDING_SIDE_CLIENT] = "client",
      [FINDING_SIDE_TRUST] = "trust",     [FINDING_SIDE_LOCAL] = "local",
      [FINDING_SIDE_NETWORK] = "network", [FINDING_SIDE_BROKER] = "broker"};
  return names[side];
}

const char *
finding_source_name(FindingSource source)
{
  static const char *const names[] = {
      [FINDING_SOURCE_NONE] = "none",   [FINDING_SOURCE_PEER] = "peer",
      [FINDING_SOURCE_CHAIN] = "chain", [FINDING_SOURCE_UNTRUSTED] = "untrusted",
      [FINDING_SOURCE_TRUST] = "trust", [FINDING_SOURCE_CLIENT] = "client",
      [FINDING_SOURCE_KEY] = "key",     [FINDING_SOURCE_CRL] = "crl"};
  return names[source];
}
