/* The command by which certbot makes the same files of each renewed certificate. Pure. */
#pragma once

#include "core/bundle_order.h"

/* (transfer full), for a shell: `certbot renew --cert-name ... --deploy-hook '...'`, which renews at
 * once, because certbot remembers a hook only when it has renewed. Paths in it are absolute.
 * Neither password nor client certificate is in it: the one must not be seen, the other may have
 * ended by then. NULL: the order is for files, not for a lineage. */
char *bundle_hook_command(const BundleOrder *order);

/* (transfer full): the hook alone, for a shell: `mqtrust bundle --deploy-hook ...`; or NULL. */
char *bundle_hook_alone(const BundleOrder *order);

/* (transfer full): the file that the hook reads the stores' password from, whose first line it must
 * be; NULL: there are no stores. */
char *bundle_hook_password_file(const BundleOrder *order);
