#include "config.h"

#include "trust/crl_status.h"

#include <string.h>

#include "trust/certificate_fields.h"
#include "trust/date_text.h"
#include "trust/gnutls_bridge.h"
#include "trust/name_compare.h"

/* One list of the issuer and what it is worth. */
typedef struct {
  const Crl *crl;
  gboolean usable; /* may show that a certificate is good */
  guint reasons;   /* for which it speaks */
} Candidate;

typedef struct {
  const VerifyRequest *request;
  const Path *path;
  const Certificate *certificate;
  guint issuer;    /* position of who issued it */
  gboolean nested; /* it is a signer of lists itself: only lists of its issuer's own key count */
  GArray *bases, *deltas; /* of Candidate */
  CrlStatus *status;
} Inquiry;

static void inquire(Inquiry *inquiry);

/* --- what is wrong with a list ---------------------------------------------------------------- */

static void
problem_free(CrlProblem *problem)
{
  g_free(problem->why);
  g_free(problem);
}

static void add_problem(const Inquiry *inquiry, const Crl *crl, const char *remedy,
                        const char *format, ...) G_GNUC_PRINTF(4, 5);

/* `remedy` NULL: it is only too old. */
static void
add_problem(const Inquiry *inquiry, const Crl *crl, const char *remedy, const char *format, ...)
{
  va_list arguments;
  CrlProblem *problem = g_new0(CrlProblem, 1);
  va_start(arguments, format);
  problem->crl = crl;
  problem->code = remedy ? "crl-unusable" : "revocation-data-stale";
  problem->remedy = remedy;
  problem->why = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_ptr_array_add(inquiry->status->problems, problem);
}

static gboolean
check_dates(const Inquiry *inquiry, const Crl *crl)
{
  gint64 now = inquiry->request->time;
  if (crl->this_update > now) {
    g_autofree char *date = date_text_full(crl->this_update);
    add_problem(inquiry, crl, "Check the clock, or give the list that is in force now.",
                "begins only on %s", date);
    return FALSE;
  }
  /* RFC 5280, 5.1.2.5: it must have an end. Without one nothing says that it is the newest. */
  if (crl->next_update == 0) {
    add_problem(inquiry, crl, "Have the CA write into its lists when the next one comes.",
                "does not say when it ends (nextUpdate)");
    return FALSE;
  }
  if (crl->next_update >= now)
    return TRUE;
  g_autofree char *date = date_text_full(crl->next_update);
  add_problem(inquiry, crl, NULL, "ended on %s", date);
  return FALSE;
}

