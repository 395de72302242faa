/* A tunnel carries one MQTT connection: resolve → dial → TLS → verify → loopback → tap.
 *
 * It runs on the transport thread and reports everything as typed events. When the broker is
 * reached and trusted, TUNNEL_READY names a loopback port; the MQTT client connects there, within
 * this very process: a foreign process that connects is dropped and reported, and the listener
 * closes after the one connection that counts. A tunnel lives for one attempt; for the next, make
 * a new one. TLS is used when `tls` is set; plain MQTT takes the same way without it. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"
#include "mqtt/tap.h"
#include "net/broker_terms.h"
#include "net/transport.h"
#include "net/tunnel_error.h"
#include "trust/anchors.h"
#include "trust/second_opinion.h"
#include "trust/identity.h"
#include "trust/revocation.h"
#include "trust/verify.h"

typedef struct {
  char *host;              /* to resolve and dial: a name or an address */
  guint16 port;
  gboolean tls;
  char *server_name;       /* sent as SNI; NULL: host, when it is a name */
  char *verify_name;       /* to be found in the certificate; NULL: host */
  gboolean insecure;       /* do not check the name (mosquitto's --insecure) */
  Anchors *anchors;        /* with TLS: what to trust */
  RevocationData *revocation; /* lists to judge the broker's chain by; NULL: none */
  Identity *identity;      /* NULL: no client certificate */
  char **alpn;             /* NULL-terminated, or NULL */
  char *tls_priority;      /* GnuTLS priority string; NULL: "NORMAL" */
  guint dial_timeout_ms;   /* for each address; 0: 10,000 */
  guint total_timeout_ms;  /* until TUNNEL_READY; 0: 30,000 */
  gboolean ping_at_once;   /* a PINGREQ behind an accepting CONNACK, beside those of the client: who
                            * answers it has not closed in the meantime */
  char *dns_servers;       /* "127.0.0.1:5353", for tests; NULL: the system's */
} TunnelConfig;

TunnelConfig *tunnel_config_new(void);
TunnelConfig *tunnel_config_copy(const TunnelConfig *config);
void tunnel_config_free(TunnelConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TunnelConfig, tunnel_config_free)

typedef enum {
  TUNNEL_RESOLVING,       /* text: name */
  TUNNEL_RESOLVED,        /* names: host, then each CNAME's target; addresses; ttl */
  TUNNEL_DIALING,         /* text: address and port */
  TUNNEL_DIAL_FAILED,     /* text: address and port; error: why; the others go on */
  TUNNEL_CONNECTED,       /* text: address and port; TCP is there */
  TUNNEL_TLS_STAGE,       /* text: "sent CLIENT HELLO", "received SERVER HELLO", ... */
  TUNNEL_CERTIFICATE_REQUESTED, /* names: CA names (RFC 4514), maybe none; text: key types;
                                   flag: we sent a certificate */
  TUNNEL_PEER_CHAIN,      /* certificates: as sent */
  TUNNEL_VERIFIED,        /* verdict, opinion; also when it was refused */
  TUNNEL_TLS_ALERT,       /* number: alert; flag: received (else sent); text: its name */
  TUNNEL_TLS_ESTABLISHED, /* tls: version, cipher, group, ALPN; the handshake is over */
  TUNNEL_READY,           /* number: loopback port */
  TUNNEL_FOREIGN_DROPPED, /* text: who connected to the loopback port */
  TUNNEL_JOINED,          /* the client is on; bytes flow */
  TUNNEL_FIRST_BYTE,      /* the broker's first MQTT byte: a client certificate was accepted */
  TUNNEL_PACKET,          /* packet: summary of any packet but PUBLISH */
  TUNNEL_CLOSED,          /* the end; error NULL: as wished; fault: what kind */
} TunnelEventType;

/* A packet in short: what the timeline shows. Owns its text. */
typedef struct {
  MqttDirection direction;
  MqttType type;
  guint16 packet_id;
  guint8 reason;           /* CONNACK, acks, DISCONNECT; first reason of SUBACK */
  gboolean session_present;
  guint16 keep_alive;      /* CONNECT, or Server Keep Alive of CONNACK (0: not said) */
  guint32 size;
  char *reason_text;       /* static text of the reason, and the Reason String if sent; or NULL */
  char *assigned_client_id;/* of CONNACK (MQTT 5), or NULL; safe text */
  char *server_reference;  /* of CONNACK and DISCONNECT (MQTT 5), or NULL; safe text */
  guint32 maximum_packet_size; /* of CONNACK (MQTT 5); 0: not said */
  BrokerTerms *terms;      /* of CONNACK; NULL: another packet */
  GBytes *reasons;         /* all reason codes of SUBACK and UNSUBACK, or NULL */
} TunnelPacket;

typedef struct {
  TunnelEventType type;
  gint64 time_ns;          /* real time, nanoseconds since 1970 */
  gint64 monotonic_us;     /* g_get_monotonic_time() */
  char *text;              /* safe text or NULL */
  char **names;            /* safe text, NULL-terminated, or NULL */
  char **addresses;
  guint32 ttl;             /* seconds; the smallest of the answer */
  int number;
  gboolean flag;
  GPtrArray *certificates; /* or NULL */
  Verdict *verdict;        /* or NULL */
  SecondOpinion *opinion;  /* or NULL: this build has no OpenSSL */
  struct { char *version, *cipher, *group, *alpn; gboolean resumed; } tls;
  TunnelPacket *packet;    /* or NULL */
  TunnelFault fault;       /* of TUNNEL_CLOSED */
  GError *error;           /* TUNNEL_ERROR: a sentence that a user can act on; or NULL */
  int alert;               /* last TLS alert received, -1: none */
  int gnutls_error;        /* 0: none */
  guint unreadable;        /* which of the broker's certificates cannot be read, from 1; 0: none */
} TunnelEvent;

void tunnel_event_free(TunnelEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TunnelEvent, tunnel_event_free)

/* All on the transport thread. `event` is given away (transfer full); it must not block.
 * publish/begin/end are the tap's (see mqtt/tap.h); none may be NULL. */
typedef struct {
  void (*event)(TunnelEvent *event, gpointer user_data);
  void (*begin)(gpointer user_data);
  void (*end)(gpointer user_data);
  void (*publish)(MqttDirection direction, const MqttPublish *publish, gpointer user_data);
} TunnelSink;

typedef struct Tunnel Tunnel;

/* Main thread. Begins at once. `sink` is static or outlives the tunnel. */
Tunnel *tunnel_start(Transport *transport, const TunnelConfig *config, const TunnelSink *sink,
                     gpointer user_data);

/* Main thread: closes whatever is open (TLS with close_notify, after what Paho wrote last has
 * been sent), posts TUNNEL_CLOSED if that has not been yet, and frees. Returns when the transport
 * thread has let go: no sink function is called afterwards. NULL is allowed. */
void tunnel_stop(Tunnel *tunnel);

typedef struct {
  guint64 bytes_in, bytes_out;     /* MQTT bytes */
  guint64 messages_in, messages_out;
} TunnelCounters;
/* Any thread. */
void tunnel_counters(Tunnel *tunnel, TunnelCounters *counters);
