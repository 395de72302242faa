/* What brokers serve, held against a lineage. */
#include "config.h"

#include "trust/lineage_private.h"

#include "trust/certificate_fields.h"
#include "trust/date_text.h"

void
lineage_broker_free(gpointer data)
{
  LineageBroker *broker = data;
  g_free(broker->place);
  certificate_unref(broker->shown);
  g_free(broker);
}

static LineageServed
compare(const Certificate *leaf, const Certificate *shown)
{
  if (certificate_equal(leaf, shown))
    return LINEAGE_SERVED;
  gboolean older = certificate_not_before(shown) < certificate_not_before(leaf);
  return older && g_strv_equal(certificate_names(leaf), certificate_names(shown))
             ? LINEAGE_SERVED_OLD
             : LINEAGE_SERVED_OTHER;
}

static void
add_old(Lineage *lineage, const LineageBroker *broker)
{
  const Certificate *shown = broker->shown, *leaf = lineage_leaf(lineage);
  g_autofree char *old = date_text(certificate_not_before(shown));
  g_autofree char *end = date_text(certificate_not_after(shown));
  g_autofree char *new = date_text(certificate_not_before(leaf));
  Finding *finding = finding_new("file-stale-copy");
  finding->side = FINDING_SIDE_SERVER;
  finding->source = FINDING_SOURCE_PEER;
  finding->index = 0;
  finding->subject = g_strdup(certificate_subject(shown));
  finding->sha256 = g_strdup(certificate_sha256(shown));
  finding_set_message(finding,
                      "%s still serves the certificate of \"%s\" that was issued on %s and "
                      "ends on %s, while the lineage %s holds the one of %s.",
                      broker->place, certificate_subject_label(shown), old, end, lineage->name,
                      new);
  finding_set_remedy(finding,
                     "Give the broker the renewed files (`mqtrust bundle --lineage %s`) and "
                     "reload it.",
                     lineage->name);
  g_ptr_array_add(lineage->findings, finding);
  finding_list_sort(lineage->findings);
}

void
lineage_add_served(Lineage *lineage, Certificate *shown, const char *place)
{
  const Certificate *leaf = lineage_leaf(lineage);
  if (!leaf || lineage->brokers->len >= LINEAGE_BROKERS_MAX)
    return;
  LineageBroker *broker = g_new0(LineageBroker, 1);
  broker->served = compare(leaf, shown);
  broker->place = g_strdup(place);
  broker->shown = certificate_ref(shown);
  g_ptr_array_add(lineage->brokers, broker);
  if (broker->served == LINEAGE_SERVED_OLD)
    add_old(lineage, broker);
}

/* Only what a broker showed was sent by a peer. */
void
lineage_clear_served(Lineage *lineage)
{
  g_ptr_array_set_size(lineage->brokers, 0);
  for (guint i = lineage->findings->len; i > 0; i--)
    if (((const Finding *)lineage->findings->pdata[i - 1])->source == FINDING_SOURCE_PEER)
      g_ptr_array_remove_index(lineage->findings, i - 1);
}

LineageServed
lineage_served(const Lineage *lineage)
{
  LineageServed most = LINEAGE_NOT_ASKED;
  for (guint i = 0; i < lineage->brokers->len; i++)
    most = MAX(most, ((const LineageBroker *)lineage->brokers->pdata[i])->served);
  return most;
}
