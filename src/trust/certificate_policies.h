/* What a certificate says about certificate policies (RFC 5280, 4.2.1.4, .5, .11, .14).
 * Private to trust/. Any thread. */
#pragma once

#include "trust/certificate.h"

typedef struct {
  char *issuer;  /* OID in the issuer's domain */
  char *subject; /* OID in the subject's */
} PolicyMapping;

typedef struct {
  GHashTable *policies;   /* set of OIDs as text, without anyPolicy */
  gboolean any;           /* anyPolicy is one of them */
  GPtrArray *mappings;    /* of PolicyMapping, without those of anyPolicy */
  gboolean maps_any;      /* anyPolicy is mapped, which 4.2.1.5 forbids */
  int require_explicit;   /* certificates that may follow without a policy; -1: not said */
  int inhibit_mapping;
  int inhibit_any;
  const char *fault;      /* static: name of an extension that cannot be read; NULL */
  gboolean fault_critical;
} CertificatePolicies;

/* (transfer full). An extension that cannot be read counts as absent, and is named. */
CertificatePolicies *certificate_policies_new(const Certificate *certificate);
void certificate_policies_free(CertificatePolicies *policies);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CertificatePolicies, certificate_policies_free)
