#include "config.h"

#include "commands/check_expiry.h"

#include <string.h>

#define DAY_SECONDS 86400
#define LIMIT_MAX (30 * DAY_SECONDS)

const Certificate *
check_expiry_first(const GPtrArray *certificates)
{
  const Certificate *first = NULL;
  for (guint i = 0; i < certificates->len; i++) {
    const Certificate *certificate = certificates->pdata[i];
    if (first == NULL || certificate_not_after(certificate) < certificate_not_after(first))
      first = certificate;
  }
  return first;
}

gint64
check_expiry_limit(const Certificate *certificate, int warn_days)
{
  gint64 life = certificate_not_after(certificate) - certificate_not_before(certificate);
  return warn_days >= 0 ? (gint64)warn_days * DAY_SECONDS : MIN(LIMIT_MAX, life / 4);
}

gint64
check_expiry_days(gint64 end, gint64 now)
{
  gint64 left = end - now;
  return left >= 0 ? left / DAY_SECONDS : -((-left + DAY_SECONDS - 1) / DAY_SECONDS);
}

static gboolean
is_about(const Finding *finding, const GPtrArray *certificates)
{
  if (strcmp(finding->code, "expires-soon") != 0 || finding->sha256 == NULL)
    return FALSE;
  for (guint i = 0; i < certificates->len; i++) {
    if (strcmp(finding->sha256, certificate_sha256(certificates->pdata[i])) == 0)
      return TRUE;
  }
  return FALSE;
}

static Finding *
find_remark(const GPtrArray *findings, const GPtrArray *certificates)
{
  for (guint i = 0; i < findings->len; i++) {
    if (is_about(findings->pdata[i], certificates))
      return findings->pdata[i];
  }
  return NULL;
}

static int
place_of(const GPtrArray *certificates, const Certificate *certificate)
{
  for (guint i = 0; i < certificates->len; i++) {
    if (certificates->pdata[i] == certificate)
      return (int)i;
  }
  return -1;
}

static Finding *
make_remark(const Certificate *certificate, FindingSide side, FindingSource source, int index,
            gint64 now)
{
  gint64 end = certificate_not_after(certificate), days = check_expiry_days(end, now);
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(end);
  g_autofree char *date = moment != NULL ? g_date_time_format(moment, "%Y-%m-%d") : g_strdup("?");
  Finding *finding = finding_new("expires-soon");
  finding->side = side;
  finding->source = source;
  finding->index = index;
  finding->subject = g_strdup(certificate_subject(certificate));
  finding->sha256 = g_strdup(certificate_sha256(certificate));
  finding_set_message(finding, "\"%s\" ends in %" G_GINT64_FORMAT " day%s, on %s.",
                      certificate_subject_label(certificate), days, days == 1 ? "" : "s", date);
  return finding;
}

void
check_expiry_judge(GPtrArray *findings, const GPtrArray *certificates, FindingSide side,
                   FindingSource source, gint64 now, int warn_days)
{
  const Certificate *first = check_expiry_first(certificates);
  if (first == NULL)
    return;
  gint64 left = certificate_not_after(first) - now;
  gboolean within = left >= 0 && left < check_expiry_limit(first, warn_days);
  Finding *remark = find_remark(findings, certificates);
  if (remark == NULL && !within)
    return;
  if (remark == NULL) {
    remark = make_remark(first, side, source, place_of(certificates, first), now);
    g_ptr_array_add(findings, remark);
  }
  remark->severity = within ? FINDING_WARNING : FINDING_INFO;
  finding_list_sort(findings);
}
