/* A certificate for another name, and what DNS made of the name that was typed. */
#include "config.h"

#include "core/diagnosis_private.h"
#include "core/name_report.h"

#include <string.h>

/* The host and everything that it leads to, as an arrow. (transfer full) */
static char *
draw_way(const DiagnosisCase *c)
{
  return g_strjoinv(" > ", c->evidence->names);
}

/* The usual mistake behind a CNAME: the provider's own certificate. DNS is right then. */
static void
say_target(const DiagnosisCase *c, Finding *finding, const char *target)
{
  const char *host = c->profile->host;
  finding_set_message(finding,
                      "The certificate is for %s, which \"%s\" leads to by CNAME, and not for "
                      "\"%s\" itself.",
                      target, host, host);
  finding_set_remedy(finding,
                     "Issue the certificate again for %s, or connect by the target's name, %s.",
                     host, target);
  finding_add_evidence(finding, "the certificate must name %s, not the CNAME's target", host);
  g_ptr_array_set_size(finding->alternatives, 0);
}

Finding *
diagnosis_join_names(const DiagnosisCase *c, Finding *finding)
{
  const Evidence *evidence = c->evidence;
  const char *target = NULL;
  if (strcmp(finding->code, "name-mismatch") != 0 || finding->source != FINDING_SOURCE_PEER ||
      c->profile->server_name != NULL || evidence->names == NULL || evidence->names[0] == NULL ||
      evidence->names[1] == NULL || evidence->certificates == NULL ||
      evidence->certificates->len == 0)
    return finding;
  g_autofree char *way = draw_way(c);
  finding_add_evidence(finding, "CNAME: %s", way);
  if (name_report_judge(c->profile->host, (const char *const *)evidence->names,
                        g_ptr_array_index(evidence->certificates, 0),
                        &target) == NAME_JUDGEMENT_TARGET)
    say_target(c, finding, target);
  return finding;
}

void
diagnosis_join_all_names(const DiagnosisCase *c, GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    diagnosis_join_names(c, g_ptr_array_index(findings, i));
}
