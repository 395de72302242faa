/* Makes certificates: X.509 v3 with the extensions that brokers and strict clients ask for.
 * Used by `mqtrust demo` and by the tests. Uses the system's random numbers; keys stay in memory
 * until they are written by the caller. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

typedef enum { PKI_ROOT, PKI_INTERMEDIATE, PKI_SERVER, PKI_CLIENT } PkiRole;
typedef enum { PKI_KEY_ECDSA_P256, PKI_KEY_RSA_2048, PKI_KEY_ED25519 } PkiKeyType;

/* basicConstraints, keyUsage, extendedKeyUsage, SKI and AKI follow from the role. */
typedef struct {
  PkiRole role;
  PkiKeyType key_type;
  const char *country;      /* two letters, or NULL */
  const char *organization; /* or NULL */
  const char *common_name;
  const char *const *dns_names; /* SAN of a server, NULL-terminated, or NULL */
  const char *const *ip_addresses;
  gint64 not_before;        /* seconds since 1970 */
  gint64 not_after;
  int path_length;          /* of a CA; -1: none */
} PkiTemplate;

/* A certificate and its private key. */
typedef struct PkiPair PkiPair;

/* (transfer full): signed by `issuer`, by itself when that is NULL. SHA-256 (or Ed25519). */
PkiPair *pki_issue(const PkiTemplate *template, const PkiPair *issuer, GError **error);
void pki_pair_free(PkiPair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PkiPair, pki_pair_free)

/* Borrowed. */
Certificate *pki_pair_certificate(const PkiPair *pair);
/* (transfer full): PKCS#8 PEM; encrypted (PBES2, AES-256) when `password` is not NULL.
 * A secret: give it back with secret_free(). */
char *pki_pair_key_pem(const PkiPair *pair, const char *password, GError **error);
