#include "config.h"

#include "core/local_check.h"

#include "core/local_check_private.h"
#include "core/probe_plan.h"
#include "net/tls_library.h"
#include "trust/file_remarks.h"
#include "trust/folder_look.h"
#include "trust/inspection.h"
#include "trust/trust_error.h"

/* --- Findings --------------------------------------------------------------------------------- */

static gboolean
is_same(const Finding *a, const Finding *b)
{
  return a->code == b->code && a->source == b->source && a->index == b->index &&
         g_strcmp0(a->sha256, b->sha256) == 0 && g_strcmp0(a->file, b->file) == 0;
}

void
local_add(LocalWork *work, Finding *finding)
{
  GPtrArray *findings = work->check->findings;
  for (guint i = 0; i < findings->len; i++) {
    if (is_same(g_ptr_array_index(findings, i), finding)) {
      finding_free(finding);
      return;
    }
  }
  g_ptr_array_add(findings, finding);
}

static gboolean
may_be_damaged_text(const GError *error)
{
  return g_error_matches(error, TRUST_ERROR, TRUST_ERROR_MALFORMED) ||
         g_error_matches(error, TRUST_ERROR, TRUST_ERROR_FILE_WRONG_KIND) ||
         g_error_matches(error, TRUST_ERROR, TRUST_ERROR_NO_ANCHOR) ||
         g_error_matches(error, TRUST_ERROR, TRUST_ERROR_KEY_UNSUPPORTED);
}

Finding *
local_fault(const GError *error, const char *path, FileSlot slot)
{
  Finding *damage = may_be_damaged_text(error) ? file_remarks_damage(path, slot) : NULL;
  if (damage != NULL)
    return damage;
  g_autofree char *label = inspection_label(path);
  return finding_from_error(error, file_remarks_source(slot), label);
}

void
local_remarks(LocalWork *work, const char *path, FileSlot slot)
{
  g_autoptr(GPtrArray) remarks = finding_list_new();
  file_remarks_add(remarks, path, slot);
  for (guint i = 0; i < remarks->len; i++)
    local_add(work, finding_copy(g_ptr_array_index(remarks, i)));
}

const GPtrArray *
local_beside(LocalWork *work)
{
  if (work->beside == NULL)
    work->beside = folder_certificates(work->profile->certificate_path);
  return work->beside;
}

/* --- Settings --------------------------------------------------------------------------------- */

/* A priority string that the TLS library would refuse once the connection is there. */
static void
check_priority(LocalWork *work)
{
  const char *own = work->profile->tls_priority;
  g_autofree char *whole = probe_plan_priority(work->profile);
  g_autoptr(GError) error = NULL;
  /* The user's own words first: the version that we append would only confuse. */
  if ((own == NULL || tls_priority_check(own, &error)) && tls_priority_check(whole, &error))
    return;
  Finding *finding = finding_new("local-policy-forbids");
  finding_set_sentence(finding, error->message);
  local_add(work, finding);
}

/* --- The whole -------------------------------------------------------------------------------- */

/* With these nothing is tried: a broker could not make them good. */
static gboolean
is_hopeless(const Finding *finding)
{
  return finding->severity == FINDING_ERROR &&
         (g_strcmp0(finding->code, "file-wrong-role") == 0 ||
          g_strcmp0(finding->code, "local-policy-forbids") == 0);
}

static gboolean
is_usable(const LocalCheck *check, const Profile *profile)
{
  for (guint i = 0; i < check->findings->len; i++) {
    if (is_hopeless(g_ptr_array_index(check->findings, i)))
      return FALSE;
  }
  return check->anchors != NULL && (profile->certificate_path == NULL || check->identity != NULL) &&
         /* Who gives a list wants it looked at: without it nothing is good. */
         (profile->crl_path == NULL || check->revocation != NULL);
}

LocalCheck *
local_check(const Profile *profile, gint64 now)
{
  LocalCheck *check = g_new0(LocalCheck, 1);
  check->references = 1;
  check->findings = finding_list_new();
  LocalWork work = {.profile = profile, .now = now, .check = check};
  check_priority(&work);
  local_check_trust(&work);
  if (profile->certificate_path != NULL)
    local_check_identity(&work);
  if (profile->broker_ca_path != NULL)
    local_check_broker_ca(&work);
  local_check_acceptance(&work);
  if (profile->crl_path != NULL)
    local_check_revocation(&work);
  check->usable = is_usable(check, profile);
  finding_list_sort(check->findings);
  g_clear_pointer(&work.certificates, g_ptr_array_unref);
  g_clear_pointer(&work.beside, g_ptr_array_unref);
  g_free(work.certificate_label);
  return check;
}

LocalCheck *
local_check_ref(LocalCheck *check)
{
  check->references++;
  return check;
}

void
local_check_free(LocalCheck *check)
{
  if (check == NULL || --check->references > 0)
    return;
  g_ptr_array_unref(check->findings);
  g_clear_pointer(&check->anchors, anchors_unref);
  g_clear_pointer(&check->identity, identity_unref);
  g_clear_pointer(&check->revocation, revocation_data_free);
  g_clear_pointer(&check->broker_ca, anchors_unref);
  g_free(check);
}
