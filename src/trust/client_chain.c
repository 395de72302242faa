#include "config.h"

#include "trust/client_chain.h"

#include "trust/certificate_fields.h"
#include "trust/path.h"
#include "util/safe_text.h"

static Certificate *
leaf_of(const ClientChain *chain)
{
  return chain->certificates->pdata[0];
}

static const GPtrArray *
beside(const ClientChain *chain)
{
  if (!*chain->beside)
    *chain->beside = folder_certificates(chain->path);
  return *chain->beside;
}

static Finding *
about_leaf(const ClientChain *chain, const char *code)
{
  const Certificate *leaf = leaf_of(chain);
  Finding *finding = finding_new(code);
  finding->side = FINDING_SIDE_CLIENT;
  finding->source = FINDING_SOURCE_CLIENT;
  finding->index = 0;
  finding->file = g_strdup(chain->file);
  finding->subject = g_strdup(certificate_subject(leaf));
  finding->sha256 = g_strdup(certificate_sha256(leaf));
  return finding;
}

/* --- the wrong file of a set ------------------------------------------------------------------ */

static gboolean
are_authorities(const GPtrArray *certificates)
{
  for (guint i = 0; i < certificates->len; i++)
    if (!certificate_is_ca(certificates->pdata[i]))
      return FALSE;
  return TRUE;
}

static gboolean
has_key(const GPtrArray *certificates, const char *key_id)
{
  for (guint i = 0; i < certificates->len; i++)
    if (g_str_equal(certificate_key_id(certificates->pdata[i]), key_id))
      return TRUE;
  return FALSE;
}

/* Of the files that begin with the certificate for this key the one with most certificates: it is
 * what a broker wants to be sent. */
static const FolderFile *
find_full(const GPtrArray *files, const char *key_id)
{
  const FolderFile *best = NULL;
  for (guint i = 0; i < files->len; i++) {
    const FolderFile *file = files->pdata[i];
    if (g_str_equal(certificate_key_id(file->certificates->pdata[0]), key_id) &&
        (!best || file->certificates->len > best->certificates->len))
      best = file;
  }
  return best;
}

Finding *
client_chain_wrong_role(const ClientChain *chain, const char *key_id)
{
  if (!are_authorities(chain->certificates) || has_key(chain->certificates, key_id))
    return NULL;
  Finding *finding = about_leaf(chain, "file-wrong-role");
  const FolderFile *right = find_full(beside(chain), key_id);
  gboolean many = chain->certificates->len > 1;
  finding->side = FINDING_SIDE_LOCAL; /* nothing is wrong with it but the field that it is in */
  finding_set_message(finding,
                      "%s holds only %s of %s (\"%s\"), and the certificate that your key belongs "
                      "to is needed here.",
                      chain->file, many ? "certificates" : "the certificate", many ? "CAs" : "a CA",
                      certificate_subject_label(leaf_of(chain)));
  if (right)
    finding_set_remedy(finding, "Use %s, which begins with the certificate for your key.",
                       right->path);
  else
    finding_set_remedy(finding, "Use the file that begins with your own certificate (certbot calls "
                                "it fullchain.pem).");
  finding_add_evidence(finding, "key id %.16s is of no certificate in it", key_id);
  return finding;
}

static Finding *
about_anchor(const Anchors *anchors, const Certificate *certificate)
{
  Finding *finding = finding_new("file-wrong-role");
  finding->source = FINDING_SOURCE_TRUST;
  finding->index = 0;
  finding->file = g_strdup(anchors_path(anchors));
  finding->subject = g_strdup(certificate_subject(certificate));
  finding->sha256 = g_strdup(certificate_sha256(certificate));
  return finding;
}

