/* Certificate, chain and key out of their files, whatever form they have. */
#include "config.h"

#include "trust/bundle_private.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "trust/chain_split.h"
#include "trust/inspection.h"
#include "trust/key_label.h"
#include "trust/pem_block.h"
#include "trust/private_key.h"
#include "trust/token.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"
#include "util/secret.h"

/* --- findings --------------------------------------------------------------------------------- */

void
bundle_add(BundleParts *parts, Finding *finding)
{
  g_ptr_array_add(parts->bundle->findings, finding);
}

Finding *
bundle_finding(const BundleParts *parts, const char *code, const Certificate *certificate)
{
  Finding *finding = finding_new(code);
  finding->side = FINDING_SIDE_SERVER;
  finding->source = FINDING_SOURCE_CHAIN;
  finding->subject = g_strdup(certificate_subject(certificate));
  finding->sha256 = g_strdup(certificate_sha256(certificate));
  for (guint i = 0; i < parts->given->len; i++) {
    if (!certificate_equal(parts->given->pdata[i], certificate))
      continue;
    finding->file = g_strdup(parts->origins->pdata[i]);
    finding->index = (int)g_array_index(parts->places, guint, i);
    break;
  }
  return finding;
}

/* Nobody is asked here. */
static void
set_password_remedy(Finding *finding)
{
  if (g_str_equal(finding->code, "key-password-needed"))
    finding_set_remedy(finding, "Give its password with --password-file: the broker gets the key "
                                "without one, for it starts without being asked.");
  else if (g_str_equal(finding->code, "key-password-wrong"))
    finding_set_remedy(finding, "Give the right one with --password-file.");
}

static void
add_error(BundleParts *parts, const GError *error, FindingSource source, const char *path)
{
  g_autofree char *label = inspection_label(path);
  Finding *finding = finding_from_error(error, source, label);
  finding->severity = FINDING_ERROR; /* whatever it is elsewhere: nothing was read */
  set_password_remedy(finding);
  if (g_str_equal(finding->code, "file-missing"))
    finding_set_remedy(finding, "Correct the path, or have the file written.");
  bundle_add(parts, finding);
}

/* --- certificates ----------------------------------------------------------------------------- */

static void
take_certificates(BundleParts *parts, const Inspection *inspection)
{
  for (guint i = 0, place = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (!item->certificate)
      continue;
    g_ptr_array_add(parts->given, certificate_ref(item->certificate));
    g_ptr_array_add(parts->origins, g_strdup(inspection->path));
    g_array_append_val(parts->places, place);
    place++;
  }
}

static gboolean
is_chain_remark(const Finding *remark)
{
  static const char *const own[] = {"leaf-not-first",        "chain-wrong-order",
                                    "certificate-duplicate", "chain-includes-root",
                                    "file-several-keys",     "file-der"};
  for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
    if (g_str_equal(remark->code, own[i]))
      return TRUE;
  return FALSE;
}

/* A certificate that stood there, and would not be in the broker's files. */
static gboolean
is_about_lost(const Inspection *inspection, const Finding *remark)
{
  const InspectedItem *item = remark->index >= 0 ? inspection->items->pdata[remark->index] : NULL;
  return item && item->kind == INSPECTED_DAMAGED;
}

/* What is only a matter of the file's form is no matter: the files are written anew. */
static void
take_remarks(BundleParts *parts, const Inspection *inspection)
{
  for (guint i = 0; i < inspection->remarks->len; i++) {
    const Finding *remark = inspection->remarks->pdata[i];
    gboolean lost = is_about_lost(inspection, remark);
    if ((remark->severity != FINDING_ERROR && !lost) || is_chain_remark(remark))
      continue;
    Finding *finding = finding_copy(remark);
    finding->severity = FINDING_ERROR;
    bundle_add(parts, finding);
  }
}

