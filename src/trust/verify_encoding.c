/* Names that are the same to a reader, and not to a program that compares bytes (RFC 5280, 7.1
 * wants upper and lower case, white space and the type of string to make no difference). */
#include "config.h"

#include "trust/verify_checks.h"

#include "trust/certificate_fields.h"

/* Signatures that are checked for it. */
#define CANDIDATES_MAX 16

typedef struct {
  char *wanted; /* folded */
  const Certificate *child;
  guint candidates_left;
} Search;

/* (transfer full): in one case, with single blanks. Never NULL. */
static char *
fold(const char *name)
{
  g_autofree char *lower = g_utf8_casefold(name, -1);
  GString *folded = g_string_new(NULL);
  for (const char *c = lower; *c; c++)
    if (*c != ' ' || (folded->len > 0 && folded->str[folded->len - 1] != ' '))
      g_string_append_c(folded, *c);
  return g_string_free(folded, FALSE);
}

static gboolean
is_meant(Search *search, const Certificate *candidate)
{
  if (search->candidates_left == 0 || g_bytes_equal(certificate_fields(candidate)->subject_dn,
                                                    certificate_fields(search->child)->issuer_dn))
    return FALSE;
  g_autofree char *name = fold(certificate_subject(candidate));
  if (!g_str_equal(name, search->wanted))
    return FALSE;
  search->candidates_left--;
  return certificate_is_signed_by_key(search->child, candidate);
}

static const Certificate *
find_in(Search *search, GPtrArray *certificates)
{
  for (guint i = 0; certificates && i < certificates->len; i++)
    if (is_meant(search, certificates->pdata[i]))
      return certificates->pdata[i];
  return NULL;
}

static const Certificate *
find_issuer(const VerifyRequest *request, const Certificate *child)
{
  GPtrArray *anchors = request->anchors ? anchors_certificates(request->anchors) : NULL;
  GPtrArray *lists[] = {anchors, request->certificates, request->untrusted};
  const Certificate *found = NULL;
  Search search = {fold(certificate_issuer(child)), child, CANDIDATES_MAX};
  for (gsize i = 0; i < G_N_ELEMENTS(lists) && !found; i++)
    found = find_in(&search, lists[i]);
  g_free(search.wanted);
  return found;
}

gboolean
explain_encoding(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  guint top = path->nodes->len - 1;
  const Certificate *child = path_node(path, top)->certificate;
  const Certificate *issuer = find_issuer(request, child);
  if (!issuer)
    return FALSE;
  g_autofree char *place = report_place(request, path, top);
  Finding *finding = report_position(findings, request, path, top, "name-encoding-differs");
  finding_add_evidence(finding, "issuer of \"%s\": %s", certificate_subject_label(child),
                       certificate_issuer(child));
  finding_add_evidence(finding, "subject of the CA: %s", certificate_subject(issuer));
  finding_set_message(finding,
                      "\"%s\" in %s was signed by \"%s\", but writes its name in another way "
                      "(case, blanks or type of string); programs that compare bytes do not find "
                      "it, OpenSSL does.",
                      certificate_subject_label(child), place, certificate_subject_label(issuer));
  return TRUE;
}