Finding *
client_chain_wrong_anchor(const Anchors *anchors, const GPtrArray *anchors_beside,
                          const Certificate *own)
{
  const FolderFile *where = NULL;
  const Certificate *first = anchors_certificates(anchors)->pdata[0];
  gboolean ours = own && certificate_equal(own, first);
  if (!anchors_path(anchors) || certificate_is_ca(first) || certificate_is_self_signed(first))
    return NULL;
  const Certificate *issuer = folder_find_issuer(anchors_beside, first, &where);
  if (!ours && !issuer)
    return NULL;
  Finding *finding = about_anchor(anchors, first);
  finding->severity = ours ? FINDING_ERROR : FINDING_WARNING;
  finding_set_message(finding, "%s is the file of %s (\"%s\"), not of a CA.", anchors_path(anchors),
                      ours ? "your own certificate" : "a certificate",
                      certificate_subject_label(first));
  if (ours && issuer)
    finding_set_remedy(finding,
                       "Use the CA that issued the broker's certificate; %s holds the one that "
                       "issued yours (\"%s\").",
                       where->path, certificate_subject_label(issuer));
  else if (issuer)
    finding_set_remedy(finding, "Use %s, which holds its issuer \"%s\".", where->path,
                       certificate_subject_label(issuer));
  else
    finding_set_remedy(finding, "Use the certificate of the CA that issued the broker's "
                                "certificate.");
  return finding;
}

/* --- an issuer that is missing ---------------------------------------------------------------- */

/* The last certificate on the way up within the file. */
static Certificate *
top_of(const ClientChain *chain)
{
  g_autoptr(PathGraph) graph = path_graph_new(chain->certificates, NULL, NULL);
  g_autoptr(Path) path = path_graph_partial(graph);
  return path->broken >= 0 ? NULL : path_top(path)->certificate;
}

static Certificate *
issuer_in(const Anchors *anchors, const Certificate *certificate)
{
  GPtrArray *list = anchors ? anchors_certificates(anchors) : NULL;
  for (guint i = 0; list && i < list->len; i++)
    if (certificate_is_issued_by(certificate, list->pdata[i]))
      return list->pdata[i];
  return NULL;
}

/* (transfer none): who issued `top`, and in `*place` (transfer full) the file that holds it. */
static Certificate *
known_issuer(const ClientChain *chain, const Certificate *top, char **place)
{
  const FolderFile *where = NULL;
  Certificate *issuer = issuer_in(chain->anchors, top);
  Certificate *other = NULL;
  if (!issuer || !certificate_is_self_issued(issuer))
    other = folder_find_issuer(beside(chain), top, &where);
  if (other) {
    *place = safe_text_string(where->path);
    return other;
  }
  if (issuer)
    *place = g_strdup(anchors_path(chain->anchors) ? anchors_path(chain->anchors)
                                                   : "the system's trust store");
  return issuer;
}

static Finding *
incomplete(const ClientChain *chain, const Certificate *top)
{
  Finding *finding = about_leaf(chain, "client-chain-incomplete");
  finding->severity = FINDING_WARNING;
  finding_set_message(finding,
                      "%s lacks the certificate of \"%s\", the intermediate that issued \"%s\"; a "
                      "broker that knows only the root above it will refuse yours.",
                      chain->file, certificate_issuer_label(top), certificate_subject_label(top));
  finding_set_remedy(finding, "Append the certificate of \"%s\" to %s.",
                     certificate_issuer_label(top), chain->file);
  return finding;
}

static gboolean
holds_all(GPtrArray *list, const Certificate *leaf, const Certificate *issuer)
{
  return certificate_equal(list->pdata[0], leaf) &&
         g_ptr_array_find_with_equal_func(list, issuer, (GEqualFunc)certificate_equal, NULL);
}

/* (transfer none): the known intermediate that issued `top` and is not in our file; NULL: there is
 * none. `*place` (transfer full): the file that holds it. */
static Certificate *
missing_issuer(const ClientChain *chain, const Certificate *top, char **place)
{
  if (!top || certificate_is_self_issued(top) || issuer_in(chain->broker_ca, top))
    return NULL;
  Certificate *issuer = known_issuer(chain, top, place);
  return issuer && !certificate_is_self_issued(issuer) ? issuer : NULL;
}

