/* One certificate revocation list as it stands (RFC 5280, 5): nothing is judged here.
 *
 * Read by this program itself: GnuTLS gives no entry's reason, reads no scope, and needs some
 * hundred bytes of memory for each byte of a long list. Bounded: CRL_SIZE_MAX bytes; what is kept
 * of an entry is where it stands. Immutable but for a guarded memory of signatures that were
 * checked; any thread. Private to trust/. */
#pragma once

#include <glib.h>
#include <pthread.h>

#include "trust/certificate.h"
#include "trust/der_value.h"

#define CRL_SIZE_MAX (64 * 1024 * 1024)

/* ReasonFlags as a mask: bit n is 1 << n; bit 0 is not used (RFC 5280, 4.2.1.13). */
#define CRL_REASONS_ALL 0x1feu

/* CRLReason (RFC 5280, 5.3.1). */
enum { CRL_REASON_HOLD = 6, CRL_REASON_REMOVED = 8 };

/* issuingDistributionPoint (RFC 5280, 5.2.5). */
typedef struct {
  gboolean present;
  DerSpan bytes; /* for comparing two lists' scopes; empty when it is not present */
  gboolean has_point;
  DerElement point; /* its DistributionPointName: tag and content */
  gboolean users_only, authorities_only, attributes_only;
  gboolean indirect;
  guint reasons; /* mask; CRL_REASONS_ALL when it is not limited */
} CrlScope;

typedef struct Crl {
  char *file;  /* safe text: where it came from */
  guint index; /* among the lists of that file, from 0 */
  char *sha256;
  char *issuer; /* safe text, RFC 4514 */
  DerSpan issuer_dn;
  int version; /* 1 or 2 */
  gint64 this_update;
  gint64 next_update; /* 0: there is none */
  gboolean has_number, number_is_critical;
  DerSpan number; /* cRLNumber (5.2.3), as der_value_integer() leaves it */
  gboolean is_delta;
  DerSpan base_number; /* of the delta CRL indicator (5.2.4) */
  CrlScope scope;
  char *unknown_critical;       /* OID of a critical extension not known here, or NULL */
  char *unknown_critical_entry; /* the same of an entry's extension */
  guint count;                  /* of entries */
  /* The rest is crl.c's and crl_signature.c's own. */
  GBytes *der;
  DerSpan tbs, algorithm, inner_algorithm, signature;
  GHashTable *entries; /* serial's INTEGER element → its entry, both within `der` */
  GHashTable *others;  /* the same for other issuers: name_compare_key() → such a table */
  pthread_mutex_t lock;
  GHashTable *signers; /* fingerprint of a certificate → whether its key made the signature */
} Crl;

typedef struct {
  gint64 date; /* revocationDate */
  int reason;  /* CRLReason; 0 (unspecified) also when none is given */
} CrlEntry;

/* (transfer full). NULL and a TRUST_ERROR whose sentence is about "it". `file` need not be safe. */
Crl *crl_new(const void *der, gsize length, const char *file, guint index, GError **error);
void crl_free(Crl *crl);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crl, crl_free)

/* Is the certificate with this serial number (content of its INTEGER), issued by who has this name
 * (DER), on the list? An indirect list has entries for others than its own issuer, too. */
gboolean crl_find(const Crl *crl, DerSpan issuer, DerSpan serial, CrlEntry *entry);
/* "keyCompromise"; static. */
const char *crl_reason_name(int reason);

/* --- crl_signature.c --- */

/* TRUE when `signer`'s key made the signature, weak algorithms included. Neither names nor key
 * usage are looked at. */
gboolean crl_is_signed_by(const Crl *crl, const Certificate *signer);
/* "RSA-SHA1" when the signature's algorithm is too weak to be believed, else NULL; static. */
const char *crl_weak_algorithm(const Crl *crl);

/* --- crl_scope.c --- */

/* Whether the list's scope takes in a certificate (RFC 5280, 6.3.3 (b)), and then in `*reasons` for
 * which reasons it speaks. The list is of the certificate's issuer, or else of who one of its
 * distribution points names, and indirect. Else `*why` is a static phrase: "lists CAs only". */
gboolean crl_covers(const Crl *crl, const Certificate *certificate, guint *reasons,
                    const char **why);
/* (transfer full), of GBytes: the names (DER) of those who make lists in place of the issuer, by the
 * certificate's distribution points (cRLIssuer, 4.2.1.13); the first few. */
GPtrArray *crl_scope_issuers(const Certificate *certificate);
/* The mask of a ReasonFlags BIT STRING's content. */
guint crl_reason_flags(DerSpan content);
