/* What is wrong with a lineage: files that are not what their names say, links of different
 * versions, a renewal that is overdue. */
#include "config.h"

#include "trust/lineage_private.h"

#include <string.h>

#include "trust/certificate_fields.h"
#include "trust/date_text.h"
#include "util/safe_text.h"

#define DAY G_GINT64_CONSTANT(86400)
#define OVERDUE (2 * DAY) /* certbot's timer runs twice a day */

static Finding *
about(const Lineage *lineage, const char *code, LineageFileKind kind,
      const Certificate *certificate, int index)
{
  Finding *finding = lineage_finding(lineage, code, kind);
  finding->index = index;
  finding->subject = g_strdup(certificate_subject(certificate));
  finding->sha256 = g_strdup(certificate_sha256(certificate));
  return finding;
}

static void
add(Lineage *lineage, Finding *finding)
{
  g_ptr_array_add(lineage->findings, finding);
}

/* --- each file is what its name says ---------------------------------------------------------- */

static void
judge_leaf(Lineage *lineage, LineageFileKind kind, const GPtrArray *list)
{
  const Certificate *first = list ? list->pdata[0] : NULL;
  if (!first || !certificate_is_ca(first) || certificate_is_self_signed(first))
    return;
  Finding *finding = about(lineage, "file-wrong-role", kind, first, 0);
  finding_set_message(finding,
                      "%s begins with \"%s\", the certificate of a CA, and not with the "
                      "certificate that was issued.",
                      finding->file, certificate_subject_label(first));
  finding_set_remedy(finding, "Copy the file again from archive/, or have certbot issue the "
                              "certificate again.");
  add(lineage, finding);
}

static void
judge_chain(Lineage *lineage, const GPtrArray *chain)
{
  for (guint i = 0; chain && i < chain->len; i++) {
    const Certificate *certificate = chain->pdata[i];
    if (certificate_is_ca(certificate))
      continue;
    Finding *finding = about(lineage, "file-wrong-role", LINEAGE_CHAIN, certificate, (int)i);
    finding_set_message(finding,
                        "%s holds \"%s\", which is no certificate of a CA: it belongs into "
                        "cert.pem.",
                        finding->file, certificate_subject_label(certificate));
    finding_set_remedy(finding, "Copy the file again from archive/, or have certbot issue the "
                                "certificate again.");
    add(lineage, finding);
    return;
  }
}

static gboolean
is_both(const GPtrArray *fullchain, const GPtrArray *cert, const GPtrArray *chain)
{
  if (fullchain->len != 1 + chain->len || !certificate_equal(fullchain->pdata[0], cert->pdata[0]))
    return FALSE;
  for (guint i = 0; i < chain->len; i++)
    if (!certificate_equal(fullchain->pdata[1 + i], chain->pdata[i]))
      return FALSE;
  return TRUE;
}

/* --- they belong together --------------------------------------------------------------------- */

static gboolean
versions_differ(const Lineage *lineage)
{
  for (int kind = 0; kind < LINEAGE_FILES; kind++)
    if (lineage->files[kind].version != lineage->version)
      return TRUE;
  return FALSE;
}

/* "cert.pem 3, chain.pem 3, fullchain.pem 3, privkey.pem 2" */
static char *
versions_text(const Lineage *lineage)
{
  GString *text = g_string_new(NULL);
  for (int kind = 0; kind < LINEAGE_FILES; kind++)
    g_string_append_printf(text, "%s%s %u", kind > 0 ? ", " : "",
                           lineage_file_name((LineageFileKind)kind), lineage->files[kind].version);
  return g_string_free(text, FALSE);
}

static void
add_versions(const Lineage *lineage, Finding *finding)
{
  g_autofree char *versions = versions_text(lineage);
  if (versions_differ(lineage))
    finding_add_evidence(finding, "the links mean these versions: %s", versions);
}

static void
judge_key(Lineage *lineage, const Certificate *leaf, const char *key_id)
{
  if (!key_id || g_str_equal(key_id, certificate_key_id(leaf)))
    return;
  Finding *finding = about(lineage, "key-mismatch", LINEAGE_KEY, leaf, 0);
  finding_set_message(finding,
                      "The key in %s is not the one of \"%s\" in cert.pem (key id %.16s, "
                      "not %.16s).",
                      finding->file, certificate_subject_label(leaf), key_id,
                      certificate_key_id(leaf));
  finding_set_remedy(finding, "Point all four links to files of the same version, or have certbot "
                              "issue the certificate again.");
  add_versions(lineage, finding);
  add(lineage, finding);
}

/* The issuer must be the first of chain.pem. */
static void
judge_issuer(Lineage *lineage, const Certificate *leaf, const GPtrArray *chain)
{
  const Certificate *first = chain->pdata[0];
  if (!certificate_is_ca(first) || certificate_is_ca(leaf) || certificate_is_issued_by(leaf, first))
    return;
  gboolean same_name =
      g_bytes_equal(certificate_fields(leaf)->issuer_dn, certificate_fields(first)->subject_dn);
  Finding *finding =
      about(lineage, same_name ? "issuer-key-differs" : "chain-gap", LINEAGE_CHAIN, first, 0);
  if (same_name)
    finding_set_message(finding,
                        "\"%s\" in %s has the name of the issuer of \"%s\" and another key "
                        "than the one that signed it.",
                        certificate_subject_label(first), finding->file,
                        certificate_subject_label(leaf));
  else
    finding_set_message(finding, "%s begins with \"%s\", but \"%s\" was issued by \"%s\".",
                        finding->file, certificate_subject_label(first),
                        certificate_subject_label(leaf), certificate_issuer_label(leaf));
  finding_set_remedy(finding, "Point all four links to files of the same version, or have certbot "
                              "issue the certificate again.");
  add_versions(lineage, finding);
  add(lineage, finding);
}

