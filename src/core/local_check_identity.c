/* Our certificate file and its key: each by itself, both together, and what stands in the
 * certificates. A broker may take what is found fault with there: it is said, and the connection
 * tried. */
#include "config.h"

#include "core/local_check_private.h"

#include "trust/client_chain.h"
#include "trust/folder_look.h"
#include "trust/inspection.h"
#include "trust/key_file.h"
#include "trust/stale_copy.h"
#include "trust/trust_error.h"
#include "trust/verify.h"
#include "util/safe_text.h"

#include <string.h>

/* The key has a file of its own. */
static gboolean
is_separate(const Profile *profile)
{
  return profile->key_path != NULL && strcmp(profile->key_path, profile->certificate_path) != 0;
}

static const char *
key_path_of(const Profile *profile)
{
  return profile->key_path != NULL ? profile->key_path : profile->certificate_path;
}

static ClientChain
chain_of(LocalWork *work)
{
  return (ClientChain){.certificates = work->certificates,
                       .path = work->profile->certificate_path,
                       .file = work->certificate_label,
                       .anchors = work->check->anchors,
                       .broker_ca = work->check->broker_ca,
                       .beside = &work->beside};
}

/* --- The wrong file in a field ---------------------------------------------------------------- */

static gboolean
is_wrong_kind(const GError *error)
{
  return g_error_matches(error, TRUST_ERROR, TRUST_ERROR_FILE_WRONG_KIND);
}

/* A key that stays locked is a key all the same. */
static gboolean
holds_key(const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *id = key_file_id(path, NULL, &error);
  return id != NULL || g_error_matches(error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_NEEDED);
}

static gboolean
holds_certificate(const char *path)
{
  g_autoptr(GPtrArray) certificates = certificate_file_read(path, NULL);
  return certificates != NULL;
}

/* One mistake, although neither file is what its field needs. */
static gboolean
find_swapped(LocalWork *work)
{
  const Profile *profile = work->profile;
  if (!is_separate(profile) || !holds_key(profile->certificate_path) ||
      !holds_certificate(profile->key_path))
    return FALSE;
  g_autofree char *certificate = safe_text_string(profile->certificate_path);
  g_autofree char *key = safe_text_string(profile->key_path);
  Finding *finding = finding_new("file-wrong-kind");
  finding->source = FINDING_SOURCE_CLIENT;
  finding->file = g_strdup(certificate);
  finding_set_message(finding,
                      "The certificate field names %s, which holds a private key, and the key "
                      "field names %s, which holds a certificate.",
                      certificate, key);
  finding_set_remedy(finding, "Exchange the two.");
  local_add(work, finding);
  return TRUE;
}

static void
suggest_certificate(LocalWork *work, Finding *finding, const char *key_id)
{
  const FolderFile *right = key_id != NULL ? folder_find_leaf(local_beside(work), key_id) : NULL;
  if (right != NULL)
    finding_set_remedy(finding, "Use %s, which holds the certificate for your key.", right->path);
}

static void
suggest_key(LocalWork *work, Finding *finding)
{
  if (work->certificates == NULL)
    return;
  const Certificate *leaf = g_ptr_array_index(work->certificates, 0);
  g_autofree char *right =
      folder_find_key(work->profile->certificate_path, certificate_key_id(leaf));
  if (right != NULL)
    finding_set_remedy(finding, "Use %s, which holds the key of your certificate.", right);
}

/* --- The pair --------------------------------------------------------------------------------- */

static Finding *
about_certificate(LocalWork *work, const GError *error, guint index)
{
  const Certificate *certificate = g_ptr_array_index(work->certificates, index);
  Finding *finding = finding_from_error(error, FINDING_SOURCE_CLIENT, work->certificate_label);
  finding->index = (int)index;
  finding->subject = g_strdup(certificate_subject(certificate));
  finding->sha256 = g_strdup(certificate_sha256(certificate));
  return finding;
}

static int
position_of_key(const GPtrArray *certificates, const char *key_id)
{
  for (guint i = 0; i < certificates->len; i++)
    if (strcmp(certificate_key_id(g_ptr_array_index(certificates, i)), key_id) == 0)
      return (int)i;
  return -1;
}

