/* All checks joined to one verdict.
 *
 *   graph of who issued whom → every complete path → the first without a fault, else the one with
 *   the fewest → what is wrong with that path, with its anchor, with what was sent
 *
 * No complete path: the best partial one, and why it ends where it ends. */
#include "config.h"

#include "trust/verify.h"

#include "trust/path.h"
#include "trust/verify_checks.h"
#include "util/safe_text.h"

/* --- verdict ---------------------------------------------------------------------------------- */

static void
link_free(PathLink *link)
{
  if (link->certificate)
    certificate_unref(link->certificate);
  g_free(link->name);
  g_free(link);
}

static void
verdict_path_free(VerdictPath *path)
{
  g_ptr_array_unref(path->links);
  g_free(path->reason);
  g_free(path);
}

static Verdict *
verdict_new(void)
{
  Verdict *verdict = g_new0(Verdict, 1);
  verdict->paths = g_ptr_array_new_with_free_func((GDestroyNotify)verdict_path_free);
  verdict->path = g_ptr_array_new_with_free_func((GDestroyNotify)link_free);
  verdict->findings = finding_list_new();
  verdict->not_checked = g_ptr_array_new_with_free_func(g_free);
  return verdict;
}

void
verdict_free(Verdict *verdict)
{
  if (!verdict)
    return;
  g_ptr_array_unref(verdict->paths);
  g_ptr_array_unref(verdict->path);
  g_ptr_array_unref(verdict->findings);
  g_ptr_array_unref(verdict->not_checked);
  g_free(verdict);
}

static PathLink *
link_copy(const PathLink *link)
{
  PathLink *copy = g_new(PathLink, 1);
  *copy = *link;
  copy->name = g_strdup(link->name);
  if (copy->certificate)
    certificate_ref(copy->certificate);
  return copy;
}

static VerdictPath *
verdict_path_copy(const VerdictPath *path)
{
  VerdictPath *copy = g_new0(VerdictPath, 1);
  copy->accepted = path->accepted;
  copy->end = path->end;
  copy->reason = g_strdup(path->reason);
  copy->links = g_ptr_array_new_with_free_func((GDestroyNotify)link_free);
  for (guint i = 0; i < path->links->len; i++)
    g_ptr_array_add(copy->links, link_copy(path->links->pdata[i]));
  return copy;
}

Verdict *
verdict_copy(const Verdict *verdict)
{
  Verdict *copy = verdict_new();
  for (guint i = 0; i < verdict->paths->len; i++)
    g_ptr_array_add(copy->paths, verdict_path_copy(verdict->paths->pdata[i]));
  copy->accepted = verdict->accepted;
  copy->path_end = verdict->path_end;
  for (guint i = 0; i < verdict->path->len; i++)
    g_ptr_array_add(copy->path, link_copy(verdict->path->pdata[i]));
  for (guint i = 0; i < verdict->findings->len; i++)
    g_ptr_array_add(copy->findings, finding_copy(verdict->findings->pdata[i]));
  for (guint i = 0; i < verdict->not_checked->len; i++)
    g_ptr_array_add(copy->not_checked, g_strdup(verdict->not_checked->pdata[i]));
  return copy;
}

static const Finding *
first_error(GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = findings->pdata[i];
    if (finding->severity == FINDING_ERROR)
      return finding;
  }
  return NULL;
}

char *
verdict_reason(const Verdict *verdict)
{
  const Finding *finding = first_error(verdict->findings);
  return finding ? g_strdup_printf("%s %s", finding->message, finding->remedy) : NULL;
}

/* --- judging a path --------------------------------------------------------------------------- */

static void
check_path(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  check_dates(findings, request, path);
  check_strength(findings, request, path);
  check_authorities(findings, request, path);
  check_purpose(findings, request, path);
  check_depth(findings, request, path);
  check_links(findings, request, path);
  check_name_constraints(findings, request, path);
  check_policies(findings, request, path);
  check_critical_extensions(findings, request, path);
  check_name(findings, request, path);
  check_email(findings, request, path);
  check_revocation(findings, request, path, NULL);
}

static guint
count_errors(GPtrArray *findings)
{
  guint count = 0;
  for (guint i = 0; i < findings->len; i++)
    count += ((Finding *)findings->pdata[i])->severity == FINDING_ERROR;
  return count;
}

/* (transfer full): what is wrong with a complete path. */
static GPtrArray *
judge(const VerifyRequest *request, const Path *path)
{
  GPtrArray *findings = finding_list_new();
  check_path(findings, request, path);
  if (request->rules == VERIFY_RULES_STRICT)
    check_form(findings, request, path);
  check_anchor(findings, request, path);
  return findings;
}

