/* Why a connection failed, or works for the wrong reason: all evidence in, findings out. Pure: no
 * clock, no file, no network.
 *
 * Certificates are judged by trust/verify.h, files by core/local_check.h; this joins what they say
 * with what the wire showed. One fault gives one finding of severity error: a finding with better
 * evidence replaces the general one, and other causes that the same evidence allows stand in its
 * `alternatives`, likeliest first, with the test that separates them as an evidence line.
 *
 *   diagnosis.c          entry, what ended it, what heals
 *   diagnosis_client.c   the broker refused our certificate, or does not ask for it
 *   diagnosis_client_ca.c   the same, when it does not know our CA
 *   diagnosis_mqtt.c     CONNACK, DISCONNECT, refused subscriptions and publishes
 *   diagnosis_silence.c  accepted, and then closed without a word
 *   diagnosis_names.c    a certificate for what the name leads to, not for the name
 *   diagnosis_clock.c    nothing is valid yet, on either side
 *   diagnosis_network.c  names, addresses, ports; connections that end by a pattern
 *   diagnosis_probe.c    what second connections make of it; diagnosis_probe_tls.c: of handshakes,
 *                        diagnosis_probe_connect.c: of CONNECT
 */
#pragma once

#include "core/evidence.h"
#include "core/local_check.h"
#include "core/probe_plan.h"
#include "core/profile.h"
#include "trust/finding.h"
#include "trust/identity.h"

/* How a connection that had been online ended. */
typedef struct {
  gint64 online_us; /* how long it had been */
  gint64 quiet_us;  /* since the last byte of MQTT */
  gint64 at_us;     /* monotonic: when */
} PastEnd;

#define PAST_ENDS_MAX 8

/* What was published last, while it is not answered (QoS 0 never is). */
typedef struct {
  const char *topic; /* NULL: nothing */
  gsize size;        /* of the payload */
  gint64 at_us;      /* monotonic */
} LastPublish;

typedef struct {
  const Evidence *evidence;
  const Profile *profile;
  const Identity *identity; /* that was shown or would be; NULL: none */
  const Anchors *anchors;   /* that the broker was judged by; or NULL */
  const Anchors *broker_ca; /* what the broker knows its clients by; NULL: not known */
  const GPtrArray *local;   /* of Finding, on our own files; or NULL */
  const GPtrArray *mqtt;    /* of Finding, on requests of this connection; or NULL */
  const GPtrArray *probes;  /* of PlannedProbe, with what they showed so far; or NULL */
  const PastEnd *ends;      /* of this profile, oldest first, without the present one */
  guint end_count;
  LastPublish last_publish;
  const char *subscribing; /* the first filter that is asked for and not answered; NULL: none */
  const char *client_id; /* in use; or NULL */
  gboolean two_way;      /* the broker took our certificate */
  gint64 quiet_us;       /* at the end: since the last byte of MQTT; -1: not known */
  gint64 now;            /* seconds since 1970 */
} DiagnosisCase;

/* (transfer full): all of it, worst first; of Finding. */
GPtrArray *diagnose(const DiagnosisCase *c);

/* (transfer full): what ended it or keeps it from going on; NULL: nothing has. It is in the list of
 * diagnose(), too. */
Finding *diagnose_end(const DiagnosisCase *c);

/* (transfer full): what works for the wrong reason and may be looked into; NULL: nothing. */
Finding *diagnose_doubt(const DiagnosisCase *c);

/* Whether another try can help while nobody changes anything. `end` is diagnose_end()'s. */
gboolean diagnosis_heals(const DiagnosisCase *c, const Finding *end);
gboolean diagnosis_reason_heals(int reason); /* of CONNACK or DISCONNECT */

/* (transfer full): the broker's answer to a request; reason of SUBACK, PUBACK or PUBREC; `size` of
 * the payload. */
Finding *diagnose_subscribe(const DiagnosisCase *c, const char *filter, int reason);
Finding *diagnose_publish(const DiagnosisCase *c, const char *topic, gsize size, int reason);
/* Whether it is that request that the finding is about. */
gboolean diagnosis_is_about(const Finding *finding, const char *code, const char *topic);

/* Whether the broker needs our certificate, by a try without it. */
typedef enum { ENFORCED_UNKNOWN, ENFORCED_YES, ENFORCED_NO } Enforced;
Enforced diagnosis_enforced(const GPtrArray *probes);
/* The alert of that try; -1: none came. */
int diagnosis_enforced_alert(const GPtrArray *probes);
