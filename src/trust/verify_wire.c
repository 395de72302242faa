/* What was sent, and in which order: GnuTLS sorts and drops in silence, others do not. */
#include "config.h"

#include "trust/verify_checks.h"

#include "trust/certificate_fields.h"

static Certificate *
sent_certificate(const VerifyRequest *request, guint index)
{
  return request->certificates->pdata[index];
}

/* --- one by one ------------------------------------------------------------------------------- */

static void
report_duplicate(GPtrArray *findings, const VerifyRequest *request, guint index)
{
  g_autofree char *sender = report_sender(request);
  Finding *finding = report_sent(findings, request, index, "certificate-duplicate");
  finding_set_message(finding, "\"%s\" stands more than once in %s.",
                      certificate_subject_label(sent_certificate(request, index)), sender);
}

static void
report_root(GPtrArray *findings, const VerifyRequest *request, guint index)
{
  g_autofree char *sender = report_sender(request);
  Finding *finding = report_sent(findings, request, index, "chain-includes-root");
  finding_set_message(finding, "The self-signed root \"%s\" stands in %s, where nobody needs it.",
                      certificate_subject_label(sent_certificate(request, index)), sender);
}

/* Without anchors nobody knows whether it is a stranger or the other side of a gap. */
static void
report_unrelated(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint index)
{
  g_autofree char *sender = report_sender(request);
  Finding *finding = report_sent(findings, request, index, "chain-unrelated");
  finding_set_message(finding, "\"%s\" in %s did not issue any certificate of the path.",
                      certificate_subject_label(sent_certificate(request, index)), sender);
  if (request->anchors || !issuer_is_missing(path) ||
      !certificate_is_ca(sent_certificate(request, index)))
    return;
  finding_set_remedy(finding,
                     "Remove it, or add the certificate of \"%s\" if that is what it issued.",
                     certificate_issuer_label(path_top(path)->certificate));
  finding_add_alternative(finding, report_is_client(request) ? "client-chain-incomplete"
                                                             : "chain-gap");
}

/* Behind a gap (see verify_trust.c) CAs are not strangers, only cut off. */
static gboolean
is_stranger(const VerifyRequest *request, const Path *path, const PathNode *node)
{
  if (node->reached || g_ptr_array_find(path->nodes, (gpointer)node, NULL))
    return FALSE;
  return !request->anchors || path->complete || path->broken >= 0 ||
         !certificate_is_ca(node->certificate) ||
         certificate_is_self_signed(path_top(path)->certificate);
}

/* `led`: the leaf comes first, so that what hangs together with nothing is a stranger. */
static void
check_each(GPtrArray *findings, const VerifyRequest *request, const PathGraph *graph,
           const Path *path, gboolean led)
{
  g_autoptr(GHashTable) repeated = g_hash_table_new(NULL, NULL);
  for (guint i = 1; i < request->certificates->len; i++) {
    const PathNode *node = path_graph_sent(graph, i);
    if (!node)
      return;
    if (node->sent != (int)i) {
      if (g_hash_table_add(repeated, (gpointer)node))
        report_duplicate(findings, request, i);
    } else if (led && is_stranger(request, path, node)) {
      report_unrelated(findings, request, path, i);
    } else if (certificate_is_self_signed(node->certificate)) {
      report_root(findings, request, i);
    }
  }
}

/* --- order ------------------------------------------------------------------------------------ */

static void
append_label(GString *list, const char *label)
{
  g_string_append_printf(list, "%s\"%s\"", list->len ? ", " : "", label);
}

static char *
sent_order(const VerifyRequest *request)
{
  GString *list = g_string_new(NULL);
  for (guint i = 0; i < request->certificates->len && i < PATH_SENT_MAX; i++)
    append_label(list, certificate_subject_label(sent_certificate(request, i)));
  return g_string_free(list, FALSE);
}

static char *
right_order(const Path *path)
{
  GString *list = g_string_new(NULL);
  for (guint i = 0; i < path->nodes->len; i++)
    if (path_node(path, i)->sent >= 0)
      append_label(list, certificate_subject_label(path_node(path, i)->certificate));
  return g_string_free(list, FALSE);
}

