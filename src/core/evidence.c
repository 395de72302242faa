#include "config.h"

#include "core/evidence.h"

static void
dial_failure_free(gpointer data)
{
  DialFailure *failure = data;
  g_free(failure->address);
  g_free(failure->text);
  g_free(failure);
}

Evidence *
evidence_new(void)
{
  Evidence *evidence = g_new0(Evidence, 1);
  evidence->dial_failures = g_ptr_array_new_with_free_func(dial_failure_free);
  evidence->connack = evidence->disconnect = -1;
  return evidence;
}

void
evidence_free(Evidence *evidence)
{
  if (evidence == NULL)
    return;
  g_strfreev(evidence->names);
  g_strfreev(evidence->addresses);
  g_ptr_array_unref(evidence->dial_failures);
  g_free(evidence->address);
  g_clear_pointer(&evidence->certificates, g_ptr_array_unref);
  verdict_free(evidence->verdict);
  second_opinion_free(evidence->opinion);
  g_strfreev(evidence->ca_names);
  g_free(evidence->key_types);
  g_free(evidence->tls_version);
  g_free(evidence->cipher);
  g_free(evidence->group);
  g_free(evidence->alpn);
  g_free(evidence->connack_text);
  g_free(evidence->disconnect_text);
  g_free(evidence->server_reference);
  broker_terms_free(evidence->terms);
  g_clear_pointer(&evidence->closed, tunnel_event_free);
  g_free(evidence);
}

static void
set_text(char **place, const char *text)
{
  g_free(*place);
  *place = g_strdup(text);
}

static void
set_list(char ***place, char **list)
{
  g_strfreev(*place);
  *place = list != NULL ? g_strdupv(list) : NULL;
}

static void
take_dial_failure(Evidence *evidence, const TunnelEvent *event)
{
  DialFailure *failure = g_new0(DialFailure, 1);
  failure->address = g_strdup(event->text);
  failure->code = event->error != NULL ? event->error->code : TUNNEL_ERROR_DIAL;
  failure->text = g_strdup(event->error != NULL ? event->error->message : "");
  g_ptr_array_add(evidence->dial_failures, failure);
}

static void
take_verdict(Evidence *evidence, const TunnelEvent *event)
{
  verdict_free(evidence->verdict);
  evidence->verdict = event->verdict != NULL ? verdict_copy(event->verdict) : NULL;
  second_opinion_free(evidence->opinion);
  evidence->opinion = event->opinion != NULL ? second_opinion_copy(event->opinion) : NULL;
}

static void
take_established(Evidence *evidence, const TunnelEvent *event)
{
  set_text(&evidence->tls_version, event->tls.version);
  set_text(&evidence->cipher, event->tls.cipher);
  set_text(&evidence->group, event->tls.group);
  set_text(&evidence->alpn, event->tls.alpn);
  evidence->resumed = event->tls.resumed;
}

static EvidenceStage
take_packet(Evidence *evidence, const TunnelPacket *packet, gint64 monotonic_us)
{
  switch (packet->type) {
  case MQTT_SUBSCRIBE:
    evidence->subscribes_open++;
    evidence->subscribe_us = monotonic_us;
    return EVIDENCE_STAGE_COUNT;
  case MQTT_SUBACK:
    if (evidence->subscribes_open > 0) /* a broker may say anything */
      evidence->subscribes_open--;
    return EVIDENCE_STAGE_COUNT;
  case MQTT_CONNECT:
    return EVIDENCE_CONNECT_SENT;
  case MQTT_CONNACK:
    evidence->connack = packet->reason;
    evidence->session_present = packet->session_present;
    set_text(&evidence->connack_text, packet->reason_text);
    set_text(&evidence->server_reference, packet->server_reference);
    evidence->maximum_packet_size = packet->maximum_packet_size;
    g_clear_pointer(&evidence->terms, broker_terms_free);
    if (packet->terms != NULL)
      evidence->terms = broker_terms_copy(packet->terms);
    return EVIDENCE_CONNACK;
  case MQTT_PINGRESP:
    evidence->answered_ping = TRUE;
    return EVIDENCE_STAGE_COUNT;
  case MQTT_DISCONNECT:
    if (packet->direction == MQTT_FROM_BROKER) {
      evidence->disconnect = packet->reason;
      set_text(&evidence->disconnect_text, packet->reason_text);
      if (packet->server_reference != NULL)
        set_text(&evidence->server_reference, packet->server_reference);
    }
    return EVIDENCE_STAGE_COUNT;
  default:
    return EVIDENCE_STAGE_COUNT;
  }
}

