/* From a finding to the part of the connection's settings that mends it. Pure; any thread. */
#pragma once

#include "core/profile.h"
#include "trust/finding.h"

/* The field to change, in `*field`; FALSE: no setting of this connection mends it. The finding's
 * code decides; with those that may be about any file, its source and file do. */
gboolean finding_field(const Finding *finding, const Profile *profile, ProfileField *field);

/* For a finding without a field: a static sentence on whose side it is to be mended. */
const char *finding_without_field(const Finding *finding);
