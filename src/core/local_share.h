/* Our own files, read and judged once for many connections that begin together: `mqtrust check`
 * with one certificate and 200 targets would else read and judge it 200 times. Main thread.
 *
 * What is taken is used by one transport thread alone (keep a share for each): GnuTLS promises
 * nothing about one private key in several. A file that changes later is not looked at again. */
#pragma once

#include "core/local_check.h"

typedef struct LocalShare LocalShare;

LocalShare *local_share_new(void);
void local_share_free(LocalShare *share);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LocalShare, local_share_free)

/* (transfer full): as local_check() at the first call for these files. */
LocalCheck *local_share_take(LocalShare *share, const Profile *profile, gint64 now);