Finding *
client_chain_incomplete(const ClientChain *chain)
{
  g_autofree char *place = NULL;
  const Certificate *top = top_of(chain);
  const Certificate *issuer = missing_issuer(chain, top, &place);
  if (!issuer)
    return NULL;
  Finding *finding = incomplete(chain, top);
  finding_add_evidence(finding, "\"%s\" is in %s", certificate_subject_label(issuer), place);
  const FolderFile *full = find_full(beside(chain), certificate_key_id(leaf_of(chain)));
  if (full && holds_all(full->certificates, leaf_of(chain), issuer))
    finding_set_remedy(finding, "Use %s, which holds both.", full->path);
  else
    finding_set_remedy(finding, "Append \"%s\", which is in %s, to %s.",
                       certificate_subject_label(issuer), place, chain->file);
  return finding;
}

gboolean
client_chain_is_beyond_gap(const ClientChain *chain, const Certificate *other)
{
  g_autofree char *place = NULL;
  const Certificate *issuer = missing_issuer(chain, top_of(chain), &place);
  return issuer && certificate_is_issued_by(issuer, other);
}

/* --- an issuer of another key ----------------------------------------------------------------- */

static Finding *
stale(const ClientChain *chain, const Certificate *child, const PathNode *wrong)
{
  g_autofree char *place = NULL;
  const Certificate *right = known_issuer(chain, child, &place);
  if (!right || certificate_is_self_issued(right))
    return NULL;
  gboolean newer = certificate_not_before(right) > certificate_not_before(wrong->certificate);
  Finding *finding = about_leaf(chain, newer ? "chain-stale-intermediate" : "issuer-key-differs");
  const char *label = certificate_subject_label(wrong->certificate);
  finding->index = wrong->sent;
  g_free(finding->subject);
  g_free(finding->sha256);
  finding->subject = g_strdup(certificate_subject(wrong->certificate));
  finding->sha256 = g_strdup(certificate_sha256(wrong->certificate));
  finding_set_message(finding,
                      "\"%s\" in %s is not the one that signed \"%s\": it has another key "
                      "(%.16s, not %.16s).",
                      label, chain->file, certificate_subject_label(child),
                      certificate_key_id(wrong->certificate), certificate_key_id(right));
  finding_set_remedy(finding, "Replace it by the \"%s\" that is in %s.", label, place);
  return finding;
}

Finding *
client_chain_stale(const ClientChain *chain)
{
  if (chain->certificates->len < 2)
    return NULL;
  g_autoptr(PathGraph) graph = path_graph_new(chain->certificates, NULL, NULL);
  g_autoptr(Path) path = path_graph_partial(graph);
  if (path->broken < 0)
    return NULL;
  guint broken = (guint)path->broken;
  return stale(chain, path_node(path, broken)->certificate, path_node(path, broken + 1));
}

/* --- the broker's CA file --------------------------------------------------------------------- */

static char *
broker_names(const ClientChain *chain)
{
  GPtrArray *list = anchors_certificates(chain->broker_ca);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < list->len && i < 4; i++)
    g_string_append_printf(text, "%s\"%s\"", i > 0 ? ", " : "",
                           certificate_subject_label(list->pdata[i]));
  if (list->len > 4)
    g_string_append_printf(text, " and %u more", list->len - 4);
  return g_string_free(text, FALSE);
}

static const Certificate *
broker_namesake(const ClientChain *chain, const Certificate *top)
{
  GPtrArray *list = anchors_certificates(chain->broker_ca);
  for (guint i = 0; i < list->len; i++)
    if (g_bytes_equal(certificate_fields(top)->issuer_dn,
                      certificate_fields(list->pdata[i])->subject_dn))
      return list->pdata[i];
  return NULL;
}

static Finding *
same_name(const ClientChain *chain, const Certificate *top, const Certificate *namesake)
{
  Finding *finding = about_leaf(chain, "anchor-same-name");
  finding->severity = FINDING_WARNING;
  finding_set_message(finding,
                      "Two CAs are called \"%s\": the one in the broker's CA file %s did not sign "
                      "\"%s\" in %s.",
                      certificate_subject_label(namesake), anchors_path(chain->broker_ca),
                      certificate_subject_label(top), chain->file);
  finding_set_remedy(finding,
                     "Have your certificate issued again by the broker's \"%s\", or give the "
                     "broker the CA certificate that issued yours.",
                     certificate_subject_label(namesake));
  finding_add_evidence(finding, "key id of \"%s\" in %s: %.16s",
                       certificate_subject_label(namesake), anchors_path(chain->broker_ca),
                       certificate_key_id(namesake));
  return finding;
}

