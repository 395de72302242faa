#include "config.h"

#include "ui/header.h"

#include "trust/finding_label.h"
#include "util/safe_text.h"

void
header_model_clear(HeaderModel *model)
{
  g_free(model->name);
  g_free(model->state);
  g_free(model->tls);
  g_free(model->endpoint);
  g_free(model->protocol);
  *model = (HeaderModel){.rtt_us = -1};
}

static char *
state_text(const Session *session, gboolean probing)
{
  if (probing)
    return g_strdup("looking closer");
  if (session->state != SESSION_WAITING)
    return g_strdup(session->stopped_by_fault ? "stopped" : session_state_text(session));
  gint64 left_ms = session->next_try_ms - g_get_monotonic_time() / 1000;
  return g_strdup_printf("next try in %" G_GINT64_FORMAT " s", MAX((left_ms + 999) / 1000, 0));
}

static Role
state_role(const Session *session, gboolean probing)
{
  if (probing)
    return ROLE_WARNING;
  if (session->state == SESSION_ONLINE)
    return ROLE_GOOD;
  if (session->stopped_by_fault)
    return ROLE_ERROR;
  return session->state == SESSION_IDLE ? ROLE_DIM : ROLE_WARNING;
}

/* As long as a second connection looks into it nothing is certain. */
static const char *
fault_text(const Session *session, const ConnectionInfo *info, gboolean probing)
{
  gboolean resting = session->stopped_by_fault || session->state == SESSION_WAITING;
  const Finding *worst =
      info->findings && info->findings->len > 0 ? g_ptr_array_index(info->findings, 0) : NULL;
  if (!resting || probing || !worst || worst->severity != FINDING_ERROR)
    return NULL;
  return finding_label(worst->code);
}

static const char *
protocol_text(MqttVersion version)
{
  return version == MQTT_5 ? "MQTT 5" : version == MQTT_3_1_1 ? "MQTT 3.1.1" : "MQTT 3.1";
}

static void
fill_tls(HeaderModel *model, const Session *session, const Profile *profile,
         const ConnectionInfo *info)
{
  if (session->tls_verified)
    model->tls = g_strdup(info->tls_version ? info->tls_version : "TLS");
  model->two_way = session->tls_verified && session->two_way;
  model->plain = profile->scheme == SCHEME_MQTT;
  model->insecure = profile->insecure && !model->plain;
}

void
header_model_fill(HeaderModel *model, const Connection *connection, gint64 now)
{
  header_model_clear(model);
  if (!connection)
    return;
  const Profile *profile = connection_profile(connection);
  const Session *session = connection_session(connection);
  const ConnectionInfo *info = connection_info(connection);
  ConnectionRates rates = connection_rates(connection);
  model->name = safe_text_string(profile->name);
  gboolean probing = connection_is_probing(connection);
  model->state = state_text(session, probing);
  model->state_role = state_role(session, probing);
  model->fault = fault_text(session, info, probing);
  fill_tls(model, session, profile, info);
  model->endpoint = profile_url(profile);
  model->protocol = g_strdup(protocol_text(profile->version));
  model->online = session->state == SESSION_ONLINE;
  model->rate_in = rates.in;
  model->rate_out = rates.out;
  model->rtt_us = info->rtt_us;
  model->certificate_end = info->certificate_end;
  model->now = now;
  model->events_dropped = info->events_dropped;
}
