/* Certificates of both sides begin later than now, or have ended: they come from two hands, and have
 * one clock in common, which is this machine's. */
#include "config.h"

#include "core/diagnosis_private.h"

#include <string.h>

static const Finding *
ours_early(const DiagnosisCase *c)
{
  const Finding *ours = diagnosis_local(c, "client-not-yet-valid");
  return ours != NULL && ours->severity == FINDING_ERROR ? ours : NULL;
}

static gboolean
is_early(const Finding *finding)
{
  return finding->severity == FINDING_ERROR && (strcmp(finding->code, "leaf-not-yet-valid") == 0 ||
                                                strcmp(finding->code, "clock-wrong") == 0);
}

gboolean
diagnosis_is_clock(const DiagnosisCase *c)
{
  const Verdict *verdict = c->evidence->verdict;
  for (guint i = 0; verdict != NULL && i < verdict->findings->len; i++) {
    if (is_early(g_ptr_array_index(verdict->findings, i)))
      return ours_early(c) != NULL;
  }
  return FALSE;
}

/* Both may well be forgotten; or the clock is ahead. */
static void
doubt_expired(const DiagnosisCase *c, Finding *finding)
{
  const Finding *ours = diagnosis_local(c, "client-expired");
  if (ours == NULL || finding->severity != FINDING_ERROR ||
      strcmp(finding->code, "leaf-expired") != 0)
    return;
  finding_add_alternative(finding, "clock-wrong");
  finding_add_evidence(finding, "to tell them apart: the date of this machine, by which our own "
                                "certificate has expired, too");
}

Finding *
diagnosis_join_clock(const DiagnosisCase *c, Finding *finding)
{
  const Finding *ours = ours_early(c);
  doubt_expired(c, finding);
  if (ours == NULL || !is_early(finding))
    return finding;
  if (strcmp(finding->code, "clock-wrong") != 0) {
    finding = diagnosis_replace(finding, "clock-wrong");
    finding_set_message(finding, "By this machine's clock neither the broker's certificate nor ours "
                                 "is valid yet: most likely the clock is behind.");
  }
  finding_add_evidence(finding, "%s", ours->message);
  return finding;
}