static Finding *
partial(const ClientChain *chain, const Certificate *anchor)
{
  Finding *finding = about_leaf(chain, "client-partial-chain-refused");
  finding->side = FINDING_SIDE_BROKER;
  finding->severity = FINDING_WARNING;
  finding_set_message(finding,
                      "The broker's CA file %s holds the intermediate \"%s\" and not the root "
                      "above it; brokers with OpenSSL (mosquitto) refuse your certificate then.",
                      anchors_path(chain->broker_ca), certificate_subject_label(anchor));
  finding_set_remedy(finding,
                     "Let the broker's administrator add the root \"%s\" to its CA file (EMQX: "
                     "partial_chain).",
                     certificate_issuer_label(anchor));
  return finding;
}

static Finding *
unknown_ca(const ClientChain *chain, const Certificate *top, gboolean sure)
{
  g_autofree char *names = broker_names(chain);
  Finding *finding = about_leaf(chain, "client-ca-unknown");
  finding->side = FINDING_SIDE_BROKER;
  finding->severity = FINDING_WARNING;
  finding_set_message(finding,
                      "Your certificate \"%s\" leads to \"%s\", and the broker's CA file %s holds "
                      "only %s.",
                      certificate_subject_label(leaf_of(chain)), certificate_issuer_label(top),
                      anchors_path(chain->broker_ca), names);
  finding_set_remedy(finding,
                     "Give the broker's administrator the certificate of \"%s\", or use a "
                     "certificate that one of the broker's CAs issued.",
                     certificate_issuer_label(top));
  if (!sure)
    finding_add_alternative(finding, "client-chain-incomplete");
  return finding;
}

/* Whoever stands above the file and the known files, as far up as they lead. The broker does not
 * have them, so this is only for finding out which CA is meant. */
static const Certificate *
highest_known(const ClientChain *chain, const Certificate *top)
{
  g_autofree char *place = NULL;
  for (guint i = 0; i < PATH_LENGTH_MAX && !certificate_is_self_issued(top); i++) {
    g_clear_pointer(&place, g_free);
    const Certificate *issuer = known_issuer(chain, top, &place);
    if (!issuer)
      break;
    top = issuer;
  }
  return top;
}

static gboolean
holds(const Anchors *anchors, const Certificate *certificate)
{
  GPtrArray *list = anchors_certificates(anchors);
  for (guint i = 0; i < list->len; i++)
    if (certificate_equal(list->pdata[i], certificate))
      return TRUE;
  return FALSE;
}

/* No path from our file to the broker's CAs. */
static Finding *
explain_refusal(const ClientChain *chain, const Certificate *top)
{
  const Certificate *namesake = broker_namesake(chain, top);
  const Certificate *highest = highest_known(chain, top);
  if (namesake)
    return same_name(chain, top, namesake);
  /* The missing piece is known, and with it the broker would be content. */
  if (highest != top && (holds(chain->broker_ca, highest) || issuer_in(chain->broker_ca, highest)))
    return incomplete(chain, top);
  return unknown_ca(chain, highest, certificate_is_self_issued(highest));
}

Finding *
client_chain_refused(const ClientChain *chain)
{
  if (!chain->broker_ca || !anchors_path(chain->broker_ca))
    return NULL;
  g_autoptr(PathGraph) graph = path_graph_new(chain->certificates, NULL, chain->broker_ca);
  g_autoptr(GPtrArray) paths = path_graph_complete(graph);
  if (path_graph_is_cut(graph))
    return NULL;
  if (paths->len > 0) {
    /* Those that end in a self-signed anchor are first. */
    const Certificate *anchor = path_top(paths->pdata[0])->certificate;
    return certificate_is_self_signed(anchor) || certificate_equal(anchor, leaf_of(chain))
               ? NULL
               : partial(chain, anchor);
  }
  const Certificate *top = top_of(chain);
  return top ? explain_refusal(chain, top) : NULL;
}
