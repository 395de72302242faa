/* Two paths, one file. */
#pragma once

#include <glib.h>

/* Both are there and lead to one file, through links, too; NULL is no path. */
gboolean same_file(const char *a, const char *b);
