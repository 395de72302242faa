/* The checks of single values that a profile, its file, a URL and a command line have in common.
 * The sentences never hold a secret. */
#pragma once

#include <glib.h>

#define PROFILE_NAME_MAX 100 /* bytes; with ".conf" well below what a file name may have */

/* A name that is also the name of a file, and of nothing else. */
gboolean profile_check_name(const char *name, GError **error);

/* Only a DNS name or an address: no scheme, port, user, path or brackets. */
gboolean profile_check_host(const char *host, GError **error);

/* Name servers as profiles have them: "192.0.2.53,[2001:db8::53]:5353". */
gboolean profile_check_dns_servers(const char *servers, GError **error);

/* A topic filter, and the QoS asked for. */
gboolean profile_check_subscription(const char *filter, int qos, GError **error);
