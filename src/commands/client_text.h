/* What became of our certificate in one connection, in words: `mqtrust check` and the demo's report
 * say the same. */
#pragma once

#include "core/connection.h"

/* (transfer full): "requested, sent, accepted; without a certificate the broker refuses (alert
 * 116)". Where there is none in use, it is said first why: "none configured" or "cannot be used".
 * `session` at its best. */
char *client_text(const Profile *profile, const Session *session, const ConnectionInfo *info,
                  const Evidence *evidence);