static void
judge_fullchain(Lineage *lineage, const GPtrArray *cert, const GPtrArray *chain,
                const GPtrArray *fullchain)
{
  if (!cert || !chain || !fullchain || is_both(fullchain, cert, chain))
    return;
  Finding *finding = about(lineage, "file-wrong-role", LINEAGE_FULLCHAIN, fullchain->pdata[0], 0);
  finding_set_message(finding, "%s is not cert.pem followed by chain.pem, as certbot writes it.",
                      finding->file);
  finding_set_remedy(finding, "Copy the file again from archive/, or have certbot issue the "
                              "certificate again.");
  add_versions(lineage, finding);
  add(lineage, finding);
}

/* --- versions and dates ----------------------------------------------------------------------- */

static gboolean
has_error(const Lineage *lineage)
{
  for (guint i = 0; i < lineage->findings->len; i++)
    if (((const Finding *)lineage->findings->pdata[i])->severity == FINDING_ERROR)
      return TRUE;
  return FALSE;
}

static void
judge_versions(Lineage *lineage, const Certificate *leaf)
{
  if (lineage->version == 0)
    return;
  if (lineage->newest > lineage->version) {
    Finding *finding = about(lineage, "file-stale-copy", LINEAGE_CERT, leaf, 0);
    finding_set_message(finding,
                        "The links in live/%s mean version %u, and archive/ holds version "
                        "%u.",
                        lineage->name, lineage->version, lineage->newest);
    finding_set_remedy(finding, "Find out why certbot did not finish the renewal (its log is in "
                                "/var/log/letsencrypt), and run `certbot update_symlinks`.");
    add(lineage, finding);
  } else if (versions_differ(lineage) && !has_error(lineage)) {
    Finding *finding = about(lineage, "file-stale-copy", LINEAGE_CERT, leaf, 0);
    finding_set_message(finding, "The links in live/%s mean files of different versions.",
                        lineage->name);
    finding_set_remedy(finding, "Point all four links to files of the same version.");
    add_versions(lineage, finding);
    add(lineage, finding);
  }
}

LineageRenewal
lineage_renewal(const Lineage *lineage, gint64 now)
{
  if (lineage->due == 0)
    return LINEAGE_RENEWAL_UNKNOWN;
  if (lineage->version == 0 || (lineage->renewal && !lineage->renewal->autorenew))
    return LINEAGE_RENEWAL_NEVER;
  if (lineage->newest > lineage->version)
    return LINEAGE_RENEWAL_HALF;
  if (now < lineage->due)
    return LINEAGE_RENEWAL_COMING;
  return now <= lineage->due + OVERDUE ? LINEAGE_RENEWAL_DUE : LINEAGE_RENEWAL_OVERDUE;
}

gboolean
lineage_renewal_is_doubtful(LineageRenewal renewal)
{
  return renewal == LINEAGE_RENEWAL_NEVER || renewal == LINEAGE_RENEWAL_HALF ||
         renewal == LINEAGE_RENEWAL_OVERDUE;
}

static void
judge_dates(Lineage *lineage, const Certificate *leaf, gint64 now)
{
  gint64 end = certificate_not_after(leaf);
  g_autofree char *ended = date_text(end), *due = date_text(lineage->due);
  if (end < now) {
    Finding *finding = about(lineage, "leaf-expired", LINEAGE_CERT, leaf, 0);
    finding_set_message(finding, "\"%s\" ended on %s, and certbot should have renewed it since %s.",
                        certificate_subject_label(leaf), ended, due);
    finding_set_remedy(finding, "Run `certbot renew` and read what it says.");
    add(lineage, finding);
  } else if (lineage->due + OVERDUE < now && !(lineage->newest > lineage->version)) {
    Finding *finding = about(lineage, "expires-soon", LINEAGE_CERT, leaf, 0);
    finding->severity = FINDING_WARNING;
    finding_set_message(finding, "\"%s\" ends on %s, and certbot should have renewed it since %s.",
                        certificate_subject_label(leaf), ended, due);
    finding_set_remedy(finding,
                       "Run `certbot renew` and read what it says: the timer, the challenge "
                       "or a hook fails.");
    add(lineage, finding);
  }
}

void
lineage_judge(Lineage *lineage, const GPtrArray *cert, const GPtrArray *chain,
              const GPtrArray *fullchain, const char *key_id, gint64 now)
{
  judge_leaf(lineage, LINEAGE_CERT, cert);
  judge_chain(lineage, chain);
  if (cert && chain)
    judge_issuer(lineage, cert->pdata[0], chain);
  judge_fullchain(lineage, cert, chain, fullchain);
  if (cert) {
    judge_key(lineage, cert->pdata[0], key_id);
    judge_versions(lineage, cert->pdata[0]);
    judge_dates(lineage, cert->pdata[0], now);
  }
  finding_list_sort(lineage->findings);
}
