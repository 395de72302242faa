/* Is the file that is used an older copy of one that lies beside it? Certificates are renewed into
 * another file, or copied once and forgotten. Reads the file's folder; any thread. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"
#include "trust/finding.h"

/* (transfer full): `file-stale-copy` about `leaf`, the first certificate of the file `path`, when it
 * has ended or ends within STALE_COPY_DAYS, and a file of the same folder begins with a certificate
 * of the same subject and names that began later. NULL: none does, `leaf` is a CA, or `path` is no regular file
 * (standard input, a pipe, a token). Looks at no
 * more than STALE_COPY_FILES entries of the folder, none larger than STALE_COPY_BYTES; what cannot
 * be read is passed over. Does not follow the name into other folders. `now` in seconds since
 * 1970. */
Finding *stale_copy_find(const char *path, const Certificate *leaf, FindingSource source,
                         gint64 now);

#define STALE_COPY_DAYS 30
#define STALE_COPY_FILES 256
#define STALE_COPY_BYTES (256 * 1024)
