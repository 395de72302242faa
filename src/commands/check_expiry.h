/* Which certificate ends soon: the finding `expires-soon` as `mqtrust check` wants it. Pure.
 *
 * The engine remarks on the last third of a certificate's life (30 days at most). That is when
 * certbot and others renew, so a warning then would come with every renewal that goes well. A check
 * warns later: within 30 days, but no more than a quarter of the certificate's life, which is 22
 * days of Let's Encrypt's 90 and a day and a half of its six. With a number of days given, that
 * number alone counts. */
#pragma once

#include "trust/finding.h"
#include "trust/verify.h"

#define CHECK_WARN_DAYS_DEFAULT (-1)

/* `findings` gets at most one `expires-soon` for these certificates (of Certificate): a warning
 * when the first of them to end is within the limit, else what the engine remarked stays a note.
 * One that has ended already has a finding of its own. */
void check_expiry_judge(GPtrArray *findings, const GPtrArray *certificates, FindingSide side,
                        FindingSource source, gint64 now, int warn_days);
/* Seconds before its end when a certificate is to be warned of. */
gint64 check_expiry_limit(const Certificate *certificate, int warn_days);
/* The one that ends first; NULL: there is none. */
const Certificate *check_expiry_first(const GPtrArray *certificates);
/* Whole days until `end`, negative ones since. */
gint64 check_expiry_days(gint64 end, gint64 now);
