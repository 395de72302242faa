#include "config.h"

#include "commands/inspect_lineage.h"

#include <string.h>

#include "commands/lineage_report.h"
#include "commands/text_block.h"
#include "core/check.h"
#include "util/safe_text.h"

/* --- the broker at the other end -------------------------------------------------------------- */

static void
on_done(Check *check, gpointer done)
{
  *(gboolean *)done = TRUE;
}

static Profile *
profile_for(const char *broker, const char *dns_servers, GError **error)
{
  g_autofree char *url =
      strstr(broker, "://") ? g_strdup(broker) : g_strconcat("mqtts://", broker, NULL);
  g_autoptr(Profile) profile = profile_new();
  if (!profile_set_url(profile, url, error))
    return NULL;
  profile->no_probes = TRUE;
  profile->dns_servers = g_strdup(dns_servers);
  return g_steal_pointer(&profile);
}

static void
set_unreached(const Check *check, const char *broker, GError **error)
{
  const ConnectionInfo *info = connection_info(check_connection(check));
  g_autofree char *safe = safe_text_string(broker);
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s showed no certificate: %s", safe,
              info->last_error ? info->last_error : "no TLS connection");
}

/* Who is trusted does not matter here: what is shown is compared with what is on the disk. */
static gboolean
ask_broker(Lineage *lineage, const LineageQuery *query, GError **error)
{
  const char *broker = query->served_by;
  gboolean done = FALSE;
  g_autoptr(Profile) profile = profile_for(broker, query->dns_servers, error);
  g_autoptr(Transport) transport = profile ? transport_new() : NULL;
  g_autoptr(Check) check =
      profile ? check_start(transport, profile, 0, on_done, &done, error) : NULL;
  if (!check)
    return FALSE;
  while (!done)
    g_main_context_iteration(NULL, TRUE);
  const GPtrArray *chain = connection_info(check_connection(check))->peer_chain;
  if (!chain || chain->len == 0) {
    set_unreached(check, broker, error);
    return FALSE;
  }
  g_autofree char *safe = safe_text_string(broker);
  lineage_add_served(lineage, chain->pdata[0], safe);
  return TRUE;
}

/* --- the whole -------------------------------------------------------------------------------- */

static gboolean
load(const LineageQuery *query, const char *name, GPtrArray *lineages, GError **error)
{
  g_autoptr(Anchors) known = anchors_load_system(NULL);
  Lineage *lineage = lineage_load(query->certbot_folder, name, known, query->now, error);
  if (!lineage)
    return FALSE;
  g_ptr_array_add(lineages, lineage);
  return !query->served_by || ask_broker(lineage, query, error);
}

static gboolean
load_all(const LineageQuery *query, GPtrArray *lineages, GError **error)
{
  g_auto(GStrv) names = lineage_names(query->certbot_folder, error);
  for (char **name = names; name && *name; name++)
    if (!load(query, *name, lineages, error))
      return FALSE;
  return names != NULL;
}

gboolean
inspect_lineages(const LineageQuery *query, GError **error)
{
  g_autoptr(GPtrArray) lineages = g_ptr_array_new_with_free_func((GDestroyNotify)lineage_free);
  gboolean good =
      query->name ? load(query, query->name, lineages, error) : load_all(query, lineages, error);
  if (!good)
    return FALSE;
  const LineageReport report = {.lineages = lineages, .now = query->now};
  g_autofree char *text = query->json ? lineage_report_json(&report, !g_get_charset(NULL))
                                      : lineage_report_text(&report);
  if (text_block_print(stdout, text))
    return TRUE;
  g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_IO, "the report cannot be written");
  return FALSE;
}