/* RFC 5246, 7.4.2: each certificate certifies the one before it. TLS 1.3 lets this go, and clients
 * that speak 1.2 strictly do not. */
static void
check_order(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  int last = -1;
  for (guint i = 0; i < path->nodes->len; i++) {
    int index = path_node(path, i)->sent;
    if (index < 0)
      continue;
    if (index < last) {
      g_autofree char *sender = report_sender(request);
      g_autofree char *sent = sent_order(request), *right = right_order(path);
      Finding *finding = report_sent(findings, request, index, "chain-wrong-order");
      finding_add_evidence(finding, "order: %s", sent);
      finding_set_message(finding, "The certificates in %s stand in the order %s.", sender, sent);
      finding_set_remedy(finding, "Put the leaf first and each certificate before its issuer: %s.",
                         right);
      return;
    }
    last = index;
  }
}

/* --- the first one ---------------------------------------------------------------------------- */

/* The certificate of a service that stands behind the CA which issued it; -1: none. */
static int
find_leaf(const VerifyRequest *request)
{
  const CertificateFields *first = certificate_fields(sent_certificate(request, 0));
  for (guint i = 1; i < request->certificates->len && i < PATH_SENT_MAX; i++) {
    Certificate *other = sent_certificate(request, i);
    if (!certificate_is_ca(other) &&
        g_bytes_equal(certificate_fields(other)->issuer_dn, first->subject_dn))
      return i;
  }
  return -1;
}

static void
report_ca_leaf(GPtrArray *findings, const VerifyRequest *request)
{
  g_autofree char *sender = report_sender(request);
  Finding *finding = report_sent(findings, request, 0, "leaf-is-ca");
  if (request->purpose == VERIFY_PURPOSE_SERVER) /* BR 7.1.2.7.8 is for these */
    report_rule(finding, request, FINDING_WARNING);
  finding_set_message(finding,
                      "The first certificate in %s, \"%s\", is a CA certificate; some clients "
                      "refuse it.",
                      sender, certificate_subject_label(sent_certificate(request, 0)));
  if (report_is_client(request))
    finding_set_remedy(finding, "Issue a client certificate that is not a CA.");
}

static void
report_leaf_position(GPtrArray *findings, const VerifyRequest *request, guint index)
{
  g_autofree char *sender = report_sender(request);
  const char *leaf = certificate_subject_label(sent_certificate(request, index));
  Finding *finding = report_sent(findings, request, 0, "leaf-not-first");
  finding_set_message(finding,
                      "The first certificate in %s is the CA \"%s\"; \"%s\", which it issued, is "
                      "number %u.",
                      sender, certificate_subject_label(sent_certificate(request, 0)), leaf,
                      index + 1);
  finding_set_remedy(finding, "Put \"%s\" first.", leaf);
}

/* FALSE: the leaf is not the first one. */
static gboolean
check_first(GPtrArray *findings, const VerifyRequest *request)
{
  if (!certificate_is_ca(sent_certificate(request, 0)))
    return TRUE;
  int leaf = find_leaf(request);
  if (leaf < 0)
    report_ca_leaf(findings, request);
  else
    report_leaf_position(findings, request, leaf);
  return leaf < 0;
}

static void
check_count(GPtrArray *findings, const VerifyRequest *request)
{
  if (request->certificates->len <= PATH_SENT_MAX)
    return;
  g_autofree char *sender = report_sender(request);
  Finding *finding = report(findings, "chain-too-long");
  finding->severity = FINDING_WARNING;
  finding_set_message(finding,
                      "There are %u certificates in %s; only the first %d were looked "
                      "at.",
                      request->certificates->len, sender, PATH_SENT_MAX);
}

void
check_wire(GPtrArray *findings, const VerifyRequest *request, const PathGraph *graph,
           const Path *path)
{
  check_count(findings, request);
  gboolean led = check_first(findings, request);
  check_order(findings, request, path);
  check_each(findings, request, graph, path, led);
}