static void
take_closed(Evidence *evidence, const TunnelEvent *event)
{
  TunnelEvent *closed = g_new0(TunnelEvent, 1);
  closed->type = TUNNEL_CLOSED;
  closed->time_ns = event->time_ns;
  closed->monotonic_us = event->monotonic_us;
  closed->text = g_strdup(event->text);
  closed->fault = event->fault;
  closed->error = event->error != NULL ? g_error_copy(event->error) : NULL;
  closed->alert = event->alert;
  closed->gnutls_error = event->gnutls_error;
  closed->unreadable = event->unreadable;
  g_clear_pointer(&evidence->closed, tunnel_event_free);
  evidence->closed = closed;
}

/* The stage that the event reaches; EVIDENCE_STAGE_COUNT: none. */
static EvidenceStage
take(Evidence *evidence, const TunnelEvent *event)
{
  switch (event->type) {
  case TUNNEL_RESOLVING:
    return EVIDENCE_STARTED;
  case TUNNEL_RESOLVED:
    set_list(&evidence->names, event->names);
    set_list(&evidence->addresses, event->addresses);
    evidence->ttl = event->ttl;
    return EVIDENCE_RESOLVED;
  case TUNNEL_DIAL_FAILED:
    take_dial_failure(evidence, event);
    return EVIDENCE_STAGE_COUNT;
  case TUNNEL_CONNECTED:
    set_text(&evidence->address, event->text);
    return EVIDENCE_CONNECTED;
  case TUNNEL_CERTIFICATE_REQUESTED:
    evidence->requested = TRUE;
    evidence->sent = event->flag;
    set_list(&evidence->ca_names, event->names);
    set_text(&evidence->key_types, event->text);
    return EVIDENCE_STAGE_COUNT;
  case TUNNEL_PEER_CHAIN:
    g_clear_pointer(&evidence->certificates, g_ptr_array_unref);
    if (event->certificates != NULL)
      evidence->certificates = g_ptr_array_ref(event->certificates);
    return EVIDENCE_STAGE_COUNT;
  case TUNNEL_VERIFIED:
    take_verdict(evidence, event);
    return EVIDENCE_VERIFIED;
  case TUNNEL_TLS_ESTABLISHED:
    take_established(evidence, event);
    return EVIDENCE_ESTABLISHED;
  case TUNNEL_FIRST_BYTE:
    return EVIDENCE_FIRST_BYTE;
  case TUNNEL_PACKET:
    return take_packet(evidence, event->packet, event->monotonic_us);
  case TUNNEL_CLOSED:
    take_closed(evidence, event);
    return EVIDENCE_CLOSED;
  default:
    return EVIDENCE_STAGE_COUNT;
  }
}

void
evidence_take(Evidence *evidence, const TunnelEvent *event)
{
  EvidenceStage stage = take(evidence, event);
  if (stage != EVIDENCE_STAGE_COUNT && evidence->at_us[stage] == 0)
    evidence->at_us[stage] = event->monotonic_us;
}

gboolean
evidence_has_begun(const Evidence *evidence)
{
  const gint64 *at = evidence->at_us;
  return at[EVIDENCE_STARTED] != 0 || at[EVIDENCE_RESOLVED] != 0 || at[EVIDENCE_CONNECTED] != 0 ||
         evidence->closed != NULL;
}

gint64
evidence_duration_us(const Evidence *evidence, EvidenceStage stage)
{
  if (evidence->at_us[stage] == 0)
    return -1;
  gint64 before = 0;
  for (int i = 0; i < (int)stage; i++)
    before = MAX(before, evidence->at_us[i]);
  return before == 0 ? -1 : evidence->at_us[stage] - before;
}
