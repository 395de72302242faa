/* Where a path ends. Several causes look alike from here; which code comes first and which stand
 * beside it as alternatives is the table "Which code, when several fit" of the fault catalogue. */
#include "config.h"

#include "trust/verify_checks.h"

#include <gnutls/x509.h>
#include <string.h>

#include "trust/catalogue.h"
#include "trust/certificate_fields.h"
#include "trust/folder_look.h"
#include "trust/gnutls_bridge.h"

#define ANCHORS_SHOWN 5

static GPtrArray *
anchor_list(const VerifyRequest *request)
{
  return anchors_certificates(request->anchors);
}

/* An anchor bears this short name. The whole one tells it apart, for it is not the same. */
static gboolean
anchor_has_label(const VerifyRequest *request, const char *label)
{
  GPtrArray *anchors = anchor_list(request);
  for (guint i = 0; i < anchors->len; i++)
    if (!g_strcmp0(certificate_subject_label(anchors->pdata[i]), label))
      return TRUE;
  return FALSE;
}

static char *
list_anchors(const VerifyRequest *request, gboolean whole_names)
{
  GPtrArray *anchors = anchor_list(request);
  if (anchors->len > ANCHORS_SHOWN)
    return g_strdup_printf("%u certificates", anchors->len);
  GString *list = g_string_new(NULL);
  for (guint i = 0; i < anchors->len; i++)
    g_string_append_printf(list, "%s\"%s\"", i ? ", " : "",
                           whole_names ? certificate_subject(anchors->pdata[i])
                                       : certificate_subject_label(anchors->pdata[i]));
  return g_string_free(list, FALSE);
}

/* --- a root that nobody trusts ---------------------------------------------------------------- */

static void
report_self_signed(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  const Certificate *leaf = path_node(path, 0)->certificate;
  g_autofree char *trust = report_trust(request);
  Finding *finding = report_position(findings, request, path, 0, "self-signed-untrusted");
  finding->side = FINDING_SIDE_TRUST;
  finding_set_message(finding, "\"%s\" is signed by itself and does not stand in %s.",
                      certificate_subject_label(leaf), trust);
  finding_set_remedy(finding,
                     "Save it as trusted after comparing its SHA-256 fingerprint %s by "
                     "another way.",
                     certificate_sha256(leaf));
}

/* (transfer none): what the trust file lacks, or why it is the wrong kind of trust. */
static const char *
wrong_anchor_code(const VerifyRequest *request, const Path *path)
{
  const Certificate *top = path_top(path)->certificate;
  gboolean seen = path->nodes->len > 1 || certificate_is_self_signed(top);
  if (request->source == FINDING_SOURCE_PEER && known_interceptor(certificate_issuer(top)))
    return "interception-suspected";
  if (!anchors_path(request->anchors) && anchors_parts(request->anchors) == 1)
    return seen ? "trust-public-private-mixup" : "anchor-wrong";
  return known_root(request, top) ? "trust-setting-wrong" : "anchor-wrong";
}

static void
set_wrong_anchor_text(Finding *finding, const VerifyRequest *request, const char *label,
                      const char *name)
{
  gboolean whole_names = anchor_has_label(request, label);
  const char *wanted = whole_names ? name : label;
  g_autofree char *trust = report_trust(request), *list = list_anchors(request, whole_names);
  g_autofree char *sender = report_sender(request);
  if (!strcmp(finding->code, "interception-suspected")) {
    finding_set_message(finding,
                        "\"%s\" is what a product that reads along in TLS connections calls its "
                        "CA; %s comes from it, not from the broker's own CA.",
                        wanted, sender);
    finding_add_alternative(finding, "anchor-wrong");
  } else if (!strcmp(finding->code, "trust-public-private-mixup")) {
    finding_set_message(finding, "\"%s\", to which %s leads, is a private CA: %s does not hold it.",
                        wanted, sender, trust);
    finding_set_remedy(finding, "Give a CA file with \"%s\" instead of the system's trust.",
                       wanted);
  } else if (!strcmp(finding->code, "trust-setting-wrong")) {
    finding_set_message(finding,
                        "\"%s\", to which %s leads, is a CA of the system's trust store, but here "
                        "%s is trusted, which holds %s.",
                        wanted, sender, trust, list);
    finding_set_remedy(finding, "Switch to the system's trust, or add \"%s\" to %s.", wanted,
                       trust);
  } else {
    finding_set_message(finding, "It takes \"%s\" to trust %s, but %s holds %s.", wanted, sender,
                        trust, list);
    finding_set_remedy(
        finding, "Add the certificate of \"%s\" to the trusted ones, if you trust it.", wanted);
  }
}

/* (transfer container), of FolderFile: those of CAs alone; a chain for a broker is no CA file. */
static GPtrArray *
authorities_beside(const VerifyRequest *request)
{
  GPtrArray *files = g_ptr_array_new();
  for (guint i = 0; request->beside && i < request->beside->len; i++) {
    const FolderFile *file = request->beside->pdata[i];
    guint count = 0;
    while (count < file->certificates->len && certificate_is_ca(file->certificates->pdata[count]))
      count++;
    if (count == file->certificates->len)
      g_ptr_array_add(files, (gpointer)file);
  }
  return files;
}

