/* The CA file, the revocation lists, and the copy of the broker's CA file. Which of the anchors are
 * good ones is judged with the broker's chain (trust/verify.h); here the files are, as files. */
#include "config.h"

#include "core/local_check_private.h"

#include "trust/client_chain.h"
#include "trust/folder_look.h"
#include "trust/revocation_remarks.h"

#define DUPLICATES_MAX 16

/* --- What the broker is judged by ------------------------------------------------------------- */

static Anchors *
load_anchors(const Profile *profile, GError **error)
{
  switch (profile->trust) {
  case TRUST_FILE:
    return anchors_load_file(profile->ca_path, error);
  case TRUST_FOLDER:
    return anchors_load_folder(profile->ca_path, error);
  case TRUST_SYSTEM:
  default:
    return anchors_load_system(error);
  }
}

static void
add_duplicate(LocalWork *work, const Certificate *certificate, guint index)
{
  const char *path = anchors_path(work->check->anchors);
  Finding *finding = finding_new("certificate-duplicate");
  finding->side = FINDING_SIDE_TRUST;
  finding->source = FINDING_SOURCE_TRUST;
  finding->index = (int)index;
  finding->file = g_strdup(path);
  finding->subject = g_strdup(certificate_subject(certificate));
  finding->sha256 = g_strdup(certificate_sha256(certificate));
  finding_set_message(finding, "\"%s\" occurs more than once in %s.",
                      certificate_subject_label(certificate), path);
  local_add(work, finding);
}

static void
find_duplicates(LocalWork *work)
{
  GPtrArray *certificates = anchors_certificates(work->check->anchors);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(GHashTable) said = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < certificates->len; i++) {
    const Certificate *certificate = g_ptr_array_index(certificates, i);
    gpointer key = (gpointer)certificate_sha256(certificate);
    if (!g_hash_table_contains(seen, key))
      g_hash_table_add(seen, key);
    else if (g_hash_table_size(said) < DUPLICATES_MAX && !g_hash_table_contains(said, key)) {
      g_hash_table_add(said, key);
      add_duplicate(work, certificate, i);
    }
  }
}

/* Only a leaf in the first place is worth a look at what lies beside it. */
static void
check_role(LocalWork *work)
{
  const Profile *profile = work->profile;
  Certificate *first = g_ptr_array_index(anchors_certificates(work->check->anchors), 0);
  if (certificate_is_ca(first) || certificate_is_self_signed(first))
    return;
  g_autoptr(GPtrArray) own = profile->certificate_path != NULL
                                 ? certificate_file_read(profile->certificate_path, NULL)
                                 : NULL;
  g_autoptr(GPtrArray) beside = folder_certificates(profile->ca_path);
  Finding *finding = client_chain_wrong_anchor(work->check->anchors, beside,
                                               own != NULL ? g_ptr_array_index(own, 0) : NULL);
  if (finding != NULL)
    local_add(work, finding);
}

void
local_check_trust(LocalWork *work)
{
  g_autoptr(GError) error = NULL;
  const Profile *profile = work->profile;
  work->check->anchors = load_anchors(profile, &error);
  if (work->check->anchors == NULL) {
    local_add(work, profile->trust == TRUST_FILE
                        ? local_fault(error, profile->ca_path, FILE_SLOT_CA)
                        : finding_from_error(error, FINDING_SOURCE_TRUST, profile->ca_path));
    return;
  }
  if (profile->trust != TRUST_FILE)
    return;
  local_remarks(work, profile->ca_path, FILE_SLOT_CA);
  find_duplicates(work);
  check_role(work);
}

/* --- What the broker judges us by ------------------------------------------------------------- */

/* It only helps to tell causes apart: without it the connection is as good as ever. */
void
local_check_broker_ca(LocalWork *work)
{
  g_autoptr(GError) error = NULL;
  const char *path = work->profile->broker_ca_path;
  work->check->broker_ca = anchors_load_file(path, &error);
  if (work->check->broker_ca != NULL)
    return;
  Finding *finding = local_fault(error, path, FILE_SLOT_CA);
  finding->severity = FINDING_WARNING;
  finding->side = FINDING_SIDE_LOCAL;
  finding->source = FINDING_SOURCE_NONE;
  local_add(work, finding);
}

/* --- Revocation ------------------------------------------------------------------------------- */

static void
append(GPtrArray *list, GPtrArray *certificates)
{
  for (guint i = 0; certificates != NULL && i < certificates->len; i++)
    g_ptr_array_add(list, certificate_ref(g_ptr_array_index(certificates, i)));
}

/* (transfer full): every CA at hand that may have signed a list. */
static GPtrArray *
known_authorities(const LocalWork *work)
{
  GPtrArray *known = certificate_list_new();
  const LocalCheck *check = work->check;
  append(known, check->anchors != NULL ? anchors_certificates(check->anchors) : NULL);
  append(known, check->broker_ca != NULL ? anchors_certificates(check->broker_ca) : NULL);
  append(known, work->certificates);
  return known;
}

void
local_check_revocation(LocalWork *work)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(RevocationData) data = revocation_data_new();
  if (!revocation_data_add_crl_file(data, work->profile->crl_path, &error)) {
    local_add(work, local_fault(error, work->profile->crl_path, FILE_SLOT_CRL));
    return;
  }
  g_autoptr(GPtrArray) known = known_authorities(work);
  revocation_remarks_add(work->check->findings, data, known, work->now);
  if (work->certificates != NULL)
    revocation_remarks_add_client(work->check->findings, data, work->certificates,
                                  work->certificate_label, known, work->now);
  work->check->revocation = g_steal_pointer(&data);
}