/* (transfer full): NULL, and its finding. */
static Inspection *
read_file(BundleParts *parts, const char *path)
{
  g_autoptr(GError) error = NULL;
  guint before = parts->given->len;
  Inspection *inspection = inspection_read(path, parts->request->password, &error);
  if (!inspection) {
    add_error(parts, error, FINDING_SOURCE_CHAIN, path);
    return NULL;
  }
  take_certificates(parts, inspection);
  if (parts->given->len > before) {
    take_remarks(parts, inspection);
    return inspection;
  }
  const InspectedItem *first = inspection->items->pdata[0];
  g_autoptr(Finding) finding =
      finding_new(first->problem_code ? first->problem_code : "file-wrong-kind");
  finding->severity = FINDING_ERROR; /* whatever it is elsewhere: nothing was read */
  finding->source = FINDING_SOURCE_CHAIN;
  finding->file = g_strdup(inspection->path);
  if (first->problem)
    finding_set_sentence(finding, first->problem);
  else
    finding_set_message(finding, "%s holds a %s, but a certificate is needed here.",
                        inspection->path, inspected_kind_name(first->kind));
  set_password_remedy(finding);
  bundle_add(parts, g_steal_pointer(&finding));
  inspection_free(inspection);
  return NULL;
}

/* --- the key ---------------------------------------------------------------------------------- */

static char *
pem_of(gnutls_x509_privkey_t key)
{
  gnutls_datum_t pem = {NULL, 0};
  if (gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem) <
      0)
    return NULL;
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_memset(pem.data, 0, pem.size);
  gnutls_free(pem.data);
  return text;
}

/* (transfer full): the key's own PEM, when it is what every broker reads; NULL: it is not. GnuTLS
 * would write the number of an elliptic curve's key with a zero before it, which RFC 5915 has not.
 */
static char *
own_pem(const FileContent *content)
{
  for (guint i = 0; !content->der && i < content->blocks->len; i++) {
    const ContentBlock *block = &g_array_index(content->blocks, ContentBlock, i);
    g_autoptr(PemBlock) pem = block->kind == CONTENT_KEY ? pem_block_read(content, block) : NULL;
    if (pem && pem->der && g_str_equal(pem->label, "PRIVATE KEY"))
      return pem_block_text(pem);
  }
  return NULL;
}

static void
add_unwritable(BundleParts *parts, const char *path)
{
  g_autofree char *label = inspection_label(path);
  Finding *finding = finding_new("key-encryption-unsupported");
  finding->severity = FINDING_ERROR;
  finding->source = FINDING_SOURCE_KEY;
  finding->file = g_strdup(label);
  finding_set_message(finding, "The key in %s is of a kind that cannot be written as PKCS#8.",
                      label);
  finding_set_remedy(finding, "Give a key of RSA, ECDSA or Ed25519.");
  bundle_add(parts, finding);
}

static void
take_key(BundleParts *parts, const FileContent *content, const char *path)
{
  g_autoptr(GError) error = NULL;
  gnutls_x509_privkey_t key = private_key_open(content, parts->request->password, &error);
  if (!key) {
    add_error(parts, error, FINDING_SOURCE_KEY, path);
    return;
  }
  gnutls_pubkey_t public = private_key_public(key);
  if (public) {
    parts->key_id = key_label_id(public);
    gnutls_pubkey_deinit(public);
  }
  parts->key_pem = own_pem(content);
  if (!parts->key_pem)
    parts->key_pem = pem_of(key);
  if (!parts->key_pem)
    add_unwritable(parts, path);
  gnutls_x509_privkey_deinit(key);
}

static void
add_token(BundleParts *parts, const char *uri)
{
  g_autofree char *label = inspection_label(uri);
  Finding *finding = finding_new("file-wrong-kind");
  finding->source = FINDING_SOURCE_KEY;
  finding->file = g_strdup(label);
  finding_set_message(finding, "%s is a key on a token, which no file can be written of.", label);
  finding_set_remedy(finding, "Configure the broker to use the token itself, or give a key file.");
  bundle_add(parts, finding);
}

static void
read_key_file(BundleParts *parts, const char *path)
{
  g_autoptr(GError) error = NULL;
  if (token_is_uri(path)) {
    add_token(parts, path);
    return;
  }
  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_KEY, &error);
  if (content)
    take_key(parts, content, path);
  else
    add_error(parts, error, FINDING_SOURCE_KEY, path);
}

