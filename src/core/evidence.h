/* All that one try to connect has shown: what diagnosis concludes from, and what reports print. The
 * tunnel's events are taken in as they come; nothing here concludes. Main thread. */
#pragma once

#include <glib.h>

#include "net/tunnel.h"
#include "trust/second_opinion.h"
#include "trust/verify.h"

/* How far it came, and when: monotonic microseconds, 0: not reached. */
typedef enum {
  EVIDENCE_STARTED,
  EVIDENCE_RESOLVED,
  EVIDENCE_CONNECTED,   /* TCP */
  EVIDENCE_VERIFIED,    /* the broker's chain has been judged */
  EVIDENCE_ESTABLISHED, /* TLS */
  EVIDENCE_CONNECT_SENT,
  EVIDENCE_FIRST_BYTE,
  EVIDENCE_CONNACK,
  EVIDENCE_CLOSED,
  EVIDENCE_STAGE_COUNT,
} EvidenceStage;

typedef struct {
  char *address; /* "192.0.2.1:8883" */
  int code;      /* TunnelError */
  char *text;    /* safe text, one sentence */
} DialFailure;

typedef struct {
  gint64 at_us[EVIDENCE_STAGE_COUNT];
  char **names;             /* the host, then each CNAME's target; NULL: not resolved */
  char **addresses;
  guint32 ttl;
  GPtrArray *dial_failures; /* of DialFailure */
  char *address;            /* connected to, "192.0.2.1:8883"; or NULL */
  GPtrArray *certificates;  /* that the broker sent; NULL: none came */
  Verdict *verdict;         /* on them; NULL: not judged */
  SecondOpinion *opinion;   /* or NULL */
  gboolean requested, sent; /* a client certificate */
  char **ca_names;          /* that the broker takes, maybe none; NULL: did not ask */
  char *key_types;          /* the same of keys; or NULL */
  char *tls_version, *cipher, *group, *alpn; /* once established; or NULL */
  gboolean resumed;
  int connack;              /* reason; -1: none came */
  char *connack_text;       /* or NULL */
  gboolean session_present;
  int disconnect;           /* reason of the broker's DISCONNECT; -1: none came */
  char *disconnect_text;    /* or NULL */
  char *server_reference;   /* that the broker names in CONNACK or DISCONNECT (MQTT 5); or NULL */
  guint32 maximum_packet_size; /* of CONNACK (MQTT 5); 0: not said */
  BrokerTerms *terms;       /* of CONNACK; NULL: none came */
  guint subscribes_open;    /* SUBSCRIBE packets that have left and are not answered */
  gint64 subscribe_us;      /* monotonic: when the last of them left; 0: none has */
  gboolean answered_ping;   /* so it was still there after CONNACK */
  TunnelEvent *closed;      /* the last event; NULL: still open */
} Evidence;

Evidence *evidence_new(void);
void evidence_free(Evidence *evidence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Evidence, evidence_free)

/* Takes in what the event shows; copies. TUNNEL_CLOSED is kept as a copy of its plain parts. */
void evidence_take(Evidence *evidence, const TunnelEvent *event);

/* Whether anything was asked of the network; not, when our own files stopped it. */
gboolean evidence_has_begun(const Evidence *evidence);

/* Microseconds from the latest stage before `stage` that was reached to `stage`; -1: not reached. */
gint64 evidence_duration_us(const Evidence *evidence, EvidenceStage stage);
