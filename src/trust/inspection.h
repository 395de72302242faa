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
  INSPECTED_OTHER,         /* a PEM block of another label */
  INSPECTED_DAMAGED,       /* could not be parsed */
} InspectedKind;

typedef struct {
  InspectedKind kind;
  char *container;          /* "PEM", "DER", "PKCS#7", "PKCS#12", "TRUSTED CERTIFICATE" */
  char *title;              /* one line, safe text: "RSA 2048 private key, encrypted (PBES2)" */
  char *details;            /* lines of safe text; NULL: none. Never secret values */
  Certificate *certificate; /* of INSPECTED_CERTIFICATE, else NULL */
  char *key_id;             /* SHA-256 of the SPKI, hex, of keys, requests, certificates; or NULL */
  char *problem;            /* what is wrong with this item, one sentence; or NULL */
  const char *problem_code; /* of the fault catalogue; or NULL */
} InspectedItem;

typedef struct {
  char *path;               /* safe text */
  GPtrArray *items;         /* of InspectedItem, file order */
  GPtrArray *remarks;       /* of Finding: what other programs would make of the file, wrong
                             * labels, damaged PEM, duplicates, order */
} Inspection;

/* (transfer full): NULL and a TRUST_ERROR when the file cannot be read or holds nothing known.
 * `path` may be a pkcs11: URI. `password` opens encrypted keys and PKCS#12; may be NULL. */
Inspection *inspection_read(const char *path, const char *password, GError **error);
Inspection *inspection_parse(const void *bytes, gsize length, const char *label,
                             const char *password, GError **error);
void inspection_free(Inspection *inspection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inspection, inspection_free)