/* The key in a file of certificates, a PKCS#12 for one. */
static void
find_key(BundleParts *parts, const Inspection *inspection)
{
  const char *path = parts->request->certificate_path;
  g_autoptr(FileContent) content = NULL;
  for (guint i = 0; i < inspection->items->len && !content; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->kind == INSPECTED_KEY && item->key_pem)
      content = file_content_from_bytes(item->key_pem, strlen(item->key_pem), inspection->path);
  }
  if (content) {
    take_key(parts, content, path);
    return;
  }
  Finding *finding = finding_new("file-wrong-kind");
  finding->source = FINDING_SOURCE_KEY;
  finding->file = g_strdup(inspection->path);
  finding_set_message(finding, "%s holds no private key, and no other file was given for it.",
                      inspection->path);
  finding_set_remedy(finding, "Give the key's file with --key.");
  bundle_add(parts, finding);
}

/* --- the chain in it -------------------------------------------------------------------------- */

/* (transfer full): all certificates and the key as one file; a secret. */
static char *
join(const BundleParts *parts)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < parts->given->len; i++) {
    g_autofree char *pem = certificate_to_pem(parts->given->pdata[i]);
    g_string_append(text, pem);
  }
  if (parts->key_pem)
    g_string_append(text, parts->key_pem);
  return g_string_free(text, FALSE);
}

static Certificate *
certificate_at(const Inspection *inspection, guint index)
{
  const InspectedItem *item = inspection->items->pdata[index];
  return item->certificate;
}

static void
take_split(BundleParts *parts, const Inspection *inspection, const ChainSplit *split)
{
  GPtrArray *chain = parts->bundle->certificates;
  if (split->leaf >= 0)
    g_ptr_array_add(chain, certificate_ref(certificate_at(inspection, (guint)split->leaf)));
  for (guint i = 0; i < split->chain->len; i++)
    g_ptr_array_add(
        chain, certificate_ref(certificate_at(inspection, g_array_index(split->chain, guint, i))));
  for (guint i = 0; i < split->left_out->len; i++)
    g_ptr_array_add(parts->left_out, certificate_ref(certificate_at(
                                         inspection, g_array_index(split->left_out, guint, i))));
  if (split->root >= 0)
    parts->root = certificate_ref(certificate_at(inspection, (guint)split->root));
  if (split->top >= 0)
    parts->top = certificate_ref(certificate_at(inspection, (guint)split->top));
}

static void
add_no_leaf(BundleParts *parts)
{
  Finding *finding = bundle_finding(parts, "file-wrong-role", parts->given->pdata[0]);
  finding_set_message(finding, "%s holds only certificates of CAs (\"%s\"), and not the broker's.",
                      finding->file, certificate_subject_label(parts->given->pdata[0]));
  finding_set_remedy(finding,
                     "Give the certificate itself; certbot calls it cert.pem, and with its "
                     "chain fullchain.pem.");
  bundle_add(parts, finding);
}

static void
split_chain(BundleParts *parts)
{
  g_autoptr(GError) error = NULL;
  secret_auto text = join(parts);
  g_autoptr(Inspection) inspection =
      inspection_parse(text, strlen(text), parts->origins->pdata[0], NULL, &error);
  g_autoptr(ChainSplit) split = inspection ? chain_split_new(inspection, &error) : NULL;
  if (!split)
    add_error(parts, error, FINDING_SOURCE_CHAIN, parts->request->certificate_path);
  else if (split->leaf < 0)
    add_no_leaf(parts);
  else
    take_split(parts, inspection, split);
}

void
bundle_read(BundleParts *parts)
{
  const BundleRequest *request = parts->request;
  g_autoptr(Inspection) inspection = read_file(parts, request->certificate_path);
  if (request->chain_path)
    inspection_free(
        read_file(parts, request->chain_path)); /* its certificates are kept in `parts` */
  if (request->key_path)
    read_key_file(parts, request->key_path);
  else if (inspection)
    find_key(parts, inspection);
  if (inspection)
    split_chain(parts);
}