static void
add_mismatch(LocalWork *work, const GError *error, const char *key_id)
{
  const Certificate *leaf = g_ptr_array_index(work->certificates, 0);
  g_autofree char *label = inspection_label(key_path_of(work->profile));
  Finding *finding = finding_from_error(error, FINDING_SOURCE_KEY, label);
  finding->subject = g_strdup(certificate_subject(leaf));
  finding_add_evidence(finding, "key id of the certificate: %s", certificate_key_id(leaf));
  finding_add_evidence(finding, "key id of the key: %s", key_id);
  g_autofree char *right =
      folder_find_key(work->profile->certificate_path, certificate_key_id(leaf));
  if (right != NULL)
    finding_set_remedy(finding, "Use %s: the key in it is the one of this certificate.", right);
  else
    suggest_certificate(work, finding, key_id);
  local_add(work, finding);
}

/* Each file is good by itself, and together they are not. */
static void
explain_pair(LocalWork *work, const GError *error, const char *key_id)
{
  ClientChain chain = chain_of(work);
  Finding *role = client_chain_wrong_role(&chain, key_id);
  if (role != NULL) {
    local_add(work, role);
    g_clear_pointer(&work->certificates, g_ptr_array_unref); /* they are not ours */
    return;
  }
  if (g_error_matches(error, TRUST_ERROR, TRUST_ERROR_KEY_MISMATCH)) {
    add_mismatch(work, error, key_id);
    return;
  }
  int index = position_of_key(work->certificates, key_id);
  local_add(work, about_certificate(work, error, index > 0 ? (guint)index : 0));
}

/* --- Why there is no identity ----------------------------------------------------------------- */

static void
add_certificate_fault(LocalWork *work, const GError *error, const char *key_id)
{
  Finding *finding = local_fault(error, work->profile->certificate_path, FILE_SLOT_CERTIFICATE);
  if (strcmp(finding->code, "file-wrong-kind") == 0 && is_wrong_kind(error))
    suggest_certificate(work, finding, key_id);
  local_add(work, finding);
}

static void
add_key_fault(LocalWork *work, const GError *error)
{
  Finding *finding = local_fault(error, key_path_of(work->profile), FILE_SLOT_KEY);
  if (strcmp(finding->code, "file-wrong-kind") == 0 && is_wrong_kind(error))
    suggest_key(work, finding);
  local_add(work, finding);
}

/* A token counts wrong PINs and locks itself: nothing is tried twice. */
static gboolean
is_refused_by_token(const Profile *profile, const GError *error)
{
  return g_error_matches(error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_WRONG) &&
         (g_str_has_prefix(profile->certificate_path, "pkcs11:") ||
          g_str_has_prefix(key_path_of(profile), "pkcs11:"));
}

/* Neither certificate nor key can be had: in one file a fault of the file is one fault, and so is a
 * token that is not there. */
static gboolean
is_one_fault(const Profile *profile)
{
  return !is_separate(profile) || (key_file_lacks_token(profile->certificate_path) &&
                                   key_file_lacks_token(key_path_of(profile)));
}

/* identity_load() stops at the first fault; here each file has its say. */
static void
explain_identity(LocalWork *work, const GError *load_error)
{
  const Profile *profile = work->profile;
  g_autoptr(GError) certificate_error = NULL, key_error = NULL;
  if (is_refused_by_token(profile, load_error)) {
    add_key_fault(work, load_error);
    work->certificates = key_file_certificates(profile->certificate_path, NULL, NULL);
    return;
  }
  work->certificates =
      key_file_certificates(profile->certificate_path, profile->key_password, &certificate_error);
  g_autofree char *key_id = key_file_id(key_path_of(profile), profile->key_password, &key_error);
  if (certificate_error != NULL && key_error != NULL && find_swapped(work))
    return;
  if (certificate_error != NULL)
    add_certificate_fault(work, certificate_error, key_id);
  if (key_error != NULL && (certificate_error == NULL || !is_one_fault(profile)))
    add_key_fault(work, key_error);
  if (certificate_error == NULL && key_error == NULL)
    explain_pair(work, load_error, key_id);
}

/* --- What stands in the certificates ---------------------------------------------------------- */

/* (transfer full): with the certificate of the key in front, whatever else is wrong with it. */
static GPtrArray *
leaf_first(const LocalWork *work)
{
  GPtrArray *list = certificate_list_new();
  guint leaf = 0;
  for (guint i = 0; i < work->check->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(work->check->findings, i);
    if (strcmp(finding->code, "leaf-not-first") == 0 && finding->index > 0)
      leaf = (guint)finding->index;
  }
  g_ptr_array_add(list, certificate_ref(g_ptr_array_index(work->certificates, leaf)));
  for (guint i = 0; i < work->certificates->len; i++)
    if (i != leaf)
      g_ptr_array_add(list, certificate_ref(g_ptr_array_index(work->certificates, i)));
  return list;
}