/* RFC 5280, 5.2 and 5.3 */
static gboolean
check_extensions(const Inquiry *inquiry, const Crl *crl)
{
  static const char leave_out[] = "Ask the CA for a list without that extension.";
  static const char number[] = "Have the CA number its lists in an extension that is not critical "
                               "(RFC 5280, 5.2.3).";
  if (crl->unknown_critical)
    add_problem(inquiry, crl, leave_out, "has a critical extension that is not known here (%s)",
                crl->unknown_critical);
  else if (crl->unknown_critical_entry)
    add_problem(inquiry, crl, leave_out,
                "has an entry with a critical extension that is not known here (%s)",
                crl->unknown_critical_entry);
  else if (!crl->has_number)
    add_problem(inquiry, crl, number, "has no number (cRLNumber)");
  else if (crl->number_is_critical)
    add_problem(inquiry, crl, number, "has its number (cRLNumber) in a critical extension");
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_strength(const Inquiry *inquiry, const Crl *crl)
{
  const char *weak = crl_weak_algorithm(crl);
  if (weak)
    add_problem(inquiry, crl, "Have the CA sign its lists with SHA-256.",
                "is signed with %s, which can be forged", weak);
  return !weak;
}

static gboolean
check_scope(const Inquiry *inquiry, const Crl *crl, guint *reasons)
{
  const char *why;
  if (crl_covers(crl, inquiry->certificate, reasons, &why))
    return TRUE;
  add_problem(inquiry, crl, "Give the list that the CA has for such certificates, too.", "%s", why);
  CrlProblem *problem = inquiry->status->problems->pdata[inquiry->status->problems->len - 1];
  problem->minor = TRUE; /* a CA may well have several lists */
  return FALSE;
}

/* --- who signed it ---------------------------------------------------------------------------- */

static gboolean
may_sign_lists(const Certificate *signer)
{
  const char *const *usage = certificate_key_usage(signer);
  return !usage || g_strv_contains(usage, "cRLSign"); /* RFC 5280, 6.3.3 (f) */
}

static gboolean
has_lists_name(const Crl *crl, const Certificate *candidate)
{
  return name_compare_equal(der_span(certificate_fields(candidate)->subject_dn), crl->issuer_dn);
}

/* The position above the certificate of who issued `candidate`, or -1. */
static int
issued_from_path(const Inquiry *inquiry, const Certificate *candidate)
{
  for (guint i = inquiry->issuer; i < inquiry->path->nodes->len; i++)
    if (certificate_is_issued_by(candidate, path_node(inquiry->path, i)->certificate))
      return i;
  return -1;
}

/* A certificate apart from the path whose key signs lists alone: it must stand on the same path's
 * issuers, and be good by their lists. */
static gboolean
is_valid_signer(const Inquiry *inquiry, const Certificate *candidate)
{
  gint64 now = inquiry->request->time;
  int issuer = issued_from_path(inquiry, candidate);
  if (issuer < 0 || certificate_not_before(candidate) > now ||
      certificate_not_after(candidate) < now)
    return FALSE;
  g_auto(CrlStatus) status = {0};
  Inquiry about = {.request = inquiry->request,
                   .path = inquiry->path,
                   .certificate = candidate,
                   .issuer = issuer,
                   .nested = TRUE,
                   .status = &status};
  inquire(&about);
  return status.status == REVOCATION_GOOD;
}

static const Certificate *
signer_among(const Inquiry *inquiry, const Crl *crl, const GPtrArray *certificates)
{
  for (guint i = 0; certificates && i < MIN(certificates->len, PATH_SENT_MAX); i++) {
    const Certificate *candidate = certificates->pdata[i];
    if (has_lists_name(crl, candidate) && crl_is_signed_by(crl, candidate) &&
        !certificate_equal(candidate, inquiry->certificate) && is_valid_signer(inquiry, candidate))
      return candidate;
  }
  return NULL;
}

static const Certificate *
signer_on_path(const Inquiry *inquiry, const Crl *crl)
{
  for (guint i = inquiry->issuer; i < inquiry->path->nodes->len; i++) {
    const Certificate *candidate = path_node(inquiry->path, i)->certificate;
    if (has_lists_name(crl, candidate) && crl_is_signed_by(crl, candidate))
      return candidate;
  }
  return NULL;
}

static const Certificate *
signer_of(const Inquiry *inquiry, const Crl *crl)
{
  const VerifyRequest *request = inquiry->request;
  const Certificate *signer = signer_on_path(inquiry, crl);
  if (signer || inquiry->nested)
    return signer;
  signer = signer_among(inquiry, crl, request->certificates);
  return signer ? signer : signer_among(inquiry, crl, request->untrusted);
}

static gboolean
check_signer(const Inquiry *inquiry, const Crl *crl, const Certificate *signer)
{
  if (may_sign_lists(signer))
    return TRUE;
  add_problem(inquiry, crl, "Create the CA's certificate again with cRLSign.",
              "is signed by \"%s\", whose keyUsage lacks cRLSign",
              certificate_subject_label(signer));
  return FALSE;
}

/* --- sorting the lists ------------------------------------------------------------------------ */

static void
sort_list(const Inquiry *inquiry, const Crl *crl)
{
  Candidate candidate = {.crl = crl, .reasons = CRL_REASONS_ALL};
  const Certificate *signer = signer_of(inquiry, crl);
  if (!signer) {
    add_problem(inquiry, crl, "Fetch the list again from the CA whose certificate is on the path.",
                "is not signed with a key that this path vouches for");
    return;
  }
  /* One reason a list is enough. */
  candidate.usable = check_signer(inquiry, crl, signer) && check_strength(inquiry, crl) &&
                     check_extensions(inquiry, crl) && check_dates(inquiry, crl) &&
                     check_scope(inquiry, crl, &candidate.reasons);
  g_array_append_val(crl->is_delta ? inquiry->deltas : inquiry->bases, candidate);
}

/* --- complete lists and deltas ---------------------------------------------------------------- */

static int
compare_numbers(DerSpan a, DerSpan b)
{
  if (a.length != b.length)
    return a.length < b.length ? -1 : 1;
  return a.length == 0 ? 0 : memcmp(a.bytes, b.bytes, a.length);
}

static gboolean
have_one_issuer(const Crl *a, const Crl *b)
{
  return name_compare_equal(a->issuer_dn, b->issuer_dn);
}

/* RFC 5280, 5.2.4: the three conditions under which the two may be put together. */
static gboolean
delta_fits(const Crl *delta, const Crl *base)
{
  return have_one_issuer(delta, base) && der_span_equal(delta->scope.bytes, base->scope.bytes) &&
         compare_numbers(base->number, delta->base_number) >= 0 &&
         compare_numbers(base->number, delta->number) < 0;
}

/* The newest usable one for this complete list, or NULL. */
static const Crl *
delta_of(const Inquiry *inquiry, const Crl *base)
{
  const Crl *best = NULL;
  for (guint i = 0; i < inquiry->deltas->len; i++) {
    const Candidate *delta = &g_array_index(inquiry->deltas, Candidate, i);
    if (delta->usable && delta_fits(delta->crl, base) &&
        (!best || compare_numbers(best->number, delta->crl->number) < 0))
      best = delta->crl;
  }
  return best;
}

static gboolean
has_usable_base(const Inquiry *inquiry, const Crl *delta)
{
  for (guint i = 0; i < inquiry->bases->len; i++) {
    const Candidate *base = &g_array_index(inquiry->bases, Candidate, i);
    if (base->usable && delta_fits(delta, base->crl))
      return TRUE;
  }
  return FALSE;
}

/* A complete list that has all that the delta could tell. */
static gboolean
is_superseded(const Inquiry *inquiry, const Crl *delta)
{
  for (guint i = 0; i < inquiry->bases->len; i++) {
    const Candidate *base = &g_array_index(inquiry->bases, Candidate, i);
    if (base->usable && have_one_issuer(base->crl, delta) &&
        compare_numbers(base->crl->number, delta->number) >= 0)
      return TRUE;
  }
  return FALSE;
}

/* --- what they say ---------------------------------------------------------------------------- */

static gboolean
find(const Inquiry *inquiry, const Crl *crl, CrlEntry *entry)
{
  guint8 serial[128];
  size_t size = sizeof serial;
  return gnutls_x509_crt_get_serial(certificate_gnutls(inquiry->certificate), serial, &size) >= 0 &&
         crl_find(crl, der_span(certificate_fields(inquiry->certificate)->issuer_dn),
                  (DerSpan){serial, size}, entry);
}

/* On the complete list, put together with its delta. */
static gboolean
find_combined(const Inquiry *inquiry, const Crl *base, const Crl **where, CrlEntry *entry)
{
  const Crl *delta = delta_of(inquiry, base);
  gboolean in_delta = delta && find(inquiry, delta, entry);
  *where = in_delta ? delta : base;
  if (!in_delta && !find(inquiry, base, entry))
    return FALSE;
  return entry->reason != CRL_REASON_REMOVED; /* 6.3.3 (l) */
}

/* A newer usable list on which the certificate does not stand: it was released from hold. */
static gboolean
was_released(const Inquiry *inquiry, const Crl *crl)
{
  const Crl *where;
  CrlEntry entry;
  for (guint i = 0; i < inquiry->bases->len; i++) {
    const Candidate *base = &g_array_index(inquiry->bases, Candidate, i);
    if (base->usable && have_one_issuer(base->crl, crl) &&
        base->crl->this_update > crl->this_update && base->reasons & 1u << CRL_REASON_HOLD &&
        !find_combined(inquiry, base->crl, &where, &entry))
      return TRUE;
  }
  return FALSE;
}

static void
note_revoked(const Inquiry *inquiry, const Crl *crl, const CrlEntry *entry)
{
  CrlStatus *status = inquiry->status;
  if (entry->reason == CRL_REASON_HOLD && was_released(inquiry, crl))
    return;
  /* A list that begins only later speaks of what was revoked before, too. */
  if (crl->this_update > inquiry->request->time && entry->date > inquiry->request->time)
    return;
  if (status->status == REVOCATION_REVOKED && status->entry.reason != CRL_REASON_HOLD)
    return;
  status->status = REVOCATION_REVOKED;
  status->list = crl;
  status->entry = *entry;
}

static void
read_bases(const Inquiry *inquiry, guint *reasons)
{
  const Crl *where;
  CrlEntry entry;
  for (guint i = 0; i < inquiry->bases->len; i++) {
    const Candidate *base = &g_array_index(inquiry->bases, Candidate, i);
    if (find_combined(inquiry, base->crl, &where, &entry))
      note_revoked(inquiry, where, &entry);
    if (base->usable)
      *reasons |= base->reasons;
  }
}

/* Those that go with no complete list: they cannot show that anything is good. */
static void
read_deltas(const Inquiry *inquiry)
{
  CrlEntry entry;
  for (guint i = 0; i < inquiry->deltas->len; i++) {
    const Candidate *delta = &g_array_index(inquiry->deltas, Candidate, i);
    gboolean superseded = is_superseded(inquiry, delta->crl);
    if (has_usable_base(inquiry, delta->crl))
      continue;
    if (delta->usable && !superseded)
      add_problem(inquiry, delta->crl, "Give the CA's complete list, too.",
                  "lists changes only (delta), and no usable complete list that it goes with was "
                  "given");
    if (!superseded && find(inquiry, delta->crl, &entry) && entry.reason != CRL_REASON_REMOVED)
      note_revoked(inquiry, delta->crl, &entry);
  }
}

static void
note_partial(const Inquiry *inquiry)
{
  for (guint i = 0; i < inquiry->bases->len; i++) {
    const Candidate *base = &g_array_index(inquiry->bases, Candidate, i);
    if (base->usable)
      add_problem(inquiry, base->crl, "Give the CA's lists for the other reasons, too.",
                  "is for some reasons of revocation only, and no others were given for the rest");
  }
}

static void
conclude(const Inquiry *inquiry, guint reasons)
{
  if (inquiry->status->status == REVOCATION_REVOKED)
    return;
  if (reasons == CRL_REASONS_ALL)
    inquiry->status->status = REVOCATION_GOOD;
  else if (reasons != 0)
    note_partial(inquiry);
}

/* `name`: of the issuer, or of who makes its lists. */
static void
sort_lists_of(const Inquiry *inquiry, GBytes *name)
{
  GPtrArray *lists = revocation_data_lists_of(inquiry->request->revocation, name);
  for (guint i = 0; lists && i < lists->len; i++)
    sort_list(inquiry, lists->pdata[i]);
  inquiry->status->lists += lists ? lists->len : 0;
}

static void
sort_lists(const Inquiry *inquiry)
{
  GBytes *issuer = certificate_fields(inquiry->certificate)->issuer_dn;
  g_autoptr(GPtrArray) others = crl_scope_issuers(inquiry->certificate);
  sort_lists_of(inquiry, issuer);
  for (guint i = 0; i < others->len; i++)
    if (!name_compare_equal(der_span(others->pdata[i]), der_span(issuer)))
      sort_lists_of(inquiry, others->pdata[i]);
}

static void
inquire(Inquiry *inquiry)
{
  guint reasons = 0;
  g_autoptr(GArray) bases = g_array_new(FALSE, TRUE, sizeof(Candidate));
  g_autoptr(GArray) deltas = g_array_new(FALSE, TRUE, sizeof(Candidate));
  inquiry->bases = bases;
  inquiry->deltas = deltas;
  inquiry->status->problems = g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
  sort_lists(inquiry);
  read_bases(inquiry, &reasons);
  read_deltas(inquiry);
  conclude(inquiry, reasons);
}

void
crl_status(const VerifyRequest *request, const Path *path, guint position, CrlStatus *status)
{
  Inquiry inquiry = {.request = request,
                     .path = path,
                     .certificate = path_node(path, position)->certificate,
                     .issuer = position + 1,
                     .status = status};
  *status = (CrlStatus){.status = REVOCATION_UNKNOWN};
  inquire(&inquiry);
}

void
crl_status_clear(CrlStatus *status)
{
  g_clear_pointer(&status->problems, g_ptr_array_unref);
}
