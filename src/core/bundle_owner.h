/* The user that a broker runs as, who is to own its key. */
#pragma once

#include <glib.h>

/* Only root may give files away. */
gboolean bundle_owner_is_allowed(void);

/* Who `name` is on this machine; FALSE: nobody. */
gboolean bundle_owner_find(const char *name, int *user, int *group);