/* Where there are no anchors, only what the certificates say of each other is judged. */
static void
judge_partial(GPtrArray *findings, const VerifyRequest *request, const PathGraph *graph,
              const Path *path)
{
  if (path->broken >= 0)
    explain_broken_link(findings, request, path);
  else if (request->anchors)
    explain_no_anchor(findings, request, graph, path);
  check_path(findings, request, path);
}

/* --- the path for the screen ------------------------------------------------------------------ */

/* These name the certificate where something is missing; nothing is wrong with itself. */
static gboolean
is_about_absence(const Finding *finding)
{
  static const char *const codes[] = {"chain-leaf-only", "chain-gap", "client-chain-incomplete",
                                      NULL};
  return g_strv_contains(codes, finding->code);
}

static gboolean
is_about(const Finding *finding, const PathLink *link)
{
  return finding->severity == FINDING_ERROR && !is_about_absence(finding) &&
         !g_strcmp0(finding->sha256, certificate_sha256(link->certificate));
}

static gboolean
is_good(GPtrArray *findings, const PathLink *link)
{
  for (guint i = 0; i < findings->len; i++)
    if (is_about(findings->pdata[i], link))
      return FALSE;
  return TRUE;
}

static PathLink *
link_at(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint position)
{
  const PathNode *node = path_node(path, position);
  gboolean anchor = report_is_anchor(path, position);
  PathLink *link = g_new0(PathLink, 1);
  link->certificate = certificate_ref(node->certificate);
  link->name = g_strdup(certificate_subject_label(node->certificate));
  link->index = anchor ? node->anchor : node->sent >= 0 ? node->sent : node->given;
  link->origin = anchor                                   ? PATH_IN_TRUST
                 : node->sent < 0                         ? PATH_GIVEN
                 : request->source == FINDING_SOURCE_PEER ? PATH_SENT
                                                          : PATH_FROM_FILE;
  link->good = is_good(findings, link);
  return link;
}

static PathLink *
missing_link(const Path *path)
{
  PathLink *link = g_new0(PathLink, 1);
  link->name = g_strdup(certificate_issuer_label(path_top(path)->certificate));
  link->origin = PATH_MISSING;
  link->index = -1;
  return link;
}

/* A path that does not reach an anchor ends in something bad: nothing, or what nobody trusts. */
static void
mark_end(Verdict *verdict, const Path *path)
{
  if (issuer_is_missing(path))
    g_ptr_array_add(verdict->path, missing_link(path));
  PathLink *last = verdict->path->pdata[verdict->path->len - 1];
  last->good = FALSE;
}

static void
set_path(Verdict *verdict, const VerifyRequest *request, const Path *path)
{
  for (guint i = 0; i < path->nodes->len; i++)
    g_ptr_array_add(verdict->path, link_at(verdict->findings, request, path, i));
  if (!path->complete && request->anchors)
    mark_end(verdict, path);
  verdict->path_end = path_end(path);
}

/* --- choosing a path -------------------------------------------------------------------------- */

static VerdictPath *
verdict_path_new(const VerifyRequest *request, const Path *path, GPtrArray *findings)
{
  const Finding *error = first_error(findings);
  VerdictPath *judged = g_new0(VerdictPath, 1);
  judged->accepted = !error;
  judged->end = path_end(path);
  judged->reason = error ? g_strdup(error->message) : NULL;
  judged->links = g_ptr_array_new_with_free_func((GDestroyNotify)link_free);
  for (guint i = 0; i < path->nodes->len; i++)
    g_ptr_array_add(judged->links, link_at(findings, request, path, i));
  return judged;
}

/* Judges every path. The first without a fault is used, else the first of those with the fewest;
 * its findings go to the verdict's, and it stands first in `paths`. NULL: there is no complete
 * path. (transfer none) */
static const Path *
choose_path(Verdict *verdict, const VerifyRequest *request, GPtrArray *paths)
{
  const Path *best = NULL;
  guint best_index = 0;
  g_autoptr(GPtrArray) best_findings = NULL;
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr(GPtrArray) findings = judge(request, paths->pdata[i]);
    g_ptr_array_add(verdict->paths, verdict_path_new(request, paths->pdata[i], findings));
    if (best && count_errors(findings) >= count_errors(best_findings))
      continue;
    best = paths->pdata[i];
    best_index = i;
    g_clear_pointer(&best_findings, g_ptr_array_unref);
    best_findings = g_steal_pointer(&findings);
  }
  if (!best)
    return NULL;
  g_ptr_array_insert(verdict->paths, 0, g_ptr_array_steal_index(verdict->paths, best_index));
  g_ptr_array_extend_and_steal(verdict->findings, g_steal_pointer(&best_findings));
  return best;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
