/* CONNECT was not answered: is it about who we are, or would nobody be answered so? */
#include "config.h"

#include "core/diagnosis_probe.h"

static gboolean
was_answered(const PlannedProbe *probe)
{
  return probe != NULL && probe->result->answered;
}

/* MQTT 3.1.1, 3.1.2-2 has a broker say that it does not know a version; not all do (RabbitMQ before
 * 3.13). NULL: nobody's MQTT 5 is answered, or not even his MQTT 3.1.1 is. */
static Finding *
by_mqtt_version(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *same = probe_find(c, PROBE_SAME_CONNECT);
  const PlannedProbe *older = probe_find(c, PROBE_OLDER_CONNECT);
  if (same == NULL || was_answered(same) || !was_answered(older))
    return NULL;
  Finding *better = diagnosis_replace(general, "mqtt-version-refused");
  finding_set_message(better, "The broker closes the connection on MQTT 5 without an answer, and "
                              "answers MQTT 3.1.1.");
  finding_set_remedy(better, "Set the MQTT version to 3.1.1.");
  probe_saw(better, older, "the broker answers");
  return better;
}

/* NULL: it is not that. */
static Finding *
by_protocol_name(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *same = probe_find(c, PROBE_SAME_CONNECT);
  const PlannedProbe *alpn = probe_find(c, PROBE_ALPN);
  if (same == NULL || was_answered(same) || !was_answered(alpn))
    return NULL;
  Finding *better = diagnosis_replace(general, "alpn-required");
  finding_set_message(better, "The broker closes the connection unless an application protocol is "
                              "named in the handshake (ALPN).");
  finding_set_remedy(better, "Set ALPN to mqtt, x-amzn-mqtt-ca, or to the one that its documentation "
                             "names.");
  probe_saw(better, alpn, "the broker answers");
  return better;
}

Finding *
probe_refine_connect(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *same = probe_find(c, PROBE_SAME_CONNECT);
  Finding *better = by_mqtt_version(c, general);
  if (better == NULL)
    better = by_protocol_name(c, general);
  if (better != NULL)
    return better;
  if (was_answered(same))
    probe_saw(general, same, "the broker answers; so it is about this client");
  return general;
}
