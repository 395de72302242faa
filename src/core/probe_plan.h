/* Which second connections would tell causes apart: evidence and the finding so far in, a handful
 * of requests out. Pure.
 *
 * A probe carries neither user name nor password nor our certificate. */
#pragma once

#include <glib.h>

#include "core/evidence.h"
#include "core/profile.h"
#include "net/probe.h"

#define PROBE_PLAN_MAX 6

/* What a probe is to find out. */
typedef enum {
  PROBE_AGAIN,          /* the same settings: was it only once? */
  PROBE_TLS_1_2,        /* TLS 1.2 alone */
  PROBE_VERSION,        /* one version of TLS alone, with all else allowed; see `version` */
  PROBE_WIDER_GROUPS,   /* our settings, and every group */
  PROBE_WIDER_KEYS,     /* our settings, and every type of key and signature */
  PROBE_WIDER_CIPHERS,  /* our settings, and every cipher suite */
  PROBE_PSK,            /* pre-shared keys instead of certificates */
  PROBE_ALPN,           /* names MQTT's application protocols */
  PROBE_PLAIN_MQTT,     /* MQTT without TLS */
  PROBE_PLAIN_HTTP,     /* HTTP without TLS */
  PROBE_LISTEN,         /* TCP, and not a word: does the other side close all the same? */
  PROBE_TLS_THERE,      /* TLS where MQTT without TLS has failed */
  PROBE_SAME_CONNECT,   /* a CONNECT as ours, of nobody: is any answered? */
  PROBE_OLDER_CONNECT,  /* the same in MQTT 3.1.1 */
  PROBE_UPGRADE,        /* WebSocket over TLS */
  PROBE_WITHOUT_NAME,   /* without a server name (SNI) */
  PROBE_WITH_NAME,      /* with the host, or the one name that can be guessed, as server name */
  PROBE_OTHER_ADDRESS,  /* another address of the same name */
  PROBE_KNOWN_ADDRESS,  /* the address that was right before */
  PROBE_OPEN_PORT,      /* does one of MQTT's usual ports listen? */
  PROBE_TWO_WAY_PORT,   /* does one of them ask for a certificate? */
  PROBE_NO_CERTIFICATE, /* is ours needed at all? */
} ProbePurpose;

typedef struct {
  ProbePurpose purpose;
  ProfileTlsVersion version; /* of PROBE_VERSION */
  char *text;                /* for the timeline: "TLS 1.2 alone"; safe text */
  ProbeRequest *request;
  ProbeResult *result; /* NULL: not there yet */
} PlannedProbe;

void planned_probe_free(PlannedProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlannedProbe, planned_probe_free)

typedef struct {
  const Evidence *evidence;
  const Profile *profile;
  const char *code;          /* of the finding that is to be refined; NULL: all is well */
  const char *known_address; /* numeric, with which this host's certificate was right; or NULL */
  gboolean two_way;          /* online, with our certificate */
  gboolean ask_enforced;     /* whether the certificate is needed is to be found out */
} ProbePlanRequest;

/* (transfer full): of PlannedProbe, in the order to be run in; empty: none would tell more, or the
 * profile forbids them. */
GPtrArray *probe_plan(const ProbePlanRequest *request);

/* (transfer full): "192.0.2.1" of "192.0.2.1:8883" and "2001:db8::1" of "[2001:db8::1]:8883"; NULL:
 * it is neither. */
char *probe_plan_address(const char *address_with_port);

/* (transfer full): the profile's priority string, its version included. */
char *probe_plan_priority(const Profile *profile);