not_checked(Verdict *verdict, const char *sentence)
{
  g_ptr_array_add(verdict->not_checked, g_strdup(sentence));
}

static void
list_not_checked(Verdict *verdict, const VerifyRequest *request)
{
  not_checked(verdict, "Certificate policies: which ones are wanted was not asked.");
  if (!request->name && !request->email)
    not_checked(verdict, "The name: none was given.");
  if (!request->anchors)
    not_checked(verdict, "Trust: the certificates were judged by themselves.");
  if (request->purpose == VERIFY_PURPOSE_ANY)
    not_checked(verdict, "The purpose of the certificate: none was given.");
}

/* Which path a program takes is its own affair, and some take the first one. */
static void
report_differing_paths(Verdict *verdict)
{
  Finding *finding = NULL;
  const VerdictPath *used = verdict->paths->pdata[0];
  for (guint i = 1; i < verdict->paths->len; i++) {
    const VerdictPath *other = verdict->paths->pdata[i];
    if (other->accepted)
      continue;
    if (!finding) {
      const PathLink *top = used->links->pdata[used->links->len - 1];
      const PathLink *end = other->links->pdata[other->links->len - 1];
      finding = report(verdict->findings, "paths-differ");
      finding_set_message(finding,
                          "There are several paths: the one to \"%s\" is good, one to \"%s\" is "
                          "not; old programs (OpenSSL before 1.1) may take that one.",
                          top->name, end->name);
    }
    finding_add_evidence(finding, "%s", other->reason);
  }
}

static void
report_cut(GPtrArray *findings, const VerifyRequest *request)
{
  g_autofree char *sender = report_sender(request);
  Finding *finding = report(findings, "chain-too-long");
  finding->severity = FINDING_WARNING;
  finding_set_message(finding,
                      "So many certificates in and beside %s have the same names that the search "
                      "for a path was ended after %d signatures.",
                      sender, PATH_SIGNATURES_MAX);
}

/* A refusal is never without a reason. */
static void
conclude(Verdict *verdict, const VerifyRequest *request, gboolean reached)
{
  gboolean error = report_has_error(verdict->findings);
  verdict->accepted = !error && (reached || !request->anchors);
  if (!verdict->accepted && !error) {
    Finding *finding = report(verdict->findings, "unknown");
    finding_set_message(finding, "No path to a trusted certificate was found, for a reason that "
                                 "has no name here.");
  }
}

static void
verify_chain(Verdict *verdict, const VerifyRequest *request)
{
  g_autoptr(PathGraph) graph =
      path_graph_new(request->certificates, request->untrusted, request->anchors);
  g_autoptr(GPtrArray) paths = path_graph_complete(graph);
  g_autoptr(Path) partial = NULL;
  const Path *path = choose_path(verdict, request, paths);
  gboolean reached = path != NULL;
  if (!path) {
    path = partial = path_graph_partial(graph);
    judge_partial(verdict->findings, request, graph, path);
  }
  /* The strict rules have had their say on every path; the default ones do not choose by form. */
  if (request->rules == VERIFY_RULES_DEFAULT || !reached)
    check_form(verdict->findings, request, path);
  if (!reached && path_graph_is_cut(graph))
    report_cut(verdict->findings, request);
  check_wire(verdict->findings, request, graph, path);
  conclude(verdict, request, reached);
  if (verdict->accepted && verdict->paths->len > 1)
    report_differing_paths(verdict);
  if (verdict->accepted)
    check_expires_soon(verdict->findings, request, path);
  set_path(verdict, request, path);
  check_revocation(NULL, request, path, verdict->not_checked);
  finding_list_sort(verdict->findings);
}

static void
report_no_certificate(Verdict *verdict, const VerifyRequest *request)
{
  Finding *finding = report(verdict->findings, "unknown");
  finding->source = request->source;
  finding->side = report_is_client(request) ? FINDING_SIDE_CLIENT : FINDING_SIDE_SERVER;
  finding->file = request->file ? safe_text_string(request->file) : NULL;
  gboolean peer = request->source == FINDING_SOURCE_PEER;
  finding_set_message(finding, peer ? "The broker sent no certificate."
                                    : "There is no certificate to be verified.");
  finding_set_remedy(finding, peer ? "Configure a certificate for the broker's TLS listener."
                                   : "Give a file with the certificate.");
}

Verdict *
verify(const VerifyRequest *request)
{
  Verdict *verdict = verdict_new();
  if (!request->certificates || request->certificates->len == 0)
    report_no_certificate(verdict, request);
  else
    verify_chain(verdict, request);
  list_not_checked(verdict, request);
  return verdict;
}