/* The right root may lie beside the wrong file: above the chain's end, or above one before it where
 * that end was cross-signed. */
static void
suggest_beside(Finding *finding, const VerifyRequest *request, const Path *path)
{
  g_autoptr(GPtrArray) files = authorities_beside(request);
  for (guint i = path->nodes->len; i > 0; i--) {
    const FolderFile *file;
    const Certificate *root = folder_find_issuer(files, path_node(path, i - 1)->certificate, &file);
    if (!root || !certificate_is_self_signed(root))
      continue;
    finding_set_remedy(finding, "Use %s, which holds \"%s\", if you trust it.", file->path,
                       certificate_subject_label(root));
    return;
  }
}

static void
report_wrong_anchor(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  const PathNode *top = path_top(path);
  const char *code = wrong_anchor_code(request, path);
  gboolean root = certificate_is_self_signed(top->certificate);
  Finding *finding;
  if (root) {
    finding = report_position(findings, request, path, path->nodes->len - 1, code);
  } else {
    finding = report(findings, code);
    finding->source = FINDING_SOURCE_TRUST;
    finding->file = g_strdup(anchors_path(request->anchors));
    finding->subject = g_strdup(certificate_issuer(top->certificate));
    if (strcmp(code, "trust-setting-wrong") != 0) /* there the issuer is seen */
      finding_add_alternative(finding, path->nodes->len == 1 ? "chain-leaf-only" : "chain-gap");
  }
  finding->side = catalogue_find(code)->side;
  if (root)
    set_wrong_anchor_text(finding, request, certificate_subject_label(top->certificate),
                          certificate_subject(top->certificate));
  else
    set_wrong_anchor_text(finding, request, certificate_issuer_label(top->certificate),
                          certificate_issuer(top->certificate));
  if (strcmp(code, "anchor-wrong") == 0)
    suggest_beside(finding, request, path);
}

/* --- an issuer that is missing ---------------------------------------------------------------- */

/* Anchors that are all the certificates of services cannot have issued anything. */
static gboolean
anchors_are_leaves(const VerifyRequest *request)
{
  GPtrArray *anchors = anchor_list(request);
  for (guint i = 0; i < anchors->len; i++) {
    const Certificate *anchor = anchors->pdata[i];
    if (certificate_is_ca(anchor) || certificate_is_self_issued(anchor) ||
        !certificate_fields(anchor)->has_basic_constraints)
      return FALSE;
  }
  return TRUE;
}

static void
report_leaf_anchor(GPtrArray *findings, const VerifyRequest *request)
{
  const Certificate *anchor = anchor_list(request)->pdata[0];
  g_autofree char *trust = report_trust(request);
  Finding *finding = report_anchor(findings, request, 0, "anchor-leaf");
  finding->severity = FINDING_ERROR;
  finding_set_message(finding,
                      "\"%s\" in %s is no CA but the certificate of a service, and not "
                      "the one that was sent.",
                      certificate_subject_label(anchor), trust);
  finding_set_remedy(finding, "Use the certificate of its issuer, \"%s\".",
                     certificate_issuer_label(anchor));
}

/* RFC 5280, 4.2.2.1: where the issuer's certificate may be fetched; an issuer that is published
 * so is an intermediate. */
static char *
issuer_address(const Certificate *certificate)
{
  gnutls_x509_crt_t crt = certificate_gnutls(certificate);
  gnutls_datum_t uri = {NULL, 0};
  for (unsigned i = 0; i < 16; i++) {
    int result =
        gnutls_x509_crt_get_authority_info_access(crt, i, GNUTLS_IA_CAISSUERS_URI, &uri, NULL);
    if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
      return NULL;
    if (result < 0)
      continue;
    char *text = g_strndup((const char *)uri.data, uri.size);
    gnutls_free(uri.data);
    return text;
  }
  return NULL;
}

static gboolean
anchor_of_organization(const VerifyRequest *request, const char *organization)
{
  GPtrArray *anchors = anchor_list(request);
  for (guint i = 0; organization && i < anchors->len; i++)
    if (!g_strcmp0(certificate_fields(anchors->pdata[i])->subject_organization, organization))
      return TRUE;
  return FALSE;
}

static void
report_leaf_only(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  const Certificate *leaf = path_node(path, 0)->certificate;
  gboolean client = report_is_client(request);
  g_autofree char *sender = report_sender(request), *address = issuer_address(leaf);
  Finding *finding = report_position(findings, request, path, 0,
                                     client ? "client-chain-incomplete" : "chain-leaf-only");
  finding_set_message(finding,
                      "There is only \"%s\" in %s; the certificate of its issuer \"%s\" "
                      "is missing.",
                      certificate_subject_label(leaf), sender, certificate_issuer_label(leaf));
  if (client)
    finding_set_remedy(finding, "Append the certificate of \"%s\" to %s, after the leaf.",
                       certificate_issuer_label(leaf), sender);
  else
    finding_set_remedy(finding,
                       "Configure the broker with the full chain (add \"%s\" there), not "
                       "your CA file.",
                       certificate_issuer_label(leaf));
  finding_add_alternative(finding, "anchor-wrong");
  if (address)
    finding_add_evidence(finding, "the issuer's certificate is published at %s", address);
}

