/* What trust/revocation.h holds, for those who judge by it. Private to trust/. */
#pragma once

#include "trust/crl.h"
#include "trust/revocation.h"

/* Borrowed, of Crl, in the order in which they were added. */
GPtrArray *revocation_data_lists(const RevocationData *data);
/* Borrowed, of Crl: those whose issuer has this name (DER), or NULL. */
GPtrArray *revocation_data_lists_of(const RevocationData *data, GBytes *issuer_dn);
/* Borrowed: the answer that was stapled for a sent certificate, or NULL. */
GBytes *revocation_data_staple(const RevocationData *data, guint index);
