/* What the dates of a file's certificate are worth: green would be wrong beside one that is out of
 * them. */
#pragma once

#include "ui/paint.h"

/* Of the first certificate in the file; ROLE_GOOD where there is none, or no regular file, and of one
 * that holds several CAs (`authorities`), of which one may be over. `now` in seconds since 1970. */
Role file_dates_role(const char *path, gboolean authorities, gint64 now);
