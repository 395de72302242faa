#include "config.h"

#include "core/lineage_brokers.h"

#include "core/connection.h"
#include "trust/host_name.h"
#include "util/safe_text.h"

static gboolean
share_a_name(const Certificate *a, const Certificate *b)
{
  for (const char *const *name = certificate_names(a); *name; name++)
    if (g_strv_contains(certificate_names(b), *name))
      return TRUE;
  return FALSE;
}

gboolean
lineage_brokers_fit(const Lineage *lineage, const Certificate *shown, const char *host)
{
  const Certificate *leaf = lineage_leaf(lineage);
  if (!leaf)
    return FALSE;
  return certificate_equal(leaf, shown) || share_a_name(leaf, shown) ||
         (host && host_name_host(leaf, host));
}

static void
note(Lineage *lineage, const Connection *connection)
{
  const Profile *profile = connection_profile(connection);
  const GPtrArray *chain = connection_info(connection)->peer_chain;
  const char *host = profile->server_name ? profile->server_name : profile->host;
  if (!chain || chain->len == 0 || !lineage_brokers_fit(lineage, chain->pdata[0], host))
    return;
  g_autofree char *name = safe_text_string(profile->name);
  lineage_add_served(lineage, chain->pdata[0], name);
}

void
lineage_brokers_note(Lineage *lineage, const GPtrArray *connections)
{
  lineage_clear_served(lineage);
  for (guint i = 0; i < connections->len; i++)
    note(lineage, connections->pdata[i]);
}
