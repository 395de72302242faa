/* Revocation lists of ours, before anybody has sent a certificate: are they usable, and is our own
 * certificate on them? Pure; any thread. */
#pragma once

#include "trust/anchors.h"
#include "trust/finding.h"
#include "trust/revocation.h"

/* Adds `revocation-data-stale` for each list that has ended and that no newer one of its issuer
 * replaces, and `crl-unusable` for each that is of one of the `known` CAs (of Certificate) by its
 * name and by no such CA's signature: no more than REVOCATION_REMARKS_MAX of each. */
void revocation_remarks_add(GPtrArray *findings, const RevocationData *data, GPtrArray *known,
                            gint64 now);
#define REVOCATION_REMARKS_MAX 16

/* Adds `client-revoked`, and what makes lists useless for `certificates` (ours, leaf first, from
 * `file`) as verify() finds it. `known`: certificates of CAs, to find the issuers. */
void revocation_remarks_add_client(GPtrArray *findings, const RevocationData *data,
                                   GPtrArray *certificates, const char *file, GPtrArray *known,
                                   gint64 now);
