/* Certificates that trust/pki.h rightly does not make: weak, contradictory, with strange
 * extensions. Out of nothing but GnuTLS, so that a test of verification does not lean on the
 * code that it tests; and those of the fault lab. Every failure ends the program with GnuTLS's
 * sentence: none is a fault of who runs it. */
#pragma once

#include <gnutls/x509.h>

#include "trust/certificate.h"

typedef struct {
  const char *name; /* common name */
  const char *organization;
  const char *dns;                      /* one SAN, or NULL */
  const char *names;                    /* more: "DNS:a.test,IP:192.0.2.1,IP:::1,email:a@b.test,
                                         * URI:x:y"; or NULL */
  int version;                          /* 0: 3; 1: no extensions at all */
  int authority;                        /* 1: CA:TRUE, 0: CA:FALSE, -1: no basicConstraints */
  int path_length;                      /* -1: none */
  unsigned key_usage;                   /* GNUTLS_KEY_..., 0: no extension */
  const char *purpose;                  /* OID, or NULL: no extension */
  gboolean no_key_ids;                  /* neither SKI nor AKI */
  gnutls_pk_algorithm_t key_algorithm;  /* 0: ECDSA */
  unsigned key_bits;                    /* 0: P-256 */
  gnutls_digest_algorithm_t digest;     /* 0: SHA-256 */
  gint64 not_before, not_after;         /* 0, 0: FORGE_START to FORGE_END; lab_forge() has its own */
  void (*tweak)(gnutls_x509_crt_t crt); /* before it is signed, or NULL */
} ForgeTemplate;

#define FORGE_START G_GINT64_CONSTANT(1735689600)    /* 2025-01-01 */
#define FORGE_NOW G_GINT64_CONSTANT(1751328000)      /* 2025-07-01 */
#define FORGE_END G_GINT64_CONSTANT(1893456000)      /* 2030-01-01 */
#define FORGE_LEAF_END G_GINT64_CONSTANT(1769904000) /* 2026-02-01, where a server's ends */

typedef struct {
  Certificate *certificate;
  gnutls_x509_privkey_t key;
} Forged;

/* A CA and a leaf as they should be, to be changed in one point. */
ForgeTemplate forge_authority(const char *name);
ForgeTemplate forge_server(const char *name, const char *dns);

/* (transfer full): signed by `issuer`, by itself when that is NULL. */
Forged *forge(const ForgeTemplate *template, const Forged *issuer);
/* The same with the key of another. */
Forged *forge_with_key(const ForgeTemplate *template, const Forged *issuer, const Forged *key);
/* (transfer full): self-signed and not parsed, for what cannot be. */
GBytes *forge_der(const ForgeTemplate *template);
void forged_free(Forged *forged);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Forged, forged_free)

/* (transfer full): the private key as PKCS#8 PEM; encrypted (PBES2, AES-256) unless `password` is
 * NULL. */
char *forged_key_pem(const Forged *forged, const char *password);
/* (transfer full): the public half alone, as `openssl pkey -pubout` writes it. */
char *forged_public_pem(const Forged *forged);
/* (transfer full): a certificate request (PKCS#10) with this common name and the key. */
char *forged_request_pem(const Forged *forged, const char *name);

/* (transfer full): the certificate with one bit of its signature changed. */
Certificate *forge_damaged(const Certificate *certificate);
