/* The TLS library's own words, without its types: what its errors mean, and what a priority string
 * offers to a broker. */
#pragma once

#include <glib.h>

/* Why a handshake failed on this side, as far as the library's error tells. */
typedef enum {
  TLS_CAUSE_OTHER,
  TLS_CAUSE_VERSION,     /* the broker chose a version that we do not allow */
  TLS_CAUSE_CIPHER,      /* ... a cipher suite */
  TLS_CAUSE_GROUP,       /* ... a group, or none fits */
  TLS_CAUSE_ALPN,        /* ... an application protocol, or none */
  TLS_CAUSE_KEY_USAGE,   /* a certificate's key usage forbids what its key was used for */
  TLS_CAUSE_WEAK,        /* a key or parameter is weaker than the library takes */
  TLS_CAUSE_ALGORITHM,   /* an algorithm or curve that the library does not have */
  TLS_CAUSE_SIGNATURE,   /* the broker's signature is not of its certificate's key */
  TLS_CAUSE_CERTIFICATE, /* a certificate that cannot be read */
  TLS_CAUSE_NOTHING,     /* our settings leave nothing to offer */
} TlsCause;

TlsCause tls_cause_of(int gnutls_error);

/* What a ClientHello of this priority string offers, for a sentence: names with commas. */
typedef struct {
  char *versions;   /* "TLS 1.2, TLS 1.3"; "" when none is left */
  char *ciphers;    /* "AES-256-GCM, ..." */
  char *groups;     /* "SECP256R1, X25519, ..." */
  char *signatures; /* "RSA-SHA256, ..." */
  gboolean modern;  /* TLS 1.2 or 1.3 is among the versions */
} TlsOffer;

/* (transfer full); NULL: the string cannot be used. `priority` NULL: "NORMAL". */
TlsOffer *tls_offer_new(const char *priority);
void tls_offer_free(TlsOffer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsOffer, tls_offer_free)

/* FALSE and a TUNNEL_ERROR: the library cannot use this priority string, or it leaves nothing to
 * offer, as it is or under this machine's policy. */
gboolean tls_priority_check(const char *priority, GError **error);
/* The machine's policy may have taken away what was asked for, without an error. */
struct gnutls_priority_st;
gboolean tls_priority_leaves_nothing(struct gnutls_priority_st *priority);

/* Safe text, static: this machine's policy file for TLS; NULL when there is none. Any thread. */
const char *tls_policy_file(void);

/* (transfer full): a TUNNEL_ERROR: why the priority string cannot be used. `position` is where the
 * library stopped; NULL: it is well formed, but leaves nothing to offer. */
GError *tls_priority_explain(const char *priority, const char *position, int gnutls_error);

/* As the standards write it, with a blank ("TLS 1.3"); NULL: unknown. Static. */
const char *tls_version_name(int gnutls_version);
/* The same of the number in a record or hello (0x0303); NULL: unknown. */
const char *tls_version_name_on_wire(guint16 number);
