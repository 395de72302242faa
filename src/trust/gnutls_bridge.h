/* What net/tls.c needs from trust/ in GnuTLS's own types. Only trust/ and net/tls.c include this
 * (tests/structure.sh sees to it); GnuTLS stays out of every other folder. */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "trust/anchors.h"
#include "trust/certificate.h"
#include "trust/identity.h"

/* Borrowed from the certificate; do not change it. */
gnutls_x509_crt_t certificate_gnutls(const Certificate *certificate);

/* Borrowed; a trust list of all anchors. Reading from several threads is allowed. */
gnutls_x509_trust_list_t anchors_gnutls(const Anchors *anchors);

/* Borrowed, in the order of the certificate file (leaf first); `*count` certificates. */
gnutls_pcert_st *identity_gnutls_chain(const Identity *identity, unsigned *count);
gnutls_privkey_t identity_gnutls_key(const Identity *identity);
