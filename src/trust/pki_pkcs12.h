/* PKCS#12 (RFC 7292): key, certificate and its issuers in one file. Private to trust/. */
#pragma once

#include "trust/pki_key.h"

/* (transfer full): AES-256 (PBES2) and a MAC with SHA-256. `issuers` of Certificate, may be empty.
 * NULL and a PKI_ERROR. */
GBytes *pki_pkcs12(const Certificate *certificate, const GPtrArray *issuers, const PkiKey *key,
                   const char *password, GError **error);
