/* Why a connection failed, or works for the wrong reason: evidence in, finding out. Pure.
 * Certificates are judged by trust/verify.h; this is the rest. */
#pragma once

#include "core/profile.h"
#include "core/session.h"
#include "net/tunnel.h"
#include "net/tunnel_error.h"
#include "trust/finding.h"
#include "trust/identity.h"

/* (transfer full), never NULL: what ended the tunnel. `disconnect_reason`: of the broker's
 * DISCONNECT packet, -1 when none came. `identity` may be NULL. */
Finding *diagnose_closed(const TunnelEvent *closed, const Profile *profile,
                         const Identity *identity, int disconnect_reason);

/* (transfer full): the broker answered CONNECT with a reason other than 0. */
Finding *diagnose_connack(const TunnelPacket *connack, const Profile *profile);

/* (transfer full), NULL when all is as the user means it: called with the broker's first byte. */
Finding *diagnose_first_byte(const Session *session, const Identity *identity);

/* Whether another try can help while nobody changes anything. */
gboolean diagnose_heals(const TunnelEvent *closed, int disconnect_reason);
gboolean diagnose_reason_heals(int reason); /* of CONNACK or DISCONNECT */
