/* What is in a file: every certificate, key, request, CRL, PKCS#7 and PKCS#12 bag in it, and what
 * other programs would make of the file. Says what it found; judges nothing. Bounded like
 * trust/certificate_file.h. Any thread. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

typedef enum {
  INSPECTED_CERTIFICATE,
  INSPECTED_KEY,           /* private; only its kind is read without a password */
  INSPECTED_PUBLIC_KEY,
  INSPECTED_REQUEST,       /* PKCS#10 */
  INSPECTED_CRL,
  INSPECTED_OPENSSH_KEY,   /* named, not read */
  INSPECTED_PARAMETERS,    /* of Diffie-Hellman, an elliptic curve, DSA */
  INSPECTED_BUNDLE,        /* PKCS#7 or PKCS#12 that stays closed, or holds nothing */
  INSPECTED_OTHER,         /* a PEM block of another label */
  INSPECTED_DAMAGED,       /* could not be parsed */
} InspectedKind;

typedef struct {
  InspectedKind kind;
  char *container;          /* "PEM", "DER", "PKCS#7", "PKCS#12", "TRUSTED CERTIFICATE", "PKCS#11" */
  guint line;               /* of its BEGIN line, from 1; 0: it has none */
  char *title;              /* one line, safe text: "RSA 2048 private key, encrypted (PBES2)" */
  char *details;            /* lines "Label: value" of safe text; NULL: none. Never secret values */
  Certificate *certificate; /* of INSPECTED_CERTIFICATE, else NULL */
  gboolean self_signed;     /* the certificate's own key made its signature; FALSE also where one
                             * file has so many that not all are tried */
  char *subject;            /* RFC 4514, of a request; NULL: certificate or none */
  char *issuer;             /* the same, of a CRL */
  gint64 this_update, next_update; /* of a CRL, seconds since 1970; 0: none */
  char **names;             /* that a request asks for, as in certificate_names(); or NULL */
  char *key_label;          /* "RSA 2048", of keys and requests that were read; or NULL */
  char *key_id;             /* SHA-256 of the SPKI, hex, of keys, requests, certificates; or NULL */
  char *key_pem;            /* of a private key, for a file of its own: as it stands, still
                             * encrypted, or PKCS#8 out of a PKCS#12. A secret; or NULL */
  gboolean encrypted;       /* a private key that no program reads without its password */
  char *problem;            /* what is wrong with this item, one sentence; or NULL */
  const char *problem_code; /* of the fault catalogue; or NULL */
} InspectedItem;

typedef struct {
  char *path;               /* safe text */
  GPtrArray *items;         /* of InspectedItem, file order */
  GPtrArray *remarks;       /* of Finding, worst first: every item's problem, and what other
                             * programs would make of the file: wrong labels, damaged PEM,
                             * duplicates, order. `index` is that of the item */
} Inspection;

/* (transfer full): NULL and a TRUST_ERROR when the file cannot be read or holds nothing known.
 * `path` may be a pkcs11: URI. `password` opens encrypted keys and PKCS#12; NULL: none is known,
 * and only the empty one is tried on a PKCS#12.
 * Of the file itself its mode and its name are looked at, too; inspection_parse() cannot. */
Inspection *inspection_read(const char *path, const char *password, GError **error);
Inspection *inspection_parse(const void *bytes, gsize length, const char *label,
                             const char *password, GError **error);
void inspection_free(Inspection *inspection); /* overwrites the keys in it */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inspection, inspection_free)

/* (transfer full), safe text: the path as it may be shown, without the PIN of a pkcs11: URI. */
char *inspection_label(const char *path);

/* "certificate", "private key", "public key", "request", "CRL", ...; static. */
const char *inspected_kind_name(InspectedKind kind);