static void
restore_index(const LocalWork *work, Finding *finding)
{
  for (guint i = 0; i < work->certificates->len; i++) {
    const Certificate *certificate = g_ptr_array_index(work->certificates, i);
    if (g_strcmp0(finding->sha256, certificate_sha256(certificate)) != 0)
      continue;
    /* Of a duplicate it is the copy that is meant. */
    if (strcmp(finding->code, "certificate-duplicate") != 0)
      finding->index = (int)i;
    return;
  }
}

/* What the verdict says of the same certificate in general. */
static gboolean
is_said_better(const Finding *said, const Finding *better)
{
  return better != NULL && (strcmp(said->code, "issuer-key-differs") == 0 ||
                            (strcmp(said->code, "chain-unrelated") == 0 &&
                             g_strcmp0(said->sha256, better->sha256) == 0));
}

/* The CAs at hand are only there to see where our chain leads, and so what is a stranger in it:
 * they themselves are judged with the broker's chain. */
static void
judge_certificates(LocalWork *work)
{
  g_autoptr(GPtrArray) certificates = leaf_first(work);
  const Anchors *anchors = work->check->anchors;
  VerifyRequest request = {
      .certificates = certificates,
      .untrusted = anchors != NULL && certificates->len > 1 ? anchors_certificates(anchors) : NULL,
      .purpose = VERIFY_PURPOSE_CLIENT,
      .time = work->now,
      .source = FINDING_SOURCE_CLIENT,
      .file = work->certificate_label,
  };
  g_autoptr(Verdict) verdict = verify(&request);
  ClientChain chain = chain_of(work);
  chain.certificates = certificates;
  g_autoptr(Finding) stale_issuer = client_chain_stale(&chain);
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *said = g_ptr_array_index(verdict->findings, i);
    if (said->source == FINDING_SOURCE_UNTRUSTED || is_said_better(said, stale_issuer))
      continue;
    Finding *finding = finding_copy(said);
    restore_index(work, finding);
    local_add(work, finding);
  }
  if (stale_issuer != NULL) {
    restore_index(work, stale_issuer);
    local_add(work, g_steal_pointer(&stale_issuer));
  }
  Finding *stale =
      stale_copy_find(work->profile->certificate_path, g_ptr_array_index(certificates, 0),
                      FINDING_SOURCE_CLIENT, work->now);
  if (stale == NULL)
    return;
  stale_copy_advise(stale, work->check->findings);
  local_add(work, stale);
}

/* --- The whole -------------------------------------------------------------------------------- */

static void
check_files(LocalWork *work)
{
  const Profile *profile = work->profile;
  if (work->certificates != NULL)
    local_remarks(work, profile->certificate_path, FILE_SLOT_CERTIFICATE);
  if (is_separate(profile))
    local_remarks(work, profile->key_path, FILE_SLOT_KEY);
}

void
local_check_identity(LocalWork *work)
{
  g_autoptr(GError) error = NULL;
  const Profile *profile = work->profile;
  work->certificate_label = inspection_label(profile->certificate_path);
  work->check->identity =
      identity_load(profile->certificate_path, profile->key_path, profile->key_password, &error);
  if (work->check->identity != NULL)
    work->certificates = g_ptr_array_ref(identity_certificates(work->check->identity));
  else
    explain_identity(work, error);
  check_files(work);
  if (work->certificates != NULL)
    judge_certificates(work);
}

/* A gap in our file makes a stranger of the certificates beyond it: one fault. */
static void
drop_beyond_gap(LocalWork *work, const ClientChain *chain)
{
  GPtrArray *findings = work->check->findings;
  for (guint i = findings->len; i-- > 0;) {
    const Finding *finding = g_ptr_array_index(findings, i);
    if (strcmp(finding->code, "chain-unrelated") == 0 &&
        finding->source == FINDING_SOURCE_CLIENT &&
        client_chain_is_beyond_gap(chain, g_ptr_array_index(work->certificates, finding->index)))
      g_ptr_array_remove_index(findings, i);
  }
}

/* Said of an identity that could be loaded: before, there is something else to mend. */
void
local_check_acceptance(LocalWork *work)
{
  if (work->check->identity == NULL)
    return;
  ClientChain chain = chain_of(work);
  Finding *finding = client_chain_incomplete(&chain);
  if (finding != NULL)
    drop_beyond_gap(work, &chain);
  else
    finding = client_chain_refused(&chain);
  if (finding != NULL)
    local_add(work, finding);
}
