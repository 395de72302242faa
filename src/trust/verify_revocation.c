/* Is a certificate of the path revoked? What lists and stapled answers say, what they cannot say,
 * and what nobody was asked about. */
#include "config.h"

#include "trust/verify_checks.h"

#include "trust/certificate_fields.h"
#include "trust/crl_status.h"
#include "trust/date_text.h"
#include "trust/ocsp.h"
#include "trust/revocation_data.h"

/* Lists that get a finding of their own; behind them, the findings of the certificates speak. */
#define LISTS_SAID_MAX 32
#define STRANGERS_SHOWN_MAX 8

typedef struct {
  const VerifyRequest *request;
  const Path *path;
  GPtrArray *findings;
  GPtrArray *not_checked; /* of char * */
  GHashTable *said;       /* sentence → its Finding, about a list */
} Survey;

static const Certificate *
certificate_at(const Survey *survey, guint position)
{
  return path_node(survey->path, position)->certificate;
}

static FindingSeverity
severity_of_doubt(const Survey *survey)
{
  return survey->request->rules == VERIFY_RULES_STRICT ? FINDING_ERROR : FINDING_WARNING;
}

/* --- findings about lists --------------------------------------------------------------------- */

static Finding *
report_list(const Survey *survey, const Crl *crl, const char *code, FindingSeverity severity)
{
  Finding *finding = report(survey->findings, code);
  finding->severity = severity;
  finding->source = FINDING_SOURCE_CRL;
  finding->index = crl->index;
  finding->file = g_strdup(crl->file);
  finding->subject = g_strdup(crl->issuer);
  finding->sha256 = g_strdup(crl->sha256);
  return finding;
}

static Finding *
report_problem(const Survey *survey, const CrlProblem *problem, FindingSeverity severity)
{
  g_autofree char *sentence =
      g_strdup_printf("The revocation list of \"%s\" in %s %s.", problem->crl->issuer,
                      problem->crl->file, problem->why);
  g_autofree char *key = g_strdup_printf("%u %s", problem->crl->index, sentence);
  Finding *finding = g_hash_table_lookup(survey->said, key);
  if (finding) {
    finding->severity = MIN(finding->severity, severity); /* the worst is the first */
    return finding;
  }
  if (g_hash_table_size(survey->said) >= LISTS_SAID_MAX)
    return NULL;
  finding = report_list(survey, problem->crl, problem->code, severity);
  finding_set_message(finding, "%s", sentence);
  if (problem->remedy)
    finding_set_remedy(finding, "%s", problem->remedy);
  g_hash_table_insert(survey->said, g_steal_pointer(&key), finding);
  return finding;
}

static void
report_problems(const Survey *survey, guint position, const CrlStatus *status, gboolean known)
{
  const char *label = certificate_subject_label(certificate_at(survey, position));
  for (guint i = 0; i < status->problems->len; i++) {
    const CrlProblem *problem = status->problems->pdata[i];
    if (known && problem->minor)
      continue;
    Finding *finding =
        report_problem(survey, problem, known ? FINDING_INFO : severity_of_doubt(survey));
    if (finding && !known)
      finding_add_evidence(finding, "so this was not checked: is \"%s\" revoked?", label);
  }
}

/* --- findings about certificates -------------------------------------------------------------- */

static const char *
revoked_code(const Survey *survey)
{
  return report_is_client(survey->request) ? "client-revoked" : "server-revoked";
}

static void
report_revoked(const Survey *survey, guint position, gint64 date, int reason, const char *where)
{
  const Certificate *certificate = certificate_at(survey, position);
  g_autofree char *since = date_text_full(date);
  Finding *finding = report_position(survey->findings, survey->request, survey->path, position,
                                     revoked_code(survey));
  if (reason == CRL_REASON_HOLD)
    finding_set_message(finding, "\"%s\" (serial %s) was put on hold by \"%s\" on %s.",
                        certificate_subject_label(certificate), certificate_serial(certificate),
                        certificate_issuer_label(certificate), since);
  else
    finding_set_message(finding, "\"%s\" (serial %s) was revoked by \"%s\" on %s: %s.",
                        certificate_subject_label(certificate), certificate_serial(certificate),
                        certificate_issuer_label(certificate), since, crl_reason_name(reason));
  if (reason == CRL_REASON_HOLD)
    finding_set_remedy(finding, "Have its CA release it, or use another certificate.");
  else if (position > 0)
    finding_set_remedy(finding, "Have a new certificate issued by a CA that is not revoked.");
  finding_add_evidence(finding, "%s", where);
}

