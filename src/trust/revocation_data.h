/* What trust/revocation.h holds, for those who judge by it. Private to trust/. */
#pragma once

#include "trust/crl.h"
#include "trust/ocsp.h"
#include "trust/revocation.h"

/* Borrowed, of Crl, in the order in which they were added. */
GPtrArray *revocation_data_lists(const RevocationData *data);
/* Borrowed, of Crl: those whose issuer has this name (DER; compared as RFC 5280, 7.1
 * wants it), or NULL. */
GPtrArray *revocation_data_lists_of(const RevocationData *data, GBytes *issuer_dn);
/* Borrowed: the answer that was stapled for a sent certificate, or NULL. */
GBytes *revocation_data_staple(const RevocationData *data, guint index);
/* What that answer says, as ocsp_judge() has it; FALSE: there is none. Judged once for each
 * certificate, issuer and time, and no more than STAPLE_JUDGEMENTS_MAX times in all: the peer
 * chooses how many certificates, paths and answers there are. */
gboolean revocation_data_judge_staple(const RevocationData *data, guint index,
                                      const Certificate *certificate, const Certificate *issuer,
                                      gint64 time, OcspAnswer *answer);
#define STAPLE_JUDGEMENTS_MAX 128
