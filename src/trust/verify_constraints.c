/* Name constraints along a path (RFC 5280, 4.2.1.10 and 6.1): what a CA may not issue for, no
 * certificate below it may be named, save CAs that issued themselves a new certificate.
 *
 * Each CA's constraints are held against every name on their own: that is the intersection of the
 * permitted and the union of the excluded ones that RFC 5280 carries along. */
#include "config.h"

#include "trust/verify_checks.h"

#include "trust/certificate_extensions.h"
#include "trust/certificate_identities.h"
#include "trust/name_constraints.h"

/* Names times constraints that are compared for one path, some milliseconds: a sender can make up
 * PATH_COUNT_MAX paths. Enough for 10,000 names below 26 constraints. */
#define COMPARISONS_MAX (1u << 18)
#define NAMES_SHOWN 8
#define FAULTS_SHOWN 8

typedef struct {
  GPtrArray *findings;
  const VerifyRequest *request;
  const Path *path;
  GPtrArray *identities; /* of CertificateIdentities, by position */
  guint budget;
  /* Whose constraints are held against the others. */
  guint holder;
  gboolean critical;
  const NameConstraints *constraints;
} Inquiry;

static const Certificate *
certificate_at(const Inquiry *inquiry, guint position)
{
  return path_node(inquiry->path, position)->certificate;
}

static const char *
label_at(const Inquiry *inquiry, guint position)
{
  return certificate_subject_label(certificate_at(inquiry, position));
}

/* --- a name that may not be ------------------------------------------------------------------- */

static void
set_violation(Finding *finding, const Inquiry *inquiry, const char *name,
              const GeneralName *offender, NameJudgement judgement, const Subtree *subtree)
{
  const char *kind = general_name_kind_plural(offender->kind);
  const char *ca = label_at(inquiry, inquiry->holder);
  g_autofree char *place = report_place(inquiry->request, inquiry->path, inquiry->holder);
  g_autofree char *base = subtree ? general_name_subtree_text(&subtree->base) : NULL;
  g_autofree char *permitted =
      name_constraints_permitted_text(inquiry->constraints, offender->kind);
  switch (judgement) {
  case NAME_EXCLUDED:
    finding_set_message(finding,
                        "The CA \"%s\" in %s may not issue for %s: of %s its name constraints "
                        "exclude %s.",
                        ca, place, name, kind, base);
    return;
  case NAME_NOT_PERMITTED:
    finding_set_message(finding,
                        "The CA \"%s\" in %s may not issue for %s: of %s its name constraints "
                        "permit only %s.",
                        ca, place, name, kind, permitted);
    return;
  case NAME_MALFORMED:
    finding_set_message(finding,
                        "The CA \"%s\" in %s has constraints for %s, and %s is malformed, so it "
                        "stands within none.",
                        ca, place, kind, name);
    return;
  case NAME_UNDECIDED:
    finding_set_message(finding,
                        "The CA \"%s\" in %s has a name constraint for %s that cannot be "
                        "compared (%s%s%s), so nobody can tell whether it may issue for %s.",
                        ca, place, kind, base, subtree->fault ? " " : "",
                        subtree->fault ? subtree->fault : "", name);
    if (!inquiry->critical && !subtree->fault)
      finding->severity = FINDING_WARNING;
    return;
  case NAME_TOO_MANY:
    finding_set_message(finding,
                        "The name constraints of the CA \"%s\" in %s and the names below it are "
                        "more than are compared (%u comparisons).",
                        ca, place, COMPARISONS_MAX);
    return;
  case NAME_ALLOWED:
    g_assert_not_reached();
  }
}

/* The finding: a new one, or `finding` with one name more. */
static Finding *
report_name(const Inquiry *inquiry, guint position, Finding *finding, const GeneralName *name,
            NameJudgement judgement, const Subtree *subtree)
{
  g_autofree char *text = general_name_text(name);
  if (!finding) {
    finding = report_position(inquiry->findings, inquiry->request, inquiry->path, position,
                              "name-constraints-violated");
    set_violation(finding, inquiry, text, name, judgement, subtree);
  }
  finding_add_evidence(finding, "name of \"%s\": %s", label_at(inquiry, position), text);
  return finding;
}

/* What cannot be read may stand for a name that is not allowed. */
static void
report_unread_names(const Inquiry *inquiry, guint position)
{
  g_autofree char *place = report_place(inquiry->request, inquiry->path, inquiry->holder);
  Finding *finding = report_position(inquiry->findings, inquiry->request, inquiry->path, position,
                                     "name-constraints-violated");
  finding_set_message(finding,
                      "The CA \"%s\" in %s has name constraints, and the subjectAltName of \"%s\" "
                      "cannot be read to its end, so nobody can tell whether it keeps to them.",
                      label_at(inquiry, inquiry->holder), place, label_at(inquiry, position));
}

/* One finding for a CA and a certificate below it; every further name is evidence. */
static void
check_below(Inquiry *inquiry, guint position)
{
  const CertificateIdentities *identities = inquiry->identities->pdata[position];
  Finding *finding = NULL;
  guint count = certificate_identities_count(identities);
  if (!certificate_identities_whole(identities))
    report_unread_names(inquiry, position);
  for (guint i = 0; i < count; i++) {
    const GeneralName *name = certificate_identities_get(identities, i);
    const Subtree *subtree;
    NameJudgement judgement =
        name_constraints_judge(inquiry->constraints, name, &inquiry->budget, &subtree);
    if (judgement == NAME_ALLOWED)
      continue;
    if (!finding || finding->evidence->len < NAMES_SHOWN)
      finding = report_name(inquiry, position, finding, name, judgement, subtree);
    if (judgement == NAME_TOO_MANY)
      return;
  }
}