static void
report_listed(const Survey *survey, guint position, const CrlStatus *status)
{
  g_autofree char *since = date_text(status->list->this_update);
  g_autofree char *where = g_strdup_printf("revocation list %u in %s, of %s",
                                           status->list->index + 1, status->list->file, since);
  report_revoked(survey, position, status->entry.date, status->entry.reason, where);
}

/* Lists were given, and none is of this certificate's issuer. */
static void
report_uncovered(const Survey *survey, guint position)
{
  const Certificate *certificate = certificate_at(survey, position);
  Finding *finding =
      report_position(survey->findings, survey->request, survey->path, position, "crl-unusable");
  finding->side = FINDING_SIDE_TRUST;
  finding->severity = severity_of_doubt(survey);
  finding_set_message(finding,
                      "Whether \"%s\" is revoked was not checked: no revocation list of \"%s\" was "
                      "given.",
                      certificate_subject_label(certificate),
                      certificate_issuer_label(certificate));
  finding_set_remedy(finding, "Give the current revocation list of \"%s\", too.",
                     certificate_issuer_label(certificate));
}

/* --- stapled answers -------------------------------------------------------------------------- */

static gboolean
staple_is_needed(const Survey *survey, guint position)
{
  return survey->request->rules == VERIFY_RULES_STRICT ||
         ocsp_must_staple(certificate_at(survey, position));
}

static void
report_bad_staple(const Survey *survey, guint position, const OcspAnswer *answer)
{
  const Certificate *certificate = certificate_at(survey, position);
  Finding *finding = report_sent(survey->findings, survey->request,
                                 path_node(survey->path, position)->sent, "staple-bad");
  /* Where nobody may count on it, it is as good as none. */
  finding->severity = staple_is_needed(survey, position) ? FINDING_ERROR : FINDING_WARNING;
  finding_set_message(finding, "The OCSP answer that came with \"%s\" %s.",
                      certificate_subject_label(certificate), answer->why);
}

static RevocationStatus
survey_staple(const Survey *survey, guint position)
{
  const VerifyRequest *request = survey->request;
  int sent = path_node(survey->path, position)->sent;
  g_auto(OcspAnswer) answer = {0};
  if (sent < 0 ||
      !revocation_data_judge_staple(request->revocation, sent, certificate_at(survey, position),
                                    certificate_at(survey, position + 1), request->time, &answer))
    return REVOCATION_UNKNOWN;
  if (answer.status == OCSP_GOOD)
    return REVOCATION_GOOD;
  if (answer.status == OCSP_REVOKED) {
    report_revoked(survey, position, answer.revoked_at, answer.reason,
                   "the OCSP answer that came with the certificate");
    return REVOCATION_REVOKED;
  }
  report_bad_staple(survey, position, &answer);
  return REVOCATION_UNKNOWN;
}

/* RFC 7633: a leaf that says that it is to come with an answer. */
static void
survey_must_staple(const Survey *survey)
{
  const VerifyRequest *request = survey->request;
  const PathNode *leaf = path_node(survey->path, 0);
  if (request->source != FINDING_SOURCE_PEER || leaf->sent < 0 ||
      (request->revocation && revocation_data_staple(request->revocation, leaf->sent)) ||
      !ocsp_must_staple(leaf->certificate))
    return;
  Finding *finding = report_sent(survey->findings, request, leaf->sent, "staple-missing");
  finding_set_message(finding,
                      "\"%s\" says that an OCSP answer comes with it (must-staple), and the broker "
                      "sent none.",
                      certificate_subject_label(leaf->certificate));
}

/* --- each certificate of the path ------------------------------------------------------------- */

G_GNUC_PRINTF(2, 3)
static void
say_not_checked(const Survey *survey, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_ptr_array_add(survey->not_checked, g_strdup_vprintf(format, arguments));
  va_end(arguments);
}

static void
survey_unknown(const Survey *survey, guint position, guint lists)
{
  const Certificate *certificate = certificate_at(survey, position);
  const char *label = certificate_subject_label(certificate);
  const char *issuer = certificate_issuer_label(certificate);
  if (lists > 0) {
    say_not_checked(survey, "Revocation of \"%s\": what was given of \"%s\" cannot be used for it.",
                    label, issuer);
    return;
  }
  say_not_checked(survey, "Revocation of \"%s\": nothing of \"%s\" was given.", label, issuer);
  if (survey->request->revocation && revocation_data_crls(survey->request->revocation) > 0)
    report_uncovered(survey, position);
}

