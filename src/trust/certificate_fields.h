/* What is read out of a certificate once, when it is made, so that everybody else only looks.
 * Private to trust/: others use trust/certificate.h. */
#pragma once

#include <glib.h>
#include <gnutls/x509.h>

#include "trust/certificate.h"

typedef struct ExtensionIndex ExtensionIndex;

typedef struct {
  char *subject, *issuer, *subject_label, *issuer_label;
  char *common_name;             /* of the subject, the last one; safe text or NULL */
  char *issuer_organization;     /* safe text or NULL */
  char *subject_organization;    /* safe text or NULL */
  GBytes *subject_dn, *issuer_dn; /* DER, for comparing */
  GBytes *subject_key_id;        /* RFC 5280, 4.2.1.2; NULL: no extension */
  GBytes *authority_key_id;      /* RFC 5280, 4.2.1.1: the key identifier in it, or NULL */
  int version;
  char *serial;
  gint64 not_before, not_after;
  char *key_id, *key_label, *signature_label;
  gnutls_pk_algorithm_t key_algorithm;
  unsigned key_bits;
  int signature_algorithm;       /* gnutls_sign_algorithm_t */
  char **names, **key_usage, **extended_key_usage;
  gboolean has_basic_constraints;
  gboolean is_ca;
  int path_length;               /* of basicConstraints; -1: no limit */
  ExtensionIndex *extensions;    /* certificate_extensions.c's own */
} CertificateFields;

/* FALSE: `*problem` is a static phrase about what could not be read ("its dates"). */
gboolean certificate_fields_read(CertificateFields *fields, gnutls_x509_crt_t crt,
                                 const char **problem);
void certificate_fields_clear(CertificateFields *fields);

/* Borrowed from the certificate. */
const CertificateFields *certificate_fields(const Certificate *certificate);
/* Borrowed: the whole certificate. */
GBytes *certificate_der(const Certificate *certificate);
/* certificate_extensions.c: there is one with this OID ("2.5.29.30"). */
gboolean certificate_has_extension(const Certificate *certificate, const char *oid);
/* (transfer full): of a certificate whose DER is there; it lives no longer than that. */
ExtensionIndex *certificate_extension_index_new(const Certificate *certificate);
void certificate_extension_index_free(ExtensionIndex *index);

/* (transfer full), NULL-terminated: GNUTLS_KEY_... bits, and the content of an extendedKeyUsage, in
 * the words of RFC 5280; the latter NULL when it cannot be parsed. */
char **certificate_fields_key_usage(unsigned bits);
char **certificate_fields_purposes(const gnutls_datum_t *extension);
