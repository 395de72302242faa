/* Domains under which strangers register names: nobody's certificate should be for all of one.
 * Private to trust/. */
#pragma once

#include <glib.h>

/* `domain` ("co.uk", in lower case or not, without a dot at the end) is one. By rule and a short
 * table, not by the whole Public Suffix List: a top-level domain, what registries call their second
 * level (co.uk, com.au), and the services under which many have names of their own. */
gboolean public_suffix_is(const char *domain);
