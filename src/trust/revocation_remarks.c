#include "config.h"

#include "trust/revocation_remarks.h"

#include <string.h>

#include "trust/certificate_fields.h"
#include "trust/date_text.h"
#include "trust/revocation_data.h"
#include "trust/verify.h"

/* Signatures of lists are long to check: each goes over the whole list. */
#define SIGNATURES_MAX 64

static Finding *
about_list(const Crl *crl, const char *code)
{
  Finding *finding = finding_new(code);
  finding->severity = FINDING_WARNING;
  finding->source = FINDING_SOURCE_CRL;
  finding->index = (int)crl->index;
  finding->file = g_strdup(crl->file);
  finding->subject = g_strdup(crl->issuer);
  finding->sha256 = g_strdup(crl->sha256);
  return finding;
}

/* --- dates ------------------------------------------------------------------------------------ */

static gboolean
is_over(const Crl *crl, gint64 now)
{
  return crl->next_update != 0 && crl->next_update < now;
}

static gboolean
is_replaced(const RevocationData *data, const Crl *crl, gint64 now)
{
  g_autoptr(GBytes) name = g_bytes_new_static(crl->issuer_dn.bytes, crl->issuer_dn.length);
  GPtrArray *lists = revocation_data_lists_of(data, name);
  for (guint i = 0; lists && i < lists->len; i++) {
    const Crl *other = lists->pdata[i];
    if (other != crl && other->is_delta == crl->is_delta && !is_over(other, now))
      return TRUE;
  }
  return FALSE;
}

static void
add_stale(GPtrArray *findings, const RevocationData *data, gint64 now)
{
  GPtrArray *lists = revocation_data_lists(data);
  guint count = 0;
  for (guint i = 0; i < lists->len && count < REVOCATION_REMARKS_MAX; i++) {
    const Crl *crl = lists->pdata[i];
    if (!is_over(crl, now) || is_replaced(data, crl, now))
      continue;
    g_autofree char *end = date_text(crl->next_update);
    Finding *finding = about_list(crl, "revocation-data-stale");
    finding_set_message(finding, "The revocation list of \"%s\" in %s ended on %s.", crl->issuer,
                        crl->file, end);
    g_ptr_array_add(findings, finding);
    count++;
  }
}

/* --- signatures ------------------------------------------------------------------------------- */

/* Looks at the known CAs of the list's name: `*namesake` is one of them. */
static gboolean
is_signed(const Crl *crl, GPtrArray *known, guint *signatures, const Certificate **namesake)
{
  for (guint i = 0; i < known->len; i++) {
    GBytes *name = certificate_fields(known->pdata[i])->subject_dn;
    if (g_bytes_get_size(name) != crl->issuer_dn.length ||
        memcmp(g_bytes_get_data(name, NULL), crl->issuer_dn.bytes, crl->issuer_dn.length) != 0)
      continue;
    *namesake = known->pdata[i];
    if ((*signatures)++ >= SIGNATURES_MAX || crl_is_signed_by(crl, known->pdata[i]))
      return TRUE;
  }
  return FALSE;
}

static void
add_unusable(GPtrArray *findings, const RevocationData *data, GPtrArray *known)
{
  GPtrArray *lists = revocation_data_lists(data);
  guint count = 0, signatures = 0;
  for (guint i = 0; i < lists->len && count < REVOCATION_REMARKS_MAX; i++) {
    const Crl *crl = lists->pdata[i];
    const Certificate *namesake = NULL;
    if (is_signed(crl, known, &signatures, &namesake) || !namesake)
      continue;
    Finding *finding = about_list(crl, "crl-unusable");
    finding_set_message(finding,
                        "The revocation list of \"%s\" in %s is not signed by the CA of this name "
                        "that is known here (key id %.16s).",
                        crl->issuer, crl->file, certificate_key_id(namesake));
    finding_set_remedy(finding, "Fetch the current revocation list of \"%s\".", crl->issuer);
    g_ptr_array_add(findings, finding);
    count++;
  }
}

void
revocation_remarks_add(GPtrArray *findings, const RevocationData *data, GPtrArray *known,
                       gint64 now)
{
  add_stale(findings, data, now);
  add_unusable(findings, data, known);
}

/* --- our own certificate ---------------------------------------------------------------------- */

/* The lists may well be the broker's CA's alone: that they say nothing about us is no fault. */
static gboolean
is_wanted(const Finding *finding)
{
  if (!strcmp(finding->code, "client-revoked"))
    return TRUE;
  return finding->source == FINDING_SOURCE_CRL && finding->severity != FINDING_INFO;
}

static gboolean
is_there(GPtrArray *findings, const Finding *wanted)
{
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = findings->pdata[i];
    if (finding->code == wanted->code && finding->source == wanted->source &&
        !g_strcmp0(finding->sha256, wanted->sha256))
      return TRUE;
  }
  return FALSE;
}

void
revocation_remarks_add_client(GPtrArray *findings, const RevocationData *data,
                              GPtrArray *certificates, const char *file, GPtrArray *known,
                              gint64 now)
{
  VerifyRequest request = {.certificates = certificates,
                           .untrusted = known,
                           .purpose = VERIFY_PURPOSE_CLIENT,
                           .revocation = data,
                           .time = now,
                           .source = FINDING_SOURCE_CLIENT,
                           .file = file};
  g_autoptr(Verdict) verdict = verify(&request);
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    if (is_wanted(finding) && !is_there(findings, finding))
      g_ptr_array_add(findings, finding_copy(finding));
  }
}