static void
survey_certificate(const Survey *survey, guint position)
{
  g_auto(CrlStatus) lists = {0};
  RevocationStatus stapled = survey_staple(survey, position);
  crl_status(survey->request, survey->path, position, &lists);
  if (lists.status == REVOCATION_REVOKED && stapled != REVOCATION_REVOKED)
    report_listed(survey, position, &lists);
  gboolean known = lists.status != REVOCATION_UNKNOWN || stapled != REVOCATION_UNKNOWN;
  report_problems(survey, position, &lists, known);
  if (!known)
    survey_unknown(survey, position, lists.lists);
}

/* --- lists of others -------------------------------------------------------------------------- */

static void
add_lists_of(const Survey *survey, GHashTable *set, GBytes *name)
{
  GPtrArray *lists = revocation_data_lists_of(survey->request->revocation, name);
  for (guint i = 0; lists && i < lists->len; i++)
    g_hash_table_add(set, lists->pdata[i]);
}

/* Of its CA, and of who makes lists for that. */
static void
add_lists_for(const Survey *survey, GHashTable *set, const Certificate *certificate)
{
  g_autoptr(GPtrArray) makers = crl_scope_issuers(certificate);
  for (guint i = 0; i < makers->len; i++)
    add_lists_of(survey, set, makers->pdata[i]);
  add_lists_of(survey, set, certificate_fields(certificate)->issuer_dn);
}

/* (transfer full), a set of Crl: those of the CAs on the path, of who makes lists for them, and the
 * same of the others that the request names. */
static GHashTable *
lists_of_the_path(const Survey *survey)
{
  GHashTable *set = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i + 1 < survey->path->nodes->len; i++) {
    g_autoptr(GPtrArray) makers = crl_scope_issuers(certificate_at(survey, i));
    for (guint j = 0; j < makers->len; j++)
      add_lists_of(survey, set, makers->pdata[j]);
    add_lists_of(survey, set, certificate_fields(certificate_at(survey, i + 1))->subject_dn);
  }
  GPtrArray *others = survey->request->also_listed;
  for (guint i = 0; others && i < others->len; i++)
    add_lists_for(survey, set, others->pdata[i]);
  return set;
}

/* One finding for all of them: whoever gives a folder of lists gives many. */
static void
survey_strangers(const Survey *survey)
{
  Finding *finding = NULL;
  guint count = 0;
  GPtrArray *lists = revocation_data_lists(survey->request->revocation);
  g_autoptr(GHashTable) ours = lists_of_the_path(survey);
  for (guint i = 0; i < lists->len; i++) {
    const Crl *crl = lists->pdata[i];
    if (g_hash_table_contains(ours, crl))
      continue;
    if (!finding) {
      finding = report_list(survey, crl, "crl-unusable", FINDING_INFO);
      finding_set_message(finding,
                          "The revocation list of \"%s\" in %s is of no CA on this path, so it "
                          "says nothing here.",
                          crl->issuer, crl->file);
      finding_set_remedy(finding, "Nothing to do, unless it was meant to be of a CA on the path.");
    } else if (count <= STRANGERS_SHOWN_MAX) {
      finding_add_evidence(finding, "neither is that of \"%s\" in %s", crl->issuer, crl->file);
    }
    count++;
  }
  if (count > STRANGERS_SHOWN_MAX + 1)
    finding_add_evidence(finding, "%u lists in all", count);
}

/* --- the whole -------------------------------------------------------------------------------- */

static gboolean
has_data(const VerifyRequest *request)
{
  return request->revocation && (revocation_data_crls(request->revocation) > 0 ||
                                 revocation_data_staples(request->revocation) > 0);
}

static void
survey_path(const Survey *survey)
{
  const Path *path = survey->path;
  survey_must_staple(survey);
  if (!has_data(survey->request)) {
    say_not_checked(survey, "Revocation: no revocation list and no OCSP answer was looked at.");
    return;
  }
  for (guint i = 0; i + 1 < path->nodes->len; i++)
    if (path->broken != (int)i) /* else nobody issued it */
      survey_certificate(survey, i);
  const Certificate *top = path_top(path)->certificate;
  if (!path->complete && !certificate_is_self_signed(top))
    say_not_checked(survey, "Revocation of \"%s\": its issuer is missing.",
                    certificate_subject_label(top));
  survey_strangers(survey);
}

void
check_revocation(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                 GPtrArray *not_checked)
{
  g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GPtrArray) other_findings = finding_list_new();
  g_autoptr(GPtrArray) other_sentences = g_ptr_array_new_with_free_func(g_free);
  Survey survey = {.request = request,
                   .path = path,
                   .findings = findings ? findings : other_findings,
                   .not_checked = not_checked ? not_checked : other_sentences,
                   .said = said};
  survey_path(&survey);
}
