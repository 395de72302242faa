#include "config.h"

#include "trust/verify_checks.h"

#include "util/safe_text.h"

gboolean
report_is_client(const VerifyRequest *request)
{
  return request->source == FINDING_SOURCE_CLIENT ||
         (request->source != FINDING_SOURCE_PEER && request->purpose == VERIFY_PURPOSE_CLIENT);
}

gboolean
report_is_anchor(const Path *path, guint position)
{
  const PathNode *node = path_node(path, position);
  if (node->anchor < 0)
    return FALSE;
  /* The leaf is the peer's also where it is pinned; what was sent and is trusted as well is taken
   * as trusted where the path ends. */
  return node->sent < 0 || (position > 0 && position == path->nodes->len - 1);
}

/* --- places in words -------------------------------------------------------------------------- */

char *
report_sender(const VerifyRequest *request)
{
  if (request->source == FINDING_SOURCE_PEER)
    return g_strdup("the broker's chain");
  return request->file ? safe_text_string(request->file) : g_strdup("the certificate file");
}

char *
report_trust(const VerifyRequest *request)
{
  const char *path = request->anchors ? anchors_path(request->anchors) : NULL;
  if (request->anchors && anchors_parts(request->anchors) > 1)
    return g_strdup_printf("what you trust (%s)", anchors_label(request->anchors));
  return path ? g_strconcat("your CA file ", path, NULL) : g_strdup("the system's trust store");
}

/* The one file of several that this anchor is from. */
static char *
anchor_place(const VerifyRequest *request, guint anchor)
{
  const char *path = anchors_origin(request->anchors, anchor, NULL);
  return path ? g_strconcat("your CA file ", path, NULL) : g_strdup("the system's trust store");
}

char *
report_place(const VerifyRequest *request, const Path *path, guint position)
{
  if (report_is_anchor(path, position))
    return anchor_place(request, path_node(path, position)->anchor);
  if (path_node(path, position)->sent < 0)
    return g_strdup("the untrusted certificates");
  return report_sender(request);
}

/* --- findings --------------------------------------------------------------------------------- */

static void
set_certificate(Finding *finding, const Certificate *certificate, FindingSource source, int index)
{
  finding->source = source;
  finding->index = index;
  finding->subject = g_strdup(certificate_subject(certificate));
  finding->sha256 = g_strdup(certificate_sha256(certificate));
}

Finding *
report(GPtrArray *findings, const char *code)
{
  Finding *finding = finding_new(code);
  g_ptr_array_add(findings, finding);
  return finding;
}

Finding *
report_sent(GPtrArray *findings, const VerifyRequest *request, guint index, const char *code)
{
  Finding *finding = report(findings, code);
  set_certificate(finding, request->certificates->pdata[index], request->source, index);
  finding->file = request->file ? safe_text_string(request->file) : NULL;
  if (report_is_client(request) && finding->side == FINDING_SIDE_SERVER)
    finding->side = FINDING_SIDE_CLIENT;
  return finding;
}

static Finding *
report_given(GPtrArray *findings, const VerifyRequest *request, guint index, const char *code)
{
  Finding *finding = report(findings, code);
  set_certificate(finding, request->untrusted->pdata[index], FINDING_SOURCE_UNTRUSTED, index);
  if (report_is_client(request) && finding->side == FINDING_SIDE_SERVER)
    finding->side = FINDING_SIDE_CLIENT;
  return finding;
}

Finding *
report_anchor(GPtrArray *findings, const VerifyRequest *request, guint index, const char *code)
{
  Finding *finding = report(findings, code);
  set_certificate(finding, anchors_certificates(request->anchors)->pdata[index],
                  FINDING_SOURCE_TRUST, index);
  guint in_file = index;
  finding->file = g_strdup(anchors_origin(request->anchors, index, &in_file));
  finding->index = (int)in_file;
  finding->side = FINDING_SIDE_TRUST;
  return finding;
}

Finding *
report_position(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint position,
                const char *code)
{
  const PathNode *node = path_node(path, position);
  if (report_is_anchor(path, position))
    return report_anchor(findings, request, node->anchor, code);
  return node->sent >= 0 ? report_sent(findings, request, node->sent, code)
                         : report_given(findings, request, node->given, code);
}

void
report_rule(Finding *finding, const VerifyRequest *request, FindingSeverity severity)
{
  finding->severity = request->rules == VERIFY_RULES_STRICT ? FINDING_ERROR : severity;
}

gboolean
report_has_error(GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    if (((Finding *)findings->pdata[i])->severity == FINDING_ERROR)
      return TRUE;
  return FALSE;
}
