/* Every name that a certificate is held to by name constraints (RFC 5280, 4.2.1.10 and 6.1.3 (b)):
 * its subject, its alternative names, and the texts in the subject that stand for one. Private to
 * trust/. Any thread. */
#pragma once

#include "trust/certificate.h"
#include "trust/general_name.h"

typedef struct CertificateIdentities CertificateIdentities;

/* (transfer full); lives no longer than the certificate. A mail address in the subject counts where
 * no alternative name is one. `host` (may be NULL) is what the certificate is used for: where no
 * alternative name could be meant by it, the common name is taken for a host name or an address,
 * and so it is one here. */
CertificateIdentities *certificate_identities_new(const Certificate *certificate, const char *host);
void certificate_identities_free(CertificateIdentities *identities);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CertificateIdentities, certificate_identities_free)

/* Every alternative name could be read. */
gboolean certificate_identities_whole(const CertificateIdentities *identities);
guint certificate_identities_count(const CertificateIdentities *identities);
const GeneralName *certificate_identities_get(const CertificateIdentities *identities,
                                              guint index);
