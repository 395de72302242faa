/* What is known about revoked certificates: CRLs (RFC 5280, 5) and OCSP answers (RFC 6960).
 *
 * Nothing here is fetched: files and stapled answers only. GnuTLS drops CRLs whose issuer is no
 * anchor without a word; here every CRL is used, or a finding of verify() says why it cannot be.
 * Immutable once it is filled; then any thread. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

typedef struct RevocationData RevocationData;

RevocationData *revocation_data_new(void);
void revocation_data_free(RevocationData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RevocationData, revocation_data_free)

/* Every CRL of a PEM file (text and other things around them are allowed), or one in DER: at least
 * one, else FALSE and a TRUST_ERROR. Up to 64 MiB, and 4096 lists in all. */
gboolean revocation_data_add_crl_file(RevocationData *data, const char *path, GError **error);
/* The same from memory; `label` names the source. */
gboolean revocation_data_parse_crls(RevocationData *data, const void *bytes, gsize length,
                                    const char *label, GError **error);
/* One CRL (DER). `label` names it in findings. */
gboolean revocation_data_add_crl(RevocationData *data, const void *der, gsize length,
                                 const char *label, GError **error);
/* A stapled OCSP answer (DER) for the sent certificate `index`; judged by verify(). */
void revocation_data_add_staple(RevocationData *data, guint index, const void *der, gsize length);
/* (transfer full): the lists of one and the staples of the other, which it shares with them; each may
 * be NULL. Nothing may be added to any of the three afterwards. */
RevocationData *revocation_data_join(const RevocationData *lists, const RevocationData *staples);
/* How many there are. */
guint revocation_data_crls(const RevocationData *data);
guint revocation_data_staples(const RevocationData *data);
/* Borrowed: the CRL (DER) that was added as the `index`th, from 0. */
GBytes *revocation_data_crl_der(const RevocationData *data, guint index);