/* The lowest of the sent CAs that hang together with nothing; NULL: there is none. */
static const Certificate *
cut_off_authority(const VerifyRequest *request, const PathGraph *graph)
{
  for (guint i = 1; i < request->certificates->len; i++) {
    const PathNode *node = path_graph_sent(graph, i);
    if (node && !node->reached && certificate_is_ca(node->certificate))
      return node->certificate;
  }
  return NULL;
}

static void
report_gap(GPtrArray *findings, const VerifyRequest *request, const Path *path,
           const Certificate *above)
{
  const Certificate *top = path_top(path)->certificate;
  gboolean client = report_is_client(request);
  g_autofree char *sender = report_sender(request);
  Finding *finding = report_position(findings, request, path, path->nodes->len - 1,
                                     client ? "client-chain-incomplete" : "chain-gap");
  finding_set_message(finding,
                      "Between \"%s\" and \"%s\" the certificate of \"%s\" is missing in "
                      "%s.",
                      certificate_subject_label(top), certificate_subject_label(above),
                      certificate_issuer_label(top), sender);
  finding_set_remedy(finding, "Add the certificate of \"%s\" to %s.", certificate_issuer_label(top),
                     sender);
  finding_add_alternative(finding, "anchor-wrong");
}

static void
explain_missing_issuer(GPtrArray *findings, const VerifyRequest *request, const PathGraph *graph,
                       const Path *path)
{
  const Certificate *top = path_top(path)->certificate;
  const Certificate *above = cut_off_authority(request, graph);
  const char *organization = certificate_fields(top)->issuer_organization;
  g_autofree char *address = issuer_address(top);
  if (anchors_are_leaves(request))
    report_leaf_anchor(findings, request);
  else if (above)
    report_gap(findings, request, path, above);
  else if (path->nodes->len == 1 && (address || anchor_of_organization(request, organization)))
    report_leaf_only(findings, request, path);
  else
    report_wrong_anchor(findings, request, path);
}

/* --- no anchor -------------------------------------------------------------------------------- */

static const PathNode *
anchor_namesake(const PathNode *node)
{
  for (guint i = 0; i < node->namesakes->len; i++) {
    const PathNode *namesake = node->namesakes->pdata[i];
    if (namesake->anchor >= 0)
      return namesake;
  }
  return NULL;
}

static void
explain_root(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  const PathNode *top = path_top(path), *namesake = anchor_namesake(top);
  if (namesake &&
      !g_str_equal(certificate_key_id(namesake->certificate), certificate_key_id(top->certificate)))
    report_same_name(findings, request, namesake, top->certificate);
  else if (path->nodes->len == 1)
    report_self_signed(findings, request, path);
  else
    report_wrong_anchor(findings, request, path);
}

gboolean
issuer_is_missing(const Path *path)
{
  const Certificate *top = path_top(path)->certificate;
  return !path->complete && !certificate_is_self_signed(top) && !is_damaged_root(top);
}

/* --- a path that was not followed to its end -------------------------------------------------- */

static gboolean
holds_issuer(GPtrArray *list, const Certificate *certificate)
{
  for (guint i = 0; list && i < list->len && i < PATH_SENT_MAX; i++)
    if (certificate_is_issued_by(certificate, list->pdata[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_too_long(const VerifyRequest *request, const Path *path)
{
  const Certificate *top = path_top(path)->certificate;
  return path->nodes->len >= PATH_LENGTH_MAX && !certificate_is_self_signed(top) &&
         (holds_issuer(request->certificates, top) || holds_issuer(request->untrusted, top) ||
          holds_issuer(anchor_list(request), top));
}

static void
report_too_long(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  g_autofree char *sender = report_sender(request);
  Finding *finding = report_position(findings, request, path, 0, "chain-too-long");
  finding_set_message(finding,
                      "In %s more than %d certificates stand one above the other, from \"%s\" to "
                      "\"%s\" and beyond, and here no path is followed further.",
                      sender, PATH_LENGTH_MAX,
                      certificate_subject_label(path_node(path, 0)->certificate),
                      certificate_subject_label(path_top(path)->certificate));
  finding_set_remedy(finding, "Have the certificate issued by a CA that is nearer to the root.");
}

void
explain_no_anchor(GPtrArray *findings, const VerifyRequest *request, const PathGraph *graph,
                  const Path *path)
{
  const Certificate *top = path_top(path)->certificate;
  if (is_too_long(request, path))
    report_too_long(findings, request, path);
  else if (certificate_is_self_signed(top))
    explain_root(findings, request, path);
  else if (is_damaged_root(top))
    explain_damaged_root(findings, request, path);
  else
    explain_missing_issuer(findings, request, graph, path);
}