/* --- constraints that should not be as they are ----------------------------------------------- */

static Finding *
report_constraints(const Inquiry *inquiry, FindingSeverity severity)
{
  Finding *finding = report_position(inquiry->findings, inquiry->request, inquiry->path,
                                     inquiry->holder, "certificate-malformed");
  finding->severity = severity;
  finding_set_remedy(finding,
                     "Have the certificate issued again with name constraints as RFC 5280, "
                     "4.2.1.10 wants them.");
  return finding;
}

static FindingSeverity
lenient(const Inquiry *inquiry)
{
  return inquiry->request->rules == VERIFY_RULES_STRICT ? FINDING_ERROR : FINDING_WARNING;
}

static void
report_unreadable(const Inquiry *inquiry)
{
  g_autofree char *place = report_place(inquiry->request, inquiry->path, inquiry->holder);
  Finding *finding = report_constraints(inquiry, FINDING_ERROR);
  finding_set_message(finding, "The name constraints of \"%s\" in %s cannot be read.",
                      label_at(inquiry, inquiry->holder), place);
}

/* RFC 5280: "MUST be used only in a CA certificate". */
static void
report_not_ca(const Inquiry *inquiry)
{
  g_autofree char *place = report_place(inquiry->request, inquiry->path, inquiry->holder);
  Finding *finding = report_constraints(inquiry, lenient(inquiry));
  finding_set_message(finding,
                      "\"%s\" in %s has name constraints and is no CA; they constrain nobody.",
                      label_at(inquiry, inquiry->holder), place);
}

/* RFC 5280 wants it critical; the public Web PKI allows both (BR 7.1.2.5.2). */
static void
report_uncritical(const Inquiry *inquiry)
{
  g_autofree char *place = report_place(inquiry->request, inquiry->path, inquiry->holder);
  Finding *finding = report_constraints(inquiry, FINDING_INFO);
  finding_set_message(finding,
                      "The name constraints of \"%s\" in %s are not marked critical: programs that "
                      "do not know them pass over them.",
                      label_at(inquiry, inquiry->holder), place);
}

static void
report_empty(const Inquiry *inquiry)
{
  g_autofree char *place = report_place(inquiry->request, inquiry->path, inquiry->holder);
  Finding *finding = report_constraints(inquiry, lenient(inquiry));
  finding_set_message(finding, "The name constraints of \"%s\" in %s are empty.",
                      label_at(inquiry, inquiry->holder), place);
}

static void
report_faults(const Inquiry *inquiry)
{
  Finding *finding = NULL;
  g_autofree char *place = report_place(inquiry->request, inquiry->path, inquiry->holder);
  for (guint i = 0; i < name_constraints_count(inquiry->constraints); i++) {
    const Subtree *subtree = name_constraints_get(inquiry->constraints, i);
    if (!subtree->fault)
      continue;
    g_autofree char *base = general_name_subtree_text(&subtree->base);
    const char *kind = general_name_kind_plural(subtree->base.kind);
    if (!finding) {
      finding = report_constraints(inquiry, lenient(inquiry));
      finding_set_message(finding, "The name constraint \"%s\" (%s) of \"%s\" in %s %s.", base,
                          kind, label_at(inquiry, inquiry->holder), place, subtree->fault);
    }
    if (finding->evidence->len < FAULTS_SHOWN)
      finding_add_evidence(finding, "%s: \"%s\" %s", kind, base, subtree->fault);
  }
}

/* --- along the path --------------------------------------------------------------------------- */

static void
check_holder(Inquiry *inquiry, DerSpan value)
{
  g_autoptr(NameConstraints) constraints = name_constraints_new(value);
  inquiry->constraints = constraints;
  if (!constraints) {
    report_unreadable(inquiry);
    return;
  }
  report_faults(inquiry);
  if (name_constraints_count(constraints) == 0)
    report_empty(inquiry);
  else if (!inquiry->critical)
    report_uncritical(inquiry);
  for (guint i = inquiry->holder; i-- > 0;)
    if (i == 0 || !certificate_is_self_issued(certificate_at(inquiry, i)))
      check_below(inquiry, i);
}

/* Only the leaf is used for the host that was dialled. */
static GPtrArray *
identities_of(const VerifyRequest *request, const Path *path)
{
  GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_identities_free);
  for (guint i = 0; i < path->nodes->len; i++)
    g_ptr_array_add(list, certificate_identities_new(path_node(path, i)->certificate,
                                                     i == 0 ? request->name : NULL));
  return list;
}

void
check_name_constraints(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  g_autoptr(GPtrArray) identities = NULL;
  Inquiry inquiry = {
      .findings = findings, .request = request, .path = path, .budget = COMPARISONS_MAX};
  for (guint i = path->nodes->len; i-- > 0;) {
    Extension extension;
    const Certificate *certificate = path_node(path, i)->certificate;
    if (!certificate_extension_find(certificate, OID_NAME_CONSTRAINTS, &extension))
      continue;
    inquiry.holder = i;
    inquiry.critical = extension.critical;
    if (i == 0 && !certificate_is_ca(certificate)) {
      report_not_ca(&inquiry);
      continue;
    }
    if (!identities)
      inquiry.identities = identities = identities_of(request, path);
    check_holder(&inquiry, extension.value);
  }
}
