/* Is the file that is used an older copy of one that lies beside it? Certificates are renewed into
 * another file, or copied once and forgotten. Reads the file's folder; any thread. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"
#include "trust/finding.h"

/* (transfer full): `file-stale-copy` about `leaf`, the first certificate of the file `path`, when it
 * has ended or ends within STALE_COPY_DAYS, and a file of the same folder begins with a certificate
 * of the same subject and names that began later. NULL: none does, `leaf` is a CA, or `path` is no regular file
 * (standard input, a pipe, a token). The folder is looked at within the bounds of
 * trust/folder_look.h. `now` in seconds since 1970. */
Finding *stale_copy_find(const char *path, const Certificate *leaf, FindingSource source,
                         gint64 now);

/* What is said of that certificate's end beside `stale` (leaf-expired, client-expired, expires-soon)
 * gets its remedy: nothing is to be renewed, the renewed one is there. */
void stale_copy_advise(const Finding *stale, GPtrArray *findings);

#define STALE_COPY_DAYS 30
